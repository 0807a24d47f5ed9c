"""The tests are of the installed wheel: a source tree on the path would hide a broken one."""

from __future__ import annotations

from pathlib import Path

import ordvec_manifest

SOURCES = Path(__file__).resolve().parents[1] / "python"

if SOURCES in Path(ordvec_manifest.__file__).resolve().parents:
    message = f"expected the installed wheel, found {SOURCES}; install the wheel and test that"
    raise RuntimeError(message)
