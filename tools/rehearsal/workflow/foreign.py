"""Legs of platforms that this machine is not.

A foreign ``nox -s wheels`` is filled by the native leg's wheel, re-tagged; a foreign
``nox -s smoke`` or ``nox -s simd`` cannot be rehearsed here and the report says so. Any other
command of a foreign job runs here as it stands. A native SIMD leg whose level the CPU lacks is
not rehearsed either.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import parse_wheel_filename

from tools.errors import ReleaseError, UsageError

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_NOT_HERE = ("smoke", "simd")


@dataclass(frozen=True, slots=True)
class Fill:
    """A foreign wheel leg: re-tag the native wheels of *package* for *platform* into *out*."""

    package: str
    platform: str
    out: str


@dataclass(frozen=True, slots=True)
class NotRehearsed:
    """A command that this machine cannot rehearse, and why."""

    reason: str


def expand(command: str, env: Mapping[str, str]) -> list[str]:
    """The arguments of a one-line command with ``$NAME`` and ``${NAME}`` from *env*.

    Raises:
        UsageError: for a variable that the step does not define.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in env:
            raise UsageError(f"{command!r}: the step defines no {name}")
        return env[name]

    return [_VARIABLE.sub(value, word) for word in shlex.split(command)]


def plan(
    command: str, env: Mapping[str, str], *, foreign: bool, runner: str, levels: frozenset[str]
) -> Fill | NotRehearsed | None:
    """What to do instead of running *command*; None to run it as it stands."""
    words = command.split()
    if words[:2] != ["nox", "-s"] or len(words) < 3:
        return None
    session = words[2]
    if foreign and session in _NOT_HERE:
        return NotRehearsed(f"not rehearsed on this machine: needs {runner}")
    if not foreign and session == "simd":
        level = _option(expand(command, env), "--level", default="")
        if level and level not in levels:
            return NotRehearsed(f"not rehearsed on this machine: its CPU has no {level}")
    if foreign and session == "wheels":
        arguments = expand(command, env)
        return Fill(*(_option(arguments, name) for name in ("--package", "--platform", "--out")))
    return None


def native_output(command: str, env: Mapping[str, str]) -> tuple[str, str] | None:
    """(package, out folder) of a native ``nox -s wheels``, to fill foreign legs from later."""
    if command.split()[:3] != ["nox", "-s", "wheels"]:
        return None
    arguments = expand(command, env)
    return _option(arguments, "--package"), _option(arguments, "--out")


def _option(arguments: list[str], name: str, default: str | None = None) -> str:
    for index, argument in enumerate(arguments[:-1]):
        if argument == name:
            return arguments[index + 1]
    if default is None:
        raise UsageError(f"a foreign leg needs {name}", found=shlex.join(arguments))
    return default


def retag(wheel: Path, platform_tag: str, target: Path) -> Path:
    """Write *wheel* under another platform tag into folder *target*.

    The file name, the ``Tag`` lines of ``WHEEL`` and ``RECORD`` agree afterwards; extension
    modules take the suffix that the platform loads. Every other byte stays.

    Raises:
        ReleaseError: when the wheel holds no WHEEL or RECORD file.
    """
    parse_wheel_filename(wheel.name)  # refuses a name that is not a wheel's
    abi = "-".join(wheel.stem.split("-")[-3:-1])
    stem = "-".join(wheel.stem.split("-")[:-3])
    result = target / f"{stem}-{abi}-{platform_tag}.whl"
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as source:
        members = {info.filename: (info, source.read(info)) for info in source.infolist()}
    record = next((path for path in members if path.endswith(".dist-info/RECORD")), None)
    metadata = next((path for path in members if path.endswith(".dist-info/WHEEL")), None)
    if record is None or metadata is None:
        raise ReleaseError(f"{wheel.name} holds no WHEEL and RECORD", remedy="build it again")
    contents = {_module_name(path, platform_tag): data for path, (_, data) in members.items()}
    contents[metadata] = _tagged(contents[metadata], abi, platform_tag)
    contents[record] = _record(contents, record)
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as out:
        for path, (info, _) in members.items():
            new = _module_name(path, platform_tag)
            entry = zipfile.ZipInfo(new, info.date_time)
            entry.external_attr = info.external_attr
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, contents[new])
    return result


def _module_name(path: str, platform_tag: str) -> str:
    if platform_tag.startswith("win") and path.endswith(".so"):
        return re.sub(r"(\.abi3|\.cpython-[^.]+)?\.so$", ".pyd", path)
    return path


def _tagged(data: bytes, abi: str, platform_tag: str) -> bytes:
    lines = [line for line in data.decode().splitlines() if line and not line.startswith("Tag:")]
    lines += [f"Tag: {abi}-{tag}" for tag in sorted(platform_tag.split("."))]
    return ("\n".join(lines) + "\n").encode()


def _record(contents: Mapping[str, bytes], record: str) -> bytes:
    lines = []
    for path, data in contents.items():
        if path == record or path.endswith("/"):
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(data)}")
    return ("\n".join([*lines, f"{record},,"]) + "\n").encode()
