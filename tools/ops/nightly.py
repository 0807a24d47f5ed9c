"""The pinned nightly toolchain: what needs one uses this one, and says how to install it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from tools.errors import UsageError
from tools.ops.proc import run

NIGHTLY = "nightly-2026-05-20"


def remedy(session: str, *installers: Sequence[str]) -> str:
    """How to mend what is missing: by the nox session that installs it, or by hand."""
    commands = " && ".join(shlex.join(command) for command in installers)
    return f"run `nox -s {session} -- --install`, or: {commands}"


def installer(components: Sequence[str] = ()) -> tuple[str, ...]:
    """The command that installs the pinned toolchain with *components*."""
    wanted = [part for name in components for part in ("--component", name)]
    return ("rustup", "toolchain", "install", NIGHTLY, "--profile", "minimal", *wanted)


def install(components: Sequence[str] = ()) -> str:
    """Install the pinned toolchain with *components*, where it is not there, and name it."""
    run(installer(components))
    return NIGHTLY


def present(components: Sequence[str], remedy: str) -> str:
    """The pinned nightly, or else the one named ``nightly``, if it is there with *components*.

    Raises:
        UsageError: it is not; *remedy* says what installs it.
    """
    toolchains = [line.split()[0] for line in lines("rustup", "toolchain", "list")]
    name = next((name for name in (NIGHTLY, "nightly") if among(name, toolchains)), None)
    if name is None:
        found = ", ".join(toolchains) or "no toolchain"
        raise UsageError(
            "this needs a nightly toolchain", expected=NIGHTLY, found=found, remedy=remedy
        )
    there = lines("rustup", "component", "list", "--installed", "--toolchain", name)
    missing = [c for c in components if not any(line.startswith(c) for line in there)]
    if missing:
        found = f"{name} without {', '.join(missing)}"
        raise UsageError(
            "the nightly toolchain is not complete",
            expected=", ".join(components),
            found=found,
            remedy=remedy,
        )
    return name


def among(name: str, toolchains: Sequence[str]) -> bool:
    """Whether a listed toolchain is *name* on some host. A dated nightly is not ``nightly``."""
    return any(re.fullmatch(rf"{re.escape(name)}(-[a-z]\S*)?", found) for found in toolchains)


def lines(*command: str) -> list[str]:
    """What a program says; nothing where it fails."""
    done = run(command, check=False, echo=False)
    return done.stdout.splitlines() if done.returncode == 0 else []
