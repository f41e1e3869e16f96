"""People compared with the townships' totals, and rescaled to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import SourceError, name_some
from coverage.sources.demand_merging import on_grid
from coverage.sources.notes import Note, noted
from coverage.sources.population_cells import Pots, joined
from coverage.sources.road_pieces import NOWHERE, SPACING_M, RoadPieces, road_pieces, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MIN_DIFFERENCE = 1e-3
# whose the totals are, and what to do: by whether they are of a model
_WHOSE_TOTALS = {
    False: (
        "the townships' totals",
        "乡镇总人口",
        "--scale-to townships takes the totals",
        "如以乡镇总人口为准，请用 --scale-to townships",
    ),
    True: (
        "the modelled townships' totals of the older study area",
        "原研究区的乡镇总人口（模型推算）",
        "those totals are no census: a difference from them says nothing against the file",
        "该总人口为模型推算，并非统计数，与其不符不说明人口文件有误",
    ),
}


def need_totals(townships: gpd.GeoDataFrame) -> None:
    """
    Refuse to rescale people where no township has a total.

    Raises
    ------
    SourceError
        If no ``population`` of `townships` is known.
    """
    if townships["population"].notna().any():
        return
    raise SourceError(
        "--scale-to townships: no township has a total to scale to: give a column of people with "
        "--townships FILE, or leave --scale-to away",
        zh="--scale-to townships：没有任何乡镇的总人口，无法缩放：请用 --townships 提供含人口列的乡镇表，"
        "或去掉 --scale-to",
    )


def compare_with_totals(
    people: NDArray[np.float64], townships: gpd.GeoDataFrame, *, modelled: bool = False
) -> tuple[Note, ...]:
    """
    Say how far people differ from the townships' totals, on the whole and where most.

    Parameters
    ----------
    people
        Shape (n_townships,), NaN where nothing is known.
    townships
        ``name`` and ``population`` (NaN where no total is known).
    modelled
        The totals are those of an older study area, and of a model.
    """
    total = townships["population"].to_numpy(dtype=float)
    both = np.flatnonzero(np.isfinite(total) & np.isfinite(people) & (total > 0))
    if not len(both):
        return ()
    found, wanted = people[both], total[both]
    relative = found / wanted - 1
    overall = float(found.sum() / wanted.sum() - 1)
    worst = int(np.argmax(np.abs(relative)))
    if max(abs(overall), abs(relative[worst])) < _MIN_DIFFERENCE:
        return ()
    names = townships["name"].iloc[both].astype(str).tolist()
    name, where, where_zh = names[worst], *_which(names, len(total))
    whose, whose_zh, advice, advice_zh = _WHOSE_TOTALS[modelled]
    en = (
        f"{where} the file has {found.sum():,.0f} people, {whose} {wanted.sum():,.0f} ({overall:+.1%});"
        f" most different is {name}: {found[worst]:,.0f} and {wanted[worst]:,.0f} ({relative[worst]:+.1%}); "
        f"{advice}"
    )
    zh = (
        f"{where_zh}，人口文件合计{found.sum():,.0f}人，{whose_zh}合计{wanted.sum():,.0f}人（{overall:+.1%}）；"
        f"差别最大的是{name}：{found[worst]:,.0f}人与{wanted[worst]:,.0f}人（{relative[worst]:+.1%}）；"
        f"{advice_zh}"
    )
    return (Note("totals_differ", "demand", en, zh, len(both), tuple(names)),)


def _which(names: list[str], n_townships: int) -> tuple[str, str]:
    """Say over which of the townships a sum is."""
    if len(names) == n_townships:
        return f"over all {n_townships} townships", f"全部{n_townships}个乡镇"
    n = len(names)
    return (
        f"over {n} of {n_townships} townships ({name_some(names)}), which have a total and are in the file,",
        f"既有总人口、文件中又有人口数的{n}个乡镇（共{n_townships}个；{name_some(names, mark='、')}）",
    )


def scale_to_totals(
    points: gpd.GeoDataFrame,
    townships: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame | None = None,
    *,
    modelled: bool = False,
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """
    Rescale the people of every township to its total.

    Parameters
    ----------
    points
        As `StudyArea.demand`.
    townships
        ``id``, ``name``, ``population`` (NaN where no total is known: its people stay as they are) and
        polygons, in the system of `points`.
    edges
        Roads along which the people of a township go that has a total and nobody in `points`; without them
        they are put at one point.
    modelled
        The totals are those of an older study area, and of a model.

    Returns
    -------
    geopandas.GeoDataFrame
        Points whose people add up to the totals.
    tuple of Note
        What was scaled, and what was spread.
    """
    of = townships.set_index("id").index.get_indexer(points["township_id"])
    people = points["population"].to_numpy(dtype=float)
    total = townships["population"].to_numpy(dtype=float)
    factor = scale_factors(_sums(people, of, len(total)), total)
    scaled = points.assign(population=people * np.append(factor, 1.0)[of])
    wanting = without_people(_sums(people, of, len(total)), total)
    notes = scale_notes(factor, wanting, townships, modelled=modelled)
    if not len(wanting):
        return scaled, notes
    pieces = road_pieces(edges, townships) if edges is not None else NO_PIECES
    pots = along_roads(np.where(np.isin(np.arange(len(total)), wanting), total, 0.0), townships, pieces)
    ids = townships["id"].to_numpy(dtype=object)[pots.township]
    added = gpd.GeoDataFrame(
        {
            "id": [
                f"{t}-total-{n + 1}" for t, n in zip(ids, pd.Series(ids).groupby(ids).cumcount(), strict=True)
            ],
            "name": "",
            "township_id": ids,
            "population": pots.people,
        },
        geometry=shapely.points(pots.x, pots.y),
        crs=points.crs,
    )
    kept = scaled[~np.isin(of, wanting)]
    return gpd.GeoDataFrame(pd.concat([kept, added], ignore_index=True), crs=points.crs), notes


def scale_factors(people: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what to multiply each township's people by, shape (n_townships,): 1 where no total is known."""
    known = np.isfinite(total) & (people > 0)
    return np.divide(total, people, out=np.ones(len(total)), where=known)


def without_people(people: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.intp]:
    """Find the townships that have a total and nobody to be scaled to it."""
    return np.flatnonzero((people <= 0) & (total > 0))


def scale_notes(
    factor: NDArray[np.float64],
    wanting: NDArray[np.intp],
    townships: gpd.GeoDataFrame,
    *,
    modelled: bool = False,
) -> tuple[Note, ...]:
    """Say which townships were scaled by how much, whose people had to be spread, and to what totals."""
    names = townships["name"].to_numpy(dtype=object)
    changed = np.flatnonzero(np.abs(factor - 1) >= _MIN_DIFFERENCE)
    least, most = (float(factor[changed].min()), float(factor[changed].max())) if len(changed) else (1.0, 1.0)
    return (
        *noted(
            "scaled_to_totals",
            "demand",
            names[changed].tolist(),
            f"townships whose people are rescaled to the total, by factors of {least:.3g} to {most:.3g}: "
            "{n} ({some})",
            f"人口按乡镇总人口缩放的乡镇：{{n}}个（{{some}}），系数{least:.3g}～{most:.3g}",
        ),
        *noted(
            "totals_without_people",
            "demand",
            names[wanting].tolist(),
            "townships with a total of which the population file has nobody, spread along their minor roads: "
            "{n} ({some})",
            "人口文件中没有人口、按乡镇总人口沿居住区及低等级道路分摊的乡镇：{n}个（{some}）",
        ),
        *noted(
            "scaled_to_model",
            "demand",
            names[np.union1d(changed, wanting)].tolist() if modelled else (),
            "townships whose people follow totals of the older study area, which are modelled and no census: "
            "{n} ({some}); give their own totals with --townships FILE, or leave --scale-to away",
            "人口按原研究区的乡镇总人口（模型推算，并非统计数）取值的乡镇：{n}个（{some}）；"
            "请用 --townships 提供各乡镇实际总人口，或去掉 --scale-to",
        ),
    )


NO_PIECES = RoadPieces(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.intp))


def along_roads(
    people: NDArray[np.float64],
    townships: gpd.GeoDataFrame,
    pieces: RoadPieces,
    free: NDArray[np.bool_] | None = None,
) -> Pots:
    """
    Spread people over the pieces of road of their townships, by length.

    Parameters
    ----------
    people
        Shape (n_townships,).
    townships
        Polygons; one without roads keeps its people at a point inside.
    pieces
        Of road.
    free
        Shape (n_pieces,), pieces to be used where a township has any of them; all by default.

    Returns
    -------
    Pots
        ``source`` is -1 - township.
    """
    n = len(townships)
    pot_of = np.where(people[pieces.township] > 0, pieces.township, NOWHERE)
    if free is not None:
        has_free = np.bincount(pieces.township[free], minlength=n) > 0
        pot_of = np.where(free | ~has_free[pieces.township], pot_of, NOWHERE)
    used, share = spread(people, pieces, pot_of)
    x, y, township = pieces.x[used], pieces.y[used], pieces.township[used]
    if len(used):
        groups = on_grid(x, y, share, township, SPACING_M)
        x, y, township, share = x[groups.kept], y[groups.kept], township[groups.kept], groups.sums(share)
    bare = np.setdiff1d(np.flatnonzero(people > 0), township)
    return joined(
        [Pots(share, township, x, y, -1 - township.astype(np.int64)), at_a_point(people, bare, townships)]
    )


def at_a_point(people: NDArray[np.float64], which: NDArray[np.intp], townships: gpd.GeoDataFrame) -> Pots:
    """Put the people of some townships at a point inside each."""
    points = shapely.point_on_surface(townships.geometry.to_numpy()[which])
    return Pots(
        people[which], which, shapely.get_x(points), shapely.get_y(points), -1 - which.astype(np.int64)
    )


def _sums(people: NDArray[np.float64], township: NDArray[np.intp], n: int) -> NDArray[np.float64]:
    inside = township >= 0
    return np.bincount(township[inside], weights=people[inside], minlength=n).astype(np.float64)
