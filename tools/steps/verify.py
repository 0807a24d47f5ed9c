"""Verify a public release: every file on every surface that should hold it.

Anyone can run this, without credentials where the services allow it. What is expected comes
from the attested release record, and that from the trust root pinned in this checkout. A cell
is passed, failed, not applicable or unreadable; only failed and unreadable fail the release,
and an attestation that cannot be found is failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tools.console import console
from tools.errors import Mismatch, ReleaseError, Transient, UsageError
from tools.model import Cell, CellState, Digest, Problem
from tools.ops.clock import Deadline
from tools.ops.github_answers import GitHubRefused
from tools.steps import verify_cells
from tools.steps.context import Context
from tools.steps.verify_cells import Job, Public, pending

WORKERS = 8


@dataclass(frozen=True, slots=True)
class Report:
    """The matrix of a verified release."""

    version: str
    tag: str
    commit: str
    cells: tuple[Cell, ...]


def verify(context: Context, *, file: Path | None = None, wait: bool = False) -> Report:
    """Verify a release, or one local file of it.

    Args:
        file: a file to look up in the release; only its cells are read.
        wait: read cells that are not there *yet* again until the declared readback time is up.

    Raises:
        Mismatch: a cell failed.
        Transient: no cell failed, but one could not be read.
        UsageError: *file* does not exist.
    """
    digest = _digest(file)
    public, cells = _public(context)
    context = replace(context, commit=public.tag.commit) if public else context
    if public and public.record:
        jobs = verify_cells.jobs(context, public)
        if digest is not None:
            assert file is not None
            cells = [_local(public, file, digest)]
            cells += _of_file(public, _read_all(context, jobs, wait), digest)
        else:
            cells += _read_all(context, jobs, wait)
    report = Report(str(context.version), context.tag, context.commit, tuple(cells))
    _show(report)
    _judge(report)
    return report


def _digest(file: Path | None) -> Digest | None:
    if file is None:
        return None
    if not file.is_file():
        raise UsageError(f"there is no file {file}", remedy="pass the path of a downloaded file")
    return Digest.of_file(file)


def _public(context: Context) -> tuple[Public | None, list[Cell]]:
    """Tag, release and record: without these nothing can be compared."""
    try:
        return verify_cells.public(context)
    except ReleaseError as error:
        return None, [Cell(context.tag, "GitHub", _state(error), _brief(error))]


def _state(error: ReleaseError) -> CellState:
    """Unreadable when nothing was learnt: no answer, or no right to ask."""
    forbidden = isinstance(error, GitHubRefused) and error.status in (401, 403)
    unknown = forbidden or isinstance(error, Transient)
    return CellState.UNREADABLE if unknown else CellState.FAILED


def _of_file(public: Public, cells: list[Cell], digest: Digest) -> list[Cell]:
    """The cells of the file that has this digest, and readings that failed as a whole."""
    assert public.record is not None
    known = public.record.digests
    broken = (CellState.FAILED, CellState.UNREADABLE)
    return [
        cell
        for cell in cells
        if known.get(cell.artifact) == digest
        or (cell.artifact not in known and cell.state in broken)
    ]


def _local(public: Public, file: Path, digest: Digest) -> Cell:
    """Whether the release record lists exactly this file, whatever it is called here."""
    assert public.record is not None
    names = [name for name, known in public.record.digests.items() if known == digest]
    if names:
        return Cell(names[0], "this file", CellState.PASSED, f"{file}: {digest}")
    wanted = public.record.digests.get(file.name)
    expected = f"expected {wanted}" if wanted else "the release has no such file"
    return Cell(file.name, "this file", CellState.FAILED, f"{expected}, found {digest}")


def _read_all(context: Context, jobs: list[Job], wait: bool) -> list[Cell]:
    """The cells of all jobs in parallel; open ones again until the deadline when waiting."""
    readback = context.declaration.readback
    deadline = Deadline.after(context.clock, readback.timeout_minutes * 60 if wait else 0)
    open_ = list(range(len(jobs)))
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        done = list(pool.map(_run, jobs))
        while open_ := [index for index in open_ if pending(done[index])]:
            if not deadline.left:
                break
            first = jobs[open_[0]]
            console.info(
                f"waiting for {len(open_)} readings, among them {first.what} on {first.surface}; "
                f"{deadline.left:.0f} s left"
            )
            deadline.pause(readback.poll_seconds)
            again = pool.map(_run, [jobs[index] for index in open_])
            for index, cells in zip(open_, again, strict=True):
                done[index] = cells
    return [cell for cells in done for cell in cells]


def _run(job: Job) -> list[Cell]:
    try:
        return job.read()
    except ReleaseError as error:
        return [Cell(job.what, job.surface, _state(error), _brief(error))]


def _brief(error: ReleaseError) -> str:
    parts = [error.message, error.found or "", *(str(problem) for problem in error.problems)]
    return "; ".join(part for part in parts if part)


def _show(report: Report) -> None:
    console.table(
        f"Verification of {report.tag} at {report.commit[:12]}",
        ("file", "surface", "state", "detail"),
        ((c.artifact, c.surface, str(c.state), c.detail) for c in report.cells),
    )
    counts = {s: sum(c.state is s for c in report.cells) for s in CellState}
    console.info(", ".join(f"{count} {state}" for state, count in counts.items() if count))


def _judge(report: Report) -> None:
    def problems(*states: CellState) -> list[Problem]:
        chosen: Iterable[Cell] = (c for c in report.cells if c.state in states)
        return [Problem(f"{c.artifact} on {c.surface}", "passed", c.detail) for c in chosen]

    kinds: tuple[tuple[type[ReleaseError], Callable[[], list[Problem]], str], ...] = (
        (
            Mismatch,
            lambda: problems(CellState.FAILED, CellState.UNREADABLE),
            "do not trust these files before you know why",
        ),
        (Transient, lambda: problems(CellState.UNREADABLE), "run the same command again"),
    )
    failed = any(cell.state is CellState.FAILED for cell in report.cells)
    kind, collect, remedy = kinds[0 if failed else 1]
    found = collect()
    if found:
        raise kind(f"{report.tag} does not verify", problems=found, remedy=remedy, report=report)
    console.success(f"{report.tag} verifies on every surface")
