"""Stubs, the C header, Go and Cargo manifests: what breaks and what does not."""

from __future__ import annotations

import pytest

from tools.checks.surfaces import Surface, compare
from tools.checks.surfaces.texts import features, go, grown, header, more_optional, stub

STUB = """\
__version__: str
_hidden: int
def load(path: str, /, *, strict: bool = True) -> int: ...
class Index:
    dim: int
    def __new__(cls, dim: int) -> Index: ...
    def search(self, queries: list[float], k: int = 10) -> tuple[int, int]: ...
    def _private(self) -> None: ...
"""
HEADER = """\
// comment with int removed(void);
#define ABI_VERSION 1
enum Status
#if defined(__cplusplus)
  : int32_t
#endif
{
    STATUS_OK = 0,
    STATUS_IO = 1,
};
typedef struct Sized { size_t struct_size; uint32_t kind; } Sized;
typedef struct Plain { uint32_t kind; } Plain;
int32_t index_load(const char *path,
                   struct Sized *out);
void index_free(struct Sized *index);
"""
GO = """\
package ordvec

const ABIVersion = 1

const (
\tStatusOK Status = 0
\tinternal = 1
)

type Index struct {
\thandle int
\tDim int
}

func Load(path string) (*Index, error) {
\tAtOnce()
}

func (i *Index) Close() error {
}

func private() {}
"""
CARGO = '[features]\ndefault = ["a"]\na = []\nb = []\nexperimental = []\n'


def changes(surface: Surface, old: str, new: str) -> set[tuple[str, bool]]:
    readers = {Surface.PYTHON: stub, Surface.C_ABI: header, Surface.GO: go}
    read = readers.get(surface, features)
    before, after = read("f", old), read("f", new)
    compatible = more_optional if surface is Surface.PYTHON else lambda was, now: False
    extra = grown(before, after) if surface is Surface.C_ABI else frozenset()
    found = compare(
        surface, before, after, compatible=compatible, addition_breaks=extra.__contains__
    )
    return {(e.change, e.breaking) for e in found}


BREAKS, FINE, ADDED, REMOVED = (
    ("changed", True),
    ("changed", False),
    ("added", False),
    ("removed", True),
)
PYTHON_CASES = [
    ("def load(", "def store(", {REMOVED, ADDED}),
    ("k: int = 10", "k: int = 5", {BREAKS}),
    ("k: int = 10", "k: int", {BREAKS}),
    ("k: int = 10", "k: int = 10, n: int = 0", {FINE}),
    ("k: int = 10", "k: int = 10, *, n: int = 0", {FINE}),
    ("k: int = 10", "k: int = 10, *, n: int", {BREAKS}),
    ("k: int = 10", "n: int, k: int = 10", {BREAKS}),
    ("tuple[int, int]", "tuple[int, float]", {BREAKS}),
    ("strict: bool = True", "strict: bool = True, fast: bool = False", {FINE}),
    ("strict: bool = True", "strict: bool = False", {BREAKS}),
    ("    dim: int\n", "", {REMOVED}),
    ("dim: int\n", "dim: int\n    n: int\n", {ADDED}),
    ("_private(self)", "_private(self, x: int)", set()),
    ("_hidden: int\n", "", set()),
]
C_CASES = [
    ("ABI_VERSION 1", "ABI_VERSION 2", {BREAKS}),
    ("STATUS_IO = 1", "STATUS_IO = 2", {BREAKS}),
    ("STATUS_IO = 1,", "STATUS_IO = 1,\n    STATUS_NEW = 2,", {ADDED}),
    ("size_t struct_size; uint32_t kind;", "uint32_t kind; size_t struct_size;", {BREAKS}),
    ("struct_size; uint32_t kind;", "struct_size; uint32_t kind; uint64_t n;", {ADDED}),
    ("Plain { uint32_t kind;", "Plain { uint32_t kind; uint64_t n;", {("added", True)}),
    ("const char *path,", "const char *path, int flags,", {BREAKS}),
    ("void index_free(struct Sized *index);\n", "", {REMOVED}),
    ("void index_free", "int index_more(void);\nvoid index_free", {ADDED}),
    ("const char *path,\n                   struct", "const char *path, struct", set()),
    ("int removed(void);", "nothing", set()),
]
GO_CASES = [
    ("ABIVersion = 1", "ABIVersion = 2", {BREAKS}),
    ("\tStatusOK Status = 0\n", "", {REMOVED}),
    ("\tStatusOK Status = 0\n", "\tStatusOK Status = 0\n\tStatusIO Status = 1\n", {ADDED}),
    ("\tDim int\n", "", {REMOVED}),
    ("\thandle int\n", "", set()),
    ("Load(path string)", "Load(path string, n int)", {BREAKS}),
    ("func (i *Index) Close() error {\n}\n", "", {REMOVED}),
    ("\tAtOnce()\n", "\tLater()\n", set()),
    ("func private() {}", "", set()),
]
FEATURE_CASES = [
    ("b = []\n", "", {REMOVED}),
    ("b = []\n", "b = []\nc = []\n", {ADDED}),
    ('default = ["a"]', 'default = ["a", "b"]', {BREAKS}),
    ('b = []', 'b = ["a"]', set()),
    ("experimental = []\n", "", set()),
]  # fmt: skip
ALL = [
    *((Surface.PYTHON, STUB, *case) for case in PYTHON_CASES),
    *((Surface.C_ABI, HEADER, *case) for case in C_CASES),
    *((Surface.GO, GO, *case) for case in GO_CASES),
    *((Surface.FEATURES, CARGO, *case) for case in FEATURE_CASES),
]


@pytest.mark.parametrize(("surface", "text", "old", "new", "expected"), ALL)
def test_a_change(
    surface: Surface, text: str, old: str, new: str, expected: set[tuple[str, bool]]
) -> None:
    assert old in text
    assert changes(surface, text, text.replace(old, new, 1)) == expected


def test_lines_are_those_of_the_file() -> None:
    found = header("f", HEADER)
    assert found["enum STATUS_IO"].line == 9
    assert found["function index_load"].line == 13
    assert stub("f", STUB)["Index.search"].line == 7
    assert go("f", GO)["Index.Close"].line == 19
