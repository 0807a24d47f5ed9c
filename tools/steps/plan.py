"""The matrices of release.yml, computed from the declaration.

Each output is one line of compact JSON: a list of objects for ``matrix: include``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from tools.console import console
from tools.declaration import Declaration
from tools.ops.actions import set_output

Leg = dict[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """The legs of the four matrices."""

    wheels: tuple[Leg, ...]
    sdists: tuple[Leg, ...]
    simd: tuple[Leg, ...]
    smoke: tuple[Leg, ...]


def plan(declaration: Declaration) -> Plan:
    """Compute the matrices, write them as step outputs and show them."""
    result = matrices(declaration)
    for name in ("wheels", "sdists", "simd", "smoke"):
        set_output(name, json.dumps(getattr(result, name), separators=(",", ":")))
    rows = [
        (name, leg.get("package", ""), leg.get("platform") or leg.get("level", ""), leg["runner"])
        for name in ("wheels", "simd", "smoke")
        for leg in getattr(result, name)
    ]
    rows += [("sdists", leg["package"], "", "") for leg in result.sdists]
    console.table("Matrix legs", ("matrix", "package", "platform or level", "runner"), rows)
    return result


def matrices(declaration: Declaration) -> Plan:
    """Every package on every platform; arm Linux platforms once more, as a smoke test."""
    wheels = tuple(
        {"package": project.name, "platform": platform.name, "runner": platform.runner}
        for project in declaration.python
        for platform in declaration.wheels.platform
    )
    arm = {
        p.name for p in declaration.wheels.platform if p.target.startswith("aarch64-unknown-linux-")
    }
    return Plan(
        wheels=wheels,
        sdists=tuple({"package": project.name} for project in declaration.python),
        simd=tuple({"level": leg.level, "runner": leg.runner} for leg in declaration.simd),
        smoke=tuple(leg for leg in wheels if leg["platform"] in arm),
    )
