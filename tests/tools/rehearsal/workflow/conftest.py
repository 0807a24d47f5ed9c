"""A runner over fixture workflows, with small fakes in place of the world."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tools.rehearsal.machine import Machine, RunnerPlatform
from tools.rehearsal.workflow.artifacts import ArtifactStore
from tools.rehearsal.workflow.gates import EnvironmentRule, Gates, Reviewer
from tools.rehearsal.workflow.reader import load
from tools.rehearsal.workflow.records import Silent
from tools.rehearsal.workflow.runner import Runner
from tools.rehearsal.workflow.services import Access, JobIdentity, RunIdentity
from tools.rehearsal.workflow.slots import Slot
from tools.rehearsal.workflow.surroundings import Surroundings

FIXTURES = Path(__file__).parent / "fixtures"
TOKEN = "ghs_0123456789abcdefTOKEN"


class FakeServices:
    """Gives every job the same token, and OIDC variables exactly when it may sign."""

    def __init__(self) -> None:
        self.opened: list[JobIdentity] = []
        self.closed: list[str] = []

    def environment(self, base: Path, label: str) -> Mapping[str, str]:
        home = base / "home"
        home.mkdir(parents=True, exist_ok=True)
        return {"HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull}

    def open_job(self, identity: JobIdentity) -> Access:
        self.opened.append(identity)
        oidc = {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:9/"} if identity.may_sign else {}
        return Access(TOKEN, oidc)

    def close_job(self, identity: JobIdentity, access: Access) -> None:
        self.closed.append(identity.label)

    def attest(self, access: Access, env: Mapping[str, str], checksums: str) -> tuple[str, str]:
        return json.dumps({"subjects": checksums}), "7"

    def provenance(self, env: Mapping[str, str], base64_subjects: str) -> str:
        return json.dumps({"subjects": base64_subjects})


MACHINE = Machine(
    platform=RunnerPlatform("Linux", "X64"),
    base_path=("/usr/local/bin", "/usr/bin", "/bin"),
    tools_path="/nonexistent/tools",
    rustc="1.95.0",
    python="3.12.1",
    levels=frozenset({"portable", "avx2"}),
)

MakeRunner = Callable[..., Runner]


@pytest.fixture
def make(tmp_path: Path) -> MakeRunner:
    """Build a runner for a fixture workflow."""

    def build(
        fixture: str,
        *,
        ref: str = "refs/tags/v1.2.3",
        reviewer: Reviewer | None = None,
        slots: int = 2,
        folder: Path = tmp_path,
    ) -> Runner:
        around = Surroundings(
            services=FakeServices(),
            machine=MACHINE,
            artifacts=ArtifactStore(folder / "artifacts"),
            listener=Silent(),
            logs=folder / "logs",
            origin=folder / "origin.git",
            own_crates=("demo",),
            cache=folder / "cache",
            filled=folder / "filled",
            tags={"windows-amd64": "win_amd64", "manylinux-x86_64": "manylinux_2_17_x86_64"},
        )
        rules = {"registry": EnvironmentRule("registry", ("v[0-9]*.[0-9]*.[0-9]*",), ("boss",))}
        run = RunIdentity(
            repository="owner/demo",
            sha="a" * 40,
            ref=ref,
            run_id="77",
            run_attempt=1,
            workflow_path=f".github/workflows/{fixture}",
            workflow_name=fixture,
            actor="owner",
        )
        places = [Slot(folder / f"slot-{number}") for number in range(slots)]
        return Runner(
            load(FIXTURES / fixture), run, around, Gates(rules, reviewer or Reviewer()), places
        )

    return build
