"""Evidence that lies on a release: bundle, provenance and record of a lane, read and verified.

Used wherever bytes are taken from the draft (recovery), kept on it (a repeated staging), or
compared with it (un-draft, verify).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.checks.attestations import coverage, covers
from tools.checks.release_assets import Lane
from tools.errors import Mismatch, UsageError, raise_if
from tools.model import Digest, Problem
from tools.ops.github_answers import Asset
from tools.ops.sigstore import Statement, Trust, one_bundle
from tools.record import RECORD_NAME, ReleaseRecord, read
from tools.steps.context import Context

UPLOADED = "uploaded"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A lane's verified statement, and the record in the core lane."""

    lane: Lane
    statement: Statement
    record: ReleaseRecord | None
    record_digest: Digest | None


def complete(context: Context, lane: Lane, assets: Mapping[str, Asset]) -> bool:
    """Whether every evidence file of a lane is there and fully uploaded."""
    return all(
        name in assets and assets[name].state == UPLOADED for name in context.files.evidence(lane)
    )


def read_lane(context: Context, lane: Lane, assets: Mapping[str, Asset]) -> Evidence:
    """Download and verify a lane's evidence.

    Raises:
        Mismatch: a signature that does not verify, bundle and provenance that disagree, a
            record that the bundle does not cover or that is of another release.
    """
    github, trust, files = context.github(), context.trust(), context.files
    bundle = verify_bundle(context, trust, github.download(assets[files.bundle(lane)]))
    provenance = verify_provenance(context, trust, github.download(assets[files.provenance(lane)]))
    problems = coverage(
        files.provenance(lane),
        provenance,
        context.declaration.provenance.slsa_predicate,
        bundle.subjects,
    )
    predicate = context.declaration.provenance.predicate
    problems += coverage(files.bundle(lane), bundle, predicate, bundle.subjects)
    if files.crate_file(lane) not in bundle.subjects:
        problems.append(
            Problem(files.bundle(lane), f"{files.crate_file(lane)} as a subject", "no such subject")
        )
    record = digest = None
    if lane == "core":
        content = github.download(assets[RECORD_NAME])
        digest = Digest.of_bytes(content)
        problems += covers(files.bundle(lane), bundle, predicate, RECORD_NAME, digest)
        record = read(ReleaseRecord, content, RECORD_NAME)
        problems += record_problems(context, record, bundle.subjects)
    raise_if(
        problems,
        f"the {lane} lane's evidence does not hold together",
        Mismatch,
        "publish nothing more; find out who changed the release's assets",
    )
    return Evidence(lane, bundle, record, digest)


def require_attested_files(context: Context, lane: Lane, files: Mapping[str, Digest]) -> None:
    """Each file is a subject of the lane's handed-over bundle: asked before a token is minted.

    Raises:
        Mismatch: a bundle that does not verify, or a file that it does not attest.
    """
    path = context.layout.attested(lane) / context.files.bundle(lane)
    if not path.is_file():
        raise UsageError(f"there is no {path}", remedy="run the attest job before this one")
    statement = verify_bundle(context, context.trust(), path.read_bytes())
    predicate = context.declaration.provenance.predicate
    raise_if(
        [
            problem
            for name, digest in files.items()
            for problem in covers(path.name, statement, predicate, name, digest)
        ],
        "these bytes are not what the release attested",
        Mismatch,
        "nothing of them was uploaded; find out where they come from",
    )


def verify_bundle(context: Context, trust: Trust, content: bytes) -> Statement:
    """The statement of a ``*.sigstore.json``, signed by our workflow at this tag and commit."""
    return trust.verify(one_bundle(content), context.build_signer)


def verify_provenance(context: Context, trust: Trust, content: bytes) -> Statement:
    """The statement of a ``*.intoto.jsonl``, signed by the SLSA builder that we called."""
    return trust.verify(one_bundle(content), context.slsa_signer)


def record_problems(
    context: Context, record: ReleaseRecord, subjects: Mapping[str, Digest] | None = None
) -> list[Problem]:
    """A record of another release, of other files, or that its own subjects contradict."""
    wanted = (str(context.version), context.tag, context.commit, context.repository)
    found = (record.version, record.tag, record.commit, record.repository)
    problems = []
    if wanted != found:
        problems.append(Problem(RECORD_NAME, " ".join(wanted), " ".join(found)))
    for what, expected, stated in (
        ("artifacts", context.files.published, record.digests),
        ("assets", context.files.complete, record.assets),
    ):
        if set(expected) != set(stated):
            different = sorted(set(expected) ^ set(stated))
            problems.append(
                Problem(f"{RECORD_NAME}: {what}", "this release's files", ", ".join(different))
            )
    for name, digest in (subjects or {}).items():
        if name in record.digests and record.digests[name] != digest:
            problems.append(
                Problem(f"{RECORD_NAME}: {name}", str(digest), str(record.digests[name]))
            )
    return problems
