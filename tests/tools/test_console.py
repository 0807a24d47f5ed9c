"""What is printed: whole names on a narrow terminal, and every secret replaced."""

from __future__ import annotations

from rich.console import Console as RichConsole

from tools.console import Console


def drawn(console: Console, width: int, row: tuple[str, ...]) -> str:
    screen = RichConsole(width=width, record=True, file=None)
    screen.print(console._table("title", ("file", "sha256", "where"), [row]))
    return screen.export_text()


def test_a_narrow_table_cuts_no_name() -> None:
    row = ("ordvec-manifest-0.6.1.intoto.jsonl", "b5feb6de" * 8, "GitHub Release")
    text = drawn(Console(), 60, row)
    cells = [line.split("│")[1:4] for line in text.splitlines() if line.startswith("│")]
    file, digest, where = (
        "".join(part.strip() for part in column) for column in zip(*cells, strict=True)
    )
    assert (file, digest, where.replace(" ", "")) == (row[0], row[1], "GitHubRelease")


def test_a_table_shows_no_secret() -> None:
    console = Console()
    console.mask("hunter2")
    assert "hunter2" not in drawn(console, 200, ("a", "hunter2", "c"))
