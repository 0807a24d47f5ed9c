"""Publish the canonical files of one project that PyPI does not serve yet, with attestations.

What this run built must be a subject of the core lane's verified bundle. Per file: absent is
uploaded, identical is kept, different stops. The token is minted after
every check and only when something is to be uploaded. Signing happens before the token, so that
trouble with Sigstore leaves nothing behind. Afterwards every file must be served with the
canonical digest by the JSON API, the simple index and the file host, with a publish attestation.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tools.checks import dists
from tools.console import console
from tools.declaration import PythonProject
from tools.errors import PartlyPublished, ReleaseError, Transient, Unrepairable
from tools.model import Digest, Observation, Presence, Problem
from tools.ops import oidc, twine
from tools.ops.proc import tail
from tools.ops.sigstore import AUDIENCE
from tools.record import Origin
from tools.steps import evidence
from tools.steps.context import Context
from tools.steps.pep740 import require_attested
from tools.steps.readback import GRACE, Observe, Reading, read_once, settle, show
from tools.steps.situation import after_publication

# PyPI takes no new files for a release this long after its first upload.
RELEASE_WINDOW = timedelta(days=14)
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class PublishedProject:
    """A project whose files PyPI serves identically, and the files that this run uploaded."""

    project: str
    uploaded: tuple[str, ...]
    observations: tuple[Observation, ...]


def publish_pypi(context: Context, project_name: str) -> PublishedProject:
    """Upload the missing files of a project and prove all of them served.

    Raises:
        Mismatch: a file with other bytes on PyPI or on disk, or a wrong attestation.
        Transient: PyPI did not answer and none of these files is there.
        PartlyPublished: some files are there; re-running the job resumes.
        Unrepairable: files are missing and PyPI's window for this version is closed, or an
            owned file has no attestation.
    """
    project = context.declaration.python_named(project_name)
    canonical = dists.load_canonical(
        context.layout.canonical(project), project, context.version, context.files.dists(project)
    )
    files = {name: path for name, (path, _) in canonical.items()}
    expected = {name: Digest.of_file(path) for name, path in files.items()}
    # What came from PyPI or the escrow was verified there, and is no subject of this run.
    built = {
        name: expected[name] for name, (_, said) in canonical.items() if said.origin is Origin.BUILT
    }
    evidence.require_attested_files(context, "core", built)

    def observe() -> tuple[Observation, ...]:
        answers = context.pypi().observe(project.name, context.version, expected)
        return tuple(item for answer in answers.values() for item in answer)

    with after_publication("the crates"):
        uploaded, reading = _upload_missing(context, project, files, observe)
    _require_served(context, project, reading)
    require_attested(context, project, expected)
    show(f"{project.name} {context.version} on PyPI", reading)
    return PublishedProject(project.name, tuple(uploaded), reading.observations)


def _upload_missing(
    context: Context, project: PythonProject, files: Mapping[str, Path], observe: Observe
) -> tuple[list[str], Reading]:
    """Upload round by round until nothing is absent; what was sent, and the last reading."""
    sent: list[str] = []
    refusal = ""
    for _ in range(ROUNDS):
        # After a failed round a file may still be on its way to the indexes.
        reading = settle(context, observe, grace=GRACE) if refusal else read_once(observe)
        if not reading.absent:
            done = reading.presence is Presence.IDENTICAL
            return sent, reading if done else settle(context, observe)
        _require_readable(project, context, reading)
        _require_window(context, project, reading.absent)
        sent.extend(name for name in reading.absent if name not in sent)
        refusal = _upload(context, [files[name] for name in reading.absent])
        if not refusal:
            break
    reading = settle(context, observe, grace=GRACE if refusal else None)
    if reading.absent:
        said = refusal or "twine succeeded, and no index knows the file"
        raise _failure(context, project, reading, said)
    return sent, reading


def _require_readable(project: PythonProject, context: Context, reading: Reading) -> None:
    if reading.presence is Presence.UNREADABLE:
        raise _failure(context, project, reading, "PyPI cannot be read, so nothing is decided")


def _require_window(context: Context, project: PythonProject, missing: list[str]) -> None:
    """PyPI's window for new files of a version, counted from its first upload."""
    served = context.pypi().release(project.name, context.version).values()
    times = [file.uploaded for file in served if file.uploaded]
    if times and context.clock.now() > min(times) + RELEASE_WINDOW:
        raise Unrepairable(
            f"PyPI takes no new files for {project.name} {context.version}",
            expected=f"an upload before {min(times) + RELEASE_WINDOW:%Y-%m-%d %H:%M} UTC",
            problems=[Problem(name, "served", "missing") for name in missing],
            remedy="ship a patch release: `nox -s bump -- patch`",
        )


def _upload(context: Context, paths: list[Path]) -> str:
    """Sign, mint, upload; what twine said when it failed."""
    pypi = context.pypi()
    jwt = oidc.request_token(context.http, AUDIENCE, context.env)
    attestations = context.trust().sign_publish(paths, jwt)
    token = pypi.mint(oidc.request_token(context.http, pypi.audience(), context.env))
    with tempfile.TemporaryDirectory(prefix="upload-") as folder:
        copies, proofs = [], []
        for path in paths:
            copies.append(Path(shutil.copy2(path, folder)))
            proofs.append(Path(folder, f"{path.name}.publish.attestation"))
            proofs[-1].write_text(attestations[path.name], encoding="utf-8")
        url = context.declaration.registries.pypi.upload
        done = twine.upload(copies, proofs, url=url, token=token)
    if done.returncode == 0:
        return ""
    said = tail(console.redact(f"{done.stdout}\n{done.stderr}"))
    console.warning(f"twine ended with {done.returncode}; the index decides\n{said}")
    return said or f"exit code {done.returncode}"


def _require_served(context: Context, project: PythonProject, reading: Reading) -> None:
    if reading.presence is not Presence.IDENTICAL:
        raise _failure(context, project, reading, "not served identically everywhere yet")


def _failure(
    context: Context, project: PythonProject, reading: Reading, found: str
) -> ReleaseError:
    """Transient when none of the files is there, else partly published and resumable."""
    there = any(item.presence is not Presence.ABSENT for item in reading.observations)
    readable = reading.presence is not Presence.UNREADABLE
    kind = PartlyPublished if there and readable else Transient
    return kind(
        f"{project.name} {context.version} is not completely on PyPI",
        found=found,
        problems=reading.problems(),
        remedy="re-run this job; it uploads only what PyPI does not have",
    )
