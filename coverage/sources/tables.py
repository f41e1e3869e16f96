"""Tables as planners have them: CSV, XLSX, GeoJSON, GeoPackage and Shapefile, read into one form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.errors import CrsError, FileError, SourceError, name_some
from coverage.sources.coordinates import parse_system
from coverage.sources.osm_file import check_file
from coverage.sources.table_fields import FIELDS, NEEDED, check_columns, field_of
from coverage.sources.table_grid import N_TITLE_ROWS, find_header, lacking_fields, read_cells
from coverage.sources.table_headers import match_headers, same_header
from coverage.sources.table_notes import cell_notes, column_notes, read_notes, sheet_notes, small_notes
from coverage.sources.table_shapes import list_map_layers, read_map_layer
from coverage.sources.table_text import read_text_grid
from coverage.sources.table_values import is_empty, is_none, parse_durations, parse_numbers
from coverage.sources.table_workbook import read_workbook_grids

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from coverage.sources.layer_file import LayerFile
    from coverage.sources.notes import Note
    from coverage.sources.table_fields import Field
    from coverage.sources.table_grid import Grid, Header
    from coverage.sources.table_headers import HeaderMatch
    from coverage.sources.table_values import Parsed

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
WORKBOOK_ENDINGS = (".xlsx", ".xlsm")
GEOJSON_ENDINGS = (".geojson", ".json")
MAP_ENDINGS = (*GEOJSON_ENDINGS, ".gpkg", ".shp")
ENDINGS = (*TEXT_ENDINGS, *WORKBOOK_ENDINGS, *MAP_ENDINGS)
_OTHER_ENDINGS = (
    ".xls",
    ".et",
    ".doc",
    ".docx",
    ".wps",
    ".ods",
    ".xlsb",
    ".xlt",
    ".xltx",
    ".numbers",
    ".pdf",
)
_MAX_SHOWN = 240
_MAX_NAME = 60
_MAX_COLUMNS = 1_000
_KEYS = ("name", "code", "kind", "township")
_MIN_REPEATED = 2
# where China lies, roughly: longitudes and latitudes in degrees
_CHINA = (73.0, 135.5, 17.0, 54.0)


@dataclass(frozen=True)
class Table:
    """
    One sheet, file or map layer: its rows as texts, and where each field stands.

    Parameters
    ----------
    file
        The file it is from.
    layer
        What it was read as, a key of `table_fields.FIELDS`.
    name
        The file and the sheet that was read, as messages call it.
    cells
        Texts as they stand in the file, without blanks around them, under its own headers made unique; rows
        numbered from 0.
    row
        Shape (n,): each row's number as the planner sees it: row of the sheet, line of the text file, else
        the feature counted from 1.
    headers
        Field to header.
    geometry
        Shapes as they stand in the file, aligned with `cells`; None where it has none.
    system
        Coordinate system in force, as `coordinates.parse_system` gives it; empty where it is neither
        declared nor known.
    scales
        Field to the factor of the unit that its header names.
    columns_used
        Fields, as typed, whose headers the planner named and this table has.
    overlong
        Shape (n,): True where a row has more cells than the header has columns.
    foreign
        Shape (n,): True where a row stands under another header of the sheet.
    """

    file: LayerFile
    layer: str
    name: str
    cells: pd.DataFrame
    row: NDArray[np.int64]
    headers: Mapping[str, str]
    geometry: gpd.GeoSeries | None = None
    system: str = ""
    scales: Mapping[str, float] = field(default_factory=dict)
    columns_used: tuple[str, ...] = ()
    overlong: NDArray[np.bool_] | None = None
    foreign: NDArray[np.bool_] | None = None
    # every reader asks for the same columns again, and a list of villages is long
    _texts: dict[str, NDArray[np.object_]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.row)

    @property
    def has_places(self) -> bool:
        """Whether rows say where they are: by shapes, or by columns of coordinates."""
        return self.geometry is not None or self.has("lonlat") or (self.has("lon") and self.has("lat"))

    def has(self, name: str) -> bool:
        """Tell whether there is a column of that field."""
        return name in self.headers

    def texts(self, name: str) -> NDArray[np.object_]:
        """
        Give the texts of a field.

        Returns
        -------
        numpy.ndarray of str
            Shape (n,), stripped; ``""`` where a cell is empty or stands for nothing, where the table has no
            such column, and in rows under another header.
        """
        if not self.has(name):
            return np.full(len(self), "", dtype=object)
        if name not in self._texts:
            column = self._column(name)
            texts = np.empty(len(self), dtype=object)
            texts[:] = ["" if is_empty(text) else text.strip() for text in column]
            self._texts[name] = texts
        return self._texts[name].copy()

    def _column(self, name: str) -> list[str]:
        """Give the cells of a field, but for rows that stand under another header."""
        column = self.cells[self.headers[name]]
        return (column if self.foreign is None else column.mask(self.foreign, "")).tolist()

    def numbers(self, name: str) -> Parsed:
        """
        Give the figures of a field, in its own unit: people, vehicles, seconds.

        Returns
        -------
        values : numpy.ndarray
            Shape (n,), NaN where a cell is empty or unreadable.
        unreadable : numpy.ndarray of bool
            Shape (n,), True where a cell holds something that is not one figure.
        """
        own = field_of(name, self.layer)
        texts = self.texts(name).tolist()
        if own is not None and own.none_is_zero and self.has(name):
            cells = self._column(name)
            texts = ["0" if is_none(cell) else text for cell, text in zip(cells, texts, strict=True)]
        parse = parse_durations if own is not None and own.is_duration else parse_numbers
        return parse(texts, own.units if own is not None else {}, self.scales.get(name, 1.0))


def read_table(file: LayerFile, layer: str) -> tuple[Table, tuple[Note, ...]]:
    """
    Read a table.

    Parameters
    ----------
    file
        The file, with the sheet, the coordinate system and the columns that the planner names.
    layer
        What it is to be read as, a key of `table_fields.FIELDS`.

    Returns
    -------
    Table
        All of its rows but blank ones.
    tuple of Note
        What was chosen where the file left a choice.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged, or of a kind that is not read here.
    SourceError
        If it has no header that fits the layer, or lacks a needed column or the sheet that is asked for.
    CrsError
        If the declared coordinate system is unknown.
    """
    check_columns(file.columns)
    _check_ending(file.path)
    declared = _system(file.crs, f"{file.path.name}@{file.crs}")
    default = _system(file.default_crs, f"--crs {file.default_crs}")
    ending = file.path.suffix.lower()
    if ending in MAP_ENDINGS:
        return _from_map(file, layer, declared, default)
    if ending in WORKBOOK_ENDINGS:
        grids = read_workbook_grids(file.path)
    else:
        grids = (read_text_grid(file, layer, declared),)
    return _from_grids(file, layer, grids, declared, default)


def _system(text: str, typed: str) -> str:
    """Recognize a coordinate system that the planner declared, and say where it stands if it is none."""
    if not text:
        return ""
    try:
        return parse_system(text)
    except CrsError as error:
        raise CrsError(f"{typed}: {error}", zh=f"{typed}：{error.zh}") from error


def _check_ending(path: Path) -> None:
    if path.suffix.lower() in _OTHER_ENDINGS and path.is_file():
        raise FileError(
            f"{path} is of a kind that is not read here: open it in Excel or WPS and save it as .xlsx",
            zh=f"{path} 的文件类型不能直接读取：请用Excel或WPS打开后另存为 .xlsx",
        )
    check_file(path, ENDINGS)


def _from_grids(
    file: LayerFile, layer: str, grids: Sequence[Grid], declared: str, default: str
) -> tuple[Table, tuple[Note, ...]]:
    wanted = _wanted([grid.sheet for grid in grids], file)
    _check_width(
        file,
        max((len(row) for g, asked in zip(grids, wanted, strict=True) if asked for row in g.rows), default=0),
    )
    found = [
        (grid, header)
        for grid, is_wanted in zip(grids, wanted, strict=True)
        if is_wanted and (header := find_header(grid, layer, file, declared)) is not None
    ]
    if not found:
        raise _no_header(
            file, layer, [grid for grid, is_wanted in zip(grids, wanted, strict=True) if is_wanted]
        )
    # a hidden sheet is an older state, or a list of choices: it never beats one that is seen
    grid, header = max(found, key=_sheet_fit)
    name = (
        f"{file.path.name}#{grid.sheet}" if grid.sheet and (len(grids) > 1 or file.sheet) else file.path.name
    )
    if header.lacking:
        raise _lacking(name, layer, header.lacking, ["".join(words) for words in header.words])
    others = [g for g, h in found if g is not grid and not h.lacking and _has_rows(g, h)]
    _check_alone(file, grid, header, [g.sheet for g in others if not g.hidden])
    cells = read_cells(grid, header, layer)
    match = header.match
    _check_units(name, layer, match, cells.headers)
    table = Table(
        file=file,
        layer=layer,
        name=name,
        cells=cells.cells,
        row=cells.row,
        headers={own: cells.headers[j] for own, j in match.columns.items()},
        system=declared or match.system or default,
        scales=match.scales,
        columns_used=match.by_user,
        overlong=cells.overlong,
        foreign=cells.foreign,
    )
    notes = (
        *sheet_notes(table, grid.sheet, [other.sheet for other in others]),
        *column_notes(table, match, cells.headers, declared),
        *small_notes(table),
        *cell_notes(table, grid, cells),
        *read_notes(table),
    )
    return table, notes


def _from_map(file: LayerFile, layer: str, declared: str, default: str) -> tuple[Table, tuple[Note, ...]]:
    layers = list_map_layers(file.path)
    wanted = _wanted([name for name, _, _ in layers], file)
    found = []
    for (name, headers, has_shapes), is_wanted in zip(layers, wanted, strict=True):
        if is_wanted:
            match = match_headers([(header,) for header in headers], layer, file.columns, system=declared)
            lacking = lacking_fields(match, layer, has_shapes=has_shapes)
            found.append(
                (not lacking, same_header(name, layer), has_shapes, len(match.columns), name, lacking)
            )
    best = max(found, key=lambda candidate: candidate[:4])
    name, lacking = best[4], best[5]
    label = f"{file.path.name}#{name}" if len(layers) > 1 else file.path.name
    if lacking:
        raise _lacking(label, layer, lacking, next(headers for own, headers, _ in layers if own == name))
    _check_width(file, max(len(headers) for own, headers, _ in layers if own == name))
    read = read_map_layer(file.path, name)
    headers = tuple(str(column) for column in read.cells.columns)
    match = match_headers([(header,) for header in headers], layer, file.columns, system=declared)
    _check_units(label, layer, match, headers)
    own = read.system if read.geometry is not None else match.system
    table = Table(
        file=file,
        layer=layer,
        name=label,
        cells=read.cells,
        row=read.row,
        headers={own_field: headers[j] for own_field, j in match.columns.items()},
        geometry=read.geometry,
        system=declared or own or default or _unsaid(file.path, read.geometry),
        scales=match.scales,
        columns_used=match.by_user,
    )
    others = [c[4] for c in found if c[0] and c[2] == best[2] and c[4] != name and not best[1]]
    if others:
        raise _several(file, [name, *others])
    notes = (
        *column_notes(table, match, headers, declared),
        *read_notes(table),
    )
    return table, notes


def _unsaid(path: Path, shapes: gpd.GeoSeries | None) -> str:
    """
    Give the system of a map file that says none.

    By its norm a GeoJSON is in WGS84, but those of AMap and DataV are not: in China it has to be declared.
    """
    return "wgs84" if path.suffix.lower() in GEOJSON_ENDINGS and not _in_china(shapes) else ""


def _in_china(shapes: gpd.GeoSeries | None) -> bool:
    """Tell whether any of some shapes lies where China is."""
    if shapes is None:
        return False
    west, south, east, north = shapely.bounds(shapes.to_numpy()).T
    # comparisons with NaN are false
    inside = (west > _CHINA[0]) & (east < _CHINA[1]) & (south > _CHINA[2]) & (north < _CHINA[3])
    return bool(inside.any())


def _wanted(sheets: Sequence[str], file: LayerFile) -> list[bool]:
    """Tell which sheets are asked for: all, or the one the planner names."""
    if not file.sheet:
        return [True] * len(sheets)
    for matches in (lambda sheet: sheet == file.sheet, lambda sheet: same_header(sheet, file.sheet)):
        chosen = [matches(sheet) for sheet in sheets]
        if any(chosen):
            return chosen
    named = [sheet for sheet in sheets if sheet]
    if not named:
        raise SourceError(
            f"{file.path} is a file without sheets: leave #{file.sheet} away",
            zh=f"{file.path} 没有工作表：请去掉 #{file.sheet}",
        )
    raise SourceError(
        f"{file.path} has no sheet {file.sheet}: it has {name_some(named)}",
        zh=f"{file.path} 中没有工作表“{file.sheet}”：现有 {'、'.join(named[:8])}",
    )


def _no_header(file: LayerFile, layer: str, grids: Sequence[Grid]) -> SourceError:
    rows = [row for grid in grids for row in grid.rows[:N_TITLE_ROWS]]
    if not rows:
        return SourceError(
            f"{file.path} holds no row: fill in the table, a header above it",
            zh=f"{file.path} 中没有任何数据：请填写表头和内容",
        )
    shown = max(rows, key=lambda row: sum(map(bool, row)))
    cells = [cell for cell in shown if cell]
    found, found_zh = (name_some(cells, 8, mark=mark)[:_MAX_SHOWN] for mark in (", ", "、"))
    wanted = [f for f in FIELDS[layer] if any(f.name in group for group in NEEDED[layer])]
    zh, en = "、".join(f.zh for f in wanted), ", ".join(f.en for f in wanted)
    is_text = file.path.suffix.lower() in TEXT_ENDINGS
    garbled = "; if these words are garbled, save the file as CSV UTF-8" if is_text else ""
    garbled_zh = "；如以上文字是乱码，请另存为“CSV UTF-8”" if is_text else ""
    return SourceError(
        f"{file.path} has no header that is recognized (found: {found}): give columns such as {en}, or say "
        f"which is which: --column {wanted[0].name}=HEADER{garbled}",
        zh=f"{file.path} 中没有可识别的表头（现有：{found_zh}）：请提供{zh}等列，"
        f"或指明对应关系：--column {wanted[0].zh}=表头{garbled_zh}",
    )


def _has_rows(grid: Grid, header: Header) -> bool:
    return len(grid.rows) > header.top + header.depth


def _sheet_fit(found: tuple[Grid, Header]) -> tuple[bool, bool, bool, int]:
    """Tell how well a sheet fits: the greater the better."""
    grid, header = found
    return not header.lacking, _has_rows(grid, header), not grid.hidden, header.n_fields


def _check_alone(file: LayerFile, grid: Grid, header: Header, others: Sequence[str]) -> None:
    """Refuse a file in which a second table would be passed over: on another sheet, or side by side."""
    if others:
        raise _several(file, [grid.sheet, *others])
    words = ["".join(over) for over in header.words]
    twice = [
        words[position]
        for name, position in header.match.columns.items()
        if any(same_header(words[position], words[j]) for j in header.match.passed_over.get(name, ()))
    ]
    key = next((words[header.match.columns[name]] for name in _KEYS if name in header.match.columns), "")
    if len(twice) >= _MIN_REPEATED and key in twice:
        raise SourceError(
            f"{file.name}: the header names {name_some(twice)} twice, as for two tables side by side: put "
            "one below the other under one header, or each on a sheet of its own",
            zh=f"{file.name} 的表头中{'、'.join(twice[:8])}各出现两次，像是左右并排的两张表："
            "请上下合并为一张表，或分别放在单独的工作表中",
        )


def _check_width(file: LayerFile, n_columns: int) -> None:
    """Refuse a table that is no table: of so many columns that a message could not name them."""
    if n_columns > _MAX_COLUMNS:
        raise SourceError(
            f"{file.name} has {n_columns:,} columns, and more than {_MAX_COLUMNS:,} are not read: delete "
            "those that are not needed",
            zh=f"{file.name} 有{n_columns:,}列，最多读取{_MAX_COLUMNS:,}列：请删除不需要的列",
        )


def _several(file: LayerFile, sheets: Sequence[str]) -> SourceError:
    first = f"{file.path.name}#{sheets[0]}"
    return SourceError(
        f"{file.path} has several sheets that could be meant: {name_some(sheets)}; say which, such as "
        f"{first}, and name the file again for each further one",
        zh=f"{file.path} 中有多个工作表（图层）符合要求：{'、'.join(sheets[:8])}；请指明要读取的，"
        f"例如 {first}；需要多个时，请逐个列出",
    )


def _check_units(name: str, layer: str, match: HeaderMatch, headers: Sequence[str]) -> None:
    """Refuse a column of figures whose header names a unit that is not understood."""
    for own_name, said in match.strange_units.items():
        own = field_of(own_name, layer)
        if own is None:
            continue
        header, unit = headers[match.columns[own_name]][:_MAX_NAME], said[:_MAX_NAME]
        raise SourceError(
            f"{name}: the unit of the column {header} is not understood ({unit}): write it as "
            f"one of {', '.join(_example_units(own, 'en'))}; or, if its figures need no factor: "
            f"--column {own.name}={header}",
            zh=f"{name}：“{header}”列的单位“{unit}”无法识别：请写为"
            f"{'、'.join(_example_units(own, 'zh'))}等；如数值无需换算，请用 --column {own.zh}={header} 指明",
        )


def _example_units(own: Field, lang: str) -> tuple[str, ...]:
    """Give the units to write behind the header of a field."""
    if own.is_duration:
        return ("秒", "分钟") if lang == "zh" else ("s", "min")
    if own.name == "cost_wan":
        return ("万元", "元") if lang == "zh" else ("万元", "yuan")
    if own.name == "population":
        return ("人", "万人") if lang == "zh" else ("people", "thousand", "万人")
    return ("辆", "台") if lang == "zh" else ("vehicles", "辆")


def _lacking(name: str, layer: str, lacking: Sequence[Sequence[str]], headers: Sequence[str]) -> SourceError:
    """Say which column is missing, which there are, and how to name one."""
    if ("geometry",) in lacking:
        return SourceError(
            f"{name} is a table without shapes: give a map file (.shp, .gpkg or .geojson)",
            zh=f"{name} 是没有图形的表：请提供地图文件（.shp、.gpkg 或 .geojson）",
        )
    named = {f.name: f for f in FIELDS[layer]}
    groups = [[named[own] for own in group if own in named and own != "lonlat"] for group in lacking]
    en = " and ".join(" or ".join(f.en for f in group) for group in groups)
    zh = "、".join("或".join(f.zh for f in group) for group in groups)
    own = [header for header in headers if header]
    found, found_zh = (name_some(own, 12, mark=mark)[:_MAX_SHOWN] for mark in (", ", "、"))
    first = groups[0][0]
    return SourceError(
        f"{name} lacks the column {en} (found: {found or 'none'}): add it, or say which it is: "
        f"--column {first.name}=HEADER",
        zh=f"{name} 缺少“{zh}”列（现有：{found_zh or '无'}）：请补充，或指明对应列：--column {first.zh}=表头",
    )
