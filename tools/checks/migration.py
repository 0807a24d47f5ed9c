"""Every breaking surface has its migration note, and a break is not released as a patch.

A note is an entry (a ``- `` line and its continuation) below ``### Migration``, ``### Changed`` or
``### Removed`` of the release's section, that names the surface by one of :data:`NAMES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tools.checks.surfaces import Surface
from tools.model import Problem, Version

HEADINGS = ("Migration", "Changed", "Removed")
NAMES = {
    Surface.RUST: r"\bRust\b|`ordvec(-manifest)?`:",
    Surface.PYTHON: r"\bPython\b",
    Surface.C_ABI: r"\bC ABI\b|`ordvec-ffi`",
    Surface.GO: r"\bGo\b|`ordvec-go`",
    Surface.MANIFEST: r"\b[Mm]anifests?\b",
    Surface.FORMATS: r"\b[Ff]ormats?\b",
    Surface.DOCS: r"\b[Ee]xamples?\b|\b[Dd]ocs\b",
    Surface.FEATURES: r"\b[Ff]eatures?\b",
    Surface.MSRV: r"\bMSRV\b|minimum Rust",
}


def entries(section: str) -> list[str]:
    """The entries of a changelog section that can be migration notes."""
    found: list[str] = []
    counts = False
    for line in section.splitlines():
        if line.startswith("### "):
            counts = line.removeprefix("### ").strip() in HEADINGS
        elif counts and line.startswith("- "):
            found.append(line)
        elif counts and found and line.startswith("  "):
            found[-1] += f" {line.strip()}"
    return found


def missing(breaking: Iterable[Surface], section: str, where: str) -> Iterator[Problem]:
    """The breaking surfaces that no note names."""
    notes = entries(section)
    for surface in breaking:
        if not any(re.search(NAMES[surface], note) for note in notes):
            headings = ", ".join(f"### {heading}" for heading in HEADINGS)
            yield Problem(
                f"{where}: {surface}",
                f"an entry that names it, below {headings}",
                "none",
                "write what breaks and what to do instead",
            )


def bump_problems(base: Version, version: Version, breaking: bool) -> Iterator[Problem]:
    """A break needs a new minor version while MAJOR is 0, and a new major one afterwards."""
    if not breaking or version == base:
        return
    part = "minor" if base.major == 0 else "major"
    if version < base.next_version(part):
        yield Problem(
            "version",
            f"{base.next_version(part)} or higher, for a break",
            f"{version} after {base}",
            f"`nox -s bump -- {part}` from {base}, or take the break back",
        )
