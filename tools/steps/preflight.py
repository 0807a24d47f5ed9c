"""Everything that can be known before the tag, in one report.

Local: the branch, the work tree against its commit, the version sites, the changelog,
``Cargo.lock``, the workflows, the local tag. The world: the head of the branch, the remote tag,
the GitHub Release, CI (one look, no wait), the repository's settings, every file and every
version on the registries. Nothing is changed. A check that cannot be answered is unreadable,
never passed.
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.console import console
from tools.findings import Finding
from tools.steps import preflight_local, preflight_world, report
from tools.steps.context import Context

# Questions to the world at a time; without a network each of them takes its attempts.
WORKERS = 8


@dataclass(frozen=True, slots=True)
class Preflight:
    """The report: the version and commit that would be tagged, and every finding."""

    version: str
    tag: str
    commit: str
    offline: bool
    findings: tuple[Finding, ...]


def preflight(context: Context, *, offline: bool = False) -> Preflight:
    """Run every check and judge them together.

    Args:
        offline: only what this checkout can tell; the world is not asked.

    Raises:
        GateRefused: a check failed.
        NotPermitted: none failed, and one needs rights that are lacking.
        Transient: none failed, and one could not be read.
    """
    local = [
        *preflight_local.checks(context, offline=offline),
        ("local tag", f"no tag {context.tag}", lambda: preflight_local.local_tag(context)),
    ]
    world = () if offline else preflight_world.checks(context)
    found = report.collect(local) + report.collect(world, workers=WORKERS)
    result = Preflight(str(context.version), context.tag, context.commit, offline, found)
    report.show(f"Before {result.tag} at {result.commit[:12]}", found)
    report.judge(found, f"{result.tag} cannot be tagged yet", result)
    console.success(f"{result.tag} can be tagged" + ("; the world was not asked" * offline))
    return result
