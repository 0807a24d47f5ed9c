"""Folders and locks: two rehearsals never share a slot, and a dead one blocks nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tools.declaration import ROOT
from tools.rehearsal.layout import Layout, slots
from tools.rehearsal.workflow.slots import purge

HOLD = (
    "import sys, time; from pathlib import Path; from tools.rehearsal.layout import slots\n"
    "with slots(Path(sys.argv[1]), 2) as found:\n"
    "    print([s.folder.name for s in found], flush=True); time.sleep(60)\n"
)


def test_another_rehearsal_gets_other_slots_and_a_killed_one_frees_its_own(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "['0', '1']"
        with slots(tmp_path, 2) as mine:
            assert [slot.folder.name for slot in mine] == ["2", "3"]
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    with slots(tmp_path, 2) as again:
        assert [slot.folder.name for slot in again] == ["0", "1"]


def test_each_run_has_its_own_folder_and_tidying_keeps_the_report(tmp_path: Path) -> None:
    first, second = Layout.create(tmp_path), Layout.create(tmp_path)
    assert first.run != second.run
    (first.run / "report.json").write_text("{}")
    (first.clone / "src").mkdir(parents=True)
    first.tidy()
    assert sorted(path.name for path in first.run.iterdir()) == ["report.json"]


def test_the_next_rehearsal_tidies_a_killed_one_but_not_a_running_or_a_reported_one(
    tmp_path: Path,
) -> None:
    killed, running, reported = (Layout.create(tmp_path) for _ in range(3))
    for layout in (killed, running, reported):
        (layout.run / "logs").mkdir()
        (layout.clone / "src").mkdir(parents=True)
    (reported.run / "report.json").write_text("{}")
    for layout in (killed, reported):
        assert layout.lock is not None
        layout.lock.close()  # as the kernel does when the process dies
    Layout.create(tmp_path)
    assert sorted(path.name for path in killed.run.iterdir()) == ["logs"]
    assert running.clone.is_dir()
    assert reported.clone.is_dir()


def test_purging_removes_our_crates_and_nothing_else(tmp_path: Path) -> None:
    ours = [
        "release/deps/libordvec-1a2b.rlib",
        "release/deps/ordvec_manifest-99.d",
        "release/.fingerprint/ordvec-ffi-77/lib",
        "release/libordvec_python.so",
    ]
    theirs = ["release/deps/librayon-1.rlib", "release/.fingerprint/rayon-1/lib"]
    for name in (*ours, *theirs):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert purge(tmp_path, ("ordvec",)) == 4
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert left == set(theirs)
