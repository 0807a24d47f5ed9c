"""Python distributions: the exact file set, names and tags, metadata, licences, and origin.

The file set follows from the declaration; a file's own metadata must agree with its name
(PEP 427, PEP 625, core metadata), and each file must carry the project's licences.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from email.parser import HeaderParser
from pathlib import Path

from packaging.tags import parse_tag
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from tools.checks.release_assets import digest_problems, set_problems
from tools.declaration import PythonProject
from tools.errors import Mismatch, raise_if
from tools.model import Artifact, Digest, Problem, Version
from tools.record import ORIGIN_NAME, OriginFile, Origins, read_file

# What the archive readers raise on a truncated or malformed file.
UNREADABLE = (
    ValueError,
    KeyError,
    OSError,
    EOFError,
    zlib.error,
    tarfile.TarError,
    zipfile.BadZipFile,
)
LICENCES = frozenset({"LICENSE-APACHE", "LICENSE-MIT"})


def file_problems(path: Path, project: PythonProject, version: Version) -> list[Problem]:
    """What is wrong with one wheel or sdist; an unreadable archive is a problem too."""
    try:
        problems = _name_problems(path.name, project, version)
        members, metadata = _open(path)
        problems += _metadata_problems(path.name, metadata, project, version)
        inside = {Path(member).name for member in members}
        for licence in sorted(LICENCES - inside):
            problems.append(Problem(f"{path.name}: {licence}", "in the archive", "missing"))
        return problems
    except UNREADABLE as error:
        return [Problem(path.name, "a readable distribution", f"{type(error).__name__}: {error}")]


def _name_problems(name: str, project: PythonProject, version: Version) -> list[Problem]:
    if name.endswith(".whl"):
        parsed, stated, build, _ = parse_wheel_filename(name)
        if build:
            return [Problem(name, "no build number", str(build))]
    else:
        parsed, stated = parse_sdist_filename(name)
    wanted = (canonicalize_name(project.name), str(version))
    found = (parsed, str(stated))
    return [] if wanted == found else [Problem(name, " ".join(wanted), " ".join(found))]


def _open(path: Path) -> tuple[list[str], list[str]]:
    """The members of an archive and the texts of its metadata: core metadata, then ``WHEEL``."""
    if path.name.endswith(".whl"):
        stem = "-".join(path.name.split("-")[:2]) + ".dist-info"
        with zipfile.ZipFile(path) as wheel:
            texts = [wheel.read(f"{stem}/{name}").decode() for name in ("METADATA", "WHEEL")]
            return wheel.namelist(), texts
    stem = path.name.removesuffix(".tar.gz")
    with tarfile.open(path, "r:gz") as sdist:
        file = sdist.extractfile(f"{stem}/PKG-INFO")
        if file is None:
            raise KeyError(f"{stem}/PKG-INFO")
        return sdist.getnames(), [file.read().decode()]


def _metadata_problems(
    name: str, texts: list[str], project: PythonProject, version: Version
) -> list[Problem]:
    core = HeaderParser().parsestr(texts[0])
    wanted = (canonicalize_name(project.name), str(version))
    found = (canonicalize_name(str(core["Name"])), str(core["Version"]))
    problems = []
    if wanted != found:
        problems.append(Problem(f"{name}: metadata", " ".join(wanted), " ".join(found)))
    if len(texts) > 1:
        inside = HeaderParser().parsestr(texts[1]).get_all("Tag") or []
        stated = {str(tag) for text in inside for tag in parse_tag(str(text))}
        outside = {str(tag) for tag in parse_wheel_filename(name)[3]}
        if stated != outside:
            problems.append(
                Problem(f"{name}: WHEEL tags", " ".join(sorted(outside)), " ".join(sorted(stated)))
            )
    return problems


def load_canonical(
    folder: Path, project: PythonProject, version: Version, expected: Iterable[str]
) -> dict[str, tuple[Path, OriginFile]]:
    """The canonical files of a project, each equal to what ``origin.json`` says of it.

    Raises:
        Mismatch: a missing or extra file, other bytes, or an origin of another release.
    """
    made_by = f"invoke release.canonicalize --project {project.name}"
    origins = read_file(Origins, folder / ORIGIN_NAME, made_by)
    present = {path.name: path for path in folder.iterdir() if path.name != ORIGIN_NAME}
    stated = {file.name: file for file in origins.files}
    problems = set_problems(f"{folder.name}", expected, present)
    problems += set_problems(f"{folder.name}/{ORIGIN_NAME}", expected, stated)
    wanted, found = (project.name, str(version)), (origins.project, origins.version)
    if wanted != found:
        problems.append(Problem(ORIGIN_NAME, " ".join(wanted), " ".join(found)))
    actual = {name: Artifact.of_file(path).digest for name, path in present.items()}
    said = {name: Digest.sha256(file.sha256) for name, file in stated.items()}
    problems += digest_problems(folder.name, said, actual)
    raise_if(
        problems,
        f"{folder} does not hold the canonical files of {project.name} {version}",
        Mismatch,
        made_by,
    )
    return {name: (present[name], stated[name]) for name in sorted(present)}
