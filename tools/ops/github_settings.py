"""The repository settings that guard a release, as GitHub's REST API states them.

Environments and rulesets of a public repository are readable by anyone. Branch protection and
immutable releases need ``administration: read``, which no job token can have. GitHub answers a
caller without that right by 401, 403 or a bare 404, so a 404 counts as "not set" only when its
message says so or when the caller administers the repository; otherwise :class:`NotPermitted`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

from tools.errors import NotPermitted, Transient
from tools.ops.github import GitHubClient
from tools.ops.github_answers import GitHubRefused
from tools.ops.http import Answer


@dataclass(frozen=True, slots=True)
class Environment:
    """A deployment environment.

    Attributes:
        reviewers: logins of users; a team is ``team SLUG``.
        restriction: ``none``, ``protected branches`` or ``selected branches and tags``.
        policies: ``tag PATTERN`` or ``branch PATTERN``, in GitHub's order.
    """

    name: str
    reviewers: tuple[str, ...]
    restriction: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Protection:
    """What guards a branch: approvals required, force pushes and deletion allowed."""

    reviews: int
    force_pushes: bool
    deletions: bool


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A repository ruleset for tags."""

    id: int
    name: str
    enforcement: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    rules: tuple[str, ...]


SELECTED = "selected branches and tags"
UNPROTECTED = Protection(reviews=0, force_pushes=True, deletions=True)


@dataclass(frozen=True, slots=True)
class GitHubSettings(GitHubClient):
    """The client, for settings."""

    @classmethod
    def of(cls, client: GitHubClient) -> Self:
        return cls(client.http, client.api, client.uploads, client.repository, client.token)

    def environment(self, name: str) -> Environment | None:
        """An environment with its policies; None when there is none of this name."""
        path = f"/environments/{quote(name, safe='')}"
        found = self._setting(path, f"environment {name}", public=True)
        if found is None:
            return None
        restriction = _restriction(found.get("deployment_branch_policy"))
        policies: tuple[str, ...] = ()
        if restriction == SELECTED:
            items = self._pages(
                f"{path}/deployment-branch-policies",
                f"read the deployment policies of {name}",
                key="branch_policies",
            )
            policies = tuple(f"{item.get('type', 'branch')} {item['name']}" for item in items)
        return Environment(
            name,
            tuple(_reviewers(found.get("protection_rules") or ())),
            restriction,
            policies,
        )

    def branch_rules(self, branch: str) -> Protection:
        """What the active rulesets demand of a branch; readable by anyone."""
        path = f"/rules/branches/{quote(branch, safe='')}"
        items = list(self._pages(path, f"read the rules of branch {branch}"))
        kinds = {item.get("type") for item in items}
        reviews = [
            int((item.get("parameters") or {}).get("required_approving_review_count") or 0)
            for item in items
            if item.get("type") == "pull_request"
        ]
        return Protection(
            max(reviews, default=0), "non_fast_forward" not in kinds, "deletion" not in kinds
        )

    def protection(self, branch: str) -> Protection:
        """Classic branch protection; everything allowed when there is none.

        Raises:
            NotPermitted: without ``administration: read``.
        """
        path = f"/branches/{quote(branch, safe='')}/protection"
        messages = ("Branch not protected", "Branch not found")
        found = self._setting(path, f"the protection of {branch}", absent=messages)
        if found is None:
            return UNPROTECTED
        reviews = found.get("required_pull_request_reviews") or {}
        return Protection(
            int(reviews.get("required_approving_review_count") or 0),
            _enabled(found, "allow_force_pushes"),
            _enabled(found, "allow_deletions"),
        )

    def immutable_releases(self) -> bool:
        """Whether releases published from now on are immutable.

        Raises:
            NotPermitted: without ``administration: read``.
        """
        found = self._setting("/immutable-releases", "the setting of immutable releases")
        return found is not None and bool(found.get("enabled"))

    def tag_rulesets(self) -> list[Ruleset]:
        """Every ruleset of the repository whose target is tags."""
        items = self._pages("/rulesets", "list rulesets", params={"targets": "tag"})
        return [self._ruleset(int(item["id"])) for item in items if item.get("target") == "tag"]

    def _ruleset(self, number: int) -> Ruleset:
        found = self._setting(f"/rulesets/{number}", f"ruleset {number}", public=True)
        if found is None:
            raise Transient(f"ruleset {number} is listed and not there", found="HTTP 404")
        names = (found.get("conditions") or {}).get("ref_name") or {}
        return Ruleset(
            number,
            str(found.get("name") or ""),
            str(found.get("enforcement") or ""),
            tuple(names.get("include") or ()),
            tuple(names.get("exclude") or ()),
            tuple(str(rule.get("type")) for rule in found.get("rules") or ()),
        )

    def _setting(
        self, path: str, what: str, *, public: bool = False, absent: Iterable[str] = ()
    ) -> dict[str, Any] | None:
        """A setting as JSON; None when it is known not to be set."""
        answer = self.http.get(self._url(path), headers=self._headers())
        if answer.ok:
            return answer.mapping()
        if answer.status == 404 and (public or _message(answer) in absent or self._administers()):
            return None
        if answer.status in (401, 403, 404):
            raise NotPermitted(f"{what} cannot be read with this token", found=answer.brief)
        raise GitHubRefused(f"read {what}", answer)

    def _administers(self) -> bool:
        """Whether a bare 404 means "not set" to this caller, or only "not for you"."""
        found = self._get("", "read the repository") or {}
        return bool((found.get("permissions") or {}).get("admin"))


def _message(answer: Answer) -> str:
    try:
        return str(json.loads(answer.body).get("message", ""))
    except (ValueError, AttributeError):
        return ""


def _restriction(policy: Any) -> str:
    if not policy:
        return "none"
    return SELECTED if policy.get("custom_branch_policies") else "protected branches"


def _reviewers(rules: Iterable[dict[str, Any]]) -> Iterable[str]:
    for rule in rules:
        if rule.get("type") != "required_reviewers":
            continue
        for entry in rule.get("reviewers") or ():
            who = entry.get("reviewer") or {}
            team = entry.get("type") != "User"
            yield f"team {who.get('slug') or who.get('name')}" if team else str(who.get("login"))


def _enabled(found: dict[str, Any], key: str) -> bool:
    """A switch of the protection; one that is not stated counts as on, the unsafe reading."""
    value = found.get(key)
    return bool(value.get("enabled")) if isinstance(value, dict) else True
