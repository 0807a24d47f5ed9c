"""The comparison of `ordvec` wheels: goals, page, and its processes with a stand-in for NumPy.

The limit of the disk has a module of its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.bench.worker_stand_in import install
from tools.bench import ordvec, ordvec_sides
from tools.bench.ordvec_goals import CLOSELY, GOALS, JUDGED, SPEEDUP, SPREAD, effort_of, judge
from tools.bench.ordvec_model import ONE_QUERY, Line, Samples, Setting, Timings
from tools.bench.ordvec_page import load_average, machine, page

SMALL = Setting(dim=384, rows=20_000, threads=1)
ONE_SECOND = Samples([1.0], [1.0])


def reaching(name: str, ratio: float, speedup: float | None = None) -> Line:
    return Line(name, 1.0, ratio, ratio, ratio, scanned=0, bandwidth=1.0, speedup=speedup)


def good() -> dict[Setting, list[Line]]:
    """A run that meets every goal exactly."""
    one = [name for name in GOALS if name.endswith(ONE_QUERY)]
    return {
        SMALL: [reaching("sign, write", 1.0)],
        JUDGED: [reaching(name, wanted) for name, wanted in GOALS.items()],
        SPREAD: [reaching(name, 1.0, SPEEDUP) for name in one],
    }


def test_a_run_that_reaches_every_goal_meets_them() -> None:
    verdict = judge(good())
    assert verdict.met
    assert verdict.summary.startswith("GOALS MET: 0 of ")


@pytest.mark.parametrize("name", GOALS)
def test_every_goal_can_be_missed(name: str) -> None:
    results = good()
    results[JUDGED] = [
        replace(x, ratio=x.ratio * 0.999) if x.name == name else x for x in results[JUDGED]
    ]
    verdict = judge(results)
    assert [goal.name for goal in verdict.missed] == [name]
    assert verdict.summary.startswith("GOALS NOT MET: 1 of ")


def test_a_speed_up_that_is_too_small_is_missed() -> None:
    results = good()
    results[SPREAD][0] = replace(results[SPREAD][0], speedup=SPEEDUP - 0.01)
    (missed,) = judge(results).missed
    assert missed.name == f"{results[SPREAD][0].name}, all threads over one"


@pytest.mark.parametrize(("memory", "missed"), [(1.45, 0), (1.5, 0), (1.52, 1), (None, 1)])
def test_a_speed_up_is_excused_only_by_a_memory_that_gains_no_more(
    memory: float | None, missed: int
) -> None:
    results = good()
    results[SPREAD][0] = replace(results[SPREAD][0], speedup=0.95 * 1.5, memory=memory)
    verdict = judge(results)
    assert (len(verdict.missed), len(verdict.limited)) == (missed, 1 - missed)
    assert verdict.met is not bool(missed)
    assert f"{1 - missed} at the limit of the memory" in verdict.summary


def test_a_slower_call_of_any_setting_is_missed() -> None:
    results = good()
    results[SMALL] = [reaching("sign, write", 0.99)]
    verdict = judge(results)
    assert not verdict.met and not verdict.missed
    assert [(s, x.name) for s, x in verdict.slower] == [(SMALL, "sign, write")]


@pytest.mark.parametrize("setting", [JUDGED, SPREAD])
def test_goals_that_were_not_measured_are_not_met(setting: Setting) -> None:
    results = good()
    del results[setting]
    verdict = judge(results)
    assert verdict.unmeasured and not verdict.met
    assert verdict.summary.startswith("GOALS NOT MET")


def test_the_machine_is_named_with_level_and_load() -> None:
    assert re.fullmatch(
        r".+, \d+ CPUs, SIMD level avx2, \w+, load 0.3 at the start", machine("avx2", 0.26)
    )
    assert load_average() >= 0


def test_the_page_names_machine_summary_and_every_miss() -> None:
    results = good()
    results[SMALL] = [reaching("sign, write", 0.5)]
    verdict = judge(results)
    text = page(results, verdict, "0.5.0", "a machine")
    assert "Machine: a machine." in text
    assert f"**{verdict.summary}**" in text
    assert "| sign, write (dim 384, 20,000 rows, 1 thread) | 1 | 0.50 | **slower** |" in text
    assert f"## {SPREAD}" in text


def test_a_line_is_of_the_medians_over_all_passes() -> None:
    first = {
        "ours": [Samples([1.0, 9.0], [1.0])],
        "peer": [Samples([8.0, 1.0, 9.0], [3.0])],
        "alone": [Samples([3.0], [3.0])],
        "disk": [Samples([0.5, 7.0, 6.0], [0.1])],
    }
    later = {side: [Samples([2.0], [1.0])] for side in first}
    timings = Timings("a call", 10, [5.0], first, [1.0, 4.0])
    found = (timings + Timings("a call", 10, [7.0], later, [2.0])).line()
    assert (found.ours, found.peer, found.bandwidth) == (2.0, 5.0, 6.0)
    assert (found.memory, found.disk) == (2.0, 4.0)
    assert found.share == "83%"


def test_a_ratio_is_that_of_the_turns_and_not_of_two_moments() -> None:
    """This side makes most of its calls in the one slow moment, the peer in the others."""
    fast, slow = Samples([1.0], [1.0]), Samples([4.0] * 9, [4.0] * 9)
    turns = {
        "ours": [fast, fast, slow],
        "peer": [Samples([2.0], [2.0]), Samples([2.0], [3.0]), Samples([8.0], [8.0])],
        "alone": [Samples([1.5], []), Samples([1.5], []), Samples([6.0], [])],
    }
    found = Timings("a call", 0, [1.0], turns).line()
    assert found.ours == 4.0 and found.peer == 2.0
    assert (found.ratio, found.ratio_cpu, found.speedup) == (2.0, 2.0, 1.5)


def test_only_what_is_judged_takes_several_passes_and_more_turns() -> None:
    close, other = effort_of(JUDGED), effort_of(SMALL)
    assert close == effort_of(SPREAD) == CLOSELY
    assert close.passes > other.passes == 1
    assert close.of_one_query > other.of_one_query == 1


def test_the_passes_of_a_setting_are_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[tuple[int, float, int]] = []

    def compare(
        setting: Setting, pythons: object, folder: Path, rounds: int, budget: float, more: int
    ) -> Iterator[Timings]:
        started.append((rounds, budget, more))
        slow = float(len(started))
        yield Timings("a", 1, [1.0], {"ours": [Samples([slow], [1.0])], "peer": [ONE_SECOND]})

    monkeypatch.setattr(ordvec, "compare", compare)
    results = ordvec._measure([SMALL, JUDGED], {}, tmp_path, rounds=5, budget=0.75)
    assert started == [(5, 0.75, 1)] + [(5, 0.75, CLOSELY.of_one_query)] * CLOSELY.passes
    assert [x.ours for x in results[SMALL]] == [1.0]
    assert [x.ours for x in results[JUDGED]] == [3.0]  # of 2, 3 and 4
    assert f"pass {CLOSELY.passes} of {CLOSELY.passes}" in capsys.readouterr().out


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    calls = [("one, 1 query", 3), ("two", 0)]
    table = f"(worker.Row(name, list, scanned) for name, scanned in {calls})"
    install(tmp_path, monkeypatch, f"worker.table = lambda *_: {table}")
    return tmp_path


def test_all_sides_walk_through_the_table(stand_in: Path) -> None:
    pythons = {"ours": Path(sys.executable), "peer": Path(sys.executable)}
    setting = Setting(8, 2, 2)
    timed = ordvec_sides.compare(setting, pythons, stand_in, rounds=2, budget=0.01)
    lines = [call.line() for call in timed]
    assert [x.name for x in lines] == ["one, 1 query", "two"]
    assert [x.scanned for x in lines] == [3, 0]
    assert lines[0].bandwidth == 7.0
    assert lines[0].speedup is not None and lines[1].speedup is None
    assert (lines[0].memory, lines[1].memory) == (2.0, None)


def test_one_query_gets_more_turns_than_other_calls(stand_in: Path) -> None:
    pythons = {"ours": Path(sys.executable), "peer": Path(sys.executable)}
    timed = ordvec_sides.compare(SMALL, pythons, stand_in, rounds=2, budget=0.1, of_one_query=3)
    assert [len(call.of["ours"]) for call in timed] == [6, 2]


def test_a_worker_that_dies_is_named(stand_in: Path) -> None:
    (stand_in / "worker.py").write_text("raise SystemExit(3)")
    pythons = {"ours": Path(sys.executable), "peer": Path(sys.executable)}
    with pytest.raises(ordvec_sides.WorkerFailed, match="ended early"):
        list(ordvec_sides.compare(SMALL, pythons, stand_in, rounds=1, budget=0.01))
