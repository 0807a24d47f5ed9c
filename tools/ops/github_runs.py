"""A workflow run's jobs, and re-running them. Needs ``actions: write`` to re-run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from tools.errors import GateRefused
from tools.ops.github import GitHubClient
from tools.ops.github_answers import Run, field_of, required, run_of


@dataclass(frozen=True, slots=True)
class RunJob:
    """A job of a run's latest attempt, by its display name."""

    name: str
    status: str
    conclusion: str | None


@dataclass(frozen=True, slots=True)
class GitHubRuns(GitHubClient):
    """The client, for one workflow's runs."""

    @classmethod
    def of(cls, client: GitHubClient) -> Self:
        return cls(client.http, client.api, client.uploads, client.repository, client.token)

    def run(self, number: int) -> Run:
        """A run as its latest attempt stands."""
        found = self._get(f"/actions/runs/{number}", f"read run {number}")
        if found is None:
            raise GateRefused(f"there is no run {number}", remedy="it may have been deleted")
        return run_of(found)

    def jobs(self, run: Run) -> list[RunJob]:
        """The jobs of the latest attempt, matrix legs apart."""
        items = self._pages(
            f"/actions/runs/{run.id}/jobs", f"list the jobs of {run.url}", key="jobs"
        )
        return [
            RunJob(field_of(item, "name", str), str(item.get("status")), item.get("conclusion"))
            for item in items
        ]

    def rerun(self, run: Run, *, failed_only: bool) -> None:
        """Queue another attempt of the failed jobs (and what depends on them), or of all.

        Sent once: after a lost answer the run's attempt says whether it was received.
        """
        verb = "rerun-failed-jobs" if failed_only else "rerun"
        answer = self.http.request(
            "POST", self._url(f"/actions/runs/{run.id}/{verb}"), headers=self._headers()
        )
        required(answer, f"re-run {run.url}")
