"""The rehearsal as a list of named steps, and the judgement at its end."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tools.console import console
from tools.declaration import Declaration
from tools.errors import (
    GateRefused,
    Mismatch,
    PartlyPublished,
    ReleaseError,
    Transient,
    Unrepairable,
    UsageError,
    raise_if,
)
from tools.model import Problem
from tools.rehearsal import clone, evidence, invariants, machine, report, seed
from tools.rehearsal.evidence import Evidence, Leak
from tools.rehearsal.faults import NamedFault, Stage
from tools.rehearsal.guardian import Guardian
from tools.rehearsal.layout import Layout, slots
from tools.rehearsal.progress import Board
from tools.rehearsal.setting import Setting, WorldServices
from tools.rehearsal.stranger import Act, Stranger
from tools.rehearsal.timing import Sampler
from tools.rehearsal.workflow import actions, document, graph
from tools.rehearsal.workflow.artifacts import ArtifactStore
from tools.rehearsal.workflow.gates import Gates, Reviewer
from tools.rehearsal.workflow.jobs import Surroundings, purge
from tools.rehearsal.workflow.records import FAILURE, SUCCESS, InstanceRecord
from tools.rehearsal.workflow.runner import Runner
from tools.rehearsal.workflow.services import RunIdentity
from tools.rehearsal.world import World

BY_CODE: dict[int, type[ReleaseError]] = {
    kind.exit_code: kind
    for kind in (GateRefused, PartlyPublished, Unrepairable, Mismatch, Transient, UsageError)
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator asked for."""

    version: str
    approve: frozenset[str]
    refuse: frozenset[str]
    fault: NamedFault | None
    keep: bool
    jobs: int
    terminal: bool


@dataclass
class Outcome:
    """What the attempts came to."""

    first_failure: InstanceRecord | None = None
    complete_first: bool = False
    complete: bool = False
    acts: list[Act] = field(default_factory=list)
    verdicts: tuple[invariants.Verdict, ...] = ()


class Rehearsal:
    """One rehearsal of the tree at *root*."""

    def __init__(self, root: Path, wishes: Wishes) -> None:
        self.root = root
        self.wishes = wishes
        self.started = time.time()
        self.layout = Layout.create(root)
        self.machine = machine.discover()
        self.outcome = Outcome()
        self.sampler = Sampler()
        self.leaks: list[Leak] = []
        self.guardian = Guardian()
        self._stack = contextlib.ExitStack()

    # -------------------------------------------------------------- sequence

    def run(self) -> report.Report:
        """Every step in order; the report.

        Raises:
            ReleaseError: of the class of the worst thing that happened, after the report is
                written.
        """
        # Third-party code that asks for a temporary folder gets one of this run's.
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.layout.tmp)
        os.environ["RUNNER_TRACKING_ID"] = self.guardian.mark
        done = False
        with self._stack:
            self._stack.enter_context(self.guardian)
            self.sampler.start()
            for name, step in self._steps():
                console.heading(name)
                step()
            result = self._report()
            done = result.exit_code == 0
        if done and not self.wishes.keep:
            self.layout.tidy()
        self._show(result)
        self._judge(result)
        return result

    def _steps(self) -> list[tuple[str, Callable[[], None]]]:
        return [
            ("Looking at the tree", self._look),
            ("Third-party crates and wheels", self._prefetch),
            ("Clone, bump, commit, signed tag, bare origin", self._make_release),
            ("Starting the loopback world", self._start_world),
            (f"Running {self.declared.project.workflow}", self._run_workflow),
            ("As a stranger: verify, install, build against it", self._be_a_stranger),
            ("Invariants", self._check_invariants),
        ]

    @property
    def declared(self) -> Declaration:
        return Declaration.load(self.root)

    # -------------------------------------------------------------- before

    def _look(self) -> None:
        env = clone.git_environment(self.layout.tmp / "git-home", os.environ["PATH"])
        self.cloner = clone.Cloner(self.root, self.layout.clone, self.layout.origin, env)
        changed = self.cloner.uncommitted()
        if changed:
            console.warning(
                f"{len(changed)} uncommitted changes; only the committed tree is rehearsed"
            )

    def _prefetch(self) -> None:
        self.crates = seed.fetch_crates(self.root)
        self.wheels = seed.fetch_wheels(self.root, self.layout.wheelhouse)
        console.info(f"{len(self.crates)} crates, {len(self.wheels)} wheels, all by checksum")

    def _make_release(self) -> None:
        declared = self.declared
        source = self.cloner.clone(declared.project.branch)
        version = self.cloner.bump(self.wishes.version, declared.project.changelog)
        in_clone = Declaration.load(self.layout.clone)
        self.setting = Setting(in_clone, self.layout.origin, self.layout.world)
        self.cloner.trust(in_clone.provenance.trust, self.setting.sigstore.client_trust_config())
        key = clone.make_key(self.layout.tmp / "keys", self.cloner.env)
        tag = f"v{version}"
        commit = self.cloner.commit_and_tag(tag, key)
        self.cloner.push(in_clone.project.branch, tag)
        self.setting.prepare_forge(commit, key.public, clone.EMAIL)
        self.release = clone.Release(version, tag, commit, source, tuple(self.cloner.changes))
        console.info(f"{tag} at {commit[:12]}; " + "; ".join(self.cloner.changes))

    def _start_world(self) -> None:
        crates, files = self.setting.seed(self.crates, self.layout.wheelhouse)
        self.world: World = self._stack.enter_context(self.setting.world())
        self.services = WorldServices(self.setting, self.world)
        console.info(
            f"{len(self.world.names)} hosts answer, every other is refused; "
            f"{crates} crates and {files} wheels seeded"
        )

    # -------------------------------------------------------------- the workflow

    def _run_workflow(self) -> None:
        path = self.layout.clone / self.setting.declared.project.workflow
        workflow = document.load(path)
        raise_if(
            actions.problems(workflow, self.layout.clone),
            f"{path.name} cannot be rehearsed",
            UsageError,
        )
        board = Board(graph.order(workflow.jobs), terminal=self.wishes.terminal)
        reviewer = Reviewer(
            approve=self.wishes.approve - {"ask"},
            refuse=self.wishes.refuse,
            prompt=board.ask if "ask" in self.wishes.approve else None,
        )
        if "all" in self.wishes.approve:
            console.info("every environment gate is approved; --approve ask asks you instead")
        places = self._stack.enter_context(slots(self.layout.base, self.wishes.jobs))
        self.target = places[0].target
        gates = Gates(self.setting.rules(), reviewer)
        self.runner = Runner(workflow, self._identity(path), self._around(board), gates, places)
        self._forget_own_packages()
        with board:
            self._attempts(Stage(self.setting, self.world, gates))
        for environment, job, approved in reviewer.decisions:
            console.info(f"{environment}: {job} {'approved' if approved else 'refused'}")

    def _forget_own_packages(self) -> None:
        """Nothing of our own may come out of a cache that an earlier rehearsal filled."""
        if (self.layout.cache / "uv").exists():
            purge(self.layout.cache / "uv", self._own())

    def _own(self) -> tuple[str, ...]:
        return (self.setting.declared.project.name,)

    def _identity(self, path: Path) -> RunIdentity:
        project = self.setting.declared.project
        ref = f"refs/tags/{self.release.tag}"
        return RunIdentity(
            repository=project.repository,
            sha=self.release.commit,
            ref=ref,
            run_id=str(self.setting.github.add_run(path.name, self.release.commit, branch="")),
            run_attempt=1,
            workflow_path=str(project.workflow),
            workflow_name=document.load(path).name,
            actor=project.repository.partition("/")[0],
            event={"ref": ref, "after": self.release.commit, "created": True},
        )

    def _around(self, board: Board) -> Surroundings:
        declared = self.setting.declared
        return Surroundings(
            services=self.services,
            machine=self.machine,
            artifacts=ArtifactStore(self.layout.run / "artifacts"),
            listener=board,
            logs=self.layout.logs,
            origin=self.layout.origin,
            own_crates=self._own(),
            cache=self.layout.cache,
            filled=self.layout.run / "filled",
            tags={platform.name: platform.tag for platform in declared.wheels.platform},
            tracking=self.guardian.mark,
            watcher=self.guardian,
            keep=self.layout.run / "jobs" if self.wishes.keep else None,
            inspect=self._inspect,
        )

    def _inspect(self, record: InstanceRecord, folder: Path) -> None:
        """Look for registry tokens in what a job leaves, before it is wiped."""
        secrets = self.setting.cratesio.tokens.secrets() | self.setting.pypi.tokens.secrets()
        self.leaks += evidence.find_secrets(
            folder, secrets, f"a registry token left by {record.label}"
        )

    def _attempts(self, stage: Stage) -> None:
        """The first attempt; after a fault, what the maintainer does next."""
        fault = self.wishes.fault
        if fault is not None:
            fault.arm(stage)
        self.runner.run()
        self.outcome.complete_first = self._released()
        self.outcome.first_failure = self._failed()
        if fault is not None and not self.runner.succeeded:
            if fault.mend is not None:
                fault.mend(stage)
            self.runner.rerun_failed()
        self.outcome.complete = self._released()

    def _failed(self) -> InstanceRecord | None:
        failed = [record for record in self.runner.history if record.result == FAILURE]
        return min(failed, key=lambda record: record.ended, default=None)

    def _released(self) -> bool:
        records = self.runner.records
        return self._public() and all(record.result == SUCCESS for record in records.values())

    def _public(self) -> bool:
        return any(not release.draft for release in self.setting.github.releases(self.release.tag))

    # -------------------------------------------------------------- after

    def _be_a_stranger(self) -> None:
        if not self._public():
            console.info("the release is not public: there is nothing for a stranger")
            return
        purge(self.target, self._own())
        stranger = Stranger(
            self.setting.declared,
            self.world,
            self.machine,
            self.layout.stranger,
            self.target,
            self.layout.origin,
            self.layout.logs / "stranger.log",
            mark=self.guardian.mark,
            watcher=self.guardian,
        )
        try:
            self.outcome.acts = stranger.acts(self.release.version)
        finally:
            stranger.close()
        for act in self.outcome.acts:
            state = "passed" if act.passed else "FAILED"
            console.info(f"{act.name}: {state} in {act.seconds:.1f} s")

    def _check_invariants(self) -> None:
        self.evidence = self._gather()
        fourth = invariants.completes_or_says_why(
            self.wishes.fault,
            self.outcome.first_failure,
            complete_first=self.outcome.complete_first,
            complete=self.outcome.complete,
            expected_stop=bool(self.wishes.refuse),
        )
        self.outcome.verdicts = invariants.check(self.evidence, fourth)
        for verdict in self.outcome.verdicts:
            state = "holds" if verdict.holds else "VIOLATED"
            console.info(f"{verdict.name} {state} ({verdict.checked} checked): {verdict.text}")
            for problem in verdict.problems:
                console.info(f"   {problem}")

    def _gather(self) -> Evidence:
        setting, version = self.setting, self.release.version
        auditor = evidence.Auditor(
            self.world,
            setting.declared,
            f"{setting.declared.project.name}-rehearsal (+{setting.declared.project.contact})",
            self.layout.tmp / "auditor",
        )
        try:
            served = auditor.served(version, self.release.tag)
        finally:
            auditor.close()
        return Evidence(
            version=version,
            public=self._public(),
            jobs=self.runner.workflow.jobs,
            records=self.runner.records,
            history=self.runner.history,
            lanes=evidence.lanes_of(setting.declared, version),
            uploads=[
                *((evidence.CRATES, u) for u in setting.cratesio.uploads.attempts()),
                *((evidence.PYPI, u) for u in setting.pypi.uploads.attempts()),
            ],
            tokens=[
                *((evidence.CRATES, t) for t in setting.cratesio.tokens.ledger()),
                *((evidence.PYPI, t) for t in setting.pypi.tokens.ledger()),
            ],
            events=setting.github.events,
            journal=self.world.journal.entries(),
            artifacts=evidence.gather_artifacts(self.runner.around.artifacts),
            subjects=evidence.gather_subjects(setting, self.release.tag),
            served=served,
            leaks=[*self.leaks, *self._leaks_in_outputs()],
        )

    def _leaks_in_outputs(self) -> list[Leak]:
        secrets = {
            *self.services.tokens,
            *self.setting.cratesio.tokens.secrets(),
            *self.setting.pypi.tokens.secrets(),
        }
        found = [
            leak
            for folder in (self.layout.logs, self.layout.world, self.layout.run / "artifacts")
            for leak in evidence.find_secrets(folder, secrets, f"a token below {folder.name}")
        ]
        return found + [Leak("a token", f"argument of {name}") for name in self.sampler.leaks]

    # -------------------------------------------------------------- judgement

    def _report(self) -> report.Report:
        share = self.sampler.stop()
        journal = self.world.journal
        seconds, path = graph.critical_path(
            self.runner.workflow.jobs, report.seconds_by_job(self.runner.records)
        )
        code, sentence = self._code()
        made = report.Report(
            outcome="released" if self.outcome.complete else "not released",
            exit_code=code,
            sentence=sentence,
            version=self.release.version,
            tag=self.release.tag,
            commit=self.release.commit,
            source=self.release.source,
            fault=self.wishes.fault.name if self.wishes.fault else "",
            started=datetime.fromtimestamp(self.started, UTC).isoformat(timespec="seconds"),
            seconds=round(time.time() - self.started, 2),
            critical_seconds=round(seconds, 2),
            critical_path=path,
            share=share,
            changes=self.release.changes,
            machine={
                "platform": str(self.machine.platform),
                "python": self.machine.python,
                "rustc": self.machine.rustc,
                "jobs": str(self.wishes.jobs),
            },
            attempts=self.runner.attempt,
            jobs=tuple(report.job_rows(self.runner.workflow.jobs, self.runner.history)),
            not_rehearsed=tuple(report.not_rehearsed(self.runner.history)),
            stand_ins=tuple(report.stand_ins(self.runner.history)),
            published=tuple(report.published_table(self.evidence, {})),
            acts=tuple(self.outcome.acts),
            invariants=self.outcome.verdicts,
            refused_hosts=tuple(
                sorted({f"{entry.host} by {entry.label or 'us'}" for entry in journal.refused()})
            ),
            world_failures=tuple(
                f"{e.method} {e.host}{e.path}: {e.detail}" for e in journal.failures()
            ),
            uploads=tuple(report.upload_rows(self.evidence.uploads)),
            approvals=tuple(
                f"{record.label}: {record.approval}"
                for record in self.runner.history
                if record.approval
            ),
            folder=str(self.layout.run),
        )
        self.paths = made.write(self.layout.run)
        return made

    def _code(self) -> tuple[int, str]:
        """The exit code and the sentence: the worst meaningful thing that happened."""
        violated = [verdict for verdict in self.outcome.verdicts if not verdict.holds]
        if violated:
            return 30, "invariants are violated: " + ", ".join(v.name for v in violated)
        failed = [act.name for act in self.outcome.acts if not act.passed]
        if failed:
            return 30, f"a stranger could not: {', '.join(failed)}"
        if self.world.journal.refused() or self.world.journal.failures():
            return 30, "a host outside the world was asked for, or a stand-in failed"
        if self.wishes.fault is not None and self.outcome.complete == self.wishes.fault.completes:
            return 0, f"fault {self.wishes.fault.name} ended as invariant I4 demands"
        if self.outcome.complete:
            return 0, "everything was released, verified, installed and built against"
        last = self.outcome.first_failure
        if last is None:
            return 10, "the tag released nothing"
        code = last.exit_code if last.exit_code in BY_CODE else 10
        return code, f"{last.label}: {last.message}"

    def _show(self, result: report.Report) -> None:
        rows = [(item.file, item.sha256, ", ".join(item.surfaces)) for item in result.published]
        if rows:
            console.table(
                f"Published as {result.tag}", ("file", "sha256 as served", "surfaces"), rows
            )
        for line in result.not_rehearsed:
            console.info(line)
        for host in result.refused_hosts:
            console.warning(f"refused: {host}")
        console.info(
            f"wall time {result.seconds:.1f} s, critical path {result.critical_seconds:.1f} s "
            f"({' → '.join(result.critical_path)})"
        )
        clients = ", ".join(f"{n} {s:.0%}" for n, s in result.share.by_client.items())
        console.info(f"{result.share.text}; inside: {clients}")
        console.info(f"report: {self.paths[1]}")

    def _judge(self, result: report.Report) -> None:
        if result.exit_code == 0:
            console.success(f"{result.tag} {result.outcome}: {result.sentence}")
            return
        problems = [
            Problem(f"{v.name} {p.where}", p.expected, p.found)
            for v in result.invariants
            for p in v.problems
        ]
        raise BY_CODE[result.exit_code](
            f"the rehearsal of {result.tag} ended {result.outcome}",
            found=result.sentence,
            problems=problems,
            remedy=f"read {self.paths[1]}",
        )
