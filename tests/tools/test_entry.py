"""The boundary where errors become exit codes: whatever happens, one document and one code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.__main__ import guarded
from tools.console import console
from tools.errors import Transient


def interrupt() -> object:
    raise KeyboardInterrupt


def no_rights() -> object:
    raise PermissionError(13, "Permission denied", "dist/x.whl")


def defect() -> object:
    raise RuntimeError("no branch for hunter2")


def no_answer() -> object:
    raise Transient("no answer", found="HTTP 503")


@pytest.fixture(autouse=True)
def restored() -> object:
    yield
    console.json_mode = False


@pytest.mark.parametrize(
    ("action", "code", "said"),
    [
        (interrupt, 130, "stopped by Ctrl-C or a signal"),
        (no_rights, 1, "Permission denied: dist/x.whl"),
        (defect, 1, "an error of the tools themselves"),
        (no_answer, 75, "no answer"),
    ],
)
def test_every_end_is_one_document_and_its_code(
    action: object, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(action)
    assert guarded(action, json_mode=True) == code
    written = capsys.readouterr()
    document = json.loads(written.out)
    assert (document["error"], document["exit_code"]) == (said, code)
    assert said in written.err


def test_a_defect_keeps_its_trace_and_shows_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    console.mask("hunter2")
    assert guarded(defect) == 1
    written = capsys.readouterr()
    assert "in defect" in written.err
    assert "hunter2" not in written.err + written.out


def test_a_file_without_rights_has_no_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(no_rights) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_a_document_that_is_the_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: {"path": tmp_path}, json_mode=True) == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(tmp_path)}
