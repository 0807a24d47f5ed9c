"""The proof that a wheel works as installed, with wheels that do not."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from tools.declaration import Declaration, PythonProject
from tools.errors import GateRefused, UsageError
from tools.ops import venv, wheelfile
from tools.ops.proc import CommandFailed
from tools.steps import smoke

PROJECT = PythonProject(name="tiny", path=Path("tiny-python"), module="tiny", crate="tiny-python")
PASSING = "import tiny\n\n\ndef test_it() -> None:\n    assert tiny.__version__\n"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Environments that see this one's pytest, so that no test downloads anything."""
    create = venv.create

    def seeing(folder: Path) -> venv.Venv:
        made = create(folder)
        site = next((folder / "lib").glob("python*")) / "site-packages"
        (site / "outer.pth").write_text(str(Path(pytest.__file__).parent.parent))
        return made

    monkeypatch.setattr(venv, "create", seeing)
    monkeypatch.setattr(venv.Venv, "install_locked", lambda self, lock: None)
    monkeypatch.setattr(venv.Venv, "install_files", _unzip)


def _unzip(self: venv.Venv, files: list[Path]) -> None:
    site = next((self.folder / "lib").glob("python*")) / "site-packages"
    for file in files:
        zipfile.ZipFile(file).extractall(site)


def wheel(folder: Path, version: str = "1.2.3") -> Path:
    files = {"tiny/__init__.py": f'__version__ = "{version}"\n'.encode()}
    path = folder / "tiny-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        lines = [wheelfile.record_line(name, data) for name, data in files.items()]
        archive.writestr("tiny-1.2.3.dist-info/RECORD", "\n".join(lines))
    return path


def checkout(tmp_path: Path, test: str) -> Path:
    tests = tmp_path / "root/tiny-python/tests"
    tests.mkdir(parents=True)
    (tests / "test_tiny.py").write_text(test)
    return tmp_path / "root"


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="venvs are laid out otherwise")


@pytest.mark.slow
@pytest.mark.usefixtures("bare")
def test_an_installed_wheel_is_tested(tmp_path: Path) -> None:
    root = checkout(tmp_path, PASSING)
    result = smoke.run_tests(root, PROJECT, wheel(tmp_path), "1.2.3", tmp_path / "work")
    assert (result.passed, result.skipped, result.levels) == (1, 0, None)


@pytest.mark.slow
@pytest.mark.usefixtures("bare")
def test_wheel_whose_module_has_another_version_is_refused(tmp_path: Path) -> None:
    root = checkout(tmp_path, PASSING)
    with pytest.raises(GateRefused, match=r"expected 1\.2\.3, found 1\.2\.4"):
        smoke.run_tests(root, PROJECT, wheel(tmp_path, "1.2.4"), "1.2.3", tmp_path / "work")


@pytest.mark.slow
@pytest.mark.usefixtures("bare")
def test_wheel_whose_tests_fail_is_refused(tmp_path: Path) -> None:
    root = checkout(tmp_path, PASSING.replace("assert tiny", "assert not tiny"))
    with pytest.raises(CommandFailed, match="1 failed"):
        smoke.run_tests(root, PROJECT, wheel(tmp_path), "1.2.3", tmp_path / "work")


@pytest.mark.slow
@pytest.mark.usefixtures("bare")
def test_wheel_whose_tests_are_all_skipped_is_refused(tmp_path: Path) -> None:
    root = checkout(tmp_path, "import pytest\n\n\ndef test_it() -> None:\n    pytest.skip('no')\n")
    with pytest.raises(GateRefused, match="no test of tiny ran"):
        smoke.run_tests(root, PROJECT, wheel(tmp_path), "1.2.3", tmp_path / "work")


@pytest.mark.slow
@pytest.mark.usefixtures("bare")
def test_wheel_without_any_test_is_refused(tmp_path: Path) -> None:
    root = checkout(tmp_path, "")
    with pytest.raises(CommandFailed):
        smoke.run_tests(root, PROJECT, wheel(tmp_path), "1.2.3", tmp_path / "work")


def test_a_module_from_elsewhere_is_refused(tmp_path: Path) -> None:
    seen = {"file": str(tmp_path / "sources/tiny/__init__.py"), "version": "1.2.3"}
    (problem,) = smoke._identity(tmp_path / "venv", seen, "1.2.3")
    assert "sources" in problem.found


def test_a_folder_without_the_wheel_is_a_wrong_call(
    tmp_path: Path, declaration: Declaration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke.cargo, "packages", lambda root: {"ordvec-python": "1.2.3"})
    project = declaration.python_named("ordvec")
    platform = declaration.platform_named("manylinux-x86_64")
    with pytest.raises(UsageError, match="expected one wheel"):
        smoke.smoke(tmp_path, declaration, project, platform, tmp_path)
