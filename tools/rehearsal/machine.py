"""This machine as a runner: platform, toolchain, SIMD levels, the folders of its programs."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.errors import UsageError
from tools.ops import proc

_OS = {"Linux": "Linux", "Darwin": "macOS", "Windows": "Windows"}
_ARCH = {"x86_64": "X64", "amd64": "X64", "aarch64": "ARM64", "arm64": "ARM64"}
# What an Actions image offers before any step; nothing of the operator's own PATH comes along.
_SYSTEM = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_NEEDED = ("git", "bash", "cc", "ssh-keygen")


@dataclass(frozen=True, slots=True)
class RunnerPlatform:
    """Operating system and architecture as ``runner.os`` and ``runner.arch`` name them."""

    os: str
    arch: str

    def __str__(self) -> str:
        return f"{self.os} {self.arch}"


def platform_of(label: str) -> RunnerPlatform:
    """The platform behind a GitHub-hosted runner label.

    Raises:
        UsageError: for a label that is not one of GitHub's.
    """
    if re.fullmatch(r"ubuntu-(latest|\d\d\.\d\d)", label):
        return RunnerPlatform("Linux", "X64")
    if re.fullmatch(r"ubuntu-\d\d\.\d\d-arm", label):
        return RunnerPlatform("Linux", "ARM64")
    if re.fullmatch(r"windows-(latest|\d{4})", label):
        return RunnerPlatform("Windows", "X64")
    if re.fullmatch(r"windows-\d+-arm", label):
        return RunnerPlatform("Windows", "ARM64")
    if re.fullmatch(r"macos-(13|\d+-intel|\d+-large)", label):
        return RunnerPlatform("macOS", "X64")
    if re.fullmatch(r"macos-(latest|\d+|\d+-xlarge)", label):
        return RunnerPlatform("macOS", "ARM64")
    raise UsageError(f"runs-on: {label!r} is not a GitHub-hosted runner that the rehearsal knows")


@dataclass(frozen=True, slots=True)
class Machine:
    """What a job finds here.

    Attributes:
        base_path: PATH before any step: system folders and the Rust toolchain's own.
        tools_path: the folder of this session's locked tools (nox, invoke, uv …), which the
            setup action's stand-in puts on PATH.
        levels: the SIMD levels that this CPU executes.
    """

    platform: RunnerPlatform
    base_path: tuple[str, ...]
    tools_path: str
    rustc: str
    python: str
    levels: frozenset[str]

    def foreign(self, label: str) -> bool:
        """Whether a job on this runner label cannot run here as it stands."""
        return platform_of(label) != self.platform


def discover() -> Machine:
    """Look at this machine.

    Raises:
        UsageError: when a program that the rehearsal needs is missing, with every missing one.
    """
    missing = [name for name in (*_NEEDED, "cargo", "rustc") if shutil.which(name) is None]
    if missing:
        raise UsageError(
            "programs are missing on PATH",
            expected="git, bash, a C compiler, OpenSSH and a Rust toolchain",
            found=f"no {', '.join(missing)}",
            remedy="install them and run `nox -s rehearse` again",
        )
    sysroot = proc.run(["rustc", "--print", "sysroot"], echo=False).stdout.strip()
    version = proc.run(["rustc", "--version"], echo=False).stdout.split()[1]
    toolchain = Path(sysroot) / "bin"
    if not (toolchain / "cargo").exists():
        toolchain = Path(shutil.which("cargo") or "cargo").parent
    own = [str(Path(shutil.which(name) or name).parent) for name in _NEEDED]
    folders = [str(toolchain), *_SYSTEM, *(folder for folder in own if folder not in _SYSTEM)]
    system = platform.system()
    return Machine(
        platform=RunnerPlatform(_OS.get(system, system), _ARCH[platform.machine().lower()]),
        base_path=tuple(dict.fromkeys(folders)),
        tools_path=str(Path(sys.executable).parent),
        rustc=version,
        python=platform.python_version(),
        levels=simd_levels(),
    )


def simd_levels() -> frozenset[str]:
    """The SIMD levels that this CPU can execute, by its own flags."""
    if _ARCH.get(platform.machine().lower()) == "ARM64":
        return frozenset({"portable", "neon"})
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
        flags = set(next(line for line in text.splitlines() if line.startswith("flags")).split())
    except (OSError, StopIteration):
        return frozenset({"portable"})
    return levels_of(flags)


def levels_of(flags: set[str]) -> frozenset[str]:
    """The levels of an x86-64 CPU with *flags*, as Linux spells them.

    They are those that the crate asks for in ``src/simd/detect.rs``: a leg that the crate would
    not run must not be started either.
    """
    found = {"portable"}
    if {"avx2", "popcnt"} <= flags:
        found.add("avx2")
    parts = ("f", "bw", "dq", "vl", "_vnni", "_vpopcntdq")
    if "avx2" in found and {f"avx512{part}" for part in parts} <= flags:
        found.add("avx512")
    return frozenset(found)


def cpu_count() -> int:
    """The CPUs that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
