"""The artifact store: what an upload selects, what a download may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.rehearsal.workflow.artifacts import ArtifactError, ArtifactStore, select


@pytest.fixture
def work(tmp_path: Path) -> Path:
    for name in ("dist/a/x.whl", "dist/b/y.whl", "dist/.hidden", "log.txt"):
        path = tmp_path / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "work"


def names(found: tuple[Path, list[Path]]) -> list[str]:
    root, files = found
    return [path.relative_to(root).as_posix() for path in files]


def test_a_folder_is_its_own_root_and_hides_hidden_files(work: Path) -> None:
    assert names(select(work, ["dist"])) == ["a/x.whl", "b/y.whl"]
    assert names(select(work, ["dist"], hidden=True)) == [".hidden", "a/x.whl", "b/y.whl"]


def test_one_file_and_several_paths(work: Path) -> None:
    assert names(select(work, ["log.txt"])) == ["log.txt"]
    assert names(select(work, ["dist/a", "log.txt"])) == ["dist/a/x.whl", "log.txt"]
    assert names(select(work, ["dist/**/*.whl", "!dist/b/**"])) == ["a/x.whl"]
    assert names(select(work, ["nothing"])) == []


def test_a_missing_artifact_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no artifact named 'crates'"):
        ArtifactStore(tmp_path / "s").fetch("crates", tmp_path / "t")


def test_a_name_is_taken_once_per_attempt(work: Path, tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "s")
    store.put("log", work, [work / "log.txt"], uploader="a", attempt=1)
    with pytest.raises(ArtifactError, match="exists already"):
        store.put("log", work, [work / "log.txt"], uploader="b", attempt=1)
    store.put("log", work / "dist", [work / "dist/a/x.whl"], uploader="a", attempt=2)
    assert store.fetch("log", tmp_path / "t").files == ("a/x.whl",)
    assert (tmp_path / "t/a/x.whl").read_text() == "dist/a/x.whl"


def test_permissions_do_not_survive_an_upload(work: Path, tmp_path: Path) -> None:
    (work / "log.txt").chmod(0o755)
    store = ArtifactStore(tmp_path / "s")
    store.put("log", work, [work / "log.txt"], uploader="a", attempt=1)
    store.fetch("log", tmp_path / "t")
    assert not (tmp_path / "t/log.txt").stat().st_mode & 0o111


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "a*b"])
def test_a_name_that_the_forge_refuses(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArtifactError, match="cannot name"):
        ArtifactStore(tmp_path / "s").put(name, tmp_path, [], uploader="a", attempt=1)
