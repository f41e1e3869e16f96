"""Land for the townships that a planner's files name without a polygon."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.sources.notes import Note, noted
from coverage.sources.township_allocation import allocate_townships
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coverage.sources.frame import Frame
    from coverage.sources.township_register import Township
    from coverage.sources.township_rows import TownshipRows
    from coverage.study_area import Roads

SLIVER_M = 50.0
"""Free land narrower than twice this lies between outlines that were drawn apart, and is no township's."""
SEAT_TOLERANCE_M = 500.0
"""A seat may lie so far from its land: outlines are drawn coarsely, and coordinates taken at the gate."""

_WITHIN_ANOTHER = (
    "has no polygon, and its seat lies within the outline of {other}: give outlines of both",
    "没有边界面，而其驻地位于{other}的边界内：请提供两者的边界面",
)
_QUICKEST_NOWHERE = (
    "has no polygon, and none of the free land is quickest from its seat: give its outline",
    "没有边界面，空余地域中也没有由其驻地最快到达之处：请提供边界面",
)


def give_land(
    townships: Sequence[Township],
    sheets: Sequence[TownshipRows],
    frame: Frame,
    roads: Roads | None,
    *,
    modelled: bool = False,
) -> tuple[list[Township], tuple[Note, ...]]:
    """
    Give land to the townships that rows name without a polygon: what is free, or what was modelled.

    They share out the land that no polygon covers. Where polygons are modelled, they were shared out without
    the seats that are new: the one in which a new seat lies is shared anew with the seat it has.

    Parameters
    ----------
    townships
        All of them.
    sheets
        Rows of each file; told which name a township that can have no land.
    frame
        The county.
    roads
        In `frame.crs`, None where there are none.
    modelled
        Whether the polygons there are were made by `allocate_townships`, and are no observed outlines.

    Returns
    -------
    list of Township
        The same, with the polygons found.
    tuple of Note
        Which they are; none where no land was allocated.

    Raises
    ------
    NetworkError
        If no road is open to ambulances.
    """
    landless = [i for i, t in enumerate(townships) if t.polygon is None and t.rows]
    if not landless:
        return list(townships), ()
    held = _held(landless, townships, frame) if modelled and roads is not None else {}
    townships, notes = _share_anew(held, townships, sheets, frame, roads)
    settled, free_notes = _share_free([i for i in landless if i not in held], townships, sheets, frame, roads)
    return settled, (*free_notes, *notes)


def _held(landless: Sequence[int], townships: Sequence[Township], frame: Frame) -> dict[int, int]:
    """Give the township with a seat in whose polygon the seat of another lies that has none."""
    seats = _seats(range(len(townships)), townships, frame)
    found = {
        i: next((k for k in seats.index if _covers(townships[k], seats[i])), -1)
        for i in landless
        if i in seats.index
    }
    return {i: k for i, k in found.items() if k >= 0}


def _covers(township: Township, seat: shapely.Point) -> bool:
    return township.polygon is not None and bool(township.polygon.intersects(seat))


def _seats(which: Iterable[int], townships: Sequence[Township], frame: Frame) -> gpd.GeoSeries:
    """Give the seats of townships by their position, without those that have none."""
    known = [i for i in which if np.isfinite(townships[i].lon) and np.isfinite(townships[i].lat)]
    points = gpd.points_from_xy([townships[i].lon for i in known], [townships[i].lat for i in known])
    return gpd.GeoSeries(points, index=known, crs=WGS84).to_crs(frame.crs)


def _share_anew(
    held: Mapping[int, int],
    townships: Sequence[Township],
    sheets: Sequence[TownshipRows],
    frame: Frame,
    roads: Roads | None,
) -> tuple[list[Township], tuple[Note, ...]]:
    """Share modelled polygons among the seats they were made for and the new ones in them."""
    settled, pairs, n_islands = list(townships), list[str](), 0
    for holder in dict.fromkeys(held.values()):
        members = [holder, *(i for i, k in held.items() if k == holder)]
        seats = _without_same(_seats(members, townships, frame), townships, sheets)
        land = townships[holder].polygon
        if len(seats) == 1 or land is None or roads is None:
            continue
        shares = allocate_townships(seats, land, roads)
        n_islands += shares.n_islands
        polygons = dict(zip(seats.index.tolist(), shares.polygons, strict=True))
        if polygons[holder].is_empty:  # its seat lies elsewhere, and it would be lost
            _reject(townships, sheets, dict.fromkeys(members[1:], townships[holder].name), *_WITHIN_ANOTHER)
            continue
        for i, polygon in polygons.items():
            settled[i] = dataclasses.replace(townships[i], polygon=None if polygon.is_empty else polygon)
        empty = [i for i in polygons if settled[i].polygon is None]
        _reject(townships, sheets, dict.fromkeys(empty, ""), *_QUICKEST_NOWHERE)
        names = [townships[i].name for i in polygons if i != holder and i not in empty]
        pairs += [f"{townships[holder].name} – {name}" for name in names]
    return settled, (
        *noted(
            "townships_divided",
            "townships",
            pairs,
            "townships whose land is modelled and shared anew, because the seat of another lies in it: {n} "
            "({some}); give outlines where you have them",
            "地域由模型推算、因其中新增驻地而按行车时间重新划分的乡镇：{n}对（{some}）；如有边界面请提供",
        ),
        *_island_notes(n_islands),
    )


def _share_free(
    landless: Sequence[int],
    townships: Sequence[Township],
    sheets: Sequence[TownshipRows],
    frame: Frame,
    roads: Roads | None,
) -> tuple[list[Township], tuple[Note, ...]]:
    """Share out the land that no polygon covers."""
    if not landless:
        return list(townships), ()
    land = _free_land(townships, frame)
    seats = _usable_seats(landless, townships, sheets, land, frame)
    if roads is None:
        _reject(
            townships,
            sheets,
            dict.fromkeys(seats.index, ""),
            "has no polygon, and there are no roads by which to share out the land: give its outline",
            "没有边界面，也没有道路可用于按行车时间划分地域：请提供边界面",
        )
    if seats.empty or roads is None:
        return list(townships), ()
    shares = allocate_townships(seats, land, roads)
    settled = list(townships)
    for i, polygon in zip(seats.index.tolist(), shares.polygons, strict=True):
        settled[i] = dataclasses.replace(townships[i], polygon=None if polygon.is_empty else polygon)
    empty = [i for i in seats.index if settled[i].polygon is None]
    _reject(townships, sheets, dict.fromkeys(empty, ""), *_QUICKEST_NOWHERE)
    named = [townships[i].name for i in seats.index if i not in empty]
    return settled, _notes(named, shares.n_islands)


def _free_land(townships: Sequence[Township], frame: Frame) -> shapely.Polygon | shapely.MultiPolygon:
    """Give the county's land that no polygon covers, without the slivers between outlines drawn apart."""
    taken = shapely.union_all([t.polygon for t in townships if t.polygon is not None])
    pieces = shapely.get_parts(shapely.difference(frame.boundary, taken))
    land = shapely.union_all([piece for piece in pieces if not piece.buffer(-SLIVER_M).is_empty])
    return land if isinstance(land, shapely.Polygon | shapely.MultiPolygon) else shapely.Polygon()


def _usable_seats(
    landless: Sequence[int],
    townships: Sequence[Township],
    sheets: Sequence[TownshipRows],
    land: shapely.Polygon | shapely.MultiPolygon,
    frame: Frame,
) -> gpd.GeoSeries:
    """Give the seats by which land can be shared out, and reject the rows of the others."""
    seats = _seats(landless, townships, frame)
    _reject(
        townships,
        sheets,
        dict.fromkeys([i for i in landless if i not in seats.index], ""),
        "has neither polygon nor seat, so that its land counts with its neighbours': fill in the coordinates "
        "of its seat",
        "既无边界面也无驻地坐标，其地域暂计入相邻乡镇：请补充驻地坐标",
    )
    away = ~shapely.dwithin(seats.to_numpy(), land, SEAT_TOLERANCE_M)
    holders = {i: _holder(seats[i], townships) for i in seats.index[away]}
    _reject(
        townships,
        sheets,
        {i: name for i, name in holders.items() if name},
        *_WITHIN_ANOTHER,
    )
    _reject(
        townships,
        sheets,
        {i: "" for i, name in holders.items() if not name},
        "has no polygon, and its seat lies beyond the county's free land: check the coordinates",
        "没有边界面，而其驻地位于县域空余范围以外：请核对坐标",
    )
    return _without_same(seats[~away], townships, sheets)


def _without_same(
    seats: gpd.GeoSeries, townships: Sequence[Township], sheets: Sequence[TownshipRows]
) -> gpd.GeoSeries:
    """Reject the rows of seats in the very place of an earlier one, and give the others."""
    first = seats.drop_duplicates()
    same = {
        i: townships[first.index[first.geom_equals(seats[i])][0]].name
        for i in seats.index.difference(first.index)
    }
    _reject(
        townships,
        sheets,
        same,
        "has no polygon, and its seat the very coordinates of {other}'s, so that their land cannot be told "
        "apart: correct them",
        "没有边界面，驻地坐标又与{other}完全相同，无法划分地域：请更正",
    )
    return first


def _holder(seat: shapely.Point, townships: Sequence[Township]) -> str:
    """Name the township within whose polygon a seat lies, empty where there is none."""
    return next((t.name for t in townships if t.polygon is not None and t.polygon.intersects(seat)), "")


def _reject(
    townships: Sequence[Township],
    sheets: Sequence[TownshipRows],
    others: Mapping[int, str],
    en: str,
    zh: str,
) -> None:
    """Reject all rows of some townships, each with the township that is named for the reason."""
    rows = [(number, row, other) for i, other in others.items() for number, row in townships[i].rows]
    for number, sheet in enumerate(sheets):
        named = {row: other for of, row, other in rows if of == number}
        where = np.zeros(len(sheet.table), dtype=np.bool_)
        where[list(named)] = True
        text = [named.get(i, "") for i in range(len(where))]
        sheet.sieve.reject(where, "township_without_land", en, zh, other=text)


def _notes(names: Sequence[str], n_islands: int) -> tuple[Note, ...]:
    """Say whose land is modelled, and which roads had to be guessed."""
    return (
        *noted(
            "townships_allocated",
            "townships",
            names,
            "townships without an outline, whose land is shared out by travel time to their seats and is "
            "modelled: {n} ({some}); give outlines where you have them",
            "没有边界面、按到驻地的行车时间划分地域（模型推算）的乡镇：{n}个（{some}）；如有边界面请提供",
        ),
        *_island_notes(n_islands),
    )


def _island_notes(n_islands: int) -> tuple[Note, ...]:
    return noted(
        "road_islands",
        "townships",
        range(n_islands),
        "pieces of road that no seat reaches, counted to the nearest seat as the crow flies: {n}",
        "从任何驻地都无法到达、按直线距离归入最近乡镇的孤立道路：{n}段",
    )
