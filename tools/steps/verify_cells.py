"""The cells of the verification matrix: one small reader for each file on each surface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from tools.checks.release_assets import LANES, Lane, set_problems
from tools.errors import GateRefused
from tools.model import Cell, CellState, Digest, Observation, Presence
from tools.ops.github_answers import Asset, Release, TagObject
from tools.record import COMPLETION_NAME, RECORD_NAME, Completion, Origin, ReleaseRecord, read
from tools.steps import drafts, evidence, pep740, verify_attestations
from tools.steps.context import Context

RELEASE = "GitHub Release"
STORE = "attestation store"
OFFLINE = "offline"
PEP740 = "PEP 740"
ZENODO = "Zenodo"
NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Job:
    """Cells that are read together; *what* and *surface* name them when reading fails."""

    what: str
    surface: str
    read: Callable[[], list[Cell]]


def pending(cells: list[Cell]) -> bool:
    """Whether reading again may help: a cell is unreadable, or not there yet."""
    return any(c.state is CellState.UNREADABLE or c.detail.startswith(NOT_YET) for c in cells)


@dataclass(frozen=True, slots=True)
class Public:
    """What GitHub shows of the release, and the verified record of it."""

    tag: TagObject
    release: Release
    assets: dict[str, Asset]
    record: ReleaseRecord | None
    record_digest: Digest | None


def public(context: Context) -> tuple[Public, list[Cell]]:
    """Tag, release, assets and evidence, with their cells.

    Raises:
        GateRefused: there is no such tag or no release of it.
    """
    tag = context.github().tag(context.tag)
    if tag is None:
        raise GateRefused(f"there is no tag {context.tag}", remedy="pass a released version")
    context = replace(context, commit=tag.commit)
    release = drafts.find(context)
    if release is None:
        raise GateRefused(
            f"there is no public release of {context.tag}",
            remedy="the maintainer sees with `invoke release.status` what is missing",
        )
    assets = context.github().assets(release)
    core, lane_cells = _evidence_cells(context, assets)
    cells = [_tag_cell(tag), *_release_cells(context, release, assets), *lane_cells]
    record, digest = (core.record, core.record_digest) if core else (None, None)
    return Public(tag, release, assets, record, digest), cells


def _tag_cell(tag: TagObject) -> Cell:
    state = CellState.PASSED if tag.verified else CellState.FAILED
    return Cell(tag.name, "tag signature", state, tag.reason)


def _release_cells(context: Context, release: Release, assets: dict[str, Asset]) -> Iterator[Cell]:
    def cell(what: str, good: bool, detail: str) -> Cell:
        return Cell(context.tag, what, CellState.PASSED if good else CellState.FAILED, detail)

    yield cell("release is public", not release.draft, release.url)
    yield cell("release is of the tag's commit", release.target == context.commit, release.target)
    yield cell("release is immutable", release.immutable is True, str(release.immutable))
    problems = set_problems("assets", context.files.complete, assets)
    detail = "; ".join(map(str, problems)) or f"{len(assets)} assets"
    yield cell("exact asset set", not problems, detail)


def _evidence_cells(
    context: Context, assets: dict[str, Asset]
) -> tuple[evidence.Evidence | None, list[Cell]]:
    """Bundle, provenance and record of both lanes, verified offline; the core lane's evidence."""
    core: evidence.Evidence | None = None
    cells: list[Cell] = []
    for lane in LANES:
        if not evidence.complete(context, lane, assets):
            names = ", ".join(n for n in context.files.evidence(lane) if n not in assets)
            cells.append(Cell(f"{lane} lane", OFFLINE, CellState.FAILED, f"missing: {names}"))
            continue
        found = evidence.read_lane(context, lane, assets)
        core = found if lane == "core" else core
        count = f"{len(found.statement.subjects)} subjects"
        cells += [
            Cell(name, OFFLINE, CellState.PASSED, count) for name in context.files.evidence(lane)
        ]
        record = core.record if core else None
        cells += _subject_cells(context, lane, found.statement.subjects, record)
    return core, cells


def _subject_cells(
    context: Context, lane: Lane, subjects: dict[str, Digest], record: ReleaseRecord | None
) -> Iterator[Cell]:
    """Each published file of a lane is a subject, unless the record says who built it earlier."""
    for name in context.files.artifacts(lane):
        known = record.digests.get(name) if record else None
        if name in subjects:
            good = subjects[name] == known
            state = CellState.PASSED if good else CellState.FAILED
            yield Cell(name, OFFLINE, state, str(subjects[name]))
        elif record and record.artifact(name).origin is not Origin.BUILT:
            origin = record.artifact(name).origin
            yield Cell(name, OFFLINE, CellState.NOT_APPLICABLE, f"not built by that run: {origin}")
        else:
            yield Cell(name, OFFLINE, CellState.FAILED, "no attestation found")


def jobs(context: Context, shown: Public) -> list[Job]:
    """Every cell that is read file by file."""
    assert shown.record is not None
    record = shown.record
    return [
        *_asset_jobs(context, shown, record),
        *_crate_jobs(context, record),
        *_dist_jobs(context, record),
        *_store_jobs(context, shown, record),
        *_zenodo_jobs(context),
    ]


def _asset_jobs(context: Context, shown: Public, record: ReleaseRecord) -> Iterator[Job]:
    github = context.github()

    def asset(name: str) -> list[Cell]:
        if name not in shown.assets:
            return [Cell(name, RELEASE, CellState.FAILED, "missing")]
        content = github.download(shown.assets[name])
        return [compare(name, RELEASE, record.digests[name], Digest.of_bytes(content))]

    def completion() -> list[Cell]:
        if COMPLETION_NAME not in shown.assets:
            return [Cell(COMPLETION_NAME, RELEASE, CellState.FAILED, "missing")]
        stated = read(Completion, github.download(shown.assets[COMPLETION_NAME]), COMPLETION_NAME)
        wrong = [n for n, d in record.digests.items() if stated.assets.get(n) != d.hex]
        same_record = shown.record_digest and stated.record_sha256 == shown.record_digest.hex
        wrong += [] if same_record else [RECORD_NAME]
        state = CellState.FAILED if wrong else CellState.PASSED
        detail = ", ".join(wrong) or "agrees with the record"
        return [Cell(COMPLETION_NAME, RELEASE, state, detail)]

    for name in record.digests:
        yield Job(name, RELEASE, partial(asset, name))
    yield Job(COMPLETION_NAME, RELEASE, completion)


def compare(name: str, surface: str, expected: Digest, found: Digest) -> Cell:
    """A cell by comparing digests."""
    if expected == found:
        return Cell(name, surface, CellState.PASSED, str(found))
    return Cell(name, surface, CellState.FAILED, f"expected {expected}, found {found}")


def observed(item: Observation) -> Cell:
    """A registry's answer as a cell; absent may be a matter of time, different never is."""
    states = {Presence.IDENTICAL: CellState.PASSED, Presence.UNREADABLE: CellState.UNREADABLE}
    state = states.get(item.presence, CellState.FAILED)
    late = item.presence in (Presence.ABSENT, Presence.PROPAGATING)
    detail = f"{NOT_YET}: {item.presence}" if late else item.detail
    return Cell(item.artifact, item.surface, state, detail)


def _crate_jobs(context: Context, record: ReleaseRecord) -> Iterator[Job]:
    client, docs = context.cratesio(), context.docs_rs()

    def served(name: str, file: str) -> list[Cell]:
        answers = client.observe(name, context.version, record.digests[file])
        return [observed(item) for item in answers]

    def yanked(name: str, file: str) -> list[Cell]:
        gone = client.yanked(name, context.version)
        state = CellState.FAILED if gone else CellState.PASSED
        return [Cell(file, "not yanked", state, "yanked" if gone else "")]

    def built(name: str, file: str) -> list[Cell]:
        answer = docs.built(name, context.version)
        if answer:
            return [Cell(file, "docs.rs", CellState.PASSED, "built")]
        detail = f"{NOT_YET}: not built" if answer is None else "the build failed"
        return [Cell(file, "docs.rs", CellState.FAILED, detail)]

    for lane in LANES:
        name, file = context.files.crate(lane).name, context.files.crate_file(lane)
        yield Job(file, "crates.io", partial(served, name, file))
        yield Job(file, "not yanked", partial(yanked, name, file))
        yield Job(file, "docs.rs", partial(built, name, file))


def _dist_jobs(context: Context, record: ReleaseRecord) -> Iterator[Job]:
    trust, client = context.trust(), context.pypi()

    def served(project: str, digests: dict[str, Digest]) -> list[Cell]:
        answers = client.observe(project, context.version, digests)
        return [observed(item) for answer in answers.values() for item in answer]

    def attested(project: str, name: str) -> list[Cell]:
        provenance = client.provenance(project, context.version, name)
        if provenance is None:
            return [Cell(name, PEP740, CellState.FAILED, f"{NOT_YET}: no attestation found")]
        wrong = pep740.problems(context, trust, name, record.digests[name], provenance)
        state = CellState.FAILED if wrong else CellState.PASSED
        return [Cell(name, PEP740, state, "; ".join(map(str, wrong)) or "publisher, tag, commit")]

    for project in context.declaration.python:
        names = context.files.dists(project)
        digests = {name: record.digests[name] for name in names}
        yield Job(project.name, "PyPI", partial(served, project.name, digests))
        for name in names:
            yield Job(name, PEP740, partial(attested, project.name, name))


def _store_jobs(context: Context, shown: Public, record: ReleaseRecord) -> Iterator[Job]:
    trust = context.trust()
    digests = dict(record.digests)
    if shown.record_digest:
        digests[RECORD_NAME] = shown.record_digest

    def stored(name: str, digest: Digest) -> list[Cell]:
        if verify_attestations.stored(context, trust, name, digest):
            return [Cell(name, STORE, CellState.PASSED, "workflow, tag, commit")]
        if name != RECORD_NAME and record.artifact(name).origin is not Origin.BUILT:
            detail = f"not built by that run: {record.artifact(name).origin}"
            return [Cell(name, STORE, CellState.NOT_APPLICABLE, detail)]
        return [Cell(name, STORE, CellState.FAILED, f"{NOT_YET}: no attestation found")]

    for name, digest in digests.items():
        yield Job(name, STORE, partial(stored, name, digest))


def _zenodo_jobs(context: Context) -> Iterator[Job]:
    zenodo = context.declaration.zenodo

    def deposit() -> list[Cell]:
        if zenodo is None:
            detail = "no deposit is declared"
            return [Cell(context.tag, ZENODO, CellState.NOT_APPLICABLE, detail)]
        answer = context.http.get(f"{zenodo.api}/api/records/{zenodo.record}")
        version = str(answer.mapping().get("metadata", {}).get("version", "")) if answer.ok else ""
        good = version.removeprefix("v") == str(context.version)
        state = CellState.PASSED if good else CellState.FAILED
        return [Cell(context.tag, ZENODO, state, version or f"HTTP {answer.status}")]

    yield Job(context.tag, ZENODO, deposit)
