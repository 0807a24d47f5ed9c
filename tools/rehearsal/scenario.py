"""One run of the release in one fresh world: with a fault or without, to its judgement."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.console import console
from tools.rehearsal import evidence, invariants
from tools.rehearsal.clone import EMAIL
from tools.rehearsal.evidence import Leak
from tools.rehearsal.faults import NamedFault, Stage
from tools.rehearsal.guardian import Guardian
from tools.rehearsal.preparation import Prepared
from tools.rehearsal.progress import Board
from tools.rehearsal.remains import Remains, is_public
from tools.rehearsal.setting import Setting, WorldServices
from tools.rehearsal.stranger import Act, Stranger
from tools.rehearsal.timing import Sampler
from tools.rehearsal.workflow import graph
from tools.rehearsal.workflow.artifacts import ArtifactStore
from tools.rehearsal.workflow.gates import Gates, Reviewer
from tools.rehearsal.workflow.records import FAILURE, SUCCESS, InstanceRecord
from tools.rehearsal.workflow.runner import Runner
from tools.rehearsal.workflow.services import RunIdentity
from tools.rehearsal.workflow.slots import Slot, purge
from tools.rehearsal.workflow.surroundings import Reuse, Surroundings
from tools.rehearsal.world import World

# Jobs that only build: their results do not depend on the world, so scenarios share them.
BUILDS = ("prove-simd", "build-crates", "build-wheels", "build-sdists")


@dataclass(frozen=True, slots=True)
class Gatekeeping:
    """How the environments' reviewer decides (see :class:`Reviewer`)."""

    approve: frozenset[str]
    refuse: frozenset[str]

    def reviewer(self, board: Board) -> Reviewer:
        ask = "ask" in self.approve
        return Reviewer(self.approve - {"ask"}, self.refuse, board.ask if ask else None)


@dataclass
class Outcome:
    """What the attempts came to."""

    first_failure: InstanceRecord | None = None
    complete_first: bool = False
    complete: bool = False
    acts: list[Act] = field(default_factory=list)
    verdicts: tuple[invariants.Verdict, ...] = ()


class Scenario:
    """One run of a prepared release.

    Args:
        folder: logs, world and report of this scenario go below it.
        slots: where its jobs run.
        reuse: builds of an earlier scenario of the same commit.
        keep: where to keep the folders of jobs, if anywhere.
    """

    def __init__(
        self,
        prepared: Prepared,
        folder: Path,
        slots: Sequence[Slot],
        guardian: Guardian,
        gatekeeping: Gatekeeping,
        *,
        fault: NamedFault | None = None,
        reuse: Reuse | None = None,
        keep: Path | None = None,
        terminal: bool = False,
    ) -> None:
        self.prepared = prepared
        self.declared = prepared.declared
        self.release = prepared.release
        self.folder = folder
        self.slots = slots
        self.guardian = guardian
        self.gatekeeping = gatekeeping
        self.fault = fault
        self.reuse = reuse
        self.keep = keep
        self.terminal = terminal
        self.started = time.time()
        self.outcome = Outcome()
        self.sampler = Sampler()
        self.leaks: list[Leak] = []
        self._stack = contextlib.ExitStack()

    # -------------------------------------------------------------- sequence

    def run(self) -> None:
        """Every step in order, in a world that ends with the last."""
        self.sampler.start()
        with self._stack:
            for name, step in self._steps():
                console.heading(name)
                step()

    def _steps(self) -> list[tuple[str, Callable[[], None]]]:
        fault = f", with {self.fault.name}" if self.fault else ""
        return [
            ("Starting the loopback world", self._start_world),
            (f"Running {self.declared.project.workflow}{fault}", self._run_workflow),
            ("As a stranger: verify, install, build against it", self._be_a_stranger),
            ("Invariants", self._check_invariants),
        ]

    def builds(self) -> Reuse:
        """The finished builds of this scenario, for another one of the same commit."""
        records = {
            record.label: record
            for record in self.runner.history
            if record.job in BUILDS and record.result == SUCCESS
        }
        return Reuse(records, self.runner.around.artifacts)

    # -------------------------------------------------------------- the world

    def _start_world(self) -> None:
        layout = self.prepared.layout
        self.setting = Setting(
            self.declared,
            layout.origin,
            self.folder / "world",
            issuer=self.prepared.issuer,
            sigstore=self.prepared.sigstore,
        )
        self.setting.prepare_forge(self.release.commit, self.prepared.key.public, EMAIL)
        crates, files = self.setting.seed(self.prepared.crates, layout.wheelhouse)
        self.world: World = self._stack.enter_context(self.setting.world())
        self.services = WorldServices(self.setting, self.world)
        console.info(
            f"{len(self.world.names)} hosts answer, every other is refused; "
            f"{crates} crates and {files} wheels seeded"
        )

    # -------------------------------------------------------------- the workflow

    def _run_workflow(self) -> None:
        workflow = self.prepared.workflow
        board = Board(graph.order(workflow.jobs), terminal=self.terminal)
        reviewer = self.gatekeeping.reviewer(board)
        if "all" in reviewer.approve:
            console.info("every environment gate is approved; --approve ask asks you instead")
        gates = Gates(self.setting.rules(), reviewer)
        self.runner = Runner(workflow, self._identity(), self._around(board), gates, self.slots)
        self._forget_own_packages()
        with board:
            self._attempts(Stage(self.setting, self.world, gates, self.guardian.kill))

    def _forget_own_packages(self) -> None:
        """Nothing of our own may come out of a cache that an earlier rehearsal filled."""
        cache = self.prepared.layout.cache / "uv"
        if cache.exists():
            purge(cache, self.prepared.own)

    def _identity(self) -> RunIdentity:
        project, workflow = self.declared.project, self.prepared.workflow
        ref = f"refs/tags/{self.release.tag}"
        run = self.setting.github.add_run(
            workflow.path.name,
            self.release.commit,
            branch="",
            status="in_progress",
            conclusion=None,
        )
        return RunIdentity(
            repository=project.repository,
            sha=self.release.commit,
            ref=ref,
            run_id=str(run),
            run_attempt=1,
            workflow_path=str(project.workflow),
            workflow_name=workflow.name,
            actor=project.repository.partition("/")[0],
            event={"ref": ref, "after": self.release.commit, "created": True},
        )

    def _around(self, board: Board) -> Surroundings:
        layout = self.prepared.layout
        return Surroundings(
            services=self.services,
            machine=self.prepared.machine,
            artifacts=ArtifactStore(self.folder / "artifacts"),
            listener=board,
            logs=self.folder / "logs",
            origin=layout.origin,
            own_crates=self.prepared.own,
            cache=layout.cache,
            filled=self.folder / "filled",
            tags={platform.name: platform.tag for platform in self.declared.wheels.platform},
            tracking=self.guardian.mark,
            watcher=self.guardian,
            keep=self.keep,
            inspect=self._inspect,
            reuse=self.reuse,
        )

    def _inspect(self, record: InstanceRecord, folder: Path) -> None:
        """Look for registry tokens in what a job leaves, before it is wiped."""
        secrets = self.setting.cratesio.tokens.secrets() | self.setting.pypi.tokens.secrets()
        what = f"a registry token left by {record.label}"
        self.leaks += evidence.find_secrets(folder, secrets, what)

    def _attempts(self, stage: Stage) -> None:
        """The first attempt; after a fault, what the maintainer does next."""
        if self.fault is not None:
            self.fault.arm(stage)
        self.runner.run()
        self.outcome.complete_first = self._released()
        self.outcome.first_failure = self._failed()
        if self.fault is not None and not self.runner.succeeded:
            if self.fault.mend is not None:
                self.fault.mend(stage)
            self.runner.rerun_failed()
        self.outcome.complete = self._released()

    def _failed(self) -> InstanceRecord | None:
        failed = [record for record in self.runner.history if record.result == FAILURE]
        return min(failed, key=lambda record: record.ended, default=None)

    def _released(self) -> bool:
        records = self.runner.records
        public = is_public(self.setting, self.release.tag)
        return public and all(record.result == SUCCESS for record in records.values())

    # -------------------------------------------------------------- after

    def _be_a_stranger(self) -> None:
        if not is_public(self.setting, self.release.tag):
            console.info("the release is not public: there is nothing for a stranger")
            return
        slot = self.slots[0]
        slot.wipe(self.prepared.own)
        stranger = Stranger(
            self.declared,
            self.world,
            self.prepared.machine,
            slot.job,
            slot.target,
            self.prepared.layout.origin,
            self.folder / "logs" / "stranger.log",
            mark=self.guardian.mark,
            watcher=self.guardian,
        )
        try:
            self.outcome.acts = stranger.acts(self.release.version)
        finally:
            stranger.close()
        for act in self.outcome.acts:
            state = "passed" if act.passed else f"FAILED: {act.detail}"
            console.info(f"{act.name}: {state} in {act.seconds:.1f} s")

    def _check_invariants(self) -> None:
        remains = Remains(
            self.declared, self.release, self.setting, self.world, self.runner, self.folder
        )
        arguments = [Leak("a token", f"argument of {name}") for name in self.sampler.leaks]
        leaks = [*self.leaks, *remains.leaks(self.services.tokens), *arguments]
        self.evidence = remains.evidence(leaks)
        fourth = invariants.completes_or_says_why(
            self.fault,
            self.outcome.first_failure,
            complete_first=self.outcome.complete_first,
            complete=self.outcome.complete,
            expected_stop=bool(self.gatekeeping.refuse),
        )
        self.outcome.verdicts = invariants.check(self.evidence, fourth)
        for verdict in self.outcome.verdicts:
            state = "holds" if verdict.holds else "VIOLATED"
            console.info(f"{verdict.name} {state} ({verdict.checked} checked): {verdict.text}")
            for problem in verdict.problems:
                console.info(f"   {problem}")
