"""The settings that guard a release: environments, branch protection, rulesets, immutability.

Environments and rulesets of a public repository are readable by anyone. Branch protection and
the immutability setting need ``administration: read``, which no job token can have: those
answer 401 or 403 to everybody but the maintainer.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.github.access import Right
from tools.rehearsal.world.github.api import (
    NOT_FOUND,
    ApiError,
    Call,
    Core,
    page,
    route,
    stamp,
    user,
)
from tools.rehearsal.world.github.state import Environment, Policy, Ruleset

ADMIN = Right("administration")


def routes(core: Core) -> list[Route]:
    read, metadata = Right("actions"), Right("metadata")
    one = "/environments/{environment}"
    policies = one + "/deployment-branch-policies"
    return [
        route(core, "/environments", _environments, read),
        route(core, one, _environment, read),
        route(core, policies, _policies, read),
        route(core, policies + "/{policy}", _policy, read),
        route(core, "/branches/{branch}/protection", _protection, ADMIN, public=False),
        route(core, "/immutable-releases", _immutable_releases, ADMIN, public=False),
        route(core, "/rulesets", _rulesets, metadata),
        route(core, "/rulesets/{ruleset}", _ruleset, metadata),
        route(core, "/rules/branches/{branch:path}", _branch_rules, metadata),
    ]


# ---------------------------------------------------------------------- environments


def _environment_json(core: Core, environment: Environment) -> dict[str, Any]:
    policies = environment.policies
    restriction = policies is not None and {
        "protected_branches": environment.protected_branches,
        "custom_branch_policies": not environment.protected_branches,
    }
    return {
        "id": environment.id,
        "name": environment.name,
        "url": f"{core.api_url}/environments/{environment.name}",
        "html_url": f"{core.web_url}/deployments/activity_log?environments_filter="
        f"{environment.name}",
        "created_at": stamp(environment.created),
        "updated_at": stamp(environment.created),
        "can_admins_bypass": environment.can_admins_bypass,
        "protection_rules": _rules(environment),
        "deployment_branch_policy": restriction or None,
    }


def _rules(environment: Environment) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    if environment.wait_minutes:
        rules.append({"type": "wait_timer", "wait_timer": environment.wait_minutes})
    if environment.reviewers:
        reviewers = [{"type": "User", "reviewer": user(name)} for name in environment.reviewers]
        rules.append(
            {
                "type": "required_reviewers",
                "prevent_self_review": environment.prevent_self_review,
                "reviewers": reviewers,
            }
        )
    if environment.policies is not None:
        rules.append({"type": "branch_policy"})
    return [{"id": environment.id * 10 + n, **rule} for n, rule in enumerate(rules)]


def _named(call: Call) -> Environment:
    found = call.state.environments.get(call.param("environment"))
    if found is None:
        raise ApiError(404, NOT_FOUND)
    return found


def _environments(core: Core, call: Call) -> Response:
    items = [_environment_json(core, item) for item in call.state.environments.values()]
    return page(core, call, items, "environments")


def _environment(core: Core, call: Call) -> Response:
    return JSONResponse(_environment_json(core, _named(call)))


def _custom_policies(call: Call) -> tuple[Policy, ...]:
    environment = _named(call)
    if environment.policies is None or environment.protected_branches:
        raise ApiError(404, NOT_FOUND)
    return environment.policies


def _policy_json(policy: Policy) -> dict[str, Any]:
    return {"id": policy.id, "name": policy.name, "type": policy.type}


def _policies(core: Core, call: Call) -> Response:
    items = [_policy_json(policy) for policy in _custom_policies(call)]
    return page(core, call, items, "branch_policies")


def _policy(core: Core, call: Call) -> Response:
    wanted = call.number("policy")
    for policy in _custom_policies(call):
        if policy.id == wanted:
            return JSONResponse(_policy_json(policy))
    raise ApiError(404, NOT_FOUND)


# ---------------------------------------------------------------------- branches and releases


def _protection(core: Core, call: Call) -> Response:
    name = call.param("branch")
    if core.git.ref(f"refs/heads/{name}") is None:
        raise ApiError(404, "Branch not found")
    rules = call.state.protection.get(name)
    if rules is None:
        raise ApiError(404, "Branch not protected")
    return JSONResponse({"url": f"{core.api_url}/branches/{name}/protection", **rules})


def _immutable_releases(core: Core, call: Call) -> Response:
    if not call.state.immutable_releases:
        raise ApiError(404, NOT_FOUND)
    return JSONResponse({"enabled": True, "enforced_by_owner": False})


# ---------------------------------------------------------------------- rulesets


def _ruleset_json(core: Core, ruleset: Ruleset) -> dict[str, Any]:
    return {
        "id": ruleset.id,
        "name": ruleset.name,
        "target": ruleset.target,
        "source_type": "Repository",
        "source": core.repository,
        "enforcement": ruleset.enforcement,
        "_links": {"html": {"href": f"{core.web_url}/rules/{ruleset.id}"}},
    }


def _rulesets(core: Core, call: Call) -> Response:
    targets = call.query.get("targets")
    items = [
        _ruleset_json(core, ruleset)
        for ruleset in call.state.rulesets.values()
        if not targets or ruleset.target in targets.split(",")
    ]
    return page(core, call, items)


def _ruleset(core: Core, call: Call) -> Response:
    ruleset = call.state.rulesets.get(call.number("ruleset"))
    if ruleset is None:
        raise ApiError(404, NOT_FOUND)
    refs = {"include": list(ruleset.include), "exclude": list(ruleset.exclude)}
    body = _ruleset_json(core, ruleset) | {
        "conditions": {"ref_name": refs},
        "rules": [dict(rule) for rule in ruleset.rules],
    }
    # Who may bypass a ruleset is shown only to those who may edit it.
    if call.caller.may(Right("administration", "write")):
        body["bypass_actors"] = [dict(actor) for actor in ruleset.bypass]
    return JSONResponse(body)


def _branch_rules(core: Core, call: Call) -> Response:
    ref = f"refs/heads/{call.param('branch')}"
    items = [
        {
            **rule,
            "ruleset_source_type": "Repository",
            "ruleset_source": core.repository,
            "ruleset_id": ruleset.id,
        }
        for ruleset in call.state.rulesets.values()
        if ruleset.target == "branch" and ruleset.enforcement == "active"
        if _applies(core, ruleset, ref)
        for rule in ruleset.rules
    ]
    return page(core, call, items)


def _applies(core: Core, ruleset: Ruleset, ref: str) -> bool:
    default = f"refs/heads/{core.state.default_branch}"

    def matches(patterns: tuple[str, ...]) -> bool:
        return any(
            pattern == "~ALL"
            or (pattern == "~DEFAULT_BRANCH" and ref == default)
            or fnmatchcase(ref, pattern)
            for pattern in patterns
        )

    return matches(ruleset.include) and not matches(ruleset.exclude)
