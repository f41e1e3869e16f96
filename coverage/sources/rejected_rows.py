"""The rows that an import rejected, as a workbook from which they can be mended."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from coverage.files import whole_file
from coverage.sources.row_account import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from openpyxl.styles.cell_style import StyleArray

    from coverage.sources.row_account import Reject, RowAccount

_OWN_HEADERS = {
    "zh": ("所在文件", "所在行", "所在行名称", "未采用原因", "说明与处理办法"),
    "en": ("in file", "in row", "row called", "reason", "what is wrong and what to do"),
}
_OWN_WIDTHS = (24.0, 7.0, 24.0, 26.0, 64.0)
_SHEET = {"zh": "未采用的行", "en": "rejected rows"}
_FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}
_MIN_WIDTH, _MAX_WIDTH = 8.0, 40.0
_MAX_TEXT = 32_000
# rows that a sheet can hold below its header
MAX_ROWS = 1_048_575
_HEADING_FILL = PatternFill("solid", fgColor="FFDDE5EE")
_OWN_FILL = PatternFill("solid", fgColor="FFFBE9E7")
# Excel reads _x0041_ in a text as the character of that code
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_RISKY = ("=", "+", "-", "@", "'")


def write_rejected(accounts: Iterable[RowAccount], path: Path, lang: str) -> None:
    """
    Write the rejected rows of an import: where each stands, what is wrong, what to do, and its cells.

    No text becomes a formula. Mended, the sheet can be imported as it is: it has the original headers.

    Parameters
    ----------
    accounts
        What became of the rows, file by file.
    path
        The workbook, written whole or not at all.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    rows = [(account.file, reject) for account in accounts for reject in account.rejects]
    headers = list(dict.fromkeys(header for _, reject in rows for header in reject.cells))
    book = openpyxl.Workbook(write_only=True)
    for start in range(0, max(1, len(rows)), MAX_ROWS):
        title = _SHEET[lang] if start == 0 else f"{_SHEET[lang]} {start // MAX_ROWS + 1}"
        _write_sheet(book.create_sheet(title), rows[start : start + MAX_ROWS], headers, lang)
    with whole_file(path) as file:
        book.save(file)


def _write_sheet(sheet: Any, rows: Sequence[tuple[str, Reject]], headers: Sequence[str], lang: str) -> None:
    own = _OWN_HEADERS[lang]
    # widths and panes stand before the cells in the file
    widths = [*_OWN_WIDTHS, *(_width(header, rows) for header in headers)]
    for j, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(j)].width = width
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{len(rows) + 1}"
    styles = _styles(sheet, lang)
    sheet.append([_cell(sheet, header, styles["heading"]) for header in (*own, *headers)])
    for file, reject in rows:
        reason = REASONS[reject.code][1 if lang == "zh" else 0]
        texts = (file, reject.row, reject.name, reason, reject.text(lang))
        cells = [_cell(sheet, text, styles["own"]) for text in texts]
        sheet.append([*cells, *(_cell(sheet, reject.cells.get(h, ""), styles["cell"]) for h in headers)])


def _styles(sheet: Any, lang: str) -> dict[str, StyleArray]:
    """Make the styles once; setting them anew for every cell takes ten times as long."""
    styles = {}
    for name, fill in (("heading", _HEADING_FILL), ("own", _OWN_FILL), ("cell", PatternFill())):
        cell: Any = Cell(sheet, row=1, column=1)
        cell.font = Font(name=_FONTS[lang], bold=name == "heading")
        cell.fill, cell.alignment = fill, Alignment(vertical="top", wrap_text=name != "cell")
        styles[name] = copy(cell._style)  # noqa: SLF001
    return styles


def _cell(sheet: Any, value: str | int, style: StyleArray) -> Cell:
    """Make a cell whose text stays a text, whatever it begins with."""
    cell = Cell(sheet, row=1, column=1, style_array=style)
    if isinstance(value, int) or not value:
        cell.value = value or None
        return cell
    text = _ESCAPE.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("", value))[:_MAX_TEXT]
    cell.value = text
    # openpyxl takes a leading = for a formula and #N/A for an error
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_RISKY)
    return cell


def _width(header: str, rows: Sequence[tuple[str, Reject]]) -> float:
    """Choose a column's width by its longest text; Chinese characters are two wide."""
    texts = (header, *(reject.cells.get(header, "") for _, reject in rows[:1_000]))
    longest = max(len(text) + sum(ord(c) > 0x2E80 for c in text) for text in texts)  # noqa: PLR2004
    return min(max(longest + 2.0, _MIN_WIDTH), _MAX_WIDTH)
