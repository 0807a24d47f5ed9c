"""The C ABI under the address sanitizer: the library and the C program that uses it.

The program opens the library twice and calls it from eight threads (``ordvec-ffi/tests/dlopen``);
both are instrumented, and a program that gives the library a buffer that is too small must be
stopped. Needs a nightly toolchain: ``-Zsanitizer`` is not stable.
"""

from __future__ import annotations

import argparse

from tools.console import console
from tools.declaration import ROOT
from tools.ops import cargo, nightly
from tools.ops.proc import run


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--install", action="store_true", help="install the pinned nightly first")


def main(args: argparse.Namespace) -> str:
    remedy = nightly.remedy("asan", nightly.installer())
    toolchain = nightly.install() if args.install else nightly.present((), remedy)
    host = cargo.host_target()
    # With --target, so that build scripts and macros are not instrumented.
    test = ("test", "--locked", "--target", host, "-p", "ordvec-ffi", "--test", "dlopen")
    run(
        ("cargo", f"+{toolchain}", *test),
        cwd=ROOT,
        env={
            "RUSTFLAGS": "-Zsanitizer=address",
            "ORDVEC_FFI_ASAN": "1",
            "CARGO_TARGET_DIR": str(cargo.target_folder(ROOT, "asan")),
        },
    )
    console.success(f"no finding of the address sanitizer ({toolchain}, {host})")
    return toolchain
