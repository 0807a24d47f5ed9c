"""What a registry's trusted publisher record must say, and whether a job's token says it too.

crates.io compares repository owner, repository, workflow file name and environment of the token
with the crate's record; PyPI does the same with the project's publisher. A record that does not
match lets the exchange fail closed: nothing is published, and the run has to be repeated.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.declaration import Declaration
from tools.model import Problem


@dataclass(frozen=True, slots=True)
class Record:
    """One trusted publisher record: where it is set, and what stands there."""

    registry: str
    project: str
    owner: str
    repository: str
    workflow: str
    environment: str
    page: str


def records(declaration: Declaration) -> tuple[Record, ...]:
    """The records of every crate and every PyPI project, from the declaration."""
    owner, _, name = declaration.project.repository.partition("/")
    workflow = declaration.project.workflow.name
    registries = declaration.registries
    crates = (
        Record(
            "crates.io",
            crate.name,
            owner,
            name,
            workflow,
            registries.crates_io.environment,
            f"{registries.crates_io.api}/crates/{crate.name}/settings",
        )
        for crate in declaration.crate
    )
    projects = (
        Record(
            "PyPI",
            project.name,
            owner,
            name,
            workflow,
            registries.pypi.environment,
            f"{registries.pypi.api}/manage/project/{project.name}/settings/publishing/",
        )
        for project in declaration.python
    )
    return (*crates, *projects)


def decode(token: str) -> dict[str, Any]:
    """The claims of a JSON web token (RFC 7519), *not verified*: only to be shown and compared.

    Raises:
        ValueError: when it is not a token; its text is not repeated.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError) as error:
        raise ValueError("the credential is not a readable JSON web token") from error
    if not isinstance(claims, dict):
        raise ValueError("the credential's claims are not an object")
    return claims


def expected(declaration: Declaration, ref: str) -> dict[str, str]:
    """The claims that every publish job's token must have, but for its environment.

    ``workflow_ref`` is what crates.io reads, ``job_workflow_ref`` what PyPI and Fulcio read.
    """
    repository = declaration.project.repository
    workflow = f"{repository}/{declaration.project.workflow.as_posix()}@{ref}"
    return {
        "iss": declaration.provenance.issuer,
        "repository": repository,
        "repository_owner": repository.partition("/")[0],
        "workflow_ref": workflow,
        "job_workflow_ref": workflow,
        "ref": ref,
        "ref_type": "tag",
    }


def problems(declaration: Declaration, claims: Mapping[str, Any]) -> Iterator[Problem]:
    """Where a token's claims differ from what the registries' records must say."""
    from tools.model import tag_version

    ref = str(claims.get("ref", ""))
    tag = ref.removeprefix("refs/tags/")
    if not ref.startswith("refs/tags/") or tag_version(tag) is None:
        yield Problem("claim ref", "refs/tags/vX.Y.Z", ref or "none", "a release runs on its tag")
    for name, value in expected(declaration, ref).items():
        if claims.get(name) != value:
            found = str(claims.get(name, "none"))
            yield Problem(f"claim {name}", value, found, "mend release.toml or the workflow")
    known = sorted({record.environment for record in records(declaration)})
    environment = claims.get("environment")
    if environment not in known:
        yield Problem(
            "claim environment",
            " or ".join(known),
            str(environment or "none"),
            "a publish job needs `environment:`; other jobs can publish nothing",
        )
