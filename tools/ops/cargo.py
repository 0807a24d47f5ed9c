"""Cargo, always with ``--locked`` and, for packaging, with a CARGO_HOME of its own.

A shared CARGO_HOME gives false passes when a workspace is verified: a cached ``.crate`` of the
same name and version is reused without a checksum test, and the overlay registry unpacks over
an old copy without refreshing it. :class:`Sandbox` is the remedy.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.errors import Transient
from tools.model import Digest
from tools.ops import proc
from tools.ops.proc import Completed, run, tail

if sys.platform != "win32":
    import fcntl

LOCK = "Cargo.lock"
REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A fresh CARGO_HOME and target folder. Proxy and CA variables still reach cargo.

    The user's ``config.toml`` does not: ``cargo package`` of several crates refuses under
    source replacement, and a mirror must not decide what is released.
    """

    home: Path
    target: Path
    offline: bool = False

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CARGO_HOME": str(self.home),
            "CARGO_TARGET_DIR": str(self.target),
            **({"CARGO_NET_OFFLINE": "true"} if self.offline else {}),
        }


def package(
    root: Path, crates: Sequence[str], sandbox: Sandbox, *, verify: bool = True
) -> list[Path]:
    """Package *crates* of the workspace at *root*; with several, through the overlay registry.

    Returns:
        the ``.crate`` files in the order of *crates*.

    The bytes do not depend on *verify*, which compiles each packed crate.
    """
    names = [part for crate in crates for part in ("-p", crate)]
    flags = () if verify else ("--no-verify",)
    run(
        ("cargo", "package", "--locked", "--color", "never", *names, *flags),
        cwd=root,
        env=sandbox.environment,
    )
    versions = packages(root, sandbox.environment)
    return [sandbox.target / "package" / f"{name}-{versions[name]}.crate" for name in crates]


def publish(root: Path, crate: str, token: str) -> Completed:
    """``cargo publish`` of one crate; a non-zero exit code is an answer.

    Neither the exit code nor the text says what crates.io stored: cargo exits 0 when its wait
    for the index times out, and a connection cut before the store reads like one cut after it.
    The token is passed by environment only. Nothing is compiled: `cargo package` did that in a job
    without rights, and a dependency's build script could read the token.
    """
    return run(
        ("cargo", "publish", "-p", crate, "--locked", "--no-verify", "--color", "never"),
        cwd=root,
        env={"CARGO_REGISTRY_TOKEN": token},
        check=False,
        timeout=proc.UPLOAD_LIMIT,
    )


def packages(root: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name and version of every workspace member. Reads manifests only; needs no network."""
    return {item["name"]: item["version"] for item in metadata(root, env)["packages"]}


def features(root: Path, crate: str) -> frozenset[str]:
    """The names of a workspace member's cargo features."""
    for item in metadata(root)["packages"]:
        if item["name"] == crate:
            return frozenset(item["features"])
    return frozenset()


def path_dependencies(root: Path, crate: str) -> tuple[Path, ...]:
    """The folders, relative to *root*, of *crate* and of every crate it reaches by path."""
    listed = {item["name"]: item for item in metadata(root)["packages"]}
    reached: dict[str, Path] = {}
    waiting = [crate]
    while waiting:
        name = waiting.pop()
        if name in listed and name not in reached:
            folder = Path(listed[name]["manifest_path"]).parent
            reached[name] = folder.relative_to(root.resolve())
            waiting += [d["name"] for d in listed[name]["dependencies"] if d.get("path")]
    return tuple(sorted(reached.values()))


def metadata(root: Path, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """``cargo metadata`` of the workspace members, without their dependencies."""
    done = run(
        ("cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"),
        cwd=root,
        env=env,
        echo=False,
    )
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def lock_problem(root: Path, *, offline: bool) -> str:
    """What makes ``Cargo.lock`` differ from what the manifests ask for; empty when in sync.

    Raises:
        Transient: the third-party crates are not in this machine's cache, so cargo cannot tell.
    """
    done = run(
        ("cargo", "metadata", "--locked", "--format-version", "1", "--color", "never"),
        cwd=root,
        env={"CARGO_NET_OFFLINE": "true"} if offline else None,
        echo=False,
        check=False,
    )
    if done.returncode == 0:
        return ""
    said = done.stderr.strip()
    if any(text in said for text in _STALE):
        return tail(said, 3)
    raise Transient(
        "cargo cannot compare Cargo.lock with the manifests",
        found=tail(said, 3),
        remedy="`cargo fetch --locked`, then again; if that fails too, Cargo.lock is stale",
    )


# Cargo's words for a lock that does not answer the manifests.
_STALE = ("because --locked was passed", "failed to select a version for the requirement")


def host_target() -> str:
    """The target triple of this machine, as ``rustc`` names it."""
    done = run(("rustc", "--version", "--verbose"), echo=False)
    fields = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    return fields["host"]


def sysroot() -> Path:
    """The folder of the Rust toolchain."""
    return Path(run(("rustc", "--print", "sysroot"), echo=False).stdout.strip())


def installed_targets() -> frozenset[str]:
    """The targets that this toolchain has a standard library for."""
    libraries = (sysroot() / "lib" / "rustlib").glob("*/lib/libstd-*.rlib")
    return frozenset(path.parent.parent.name for path in libraries)


def home() -> Path:
    """The user's CARGO_HOME."""
    return Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")


def target_folder(root: Path, name: str) -> Path:
    """A target folder for one purpose: below ``CARGO_TARGET_DIR`` if set, else ``target/``."""
    return Path(os.environ.get("CARGO_TARGET_DIR") or root / "target").resolve() / name


@contextmanager
def exclusive(folder: Path) -> Iterator[Path]:
    """Hold a target folder alone. The kernel lets go when the process dies, so none stays locked.

    On Windows nothing is locked: only a runner with one job at a time builds there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".in-use").open("w") as stream:
        if sys.platform != "win32":
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield folder


def purge(target: Path, crates: Sequence[str]) -> None:
    """Remove what earlier builds of *crates* left in a target folder; dependencies stay.

    Cargo keeps its files under ``CRATE-HASH`` and ``libCRATE-HASH`` with ``-`` as ``_`` in some.
    """
    stems = {form for name in crates for form in (name, name.replace("-", "_"))}
    for path in [p for p in target.rglob("*") if _belongs(p.name, stems)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _belongs(name: str, stems: set[str]) -> bool:
    stem = name.split(".", 1)[0]
    bare, _, digest = stem.rpartition("-")
    if bare and len(digest) == 16 and all(c in "0123456789abcdef" for c in digest):
        stem = bare
    return stem in stems or stem.removeprefix("lib") in stems


def locked_packages(lock: Path) -> frozenset[tuple[str, str, str]]:
    """Name, version and sha256 of every crates.io package that a lock file names."""
    return frozenset(
        (item["name"], item["version"], item["checksum"])
        for item in tomllib.loads(lock.read_text(encoding="utf-8")).get("package", [])
        if item.get("source") == REGISTRY
    )


def seed(home: Path, lock: Path, source: Path) -> int:
    """Fill a fresh CARGO_HOME from the cache in *source*, for work without network.

    Only what *lock* names is taken: third-party ``.crate`` files with the locked sha256, and the
    index entries of those names. Our own crates, and a stale or altered file, cannot get in.

    Returns:
        the number of ``.crate`` files found.
    """
    locked = locked_packages(lock)
    digests = {f"{name}-{version}.crate": digest for name, version, digest in locked}
    names = {name for name, _, _ in locked} | {"config.json"}
    crates = [
        path
        for path in source.glob("registry/cache/index.crates.io-*/*.crate")
        if path.name in digests and Digest.of_file(path).hex == digests[path.name]
    ]
    entries = source.glob("registry/index/index.crates.io-*/**/*")
    for path in (*crates, *(p for p in entries if p.name in names and p.is_file())):
        copy = home / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return len(crates)
