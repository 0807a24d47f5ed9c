"""Small prebuilt artifacts, the same bytes every time: crates, wheels, sdists.

The campaign is about requests, not about builds. These files are as small as the registries'
own checks allow, and hold no time and no path, so that a scenario's name means the same
requests on every machine.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping

from tools.checks.release_assets import LANES, ReleaseFiles
from tools.declaration import PythonProject

_DATE = (2020, 1, 1, 0, 0, 0)


def crates(files: ReleaseFiles) -> dict[str, bytes]:
    """Both ``.crate`` files by name."""
    return {files.crate_file(lane): _crate(files, files.crate(lane).name) for lane in LANES}


def _crate(files: ReleaseFiles, name: str) -> bytes:
    manifest = (
        f'[package]\nname = "{name}"\nversion = "{files.version}"\nedition = "2021"\n'
        'description = "campaign"\nlicense = "MIT"\n'
    )
    return _tarball(f"{name}-{files.version}", {"Cargo.toml": manifest, "src/lib.rs": "//! x\n"})


def dists(files: ReleaseFiles, project: PythonProject, extra: str = "") -> dict[str, bytes]:
    """The wheels and the sdist of a project by name; *extra* makes a build that differs."""
    made = {}
    for name in files.dists(project):
        make = _wheel if name.endswith(".whl") else _sdist
        made[name] = make(files, project, name, extra)
    return made


def _metadata(files: ReleaseFiles, project: PythonProject) -> str:
    return (
        f"Metadata-Version: 2.1\nName: {project.name}\nVersion: {files.version}\nSummary: t\n"
        "Description-Content-Type: text/markdown\n\n# A distribution\n"
    )


def _wheel(files: ReleaseFiles, project: PythonProject, name: str, extra: str) -> bytes:
    info = f"{project.dist_name}-{files.version}.dist-info"
    python, abi, platforms = name.removesuffix(".whl").split("-")[-3:]
    tags = "".join(f"Tag: {python}-{abi}-{platform}\n" for platform in platforms.split("."))
    members = {
        f"{project.module}/__init__.py": extra,
        f"{info}/METADATA": _metadata(files, project),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: false\n{tags}",
        f"{info}/licenses/LICENSE-MIT": "MIT\n",
        f"{info}/licenses/LICENSE-APACHE": "Apache\n",
    }
    record = f"{info}/RECORD"
    members[record] = "".join(f"{path},,\n" for path in (*members, record))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in members.items():
            archive.writestr(zipfile.ZipInfo(path, _DATE), text)
    return buffer.getvalue()


def _sdist(files: ReleaseFiles, project: PythonProject, name: str, extra: str) -> bytes:
    members = {
        "PKG-INFO": _metadata(files, project),
        "pyproject.toml": "[project]\n",
        "LICENSE-MIT": "MIT\n",
        "LICENSE-APACHE": f"Apache\n{extra}",
    }
    return _tarball(name.removesuffix(".tar.gz"), members)


def _tarball(root: str, members: Mapping[str, str]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for path, text in members.items():
            member = tarfile.TarInfo(f"{root}/{path}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(raw.getvalue(), mtime=0)
