"""The outside services, by their base URLs."""

from __future__ import annotations

from tools.declaration.frozen import Frozen


class CratesIo(Frozen):
    api: str
    index: str
    static: str
    environment: str


class PyPI(Frozen):
    api: str
    upload: str
    files: str
    environment: str


class GitHub(Frozen):
    api: str
    uploads: str


class DocsRs(Frozen):
    api: str


class Registries(Frozen):
    """Base URLs. They are the real services always; a rehearsal answers on these names."""

    crates_io: CratesIo
    pypi: PyPI
    github: GitHub
    docs_rs: DocsRs


class Zenodo(Frozen):
    """The deposit of a coordinated paper release; leave the section out when there is none."""

    api: str
    record: str
