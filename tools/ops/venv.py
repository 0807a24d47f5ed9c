"""Fresh Python environments: hash-locked dependencies, then wheels, nothing else.

``uv`` is used when there is one (it is quicker), the standard ``venv`` and pip otherwise.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.ops.proc import Completed, run


@dataclass(frozen=True, slots=True)
class Venv:
    """An environment: its folder, its interpreter, and the ``uv`` that fills it, if any.

    ``prefix`` are the program and the arguments that start the interpreter: an emulator, or none.
    """

    folder: Path
    python: Path
    uv: str | None
    prefix: tuple[str, ...] = ()

    def run(
        self,
        *arguments: str | Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        echo: bool = True,
    ) -> Completed:
        """Run the environment's Python; no variable of ours points it at other modules."""
        clean = {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
        command = (*self.prefix, self.python, *arguments)
        return run(command, cwd=cwd, env={**(env or {}), **clean}, echo=echo)

    def pip(self, command: str, *arguments: str | Path) -> None:
        """``pip COMMAND …`` for this environment."""
        if self.uv:
            run((self.uv, "pip", command, "--quiet", "--python", self.python, *arguments))
        else:
            run((self.python, "-m", "pip", "--quiet", command, *arguments))

    def install_locked(self, lock: Path) -> None:
        """Install exactly what *lock* names, by hash."""
        self.pip("install", "--require-hashes", "-r", lock)

    def install_files(self, files: Sequence[Path]) -> None:
        """Install local wheels without fetching anything, then check their requirements."""
        self.pip("install", "--no-deps", "--no-index", *files)
        self.pip("check")


def create(folder: Path) -> Venv:
    """A fresh environment in *folder*, of the Python that runs this."""
    windows = os.name == "nt"
    python = folder / ("Scripts/python.exe" if windows else "bin/python")
    uv = find_uv()
    if uv:
        run((uv, "venv", "--quiet", "--python", sys.executable, folder))
    else:
        run((sys.executable, "-m", "venv", folder))
    return Venv(folder, python, uv)


def find_uv() -> str | None:
    """The ``uv`` beside this Python, or on PATH."""
    return shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
