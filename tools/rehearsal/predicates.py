"""The provenance predicates that GitHub's signing actions write, from an OIDC token's claims."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

SERVER = "https://github.com"
WORKFLOW_BUILD = "https://actions.github.io/buildtypes/workflow/v1"
GENERIC_BUILD = "https://github.com/slsa-framework/slsa-github-generator/generic@v1"


def build_provenance(claims: Mapping[str, str]) -> dict[str, Any]:
    """The SLSA v1 predicate of GitHub's workflow build type, from the token's claims."""
    repository = f"{SERVER}/{claims['repository']}"
    path, _, ref = claims["workflow_ref"].removeprefix(f"{claims['repository']}/").partition("@")
    run = f"{repository}/actions/runs/{claims['run_id']}/attempts/{claims['run_attempt']}"
    internal = ("event_name", "repository_id", "repository_owner_id", "runner_environment")
    source = f"git+{repository}@{claims['ref']}"
    return {
        "buildDefinition": {
            "buildType": WORKFLOW_BUILD,
            "externalParameters": {
                "workflow": {"ref": ref, "repository": repository, "path": path}
            },
            "internalParameters": {"github": {name: claims[name] for name in internal}},
            "resolvedDependencies": [{"uri": source, "digest": {"gitCommit": claims["sha"]}}],
        },
        "runDetails": {
            "builder": {"id": f"{SERVER}/{claims['job_workflow_ref']}"},
            "metadata": {"invocationId": run},
        },
    }


def generic_provenance(claims: Mapping[str, str]) -> dict[str, Any]:
    """The SLSA v0.2 predicate of the generic generator, from the token's claims."""
    path = claims["workflow_ref"].removeprefix(f"{claims['repository']}/").partition("@")[0]
    source = {
        "uri": f"git+{SERVER}/{claims['repository']}@{claims['ref']}",
        "digest": {"sha1": claims["sha"]},
    }
    environment = {
        "github_actor": claims["actor"],
        "github_actor_id": claims["actor_id"],
        "github_base_ref": claims["base_ref"],
        "github_event_name": claims["event_name"],
        "github_event_payload": {},  # the rehearsal has no webhook payload
        "github_head_ref": claims["head_ref"],
        "github_ref": claims["ref"],
        "github_ref_type": claims["ref_type"],
        "github_repository_id": claims["repository_id"],
        "github_repository_owner": claims["repository_owner"],
        "github_repository_owner_id": claims["repository_owner_id"],
        "github_run_attempt": claims["run_attempt"],
        "github_run_id": claims["run_id"],
        "github_run_number": claims["run_number"],
        "github_sha1": claims["sha"],
    }
    return {
        "builder": {"id": f"{SERVER}/{claims['job_workflow_ref']}"},
        "buildType": GENERIC_BUILD,
        "invocation": {
            "configSource": {**source, "entryPoint": path},
            "parameters": {},
            "environment": environment,
        },
        "metadata": {
            "buildInvocationID": f"{claims['run_id']}-{claims['run_attempt']}",
            "buildFinishedOn": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "completeness": {"parameters": True, "environment": False, "materials": False},
            "reproducible": False,
        },
        "materials": [source],
    }
