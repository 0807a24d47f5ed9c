"""Progress: one line per event in a pipe, a table on a terminal."""

from __future__ import annotations

import time

import pytest
from rich.console import Console

from tools.rehearsal.progress import Board
from tools.rehearsal.workflow.records import InstanceRecord, JobRecord, StepRecord


def play(board: Board) -> None:
    record = InstanceRecord("build", "build (a)", 1, runs_on="macos-15", foreign=True)
    record.started = time.time() - 2
    board.job_started(record)
    step = StepRecord("nox -s smoke", note="not rehearsed on this machine: needs macos-15")
    board.step_started(record, step)
    board.step_ended(record, step)
    record.result, record.ended = "failure", time.time()
    record.message = "exit code 30"
    board.job_ended(record)
    board.job_settled(JobRecord("build", "failure"))
    board.job_settled(JobRecord("publish", "skipped"))


def test_lines_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with Board(["build", "publish"], terminal=False) as board:
        play(board)
    text = capsys.readouterr().out
    assert "▶ build (a)  (on macos-15)" in text
    assert "not rehearsed on this machine: needs macos-15" in text
    assert "✗ build (a)  2.0 s: exit code 30" in text
    assert "· publish skipped" in text


def test_a_table_with_every_job_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(["build", "publish", "verify"], terminal=True)
    board.job_started(InstanceRecord("build", "build (a)", 1, started=time.time()))
    board.step_started(InstanceRecord("build", "build (a)", 1), StepRecord("nox -s wheels"))
    board.job_settled(JobRecord("publish", "skipped"))
    console = Console(width=100, height=40, file=None, record=True)
    console.print(board._table(console.size))
    text = console.export_text()
    assert text.index("build (a)") < text.index("publish") < text.index("verify")
    assert "nox -s wheels" in text
    assert "skipped" in text


def test_what_runs_is_seen_on_a_terminal_with_fewer_lines_than_jobs() -> None:
    names = [f"job-{number:02}" for number in range(30)]
    board = Board(names, terminal=True)
    for name in names[:21]:
        record = InstanceRecord(name, name, 1, started=time.time())
        board.job_started(record)
        record.result, record.ended = "failure" if name == "job-03" else "success", time.time()
        board.job_ended(record)
    board.job_started(InstanceRecord("job-21", f"job-21 ({'leg ' * 20})", 1, started=time.time()))
    board.step_started(
        InstanceRecord("job-21", f"job-21 ({'leg ' * 20})", 1), StepRecord("nox -s smoke -- " * 9)
    )
    console = Console(width=80, height=12, file=None, record=True)
    console.print(board._table(console.size))
    lines = console.export_text().rstrip().splitlines()
    assert len(lines) <= 11
    assert "15 rows above are done" in lines[0]
    assert any("✗ " in line and "job-03" in line for line in lines)
    assert any("▶ " in line and "job-21" in line and "nox -s smoke" in line for line in lines)
    assert "to come" in lines[-1]
