"""``nox -s bench -- NAME``: the benchmarks by name."""

from __future__ import annotations

import argparse
import importlib
import sys

from tools.__main__ import guarded

NAMES = {"bump": ("tools.bench.bump", 15), "ordvec": ("tools.bench.ordvec", 5)}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s bench --", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    for name, (path, runs) in NAMES.items():
        module = importlib.import_module(path)
        chosen = names.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
        chosen.add_argument("--runs", type=int, default=runs, help="counted runs of each side")
        chosen.add_argument("--json", action="store_true", help="print the result as JSON")
        module.configure(chosen)
    args = parser.parse_args(argv)
    module = importlib.import_module(NAMES[args.name][0])
    return guarded(lambda: module.run(args), json_mode=args.json)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
