"""What stands in for the client processes: cargo's publish request, twine in process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest import mock

from tests.tools.steps.artifacts import VERSION
from tools.errors import Transient
from tools.ops.clock import Clock
from tools.ops.http import Http
from tools.ops.proc import Completed


def publish_request(packaged: Path, crate: str, token: str, clock: Clock) -> Completed:
    """Cargo's publish request for a packaged crate, and its exit code."""
    metadata = {
        "name": crate,
        "vers": str(VERSION),
        "deps": [],
        "features": {},
        "description": "test",
        "license": "MIT",
    }
    raw, content = json.dumps(metadata).encode(), packaged.read_bytes()
    body = struct.pack("<I", len(raw)) + raw + struct.pack("<I", len(content)) + content
    with Http("cargo/1.95.0 stand-in", clock=clock, attempts=1) as http:
        try:
            answer = http.request(
                "PUT",
                "https://crates.io/api/v1/crates/new",
                headers={"Authorization": token},
                content=body,
            )
            code, text = (0, "") if answer.ok else (101, answer.text)
        except Transient as error:
            code, text = 101, f"{error.message} {error.found}"
    return Completed(("cargo", "publish"), code, "", text, 0.0)


def run_twine(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    check: bool = True,
    timeout: float | None = None,
) -> Completed:
    """``python -m twine`` without a process of its own: the same entry point and output."""
    from twine.__main__ import main

    words = [str(word) for word in argv]
    assert words[1:3] == ["-m", "twine"]
    text = io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["twine", *words[3:]]),
        mock.patch.dict(os.environ, env or {}),
        contextlib.redirect_stdout(text),
        contextlib.redirect_stderr(text),
    ):
        failed = main()
    return Completed(tuple(words), int(bool(failed)), text.getvalue(), "", 0.0)
