"""Deployment environments: the tag policy and the required reviewer, as GitHub enforces them.

A job that names an environment waits until both agree. A tag that the policy does not admit
and a refusing reviewer fail the job before its first step; no token is minted for it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tools.errors import ReleaseError
from tools.rehearsal.workflow.patterns import policy_matches


class GateClosed(ReleaseError):
    """The environment's policy or reviewer does not let the job run."""


@dataclass(frozen=True, slots=True)
class EnvironmentRule:
    """One environment as the forge is set up: tag patterns it admits, and who must approve."""

    name: str
    tag_patterns: tuple[str, ...]
    reviewers: tuple[str, ...] = ()


Prompt = Callable[[str], bool]


@dataclass
class Reviewer:
    """How the required reviewer decides: approve everything, refuse some names, or ask a person.

    Attributes:
        approve: environment names, or ``all``; what is not named is asked for, when a prompt
            is given, and refused otherwise.
        refuse: environment names that are refused, before anything else is asked.
        prompt: asks the person at the terminal; None when there is none.
    """

    approve: frozenset[str] = frozenset({"all"})
    refuse: frozenset[str] = frozenset()
    prompt: Prompt | None = None
    decisions: list[tuple[str, str, bool]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def decide(self, environment: str, job: str) -> bool:
        """Whether *job* may deploy to *environment*; one question at a time."""
        with self._lock:
            approved = self._answer(environment, job)
            self.decisions.append((environment, job, approved))
            return approved

    def _answer(self, environment: str, job: str) -> bool:
        if environment in self.refuse or "all" in self.refuse:
            return False
        if environment in self.approve or "all" in self.approve:
            return True
        if self.prompt is None:
            return False
        return self.prompt(f"{job} waits for approval of environment {environment}. Approve?")


def ask_on_terminal(question: str) -> bool:
    """Ask the person at the terminal; anything but yes refuses."""
    print(f"\n{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


@dataclass
class Gates:
    """The environments of the forge and the reviewer who answers for them."""

    rules: Mapping[str, EnvironmentRule]
    reviewer: Reviewer

    def enter(self, environment: str, job: str, ref_name: str) -> str:
        """Let *job* into *environment*; returns the sentence for the report.

        Raises:
            GateClosed: unknown environment, tag not admitted, reviewer refused.
        """
        rule = self.rules.get(environment)
        if rule is None:
            raise GateClosed(
                f"environment {environment!r} does not exist",
                expected=", ".join(sorted(self.rules)),
                remedy="create it with its tag policy and reviewer before a release",
            )
        if not any(policy_matches(pattern, ref_name) for pattern in rule.tag_patterns):
            raise GateClosed(
                f"tag {ref_name!r} may not deploy to environment {environment!r}",
                expected=" or ".join(rule.tag_patterns) or "a tag pattern",
                found=ref_name,
            )
        if not rule.reviewers:
            return f"tag {ref_name} admitted; no reviewer required"
        names = ", ".join(rule.reviewers)
        if not self.reviewer.decide(environment, job):
            raise GateClosed(
                f"the deployment of {job} to {environment} was rejected", found=f"by {names}"
            )
        return f"tag {ref_name} admitted; approved as {names}"
