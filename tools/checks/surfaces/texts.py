"""The declarations of the other languages: Python stubs, the C header, Go, Cargo manifests."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from tools.checks.surfaces import Declarations, Declared, one_line

# ---------------------------------------------------------------------- Python stubs


def stub(file: str, text: str) -> Declarations:
    """The public functions, methods, attributes and names of a ``.pyi`` file."""
    found: dict[str, Declared] = {}
    _stub_body(file, ast.parse(text).body, "", found)
    return found


def _stub_body(file: str, body: list[ast.stmt], prefix: str, found: dict[str, Declared]) -> None:
    for node in body:
        for name, said in _named(node):
            if name.startswith("_") and not name.startswith("__"):
                continue
            key = f"{prefix}{name}"
            # Overloads share a name: each is a declaration of its own.
            while key in found:
                key += "'"
            found[key] = Declared(file, node.lineno, f"{prefix}{said}")
            if isinstance(node, ast.ClassDef):
                _stub_body(file, node.body, f"{name}.", found)


def _named(node: ast.stmt) -> Iterator[tuple[str, str]]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
            yield node.name, f"{node.name}({ast.unparse(node.args)}){returns}"
        case ast.ClassDef():
            yield node.name, f"class {node.name}({', '.join(map(ast.unparse, node.bases))})"
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name, f"{name}: {ast.unparse(node.annotation)}"
        case ast.Assign():
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, f"{target.id} = {ast.unparse(node.value)}"


def more_optional(old: Declared, new: Declared) -> bool:
    """Whether a signature only gained arguments that may be left out, at the end or by keyword."""
    was, now = _signature(old.text), _signature(new.text)
    if (
        was is None
        or now is None
        or ast.dump(was.returns or _NONE) != ast.dump(now.returns or _NONE)
    ):
        return False
    before, after = was.args, now.args
    kept = len(before.args)
    required = len(after.args) - len(after.defaults)
    same = [ast.dump(a) for a in before.args] == [ast.dump(a) for a in after.args[:kept]]
    defaults = [ast.dump(d) for d in before.defaults]
    kept_defaults = [ast.dump(d) for d in after.defaults][: len(defaults)]
    by_name = {a.arg: (a, d) for a, d in zip(after.kwonlyargs, after.kw_defaults, strict=True)}
    keywords = all(
        a.arg in by_name and _pair(a, d) == _pair(*by_name[a.arg])
        for a, d in zip(before.kwonlyargs, before.kw_defaults, strict=True)
    )
    known = {a.arg for a in before.kwonlyargs}
    optional = all(d is not None for name, (_, d) in by_name.items() if name not in known)
    positional = required <= kept - len(before.defaults) and defaults == kept_defaults
    return same and positional and keywords and optional


_NONE = ast.Constant(None)


def _pair(argument: ast.arg, default: ast.expr | None) -> tuple[str, str]:
    return ast.dump(argument), ast.dump(default) if default else ""


def _signature(text: str) -> ast.FunctionDef | None:
    try:
        (node,) = ast.parse(f"def {_tail(text)}: ...").body
    except (SyntaxError, ValueError):
        return None
    return node if isinstance(node, ast.FunctionDef) else None


def _tail(text: str) -> str:
    """The signature without the class in front of its name."""
    head, bracket, rest = text.partition("(")
    return f"{head.rpartition('.')[2]}{bracket}{rest}"


# ---------------------------------------------------------------------- the C header


def header(file: str, text: str) -> Declarations:
    """Constants, enum values, structs (field by field) and functions of a C header."""
    plain = re.sub(
        r"//[^\n]*|/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.DOTALL
    )
    found: dict[str, Declared] = {}

    def add(key: str, offset: int, said: str) -> None:
        line = plain.count("\n", 0, offset) + 1
        found[key] = Declared(file, line, one_line(said))

    for match in re.finditer(r"^#define[ \t]+(\w+)[ \t]+(\S.*)$", plain, re.MULTILINE):
        add(f"define {match[1]}", match.start(), match.group())
    code = re.sub(r"^[ \t]*#[^\n]*", "", plain, flags=re.MULTILINE)
    # The directives are gone but their lines are not: offsets become line numbers again.
    plain = code
    for match in re.finditer(r"\benum\s+(\w+)[^{};]*\{([^}]*)\}", code):
        for value in re.finditer(r"(\w+)\s*=\s*([^,}\s]+)", match[2]):
            add(f"enum {value[1]}", match.start(2) + value.start(), value.group())
    for match in re.finditer(r"\bstruct\s+(\w+)\s*\{([^}]*)\}", code):
        for number, field in enumerate(re.finditer(r"[^;]+;", match[2])):
            said = f"struct {match[1]}: {field.group().strip()}"
            add(f"struct {match[1]} {number}", match.start(2) + field.end() - 1, said)
    outside = re.sub(r"\{[^}]*\}", lambda m: re.sub(r"[^\n]", " ", m.group()), code)
    for match in re.finditer(r"[\w*][\w\s*]*?\b(\w+)\s*\(([^()]*)\)\s*;", outside):
        add(f"function {match[1]}", match.start(1), match.group())
    return found


def grown(old: Declarations, new: Declarations) -> frozenset[str]:
    """Struct fields whose addition breaks: the struct has no ``struct_size`` to tell versions."""
    sized = {
        key.split()[1]
        for key, item in old.items()
        if key.startswith("struct ") and "struct_size" in item.text
    }
    known = {key.split()[1] for key in old if key.startswith("struct ")}
    return frozenset(
        key
        for key in new
        if key.startswith("struct ") and key.split()[1] in known - sized and key not in old
    )


# ---------------------------------------------------------------------- Go


def go(file: str, text: str) -> Declarations:
    """The exported functions, methods, types, struct fields, constants and variables."""
    found: dict[str, Declared] = {}
    owner = ""
    for number, line in enumerate(text.splitlines(), start=1):
        said = one_line(line.split("//")[0]).removesuffix("{").strip()
        method = re.match(r"func \((?:\w+ )?\*?([A-Z]\w*)[^)]*\) ([A-Z]\w*)", line)
        plain = re.match(r"(func|type|const|var) ([A-Z]\w*)", line)
        block = re.match(r"(const|var|type) \($", line)
        if method:
            found[f"{method[1]}.{method[2]}"] = Declared(file, number, said)
        elif plain:
            value = said.split(" = ")[0] if plain[1] == "var" else said
            found[plain[2]] = Declared(file, number, value)
            owner = f"{plain[2]}." if line.rstrip().endswith("struct {") else ""
        elif block:
            owner = ""
        elif (inner := re.match(r"\t([A-Z]\w*)\b", line)) and not line.startswith("\t\t"):
            if owner or _in_block(found, text, number):
                found[f"{owner}{inner[1]}"] = Declared(file, number, f"{owner}{said}")
        elif line.startswith("}"):
            owner = ""
    return found


def _in_block(found: Mapping[str, Declared], text: str, number: int) -> bool:
    """Whether a line stands in a ``const (`` or ``var (`` block."""
    for line in reversed(text.splitlines()[: number - 1]):
        if re.match(r"(const|var) \($", line):
            return True
        if line and not line.startswith(("\t", " ")):
            return False
    return False


# ---------------------------------------------------------------------- Cargo manifests


# Features that promise no stability, by the policy.
UNCOVERED = frozenset({"experimental", "test-utils"})


def features(file: str, text: str) -> Declarations:
    """A crate's features; of ``default`` the set, since a changed set breaks."""
    table: dict[str, list[str]] = tomllib.loads(text).get("features", {})
    return {
        name: Declared(
            file,
            _line(text, rf"^{re.escape(name)}\s*="),
            f"default = {sorted(enables)}" if name == "default" else name,
        )
        for name, enables in table.items()
        if name not in UNCOVERED
    }


def minimum(file: str, text: str, path: str, pattern: str) -> Declared | None:
    """A minimum version that a TOML file states at a dotted *path*."""
    value: Any = tomllib.loads(text)
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return Declared(file, _line(text, pattern), str(value)) if isinstance(value, str) else None


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of a version or requirement, for comparing: ``>=3.10`` is (3, 10)."""
    return tuple(int(number) for number in re.findall(r"\d+", text))


def _line(text: str, pattern: str) -> int:
    match = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0
