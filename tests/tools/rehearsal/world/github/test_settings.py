"""The settings that the audit reads."""

from __future__ import annotations

import httpx

from tests.tools.rehearsal.world.github.conftest import API, Forge

PATTERN = "v[0-9]*.[0-9]*.[0-9]*"


def test_an_environment_with_reviewer_and_tag_pattern(forge: Forge, stranger: httpx.Client) -> None:
    forge.github.add_environment("pypi", ["Fieldnote-Echo"], [PATTERN])
    found = stranger.get(f"{API}/environments/pypi").json()
    rules = {rule["type"]: rule for rule in found["protection_rules"]}
    assert set(rules) == {"required_reviewers", "branch_policy"}
    reviewers = rules["required_reviewers"]["reviewers"]
    assert [(r["type"], r["reviewer"]["login"]) for r in reviewers] == [("User", "Fieldnote-Echo")]
    assert found["deployment_branch_policy"] == {
        "protected_branches": False,
        "custom_branch_policies": True,
    }
    listed = stranger.get(f"{API}/environments/pypi/deployment-branch-policies").json()
    policies = [(p["name"], p["type"]) for p in listed["branch_policies"]]
    assert (listed["total_count"], policies) == (1, [(PATTERN, "tag")])
    one = listed["branch_policies"][0]
    url = f"{API}/environments/pypi/deployment-branch-policies/{one['id']}"
    assert stranger.get(url).json() == one


def test_an_environment_without_restriction(forge: Forge, stranger: httpx.Client) -> None:
    forge.github.add_environment("pypi")
    found = stranger.get(f"{API}/environments/pypi").json()
    assert (found["protection_rules"], found["deployment_branch_policy"]) == ([], None)
    url = f"{API}/environments/pypi/deployment-branch-policies"
    assert stranger.get(url).status_code == 404


def test_an_environment_of_protected_branches(forge: Forge, stranger: httpx.Client) -> None:
    forge.github.add_environment("pypi", protected_branches=True)
    found = stranger.get(f"{API}/environments/pypi").json()
    assert found["deployment_branch_policy"]["protected_branches"] is True


def test_a_branch_pattern_beside_the_tag_pattern_is_shown(
    forge: Forge, stranger: httpx.Client
) -> None:
    forge.github.add_environment("pypi", [], [PATTERN], ["main"])
    listed = stranger.get(f"{API}/environments/pypi/deployment-branch-policies").json()
    assert [p["type"] for p in listed["branch_policies"]] == ["tag", "branch"]


def test_an_unknown_environment_is_404(forge: Forge, stranger: httpx.Client) -> None:
    assert stranger.get(f"{API}/environments/nowhere").status_code == 404
    forge.github.add_environment("pypi")
    listed = stranger.get(f"{API}/environments").json()
    assert [item["name"] for item in listed["environments"]] == ["pypi"]


def test_branch_protection_is_for_administrators(forge: Forge) -> None:
    admin = forge.with_token(forge.github.issue_maintainer_token())
    url = f"{API}/branches/main/protection"
    assert admin.get(url).json()["message"] == "Branch not protected"
    assert admin.get(f"{API}/branches/nowhere/protection").json()["message"] == "Branch not found"
    forge.github.protect_branch("main")
    found = admin.get(url).json()
    assert found["allow_force_pushes"] == {"enabled": False}
    assert found["allow_deletions"] == {"enabled": False}
    assert found["required_pull_request_reviews"]["required_approving_review_count"] == 1
    assert admin.get(f"{API}/branches/main").json()["protected"] is True


def test_immutable_releases_are_404_when_off(forge: Forge) -> None:
    admin = forge.with_token(forge.github.issue_maintainer_token())
    url = f"{API}/immutable-releases"
    assert admin.get(url).json() == {"enabled": True, "enforced_by_owner": False}
    forge.github.set_immutable_releases(False)
    assert admin.get(url).status_code == 404


def test_rulesets_show_who_may_bypass_to_administrators_only(
    forge: Forge, stranger: httpx.Client
) -> None:
    bypass = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]
    rules = ["creation", "update", "deletion"]
    made = forge.github.add_ruleset("tags", "tag", ["refs/tags/v*"], rules, bypass=bypass)
    assert [item["id"] for item in stranger.get(f"{API}/rulesets").json()] == [made]
    assert stranger.get(f"{API}/rulesets", params={"targets": "branch"}).json() == []
    found = stranger.get(f"{API}/rulesets/{made}").json()
    assert found["conditions"] == {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}}
    assert [rule["type"] for rule in found["rules"]] == ["creation", "update", "deletion"]
    assert "bypass_actors" not in found
    admin = forge.with_token(forge.github.issue_maintainer_token())
    assert admin.get(f"{API}/rulesets/{made}").json()["bypass_actors"] == bypass


def test_rules_of_a_branch_are_those_of_active_matching_rulesets(
    forge: Forge, stranger: httpx.Client
) -> None:
    add = forge.github.add_ruleset
    add("default", "branch", ["~DEFAULT_BRANCH"], ["deletion", "non_fast_forward"])
    add("off", "branch", ["~ALL"], ["creation"], enforcement="disabled")
    add("others", "branch", ["refs/heads/topic/*"], ["update"])
    add("excluded", "branch", ["~ALL"], ["update"], exclude=["refs/heads/main"])
    found = stranger.get(f"{API}/rules/branches/main").json()
    assert [rule["type"] for rule in found] == ["deletion", "non_fast_forward"]
    topic = stranger.get(f"{API}/rules/branches/topic/x").json()
    assert [rule["type"] for rule in topic] == ["update", "update"]
