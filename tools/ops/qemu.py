"""QEMU in user mode: runs programs of another architecture on Linux.

They are linked statically, with the Rust toolchain's own linker and C library (a ``-musl`` target),
so that neither a cross compiler nor the other architecture's system libraries are needed. QEMU is
whichever one the machine has: it is a way to run tests before CI does, and is not pinned. A level
that a release requires runs on the architecture itself.
"""

from __future__ import annotations

import shutil

from tools.ops import cargo
from tools.ops.executor import Executor
from tools.ops.proc import run

LINKER = "rust-lld"


def target(architecture: str) -> str:
    """What programs for QEMU are compiled for."""
    return f"{architecture}-unknown-linux-musl"


def missing(architecture: str, host: str) -> tuple[str, ...]:
    """The commands that install what a machine of target *host* lacks; empty if it lacks nothing.

    A host that is not Linux lacks more than can be installed: it is named instead.
    """
    if "-linux-" not in host:
        return ("use Linux: QEMU has no user mode elsewhere",)
    lacking = []
    if shutil.which(_program(architecture)) is None:
        lacking.append("apt-get install qemu-user")
    if target(architecture) not in cargo.installed_targets():
        lacking.append(f"rustup target add {target(architecture)}")
    if not (cargo.sysroot() / "lib" / "rustlib" / host / "bin" / LINKER).is_file():
        lacking.append(f"use a toolchain of rustup: this one has no {LINKER}")
    return tuple(lacking)


def executor(architecture: str) -> Executor:
    """The QEMU of this machine, which lacks nothing."""
    program = _program(architecture)
    version = run((program, "--version"), echo=False).stdout.split("\n", 1)[0].split()[2]
    name = f"QEMU {version} as {architecture}"
    return Executor((program,), name, target=target(architecture), linker=LINKER)


def _program(architecture: str) -> str:
    return f"qemu-{architecture}"
