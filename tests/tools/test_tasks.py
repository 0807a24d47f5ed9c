"""The Invoke tasks: they exist, they teach, and their exit codes are those of the errors."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from invoke.collection import Collection

import tasks
from tools.declaration import ROOT

VERBS = (
    "plan",
    "guard",
    "require-ci-green",
    "draft",
    "canonicalize",
    "record",
    "subjects",
    "bundle",
    "verify-attestations",
    "stage",
    "publish-crate",
    "publish-pypi",
    "undraft",
    "verify",
    "status",
    "resume",
    "audit-settings",
    "claims",
    "review",
    "preflight",
    "tag",
    "rehearse",
)


def invoke(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    return subprocess.run(
        [sys.executable, "-m", "invoke", *words],
        cwd=ROOT,
        env={**clean, **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


def fresh_collection() -> Collection:
    """The tasks, loaded anew: reading a task's arguments uses its help up."""
    return Collection.from_module(importlib.reload(tasks))


@pytest.mark.parametrize("verb", VERBS)
def test_each_task_exists_and_teaches(verb: str) -> None:
    found = fresh_collection()[f"release.{verb}"]
    assert found.__doc__
    assert len(found.__doc__) > 40
    arguments = found.get_arguments()
    assert [argument.name for argument in arguments if not argument.help] == []
    assert "json" in {argument.name for argument in arguments}


def test_rehearse_passes_its_arguments_and_json_on() -> None:
    done = invoke("release.rehearse", "--args=--list-faults", "--json")
    assert done.returncode == 0
    assert "reviewer-refuses" in json.loads(done.stdout)


def test_help_comes_without_importing_a_step() -> None:
    done = invoke("--help", "release.publish-pypi")
    assert done.returncode == 0
    assert "id-token" in done.stdout


def test_json_is_one_document_on_standard_output() -> None:
    done = invoke("release.guard", "--tag", "v1.2.3-rc1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"tag": "v1.2.3-rc1", "release": False, "version": ""}


def test_json_of_a_refusal_holds_the_whole_report() -> None:
    done = invoke("release.preflight", "--offline", "--version", "99.0.0", "--json")
    assert done.returncode == 10
    answer = json.loads(done.stdout)
    states = {finding["state"] for finding in answer["report"]["findings"]}
    assert {"passed", "failed"} <= states
    assert answer["exit_code"] == 10


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("release.subjects", "--lane", "cor", "--tag", "v1.2.3"), 2, "no lane is named"),
        (("release.publish-crate", "--crate", "x", "--tag", "v1.2.3"), 2, "no crate is named"),
        (("release.stage", "--lane", "core", "--tag", "main"), 2, "not a release tag"),
        (("release.draft",), 2, "no release tag is given"),
        (("release.guard",), 2, "no tag is given"),
        (("release.bundle", "--lane", "core", "--tag", "v1.2.3"), 2, "no path of a bundle"),
        (("release.stage", "--lane", "core", "--tag", "v1.2.3"), 2, "invoke release.canonicalize"),
        (("release.verify", "1.2"), 2, "not a release version"),
        (("release.guard", "--tag", "v99.0.0"), 10, "does not hold version"),
        (("release.preflight", "--offline", "--version", "99.0.0"), 10, "version sites"),
        (("release.tag", "1.2"), 2, "not a release version"),
        (("release.review", "--base", "nowhere"), 2, "no revision"),
    ],
)
def test_an_error_is_its_exit_code_without_a_traceback(
    words: tuple[str, ...], code: int, reason: str
) -> None:
    done = invoke(*words)
    assert done.returncode == code, done.stderr
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_locked_tools_it_says_how_to_install_them(tmp_path: Path) -> None:
    (tmp_path / "rich.py").write_text("raise ModuleNotFoundError('none', name='rich')")
    done = invoke("release.guard", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert "rich is not installed" in done.stderr
    assert "--require-hashes -r requirements/release.txt" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_of_another_repository_is_refused(tmp_path: Path) -> None:
    env = {"GITHUB_REPOSITORY": "somebody/fork", "GITHUB_REF_NAME": "v1.2.3"}
    done = invoke("release.draft", **env)
    assert (done.returncode, "another repository" in done.stderr) == (2, True)
