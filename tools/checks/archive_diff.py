"""Why two archives differ: member by member, down to the first differing line.

Reads crates and sdists (``.crate``, ``.tar.gz``) and wheels (``.whl``) into :class:`Member`
values and yields :class:`Difference` values. Two archives without a difference in members can
still differ as files (compression, member order, padding); that too is reported, so equal
bytes and "no difference" mean the same.
"""

from __future__ import annotations

import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tools.model import Digest, Problem

_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: name, permission bits, time stamp, owner (uid/gid), link, content."""

    name: str
    mode: int
    mtime: str
    owner: str
    link: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """One respect in which two archives differ, with the value on each side."""

    member: str
    what: str
    left: str
    right: str

    def problem(self, archive: str) -> Problem:
        """As a problem of the archive named *archive*."""
        where = f"{archive}: {self.member}" if self.member else archive
        return Problem(where, f"{self.what} {self.left}", self.right)


def read(path: Path) -> tuple[Member, ...]:
    """The members of an archive in their order.

    Raises:
        ValueError: when the file is neither a zip nor a tar archive.
    """
    if zipfile.is_zipfile(path):
        return tuple(_zip_members(path))
    if tarfile.is_tarfile(path):
        return tuple(_tar_members(path))
    raise ValueError(f"{path.name} is neither a zip nor a tar archive")


def _zip_members(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            link = archive.read(info).decode(errors="replace") if stat.S_ISLNK(mode) else ""
            mtime = "{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*info.date_time)
            yield Member(info.filename, mode & 0o7777, mtime, "", link, archive.read(info))


def _tar_members(path: Path) -> Iterator[Member]:
    with tarfile.open(path) as archive:
        for info in archive:
            stream = archive.extractfile(info) if info.isfile() else None
            data = stream.read() if stream else b""
            owner = f"{info.uid}/{info.gid}"
            yield Member(info.name, info.mode, str(int(info.mtime)), owner, info.linkname, data)


def explain(left: Path, right: Path) -> tuple[Difference, ...]:
    """Every respect in which two archives differ; empty only when they are byte-identical."""
    if Digest.of_file(left) == Digest.of_file(right):
        return ()
    mine, theirs = read(left), read(right)
    found = tuple(_members(mine, theirs))
    if found:
        return found
    if [m.name for m in mine] != [m.name for m in theirs]:
        return (_order(mine, theirs),)
    sizes = (f"{path.stat().st_size} bytes, {Digest.of_file(path)}" for path in (left, right))
    return (Difference("", "container (equal members; compression or padding)", *sizes),)


def _members(left: tuple[Member, ...], right: tuple[Member, ...]) -> Iterator[Difference]:
    mine, theirs = ({m.name: m for m in members} for members in (left, right))
    for name in sorted(mine.keys() | theirs.keys()):
        if name not in theirs:
            yield Difference(name, "member", "present", "absent")
        elif name not in mine:
            yield Difference(name, "member", "absent", "present")
        else:
            yield from _member(mine[name], theirs[name])


def _member(left: Member, right: Member) -> Iterator[Difference]:
    for what, mine, theirs in (
        ("mode", f"{left.mode:04o}", f"{right.mode:04o}"),
        ("mtime", left.mtime, right.mtime),
        ("owner", left.owner, right.owner),
        ("link", left.link, right.link),
        ("size", f"{len(left.data)} bytes", f"{len(right.data)} bytes"),
    ):
        if mine != theirs:
            yield Difference(left.name, what, mine, theirs)
    if left.data != right.data:
        yield first_difference(left.name, left.data, right.data)


def first_difference(name: str, left: bytes, right: bytes) -> Difference:
    """Where two different contents first differ: a line of a text, an offset of a binary.

    Raises:
        ValueError: when they do not differ.
    """
    if left == right:
        raise ValueError(f"{name}: the contents are equal")
    try:
        mine, theirs = (data.decode("utf-8").split("\n") for data in (left, right))
    except UnicodeDecodeError:
        return _first_byte(name, left, right)
    if b"\0" in left + right:
        return _first_byte(name, left, right)
    package = ""
    for number, (old, new) in enumerate(zip_longest(mine, theirs), 1):
        if old != new:
            where = f"line {number}" + (f" (package {package})" if package else "")
            return Difference(name, where, *_excerpts(old, new))
        if name.endswith("Cargo.lock") and old.startswith("name = "):
            package = old.removeprefix("name = ").strip('"')
    raise AssertionError("different texts have a differing line")


def _first_byte(name: str, left: bytes, right: bytes) -> Difference:
    size = min(len(left), len(right))
    at = next((i for i in range(size) if left[i] != right[i]), size)
    around = (repr(data[max(0, at - 16) : at + 32]) for data in (left, right))
    return Difference(name, f"byte {at}", *around)


def _excerpts(left: str | None, right: str | None) -> tuple[str, str]:
    """Both lines, cut to the part that differs when they are long."""
    pairs = zip(left or "", right or "", strict=False)
    same = next((i for i, (mine, theirs) in enumerate(pairs) if mine != theirs), None)
    if same is None:  # one is the beginning of the other
        same = min(len(left or ""), len(right or ""))
    start = max(0, same - _WIDTH // 2)
    mine, theirs = (
        "the end of the file" if line is None else repr(line[start : start + _WIDTH])
        for line in (left, right)
    )
    return mine, theirs


def _order(left: tuple[Member, ...], right: tuple[Member, ...]) -> Difference:
    pairs = zip(left, right, strict=False)
    at = next((i for i, (mine, theirs) in enumerate(pairs) if mine.name != theirs.name), 0)
    return Difference(left[at].name, f"order: member {at}", left[at].name, right[at].name)
