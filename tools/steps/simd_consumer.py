"""A program that uses the core crate and says its SIMD levels."""

from __future__ import annotations

import json
from pathlib import Path

from tools.checks.simd_levels import Levels
from tools.declaration import SimdLeg
from tools.ops import cargo
from tools.ops.executor import Executor
from tools.ops.proc import run

CAP = "ORDVEC_SIMD"

_PROGRAM = """
use ordvec::simd::{active_level, compiled_levels, detected_levels, Level};

fn names(levels: &[Level]) -> String {
    let quoted: Vec<String> = levels.iter().map(|level| format!("\\"{level}\\"")).collect();
    quoted.join(",")
}

fn main() {
    println!(
        "{{\\"compiled\\":[{}],\\"detected\\":[{}],\\"active\\":\\"{}\\"}}",
        names(compiled_levels()),
        names(&detected_levels()),
        active_level().expect("the cap names a level")
    );
}
"""


def ask(
    checkout: Path, core: str, leg: SimdLeg, folder: Path, how: Executor, target_folder: Path
) -> Levels:
    """Build the program in *folder*, with the leg's features and its level as the cap, and run it.

    Args:
        checkout: holds the crate *core* and the lock that the program is built with.
        how: starts the program.
        target_folder: where cargo builds.
    """
    _write(checkout, core, leg, folder)
    host = cargo.host_target()
    env = {"CARGO_TARGET_DIR": str(target_folder), CAP: leg.level, **how.cargo(host)}
    run(("cargo", "fetch", "--locked", "--target", how.target or host), cwd=checkout, env=env)
    command = ("cargo", "run", "--quiet", "--offline", *how.arguments)
    said = json.loads(run(command, cwd=folder, env=env).stdout.splitlines()[-1])
    return Levels(tuple(said["compiled"]), tuple(said["detected"]), said["active"])


def _write(checkout: Path, core: str, leg: SimdLeg, folder: Path) -> None:
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src/main.rs").write_text(_PROGRAM, encoding="utf-8")
    # The lock keeps the program on the committed versions; cargo adds only the program itself.
    (folder / cargo.LOCK).write_bytes((checkout / cargo.LOCK).read_bytes())
    path, features = json.dumps(checkout.as_posix()), json.dumps(list(leg.features))
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "simd-consumer"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n\n'
        f"[dependencies]\n{core} = {{ path = {path}, default-features = false, "
        f"features = {features} }}\n",
        encoding="utf-8",
    )
