"""What a release changes on each surface of docs/compatibility-policy.md, with file and line.

Each module reads the declarations of one kind of file from its text, and :func:`compare` tells
removed, changed and added ones apart. Only declarations are compared: a function that keeps its
signature and changes its behaviour is touched, and whether it breaks is the reviewer's judgement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Surface(StrEnum):
    """The surfaces of the policy."""

    RUST = "Rust"
    PYTHON = "Python"
    C_ABI = "C ABI"
    GO = "Go"
    MANIFEST = "Manifest"
    FORMATS = "Persisted formats"
    DOCS = "Examples and docs"
    FEATURES = "Features"
    MSRV = "MSRV"


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration: where it stands (1-based line) and its text in one line."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One touched place of a surface.

    Attributes:
        line: 1-based, in the new file, or in the old one for what was removed; 0 for a file.
        breaking: whether the policy calls this change breaking, as far as a text can tell.
    """

    surface: Surface
    file: str
    line: int
    change: str
    text: str
    breaking: bool

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.change} {self.text}".rstrip()


Declarations = Mapping[str, Declared]
Compatible = Callable[[Declared, Declared], bool]


def _never(old: Declared, new: Declared) -> bool:
    return False


def compare(
    surface: Surface,
    old: Declarations,
    new: Declarations,
    *,
    compatible: Compatible = _never,
    addition_breaks: Callable[[str], bool] = lambda name: False,
) -> Iterator[Evidence]:
    """Removed and changed declarations break, unless *compatible*; added ones do not.

    Args:
        addition_breaks: names whose addition breaks, such as a variant of an exhaustive enum.
    """
    for name, was in old.items():
        now = new.get(name)
        if now is None:
            yield Evidence(surface, was.file, was.line, "removed", was.text, breaking=True)
        elif now.text != was.text:
            text = f"{was.text}  ->  {now.text}"
            fine = compatible(was, now)
            yield Evidence(surface, now.file, now.line, "changed", text, breaking=not fine)
    for name, now in new.items():
        if name not in old:
            breaks = addition_breaks(name)
            yield Evidence(surface, now.file, now.line, "added", now.text, breaking=breaks)


def touched(surface: Surface, files: Iterable[str]) -> Iterator[Evidence]:
    """Files whose change is for the reviewer to judge."""
    for file in sorted(files):
        yield Evidence(surface, file, 0, "touched", "", breaking=False)


def one_line(text: str) -> str:
    """White space folded and broken argument lists joined, so that formatting is no change."""
    folded = re.sub(r"([(\[]) ", r"\1", " ".join(text.split()))
    return re.sub(r",? ([)\]])", r"\1", folded)
