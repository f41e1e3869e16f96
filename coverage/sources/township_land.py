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
    from collections.abc import Mapping, Sequence

    from coverage.sources.frame import Frame
    from coverage.sources.township_register import Township
    from coverage.sources.township_rows import TownshipRows
    from coverage.study_area import Roads

SLIVER_M = 50.0
"""Free land narrower than twice this lies between outlines that were drawn apart, and is no township's."""
SEAT_TOLERANCE_M = 500.0
"""A seat may lie so far from its land: outlines are drawn coarsely, and coordinates taken at the gate."""


def give_land(
    townships: Sequence[Township], sheets: Sequence[TownshipRows], frame: Frame, roads: Roads | None
) -> tuple[list[Township], tuple[Note, ...]]:
    """
    Share out the land that no polygon covers among the townships that rows name without one.

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
    _reject(
        townships,
        sheets,
        dict.fromkeys(empty, ""),
        "has no polygon, and none of the free land is quickest from its seat: give its outline",
        "没有边界面，空余地域中也没有由其驻地最快到达之处：请提供边界面",
    )
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
    lon, lat = (np.array([getattr(townships[i], axis) for i in landless]) for axis in ("lon", "lat"))
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=landless, crs=WGS84)
    seats = points[np.isfinite(lon) & np.isfinite(lat)].to_crs(frame.crs)
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
        "has no polygon, and its seat lies within the outline of {other}: give outlines of both",
        "没有边界面，而其驻地位于{other}的边界内：请提供两者的边界面",
    )
    _reject(
        townships,
        sheets,
        {i: "" for i, name in holders.items() if not name},
        "has no polygon, and its seat lies beyond the county's free land: check the coordinates",
        "没有边界面，而其驻地位于县域空余范围以外：请核对坐标",
    )
    seats = seats[~away]
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
        *noted(
            "road_islands",
            "townships",
            range(n_islands),
            "pieces of road that no seat reaches, counted to the nearest seat as the crow flies: {n}",
            "从任何驻地都无法到达、按直线距离归入最近乡镇的孤立道路：{n}段",
        ),
    )
