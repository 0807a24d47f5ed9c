"""Each run line of each workflow is a session or a task that exists, with arguments it accepts."""

from __future__ import annotations

import contextlib
import io
import shlex
from pathlib import Path
from typing import Any

import nox.registry
import pytest
import yaml
from invoke import Collection
from invoke.parser import Parser

from tools import __main__ as entry
from tools.declaration import ROOT, Declaration
from tools.ops import proc
from tools.steps import publish_pypi

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
# What the expressions of `env:` stand for, to try the arguments with.
SAMPLES = {
    "LEVEL": "portable",
    "PACKAGE": "ordvec",
    "PLATFORM": "manylinux-x86_64",
    "VERSION": "0.6.1",
}


# Minutes for what a publishing job does besides: setup, signing, requests that are repeated.
BESIDES = 20.0


@pytest.mark.parametrize("job", ["publish-pypi", "publish-manifest-pypi"])
def test_a_publishing_job_outlives_the_longest_waits_of_its_code(
    job: str, declaration: Declaration
) -> None:
    """90 minutes were five more than the waits alone."""
    wait = declaration.readback.timeout_minutes
    # Each round uploads and waits for the indexes; then the attestations are waited for.
    longest = publish_pypi.ROUNDS * (proc.UPLOAD_LIMIT / 60 + wait) + wait
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    assert jobs[job]["timeout-minutes"] >= longest + BESIDES


def run_lines() -> list[tuple[str, str]]:
    found = []
    for path in WORKFLOWS:
        for job, body in yaml.safe_load(path.read_text())["jobs"].items():
            for step in body.get("steps", []):
                if "run" in step:
                    missing = set(step.get("env", {})) - set(SAMPLES)
                    assert all(f"${name}" not in step["run"] for name in missing), step
                    found.append((f"{path.name}: {job}", step["run"]))
    return found


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    import noxfile  # noqa: F401  (registers its sessions)

    return {func.name or name: func for name, func in nox.registry.get().items()}


def parse_invoke(words: list[str]) -> None:
    import tasks

    collection = Collection.from_module(tasks)
    contexts = collection.to_contexts()
    Parser(contexts=contexts).parse_argv(words)


@pytest.mark.parametrize(("where", "line"), run_lines(), ids=lambda v: v.replace(" ", "_"))
def test_run_line_is_accepted(where: str, line: str, sessions: dict[str, Any]) -> None:
    for name, value in SAMPLES.items():
        line = line.replace(f'"${name}"', value)
    assert "$" not in line, where
    words = shlex.split(line)
    if words[0] == "invoke":
        parse_invoke(words[1:])
        return
    assert words[:2] == ["nox", "-s"], where
    session, arguments = words[2], words[4:]
    assert session in sessions, where
    if session in entry.VERBS:
        entry.parser_for(session).parse_args(arguments)
    else:
        assert arguments == [], where


def test_an_unknown_argument_is_rejected() -> None:
    with pytest.raises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
        entry.parser_for("package").parse_args(["--no-such-option"])
    with pytest.raises(Exception, match="no-such-option"):
        parse_invoke(["release.guard", "--no-such-option"])


def test_the_release_workflow_counts_as_many_run_lines_as_invocations() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text()
    ours = [line for where, line in run_lines() if where.startswith("release.yml")]
    assert sum("run:" in line for line in text.splitlines()) == len(ours)
    assert len(text.splitlines()) < 450


def test_every_gate_of_the_declaration_is_a_workflow() -> None:
    from tools.declaration import Declaration

    names = {path.name for path in WORKFLOWS}
    assert set(Declaration.load(ROOT).gates.workflows) <= names
    for gate in Declaration.load(ROOT).gates.workflows:
        on = yaml.safe_load((ROOT / ".github/workflows" / gate).read_text())[True]
        assert on["push"]["branches"] == ["main"], gate


def test_the_wheel_jobs_download_every_platform() -> None:
    from tools.declaration import Declaration

    text = Path(ROOT / ".github/workflows/release.yml").read_text()
    declaration = Declaration.load(ROOT)
    for project in declaration.python:
        for platform in declaration.wheels.platform:
            assert f"wheel-{project.name}-{platform.name}, path" in text
