"""Which contexts and functions GitHub offers at which place of a workflow file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

# Which contexts GitHub offers where. `vars`, `strategy` and `inputs` of a workflow are left out:
# a rehearsal cannot know the repository's variables, and null in their place would be a guess.
_WORKFLOW = frozenset({"github"})
_JOB = _WORKFLOW | {"needs", "matrix", "secrets"}
_STEP = _JOB | {"env", "job", "runner", "steps", "inputs"}
AVAILABLE: Mapping[str, frozenset[str]] = {
    "env": _WORKFLOW | {"secrets"},
    "concurrency": _WORKFLOW,
    "job.if": frozenset({"github", "needs"}),
    "job.strategy": frozenset({"github", "needs"}),
    "job.runs-on": _JOB - {"secrets"},
    "job.environment": _JOB - {"secrets"},
    "job.name": _JOB - {"secrets"},
    "job.env": _JOB,
    "job.with": _JOB - {"secrets"},
    "job.timeout-minutes": _JOB - {"secrets"},
    "job.outputs": _STEP,
    "step": _STEP,
    "step.if": _STEP - {"secrets"},
}
_STATUS = frozenset({"success", "failure", "always", "cancelled"})
_PURE = frozenset({"contains", "startswith", "endswith", "format", "join", "tojson", "fromjson"})


def unavailable(
    contexts: set[str], functions: set[str], place: str, *, in_condition: bool = False
) -> Iterator[tuple[str, str]]:
    """(what is offered, what was found) for each name that *place* does not offer.

    Args:
        place: a key of :data:`AVAILABLE`.
        in_condition: whether the status functions are offered too.
    """
    for name in sorted(contexts - AVAILABLE[place]):
        yield f"one of {', '.join(sorted(AVAILABLE[place]))}", f"context {name}"
    with_files = {"hashfiles"} if place.startswith(("step", "job.out")) else set()
    allowed = _PURE | with_files | (_STATUS if in_condition else set())
    for name in sorted(functions - allowed):
        yield f"one of {', '.join(sorted(allowed))}", f"function {name}()"
