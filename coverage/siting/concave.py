"""What units at sites are worth where each further cover of a point is worth no more than the one before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from coverage.siting.reductions import merged_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.siting.limits import SiteLimits

    Numbers = NDArray[np.float64]

N_GROUPS = 100
"""Groups of rows with a bound of their own: one is too coarse a bound, one a row is too long a program."""

_WHOLE = 1e-9  # a sum of shares that is this near to a whole number is that number


@dataclass(frozen=True, eq=False)
class ConcaveCover:
    """
    The worth of units at sites, on merged rows: ``sum_i worth_i(sum_j cover_ij units_j)``.

    ``worth_i`` is concave and piecewise linear with its corners at whole numbers, so at whole numbers of
    units it is exact and between them it is the best concave bound. Rows that share a site stand together, so
    that the cuts of a group of neighbouring rows touch few sites.

    Parameters
    ----------
    cover
        Shape (n_rows, n_sites), of ones.
    slope
        Shape (n_rows, depth + 1): what the next cover of a row is worth after 0, 1, … of them; the last
        column is 0.
    base
        Worth of the fixed sites, and of nothing else.
    upper
        Shape (n_sites,), units that may be added at each site.
    rows, room
        Limits on the added units: ``rows @ units <= room``.
    """

    cover: sparse.csr_array
    slope: Numbers
    base: float
    upper: Numbers
    rows: sparse.csc_array
    room: Numbers

    @cached_property
    def sites(self) -> sparse.csr_array:
        """The cover the other way round, shape (n_sites, n_rows)."""
        return sparse.csr_array(self.cover.T)

    @property
    def n_sites(self) -> int:
        """Number of candidate sites."""
        return int(self.cover.shape[1])

    @cached_property
    def n_groups(self) -> int:
        """Groups that the rows are in."""
        return max(1, min(N_GROUPS, self.cover.shape[0]))

    @cached_property
    def group(self) -> NDArray[np.int64]:
        """Shape (n_rows,), the group of each row."""
        return np.arange(self.cover.shape[0]) * self.n_groups // max(1, self.cover.shape[0])

    @cached_property
    def worth(self) -> Numbers:
        """Shape (n_rows, depth + 1): what 0, 1, … covers of a row are worth."""
        total = np.cumsum(self.slope[:, :-1], axis=1)
        return np.concatenate([np.zeros((len(total), 1)), total], axis=1)

    @cached_property
    def most(self) -> Numbers:
        """Shape (n_groups,): no units are worth more to a group."""
        return np.bincount(self.group, self.worth[:, -1], minlength=self.n_groups).astype(np.float64)

    @cached_property
    def step(self) -> float:
        """Two plans of different worth differ by this at least; 0 where that is not known."""
        steps = self.slope[self.slope > 0]
        if len(steps) == 0 or (steps > 2**52).any() or (steps != np.rint(steps)).any():
            return 0.0
        return float(np.gcd.reduce(steps.astype(np.int64)))

    @cached_property
    def _place(self) -> NDArray[np.int64]:
        """Shape (nnz,), where each entry of the cover is added in a table of groups by sites."""
        counts = np.diff(self.cover.indptr)
        return np.repeat(self.group, counts) * self.n_sites + self.cover.indices

    def allows(self, units: Numbers) -> bool:
        """Tell whether units keep every limit."""
        return bool((units <= self.upper).all() and (self.rows @ units <= self.room * (1 + _WHOLE)).all())

    def value(self, units: Numbers) -> float:
        """Give the worth of some units (or shares of units), the base left out."""
        corner, beyond = self._corners(units)
        at = np.arange(len(corner))
        return float((self.worth[at, corner] + self.slope[at, corner] * beyond).sum())

    def next_worth(self, n_covers: NDArray[np.int64]) -> Numbers:
        """
        Say what one more unit at each site adds.

        Parameters
        ----------
        n_covers
            Shape (n_rows,), covers that each row has.
        """
        depth = self.slope.shape[1] - 1
        slope = self.slope[np.arange(len(n_covers)), np.minimum(n_covers, depth)]
        return np.asarray(self.sites @ slope)

    def tangents(self, units: Numbers) -> tuple[Numbers, Numbers]:
        """
        Give the bounds of every group that are tight at some units.

        For concave ``worth_i`` with a slope ``s_i`` at ``c_i = sum_j cover_ij units_j``, any other
        units ``y`` are worth no more than ``worth_i(c_i) + s_i (sum_j cover_ij y_j - c_i)``: summed over
        a group, a Benders cut in closed form (Cordeau, Furini and Ljubic 2019).

        Parameters
        ----------
        units
            Shape (n_sites,).

        Returns
        -------
        constant : ndarray
            Shape (n_groups,).
        slope : ndarray
            Shape (n_groups, n_sites): ``worth_g(y) <= constant_g + slope_g @ y``.
        """
        corner, _ = self._corners(units)
        at = np.arange(len(corner))
        slope = self.slope[at, corner]
        constant = self.worth[at, corner] - slope * corner
        table = np.bincount(
            self._place,
            np.repeat(slope, np.diff(self.cover.indptr)),
            minlength=self.n_groups * self.n_sites,
        )
        return (
            np.bincount(self.group, constant, minlength=self.n_groups).astype(np.float64),
            table.reshape(self.n_groups, self.n_sites).astype(np.float64),
        )

    def _corners(self, units: Numbers) -> tuple[NDArray[np.int64], Numbers]:
        """Give, for every row, the last corner at or below its covers, and how far beyond it they are."""
        covers = np.asarray(self.cover @ units)
        depth = self.slope.shape[1] - 1
        corner = np.minimum(np.floor(covers + _WHOLE), depth).astype(np.int64)
        return corner, np.where(corner < depth, np.maximum(covers - corner, 0.0), 0.0)


def concave_cover(
    cover: sparse.csr_array,
    weight: Numbers,
    gains: Numbers,
    limits: SiteLimits,
    *,
    fixed_units: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> ConcaveCover:
    """
    Merge the rows of a covering problem that say the same, with the fixed sites taken as given.

    Parameters
    ----------
    cover
        Shape (n_demand, n_sites), of ones, indices sorted.
    weight
        Shape (n_demand,).
    gains
        Shape (depth,), not negative, not rising: what the first, second, … cover of a point is worth, per
        weight.
    limits
        On all units, the fixed ones included.
    fixed_units
        Shape (n_sites,), units that are there in any case.
    upper
        Shape (n_sites,), most units at each site, the fixed ones included.
    """
    depth = len(gains)
    steps = np.append(gains, 0.0)
    covers = np.minimum(count_covers(cover, fixed_units), depth)
    reach = np.concatenate([[0.0], np.cumsum(gains)])
    room = np.maximum(limits.room - limits.rows @ fixed_units, 0.0)
    spare = np.minimum(upper - fixed_units, _most_each(limits.rows, room))
    # rows that are covered to the last say nothing, neither do entries at sites that can get nothing more
    useful = (steps[covers] > 0) & (weight > 0)
    rest = cover if useful.all() else cover[useful]
    if not (spare > 0).all():
        rest = _without_columns(rest, spare <= 0)
    alive = np.flatnonzero(useful)[np.diff(rest.indptr) > 0]
    rest = rest if len(alive) == rest.shape[0] else rest[np.diff(rest.indptr) > 0]
    first, kind = merged_rows(rest, covers[alive])
    people = np.bincount(kind, weight[alive], minlength=len(first))
    merged = rest[first]
    neighbours = _neighbouring(merged)
    merged, first, people = merged[neighbours], first[neighbours], people[neighbours]
    start = covers[alive[first]]
    slope = people[:, None] * steps[np.minimum(start[:, None] + np.arange(depth + 1), depth)]
    # whatever the unit of the money is, the solver's tolerance means the same
    largest = limits.rows.max(axis=1).toarray().ravel()
    scale = np.divide(1.0, largest, out=np.ones(len(largest)), where=largest > 0)
    return ConcaveCover(
        cover=merged,
        slope=slope,
        base=float(weight @ reach[covers]),
        upper=spare.astype(np.float64),
        rows=sparse.csc_array(sparse.diags_array(scale) @ limits.rows),
        room=scale * room,
    )


def count_covers(cover: sparse.csr_array, units: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    Count the units that cover each row.

    Parameters
    ----------
    cover
        Shape (n_demand, n_sites), of ones.
    units
        Shape (n_sites,), whole numbers.

    Returns
    -------
    ndarray
        Shape (n_demand,).
    """
    counts = np.zeros(cover.shape[0], dtype=np.int64)
    # few sites are open: their entries are few, however long the cover is
    open_at = np.flatnonzero((units > 0)[cover.indices])
    np.add.at(counts, np.searchsorted(cover.indptr, open_at, side="right") - 1, units[cover.indices[open_at]])
    return counts


def _without_columns(cover: sparse.csr_array, gone: NDArray[np.bool_]) -> sparse.csr_array:
    """Take the entries of some columns out of a cover; its shape stays."""
    kept = ~gone[cover.indices]
    ends = np.concatenate([[0], np.cumsum(kept)])[cover.indptr]
    return sparse.csr_array((cover.data[kept], cover.indices[kept], ends), shape=cover.shape)


def _most_each(rows: sparse.csc_array, room: Numbers) -> Numbers:
    """Say how many units of each site alone its limits have room for."""
    most = np.full(rows.shape[1], np.inf)
    site = np.repeat(np.arange(rows.shape[1]), np.diff(rows.indptr))
    takes = rows.data > 0
    np.minimum.at(most, site[takes], np.floor(room[rows.indices[takes]] / rows.data[takes]))
    return most


def _neighbouring(cover: sparse.csr_array) -> NDArray[np.int64]:
    """Order rows (none empty) by their first site, and by the middle of their sites."""
    starts = cover.indptr[:-1]
    middle = np.add.reduceat(cover.indices.astype(np.float64), starts) / np.diff(cover.indptr)
    return np.lexsort((middle, cover.indices[starts]))
