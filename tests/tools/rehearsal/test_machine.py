"""The levels that the rehearsal ascribes to a CPU are those that the crate detects on it."""

from __future__ import annotations

import re

from tools.declaration import ROOT
from tools.rehearsal.machine import levels_of

DETECT = (ROOT / "src/simd/detect.rs").read_text()
# Rust's names of these features, as Linux spells them in /proc/cpuinfo.
LINUX = {"avx512vnni": "avx512_vnni", "avx512vpopcntdq": "avx512_vpopcntdq"}
ASKED = [LINUX.get(name, name) for name in re.findall(r'x86_feature_detected!\("(\w+)"\)', DETECT)]


def test_every_feature_that_the_crate_asks_for_is_needed() -> None:
    assert len(ASKED) == 8
    assert levels_of(set(ASKED)) == {"portable", "avx2", "avx512"}
    for missing in ASKED:
        assert "avx512" not in levels_of(set(ASKED) - {missing}), missing
    assert levels_of({"avx2", "popcnt"}) == {"portable", "avx2"}
    assert levels_of({"avx2"}) == levels_of({"popcnt"}) == {"portable"}
