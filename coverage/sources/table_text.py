"""CSV, TSV and TXT in the encodings and with the delimiters that planners' programs write."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from coverage.errors import FileError
from coverage.sources.table_grid import N_TITLE_ROWS, Grid, find_header

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coverage.sources.layer_file import LayerFile

_DELIMITERS = (",", "\t", ";", "，", "；", "|")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NO_TEXT = {
    b"PK\x03\x04": ("a workbook or an archive", "Excel工作簿或压缩包"),
    b"\xd0\xcf\x11\xe0": ("an old Excel file", "旧版Excel文件"),
    b"%PDF": ("a PDF", "PDF文件"),
}
# longest cell: a note can be long, but a quotation mark that never closes swallows the file
_MAX_CELL = 1_000_000
_FIGURE = re.compile(r"\s*[\d.]+\s*")


def read_text_grid(file: LayerFile, layer: str, system: str) -> Grid:
    """
    Read a text file as a sheet.

    UTF-8 (with or without its mark), UTF-16 with its mark, else GB18030, of which GB2312 and GBK are parts.
    The delimiter is the one under which the header fits the layer best.

    Raises
    ------
    FileError
        If it is no text in one of these encodings, or a quotation mark is never closed or swallows lines.
    """
    text = _decode(file.path)
    csv.field_size_limit(_MAX_CELL)
    delimiter = _sniff(text, file, layer, system)
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    spanning: list[tuple[int, tuple[str, ...]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            # the garbage collector passes over tuples of texts
            cells = tuple(map(str.strip, row))
            if any(cells):
                rows.append(cells)
                numbers.append(line)
            if reader.line_num > line:
                spanning.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileError(
            f'{file.path}: line {line} has a quotation mark (") that is never closed, or text behind one '
            "that closes: correct it or remove the marks",
            zh=f'{file.path}：第 {line} 行的英文双引号（"）没有配对，或其后还有文字：请更正或删除引号',
        ) from error
    n_cells = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    for start, cells in spanning:
        if any(_swallows(cell, delimiter, n_cells) for cell in cells):
            raise FileError(
                f'{file.path}: the quotation mark (") in line {start} opens a cell that swallows whole '
                "lines: correct it or remove the mark",
                zh=f'{file.path}：第 {start} 行的英文双引号（"）使后面的整行并入同一单元格：请更正或删除引号',
            )
    return Grid("", rows, numbers, delimited=True)


def read_lines(path: Path) -> list[str]:
    """
    Read the lines of a text file that are not blank, without blanks around them, in the same encodings.

    Raises
    ------
    FileError
        If it is no text in one of these encodings.
    """
    return [line.strip() for line in _decode(path).splitlines() if line.strip()]


def _swallows(cell: str, delimiter: str, n_cells: int) -> bool:
    """Tell whether a cell of several lines holds what looks like whole rows of its table."""
    for text in cell.splitlines() if "\n" in cell or "\r" in cell else ():
        n_delimiters = text.count(delimiter)
        # one comma is common in a remark, but not beside a figure
        is_row = n_delimiters > 1 or any(map(_FIGURE.fullmatch, text.split(delimiter)))
        if n_delimiters and n_delimiters >= n_cells - 1 and is_row:
            return True
    return False


def _decode(path: Path) -> str:
    raw = path.read_bytes()
    for start, (what, what_zh) in _NO_TEXT.items():
        if raw.startswith(start):
            raise FileError(
                f"{path} is {what} under the name of a text file: rename it, or save it as .xlsx or .csv",
                zh=f"{path} 实际是{what_zh}，不是文本：请改回正确的扩展名，或另存为 .xlsx 或 .csv",
            )
    mark = next((mark for mark in _MARKS if raw.startswith(mark)), None)
    if mark is None and b"\x00" in raw[:4096]:
        raise FileError(
            f"{path} is no text, or UTF-16 without its mark: save it as CSV UTF-8",
            zh=f"{path} 不是文本文件，或是没有BOM的UTF-16：请另存为“CSV UTF-8”",
        )
    encodings = (_MARKS[mark],) if mark is not None else ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
    raise FileError(
        f"{path} is neither UTF-8 nor GB18030 (line {line}): save it as CSV UTF-8",
        zh=f"{path} 既不是UTF-8也不是GB18030编码（第 {line} 行）：请另存为“CSV UTF-8”",
    )


def _sniff(text: str, file: LayerFile, layer: str, system: str) -> str:
    """Choose the delimiter under which the header fits best; the commonest where none fits."""
    head = text[: 200 * _MAX_CELL // 1000]
    fits = {}
    for delimiter in _DELIMITERS:
        rows = list(_head_rows(head, delimiter))
        header = find_header(Grid("", rows, range(1, len(rows) + 1)), layer, file, system)
        fits[delimiter] = (header.fit if header else (False, 0), head.count(delimiter))
    return max(fits, key=lambda delimiter: fits[delimiter])


def _head_rows(head: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    filled = ([cell.strip() for cell in row] for row in reader if any(cell.strip() for cell in row))
    return islice(filled, N_TITLE_ROWS)
