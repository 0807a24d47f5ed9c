"""Miri on the core crate: it interprets the tests and stops at undefined behaviour.

On x86-64 it interprets the AVX2 kernels beside the portable ones: their loads and stores are what
could leave a slice. An interpreter is some hundred times slower, so it runs the kernels' suites on
few lengths: the tests shorten them under ``cfg(miri)``. Needs a nightly toolchain with the
components ``miri`` and ``rust-src``.
"""

from __future__ import annotations

import argparse

from tools.console import console
from tools.declaration import ROOT
from tools.ops import cargo, nightly
from tools.ops.proc import run

COMPONENTS = ("miri", "rust-src")
# Unit tests by the beginning of their path.
SUITES = ("kernels::",)
# Under Miri a program has the instructions that it is compiled for.
AVX2 = {"RUSTFLAGS": "-Ctarget-feature=+avx2,+popcnt", "ORDVEC_REQUIRE_SIMD": "avx2"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--install", action="store_true", help="install the pinned nightly first")


def main(args: argparse.Namespace) -> str:
    remedy = nightly.remedy("miri", nightly.installer(COMPONENTS))
    toolchain = nightly.install(COMPONENTS) if args.install else nightly.present(COMPONENTS, remedy)
    x86 = cargo.host_target().startswith("x86_64-")
    features = ("--no-default-features", *(("--features", "simd-avx2") if x86 else ()))
    test = ("test", "--locked", "-p", "ordvec", *features, "--lib", "--", *SUITES)
    run(
        ("cargo", f"+{toolchain}", "miri", *test),
        cwd=ROOT,
        env={
            # The tests read variables, clocks and folders of this machine.
            "MIRIFLAGS": "-Zmiri-disable-isolation",
            "CARGO_TARGET_DIR": str(cargo.target_folder(ROOT, "miri")),
            **(AVX2 if x86 else {}),
        },
    )
    console.success(f"Miri found nothing in {', '.join(SUITES)} ({toolchain})")
    return toolchain
