"""The simple index: PEP 503 as HTML, PEP 691 as JSON, with PEP 658, 700 and 740 keys."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Sequence
from typing import Any

from tools.rehearsal.world.pypi.store import DistFile

API_VERSION = "1.3"
JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
_OFFERS = {
    "application/vnd.pypi.simple.v1+json": JSON_TYPE,
    "application/vnd.pypi.simple.latest+json": JSON_TYPE,
    "application/vnd.pypi.simple.v1+html": HTML_TYPE,
    "application/vnd.pypi.simple.latest+html": HTML_TYPE,
    "text/html": "text/html",
    "text/*": "text/html",
    "*/*": "text/html",
}


def negotiate(accept: str) -> str | None:
    """The content type for an ``Accept`` header (RFC 9110, 12.5.1); None when none will do."""
    best, best_quality = None, 0.0
    for part in (accept or "*/*").split(","):
        kind, *parameters = [piece.strip() for piece in part.split(";")]
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if kind.lower() in _OFFERS and quality > best_quality:
            best, best_quality = _OFFERS[kind.lower()], quality
    return best


def integrity_url(file: DistFile) -> str:
    where = f"{file.project}/{file.version}/{file.filename}"
    return f"https://pypi.org/integrity/{where}/provenance"


def core_metadata(file: DistFile) -> dict[str, str] | bool:
    """The value of PEP 714's ``core-metadata``: the digest of the metadata file, or False."""
    raw = file.metadata
    return False if raw is None else {"sha256": hashlib.sha256(raw).hexdigest()}


def project_json(project: str, files: Sequence[DistFile], serial: int) -> dict[str, Any]:
    """A project's page (PEP 691 and 700)."""
    return {
        "meta": {"api-version": API_VERSION, "_last-serial": serial},
        "name": project,
        "versions": [str(version) for version in sorted({file.version for file in files})],
        "files": [_entry(file) for file in files],
    }


def _entry(file: DistFile) -> dict[str, Any]:
    known = core_metadata(file)
    return {
        "filename": file.filename,
        "url": file.url,
        "hashes": {"sha256": file.sha256},
        "requires-python": file.requires_python,
        "size": file.size,
        "upload-time": file.uploaded.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "yanked": file.yanked,
        "data-dist-info-metadata": known,
        "core-metadata": known,
        "provenance": integrity_url(file) if file.provenance else None,
    }


def project_html(project: str, files: Sequence[DistFile], serial: int) -> str:
    """A project's page (PEP 503)."""
    links = "".join(_link(file) for file in files)
    return _page(f"Links for {project}", links, serial)


def _link(file: DistFile) -> str:
    attributes = {"href": f"{file.url}#sha256={file.sha256}"}
    if file.requires_python:
        attributes["data-requires-python"] = file.requires_python
    known = core_metadata(file)
    if isinstance(known, dict):
        attributes["data-dist-info-metadata"] = f"sha256={known['sha256']}"
        attributes["data-core-metadata"] = f"sha256={known['sha256']}"
    if file.yanked:
        attributes["data-yanked"] = file.yanked if isinstance(file.yanked, str) else ""
    if file.provenance:
        attributes["data-provenance"] = integrity_url(file)
    text = " ".join(f'{key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"    <a {text}>{html.escape(file.filename)}</a><br />\n"


def root_json(projects: Sequence[str], serial: int) -> dict[str, Any]:
    return {
        "meta": {"api-version": API_VERSION, "_last-serial": serial},
        "projects": [{"name": name} for name in projects],
    }


def root_html(projects: Sequence[str], serial: int) -> str:
    links = "".join(f'    <a href="/simple/{name}/">{name}</a><br />\n' for name in projects)
    return _page("Simple index", links, serial)


def _page(title: str, links: str, serial: int) -> str:
    return (
        "<!DOCTYPE html>\n<html>\n  <head>\n"
        f'    <meta name="pypi:repository-version" content="{API_VERSION}">\n'
        f"    <title>{html.escape(title)}</title>\n  </head>\n  <body>\n"
        f"    <h1>{html.escape(title)}</h1>\n{links}  </body>\n</html>\n"
        f"<!--SERIAL {serial}-->\n"
    )
