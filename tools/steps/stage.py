"""Stage a lane on the draft: everything that will be public is there before the first publish.

Per file: absent is uploaded; present with the same digest is kept; half uploaded
(``state: starter``) is deleted and uploaded again; present with another digest is an error. The
evidence of an earlier run (bundle, provenance, record) differs from this run's by nature: it is
kept when it is complete, verifies, and attests the very files that this run stages. Evidence
goes up last, so that complete evidence on a draft means that its files are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.checks.release_assets import Lane, digest_problems, set_problems
from tools.console import console
from tools.errors import GateRefused, Mismatch, Transient, raise_if
from tools.model import Digest
from tools.ops.clock import Deadline
from tools.ops.github_answers import Asset, GitHubRefused, Release
from tools.record import RECORD_NAME, ReleaseRecord, read
from tools.steps import drafts, evidence
from tools.steps.context import Context
from tools.steps.situation import after_publication
from tools.steps.subjects import digests_of, files_of

ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Staging:
    """What is to be done for each file of a lane."""

    upload: tuple[str, ...]
    replace: tuple[str, ...]
    keep: tuple[str, ...]


def stage(context: Context, lane: Lane) -> Staging:
    """Bring the lane's files onto the release of this tag and prove that they are there.

    Raises:
        GateRefused: no draft, two drafts, a draft of another commit.
        Mismatch: an asset with other bytes, an unknown asset, evidence that does not verify.
        Transient: the forge did not take every file; re-running uploads only what is missing.
    """
    with after_publication("" if lane == "core" else "the core crate"):
        return _stage(context, lane)


def _stage(context: Context, lane: Lane) -> Staging:
    files = _files(context, lane)
    release = drafts.require(context)
    first = plan = _plan(context, lane, release, files)
    readback = context.declaration.readback
    deadline = Deadline.after(context.clock, readback.timeout_minutes * 60)
    rounds = 0
    while plan.upload or plan.replace:
        _require_draft(release, plan)
        unlisted = _apply(context, release, files, plan)
        rounds += not unlisted
        # A name that is taken and not in the list yet: there is nothing to do but look again.
        waited = not unlisted or deadline.pause(readback.poll_seconds)
        plan = _plan(context, lane, release, files)
        if (plan.upload or plan.replace) and (rounds >= ROUNDS or not waited):
            raise _not_taken(plan)
    _require_set(context, lane, release)
    _show(context, lane, first)
    return first


def _not_taken(plan: Staging) -> Transient:
    return Transient(
        "the draft did not take every file",
        found=f"still missing: {', '.join((*plan.upload, *plan.replace))}",
        remedy="re-run this job; it uploads what is missing",
    )


def _files(context: Context, lane: Lane) -> dict[str, Path]:
    """The lane's files, the evidence last and the bundle at the very end."""
    files = files_of(context, lane, built_only=False)
    record = {RECORD_NAME: files.pop(RECORD_NAME)} if lane == "core" else {}
    folder = context.layout.attested(lane)
    ordered = (context.files.provenance(lane), context.files.bundle(lane))
    return {**files, **record, **{name: folder / name for name in ordered}}


def _plan(context: Context, lane: Lane, release: Release, files: Mapping[str, Path]) -> Staging:
    assets = context.github().assets(release)
    wanted = digests_of(dict(files))
    starters = [n for n in files if n in assets and assets[n].state != evidence.UPLOADED]
    present = {n: a for n, a in assets.items() if n in files and n not in starters}
    found = {name: context.github().digest_of(asset) for name, asset in present.items()}
    proof = set(context.files.evidence(lane))
    raise_if(
        digest_problems(
            f"draft of {context.tag}", wanted, {n: d for n, d in found.items() if n not in proof}
        ),
        "the draft holds other bytes under the name of a file of this release",
        Mismatch,
        "if nothing is published yet, delete the draft and re-run the workflow; else find out why",
    )
    other = [name for name in proof & found.keys() if found[name] != wanted[name]]
    replace = [*starters, *_stale(context, lane, assets, wanted, other)]
    return Staging(
        upload=tuple(name for name in files if name not in assets),
        replace=tuple(name for name in files if name in replace),
        keep=tuple(name for name in files if name in present and name not in replace),
    )


def _stale(
    context: Context,
    lane: Lane,
    assets: Mapping[str, Asset],
    wanted: Mapping[str, Digest],
    other: list[str],
) -> list[str]:
    """Evidence files to replace: those of an earlier staging that never became complete.

    Raises:
        Mismatch: complete evidence of an earlier run that does not attest this run's files.
    """
    if not other or not evidence.complete(context, lane, assets):
        return other
    earlier = evidence.read_lane(context, lane, assets)
    known = dict(earlier.statement.subjects)
    if earlier.record is not None:
        known |= {n: d for n, d in earlier.record.digests.items() if n in wanted}
    ours = {name: digest for name, digest in wanted.items() if name in known}
    ours.pop(RECORD_NAME, None)
    raise_if(
        digest_problems("the earlier run's attestation", ours, known),
        f"the draft's {lane} evidence attests other files than this run's",
        Mismatch,
        "re-run the workflow from pypi-canonical-dist, which takes the attested files",
    )
    console.info(f"kept the {lane} evidence of an earlier run: it verifies and covers these files")
    return []


def _require_draft(release: Release, plan: Staging) -> None:
    if not release.draft:
        raise GateRefused(
            f"{release.tag} is public, and not everything is on it",
            found=", ".join((*plan.upload, *plan.replace)),
            remedy="a public release must not change; ship a patch release",
        )


def _apply(context: Context, release: Release, files: Mapping[str, Path], plan: Staging) -> bool:
    """Upload in order, stopping at the first file that did not arrive; the caller looks again.

    Returns:
        whether it stopped at a name that is taken by now: the list lags behind.
    """
    github = context.github()
    for name in files:
        if name not in (*plan.upload, *plan.replace):
            continue
        try:
            if name in plan.replace:
                github.delete_asset(github.assets(release)[name])
            github.upload(release, name, files[name].read_bytes())
            console.info(f"uploaded {name}")
        except KeyError:
            return False
        except Transient as error:
            console.info(f"{name}: {error.found or error.message}; reading the draft again")
            return False
        except GitHubRefused as error:
            if error.status != 422:  # 422: an asset of this name exists by now
                raise
            return True
    return False


def _require_set(context: Context, lane: Lane, release: Release) -> None:
    """After staging the set is exactly the lane's, plus what other steps may have added."""
    assets = context.github().assets(release)
    expected = context.files.lane("core") if lane == "core" else context.files.staged
    problems = set_problems(
        f"draft of {context.tag}", expected, assets, allowed=context.files.complete
    )
    raise_if(
        problems,
        "the draft does not hold exactly this release",
        Mismatch,
        "delete the assets that do not belong there, or re-run the job that stages the missing",
    )
    if lane == "manifest":
        _require_prediction(context, assets)


def _require_prediction(context: Context, assets: Mapping[str, Asset]) -> None:
    """The manifest crate is the one that the attested record predicted."""
    github, name = context.github(), context.files.crate_file("manifest")
    record = read(ReleaseRecord, github.download(assets[RECORD_NAME]), RECORD_NAME)
    found = github.digest_of(assets[name])
    if found != record.artifact(name).digest:
        raise Mismatch(
            f"{name} is not the crate that the release record predicted",
            expected=str(record.artifact(name).digest),
            found=str(found),
            remedy="publish nothing more; compare with `nox -s package`",
        )


def _show(context: Context, lane: Lane, plan: Staging) -> None:
    console.table(
        f"Staged: {lane} lane of {context.tag}",
        ("file", "what was done"),
        [
            *((name, "kept") for name in plan.keep),
            *((name, "uploaded") for name in plan.upload),
            *((name, "uploaded again") for name in plan.replace),
        ],
    )
