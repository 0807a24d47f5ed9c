"""Write ``release-record.json``: what this release is to be, before anything is published.

It becomes a subject of the core lane's attestation and an asset of the draft. The manifest
crate stands in it with its predicted digest.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from importlib.metadata import version as distribution_version
from pathlib import Path

from tools.checks import dists
from tools.checks.release_assets import LANES, Lane
from tools.console import console
from tools.declaration import PythonProject
from tools.errors import UsageError
from tools.model import Artifact
from tools.ops.proc import run
from tools.record import Origin, RecordedArtifact, ReleaseRecord
from tools.steps.context import Context

PYTHON_TOOLS = ("sigstore", "pypi-attestations", "twine", "packaging")


def record(context: Context, gate_runs: str) -> ReleaseRecord:
    """Write the record of this run's files.

    Args:
        gate_runs: JSON object, the URL of the green run of each gate workflow.

    Raises:
        UsageError: the gate runs are not those of the declared gates, or a crate is missing.
        Mismatch: the canonical Python files are not what ``origin.json`` says.
    """
    layout = context.layout
    result = ReleaseRecord(
        project=context.declaration.project.name,
        repository=context.repository,
        version=str(context.version),
        tag=context.tag,
        commit=context.commit,
        run=context.runtime.run_url,
        gates=_gates(context, gate_runs),
        tools=dict(_tools()),
        predicted=(layout.predicted.name,),
        artifacts=tuple(_artifacts(context)),
        assets=context.files.complete,
    )
    layout.record.parent.mkdir(parents=True, exist_ok=True)
    layout.record.write_bytes(result.to_bytes())
    console.table(
        f"Release record of {context.tag} at {context.commit[:12]}",
        ("file", "size", "origin", "sha256"),
        ((a.name, a.size, a.origin, a.sha256) for a in result.artifacts),
    )
    return result


def _gates(context: Context, gate_runs: str) -> dict[str, str]:
    try:
        runs = json.loads(gate_runs or "null")
    except ValueError as error:
        raise UsageError(
            "the gate runs are not JSON",
            found=gate_runs[:200],
            remedy="pass output `runs` of release.require-ci-green as GATE_RUNS",
        ) from error
    wanted = context.declaration.gates.workflows
    if not isinstance(runs, dict) or set(runs) != set(wanted):
        raise UsageError(
            "the gate runs are not those of the declared gates",
            expected=", ".join(wanted),
            found=", ".join(runs) if isinstance(runs, dict) else gate_runs or "none",
            remedy="pass output `runs` of release.require-ci-green as GATE_RUNS",
        )
    return {name: str(runs[name]) for name in wanted}


def _tools() -> Iterator[tuple[str, str]]:
    yield "python", platform.python_version()
    for program in ("cargo", "rustc"):
        yield program, run((program, "--version"), echo=False).stdout.strip()
    for name in PYTHON_TOOLS:
        yield name, distribution_version(name)


def _artifacts(context: Context) -> Iterator[RecordedArtifact]:
    layout = context.layout
    for lane, path in (("core", layout.crate("core")), ("manifest", layout.predicted)):
        yield _crate(context, _lane(lane), path)
    for project in context.declaration.python:
        yield from _dists(context, project)


def _lane(name: str) -> Lane:
    return next(lane for lane in LANES if lane == name)


def _crate(context: Context, lane: Lane, path: Path) -> RecordedArtifact:
    if not path.is_file():
        raise UsageError(f"there is no {path}", remedy="nox -s package -- --out dist/crates")
    name, registry = context.files.crate(lane).name, context.declaration.registries.crates_io.api
    page = f"{registry}/crates/{name}/{context.version}"
    return _entry(context, Artifact.of_file(path), Origin.BUILT, page)


def _dists(context: Context, project: PythonProject) -> Iterator[RecordedArtifact]:
    page = f"{context.declaration.registries.pypi.api}/project/{project.name}/{context.version}/"
    files = dists.load_canonical(
        context.layout.canonical(project), project, context.version, context.files.dists(project)
    )
    for path, origin in files.values():
        yield _entry(context, Artifact.of_file(path), origin.origin, page)


def _entry(context: Context, artifact: Artifact, origin: Origin, page: str) -> RecordedArtifact:
    release = f"https://github.com/{context.repository}/releases/tag/{context.tag}"
    return RecordedArtifact(
        name=artifact.name,
        kind=artifact.kind,
        size=artifact.size,
        sha256=artifact.digest.hex,
        origin=origin,
        publish_to=(page, release),
    )
