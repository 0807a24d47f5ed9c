"""What a scenario leaves behind, gathered into evidence once its last job has ended.

The world's surfaces are asked as anyone would ask them; logs, artifacts and the world's own files
are searched for tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.declaration import Declaration
from tools.rehearsal import evidence
from tools.rehearsal.clone import Release
from tools.rehearsal.evidence import Evidence, Leak, Served
from tools.rehearsal.setting import Setting
from tools.rehearsal.workflow.runner import Runner
from tools.rehearsal.world import World


def is_public(setting: Setting, tag: str) -> bool:
    """Whether the forge shows a public release of *tag*."""
    return any(not release.draft for release in setting.github.releases(tag))


@dataclass(frozen=True, slots=True)
class Remains:
    """A world that still answers, a runner that has ended, and the folder of their files."""

    declared: Declaration
    release: Release
    setting: Setting
    world: World
    runner: Runner
    folder: Path

    def evidence(self, leaks: Sequence[Leak]) -> Evidence:
        """Everything that the invariants judge; *leaks* are the tokens found where none may be."""
        setting, version = self.setting, self.release.version
        return Evidence(
            version=version,
            public=is_public(setting, self.release.tag),
            jobs=self.runner.workflow.jobs,
            records=self.runner.records,
            history=self.runner.history,
            lanes=evidence.lanes_of(self.declared, version),
            uploads=[
                *((evidence.CRATES, u) for u in setting.cratesio.uploads.attempts()),
                *((evidence.PYPI, u) for u in setting.pypi.uploads.attempts()),
            ],
            tokens=[
                *((evidence.CRATES, t) for t in setting.cratesio.tokens.ledger()),
                *((evidence.PYPI, t) for t in setting.pypi.tokens.ledger()),
            ],
            events=setting.github.events,
            journal=self.world.journal.entries(),
            artifacts=evidence.gather_artifacts(self.runner.around.artifacts),
            subjects=evidence.gather_subjects(setting, self.release.tag),
            served=self._served(),
            leaks=list(leaks),
        )

    def _served(self) -> list[Served]:
        project = self.declared.project
        agent = f"{project.name}-rehearsal (+{project.contact})"
        auditor = evidence.Auditor(self.world, self.declared, agent, self.folder / "auditor")
        try:
            return auditor.served(self.release.version, self.release.tag)
        finally:
            auditor.close()

    def leaks(self, tokens: Iterable[str]) -> list[Leak]:
        """Where *tokens*, or one of a registry, stand in logs, artifacts or the world's files."""
        secrets = {
            *tokens,
            *self.setting.cratesio.tokens.secrets(),
            *self.setting.pypi.tokens.secrets(),
        }
        return [
            leak
            for name in ("logs", "world", "artifacts")
            for leak in evidence.find_secrets(self.folder / name, secrets, f"a token below {name}")
        ]
