"""The escrow: files on the draft that an earlier run attested, for recovery.

A draft without complete evidence holds nothing in escrow: its assets are vouched for by nobody.
Evidence that is there but does not verify is an error, not an empty escrow.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.errors import Mismatch
from tools.model import Digest
from tools.ops.github_answers import Asset
from tools.steps import drafts, evidence
from tools.steps.context import Context


@dataclass(frozen=True, slots=True)
class Escrow:
    """Attested assets of the core lane: digests by name, and how to fetch them."""

    digests: dict[str, Digest] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)


def read(context: Context) -> Escrow:
    """What the draft (or public release) of this tag and commit holds in escrow."""
    release = drafts.find(context)
    if release is None:
        return Escrow()
    drafts.check_target(context, release)
    assets = context.github().assets(release)
    if not evidence.complete(context, "core", assets):
        return Escrow()
    core = evidence.read_lane(context, "core", assets)
    assert core.record is not None
    # The record is attested, so its digests are; it also names files that a recovery run took
    # from PyPI or from this very escrow, and that are no subjects for that reason.
    known = core.record.digests
    held = {
        name: asset
        for name, asset in assets.items()
        if name in known and asset.state == evidence.UPLOADED
    }
    return Escrow({name: known[name] for name in held}, held)


def fetch(context: Context, escrow: Escrow, name: str) -> bytes:
    """The bytes of a file in escrow; Mismatch when they are not the attested ones."""
    content = context.github().download(escrow.assets[name])
    found = Digest.of_bytes(content)
    if found != escrow.digests[name]:
        raise Mismatch(
            f"the draft's {name} is not what was attested",
            expected=str(escrow.digests[name]),
            found=str(found),
            remedy="publish nothing more; find out who changed the draft",
        )
    return content
