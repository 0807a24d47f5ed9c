"""The report: one document, a page made of it and of nothing from elsewhere."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from tools.rehearsal import report
from tools.rehearsal.invariants import Verdict
from tools.rehearsal.stranger import Act
from tools.rehearsal.timing import Share
from tools.rehearsal.workflow.document import Job
from tools.rehearsal.workflow.records import InstanceRecord, StepRecord
from tools.rehearsal.world.uploads import Outcome, Upload

JOBS = {"guard": Job("guard"), "build": Job("build", needs=("guard",))}
HISTORY = [
    InstanceRecord(
        "guard",
        "guard",
        1,
        result="success",
        started=10,
        ended=12,
        log=Path("logs/guard-1.log"),
        steps=[
            StepRecord(
                "actions/checkout@abc",
                command="actions/checkout@abc",
                conclusion="success",
                note="a clone",
                real=False,
            )
        ],
    ),
    InstanceRecord(
        "build",
        "build (<x>)",
        1,
        runs_on="windows-2025",
        foreign=True,
        result="failure",
        message="exit code 1 & <b>bold</b>",
        started=12,
        ended=15,
        steps=[
            StepRecord(
                "nox", command="nox -s smoke", note="not rehearsed on this machine: needs windows"
            )
        ],
    ),
]

UPLOAD = Upload(
    datetime(2030, 1, 1, tzinfo=UTC), "publish", "p", "1.0.0", "p.whl", "a" * 64, 1, Outcome.STORED
)


def made() -> report.Report:
    return report.Report(
        outcome="not released",
        exit_code=10,
        sentence="build failed",
        version="1.0.0",
        tag="v1.0.0",
        commit="c" * 40,
        source="d" * 40,
        fault="",
        started="2030-01-01T00:00:00+00:00",
        seconds=5.0,
        critical_seconds=5.0,
        critical_path=("guard", "build"),
        share=Share(5.0, 25, 0.2, {"cargo": 0.8}),
        changes=("trust: replaced",),
        machine={"platform": "Linux X64"},
        attempts=1,
        jobs=tuple(report.job_rows(JOBS, HISTORY)),
        not_rehearsed=tuple(report.not_rehearsed(HISTORY)),
        stand_ins=tuple(report.stand_ins(HISTORY)),
        published=(report.Published("a.crate", "e" * 64, ("crates.io",)),),
        acts=(Act("install", True, 1.0, "pip"),),
        invariants=(Verdict("I1", "gates", 2, ()),),
        refused_hosts=(),
        world_failures=(),
        unfinished=(),
        uploads=tuple(report.upload_rows([("PyPI", UPLOAD)])),
        approvals=(),
        folder="x",
    )


def test_both_files_are_written_and_agree(tmp_path: Path) -> None:
    as_json, as_html = made().write(tmp_path)
    data = json.loads(as_json.read_text())
    assert data["jobs"][1]["needs"] == ["guard"]
    assert data["not_rehearsed"] == ["build (<x>): not rehearsed on this machine: needs windows"]
    page = as_html.read_text()
    assert report.render(data) == page
    assert "1 leg that this machine could not run" in page
    assert "logs/guard-1.log" in page
    for needle in ("v1.0.0", "not released", "e" * 64, "holds", "No other host was asked for"):
        assert needle in page


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_it_shows(tmp_path: Path) -> None:
    page = made().write(tmp_path)[1].read_text()
    assert not re.search(r"(src|href)=|@import|url\(|<script", page)
    assert "<b>bold</b>" not in page
    assert "prefers-color-scheme: dark" in page


def test_the_graph_has_a_row_per_depth_and_only_direct_edges() -> None:
    jobs = {**JOBS, "ship": Job("ship", needs=("guard", "build"))}
    rows = report.job_rows(jobs, [*HISTORY, InstanceRecord("ship", "ship", 1, started=16)])
    drawn = report.draw_graph(rows)
    assert [box["y"] for box in drawn["boxes"]] == sorted({box["y"] for box in drawn["boxes"]})
    assert len(drawn["edges"]) == 2


def test_the_timeline_spans_the_run() -> None:
    drawn = report.draw_timeline(report.job_rows(JOBS, HISTORY))
    assert drawn["seconds"] == 5
    assert [(bar["left"], bar["width"]) for bar in drawn["bars"]] == [(0.0, 400.0), (400.0, 600.0)]
