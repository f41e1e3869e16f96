"""A study area to and from one GeoPackage file."""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, cast, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from coverage.errors import CoverageError, FileError
from coverage.files import cannot_write, whole_file
from coverage.study_area import WGS84, County, DemandUnit, Provenance, Roads, StudyArea, metric_crs

FORMAT_VERSION = 1
LAYERS = ("boundary", "townships", "demand", "facilities", "road_nodes", "road_edges", "provenance")
_TEXTS = {
    "townships": ("id", "name", "class"),
    "demand": ("id", "name", "township_id"),
    "facilities": ("id", "name", "kind", "centres"),
}
_NUMBERS = {
    "townships": ("population", "seat_lon", "seat_lat"),
    "demand": ("population",),
    "facilities": ("ambulances", "turnout_s"),
}


def write_study_area(area: StudyArea, path: Path | str) -> None:
    """
    Write a study area to one file, whole or not at all.

    Every layer is in WGS84. Lists in the road tables become texts separated by ``;``.

    Parameters
    ----------
    area
        The study area.
    path
        File to write; an older one stays as it is until the new one is complete.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    path = Path(path)
    boundary = gpd.GeoDataFrame(
        {
            "stem": [area.county.stem],
            "name": [area.county.name],
            "name_en": [area.county.name_en],
            "code": [area.county.code],
            "buffer_m": [area.buffer_m],
            "demand_unit": [area.demand_unit],
            "format_version": [FORMAT_VERSION],
        },
        geometry=[area.boundary],
        crs=area.crs,
    )
    tables: dict[str, gpd.GeoDataFrame] = {
        "boundary": boundary,
        "townships": area.townships,
        "demand": area.demand,
        "facilities": area.facilities,
        "road_nodes": area.roads.nodes.rename_axis(index="osmid").reset_index(),
        "road_edges": _plain_cells(area.roads.edges.reset_index().rename(columns={"osmid": "way_osmid"})),
    }
    try:
        with whole_file(path) as temporary:
            for name, table in tables.items():
                pyogrio.write_dataframe(
                    table.to_crs(WGS84), temporary, layer=name, driver="GPKG", promote_to_multi=False
                )
            rows = pd.DataFrame([dataclasses.asdict(p) for p in area.provenance])
            pyogrio.write_dataframe(rows, temporary, layer="provenance", driver="GPKG")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise cannot_write(path, error) from error


def read_study_area(path: Path | str) -> StudyArea:
    """
    Read a study area back from its file.

    Parameters
    ----------
    path
        A file that `write_study_area` made.

    Returns
    -------
    StudyArea
        In the UTM zone of the boundary's centroid.

    Raises
    ------
    FileError
        If the file is missing, empty, truncated, no study area, or of a later version.
    StudyAreaError
        If its layers contradict each other.
    """
    path = Path(path)
    header = read_header(path)
    try:
        layers = {name: pyogrio.read_dataframe(path, layer=name) for name in LAYERS}
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError, ValueError) as error:
        raise _unreadable(path, f"{error}", "内容不完整") from error
    try:
        return _assembled(header, layers)
    except (KeyError, ValueError, TypeError, AttributeError, pyproj.exceptions.ProjError) as error:
        if isinstance(error, CoverageError):
            raise
        raise _unreadable(path, f"{type(error).__name__}: {error}", "内容有误") from error


def _assembled(header: Header, layers: dict[str, Any]) -> StudyArea:
    """Put the layers of a file together, in the UTM zone of the boundary's centroid."""
    if len(layers["boundary"]) != 1 or layers["boundary"].geometry.isna().any():
        raise ValueError("the boundary layer must hold one polygon")
    crs = metric_crs(layers["boundary"].geometry)
    tables = {n: t.to_crs(crs) for n, t in layers.items() if isinstance(t, gpd.GeoDataFrame)}
    for name, columns in _TEXTS.items():
        for column in columns:
            if column in tables[name]:
                tables[name][column] = tables[name][column].fillna("").astype(str)
    for name, columns in _NUMBERS.items():
        for column in columns:
            if column in tables[name]:
                tables[name][column] = pd.to_numeric(tables[name][column], errors="coerce").astype(float)
    edges = tables["road_edges"].set_index(["u", "v", "key"]).rename(columns={"way_osmid": "osmid"})
    return StudyArea(
        county=header.county,
        boundary=tables["boundary"].geometry.iloc[0],
        townships=tables["townships"],
        demand=tables["demand"],
        facilities=tables["facilities"],
        roads=Roads(nodes=tables["road_nodes"].set_index("osmid"), edges=edges),
        provenance=_provenance(layers["provenance"]),
        buffer_m=header.buffer_m,
        demand_unit=header.demand_unit,
    )


@dataclasses.dataclass(frozen=True)
class Header:
    """What a study area's file says of itself, read without its geometries."""

    county: County
    buffer_m: float
    demand_unit: DemandUnit
    format_version: int
    provenance: tuple[Provenance, ...]


def read_header(path: Path) -> Header:
    """
    Read a study area's names, version and provenance.

    Raises
    ------
    FileError
        If the file is missing, empty, truncated, no study area, or of a later version.
    """
    if not path.is_file():
        raise FileError(
            f"{path} does not exist: check the name, or make it with coverage import",
            zh=f"{path} 不存在：请检查文件名，或用 coverage import 生成",
        )
    if path.stat().st_size == 0:
        raise _unreadable(path, "it is empty", "空文件")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            tables = {row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")}
            missing = [name for name in LAYERS if name not in tables]
            if missing:
                names = ", ".join(missing)
                raise _unreadable(path, f"layers missing: {names}", f"缺少图层 {names}")
            connection.row_factory = sqlite3.Row
            row = connection.execute("SELECT * FROM boundary").fetchone()
            rows = connection.execute("SELECT * FROM provenance").fetchall()
            if row is None:
                raise _unreadable(path, "the boundary layer is empty", "县界图层是空的")
            return _header(path, dict(row), rows)
    except (sqlite3.Error, ValueError, TypeError) as error:
        raise _unreadable(path, str(error), "不是GeoPackage，或已损坏") from error


def _header(path: Path, row: dict[str, Any], provenance: list[sqlite3.Row]) -> Header:
    version = int(row.get("format_version") or 0)
    if version > FORMAT_VERSION:
        raise FileError(
            f"{path} is of version {version}, this program reads up to {FORMAT_VERSION}: update the program",
            zh=f"{path} 的版本为 {version}，本程序只能读取 {FORMAT_VERSION} 及以下版本：请升级程序",
        )
    if version < 1 or not row.get("name"):
        raise _unreadable(
            path,
            "the boundary layer does not say which county and version it is",
            "县界图层没有注明县名和版本",
        )
    unit = row.get("demand_unit")
    if unit not in get_args(DemandUnit):
        units = get_args(DemandUnit)
        raise _unreadable(
            path,
            f"demand_unit is {unit!r}, not {' or '.join(units)}",
            f"demand_unit 为 {unit}，应为 {' 或 '.join(units)}",
        )
    return Header(
        county=County(path.stem, row["name"], row.get("name_en") or "", row.get("code") or ""),
        buffer_m=float(row.get("buffer_m") or 0.0),
        demand_unit=cast("DemandUnit", unit),
        format_version=version,
        provenance=_provenance(pd.DataFrame([dict(r) for r in provenance])),
    )


def _provenance(rows: pd.DataFrame) -> tuple[Provenance, ...]:
    texts = ("layer", "source", "date", "licence", "sha256", "note")
    return tuple(
        Provenance(
            **{n: str(row.get(n) or "") for n in texts},
            modelled=bool(row.get("modelled")),
            n_rejected=int(row.get("n_rejected") or 0),
        )
        for row in rows.fillna("").to_dict("records")
    )


def _unreadable(path: Path, reason: str, reason_zh: str) -> FileError:
    return FileError(
        f"{path} is not a study area that can be read ({reason}): make it again with coverage import",
        zh=f"{path} 不是可读取的研究区文件（{reason_zh}）：请用 coverage import 重新生成",
    )


def _plain_cells(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Turn lists in the cells into texts separated by ``;``, which GeoPackage can hold."""
    plain = edges.copy()
    for name in plain.columns:
        if name != plain.geometry.name and plain[name].dtype == object:
            plain[name] = [
                ";".join(map(str, cell)) if isinstance(cell, list | tuple | set | np.ndarray) else cell
                for cell in plain[name].tolist()
            ]
    plain["geometry"] = shapely.force_2d(plain.geometry.to_numpy())
    return plain
