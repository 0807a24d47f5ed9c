"""Check that the workflows are wiring: single invocations, pins, permissions.

Used by the `actionlint` session beside actionlint itself.
"""

from __future__ import annotations

import argparse

from tools.checks import workflows
from tools.console import console
from tools.declaration import ROOT, Declaration
from tools.errors import raise_if


def configure(parser: argparse.ArgumentParser) -> None:
    del parser  # no arguments of its own


def main(args: argparse.Namespace) -> object:
    del args
    found = workflows.problems(Declaration.load(ROOT), ROOT)
    raise_if(found, "the workflows are more than wiring")
    console.success("every run line is one invocation, every action is pinned")
    return {"problems": []}
