"""Recovery by a whole new run, weeks later: everything is built and attested again.

The rebuild does not reproduce (its wheels differ), as wheels of another compiler would. So the
new run must take what PyPI serves, take the rest from the escrow, and claim neither as its own
(invariant I6). A draft that an unattested run left half full is deleted, when the step says so.
"""

from __future__ import annotations

import json

from tools.checks.release_assets import LANES, Lane, ReleaseFiles
from tools.rehearsal.campaign import artifacts, seed
from tools.rehearsal.campaign.flow import ATTEST, CANONICAL
from tools.rehearsal.campaign.play import Play
from tools.rehearsal.campaign.theatre import Seed
from tools.rehearsal.evidence import Artifact
from tools.rehearsal.signing import read_checksums

EXTRA = "# built at another time\n"
DRAFT = "draft-release"


def rebuilt(seed_: Seed) -> tuple[dict[str, dict[str, bytes]], tuple[Artifact, ...]]:
    """The new run's build artifacts, by the names of release.yml, and what I6 knows of them."""
    files = ReleaseFiles(seed_.declaration, seed_.version)
    crates = artifacts.crates(files)
    python = {p.name: artifacts.dists(files, p, EXTRA) for p in seed_.declaration.python}
    made: dict[str, dict[str, bytes]] = {
        "crates": crates,
        "manifest-crate": {files.crate_file("manifest"): crates[files.crate_file("manifest")]},
    }
    for project in seed_.declaration.python:
        for platform in seed_.declaration.wheels.platform:
            name = seed_.declaration.wheel_name(project, platform, seed_.version)
            made[f"wheel-{project.name}-{platform.name}"] = {name: python[project.name][name]}
        sdist = project.sdist_name(seed_.version)
        made[f"sdist-{project.name}"] = {sdist: python[project.name][sdist]}
    return made, seed.built(made)


def begin(play: Play, attempt: int) -> bool:
    """A new run up to the staging; False when one of its jobs stopped."""
    _delete_unattested_draft(play)
    made, play.rebuilt = rebuilt(play.stage.seed)
    play.artifacts = made
    play.done.clear()
    if not play.job(play.stage.flow.task(DRAFT), attempt):
        return False
    for task in play.stage.flow.early(CANONICAL):
        if not play.job(task, attempt):
            return False
        (project,) = (line.arguments["project"] for line in task.lines)
        made[f"canonical-{project}"] = play.produced(task.id, f"dist/pypi/{project}")
    if not all(_attest(play, lane, attempt) for lane in LANES):
        return False
    play.done.add(DRAFT)
    return True


def _delete_unattested_draft(play: Play) -> None:
    """What the staging step's remedy says: nothing is published, and the draft holds others."""
    last = play.stops[-1] if play.stops else None
    if last is not None and last.code == 30 and not last.published:
        state = play.theatre.setting.github.state
        for release in play.theatre.setting.github.releases(play.stage.seed.tag):
            for asset in state.assets_of(release.id):
                del state.assets[asset.id]
            del state.releases[release.id]


def _attest(play: Play, lane: Lane, attempt: int) -> bool:
    """The attest and provenance jobs of a lane: the product's lines around the signing actions."""
    (task,) = play.stage.flow.early((ATTEST[lane],))
    gates = dict.fromkeys(play.stage.seed.declaration.gates.workflows, seed.GATE)
    if not play.job(task, attempt, lines=task.lines[:-1], env={"GATE_RUNS": json.dumps(gates)}):
        return False
    root = play.root(task.id)
    listing = (root / f"dist/subjects-{lane}.sha256").read_text(encoding="utf-8")
    subjects = {subject.name: subject.sha256 for subject in read_checksums(listing)}
    play.signed[lane] = subjects
    bundle = root / "attestation.json"
    bundle.write_text(seed.attestation(play.theatre, subjects, root))
    if not play.job(
        task, attempt, lines=task.lines[-1:], env={"BUNDLE_PATH": str(bundle)}, keep=True
    ):
        return False
    play.artifacts[f"attested-{lane}"] = play.produced(task.id, f"dist/attested/{lane}")
    name = ReleaseFiles(play.stage.seed.declaration, play.stage.seed.version).provenance(lane)
    text = seed.provenance(play.theatre, subjects, root) + "\n"
    play.artifacts[name] = {name: text.encode()}
    return True
