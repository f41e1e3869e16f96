"""What a siting model answers: the sites, what they achieve, and how near the best it is proven to be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Status = Literal["optimal", "time_limit", "interrupted", "heuristic"]

PROOF_GAP = 1e-6
"""Objective and bound that differ by no more than this share of the objective are one figure."""


class Progress(Protocol):
    """Is told, now and then, how far a search is."""

    def __call__(self, *, bound: float, best: float, seconds: float) -> None:
        """
        Take note.

        Parameters
        ----------
        bound
            No plan is better than this.
        best
            What the best plan so far achieves.
        seconds
            Since the search began.
        """


@dataclass(frozen=True)
class SitingPlan:
    """
    The answer of a siting model, recounted from the model's input.

    Parameters
    ----------
    sites
        Numbers of the open sites (columns), ascending, fixed ones included; a site that takes several
        ambulances occurs several times.
    objective
        What the model maximises or minimises, as recounted for `sites`.
    bound
        No plan is better than this; ``inf`` (or ``-inf`` where the model minimises) where nothing is known.
    gap
        ``|bound - objective| / |objective|``; 0 for an optimum, ``inf`` where nothing is known.
    status
        ``optimal``: proven to `PROOF_GAP`. ``time_limit``, ``interrupted``: the best plan found until
        then. ``heuristic``: nobody tried to prove it.
    covered
        Shape (n_demand,), share of each demand point that is covered in the sense of the model, 0 to 1.
    n_nodes
        Nodes of the branch and bound that were looked at.
    seconds
        Time taken.
    """

    sites: tuple[int, ...]
    objective: float
    bound: float
    gap: float
    status: Status
    covered: NDArray[np.float64]
    n_nodes: int
    seconds: float


def relative_gap(objective: float, bound: float) -> float:
    """
    Say how far a bound lies from an objective, as a share of the objective.

    Parameters
    ----------
    objective, bound
        Of a plan.

    Returns
    -------
    float
        0 where both agree to `PROOF_GAP`; ``inf`` where the bound is, or where the objective alone is 0.
    """
    difference = abs(bound - objective)
    if difference <= PROOF_GAP * max(abs(objective), 1.0):
        return 0.0
    return difference / abs(objective) if objective else math.inf
