"""Release this tree end to end on this machine: real clients, loopback registries, no network.

    nox -s rehearse                         the next patch version, every gate approved
    nox -s rehearse -- 0.7.0                that version
    nox -s rehearse -- --approve ask        asks at each environment gate
    nox -s rehearse -- --refuse pypi        the reviewer refuses one environment
    nox -s rehearse -- --fault NAME         with a single fault (--list-faults names them);
                                            several --fault are scenarios that share the builds

Only the committed tree is rehearsed. Everything is written below `.rehearsal/`; the report is
`.rehearsal/runs/STAMP/report.html`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.console import console
from tools.declaration import ROOT, Declaration
from tools.errors import UsageError
from tools.rehearsal.machine import cpu_count


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("version", nargs="?", default="patch", help="X.Y.Z, or major|minor|patch")
    parser.add_argument(
        "--approve",
        action="append",
        metavar="ENV",
        help="approve this environment only (repeatable); `all` is the default, `ask` asks",
    )
    parser.add_argument(
        "--refuse", action="append", default=[], metavar="ENV", help="refuse this environment"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME",
        help="inject this fault; `all`: each one, `none`: a scenario without any",
    )
    parser.add_argument("--list-faults", action="store_true", help="name the faults and stop")
    parser.add_argument("--keep", action="store_true", help="keep every folder of the run")
    parser.add_argument("--jobs", type=int, default=cpu_count(), metavar="N", help="jobs at once")


def main(args: argparse.Namespace) -> object:
    """Rehearse; one report per scenario, or the list of faults.

    Raises:
        UsageError: a wrong call.
        GateRefused, PartlyPublished, Mismatch …: the rehearsed release did not complete.
    """
    from tools.rehearsal import faults
    from tools.rehearsal.rehearsal import Rehearsal, Wishes
    from tools.rehearsal.scenario import Gatekeeping

    if args.list_faults:
        width = max(len(fault.name) for fault in faults.FAULTS)
        for fault in faults.FAULTS:
            console.info(f"{fault.name:{width}}  {fault.summary}")
        return [fault.name for fault in faults.FAULTS]
    _require_sense(args)
    wishes = Wishes(
        version=args.version,
        gatekeeping=Gatekeeping(frozenset(args.approve or ["all"]), frozenset(args.refuse)),
        faults=tuple(
            None if name == "none" else faults.named(name) for name in _chosen(args.fault)
        ),
        keep=args.keep,
        jobs=args.jobs,
        terminal=sys.stderr.isatty() and not console.json_mode,
    )
    return Rehearsal(Path(ROOT), wishes).run()


def _require_sense(args: argparse.Namespace) -> None:
    """UsageError for what would show only after minutes, or never."""
    from tools.checks import versions
    from tools.steps.bump import resolve_target

    if args.jobs < 1:
        raise UsageError("--jobs must be at least 1")
    declared = Declaration.load()
    resolve_target(args.version, versions.current(declared, ROOT))
    known = ["all", *(environment.name for environment in declared.environment)]
    for option, names, words in (
        ("--approve", args.approve or [], [*known, "ask"]),
        ("--refuse", args.refuse, known),
    ):
        if strangers := sorted(set(names) - set(words)):
            raise UsageError(
                f"{option} names no environment of release.toml",
                expected=", ".join(words),
                found=", ".join(strangers),
            )


def _chosen(names: list[str]) -> list[str]:
    from tools.rehearsal.faults import FAULTS

    every = [fault.name for fault in FAULTS]
    found = [item for name in names for item in (every if name == "all" else [name])]
    return list(dict.fromkeys(found)) or ["none"]
