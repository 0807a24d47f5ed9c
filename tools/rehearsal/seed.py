"""Fetched before the rehearsal starts, with the operator's own network: third-party files.

Crates: ``cargo fetch --locked`` in the operator's environment (offline first, so that a warm
machine needs no network), then every ``.crate`` that ``Cargo.lock`` names, checked against the
checksum that stands there. Wheels: what ``requirements/*.txt`` pins for this platform, by
``pip download --require-hashes``, again only when a lock changed. After this nothing is fetched.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.console import console
from tools.errors import Transient, UsageError, raise_if
from tools.model import Digest, Problem
from tools.ops import proc
from tools.rehearsal.layout import exclusive

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
# The locks that nested sessions install: the build tools and what wheels are tested with.
LOCKS = ("build", "wheel-test")


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """One third-party crate file and the checksum that ``Cargo.lock`` records for it."""

    path: Path
    checksum: str


def fetch_crates(root: Path, cargo_home: Path | None = None) -> tuple[ThirdParty, ...]:
    """Every third-party crate of ``Cargo.lock``, from the operator's cargo cache.

    Raises:
        Transient: cargo could not fetch them.
        UsageError: a cached file is missing or has another checksum.
    """
    command = ["cargo", "fetch", "--locked", "--quiet"]
    if proc.run([*command, "--offline"], cwd=root, check=False, echo=False).returncode:
        done = proc.run(command, cwd=root, check=False)
        if done.returncode:
            raise Transient("cargo fetch failed", found=proc.tail(done.stderr))
    home = cargo_home or Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    found: list[ThirdParty] = []
    problems: list[Problem] = []
    for name, version, checksum in locked(root / "Cargo.lock"):
        file = f"{name}-{version}.crate"
        paths = sorted((home / "registry" / "cache").glob(f"*/{file}"))
        match = next((p for p in paths if Digest.of_file(p).hex == checksum), None)
        if match is not None:
            found.append(ThirdParty(match, checksum))
        else:
            what = "another checksum" if paths else "no such file"
            problems.append(Problem(file, f"sha256 {checksum[:12]}… in {home}", what))
    raise_if(
        problems,
        "third-party crates are missing from the cargo cache",
        UsageError,
        "remove $CARGO_HOME/registry/cache and run `cargo fetch --locked`",
    )
    return tuple(found)


def locked(path: Path) -> Iterable[tuple[str, str, str]]:
    """(name, version, checksum) of every crate of ``Cargo.lock`` that crates.io serves."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for package in data.get("package", []):
        if package.get("source") == CRATES_IO:
            yield package["name"], package["version"], package["checksum"]


def fetch_wheels(root: Path, wheelhouse: Path, locks: Sequence[str] = LOCKS) -> tuple[Path, ...]:
    """The wheels that the locks pin for this Python and platform; fetched when a lock changed.

    Raises:
        Transient: pip could not download them.
    """
    with exclusive(wheelhouse.parent / "wheelhouse.lock"):
        stamp = wheelhouse / "stamp"
        digest = _digest(root / "requirements" / f"{name}.txt" for name in locks)
        if not stamp.is_file() or stamp.read_text() != digest:
            _download(root, wheelhouse, locks)
            stamp.write_text(digest)
    return tuple(sorted(wheelhouse.glob("*.whl")))


def _digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256(sys.version.encode())
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def _download(root: Path, wheelhouse: Path, locks: Sequence[str]) -> None:
    console.info("fetching the locked wheels once; later rehearsals need no network")
    shutil.rmtree(wheelhouse, ignore_errors=True)
    wheelhouse.mkdir(parents=True)
    environment = wheelhouse.parent / "pip"
    python = fresh_python(environment)
    for name in locks:
        done = proc.run(
            [
                *(python, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps"),
                *("--only-binary", ":all:", "--dest", wheelhouse),
                *("-r", root / "requirements" / f"{name}.txt"),
            ],
            check=False,
            env={
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "PIP_CACHE_DIR": str(wheelhouse.parent / "pip-cache"),
            },
        )
        if done.returncode:
            raise Transient(
                f"cannot fetch the wheels of requirements/{name}.txt",
                found=proc.tail(done.stderr),
                remedy="run again with a network; `nox -s lock` if a pinned file is gone",
            )
    shutil.rmtree(environment, ignore_errors=True)


def fresh_python(folder: Path) -> Path:
    """A fresh virtual environment with pip, without a network; returns its interpreter."""
    shutil.rmtree(folder, ignore_errors=True)
    # virtualenv would unpack its seed wheels below the operator's HOME.
    data = folder.parent / "virtualenv-data"
    proc.run(
        [
            *(sys.executable, "-m", "virtualenv", "--quiet", "--no-download"),
            *("--app-data", data, folder),
        ],
        echo=False,
    )
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"
