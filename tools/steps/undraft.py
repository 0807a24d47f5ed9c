"""Un-draft: the only step that makes a release public, and only when everything agrees.

The record comes from the draft and is verified against its bundle; the draft's assets, crates.io
and PyPI are all read again; every name and digest must equal the record. Then the completion is
added, the draft becomes public by one PATCH, and its publicity is read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.checks.release_assets import LANES, digest_problems, set_problems
from tools.console import console
from tools.errors import Mismatch, PartlyPublished, Transient, Unrepairable, raise_if
from tools.model import Digest, Observation, Presence
from tools.ops.clock import Deadline
from tools.ops.github_answers import Asset, GitHubRefused, Release
from tools.record import COMPLETION_NAME, RECORD_NAME, Completion, ReleaseRecord
from tools.steps import drafts, evidence, registries
from tools.steps.context import Context
from tools.steps.readback import Reading, settle
from tools.steps.situation import after_publication

PUBLIC = "the registries' part of the release"
PATCHES = 3


@dataclass(frozen=True, slots=True)
class Undrafted:
    """The public release and the completion it carries."""

    url: str
    already_public: bool
    completion: Completion


def undraft(context: Context) -> Undrafted:
    """Publish the GitHub Release of a version that four registries serve identically.

    Raises:
        Mismatch: an asset, a registry or the evidence disagrees with the record.
        PartlyPublished: something is not staged, or not served everywhere yet.
        Unrepairable: GitHub will not publish a release of this tag.
        Transient: a service did not answer.
    """
    with after_publication(PUBLIC):
        release = drafts.require(context)
        assets = context.github().assets(release)
        record = _staged_record(context, assets)
        reading = _require_served(context, record)
        completion = _completion(context, record, assets, reading)
        _place(context, release, assets, completion)
        public = _publish(context, release)
    console.success(f"{context.tag} is public: {public.url}")
    return Undrafted(public.url, not release.draft, completion)


def _staged_record(context: Context, assets: Mapping[str, Asset]) -> ReleaseRecord:
    """The verified record; the assets are exactly the staged set, with its digests."""
    problems = set_problems(
        f"draft of {context.tag}", context.files.staged, assets, allowed=(COMPLETION_NAME,)
    )
    raise_if(
        problems,
        "the draft does not hold exactly the staged files",
        PartlyPublished,
        "re-run release-assets-draft or release-manifest-assets-draft",
    )
    lanes = {lane: evidence.read_lane(context, lane, assets) for lane in LANES}
    record = lanes["core"].record
    assert record is not None
    github = context.github()
    staged = {name: github.digest_of(assets[name]) for name in context.files.published}
    problems = digest_problems("draft against record", record.digests, staged)
    for lane in LANES:
        subjects = lanes[lane].statement.subjects
        problems += digest_problems(f"draft against {lane} attestation", subjects, staged)
    raise_if(
        problems,
        "the draft's files are not those that were attested",
        Mismatch,
        "publish nothing more; find out who changed the draft",
    )
    return record


def _require_served(context: Context, record: ReleaseRecord) -> Reading:
    reading = settle(context, lambda: registries.observe_all(context, record.digests))
    if reading.presence is Presence.UNREADABLE:
        raise Transient(
            "a registry cannot be read, so the release stays a draft",
            problems=reading.problems(),
            remedy="re-run this job",
        )
    raise_if(
        reading.problems() if reading.presence is not Presence.IDENTICAL else (),
        "not every file is served identically, so the release stays a draft",
        PartlyPublished,
        "re-run the publish job of these files, then this one",
    )
    return reading


def _completion(
    context: Context, record: ReleaseRecord, assets: Mapping[str, Asset], reading: Reading
) -> Completion:
    """Depends on the record and the served bytes alone, so that a re-run writes the same."""
    github = context.github()
    record_digest = Digest.of_bytes(github.download(assets[RECORD_NAME]))
    return Completion(
        version=record.version,
        tag=record.tag,
        commit=record.commit,
        record_sha256=record_digest.hex,
        served=_served(reading.observations, record.digests),
        assets={n: github.digest_of(assets[n]).hex for n in sorted(context.files.staged)},
    )


def _served(
    observations: tuple[Observation, ...], digests: Mapping[str, Digest]
) -> dict[str, dict[str, str]]:
    served: dict[str, dict[str, str]] = {}
    for item in observations:
        served.setdefault(item.artifact, {})[item.surface] = digests[item.artifact].hex
    return served


def _place(
    context: Context, release: Release, assets: Mapping[str, Asset], completion: Completion
) -> None:
    """Add the completion, keep an equal one, replace a half-uploaded one."""
    github, content = context.github(), completion.to_bytes()
    present = assets.get(COMPLETION_NAME)
    if present is not None and present.state == evidence.UPLOADED:
        found = github.digest_of(present)
        if found != Digest.of_bytes(content):
            raise Mismatch(
                f"the release's {COMPLETION_NAME} says something else",
                expected=str(Digest.of_bytes(content)),
                found=str(found),
                remedy="delete that asset of the draft and re-run this job",
            )
        return
    if not release.draft:
        raise Unrepairable(
            f"{release.tag} is public without {COMPLETION_NAME}",
            remedy="it cannot be added to a public release; note it in the release's text",
        )
    if present is not None:
        github.delete_asset(present)
    try:
        github.upload(release, COMPLETION_NAME, content)
    except Transient as error:
        console.info(f"{error.found or error.message}; reading the draft again")
    except GitHubRefused as error:
        if error.status != 422:  # 422: it is there, and the list lags
            raise
    _await_completion(context, release)


def _await_completion(context: Context, release: Release) -> None:
    """The list of assets may show an upload late."""
    readback = context.declaration.readback
    deadline = Deadline.after(context.clock, readback.timeout_minutes * 60)
    while True:
        stored = context.github().assets(release)
        problems = set_problems(f"draft of {context.tag}", context.files.complete, stored)
        if not problems or not deadline.pause(readback.poll_seconds):
            break
    raise_if(problems, "the completion is not on the draft", PartlyPublished, "re-run this job")


def _publish(context: Context, release: Release) -> Release:
    """Un-draft and read back that the release is public.

    One PATCH, and again only when the answer to it was trouble and the release is still a draft.
    """
    readback = context.declaration.readback
    deadline = Deadline.after(context.clock, readback.timeout_minutes * 60)
    left = PATCHES
    while True:
        if release.draft and left:
            left = left - 1 if not _patch(context, release) else 0
        found = drafts.require(context)
        if not found.draft:
            return found
        if not deadline.pause(readback.poll_seconds):
            raise PartlyPublished(
                f"{release.tag} is still a draft", remedy="re-run this job", found=found.url
            )


def _patch(context: Context, release: Release) -> bool:
    """Send the PATCH; whether GitHub confirmed it.

    Raises:
        Unrepairable: GitHub refuses this tag's name for good. With immutable releases a name
            is burned by its first publication, even by one that broke off.
    """
    try:
        context.github().publish(release)
    except Transient as error:
        console.info(f"{error.found or error.message}; reading the release again")
        return False
    except GitHubRefused as error:
        if not _burned(error):
            raise
        raise Unrepairable(
            f"GitHub does not let {release.tag} be published",
            found=error.found,
            remedy="the tag's name is burned; ship a patch release: `nox -s bump -- patch`",
        ) from error
    return True


def _burned(error: GitHubRefused) -> bool:
    return error.status == 422 and any(
        field == "tag_name" and "immutable" in message for field, _, message in error.errors
    )
