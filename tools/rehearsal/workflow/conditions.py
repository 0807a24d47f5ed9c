"""``if:`` of jobs and steps.

A condition without a status function means ``success() && (condition)``. For a job,
``success()`` asks every job that it needs, through others too: one that was skipped makes it
false, which is how a skip travels down the graph; ``failure()`` asks for a failed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tools.rehearsal.workflow.evaluation import Function
from tools.rehearsal.workflow.functions import COMMON
from tools.rehearsal.workflow.records import FAILURE, SUCCESS
from tools.rehearsal.workflow.syntax import names_in
from tools.rehearsal.workflow.templates import Scope, condition
from tools.rehearsal.workflow.values import Value, truthy

_STATUS = frozenset({"success", "failure", "always", "cancelled"})


def status_functions(*, success: bool, failure: bool, cancelled: bool) -> dict[str, Function]:
    """The four status functions for a state."""
    return {
        "success": lambda: success and not cancelled,
        "failure": lambda: failure,
        "cancelled": lambda: cancelled,
        "always": lambda: True,
    }


def job_functions(ancestors: Iterable[str], *, cancelled: bool) -> dict[str, Function]:
    """The functions of ``jobs.<id>.if``, given the results of every job before it."""
    results = list(ancestors)
    return {
        **COMMON,
        **status_functions(
            success=all(result == SUCCESS for result in results),
            failure=FAILURE in results,
            cancelled=cancelled,
        ),
    }


def holds(text: str, contexts: Mapping[str, Value], functions: Mapping[str, Function]) -> bool:
    """Whether a condition holds; the empty one means ``success()``."""
    if not text:
        return bool(functions["success"]())
    node = condition(text)
    _, used = names_in(node)
    if not used & _STATUS and not functions["success"]():
        return False
    return truthy(Scope(contexts, functions).value(node))
