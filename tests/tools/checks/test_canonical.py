"""Laws of the canonical selection, over every combination of built, served and escrowed files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.checks.canonical import select
from tools.errors import GateRefused, Mismatch, Unrepairable
from tools.model import Digest
from tools.record import Origin

NAMES = ("a.whl", "b.whl", "c.tar.gz")
DIGESTS = [Digest.of_bytes(bytes([n])) for n in range(3)]
files = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(DIGESTS))
maps = st.tuples(files, files, files)


def outcome(built, served, escrow):  # type: ignore[no-untyped-def]
    try:
        return select(NAMES, built, served, escrow)
    except (GateRefused, Mismatch, Unrepairable) as error:
        return type(error)


@given(maps)
def test_what_pypi_serves_is_never_replaced(sets: tuple[dict[str, Digest], ...]) -> None:
    found = outcome(*sets)
    if isinstance(found, tuple):
        for choice in found:
            if choice.name in sets[1]:
                assert (choice.origin, choice.digest) == (Origin.PYPI, sets[1][choice.name])


@given(maps)
def test_the_selection_is_the_expected_set(sets: tuple[dict[str, Digest], ...]) -> None:
    found = outcome(*sets)
    if isinstance(found, tuple):
        assert tuple(choice.name for choice in found) == NAMES


@given(maps)
def test_built_is_claimed_only_for_this_runs_bytes(sets: tuple[dict[str, Digest], ...]) -> None:
    found = outcome(*sets)
    if isinstance(found, tuple):
        for choice in found:
            if choice.origin is Origin.BUILT:
                assert sets[0][choice.name] == choice.digest


@given(maps)
def test_no_rebuild_stands_beside_published_files(sets: tuple[dict[str, Digest], ...]) -> None:
    built, served, escrow = sets
    found = outcome(built, served, escrow)
    if isinstance(found, tuple) and served:
        for choice in found:
            assert choice.origin is not Origin.BUILT or escrow.get(choice.name) == choice.digest


@given(maps)
def test_selecting_again_from_what_was_selected_changes_no_byte(
    sets: tuple[dict[str, Digest], ...],
) -> None:
    found = outcome(*sets)
    if isinstance(found, tuple):
        chosen = {choice.name: choice.digest for choice in found}
        for again in (select(NAMES, {}, chosen, {}), select(NAMES, {}, {}, chosen)):
            assert {choice.name: choice.digest for choice in again} == chosen


@given(maps)
def test_it_refuses_only_for_a_reason(sets: tuple[dict[str, Digest], ...]) -> None:
    built, served, escrow = sets
    found = outcome(built, served, escrow)
    conflict = any(served[name] != escrow[name] for name in served.keys() & escrow.keys())
    unattested = {*served, *escrow} != {*NAMES}
    incomplete = unattested and (bool(served) or {*built, *escrow} != {*NAMES})
    if conflict:
        assert found is Mismatch
    elif incomplete:
        assert found is (Unrepairable if served else GateRefused)
    else:
        assert isinstance(found, tuple)


def test_a_file_that_only_pypi_knows_is_refused() -> None:
    stranger = {"d.whl": DIGESTS[0]}
    with pytest.raises(Mismatch, match="other files"):
        select(NAMES, dict.fromkeys(NAMES, DIGESTS[0]), stranger, {})
