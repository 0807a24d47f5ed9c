"""One scenario, from its snapshot to its verdict.

The first attempt begins at the first disturbed job, in the world that the undisturbed release
had left there.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tools.model import Problem
from tools.rehearsal.campaign import judging, outcome
from tools.rehearsal.campaign.attempts import again, play_out
from tools.rehearsal.campaign.outcome import End
from tools.rehearsal.campaign.play import Play, Stage
from tools.rehearsal.campaign.scenario import Scenario
from tools.rehearsal.campaign.theatre import Theatre


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


def perform(stage: Stage, scenario: Scenario, folder: Path) -> Result:
    """Play a scenario and judge it. Its folder stays only when something is violated."""
    started = time.monotonic()
    first = _first(stage, scenario)
    moment = stage.moments[first]
    with Theatre(stage.seed, moment, folder) as theatre:
        play = Play(stage, scenario, folder, theatre)
        play.done = {task.id for task in stage.flow.before(first)}
        play.history, play.earlier = list(moment.history), moment.journal
        complete = play_out(play)
        final = play.stops[-1].code if play.stops else 0
        ended = outcome.end(complete, play.stops[-1] if play.stops else None)
        later = not complete and final == 21 and not scenario.lasts and again(play)
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
