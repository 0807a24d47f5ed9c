"""Broken steps: each is a plausible mistake, and each violates one invariant.

A function here runs in the process of every job of a scenario and breaks product code there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from tools.console import console
from tools.model import Digest, Observation, Presence
from tools.ops.cratesio import CratesIo
from tools.steps import publish_crate, publish_pypi, stage, subjects, undraft
from tools.steps.context import Context
from tools.steps.readback import Reading


def believe_the_upload() -> None:
    """I1: nothing is read back; what was sent counts as served."""

    def believe(*_: object, **__: object) -> Reading:
        return Reading(Presence.IDENTICAL, ())

    for step in (publish_crate, publish_pypi, undraft):
        step.settle = believe  # type: ignore[attr-defined]


def publish_what_was_never_staged() -> None:
    """I1: the staging job succeeds and leaves the draft empty."""
    stage._stage = lambda *_: stage.Staging((), (), ())


def mint_before_byte_identity() -> None:
    """I2: the token exists while the crate is still being packaged again."""
    prove, upload = publish_crate._prove_identity, publish_crate._upload
    kept: list[Any] = []
    publish_crate._prove_identity = lambda *arguments: kept.append(arguments)

    def mint_then_prove(registry: CratesIo, jwt: str) -> str:
        token = mint(registry, jwt)
        prove(*kept[0])
        return token

    mint = CratesIo.mint
    CratesIo.mint = mint_then_prove  # type: ignore[method-assign]
    assert upload is publish_crate._upload


def keep_the_token() -> None:
    """I2: nobody revokes it."""
    CratesIo.revoke = lambda *_: True  # type: ignore[method-assign]


def print_the_token() -> None:
    """I2: a debugging line that stayed."""
    mask = console.mask

    def loud(secret: str) -> None:
        print(f"got {secret}")
        mask(secret)

    console.mask = loud  # type: ignore[method-assign]


def upload_without_asking() -> None:
    """I3: the re-run believes that nothing is there, because its runner is new."""

    def nothing(observe: Callable[[], Iterable[Observation]]) -> Reading:
        return Reading.of(replace(item, presence=Presence.ABSENT) for item in observe())

    publish_pypi.read_once = nothing  # type: ignore[attr-defined]


def call_it_refused_after_publication() -> None:
    """I4: exit code 10 says that nothing was published, and the crates are out."""
    publish_pypi.after_publication = lambda _: nullcontext()  # type: ignore[attr-defined]


def fall_over_an_asset_that_is_there() -> None:
    """I4: a staging that died half way can never be finished."""
    plan = stage._plan

    def strict(*arguments: Any) -> stage.Staging:
        found = plan(*arguments)
        if found.keep and found.upload:
            raise RuntimeError("the draft is not empty")
        return found

    stage._plan = strict


def publish_without_comparing() -> None:
    """I5: what packaging gives is published, whatever was attested, and any answer will do."""
    from tools.ops import cratesio, reading

    def trusting(artifact: str, surface: str, expected: Digest, reader: Any) -> Observation:
        found = reading.read_twice(artifact, surface, expected, reader)
        known = found.presence is Presence.DIFFERENT
        return replace(found, presence=Presence.IDENTICAL) if known else found

    cratesio.read_twice = trusting  # type: ignore[attr-defined]
    publish_crate._prove_identity = lambda *_: None


def claim_every_file() -> None:
    """I6: a recovery run attests files that PyPI served, as if it had built them."""
    files_of = subjects.files_of

    def all_of(context: Context, lane: Any, *, built_only: bool) -> dict[str, Path]:
        return files_of(context, lane, built_only=False)

    subjects.files_of = all_of


def read_an_earlier_jobs_checkout() -> None:
    """I7: it works on a laptop, where the folders of all jobs are side by side."""
    attested = publish_crate._attested

    def peek(context: Context, crate: Any) -> Path:
        path = attested(context, crate)
        other = context.root.parent / "release-assets-draft" / "dist" / "crates" / path.name
        if other.is_file():
            other.read_bytes()
        return path

    publish_crate._attested = peek
