"""GitHub's pattern languages for tags: triggers repeat with ? and +, policies do not."""

from __future__ import annotations

import pytest

from tools.rehearsal.workflow.patterns import policy_matches, trigger_matches

GLOB = "v[0-9]*.[0-9]*.[0-9]*"


@pytest.mark.parametrize(
    ("patterns", "tag", "expected"),
    [
        ([GLOB], "v1.2.3", True),
        ([GLOB], "v1.2.3-rc.1", True),  # wakes the workflow; the guard skips it
        ([GLOB], "1.2.3", False),
        ([GLOB], "vx.2.3", False),
        ([GLOB], "v1.2.3/x", False),
        (["v**"], "v1/x", True),
        (["v*", "!v1*"], "v1.0.0", False),
        (["v*", "!v1*", "v1.0.0"], "v1.0.0", True),
        (["v1.[0-9]+"], "v1.25", True),
        (["colou?r"], "color", True),
        ([], "v1.0.0", False),
    ],
)
def test_trigger(patterns: list[str], tag: str, expected: bool) -> None:
    assert trigger_matches(patterns, tag) is expected


@pytest.mark.parametrize(
    ("pattern", "tag", "expected"),
    [
        (GLOB, "v0.6.1", True),
        (GLOB, "main", False),
        (GLOB, "v0.6", False),
        ("v?.0.0", "v1.0.0", True),
        ("v?.0.0", "v.0.0", False),
        ("v[!0]*", "v0.1.0", False),
        ("*", "a/b", False),
    ],
)
def test_policy(pattern: str, tag: str, expected: bool) -> None:
    assert policy_matches(pattern, tag) is expected
