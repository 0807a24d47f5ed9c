"""Each declared SIMD leg runs on a machine that can; one that cannot says why it does not."""

from __future__ import annotations

import re

import pytest

from tools.declaration import ROOT, Declaration
from tools.rehearsal.machine import platform_of
from tools.rehearsal.workflow import foreign

WORKFLOW = (ROOT / ".github/workflows/release.yml").read_text()
HERE = platform_of("ubuntu-24.04")


def prove_simd() -> str:
    (line,) = re.findall(r"- run: (nox -s simd .*)", WORKFLOW)
    return str(line)


@pytest.mark.parametrize(
    ("levels", "not_rehearsed"),
    [
        ({"portable", "avx2", "avx512"}, {"neon": "needs ubuntu-24.04-arm"}),
        (
            {"portable", "avx2"},
            {"avx512": "its CPU has no avx512", "neon": "needs ubuntu-24.04-arm"},
        ),
    ],
)
def test_legs_that_a_machine_cannot_run_say_why(
    declaration: Declaration, levels: set[str], not_rehearsed: dict[str, str]
) -> None:
    found = {}
    for leg in declaration.simd:
        planned = foreign.plan(
            prove_simd(),
            {"LEVEL": leg.level},
            foreign=platform_of(leg.runner) != HERE,
            runner=leg.runner,
            levels=frozenset(levels),
        )
        if planned is not None:
            assert isinstance(planned, foreign.NotRehearsed)
            found[leg.level] = planned.reason.removeprefix("not rehearsed on this machine: ")
    assert found == not_rehearsed
    assert "--require" in prove_simd()
