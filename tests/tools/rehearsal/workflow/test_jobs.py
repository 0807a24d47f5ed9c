"""Slots and reuse: the same place for the same job, and builds that are taken over."""

from __future__ import annotations

from pathlib import Path

from tools.rehearsal.workflow.slots import Slot, SlotPool
from tools.rehearsal.workflow.surroundings import Reuse

from .conftest import MakeRunner
from .test_runner import explain


def test_a_job_gets_the_slot_where_it_was_compiled_before(tmp_path: Path) -> None:
    first, second = Slot(tmp_path / "0"), Slot(tmp_path / "1")
    for slot in (first, second):
        slot.wipe(())
    pool = SlotPool([first, second])
    assert (pool.take("wheels"), pool.take("crates")) == (first, second)
    pool.give(first, "wheels")
    pool.give(second, "crates")
    assert pool.take("crates") == second
    assert SlotPool([first, second]).take("crates") == second  # also in the next rehearsal
    assert pool.take("unseen") == first


def test_a_wiped_slot_keeps_third_party_builds_only(tmp_path: Path) -> None:
    slot = Slot(tmp_path)
    slot.wipe(())
    (slot.job / "work").mkdir()
    (slot.target / "libordvec.rlib").write_text("")
    (slot.target / "librayon.rlib").write_text("")
    slot.wipe(("ordvec",))
    assert list(slot.job.iterdir()) == []
    assert [path.name for path in slot.target.iterdir()] == ["librayon.rlib"]


def test_builds_of_an_earlier_scenario_are_taken_over(make: MakeRunner, tmp_path: Path) -> None:
    first = make("flow.yml")
    first.run()
    built = {i.label: i for i in first.records["build"].instances}
    second = make("flow.yml", folder=tmp_path / "second")
    second.around.reuse = Reuse(built, first.around.artifacts)
    second.run()
    assert second.succeeded, explain(second)
    reused = {i.label: i.reused for i in second.history}
    assert reused == {"guard": False, "build (a)": True, "build (b)": True, "publish": False}
    assert not (tmp_path / "second" / "logs" / "build(a)-1.log").exists()
