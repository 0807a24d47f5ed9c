"""Version sites: reading and rewriting the version in each kind of file.

Every function takes the text of a file and works on nothing else, so a plan can be made, shown
and checked before anything is written. A site whose pattern matches nothing raises
:class:`SiteError`; it is never silently skipped.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import String

from tools.declaration import Site
from tools.errors import ReleaseError

_MARKER = re.compile(r"(<!-- version -->)(.*?)(<!-- /version -->)")
_PROBE = "0.0.0-probe"


class SiteError(ReleaseError):
    """A declared site does not exist in its file."""

    exit_code = 2
    situation = "version site not found"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A version as it stands in a file: 1-based line and the text found there."""

    line: int
    text: str


def read(site: Site, text: str) -> list[Occurrence]:
    """Every occurrence of the version that *site* declares in *text*."""
    probed = _RULES[site.kind](site, text, lambda _: site.form.format(version=_PROBE))
    found = [
        Occurrence(number, before)
        for number, before in zip(*_values(site, text, probed), strict=True)
    ]
    if not found:
        raise _missing(site)
    return found


def write(site: Site, text: str, version: str) -> str:
    """*text* with the version at *site* set to *version*; everything else byte for byte."""
    return _RULES[site.kind](site, text, lambda _: site.form.format(version=version))


def expected(site: Site, version: str) -> str:
    """What stands at *site* when the tree is at *version*."""
    return site.form.format(version=version)


def _values(site: Site, text: str, probed: str) -> tuple[list[int], list[str]]:
    """Lines that the probe changed, with the value that stood there."""
    probe = site.form.format(version=_PROBE)
    numbers, values = [], []
    for number, (old, new) in enumerate(
        zip(text.splitlines(), probed.splitlines(), strict=True), start=1
    ):
        if old != new:
            head, _, rest = new.partition(probe)
            numbers.append(number)
            values.append(old[len(head) : len(old) - len(rest)])
    return numbers, values


def _toml(site: Site, text: str, rewrite: Callable[[str], str]) -> str:
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise SiteError(f"{site.file} is not TOML: {error}") from error
    *parents, last = site.key.split(".")
    table: Any = document
    for part in parents:
        table = table.get(part)
        if not hasattr(table, "get"):
            raise _missing(site)
    if not isinstance(table.get(last), str):
        raise _missing(site)
    value = cast(String, table[last])
    literal = value.as_string().startswith("'")
    table[last] = tomlkit.string(rewrite(str(value)), literal=literal)
    return tomlkit.dumps(document)


def _python(site: Site, text: str, rewrite: Callable[[str], str]) -> str:
    for node in ast.parse(text).body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
            continue
        named = any(isinstance(t, ast.Name) and t.id == site.key for t in node.targets)
        if named and isinstance(node.value.value, str):
            return _replace_literal(text, node.value, rewrite(node.value.value))
    raise _missing(site)


def _replace_literal(text: str, node: ast.Constant, value: str) -> str:
    lines = text.splitlines(keepends=True)
    row = node.lineno - 1
    # ast columns count UTF-8 bytes.
    line = lines[row].encode()
    quote = line[node.col_offset : node.col_offset + 1]
    new = quote + value.encode() + quote
    lines[row] = (line[: node.col_offset] + new + line[node.end_col_offset :]).decode()
    return "".join(lines)


def _marker(site: Site, text: str, rewrite: Callable[[str], str]) -> str:
    new, count = _MARKER.subn(lambda m: m[1] + rewrite(m[2]) + m[3], text)
    if not count:
        raise _missing(site)
    return new


def _lock(site: Site, text: str, rewrite: Callable[[str], str]) -> str:
    """Member entries only: a third-party crate may share a member's version or even its name."""
    blocks = text.split("[[package]]\n")
    versions: dict[str, str] = {}
    for position, block in enumerate(blocks[1:], start=1):
        entry = tomllib.loads(block)
        if entry["name"] in site.members and "source" not in entry:
            versions[entry["name"]] = entry["version"]
            old, new = entry["version"], rewrite(entry["version"])
            blocks[position] = block.replace(f'version = "{old}"\n', f'version = "{new}"\n', 1)
    if missing := set(site.members) - set(versions):
        raise SiteError(
            f"{site.file} has no entry for {', '.join(sorted(missing))}",
            remedy="run `cargo metadata --offline >/dev/null` and commit Cargo.lock",
        )
    result = "[[package]]\n".join(blocks)
    for name, old in versions.items():
        # Cargo writes "name version" in dependency lists when the name alone is ambiguous.
        result = result.replace(f'\n "{name} {old}",', f'\n "{name} {rewrite(old)}",')
    return result


_RULES: dict[str, Callable[[Site, str, Callable[[str], str]], str]] = {
    "toml": _toml,
    "python": _python,
    "marker": _marker,
    "lock": _lock,
}


def _missing(site: Site) -> SiteError:
    what = f"key {site.key}" if site.key else f"{site.kind}"
    return SiteError(
        f"{site.file} has no version at the declared site",
        expected=what,
        found="nothing",
        remedy="mend the file or its [[site]] entry in release.toml",
    )
