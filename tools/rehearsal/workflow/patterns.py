"""GitHub's two pattern languages for tags.

Workflow filters (``on.push.tags``): ``*`` and ``?`` do not mean what a shell means; ``?`` and
``+`` repeat the preceding character, ``*`` stops at ``/``, ``**`` does not, ``!`` excludes, the
last matching pattern wins. Deployment policies of environments use Ruby's ``File.fnmatch`` with
``FNM_PATHNAME``: ``?`` is one character, ``+`` is itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence


def _bracket(pattern: str, at: int) -> tuple[str, int]:
    """The character class that starts at *at* and the position after it; literal ``[`` if open."""
    end = pattern.find("]", at + 2)
    if end < 0:
        return r"\[", at + 1
    body = pattern[at + 1 : end].replace("\\", r"\\")
    negated = body[0] in "!^"
    return f"[{'^' if negated else ''}{body[1:] if negated else body}]", end + 1


def _translate(pattern: str, *, repeats: bool) -> re.Pattern[str]:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**", at):
            out.append(".*")
            at += 2
        elif char == "[":
            piece, at = _bracket(pattern, at)
            out.append(piece)
        else:
            at += 1
            if char == "\\" and at < len(pattern):
                out.append(re.escape(pattern[at]))
                at += 1
            elif char == "*":
                out.append("[^/]*")
            elif char in "?+" and repeats:
                out.append(char)
            elif char == "?":
                out.append("[^/]")
            else:
                out.append(re.escape(char))
    return re.compile("".join(out), re.DOTALL)


def trigger_matches(patterns: Sequence[str], name: str) -> bool:
    """Whether a push of tag *name* starts a workflow with these ``on.push.tags`` patterns."""
    matched = False
    for pattern in patterns:
        if _translate(pattern.removeprefix("!"), repeats=True).fullmatch(name):
            matched = not pattern.startswith("!")
    return matched


def policy_matches(pattern: str, name: str) -> bool:
    """Whether a deployment policy's tag pattern admits tag *name*."""
    return _translate(pattern, repeats=False).fullmatch(name) is not None
