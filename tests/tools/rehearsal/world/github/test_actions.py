"""Workflow runs: filters, attempts, pages, re-running."""

from __future__ import annotations

import httpx
import pytest

from tests.tools.rehearsal.world.github.conftest import API, Forge

RUNS = f"{API}/actions/workflows/ci.yml/runs"


def ids(answer: httpx.Response) -> list[int]:
    return [run["id"] for run in answer.json()["workflow_runs"]]


def test_filters_keep_only_what_matches(forge: Forge, stranger: httpx.Client) -> None:
    add, head = forge.github.add_run, forge.origin.head
    wanted = add("ci.yml", head)
    add("ci.yml", forge.origin.parent)
    add("ci.yml", head, event="pull_request")
    add("ci.yml", head, branch="topic")
    add("python.yml", head)
    query = {"branch": "main", "event": "push", "head_sha": head}
    assert ids(stranger.get(RUNS, params=query)) == [wanted]


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_the_status_filter_takes_status_or_conclusion(
    forge: Forge, stranger: httpx.Client, status: str
) -> None:
    forge.github.add_run("ci.yml", forge.origin.head, status="in_progress", conclusion=None)
    ended = forge.github.add_run("ci.yml", forge.origin.head, conclusion="cancelled")
    assert ids(stranger.get(RUNS, params={"status": status})) == [ended]


def test_runs_come_newest_first_in_linked_pages(forge: Forge, stranger: httpx.Client) -> None:
    made = [forge.github.add_run("ci.yml", forge.origin.head) for _ in range(5)]
    answer = stranger.get(RUNS, params={"per_page": 2, "event": "push"})
    seen = ids(answer)
    assert answer.json()["total_count"] == 5
    while "next" in answer.links:
        assert answer.links["last"]["url"].endswith("page=3")
        answer = stranger.get(answer.links["next"]["url"])
        seen += ids(answer)
    assert seen == made[::-1]


def test_pages_hold_a_hundred_at_most(forge: Forge, stranger: httpx.Client) -> None:
    for _ in range(101):
        forge.github.add_run("ci.yml", forge.origin.head)
    assert len(ids(stranger.get(RUNS, params={"per_page": 500}))) == 100
    assert len(ids(stranger.get(RUNS))) == 30
    assert ids(stranger.get(RUNS, params={"per_page": 100, "page": 9})) == []


def test_a_run_shows_its_latest_attempt(forge: Forge, stranger: httpx.Client) -> None:
    run = forge.github.add_run("ci.yml", forge.origin.head, attempt=2)
    found = stranger.get(f"{API}/actions/runs/{run}").json()
    assert (found["run_attempt"], found["conclusion"]) == (2, "success")
    first = stranger.get(f"{API}/actions/runs/{run}/attempts/1").json()
    assert (first["run_attempt"], first["conclusion"]) == (1, "failure")
    assert stranger.get(f"{API}/actions/runs/{run}/attempts/3").status_code == 404


def test_a_rerun_turns_a_finished_run_into_a_waiting_one(
    forge: Forge, stranger: httpx.Client
) -> None:
    run = forge.github.add_run("ci.yml", forge.origin.head, conclusion="failure")
    forge.github.rerun(run)
    assert stranger.get(f"{API}/actions/runs/{run}").json()["status"] == "queued"
    forge.github.set_run(run, "completed", "success")
    found = stranger.get(f"{API}/actions/runs/{run}").json()
    assert (found["run_attempt"], found["conclusion"]) == (2, "success")


def test_an_unknown_workflow_is_404_and_a_committed_one_is_known(stranger: httpx.Client) -> None:
    assert stranger.get(f"{API}/actions/workflows/nowhere.yml/runs").status_code == 404
    assert stranger.get(RUNS).json()["total_count"] == 0
    listed = stranger.get(f"{API}/actions/workflows").json()["workflows"]
    assert [item["path"] for item in listed] == [
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
    ]


def test_failed_jobs_are_re_run_and_the_runner_is_told(forge: Forge) -> None:
    asked: list[tuple[int, tuple[str, ...]]] = []
    forge.github.on_rerun(lambda run, jobs: asked.append((run, jobs)))
    jobs = [("guard", "completed", "success"), ("publish-crate", "completed", "failure")]
    run = forge.github.add_run("release.yml", forge.origin.head, conclusion="failure", jobs=jobs)
    client = forge.client({"actions": "write"}, "resume")
    url = f"{API}/actions/runs/{run}/rerun-failed-jobs"
    assert client.post(url).status_code == 201
    assert asked == [(run, ("publish-crate",))]
    assert client.post(url).status_code == 403  # it is running
    assert forge.client({"actions": "read"}).post(url).status_code == 403


def test_one_job_is_re_run_by_its_id(forge: Forge) -> None:
    asked: list[tuple[str, ...]] = []
    forge.github.on_rerun(lambda run, jobs: asked.append(jobs))
    jobs = [("publish-pypi", "completed", "failure"), ("undraft", "completed", "skipped")]
    run = forge.github.add_run("release.yml", forge.origin.head, conclusion="failure", jobs=jobs)
    client = forge.client({"actions": "write"})
    listed = client.get(f"{API}/actions/runs/{run}/jobs").json()["jobs"]
    assert [job["name"] for job in listed] == ["publish-pypi", "undraft"]
    assert client.post(f"{API}/actions/jobs/{listed[0]['id']}/rerun").status_code == 201
    assert asked == [("publish-pypi",)]
    assert client.post(f"{API}/actions/jobs/1/rerun").status_code == 404


def test_the_jobs_of_a_run_change_and_keep_their_ids(forge: Forge, stranger: httpx.Client) -> None:
    run = forge.github.add_run(
        "release.yml", forge.origin.head, run_id=77, jobs=[("a", "queued", None)]
    )
    url = f"{API}/actions/runs/77/jobs"
    (before,) = stranger.get(url).json()["jobs"]
    forge.github.set_jobs(run, [("a", "completed", "success"), ("b", "in_progress", None)])
    after = stranger.get(url).json()["jobs"]
    assert after[0]["id"] == before["id"]
    assert [(job["name"], job["status"]) for job in after] == [
        ("a", "completed"),
        ("b", "in_progress"),
    ]
