"""Files as planners have them, made by hand for the tests of the import of tables."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import shapely

from coverage.sources.frame import Frame, frame_of
from coverage.sources.layer_file import LayerFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from coverage.sources.notes import Note

HEADER = ("名称", "类型", "经度", "纬度", "救护车数", "出车时间（秒）", "五大中心")
ROWS = (
    ("临湘市人民医院", "医院", 113.4504, 29.4768, 3, 90, "胸痛中心、卒中中心"),
    ("桃林中心卫生院", "中心卫生院", 113.4722, 29.3680, 1, "", ""),
    ("羊楼司急救站", "急救站", 113.6300, 29.5000, 2, 60, ""),
)
KINDS = ("hospital", "health_centre", "ambulance_station")


def county(buffer_m: float = 10_000.0) -> Frame:
    """Give a square county in Hunan, half a degree wide."""
    return frame_of(shapely.box(113.2, 29.2, 113.8, 29.7), buffer_m)


def beyond_columns(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Give the notes but the one that every table has, of the columns that were read."""
    return tuple(note for note in notes if note.code != "columns_read")


def text_file(
    path: Path,
    rows: list[tuple[Any, ...]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    mark: bytes = b"",
) -> Path:
    """Write a text file."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(mark + out.getvalue().encode(encoding))
    return path


MARKS = {
    "utf-8": (b"", "utf-8"),
    "utf-8-sig": (codecs.BOM_UTF8, "utf-8"),
    "utf-16-le": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "utf-16-be": (codecs.BOM_UTF16_BE, "utf-16-be"),
    "gb18030": (b"", "gb18030"),
}


def workbook(
    path: Path, sheets: dict[str, list[tuple[Any, ...]]], merges: dict[str, list[str]] | None = None
) -> Path:
    """Write a workbook, sheet by sheet, with merged cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for ref in (merges or {}).get(name, []):
            sheet.merge_cells(ref)
    book.save(path)
    return path


def map_file(
    path: Path, rows: dict[str, list[Any]], shapes: list[Any], crs: str | None, **options: Any
) -> Path:
    """Write a file with shapes."""
    table = gpd.GeoDataFrame(rows, geometry=shapes, crs=crs)
    table.to_file(path, **options)
    return path


def layer_file(path: Path, **more: Any) -> LayerFile:
    """Name a file as declared to be WGS84, unless told otherwise."""
    return LayerFile(path, **({"crs": "wgs84"} | more))
