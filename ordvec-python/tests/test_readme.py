"""The examples of the package description, as installed, run as one program."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    description = metadata.metadata("ordvec")["Description"]
    blocks = re.findall(r"```python\n(.*?)```", description, re.DOTALL)
    assert len(blocks) == 3
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "PYPI.md", "exec"), names)
    assert (tmp_path / "corpus.ovrq").is_file()
