"""cargo-semver-checks: the Rust API against the latest published crate, when it is installed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tools.ops.proc import run, tail

PROGRAM = "cargo-semver-checks"
INSTALL = f"`cargo install {PROGRAM} --locked`"


@dataclass(frozen=True, slots=True)
class SemverCheck:
    """The outcome for one crate: ``compatible`` is None when the check could not be made."""

    crate: str
    compatible: bool | None
    detail: str


def check(root: Path, crate: str) -> SemverCheck:
    """Compare *crate* with its latest release on crates.io.

    The program exits non-zero for a break and for any trouble alike; only its summary line
    ("semver requires new …") is a verdict.
    """
    if shutil.which(PROGRAM) is None:
        return SemverCheck(crate, None, f"{PROGRAM} is not installed: {INSTALL}")
    argv = ("cargo", "semver-checks", "check-release", "-p", crate, "--color", "never")
    done = run(argv, cwd=root, check=False)
    said = tail(done.stderr + done.stdout, 12)
    if done.returncode == 0:
        return SemverCheck(crate, True, said.splitlines()[-1] if said else "no break found")
    if "semver requires new" in done.stderr + done.stdout:
        return SemverCheck(crate, False, said)
    return SemverCheck(crate, None, f"the check could not be made: {said}")
