"""Stand-in for installing a hash-locked requirements file into the job's Python.

A runner starts bare and pip installs the lock; here the rehearsal's own environment is that
installation, made from the same locks by nox. The stand-in proves it instead of repeating it:
every distribution that the lock pins for this platform must be present at the pinned version.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import shlex
import threading
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from tools.errors import UsageError
from tools.model import Problem

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+))?")
_proven: set[str] = set()
_lock = threading.Lock()


def requirements_of(command: str) -> Path | None:
    """The file of a ``python -m pip install … --require-hashes -r FILE``; None for others."""
    words = shlex.split(command)
    if words[:4] != ["python", "-m", "pip", "install"] or "--require-hashes" not in words:
        return None
    return Path(words[words.index("-r") + 1]) if "-r" in words[:-1] else None


def pins(text: str) -> dict[str, str]:
    """Distribution name to pinned version, of the lines whose markers hold here."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _PIN.match(line)
        if match and (match[3] is None or Marker(match[3].strip()).evaluate()):
            found[canonicalize_name(match[1])] = match[2]
    return found


def prove_installed(lock: Path) -> int:
    """Check this environment against a lock; returns how many distributions it pins.

    Raises:
        UsageError: with every distribution that is missing or at another version.
    """
    text = lock.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    wanted = pins(text)
    with _lock:
        if digest in _proven:
            return len(wanted)
    problems = [
        Problem(f"{lock.name}: {name}", version, found)
        for name, version in sorted(wanted.items())
        if (found := _installed(name)) != version
    ]
    if problems:
        raise UsageError(
            "the rehearsal's environment is not the locked one",
            problems=problems,
            remedy="run it as `nox -s rehearse`",
        )
    with _lock:
        _proven.add(digest)
    return len(wanted)


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
