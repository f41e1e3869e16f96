"""How soon a setting's bases reach every demand point, and how many people that covers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.assessment import demand_limits, is_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting
    from coverage.routing.network import RoadNetwork


def lead_s(setting: Setting, facilities: NDArray[np.int64]) -> NDArray[np.float64]:
    """
    Give the seconds on the clock before the wheels turn.

    Parameters
    ----------
    setting
        The county on its roads.
    facilities
        Numbers of facilities.
    """
    turnout_s = setting.area.facilities["turnout_s"].to_numpy(dtype=np.float64)[facilities]
    return np.array([setting.standard.lead_s(own_s) for own_s in turnout_s], dtype=np.float64)


def response_s(
    setting: Setting, bases: NDArray[np.bool_], *, network: RoadNetwork | None = None
) -> NDArray[np.float64]:
    """
    Give every demand point its response; the same figures as those of `coverage.assessment.assess`.

    Parameters
    ----------
    setting
        The county on its roads.
    bases
        Shape (n_facilities,), where response starts; nowhere is no error here.
    network
        The same roads at other speeds; the setting's own where not given.

    Returns
    -------
    ndarray
        Seconds, shape (n_demand,); ``inf`` where nobody comes.
    """
    facilities = setting.places.facilities
    numbers = np.flatnonzero(bases & facilities.on_network)
    if not len(numbers):
        return np.full(len(setting.places.demand), np.inf)
    reach = (network or setting.network).nearest(facilities.take(numbers), start_s=lead_s(setting, numbers))
    return reach.at(setting.places.demand)[0]


@dataclass(frozen=True, eq=False)
class People:
    """
    The people of a county, and the limits promised to them.

    Parameters
    ----------
    population
        One a demand point.
    limit_s
        Shape (n_demand,), seconds.
    """

    population: pd.Series[float]
    limit_s: NDArray[np.float64]

    @classmethod
    def of(cls, setting: Setting) -> People:
        """Give the people of a setting, under its own promise."""
        population = setting.area.demand["population"].astype(float).reset_index(drop=True)
        return cls(population, demand_limits(setting.area, setting.standard)[1])

    def covered(self, response_s: NDArray[np.float64]) -> tuple[float, float]:
        """
        Count those whom a response covers.

        Parameters
        ----------
        response_s
            Seconds, shape (n_demand,).

        Returns
        -------
        population, share : float
            People, summed as `coverage.assessment.assess` sums them, and their share; NaN where nobody
            lives.
        """
        within = pd.Series(is_within(response_s, self.limit_s))
        covered = float(self.population.groupby(within).sum().get(True, 0.0))
        everyone = float(self.population.to_numpy().sum())
        return covered, covered / everyone if everyone else math.nan

    def uncovered(self, response_s: NDArray[np.float64]) -> float:
        """Count those whom a response does not cover."""
        return float(self.population.to_numpy()[~is_within(response_s, self.limit_s)].sum())
