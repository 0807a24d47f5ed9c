"""Laws of the fault table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tools.rehearsal.world.faults import Fault, FaultTable, Status

counts = st.integers(min_value=0, max_value=6)


@given(skip=counts, times=counts, asked=st.integers(min_value=0, max_value=20))
def test_a_fault_meets_the_requests_after_skip_and_no_more_than_times(
    skip: int, times: int, asked: int
) -> None:
    table = FaultTable()
    table.add(Fault("h", "GET", "^/p$", Status(500), skip, times))
    met = [table.action_for("h", "GET", "/p") is not None for _ in range(asked)]
    last = asked if times == 0 else skip + times
    assert met == [skip <= number < last for number in range(asked)]
    assert len(table.fired()) == sum(met)


@given(skips=st.lists(counts, min_size=2, max_size=2), asked=st.integers(min_value=0, max_value=12))
def test_each_fault_counts_by_itself_and_the_first_added_acts(skips: list[int], asked: int) -> None:
    """Pairs of faults name request numbers: arming one must not shift the other."""
    first, second = (Fault("h", "", "", Status(500 + n), skip) for n, skip in enumerate(skips))
    table = FaultTable()
    table.add(first, second)
    for number in range(asked):
        action = table.action_for("h", "GET", "/")
        due = [fault for fault in (first, second) if fault.skip == number]
        assert action == (due[0].action if due else None)


@given(st.sampled_from(["host", "method", "path", "label"]))
def test_a_request_that_differs_in_one_thing_is_let_pass_uncounted(what: str) -> None:
    request = {"host": "h", "method": "GET", "path": "/p", "label": "job"}
    table = FaultTable()
    table.add(Fault("h", "GET", "^/p$", Status(500), label="job"))
    assert table.action_for(**{**request, what: "other"}) is None
    assert table.action_for(**request) == Status(500)


def test_clearing_keeps_the_record_of_what_fired() -> None:
    table = FaultTable()
    table.add(Fault("", "", "", Status(500), times=0))
    assert table.action_for("any", "PUT", "/") is not None
    table.clear()
    assert table.action_for("any", "PUT", "/") is None
    assert len(table.fired()) == 1
