"""The Actions runtime, as its variables and command files present it to a step.

On a laptop the same calls read the arguments that the operator gave and print the outputs
instead of writing them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tools.console import console


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where a step runs: the variables that a GitHub-hosted job defines, empty on a laptop."""

    repository: str
    sha: str
    ref: str
    ref_name: str
    run_id: str
    run_attempt: str
    server_url: str
    job: str

    @classmethod
    def from_env(cls) -> Runtime:
        get = os.environ.get
        return cls(
            repository=get("GITHUB_REPOSITORY", ""),
            sha=get("GITHUB_SHA", ""),
            ref=get("GITHUB_REF", ""),
            ref_name=get("GITHUB_REF_NAME", ""),
            run_id=get("GITHUB_RUN_ID", ""),
            run_attempt=get("GITHUB_RUN_ATTEMPT", ""),
            server_url=get("GITHUB_SERVER_URL", "https://github.com"),
            job=get("GITHUB_JOB", ""),
        )

    @property
    def run_url(self) -> str:
        if not self.run_id:
            return ""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}"


def set_output(name: str, value: str) -> None:
    """A step output: a line of ``$GITHUB_OUTPUT``, or a printed line on a laptop.

    Raises:
        ValueError: when the value has a line break, which would let it forge other outputs.
    """
    if "\n" in value or "\r" in value or "=" in name:
        raise ValueError(f"output {name!r} must be a single line")
    path = os.environ.get("GITHUB_OUTPUT")
    if path:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(f"{name}={value}\n")
    else:
        console.info(f"{name}={value}")


def add_summary(markdown: str) -> None:
    """Append to the job's summary page; nothing on a laptop."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(markdown.rstrip() + "\n")
