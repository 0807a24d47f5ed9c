"""One side: ``python -m`` from the tree's root, one argument for the phase.

    alone FOLDER         run all cases that need nobody else; files go to FOLDER/files
    after FOLDER OTHER   read the files of OTHER

Writes FOLDER/PHASE.json: where the module comes from, its version, and the answer to each case.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tools.swap_in.sides import arrays, files, inputs, numbers, scalars, scans, surface
from tools.swap_in.sides.case import Case
from tools.swap_in.sides.data import np, ordvec
from tools.swap_in.sides.encode import outcome


def main(phase: str, own: Path, other: Path | None = None) -> None:
    cases = _after(own, other) if other else _alone(own)
    answers: dict[str, object] = {}
    for case in cases:
        if case.name in answers:
            raise SystemExit(f"two cases are named {case.name!r}")
        answers[case.name] = outcome(case)
    identity = {"file": ordvec.__file__, "version": ordvec.__version__, "numpy": np.__version__}
    text = json.dumps({**identity, "answers": answers})
    (own / f"{phase}.json").write_text(text, encoding="utf-8")


def _alone(own: Path) -> Iterator[Case]:
    folder = own / "files"
    folder.mkdir()
    parts = (surface, scalars, scans, inputs, arrays, numbers)
    plain = chain.from_iterable(part.cases() for part in parts)
    return chain(plain, files.written(folder), files.broken(folder))


def _after(own: Path, other: Path) -> Iterator[Case]:
    copied = shutil.copytree(other / "files", own / "theirs")
    return files.read(copied)


if __name__ == "__main__":
    main(sys.argv[1], *(Path(argument) for argument in sys.argv[2:]))
