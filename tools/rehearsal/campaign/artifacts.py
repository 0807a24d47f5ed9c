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
from tools.model import Version

_DATE = (2020, 1, 1, 0, 0, 0)


def crates(files: ReleaseFiles) -> dict[str, bytes]:
    """Both ``.crate`` files by name."""
    names = {files.crate_file(lane): files.crate(lane).name for lane in LANES}
    return {file: crate(name, files.version) for file, name in names.items()}


def crate(name: str, version: Version, source: str = "") -> bytes:
    """A ``.crate`` as crates.io accepts one; *source* makes a build that differs."""
    manifest = (
        f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n'
        'description = "campaign"\nlicense = "MIT"\n'
    )
    members = {"Cargo.toml": manifest, "src/lib.rs": source or "//! x\n"}
    return tarball(f"{name}-{version}", members)


def dists(files: ReleaseFiles, project: PythonProject, extra: str = "") -> dict[str, bytes]:
    """The wheels and the sdist of a project by name; *extra* makes a build that differs."""
    return {
        name: wheel(project, files.version, name, extra)
        if name.endswith(".whl")
        else sdist(project, files.version, extra)
        for name in files.dists(project)
    }


def _metadata(project: PythonProject, version: Version) -> str:
    return (
        f"Metadata-Version: 2.1\nName: {project.name}\nVersion: {version}\nSummary: t\n"
        "Description-Content-Type: text/markdown\n\n# A distribution\n"
    )


def wheel(project: PythonProject, version: Version, name: str, extra: str = "") -> bytes:
    """A wheel under its declared name, with the tags of that name and both licences."""
    info = f"{project.dist_name}-{version}.dist-info"
    python, abi, platforms = name.removesuffix(".whl").split("-")[-3:]
    tags = "".join(f"Tag: {python}-{abi}-{platform}\n" for platform in platforms.split("."))
    members = {
        f"{project.module}/__init__.py": extra,
        f"{info}/METADATA": _metadata(project, version),
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


def sdist(project: PythonProject, version: Version, extra: str = "") -> bytes:
    """An sdist with PKG-INFO, pyproject.toml and both licences."""
    members = {
        "PKG-INFO": _metadata(project, version),
        "pyproject.toml": "[project]\n",
        "LICENSE-MIT": "MIT\n",
        "LICENSE-APACHE": f"Apache\n{extra}",
    }
    return tarball(f"{project.dist_name}-{version}", members)


def tarball(root: str, members: Mapping[str, str]) -> bytes:
    """A ``.tar.gz`` of text files below *root*; same call, same bytes."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for path, text in members.items():
            member = tarfile.TarInfo(f"{root}/{path}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(raw.getvalue(), mtime=0)
