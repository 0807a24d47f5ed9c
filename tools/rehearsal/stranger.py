"""What any stranger can do once a release is public: verify it, install it, build against it.

No credential, no checkout but a clone of the public tag, the world's own network. Three acts,
each with real clients: ``invoke release.verify``, ``pip install`` and import of both wheels,
``cargo build`` and run of a consumer crate that asks for both crates.
"""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.declaration import Declaration
from tools.rehearsal.machine import Machine
from tools.rehearsal.seed import fresh_python
from tools.rehearsal.workflow.processes import Cancellation, JobLog, Watcher, run
from tools.rehearsal.world import World

LABEL = "stranger"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that the stranger did, and whether it went well."""

    name: str
    passed: bool
    seconds: float
    detail: str


class Stranger:
    """Acts on a public release.

    Args:
        folder: everything is written below it.
        target: the CARGO_TARGET_DIR to build the consumer in.
    """

    def __init__(
        self,
        declared: Declaration,
        world: World,
        machine: Machine,
        folder: Path,
        target: Path,
        origin: Path,
        log: Path,
        *,
        mark: str,
        watcher: Watcher | None = None,
    ) -> None:
        self.declared = declared
        self.machine = machine
        self.folder = folder
        self.origin = origin
        self.log = JobLog(log)
        self._watcher = watcher
        folder.mkdir(parents=True, exist_ok=True)
        self.env: dict[str, str] = {
            **world.environment(folder / "base", LABEL),
            "PATH": os.pathsep.join([machine.tools_path, *machine.base_path]),
            "CARGO_TARGET_DIR": str(target),
            "RUNNER_TRACKING_ID": mark,
        }

    def close(self) -> None:
        self.log.close()

    def acts(self, version: str) -> list[Act]:
        """Everything, in order; each act is independent of the others' outcome."""
        return [self.verify(version), self.install(version), self.consume(version)]

    def verify(self, version: str) -> Act:
        """``invoke release.verify`` from a clone of the public tag, without a token."""
        clone = self.folder / "clone"
        tag = f"v{version}"
        return self._act(
            "invoke release.verify",
            ["git", "clone", "--quiet", "--branch", tag, self.origin.as_uri(), str(clone)],
            ["invoke", "release.verify", version],
            cwd=(self.folder, clone),
        )

    def install(self, version: str) -> Act:
        """pip from the served index, in a fresh environment; both modules are imported."""
        environment = self.folder / "venv"
        python = str(fresh_python(environment))
        wanted = [f"{project.name}=={version}" for project in self.declared.python]
        probe = "; ".join(
            f"import {p.module}; assert {p.module}.__version__ == {version!r}"
            for p in self.declared.python
        )
        return self._act(
            "pip install and import",
            [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *wanted],
            [python, "-c", probe],
            cwd=(self.folder, self.folder),
        )

    def consume(self, version: str) -> Act:
        """A crate that depends on the served crates, built and run."""
        crate = self.folder / "consumer"
        (crate / "src").mkdir(parents=True, exist_ok=True)
        dependencies = "".join(f'{c.name} = "={version}"\n' for c in self.declared.crate)
        uses = "".join(f"use {c.name.replace('-', '_')} as _;\n" for c in self.declared.crate)
        (crate / "Cargo.toml").write_text(
            textwrap.dedent(
                """\
                [package]
                name = "consumer"
                version = "0.0.0"
                edition = "2021"

                [workspace]

                [dependencies]
                """
            )
            + dependencies
        )
        (crate / "src" / "main.rs").write_text(f'{uses}\nfn main() {{\n    println!("ok");\n}}\n')
        return self._act("cargo run of a consumer crate", ["cargo", "run", "--quiet"], cwd=(crate,))

    def _act(self, name: str, *commands: Sequence[str], cwd: Sequence[Path]) -> Act:
        started = time.monotonic()
        self.log.note(f"## {name}")
        for command, folder in zip(commands, cwd, strict=True):
            self.log.note(f"$ {' '.join(command)}")
            done = run(
                command,
                cwd=folder,
                env=self._environment(),
                log=self.log,
                cancellation=Cancellation(),
                timeout=900,
                watcher=self._watcher,
                owner="stranger",
            )
            if done.returncode:
                detail = "; ".join(self.log.last[-4:])
                failed = f"exit code {done.returncode}: {detail}"
                return Act(name, False, time.monotonic() - started, failed)
        return Act(name, True, time.monotonic() - started, " ".join(commands[-1])[:160])

    def _environment(self) -> Mapping[str, str]:
        return self.env
