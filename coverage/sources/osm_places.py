"""Settlements and places of care from OpenStreetMap's tags, each counted once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from coverage.sources.notes import Note, noted
from coverage.sources.osm_areas import feature_shape
from coverage.sources.osm_tags import parse_population, plain_name
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from coverage.sources.osm_file import OsmExtract, OsmObject

# Largest first. Suburbs, quarters and neighbourhoods are parts of these, and their people are counted there.
SETTLEMENT_RANKS = ("city", "town", "village", "hamlet", "isolated_dwelling", "farm")
SAME_SETTLEMENT_M = 2_000.0
SAME_FACILITY_M = 500.0
BESIDE_M = 100.0
_MEDICAL = ("hospital", "health_centre", "clinic")  # what a facility mapped as several is, strongest first
_HEALTH_CENTRES = ("卫生院", "卫生服务中心")
_VILLAGE_CLINICS = ("卫生室", "卫生站", "卫生所", "诊所", "卫生服务站")
_AMBULANCE_BASES = ("急救站", "急救点", "急救分站", "急救中心")


def settlements(extract: OsmExtract, crs: CRS) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """
    List the settlements of an extract, one mapped as node and outline once.

    Parameters
    ----------
    extract
        An extract.
    crs
        Metric reference system of the result.

    Returns
    -------
    geopandas.GeoDataFrame
        ``id``, ``name``, ``place`` (one of `SETTLEMENT_RANKS`), ``population`` (NaN where unknown) and a
        point.
    tuple of Note
        Population tags that hold no figure.
    """
    rows, unreadable = [], []
    for feature in extract.features:
        if feature.tags.get("place") not in SETTLEMENT_RANKS:
            continue
        shape = feature_shape(feature, extract)
        if shape is None:
            continue
        people = parse_population(feature.tags.get("population"))
        if math.isnan(people) and feature.tags.get("population"):
            unreadable.append(feature.uid)
        rows.append(
            {
                "id": feature.uid,
                "name": feature.name,
                "place": feature.tags["place"],
                "population": people,
                "geometry": shape,
            }
        )
    table = _table(rows, ("id", "name", "place", "population"), crs)
    notes = noted(
        "populations_unreadable",
        "demand",
        unreadable,
        "population tags without a figure, passed over: {n} ({some})",
        "没有可识别数字、已忽略的人口标签：{n}处（{some}）",
    )
    return _merge_settlements(table), notes


def _table(rows: list[dict[str, Any]], columns: Sequence[str], crs: CRS) -> gpd.GeoDataFrame:
    names = [*columns, "geometry"]
    data = {name: [row[name] for row in rows] for name in names}
    return gpd.GeoDataFrame(data, geometry="geometry", crs=WGS84).to_crs(crs)


def _merge_settlements(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Merge settlements of one name close by: the node gives the place, the largest the rank."""
    names = np.array([plain_name(name) for name in table["name"]], dtype=object)
    a, b = _pairs_within(table.geometry.to_numpy(), SAME_SETTLEMENT_M)
    same = (names[a] == names[b]) & (names[a] != "")
    group = _groups(len(table), a[same], b[same])
    ranks = [SETTLEMENT_RANKS.index(place) for place in table["place"]]
    is_node = [uid.startswith("n") for uid in table["id"]]
    kept, places, people = [], [], []
    figures = table["population"].to_numpy(dtype=float)
    for members in _members(group):
        first = sorted(members, key=lambda i: (not is_node[i], ranks[i], i))
        kept.append(first[0])
        places.append(SETTLEMENT_RANKS[min(ranks[i] for i in members)])
        people.append(next((figures[i] for i in first if not math.isnan(figures[i])), math.nan))
    merged = table.iloc[kept].assign(place=places, population=np.array(people, dtype=float))
    return merged.set_geometry(merged.geometry.representative_point()).reset_index(drop=True)


def facilities(
    extract: OsmExtract, region: shapely.Geometry, crs: CRS
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """
    List the hospitals, health centres, clinics and ambulance stations within a region, each once.

    Doctors' practices, dentists and pharmacies are none of these. A hospital with ``emergency=no`` takes no
    emergencies and is listed as a clinic. Chinese names tell a 卫生院 and a 卫生室 from a hospital, however
    they are tagged. OpenStreetMap has no established tag for the number of ambulances.

    Parameters
    ----------
    extract
        An extract.
    region
        Polygon in `crs`: the boundary and what lies around it.
    crs
        Metric reference system of the result.

    Returns
    -------
    geopandas.GeoDataFrame
        As in `StudyArea.facilities`; may be empty.
    tuple of Note
        Facilities merged, beyond the region, or without emergency care.
    """
    rows, no_emergency = [], []
    for feature in extract.features:
        kind = _facility_kind(feature)
        shape = feature_shape(feature, extract) if kind is not None else None
        if shape is None:
            continue
        if kind == "hospital" and feature.tags.get("emergency") == "no":
            kind = "clinic"
            no_emergency.append(feature)
        rows.append({"id": feature.uid, "name": feature.name, "kind": kind, "geometry": shape})
    table = _table(rows, ("id", "name", "kind"), crs)
    inside = shapely.intersects(region, table.geometry.to_numpy())
    beyond = table["id"][~inside].tolist()
    table, merged = _merge_facilities(table[inside].reset_index(drop=True))
    table = table.assign(ambulances=math.nan, turnout_s=math.nan, centres="")
    columns = ["id", "name", "kind", "ambulances", "turnout_s", "centres", "geometry"]
    return table[columns], _facility_notes(beyond, merged, no_emergency)


def _facility_kind(feature: OsmObject) -> str | None:
    """Tell what kind of facility a feature is, by its tags and then its Chinese name; None for neither."""
    tags: Mapping[str, str] = feature.tags
    kinds = {
        "hospital": tags.get("amenity") == "hospital" or tags.get("healthcare") == "hospital",
        "ambulance_station": "ambulance_station" in (tags.get("emergency"), tags.get("amenity")),
        "health_centre": tags.get("healthcare") in ("centre", "center"),
        "clinic": tags.get("amenity") == "clinic" or tags.get("healthcare") == "clinic",
    }
    kind = next((kind for kind, is_one in kinds.items() if is_one), None)
    if kind is None or kind == "ambulance_station":
        return kind
    name = feature.name
    if name.endswith(_AMBULANCE_BASES):
        return "ambulance_station"
    if name.endswith(_VILLAGE_CLINICS):
        return "clinic"
    return "health_centre" if name.endswith(_HEALTH_CENTRES) else kind


def _merge_facilities(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Merge what stands for one facility; give the ids that were merged into others."""
    if table.empty:
        return table, []
    shapes = table.geometry.to_numpy()
    names = np.array([plain_name(name) for name in table["name"]], dtype=object)
    medical = table["kind"].isin(_MEDICAL).to_numpy()
    a, b = _pairs_within(shapes, SAME_FACILITY_M)
    distance = shapely.distance(shapes[a], shapes[b])
    one = (distance == 0) | ((names[a] == names[b]) & ((names[a] != "") | (distance <= BESIDE_M)))
    one &= medical[a] == medical[b]
    group = _groups(len(table), a[one], b[one])
    # what has no name belongs to the nearest named one beside it
    for i in np.flatnonzero(names == ""):
        if any(names[group == group[i]]):
            continue
        near = [
            (float(shapes[i].distance(shapes[j])), int(j))
            for j in np.concatenate([b[a == i], a[b == i]])
            if names[j] != "" and medical[i] == medical[j]
        ]
        if near and min(near)[0] <= BESIDE_M:
            group[group == group[i]] = group[min(near)[1]]
    strength = [_MEDICAL.index(kind) if kind in _MEDICAL else 0 for kind in table["kind"]]
    area = shapely.area(shapes)
    kept, kept_names = [], []
    for members in _members(group):
        best = sorted(members, key=lambda i: (strength[i], -area[i], names[i] == "", i))
        kept.append(best[0])
        kept_names.append(next((table["name"].iloc[i] for i in best if names[i]), ""))
    merged = sorted(set(table["id"]) - set(table["id"].iloc[kept]))
    result = table.iloc[kept].assign(name=kept_names)
    result = result.set_geometry(result.geometry.representative_point())
    return result.reset_index(drop=True), merged


def _facility_notes(
    beyond: Sequence[str], merged: Sequence[str], no_emergency: Sequence[OsmObject]
) -> tuple[Note, ...]:
    return (
        *noted(
            "facilities_merged",
            "facilities",
            merged,
            "objects that map a facility listed already, counted with it: {n} ({some})",
            "重复标注、已并入同一机构的要素：{n}个（{some}）",
        ),
        *noted(
            "hospitals_without_emergency",
            "facilities",
            [feature.uid for feature in no_emergency],
            "hospitals that say they take no emergencies, listed as clinics: {n} ({some})",
            "标明不设急诊、按门诊机构列出的医院：{n}家（{some}）",
            named=[feature.name or feature.uid for feature in no_emergency],
        ),
        *noted(
            "facilities_beyond",
            "facilities",
            beyond,
            "facilities beyond the buffer, left out: {n} ({some})",
            "缓冲区以外、未计入的医疗机构：{n}处（{some}）",
        ),
    )


def _pairs_within(
    shapes: NDArray[np.object_], distance_m: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the pairs (a < b) of shapes no farther apart than `distance_m`."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=distance_m)
    return a[a < b], b[a < b]


def _groups(n: int, a: NDArray[np.intp], b: NDArray[np.intp]) -> NDArray[np.intp]:
    """Number the groups that pairs form among `n` things."""
    if n == 0:
        return np.zeros(0, dtype=np.intp)
    _, group = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)
    return np.asarray(group, dtype=np.intp)


def _members(group: NDArray[np.intp]) -> list[list[int]]:
    """List the members of each group, groups in the order of their first member."""
    members: dict[int, list[int]] = {}
    for i, number in enumerate(group.tolist()):
        members.setdefault(number, []).append(i)
    return list(members.values())
