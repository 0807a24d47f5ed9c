"""The nox sessions hand a verb's two outputs on as they are."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nox.command
import pytest

import noxfile
from tools.declaration import ROOT


class Session:
    """What a nox session does with a program, in an environment that holds the lock already."""

    def __init__(self, folder: Path, *posargs: str) -> None:
        lock = ROOT / noxfile.LOCKS / "bump.txt"
        digest = hashlib.sha256(lock.read_bytes()).hexdigest()
        (folder / "lock.sha256").write_text(digest)
        self.virtualenv = SimpleNamespace(location=str(folder))
        self.posargs = posargs

    def run(self, program: str, *arguments: str, **options: Any) -> None:
        assert program == "python"
        nox.command.run([sys.executable, *arguments], external=True, **options)


@pytest.mark.parametrize(
    ("word", "key"), [("--check", "version"), ("nonsense", "remedy")], ids=["done", "wrong call"]
)
def test_json_through_nox_is_one_document_on_standard_output(
    word: str,
    key: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    # nox logs to standard error; here another test's handler may have taken its lines.
    monkeypatch.setattr(logging.getLogger("nox"), "propagate", False)
    session: Any = Session(tmp_path, word, "--json")
    try:
        noxfile.verb(session, "bump", "bump")
    except nox.command.CommandFailed:
        assert word == "nonsense"
    assert key in json.loads(capfd.readouterr().out)
