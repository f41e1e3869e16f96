"""The planner's population file, whatever it is: villages, township totals, cells or a raster."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import SourceError
from coverage.sources.demand_merging import few_enough, measure
from coverage.sources.notes import Note, noted
from coverage.sources.population import radius_m
from coverage.sources.population_cells import POINT_CELL_M2, Pots, joined
from coverage.sources.population_polygons import holds_polygons, read_polygons
from coverage.sources.population_raster import ENDINGS as RASTER_ENDINGS
from coverage.sources.population_raster import read_raster
from coverage.sources.population_totals import (
    along_roads,
    at_a_point,
    compare_with_totals,
    scale_factors,
    scale_notes,
    without_people,
)
from coverage.sources.population_villages import read_villages, unclaimed
from coverage.sources.road_pieces import RoadPieces, road_pieces
from coverage.sources.row_sieve import RowSieve
from coverage.sources.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.layer_file import LayerFile
    from coverage.sources.population_rows import PeopleRows
    from coverage.sources.row_account import RowAccount
    from coverage.study_area import County

MAX_DEMAND = 50_000


@dataclass(frozen=True)
class PopulationRows:
    """
    The people of a population file.

    Parameters
    ----------
    points
        As `StudyArea.demand`; every township has at least one point.
    township_people
        Shape (n_townships,): people of each township, NaN where the file says nothing of it.
    modelled
        True where some of them are spread along roads or rescaled.
    accounts
        What became of the rows; none for a raster.
    notes
        What was assumed, left out or merged.
    people_in
        People of the file that count: of its rows, or of its cells within the boundary.
    people_out
        People of `points`: as many, unless they were rescaled.
    people_left_out
        People of rows that were rejected although they have a figure, but for sums of others, and of the
        parts of cells that lie outside.
    """

    points: gpd.GeoDataFrame
    township_people: NDArray[np.float64]
    modelled: bool
    accounts: tuple[RowAccount, ...]
    notes: tuple[Note, ...]
    people_in: float
    people_out: float
    people_left_out: float


class _Names(Protocol):
    """Gives the ids and names of the rows or cells that pots are of."""

    def __call__(self, source: NDArray[np.int64], /) -> tuple[list[str], list[str]]: ...


@dataclass(frozen=True)
class _Read:
    """
    A file's people before they are compared, scaled and merged.

    Parameters
    ----------
    pots
        All of them with a place.
    says
        Shape (n_townships,), the file says something of the township.
    names
        Of the sources of `pots` that are no townships.
    sieve
        Of the rows; None for a raster.
    """

    pots: Pots
    says: NDArray[np.bool_]
    names: _Names
    modelled: bool
    notes: tuple[Note, ...]
    sieve: RowSieve | None = None
    left_out: float = 0.0


def read_population(
    file: LayerFile,
    frame: Frame,
    townships: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    roads: shapely.STRtree | None,
    *,
    places: gpd.GeoDataFrame | None = None,
    landless: Sequence[str] = (),
    county: County | None = None,
    scale_to_townships: bool = False,
    totals_modelled: bool = False,
    max_demand: int = MAX_DEMAND,
) -> PopulationRows:
    """
    Read who lives where.

    No person is lost: the demand adds up to what the file has within the county, township by township, unless
    it is rescaled.

    Parameters
    ----------
    file
        A table of villages or townships, points, polygons, or a raster of people per cell.
    frame
        The county.
    townships
        ``id``, ``name``, ``population`` (NaN where unknown) and polygons, in the system of the frame.
    edges
        Road edges of the county, as `StudyArea.roads` has them.
    roads
        Their lines, to tell whether the coordinates fit; None where there are none.
    places
        Named points, to find villages without coordinates.
    landless
        Names of townships that were listed and have neither outline nor usable seat: rows that name one are
        rejected, and not counted with its neighbours.
    county
        Its name and code, by which its own figure among the rows is known.
    scale_to_townships
        Rescale each township to its total in `townships`.
    totals_modelled
        The totals in `townships` are those of an older study area, and of a model.
    max_demand
        Demand points to be left.

    Raises
    ------
    FileError, CrsError, SourceError
        If the file cannot be used, as in `read_table` and `read_raster`, or not one row of it can.
    """
    pieces = road_pieces(edges, townships)
    if file.path.name.lower().endswith(RASTER_ENDINGS):
        read = _from_raster(file, frame, townships, pieces)
    else:
        read = _from_table(file, frame, townships, pieces, roads, places, landless, county)
    n = len(townships)
    people = np.where(read.says, read.pots.sums(n), math.nan)
    pots, notes, modelled = read.pots, read.notes, read.modelled
    notes = (*notes, *_nowhere_note(pots), *compare_with_totals(people, townships, modelled=totals_modelled))
    if scale_to_townships:
        pots, scale_note = _scaled(pots, townships, pieces, totals_modelled=totals_modelled)
        notes, modelled = (*notes, *scale_note), True
        people = np.where(read.says | np.isfinite(_totals(townships)), pots.sums(n), math.nan)
    empty = np.setdiff1d(np.arange(n), pots.township)
    pots = joined([pots, at_a_point(np.zeros(n), empty, townships)])
    notes = (*notes, *_empty_note(empty, townships))
    points, kept, merge_notes = _merged(pots, read.names, townships, max_demand)
    return PopulationRows(
        points=points,
        township_people=people,
        modelled=modelled,
        accounts=_accounts(read, pots, kept),
        notes=(*notes, *merge_notes),
        people_in=float(read.pots.people.sum()),
        people_out=float(points["population"].sum()),
        people_left_out=read.left_out,
    )


def _from_raster(file: LayerFile, frame: Frame, townships: gpd.GeoDataFrame, pieces: RoadPieces) -> _Read:
    raster = read_raster(file, frame, townships)
    pots, grid = raster.pots, raster.grid
    is_large = raster.cell_m2 > POINT_CELL_M2
    if is_large:
        cell = grid.cells_of(pieces.x, pieces.y, frame.crs)
        pots = pots.along(pieces, pots.find(cell, pieces.township))
    notes = (*raster.notes, *_large_note(raster.cell_m2)) if is_large else raster.notes

    def names(source: NDArray[np.int64], /) -> tuple[list[str], list[str]]:
        return grid.name(source), [""] * len(source)

    return _Read(pots, np.ones(len(townships), dtype=np.bool_), names, modelled=is_large, notes=notes)


def _from_table(
    file: LayerFile,
    frame: Frame,
    townships: gpd.GeoDataFrame,
    pieces: RoadPieces,
    roads: shapely.STRtree | None,
    places: gpd.GeoDataFrame | None,
    landless: Sequence[str],
    county: County | None,
) -> _Read:
    table, notes = read_table(file, "demand")
    sieve = RowSieve(table, "demand")
    if holds_polygons(table):
        cells = read_polygons(table, sieve, frame, townships, pieces, landless, county)
        rows, left_out = cells.rows, cells.left_out
        pots, says, modelled = cells.points, np.ones(len(townships), dtype=np.bool_), cells.is_spread
        notes = (*notes, *cells.notes, *(_large_note(None) if modelled else ()))
    else:
        villages = read_villages(table, sieve, frame, townships, roads, places, landless, county)
        rows, left_out, says = villages.rows, villages.left_out, villages.says
        free = unclaimed(
            np.column_stack([pieces.x, pieces.y]), villages.points, radius_m(villages.points.people)
        )
        spread_pots = along_roads(villages.along_roads, townships, pieces, free)
        pots, modelled = joined([villages.points, spread_pots]), len(spread_pots) > 0
        notes = (*notes, *villages.notes)
    if not len(table):
        raise SourceError(
            f"{table.name} holds nobody: add rows below the header",
            zh=f"{table.name} 只有表头，没有内容：请补充",
        )
    if not sieve.alive.any():
        raise SourceError(
            f"{table.name}: not one of its {len(table)} rows can be used{_first_reason(sieve, 'en')}",
            zh=f"{table.name}：{len(table)}行均无法使用{_first_reason(sieve, 'zh')}",
        )
    if not (pots.people > 0).any():
        raise SourceError(
            f"{table.name} has nobody within the county: check that its column of people is the right one",
            zh=f"{table.name} 在本县没有人口：请核对人口列是否正确",
        )
    return _Read(pots, says, _row_names(rows), modelled, notes, sieve, left_out)


def _first_reason(sieve: RowSieve, lang: str) -> str:
    rejects = sieve.account().rejects
    if not rejects:
        return ""
    first = rejects[0]
    return f"; row {first.row}: {first.en}" if lang == "en" else f"；第{first.row}行：{first.zh}"


def _row_names(rows: PeopleRows) -> _Names:
    def names(source: NDArray[np.int64], /) -> tuple[list[str], list[str]]:
        return rows.id[source].tolist(), rows.name[source].tolist()

    return names


def _totals(townships: gpd.GeoDataFrame) -> NDArray[np.float64]:
    return np.asarray(townships["population"].to_numpy(dtype=float))


def _scaled(
    pots: Pots, townships: gpd.GeoDataFrame, pieces: RoadPieces, *, totals_modelled: bool
) -> tuple[Pots, tuple[Note, ...]]:
    """Rescale to the townships' totals, and spread the totals of those without people."""
    total, people = _totals(townships), pots.sums(len(townships))
    factor, wanting = scale_factors(people, total), without_people(people, total)
    scaled = pots.times(np.append(factor, 1.0)[pots.township])
    missing = np.zeros(len(total))
    missing[wanting] = total[wanting]
    added = along_roads(missing, townships, pieces)
    notes = scale_notes(factor, wanting, townships, modelled=totals_modelled)
    return joined([scaled, added]), notes


def _merged(
    pots: Pots, names: _Names, townships: gpd.GeoDataFrame, max_demand: int
) -> tuple[gpd.GeoDataFrame, NDArray[np.intp], tuple[Note, ...]]:
    """Merge what is too much, and make demand points of what remains."""
    groups = few_enough(pots.x, pots.y, pots.people, pots.township, max_demand)
    notes = measure(pots.x, pots.y, pots.people, groups).notes()
    kept = pots.take(groups.kept)
    township_ids = np.append(townships["id"].to_numpy(dtype=object), "")
    ids = np.empty(len(kept), dtype=object)
    spread = kept.source < 0
    ids[~spread] = names(kept.source[~spread])[0]
    ids[spread] = township_ids[-1 - kept.source[spread]]
    largest = pots.take(groups.largest(pots.people))
    name = np.full(len(kept), "", dtype=object)
    named = largest.source >= 0
    name[named] = names(largest.source[named])[1]
    points = gpd.GeoDataFrame(
        {
            "id": _numbered(ids, spread),
            "name": name,
            "township_id": township_ids[kept.township],
            "population": groups.sums(pots.people),
        },
        geometry=shapely.points(kept.x, kept.y),
        crs=townships.crs,
    )
    return points, groups.kept, notes


def _numbered(ids: NDArray[np.object_], always: NDArray[np.bool_]) -> list[str]:
    """Number ids that repeat, and those of roads always, so that no two are alike."""
    series = pd.Series(ids, dtype=object)
    repeated = always | series.duplicated(keep=False).to_numpy()
    number = series.groupby(series).cumcount().to_numpy() + 1
    own = set(ids[~repeated].tolist())
    result = []
    for text, n, again in zip(ids.tolist(), number.tolist(), repeated.tolist(), strict=True):
        unique = f"{text}-{n}" if again else text
        while again and unique in own:
            unique += "'"
        result.append(unique)
    return result


def _accounts(read: _Read, pots: Pots, kept: NDArray[np.intp]) -> tuple[RowAccount, ...]:
    """Count rows none of whose points stand for themselves as merged."""
    if read.sieve is None:
        return ()
    n_rows = len(read.sieve.alive)
    has_pot, stands = np.zeros(n_rows, dtype=np.bool_), np.zeros(n_rows, dtype=np.bool_)
    has_pot[pots.source[pots.source >= 0]] = True
    source = pots.source[kept]
    stands[source[source >= 0]] = True
    read.sieve.merge(has_pot & ~stands)
    return (read.sieve.account(),)


def _nowhere_note(pots: Pots) -> tuple[Note, ...]:
    outside = pots.township < 0
    people = float(pots.people[outside].sum())
    if people < 0.5:  # noqa: PLR2004 (half a person)
        return ()
    en = f"people inside the boundary whose place lies in no township: {people:,.0f}"
    zh = f"位于县界内、但不在任何乡镇范围内的人口：{people:,.0f}人"
    return (Note("people_outside_townships", "demand", en, zh, int(outside.sum())),)


def _empty_note(empty: NDArray[np.intp], townships: gpd.GeoDataFrame) -> tuple[Note, ...]:
    return noted(
        "townships_without_people",
        "demand",
        townships["name"].iloc[empty].tolist(),
        "townships of which the population file has nobody: {n} ({some})",
        "人口文件中没有人口的乡镇：{n}个（{some}）",
    )


def _large_note(cell_m2: float | None) -> tuple[Note, ...]:
    size, size_zh = (
        ("", "") if cell_m2 is None else (f" ({cell_m2 / 1e6:.2g} km²)", f"（{cell_m2 / 1e6:.2g}平方公里）")
    )
    en = f"cells larger than 250 m a side{size}: their people are spread along the minor roads within them"
    zh = f"格网边长大于250米{size_zh}：其人口沿格网内的居住区及低等级道路分摊"
    return (Note("cells_spread", "demand", en, zh, 1),)
