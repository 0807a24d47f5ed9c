"""The run from wheels to judgement, with two sides whose answers are made up."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tools.swap_in.test_compare import array, side
from tools.errors import GateRefused, UsageError
from tools.swap_in import command
from tools.swap_in.excuses import Excuse

NOTHING = argparse.Namespace(wheel=None, peer=None)


class FakeEnvironment:
    """An environment whose module answers with *answers*, from *module* or its own folder."""

    def __init__(self, folder: Path, answers: dict[str, Any], module: Path | None = None) -> None:
        self.folder, self.answers, self.module = folder / "venv", answers, module
        self.asked: list[tuple[str, ...]] = []

    def run(self, *arguments: str | Path, cwd: Path, env: dict[str, str]) -> None:
        _, _, phase, own, *others = arguments
        self.asked.append((str(phase), *(Path(other).parent.name for other in others)))
        answers = {f"{phase}: {name}": answer for name, answer in self.answers.items()}
        said = {
            "file": str(self.module or self.folder / "ordvec" / "__init__.py"),
            "version": "0.0.0",
            "answers": answers,
        }
        (Path(own) / f"{phase}.json").write_text(json.dumps(said))


Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the verb with these answers of the side "ours"; the other side has :func:`side`'s."""
    wheels = {name: tmp_path / f"{name}.whl" for name in ("ours", "peer")}
    for wheel in wheels.values():
        wheel.write_bytes(b"a wheel")
    monkeypatch.setattr(command, "_built", lambda *_: wheels["ours"])
    monkeypatch.setattr(command, "_published", lambda *_: wheels["peer"])

    def run(
        ours: dict[str, Any], excuses: tuple[Excuse, ...] = (), module: Path | None = None
    ) -> Any:
        def environment(wheel: Path, folder: Path) -> FakeEnvironment:
            folder.mkdir()
            made = FakeEnvironment(folder, ours if wheel.stem == "ours" else side(), module)
            environments.append(made)
            return made

        environments: list[FakeEnvironment] = []
        monkeypatch.setattr(command, "_environment", environment)
        monkeypatch.setattr(command, "EXCUSES", excuses)
        result = command.main(NOTHING)
        assert [x.asked for x in environments] == [
            [("alone",), ("after", "peer")],
            [("alone",), ("after", "ours")],
        ]
        return result

    return run


def test_equal_sides_pass(run: Run) -> None:
    result = run(side())
    assert (result.cases, result.unexcused, result.stale) == (2 * len(side()), (), ())


def test_a_side_with_another_dtype_is_refused(run: Run) -> None:
    ours = side()
    ours["counts"]["value"] = array("<i8", [3, 2])
    with pytest.raises(GateRefused) as caught:
        run(ours)
    assert [str(x.where) for x in caught.value.problems] == [
        "alone: counts: dtype",
        "after: counts: dtype",
    ]
    assert caught.value.report.unexcused[0].ours == "<i8"


def test_a_declared_difference_passes_and_is_listed(run: Run) -> None:
    ours = side()
    ours["counts"]["value"] = array("<i8", [3, 2])
    excuse = Excuse("*: counts", "dtype", "<i8", "<u4", "wider on purpose")
    assert run(ours, (excuse,)).intended == ((excuse, 2),)
    with pytest.raises(GateRefused, match="0 differences, 1 stale"):
        run(side(), (excuse,))


def test_a_module_from_elsewhere_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(GateRefused, match="another module than the one installed"):
        run(side(), module=tmp_path / "tree" / "ordvec" / "__init__.py")


def test_a_wheel_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no file"):
        command.main(argparse.Namespace(wheel=tmp_path / "none.whl", peer=None))
