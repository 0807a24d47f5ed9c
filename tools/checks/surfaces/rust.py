"""The public items of a Rust crate, read from its sources.

A reader of declarations, not a compiler: an approximation that errs towards reporting, for the
evidence of a review and for machines without cargo-semver-checks, which is the authority.
Departures from rustc: paths are ignored (an item that only moves between files is unchanged);
an item counts as public when it is ``pub`` and its module is ``pub`` all the way, or a ``pub use``
names it; items that a macro writes are not seen; ``cfg`` is not evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tools.checks.surfaces import Declarations, Declared, one_line

_NOISE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|r(\#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?'(?:\\[^\n]+?|[^\\'\n])'""",
    re.DOTALL,
)
_ITEM = re.compile(
    r"(?P<vis>pub(?:\s*\([^)]*\))?\s+)?(?:default\s+|async\s+|unsafe\s+|const\s+(?=fn|unsafe|async"
    r"|extern)|extern\s+\S*\s*(?=fn))*(?P<kind>fn|struct|enum|trait|union|type|mod|const|static|use"
    r"|impl|macro_rules!|extern)\b\s*(?P<name>\w+)?"
)
_ATTRIBUTE = re.compile(r"#!?\[")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Item:
    """A ``pub`` item: its key, the outermost name that must be reachable, and the declaration."""

    key: str
    root: str
    file: str
    declared: Declared


def declarations(files: Mapping[str, str]) -> Declarations:
    """The public items of one crate.

    Args:
        files: path below the crate's ``src`` to text, e.g. ``rank_io/mod.rs``; keys may carry a
            prefix up to and including ``src/``.
    """
    plain = {path: _blank(text) for path, text in files.items()}
    exported = _exported(plain)
    public = _public_modules(plain)
    items = [item for path, text in plain.items() for item in _items(path, text)]
    return {
        item.key: item.declared
        for item in items
        if item.root in exported or _module(item.file) in public
    }


def _blank(text: str) -> str:
    """*text* without comments and literals, every line where it was."""

    def gap(match: re.Match[str]) -> str:
        found = match.group()
        kept = '""' if found.endswith('"') else "0" if found.endswith("'") else ""
        return kept + "\n" * found.count("\n")

    return _NOISE.sub(gap, text)


def _module(path: str) -> tuple[str, ...]:
    """The module path of a source file: ``src/rank_io/mod.rs`` is ``("rank_io",)``."""
    inner = path.rpartition("src/")[2].removesuffix(".rs")
    parts = tuple(inner.split("/"))
    return parts[:-1] if parts[-1] in ("mod", "lib", "main") else parts


def _exported(files: Mapping[str, str]) -> frozenset[str]:
    """Every name that some ``pub use`` exports, and of globs the module's name."""
    names: set[str] = set()
    for text in files.values():
        for match in re.finditer(r"\bpub\s+use\s+([^;]+);", text):
            for part in re.split(r"[{},]", match[1]):
                last = part.strip().split(" as ")[0].rpartition("::")
                names.add(last[0].rpartition("::")[2] if last[2] == "*" else last[2])
    return frozenset(names - {""})


def _public_modules(files: Mapping[str, str]) -> frozenset[tuple[str, ...]]:
    """The modules that ``pub mod`` reaches from the crate's root."""
    found: set[tuple[str, ...]] = {()}
    for path, text in sorted(files.items(), key=lambda pair: len(_module(pair[0]))):
        if _module(path) in found:
            for match in re.finditer(r"\bpub\s+mod\s+(\w+)", text):
                found.add((*_module(path), match[1]))
    return frozenset(found)


def _items(file: str, text: str) -> Iterator[Item]:
    yield from _scan(file, text, 0, len(text), (), inherited=False)


def _scan(
    file: str, text: str, position: int, end: int, context: tuple[str, ...], *, inherited: bool
) -> Iterator[Item]:
    """The items between two positions. *inherited*: they are as public as what holds them."""
    open_enum = False
    while position < end:
        if text[position].isspace() or text[position] in "};,":
            position += 1
            continue
        if match := _ATTRIBUTE.match(text, position):
            close = _closing(text, match.end() - 1)
            open_enum = open_enum or "non_exhaustive" in text[position:close]
            position = close
            continue
        match = _ITEM.match(text, position)
        stop, body = _extent(text, position, end, use=bool(match and match["kind"] == "use"))
        if match:
            head = one_line(text[position : body[0] if body else stop])
            line = text.count("\n", 0, position) + 1
            declared = Declared(file, line, head)
            yield from _of(file, text, match, declared, body, context, inherited, open_enum)
        position, open_enum = stop, False


def _of(
    file: str,
    text: str,
    match: re.Match[str],
    declared: Declared,
    body: tuple[int, int] | None,
    context: tuple[str, ...],
    inherited: bool,
    open_enum: bool,
) -> Iterator[Item]:
    """An item and what it holds."""
    kind, name = match["kind"], match["name"] or ""
    public = inherited or (match["vis"] or "").strip() == "pub"
    if kind == "impl":
        owner, of_trait = _implemented(declared.text)
        if of_trait:
            yield Item(f"{declared.text}", owner, file, declared)
        elif body:
            yield from _scan(file, text, body[0] + 1, body[1] - 1, (owner,), inherited=False)
        return
    if kind in ("use", "macro_rules!", "extern") or not public:
        return
    if kind == "mod":
        if body:
            yield from _scan(file, text, body[0] + 1, body[1] - 1, context, inherited=False)
        return
    path = (*context, name)
    text_of = declared.text if kind not in ("const", "static") else declared.text.split("=")[0]
    shown = Declared(file, declared.line, f"{text_of}{' #[non_exhaustive]' * open_enum}".strip())
    yield Item("::".join((kind, *path)), path[0], file, shown)
    if kind == "trait" and body:
        yield from _scan(file, text, body[0] + 1, body[1] - 1, path, inherited=True)
    if kind in ("struct", "enum", "union") and body:
        yield from _members(file, text, kind, body, path)


def _implemented(head: str) -> tuple[str, bool]:
    """The type that an ``impl`` is for, and whether it implements a trait."""
    rest = re.sub(r"^(unsafe )?impl\s*", "", head.split(" where ")[0])
    if rest.startswith("<"):
        rest = rest[_angle(rest) :].strip()
    trait, separator, owner = rest.rpartition(" for ")
    name = re.match(r"[&\s]*(?:\w+::)*(\w+)", owner)
    return (name[1] if name else owner), bool(separator and trait)


def _angle(text: str) -> int:
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "<") - (char == ">" and text[index - 1] != "-")
        if depth == 0:
            return index + 1
    return len(text)


def _members(
    file: str, text: str, kind: str, body: tuple[int, int], path: tuple[str, ...]
) -> Iterator[Item]:
    """Public fields of a struct, and the variants of an enum."""
    start = body[0] + 1
    for part in _split(text[start : body[1] - 1]):
        line = text.count("\n", 0, start + part[0]) + 1
        member = one_line(re.sub(r"#\[[^\]]*\]", "", part[1]))
        if kind != "enum" and not member.startswith("pub "):
            continue
        name = re.match(r"(?:pub\s+)?(\w+)", member)
        if name:
            key = "::".join(("variant" if kind == "enum" else "field", *path, name[1]))
            yield Item(key, path[0], file, Declared(file, line, f"{path[-1]}: {member}"))


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Parts between top-level commas, each with the offset of its first character."""
    depth, start = 0, 0
    for index, char in enumerate((*text, ",")):
        depth += (char in "([{<") - (char in ")]}" or (char == ">" and text[index - 1] != "-"))
        if char == "," and depth == 0:
            part = text[start:index]
            if part.strip():
                yield start + len(part) - len(part.lstrip()), part
            start = index + 1


def _closing(text: str, opening: int) -> int:
    """The position after the bracket that closes the one at *opening*."""
    want, depth = _PAIRS[text[opening]], 0
    for index in range(opening, len(text)):
        depth += (text[index] == text[opening]) - (text[index] == want)
        if depth == 0:
            return index + 1
    return len(text)


def _extent(text: str, start: int, end: int, *, use: bool) -> tuple[int, tuple[int, int] | None]:
    """Where an item ends, and its braces' body if it has one."""
    index = start
    while index < end:
        char = text[index]
        if char == ";":
            return index + 1, None
        if char in "([" or (char == "{" and use):
            index = _closing(text, index)
            continue
        if char == "{":
            close = _closing(text, index)
            return close, (index, close)
        index += 1
    return end, None
