"""The settings that guard a release agree with the declaration: expected against found.

These are the backstop that the workflow's code cannot express (THREAT-SUPPLY-001 and -002): who
approves, which tags may deploy, and that neither branch nor published release can be rewritten.
Each finding names the settings page that mends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.declaration import Environment as Declared
from tools.declaration import TagRuleset
from tools.findings import Finding, compare, failed, passed
from tools.model import CellState
from tools.ops.github_settings import SELECTED, Environment, Protection, Ruleset

REVIEWS = 1


def pages(repository: str) -> dict[str, str]:
    """The settings pages of a repository, by what is set there."""
    base = f"https://github.com/{repository}/settings"
    return {
        "environments": f"{base}/environments",
        "immutable": base,
        "branches": f"{base}/branches",
        "rules": f"{base}/rules",
    }


def environment(declared: Declared, found: Environment | None, page: str) -> Iterator[Finding]:
    """Existence, reviewers, the kind of deployment policy, and its single tag pattern."""
    what = f"environment {declared.name}"
    if found is None:
        yield failed(what, "an environment", "none of this name", page)
        return
    yield passed(what, "an environment")
    yield compare(
        f"{what}: required reviewers", _set(declared.reviewers), _set(found.reviewers), page
    )
    yield compare(f"{what}: deployment policy", SELECTED, found.restriction, page)
    wanted = f"tag {declared.tag_pattern}"
    yield compare(f"{what}: patterns", _set((wanted,)), _set(found.policies), page)


def _set(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def immutable(enabled: bool, page: str) -> Finding:
    """Else a published tag can be moved and its assets replaced."""
    return compare("immutable releases", "enabled", "enabled" if enabled else "disabled", page)


def branch(name: str, rules: Protection, classic: Protection, page: str) -> Iterator[Finding]:
    """What rulesets or classic protection demand together: the stricter of both holds."""
    what = f"branch {name}"
    reviews = max(rules.reviews, classic.reviews)
    expected = f"{REVIEWS} or more approving reviews"
    state = CellState.PASSED if reviews >= REVIEWS else CellState.FAILED
    yield Finding(f"{what}: reviews", state, expected, f"{reviews} required", page)
    for label, allowed in (
        ("force pushes", rules.force_pushes and classic.force_pushes),
        ("deletion", rules.deletions and classic.deletions),
    ):
        yield compare(f"{what}: {label}", "forbidden", "allowed" if allowed else "forbidden", page)


def complete(rules: Protection) -> bool:
    """Whether rulesets alone, which anyone may read, already demand everything."""
    return rules.reviews >= REVIEWS and not rules.force_pushes and not rules.deletions


def tag_rulesets(
    declared: Iterable[TagRuleset], found: Iterable[Ruleset], page: str
) -> Iterator[Finding]:
    """Each declared ruleset exists, is active, and has exactly the declared refs and rules."""
    by_name = {ruleset.name: ruleset for ruleset in found}
    for wanted in declared:
        what = f"tag ruleset {wanted.name!r}"
        ruleset = by_name.get(wanted.name)
        if ruleset is None:
            yield failed(what, "a tag ruleset of this name", _set(by_name), page)
            continue
        link = f"{page}/{ruleset.id}"
        yield compare(f"{what}: enforcement", "active", ruleset.enforcement, link)
        yield compare(f"{what}: refs", _set(wanted.include), _set(ruleset.include), link)
        yield compare(f"{what}: excluded refs", _set(wanted.exclude), _set(ruleset.exclude), link)
        yield compare(f"{what}: rules", _set(wanted.rules), _set(ruleset.rules), link)
