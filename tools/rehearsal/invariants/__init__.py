"""The invariants I1 to I7 of every rehearsal, each a function of the evidence.

I1  Nothing is public before its gates.
I2  No registry token before byte identity, none outlives its job, none appears anywhere.
I3  At most one upload of a file succeeds; a re-run never uploads again what is there.
I4  After a single fault and a re-run the release completes, or stops and says why.
I5  What is served equals what was attested, on every surface.
I6  Provenance claims only what this run built.
I7  No step depends on a file that an earlier job did not hand over as an artifact.

They look at ledgers, the journal, signed statements and logs; never at what a step says of
itself, but for the one line that proves when a crate was re-packaged.

``gates``   I1
``tokens``  I2
``files``   I3, I5, I6, I7
``ending``  I4
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.model import Problem
from tools.rehearsal.evidence import Evidence
from tools.rehearsal.invariants.ending import completes_or_says_why
from tools.rehearsal.invariants.files import (
    claims_only_what_was_built,
    handed_over,
    served_equals_attested,
    uploaded_once,
)
from tools.rehearsal.invariants.gates import nothing_before_its_gates
from tools.rehearsal.invariants.tokens import tokens_are_short

__all__ = ["CHECKS", "Verdict", "check", "claims_only_what_was_built", "completes_or_says_why"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One invariant: what it says, how much it was checked on, and what violates it."""

    name: str
    text: str
    checked: int
    problems: tuple[Problem, ...]

    @property
    def holds(self) -> bool:
        return not self.problems


CHECKS: tuple[tuple[str, str, Callable[[Evidence], tuple[int, list[Problem]]]], ...] = (
    ("I1", "nothing is public before its gates", nothing_before_its_gates),
    ("I2", "tokens: after byte identity, for one job, shown nowhere", tokens_are_short),
    ("I3", "each file is uploaded once", uploaded_once),
    ("I5", "what is served is what was attested", served_equals_attested),
    ("I6", "provenance claims only what this run built", claims_only_what_was_built),
    ("I7", "files pass from job to job as artifacts only", handed_over),
)


def check(evidence: Evidence, fourth: tuple[int, list[Problem]]) -> tuple[Verdict, ...]:
    """Every invariant's verdict; *fourth* is I4, which compares attempts."""
    verdicts = [
        Verdict(name, text, count, tuple(problems))
        for name, text, (count, problems) in (
            (name, text, function(evidence)) for name, text, function in CHECKS
        )
    ]
    text = "after a fault and a re-run: complete, or stopped with the reason"
    verdicts.append(Verdict("I4", text, fourth[0], tuple(fourth[1])))
    return tuple(sorted(verdicts, key=lambda verdict: verdict.name))
