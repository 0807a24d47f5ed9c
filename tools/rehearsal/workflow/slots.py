"""Where jobs run: places that are wiped between jobs but keep compiled third-party crates.

A :class:`Slot` is what a GitHub runner is: the same paths for every job and nothing left of the
one before. Only the folder of compiled third-party crates stays, and what our own crates left
in it is removed first, because a stale build of them would be a false pass.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Slot:
    """A place where jobs run, one after the other: ``folder/job`` wiped, ``folder/target`` kept."""

    folder: Path

    @property
    def job(self) -> Path:
        return self.folder / "job"

    @property
    def target(self) -> Path:
        return self.folder / "target"

    def seen(self) -> list[str]:
        """The jobs that this slot has run."""
        path = self.folder / "seen"
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []

    def remember(self, label: str) -> None:
        if label not in self.seen():
            with (self.folder / "seen").open("a", encoding="utf-8") as stream:
                stream.write(f"{label}\n")

    def wipe(self, own_crates: Sequence[str]) -> None:
        """Nothing of the job before stays, and nothing compiled from our own crates."""
        shutil.rmtree(self.job, ignore_errors=True)
        self.job.mkdir(parents=True)
        self.target.mkdir(parents=True, exist_ok=True)
        purge(self.target, own_crates)


class SlotPool:
    """The slots of a run. A job gets the free one where it was compiled before, if there is one.

    ``folder/seen`` lists the jobs that a slot has run: which target folder is warm for them.
    """

    def __init__(self, slots: Sequence[Slot]) -> None:
        self._free = list(slots)
        self._changed = threading.Condition()
        self.size = len(slots)

    def take(self, label: str) -> Slot:
        """A free slot; waits for one."""
        with self._changed:
            while not self._free:
                self._changed.wait()
            slot = next((slot for slot in self._free if label in slot.seen()), self._free[0])
            self._free.remove(slot)
            return slot

    def give(self, slot: Slot, label: str) -> None:
        """Return a slot that has run *label*."""
        with self._changed:
            slot.remember(label)
            self._free.append(slot)
            self._changed.notify()


def purge(folder: Path, names: Sequence[str]) -> int:
    """Remove every file and folder below *folder* whose name holds one of *names*."""
    needles = {variant for name in names for variant in (name, name.replace("-", "_"))}
    removed = 0
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            if any(needle in name for needle in needles):
                path = Path(root) / name
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
                removed += 1
        folders[:] = [name for name in folders if (Path(root) / name).is_dir()]
    return removed
