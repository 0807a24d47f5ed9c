"""Where a release stands, learnt from the world alone: the reconciler's view.

Reads the tag, the draft, four registries and the attested record, and derives the phases of the
pipeline in order. The first open phase names the one next action. Nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tools.checks.presence import overall
from tools.checks.release_assets import LANES, Lane
from tools.console import console
from tools.errors import Mismatch, ReleaseError, Transient
from tools.model import Digest, Observation, Presence
from tools.ops.github_answers import Asset, Release
from tools.record import ReleaseRecord
from tools.steps import drafts, evidence, registries
from tools.steps.context import Context
from tools.steps.publish_pypi import RELEASE_WINDOW
from tools.steps.standing import RUN, Phase, Standing, conclude

NO_RECORD = "served, and there is no record to compare with"


@dataclass(frozen=True, slots=True)
class Status:
    """The world's answers about one version, where it stands, and the one next action."""

    version: str
    tag: str
    commit: str
    observations: tuple[Observation, ...]
    phases: tuple[Phase, ...]
    standing: Standing
    stands: str
    next_action: str
    deadline: datetime | None


def status(context: Context) -> Status:
    """Read the world and show where the release stands."""
    result = observe(context)
    show(context, result)
    return result


def observe(context: Context) -> Status:
    """Where the release stands, without showing it."""
    tag_phase, commit = _tag(context)
    context = replace(context, commit=commit or context.commit)
    release, draft_phase = _release(context)
    assets = context.github().assets(release) if release else {}
    staged, record = _staged(context, assets)
    observations = _registries(context, record)
    phases = (
        tag_phase,
        draft_phase,
        staged["core"],
        _crate(context, "core", "publish-crate", observations),
        staged["manifest"],
        _crate(context, "manifest", "publish-manifest-crate", observations),
        *_projects(context, observations),
        _public(release),
    )
    found = conclude(phases, context.clock.now())
    return Status(
        str(context.version),
        context.tag,
        commit,
        (*_draft_observations(context, assets, record), *observations),
        phases,
        found.standing,
        found.stands,
        found.next_action,
        min((phase.closes for phase in phases if phase.closes), default=None),
    )


def _tag(context: Context) -> tuple[Phase, str]:
    try:
        tag = context.github().tag(context.tag)
    except Transient as error:
        return Phase("tag", "", Presence.UNREADABLE, error.found or error.message), ""
    if tag is None:
        return Phase("tag", "push the signed tag", Presence.ABSENT), ""
    return Phase("tag", "", Presence.IDENTICAL, f"{tag.commit[:12]}, {tag.reason}"), tag.commit


def _release(context: Context) -> tuple[Release | None, Phase]:
    job = f"{RUN}draft-release"
    try:
        release = drafts.find(context)
        if release is None:
            return None, Phase("draft", job, Presence.ABSENT, "none, or not visible to this token")
        drafts.check_target(context, release)
    except Transient as error:
        return None, Phase("draft", job, Presence.UNREADABLE, error.found or error.message)
    except ReleaseError as error:
        return None, Phase("draft", job, Presence.DIFFERENT, error.found or error.message)
    kind = "draft" if release.draft else "public"
    return release, Phase("draft", job, Presence.IDENTICAL, f"{kind} {release.url}")


def _staged(
    context: Context, assets: dict[str, Asset]
) -> tuple[dict[Lane, Phase], ReleaseRecord | None]:
    """The staging phases of both lanes, and the attested record if it is there."""
    record: ReleaseRecord | None = None
    phases: dict[Lane, Phase] = {}
    for lane in LANES:
        name, job = f"{lane} lane staged", f"{RUN}{STAGING[lane]}"
        missing = [n for n in context.files.lane(lane) if not _uploaded(assets, n)]
        if missing:
            detail = f"missing: {', '.join(missing)}"
            phases[lane] = Phase(name, job, Presence.ABSENT, detail)
        try:
            if evidence.complete(context, lane, assets):
                found = evidence.read_lane(context, lane, assets)
                record = found.record or record
                phases.setdefault(lane, Phase(name, job, Presence.IDENTICAL))
        except Transient as error:
            phases[lane] = Phase(name, job, Presence.UNREADABLE, error.found or error.message)
        except Mismatch as error:
            phases[lane] = Phase(name, job, Presence.DIFFERENT, str(error))
    return phases, record


STAGING: dict[Lane, str] = {
    "core": "release-assets-draft",
    "manifest": "release-manifest-assets-draft",
}


def _uploaded(assets: dict[str, Asset], name: str) -> bool:
    return name in assets and assets[name].state == evidence.UPLOADED


def _registries(context: Context, record: ReleaseRecord | None) -> tuple[Observation, ...]:
    """The registries' answers; without a record nothing can be called identical or different."""
    if record is not None:
        return registries.observe_all(context, record.digests)
    unknown = dict.fromkeys(context.files.published, Digest.of_bytes(b""))
    return tuple(
        replace(item, presence=Presence.UNREADABLE, detail=NO_RECORD)
        if item.presence is Presence.DIFFERENT
        else item
        for item in registries.observe_all(context, unknown)
    )


def _draft_observations(
    context: Context, assets: dict[str, Asset], record: ReleaseRecord | None
) -> list[Observation]:
    """Each file of the release on GitHub, by the digest that GitHub states."""
    found = []
    expected = record.digests if record else {}
    for name in context.files.complete:
        if not _uploaded(assets, name):
            answer, detail = Presence.ABSENT, assets[name].state if name in assets else ""
        elif name in expected and assets[name].digest not in (None, expected[name]):
            answer, detail = Presence.DIFFERENT, str(assets[name].digest)
        else:
            answer, detail = Presence.IDENTICAL, str(assets[name].digest or "no digest stated")
        found.append(Observation(name, "GitHub Release", answer, detail))
    return found


def _of(names: tuple[str, ...], observations: tuple[Observation, ...]) -> Presence:
    return overall(item.presence for item in observations if item.artifact in names)


def _crate(context: Context, lane: Lane, job: str, observations: tuple[Observation, ...]) -> Phase:
    name = context.files.crate_file(lane)
    return Phase(f"{name} on crates.io", f"{RUN}{job}", _of((name,), observations))


def _projects(context: Context, observations: tuple[Observation, ...]) -> list[Phase]:
    found = []
    for project in context.declaration.python:
        main = project.name == context.declaration.project.name
        job = "publish-pypi" if main else f"publish-{project.name.rpartition('-')[2]}-pypi"
        answer = _of(context.files.dists(project), observations)
        closes = _closes(context, project.name)
        found.append(Phase(f"{project.name} on PyPI", f"{RUN}{job}", answer, closes=closes))
    return found


def _public(release: Release | None) -> Phase:
    done = release is not None and not release.draft
    answer = Presence.IDENTICAL if done else Presence.ABSENT
    return Phase("public release", f"{RUN}publish-github-release", answer)


def _closes(context: Context, project: str) -> datetime | None:
    """When PyPI closes the version: its window counted from the first upload, if there is one."""
    try:
        files = context.pypi().release(project, context.version).values()
    except Transient:
        return None
    times = [file.uploaded for file in files if file.uploaded]
    return min(times) + RELEASE_WINDOW if times else None


def show(context: Context, result: Status) -> None:
    """The tables, where it stands, the next action, the deadline."""
    console.table(
        f"{result.tag} at {result.commit[:12] or 'no commit'}",
        ("file", "surface", "answer", "detail"),
        ((o.artifact, o.surface, str(o.presence), o.detail) for o in result.observations),
    )
    console.table(
        "Phases",
        ("phase", "answer", "detail"),
        ((p.name, str(p.answer), p.detail) for p in result.phases),
    )
    if result.deadline and result.standing is not Standing.RELEASED:
        left = _span(result.deadline - context.clock.now())
        day = f"{result.deadline:%Y-%m-%d %H:%M} UTC"
        console.info(f"deadline: PyPI takes new files of this version until {day}, {left}")
    console.heading(f"stands: {result.stands}")
    console.heading(f"next: {result.next_action}")


def _span(left: timedelta) -> str:
    if left <= timedelta(0):
        return "which has passed"
    return f"{left.days} days and {left.seconds // 3600} hours left"
