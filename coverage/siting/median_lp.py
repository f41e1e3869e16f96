"""The linear program of the p-median's cuts: how far each site is open, and what each group pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np

from coverage.errors import SitingError
from coverage.siting.highs import quiet_solver, run_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.siting.median_rows import Numbers

_SLACK = 1e-4  # in sum over the groups: cuts that are violated by less are left out
_MOST_ROWS = 400
_IDLE = 5  # runs that a cut may be of no use before it may be thrown out
_CAP = 1e6  # costs are in units in which a good plan costs about 1000: beyond this nobody cares how dear
_TINY = 1e-9  # HiGHS takes smaller coefficients for nothing, and says so
_INF = highspy.kHighsInf


@dataclass(frozen=True)
class LpAnswer:
    """
    An optimum of the linear program.

    Parameters
    ----------
    share
        Shape (n_sites,), how far each site is open, 0 to 1.
    group_cost
        Shape (n_groups,).
    bound
        No plan between the bounds is cheaper; recounted from the duals, whatever the solver says.
    slope
        Shape (n_sites,), not above 0: what opening a site saves at these duals, negative.
    """

    share: Numbers
    group_cost: Numbers
    bound: float
    slope: Numbers


class MedianLp:
    """
    Least sum of the groups' costs such that every cut holds and `p` sites at most are open.

    Parameters
    ----------
    n_sites, n_groups
        Columns.
    p
        Sites that may be open.
    """

    def __init__(self, n_sites: int, n_groups: int, p: int) -> None:
        self.n_sites, self.n_groups, self.p = n_sites, n_groups, p
        self._solver = quiet_solver()
        self._solver.setOptionValue("presolve", "off")
        self._solver.setOptionValue("solver", "simplex")
        costs = np.repeat([0.0, 1.0], [n_sites, n_groups])
        uppers = np.repeat([1.0, _INF], [n_sites, n_groups])
        nothing = np.empty(0, dtype=np.int32)
        self._solver.addCols(
            n_sites + n_groups, costs, np.zeros(len(costs)), uppers, 0, nothing, nothing, np.empty(0)
        )
        self._solver.addRow(-_INF, p, n_sites, np.arange(n_sites, dtype=np.int32), np.ones(n_sites))
        self._saving = np.empty((64, n_sites))
        self._constant = np.empty(64)
        self._group = np.empty(64, dtype=np.int64)  # n_groups: a row that says who must be reached
        self._idle = np.zeros(64, dtype=np.int64)
        self.n_cuts = 0

    def solve(self, lower: NDArray[np.bool_], upper: NDArray[np.bool_]) -> LpAnswer | None:
        """
        Solve between bounds.

        Parameters
        ----------
        lower, upper
            Shape (n_sites,): sites that are open, and those that may be.

        Returns
        -------
        LpAnswer or None
            ``None`` where there is no solution.

        Raises
        ------
        SitingError
            If the solver ends in another way, started afresh too.
        """
        if lower.sum() > self.p:
            return None
        sites = np.arange(self.n_sites, dtype=np.int32)
        self._solver.changeColsBounds(self.n_sites, sites, lower.astype(float), upper.astype(float))
        run_apart(self._solver)
        status = self._solver.getModelStatus()
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible):
            self._solver.clearSolver()
            run_apart(self._solver)
            status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            ending = self._solver.modelStatusToString(status)
            raise SitingError(
                f"the solver ended without an answer ({ending})", zh=f"求解器没有给出结果（{ending}）"
            )
        return self._answer(lower, upper)

    def _answer(self, lower: NDArray[np.bool_], upper: NDArray[np.bool_]) -> LpAnswer:
        """Read the optimum, and prove its bound anew from duals made feasible."""
        solution = self._solver.getSolution()
        values = np.array(solution.col_value)
        share = np.clip(values[: self.n_sites], lower, upper)
        share[share < 1e-9] = 0.0  # noqa: PLR2004 - noise of the solver
        n, group = self.n_cuts, self._group[: self.n_cuts]
        dual = np.maximum(np.array(solution.row_dual)[1:], 0.0)
        most = np.maximum(np.bincount(group, dual, minlength=self.n_groups + 1), 1.0)
        most[-1] = 1.0
        dual /= most[group]
        self._idle[:n] = np.where(dual > 0, 0, self._idle[:n] + 1)
        slope = -(dual @ self._saving[:n])
        free = np.sort(slope[upper & ~lower])[: self.p - int(lower.sum())]
        bound = float(dual @ self._constant[:n] + slope[lower].sum() + free.sum())
        return LpAnswer(share, values[self.n_sites :], bound, slope)

    def add_cuts(self, constant: Numbers, saving: Numbers, answer: LpAnswer | None = None) -> int:
        """
        Add ``cost_g + saving_g @ share >= constant_g`` for every group, or for those that violate it.

        Constants and savings above `_CAP` are cut down to it. Where that cut asks for a cost at all, no site
        is open whose saving was cut down, so the whole cut asks for no less: it holds for every plan.

        Parameters
        ----------
        constant
            Shape (n_groups,).
        saving
            Shape (n_groups, n_sites).
        answer
            Of which the violated cuts are taken; ``None``: all.

        Returns
        -------
        int
            Cuts added.
        """
        constant, saving = np.minimum(constant, _CAP), np.minimum(saving, _CAP)
        added = np.arange(self.n_groups)
        if answer is not None:
            lacking = constant - saving @ answer.share - answer.group_cost
            added = np.flatnonzero(lacking > _SLACK / self.n_groups)
        self._purge()
        self._append(constant[added], saving[added], added)
        return len(added)

    def add_reach(self, reach: NDArray[np.bool_], answer: LpAnswer) -> int:
        """
        Ask that one of a set of sites be open, for each set of which the answer opens less.

        Parameters
        ----------
        reach
            Shape (n_sets, n_sites).
        answer
            To be cut off.

        Returns
        -------
        int
            Rows added.
        """
        lacking = np.unique(reach[reach @ answer.share < 1 - 1e-6], axis=0)
        self._append(np.ones(len(lacking)), lacking.astype(float), np.full(len(lacking), self.n_groups))
        return len(lacking)

    def _append(self, constant: Numbers, saving: Numbers, group: NDArray[np.int64]) -> None:
        """Add rows to the solver, and to what proves its bounds."""
        if not len(group):
            return
        end = self.n_cuts + len(group)
        while end > len(self._constant):
            more = len(self._constant)
            self._saving = np.concatenate([self._saving, np.empty((more, self.n_sites))])
            self._constant = np.concatenate([self._constant, np.empty(more)])
            self._group = np.concatenate([self._group, np.empty(more, dtype=np.int64)])
            self._idle = np.concatenate([self._idle, np.zeros(more, dtype=np.int64)])
        new = slice(self.n_cuts, end)
        self._saving[new], self._constant[new], self._group[new] = saving, constant, group
        self._idle[new] = 0
        self.n_cuts = end
        grouped = group < self.n_groups
        columns = np.concatenate(
            [saving, np.eye(self.n_groups)[np.minimum(group, self.n_groups - 1)]], axis=1
        )
        columns[:, self.n_sites :] *= grouped[:, None]
        columns[columns <= _TINY] = 0.0
        row, column = np.nonzero(columns)
        starts = np.searchsorted(row, np.arange(len(group)))
        status = self._solver.addRows(
            len(group),
            constant,
            np.full(len(group), _INF),
            len(row),
            starts.astype(np.int32),
            column.astype(np.int32),
            columns[row, column],
        )
        if status != highspy.HighsStatus.kOk:
            raise SitingError(
                f"the solver refused the cuts ({status}): the figures of the model may be out of range",
                zh=f"求解器拒绝了割平面（{status}）：模型中的数值可能超出范围",
            )

    def _purge(self) -> None:
        """Throw out cuts that have been of no use for long, where there are many."""
        if self.n_cuts <= max(_MOST_ROWS, 20 * self.n_groups):
            return
        keep = self._idle[: self.n_cuts] <= _IDLE
        keep |= self._group[: self.n_cuts] == self.n_groups
        gone = np.flatnonzero(~keep)
        self._solver.deleteRows(len(gone), (gone + 1).astype(np.int32))
        n = int(keep.sum())
        for array in (self._saving, self._constant, self._group, self._idle):
            array[:n] = array[: self.n_cuts][keep]
        self.n_cuts = n
