"""The evidence of a scenario, in the form of every rehearsal's, and its violations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tools.model import Problem
from tools.rehearsal import invariants
from tools.rehearsal.campaign import outcome
from tools.rehearsal.campaign.outcome import End
from tools.rehearsal.campaign.play import Play, Stage
from tools.rehearsal.campaign.process import TRESPASS
from tools.rehearsal.evidence import (
    CRATES,
    PYPI,
    Artifact,
    Auditor,
    Evidence,
    Served,
    find_secrets,
    gather_subjects,
    lanes_of,
)
from tools.steps.context import user_agent


def judge(play: Play, ended: End, completed_later: bool) -> list[tuple[str, Problem]]:
    """Every violation, with the invariant's name."""
    fourth = outcome.verdict(play.scenario, play.stops, ended, completed_later)
    evidence = gather(play)
    verdicts = invariants.check(evidence, (1, fourth))
    found = [(v.name, problem) for v in verdicts for problem in v.problems]
    if play.signed:
        new_run = replace(evidence, artifacts=play.rebuilt, subjects=play.signed)
        claims = invariants.claims_only_what_was_built(new_run)[1]
        found += [("I6", problem) for problem in claims]
    found += [("I7", Problem(*_trespass(note))) for note in play.folder.glob(f"*{TRESPASS}")]
    world = play.theatre.world
    found += [
        ("world", Problem(e.host + e.path, "no failure", e.detail))
        for e in world.journal.failures()
    ]
    found += [
        ("world", Problem(e.host, "a host of the world", e.detail)) for e in world.journal.refused()
    ]
    return found


def _trespass(note: Path) -> tuple[str, str, str]:
    files = ", ".join(dict.fromkeys(note.read_text(encoding="utf-8").splitlines()))
    return note.stem, "files that were handed over to it", f"opened {files}"


def gather(play: Play) -> Evidence:
    """The evidence of a scenario, in the form of every rehearsal's."""
    seed, setting = play.stage.seed, play.theatre.setting
    version = str(seed.version)
    public = any(not release.draft for release in setting.github.releases(seed.tag))
    secrets = {*setting.cratesio.tokens.secrets(), *setting.pypi.tokens.secrets()}
    evidence = Evidence(
        version=version,
        public=public,
        jobs=play.stage.flow.jobs,
        records={},
        history=play.history,
        lanes=lanes_of(seed.declaration, version),
        uploads=[
            *((CRATES, upload) for upload in setting.cratesio.uploads.attempts()),
            *((PYPI, upload) for upload in setting.pypi.uploads.attempts()),
        ],
        tokens=[
            *((CRATES, token) for token in setting.cratesio.tokens.ledger()),
            *((PYPI, token) for token in setting.pypi.tokens.ledger()),
        ],
        events=setting.github.events,
        journal=play.journal(),
        artifacts=[*_handed_over(play.stage), *play.rebuilt],
        subjects=gather_subjects(setting, seed.tag),
        leaks=find_secrets(play.folder, secrets | set(play.theatre.secrets), "a token"),
        slack=timedelta(0),
    )
    # A converged world is that of the undisturbed release, whose every surface was read.
    public = public and not play.converged
    return replace(evidence, public=public, served=_served(play, version) if public else ())


def _handed_over(stage: Stage) -> list[Artifact]:
    """The artifacts by who uploaded them, and what the build jobs built."""
    uploaders = stage.flow.uploaders
    return [
        *stage.seed.built,
        *(Artifact(n, uploaders[n], 1, {}) for n in stage.seed.artifacts if n in uploaders),
    ]


def _served(play: Play, version: str) -> list[Served]:
    """What a reader is served once the world has settled."""
    seed, theatre = play.stage.seed, play.theatre
    theatre.settle()
    auditor = Auditor(
        theatre.world, seed.declaration, user_agent(seed.declaration), play.folder / "auditor"
    )
    try:
        return list(auditor.served(version, seed.tag))
    finally:
        auditor.close()
