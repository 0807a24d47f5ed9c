"""The workflows are wiring: one invocation per ``run:``, pinned actions, least permissions.

Each rule has its incident or source beside it. Whether an invocation's *arguments* are accepted
is tested in ``tests/tools/test_workflows.py``, which may import the entry points.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tools.declaration import Declaration
from tools.model import Problem

FOLDER = Path(".github/workflows")
SETUP = Path(".github/actions/setup/action.yml")
_PINNED = re.compile(r"uses:\s*\S+@[0-9a-f]{40}\s+#\s*v\d")
LONGEST_JOB = 150
_SHELL_SYNTAX = re.compile(r"[;&|<>`\n]|\$\(")
# The one line that may be something else: nothing can be invoked before it is installed.
_INSTALL = "python -m pip install --quiet --require-hashes -r requirements/release.txt"


def problems(declaration: Declaration, root: Path) -> list[Problem]:
    """Every breach in every workflow and in the setup action below *root*."""
    found: list[Problem] = []
    for path in sorted((root / FOLDER).glob("*.yml")):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        document = yaml.safe_load(text)
        found += _pins(name, text, declaration)
        found += _top_level(name, document)
        for job, body in document["jobs"].items():
            found += _timeout(f"{name}: {job}", body)
            found += _steps(f"{name}: {job}", body.get("steps", []))
    setup = (root / SETUP).read_text(encoding="utf-8")
    found += _pins(SETUP.as_posix(), setup, declaration)
    for step in yaml.safe_load(setup)["runs"]["steps"]:
        if "run" in step and step["run"] != _INSTALL:
            found.append(Problem(SETUP.as_posix(), _INSTALL, step["run"]))
    release = (root / declaration.project.workflow).read_text(encoding="utf-8")
    # Every job of the release goes through the setup action.
    found += _caches(SETUP.as_posix(), setup)
    found += _caches(declaration.project.workflow.as_posix(), release)
    found += _length(declaration.project.workflow.as_posix(), release)
    return found


def _pins(name: str, text: str, declaration: Declaration) -> Iterator[Problem]:
    """Commit SHA plus version comment; a tag can be moved (tj-actions/changed-files, 2025)."""
    slsa = f"{declaration.provenance.slsa_builder}@{declaration.provenance.slsa_builder_tag}"
    for number, line in enumerate(text.splitlines(), start=1):
        match = re.match(r"\s*(?:- )?uses:\s*(\S+)", line)
        if not match or match[1].startswith("./") or match[1] == slsa:
            continue
        if not _PINNED.search(line):
            yield Problem(
                f"{name}:{number}", "owner/action@<40-hex commit>  # vX", match[1], "pin it"
            )


def _top_level(name: str, document: dict[Any, Any]) -> Iterator[Problem]:
    if document.get("permissions") != {"contents": "read"}:
        found = document.get("permissions", "the default, which may write")
        yield Problem(name, "permissions: { contents: read } at the top", str(found))


def _timeout(where: str, job: dict[str, Any]) -> Iterator[Problem]:
    """GitHub's default is six hours, for which a hung job holds the concurrency group `release`."""
    minutes = job.get("timeout-minutes")
    # A call of a reusable workflow cannot have one.
    if "uses" not in job and not (isinstance(minutes, int) and minutes <= LONGEST_JOB):
        found = "none" if minutes is None else str(minutes)
        yield Problem(where, f"timeout-minutes of at most {LONGEST_JOB}", found)


def _steps(where: str, steps: list[dict[str, Any]]) -> Iterator[Problem]:
    for step in steps:
        if "run" in step:
            yield from _invocation(where, step["run"])
        uses = step.get("uses", "")
        persisted = step.get("with", {}).get("persist-credentials") is not False
        # The default leaves the job's token in .git/config for every later step.
        if uses.startswith("actions/checkout@") and persisted:
            yield Problem(where, "persist-credentials: false on checkout", str(step.get("with")))


def _invocation(where: str, line: str) -> Iterator[Problem]:
    expected = "one `nox -s …` or `invoke release.…`"
    if _SHELL_SYNTAX.search(line.strip()):
        yield Problem(where, expected, repr(line), "move the decision into a task")
        return
    # An expression in a shell line is an injection: pass it through `env:`.
    if "${{" in line:
        yield Problem(where, "no ${{ }} in a run line", line, "pass it through `env:`")
    words = shlex.split(line)
    nox = words[:2] == ["nox", "-s"] and len(words) > 2
    invoke = words[:1] == ["invoke"] and len(words) > 1 and words[1].startswith("release.")
    if not (nox or invoke):
        yield Problem(where, expected, line, "move the decision into a task")


def _caches(name: str, text: str) -> Iterator[Problem]:
    """A poisoned cache is an unreviewed input."""
    for number, line in enumerate(text.splitlines(), start=1):
        if re.search(r"actions/cache|\bcache:|rust-cache|sccache", line):
            yield Problem(f"{name}:{number}", "no cache on the release path", line.strip())


def _length(name: str, text: str) -> Iterator[Problem]:
    if (length := len(text.splitlines())) >= 450:
        yield Problem(name, "under 450 lines", f"{length}", "move decisions into tasks")
