"""``report.json`` and a self-contained ``report.html``: graph, timeline, evidence.

The JSON document is the whole report; the page is rendered from it and from nothing else, so
the two cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.console import plain
from tools.rehearsal.evidence import Evidence
from tools.rehearsal.invariants import Verdict
from tools.rehearsal.stranger import Act
from tools.rehearsal.timing import Share
from tools.rehearsal.workflow import graph
from tools.rehearsal.workflow.document import Job
from tools.rehearsal.workflow.records import InstanceRecord, JobRecord
from tools.rehearsal.world.uploads import Upload

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Published:
    """One file, its digest, and the surfaces that were seen to serve it."""

    file: str
    sha256: str
    surfaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a rehearsal has to say."""

    outcome: str
    exit_code: int
    sentence: str
    version: str
    tag: str
    commit: str
    source: str
    fault: str
    started: str
    seconds: float
    critical_seconds: float
    critical_path: tuple[str, ...]
    share: Share
    changes: tuple[str, ...]
    machine: Mapping[str, str]
    attempts: int
    jobs: tuple[Mapping[str, Any], ...]
    not_rehearsed: tuple[str, ...]
    stand_ins: tuple[str, ...]
    published: tuple[Published, ...]
    acts: tuple[Act, ...]
    invariants: tuple[Verdict, ...]
    refused_hosts: tuple[str, ...]
    world_failures: tuple[str, ...]
    unfinished: tuple[str, ...]
    uploads: tuple[Mapping[str, Any], ...]
    approvals: tuple[str, ...]
    folder: str

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = plain(asdict(self))
        return found

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write both files into *folder*; returns their paths."""
        data = self.to_json()
        as_json, as_html = folder / "report.json", folder / "report.html"
        text = json.dumps(data, indent=2, ensure_ascii=False)
        as_json.write_text(text + "\n", encoding="utf-8")
        as_html.write_text(render(data), encoding="utf-8")
        return as_json, as_html


def job_rows(jobs: Mapping[str, Job], history: Sequence[InstanceRecord]) -> list[dict[str, Any]]:
    """Every instance of every attempt, in the order in which they started."""
    rows = []
    for record in sorted(history, key=lambda item: item.started):
        row: dict[str, Any] = plain(asdict(record))
        row["seconds"] = round(record.seconds, 3)
        row["needs"] = list(jobs[record.job].needs)
        row["log"] = record.log.name if record.log else ""
        for step, given in zip(row["steps"], record.steps, strict=True):
            step["seconds"] = round(given.seconds, 3)
            step.pop("outputs")
        row.pop("outputs")
        rows.append(row)
    return rows


def not_rehearsed(history: Sequence[InstanceRecord]) -> list[str]:
    """What this machine could not rehearse, and which legs were filled."""
    found = []
    for record in history:
        for step in record.steps:
            if step.note.startswith(("not rehearsed", "filled by")):
                found.append(f"{record.label}: {step.note}")
    return list(dict.fromkeys(found))


def stand_ins(history: Sequence[InstanceRecord]) -> list[str]:
    """Each action that something stood in for, once."""
    found: dict[str, str] = {}
    for record in history:
        for step in record.steps:
            if step.note and not step.real and "@" in step.command and step.command not in found:
                found[step.command] = step.note
    return [f"{uses}: {note}" for uses, note in found.items()]


def published_table(evidence: Evidence) -> list[Published]:
    """File by file: its digest and every surface that serves just that digest."""
    rows: dict[str, dict[str, list[str]]] = {}
    for item in evidence.served:
        if item.sha256:
            rows.setdefault(item.file, {}).setdefault(item.sha256, []).append(item.surface)
    return [
        Published(file, sha, tuple(surfaces))
        for file, digests in sorted(rows.items())
        for sha, surfaces in digests.items()
    ]


def upload_rows(uploads: Sequence[tuple[str, Upload]]) -> list[dict[str, Any]]:
    """Every upload attempt that reached a registry, in order."""
    return [
        {"registry": where, **plain(asdict(upload)), "at": upload.at.isoformat()}
        for where, upload in uploads
    ]


def seconds_by_job(records: Mapping[str, JobRecord]) -> dict[str, float]:
    return {name: record.seconds for name, record in records.items()}


# ------------------------------------------------------------------ the page


def render(data: Mapping[str, Any]) -> str:
    """The page of a report document."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html.j2").render(
        report=data,
        graph=draw_graph(data["jobs"], data["critical_path"]),
        timeline=draw_timeline(data["jobs"]),
    )


def draw_graph(rows: Sequence[Mapping[str, Any]], critical: Sequence[str] = ()) -> dict[str, Any]:
    """Boxes and edges of the job graph: a row per depth, in SVG units."""
    jobs: dict[str, Job] = {}
    state: dict[str, str] = {}
    for row in rows:
        name = row["job"]
        jobs.setdefault(name, Job(id=name, needs=tuple(row["needs"])))
        state[name] = (
            _worse(state.get(name, "success"), row["result"]) if name in state else row["result"]
        )
    known = {
        name: Job(id=name, needs=tuple(need for need in job.needs if need in jobs))
        for name, job in jobs.items()
    }
    width, height, gap_x, gap_y = 206, 26, 16, 20
    boxes: dict[str, dict[str, Any]] = {}
    depths = graph.layers(known)
    widest = max((len(names) for names in depths), default=0)
    for depth, names in enumerate(depths):
        indent = 10 + (widest - len(names)) * (width + gap_x) / 2
        for column, name in enumerate(names):
            x, y = indent + column * (width + gap_x), 10 + depth * (height + gap_y)
            on_path = name in critical
            boxes[name] = {"name": name, "x": x, "y": y, "state": state[name], "path": on_path}
    edges = [
        {
            "x1": boxes[need]["x"] + width / 2,
            "y1": boxes[need]["y"] + height,
            "x2": boxes[name]["x"] + width / 2,
            "y2": boxes[name]["y"],
        }
        for name, job in known.items()
        for need in _direct(known, name, job)
    ]
    return {
        "boxes": list(boxes.values()),
        "edges": edges,
        "box_width": width,
        "box_height": height,
        "width": widest * (width + gap_x) + 10,
        "height": max((box["y"] for box in boxes.values()), default=0) + height + 10,
    }


def _direct(jobs: Mapping[str, Job], name: str, job: Job) -> list[str]:
    """Needs that are not implied by another need: the edges worth drawing."""
    implied: set[str] = set()
    for need in job.needs:
        implied |= graph.ancestors(jobs, need)
    return [need for need in job.needs if need not in implied]


def _worse(left: str, right: str) -> str:
    order = ("failure", "cancelled", "success", "skipped")
    return min(left, right, key=order.index)


def draw_timeline(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Bars of the instances that ran, in per mille of the run."""
    ran = [row for row in rows if row["ended"] and row["steps"]]
    if not ran:
        return {"bars": [], "seconds": 0}
    begin = min(row["started"] for row in ran)
    total = max(max(row["ended"] for row in ran) - begin, 0.001)
    bars = [
        {
            "label": row["label"],
            "attempt": row["attempt"],
            "left": round(1000 * (row["started"] - begin) / total, 1),
            "width": max(1.0, round(1000 * row["seconds"] / total, 1)),
            "seconds": round(row["seconds"], 1),
            "state": row["result"],
        }
        for row in ran
    ]
    return {"bars": bars, "seconds": round(total, 1)}
