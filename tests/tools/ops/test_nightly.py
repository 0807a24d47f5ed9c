"""The pinned nightly toolchain: which one is used, and what is said when it is not there."""

from __future__ import annotations

import pytest

from tools.errors import UsageError
from tools.ops import nightly
from tools.ops.nightly import NIGHTLY

HOST = "x86_64-unknown-linux-gnu"
REMEDY = nightly.remedy("miri", nightly.installer(("miri", "rust-src")))


def says(monkeypatch: pytest.MonkeyPatch, toolchains: list[str], components: list[str]) -> None:
    """Let rustup list *toolchains* and *components*."""
    answers = {"toolchain": toolchains, "component": components}
    monkeypatch.setattr(nightly, "lines", lambda *command: answers[command[1]])


def test_nightly_with_its_components_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, [f"{NIGHTLY}-{HOST}"], ["cargo-" + HOST, f"miri-{HOST}", "rust-src"])
    assert nightly.present(("miri", "rust-src"), REMEDY) == NIGHTLY


def test_nightly_without_a_component_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    says(monkeypatch, [f"nightly-{HOST}"], ["cargo-" + HOST, "rust-src"])
    with pytest.raises(UsageError) as caught:
        nightly.present(("miri", "rust-src"), REMEDY)
    assert caught.value.found == "nightly without miri"
    command = f"rustup toolchain install {NIGHTLY} --profile minimal --component miri"
    assert command in (caught.value.remedy or "")


def test_missing_toolchain_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, [f"stable-{HOST} (default)"], [])
    with pytest.raises(UsageError, match="needs a nightly"):
        nightly.present((), REMEDY)
