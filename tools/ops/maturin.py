"""maturin, pinned by this environment, as a builder whose output depends on the commit alone.

What would leak from the machine is taken out: the user's RUSTFLAGS and cargo configuration of
them (a ``target-cpu=native`` in a published wheel would crash on other machines), the path of
the cargo registry in panic messages, the clone's path in the SBOM that maturin embeds, and the
time of the build (``SOURCE_DATE_EPOCH``).
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ReleaseError
from tools.ops import cargo, wheelfile
from tools.ops.proc import run

# What stands in the artifacts instead of paths of the building machine.
REGISTRY_PATH = "/cargo/registry/src"
SOURCE_PATH = "/source"


@dataclass(frozen=True, slots=True)
class WheelBuild:
    """How a wheel is built.

    ``compatibility`` is a manylinux policy or empty; ``zig`` links against that policy's glibc;
    ``features`` replaces the default features when it is not None; ``epoch`` is in seconds.
    """

    target: str
    target_folder: Path
    epoch: int
    compatibility: str = ""
    zig: bool = False
    features: tuple[str, ...] | None = None


def version() -> str:
    """What ``maturin --version`` says."""
    return run((*_maturin(), "--version"), echo=False).stdout.strip()


def build_wheel(root: Path, project: Path, out: Path, how: WheelBuild) -> Path:
    """Build the wheel of the project folder *project* below *root* into the empty folder *out*."""
    arguments: list[str | Path] = [
        *_maturin(),
        *("build", "--release", "--locked", "--target", how.target),
        *("--manifest-path", root / project / "Cargo.toml", "--out", out),
    ]
    if how.compatibility:
        arguments += ["--compatibility", how.compatibility]
    if how.zig:
        arguments += ["--zig"]
    if how.features is not None:
        arguments += ["--no-default-features"]
        arguments += ["--features", ",".join(how.features)] if how.features else []
    environment = {
        "CARGO_TARGET_DIR": str(how.target_folder),
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(rust_flags(how.target)),
        **_environment(how.epoch),
    }
    run(arguments, cwd=root, env=environment)
    wheel = _only(out, "*.whl")
    neutralise(wheel, root)
    return wheel


def build_sdist(root: Path, project: Path, out: Path, epoch: int) -> Path:
    """Build the sdist of the project folder *project* below *root* into the empty folder *out*."""
    manifest = root / project / "Cargo.toml"
    run(
        (*_maturin(), "sdist", "--manifest-path", manifest, "--out", out),
        cwd=root,
        env=_environment(epoch),
    )
    return _only(out, "*.tar.gz")


def build_from_sdist(unpacked: Path, out: Path, target_folder: Path) -> Path:
    """Build a wheel from an unpacked sdist through PEP 517, as ``pip install`` does.

    The backend is this environment's maturin rather than one that pip downloads, so the build
    needs no network besides the crates that the sdist's ``Cargo.lock`` names. Not ``--locked``,
    which pip does not pass either: the lock names all of the workspace, the sdist holds less.
    """
    hook = "import sys, maturin; maturin.build_wheel(sys.argv[1])"
    out.mkdir(parents=True, exist_ok=True)
    environment = {
        "CARGO_TARGET_DIR": str(target_folder),
        "PATH": _path(),
    }
    run((sys.executable, "-c", hook, out), cwd=unpacked, env=environment)
    return _only(out, "*.whl")


def rust_flags(target: str) -> tuple[str, ...]:
    """The compiler flags of every published wheel: no path, no clock of this machine."""
    flags = [
        f"--remap-path-prefix={cargo.home() / 'registry' / 'src'}={REGISTRY_PATH}",
        f"--remap-path-prefix={cargo.sysroot() / 'lib' / 'rustlib' / 'src' / 'rust'}=/rust",
    ]
    if target.endswith("-msvc"):
        flags.append("-Clink-arg=/Brepro")  # link.exe stamps the time of the build otherwise
    return tuple(flags)


def neutralise(wheel: Path, root: Path) -> None:
    """Take the clone's path out of the SBOM, where it stands as ``path+file:///…`` references."""
    forms = {str(path) for path in (root, root.resolve())}
    forms |= {path.as_uri().removeprefix("file://") for path in (root, root.resolve())}

    def change(name: str, data: bytes) -> bytes:
        if ".dist-info/sboms/" in name:
            for form in sorted(forms, key=len, reverse=True):
                data = data.replace(form.encode(), SOURCE_PATH.encode())
        return data

    wheelfile.rewrite(wheel, change)


def _maturin() -> tuple[str, ...]:
    return (sys.executable, "-m", "maturin")


def _environment(epoch: int) -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": str(epoch), "PATH": _path()}


def _path() -> str:
    # maturin finds `ziglang` by asking the python of PATH; it must be this environment's.
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise ReleaseError(
            "maturin did not leave one file",
            expected=f"one {pattern} in {folder}",
            found=", ".join(path.name for path in found) or "none",
        )
    return found[0]
