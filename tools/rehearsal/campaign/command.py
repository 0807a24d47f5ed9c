"""Disturb a release at every request that it makes, re-run it, and check what must hold.

    nox -s campaign                         every single fault, then pairs
    nox -s campaign -- --cut 200            a sample of 200
    nox -s campaign -- --only publish-pypi  the requests of one job
    nox -s campaign -- --pairs 500 --cut 0  pairs alone
    nox -s campaign -- --replay 'NAME'      one scenario again; its folder is kept

A scenario is one fault (or two) at one request of one client: a status, a reset, a late, cut,
altered or stale answer, or the death of the job by SIGKILL. Then the failed jobs are re-run and
the invariants I1 to I7 are checked. Artifacts are prebuilt; services are loopback stand-ins.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tools.console import console
from tools.rehearsal.machine import cpu_count

if TYPE_CHECKING:
    from tools.rehearsal.campaign.campaign import Campaign
    from tools.rehearsal.campaign.performance import Result
    from tools.rehearsal.campaign.scenario import Scenario

PAIRS = 500
# Thousands of small files that nobody reads again: in memory, where the system has such a place.
MEMORY = Path("/dev/shm")  # noqa: S108


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cut", type=int, metavar="N", help="a sample of N single faults")
    parser.add_argument("--pairs", type=int, default=PAIRS, metavar="N", help="how many pairs")
    parser.add_argument("--seed", type=int, help="of the sample and the pairs; random by default")
    parser.add_argument("--only", default="", metavar="JOB", help="disturb this job alone")
    parser.add_argument("--replay", default="", metavar="NAME", help="play this scenario")
    parser.add_argument("--list", action="store_true", help="name the scenarios and stop")
    # Two for each core: a scenario spends half of its time waiting for a late answer or a retry.
    parser.add_argument("--jobs", type=int, default=2 * cpu_count(), metavar="N", help="at once")


def main(args: argparse.Namespace) -> object:
    """Run the campaign; its summary.

    Raises:
        Violated: an invariant is violated; every violation is listed with its replay.
        UsageError: a wrong name of a job or a scenario.
    """
    from tools.rehearsal.campaign import campaign, catalogue, report, scenario

    chosen = args.seed if args.seed is not None else secrets.randbelow(1_000_000)
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(
        prefix="campaign-", dir=where, ignore_cleanup_errors=True
    ) as work:
        folder = Path(tempfile.mkdtemp(prefix="campaign-")) if args.replay else Path(work)
        play = campaign.prepare(folder)
        if args.only:
            play.stage.flow.task(args.only)
        if args.replay:
            singles, pairs = [scenario.parse(args.replay)], []
            console.info(f"folder: {folder}")
        else:
            singles = play.scenarios(args.only)
            if args.cut is not None:
                singles = catalogue.cut(singles, args.cut, chosen)
            pairs = play.pairs(args.pairs, chosen, args.only)
        if args.list:
            for item in (*singles, *pairs):
                console.info(str(item))
            return [str(item) for item in (*singles, *pairs)]
        console.info(f"{len(singles)} single faults and {len(pairs)} pairs, seed {chosen}")
        started = time.monotonic()
        results = _run(play, {"single faults": singles, "pairs": pairs}, args.jobs)
        summary = report.summarize(results, chosen, time.monotonic() - started)
        report.show(summary)
    return _judged(summary)


def _run(play: Campaign, groups: Mapping[str, Sequence[Scenario]], jobs: int) -> list[Result]:
    """Every group, with progress; after Ctrl-C, what has ended so far."""
    from tools.rehearsal.campaign import campaign, report

    results: list[Result] = []
    for title, group in groups.items():
        meter = report.Meter(title, len(group))

        def seen(done: int, total: int, result: Result, meter: report.Meter = meter) -> None:
            results.append(result)
            meter(done, total, result)

        started = time.monotonic()
        try:
            campaign.run(play, group, jobs, seen)
        except KeyboardInterrupt:
            console.warning(f"interrupted: {len(results)} scenarios have ended")
            break
        finally:
            meter.close()
        console.info(f"{title}: {len(group)} in {time.monotonic() - started:.0f} s")
    return results


def _judged(summary: object) -> object:
    from tools.rehearsal.campaign.campaign import Violated
    from tools.rehearsal.campaign.report import Summary

    assert isinstance(summary, Summary)
    if summary.violations:
        scenarios = {violation.scenario for violation in summary.violations}
        raise Violated(
            f"{len(scenarios)} of {summary.scenarios} scenarios violate an invariant",
            remedy="play one again with the command after it; its folder is kept",
            problems=[
                replace(
                    found.problem,
                    where=f"{found.invariant}: {found.scenario}: {found.problem.where}",
                    remedy=found.replay,
                )
                for found in summary.violations
            ],
            report=summary,
        )
    return summary
