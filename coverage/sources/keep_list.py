"""A list of existing sites that are to stay, as a text, CSV or XLSX file that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.errors import SourceError, name_some
from coverage.sources.layer_file import LayerFile
from coverage.sources.osm_file import check_file
from coverage.sources.osm_tags import plain_name
from coverage.sources.table_text import read_text_grid
from coverage.sources.table_workbook import read_workbook_grids
from coverage.sources.tables import TEXT_ENDINGS, WORKBOOK_ENDINGS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd


def read_keep_list(path: Path, facilities: gpd.GeoDataFrame) -> tuple[str, ...]:
    """
    Read which facilities a file names, row by row, by id or by name.

    Parameters
    ----------
    path
        Text, CSV or XLSX, with a header or without; in each row one cell is the id or the name of a facility.
    facilities
        With ``id`` and ``name``.

    Returns
    -------
    tuple of str
        Their ids, in the order of the file, each once.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged, or of a kind that is not read here.
    SourceError
        If a row names no facility, or a name that several have.
    """
    check_file(path, (*TEXT_ENDINGS, *WORKBOOK_ENDINGS))
    id_of: dict[str, set[str]] = {}
    for facility_id, name in zip(facilities["id"].astype(str), facilities["name"].astype(str), strict=True):
        id_of.setdefault(plain_name(facility_id), set()).add(facility_id)
        id_of.setdefault(plain_name(name), set()).add(facility_id)
    id_of.pop("", None)
    rows = _rows(path)
    found = [next((id_of[key] for cell in row if (key := plain_name(cell)) in id_of), set()) for row in rows]
    if len(found) > 1 and not found[0]:
        rows, found = rows[1:], found[1:]  # a header
    strange = [" ".join(row) for row, ids in zip(rows, found, strict=True) if not ids]
    if strange or not rows:
        shown = name_some(strange)
        raise SourceError(
            f"{path}: rows that name no facility of the study area: {shown or '(none at all)'}: "
            "write one id or name in each row",
            zh=f"{path}：以下行不是研究区内的设施：{name_some(strange, mark='、') or '（没有内容）'}，"
            "请每行写一个编号或名称",
        )
    several = [" ".join(row) for row, ids in zip(rows, found, strict=True) if len(ids) > 1]
    if several:
        raise SourceError(
            f"{path}: names that several facilities have: {name_some(several)}: write their ids",
            zh=f"{path}：以下名称对应多处设施：{name_some(several, mark='、')}，请改写编号",
        )
    return tuple(dict.fromkeys(next(iter(ids)) for ids in found))


def _rows(path: Path) -> list[Sequence[str]]:
    if path.suffix.lower() in TEXT_ENDINGS:
        return list(read_text_grid(LayerFile(path), "facilities", "").rows)
    return [row for grid in read_workbook_grids(path) if not grid.hidden for row in grid.rows]
