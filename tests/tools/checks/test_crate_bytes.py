"""What a packed crate must hold, with a crate for each way of failing it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.tools.checks.test_archive_diff import crate
from tools.checks import crate_bytes

COMMIT = "a" * 40
GOOD: Mapping[str, bytes] = {
    "Cargo.toml": b'[package]\nname = "tiny"\nversion = "1.2.3"\n',
    "Cargo.toml.orig": b"",
    "Cargo.lock": b"version = 4\n",
    ".cargo_vcs_info.json": b'{"git": {"sha1": "%s"}}' % COMMIT.encode(),
    "LICENSE-APACHE": b"apache",
    "LICENSE-MIT": b"mit",
    "README.md": b"readme",
    "src/lib.rs": b"",
}


def found(tmp_path: Path, files: Mapping[str, bytes], name: str = "tiny-1.2.3.crate") -> list[str]:
    path = crate(tmp_path / name, {f"tiny-1.2.3/{k}": v for k, v in files.items()})
    return [str(p) for p in crate_bytes.contents(path, "tiny", "1.2.3", COMMIT)]


def test_a_good_crate_has_no_problem(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == []


def test_extra_file_in_crate_is_found(tmp_path: Path) -> None:
    assert "found tools/release.py" in found(tmp_path, {**GOOD, "tools/release.py": b""})[0]


def test_crate_without_licence_is_found(tmp_path: Path) -> None:
    files = {name: data for name, data in GOOD.items() if name != "LICENSE-MIT"}
    assert "expected LICENSE-MIT, found absent" in found(tmp_path, files)[0]


def test_crate_without_lock_is_found(tmp_path: Path) -> None:
    files = {name: data for name, data in GOOD.items() if name != "Cargo.lock"}
    assert "expected Cargo.lock, found absent" in found(tmp_path, files)[0]


def test_crate_of_another_version_is_found(tmp_path: Path) -> None:
    other = GOOD["Cargo.toml"].replace(b"1.2.3", b"1.2.4")
    assert "found tiny 1.2.4" in found(tmp_path, {**GOOD, "Cargo.toml": other})[0]


def test_crate_of_another_commit_and_of_a_dirty_tree_is_found(tmp_path: Path) -> None:
    info = b'{"git": {"sha1": "%s", "dirty": true}}' % (b"b" * 40)
    problems = found(tmp_path, {**GOOD, ".cargo_vcs_info.json": info})
    assert [COMMIT in problems[0], "marked dirty" in problems[1]] == [True, True]


def test_crate_under_another_file_name_is_found(tmp_path: Path) -> None:
    assert "found tiny-1.2.2.crate" in found(tmp_path, GOOD, "tiny-1.2.2.crate")[0]


def test_comparison_names_the_crate_the_member_and_the_line(tmp_path: Path) -> None:
    files = {f"tiny-1.2.3/{k}": v for k, v in GOOD.items()}
    (tmp_path / "other").mkdir()
    left = crate(tmp_path / "tiny-1.2.3.crate", files)
    changed = {**files, "tiny-1.2.3/.cargo_vcs_info.json": b'{"git": {"sha1": "%s"}}' % (b"c" * 40)}
    right = crate(tmp_path / "other/tiny-1.2.3.crate", changed)
    (problem,) = crate_bytes.compare(left, right)
    assert problem.where == "tiny-1.2.3.crate: tiny-1.2.3/.cargo_vcs_info.json"
    assert problem.expected.startswith("line 1")
    assert crate_bytes.compare(left, left) == ()
