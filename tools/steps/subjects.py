"""The subjects of a lane's attestation: exactly the files that this run built.

Python files that came from PyPI or from the escrow are no subjects: this run did not build
them, and provenance must not claim that it did.

Writes ``dist/subjects-LANE.sha256`` (lines of ``sha256sum``: digest, two spaces, file name),
and the same text in base64 as output ``base64`` for the SLSA generator. The names are bare,
because the attestation names its subjects as they stand there.
"""

from __future__ import annotations

import base64
from pathlib import Path

from tools.checks import dists
from tools.checks.release_assets import Lane
from tools.console import console
from tools.errors import UsageError
from tools.model import Digest
from tools.ops.actions import set_output
from tools.record import Origin
from tools.steps.context import Context


def subjects(context: Context, lane: Lane) -> dict[str, Digest]:
    """Write the checksums file and the output; the digests by name.

    Raises:
        UsageError: a file of the lane is missing.
        Mismatch: the canonical Python files are not what ``origin.json`` says.
    """
    digests = digests_of(files_of(context, lane, built_only=True))
    text = "".join(f"{digest.hex}  {name}\n" for name, digest in digests.items())
    target = context.layout.subjects(lane)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    set_output("base64", base64.b64encode(text.encode()).decode())
    console.table(f"Subjects of the {lane} lane", ("file", "sha256"), digests.items())
    return digests


def files_of(context: Context, lane: Lane, *, built_only: bool) -> dict[str, Path]:
    """The lane's files on disk by name: crate, canonical Python files, record.

    Args:
        built_only: leave out what PyPI served or the escrow held.
    """
    paths = [context.layout.crate(lane)]
    if lane == "core":
        for project in context.declaration.python:
            found = dists.load_canonical(
                context.layout.canonical(project),
                project,
                context.version,
                context.files.dists(project),
            )
            kept = {Origin.BUILT} if built_only else set(Origin)
            paths.extend(path for path, origin in found.values() if origin.origin in kept)
        paths.append(context.layout.record)
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise UsageError(
            f"files of the {lane} lane are missing",
            found=", ".join(missing),
            remedy="run the jobs before this one; see the graph of release.yml",
        )
    return {path.name: path for path in paths}


def digests_of(files: dict[str, Path]) -> dict[str, Digest]:
    """The digests of files on disk, by name."""
    return {name: Digest.of_file(path) for name, path in files.items()}
