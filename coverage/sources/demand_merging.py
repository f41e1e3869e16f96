"""Demand points of one township merged until few enough remain, and what that costs in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import shapely

from coverage.errors import SourceError
from coverage.sources.notes import Note

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

# at which the metres of a merging are told as seconds: a village street
STREET_KPH = 30.0
_FINEST_M = 1.0
_STEP = 1.02


@dataclass(frozen=True)
class Merging:
    """
    What merging did to the places of the people.

    Parameters
    ----------
    n_before, n_after
        Demand points.
    mean_m, p95_m, max_m
        How far people are moved: on average, at most for 95 % of them, and at most for anybody; metres.
    """

    n_before: int
    n_after: int
    mean_m: float
    p95_m: float
    max_m: float

    def notes(self) -> tuple[Note, ...]:
        """Say what it means for the answer, or nothing where nothing was merged."""
        if self.n_before == self.n_after:
            return ()
        seconds = self.p95_m / (STREET_KPH / 3.6)
        en = (
            f"demand points merged from {self.n_before:,} to {self.n_after:,} (--max-demand): 95 % of the "
            f"people are represented by a point within {self.p95_m:,.0f} m of theirs (on average "
            f"{self.mean_m:,.0f} m, at most {self.max_m:,.0f} m), up to {seconds:,.0f} s of driving at "
            f"{STREET_KPH:g} km/h"
        )
        zh = (
            f"居民点由{self.n_before:,}个合并为{self.n_after:,}个（--max-demand）：95%的人口由{self.p95_m:,.0f}米以内的"
            f"点代表（平均{self.mean_m:,.0f}米，最远{self.max_m:,.0f}米），按时速{STREET_KPH:g}公里计，"
            f"行车时间的误差不超过{seconds:,.0f}秒"
        )
        return (Note("demand_merged", "demand", en, zh, self.n_before - self.n_after),)


@dataclass(frozen=True)
class Groups:
    """
    Places that become one.

    Parameters
    ----------
    kept
        Shape (n_groups,), the place that stands for each group, ascending.
    group
        Shape (n_places,), position in `kept` of the group of each place.
    """

    kept: NDArray[np.intp]
    group: NDArray[np.intp]

    def sums(self, people: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up the people of each group, shape (n_groups,)."""
        return cast("NDArray[np.float64]", np.bincount(self.group, weights=people, minlength=len(self.kept)))

    def largest(self, people: NDArray[np.float64]) -> NDArray[np.intp]:
        """Give the place of each group with the most people, the first of several; shape (n_groups,)."""
        order = np.lexsort((np.arange(len(people)), -people, self.group))
        return order[_starts(self.group[order])]


def merge_demand(points: gpd.GeoDataFrame, max_demand: int) -> tuple[gpd.GeoDataFrame, Merging]:
    """
    Merge the demand points of each township on the finest grid that leaves few enough.

    Parameters
    ----------
    points
        As `StudyArea.demand`, in a metric system.
    max_demand
        How many may remain.

    Returns
    -------
    geopandas.GeoDataFrame
        At most `max_demand` rows in their order. A merged point is the one of its members that lies nearest
        to where its people are on average; it keeps that member's id and place, bears the name of its
        largest member, and has the people of all.
    Merging
        How far people were moved.

    Raises
    ------
    SourceError
        If there are more townships than `max_demand`.
    """
    x, y = shapely.get_coordinates(points.geometry.to_numpy()).T
    people = points["population"].to_numpy(dtype=float)
    township = pd.factorize(points["township_id"])[0]
    groups = few_enough(x, y, people, township, max_demand)
    merging = measure(x, y, people, groups)
    if len(groups.kept) == len(points):
        return points, merging
    merged = points.iloc[groups.kept].assign(
        population=groups.sums(people),
        name=points["name"].to_numpy(dtype=object)[groups.largest(people)],
    )
    return merged.reset_index(drop=True), merging


def few_enough(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    people: NDArray[np.float64],
    owner: NDArray[np.intp],
    max_demand: int,
) -> Groups:
    """
    Group places of the same owner on the finest grid, to 2 %, that leaves at most `max_demand` of them.

    Raises
    ------
    SourceError
        If there are more owners than that.
    """
    if len(x) <= max_demand:
        return Groups(np.arange(len(x)), np.arange(len(x)))
    n_owners = len(np.unique(owner))
    if n_owners > max_demand:
        raise SourceError(
            f"--max-demand {max_demand} is less than the {n_owners} townships, and each needs a point of its "
            f"own: give {n_owners} or more",
            zh=f"--max-demand {max_demand} 少于乡镇数{n_owners}，而每个乡镇至少需要一个点："
            f"请给出不小于{n_owners}的值",
        )
    extent = max(float(np.ptp(x)), float(np.ptp(y)), _FINEST_M)
    # beyond the extent a cell holds everything, so that the coarsest step always suffices
    too_fine, enough = -1, math.ceil(math.log(2 * extent / _FINEST_M, _STEP))
    while enough - too_fine > 1:
        step = (too_fine + enough) // 2
        if len(np.unique(_cells(x, y, owner, _FINEST_M * _STEP**step))) <= max_demand:
            enough = step
        else:
            too_fine = step
    return on_grid(x, y, people, owner, _FINEST_M * _STEP**enough)


def on_grid(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    people: NDArray[np.float64],
    owner: NDArray[np.intp],
    size_m: float,
) -> Groups:
    """
    Group the places of the same owner that lie in one cell of a grid.

    Parameters
    ----------
    x, y
        Shape (n,), metric.
    people
        Shape (n,), weights of the places.
    owner
        Shape (n,), what must not be mixed; -1 is an owner as well.
    size_m
        Side of a cell.
    """
    _, cell = np.unique(_cells(x, y, owner, size_m), return_inverse=True)
    weight = np.bincount(cell, weights=people)
    # where nobody lives the middle is that of the places
    pull = np.where(weight[cell] > 0, people, 1.0)
    whole = np.bincount(cell, weights=pull)
    mean_x, mean_y = (np.bincount(cell, weights=pull * axis) / whole for axis in (x, y))
    # to the millimetre, so that rounding does not choose between two that are as near
    away = np.round(np.hypot(x - mean_x[cell], y - mean_y[cell]), 3)
    order = np.lexsort((np.arange(len(x)), y, x, away, cell))
    nearest = order[_starts(cell[order])]
    place = np.argsort(nearest)
    rank = np.empty_like(place)
    rank[place] = np.arange(len(place))
    return Groups(nearest[place], rank[cell])


def measure(
    x: NDArray[np.float64], y: NDArray[np.float64], people: NDArray[np.float64], groups: Groups
) -> Merging:
    """Measure how far the people of each place are from the one that stands for them."""
    to = groups.kept[groups.group]
    away = np.hypot(x - x[to], y - y[to])
    counted = people > 0
    away, weight = away[counted], people[counted]
    n_before, n_after = len(x), len(groups.kept)
    if not len(away):
        return Merging(n_before, n_after, 0.0, 0.0, 0.0)
    order = np.argsort(away)
    reached = np.cumsum(weight[order])
    at = int(np.searchsorted(reached, 0.95 * reached[-1]))
    p95_m = float(away[order][min(at, len(away) - 1)])
    return Merging(n_before, n_after, float(np.average(away, weights=weight)), p95_m, float(away.max()))


def _cells(
    x: NDArray[np.float64], y: NDArray[np.float64], owner: NDArray[np.intp], size_m: float
) -> NDArray[np.int64]:
    """Number the cells of a grid from the corner of all places, one grid an owner."""
    column = np.floor((x - x.min()) / size_m).astype(np.int64)
    line = np.floor((y - y.min()) / size_m).astype(np.int64)
    n_columns, n_lines = int(column.max()) + 1, int(line.max()) + 1
    return cast("NDArray[np.int64]", ((owner.astype(np.int64) + 1) * n_lines + line) * n_columns + column)


def _starts(ordered: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Mark the first of each run of equal numbers."""
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
