"""Attestations: who must have signed, and whether subjects and files are the same set.

Pinning the repository alone is weak: any workflow of it that may write attestations would do.
So the signer workflow, the tag's ref and the commit are all required, and the subjects must
equal the files by name and sha256, no more and no fewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from tools.declaration import Declaration
from tools.model import Digest, Problem, Version
from tools.ops.sigstore import PUBLISH_PREDICATE, Signer, Statement

SERVER = "https://github.com"


def build_signer(declaration: Declaration, version: Version, commit: str) -> Signer:
    """Who signs the build attestations and the PEP 740 ones: our workflow, at this tag."""
    project, provenance = declaration.project, declaration.provenance
    ref = f"refs/tags/{project.tag_of(version)}"
    repository = f"{SERVER}/{project.repository}"
    workflow = f"{repository}/{PurePosixPath(provenance.signer)}@{ref}"
    return Signer(
        identity=workflow,
        issuer=provenance.issuer,
        repository=repository,
        ref=ref,
        commit=commit,
        config=workflow,
    )


def slsa_signer(declaration: Declaration, version: Version, commit: str) -> Signer:
    """Who signs ``*.intoto.jsonl``: the SLSA builder at its pinned tag, called by our workflow."""
    ours, provenance = build_signer(declaration, version, commit), declaration.provenance
    return Signer(
        identity=f"{SERVER}/{provenance.slsa_builder}@refs/tags/{provenance.slsa_builder_tag}",
        issuer=ours.issuer,
        repository=ours.repository,
        ref=ours.ref,
        commit=ours.commit,
        config=ours.config,
    )


def coverage(
    where: str, statement: Statement, predicate: str, files: Mapping[str, Digest]
) -> list[Problem]:
    """Another predicate type; subjects that are extra, missing, or of other bytes."""
    found: list[Problem] = []
    if statement.predicate_type != predicate:
        found.append(Problem(f"{where}: predicate type", predicate, statement.predicate_type))
    for name in sorted(files.keys() - statement.subjects.keys()):
        found.append(Problem(f"{where}: {name}", "a subject", "no subject of this name"))
    for name in sorted(statement.subjects.keys() - files.keys()):
        found.append(Problem(f"{where}: {name}", "no such subject", "an extra subject"))
    for name in sorted(files.keys() & statement.subjects.keys()):
        if statement.subjects[name] != files[name]:
            found.append(
                Problem(f"{where}: {name}", str(files[name]), str(statement.subjects[name]))
            )
    return found


def covers(
    where: str, statement: Statement, predicate: str, name: str, digest: Digest
) -> list[Problem]:
    """Whether a statement, possibly of several subjects, attests one file."""
    subject = {n: d for n, d in statement.subjects.items() if n == name}
    narrowed = Statement(statement.predicate_type, subject)
    return coverage(where, narrowed, predicate, {name: digest})


def publish_coverage(where: str, statement: Statement, name: str, digest: Digest) -> list[Problem]:
    """A PEP 740 publish attestation attests exactly one file."""
    return coverage(where, statement, PUBLISH_PREDICATE, {name: digest})
