"""Reports of many checks: run all of them, show every finding, and only then fail.

Exit codes of a report: 10 when anything failed, 77 when something could not be read for want of
rights, 75 when it could not be read because nothing answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tools.console import console
from tools.errors import GateRefused, NotPermitted, ReleaseError, Transient
from tools.findings import Finding, failed, of_problems, unreadable
from tools.model import CellState, Problem
from tools.ops.github_answers import GitHubRefused

Check = Callable[[], Iterable[Finding]]
# What is looked at, what is expected of it, and the look.
Named = tuple[str, str, Check]


def collect(checks: Iterable[Named], *, workers: int = 1) -> tuple[Finding, ...]:
    """The findings of all checks, in the checks' order; an error is a finding as well.

    A gate that refuses has found a deviation; anything else that raises could not be read.

    Args:
        workers: how many checks run at a time; they must not disturb each other.
    """
    if workers == 1:
        answers = [_run(check) for check in checks]
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            answers = list(pool.map(_run, checks))
    return tuple(finding for found in answers for finding in found)


def _run(named: Named) -> list[Finding]:
    what, expected, check = named
    found: list[Finding] = []
    try:
        found.extend(check())
    except GitHubRefused as error:
        found.append(unreadable(what, expected, _right(error)))
    except GateRefused as error:
        listed = of_problems(what, expected, error.problems) if error.problems else []
        text = error.found or error.message
        found += listed or [failed(what, expected, text, error.remedy or "")]
    except ReleaseError as error:
        found.append(unreadable(what, expected, error))
    return found


def _right(error: GitHubRefused) -> ReleaseError:
    """GitHub's refusal to answer is no answer; without rights another attempt will not help."""
    kind = NotPermitted if error.status in (401, 403) else Transient
    return kind(error.message, found=error.found)


def show(title: str, findings: Sequence[Finding]) -> None:
    """All findings as a table, and their counts."""
    console.table(
        title,
        ("what", "state", "expected", "found", "mend with"),
        (
            (
                f.what,
                str(f.state),
                f.expected,
                f.found,
                "" if f.state is CellState.PASSED else f.remedy,
            )
            for f in findings
        ),
    )
    counts = {state: sum(f.state is state for f in findings) for state in CellState}
    console.info(", ".join(f"{count} {state}" for state, count in counts.items() if count))


def judge(findings: Sequence[Finding], message: str, result: object = None) -> None:
    """Raise once, with every failed and every unreadable finding.

    Args:
        result: the whole report, for ``--json``; by default the findings.

    Raises:
        GateRefused: something failed.
        NotPermitted: nothing failed, and something needs rights that are lacking.
        Transient: nothing failed, and something did not answer.
    """
    broken = [f for f in findings if f.state in (CellState.FAILED, CellState.UNREADABLE)]
    if not broken:
        return
    problems = tuple(_with_state(f) for f in broken)
    report = findings if result is None else result
    if any(f.state is CellState.FAILED for f in broken):
        raise GateRefused(message, problems=problems, report=report)
    kind = NotPermitted if any(f.forbidden for f in broken) else Transient
    raise kind(f"{message}: not everything could be read", problems=problems, report=report)


def _with_state(finding: Finding) -> Problem:
    if finding.state is CellState.FAILED:
        return finding.problem
    return Problem(finding.what, finding.expected, f"unreadable ({finding.found})", finding.remedy)
