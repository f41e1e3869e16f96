"""Tables on the terminal: columns that align where wide characters count as two."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from coverage.reports.display_width import display_width, pad, shorten, wrapped

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

TABLE_WIDTH = 98
_GAP = "  "
_MIN_WIDTH = 6


@dataclass(frozen=True)
class TextColumn:
    """
    A column of a table.

    Parameters
    ----------
    heading
        Over it.
    cells
        Texts of one line.
    left
        Whether they are aligned to the left; figures are to the right.
    yields
        Whether the column gives way, its texts cut, where the table is too wide.
    wraps
        Whether the column gives way, its texts going on in further lines.
    codes
        ANSI codes of the cells' colours, aligned with them; none for plain text.
    """

    heading: str
    cells: Sequence[str]
    left: bool = False
    yields: bool = False
    wraps: bool = False
    codes: Sequence[str] = ()


def table_lines(columns: Sequence[TextColumn], *, rules: Collection[int] = ()) -> list[str]:
    """
    Give a table: headings, a rule, the rows.

    Parameters
    ----------
    columns
        Of equally many cells each.
    rules
        Numbers of the rows that a rule stands above.

    Returns
    -------
    list of str
        Lines of at most `TABLE_WIDTH` columns, without spaces at their ends.
    """
    widths = _widths(columns)
    rule = "─" * (sum(widths) + len(_GAP) * (len(columns) - 1))
    lines = [_line([c.heading for c in columns], columns, widths), rule]
    for i in range(len(columns[0].cells)):
        if i in rules:
            lines.append(rule)
        codes = [column.codes[i] if column.codes else "" for column in columns]
        lines += [_line(texts, columns, widths, codes) for texts in _lines(columns, widths, i)]
    return lines


def _lines(columns: Sequence[TextColumn], widths: Sequence[int], row: int) -> list[tuple[str, ...]]:
    """Break the cells of a row that wrap, and fill up those that do not."""
    cells = [
        wrapped(column.cells[row], width) if column.wraps else [column.cells[row]]
        for column, width in zip(columns, widths, strict=True)
    ]
    return list(zip_longest(*cells, fillvalue=""))


def _widths(columns: Sequence[TextColumn]) -> list[int]:
    """Give every column what its texts need, and take from those that give way what is too much."""
    widths = [max(map(display_width, (column.heading, *column.cells))) for column in columns]
    yielding = [i for i, column in enumerate(columns) if column.yields or column.wraps]
    room = TABLE_WIDTH - len(_GAP) * (len(columns) - 1)
    while sum(widths) > room and any(widths[i] > _MIN_WIDTH for i in yielding):
        widths[max(yielding, key=lambda i: widths[i])] -= 1
    return widths


def _line(
    texts: Sequence[str], columns: Sequence[TextColumn], widths: Sequence[int], codes: Sequence[str] = ()
) -> str:
    cells = []
    for i, (text, column, width) in enumerate(zip(texts, columns, widths, strict=True)):
        cell = pad(shorten(text, width), width, right=not column.left)
        if codes and codes[i] and text:
            cell = f"\x1b[{codes[i]}m{cell.rstrip()}\x1b[0m"
        cells.append(cell)
    return _GAP.join(cells).rstrip()
