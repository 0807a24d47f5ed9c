"""Select the canonical files of a PyPI project and prove them complete and well-formed.

New version: this run's files. Version already on PyPI: exactly what PyPI serves, verified
against the digests that PyPI states. Partly there: the rest from the escrow. The result is
``dist/pypi/PROJECT/`` with ``origin.json``; an earlier content of that folder is replaced only
when every check has passed.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tools.checks import dists
from tools.checks.canonical import Choice, select
from tools.console import console
from tools.declaration import PythonProject
from tools.errors import GateRefused, Mismatch, raise_if
from tools.model import Artifact, Digest, Problem
from tools.ops import twine
from tools.ops.proc import tail
from tools.ops.pypi import ServedFile
from tools.record import ORIGIN_NAME, Origin, OriginFile, Origins
from tools.steps import escrow as escrows
from tools.steps.context import Context


def canonicalize(context: Context, project_name: str) -> Origins:
    """Write the canonical files of one project.

    Raises:
        GateRefused: the build is not complete, or a file is malformed; nothing is published.
        Unrepairable: partly published, and what is missing is in no escrow.
        Mismatch: PyPI's bytes, its stated digests and the attested ones disagree.
    """
    project = context.declaration.python_named(project_name)
    served = context.pypi().release(project.name, context.version)
    escrow = escrows.read(context)
    expected = context.files.dists(project)
    choices = select(
        expected,
        _built(context, project, bool(served)),
        {name: file.digest for name, file in served.items()},
        {name: digest for name, digest in escrow.digests.items() if name in expected},
    )
    with tempfile.TemporaryDirectory(prefix="canonical-") as folder:
        work = Path(folder)
        for choice in choices:
            (work / choice.name).write_bytes(_bytes(context, project, choice, served, escrow))
        _check(work, context, project, choices)
        origins = _origins(work, context, project, choices)
        (work / ORIGIN_NAME).write_bytes(origins.to_bytes())
        target = context.layout.canonical(project)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(work, target)
    _show(context, project, origins)
    return origins


def _built(context: Context, project: PythonProject, published: bool) -> dict[str, Digest]:
    """This run's files; every name must be expected, unless PyPI's files replace them anyway."""
    folder = context.layout.built(project)
    found = {p.name: Digest.of_file(p) for p in sorted(folder.iterdir())} if folder.is_dir() else {}
    strangers = sorted(found.keys() - set(context.files.dists(project)))
    if strangers and not published:
        raise_if(
            (Problem(f"{folder.name}/{n}", "a file of this release", "built") for n in strangers),
            f"the build of {project.name} made files that the declaration does not know",
            GateRefused,
            "compare [wheels] in release.toml with what maturin writes",
        )
    return found


def _bytes(
    context: Context,
    project: PythonProject,
    choice: Choice,
    served: dict[str, ServedFile],
    escrow: escrows.Escrow,
) -> bytes:
    if choice.origin is Origin.PYPI:
        content = context.pypi().fetch(served[choice.name])
    elif choice.origin is Origin.ESCROW:
        content = escrows.fetch(context, escrow, choice.name)
    else:
        content = (context.layout.built(project) / choice.name).read_bytes()
    if Digest.of_bytes(content) != choice.digest:
        raise Mismatch(
            f"{choice.name} changed while it was read",
            expected=str(choice.digest),
            found=str(Digest.of_bytes(content)),
            remedy="re-run the job; nothing was written",
        )
    return content


def _check(
    work: Path, context: Context, project: PythonProject, choices: tuple[Choice, ...]
) -> None:
    """Every file well-formed: names, tags, metadata, licences, and ``twine check``."""
    paths = [work / choice.name for choice in choices]
    problems = [p for path in paths for p in dists.file_problems(path, project, context.version)]
    checked = twine.check(paths)
    if checked.returncode != 0:
        problems.append(Problem("twine check --strict", "exit code 0", tail(checked.stdout)))
    published = any(choice.origin is Origin.PYPI for choice in choices)
    raise_if(
        problems,
        f"the distributions of {project.name} are not fit for release",
        Mismatch if published else GateRefused,
        "mend the build and re-run it; nothing was published by this job",
    )


def _origins(
    work: Path, context: Context, project: PythonProject, choices: tuple[Choice, ...]
) -> Origins:
    return Origins(
        project=project.name,
        version=str(context.version),
        commit=context.commit,
        files=tuple(OriginFile.of(Artifact.of_file(work / c.name), c.origin) for c in choices),
    )


def _show(context: Context, project: PythonProject, origins: Origins) -> None:
    console.table(
        f"Canonical files of {project.name} {context.version}",
        ("file", "origin", "sha256"),
        ((file.name, file.origin, file.sha256) for file in origins.files),
    )
