"""The call of a rehearsal: what makes no sense is refused before minutes are spent on it."""

from __future__ import annotations

import pytest

from tools.__main__ import main


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("0.7",), "not a release version"),
        (("1.0.0-rc1",), "not a release version"),
        (("--refuse", "crates.io"), "--refuse names no environment"),
        (("--refuse", "ask"), "--refuse names no environment"),
        (("--approve", "pipy"), "--approve names no environment"),
        (("--jobs", "0"), "--jobs must be at least 1"),
        (("--fault", "nope"), "no fault is named"),
    ],
)
def test_a_call_without_sense_is_refused_at_once(
    words: tuple[str, ...],
    reason: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tools.rehearsal.layout.Layout.create", None)
    assert main(["rehearse", *words]) == 2
    assert reason in capsys.readouterr().err
