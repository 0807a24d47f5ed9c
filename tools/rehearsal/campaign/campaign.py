"""The campaign: the undisturbed release, its requests, and every scenario on all cores.

Workers are forked when the seed and the undisturbed release stand, so that all share them.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.declaration import ROOT
from tools.errors import ReleaseError
from tools.model import Problem
from tools.rehearsal.campaign import catalogue, flow, judging, seed
from tools.rehearsal.campaign.attempts import play_out
from tools.rehearsal.campaign.outcome import End
from tools.rehearsal.campaign.performance import Result, perform
from tools.rehearsal.campaign.play import Play, Stage
from tools.rehearsal.campaign.process import Tamper
from tools.rehearsal.campaign.scenario import Position, Scenario
from tools.rehearsal.campaign.theatre import Theatre

Progress = Callable[[int, int, Result], None]


class Violated(ReleaseError):
    """Some scenario violates an invariant."""

    exit_code = 1
    situation = "an invariant is violated"


@dataclass(frozen=True)
class Campaign:
    """The stage of all scenarios, and the requests of the undisturbed release."""

    stage: Stage
    positions: tuple[Position, ...]
    folder: Path

    def scenarios(self, only: str = "") -> list[Scenario]:
        """The worlds that misbehave, every single fault, the new runs; with *only*, of one job."""
        where = [p for p in self.positions if only in ("", p.job)]
        worlds = [] if only else catalogue.worlds()
        return [*worlds, *catalogue.singles(where), *catalogue.fresh_runs(where)]

    def pairs(self, count: int, chosen: int, only: str = "") -> list[Scenario]:
        where = [p for p in self.positions if only in ("", p.job)]
        return catalogue.pairs(where, count, chosen)


def prepare(folder: Path, tamper: Tamper | None = None, tree: seed.Tree = seed.NO_TREE) -> Campaign:
    """Play the undisturbed release, on which every scenario builds.

    Args:
        tamper: breaks product code, from the first disturbed job on; never in the undisturbed
            release, whose requests are the catalogue.
        tree: a crate that real cargo publishes.

    Raises:
        Violated: the undisturbed release is not complete, or violates an invariant itself.
    """
    _import_clients()
    made = seed.prepare(folder / "seed", tree)
    jobs = flow.load(ROOT, made.declaration, made.version)
    stage = Stage(made, jobs, {jobs.tasks[0].id: made.start})
    place = folder / "undisturbed"
    with Theatre(made, made.start, place) as theatre:
        play = Play(stage, Scenario(), place, theatre, record=True)
        complete = play_out(play)
        journal = theatre.world.journal.entries()
        problems = judging.judge(play, End.COMPLETED if complete else End.RESUMABLE, False)
    if problems or play.stops:
        said = [Problem(stop.where, "success", stop.said[-800:]) for stop in play.stops]
        raise Violated(
            "the undisturbed release does not complete as it must",
            problems=[*said, *(problem for _, problem in problems)],
        )
    found = tuple(catalogue.positions(play.history, journal))
    return Campaign(replace(stage, moments=play.moments, tamper=tamper), found, folder)


def _import_clients() -> None:
    """What every job would import for itself after the fork."""
    import importlib

    for name in (
        *("twine.__main__", "twine.commands.upload", "twine.commands.check", "keyring"),
        *("sigstore.sign", "pypi_attestations", "concurrent.futures.thread"),
        *(f"tools.steps.{name}" for name in ("draft", "stage", "undraft", "publish_pypi")),
        *("tools.steps.publish_crate", "tools.steps.package", "tools.steps.verify_attestations"),
    ):
        importlib.import_module(name)


def run(
    campaign: Campaign, scenarios: Sequence[Scenario], jobs: int, progress: Progress
) -> list[Result]:
    """Every scenario, *jobs* at once; results in the order in which they end."""
    results = []
    for result in _results(campaign, scenarios, jobs):
        results.append(result)
        progress(len(results), len(scenarios), result)
    return results


def _results(campaign: Campaign, scenarios: Sequence[Scenario], jobs: int) -> Iterator[Result]:
    global _campaign
    _campaign = campaign
    if jobs == 1:
        yield from map(_one, scenarios)
        return
    gc.freeze()  # what is shared with the workers and their jobs stays shared
    with multiprocessing.get_context("fork").Pool(jobs, _ignore_interrupts) as pool:
        yield from pool.imap_unordered(_one, scenarios, chunksize=2)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


_campaign: Campaign | None = None


def _one(scenario: Scenario) -> Result:
    assert _campaign is not None
    folder = Path(tempfile.mkdtemp(prefix="scenario-", dir=_campaign.folder))
    started = time.monotonic()
    try:
        return perform(_campaign.stage, scenario, folder)
    except Exception as error:  # a defect of the campaign itself must not end it
        problem = Problem("the campaign", "a verdict", f"{type(error).__name__}: {error}")
        seconds = time.monotonic() - started
        return Result(
            name=str(scenario),
            kind=scenario.kind,
            end=End.RESUMABLE,
            problems=(("campaign", problem),),
            stops=(),
            fired=0,
            whole=False,
            requests=0,
            seconds=seconds,
            folder=str(folder),
        )
