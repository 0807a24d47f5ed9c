"""Ratios as horizontal bars on a logarithmic axis, as SVG without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

LEFT, WIDTH, STEP, TOP = 260, 560, 16, 40
FASTER, SLOWER = "#2a7f62", "#b03a2e"


def plot(settings: Mapping[str, Sequence[tuple[str, float]]]) -> str:
    """One block of bars per setting; a bar to the right of 1 is a call that got faster."""
    ratios = [ratio for bars in settings.values() for _, ratio in bars] or [1.0]
    low, high = min(0.5, *ratios), max(2.0, *ratios)

    def x(ratio: float) -> float:
        return LEFT + WIDTH * math.log(ratio / low) / math.log(high / low)

    height = TOP + sum(len(bars) * STEP + 2 * TOP for bars in settings.values())
    size = f'width="{LEFT + WIDTH + 80}" height="{height}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">']
    parts.append('<rect width="100%" height="100%" fill="white"/>')
    y = TOP
    for title, bars in settings.items():
        parts.extend(_block(title, bars, y, x))
        y += len(bars) * STEP + 2 * TOP
    return "\n".join([*parts, "</svg>", ""])


def _block(title: str, bars: Sequence[tuple[str, float]], y: int, x: object) -> Iterator[str]:
    assert callable(x)
    one = x(1.0)
    yield f'<text x="{LEFT}" y="{y}" font-size="14" font-weight="bold">{escape(title)}</text>'
    for at, (name, ratio) in enumerate(bars):
        top, end = y + 10 + at * STEP, x(ratio)
        colour = FASTER if ratio >= 1 else SLOWER
        yield (
            f'<text x="{LEFT - 8}" y="{top + 10}" font-size="11" text-anchor="end">'
            f"{escape(name)}</text>"
        )
        yield (
            f'<rect x="{min(one, end):.1f}" y="{top}" width="{abs(end - one):.1f}" '
            f'height="{STEP - 4}" fill="{colour}"/>'
        )
        yield f'<text x="{max(one, end) + 4:.1f}" y="{top + 10}" font-size="11">{ratio:.2f}</text>'
    bottom = y + 10 + len(bars) * STEP
    yield f'<line x1="{one:.1f}" y1="{y + 6}" x2="{one:.1f}" y2="{bottom}" stroke="black"/>'
