"""People of polygons: small cells are points, large ones are cut along the outlines and their roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.sources.coordinates import to_wgs84, undeclared
from coverage.sources.notes import Note, noted
from coverage.sources.population_cells import POINT_CELL_M2, Pots, Zones, overlay
from coverage.sources.population_rows import landless_note, named_townships, people_rows
from coverage.sources.road_pieces import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.population_rows import PeopleRows
    from coverage.sources.road_pieces import RoadPieces
    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table
    from coverage.study_area import County

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_MIN_SHARE_OUTSIDE = 1e-9


@dataclass(frozen=True)
class CellPeople:
    """
    People of polygons.

    Parameters
    ----------
    points
        By cell and township, ``source`` is the row.
    rows
        What the rows say.
    left_out
        People of cells that were rejected although they have a figure, but for sums of others, and of the
        parts of cells that lie beyond the boundary.
    is_spread
        Some cells are so large that their people are spread along roads.
    notes
        What was cut off.
    """

    points: Pots
    rows: PeopleRows
    left_out: float
    is_spread: bool
    notes: tuple[Note, ...]


def holds_polygons(table: Table) -> bool:
    """Tell whether most shapes of a table are polygons."""
    if table.geometry is None:
        return False
    kinds = shapely.get_type_id(table.geometry.to_numpy())
    return 2 * int(np.isin(kinds, _POLYGONS).sum()) > int((kinds >= 0).sum())


def read_polygons(
    table: Table,
    sieve: RowSieve,
    frame: Frame,
    townships: gpd.GeoDataFrame,
    pieces: RoadPieces,
    landless: Sequence[str] = (),
    county: County | None = None,
) -> CellPeople:
    """
    Place the people of polygons.

    A cell counts by the share of its area within the boundary, and is cut along the townships; one that names
    its township is that township's as a whole.

    Parameters
    ----------
    table, sieve
        Read as ``demand``; the sieve takes the rejects.
    frame, townships, landless, county
        As in `population_table.read_population`.
    pieces
        Of road, for cells larger than `POINT_CELL_M2`.

    Raises
    ------
    CrsError
        If the polygons have no known system, or lie nowhere on Earth.
    """
    rows = people_rows(table, sieve, townships, landless, county)
    shapes = _shapes(table, sieve, frame)
    named = named_townships(rows, table, townships)
    township = np.where(rows.township == NOWHERE, named, rows.township)
    zones = Zones(frame.boundary, townships.geometry.to_numpy())
    inside, own_land = _inside(shapes, sieve, zones, _is_township(rows, sieve, named, township))
    sieve.reject(
        inside <= 0,
        "outside_area",
        "lies outside the county: nothing to do, or check the coordinates",
        "位于县界以外：无需处理，或请核对坐标",
    )
    _reject_same_shapes(shapes, rows, sieve)

    alive = sieve.alive
    people = np.nan_to_num(rows.people)
    out = alive & (inside < 1 - _MIN_SHARE_OUTSIDE)
    cut_off = float((people * (1 - inside))[out].sum())
    used = np.flatnonzero(alive & (people > 0))
    pots = _pots(shapes, used, people * inside, township, own_land, zones)
    pots, is_spread = _spread_large(pots, shapes, township, pieces)
    beyond = float(people[~alive].sum())
    notes = (*landless_note(rows), *_cut_note(rows, out, cut_off))
    return CellPeople(pots, rows, cut_off + beyond, is_spread, notes)


def _shapes(table: Table, sieve: RowSieve, frame: Frame) -> NDArray[np.object_]:
    """Give the polygons in the system of the frame, empty where a row has none."""
    if not table.system:
        raise undeclared(table.name, table.file.name)
    raw = np.full(len(table), shapely.Polygon(), dtype=object)
    if table.geometry is not None:
        is_polygon = np.isin(shapely.get_type_id(table.geometry.to_numpy()), _POLYGONS)
        raw[is_polygon] = table.geometry.to_numpy()[is_polygon]
    series = to_wgs84(gpd.GeoSeries(raw), table.system, name=table.name).to_crs(frame.crs)
    shapes = np.array(series.to_numpy(), dtype=object)
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    shapes[broken] = shapely.buffer(shapely.make_valid(shapes[broken]), 0)
    sieve.reject(
        ~(shapely.area(shapes) > 0),
        "shape_unusable",
        "has no polygon with an area: draw it anew, or leave the row out",
        "没有图形，或图形不是有面积的面：请重新绘制，或删除该行",
    )
    return shapes


def _is_township(
    rows: PeopleRows, sieve: RowSieve, named: NDArray[np.intp], township: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Tell polygons that are a township as a whole: by their names, and the only ones of it."""
    own = sieve.alive & (rows.is_own_township | (named >= 0))
    once = np.zeros(len(own), dtype=np.bool_)
    once[own] = ~pd.Series(township[own]).duplicated(keep=False).to_numpy()
    return once


def _inside(
    shapes: NDArray[np.object_], sieve: RowSieve, zones: Zones, is_township: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """
    Give each polygon's share of area that counts.

    Returns
    -------
    ndarray
        Shape (n_rows,), share within the boundary; the whole of a polygon that is a township, if most of it
        lies there: outlines are generalized, and its people are known to be the township's.
    ndarray
        Shape (n_rows,), the part within the boundary.
    """
    shapely.prepare(zones.boundary)
    land = shapes.copy()
    cut = np.flatnonzero(sieve.alive & ~shapely.covers(zones.boundary, shapes))
    land[cut] = shapely.intersection(shapes[cut], zones.boundary)
    area = shapely.area(shapes)
    share = np.divide(shapely.area(land), area, out=np.zeros(len(area)), where=area > 0)
    return np.where(is_township & (share > 0.5), 1.0, share), land  # noqa: PLR2004


def _reject_same_shapes(shapes: NDArray[np.object_], rows: PeopleRows, sieve: RowSieve) -> None:
    """Reject polygons that are drawn twice."""
    alive = np.flatnonzero(sieve.alive)
    drawn = pd.Series(shapely.to_wkb(shapely.normalize(shapes[alive])), dtype=object)
    first = np.arange(len(shapes))
    first[alive] = alive[
        pd.Series(np.arange(len(alive))).groupby(drawn.to_numpy()).transform("min").to_numpy()
    ]
    sieve.reject(
        first < np.arange(len(shapes)),
        "duplicate",
        "duplicate of row {first}: the same polygon, with {own:,.0f} people where that has {other:,.0f}; "
        "keep the right one",
        "与第{first}行重复：图形相同，人口为{own:,.0f}，该行为{other:,.0f}；请保留正确的一个",
        first=sieve.table.row[first],
        own=rows.people,
        other=rows.people[first],
    )


def _pots(
    shapes: NDArray[np.object_],
    used: NDArray[np.intp],
    people: NDArray[np.float64],
    township: NDArray[np.intp],
    land: NDArray[np.object_],
    zones: Zones,
) -> Pots:
    """Divide cells among the townships by area, but those that name theirs."""
    named = used[township[used] >= 0]
    places = shapely.centroid(land[named])
    astray = np.flatnonzero(~shapely.intersects(land[named], places))
    places[astray] = shapely.point_on_surface(land[named][astray])
    open_ = used[township[used] < 0]
    parts = overlay(shapes[open_], zones)
    whole = np.bincount(parts.cell, weights=parts.share, minlength=len(open_))
    of = open_[parts.cell]
    return Pots(
        np.concatenate([people[named], people[of] * parts.share / whole[parts.cell]]),
        np.concatenate([township[named], parts.township]),
        np.concatenate([shapely.get_x(places), parts.x]),
        np.concatenate([shapely.get_y(places), parts.y]),
        np.concatenate([named, of]),
    )


def _spread_large(
    pots: Pots, shapes: NDArray[np.object_], township: NDArray[np.intp], pieces: RoadPieces
) -> tuple[Pots, bool]:
    """Spread the people of large cells over the roads within them."""
    large = np.unique(pots.source)
    large = large[shapely.area(shapes[large]) > POINT_CELL_M2]
    if not len(large):
        return pots, False
    points = shapely.points(pieces.x, pieces.y)
    inside, cell = shapely.STRtree(shapes[large]).query(points, predicate="within")
    first = pd.Series(inside).duplicated().to_numpy()
    cell_of = np.full(len(pieces), NOWHERE, dtype=np.int64)
    cell_of[inside[~first]] = large[cell[~first]]
    # in a cell that names its township all roads are that township's
    home = np.where((cell_of >= 0) & (township[cell_of] >= 0), township[cell_of], pieces.township)
    return pots.along(pieces, pots.find(cell_of, home)), True


def _cut_note(rows: PeopleRows, out: NDArray[np.bool_], people: float) -> tuple[Note, ...]:
    names = [str(name or own_id) for name, own_id in zip(rows.name[out], rows.id[out], strict=True)]
    return noted(
        "cells_cut",
        "demand",
        names,
        f"cells across the boundary, counted by their share of area inside; {people:,.0f} people left "
        "outside: {n} ({some})",
        f"跨县界、按界内面积比例计入的格网或面：{{n}}个（{{some}}），界外未计入{people:,.0f}人",
    )
