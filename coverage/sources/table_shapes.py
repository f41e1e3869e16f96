"""Tables with shapes: GeoJSON, GeoPackage and Shapefile, whose features are the rows."""

from __future__ import annotations

import codecs
import json
import math
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from coverage.errors import CrsError, FileError, name_some
from coverage.sources.osm_file import unreadable
from coverage.sources.table_grid import unique_names
from coverage.sources.table_workbook import cell_text
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_BROKEN = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FieldError,
    shapely.errors.ShapelyError,
    OSError,
    ValueError,
)
_CODE_PAGE_AT = 29
_HEADER_END = 32
# https://www.clicketyclick.dk/databases/xbase/format/dbf.html: what a DBF says of its own encoding
_CODE_PAGES = {0x4D: "GB18030", 0x7A: "GB18030", 0x4F: "BIG5", 0x78: "BIG5", 0x7B: "CP932", 0x79: "CP949"}
_CHINESE = re.compile(r"(?:cp|ansi|oem)?[\s_-]*(?:936|gbk|gb2312|gb18030|54936)", re.IGNORECASE)
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{')
_HEAD = 65_536


@dataclass(frozen=True)
class MapLayer:
    """
    One layer of a file with shapes.

    Parameters
    ----------
    name
        Of the layer, empty where a file has but one.
    cells
        As in `tables.Table`.
    row
        Features counted from 1.
    geometry
        Shapes as they stand in the file; None for a plain table.
    system
        What the file says of its coordinate system, as `coordinates.parse_system` has it; empty where it
        says nothing.
    """

    name: str
    cells: pd.DataFrame
    row: NDArray[np.int64]
    geometry: gpd.GeoSeries | None
    system: str


def list_map_layers(path: Path) -> list[tuple[str, tuple[str, ...], bool]]:
    """
    List the layers of a file: name, headers, and whether it has shapes.

    Raises
    ------
    FileError
        If the file is damaged, or a part of a Shapefile is missing.
    """
    _check_parts(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            encoding = _encoding(path)
            layers = []
            for name, kind in pyogrio.list_layers(path):
                info = pyogrio.read_info(path, layer=name, encoding=encoding)
                layers.append((str(name), tuple(str(f) for f in info["fields"]), kind is not None))
    except UnicodeDecodeError:  # a GeoJSON in GB18030, or a Shapefile that cut its headers within a character
        return [("", tuple(read_map_layer(path, "").cells.columns), True)]
    except _BROKEN as error:
        raise unreadable(path) from error
    if not layers:
        raise unreadable(path)
    return layers


def read_map_layer(path: Path, name: str) -> MapLayer:
    """
    Read one layer.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage or Shapefile.
    name
        Of the layer; empty for the first.

    Raises
    ------
    FileError
        If the file is damaged.
    CrsError
        If its own coordinate system is no system of a map.
    """
    try:
        with warnings.catch_warnings():
            # of measures along lines and other things that have no use here
            warnings.simplefilter("ignore")
            table = _read(path, name)
    except _BROKEN as error:
        raise unreadable(path) from error
    _check_features(path, len(table))
    shapes, system = None, ""
    if isinstance(table, gpd.GeoDataFrame):
        shapes, system = _in_named_system(path, table.geometry.reset_index(drop=True))
        table = pd.DataFrame(table.drop(columns=table.geometry.name))
    cells = {
        header: [_text(value) for value in table.iloc[:, j].astype(object).tolist()]
        for j, header in enumerate(unique_names([str(column) for column in table.columns]))
    }
    row = np.arange(1, len(table) + 1, dtype=np.int64)
    return MapLayer(name, pd.DataFrame(cells, dtype=object, index=range(len(row))), row, shapes, system)


def _check_features(path: Path, n_read: int) -> None:
    """Refuse a GeoJSON of which the library passes features over, as it does with those of no known type."""
    if not _is_geojson(path):
        return
    raw = path.read_bytes()
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):  # the library reads some that are not quite JSON
        return
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list) or len(features) == n_read:
        return
    odd = [i for i, f in enumerate(features, 1) if not isinstance(f, dict) or f.get("type") != "Feature"]
    some, some_zh = name_some(odd), name_some(odd, mark="、")
    raise FileError(
        f"{path} holds {len(features)} features, of which {n_read} can be read; those that cannot: "
        f'{some or "?"}: write "type": "Feature" into each',
        zh=f"{path} 有{len(features)}个要素，只能读取{n_read}个；无法读取的是第{some_zh or '?'}个："
        '请为每个要素写明 "type": "Feature"',
    )


def _read(path: Path, name: str) -> pd.DataFrame:
    encoding = _encoding(path)
    source: Path | bytes = path
    try:
        table: pd.DataFrame = pyogrio.read_dataframe(source, layer=name or None, encoding=encoding)
    except UnicodeDecodeError:
        if encoding is not None:
            return _decoded(pyogrio.read_dataframe(path, encoding="ISO-8859-1"), encoding)
        source = path.read_bytes().decode("gb18030").encode()
        table = pyogrio.read_dataframe(source)
    return table


def _decoded(table: pd.DataFrame, encoding: str) -> pd.DataFrame:
    """Decode headers and texts that were read byte by byte, without a character that was cut at their end."""

    def decode(value: object) -> object:
        return value.encode("latin-1").decode(encoding, "ignore") if isinstance(value, str) else value

    shapes = table.geometry.name if isinstance(table, gpd.GeoDataFrame) else None
    new = table.copy()
    for name in table.columns:
        if name != shapes:
            new[name] = pd.Series(
                [decode(value) for value in table[name].tolist()], table.index, dtype=object
            )
    return new.rename(columns={name: decode(name) for name in table.columns if name != shapes})


def _text(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | dict | np.ndarray):
        return json.dumps(value if isinstance(value, list | dict) else value.tolist(), ensure_ascii=False)
    if value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    return cell_text(value)


def _check_parts(path: Path) -> None:
    """Refuse a Shapefile without its index or its table."""
    if path.suffix.lower() != ".shp":
        return
    there = {file.suffix.lower() for file in path.parent.iterdir() if file.stem == path.stem}
    missing = [ending for ending in (".shx", ".dbf") if ending not in there]
    if missing:
        parts = " and ".join(f"{path.stem}{ending}" for ending in missing)
        raise FileError(
            f"{path} lacks {parts}: a Shapefile is several files of one name, put all of them side by side",
            zh=f"{path} 缺少同名文件 {'、'.join(missing)}：Shapefile由多个同名文件组成，请放在同一文件夹",
        )


def _encoding(path: Path) -> str | None:
    """Tell the encoding of a Shapefile's table: by its .cpg, else by its own mark, else by trial."""
    if path.suffix.lower() != ".shp":
        return None
    beside = {file.suffix.lower(): file for file in path.parent.iterdir() if file.stem == path.stem}
    if ".cpg" in beside:
        said = _codec(beside[".cpg"].read_bytes().decode("latin-1").strip())
        if said:
            return said
    raw = beside[".dbf"].read_bytes()
    marked = _CODE_PAGES.get(raw[_CODE_PAGE_AT]) if len(raw) > _HEADER_END else None
    if marked is not None:
        return marked
    # a name cut at the width of its column may end within a character: few faults are no proof
    faults = {code: raw.decode(code, "replace").count("\ufffd") for code in ("utf-8", "gb18030")}
    return "UTF-8" if faults["utf-8"] <= faults["gb18030"] else "GB18030"


def _codec(said: str) -> str:
    """Give the encoding that a .cpg names, empty where it names none."""
    if _CHINESE.fullmatch(said):
        return "GB18030"
    for name in (said, f"cp{said}"):
        try:
            return codecs.lookup(name).name if said else ""
        except LookupError:
            continue
    return ""


def _in_named_system(path: Path, shapes: gpd.GeoSeries) -> tuple[gpd.GeoSeries, str]:
    """Give the shapes with the system the file says; those of a system without a code as WGS84."""
    crs = shapes.crs
    if crs is None or (_is_geojson(path) and not _says_system(path)) or crs.name.startswith("Undefined"):
        return shapes.set_crs(None, allow_override=True), ""
    code = crs.to_2d().to_epsg()
    if code is not None:
        return shapes, {4326: "wgs84", 4490: "cgcs2000"}.get(code, f"EPSG:{code}")
    if crs.to_authority() == ("OGC", "CRS84"):
        return shapes, "wgs84"
    try:
        return shapes.to_crs(WGS84), "wgs84"
    except pyproj.exceptions.ProjError as error:
        raise CrsError(
            f"{path} is in {crs.name}, which is no system of a map: declare the true one, such as "
            f"{path.name}@EPSG:4547",
            zh=f"{path} 的坐标系 {crs.name} 无法用于地图：请声明真实坐标系，例如 {path.name}@EPSG:4547",
        ) from error


def _is_geojson(path: Path) -> bool:
    return path.suffix.lower() in (".geojson", ".json")


def _says_system(path: Path) -> bool:
    """Tell whether a GeoJSON names its system, as older ones do before or behind their features."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, path.stat().st_size - _HEAD))
        tail = file.read()
    before, _, _ = head.partition(b'"features"')
    return bool(_CRS_MEMBER.search(before) or _CRS_MEMBER.search(tail.rpartition(b"]")[2]))
