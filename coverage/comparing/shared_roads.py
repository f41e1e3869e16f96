"""Several settings on one road network, searched together at whatever speeds a draw gives it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from coverage.comparing.reaching import lead_s
from coverage.routing.partial_edges import arrivals_at, direct_pairs, entries_from
from coverage.routing.search import cost_blocks
from coverage.routing.snapping import Snapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting


@dataclass(frozen=True, eq=False)
class DrawnCounty:
    """
    One county that may be.

    Parameters
    ----------
    speed
        Factor on all speeds.
    class_speed
        Factor on the speeds of each road class beside that.
    delay
        Factor on the seconds before the wheels turn.
    population
        Shape (n_demand,), people.
    """

    speed: float
    class_speed: Mapping[str, float]
    delay: float
    population: NDArray[np.float64]


class SharedRoads:
    """
    Settings on one network, one search for all of them.

    Parameters
    ----------
    settings
        K of them, with the same network and demand.
    """

    def __init__(self, settings: Sequence[Setting]) -> None:
        self._network, self._demand = settings[0].network, settings[0].places.demand
        self._classes, self._class_of = np.unique(self._network.highway.astype(str), return_inverse=True)
        self._n_settings = len(settings)
        bases = [np.flatnonzero(s.bases & s.places.facilities.on_network) for s in settings]
        places = [s.places.facilities.take(mine) for s, mine in zip(settings, bases, strict=True)]
        self._bases = Snapped(
            np.concatenate([place.segment for place in places]),
            np.concatenate([place.fraction for place in places]),
            np.concatenate([place.access_m for place in places]),
        )
        self._lead_s = np.concatenate([lead_s(s, mine) for s, mine in zip(settings, bases, strict=True)])
        self._setting_of = np.repeat(np.arange(len(settings)), [len(mine) for mine in bases])

    def responses_s(self, county: DrawnCounty, *, cutoff_s: float = math.inf) -> NDArray[np.float64]:
        """
        Give every demand point's response in a county that may be.

        Each setting is one source that enters wherever its bases do, so that one call searches them all;
        the seconds are those of `coverage.comparing.reaching.response_s` at the county's speeds.

        Parameters
        ----------
        county
            Its speeds and delays.
        cutoff_s
            Responses above it need not be known: they may be ``inf``.

        Returns
        -------
        ndarray
            Seconds, shape (K, n_demand); ``inf`` where nobody comes.
        """
        network, demand = self._network, self._demand
        speed = county.speed * np.array([county.class_speed[str(name)] for name in self._classes])
        forward, backward = (way / speed[self._class_of] for way in network.ways_s)
        ways = (forward, backward)
        wait_s = county.delay * self._lead_s + self._bases.yard_s
        entries = entries_from(network, self._bases, wait_s, ways)
        entries = replace(entries, source=self._setting_of[entries.source], n_sources=self._n_settings)
        readings = arrivals_at(network, demand, demand.walk_s, ways)
        blocks = cost_blocks(network.graph_of(ways), entries, readings, cutoff=cutoff_s)
        times_s = np.concatenate([block for _, block in blocks])
        base, place, direct_s = direct_pairs(self._bases, demand, ways)
        direct_s = direct_s + wait_s[base] + demand.walk_s[place]
        np.minimum.at(times_s, (self._setting_of[base], place), direct_s)
        return times_s
