"""The shape of a stand-in: what it is given, what it returns, how its ``uses:`` is pinned."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tools.rehearsal.workflow.records import StepFailed
from tools.rehearsal.workflow.running import RunningJob

SHA = re.compile(r"[0-9a-f]{40}")
VERSION_TAG = re.compile(r"v\d+\.\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Result:
    """What a stand-in leaves: outputs, folders for PATH, and what it was, for the report."""

    note: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()


Inputs = Mapping[str, str]
Function = Callable[[RunningJob, Inputs], Result]


@dataclass(frozen=True, slots=True)
class StandIn:
    """A stand-in: its function, the inputs that it honours, and how its ref must be pinned."""

    function: Function
    inputs: frozenset[str]
    pin: re.Pattern[str] = SHA


def flag(inputs: Inputs, name: str, default: bool = False) -> bool:
    """A true or false input; anything else fails the step."""
    value = inputs.get(name, "true" if default else "false").lower()
    if value not in ("true", "false"):
        raise StepFailed(f"input {name} must be true or false", found=value)
    return value == "true"


def lines(text: str) -> list[str]:
    """The non-empty lines of an input that is a list."""
    return [line.strip() for line in text.splitlines() if line.strip()]
