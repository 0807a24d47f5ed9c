"""I1: nothing is public before its gates.

Before the upload of a file it is attested, staged on the draft and verified; between the upload
and the un-draft every surface that serves it was read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from tools.model import Problem
from tools.rehearsal.evidence import CRATES, Evidence, moment
from tools.rehearsal.workflow.records import SUCCESS
from tools.rehearsal.world.journal import Entry
from tools.rehearsal.world.uploads import Outcome, Upload


def nothing_before_its_gates(evidence: Evidence) -> tuple[int, list[Problem]]:
    """Every stored file passed its gates before it was stored, and before the un-draft."""
    problems: list[Problem] = []
    stored = [(where, u) for where, u in evidence.uploads if u.outcome is Outcome.STORED]
    for _, upload in stored:
        problems += _unattested(evidence, upload) + _unverified(evidence, upload)
    problems += _undrafted_early(evidence, stored)
    return len(stored), problems


def _unattested(evidence: Evidence, upload: Upload) -> list[Problem]:
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


def _unverified(evidence: Evidence, upload: Upload) -> list[Problem]:
    """verify-attestations of its lane had succeeded before the upload."""
    lane = evidence.lanes.get(upload.file, "")
    wanted = f"release.verify-attestations --lane {lane}"
    for instance in evidence.history:
        for step in instance.steps:
            done = step.conclusion == SUCCESS and step.real and wanted in step.command
            if done and moment(step.ended) < upload.at:
                return []
    return [Problem(f"upload of {upload.file}", f"`{wanted}` before it", "no such step")]


def _undrafted_early(evidence: Evidence, stored: Sequence[tuple[str, Upload]]) -> list[Problem]:
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
