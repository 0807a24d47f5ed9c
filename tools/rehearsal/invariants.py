"""The invariants I1 to I7 of every rehearsal, each a function of the evidence.

I1  Nothing is public before its gates.
I2  No registry token before byte identity, none outlives its job, none appears anywhere.
I3  At most one upload of a file succeeds; a re-run never uploads again what is there.
I4  After a single fault and a re-run the release completes, or stops and says why.
I5  What is served equals what was attested, on every surface.
I6  Provenance claims only what this run built.
I7  No step depends on a file that an earlier job did not hand over as an artifact.

They look at ledgers, the journal, signed statements and logs; never at what a step says of
itself, but for the one line that proves when a crate was re-packaged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tools.model import Problem
from tools.rehearsal.evidence import CRATES, Evidence, moment
from tools.rehearsal.faults import NamedFault
from tools.rehearsal.workflow import graph
from tools.rehearsal.workflow.records import SUCCESS, InstanceRecord
from tools.rehearsal.world.journal import Entry
from tools.rehearsal.world.trusted import TokenRecord
from tools.rehearsal.world.uploads import Outcome, Upload

# The exit code of a process that was killed: nothing could be revoked any more.
_KILLED = -9
_LINE = re.compile(r"(?P<time>\S+) re-packaged (?P<crate>[\w-]+): sha256:(?P<sha>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One invariant: what it says, how much it was checked on, and what violates it."""

    name: str
    text: str
    checked: int
    problems: tuple[Problem, ...]

    @property
    def holds(self) -> bool:
        return not self.problems


Problems = list[Problem]


# ------------------------------------------------------------------ I1


def nothing_before_its_gates(evidence: Evidence) -> tuple[int, Problems]:
    problems: Problems = []
    stored = [(where, u) for where, u in evidence.uploads if u.outcome is Outcome.STORED]
    for _, upload in stored:
        problems += _unattested(evidence, upload) + _unverified(evidence, upload)
    problems += _undrafted_early(evidence, stored)
    return len(stored), problems


def _unattested(evidence: Evidence, upload: Upload) -> Problems:
    """The file, its bundle and its provenance stood on the draft before the upload."""
    lane = evidence.lanes.get(upload.file, "")
    staged = {
        event.subject: event
        for event in evidence.events
        if event.action == "asset.uploaded" and event.time < upload.at
    }
    prefix = "ordvec-manifest" if lane == "manifest" else "ordvec"
    needed = (
        upload.file,
        f"{prefix}-{evidence.version}.sigstore.json",
        f"{prefix}-{evidence.version}.intoto.jsonl",
    )
    problems = [
        Problem(f"upload of {upload.file}", f"{name} staged before it", "not staged")
        for name in needed
        if name not in staged
    ]
    found = staged.get(upload.file)
    if found is not None and found.detail != f"sha256:{upload.sha256}":
        problems.append(
            Problem(f"upload of {upload.file}", f"the staged bytes {found.detail}", upload.sha256)
        )
    if evidence.subjects.get(lane, {}).get(upload.file) != upload.sha256:
        problems.append(
            Problem(f"upload of {upload.file}", f"a subject of the {lane} attestation", "none")
        )
    return problems


def _unverified(evidence: Evidence, upload: Upload) -> Problems:
    """verify-attestations of its lane had succeeded before the upload."""
    lane = evidence.lanes.get(upload.file, "")
    wanted = f"release.verify-attestations --lane {lane}"
    for instance in evidence.history:
        for step in instance.steps:
            done = step.conclusion == SUCCESS and step.real and wanted in step.command
            if done and moment(step.ended) < upload.at:
                return []
    return [Problem(f"upload of {upload.file}", f"`{wanted}` before it", "no such step")]


def _undrafted_early(evidence: Evidence, stored: Sequence[tuple[str, Upload]]) -> Problems:
    """Between each store and the un-draft every surface was read back."""
    published = [e.time for e in evidence.events if e.action == "release.published"]
    problems = [Problem("the release", "one un-draft", f"{len(published)}") for _ in published[1:]]
    if not published:
        return problems
    for where, upload in stored:
        for surface, host, path in _surfaces(where, upload):
            since = upload.at - evidence.slack
            if not _read_between(evidence.journal, host, path, since, published[0]):
                problems.append(
                    Problem(
                        f"un-draft after {upload.file}",
                        f"a read of {surface} between upload and un-draft",
                        "none",
                    )
                )
    return problems


def _surfaces(where: str, upload: Upload) -> list[tuple[str, str, str]]:
    name, version = re.escape(upload.project), re.escape(upload.version)
    if where == CRATES:
        return [
            ("the metadata", "crates.io", rf"/crates/{name}/{version}$"),
            ("the download", "crates.io", rf"/crates/{name}/{version}/download$"),
            ("the static host", "static.crates.io", rf"/{name}/.*{version}"),
            ("the index", "index.crates.io", rf"/{name}$"),
        ]
    return [
        ("the JSON API", "pypi.org", rf"/pypi/{name}/"),
        ("the simple index", "pypi.org", rf"/simple/{name}/"),
        ("the served file", "files.pythonhosted.org", re.escape(upload.file) + "$"),
    ]


def _read_between(
    journal: Iterable[Entry], host: str, path: str, after: datetime, before: datetime
) -> bool:
    pattern = re.compile(path, re.IGNORECASE)
    return any(
        entry.host == host
        and entry.method in ("GET", "HEAD")
        and entry.status in (200, 302, 304)
        and after <= moment(entry.at)
        and moment(entry.at) <= before
        and pattern.search(entry.path)
        for entry in journal
    )


# ------------------------------------------------------------------ I2


def tokens_are_short(evidence: Evidence) -> tuple[int, Problems]:
    problems: Problems = []
    for where, token in evidence.tokens:
        label = f"{where} token {token.number} of {token.label}"
        problems += _lifetime(evidence, where, token, label)
        if where == CRATES:
            problems += _identity_first(evidence, token, label)
        if not _asked_before(evidence, where, token):
            problems.append(Problem(label, "the registry read before it was minted", "not read"))
    problems += [Problem(leak.where, "no token", leak.what) for leak in evidence.leaks]
    return len(evidence.tokens), problems


def _lifetime(evidence: Evidence, where: str, token: TokenRecord, label: str) -> Problems:
    """Spent only by its job; revoked before the job ends where the registry can revoke."""
    problems = [
        Problem(label, f"uses by {token.label} only", f"{use.what} by {use.label}")
        for use in token.uses
        if use.label != token.label
    ]
    owner = _owner(evidence, token)
    if owner is None:
        return [*problems, Problem(label, "minted by a job that may publish", "no such job")]
    end = moment(owner.ended)
    if where == CRATES:
        late = token.revoked_at is None or token.revoked_at > end
        if late and not _could_not_revoke(evidence, token, owner):
            problems.append(Problem(label, "revoked before its job ended", str(token.revoked_at)))
    elif token.expires_at - token.minted_at > timedelta(minutes=15):
        problems.append(Problem(label, "15 minutes of life at most", str(token.expires_at)))
    after = [use for use in token.uses if use.at > end]
    return problems + [Problem(label, "no use after its job", use.what) for use in after]


def _could_not_revoke(evidence: Evidence, token: TokenRecord, owner: InstanceRecord) -> bool:
    """The job was killed, never learnt the token, or the world did not take its revocation.

    Then the registry's own expiry is all there is: half an hour.
    """
    if owner.exit_code == _KILLED:
        return True
    return any(
        entry.label == token.label
        and entry.fault
        and entry.host == "crates.io"
        and entry.path.endswith("/trusted_publishing/tokens")
        and token.minted_at <= moment(entry.at + entry.seconds)
        and moment(entry.at) <= moment(owner.ended)
        for entry in evidence.journal
    )


def _owner(evidence: Evidence, token: TokenRecord) -> InstanceRecord | None:
    """The instance that had the token minted: by label and time, in the right environment."""
    for instance in evidence.history:
        inside = moment(instance.started) <= token.minted_at <= moment(instance.ended)
        if instance.label == token.label and inside and instance.environment:
            return instance
    return None


def _identity_first(evidence: Evidence, token: TokenRecord, label: str) -> Problems:
    """The job had re-packaged the crate to the attested digest before the token existed."""
    owner = _owner(evidence, token)
    if owner is None or owner.log is None:
        return []
    wanted = {
        u.sha256 for where, u in evidence.uploads if where == CRATES and u.token == token.number
    } or set(evidence.subjects.get("core", {}).values()) | set(
        evidence.subjects.get("manifest", {}).values()
    )
    for when, _, sha in repackagings(owner.log):
        if sha in wanted and when <= token.minted_at + evidence.slack:
            return []
    return [Problem(label, "the crate re-packaged to the attested bytes before it", "not so")]


def repackagings(log: Path) -> list[tuple[datetime, str, str]]:
    """(time, crate, sha256) of every re-packaging that a job's log tells of."""
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        match = _LINE.match(line)
        if match:
            when = datetime.fromisoformat(match["time"]).astimezone(UTC)
            found.append((when, match["crate"], match["sha"]))
    return found


def _asked_before(evidence: Evidence, where: str, token: TokenRecord) -> bool:
    hosts = ("index.crates.io", "crates.io") if where == CRATES else ("pypi.org",)
    return any(
        entry.label == token.label
        and entry.host in hosts
        and entry.method == "GET"
        and moment(entry.at) <= token.minted_at + evidence.slack
        for entry in evidence.journal
    )


# ------------------------------------------------------------------ I3


def uploaded_once(evidence: Evidence) -> tuple[int, Problems]:
    problems: Problems = []
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


# ------------------------------------------------------------------ I4


def completes_or_says_why(
    fault: NamedFault | None,
    first: InstanceRecord | None,
    *,
    complete_first: bool,
    complete: bool,
    expected_stop: bool = False,
) -> tuple[int, Problems]:
    """The outcome of the attempts against what the fault declares.

    Args:
        first: the instance that failed the first attempt, if one did.
        complete_first: whether the first attempt released everything.
        complete: whether everything is released in the end.
        expected_stop: the operator refused an environment, so a stop is what must happen.
    """
    if fault is None and expected_stop:
        stopped = first is not None and first.message != ""
        return 1, [] if stopped else [
            Problem("a refused gate", "a stop that says why", _said(first))
        ]
    if fault is None:
        return 1, [] if complete else [Problem("without a fault", "a complete release", "none")]
    problems: Problems = []
    if fault.first == "":
        if not complete_first:
            problems.append(Problem(fault.name, "the first attempt completes", _said(first)))
    else:
        problems += _stopped_as_declared(fault, first)
    if complete != fault.completes:
        wanted = "complete" if fault.completes else "stopped"
        problems.append(Problem(fault.name, f"{wanted} in the end", "otherwise"))
    return 1, problems


def _stopped_as_declared(fault: NamedFault, first: InstanceRecord | None) -> Problems:
    if first is None:
        return [Problem(fault.name, f"the first attempt stops in {fault.first}", "it did not stop")]
    problems: Problems = []
    if first.job != fault.first:
        problems.append(Problem(fault.name, f"the first failure in {fault.first}", first.label))
    if first.exit_code != fault.exit_code:
        problems.append(
            Problem(
                fault.name, f"exit code {fault.exit_code}", f"{first.exit_code}: {_said(first)}"
            )
        )
    if fault.says not in first.message:
        problems.append(Problem(fault.name, f"a sentence with {fault.says!r}", _said(first)))
    return problems


def _said(instance: InstanceRecord | None) -> str:
    return "nothing" if instance is None else f"{instance.label}: {instance.message[:300]}"


# ------------------------------------------------------------------ I5, I6, I7


def served_equals_attested(evidence: Evidence) -> tuple[int, Problems]:
    """Once the release is public, every surface serves every attested file, byte for byte."""
    if not evidence.public:
        return 0, []
    problems: Problems = []
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


def claims_only_what_was_built(evidence: Evidence) -> tuple[int, Problems]:
    """Every subject is a file that a build job of this run handed over, or the record."""
    built: set[tuple[str, str]] = set()
    for artifact in evidence.artifacts:
        if artifact.name.startswith(("wheel-", "sdist-")) or artifact.name in (
            "crates",
            "manifest-crate",
        ):
            built |= set(artifact.files.items())
    problems: Problems = []
    count = 0
    for lane, subjects in evidence.subjects.items():
        for name, sha in subjects.items():
            count += 1
            if (name, sha) not in built and name != "release-record.json":
                problems.append(
                    Problem(f"{lane} attestation: {name}", "built by this run", f"sha256 {sha}")
                )
    return count, problems


def handed_over(evidence: Evidence) -> tuple[int, Problems]:
    """Each download was uploaded by a job that the graph puts before it."""
    uploader = {artifact.name: artifact.uploader for artifact in evidence.artifacts}
    problems: Problems = []
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


CHECKS: tuple[tuple[str, str, Callable[[Evidence], tuple[int, Problems]]], ...] = (
    ("I1", "nothing is public before its gates", nothing_before_its_gates),
    ("I2", "tokens: after byte identity, for one job, shown nowhere", tokens_are_short),
    ("I3", "each file is uploaded once", uploaded_once),
    ("I5", "what is served is what was attested", served_equals_attested),
    ("I6", "provenance claims only what this run built", claims_only_what_was_built),
    ("I7", "files pass from job to job as artifacts only", handed_over),
)


def check(evidence: Evidence, fourth: tuple[int, Problems]) -> tuple[Verdict, ...]:
    """Every invariant's verdict; *fourth* is I4, which compares attempts."""
    verdicts = [
        Verdict(name, text, count, tuple(problems))
        for name, text, (count, problems) in (
            (name, text, function(evidence)) for name, text, function in CHECKS
        )
    ]
    text = "after a fault and a re-run: complete, or stopped with the reason"
    verdicts.append(Verdict("I4", text, fourth[0], tuple(fourth[1])))
    return tuple(sorted(verdicts, key=lambda verdict: verdict.name))
