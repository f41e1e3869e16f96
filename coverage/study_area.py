"""A study area: boundary, townships, demand, facilities, roads and where each came from, validated as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import CrsError, StudyAreaError, name_some
from coverage.standards import Centre

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx as nx
    from numpy.typing import NDArray
    from pyproj import CRS

DemandUnit = Literal["people", "residential_road_m"]
WGS84 = "EPSG:4326"

TOWNSHIP_CLASSES = ("urban", "rural")
FACILITY_KINDS = ("hospital", "ambulance_station", "subcentre", "health_centre", "clinic")
CENTRES: tuple[Centre, ...] = get_args(Centre)

LAYER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "townships": ("id", "name", "class", "population", "seat_lon", "seat_lat"),
    "demand": ("id", "name", "township_id", "population"),
    "facilities": ("id", "name", "kind", "ambulances", "turnout_s", "centres"),
    "road_nodes": ("x", "y"),
    "road_edges": ("highway", "length"),
}
"""Columns a layer must have, besides its geometry; further ones are kept."""


@dataclass(frozen=True)
class Provenance:
    """
    Where one layer came from.

    Parameters
    ----------
    layer
        ``boundary``, ``townships``, ``demand``, ``facilities`` or ``roads``.
    source
        File or publication the layer was made from.
    date
        Date of the data (ISO 8601), as far as known; empty otherwise.
    licence
        Licence of the data, with the credit it asks for.
    sha256
        Of the source file, empty where there was none.
    note
        What was done to it, and what was left out.
    modelled
        True where the layer is not observed.
    n_rejected
        Rows of the source whose data could not be used.
    """

    layer: str
    source: str
    date: str = ""
    licence: str = ""
    sha256: str = ""
    note: str = ""
    modelled: bool = False
    n_rejected: int = 0


@dataclass(frozen=True)
class County:
    """
    The names a study area answers to.

    Parameters
    ----------
    stem
        File name without its ending: ``linxiang``.
    name
        Name in the local language: ``临湘市``.
    name_en
        Name in English: ``Linxiang``.
    code
        Six-digit code (``430682``), empty where there is none.
    """

    stem: str
    name: str
    name_en: str = ""
    code: str = ""

    def title(self, lang: str) -> str:
        """Give the name a reader of `lang` (``zh`` or ``en``) expects."""
        return self.name if lang == "zh" or not self.name_en else self.name_en


@dataclass(frozen=True)
class Roads:
    """
    Road tables in OSMnx's own layout.

    Parameters
    ----------
    nodes
        Indexed by ``osmid``; columns ``x``, ``y`` (WGS84 degrees) and a point geometry.
    edges
        Indexed by ``u``, ``v``, ``key``; directed, one row a direction of travel; columns ``highway``,
        ``length`` (metres), ``oneway`` and, where known, ``surface``, ``smoothness``, ``tracktype``,
        ``maxspeed``, ``name``, ``ref``, ``bridge``, ``tunnel``, ``speed_kph``, ``travel_time`` (seconds),
        and a line geometry from u to v.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame

    def to_graph(self) -> nx.MultiDiGraph[Any]:
        """
        Give the roads as OSMnx's own kind of graph.

        Returns
        -------
        networkx.MultiDiGraph
            Nodes with ``x`` and ``y`` in WGS84; edges with their attributes and geometry; ``crs`` set.
            Absent values are left out rather than stored as NaN.
        """
        import networkx as nx  # noqa: PLC0415

        nodes, edges = self.nodes.to_crs(WGS84), self.edges.to_crs(WGS84)
        graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs=WGS84)
        graph.add_nodes_from(
            (node, {"x": x, "y": y})
            for node, x, y in zip(
                nodes.index.tolist(),
                shapely.get_x(nodes.geometry.to_numpy()).tolist(),
                shapely.get_y(nodes.geometry.to_numpy()).tolist(),
                strict=True,
            )
        )
        names = list(edges.columns)
        rows = zip(*(edges[name].tolist() for name in names), strict=True)
        for (u, v, key), row in zip(edges.index.tolist(), rows, strict=True):
            known = {n: value for n, value in zip(names, row, strict=True) if not _is_absent(value)}
            if "osmid" in known:
                known["osmid"] = _way_ids(known["osmid"])
            if "oneway" in known:
                known["oneway"] = bool(known["oneway"])
            graph.add_edge(u, v, key=key, **known)
        return graph


@dataclass(frozen=True)
class StudyArea:
    """
    Everything known about a county, in one metric reference system.

    Parameters
    ----------
    county
        Its names.
    boundary
        Polygon or multipolygon, in `crs`.
    townships
        One row a township: ``id``, ``name``, ``class`` (urban or rural), ``population`` (NaN where
        unknown), ``seat_lon`` and ``seat_lat`` (WGS84, NaN where unknown), polygon geometry.
    demand
        One row a demand point: ``id``, ``name`` (may be empty), ``township_id`` (empty where the point lies
        in no township), ``population`` (people, or metres of road: see `demand_unit`), point geometry.
    facilities
        One row a facility: ``id``, ``name``, ``kind``, ``ambulances`` (NaN where unknown), ``turnout_s``
        (NaN where the standard's holds), ``centres`` (of the five, separated by ``;``), point geometry.
    roads
        Road tables, reaching beyond the boundary by `buffer_m`.
    provenance
        At least one row a layer.
    buffer_m
        How far beyond the boundary the roads reach, metres.
    demand_unit
        What ``population`` of the demand counts: ``people``, or ``residential_road_m`` where nobody knows
        how many people there are.

    Raises
    ------
    StudyAreaError
        If ids repeat, a demand point names a township that does not exist, a geometry is missing, empty,
        invalid or of the wrong kind, a population is negative or not finite, there is no facility or no
        road, or a column is missing.
    CrsError
        If the layers have no reference system, differ in it, or it is not metric.
    """

    county: County
    boundary: shapely.Polygon | shapely.MultiPolygon
    townships: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    roads: Roads
    provenance: tuple[Provenance, ...]
    buffer_m: float = 0.0
    demand_unit: DemandUnit = "people"

    def __post_init__(self) -> None:
        """Check every layer, and the layers against each other."""
        layers = {
            "townships": self.townships,
            "demand": self.demand,
            "facilities": self.facilities,
            "road_nodes": self.roads.nodes,
            "road_edges": self.roads.edges,
        }
        for name, table in layers.items():
            _check_columns(name, table)
        _check_crs(layers)
        _check_not_empty(layers)
        _check_geometries(self.boundary, layers)
        for name in ("townships", "demand", "facilities"):
            _check_ids(name, layers[name])
        _check_populations(self.townships, self.demand)
        _check_words(self.townships, self.facilities)
        _check_lengths(self.roads.edges)
        _check_seats(self.townships)
        _check_township_ids(self.townships, self.demand)

    @property
    def crs(self) -> CRS:
        """Metric reference system of every geometry: the UTM zone of the centroid."""
        return cast("CRS", self.townships.crs)

    @property
    def modelled_layers(self) -> tuple[str, ...]:
        """Layers that are not observed, in the order of the provenance."""
        return tuple(dict.fromkeys(p.layer for p in self.provenance if p.modelled))

    def seats(self) -> gpd.GeoSeries:
        """
        Give the townships' seats as points in `crs`, aligned with `townships`.

        Returns
        -------
        geopandas.GeoSeries
            None where a seat is not known.
        """
        lon = self.townships["seat_lon"].to_numpy(dtype=float)
        lat = self.townships["seat_lat"].to_numpy(dtype=float)
        known = np.isfinite(lon) & np.isfinite(lat)
        points = np.full(len(lon), None, dtype=object)
        points[known] = shapely.points(lon[known], lat[known])
        return gpd.GeoSeries(points, index=self.townships.index, crs=WGS84).to_crs(self.crs)


def metric_crs(geometry: gpd.GeoSeries) -> CRS:
    """
    Choose the UTM zone of a geometry's centroid.

    Parameters
    ----------
    geometry
        With a reference system.

    Raises
    ------
    CrsError
        If it has none.
    """
    if geometry.crs is None:
        raise CrsError(
            "the boundary has no reference system: set it, for instance with QGIS",
            zh="边界没有坐标系信息：请设置（例如用QGIS）",
        )
    try:
        return cast("CRS", geometry.estimate_utm_crs())
    except (RuntimeError, ValueError) as error:
        raise CrsError(
            "no UTM zone fits the boundary: check its coordinates and reference system",
            zh="边界不在任何UTM分带内：请核对坐标和坐标系",
        ) from error


def _way_ids(cell: object) -> object:
    """Give an edge's way ids as OSMnx has them: a number, or a list of numbers."""
    parts = str(cell).split(";")
    if not all(part.lstrip("-").isdigit() for part in parts):
        return cell
    return int(parts[0]) if len(parts) == 1 else [int(part) for part in parts]


def _is_absent(value: object) -> bool:
    """Tell whether a cell holds nothing: None, NaN or pandas' NA."""
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)  # noqa: PLR0124


def _check_columns(name: str, table: gpd.GeoDataFrame) -> None:
    if not isinstance(table, gpd.GeoDataFrame):
        raise StudyAreaError(f"layer {name} is no GeoDataFrame")
    missing = [column for column in LAYER_COLUMNS[name] if column not in table.columns]
    if missing:
        raise StudyAreaError(
            f"layer {name} lacks the columns {', '.join(missing)}: import the study area again",
            zh=f"图层 {name} 缺少字段 {'、'.join(missing)}：请重新导入",
        )


def _check_crs(layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    without = [name for name, table in layers.items() if table.crs is None]
    if without:
        raise CrsError(
            f"the layers {', '.join(without)} have no reference system: set it, for instance with QGIS",
            zh=f"图层 {'、'.join(without)} 没有坐标系信息：请设置（例如用QGIS）",
        )
    first = layers["townships"].crs
    unlike = [name for name, table in layers.items() if table.crs != first]
    if unlike:
        raise CrsError(f"the layers {', '.join(unlike)} are not in {first.name}, as the townships are")
    if not first.is_projected or any(axis.unit_name != "metre" for axis in first.axis_info):
        raise CrsError(f"{first.name} is not metric: project the layers to their UTM zone first")


def _check_not_empty(layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    lines = {
        "townships": ("there is no township", "没有乡镇"),
        "demand": ("there is no demand point", "没有人口需求点"),
        "facilities": (
            "there is no facility: add a hospital or an ambulance station",
            "没有任何急救设施：请补充医院或急救站",
        ),
        "road_nodes": ("there is no road", "没有道路"),
        "road_edges": ("there is no road", "没有道路"),
    }
    for name, (message, zh) in lines.items():
        if layers[name].empty:
            raise StudyAreaError(message, zh=zh)


def _check_geometries(boundary: object, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    if not isinstance(boundary, shapely.Polygon | shapely.MultiPolygon):
        kind = getattr(boundary, "geom_type", type(boundary).__name__)
        raise StudyAreaError(
            f"the boundary is a {kind}: give a polygon", zh=f"边界是 {kind}，不是面：请提供面状边界"
        )
    if boundary.is_empty or not boundary.is_valid:
        reason = "it is empty" if boundary.is_empty else shapely.is_valid_reason(boundary)
        raise StudyAreaError(
            f"the boundary is not valid ({reason}): mend the polygon",
            zh=f"边界面无效（{reason}）：请修复后再导入",
        )
    kinds = {
        "townships": ("Polygon", "MultiPolygon"),
        "demand": ("Point",),
        "facilities": ("Point",),
        "road_nodes": ("Point",),
        "road_edges": ("LineString",),
    }
    for name, allowed in kinds.items():
        table = layers[name]
        shapes = table.geometry.to_numpy()
        wrong = (
            shapely.is_missing(shapes)
            | shapely.is_empty(shapes)
            | ~np.isin(table.geom_type.to_numpy(dtype=object), allowed)
        )
        if name == "townships":
            wrong |= ~shapely.is_valid(shapes)
        else:
            wrong |= ~np.isfinite(table.geometry.bounds.to_numpy()).all(axis=1)
        if wrong.any():
            ids = _row_names(table)[wrong]
            raise StudyAreaError(
                f"{name}: geometry missing, invalid or no {allowed[0].lower()}: {name_some(ids)}",
                zh=f"图层 {name}：以下要素的图形缺失、无效或类型不对：{name_some(ids)}",
            )


def _row_names(table: gpd.GeoDataFrame) -> NDArray[Any]:
    names = table["id"] if "id" in table.columns else table.index.to_series()
    return np.array([str(name) for name in names])


def _check_ids(name: str, table: gpd.GeoDataFrame) -> None:
    ids = table["id"]
    if ids.isna().any() or (ids.astype(str) == "").any():
        raise StudyAreaError(f"{name}: {int(ids.isna().sum() + (ids == '').sum())} rows have no id")
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        raise StudyAreaError(
            f"{name}: ids that occur more than once: {name_some(repeated)}",
            zh=f"图层 {name}：编号重复：{name_some(repeated)}",
        )


def _check_populations(townships: gpd.GeoDataFrame, demand: gpd.GeoDataFrame) -> None:
    people = demand["population"].to_numpy(dtype=float)
    bad = demand["id"].to_numpy()[~(np.isfinite(people) & (people >= 0))]
    totals = townships["population"].to_numpy(dtype=float)
    bad_totals = townships["id"].to_numpy()[~(np.isnan(totals) | (np.isfinite(totals) & (totals >= 0)))]
    for name, ids in (("demand", bad), ("townships", bad_totals)):
        if len(ids):
            raise StudyAreaError(
                f"{name}: population negative or not a number at {name_some(ids)}: correct these rows",
                zh=f"图层 {name}：以下行的人口为负数或不是数字：{name_some(ids)}，请更正",
            )


def _check_lengths(edges: gpd.GeoDataFrame) -> None:
    length_m = pd.to_numeric(edges["length"], errors="coerce").to_numpy(dtype=float)
    bad = ~(np.isfinite(length_m) & (length_m >= 0))
    if bad.any():
        names = name_some(edges.index[bad])
        raise StudyAreaError(
            f"road_edges: length negative or not a number at {names}: import the roads again",
            zh=f"图层 road_edges：以下路段的长度为负数或不是数字：{names}，请重新导入道路",
        )


def _check_seats(townships: gpd.GeoDataFrame) -> None:
    lon, lat = (townships[name].to_numpy(dtype=float) for name in ("seat_lon", "seat_lat"))
    # NaN is a seat that is not known
    bad = (np.abs(lon) > 180) | (np.abs(lat) > 90)  # noqa: PLR2004
    if bad.any():
        names = name_some(townships.loc[bad, "name"])
        raise StudyAreaError(
            f"townships: seat_lon and seat_lat are no degrees at {names}: give longitude, latitude in WGS84",
            zh=f"图层 townships：以下乡镇的 seat_lon、seat_lat 不是经纬度：{names}，请更正",
        )


def _check_words(townships: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> None:
    for name, table, column, allowed in (
        ("townships", townships, "class", TOWNSHIP_CLASSES),
        ("facilities", facilities, "kind", FACILITY_KINDS),
    ):
        wrong = ~table[column].isin(allowed)
        if wrong.any():
            raise StudyAreaError(
                f"{name}: {column} is none of {', '.join(allowed)} at {name_some(table.loc[wrong, 'id'])}",
                zh=f"图层 {name}：{column} 只能是 {'、'.join(allowed)}：{name_some(table.loc[wrong, 'id'])}",
            )
    counts = facilities["ambulances"].to_numpy(dtype=float)
    turnout = facilities["turnout_s"].to_numpy(dtype=float)
    bad = (counts < 0) | np.isinf(counts) | (turnout < 0) | np.isinf(turnout)
    if bad.any():
        raise StudyAreaError(
            f"facilities: ambulances or turnout negative at {name_some(facilities.loc[bad, 'id'])}",
            zh=f"急救设施：救护车数或出车时间为负数：{name_some(facilities.loc[bad, 'id'])}",
        )


def _check_township_ids(townships: gpd.GeoDataFrame, demand: gpd.GeoDataFrame) -> None:
    strange = ~demand["township_id"].isin({"", *townships["id"]})
    if strange.any():
        raise StudyAreaError(
            f"demand: points in townships that do not exist: {name_some(demand.loc[strange, 'id'])}",
            zh=f"人口需求点：所属乡镇不存在：{name_some(demand.loc[strange, 'id'])}",
        )
