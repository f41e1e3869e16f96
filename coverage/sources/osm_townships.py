"""The county's outline and its townships from administrative relations: polygons, classes and seats."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.errors import SourceError, name_some
from coverage.sources.notes import Note, noted
from coverage.sources.osm_areas import Area, assemble
from coverage.sources.osm_file import CENTRE_ROLES
from coverage.sources.osm_places import SETTLEMENT_RANKS
from coverage.sources.osm_tags import parse_population, plain_name
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from coverage.sources.osm_file import OsmExtract, OsmObject

MIN_SHARE_INSIDE = 0.5
MIN_UNCOVERED_SHARE = 0.005
BORDER_M = 50.0
URBAN_PLACES = ("city", "town")
# In China the seat of every 镇 and many a 乡 is tagged town; by name they are what the rural limit is for.
RURAL_ENDINGS = ("镇", "乡")
Polygonal = shapely.Polygon | shapely.MultiPolygon
_AREA_TYPES = ("boundary", "multipolygon")


def relation_boundary(extract: OsmExtract, relation_id: int) -> tuple[OsmObject, Polygonal]:
    """
    Make the county's outline from its relation.

    Raises
    ------
    SourceError
        If the extract has no such relation, it misses members, does not close, or crosses itself.
    """
    relation = next((area for area in extract.areas if area.id == relation_id), None)
    if relation is None:
        named = [(area.id, area.name, area.tags.get("admin_level", "?")) for area in extract.areas]
        known = name_some(f"{number} {name} (level {level})" for number, name, level in named)
        known_zh = name_some((f"{number} {name}（级别{level}）" for number, name, level in named), mark="、")
        raise SourceError(
            f"the extract has no administrative relation {relation_id}: it has {known or 'none'}; give one "
            "of them, or a polygon with --boundary FILE",
            zh=f"数据中没有行政区关系 {relation_id}：现有 {known_zh or '无'}；请选用其一，"
            "或用 --boundary 提供边界面文件",
        )
    area = assemble(relation, extract)
    if area.polygon is not None and not area.repaired:
        return relation, area.polygon
    if area.missing_way_ids:
        what = f"misses its member ways {name_some(area.missing_way_ids)}"
        what_zh = f"缺少成员路径 {name_some(area.missing_way_ids)}"
    elif area.open_node_ids:
        what = f"does not close at the nodes {name_some(area.open_node_ids)}"
        what_zh = f"在节点 {name_some(area.open_node_ids)} 处不闭合"
    else:
        what, what_zh = (
            ("crosses itself", "自相交") if area.repaired else ("has no member ways", "没有成员路径")
        )
    raise SourceError(
        f"the boundary relation {relation_id} {what}: get an extract that reaches beyond the county, "
        "or give a polygon with --boundary FILE",
        zh=f"边界关系 {relation_id} {what_zh}：请换用范围更大的数据，或用 --boundary 提供边界面文件",
    )


def township_areas(extract: OsmExtract, level: int) -> list[Area]:
    """
    Assemble every administrative relation of a level.

    Raises
    ------
    SourceError
        If there is none.
    """
    relations = [r for r in extract.areas if r.tags.get("type") in _AREA_TYPES]
    chosen = [r for r in relations if r.tags.get("admin_level") == str(level)]
    if not chosen:
        counts = sorted(Counter(r.tags.get("admin_level", "?") for r in relations).items())
        levels = ", ".join(f"{name} ({n})" for name, n in counts) or "none"
        levels_zh = "、".join(f"{name}（{n}个）" for name, n in counts) or "无"
        raise SourceError(
            f"the extract has no administrative relation of level {level}: the levels it has are "
            f"{levels}; choose one with --township-level, or give the townships with --townships FILE",
            zh=f"数据中没有级别为 {level} 的行政区关系：现有级别为 {levels_zh}；"
            "请用 --township-level 选择，或用 --townships 提供乡镇文件",
        )
    return [assemble(relation, extract) for relation in sorted(chosen, key=lambda r: r.id)]


def select_townships(
    areas: Sequence[Area], boundary: Polygonal, crs: CRS, *, boundary_is_union: bool = False
) -> tuple[gpd.GeoDataFrame, list[Area], tuple[Note, ...]]:
    """
    Choose the townships that belong to a county: whole ones that lie mostly within its boundary.

    Parameters
    ----------
    areas
        Assembled relations.
    boundary
        Polygon in `crs`.
    crs
        Metric reference system of the result.
    boundary_is_union
        The boundary is nothing but the union of the whole ones, so that it tells nothing of the others.

    Returns
    -------
    geopandas.GeoDataFrame
        ``id``, ``name``, ``population`` (the relation's own, NaN where it has none) and polygons.
    list of Area
        The relations behind the rows, in their order.
    tuple of Note
        Townships left out, neighbours, repairs.

    Raises
    ------
    SourceError
        If none belongs to it.
    """
    whole = [area for area in areas if area.polygon is not None]
    shapes = gpd.GeoSeries([area.polygon for area in whole], crs=WGS84).to_crs(crs).make_valid()
    share = shapes.intersection(boundary).area.to_numpy() / np.maximum(shapes.area.to_numpy(), 1e-9)
    inside = np.flatnonzero(share >= MIN_SHARE_INSIDE)
    chosen = [whole[i] for i in inside]
    broken = [area for area in areas if area.polygon is None]
    if not chosen:
        raise SourceError(
            f"no whole township lies within the boundary ({len(whole)} lie elsewhere, {len(broken)} are not "
            f"whole: {name_some(a.name for a in broken) or 'none'}): check --township-level and the boundary",
            zh=f"边界内没有完整的乡镇（{len(whole)}个在边界外，{len(broken)}个不完整："
            f"{name_some(a.name for a in broken) or '无'}）：请检查 --township-level 和边界",
        )
    table = gpd.GeoDataFrame(
        {
            "id": [area.relation.uid for area in chosen],
            "name": [area.name for area in chosen],
            "population": [parse_population(area.relation.tags.get("population")) for area in chosen],
        },
        geometry=shapes.iloc[inside].to_numpy(),
        crs=crs,
    )
    ours = broken
    if not boundary_is_union:
        ours = _ours(broken, boundary.difference(table.union_all()), boundary, crs)
    theirs = [area for area in broken if area not in ours]
    repaired = [area.name for area in chosen if area.repaired]
    picked = set(inside.tolist())
    beyond = [area.name for i, area in enumerate(whole) if i not in picked]
    return table, chosen, _selection_notes(ours, theirs, repaired, beyond)


def _ours(broken: Sequence[Area], open_land: Polygonal, boundary: Polygonal, crs: CRS) -> list[Area]:
    """Tell incomplete townships that may belong to the county from neighbours beyond its border."""
    if open_land.area < MIN_UNCOVERED_SHARE * boundary.area:
        return []
    # a neighbour shares the border and no more; what runs through uncovered land is ours
    core = open_land.buffer(BORDER_M).intersection(boundary.buffer(-BORDER_M))
    lines = gpd.GeoSeries([area.known_lines for area in broken], crs=WGS84).to_crs(crs)
    return [area for area, line in zip(broken, lines, strict=True) if line.intersects(core)]


def _selection_notes(
    ours: Sequence[Area], theirs: Sequence[Area], repaired: list[str], beyond: list[str]
) -> tuple[Note, ...]:
    names = [area.name for area in ours]
    missing = [i for area in ours for i in area.missing_way_ids]
    why = f"missing ways {name_some(missing)}" if missing else "outlines that do not close"
    why_zh = f"缺少路径 {name_some(missing)}" if missing else "边界不闭合"
    return (
        *noted(
            "townships_incomplete",
            "townships",
            names,
            f"townships not whole in the extract, left out: {{n}} ({{some}}; {why}); get an extract "
            "that reaches further",
            f"在数据中不完整、未计入的乡镇：{{n}}个（{{some}}；{why_zh}），请换用范围更大的数据",
        ),
        *noted(
            "neighbours_incomplete",
            "townships",
            [area.name for area in theirs],
            "neighbouring townships beyond the boundary, not whole in the extract, left out: {n} ({some})",
            "边界以外、在数据中不完整、未计入的相邻乡镇：{n}个（{some}）",
        ),
        *noted(
            "townships_repaired",
            "townships",
            repaired,
            "townships whose outline crosses itself, mended: {n} ({some})",
            "边界自相交、已修复的乡镇：{n}个（{some}）",
        ),
        *noted(
            "townships_beyond",
            "townships",
            beyond,
            "townships that lie mostly beyond the boundary, left out: {n} ({some})",
            "主要位于边界以外、未计入的乡镇：{n}个（{some}）",
        ),
    )


def union_of(areas: Sequence[Area]) -> shapely.Polygon | shapely.MultiPolygon:
    """
    Unite all whole townships of an extract to a boundary (WGS84).

    Raises
    ------
    SourceError
        If none is whole.
    """
    whole = [area.polygon for area in areas if area.polygon is not None]
    union = shapely.union_all(whole)
    if not isinstance(union, shapely.Polygon | shapely.MultiPolygon) or union.is_empty:
        names = name_some(area.name for area in areas)
        raise SourceError(
            f"no township is whole in the extract ({names}): give a polygon with --boundary FILE",
            zh=f"数据中没有完整的乡镇（{names}）：请用 --boundary 提供边界面文件",
        )
    return union


def classify(
    townships: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    urban: Sequence[str],
    county_seat: shapely.Point | None,
) -> tuple[list[str], tuple[Note, ...]]:
    """
    Class the townships.

    Urban is a 街道, what `urban` names, the township that holds the county seat, and one with a settlement
    tagged city or town; all others are rural. A 镇 or 乡 is not urban for a town alone: its own seat is one.

    Parameters
    ----------
    townships
        ``name`` and polygons, in a metric system.
    settlements
        ``name``, ``place`` and points, in the same.
    urban
        Names of townships.
    county_seat
        In the same system, None where it is not known.

    Returns
    -------
    list of str
        ``urban`` or ``rural``.
    tuple of Note
        Which are urban, and why.

    Raises
    ------
    SourceError
        If `urban` names a township that there is not.
    """
    wanted = {plain_name(name): name for name in urban}
    names = [plain_name(name) for name in townships["name"]]
    strange = [name for plain, name in wanted.items() if plain not in names]
    if strange:
        everyone = townships["name"].tolist()
        close = difflib.get_close_matches(strange[0], everyone, n=1) or everyone[:1]
        raise SourceError(
            f"--urban names townships that there are not: {name_some(strange)}; did you mean {close[0]}? "
            f"There are {name_some(everyone, 30)}",
            zh=f"--urban 中的乡镇不存在：{name_some(strange, mark='、')}；是否指 {close[0]}？"
            f"现有 {name_some(everyone, 30, mark='、')}",
        )
    towns = settlements[settlements["place"].isin(URBAN_PLACES)]
    reasons = []
    for name, plain, shape in zip(townships["name"], names, townships.geometry, strict=True):
        counted = towns[towns["place"] == "city"] if name.endswith(RURAL_ENDINGS) else towns
        within = counted["name"][counted.geometry.within(shape)].tolist()
        if plain in wanted:
            reasons.append(("chosen", "指定"))
        elif name.endswith("街道"):
            reasons.append(("a subdistrict", "街道"))
        elif county_seat is not None and shape.intersects(county_seat):
            reasons.append(("the county seat", "县城所在地"))
        elif within:
            reasons.append((f"holds {within[0]}, a city or town", f"含城镇{within[0]}"))
        else:
            reasons.append(("", ""))
    en = [f"{name} ({why})" for name, (why, _) in zip(townships["name"], reasons, strict=True) if why]
    zh = [f"{name}（{why}）" for name, (_, why) in zip(townships["name"], reasons, strict=True) if why]
    note = Note(
        "townships_urban",
        "townships",
        f"townships classed urban: {len(en)}{f' ({name_some(en, 20)})' if en else ''}; add with --urban",
        f"按城区标准的乡镇：{len(zh)}个{f'（{name_some(zh, 20)}）' if zh else ''}；可用 --urban 增补",
        len(en),
        tuple(townships["name"].iloc[i] for i, (why, _) in enumerate(reasons) if why),
    )
    return ["urban" if why else "rural" for why, _ in reasons], (note,)


def seats(
    townships: gpd.GeoDataFrame,
    areas: Sequence[Area | None],
    settlements: gpd.GeoDataFrame,
    extract: OsmExtract,
) -> list[tuple[float, float]]:
    """
    Find the seat of every township.

    It is the relation's ``admin_centre`` or ``label``, else the settlement of its name, else its largest
    settlement by people and then by rank.

    Returns
    -------
    list of tuple
        Longitude and latitude (WGS84); NaN where there is no settlement.
    """
    degrees = settlements.to_crs(WGS84)
    where = list(zip(degrees.geometry.x, degrees.geometry.y, strict=True))
    people = settlements["population"].fillna(-1.0).to_numpy(dtype=float)
    rank = [SETTLEMENT_RANKS.index(place) for place in settlements["place"]]
    names = [plain_name(name) for name in settlements["name"]]
    found = []
    for name, shape, area in zip(townships["name"], townships.geometry, areas, strict=True):
        centre = centre_of(area.relation, extract) if area is not None else None
        here = np.flatnonzero(settlements.geometry.within(shape).to_numpy(dtype=bool)).tolist()
        order = sorted(here, key=lambda i: (names[i] != plain_name(name), -people[i], rank[i], i))
        found.append(centre or (where[order[0]] if order else (math.nan, math.nan)))
    return found


def centre_of(relation: OsmObject, extract: OsmExtract) -> tuple[float, float] | None:
    """Give the place of a relation's administrative centre, else of its label; None where it has neither."""
    for role in CENTRE_ROLES:
        for kind, ref, its_role in relation.members:
            if kind == "n" and its_role == role and ref in extract.nodes:
                return extract.nodes[ref]
    return None
