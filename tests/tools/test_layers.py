"""Imports of ``tools`` point one way: no cycle, and no module above its place in a reading order.

A package whose docstring lists its modules (a line each: the name in double backquotes, then
what it is) declares their order: all of them, each importing only from above. Imports inside
functions count, and those for type checking: a reader follows them all the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tools.declaration import ROOT

_LISTED = re.compile(r"^``([a-z0-9_]+)``", re.MULTILINE)


@dataclass(frozen=True)
class Tree:
    """The modules of a package: dotted name to file, and to the modules that each imports."""

    files: dict[str, Path]
    imports: dict[str, set[str]]

    def children(self, package: str) -> list[str]:
        """The names of the modules and packages directly inside *package*."""
        inside = (name[len(package) + 1 :] for name in self.files if name.startswith(f"{package}."))
        return sorted({name.partition(".")[0] for name in inside})

    def packages(self) -> list[str]:
        return [name for name, file in self.files.items() if file.name == "__init__.py"]

    def docstring(self, name: str) -> str:
        return ast.get_docstring(ast.parse(self.files[name].read_text(encoding="utf-8"))) or ""


def read(root: Path, package: str) -> Tree:
    """The modules below ``root/package`` with what they import of one another."""
    files = {}
    for file in sorted((root / package).rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return Tree(files, {name: _imported(file, files) - {name} for name, file in files.items()})


def _imported(file: Path, files: dict[str, Path]) -> set[str]:
    return _named(ast.parse(file.read_text(encoding="utf-8")), files)


def _named(code: ast.AST, files: dict[str, Path]) -> set[str]:
    found = set()
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"a relative import: {ast.unparse(node)}"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in files else str(node.module))
    return found & set(files)


def cycle(tree: Tree) -> list[str]:
    """Modules that import one another in a circle, the first one again at the end; or nothing."""
    try:
        TopologicalSorter(tree.imports).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def disorder(tree: Tree) -> Iterator[str]:
    """Each departure from a declared reading order."""
    for package in tree.packages():
        order = _LISTED.findall(tree.docstring(package))
        if not order:
            continue
        children = tree.children(package)
        yield from (f"{package} lists no {name}" for name in children if name not in order)
        yield from (f"{package} has no {name}" for name in order if name not in children)
        yield from _upwards(tree, package, order)


def _upwards(tree: Tree, package: str, order: list[str]) -> Iterator[str]:
    place = {f"{package}.{name}": index for index, name in enumerate(order)}
    for name, imports in tree.imports.items():
        for imported in imports:
            ours, theirs = _inside(name, place), _inside(imported, place)
            if ours and theirs and place[theirs] > place[ours]:
                yield f"{name} imports {imported}, which {package} lists below it"


def _inside(name: str, place: dict[str, int]) -> str:
    """Which listed module or package *name* is or is in; nothing for one outside."""
    parts = name.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((prefix for prefix in prefixes if prefix in place), "")


# ------------------------------------------------------------------ the tools


def tools() -> Tree:
    """The tools of this tree."""
    return read(ROOT, "tools")


def test_no_module_of_tools_imports_its_importer() -> None:
    assert cycle(tools()) == []


def test_every_reading_order_is_complete_and_points_up_to_what_is_imported() -> None:
    assert sorted(disorder(tools())) == []


def test_the_layers_of_tools_are_declared() -> None:
    """Without a list there would be nothing to check."""
    order = _LISTED.findall(tools().docstring("tools"))
    layers = ["model", "ops", "checks", "steps", "rehearsal"]
    assert [name for name in order if name in layers] == layers


# ------------------------------------------------------------------ what must be refused


def write(root: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = root / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read(root, "shop")


ORDER = '"""A shop.\n\n``goods``  what is sold\n``till``   who pays\n"""\n'
TYPE_ONLY = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "


def test_a_downward_tree_passes(tmp_path: Path) -> None:
    tree = write(
        tmp_path,
        {
            "__init__.py": ORDER,
            "goods.py": "import json\n",
            "till/__init__.py": "",
            "till/cash.py": "from shop import goods\n",
        },
    )
    assert cycle(tree) == []
    assert list(disorder(tree)) == []


@pytest.mark.parametrize(
    "back",
    [
        "from shop.till import pay\n",
        "import shop.till\n",
        "def lazily() -> None:\n    from shop import till\n",
        TYPE_ONLY + "from shop.till import pay\n",
    ],
)
def test_a_circle_is_found(tmp_path: Path, back: str) -> None:
    tree = write(
        tmp_path,
        {"__init__.py": "", "goods.py": back, "till.py": "from shop.goods import price\n"},
    )
    assert cycle(tree) in (
        ["shop.goods", "shop.till", "shop.goods"],
        ["shop.till", "shop.goods", "shop.till"],
    )


def test_an_import_from_below_is_found(tmp_path: Path) -> None:
    tree = write(
        tmp_path,
        {
            "__init__.py": ORDER,
            "goods.py": "from shop.till.cash import pay\n",
            "till/__init__.py": "",
            "till/cash.py": "",
        },
    )
    assert list(disorder(tree)) == ["shop.goods imports shop.till.cash, which shop lists below it"]


def test_a_list_that_is_out_of_date_is_found(tmp_path: Path) -> None:
    tree = write(tmp_path, {"__init__.py": ORDER, "goods.py": "", "cellar.py": ""})
    assert list(disorder(tree)) == ["shop lists no cellar", "shop has no till"]
