"""The settings audit: each deviation found, named and linked; unreadable is never a pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.tools.steps.scene import Scene
from tools.declaration import TagRuleset
from tools.errors import GateRefused, NotPermitted, Transient
from tools.model import CellState
from tools.rehearsal.world.faults import Fault, ResetBefore, Status, Truncate
from tools.rehearsal.world.github import GitHub
from tools.rehearsal.world.github.stage import PROTECTED
from tools.steps.audit_settings import Audit, audit_settings, observe
from tools.steps.context import Context

API = "api.github.com"
WHO = ("Fieldnote-Echo",)
PATTERN = ("v[0-9]*.[0-9]*.[0-9]*",)
SETTINGS = "https://github.com/Fieldnote-Echo/ordvec/settings"


def maintainer(scene: Scene) -> Context:
    token = scene.setting.github.issue_maintainer_token()
    return replace(scene.job("maintainer"), env={"GITHUB_TOKEN": token})


def audit(scene: Scene) -> Audit:
    return audit_settings(maintainer(scene))


def test_settings_as_declared_pass(scene: Scene) -> None:
    found = audit(scene).findings
    assert {f.state for f in found} == {CellState.PASSED, CellState.NOT_APPLICABLE}
    assert [f.what for f in found if f.state is CellState.NOT_APPLICABLE] == ["tag rulesets"]
    assert len(found) == 2 * 4 + 1 + 3 + 1


def environment(**changes: object) -> Callable[[GitHub], object]:
    kept = {"reviewers": WHO, "tag_patterns": PATTERN, **changes}
    return lambda github: github.add_environment("pypi", **kept)


def protection(**changes: object) -> Callable[[GitHub], object]:
    rules = {key: value for key, value in {**PROTECTED, **changes}.items() if value is not None}
    return lambda github: github.protect_branch("main", rules)


PYPI = "environment pypi"
DEVIATIONS: dict[str, tuple[Callable[[GitHub], object], str, str, str]] = {
    "environment missing": (
        lambda github: github.state.environments.pop("pypi"),
        PYPI,
        "none of this name",
        "environments",
    ),
    "no reviewer": (environment(reviewers=()), f"{PYPI}: required reviewers", "none", "env"),
    "another reviewer": (
        environment(reviewers=("Somebody",)),
        f"{PYPI}: required reviewers",
        "Somebody",
        "environments",
    ),
    "one more reviewer": (
        environment(reviewers=(*WHO, "Somebody")),
        f"{PYPI}: required reviewers",
        "Fieldnote-Echo, Somebody",
        "environments",
    ),
    "no deployment restriction": (
        environment(tag_patterns=None),
        f"{PYPI}: deployment policy",
        "none",
        "environments",
    ),
    "protected branches only": (
        environment(tag_patterns=None, protected_branches=True),
        f"{PYPI}: deployment policy",
        "protected branches",
        "environments",
    ),
    "a wider tag pattern": (
        environment(tag_patterns=("v*",)),
        f"{PYPI}: patterns",
        "tag v*",
        "environments",
    ),
    "a second tag pattern": (
        environment(tag_patterns=(*PATTERN, "x*")),
        f"{PYPI}: patterns",
        f"tag {PATTERN[0]}, tag x*",
        "environments",
    ),
    "no tag pattern": (environment(tag_patterns=()), f"{PYPI}: patterns", "none", "environments"),
    "a branch pattern beside the tag pattern": (
        environment(branch_patterns=("main",)),
        f"{PYPI}: patterns",
        f"branch main, tag {PATTERN[0]}",
        "environments",
    ),
    "the tag pattern as a branch pattern": (
        environment(tag_patterns=None, branch_patterns=PATTERN),
        f"{PYPI}: patterns",
        f"branch {PATTERN[0]}",
        "environments",
    ),
    "immutable releases off": (
        lambda github: github.set_immutable_releases(False),
        "immutable releases",
        "disabled",
        "",
    ),
    "branch without protection": (
        lambda github: github.unprotect_branch("main"),
        "branch main: deletion",
        "allowed",
        "branches",
    ),
    "reviews not required": (
        protection(required_pull_request_reviews=None),
        "branch main: reviews",
        "0 required",
        "branches",
    ),
    "a pull request without approval": (
        protection(required_pull_request_reviews={"required_approving_review_count": 0}),
        "branch main: reviews",
        "0 required",
        "branches",
    ),
    "force pushes allowed": (
        protection(allow_force_pushes={"enabled": True}),
        "branch main: force pushes",
        "allowed",
        "branches",
    ),
    "force pushes not stated": (
        protection(allow_force_pushes=None),
        "branch main: force pushes",
        "allowed",
        "branches",
    ),
    "deletion allowed": (
        protection(allow_deletions={"enabled": True}),
        "branch main: deletion",
        "allowed",
        "branches",
    ),
}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_a_deviation_is_refused_and_linked(scene: Scene, name: str) -> None:
    change, what, found, page = DEVIATIONS[name]
    change(scene.setting.github)
    with pytest.raises(GateRefused) as caught:
        audit(scene)
    assert caught.value.exit_code == 10
    by_name = {problem.where: problem for problem in caught.value.problems}
    assert (by_name[what].found, by_name[what].remedy.startswith(SETTINGS)) == (found, True)
    assert page in by_name[what].remedy


def test_every_deviation_is_in_one_report(scene: Scene) -> None:
    github = scene.setting.github
    github.add_environment("crates-io")
    github.set_immutable_releases(False)
    github.unprotect_branch("main")
    with pytest.raises(GateRefused) as caught:
        audit(scene)
    names = [problem.where for problem in caught.value.problems]
    assert len(names) == 3 + 1 + 3


def test_rulesets_protect_a_branch_as_well(scene: Scene) -> None:
    review = {"type": "pull_request", "parameters": {"required_approving_review_count": 1}}
    github = scene.setting.github
    github.unprotect_branch("main")
    rules = [review, "non_fast_forward", "deletion"]
    github.add_ruleset("default", "branch", ["~DEFAULT_BRANCH"], rules)
    assert audit(scene)


def test_rulesets_and_classic_protection_add_up(scene: Scene) -> None:
    protection(allow_deletions={"enabled": True})(scene.setting.github)
    scene.setting.github.add_ruleset("keep", "branch", ["~ALL"], ["deletion"])
    assert audit(scene)


def test_a_disabled_ruleset_protects_nothing(scene: Scene) -> None:
    protection(allow_deletions={"enabled": True})(scene.setting.github)
    scene.setting.github.add_ruleset("k", "branch", ["~ALL"], ["deletion"], enforcement="disabled")
    with pytest.raises(GateRefused, match="deletion"):
        audit(scene)


# ---------------------------------------------------------------------- declared tag rulesets

RULESET = TagRuleset(name="release tags", include=("refs/tags/v*",), rules=("update", "deletion"))


def with_ruleset(scene: Scene) -> Context:
    made = maintainer(scene)
    declared = made.declaration.model_copy(update={"tag_ruleset": (RULESET,)})
    return replace(made, declaration=declared)


def test_a_declared_ruleset_that_is_there_passes(scene: Scene) -> None:
    rules = ["deletion", "update"]
    scene.setting.github.add_ruleset(RULESET.name, "tag", list(RULESET.include), rules)
    assert audit_settings(with_ruleset(scene))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"enforcement": "evaluate"}, "enforcement"),
        ({"include": ["refs/tags/x*"]}, "refs"),
        ({"exclude": ["refs/tags/v1*"]}, "excluded refs"),
        ({"rules": ["update"]}, "rules"),
        ({"target": "branch"}, "release tags"),
        ({"name": "another"}, "release tags"),
    ],
    ids=["not enforced", "other refs", "an exclusion", "a rule missing", "for branches", "missing"],
)
def test_a_ruleset_that_deviates(scene: Scene, changes: dict[str, object], what: str) -> None:
    made: dict[str, object] = {
        "name": RULESET.name,
        "target": "tag",
        "include": list(RULESET.include),
        "rules": list(RULESET.rules),
    }
    scene.setting.github.add_ruleset(**{**made, **changes})  # type: ignore[arg-type]
    with pytest.raises(GateRefused) as caught:
        audit_settings(with_ruleset(scene))
    (problem,) = caught.value.problems
    assert what in problem.where
    assert problem.remedy.startswith(f"{SETTINGS}/rules")


# ---------------------------------------------------------------------- what cannot be read


def test_without_rights_the_answer_is_unreadable_and_the_exit_code_says_so(scene: Scene) -> None:
    with pytest.raises(NotPermitted) as caught:
        audit_settings(scene.job("ci", {"actions": "read"}))
    assert caught.value.exit_code == 77
    names = [problem.where for problem in caught.value.problems]
    assert names == ["immutable releases", "branch main"]
    assert all("unreadable" in problem.found for problem in caught.value.problems)
    assert all("GITHUB_TOKEN" in problem.remedy for problem in caught.value.problems)


def test_a_stranger_reads_the_public_settings_only(scene: Scene) -> None:
    found = observe(scene.job("stranger", {})).findings
    assert {f.what for f in found if f.state is CellState.UNREADABLE} == {
        "immutable releases",
        "branch main",
    }


def test_a_bare_404_is_no_answer_to_somebody_who_may_not_know(scene: Scene) -> None:
    body = b'{"message": "Not Found"}'
    for path in ("/immutable-releases$", "/branches/main/protection$"):
        scene.world.faults.add(Fault(API, "GET", path, Status(404, body=body)))
    with pytest.raises(NotPermitted):
        audit_settings(scene.job("ci", {"actions": "read"}))


def test_a_deviation_outweighs_what_cannot_be_read(scene: Scene) -> None:
    environment(reviewers=())(scene.setting.github)
    with pytest.raises(GateRefused) as caught:
        audit_settings(scene.job("ci", {"actions": "read"}))
    assert sum("unreadable" in problem.found for problem in caught.value.problems) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/environments/pypi$",
        "/deployment-branch-policies$",
        "/immutable-releases$",
        "/rules/branches/main$",
        "/branches/main/protection$",
    ],
)
@pytest.mark.parametrize("trouble", [Status(503), ResetBefore(), Truncate()], ids=lambda t: t.name)
def test_a_github_that_does_not_answer_is_transient(
    scene: Scene, path: str, trouble: object
) -> None:
    scene.world.faults.add(Fault(API, "GET", path, trouble, times=0))
    with pytest.raises(Transient) as caught:
        audit(scene)
    assert caught.value.exit_code == 75


@pytest.mark.parametrize("code", [401, 403])
@pytest.mark.parametrize("path", ["/environments/pypi$", "/deployment-branch-policies$", "/rules/"])
def test_a_forbidden_setting_is_unreadable(scene: Scene, path: str, code: int) -> None:
    scene.world.faults.add(Fault(API, "GET", path, Status(code), times=0))
    with pytest.raises(NotPermitted):
        audit(scene)
