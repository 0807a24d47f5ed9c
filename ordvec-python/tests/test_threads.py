"""Heavy work runs without the GIL, on a copy of its input, under a borrow of the index."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import ordvec
import pytest
from ordvec_cases import CASES, IndexCase
from ordvec_reference import Floats


@pytest.fixture(scope="module")
def large() -> tuple[ordvec.Rank, Floats]:
    """An index and queries whose search takes long enough for another thread to step in."""
    rng = np.random.default_rng(3)
    index = ordvec.Rank(256)
    index.add(rng.standard_normal((20_000, 256)).astype(np.float32))
    return index, rng.standard_normal((400, 256)).astype(np.float32)


def in_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    return thread, results


def wait_until_searching(index: ordvec.Rank, thread: threading.Thread) -> bool:
    """Try to change the index until that is refused; False when the search ended before."""
    while thread.is_alive():
        try:
            index.add(np.zeros((0, 256), np.float32))
        except RuntimeError as refusal:
            assert "borrowed" in str(refusal)
            return True
        time.sleep(0)
    return False


def overlapping(
    large: tuple[ordvec.Rank, Floats], during: Callable[[ordvec.Rank, Floats], None]
) -> list[Any]:
    """Run `during` while a search is under way; its results. Fails if they never overlapped."""
    index, queries = large
    for _ in range(5):
        thread, results = in_thread(lambda: index.search(queries, 5))
        caught = wait_until_searching(index, thread)
        if caught:
            during(index, queries)
        thread.join()
        if caught:
            return results
    pytest.fail("no search was caught under way in 5 attempts: is the GIL held?")


def test_a_change_during_a_search_is_a_runtime_error(large: tuple[ordvec.Rank, Floats]) -> None:
    before = len(large[0])
    results = overlapping(large, lambda index, queries: None)
    assert results[0][0].shape == (400, 5)
    assert len(large[0]) == before
    large[0].add(np.zeros((0, 256), np.float32))  # and free again afterwards


def test_searches_may_overlap(large: tuple[ordvec.Rank, Floats]) -> None:
    answers: list[Any] = []
    overlapping(large, lambda index, queries: answers.append(index.search(queries[:2], 5)))
    expected = large[0].search(large[1][:2], 5)
    np.testing.assert_array_equal(answers[0][1], expected[1])


def test_the_caller_may_change_its_array_meanwhile(large: tuple[ordvec.Rank, Floats]) -> None:
    index, queries = large
    expected = index.search(queries, 5)
    results = overlapping((index, queries.copy()), lambda _, mine: mine.fill(np.nan))
    np.testing.assert_array_equal(results[0][0], expected[0])
    np.testing.assert_array_equal(results[0][1], expected[1])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_many_threads_get_the_answers_of_one(
    case: IndexCase, corpus: Floats, queries: Floats
) -> None:
    index = case.filled(corpus)
    expected = [call(index, queries) for call in case.batched]
    wrong: list[Any] = []

    def ask() -> None:
        for _ in range(20):
            for call, answer in zip(case.batched, expected, strict=True):
                if not np.array_equal(np.asarray(call(index, queries)), np.asarray(answer)):
                    wrong.append(call)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_changing_the_index_from_an_argument_is_a_runtime_error(corpus: Floats) -> None:
    """`k` may be any object with `__index__`, whose code runs while the index is borrowed."""
    index = ordvec.Rank(64)
    index.add(corpus)

    class Meddling:
        def __index__(self) -> int:
            index.add(corpus)
            return 1

    with pytest.raises(RuntimeError, match="borrowed"):
        index.search(corpus, Meddling())  # type: ignore[arg-type]
    assert len(index) == len(corpus)
