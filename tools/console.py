"""The one place that prints.

Three audiences: a person at a terminal (colour, tables, progress), a CI log (plain text plus
``::error::`` annotations) and a program (``--json``: one JSON document on standard output,
everything else on standard error). Colour follows the terminal and ``NO_COLOR``.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any

from rich.console import Console as RichConsole
from rich.live import Live
from rich.markup import escape
from rich.table import Column, Table
from semver import Version

from tools.model import Digest, Problem

_STATE_STYLE = {
    "identical": "green",
    "passed": "green",
    "absent": "yellow",
    "propagating": "yellow",
    "not applicable": "dim",
    "different": "bold red",
    "failed": "bold red",
    "unreadable": "magenta",
}


def plain(value: Any) -> Any:
    """A value as JSON types: dataclasses, models, enums, paths, digests and versions included."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, (Digest, Path, Version)):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


class Console:
    """Output for people and programs; one instance, :data:`console`, serves the process."""

    def __init__(self) -> None:
        self.json_mode = False
        self.quiet = False
        self._secrets: set[str] = set()
        self._live: RichConsole | None = None

    @property
    def _out(self) -> RichConsole:
        if self._live is not None:
            return self._live
        # Made per use: tests and the JSON mode swap sys.stdout after import.
        return RichConsole(
            file=sys.stderr if self.json_mode else sys.stdout,
            highlight=False,
            soft_wrap=True,
        )

    def _print(self, text: str, style: str | None = None) -> None:
        self._out.print(escape(self.redact(text)), style=style)

    def mask(self, secret: str) -> None:
        """Register a secret before its first use: redacted here, masked in the Actions log."""
        self._secrets.add(secret)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            print(f"::add-mask::{secret}", file=sys.stderr, flush=True)

    def redact(self, text: str) -> str:
        """*text* with every registered secret replaced by ``***``."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def command(self, line: str, cwd: Path | None) -> None:
        if not self.quiet:
            self._print(f"$ {line}" + (f"   (in {cwd})" if cwd else ""), "dim")

    def heading(self, text: str) -> None:
        if not self.quiet:
            self._print(text, "bold")

    def info(self, text: str) -> None:
        if not self.quiet:
            self._print(text)

    def success(self, text: str) -> None:
        self._print(text, "green")

    def warning(self, text: str) -> None:
        self._print(f"warning: {text}", "yellow")
        self._annotate("warning", text)

    def error(self, text: str, problems: Iterable[Problem] = ()) -> None:
        """An error on standard error, one ``::error::`` annotation per problem in Actions."""
        out = RichConsole(file=sys.stderr, highlight=False, soft_wrap=True)
        out.print(escape(self.redact(f"error: {text}")), style="bold red")
        self._annotate("error", text.splitlines()[0])
        for problem in problems:
            self._annotate("error", str(problem))

    def trace(self, text: str) -> None:
        """A Python trace, on standard error and without the secrets."""
        print(self.redact(text), file=sys.stderr, end="", flush=True)

    def _annotate(self, level: str, text: str) -> None:
        if os.environ.get("GITHUB_ACTIONS") == "true":
            line = self.redact(text).replace("%", "%25").replace("\n", "%0A")
            print(f"::{level}::{line}", file=sys.stderr, flush=True)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table; words of the five answers and the four cell states are coloured."""
        out = self._out
        # A pipe has no width: give tables room instead of folding digests into 80 columns.
        width = None if out.is_terminal else 200
        table = self._table(title, columns, rows)
        RichConsole(file=out.file, highlight=False, width=width).print(table)

    @contextmanager
    def live(
        self, columns: Sequence[str], content: Callable[[], tuple[str, Iterable[Sequence[object]]]]
    ) -> Iterator[bool]:
        """While the block runs, keep a table on the terminal, redrawn each second.

        Args:
            content: gives the title and the rows of the moment.

        Yields:
            False where there is no terminal; then nothing is drawn, and the caller prints lines.
        """
        out = self._out
        if not out.is_terminal or self.json_mode or self.quiet:
            yield False
            return

        def render() -> Table:
            title, rows = content()
            return self._table(title, columns, rows)

        self._live = out
        try:
            with Live(get_renderable=render, console=out, refresh_per_second=1):
                yield True
        finally:
            self._live = None

    def clear(self) -> bool:
        """Clear the terminal before a refresh; False, and nothing happens, where there is none."""
        out = self._out
        if out.is_terminal and not self.json_mode:
            out.clear()
            return True
        return False

    def _table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
        # Folded, never cut: half a file name or digest names nothing.
        headers = (Column(name, overflow="fold") for name in columns)
        table = Table(*headers, title=title, title_justify="left", title_style="bold")
        for row in rows:
            cells = [self.redact(str(cell)) for cell in row]
            table.add_row(
                *(
                    f"[{_STATE_STYLE[cell]}]{escape(cell)}[/]"
                    if cell in _STATE_STYLE
                    else escape(cell)
                    for cell in cells
                )
            )
        return table

    def emit(self, value: object) -> None:
        """In JSON mode, the result of the verb as one document on standard output."""
        if self.json_mode:
            text = json.dumps(plain(value), indent=2, sort_keys=False, ensure_ascii=False)
            print(self.redact(text), file=sys.stdout, flush=True)


console = Console()
