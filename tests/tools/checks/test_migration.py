"""Migration notes and the size of the bump."""

from __future__ import annotations

import pytest

from tools.checks.migration import bump_problems, entries, missing
from tools.checks.surfaces import Surface
from tools.model import parse_version

SECTION = """
### Added

- Python: a new name.

### Changed

- `ordvec`: `search` returns its
  value. Rust code drops the `?`.
- The C ABI renames `ordvec_free`.

### Migration

- MSRV: use Rust 1.90.
"""


def test_only_notes_count_with_their_continuation() -> None:
    found = entries(SECTION)
    assert len(found) == 3
    assert found[0].endswith("Rust code drops the `?`.")


def test_an_added_entry_is_no_migration_note() -> None:
    (problem,) = missing([Surface.PYTHON], SECTION, "CHANGELOG.md")
    assert problem.where == "CHANGELOG.md: Python"


@pytest.mark.parametrize("surface", [Surface.RUST, Surface.C_ABI, Surface.MSRV])
def test_a_note_that_names_the_surface(surface: Surface) -> None:
    assert list(missing([surface], SECTION, "x")) == []


@pytest.mark.parametrize("surface", list(Surface))
def test_no_notes_at_all(surface: Surface) -> None:
    assert len(list(missing([surface], "", "x"))) == 1


@pytest.mark.parametrize(
    ("base", "version", "breaking", "count"),
    [
        ("0.6.0", "0.6.1", True, 1),
        ("0.6.0", "0.6.1", False, 0),
        ("0.6.0", "0.7.0", True, 0),
        ("0.6.3", "1.0.0", True, 0),
        ("1.2.3", "1.3.0", True, 1),
        ("1.2.3", "2.0.0", True, 0),
        ("0.6.0", "0.6.0", True, 0),
    ],
)
def test_a_break_is_no_patch(base: str, version: str, breaking: bool, count: int) -> None:
    found = list(bump_problems(parse_version(base), parse_version(version), breaking))
    assert len(found) == count
