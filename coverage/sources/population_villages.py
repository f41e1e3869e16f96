"""People of villages and townships from a table: each village at its point, the others along the roads."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from coverage.sources.notes import Note, noted
from coverage.sources.osm_tags import plain_name
from coverage.sources.point_rows import place_points
from coverage.sources.population_cells import Pots
from coverage.sources.population_repeats import reject_duplicates
from coverage.sources.population_rows import landless_note, named_townships, people_rows
from coverage.sources.road_pieces import NOWHERE, township_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.population_rows import PeopleRows
    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table
    from coverage.study_area import County

_VILLAGE_ENDINGS = re.compile(
    r"(?:村民委员会|居民委员会|社区居委会|村委会|居委会|行政村|自然村|社区|居委|村委|村)$"
)


@dataclass(frozen=True)
class Villages:
    """
    People of a table by village and township.

    Parameters
    ----------
    points
        Villages with a place; ``source`` is the row.
    along_roads
        Shape (n_townships,): people of each township without a place of their own.
    says
        Shape (n_townships,): the table says something of the township.
    rows
        What the rows say.
    left_out
        People of rows that were rejected although they have a figure, but for sums of others.
    notes
        What was assumed.
    """

    points: Pots
    along_roads: NDArray[np.float64]
    says: NDArray[np.bool_]
    rows: PeopleRows
    left_out: float
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Places:
    """Where the rows are: shape (n_rows,) metric x and y, NaN without; township, `NOWHERE` without."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    township: NDArray[np.intp]

    @property
    def known(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.x)


def read_villages(
    table: Table,
    sieve: RowSieve,
    frame: Frame,
    townships: gpd.GeoDataFrame,
    roads: shapely.STRtree | None,
    places: gpd.GeoDataFrame | None,
    landless: Sequence[str] = (),
    county: County | None = None,
) -> Villages:
    """
    Place the people of a table.

    A village with coordinates is a point; one without takes the place of the only settlement of its name in
    its township, else its people go along the township's roads. A row that is a township as a whole gives
    its total, of which the roads get what the villages do not account for.

    Parameters
    ----------
    table, sieve
        Read as ``demand``; the sieve takes the rejects.
    frame, townships, roads, places, landless, county
        As in `population_table.read_population`.
    """
    rows = people_rows(table, sieve, townships, landless, county)
    placed = place_points(table, sieve, frame, roads, required=False)
    shapes = placed.points.to_numpy()
    where = _Places(shapely.get_x(shapes), shapely.get_y(shapes), rows.township)
    rows, where = _as_townships(rows, table, townships, where)
    total_rows, own = _total_rows(rows, sieve, where), where
    where, borrowed = _borrow(rows, sieve, where, places, townships, except_for=total_rows)
    where, place_notes = _join(rows, sieve, where, frame, townships, except_for=total_rows)
    _reject_unplaced(rows, sieve, where)
    # a borrowed place is that of the name, and tells no two villages apart
    reject_duplicates(rows, sieve, own.x, own.y, where.township)
    _reject_second_totals(rows, sieve, where, total_rows)

    alive, people = sieve.alive, np.nan_to_num(rows.people)
    at = np.flatnonzero(alive & ~total_rows & where.known)
    points = Pots(people[at], where.township[at], where.x[at], where.y[at], at)
    along, says, total_notes = _along_roads(people, alive, where, total_rows, townships)
    left_out = float(people[~alive].sum())
    notes = (*landless_note(rows), *placed.notes, *_borrowed_note(rows, borrowed & alive), *place_notes)
    return Villages(points, along, says, rows, left_out, (*notes, *total_notes))


def unclaimed(
    pieces_xy: NDArray[np.float64], points: Pots, radius_m: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """
    Tell pieces of road that no village with a place has around it.

    Parameters
    ----------
    pieces_xy
        Shape (n_pieces, 2), metric.
    points
        The villages.
    radius_m
        Shape (n_villages,), how far each reaches.

    Returns
    -------
    ndarray
        Shape (n_pieces,), True where the nearest village does not reach.
    """
    if not len(points) or not len(pieces_xy):
        return np.ones(len(pieces_xy), dtype=np.bool_)
    away, nearest = KDTree(np.column_stack([points.x, points.y])).query(pieces_xy)
    return np.asarray(away > radius_m[nearest], dtype=np.bool_)


def _as_townships(
    rows: PeopleRows, table: Table, townships: gpd.GeoDataFrame, where: _Places
) -> tuple[PeopleRows, _Places]:
    """Let rows that say no township, and bear the name of one, be that township."""
    named = named_townships(rows, table, townships)
    township = np.where((rows.township == NOWHERE) & (named >= 0), named, rows.township)
    own = rows.is_own_township | ((named >= 0) & (named == township))
    return replace(rows, township=township, is_own_township=own), replace(where, township=township)


def _total_rows(rows: PeopleRows, sieve: RowSieve, where: _Places) -> NDArray[np.bool_]:
    """
    Tell the rows that give a township's total.

    A row without a name but with coordinates is a village, unless the table has nothing but one row a
    township: then its coordinates are the seats.
    """
    alive = sieve.alive
    total = alive & rows.is_own_township
    of = rows.township[total]
    seats = bool(total.sum() == alive.sum()) and len(np.unique(of)) == len(of)
    return total if seats else total & ((rows.plain != "") | ~where.known)


def _borrow(
    rows: PeopleRows,
    sieve: RowSieve,
    where: _Places,
    places: gpd.GeoDataFrame | None,
    townships: gpd.GeoDataFrame,
    *,
    except_for: NDArray[np.bool_],
) -> tuple[_Places, NDArray[np.bool_]]:
    """Give villages without coordinates the place of the only settlement of their name in their township."""
    wanting = sieve.alive & ~except_for & ~where.known & (where.township >= 0) & (rows.plain != "")
    if places is None or places.empty or not wanting.any():
        return where, np.zeros(len(wanting), dtype=np.bool_)
    points = places.geometry.to_crs(townships.crs)
    px, py = points.x.to_numpy(), points.y.to_numpy()
    home = township_of(px, py, townships.geometry.to_numpy())
    names = [plain_name(str(name)) for name in places["name"]]
    x, y = where.x.copy(), where.y.copy()
    for stem in (False, True):
        known = pd.Series([_VILLAGE_ENDINGS.sub("", n) if stem else n for n in names], dtype=object)
        usable = (home >= 0) & (known != "").to_numpy()
        once = usable & ~pd.DataFrame({"n": known, "t": home}).duplicated(keep=False).to_numpy()
        index = {(known[i], int(home[i])): i for i in np.flatnonzero(once).tolist()}
        for i in np.flatnonzero(wanting & np.isnan(x)).tolist():
            plain = str(rows.plain[i])
            found = index.get((_VILLAGE_ENDINGS.sub("", plain) if stem else plain, int(where.township[i])))
            if found is not None:
                x[i], y[i] = px[found], py[found]
    return replace(where, x=x, y=y), wanting & ~np.isnan(x)


def _join(
    rows: PeopleRows,
    sieve: RowSieve,
    where: _Places,
    frame: Frame,
    townships: gpd.GeoDataFrame,
    *,
    except_for: NDArray[np.bool_],
) -> tuple[_Places, tuple[Note, ...]]:
    """Decide the township of each village with a place: the one it names, else the one it lies in."""
    polygons = townships.geometry.to_numpy()
    lies_in = township_of(where.x, where.y, polygons)
    shapely.prepare(frame.boundary)
    inside = (lies_in >= 0) | shapely.intersects_xy(frame.boundary, where.x, where.y)
    named = where.township >= 0
    stray = where.known & ~except_for & ~inside & ~named
    km = np.full(len(stray), np.nan)
    rejected = stray & sieve.alive
    km[rejected] = (
        shapely.distance(frame.boundary, shapely.points(where.x[rejected], where.y[rejected])) / 1000
    )
    sieve.reject(
        stray,
        "outside_area",
        "lies {km:.1f} km outside the county and names no township of it: check the coordinates, or name its "
        "township if it belongs to the county",
        "位于县界外{km:.1f}公里，且未注明本县乡镇：请核对坐标；若属本县请填写所属乡镇",
        km=km,
    )
    counted = sieve.alive & where.known & ~except_for
    elsewhere = counted & named & (lies_in >= 0) & (lies_in != where.township)
    beyond = counted & named & ~inside
    unknown = counted & (rows.said != "") & ~named
    township = np.where(counted & ~named, lies_in, where.township)
    far_km = 0.0
    if elsewhere.any():
        own = polygons[where.township[elsewhere]]
        far_km = float(shapely.distance(own, shapely.points(where.x[elsewhere], where.y[elsewhere])).max())
    return replace(where, township=township), _place_notes(rows, elsewhere, beyond, unknown, far_km / 1000)


def _place_notes(
    rows: PeopleRows,
    elsewhere: NDArray[np.bool_],
    beyond: NDArray[np.bool_],
    unknown: NDArray[np.bool_],
    far_km: float,
) -> tuple[Note, ...]:
    return (
        *noted(
            "villages_elsewhere",
            "demand",
            _called(rows, elsewhere),
            "villages that lie in the outline of another township than they name, and are counted with the "
            f"one they name, the farthest {far_km:.1f} km from it: {{n}} ({{some}})",
            f"坐标落在其他乡镇范围内、按所填乡镇计的村：{{n}}个（{{some}}），最远相距{far_km:.1f}公里",
        ),
        *noted(
            "villages_beyond",
            "demand",
            _called(rows, beyond),
            "villages outside the county's outline that name a township of it, and count: {n} ({some})",
            "位于县界外但注明属本县乡镇、已计入的村：{n}个（{some}）",
        ),
        *noted(
            "villages_township_unknown",
            "demand",
            _called(rows, unknown),
            "villages whose township is none of the county's, counted with the one they lie in: {n} ({some})",
            "所填乡镇不属于本县、按坐标所在乡镇计的村：{n}个（{some}）",
        ),
    )


def _called(rows: PeopleRows, where: NDArray[np.bool_]) -> list[str]:
    return [str(name or own_id) for name, own_id in zip(rows.name[where], rows.id[where], strict=True)]


def _borrowed_note(rows: PeopleRows, where: NDArray[np.bool_]) -> tuple[Note, ...]:
    return noted(
        "villages_located",
        "demand",
        _called(rows, where),
        "villages without coordinates, put at the known place of that name in their township: {n} ({some})",
        "没有坐标、按本乡镇同名地点定位的村：{n}个（{some}）",
    )


def _reject_unplaced(rows: PeopleRows, sieve: RowSieve, where: _Places) -> None:
    """Reject rows of which neither a place nor a township is known."""
    lost = ~where.known & (where.township < 0)
    sieve.reject(
        lost & (rows.said != ""),
        "township_unknown",
        "has no coordinates, and the county has no township {named}: correct its name, or give coordinates",
        "没有坐标，且本县没有乡镇{named}：请更正乡镇名称，或填写坐标",
        named=rows.said,
    )
    sieve.reject(
        lost,
        "coordinates_missing",
        "has neither coordinates nor a township: give one of them",
        "既没有坐标也没有所属乡镇：请至少填写其一",
    )


def _reject_second_totals(
    rows: PeopleRows, sieve: RowSieve, where: _Places, total_rows: NDArray[np.bool_]
) -> None:
    """Reject totals of a township that has one already."""
    alive = np.flatnonzero(sieve.alive & total_rows)
    of = pd.Series(where.township[alive])
    again = of.duplicated().to_numpy()
    repeats, first = np.zeros(len(total_rows), dtype=bool), np.zeros(len(total_rows), dtype=np.intp)
    repeats[alive[again]] = True
    first[alive] = alive[pd.Series(np.arange(len(alive))).groupby(of.to_numpy()).transform("min").to_numpy()]
    sieve.reject(
        repeats,
        "duplicate",
        "gives {own:,.0f} people as the total of a township for which row {first} has {other:,.0f}: keep one",
        "该乡镇总人口为{own:,.0f}，而第{first}行已给出{other:,.0f}：请只保留一行",
        first=sieve.table.row[first],
        own=rows.people,
        other=rows.people[first],
    )


def _along_roads(
    people: NDArray[np.float64],
    alive: NDArray[np.bool_],
    where: _Places,
    total_rows: NDArray[np.bool_],
    townships: gpd.GeoDataFrame,
) -> tuple[NDArray[np.float64], NDArray[np.bool_], tuple[Note, ...]]:
    """Add up, township by township, whose place is not known; and say of which there is anything at all."""
    n = len(townships)

    def summed(where_rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        chosen = where_rows & alive & (where.township >= 0)
        return np.bincount(where.township[chosen], weights=people[chosen], minlength=n).astype(np.float64)

    villages, unplaced = ~total_rows, ~total_rows & ~where.known & alive
    figured, roads = summed(villages), summed(unplaced)
    total = np.full(n, np.nan)
    given = np.flatnonzero(total_rows & alive)
    total[where.township[given]] = people[given]
    rest = np.nan_to_num(total - figured)
    over = np.flatnonzero(rest < -0.5)  # noqa: PLR2004 (half a person)
    says = np.bincount(where.township[alive & (where.township >= 0)], minlength=n) > 0
    names = townships["name"].to_numpy(dtype=object)
    notes = (
        *_unplaced_note(int(unplaced.sum()), float(roads.sum()), names[roads > 0].tolist()),
        *_rest_note(names[rest > 0].tolist(), float(rest[rest > 0].sum())),
        *noted(
            "figures_exceed_total",
            "demand",
            names[over].tolist(),
            "townships whose villages add up to more than their own row's total, and stand: {n} ({some})",
            "各村人口之和超过本乡镇总数、以各村人口为准的乡镇：{n}个（{some}）",
        ),
    )
    return roads + np.maximum(rest, 0.0), says, notes


def _unplaced_note(n_villages: int, people: float, townships: list[str]) -> tuple[Note, ...]:
    if not n_villages:
        return ()
    some, some_zh = ", ".join(townships[:5]), "、".join(townships[:5])
    more = " …" if len(townships) > 5 else ""  # noqa: PLR2004
    en = (
        f"villages without coordinates whose people are spread along the minor roads of their township: "
        f"{n_villages:,}, {people:,.0f} people ({some}{more})"
    )
    zh = (
        "没有坐标、人口沿本乡镇居住区及低等级道路分摊的村："
        f"{n_villages:,}个，共{people:,.0f}人（{some_zh}{more}）"
    )
    return (Note("villages_spread", "demand", en, zh, n_villages),)


def _rest_note(names: list[str], people: float) -> tuple[Note, ...]:
    return noted(
        "totals_spread",
        "demand",
        names,
        f"townships whose total, as far as no village accounts for it ({people:,.0f} people in all), goes "
        "along their minor roads: {n} ({some})",
        f"总人口中未落实到村的部分（共{people:,.0f}人）沿居住区及低等级道路分摊的乡镇：{{n}}个（{{some}}）",
    )
