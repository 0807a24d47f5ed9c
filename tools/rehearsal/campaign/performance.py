"""One scenario, from its snapshot to its verdict.

The first attempt begins at the first disturbed job, in the world that the undisturbed release
had left there. Failed jobs are re-run as a maintainer would, until the release is complete, a
job says that it cannot be, or the re-runs are used up. When the jobs that were disturbed have
succeeded and the world equals that of the undisturbed release, the remaining jobs have been run
from this very state already; every tenth scenario (chosen by its name) runs them nevertheless.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.model import Problem
from tools.rehearsal.campaign import fresh, judging, outcome
from tools.rehearsal.campaign.actions import TIMEOUT, Victim
from tools.rehearsal.campaign.flow import Flow, Line, Task
from tools.rehearsal.campaign.outcome import End, Stop
from tools.rehearsal.campaign.process import (
    JobCall,
    LineResult,
    Tamper,
    checkout,
    run,
)
from tools.rehearsal.campaign.programs import PACKAGED
from tools.rehearsal.campaign.scenario import Scenario
from tools.rehearsal.campaign.theatre import Seed, Snapshot, Theatre, fingerprint
from tools.rehearsal.evidence import (
    Artifact,
)
from tools.rehearsal.workflow.records import FAILURE, SUCCESS, InstanceRecord, StepRecord
from tools.rehearsal.world import Entry

# How often the failed jobs are re-run at most.
RERUNS = 3


@dataclass(frozen=True)
class Stage:
    """What all scenarios share: the seed, the jobs, and the undisturbed release.

    Attributes:
        moments: job to the world before it, and ``""`` to the world at the end.
        every: one scenario in so many runs the remaining jobs although the world has converged.
    """

    seed: Seed
    flow: Flow
    moments: Mapping[str, Snapshot]
    tamper: Tamper | None = None
    every: int = 10

    def after(self, job: str) -> Snapshot | None:
        """The world after a job of the undisturbed release, if it was recorded."""
        later = self.flow.after(job)
        return self.moments.get(later[0].id if later else "")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a scenario; plain values, to be handed from process to process."""

    name: str
    kind: str
    end: End
    problems: tuple[tuple[str, Problem], ...]
    stops: tuple[tuple[str, int, int], ...]
    fired: int
    whole: bool
    requests: int
    seconds: float
    folder: str = ""


@dataclass
class Performance:
    """One scenario being played."""

    stage: Stage
    scenario: Scenario
    folder: Path
    theatre: Theatre
    record: bool = False
    victim: Victim = field(default_factory=Victim)
    history: list[InstanceRecord] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    moments: dict[str, Snapshot] = field(default_factory=dict)
    earlier: tuple[Entry, ...] = ()
    fired: int = 0
    converged: bool = False
    artifacts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    rebuilt: tuple[Artifact, ...] = ()
    signed: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.artifacts = {name: dict(made) for name, made in self.stage.seed.artifacts.items()}

    @property
    def whole(self) -> bool:
        """Whether the remaining jobs run although the world has converged."""
        digest = hashlib.sha256(str(self.scenario).encode()).digest()
        return (
            self.record
            or bool(self.scenario.world)
            or int.from_bytes(digest[:4]) % self.stage.every == 0
        )

    def play(self) -> bool:
        """Attempt after attempt; whether the release is complete."""
        for name, count in self.scenario.world:
            self.theatre.misbehave(name, count)
        # One re-run shows that what lasts is still there.
        reruns = 1 if self.scenario.lasts else RERUNS
        for attempt in range(1, 2 + reruns):
            self._attempt(attempt)
            last = self.stops[-1].code if self.stops else 0
            if self.complete or (last == 21 and self.stops[-1].attempt == attempt):
                break
            self._mend()
            if self.scenario.fresh and not fresh.begin(self, attempt + 1):
                break
        return self.complete

    @property
    def complete(self) -> bool:
        return self.converged or all(task.id in self.done for task in self.stage.flow.tasks)

    def again(self) -> bool:
        """One more attempt in a healthy world, to prove a claim that nothing helps."""
        self._attempt(2 + RERUNS)
        return self.complete

    def _mend(self) -> None:
        """What a maintainer does before the re-run: waits for the rate limit, deletes a double."""
        self.theatre.setting.github.core.misbehaviour.requests_left = None
        drafts = [r for r in self.theatre.setting.github.releases(self.stage.seed.tag) if r.draft]
        state = self.theatre.setting.github.state
        for extra in sorted(drafts, key=lambda r: (-len(state.assets_of(r.id)), r.id))[1:]:
            del state.releases[extra.id]

    def _attempt(self, attempt: int) -> None:
        for task in self.stage.flow.tasks:
            blocked = any(need not in self.done for need in task.needs)
            if task.id in self.done or blocked:
                continue
            if self.record:
                self.moments[task.id] = self._snapshot()
            if self.job(task, attempt):
                self.done.add(task.id)
            elif not self.whole:
                return
            if self._is_converged(task, attempt):
                self.converged = True
                return
        if self.record:
            self.moments[""] = self._snapshot()

    def _is_converged(self, task: Task, attempt: int) -> bool:
        later = {t.id for t in self.stage.flow.after(task.id)}
        pending = any(item.position.job in later for item in self.scenario.disturbances)
        reference = self.stage.after(task.id)
        if (
            self.whole
            or pending
            or self.scenario.fresh
            or task.id not in self.done
            or reference is None
        ):
            return False
        return fingerprint(self._snapshot()) == fingerprint(reference)

    def _snapshot(self) -> Snapshot:
        return self.theatre.snapshot(tuple(self.history), self.journal())

    def journal(self) -> tuple[Entry, ...]:
        return (*self.earlier, *self.theatre.world.journal.entries())

    # ------------------------------------------------------------------ one job

    def job(
        self,
        task: Task,
        attempt: int,
        *,
        lines: Sequence[Line] | None = None,
        env: Mapping[str, str] | None = None,
        keep: bool = False,
    ) -> bool:
        """Run a job with whatever waits for it; whether it succeeded.

        Args:
            lines: these of its lines; all by default.
            env: more variables.
            keep: go on in the job's checkout as it is.
        """
        faults = self.theatre.world.faults
        number = sum(1 for record in self.history if record.job == task.id and not keep) + 1
        armed = [d for d in self.scenario.disturbances if d.armed(task.id, number)]
        for item in armed:
            faults.add(item.fault(self.victim))
        before = len(faults.fired())
        root = self.root(task.id)
        if not keep:
            checkout(root, self._files(task))
        record = self._record(task, number)
        late = any(item.action == "late" for item in armed)
        self._run(task, record, lines or task.lines, dict(env or {}), late=late)
        self.fired += len(faults.fired()) - before
        faults.clear()
        self.history.append(record)
        if record.result == SUCCESS:
            return True
        code = record.exit_code or 0
        self.stops.append(Stop(task.id, attempt, code, record.message, self._snapshot()))
        return False

    def root(self, job: str) -> Path:
        """The checkout of a job's latest run."""
        return self.folder / "jobs" / job

    def produced(self, job: str, path: str) -> dict[str, bytes]:
        """The files that a job left below *path*, to be handed over."""
        found = sorted((self.root(job) / path).iterdir())
        return {file.name: file.read_bytes() for file in found}

    def _record(self, task: Task, number: int) -> InstanceRecord:
        log = self.folder / f"{task.id}-{number}.log"
        log.touch()
        return InstanceRecord(
            task.id,
            task.id,
            number,
            environment=task.environment,
            permissions=task.permissions,
            downloaded=[name for name, _ in task.downloads],
            log=log,
        )

    def _run(
        self,
        task: Task,
        record: InstanceRecord,
        lines: Sequence[Line],
        env: dict[str, str],
        *,
        late: bool,
    ) -> None:
        """Run the lines and enter what became of them into the record."""
        seed, theatre = self.stage.seed, self.theatre
        assert record.log is not None
        env |= theatre.environment(task.id, record.attempt)
        if task.permissions.get("id-token") == "write":
            env |= theatre.oidc(theatre.identity(task.environment), task.id)
        token = theatre.token(task.permissions, task.id)
        call = JobCall(
            root=self.root(task.id),
            declaration=seed.declaration,
            version=seed.version,
            commit=seed.commit,
            lines=lines,
            env=env,
            token=token,
            log=record.log,
            timeout=TIMEOUT if late else None,
            tamper=self.stage.tamper,
        )
        results = run(call, self.victim)
        record.steps += [_step(line) for line in results]
        record.started, record.ended = results[0].started, results[-1].ended
        record.result = SUCCESS if results[-1].exit_code == 0 else FAILURE
        if record.result == FAILURE:
            record.message = record.log.read_text(encoding="utf-8")
        theatre.setting.github.revoke_token(token)

    def _files(self, task: Task) -> dict[str, bytes]:
        seed = self.stage.seed
        files = {
            f"{path}/{name}": content
            for artifact, path in task.downloads
            for name, content in self.artifacts[artifact].items()
        }
        files |= {f"{PACKAGED}/{name}": content for name, content in seed.packaged.items()}
        files |= seed.tree
        return {**files, str(seed.declaration.provenance.trust): seed.trust.encode()}


def _step(line: LineResult) -> StepRecord:
    done = SUCCESS if line.exit_code == 0 else FAILURE
    return StepRecord(
        line.command,
        command=line.command,
        outcome=done,
        conclusion=done,
        started=line.started,
        ended=line.ended,
        exit_code=line.exit_code,
    )


def perform(stage: Stage, scenario: Scenario, folder: Path) -> Result:
    """Play a scenario and judge it. Its folder stays only when something is violated."""
    import time

    started = time.monotonic()
    first = _first(stage, scenario)
    moment = stage.moments[first]
    with Theatre(stage.seed, moment, folder) as theatre:
        play = Performance(stage, scenario, folder, theatre)
        play.done = {task.id for task in stage.flow.before(first)}
        play.history, play.earlier = list(moment.history), moment.journal
        complete = play.play()
        final = play.stops[-1].code if play.stops else 0
        ended = outcome.end(complete, play.stops[-1] if play.stops else None)
        later = not complete and final == 21 and not scenario.lasts and play.again()
        found = judging.judge(play, ended, later)
        requests = len(theatre.world.journal.entries())
    if not found:
        shutil.rmtree(folder, ignore_errors=True)
    return Result(
        name=str(scenario),
        kind=scenario.kind,
        end=ended,
        problems=tuple(found),
        stops=tuple((s.job, s.attempt, s.code) for s in play.stops),
        fired=play.fired,
        whole=not play.converged,
        requests=requests,
        seconds=time.monotonic() - started,
        folder=str(folder) if found else "",
    )


def _first(stage: Stage, scenario: Scenario) -> str:
    """The job at which a scenario begins: the first that is disturbed."""
    disturbed = {item.position.job for item in scenario.disturbances}
    names = [task.id for task in stage.flow.tasks]
    if scenario.world or not disturbed:
        return names[0]
    for job in disturbed:
        stage.flow.task(job)
    return next(name for name in names if name in disturbed)
