"""cargo-semver-checks: the Rust API against a published crate, when it is installed.

Whether anything breaks is asked with ``--release-type minor``, whatever the two versions are:
otherwise 0.5 to 0.6 counts as a breaking release, and every lint is skipped as needless.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.ops.proc import Completed, run, tail

PROGRAM = "cargo-semver-checks"
INSTALL = f"`cargo install {PROGRAM} --locked`"
# "Checked [   0.098s] 202 checks: 195 pass, 7 fail, 0 warn, 58 skip"
_CHECKED = re.compile(r"Checked \[.*?\] (\d+) checks: .*")
_SUMMARY = re.compile(r"Summary (no semver update required|semver requires new .*)")
# Below a "--- failure NAME: what ---", the indented lines after "Failed in:" are the items.
_FAILURE = re.compile(r"--- failure (\w+)")


@dataclass(frozen=True, slots=True)
class SemverCheck:
    """The outcome for one crate: ``compatible`` is None when the check could not be made."""

    crate: str
    compatible: bool | None
    detail: str


def check(
    root: Path, crate: str, baseline: str, *, now: Iterable[str], before: Iterable[str]
) -> SemverCheck:
    """Compare *crate* with its release *baseline* on crates.io.

    Args:
        now: features of the crate, besides the default ones, whose items are compared.
        before: the same of the release, which may have had others.
    """
    if shutil.which(PROGRAM) is None:
        return SemverCheck(crate, None, f"{PROGRAM} is not installed: {INSTALL}")
    features = [("--current-features", name) for name in sorted(now)]
    features += [("--baseline-features", name) for name in sorted(before)]
    done = run(
        (
            *("cargo", "semver-checks", "check-release", "-p", crate, "--color", "never"),
            *("--baseline-version", baseline, "--release-type", "minor", "--default-features"),
            *(word for pair in features for word in pair),
        ),
        cwd=root,
        check=False,
    )
    return verdict(crate, baseline, done)


def verdict(crate: str, baseline: str, done: Completed) -> SemverCheck:
    """What a run says. Its exit code is not 0 for a break and for any trouble alike, so only the
    summary counts, and "no update required" only where lints have run."""
    said = f"{done.stderr}\n{done.stdout}"
    checked, summary = _CHECKED.search(said), _SUMMARY.search(said)
    fine = summary and summary[1].startswith("no ")
    if summary and not fine and done.returncode:
        items = "".join(f"\n  {item}" for item in _items(said))
        return SemverCheck(crate, False, f"{summary[1]}, against {baseline}{items}")
    if fine and checked and int(checked[1]) and not done.returncode:
        return SemverCheck(crate, True, f"{checked[0]}, against {baseline}")
    if fine and checked and not done.returncode:
        return SemverCheck(crate, None, f"no lint was run against {baseline}: {tail(said, 12)}")
    return SemverCheck(crate, None, f"the check could not be made: {tail(said, 12)}")


def _items(said: str) -> Iterator[str]:
    """Each item that a lint names, after the lint's name."""
    lint, inside = "", False
    for line in said.splitlines():
        if match := _FAILURE.match(line):
            lint, inside = match[1], False
        elif line.startswith("Failed in:"):
            inside = True
        elif inside and line.startswith("  "):
            yield f"{lint}: {line.strip().partition(', previously in file')[0]}"
        else:
            inside = False
