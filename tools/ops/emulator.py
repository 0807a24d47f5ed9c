"""Intel SDE: runs programs with instructions that this CPU lacks.

The archive is pinned in ``release.toml`` by URL and SHA-256. Its bytes are read and compared
every time, from the cache too, before anything of it is unpacked; what is reported as used is the
digest that was measured, not the one that was asked for.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

from tools.console import console
from tools.declaration import Emulator
from tools.errors import Mismatch, Transient
from tools.model import Digest
from tools.ops.executor import Executor
from tools.ops.http import Http


def archive(pin: Emulator, cache: Path, http: Http) -> tuple[Path, Digest]:
    """The pinned archive in *cache*, fetched if it is not there, and the digest of its bytes.

    Raises:
        Transient: the server does not serve it.
        Mismatch: what it serves is not what is pinned; nothing is kept.
    """
    path = cache / pin.file_name
    if path.is_file():
        if (found := Digest.of_file(path)) == pin.digest:
            return path, found
        console.warning(f"{path} is {found}, not {pin.digest}; fetching it again")
    answer = http.get(pin.url)
    if not answer.ok:
        raise Transient(f"{pin.url} does not serve Intel SDE", found=answer.brief)
    found = Digest.of_bytes(answer.body)
    if found != pin.digest:
        raise Mismatch(
            f"{pin.url} is not the pinned Intel SDE {pin.version}",
            expected=str(pin.digest),
            found=f"{found} ({len(answer.body)} bytes)",
            remedy="compare with Intel's download page; the pin is [emulator] in release.toml",
        )
    cache.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_bytes(answer.body)
    draft.replace(path)
    return path, found


def ready(pin: Emulator, cache: Path, work: Path, http: Http) -> Executor:
    """Unpack the pinned emulator below *work*, a folder without spaces in its path.

    Raises:
        Transient, Mismatch: as :func:`archive`; the archive holds no such program.
    """
    path, digest = archive(pin, cache, http)
    folder = work / "emulator"
    with tarfile.open(path) as packed:
        packed.extractall(folder, filter="tar")
    programs = sorted(folder.glob(f"*/{pin.program}"))
    if len(programs) != 1:
        raise Mismatch(
            f"{path.name} does not hold the emulator",
            expected=f"one FOLDER/{pin.program}",
            found=f"{len(programs)} of them",
        )
    name = f"Intel SDE {pin.version} as {pin.chip}"
    return Executor((str(programs[0]), f"-{pin.chip}", "--"), name, digest)
