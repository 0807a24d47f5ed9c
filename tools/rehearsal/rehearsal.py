"""The rehearsal: prepare a release once, run its scenarios, print and judge them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.console import console
from tools.errors import (
    GateRefused,
    Mismatch,
    PartlyPublished,
    ReleaseError,
    Transient,
    Unrepairable,
    UsageError,
)
from tools.model import Problem
from tools.rehearsal import machine, report
from tools.rehearsal.faults import NamedFault
from tools.rehearsal.guardian import Guardian
from tools.rehearsal.judgement import report_of
from tools.rehearsal.layout import Layout, slots
from tools.rehearsal.preparation import Preparation, Prepared
from tools.rehearsal.scenario import Gatekeeping, Scenario
from tools.rehearsal.workflow.slots import Slot
from tools.rehearsal.workflow.surroundings import Reuse

BY_CODE: dict[int, type[ReleaseError]] = {
    kind.exit_code: kind
    for kind in (GateRefused, PartlyPublished, Unrepairable, Mismatch, Transient, UsageError)
}
# Of several scenarios the worst decides: bytes that differ before anything that can resume.
_WORST = (30, 21, 20, 10, 75, 2, 1, 0)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator asked for; a fault of None is a scenario without any."""

    version: str
    gatekeeping: Gatekeeping
    faults: tuple[NamedFault | None, ...]
    keep: bool
    jobs: int
    terminal: bool


class Rehearsal:
    """One rehearsal of the tree at *root*."""

    def __init__(self, root: Path, wishes: Wishes) -> None:
        self.wishes = wishes
        self.machine = machine.discover()
        self.layout = Layout.create(root)
        self.preparation = Preparation(root, self.layout, self.machine, wishes.version)

    def run(self) -> Sequence[report.Report]:
        """Prepare, run every scenario, write and print the reports.

        Raises:
            ReleaseError: of the class of the worst thing that happened; the reports are
                written before.
        """
        # Third-party code that asks for a temporary folder gets one of this run's.
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.layout.tmp)
        with contextlib.ExitStack() as stack:
            guardian = stack.enter_context(Guardian())
            os.environ["RUNNER_TRACKING_ID"] = guardian.mark
            for name, step in self.preparation.steps():
                console.heading(name)
                step()
            assert self.preparation.prepared is not None
            places = stack.enter_context(slots(self.layout.base, self.wishes.jobs))
            reports = self._scenarios(self.preparation.prepared, places, guardian)
        worst = min(reports, key=lambda item: _WORST.index(item.exit_code))
        if worst.exit_code == 0 and not self.wishes.keep:
            self.layout.tidy()
        for item in reports:
            show(item)
        judge(worst, reports)
        return reports

    def _scenarios(
        self, prepared: Prepared, places: Sequence[Slot], guardian: Guardian
    ) -> list[report.Report]:
        """One after the other; the builds of the first serve the others."""
        reports: list[report.Report] = []
        reuse: Reuse | None = None
        for fault in self.wishes.faults:
            folder = self.layout.run
            if len(self.wishes.faults) > 1:
                folder = folder / (fault.name if fault else "none")
            scenario = Scenario(
                prepared,
                folder,
                places,
                guardian,
                self.wishes.gatekeeping,
                fault=fault,
                reuse=reuse,
                keep=folder / "jobs" if self.wishes.keep else None,
                terminal=self.wishes.terminal,
            )
            scenario.run()
            reports.append(report_of(scenario))
            reuse = reuse or scenario.builds()
        return reports


def show(result: report.Report) -> None:
    """The end of a scenario: what was published where, what was not rehearsed, the time."""
    rows = [(item.file, item.sha256, ", ".join(item.surfaces)) for item in result.published]
    if rows:
        console.table(f"Published as {result.tag}", ("file", "sha256 as served", "where"), rows)
    for line in result.not_rehearsed:
        console.info(line)
    for host in result.refused_hosts:
        console.warning(f"refused: {host}")
    for failure in result.world_failures:
        console.warning(f"a stand-in failed: {failure}")
    console.info(
        f"wall time {result.seconds:.1f} s, critical path {result.critical_seconds:.1f} s "
        f"({' → '.join(result.critical_path)})"
    )
    clients = ", ".join(f"{name} {share:.0%}" for name, share in result.share.by_client.items())
    console.info(f"{result.share.text}; inside: {clients}")
    console.info(f"report: {result.folder}/report.html")
    if result.exit_code == 0:
        console.success(f"{result.tag} {result.outcome}: {result.sentence}")


def judge(worst: report.Report, reports: Sequence[report.Report]) -> None:
    """Raise for the worst scenario when it did not end as it must.

    Raises:
        ReleaseError: of the class of its exit code.
    """
    if worst.exit_code == 0:
        return
    problems = [
        Problem(f"{verdict.name} {problem.where}", problem.expected, problem.found)
        for verdict in worst.invariants
        for problem in verdict.problems
    ]
    raise BY_CODE.get(worst.exit_code, GateRefused)(
        f"the rehearsal of {worst.tag} ended {worst.outcome}",
        found=worst.sentence,
        problems=problems,
        report=reports,
        remedy=f"read {worst.folder}/report.html",
    )
