"""Small prebuilt artifacts of the scene's version: the campaign's, under one version."""

from __future__ import annotations

from tools.declaration import PythonProject
from tools.model import Version
from tools.rehearsal.campaign import artifacts

VERSION = Version.parse("0.7.0")


def crate_bytes(name: str, extra: str = "") -> bytes:
    """A ``.crate`` as crates.io accepts one; *extra* is its lib.rs."""
    return artifacts.crate(name, VERSION, extra)


def wheel_bytes(project: PythonProject, name: str, extra: str = "") -> bytes:
    """A wheel under its declared name; *extra* is its module."""
    return artifacts.wheel(project, VERSION, name, extra)


def sdist_bytes(project: PythonProject, extra: str = "") -> bytes:
    """An sdist; *extra* ends one of its licences."""
    return artifacts.sdist(project, VERSION, extra)
