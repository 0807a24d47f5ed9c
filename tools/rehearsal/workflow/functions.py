"""The functions of GitHub's expression language that do not depend on a job's state."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from tools.rehearsal.workflow.evaluation import Function
from tools.rehearsal.workflow.values import ExpressionError, Value, equal, text_of


def contains(search: Value, item: Value) -> bool:
    """Whether a list holds an equal element, or a text holds the other, without case."""
    if isinstance(search, list):
        return any(equal(element, item) for element in search)
    return text_of(item).casefold() in text_of(search).casefold()


def starts_with(text: Value, prefix: Value) -> bool:
    return text_of(text).casefold().startswith(text_of(prefix).casefold())


def ends_with(text: Value, suffix: Value) -> bool:
    return text_of(text).casefold().endswith(text_of(suffix).casefold())


def format_text(template: Value, *arguments: Value) -> str:
    """``format('{0} of {1}', a, b)``; ``{{`` and ``}}`` are literal braces."""

    def replace(match: re.Match[str]) -> str:
        token = match.group(0)
        if token in ("{{", "}}"):
            return token[0]
        index = match.group(1)
        if index is None or int(index) >= len(arguments):
            raise ExpressionError(f"format(): {token!r} has no argument")
        return text_of(arguments[int(index)])

    return re.sub(r"\{\{|\}\}|\{(\d+)\}|\{|\}", replace, text_of(template))


def join(values: Value, separator: Value = ",") -> str:
    if isinstance(values, list):
        return text_of(separator).join(text_of(item) for item in values)
    return text_of(values)


def to_json(value: Value) -> str:
    return json.dumps(_integers(value), indent=2, ensure_ascii=False)


def from_json(text: Value) -> Value:
    """The value of a JSON text.

    Raises:
        ExpressionError: when it is not JSON, the empty string of a missing output included.
    """
    try:
        return json.loads(text_of(text))
    except ValueError as error:
        raise ExpressionError(f"fromJSON(): {error}", found=repr(text_of(text))[:80]) from error


def _integers(value: Value) -> Value:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_integers(item) for item in value]
    return value


def glob_pattern(pattern: str) -> re.Pattern[str]:
    """A workspace glob as a regular expression over ``/``-separated relative paths."""
    out = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out.append("(?:[^/]+/)*")
            at += 3
        elif pattern.startswith("**", at):
            out.append(".*")
            at += 2
        elif pattern[at] == "*":
            out.append("[^/]*")
            at += 1
        elif pattern[at] == "?":
            out.append("[^/]")
            at += 1
        else:
            out.append(re.escape(pattern[at]))
            at += 1
    return re.compile("".join(out))


def matching_files(root: Path, pattern: str) -> list[Path]:
    """The files below *root* that match a workspace glob, sorted."""
    regex = glob_pattern(pattern.removeprefix("./"))
    files = (path for path in root.rglob("*") if path.is_file())
    return sorted(path for path in files if regex.fullmatch(path.relative_to(root).as_posix()))


def hash_files_in(workspace: Path) -> Function:
    """``hashFiles(pattern, …)`` over a workspace: a digest of digests; '' when none match."""

    def hash_files(*patterns: Value) -> str:
        files: dict[Path, None] = {}
        for pattern in map(text_of, patterns):
            excluded = pattern.startswith("!")
            for path in matching_files(workspace, pattern.removeprefix("!")):
                if excluded:
                    files.pop(path, None)
                else:
                    files[path] = None
        if not files:
            return ""
        digest = hashlib.sha256()
        for path in sorted(files):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    return hash_files


COMMON: Mapping[str, Function] = {
    "contains": contains,
    "startswith": starts_with,
    "endswith": ends_with,
    "format": format_text,
    "join": join,
    "tojson": to_json,
    "fromjson": from_json,
}
