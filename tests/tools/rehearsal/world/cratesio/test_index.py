"""Index paths and index lines, from packaged manifests."""

from __future__ import annotations

import pytest

from tools.rehearsal.world.cratesio.index import index_entry, index_path, requirement


@pytest.mark.parametrize(
    ("name", "path"),
    [("a", "1/a"), ("Ab", "2/ab"), ("abc", "3/a/abc"), ("Serde_JSON", "se/rd/serde_json")],
)
def test_index_path(name: str, path: str) -> None:
    assert index_path(name) == path


@pytest.mark.parametrize(
    ("text", "req"),
    [
        ("1.2", "^1.2"),
        ("= 0.6.1", "=0.6.1"),
        (">=1.0, <3", ">=1.0, <3"),
        ("1.*", "1.*"),
        ("~1.2", "~1.2"),
        ("*", "*"),
    ],
)
def test_requirement(text: str, req: str) -> None:
    assert requirement(text) == req


def test_index_entry_of_a_rich_manifest() -> None:
    entry = index_entry(
        {
            "package": {"name": "rich", "version": "1.0.0", "links": "z"},
            "dependencies": {
                "plain": "1",
                "new": {
                    "package": "old",
                    "version": "2",
                    "default-features": False,
                    "features": ["x"],
                },
            },
            "build-dependencies": {"cc": {"version": "1.0.1"}},
            "dev-dependencies": {"test": {"version": "0.3"}},
            "target": {"cfg(unix)": {"dependencies": {"libc": {"version": "0.2"}}}},
            "features": {"default": ["plain/std"], "opt": ["dep:new"], "weak": ["new?/y"]},
        },
        "ab" * 32,
    )
    kinds = {dep["name"]: (dep["kind"], dep["target"], dep["req"]) for dep in entry["deps"]}
    assert kinds == {
        "cc": ("build", None, "^1.0.1"),
        "libc": ("normal", "cfg(unix)", "^0.2"),
        "new": ("normal", None, "^2"),
        "plain": ("normal", None, "^1"),
        "test": ("dev", None, "^0.3"),
    }
    new = next(dep for dep in entry["deps"] if dep["name"] == "new")
    assert (new["package"], new["default_features"], new["features"]) == ("old", False, ["x"])
    assert entry["features"] == {"default": ["plain/std"]}
    assert entry["features2"] == {"opt": ["dep:new"], "weak": ["new?/y"]}
    assert (entry["v"], entry["links"]) == (2, "z")
