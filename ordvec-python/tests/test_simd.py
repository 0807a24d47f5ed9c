"""`simd_levels()` and the `ORDVEC_SIMD` cap. The level is chosen once, so each case is a process.

`ORDVEC_EXPECT_SIMD`, set by a leg of the wheel matrix to a comma-separated list, demands that
the build holds exactly these levels besides the portable one.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys

import ordvec

LEVELS = ["portable", "avx2", "avx512", "neon"]
PROBE = """
import json, numpy, ordvec
index = ordvec.Bitmap(64, 16)
index.add(numpy.random.default_rng(0).standard_normal((9, 64)).astype("f4"))
scores, ids = index.search(numpy.linspace(-1, 1, 64, dtype="f4").reshape(1, 64), 9)
print(json.dumps([ordvec.simd_levels(), scores.tolist(), ids.tolist()]))
"""


def run(cap: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "ORDVEC_SIMD"}
    if cap is not None:
        environment["ORDVEC_SIMD"] = cap
    return subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=False
    )


def test_levels_are_known_and_the_active_one_is_usable() -> None:
    levels = ordvec.simd_levels()
    assert set(levels) == {"compiled", "detected", "active"}
    assert set(levels["compiled"]) <= set(LEVELS)
    assert set(levels["detected"]) <= set(LEVELS)
    assert levels["active"] in levels["compiled"]
    assert levels["active"] in levels["detected"]


def test_portable_is_in_every_build_and_on_every_machine() -> None:
    levels = ordvec.simd_levels()
    assert "portable" in levels["compiled"]
    assert "portable" in levels["detected"]


def test_the_cap_lowers_the_level_and_keeps_the_answer() -> None:
    free, capped = run(None), run("portable")
    assert free.returncode == 0, free.stderr
    assert capped.returncode == 0, capped.stderr
    levels, *answer = json.loads(capped.stdout)
    assert levels["active"] == "portable"
    assert answer == json.loads(free.stdout)[1:]


def test_an_unknown_cap_is_a_value_error() -> None:
    failed = run("sse9")
    assert failed.returncode == 1
    assert "ValueError" in failed.stderr
    assert "ORDVEC_SIMD" in failed.stderr
    assert "PanicException" not in failed.stderr


def test_the_build_holds_the_levels_of_this_architecture_and_the_demanded_ones() -> None:
    arm = platform.machine().lower() in ("arm64", "aarch64")
    compiled = set(ordvec.simd_levels()["compiled"]) - {"portable"}
    assert compiled <= ({"neon"} if arm else {"avx2", "avx512"})
    demanded = os.environ.get("ORDVEC_EXPECT_SIMD")
    if demanded is not None:
        assert compiled == set(demanded.split(",")) - {""}
