"""A stand-in for NumPy and the wheel in the worker of the benchmark, which answers as it would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.bench import ordvec_sides

_HEAD = """
import sys, types
sys.path.insert(0, {folder!r})
for name in ("numpy", "ordvec"):
    sys.modules[name] = types.ModuleType(name)
import ordvec_worker as worker
class Random:
    def standard_normal(self, shape, dtype): return None
class Array:
    def __init__(self, size, dtype): self.nbytes = 4 * size
worker.np.random = types.SimpleNamespace(default_rng=lambda seed: Random())
worker.np.float32 = worker.np.int32 = None
worker.np.zeros = worker.np.ones = Array
worker.np.array_split = lambda array, parts: parts
worker.streamed = lambda parts: 7.0 * parts
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    """The sides start this worker, whose table of calls the code `table` sets."""
    head = _HEAD.format(folder=str(ordvec_sides.WORKER.parent))
    (folder / "worker.py").write_text(f"{head}\n{table}\nsys.exit(worker.main())\n")
    monkeypatch.setattr(ordvec_sides, "WORKER", folder / "worker.py")
