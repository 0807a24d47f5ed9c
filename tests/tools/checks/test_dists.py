"""Distributions that are not fit for release, each named after its defect."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.tools.steps.artifacts import VERSION, sdist_bytes, wheel_bytes
from tools.checks import dists
from tools.declaration import Declaration, PythonProject
from tools.errors import Mismatch, UsageError
from tools.model import Artifact, Version
from tools.record import ORIGIN_NAME, Origin, OriginFile, Origins


@pytest.fixture
def project(declaration: Declaration) -> PythonProject:
    return declaration.python_named("ordvec-manifest")


@pytest.fixture
def wheel(tmp_path: Path, declaration: Declaration, project: PythonProject) -> Path:
    name = declaration.dist_names(project, VERSION)[0]
    path = tmp_path / name
    path.write_bytes(wheel_bytes(project, name))
    return path


def rewrite(path: Path, member: str, change: tuple[str, str] | None) -> None:
    """Change the text of the members whose name ends so, or drop them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w") as new:
        for item in old.infolist():
            text = old.read(item).decode()
            if item.filename.endswith(member):
                if change is None:
                    continue
                text = text.replace(*change)
            new.writestr(item, text)
    path.write_bytes(buffer.getvalue())


def test_a_wheel_and_an_sdist_are_fit(tmp_path: Path, wheel: Path, project: PythonProject) -> None:
    sdist = tmp_path / project.sdist_name(VERSION)
    sdist.write_bytes(sdist_bytes(project))
    assert dists.file_problems(wheel, project, VERSION) == []
    assert dists.file_problems(sdist, project, VERSION) == []


@pytest.mark.parametrize(
    ("member", "change", "where"),
    [
        ("LICENSE-MIT", None, "LICENSE-MIT"),
        ("METADATA", ("0.7.0", "0.7.1"), "metadata"),
        ("METADATA", ("Name: ordvec-manifest", "Name: ordvec"), "metadata"),
        ("WHEEL", ("abi3", "none"), "WHEEL tags"),
    ],
    ids=["licence missing", "other version inside", "other name inside", "other tags inside"],
)
def test_a_defective_wheel_is_refused(
    wheel: Path, project: PythonProject, member: str, change: tuple[str, str] | None, where: str
) -> None:
    rewrite(wheel, member, change)
    problems = dists.file_problems(wheel, project, VERSION)
    assert [problem for problem in problems if where in problem.where]


def test_another_version_in_the_name_is_refused(wheel: Path, project: PythonProject) -> None:
    assert dists.file_problems(wheel, project, Version.parse("0.7.1"))


def test_a_truncated_wheel_is_refused(wheel: Path, project: PythonProject) -> None:
    wheel.write_bytes(wheel.read_bytes()[:200])
    assert "readable" in dists.file_problems(wheel, project, VERSION)[0].expected


def test_a_truncated_sdist_is_refused(tmp_path: Path, project: PythonProject) -> None:
    sdist = tmp_path / project.sdist_name(VERSION)
    sdist.write_bytes(sdist_bytes(project)[:60])
    assert dists.file_problems(sdist, project, VERSION)


# ---------------------------------------------------------------------- the canonical folder


@pytest.fixture
def folder(tmp_path: Path, project: PythonProject) -> Path:
    target = tmp_path / "canonical"
    target.mkdir()
    for name in ("a.whl", "b.whl"):
        (target / name).write_bytes(name.encode())
    write_origins(target, project)
    return target


def write_origins(folder: Path, project: PythonProject, version: str = str(VERSION)) -> None:
    files = tuple(
        OriginFile.of(Artifact.of_file(path), Origin.BUILT) for path in sorted(folder.glob("*.whl"))
    )
    origins = Origins(project=project.name, version=version, commit="c" * 40, files=files)
    (folder / ORIGIN_NAME).write_bytes(origins.to_bytes())


def load(folder: Path, project: PythonProject) -> object:
    return dists.load_canonical(folder, project, VERSION, ("a.whl", "b.whl"))


def test_the_canonical_folder_is_read(folder: Path, project: PythonProject) -> None:
    assert load(folder, project)


def test_a_missing_canonical_file_is_refused(folder: Path, project: PythonProject) -> None:
    (folder / "a.whl").unlink()
    with pytest.raises(Mismatch, match="missing"):
        load(folder, project)


def test_an_extra_canonical_file_is_refused(folder: Path, project: PythonProject) -> None:
    (folder / "c.whl").write_bytes(b"")
    with pytest.raises(Mismatch, match=r"c\.whl"):
        load(folder, project)


def test_canonical_bytes_that_changed_are_refused(folder: Path, project: PythonProject) -> None:
    (folder / "a.whl").write_bytes(b"changed")
    with pytest.raises(Mismatch, match="sha256"):
        load(folder, project)


def test_origins_of_another_version_are_refused(folder: Path, project: PythonProject) -> None:
    write_origins(folder, project, "0.6.9")
    with pytest.raises(Mismatch, match=r"0\.6\.9"):
        load(folder, project)


def test_a_folder_without_origins_is_a_wrong_call(folder: Path, project: PythonProject) -> None:
    (folder / ORIGIN_NAME).unlink()
    with pytest.raises(UsageError, match=ORIGIN_NAME):
        load(folder, project)


def test_origins_with_an_unknown_key_are_refused(folder: Path, project: PythonProject) -> None:
    text = (folder / ORIGIN_NAME).read_text()
    (folder / ORIGIN_NAME).write_text(text.replace('"project"', '"extra": 1, "project"'))
    with pytest.raises(Mismatch, match="extra"):
        load(folder, project)
