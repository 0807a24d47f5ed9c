"""``nox -s bench -- NAME``: the benchmarks by name."""

from __future__ import annotations

import argparse
import importlib
import sys

from tools.__main__ import guarded

NAMES = {"bump": "tools.bench.bump"}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s bench --", description=__doc__)
    parser.add_argument("name", choices=sorted(NAMES))
    parser.add_argument("--runs", type=int, default=15, help="counted runs of each side")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    args = parser.parse_args(argv)
    module = importlib.import_module(NAMES[args.name])
    return guarded(lambda: module.run(args.runs), json_mode=args.json)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
