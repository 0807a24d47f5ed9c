"""The programs that a job starts, as the campaign runs them inside the job's process.

``twine`` is the real one, called in process. ``cargo publish`` is a client of cargo's publish
protocol in cargo's order: configuration, index, upload, index. ``cargo package`` gives the
prebuilt bytes: that packaging reproduces is proven elsewhere (`nox -s package`, the rehearsal).
A checkout that holds a crate's sources is published by the real cargo: the campaign's tests do
so for every request that cargo makes.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import struct
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from tools.ops import cargo, twine
from tools.ops.cratesio import index_path
from tools.ops.proc import Completed
from tools.ops.proc import run as real_run

# Where a campaign's checkout keeps what packaging it gives.
PACKAGED = ".packaged"
INDEX, API = "https://index.crates.io", "https://crates.io/api/v1"
AGENT = "cargo/1.95.0 (campaign)"
POLLS = 3


_patience = 30.0


def install(timeout: float | None) -> None:
    """Let the product's twine and cargo calls run here; only for the rest of this process.

    Args:
        timeout: seconds that cargo waits for an answer; its own 30 when None.
    """
    global _patience
    from tools.steps import package

    _patience = timeout or _patience
    for module, name, stand_in in (
        (twine, "run", _twine),
        (cargo, "run", _cargo),
        (package, "repackage", _repackage),
    ):
        setattr(module, name, stand_in)


def packaged(root: Path, crate: str) -> Path:
    """The ``.crate`` that packaging *crate* from this checkout gives."""
    (found,) = (p for p in (root / PACKAGED).iterdir() if _name_of(p) == crate)
    return found


def _name_of(path: Path) -> str:
    return path.name.removesuffix(".crate").rpartition("-")[0]


def _repackage(root: Path, crate: str, *, overlay: bool, work: Path) -> Path:
    source = packaged(root, crate)
    return Path(shutil.copy2(source, work / source.name))


# ---------------------------------------------------------------------- twine


def _twine(argv: Sequence[str | Path], **options: Any) -> Completed:
    """``python -m twine …`` in this process; anything it raises is an exit code of 1."""
    words = [str(word) for word in argv]
    if words[1:3] != ["-m", "twine"]:
        return real_run(argv, **options)
    out = io.StringIO()
    with ExitStack() as stack:
        stack.enter_context(_environment(options.get("env") or {}))
        stack.enter_context(_arguments(["twine", *words[3:]]))
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(out))
        code = _twine_main()
    text = out.getvalue()
    return Completed(tuple(words), code, text, text if code else "", 0.0)


def _twine_main() -> int:
    import twine.__main__

    try:
        return int(bool(twine.__main__.main()))
    except SystemExit as end:
        return int(bool(end.code))
    except Exception:
        traceback.print_exc()
        return 1


@contextlib.contextmanager
def _environment(env: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _arguments(argv: list[str]) -> Iterator[None]:
    before, sys.argv = sys.argv, argv
    try:
        yield
    finally:
        sys.argv = before


# ---------------------------------------------------------------------- cargo


def _cargo(argv: Sequence[str | Path], **options: Any) -> Completed:
    words = [str(word) for word in argv]
    if words[:2] != ["cargo", "publish"]:
        return real_run(argv, **options)
    token = dict(options.get("env") or {})["CARGO_REGISTRY_TOKEN"]
    crate = words[words.index("-p") + 1]
    if _is_real(Path(str(options["cwd"])), crate):
        return real_run(argv, **options)
    try:
        with httpx.Client(headers={"User-Agent": AGENT}, timeout=_patience) as client:
            said = _publish(client, packaged(Path(str(options["cwd"])), crate), crate, token)
    except httpx.HTTPError as error:
        said = f"error: failed to publish: {type(error).__name__}: {error}"
    return Completed(tuple(words), 101 if said else 0, "", said, 0.0)


def _is_real(root: Path, crate: str) -> bool:
    """Whether this checkout holds the crate's sources: then cargo itself publishes it."""
    manifest = root / "Cargo.toml"
    return manifest.is_file() and f'name = "{crate}"' in manifest.read_text(encoding="utf-8")


def _publish(client: httpx.Client, path: Path, crate: str, token: str) -> str:
    """What cargo said when it failed, or "" when it ended with 0."""
    version = path.name.removesuffix(".crate").rpartition("-")[2]
    answer = client.get(f"{INDEX}/config.json")
    if answer.status_code != 200:
        return f"error: failed to fetch config.json: {answer.status_code}"
    if _listed(client, crate, version):
        return f"error: crate {crate}@{version} already exists on crates.io index"
    body = _framed(crate, version, path.read_bytes())
    answer = client.put(f"{API}/crates/new", headers={"Authorization": token}, content=body)
    if answer.status_code != 200:
        return f"error: the remote server responded: {answer.status_code} {answer.text}"
    # cargo looks once a second for a minute, and ends with 0 whether it saw the version or not.
    for _ in range(POLLS):
        if _listed(client, crate, version):
            break
    return ""


def _listed(client: httpx.Client, crate: str, version: str) -> bool:
    answer = client.get(f"{INDEX}/{index_path(crate)}")
    with contextlib.suppress(ValueError):
        lines = [json.loads(line) for line in answer.text.splitlines() if line]
        return answer.status_code == 200 and any(line.get("vers") == version for line in lines)
    return False


def _framed(crate: str, version: str, content: bytes) -> bytes:
    metadata = {
        "name": crate,
        "vers": version,
        "deps": [],
        "features": {},
        "description": "campaign",
        "license": "MIT",
    }
    raw = json.dumps(metadata).encode()
    return struct.pack("<I", len(raw)) + raw + struct.pack("<I", len(content)) + content
