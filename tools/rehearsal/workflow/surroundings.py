"""What all jobs of a run share: the world, this machine, the folders, the native wheels."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tools.rehearsal.machine import Machine
from tools.rehearsal.workflow import foreign
from tools.rehearsal.workflow.artifacts import ArtifactStore
from tools.rehearsal.workflow.processes import Watcher
from tools.rehearsal.workflow.records import InstanceRecord, Listener, StepFailed
from tools.rehearsal.workflow.services import Services


@dataclass(frozen=True)
class Reuse:
    """Instances of an earlier run of the very same commit whose results this run takes over.

    Only for jobs that build and talk to nothing that this run changes: several scenarios of
    one commit then build once.
    """

    records: Mapping[str, InstanceRecord]
    artifacts: ArtifactStore

    def take(self, record: InstanceRecord, target: ArtifactStore) -> bool:
        """Fill *record* from the earlier one, artifacts included; False if there is none."""
        earlier = self.records.get(record.label)
        if earlier is None:
            return False
        record.steps = [replace(step) for step in earlier.steps]
        record.outputs = dict(earlier.outputs)
        record.uploaded = list(earlier.uploaded)
        record.result, record.log, record.reused = earlier.result, earlier.log, True
        for name in earlier.uploaded:
            target.adopt(name, self.artifacts, uploader=record.label, attempt=record.attempt)
        return True


# Called with a finished instance and its folder, before that folder is wiped.
Inspect = Callable[[InstanceRecord, Path], None]


@dataclass
class Surroundings:
    """What all jobs of a run share."""

    services: Services
    machine: Machine
    artifacts: ArtifactStore
    listener: Listener
    logs: Path
    origin: Path
    own_crates: tuple[str, ...]
    cache: Path
    filled: Path
    tags: Mapping[str, str] = field(default_factory=dict)
    tracking: str = "rehearsal"
    watcher: Watcher | None = None
    keep: Path | None = None
    inspect: Inspect | None = None
    reuse: Reuse | None = None
    native: dict[str, Path] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep_native(self, package: str, folder: Path) -> None:
        """Keep the wheels of a native leg for the foreign legs of the same package."""
        target = self.filled / package
        if folder.is_dir():
            shutil.copytree(folder, target, dirs_exist_ok=True)
            with self.lock:
                self.native[package] = target

    def fill(self, leg: foreign.Fill, workspace: Path) -> str:
        """Fill a foreign wheel leg; returns the sentence for the report."""
        with self.lock:
            folder = self.native.get(leg.package)
        tag = self.tags.get(leg.platform)
        wheels = sorted(folder.glob("*.whl")) if folder else []
        if tag is None or len(wheels) != 1:
            raise StepFailed(
                f"cannot fill the wheel of {leg.package} for {leg.platform}",
                expected="one wheel of the native leg, and the platform in release.toml",
                found=f"{len(wheels)} wheels",
            )
        made = foreign.retag(wheels[0], tag, workspace / leg.out / leg.package)
        return f"filled by the native leg: {wheels[0].name} re-tagged as {made.name}"
