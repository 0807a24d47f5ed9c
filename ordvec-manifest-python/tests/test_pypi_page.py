"""The Python block of the PyPI page runs as it stands, in a folder with the files it names."""

from __future__ import annotations

from pathlib import Path

import bundles
import pytest

PAGE = Path(__file__).resolve().parents[1] / "PYPI.md"


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "index.ovrq").write_bytes(bundles.rank_quant())
    (tmp_path / "ids.bin").write_bytes(b"ids")
    (tmp_path / "stats.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    block = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    exec(compile(block, str(PAGE), "exec"), {})
    expected = (tmp_path / "index.ovrq").resolve()
    assert capsys.readouterr().out == f"3 rows in {expected}\n"
