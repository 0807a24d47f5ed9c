"""The gate before staging: bundle, provenance and attestation store verify, and agree.

Both files must verify against the pinned trust root, be signed by the declared workflow for
this tag and commit, and have exactly this lane's built files as subjects. The attestation store
must hold a build attestation of every subject too.
"""

from __future__ import annotations

from tools.checks.attestations import coverage, covers
from tools.checks.release_assets import Lane
from tools.console import console
from tools.errors import Mismatch, ReleaseError, Transient, UsageError, raise_if
from tools.model import Digest, Problem
from tools.ops.clock import Deadline
from tools.ops.sigstore import Trust
from tools.steps import evidence
from tools.steps.context import Context
from tools.steps.situation import after_publication
from tools.steps.subjects import digests_of, files_of


def verify_attestations(context: Context, lane: Lane) -> dict[str, Digest]:
    """Verify a lane's attestations; the attested digests by name.

    Raises:
        Mismatch: with every deviation found.
        Transient: the attestation store did not answer.
        GateRefused, PartlyPublished: the store refused; the second once a crate is public.
    """
    expected = digests_of(files_of(context, lane, built_only=True))
    trust = context.trust()
    problems = _file_problems(context, trust, lane, expected)
    raise_if(
        problems,
        f"the {lane} lane is not attested as it must be",
        Mismatch,
        "stage nothing; re-run the jobs that attest",
    )
    # The manifest lane begins when the core crate is public.
    with after_publication("" if lane == "core" else "the core crate"):
        _require_stored(context, trust, expected)
    console.success(f"{len(expected)} subjects of the {lane} lane are attested three times")
    return expected


def _file_problems(
    context: Context, trust: Trust, lane: Lane, expected: dict[str, Digest]
) -> list[Problem]:
    provenance, folder = context.declaration.provenance, context.layout.attested(lane)
    problems: list[Problem] = []
    for name, verify, predicate in (
        (context.files.bundle(lane), evidence.verify_bundle, provenance.predicate),
        (context.files.provenance(lane), evidence.verify_provenance, provenance.slsa_predicate),
    ):
        try:
            statement = verify(context, trust, _read(context, lane, name))
            problems += coverage(name, statement, predicate, expected)
        except Mismatch as error:
            problems.append(Problem(name, error.expected or "verified", error.found or str(error)))
    extra = {p.name for p in folder.iterdir()} - set(context.files.evidence(lane))
    problems += [Problem(f"{folder.name}/{n}", "absent", "present") for n in sorted(extra)]
    return problems


def _read(context: Context, lane: Lane, name: str) -> bytes:
    path = context.layout.attested(lane) / name
    if not path.is_file():
        raise UsageError(f"there is no {path}", remedy="run the attest and provenance jobs first")
    return path.read_bytes()


def _require_stored(context: Context, trust: Trust, expected: dict[str, Digest]) -> None:
    """Each subject has a build attestation in the forge's store, perhaps after a moment."""
    readback = context.declaration.readback
    deadline = Deadline.after(context.clock, readback.timeout_minutes * 60)
    open_ = dict(expected)
    while open_:
        for name, digest in list(open_.items()):
            if stored(context, trust, name, digest):
                del open_[name]
        if open_ and not deadline.pause(readback.poll_seconds):
            raise Transient(
                "the attestation store has no attestation of some subjects",
                problems=[Problem(name, "an attestation", "none") for name in open_],
                remedy="re-run this job; if it stays so, re-run the attest job",
            )


def stored(context: Context, trust: Trust, name: str, digest: Digest) -> bool:
    """Whether the store has a build attestation of a file by our workflow at this tag.

    Raises:
        Mismatch: it has attestations of this digest, and none of them verifies.
    """
    found = context.github().attestations(digest)
    refusals: list[ReleaseError] = []
    for candidate in found:
        try:
            statement = trust.verify(candidate, context.build_signer)
        except Mismatch as error:
            refusals.append(error)
            continue
        predicate = context.declaration.provenance.predicate
        if not covers("attestation store", statement, predicate, name, digest):
            return True
    if refusals and len(refusals) == len(found):
        raise Mismatch(
            f"the attestation store has no valid attestation of {name}",
            expected=refusals[0].expected,
            found=refusals[0].found,
            remedy="find out who attested this digest, and re-run the attest job",
        )
    return False
