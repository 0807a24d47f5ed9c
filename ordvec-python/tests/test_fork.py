"""A forked child searches on threads of its own; those of its parent do not exist in it."""

from __future__ import annotations

import os
import signal
import warnings
from pathlib import Path

import numpy as np
import ordvec
import pytest
from ordvec_cases import CASES, IndexCase, matrix_calls
from ordvec_reference import Floats

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

#: Far more than the calls take; a child that waits for its parent's threads never ends.
PATIENCE_SECONDS = 20


def everything(case: IndexCase, queries: Floats, folder: Path) -> None:
    """Each call of a class that may use threads, and those that should not."""
    rows = np.random.default_rng(0).standard_normal((300, 64)).astype(np.float32)
    index = case.filled(rows)
    for call in (*matrix_calls(case), *case.batched):
        call(index, queries)
    for call in case.single:
        call(index, queries[0])
    for call in case.subset:
        call(index, np.array([0, 1]))
    path = folder / f"{case.name}-{os.getpid()}"
    index.write(path)
    case.load(path)
    ordvec.rankquant_eval_search(rows, queries, 2, 3)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_forked_child_gets_answers(case: IndexCase, queries: Floats, tmp_path: Path) -> None:
    everything(case, queries, tmp_path)  # the parent's threads exist now
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 on: fork beside threads
        child = os.fork()
    if child == 0:
        signal.alarm(PATIENCE_SECONDS)
        try:
            everything(case, queries, tmp_path)
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status != signal.SIGALRM, f"the child hung for {PATIENCE_SECONDS} s"
    assert status == 0
    everything(case, queries, tmp_path)
