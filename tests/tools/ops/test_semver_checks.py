"""What a run of cargo-semver-checks 0.51 says, read from what it printed in real runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.ops import semver_checks
from tools.ops.proc import Completed
from tools.ops.semver_checks import SemverCheck, check, verdict

PASSED = """\
    Checking ordvec v0.5.0 -> v0.6.0 (assume minor change)
     Checked [   0.098s] 202 checks: 202 pass, 0 fail, 0 warn, 58 skip
     Summary no semver update required
    Finished [   2.536s] ordvec
"""
# 0.5.0 to 0.6.0 without --release-type: a release that may break anything.
SKIPPED = """\
    Checking ordvec v0.5.0 -> v0.6.0 (major change)
     Checked [   0.000s] 0 checks: 0 pass, 260 skip
     Summary no semver update required
    Finished [  76.682s] ordvec
"""
PROGRESS = """\
     Checked [   0.098s] 202 checks: 200 pass, 2 fail, 0 warn, 58 skip
     Summary semver requires new major version: 2 major and 0 minor checks failed
    Finished [   2.536s] ordvec
"""
FINDINGS = """
--- failure function_missing: pub fn removed or renamed ---

Description:
A publicly-visible function cannot be imported by its prior path.
        ref: https://doc.rust-lang.org/cargo/reference/semver.html#item-remove

Failed in:
  function ordvec::one, previously in file /registry/ordvec-0.5.0/src/lib.rs:291
  function ordvec::two, previously in file /registry/ordvec-0.5.0/src/lib.rs:274

--- failure enum_marked_non_exhaustive: enum marked #[non_exhaustive] ---

Failed in:
  enum OrdvecError in /checkout/src/error.rs:16
"""
NO_BASELINE = "error: ordvec v0.4.9 not found in registry (crates.io)"


def ended(code: int, stderr: str, stdout: str = "") -> SemverCheck:
    return verdict("ordvec", "0.5.0", Completed((), code, stdout, stderr, 0.0))


def test_lints_that_pass_are_a_verdict() -> None:
    found = ended(0, PASSED)
    assert found.compatible is True
    assert "202 checks" in found.detail and "against 0.5.0" in found.detail


def test_a_run_that_skipped_every_lint_is_no_verdict() -> None:
    """The first real run of `release.review` called five breaks of 0.5.0 compatible."""
    found = ended(0, SKIPPED)
    assert found.compatible is None
    assert found.detail.startswith("no lint was run against 0.5.0")


def test_a_break_names_every_item() -> None:
    found = ended(100, PROGRESS, FINDINGS)
    assert found.compatible is False
    assert found.detail.splitlines()[1:] == [
        "  function_missing: function ordvec::one",
        "  function_missing: function ordvec::two",
        "  enum_marked_non_exhaustive: enum OrdvecError in /checkout/src/error.rs:16",
    ]


@pytest.mark.parametrize(
    ("code", "said"), [(1, NO_BASELINE), (101, ""), (1, PASSED), (0, ""), (0, PROGRESS)]
)
def test_trouble_is_no_verdict(code: int, said: str) -> None:
    assert ended(code, said).compatible is None


def test_every_version_step_is_asked_for_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def run(argv: tuple[str, ...], **_: object) -> Completed:
        asked.append(argv)
        return Completed((), 0, "", PASSED, 0.0)

    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(semver_checks, "run", run)
    check(Path(), "ordvec", "0.5.0", now={"serde", "early-sync"}, before={"serde"})
    (argv,) = asked
    line = " ".join(argv)
    assert "--baseline-version 0.5.0 --release-type minor --default-features" in line
    # A feature that the release did not have is no error of the check.
    assert line.endswith(
        "--current-features early-sync --current-features serde --baseline-features serde"
    )
