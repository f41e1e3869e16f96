"""Whether a number of sites is enough for a share of the people: maximal covering until that is decided."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from coverage.siting.branch import maximise
from coverage.siting.concave import concave_cover
from coverage.siting.watch import OutOfTime, Watch

if TYPE_CHECKING:
    from coverage.siting.branch import Found
    from coverage.siting.highs import Ending
    from coverage.siting.set_problem import SetProblem, Sites

_PART = 0.8


@dataclass
class _Decision(Watch):
    """A clock that stops a search as soon as its best plan or its bound has decided the question."""

    need: float = 0.0

    def tell(self, bound: float, best: float) -> None:
        """Stop where the question is decided; else pass on what is known."""
        if best >= self.need or bound < self.need:
            raise OutOfTime
        super().tell(bound, best)


class Enough:
    """
    Asks of one number of sites after another whether it is enough.

    Parameters
    ----------
    problem
        Covering for a share.
    watch
        The clock of all questions; each may take `_PART` of the time that is left.
    """

    def __init__(self, problem: SetProblem, watch: Watch) -> None:
        self.n_nodes = 0
        self._problem, self._watch = problem, watch
        ones = np.ones(problem.n_sites, dtype=np.int64)
        self._fixed = np.isin(np.arange(problem.n_sites), problem.limits.fixed).astype(np.int64)
        self._cover = concave_cover(
            problem.cover, problem.people, np.ones(1), problem.limits, fixed_units=self._fixed, upper=ones
        )

    def ask(self, number: int, lower: float, best: float) -> tuple[Sites | None, Ending]:
        """
        Look for a plan of some number of sites that is enough.

        Parameters
        ----------
        number
            Most sites, fixed ones included.
        lower, best
            Cost that is proven and reached so far, for who is told.

        Returns
        -------
        tuple
            Open sites, or None where there is none or none was found; ``optimal`` says that it is known,
            the other words what stopped the search.
        """
        limits = self._problem.limits
        room = limits.room - limits.rows @ self._fixed
        room[0] += number - limits.most[0]  # the first limit is that of the number
        cover = replace(self._cover, room=np.maximum(room, 0.0))
        left_s = self._watch.left_s
        found = maximise(
            cover,
            (),
            _Decision(
                left_s if math.isinf(left_s) else left_s * _PART,
                lambda **_: self._watch.tell(lower, best),
                need=self._problem.need,
            ),
            need=self._problem.need - cover.base,
        )
        self.n_nodes += found.n_nodes
        return self._decided(found, cover.base)

    def _decided(self, found: Found, base: float) -> tuple[Sites | None, Ending]:
        """Read the answer from what was found, recounted."""
        sites = np.union1d(self._problem.limits.fixed, np.flatnonzero(found.units > 0))
        if self._problem.is_enough(sites):
            return sites, "interrupted" if found.status == "interrupted" else "optimal"
        is_known = found.status == "optimal" or found.bound + base < self._problem.need
        return None, "optimal" if is_known else found.status
