"""The cargo sandbox: what may get into it, what is purged, what is locked."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from tests.tools.steps import workspace
from tools.errors import Transient
from tools.model import Digest
from tools.ops import cargo

GOOD = b"crate bytes"
INDEX = "registry/index/index.crates.io-1949cf8c6b5b557f"
CACHE = "registry/cache/index.crates.io-1949cf8c6b5b557f"


def user_cache(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def lock(root: Path) -> Path:
    path = root / "Cargo.lock"
    path.write_text(
        'version = 4\n\n[[package]]\nname = "ordvec"\nversion = "0.6.0"\n\n'
        f'[[package]]\nname = "rayon"\nversion = "1.0.0"\nsource = "{cargo.REGISTRY}"\n'
        f'checksum = "{Digest.of_bytes(GOOD).hex}"\n'
    )
    return path


def seeded(tmp_path: Path, files: dict[str, bytes]) -> set[str]:
    source = user_cache(tmp_path / "user", files)
    home = tmp_path / "fresh"
    cargo.seed(home, lock(tmp_path), source)
    return {p.relative_to(home).as_posix() for p in home.rglob("*") if p.is_file()}


def test_locked_crates_and_their_index_entries_are_taken(tmp_path: Path) -> None:
    files = {
        f"{CACHE}/rayon-1.0.0.crate": GOOD,
        f"{INDEX}/.cache/ra/yo/rayon": b"",
        f"{INDEX}/config.json": b"{}",
    }
    assert seeded(tmp_path, files) == set(files)


def test_tampered_cached_crate_does_not_get_in(tmp_path: Path) -> None:
    assert seeded(tmp_path, {f"{CACHE}/rayon-1.0.0.crate": b"tampered"}) == set()


def test_cached_crate_of_our_own_does_not_get_in(tmp_path: Path) -> None:
    own = {f"{CACHE}/ordvec-0.6.0.crate": GOOD, f"{INDEX}/.cache/or/dv/ordvec": b""}
    assert seeded(tmp_path, own) == set()


def test_unpacked_sources_do_not_get_in(tmp_path: Path) -> None:
    assert seeded(tmp_path, {"registry/src/index.crates.io-1/rayon-1.0.0/src/lib.rs": b""}) == set()


def test_purge_removes_our_crates_under_every_name_and_keeps_the_others(tmp_path: Path) -> None:
    ours = (
        "release/deps/libordvec-0123456789abcdef.rlib",
        "release/deps/ordvec_manifest-0123456789abcdef.d",
        "release/.fingerprint/ordvec-python-0123456789abcdef/lib-x",
        "release/libordvec_manifest.so",
    )
    others = ("release/deps/librayon-0123456789abcdef.rlib", "release/deps/ordvector-0123.d")
    for name in (*ours, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    cargo.purge(tmp_path, ["ordvec", "ordvec-manifest", "ordvec-python"])
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert left == set(others)


def test_path_dependencies_are_followed(tmp_path: Path) -> None:
    root = workspace.make(tmp_path / "ws")
    assert cargo.path_dependencies(root, "ordvec-manifest") == (Path(), Path("ordvec-manifest"))
    assert cargo.path_dependencies(root, "ordvec") == (Path(),)
    assert cargo.packages(root) == {"ordvec": "0.6.0", "ordvec-manifest": "0.6.0"}


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is locked on Windows")
def test_a_target_folder_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    entered = threading.Event()

    def other() -> None:
        with cargo.exclusive(tmp_path):
            entered.set()

    with cargo.exclusive(tmp_path):
        thread = threading.Thread(target=other)
        thread.start()
        assert not entered.wait(0.2)
    thread.join(5)
    assert entered.is_set()


def test_sandbox_never_uses_the_users_folders(tmp_path: Path) -> None:
    env = cargo.Sandbox(tmp_path / "h", tmp_path / "t", offline=True).environment
    assert env == {
        "CARGO_HOME": str(tmp_path / "h"),
        "CARGO_TARGET_DIR": str(tmp_path / "t"),
        "CARGO_NET_OFFLINE": "true",
    }


# ---------------------------------------------------------------------- the lock


def test_a_lock_in_sync(tmp_path: Path) -> None:
    assert cargo.lock_problem(workspace.make(tmp_path / "w"), offline=True) == ""


def test_a_lock_of_another_version(tmp_path: Path) -> None:
    root = workspace.make(tmp_path / "w")
    lock = root / "Cargo.lock"
    lock.write_text(lock.read_text().replace("0.6.0", "0.5.9"))
    assert "--locked" in cargo.lock_problem(root, offline=True)


def test_a_missing_lock(tmp_path: Path) -> None:
    root = workspace.make(tmp_path / "w")
    (root / "Cargo.lock").unlink()
    assert "--locked" in cargo.lock_problem(root, offline=True)


def test_a_requirement_that_the_workspace_does_not_meet(tmp_path: Path) -> None:
    root = workspace.make(tmp_path / "w")
    manifest = root / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace("0.6.0", "0.6.1"))
    assert cargo.lock_problem(root, offline=True)


def test_an_empty_cache_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "home"))
    root = workspace.make(tmp_path / "w")
    with (root / "Cargo.toml").open("a") as stream:
        stream.write('\n[dependencies]\nserde = "1"\n')
    with pytest.raises(Transient, match="cargo fetch"):
        cargo.lock_problem(root, offline=True)
