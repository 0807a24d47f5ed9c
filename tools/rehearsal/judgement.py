"""What a scenario came to: its exit code and sentence, and the report around them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tools.rehearsal import report
from tools.rehearsal.scenario import Scenario
from tools.rehearsal.workflow import graph
from tools.rehearsal.world.journal import Entry, Journal
from tools.rehearsal.world.uploads import Outcome as UploadOutcome


def report_of(scenario: Scenario) -> report.Report:
    """The report of a scenario that has run, written below its folder."""
    code, sentence = exit_code(scenario)
    made = report.Report(
        outcome="released" if scenario.outcome.complete else "not released",
        exit_code=code,
        sentence=sentence,
        version=scenario.release.version,
        tag=scenario.release.tag,
        commit=scenario.release.commit,
        source=scenario.release.source,
        fault=scenario.fault.name if scenario.fault else "",
        started=datetime.fromtimestamp(scenario.started, UTC).isoformat(timespec="seconds"),
        **_times(scenario),
        changes=scenario.release.changes,
        machine=_machine(scenario),
        attempts=scenario.runner.attempt,
        jobs=tuple(report.job_rows(scenario.runner.workflow.jobs, scenario.runner.history)),
        not_rehearsed=tuple(report.not_rehearsed(scenario.runner.history)),
        stand_ins=tuple(report.stand_ins(scenario.runner.history)),
        published=tuple(report.published_table(scenario.evidence)),
        acts=tuple(scenario.outcome.acts),
        invariants=scenario.outcome.verdicts,
        **_network(scenario),
        uploads=tuple(report.upload_rows(scenario.evidence.uploads)),
        approvals=tuple(
            f"{record.label}: {record.approval}"
            for record in scenario.runner.history
            if record.approval
        ),
        folder=str(scenario.folder),
    )
    made.write(scenario.folder)
    return made


def _times(scenario: Scenario) -> dict[str, Any]:
    seconds, path = graph.critical_path(
        scenario.runner.workflow.jobs, report.seconds_by_job(scenario.runner.records)
    )
    return {
        "seconds": round(time.time() - scenario.started, 2),
        "critical_seconds": round(seconds, 2),
        "critical_path": path,
        "share": scenario.sampler.stop(),
    }


def _machine(scenario: Scenario) -> dict[str, str]:
    machine = scenario.prepared.machine
    return {
        "platform": str(machine.platform),
        "python": machine.python,
        "rustc": machine.rustc,
        "jobs": str(len(scenario.slots)),
    }


def _network(scenario: Scenario) -> dict[str, Any]:
    journal = scenario.world.journal
    return {
        "refused_hosts": _refused(journal),
        "world_failures": _failures(journal),
        "unfinished": _lines(journal.unfinished()),
    }


def _refused(journal: Journal) -> tuple[str, ...]:
    return _lines(journal.refused())


def _failures(journal: Journal) -> tuple[str, ...]:
    return tuple(f"{e.method} {e.host}{e.path}: {e.detail}" for e in journal.failures())


def _lines(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(sorted({f"{e.host} by {e.label or 'us'}: {e.detail}" for e in entries}))


def exit_code(scenario: Scenario) -> tuple[int, str]:
    """The exit code and the sentence: the worst meaningful thing that happened."""
    violated = [verdict.name for verdict in scenario.outcome.verdicts if not verdict.holds]
    if violated:
        return 30, "invariants are violated: " + ", ".join(violated)
    failed = [act.name for act in scenario.outcome.acts if not act.passed]
    if failed:
        return 30, f"a stranger could not: {', '.join(failed)}"
    if refused := _refused(scenario.world.journal):
        return 30, f"a host outside the world was asked for: {'; '.join(refused)}"
    if failures := _failures(scenario.world.journal):
        return 30, f"a stand-in failed: {'; '.join(failures)}"
    if scenario.fault is not None:
        return 0, f"{scenario.fault.name} ended as invariant I4 demands: {_how(scenario)}"
    if scenario.outcome.complete:
        return 0, "everything was released, verified, installed and built against"
    last = scenario.outcome.first_failure
    if last is None:
        return 10, "the tag released nothing"
    # A gate has no exit code: what is stored by then says which situation it is.
    stored = any(upload.outcome is UploadOutcome.STORED for _, upload in scenario.evidence.uploads)
    return last.exit_code or (20 if stored else 10), f"{last.label}: {last.message}"


def _how(scenario: Scenario) -> str:
    first = scenario.outcome.first_failure
    if first is None:
        return "complete in the first attempt"
    end = "complete" if scenario.outcome.complete else "not completed"
    code = "" if first.exit_code is None else f" with exit code {first.exit_code}"
    return f"stopped in {first.label}{code}; {end} after the re-run"
