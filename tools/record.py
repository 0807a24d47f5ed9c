"""The release record, its completion, and where each Python file came from.

``release-record.json`` is attested and staged before the first publish: the reconciler's
expectation and the reader's audit page. ``release-completion.json`` is added by the un-draft:
what every registry served at that moment. Its text depends on nothing but the record and the
served bytes, so a repeated un-draft writes the same file. ``origin.json`` lies beside the
canonical files of a PyPI project, and is no distribution.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.errors import Mismatch, UsageError
from tools.model import Artifact, Digest, Kind

RECORD_NAME = "release-record.json"
COMPLETION_NAME = "release-completion.json"
ORIGIN_NAME = "origin.json"


class Origin(StrEnum):
    """Where the bytes of a canonical file came from."""

    BUILT = "built"  # by this run, so this run may attest it
    PYPI = "pypi-served, verified"  # published earlier; this run claims nothing of its build
    ESCROW = "escrow, verified"  # the draft's asset, attested by the run that built it


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def to_bytes(self) -> bytes:
        """The file's text: stable key order, two spaces, a final newline."""
        return (self.model_dump_json(indent=2) + "\n").encode()


class RecordedArtifact(_Document):
    """A file of the release and where it is to be published."""

    name: str
    kind: Kind
    size: int
    sha256: str
    origin: Origin
    publish_to: tuple[str, ...]

    @property
    def digest(self) -> Digest:
        return Digest.sha256(self.sha256)


class ReleaseRecord(_Document):
    """``release-record.json``."""

    schema_version: Literal[1] = 1
    project: str
    repository: str
    version: str
    tag: str
    commit: str
    run: str
    gates: dict[str, str]
    tools: dict[str, str]
    predicted: tuple[str, ...]
    artifacts: tuple[RecordedArtifact, ...]
    assets: tuple[str, ...]

    def artifact(self, name: str) -> RecordedArtifact:
        """The entry of a file; Mismatch when the record has none."""
        for item in self.artifacts:
            if item.name == name:
                return item
        raise Mismatch(
            f"{RECORD_NAME} does not list {name}",
            remedy="the record is of another declaration; re-run the attest job",
        )

    @property
    def digests(self) -> dict[str, Digest]:
        return {item.name: item.digest for item in self.artifacts}


class Completion(_Document):
    """``release-completion.json``: what was served when the release became public."""

    schema_version: Literal[1] = 1
    version: str
    tag: str
    commit: str
    record_sha256: str
    served: dict[str, dict[str, str]]
    assets: dict[str, str]


class OriginFile(_Document):
    """One canonical file and its origin."""

    name: str
    size: int
    sha256: str
    origin: Origin

    @classmethod
    def of(cls, artifact: Artifact, origin: Origin) -> OriginFile:
        return cls(
            name=artifact.name, size=artifact.size, sha256=artifact.digest.hex, origin=origin
        )


class Origins(_Document):
    """``origin.json``: the canonical files of one PyPI project."""

    schema_version: Literal[1] = 1
    project: str
    version: str
    commit: str
    files: tuple[OriginFile, ...]


_T = TypeVar("_T", bound=_Document)


def read(kind: type[_T], content: bytes, name: str) -> _T:
    """Parse a document strictly.

    Raises:
        Mismatch: with every problem, when it is not a *kind*.
    """
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Mismatch(
            f"{name} is not readable as {kind.__name__}",
            found=f"{where}: {first['msg']} ({error.error_count()} problems)",
            remedy="re-run the job that writes it",
        ) from error


def read_file(kind: type[_T], path: Path, made_by: str) -> _T:
    """Parse a document from a file.

    Args:
        made_by: the command that makes it.

    Raises:
        UsageError: there is no such file.
        Mismatch: it is malformed.
    """
    try:
        return read(kind, path.read_bytes(), path.name)
    except OSError as error:
        raise UsageError(
            f"cannot read {path}", found=str(error.strerror), remedy=made_by
        ) from error
