"""PEP 740: each file on PyPI carries a publish attestation of our workflow, at this tag.

PyPI checks the publisher when it takes the upload, but not the tag; here the signer workflow,
the tag's ref, the commit, the file's name and its digest are all required.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.checks.attestations import publish_coverage
from tools.declaration import PythonProject
from tools.errors import Mismatch, PartlyPublished, Transient, Unrepairable, raise_if
from tools.model import Digest, Problem
from tools.ops.clock import Deadline
from tools.ops.sigstore import PUBLISH_PREDICATE, Trust
from tools.steps.context import Context


def require_attested(
    context: Context, project: PythonProject, expected: Mapping[str, Digest]
) -> None:
    """Every file has a valid publish attestation, perhaps after a moment.

    Raises:
        Unrepairable: PyPI took a file without one, and none can be added later.
        PartlyPublished: the simple index names one, and the integrity API does not serve it yet.
        Mismatch: an attestation that does not verify or attests something else.
        Transient: PyPI did not answer.
    """
    declared = context.declaration.readback
    deadline = Deadline.after(context.clock, declared.timeout_minutes * 60)
    trust, open_ = context.trust(), dict(expected)
    while True:
        for name in list(open_):
            provenance = context.pypi().provenance(project.name, context.version, name)
            if provenance is not None:
                raise_if(
                    problems(context, trust, name, open_.pop(name), provenance),
                    f"PyPI's attestation of {name} is not of this release",
                    Mismatch,
                    "stop; find out who uploaded this file",
                )
        if not open_:
            return
        if not deadline.pause(declared.poll_seconds):
            raise _unattested(context, project, open_)


def _unattested(
    context: Context, project: PythonProject, names: Iterable[str]
) -> Unrepairable | PartlyPublished:
    """Final only when the index says that a file has no provenance: it may be just late."""
    listed = context.pypi().simple(project.name)
    bare = [name for name in names if name in listed and listed[name].attested is False]
    if not bare:
        return PartlyPublished(
            f"the attestations of {project.name} {context.version} are not served yet",
            problems=[Problem(name, "a PEP 740 attestation", "not found") for name in names],
            remedy="re-run this job; it uploads nothing that is stored",
        )
    return Unrepairable(
        f"PyPI serves files of {project.name} {context.version} without attestation",
        problems=[Problem(name, "a PEP 740 attestation", "none") for name in bare],
        remedy="none can be added to a file that is published; ship a patch release",
    )


def problems(
    context: Context, trust: Trust, name: str, digest: Digest, provenance: Mapping[str, Any]
) -> list[Problem]:
    """What is wrong with a file's provenance object; empty when one bundle of ours verifies."""
    found: list[Problem] = []
    for publisher, attestation in _ours(provenance):
        trouble = [*_publisher_problems(context, name, publisher)]
        try:
            statement = trust.verify_publish(attestation, context.build_signer)
            if statement.predicate_type != PUBLISH_PREDICATE:
                continue
            trouble += publish_coverage(name, statement, name, digest)
        except Mismatch as error:
            trouble.append(Problem(name, error.expected or "verified", error.found or str(error)))
        if not trouble:
            return []
        found += trouble
    return found or [Problem(name, "a publish attestation", "no publish attestation")]


def _ours(provenance: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    try:
        for bundle in provenance["attestation_bundles"]:
            for attestation in bundle["attestations"]:
                yield dict(bundle["publisher"]), dict(attestation)
    except (KeyError, TypeError, ValueError) as error:
        raise Transient("PyPI's provenance object is not readable", found=repr(error)) from error


def _publisher_problems(context: Context, name: str, publisher: Mapping[str, Any]) -> list[Problem]:
    declaration = context.declaration
    wanted = {
        "kind": "GitHub",
        "repository": declaration.project.repository,
        "workflow": declaration.project.workflow.name,
        "environment": declaration.registries.pypi.environment,
    }
    return [
        Problem(f"{name}: publisher {key}", value, str(publisher.get(key)))
        for key, value in wanted.items()
        if publisher.get(key) != value
    ]
