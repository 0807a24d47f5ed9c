"""Wheels as files: read them, and write one anew with some members changed.

A rewritten wheel is deterministic: members keep their order, time stamps and modes, RECORD is
made anew from the content (PEP 427: ``sha256=`` and the urlsafe base64 digest without padding).
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

RECORD = "RECORD"


def record_line(name: str, data: bytes) -> str:
    """The line that RECORD must hold for a member."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}"


def dist_info(names: list[str]) -> str:
    """The ``NAME-VERSION.dist-info`` folder of a wheel with these members.

    Raises:
        ValueError: when there is not exactly one.
    """
    found = {name.split("/")[0] for name in names if name.split("/")[0].endswith(".dist-info")}
    if len(found) != 1:
        raise ValueError(f"expected one .dist-info folder, found {sorted(found)}")
    return found.pop()


def rewrite(wheel: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Replace each member's content by ``change(name, content)`` and make RECORD anew.

    The file is replaced only when something changed, and then at once.
    """
    with zipfile.ZipFile(wheel) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    changed = [(info, change(info.filename, data)) for info, data in members]
    if changed == members:
        return
    record = f"{dist_info([info.filename for info, _ in members])}/{RECORD}"
    lines = [record_line(i.filename, data) for i, data in changed if i.filename != record]
    text = "\n".join((*lines, f"{record},,", "")).encode()
    partial = wheel.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w") as archive:
        for info, data in changed:
            archive.writestr(_fresh(info), text if info.filename == record else data)
    partial.replace(wheel)


def _fresh(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    copy = zipfile.ZipInfo(info.filename, info.date_time)
    copy.compress_type = info.compress_type
    copy.external_attr = info.external_attr
    copy.create_system = info.create_system
    return copy
