"""Version sites of each kind: reading, rewriting, and what each must reject."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import sites
from tools.declaration import Site

VERSIONS = st.builds("{}.{}.{}".format, *[st.integers(0, 10**6)] * 3)


def site(kind: str, **fields: object) -> Site:
    return Site.model_validate({"file": "file", "kind": kind, **fields})


TOML = site("toml", key="package.version")
REQUIREMENT = site("toml", key="dependencies.ordvec.version", form="={version}")
PYTHON = site("python", key="__version__")
MARKER = site("marker")
LOCK = site("lock", members=["ordvec", "ordvec-manifest"])

MANIFEST = """# the core
[package]
name = "ordvec"   # lockstep
version = "0.6.0"  # all of them
keywords = ["a",
  "b"]

[dependencies]
rayon = "0.6.0"
ordvec = { version = "=0.6.0", path = "..", default-features = false } # exact
"""
LOCKFILE = """version = 4

[[package]]
name = "ordvec"
version = "0.6.0"
dependencies = [
 "rayon",
]

[[package]]
name = "ordvec"
version = "0.6.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "00"

[[package]]
name = "ordvec-manifest"
version = "0.6.0"
dependencies = [
 "ordvec 0.6.0",
 "sha2 0.6.0",
]

[[package]]
name = "sha2"
version = "0.6.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
"""


def changed(before: str, after: str) -> list[tuple[str, str]]:
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    return [(a, b) for a, b in pairs if a != b]


def test_toml_keeps_formatting_and_comments() -> None:
    assert changed(MANIFEST, sites.write(TOML, MANIFEST, "1.2.3")) == [
        ('version = "0.6.0"  # all of them', 'version = "1.2.3"  # all of them')
    ]


def test_toml_inline_requirement_keeps_its_operator() -> None:
    ((_, after),) = changed(MANIFEST, sites.write(REQUIREMENT, MANIFEST, "1.2.3"))
    assert after == (
        'ordvec = { version = "=1.2.3", path = "..", default-features = false } # exact'
    )


def test_toml_literal_string_stays_literal() -> None:
    text = "[package]\nversion = '0.6.0'\n"
    assert sites.write(TOML, text, "1.0.0") == "[package]\nversion = '1.0.0'\n"


def test_python_assignment_only() -> None:
    text = '"""0.6.0"""\nother = "0.6.0"\n__version__ = "0.6.0"  # site\n'
    assert changed(text, sites.write(PYTHON, text, "1.0.0")) == [
        ('__version__ = "0.6.0"  # site', '__version__ = "1.0.0"  # site')
    ]


def test_every_marker_is_set() -> None:
    text = "a <!-- version -->0.6.0<!-- /version --> b\n0.6.0\n<!-- version -->x<!-- /version -->\n"
    found = sites.read(MARKER, text)
    assert [(place.line, place.text) for place in found] == [(1, "0.6.0"), (3, "x")]


def test_lock_changes_member_entries_only() -> None:
    before_after = changed(LOCKFILE, sites.write(LOCK, LOCKFILE, "0.7.0"))
    assert before_after == [
        ('version = "0.6.0"', 'version = "0.7.0"'),
        ('version = "0.6.0"', 'version = "0.7.0"'),
        (' "ordvec 0.6.0",', ' "ordvec 0.7.0",'),
    ]


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (TOML, "[package]\nname = 'x'\n"),
        (TOML, "[package]\nversion = { workspace = true }\n"),
        (TOML, "not toml ="),
        (REQUIREMENT, "[dependencies]\nordvec = '0.6.0'\n"),
        (PYTHON, "version = '0.6.0'\n"),
        (PYTHON, "__version__ = compute()\n"),
        (MARKER, "no marker\n"),
        (LOCK, "version = 4\n"),
        (site("lock", members=["absent"]), LOCKFILE),
    ],
)
def test_a_pattern_that_matches_nothing_is_an_error(bad: Site, text: str) -> None:
    with pytest.raises(sites.SiteError):
        sites.write(bad, text, "1.0.0")


@pytest.mark.parametrize(
    ("where", "text"),
    [(TOML, MANIFEST), (REQUIREMENT, MANIFEST), (LOCK, LOCKFILE), (PYTHON, "__version__ = 'a'\n")],
)
@given(first=VERSIONS, second=VERSIONS)
def test_law_last_write_wins_and_writes_are_idempotent(
    where: Site, text: str, first: str, second: str
) -> None:
    once = sites.write(where, text, second)
    assert sites.write(where, sites.write(where, text, first), second) == once
    assert sites.write(where, once, second) == once
    assert {place.text for place in sites.read(where, once)} >= {sites.expected(where, second)}


def test_read_names_the_line() -> None:
    assert sites.read(TOML, MANIFEST) == [sites.Occurrence(4, "0.6.0")]
    assert sites.read(REQUIREMENT, MANIFEST) == [sites.Occurrence(10, "=0.6.0")]
    assert Path("file") == TOML.file
