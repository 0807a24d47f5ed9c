"""Publish one crate: byte identity first, the token last, the proof from the registry.

Order: what does crates.io say? The file is a subject of the verified bundle. Re-package; the
digest equals the attested file's. Ask again.
Only "absent" goes on: mint the token, ``cargo publish``, revoke. Then read the metadata, the
download endpoint, the static host and the index until all four are identical. cargo's exit code
and text decide nothing (it exits 0 on its own timeout, and a cut connection reads the same
before and after the store).
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.console import console
from tools.declaration import Crate
from tools.errors import (
    Mismatch,
    PartlyPublished,
    Transient,
    UsageError,
)
from tools.model import Digest, Observation, Presence
from tools.ops import cargo, oidc
from tools.ops.http import http_date
from tools.ops.proc import tail
from tools.steps import evidence
from tools.steps.context import Context
from tools.steps.readback import GRACE, Observe, Reading, read_once, settle, show
from tools.steps.situation import after_publication, partly

AUDIENCE = "crates.io"
# crates.io's rate limits name a date; a longer wait than this is left to a re-run. Seconds.
LONGEST_WAIT = 15 * 60.0
ATTEMPTS = 3
_DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")


@dataclass(frozen=True, slots=True)
class PublishedCrate:
    """A crate that crates.io serves identically everywhere, and whether this run uploaded it."""

    crate: str
    digest: Digest
    uploaded: bool
    observations: tuple[Observation, ...]


def publish_crate(context: Context, name: str) -> PublishedCrate:
    """Publish a crate unless crates.io already serves these very bytes.

    Raises:
        Mismatch: the re-packaged crate differs (before any token), or crates.io serves others.
        Transient: crates.io did not answer, or did not take the upload.
        PartlyPublished: stored and not served everywhere yet, or a crate before it is public.
    """
    crate = context.declaration.crate_named(name)
    with after_publication(", ".join(crate.requires)):
        return _publish(context, crate)


def _publish(context: Context, crate: Crate) -> PublishedCrate:
    attested = _attested(context, crate)
    expected = Digest.of_file(attested)

    def observe() -> tuple[Observation, ...]:
        return context.cratesio().observe(crate.name, context.version, expected)

    reading = _answer(read_once(observe))
    uploaded = False
    if reading.presence is Presence.ABSENT:
        evidence.require_attested_files(context, crate.lane, {attested.name: expected})
        _prove_identity(context, crate, expected)
        uploaded, reading = _upload_until_stored(context, crate, observe)
    else:
        console.info(f"{crate.name} {context.version} is on crates.io already; nothing to upload")
        reading = settle(context, observe)
    _require_served(crate, context, reading)
    show(f"{attested.name} on crates.io", reading)
    return PublishedCrate(crate.name, expected, uploaded, reading.observations)


def _upload_until_stored(context: Context, crate: Crate, observe: Observe) -> tuple[bool, Reading]:
    """Upload, and again only after a rate limit's date; whether it did, and the last reading."""
    for attempt in range(1, ATTEMPTS + 1):
        # Byte identity is proven by now, which took a while: ask once more before the token.
        reading = _answer(read_once(observe))
        if reading.presence is not Presence.ABSENT:
            return attempt > 1, settle(context, observe)
        refusal = _upload(context, crate)
        reading = settle(context, observe, grace=GRACE if refusal else None)
        if reading.presence is not Presence.ABSENT:
            break
        _wait_or_raise(context, crate, refusal, last=attempt == ATTEMPTS)
    return True, reading


def _attested(context: Context, crate: Crate) -> Path:
    path = context.layout.crate(crate.lane)
    if not path.is_file():
        raise UsageError(f"there is no {path}", remedy="run the jobs before this one")
    return path


def _answer(reading: Reading) -> Reading:
    if reading.presence is Presence.UNREADABLE:
        raise Transient(
            "crates.io cannot be read, so nothing is decided",
            problems=reading.problems(),
            remedy="re-run this job",
        )
    return reading


def _prove_identity(context: Context, crate: Crate, expected: Digest) -> None:
    """Re-package from this checkout and compare, before any token exists."""
    from tools.steps.package import repackage

    with tempfile.TemporaryDirectory(prefix="repackage-") as work:
        path = repackage(context.root, crate.name, overlay=False, work=Path(work))
        found = Digest.of_file(path)
    if found != expected:
        raise Mismatch(
            f"re-packaging {crate.name} gives other bytes than were attested",
            expected=str(expected),
            found=str(found),
            remedy="nothing of this crate was uploaded; compare with `nox -s package`",
        )
    console.success(f"re-packaged {crate.name}: {found}")


def _upload(context: Context, crate: Crate) -> str:
    """One ``cargo publish`` with a token of its own; what cargo said when it failed."""
    registry = context.cratesio()
    token = registry.mint(oidc.request_token(context.http, AUDIENCE, context.env))
    try:
        done = cargo.publish(context.root, crate.name, token)
    finally:
        registry.revoke(token)
    if done.returncode == 0:
        return ""
    said = tail(console.redact(done.stderr)) or f"exit code {done.returncode}"
    console.warning(f"cargo publish ended with {done.returncode}; the index decides\n{said}")
    return said


def _wait_or_raise(context: Context, crate: Crate, refusal: str, *, last: bool) -> None:
    """Not stored: wait for the date that a rate limit names, or give up."""
    wait = _asked_wait(context, refusal)
    if last or wait is None or wait > LONGEST_WAIT:
        when = "" if wait is None else f" after {wait / 60:.0f} minutes, as crates.io asks"
        error = Transient(
            f"crates.io did not take {crate.name} {context.version}; nothing of it is stored",
            found=refusal or "cargo succeeded, and no surface knows the version",
            remedy=f"re-run this job{when}",
        )
        raise partly(error, ", ".join(crate.requires)) if crate.requires else error
    console.info(f"crates.io asks to wait {wait:.0f} s")
    context.clock.sleep(wait)


def _asked_wait(context: Context, refusal: str) -> float | None:
    """Seconds until the date in a rate-limit text; only how long to wait hangs on that text."""
    match = _DATE.search(refusal)
    date = http_date(match.group()) if match else None
    return None if date is None else max(1.0, date - context.clock.now().timestamp())


def _require_served(crate: Crate, context: Context, reading: Reading) -> None:
    if reading.presence is Presence.IDENTICAL:
        return
    message = f"{crate.name} {context.version} is not served identically everywhere yet"
    remedy = "re-run this job; it uploads nothing that is stored"
    if reading.known:
        raise PartlyPublished(message, problems=reading.problems(), remedy=remedy)
    # A surface that does not answer shows nothing, so code 20 would claim more than is known.
    message = f"whether crates.io has stored {crate.name} {context.version} is not known"
    error = Transient(message, problems=reading.problems(), remedy=remedy)
    raise partly(error, ", ".join(crate.requires)) if crate.requires else error
