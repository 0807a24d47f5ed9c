"""The one place that starts a program: what an end by the clock is, and what is an answer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.errors import ReleaseError
from tools.ops import cargo, proc, twine

HANGS = (sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(60)")


def test_a_program_that_hangs_is_an_error_that_names_the_limit() -> None:
    with pytest.raises(proc.CommandFailed, match="did not end") as caught:
        proc.run(HANGS, timeout=0.5, echo=False)
    assert caught.value.expected == "an end within 0.5 s"


def test_a_program_that_hangs_is_an_answer_where_its_exit_code_is_one() -> None:
    done = proc.run(HANGS, timeout=0.5, echo=False, check=False)
    assert done.returncode == proc.TIMED_OUT
    assert done.stdout.startswith("begun")
    assert "did not end within 0.5 s" in done.stderr
    assert isinstance(done.stderr, str)


def test_a_program_that_is_not_there_is_an_error_that_names_it() -> None:
    with pytest.raises(ReleaseError, match="cannot start no-such-program"):
        proc.run(("no-such-program",), echo=False, check=False)


@pytest.mark.parametrize("publish", ["cargo", "twine"])
def test_an_upload_that_hangs_is_given_up_and_left_to_the_index(
    publish: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = tmp_path / "cargo"
    hung.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    hung.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(sys, "executable", str(hung))
    monkeypatch.setattr(proc, "UPLOAD_LIMIT", 0.5)
    if publish == "cargo":
        done = cargo.publish(tmp_path, "x", "token")
    else:
        done = twine.upload([tmp_path / "x"], [], url="https://registry.example", token="t")
    assert done.returncode == proc.TIMED_OUT
