"""Compile every crate for every platform of the wheel matrix, without linking, on this machine.

A platform's own runner builds and tests its wheels, but only once a commit is pushed. This finds
what does not compile there (a ``cfg`` that nobody here takes, a type of another width) before
that: clippy of all targets, warnings denied. Nothing is linked, so no linker, SDK or Python of the
platform is needed, only Rust's standard library for it (``--install``).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tools.console import console
from tools.declaration import ROOT, Declaration
from tools.errors import UsageError
from tools.ops import cargo
from tools.ops.proc import run

# PyO3 looks for no interpreter: abi3 needs none.
NO_PYTHON = {"PYO3_NO_PYTHON": "1"}
DENY = ("--", "-D", "warnings")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--install", action="store_true", help="`rustup target add` them first")


def main(args: argparse.Namespace) -> tuple[str, ...]:
    targets = tuple(p.target for p in Declaration.load().wheels.platform)
    if args.install:
        run(("rustup", "target", "add", *targets))
    require(targets, cargo.installed_targets())
    folder = cargo.target_folder(ROOT, "cross")
    for target in targets:
        console.heading(f"clippy for {target}")
        run(
            (
                "cargo",
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--target",
                target,
                *DENY,
            ),
            cwd=ROOT,
            env={**NO_PYTHON, "CARGO_TARGET_DIR": str(folder)},
        )
    console.success(f"compiles without a warning for {', '.join(targets)}")
    return targets


def require(targets: Sequence[str], installed: frozenset[str]) -> None:
    """Refuse to begin where a target cannot be compiled for.

    Raises:
        UsageError: names all that are missing.
    """
    if missing := [target for target in targets if target not in installed]:
        raise UsageError(
            "Rust's standard library is missing for a platform of the matrix",
            expected=", ".join(targets),
            found=f"no {', '.join(missing)}",
            remedy="run `nox -s cross -- --install`",
        )
