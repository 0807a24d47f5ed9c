"""One scenario while it is played: the state of its jobs, and one job in its world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.rehearsal.campaign.actions import TIMEOUT, Victim
from tools.rehearsal.campaign.flow import Flow, Line, Task
from tools.rehearsal.campaign.outcome import Stop
from tools.rehearsal.campaign.process import JobCall, LineResult, Tamper, checkout, run
from tools.rehearsal.campaign.programs import PACKAGED
from tools.rehearsal.campaign.scenario import Scenario
from tools.rehearsal.campaign.theatre import Seed, Snapshot, Theatre
from tools.rehearsal.evidence import Artifact
from tools.rehearsal.workflow.records import FAILURE, SUCCESS, InstanceRecord, StepRecord
from tools.rehearsal.world import Entry


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


@dataclass
class Play:
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

    def snapshot(self) -> Snapshot:
        """The world as it is now."""
        return self.theatre.snapshot(tuple(self.history), self.journal())

    def journal(self) -> tuple[Entry, ...]:
        """Every request: of the undisturbed release up to here, then of this scenario."""
        return (*self.earlier, *self.theatre.world.journal.entries())

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
        self.stops.append(Stop(task.id, attempt, code, record.message, self.snapshot()))
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
