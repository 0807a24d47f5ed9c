"""The limit of the disk: which writes it excuses, and the plain synced writes it is judged by."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.tools.bench.worker_stand_in import install
from tools.bench import ordvec_sides
from tools.bench.ordvec_goals import AS_LONG, GOALS, JUDGED, SPEEDUP, SPREAD, judge
from tools.bench.ordvec_model import COLUMNS, ONE_QUERY, Line, Setting
from tools.bench.ordvec_page import page

SMALL = Setting(dim=384, rows=20_000, threads=1)
WRITE, GOAL = "sign, write", "rank, write"


def taking(
    name: str,
    peer: float,
    ours: float = 1.0,
    disk: float | None = None,
    speedup: float | None = None,
) -> Line:
    ratio = peer / ours
    return Line(name, ours, peer, ratio, ratio, 0, bandwidth=1.0, speedup=speedup, disk=disk)


def good() -> dict[Setting, list[Line]]:
    """A run that meets every goal exactly."""
    one = [name for name in GOALS if name.endswith(ONE_QUERY)]
    return {
        JUDGED: [taking(name, wanted) for name, wanted in GOALS.items()],
        SPREAD: [taking(name, 1.0, speedup=SPEEDUP) for name in one],
    }


def with_goal(line: Line) -> dict[Setting, list[Line]]:
    results = good()
    results[JUDGED] = [line if x.name == line.name else x for x in results[JUDGED]]
    return results


@pytest.mark.parametrize(
    ("peer", "ours", "disk"),
    [(0.99, 1.0, 1.0), (0.5, 1.0, 0.95), (0.9, AS_LONG, 1.0), (0.99, 1.0, 5.0)],
)
def test_a_slower_write_is_excused_by_a_disk_that_is_as_slow(
    peer: float, ours: float, disk: float
) -> None:
    verdict = judge(good() | {SMALL: [taking(WRITE, peer, ours, disk)]})
    assert verdict.met and not verdict.slower
    assert [goal.name for goal in verdict.disk_limited] == [f"{WRITE} ({SMALL})"]
    assert verdict.summary.startswith("GOALS MET: 0 of ")
    assert "0 at the limit of the memory, 1 at the limit of the disk" in verdict.summary


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (taking(WRITE, 0.99), "the disk was not measured"),
        (taking(WRITE, 0.5, 1.0, 0.9), "ours is slower than a plain synced write"),
        (taking(WRITE, 0.9, AS_LONG + 1e-6, 1.0), "ours is just slower than that"),
        (taking(WRITE, 0.99, 1.0, 0.99), "a plain synced write is as fast as the peer"),
        (taking(WRITE, 0.99, 1.0, 0.95), "a plain synced write is faster than the peer"),
        (taking("sign, add", 0.99, 1.0, 1.0), "no write"),
        (taking("sign, load", 0.99, 1.0, 1.0), "no write"),
        (taking("sign, write, 1 query", 0.99, 1.0, 1.0), "no write"),
    ],
)
def test_what_the_disk_does_not_excuse_is_slower(line: Line, why: str) -> None:
    verdict = judge(good() | {SMALL: [line]})
    assert verdict.slower == ((SMALL, line),), why
    assert not verdict.met and not verdict.disk_limited
    assert "0 at the limit of the disk" in verdict.summary
    assert verdict.summary.endswith("1 of 51 calls slower than the peer's")


def test_a_faster_write_needs_no_excuse() -> None:
    verdict = judge(good() | {SMALL: [taking(WRITE, 1.0, 1.0, 5.0)]})
    assert verdict.met and not verdict.disk_limited


@pytest.mark.parametrize(
    ("peer", "ours", "disk", "answer"),
    [
        (2.0, 1.0, 5.0, "met"),
        (1.9, 1.0, 0.96, "the disk takes 960.000 ms"),
        (1.9, 1.0, 0.95, "missed"),  # so fast a disk lets the goal be reached
        (1.7, 1.0, 0.9, "missed"),  # slower than the disk
        (1.9, 1.0, None, "missed"),
    ],
)
def test_the_goal_of_a_write_is_excused_like_that(
    peer: float, ours: float, disk: float | None, answer: str
) -> None:
    verdict = judge(with_goal(taking(GOAL, peer, ours, disk)))
    assert [goal.answer for goal in verdict.goals if goal.name == GOAL] == [answer]
    assert verdict.met is (answer != "missed")
    assert len(verdict.disk_limited) == answer.startswith("the disk")


@pytest.mark.parametrize("name", [name for name in GOALS if name != GOAL])
def test_the_goal_of_another_call_is_never_excused_by_the_disk(name: str) -> None:
    verdict = judge(with_goal(taking(name, GOALS[name] * 0.99, 1.0, 1.0)))
    assert [goal.name for goal in verdict.missed] == [name]
    assert not verdict.disk_limited


def test_the_page_lists_what_is_at_the_limit_of_the_disk() -> None:
    results = with_goal(taking(GOAL, 0.5, 1.0, 0.95)) | {SMALL: [taking(WRITE, 0.9, 1.0, 1.0)]}
    verdict = judge(results)
    text = page(results, verdict, "0.5.0", "a machine")
    assert f"| {GOAL} | 2 | 0.50 | the disk takes 950.000 ms |" in text
    assert f"| {GOAL} ({JUDGED}) | 1 | 0.50 | the disk takes 950.000 ms |" in text
    assert f"| {WRITE} ({SMALL}) | 1 | 0.90 | the disk takes 1000.000 ms |" in text
    assert "3 at the limit of the disk" in text
    assert "`disk` beside a write is" in text and f"at most {AS_LONG} times" in text


def test_the_disk_is_a_column_that_only_writes_fill() -> None:
    for line, shown in ((taking(WRITE, 1.0, disk=0.0125), "12.500"), (taking("a call", 1.0), "")):
        assert dict(zip(COLUMNS, line.cells(), strict=True))["disk"] == shown


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The worker's module, in an interpreter that has neither NumPy nor a wheel."""
    for name in ("numpy", "ordvec"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    spec = importlib.util.spec_from_file_location("ordvec_worker", ordvec_sides.WORKER)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "ordvec_worker", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("size", [7, 255_993])
def test_a_plain_write_is_whole_and_synced_before_it_replaces_a_file(
    worker: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: int
) -> None:
    index, plain, fresh = (tmp_path / f"an{end}" for end in (".index", ".plain", ".fresh"))
    data = bytes(range(256)) * 1000
    index.write_bytes(data)
    synced: list[tuple[bytes, bool]] = []
    monkeypatch.setattr(
        worker, "SYNC", lambda file: synced.append((fresh.read_bytes(), plain.exists()))
    )
    write = worker.plain_write(index, size)
    assert synced == [(data[:size], False)]
    former = plain.stat().st_ino
    write()
    assert synced[1:] == [(data[:size], True)]  # it replaces one when it is timed
    assert plain.read_bytes() == data[:size] and plain.stat().st_ino != former
    assert index.read_bytes() == data and not fresh.exists()


def test_a_platform_without_fdatasync_syncs_all_of_the_file(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.delattr(os, "fdatasync", raising=False)
    assert request.getfixturevalue("worker").SYNC is os.fsync


@pytest.mark.skipif(not hasattr(os, "fdatasync"), reason="no fdatasync")
def test_the_data_is_what_is_synced_where_that_can_be_said(worker: ModuleType) -> None:
    assert worker.SYNC is os.fdatasync


class Index:
    """As much of an index as `stored` needs."""

    def write(self, path: str) -> None:
        Path(path).write_bytes(b"an index")


def test_the_write_alone_names_its_file_and_nothing_is_left(
    worker: ModuleType, tmp_path: Path
) -> None:
    files = {}
    for row in worker.stored("1 bit", Index(), Index, [], tmp_path):
        files[row.name] = row.file
        if row.file:
            worker.plain_write(row.file, row.file.stat().st_size)()
            assert len(list(tmp_path.iterdir())) == 2
    assert files == {
        "1 bit, add": None,
        "1 bit, write": tmp_path / "1-bit.index",
        "1 bit, load": None,
    }
    assert not list(tmp_path.iterdir())


# Each row has a file, of 9 bytes on our side and 5 on the peer's.
TABLE = """
worker.WARM_UP, worker.REPETITIONS = 0.0, 3
def table(vectors, queries, folder):
    for name in {calls}[: None if folder.name == "ours" else {peers}]:
        file = folder / name.replace(", write", ".index")
        file.write_bytes(b"123456789" if folder.name == "ours" else b"12345")
        yield worker.Row(name, list, 0, file)
worker.table = table
"""


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, peers: int | None = None) -> None:
    calls = ["add", "one, write", "two, write"]
    install(folder, monkeypatch, TABLE.format(calls=calls, peers=peers))


def test_the_disk_is_measured_in_the_turns_of_each_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch)
    asked: list[object] = []
    ask = ordvec_sides.Side.ask

    def heard(self: ordvec_sides.Side, request: dict[str, object]) -> object:
        (key, value), *_ = request.items()
        asked.append((self.name, key, value[0] if key == "disk" else None))  # type: ignore[index]
        return ask(self, request)

    monkeypatch.setattr(ordvec_sides.Side, "ask", heard)
    pythons = {"ours": Path(sys.executable), "peer": Path(sys.executable)}
    timed = ordvec_sides.compare(SMALL, pythons, tmp_path, rounds=2, budget=9.0)
    lines = [call.line() for call in timed]
    assert [x.name for x in lines if x.disk] == ["one, write", "two, write"]
    assert lines[0].disk is None
    # The shorter file's bytes, by this tree's side, after the two sides, in every turn.
    turn = [("ours", "time", None), ("peer", "time", None), ("ours", "disk", 5)]
    assert asked[2:] == turn[:2] * 2 + turn * 4
    for name in ("one", "two"):
        assert (tmp_path / "ours" / f"{name}.plain").read_bytes() == b"12345"
    assert not list((tmp_path / "peer").glob("*.plain"))


def test_a_side_whose_table_ends_early_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, peers=1)
    pythons = {"ours": Path(sys.executable), "peer": Path(sys.executable)}
    with pytest.raises(ordvec_sides.WorkerFailed, match="disagree"):
        list(ordvec_sides.compare(SMALL, pythons, tmp_path, rounds=1, budget=0.01))
