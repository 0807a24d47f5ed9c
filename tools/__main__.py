"""``python -m tools VERB``: what the nox sessions run. Where errors become exit codes.

Each verb lives in a module with ``configure(parser)`` and ``main(args) -> object``; the
object is what ``--json`` prints. ``tasks.py`` uses :func:`guarded` for the same boundary.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import traceback
from collections.abc import Callable, Sequence

from tools.console import console
from tools.errors import ReleaseError

# verb -> (module, one line of help). Imported on use: `bump` must not pay for `sigstore`.
VERBS = {
    "bump": ("tools.steps.bump", "set the lockstep version at every declared site"),
    "package": ("tools.steps.package", "package both crates twice and prove the bytes equal"),
    "wheels": ("tools.steps.wheels", "build, compare, install and test a leg of the matrix"),
    "sdist": ("tools.steps.sdist", "build a source distribution twice and compare"),
    "simd": ("tools.steps.simd", "build and test the SIMD legs that this machine can run"),
    "cross": ("tools.steps.cross", "compile everything for every platform of the matrix"),
    "fuzz": ("tools.steps.fuzz", "run each fuzz target of the core for some seconds"),
    "miri": ("tools.steps.miri", "interpret the core's unit tests; stop at undefined behaviour"),
    "asan": ("tools.steps.asan", "the C ABI's library and a C program, address-sanitized"),
    "swap-in": ("tools.swap_in.command", "compare this tree's ordvec wheel with the published one"),
    "smoke": ("tools.steps.smoke", "install a wheel from a folder and run its tests"),
    "rehearse": ("tools.rehearsal.command", "release this tree end to end on loopback"),
    "campaign": ("tools.rehearsal.campaign.command", "disturb a release at every request"),
    "lint-workflows": ("tools.steps.lint_workflows", "check the workflows' structure and pins"),
}


def guarded(action: Callable[[], object], *, json_mode: bool = False) -> int:
    """Run *action*, print its result or its error, and return the exit code.

    Whatever happens, ``--json`` prints one document: the result, or the error.
    """
    console.json_mode = json_mode
    failure: ReleaseError
    try:
        console.emit(action())
    except ReleaseError as error:
        failure = error
    except KeyboardInterrupt:
        failure = Interrupted("stopped by Ctrl-C or a signal")
    except OSError as error:
        # A full disk, a file without rights: the operator's to mend, no trace needed.
        where = f": {error.filename}" if error.filename else ""
        failure = ReleaseError(f"{error.strerror or error}{where}")
    except Exception as error:
        console.trace(traceback.format_exc())
        failure = ReleaseError(
            "an error of the tools themselves",
            found=f"{type(error).__name__}: {error}",
            remedy="report it with the trace above; the same call can be made again",
        )
    else:
        return 0
    _report(failure)
    return failure.exit_code


class Interrupted(ReleaseError):
    """The operator stopped it. What is done is found again by the next run."""

    exit_code = 130
    situation = "interrupted"


def _report(error: ReleaseError) -> None:
    console.error(f"[{error.situation}] {error}", error.problems)
    console.emit(
        {
            "error": error.message,
            "situation": error.situation,
            "exit_code": error.exit_code,
            "expected": error.expected,
            "found": error.found,
            "remedy": error.remedy,
            "problems": error.problems,
            "report": error.report,
        }
    )


def parser_for(verb: str) -> argparse.ArgumentParser:
    """The argument parser of one verb; also used to prove the workflows' lines."""
    module_name, summary = VERBS[verb]
    module = importlib.import_module(module_name)
    parser = argparse.ArgumentParser(
        prog=f"nox -s {verb} --",
        description=module.__doc__ or summary,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON document")
    module.configure(parser)
    return parser


def main(argv: Sequence[str]) -> int:
    """Dispatch to a verb; 2 for a wrong call."""
    if not argv or argv[0] in ("-h", "--help") or argv[0] not in VERBS:
        print("usage: python -m tools VERB [--help]\n", file=sys.stderr)
        for verb, (_, summary) in VERBS.items():
            print(f"  {verb:16} {summary}", file=sys.stderr)
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    args = parser_for(argv[0]).parse_args(argv[1:])
    module = importlib.import_module(VERBS[argv[0]][0])
    return guarded(lambda: module.main(args), json_mode=args.json)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
