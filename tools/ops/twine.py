"""twine, the real one, as a subprocess: checking and uploading distributions.

The token reaches it by environment only. Its exit code and its text say little about what was
stored (an answer can be lost after the upload was accepted), so the caller asks the index.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.ops import proc
from tools.ops.proc import Completed, run


def check(files: Sequence[Path]) -> Completed:
    """``twine check --strict``; a non-zero exit code is an answer."""
    return run(
        (sys.executable, "-m", "twine", "--no-color", "check", "--strict", *files), check=False
    )


def upload(
    files: Sequence[Path], attestations: Sequence[Path], *, url: str, token: str
) -> Completed:
    """``twine upload --attestations`` of *files*, in order, stopping at the first refusal.

    Args:
        attestations: for each file, ``FILE.publish.attestation``.
        url: the upload endpoint.
        token: an API token; passed by environment.
    """
    options = (
        "--non-interactive",
        "--disable-progress-bar",
        "--attestations",
        "--config-file",
        os.devnull,
        "--repository-url",
        url,
    )
    return run(
        (sys.executable, "-m", "twine", "--no-color", "upload", *options, *files, *attestations),
        env={"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": token},
        check=False,
        timeout=proc.UPLOAD_LIMIT,
    )
