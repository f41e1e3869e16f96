"""Excel workbooks, sheet by sheet, with their merged cells and the values of their formulas."""

from __future__ import annotations

import re
import warnings
import zlib
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from coverage.errors import FileError
from coverage.sources.osm_file import unreadable
from coverage.sources.table_grid import Grid

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
# Excel writes t="str" where a formula gave a text, which may be empty
_NO_VALUE = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+\d+)"(?![^>]*t="str")[^>]*>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_MAX_BYTES = 500_000_000
_MAX_SHEETS = 1_000
# rows alike pack to a fiftieth; what packs to less is blank or made to be
_MAX_DENSE_BYTES = 100_000_000
_MAX_RATIO = 200
_BROKEN = (
    *(BadZipFile, InvalidFileException, ParseError, zlib.error, OSError, EOFError),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, NotImplementedError),
)


def read_workbook_grids(path: Path) -> tuple[Grid, ...]:
    """
    Read every sheet of a workbook, hidden ones and hidden rows included.

    Parameters
    ----------
    path
        A file that is there and not empty.

    Raises
    ------
    FileError
        If it is no workbook: encrypted, of an older kind, another file under its name, damaged, or too large.
    """
    _check_kind(path)
    _check_size(path)
    try:
        with warnings.catch_warnings():
            # of extensions that hold no data, such as colour rules
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            with ZipFile(path) as archive:
                grids = tuple(_grid(sheet, archive) for sheet in book.worksheets)
            book.close()
    except _BROKEN as error:
        raise unreadable(path) from error
    return grids


def _check_kind(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_ZIP):
        return
    if start != _OLE:
        raise FileError(
            f"{path} is no workbook, though its name says so: rename it to what it is (.csv?), or open it in "
            "Excel and save it as .xlsx",
            zh=f"{path} 的扩展名是工作簿，内容却不是：请改回正确的扩展名（如.csv），"
            "或用Excel打开后另存为 .xlsx",
        )
    if _ENCRYPTED in path.read_bytes():
        raise FileError(
            f"{path} is encrypted: open it in Excel, remove the password and save it",
            zh=f"{path} 已加密：请在Excel中取消密码后重新保存",
        )
    raise FileError(
        f"{path} is an old Excel file under a new name: open it in Excel and save it as .xlsx",
        zh=f"{path} 实际是旧版Excel文件：请用Excel打开后另存为 .xlsx",
    )


def _check_size(path: Path) -> None:
    """Refuse a workbook that unpacks to more than any table of a county takes."""
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except _BROKEN as error:
        raise unreadable(path) from error
    size = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    n_sheets = sum(part.filename.startswith("xl/worksheets/") for part in parts)
    is_bomb = size > _MAX_DENSE_BYTES and size > _MAX_RATIO * packed
    if size > _MAX_BYTES or n_sheets > _MAX_SHEETS or is_bomb:
        raise FileError(
            f"{path} unpacks to {size / 1e6:,.0f} MB in {n_sheets:,} sheets, too much for a table of a "
            "county: copy the rows that are needed into a new workbook",
            zh=f"{path} 解压后达{size / 1e6:,.0f} MB、{n_sheets:,}个工作表，超出读取上限："
            "请将需要的内容复制到新的工作簿",
        )


def _grid(sheet: Any, archive: ZipFile) -> Grid:
    # a sheet that is read row by row does not give its merged cells
    raw = archive.read(sheet._worksheet_path)  # noqa: SLF001
    merges = tuple(_merge(ref.decode()) for ref in _MERGE.findall(raw))
    formulas = tuple(ref.decode() for ref in _NO_VALUE.findall(raw))
    uncounted = {row_of(cell) for cell in formulas}
    # what a workbook says of its own size is often wrong
    sheet.reset_dimensions()
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = _texts(values)
        if cells or number in uncounted:
            rows.append(cells)
            numbers.append(number)
    return Grid(str(sheet.title), rows, numbers, merges, formulas, hidden=sheet.sheet_state != "visible")


def _merge(ref: str) -> tuple[int, int, int, int]:
    """Give first and last row, first and last column (from 0) of a range such as ``B3:D3``."""
    (left, first), (right, last) = map(coordinate_from_string, ref.split(":"))
    return first, last, column_index_from_string(left) - 1, column_index_from_string(right) - 1


def _texts(values: Iterable[object]) -> list[str]:
    """Give a row's cells as texts, without the empty ones at its end."""
    texts = [cell_text(value) for value in values]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def cell_text(value: object) -> str:
    """Write a cell's value as a planner sees it: whole numbers without a point, dates by ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15  # noqa: PLR2004 -- exact as a float
        return str(int(value)) if whole else "" if value != value else repr(value)  # noqa: PLR0124
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    # Excel writes line ends and the like as _x000D_
    text = unescape(value) if isinstance(value, str) and "_x" in value else str(value)
    return text.strip()


def row_of(cell: str) -> int:
    """Give the row of a cell such as ``D7``."""
    return int(coordinate_from_string(cell)[1])
