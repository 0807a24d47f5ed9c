"""release.toml: unknown keys, missing files and duplicate sites are errors, reported together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.declaration import Declaration
from tools.errors import UsageError
from tools.model import parse_version


def edit(tree: Path, old: str, new: str) -> None:
    path = tree / "release.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_declaration_of_this_repository_loads(declaration: Declaration) -> None:
    names = declaration.dist_names(declaration.python[1], parse_version("0.6.0"))
    assert len(names) == 5
    assert "ordvec_manifest-0.6.0.tar.gz" in names
    assert "ordvec_manifest-0.6.0-cp310-abi3-win_amd64.whl" in names


def test_unknown_key(tree: Path) -> None:
    edit(tree, 'lane = "core"', 'lane = "core"\nflavour = "x"')
    with pytest.raises(UsageError) as caught:
        Declaration.load(tree)
    assert "crate.0.flavour" in str(caught.value)


def test_unknown_section(tree: Path) -> None:
    edit(tree, "[gates]", "[gate]")
    with pytest.raises(UsageError) as caught:
        Declaration.load(tree)
    assert len(caught.value.problems) == 2


def test_a_misspelt_key_is_named_beside_the_one_that_is_missing(tree: Path) -> None:
    edit(tree, "poll_seconds = 30", "poll_second = 30")
    with pytest.raises(UsageError) as caught:
        Declaration.load(tree)
    assert [str(problem) for problem in caught.value.problems] == [
        "release.toml: gates.poll_seconds: expected this key, found no such key",
        "release.toml: gates.poll_second: expected no such key, found 30",
    ]


@pytest.mark.parametrize("content", [b"x = [", b"x = '\xff'"], ids=["syntax", "encoding"])
def test_not_toml(tree: Path, content: bytes) -> None:
    (tree / "release.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"is not TOML[\s\S]*git restore release\.toml"):
        Declaration.load(tree)


def test_missing_file(tree: Path) -> None:
    (tree / "ordvec-ffi/Cargo.toml").unlink()
    with pytest.raises(UsageError, match=r"ordvec-ffi/Cargo\.toml"):
        Declaration.load(tree)


def test_duplicate_site(tree: Path) -> None:
    with (tree / "release.toml").open("a") as stream:
        stream.write('\n[[site]]\nfile = "README.md"\nkind = "marker"\n')
    with pytest.raises(UsageError, match="twice"):
        Declaration.load(tree)


def test_site_without_its_key(tree: Path) -> None:
    edit(tree, 'kind = "toml"\nkey = "package.version"', 'kind = "toml"')
    with pytest.raises(UsageError, match="needs `key`"):
        Declaration.load(tree)


def test_unknown_name_lists_the_choices(declaration: Declaration) -> None:
    with pytest.raises(UsageError, match="ordvec, ordvec-manifest"):
        declaration.crate_named("ordvek")
