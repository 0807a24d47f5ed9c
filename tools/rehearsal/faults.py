"""The single faults that a rehearsal can be run with, each with what must come of it.

A fault is armed before the first attempt. :attr:`NamedFault.mended` says whether it is gone
when the maintainer re-runs the failed jobs. Invariant I4: afterwards the release is complete,
or it has stopped with the exit code and the sentence that say why.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass

from tools.errors import UsageError
from tools.rehearsal.setting import Setting
from tools.rehearsal.workflow.gates import Gates
from tools.rehearsal.world import Fault, World
from tools.rehearsal.world.faults import FlipByte, Hook, ResetAfter, Status


@dataclass
class Stage:
    """What a fault may act on; *kill* ends what the job of that label runs, by SIGKILL."""

    setting: Setting
    world: World
    gates: Gates
    kill: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class NamedFault:
    """One fault: how it is armed and mended, and the outcome that I4 demands.

    Attributes:
        first: the job that the first attempt must fail in; "" when it completes by itself.
        exit_code: of that job's step; None when no program ran.
        says: a part of the sentence with which it stops.
        completes: whether the release is complete after the re-run.
        public: names of the surfaces on which something may be public when it stops.
    """

    name: str
    summary: str
    arm: Callable[[Stage], None]
    mend: Callable[[Stage], None] | None
    first: str
    exit_code: int | None
    says: str
    completes: bool


def _core(stage: Stage) -> str:
    return stage.setting.declared.crate[0].name


def _arm_pypi_503(stage: Stage) -> None:
    # The first upload of each project passes, every later one meets a 503 until it is mended.
    stage.world.faults.add(
        Fault("upload.pypi.org", "POST", "", Status(503), skip=1, times=0, label="publish-pypi")
    )


def _arm_cut_after_store(stage: Stage) -> None:
    stage.world.faults.add(Fault("crates.io", "PUT", "/api/v1/crates/new", ResetAfter()))


def _arm_byte_changed(stage: Stage) -> None:
    name = _core(stage)
    stage.world.faults.add(
        Fault("static.crates.io", "GET", f"/crates/{name}/{name}-", FlipByte(), times=0)
    )


def _arm_ci_cancelled(stage: Stage) -> None:
    stage.setting.github.set_run(stage.setting.runs["ci.yml"], "completed", "cancelled")


def _mend_ci(stage: Stage) -> None:
    stage.setting.github.rerun(stage.setting.runs["ci.yml"], "completed", "success")


def _arm_refusal(stage: Stage) -> None:
    stage.gates.reviewer.refuse |= {stage.setting.declared.registries.crates_io.environment}


def _mend_refusal(stage: Stage) -> None:
    stage.gates.reviewer.refuse -= {stage.setting.declared.registries.crates_io.environment}


def _clear(stage: Stage) -> None:
    stage.world.faults.clear()


# What each publishing job asks of the world that cannot be taken back.
PUBLISHING = (
    ("publish-crate", "crates.io", "PUT", "/api/v1/crates/new"),
    ("publish-manifest-crate", "crates.io", "PUT", "/api/v1/crates/new"),
    ("publish-pypi", "upload.pypi.org", "POST", "/legacy/"),
    ("publish-manifest-pypi", "upload.pypi.org", "POST", "/legacy/"),
    ("publish-github-release", "api.github.com", "PATCH", "/releases/[0-9]+$"),
)


def _killed(job: str, host: str, method: str, path: str) -> NamedFault:
    """The worst moment to die: the world has stored it, and nobody has read the answer."""

    def arm(stage: Stage) -> None:
        death = Hook(lambda: stage.kill(job), when="after", name="killed")
        stage.world.faults.add(Fault(host, method, path, death, label=job))

    return NamedFault(
        name=f"{job}-killed",
        summary=f"{job} dies of SIGKILL when {host} has taken what it sent; re-run",
        arm=arm,
        mend=None,
        first=job,
        exit_code=-signal.SIGKILL,
        says="exit code -9",
        completes=True,
    )


FAULTS: tuple[NamedFault, ...] = (
    NamedFault(
        name="pypi-503-second-file",
        summary="PyPI answers 503 to the second file of ordvec until the re-run",
        arm=_arm_pypi_503,
        mend=_clear,
        first="publish-pypi",
        exit_code=20,
        says="PyPI",
        completes=True,
    ),
    NamedFault(
        name="crates-io-cut-after-store",
        summary="crates.io stores the crate, then the connection is cut before its answer",
        arm=_arm_cut_after_store,
        mend=None,
        first="",
        exit_code=None,
        says="",
        completes=True,
    ),
    NamedFault(
        name="served-crate-byte-changed",
        summary="crates.io serves the published crate with one byte changed",
        arm=_arm_byte_changed,
        mend=None,
        first="publish-crate",
        exit_code=30,
        says="",
        completes=False,
    ),
    NamedFault(
        name="ci-run-cancelled",
        summary="the ci run of the tagged commit was cancelled; re-run green before the re-run",
        arm=_arm_ci_cancelled,
        mend=_mend_ci,
        first="require-ci-green",
        exit_code=10,
        says="cancelled",
        completes=True,
    ),
    NamedFault(
        name="reviewer-refuses",
        summary="the reviewer refuses crates-io, and approves it at the re-run",
        arm=_arm_refusal,
        mend=_mend_refusal,
        first="publish-crate",
        exit_code=None,
        says="rejected",
        completes=True,
    ),
    *(_killed(*request) for request in PUBLISHING),
)


def named(name: str) -> NamedFault:
    """The fault of that name; UsageError lists them."""
    for fault in FAULTS:
        if fault.name == name:
            return fault
    raise UsageError(
        f"no fault is named {name!r}", expected=", ".join(fault.name for fault in FAULTS)
    )
