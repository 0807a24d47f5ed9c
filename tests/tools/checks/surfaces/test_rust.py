"""Public Rust items: each change of the policy's table, as a text can tell it."""

from __future__ import annotations

import pytest

from tools.checks.surfaces import Surface, compare
from tools.checks.surfaces.rust import declarations

LIB = """\
//! Docs with pub fn not_an_item() {}
mod inner;
pub mod open;
pub use inner::{shown, Kind, Plain};
/* pub fn neither() {} */
pub fn top(x: &'static str, y: [u8; 4]) -> Result<Vec<(u8, u8)>, ()> { let _ = "pub fn no() {"; }
pub(crate) fn hidden() {}
pub const LIMIT: usize = 1 << 4;
#[cfg(test)]
mod tests { pub fn helper() {} }
"""
INNER = """\
pub fn shown() {}
pub fn unexported() {}
#[non_exhaustive]
pub enum Kind { A, B(u8), C { x: u8 } }
pub enum Plain { One, Two = 2 }
impl Kind {
    pub fn name(&self) -> &str { match self { _ => "}" } }
    fn private(&self) {}
}
impl<T: Into<Vec<u8>>> From<T> for Kind { fn from(_: T) -> Self { Kind::A } }
"""
OPEN = """\
pub struct Point { pub x: f32, y: f32 }
pub trait Walk { fn step(&self) -> u8; fn twice(&self) -> u8 { 2 } }
"""
FILES = {"src/lib.rs": LIB, "src/inner.rs": INNER, "src/open.rs": OPEN}
PUBLIC = {
    "fn::top",
    "const::LIMIT",
    "fn::shown",
    "enum::Kind",
    "variant::Kind::A",
    "variant::Kind::B",
    "variant::Kind::C",
    "enum::Plain",
    "variant::Plain::One",
    "variant::Plain::Two",
    "fn::Kind::name",
    "impl<T: Into<Vec<u8>>> From<T> for Kind",
    "struct::Point",
    "field::Point::x",
    "trait::Walk",
    "fn::Walk::step",
    "fn::Walk::twice",
}


def test_the_public_items_and_no_others() -> None:
    assert set(declarations(FILES)) == PUBLIC


def test_lines_and_texts() -> None:
    found = declarations(FILES)
    assert (found["fn::top"].file, found["fn::top"].line) == ("src/lib.rs", 6)
    assert found["fn::top"].text.endswith("-> Result<Vec<(u8, u8)>, ()>")
    assert found["fn::Kind::name"].line == 7
    assert found["enum::Kind"].text.endswith("#[non_exhaustive]")


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("src/inner.rs", "pub fn shown() {}", "", {("removed", True)}),
        ("src/inner.rs", "pub fn shown()", "pub fn shown(x: u8)", {("changed", True)}),
        ("src/inner.rs", "pub fn name(&self) -> &str", "pub fn name(&self) -> String",
         {("changed", True)}),
        ("src/inner.rs", "B(u8)", "B(u16)", {("changed", True)}),
        ("src/inner.rs", "A, B", "A, D, B", {("added", False)}),
        ("src/open.rs", "pub x: f32", "x: f32", {("removed", True)}),
        ("src/open.rs", "fn step(&self) -> u8;", "fn step(&self) -> u16;", {("changed", True)}),
        ("src/lib.rs", "mod inner;", "mod inner;\npub fn more() {}", {("added", False)}),
        ("src/lib.rs", "pub use inner::{shown, Kind, Plain};", "pub use inner::{Kind, Plain};",
         {("removed", True)}),
        ("src/lib.rs", "pub fn top(", "pub(crate) fn top(", {("removed", True)}),
        ("src/lib.rs", "usize = 1 << 4", "u64 = 1 << 4", {("changed", True)}),
        ("src/inner.rs", "#[non_exhaustive]\n", "", {("changed", True)}),
        ("src/inner.rs", "pub fn unexported() {}", "", set()),
        ("src/inner.rs", "fn private(&self) {}", "fn private(&self, x: u8) {}", set()),
        ("src/lib.rs", "let _ =", "let _unused =", set()),
        ("src/lib.rs", "pub fn top(x:", "pub fn top(\n    x:", set()),
    ],
)  # fmt: skip
def test_a_change(file: str, old: str, new: str, changes: set[tuple[str, bool]]) -> None:
    assert old in FILES[file]
    after = declarations({**FILES, file: FILES[file].replace(old, new, 1)})
    found = compare(Surface.RUST, declarations(FILES), after)
    assert {(e.change, e.breaking) for e in found} == changes


def test_an_item_that_moves_to_another_file_is_unchanged() -> None:
    moved = {
        **FILES,
        "src/inner.rs": INNER.replace("pub fn shown() {}\n", ""),
        "src/other.rs": "pub fn shown() {}\n",
    }
    assert list(compare(Surface.RUST, declarations(FILES), declarations(moved))) == []
