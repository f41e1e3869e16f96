"""The linear program of the cuts: how far each site is open, and what that is worth to each group at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np

from coverage.errors import SitingError
from coverage.siting.highs import quiet_solver, run_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    Numbers = NDArray[np.float64]

_INF = highspy.kHighsInf
_TOTAL = 1e6  # of all worth, as the solver sees it
_NOISE = 1e-9
_IDLE = 10  # runs that a cut may be of no use before it may be thrown out


@dataclass(frozen=True, eq=False)
class LpAnswer:
    """
    An optimum of the linear program.

    Parameters
    ----------
    units
        Shape (n_sites,), how far each site is open.
    worth
        Shape (n_groups,).
    bound
        No units between the bounds are worth more; recounted from the duals, whatever the solver says.
    price
        Shape (n_sites,), what one unit more at each site would add to the bound at these duals.
    """

    units: Numbers
    worth: Numbers
    bound: float
    price: Numbers


class CutLp:
    """
    Most worth of all groups together such that every cut and every limit holds.

    ``max sum_g worth_g`` with ``worth_g <= constant_g + slope_g @ units`` for every cut,
    ``rows @ units <= room`` and ``0 <= lower <= units <= upper``.

    Parameters
    ----------
    rows
        Shape (n_limits, n_sites), not negative.
    room
        Shape (n_limits,).
    most
        Shape (n_groups,), no group is worth more.
    """

    def __init__(self, rows: sparse.csc_array, room: Numbers, most: Numbers) -> None:
        self.n_sites, self.n_groups = rows.shape[1], len(most)
        self._rows, self._room, self._most = rows, room, most
        # whatever the unit of the worth is, the solver's tolerances mean the same
        total = float(most.sum())
        self._scale = _TOTAL / total if total > _TOTAL * np.finfo(float).tiny else 1.0
        self._most_cuts = max(600, 6 * self.n_groups)
        self._solver = quiet_solver()
        for name, value in (("presolve", "off"), ("solver", "simplex")):
            self._solver.setOptionValue(name, value)
        gain = np.repeat([0.0, 1.0], [self.n_sites, self.n_groups])
        nothing = np.empty(0, dtype=np.int32)
        highest = np.concatenate([np.zeros(self.n_sites), self._scale * most])
        self._solver.addCols(len(gain), gain, np.zeros(len(gain)), highest, 0, nothing, nothing, np.empty(0))
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        limits = rows.tocsr()
        self._solver.addRows(
            len(room),
            np.full(len(room), -_INF),
            room,
            limits.nnz,
            limits.indptr[:-1].astype(np.int32),
            limits.indices.astype(np.int32),
            limits.data.astype(np.float64),
        )
        self._constant, self._group = np.empty(0), np.empty(0, dtype=np.int64)
        self._idle = np.empty(0, dtype=np.int64)
        self._slope = np.empty((0, self.n_sites))

    def solve(self, lower: Numbers, upper: Numbers) -> LpAnswer | None:
        """
        Solve between bounds.

        Parameters
        ----------
        lower, upper
            Shape (n_sites,), units.

        Returns
        -------
        LpAnswer or None
            None where the limits leave nothing between the bounds.

        Raises
        ------
        SitingError
            If the solver ends in another way, started afresh too.
        """
        sites = np.arange(self.n_sites, dtype=np.int32)
        self._solver.changeColsBounds(self.n_sites, sites, lower, upper)
        for afresh in (False, True):
            if afresh:
                self._solver.clearSolver()
            run_apart(self._solver)
            status = self._solver.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                return None
            if status == highspy.HighsModelStatus.kOptimal:
                return self._answer(lower, upper)
        ending = self._solver.modelStatusToString(status)
        raise SitingError(
            f"the solver ended without an answer ({ending}): the figures of the model may be out of range",
            zh=f"求解器没有给出结果（{ending}）：模型中的数值可能超出范围",
        )

    def _answer(self, lower: Numbers, upper: Numbers) -> LpAnswer:
        """Read the optimum, and prove its bound anew from duals made feasible (weak duality)."""
        solution = self._solver.getSolution()
        values = np.array(solution.col_value)
        units = np.clip(values[: self.n_sites], lower, upper)
        units[units < _NOISE] = 0.0
        dual = np.abs(np.array(solution.row_dual))
        scarce, weight = dual[: len(self._room)] / self._scale, dual[len(self._room) :]
        # of each group the weights of its cuts add up to 1 at most; what is missing is its own most
        sums = np.bincount(self._group, weight, minlength=self.n_groups)
        full = sums > 1 - _NOISE
        weight = weight / np.where(full, sums, 1.0)[self._group]
        left = np.where(full, 0.0, 1.0 - sums)
        self._idle = np.where(weight > 0, 0, self._idle + 1)
        price = weight @ self._slope - self._rows.T @ scarce
        bound = float(weight @ self._constant + left @ self._most + scarce @ self._room)
        bound += float(np.maximum(price * lower, price * upper).sum())
        return LpAnswer(units, values[self.n_sites :] / self._scale, bound, price)

    def add_cuts(self, constant: Numbers, slope: Numbers, violated_by: LpAnswer | None, slack: float) -> int:
        """
        Add a cut for every group, or for those of which an answer violates it.

        Parameters
        ----------
        constant
            Shape (n_groups,).
        slope
            Shape (n_groups, n_sites).
        violated_by
            The answer; None adds all.
        slack
            Violations below it, summed over the groups, do not count.

        Returns
        -------
        int
            Cuts added.
        """
        added = np.arange(self.n_groups)
        if violated_by is not None:
            excess = violated_by.worth - constant - slope @ violated_by.units
            added = np.flatnonzero(excess > slack / self.n_groups)
        if len(added) == 0:
            return 0
        self._purge()
        row, column = np.nonzero(slope[added])
        starts = np.searchsorted(row, np.arange(len(added))) + np.arange(len(added))
        # every row: the slopes of its sites, then its group
        order = np.argsort(np.concatenate([row, np.arange(len(added))]), kind="stable")
        columns = np.concatenate([column, self.n_sites + added])[order]
        entries = np.concatenate([-self._scale * slope[added][row, column], np.ones(len(added))])[order]
        status = self._solver.addRows(
            len(added),
            np.full(len(added), -_INF),
            self._scale * constant[added],
            len(entries),
            starts.astype(np.int32),
            columns.astype(np.int32),
            entries,
        )
        if status == highspy.HighsStatus.kError:
            raise SitingError(
                "the solver refused a cut: people or costs differ by too many orders of magnitude",
                zh="求解器拒绝了约束：人口或费用的数量级相差过大",
            )
        self._constant = np.concatenate([self._constant, constant[added]])
        self._group = np.concatenate([self._group, added])
        self._idle = np.concatenate([self._idle, np.zeros(len(added), dtype=np.int64)])
        self._slope = np.concatenate([self._slope, slope[added]])
        return len(added)

    def _purge(self) -> None:
        """Throw out cuts that have been of no use for long, where there are many."""
        if len(self._group) <= self._most_cuts:
            return
        keep = self._idle <= _IDLE
        gone = np.flatnonzero(~keep)
        if len(gone) == 0:
            return
        self._solver.deleteRows(len(gone), (gone + len(self._room)).astype(np.int32))
        self._constant, self._group = self._constant[keep], self._group[keep]
        self._idle, self._slope = self._idle[keep], self._slope[keep]
