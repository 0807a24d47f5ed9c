"""Take over the bundle that the attestation action wrote, when it attests exactly the subjects.

The bundle's bytes are kept as they are and placed as ``dist/attested/LANE/NAME.sigstore.json``.
"""

from __future__ import annotations

from pathlib import Path

from tools.checks.attestations import coverage
from tools.checks.release_assets import Lane
from tools.console import console
from tools.errors import Mismatch, UsageError, raise_if
from tools.steps import evidence
from tools.steps.context import Context
from tools.steps.subjects import digests_of, files_of


def bundle(context: Context, lane: Lane, source: str) -> Path:
    """Verify the bundle at the path *source* and place it.

    Raises:
        UsageError: no path, or there is no such file.
        Mismatch: it is not signed by this workflow at this tag and commit, or its subjects are
            not exactly this lane's built files.
    """
    path = Path(source)
    if not path.is_file():
        raise UsageError(
            f"there is no bundle at {source!r}" if source else "no path of a bundle is given",
            remedy="pass output `bundle-path` of the attestation step as BUNDLE_PATH",
        )
    content = path.read_bytes()
    statement = evidence.verify_bundle(context, context.trust(), content)
    name = context.files.bundle(lane)
    expected = digests_of(files_of(context, lane, built_only=True))
    raise_if(
        coverage(name, statement, context.declaration.provenance.predicate, expected),
        f"the {lane} lane's bundle does not attest exactly its subjects",
        Mismatch,
        "re-run the attest job",
    )
    target = context.layout.attested(lane) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    console.success(f"{name} attests {len(expected)} subjects")
    return target
