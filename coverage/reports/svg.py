"""Small pieces that the charts share: texts, round ticks, and how wide a text is."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from coverage.reports.display_width import display_width

if TYPE_CHECKING:
    from collections.abc import Mapping

GRID = "#d9dee5"
TEXT = "#3b4656"

_MAX_TICKS = 5
_COLUMN_EM = 0.54  # an ASCII character of a sans-serif face, on average; a Chinese one takes two columns


def ticks(low: float, high: float, *, most: int = _MAX_TICKS) -> list[float]:
    """Give round figures from below `low` to above `high`, steps of them at most `most`."""
    span = max(high - low, abs(high) * 0.01, 1e-9)
    step = 10.0 ** math.floor(math.log10(span / most))
    step = next(step * m for m in (1, 2, 5, 10, 20) if span / (step * m) <= most)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    return [i * step for i in range(first, last + 1)]


def tick_text(tick: float) -> str:
    """Write a tick, thousands apart."""
    return f"{tick:,.10g}"


def text(
    x: float,
    y: float,
    content: str,
    anchor: str,
    *,
    size: float = 11,
    fill: str = TEXT,
    more: Mapping[str, str] | None = None,
) -> str:
    """
    Write a text element; `content` is escaped.

    Parameters
    ----------
    x, y
        Where its baseline begins, ends or has its middle, after `anchor`.
    content
        What it says.
    anchor
        ``start``, ``middle`` or ``end``.
    size, fill
        Font size in pixels, and colour.
    more
        Further attributes.
    """
    rest = "".join(f' {name}="{escape(value)}"' for name, value in (more or {}).items())
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size:g}" fill="{fill}"{rest}>'
        f"{escape(content)}</text>"
    )


def text_width_px(content: str, size: float) -> float:
    """Estimate how wide a text is, on the safe side."""
    return display_width(content) * size * _COLUMN_EM
