"""I4: after a single fault and a re-run the release completes, or stops and says why."""

from __future__ import annotations

from tools.model import Problem
from tools.rehearsal.faults import NamedFault
from tools.rehearsal.workflow.records import InstanceRecord


def completes_or_says_why(
    fault: NamedFault | None,
    first: InstanceRecord | None,
    *,
    complete_first: bool,
    complete: bool,
    expected_stop: bool = False,
) -> tuple[int, list[Problem]]:
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
    problems: list[Problem] = []
    if fault.first == "":
        if not complete_first:
            problems.append(Problem(fault.name, "the first attempt completes", _said(first)))
    else:
        problems += _stopped_as_declared(fault, first)
    if complete != fault.completes:
        wanted = "complete" if fault.completes else "stopped"
        problems.append(Problem(fault.name, f"{wanted} in the end", "otherwise"))
    return 1, problems


def _stopped_as_declared(fault: NamedFault, first: InstanceRecord | None) -> list[Problem]:
    if first is None:
        return [Problem(fault.name, f"the first attempt stops in {fault.first}", "it did not stop")]
    problems: list[Problem] = []
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
