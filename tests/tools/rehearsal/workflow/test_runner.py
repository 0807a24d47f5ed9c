"""Whole small workflows: order, outputs, matrices, permissions, gates, skips, re-runs."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest

from tools.errors import UsageError
from tools.rehearsal.workflow.gates import Reviewer
from tools.rehearsal.workflow.runner import Runner

from .conftest import TOKEN, FakeServices, MakeRunner


def results(runner: Runner) -> dict[str, str]:
    return {name: record.result for name, record in runner.records.items()}


def explain(runner: Runner) -> str:
    return "\n".join(
        f"{i.label}: {i.message}\n{i.log.read_text() if i.log else ''}" for i in runner.history
    )


def test_a_small_release_runs_through(make: MakeRunner) -> None:
    runner = make("flow.yml")
    runner.run()
    assert results(runner) == dict.fromkeys(("guard", "build", "publish"), "success"), explain(
        runner
    )
    assert [i.label for i in runner.records["build"].instances] == ["build (a)", "build (b)"]
    publish = runner.records["publish"].instances[0]
    assert publish.approval == "tag v1.2.3 admitted; approved as boss"
    assert publish.downloaded == ["leg-a", "leg-b"]
    assert runner.records["guard"].outputs["release"] == "true"


def test_a_masked_value_never_reaches_the_log(make: MakeRunner) -> None:
    runner = make("flow.yml")
    runner.run()
    log = runner.records["publish"].instances[0].log
    assert log is not None
    text = log.read_text()
    assert "the secret is ***" in text
    # The workflow's own text holds it here; what programs print does not.
    printed = [line for line in text.splitlines() if line.split(" ", 2)[1] not in ("$", "##")]
    assert "hunter2" not in "\n".join(printed)
    assert TOKEN not in text


def test_permissions_are_the_jobs_own_or_the_workflows(make: MakeRunner) -> None:
    runner = make("flow.yml")
    runner.run()
    services = runner.around.services
    assert isinstance(services, FakeServices)
    found = {identity.job: dict(identity.permissions) for identity in services.opened}
    assert found["guard"] == {"contents": "read"}
    assert found["publish"] == {"id-token": "write"}
    assert sorted(services.closed) == sorted(i.label for i in services.opened)


def test_a_refused_reviewer_fails_the_job_before_its_first_step(make: MakeRunner) -> None:
    runner = make("flow.yml", reviewer=Reviewer(refuse=frozenset({"registry"})))
    runner.run()
    publish = runner.records["publish"].instances[0]
    assert publish.result == "failure"
    assert "rejected" in publish.message
    assert publish.steps == []
    runner.gates.reviewer.refuse = frozenset()
    runner.rerun_failed()
    assert runner.succeeded, explain(runner)
    assert runner.records["build"].instances[0].attempt == 1


def test_an_unanswered_reviewer_refuses(make: MakeRunner) -> None:
    runner = make("flow.yml", reviewer=Reviewer(approve=frozenset()))
    runner.run()
    assert results(runner)["publish"] == "failure"


def test_a_tag_that_the_trigger_does_not_name_starts_nothing(make: MakeRunner) -> None:
    with pytest.raises(UsageError, match="does not start"):
        make("flow.yml", ref="refs/tags/1.2.3")


def test_skips_travel_and_are_a_success(make: MakeRunner) -> None:
    runner = make("skips.yml", ref="refs/tags/vnext")
    runner.run()
    assert results(runner) == {
        "guard": "success",
        "first": "skipped",
        "second": "skipped",
        "third": "skipped",
        "cleanup": "success",
    }
    assert runner.succeeded


def test_a_failure_stops_its_dependents_and_a_rerun_completes(make: MakeRunner) -> None:
    runner = make("failing.yml")
    runner.run()
    assert results(runner) == {"good": "success", "bad": "failure", "after": "skipped"}
    steps = {step.title: step for step in runner.records["bad"].instances[0].steps}
    assert steps["echo never > never"].conclusion == "skipped"
    assert steps['echo "cleaning up"'].conclusion == "success"
    assert "not yet" in runner.records["bad"].message
    runner.rerun_failed()
    assert runner.succeeded, explain(runner)
    attempts = {name: record.instances[0].attempt for name, record in runner.records.items()}
    assert attempts == {"good": 1, "bad": 2, "after": 2}
    tolerated = runner.records["bad"].instances[0].steps[-1]
    assert (tolerated.outcome, tolerated.conclusion) == ("failure", "success")
    with pytest.raises(UsageError, match="nothing to re-run"):
        runner.rerun_failed()


def test_time_limits_cancellation_and_orphans(make: MakeRunner) -> None:
    runner = make("slow.yml", slots=4)
    started = time.monotonic()
    runner.run()
    assert time.monotonic() - started < 20
    assert results(runner) == {
        "quick": "failure",
        "timed": "failure",
        "long-job": "failure",
        "orphan": "success",
        "legs": "failure",
    }
    assert runner.records["timed"].instances[0].steps[0].message == "timed out"
    legs = {i.label: i.result for i in runner.records["legs"].instances}
    assert legs == {"legs (fails)": "failure", "legs (waits)": "cancelled"}
    deadline = time.monotonic() + 5  # SIGKILL is not instantaneous
    while _sleepers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _sleepers(), "a grandchild outlived its step"


def _sleepers() -> list[str]:
    mine = str(os.getuid())
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            if line == "sleep 613" and (folder / "status").read_text().find(f"Uid:\t{mine}") >= 0:
                found.append(folder.name)
        except OSError:
            continue
    return found


def test_foreign_legs_are_filled_or_said_not_to_be_rehearsed(
    make: MakeRunner, tmp_path: Path
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    wheel = tmp_path / "demo-1.0-cp310-abi3-manylinux_2_17_x86_64.whl"
    with zipfile.ZipFile(wheel, "w") as out:
        out.writestr("demo/_demo.abi3.so", b"ELF")
        out.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: cp310-abi3-x\n")
        out.writestr("demo-1.0.dist-info/RECORD", "")
    # A `nox` that can only build natively: a foreign call of it would fail the job.
    script = tools / "nox"
    script.write_text(
        "#!/bin/sh\n"
        'test "$6" = manylinux-x86_64 || test "$7" = manylinux-x86_64 || exit 9\n'
        f"mkdir -p dist/built/demo && cp {wheel} dist/built/demo/\n"
    )
    script.chmod(0o755)
    runner = make("foreign.yml")
    object.__setattr__(runner.around, "machine", _with_path(runner, str(tools)))
    runner.run()
    assert runner.succeeded, explain(runner)
    wheels = {i.label: i for i in runner.records["wheels"].instances}
    filled = wheels["wheels (windows-2025, windows-amd64)"].steps[0]
    assert not filled.real
    assert "re-tagged as demo-1.0-cp310-abi3-win_amd64.whl" in filled.note
    stored = runner.around.artifacts.folder / "wheel-windows-amd64"
    made = stored / "demo-1.0-cp310-abi3-win_amd64.whl"
    with zipfile.ZipFile(made) as archive:
        assert "demo/_demo.pyd" in archive.namelist()
        assert archive.read("demo-1.0.dist-info/WHEEL").decode().endswith("cp310-abi3-win_amd64\n")
    smoke = runner.records["smoke"].instances[0].steps
    assert smoke[0].note == "not rehearsed on this machine: needs windows-2025"
    assert smoke[1].real


def _with_path(runner: Runner, folder: str) -> object:
    import dataclasses

    machine = runner.around.machine
    return dataclasses.replace(machine, base_path=(folder, *machine.base_path))
