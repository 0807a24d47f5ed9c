"""I3, I5, I6 and I7: what became of each file.

It is uploaded once, served as it was attested, attested only if it was built, and read only by
jobs to which it was handed over.
"""

from __future__ import annotations

from tools.model import Problem
from tools.rehearsal.evidence import Evidence
from tools.rehearsal.workflow import graph
from tools.rehearsal.world.uploads import Outcome, Upload


def uploaded_once(evidence: Evidence) -> tuple[int, list[Problem]]:
    """No file that is there is uploaded again."""
    problems: list[Problem] = []
    there: dict[tuple[str, str], Upload] = {}
    for where, upload in evidence.uploads:
        key = (where, upload.file)
        if key in there:
            problems.append(
                Problem(
                    f"{where}: {upload.file}",
                    f"one upload, by {there[key].label}",
                    f"another by {upload.label} ({upload.outcome})",
                )
            )
        if upload.outcome is Outcome.STORED:
            there[key] = upload
    return len(there), problems


def served_equals_attested(evidence: Evidence) -> tuple[int, list[Problem]]:
    """Once the release is public, every surface serves every attested file, byte for byte."""
    if not evidence.public:
        return 0, []
    problems: list[Problem] = []
    attested = {name: sha for lane in evidence.subjects.values() for name, sha in lane.items()}
    problems += [
        Problem(name, "a subject of an attestation", "none")
        for name in evidence.lanes
        if name not in attested
    ]
    for item in evidence.served:
        expected = attested.get(item.file)
        if expected is not None and item.sha256 != expected:
            found = item.sha256 or item.detail
            problems.append(Problem(f"{item.file} on {item.surface}", expected, found))
    surfaces = {(item.file, item.surface) for item in evidence.served}
    for name in evidence.lanes:
        if (name, "GitHub Release") not in surfaces:
            problems.append(Problem(name, "served on the GitHub Release", "not there"))
    return len(evidence.served), problems


def claims_only_what_was_built(evidence: Evidence) -> tuple[int, list[Problem]]:
    """Every subject is a file that a build job of this run handed over, or the record."""
    built: set[tuple[str, str]] = set()
    for artifact in evidence.artifacts:
        if artifact.name.startswith(("wheel-", "sdist-")) or artifact.name in (
            "crates",
            "manifest-crate",
        ):
            built |= set(artifact.files.items())
    problems: list[Problem] = []
    count = 0
    for lane, subjects in evidence.subjects.items():
        for name, sha in subjects.items():
            count += 1
            if (name, sha) not in built and name != "release-record.json":
                problems.append(
                    Problem(f"{lane} attestation: {name}", "built by this run", f"sha256 {sha}")
                )
    return count, problems


def handed_over(evidence: Evidence) -> tuple[int, list[Problem]]:
    """Each download was uploaded by a job that the graph puts before it."""
    uploader = {artifact.name: artifact.uploader for artifact in evidence.artifacts}
    problems: list[Problem] = []
    count = 0
    for instance in evidence.history:
        before = graph.ancestors(evidence.jobs, instance.job)
        for name in instance.downloaded:
            count += 1
            source = uploader.get(name, "").split(" (")[0]
            if source not in before:
                problems.append(
                    Problem(
                        f"{instance.label} downloads {name}",
                        "from a job that it needs",
                        source or "from nobody",
                    )
                )
    return count, problems
