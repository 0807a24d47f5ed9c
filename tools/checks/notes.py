"""The changelog is ready for a version: a dated section that says something, nothing unreleased."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from tools import changelog
from tools.model import Problem, Version

BUMP = "write the notes under `## [Unreleased]` and let `nox -s bump` date them"


def problems(name: str, text: str, version: Version, today: date) -> Iterator[Problem]:
    """What keeps the changelog *name* from describing *version* (found now, on *today*)."""
    where = f"{name}: ## [{version}]"
    body = changelog.released(text, version)
    if body is None:
        yield Problem(where, "a section of this version", "none", BUMP)
        return
    if changelog.is_empty(body):
        yield Problem(where, "what this release changes", "an empty section", BUMP)
    yield from _date(where, text, version, today)
    rest = changelog.unreleased(text)
    if rest is not None and not changelog.is_empty(rest):
        yield Problem(
            f"{name}: {changelog.UNRELEASED}",
            "nothing: the release holds all that is on the branch",
            "notes that no release section has",
            f"move them into the section of {version}",
        )


def _date(where: str, text: str, version: Version, today: date) -> Iterator[Problem]:
    match = re.search(rf"^## \[{re.escape(str(version))}\](.*)$", text, re.MULTILINE)
    said = match[1].strip() if match else ""
    try:
        day = date.fromisoformat(said.removeprefix("- "))
    except ValueError:
        yield Problem(where, "a date YYYY-MM-DD", said or "none", "date the heading")
        return
    if day > today:
        yield Problem(where, f"a date up to {today}", str(day), "set the day of the release")
