"""The legacy upload form and what PyPI refuses of it, in PyPI's order.

https://docs.pypi.org/api/upload/
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tools.rehearsal.world.pypi.dists import BadDist, DistName, check, parse_name
from tools.rehearsal.world.trusted import Refused
from tools.rehearsal.world.uploads import Sent

MAX_FILE = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class UploadForm:
    """An upload as sent: the text fields, and the file with the name that it was given."""

    fields: Mapping[str, str]
    filename: str
    content: bytes

    @property
    def project(self) -> str:
        return canonicalize_name(self.fields.get("name", ""))

    @property
    def version(self) -> str:
        return self.fields.get("version", "")

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def sent(self) -> Sent:
        return Sent(self.project, self.version, self.filename, self.sha256, len(self.content))


def check_form(form: UploadForm) -> DistName:
    """Action, name, version, file name and digests, without regard to what PyPI holds.

    Raises:
        Refused: 400.
    """
    expected = {":action": "file_upload", "protocol_version": "1"}
    for key, value in expected.items():
        if form.fields.get(key) != value:
            raise Refused(400, f"Unknown {key}: expected {value!r}, found {form.fields.get(key)!r}")
    for key in ("name", "version", "metadata_version", "filetype"):
        if not form.fields.get(key):
            raise Refused(400, f"Invalid value for {key}: This field is required.")
    try:
        version = Version(form.version)
        said = parse_name(form.filename)
    except (InvalidVersion, BadDist) as error:
        raise Refused(400, str(error)) from error
    if (said.project, said.version) != (form.project, version):
        raise Refused(
            400, f"the file name {form.filename!r} is not one of {form.project} {form.version}"
        )
    if said.packagetype != form.fields["filetype"]:
        raise Refused(400, f"Invalid file type {form.fields['filetype']!r} for {form.filename!r}")
    if len(form.content) > MAX_FILE:
        raise Refused(400, "File too large. Limit for this project is 100 MB")
    _check_digests(form)
    return said


def _check_digests(form: UploadForm) -> None:
    found = {
        "md5_digest": hashlib.md5(form.content, usedforsecurity=False).hexdigest(),
        "sha256_digest": form.sha256,
        "blake2_256_digest": hashlib.blake2b(form.content, digest_size=32).hexdigest(),
    }
    given = {key: form.fields[key].lower() for key in found if form.fields.get(key)}
    if not given:
        raise Refused(400, "Include at least one message digest.")
    for key, value in given.items():
        if not hmac.compare_digest(value, found[key]):
            raise Refused(
                400,
                f"The digest supplied does not match a digest calculated from the file: {key}",
            )


def check_content(form: UploadForm) -> None:
    """The inside of the file.

    Raises:
        Refused: 400.
    """
    try:
        check(form.filename, form.content)
    except BadDist as error:
        raise Refused(400, str(error)) from error
