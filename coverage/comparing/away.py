"""An outcome with each single ambulance away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.comparing.reaching import People, lead_s
from coverage.comparison import Away

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting


def send_away(setting: Setting, key: str) -> Away:
    """
    Take one ambulance away from each base in turn.

    A base with two or more stays a base; one with a single ambulance, or with a number that nobody knows,
    is none then.

    Parameters
    ----------
    setting
        The county on its roads.
    key
        Of the outcome.

    Returns
    -------
    Away
        One row a base, those off every road among them.
    """
    numbers = np.flatnonzero(setting.bases)
    facilities = setting.area.facilities.iloc[numbers]
    ambulances = facilities["ambulances"].to_numpy(dtype=np.float64)
    places = setting.places.facilities.take(numbers)
    times_s = setting.network.travel_times(places, setting.places.demand)
    times_s = times_s + lead_s(setting, numbers)[:, None]
    first, without = _without_each(times_s)
    people = People.of(setting)
    all_there = people.covered(first)
    there = [
        # what is left of an unknown number is not known to be anything
        all_there if left >= 1 else people.covered(without[i])
        for i, left in enumerate(ambulances - 1)
    ]
    covered = np.array([population for population, _ in there], dtype=np.float64)
    rows = pd.DataFrame(
        {
            "id": facilities["id"].to_numpy(dtype=object),
            "name": facilities["name"].to_numpy(dtype=object),
            "ambulances": ambulances,
            "covered_population": covered,
            "covered_share": np.array([share for _, share in there], dtype=np.float64),
            "lost_population": all_there[0] - covered,
        }
    )
    rows = rows.sort_values("lost_population", ascending=False, kind="stable")
    return Away(key, rows.reset_index(drop=True))


def _without_each(times_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Give the quickest of all rows, and the quickest of all rows but each.

    Parameters
    ----------
    times_s
        Shape (n_bases, n_demand), one base at least.

    Returns
    -------
    first : ndarray
        Shape (n_demand,).
    without : ndarray
        Shape (n_bases, n_demand).
    """
    padded = np.vstack((times_s, np.full(times_s.shape[1], np.inf)))
    first, second = np.partition(padded, 1, axis=0)[:2]
    quickest = times_s.argmin(axis=0)
    is_quickest = np.arange(len(times_s))[:, None] == quickest
    return first, np.where(is_quickest, second, first)
