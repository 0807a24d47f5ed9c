"""Every way in which a release verb can fail, with its exit code.

A class says *what kind of situation* the operator is in, not where the code was. The exit
code is part of the public interface (see RELEASING.md); only the entry points turn an error
into one.

====  ===================  ==========================================================
code  class                situation
====  ===================  ==========================================================
1     CommandFailed        a program (``ops.proc``) failed where that is not an answer
1     ReleaseError         a full disk, or a defect of the tools (``__main__``)
2     UsageError           the call is wrong; nothing was done
10    GateRefused          a gate refused; nothing was published
20    PartlyPublished      something is published; re-running the job resumes
21    Unrepairable         something is published and this version cannot be completed
30    Mismatch             bytes, digests or identities differ from what was attested
75    Transient            the world did not answer; retrying is safe
77    NotPermitted         the answer needs a right that this token lacks; nothing was decided
130   Interrupted          the operator stopped it (``__main__``)
====  ===================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterable

from tools.model import Problem


class ReleaseError(Exception):
    """A failure that says what was expected, what was found and what mends it.

    Args:
        message: one sentence: what failed.
        expected: what should have been the case, if that helps.
        found: what was the case.
        remedy: the command or the act that mends it; by default the class's usual one.
        problems: every deviation found, when several were collected before failing once.
        report: everything that was looked at, as a success would have returned it.
    """

    exit_code = 1
    situation = "failed"
    usual_remedy: str | None = None

    def __init__(
        self,
        message: str,
        *,
        expected: str | None = None,
        found: str | None = None,
        remedy: str | None = None,
        problems: Iterable[Problem] = (),
        report: object = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.found = found
        self.remedy = remedy or self.usual_remedy
        self.problems = tuple(problems)
        self.report = report

    def __str__(self) -> str:
        lines = [self.message]
        for label in ("expected", "found", "remedy"):
            value = getattr(self, label)
            if value:
                lines.append(f"  {label}: {value}")
        lines.extend(f"  - {problem}" for problem in self.problems)
        return "\n".join(lines)


class UsageError(ReleaseError):
    """The call is wrong. Nothing was read or changed."""

    exit_code = 2
    situation = "wrong call"


class GateRefused(ReleaseError):
    """A gate refused. Nothing was published."""

    exit_code = 10
    situation = "refused, nothing published"


class PartlyPublished(ReleaseError):
    """Part of the release is public. Re-running the failed job resumes it."""

    exit_code = 20
    situation = "partly published, resumable"


class Unrepairable(ReleaseError):
    """Part of the release is public and this version cannot be completed; ship a patch release."""

    exit_code = 21
    situation = "partly published, not repairable under this version"


class Mismatch(ReleaseError):
    """Served bytes, digests or identities differ from what was attested."""

    exit_code = 30
    situation = "verification mismatch"


class Transient(ReleaseError):
    """The world did not answer, or not readably. Retrying is safe."""

    exit_code = 75
    situation = "transient, retry"
    usual_remedy = "run the same command again, or re-run the job: retrying is safe"


class NotPermitted(ReleaseError):
    """A setting cannot be read with these rights, so it is neither right nor wrong.

    Not Transient: the same call with the same token never succeeds. 77 is sysexits' EX_NOPERM,
    as 75 is its EX_TEMPFAIL.
    """

    exit_code = 77
    situation = "not permitted, nothing decided"
    usual_remedy = "run it with the maintainer's token: GITHUB_TOKEN=$(gh auth token)"


def raise_if(
    problems: Iterable[Problem],
    message: str,
    kind: type[ReleaseError] = GateRefused,
    remedy: str | None = None,
    report: object = None,
) -> None:
    """Raise *kind* once, carrying every problem, when there is any."""
    found = tuple(problems)
    if found:
        raise kind(message, problems=found, remedy=remedy, report=report)
