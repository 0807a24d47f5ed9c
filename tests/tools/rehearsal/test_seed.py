"""Third-party files come from caches, each against its lock's checksum."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tools.errors import UsageError
from tools.rehearsal import seed
from tools.rehearsal.workflow import provision

LOCK = """\
version = 4

[[package]]
name = "ours"
version = "1.0.0"

[[package]]
name = "theirs"
version = "2.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "{checksum}"
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    class Done:
        returncode = 0

    monkeypatch.setattr(seed.proc, "run", lambda *a, **k: Done())
    checksum = hashlib.sha256(b"crate").hexdigest()
    (tmp_path / "Cargo.lock").write_text(LOCK.format(checksum=checksum))
    cache = tmp_path / "cargo" / "registry" / "cache" / "index"
    cache.mkdir(parents=True)
    (cache / "theirs-2.0.0.crate").write_bytes(b"crate")
    return tmp_path


def test_only_registry_crates_with_the_locked_checksum(tree: Path) -> None:
    found = seed.fetch_crates(tree, tree / "cargo")
    assert [crate.path.name for crate in found] == ["theirs-2.0.0.crate"]


@pytest.mark.parametrize(("content", "said"), [(b"other", "another checksum"), (None, "no such")])
def test_a_wrong_or_missing_crate_is_refused(tree: Path, content: bytes | None, said: str) -> None:
    path = next((tree / "cargo").rglob("*.crate"))
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        seed.fetch_crates(tree, tree / "cargo")
    assert said in str(caught.value)


def test_the_wheelhouse_is_fetched_again_only_when_a_lock_changed(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Path] = []

    def download(root: Path, wheelhouse: Path, locks: object) -> None:
        wheelhouse.mkdir(parents=True, exist_ok=True)
        calls.append(wheelhouse)

    monkeypatch.setattr(seed, "_download", download)
    (tree / "requirements").mkdir()
    lock = tree / "requirements" / "build.txt"
    lock.write_text("a==1\n")
    house = tree / "cache" / "wheelhouse"
    for _ in range(2):
        seed.fetch_wheels(tree, house, ("build",))
    assert len(calls) == 1
    lock.write_text("a==2\n")
    seed.fetch_wheels(tree, house, ("build",))
    assert len(calls) == 2


def test_the_environment_is_proven_against_its_lock(tmp_path: Path) -> None:
    import pytest as installed

    lock = tmp_path / "release.txt"
    lock.write_text(
        f"pytest[x]=={installed.__version__} \\\n    --hash=sha256:00\n"
        "nowhere==1.0 ; sys_platform == 'no-such'\n"
    )
    assert provision.prove_installed(lock) == 1
    lock.write_text("pytest==0.1\nnot-a-distribution==1.0\n")
    with pytest.raises(UsageError) as caught:
        provision.prove_installed(lock)
    assert "release.txt: pytest: expected 0.1" in str(caught.value)
    assert "not-a-distribution: expected 1.0, found not installed" in str(caught.value)


def test_only_a_hash_locked_pip_install_is_stood_in_for() -> None:
    command = "python -m pip install --quiet --require-hashes -r requirements/release.txt"
    assert provision.requirements_of(command) == Path("requirements/release.txt")
    assert provision.requirements_of("python -m pip install -r requirements/release.txt") is None
    assert provision.requirements_of("invoke release.guard") is None
