"""The claims that each registry's trusted publisher record must match, and this job's own.

From the declaration: registry, project, owner, repository, workflow file, environment, and the
page where the record is set, for the check by hand before a tag. In a job with ``id-token:
write`` a token is asked for, for an audience that no registry accepts, decoded and compared; the
token itself is masked and never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.checks import claims as check
from tools.checks.claims import Record
from tools.console import console
from tools.declaration import Declaration
from tools.errors import GateRefused, Transient, raise_if
from tools.ops import oidc
from tools.ops.http import Http

# Worth nothing anywhere: neither registry exchanges a token of this audience.
AUDIENCE = "release-claims"
# Claims that say which run it was; the others are compared or of no use to a reader.
SHOWN = (
    "iss",
    "sub",
    "repository",
    "repository_owner",
    "repository_id",
    "repository_owner_id",
    "ref",
    "ref_type",
    "sha",
    "workflow_ref",
    "job_workflow_ref",
    "environment",
    "event_name",
    "run_id",
    "run_attempt",
    "runner_environment",
)


@dataclass(frozen=True, slots=True)
class Claims:
    """The records to compare by hand, and the token's claims; empty outside the workflow."""

    records: tuple[Record, ...]
    token: dict[str, str]


def claims(declaration: Declaration, http: Http, env: Mapping[str, str]) -> Claims:
    """Show the records, and the claims of this job's token when there is one.

    Raises:
        GateRefused: the token's claims would not match the records.
        Transient: the issuer did not answer, or not with a token.
    """
    records = check.records(declaration)
    columns = ("registry", "project", "owner", "repository", "workflow", "environment", "set at")
    console.table(
        "Trusted publisher records",
        columns,
        (
            (r.registry, r.project, r.owner, r.repository, r.workflow, r.environment, r.page)
            for r in records
        ),
    )
    if not oidc.available(env):
        console.info("no token here: run it in a release.yml job with id-token: write to compare")
        return Claims(records, {})
    found = _token(http, env)
    shown = {name: str(found[name]) for name in SHOWN if name in found}
    _show(declaration, shown)
    raise_if(
        check.problems(declaration, found),
        "this job's token does not match the trusted publisher records",
        GateRefused,
    )
    console.success("this job's token matches the records of its environment")
    return Claims(records, shown)


def _token(http: Http, env: Mapping[str, str]) -> dict[str, Any]:
    try:
        return check.decode(oidc.request_token(http, AUDIENCE, env))
    except ValueError as error:
        raise Transient(str(error), remedy="re-run the job") from error


def _show(declaration: Declaration, shown: Mapping[str, str]) -> None:
    wanted = check.expected(declaration, shown.get("ref", ""))
    wanted["environment"] = " or ".join(
        dict.fromkeys(record.environment for record in check.records(declaration))
    )
    rows = ((name, wanted.get(name, ""), value) for name, value in shown.items())
    console.table("This job's token", ("claim", "must be", "is"), rows)
