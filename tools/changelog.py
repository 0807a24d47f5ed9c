"""``CHANGELOG.md``: the Unreleased section, and its turning into a dated one.

The format is Keep a Changelog's: second-level headings ``## [Unreleased]`` and
``## [X.Y.Z] - YYYY-MM-DD``.
"""

from __future__ import annotations

import re
from datetime import date

from semver import Version

UNRELEASED = "## [Unreleased]"
_HEADING = re.compile(r"^## ", re.MULTILINE)


def section(text: str, heading: str) -> str | None:
    """The body below the second-level heading that starts with *heading*, or None."""
    match = re.search(rf"^{re.escape(heading)}.*\n", text, re.MULTILINE)
    if not match:
        return None
    following = _HEADING.search(text, match.end())
    return text[match.end() : following.start() if following else len(text)]


def unreleased(text: str) -> str | None:
    """The Unreleased body, or None without that section."""
    return section(text, UNRELEASED)


def is_empty(body: str) -> bool:
    """Whether a body says nothing: only blank lines and sub-headings."""
    return all(not line.strip() or line.startswith("#") for line in body.splitlines())


def released(text: str, version: Version) -> str | None:
    """The body of a released version's section, or None."""
    return section(text, f"## [{version}]")


def release(text: str, version: Version, day: date) -> str:
    """*text* with the Unreleased section turned into the dated section of *version*."""
    return re.sub(
        rf"^{re.escape(UNRELEASED)}[^\n]*\n",
        f"{UNRELEASED}\n\n## [{version}] - {day.isoformat()}\n",
        text,
        count=1,
        flags=re.MULTILINE,
    )
