"""A stage as plain lists, the way the event loop reads it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from coverage.duty_hours import DAY_MIN
from coverage.routing.partial_edges import SAME_PLACE
from coverage.simulating.roster import mask_of
from coverage.simulation import DAY_S

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from coverage.simulating.stage import Stage

NOWHERE = -1
_MINUTE_S = DAY_S / DAY_MIN


class Board:
    """
    Everything the event loop looks up, in lists and memory views.

    Points are numbered as in `coverage.simulating.travel.Homeward`: the call places, then the hospitals,
    then the posts. Road seconds are at the network's own driving condition; a `ratio` turns them into those
    of another.

    Parameters
    ----------
    stage
        What is played on.
    """

    def __init__(self, stage: Stage) -> None:
        travel, roster, standard = stage.travel, stage.roster, stage.setting.standard
        self.n_places, self.n_hospitals = len(travel.places), len(travel.hospitals)
        self.warm_up_s = stage.rules.warm_up_s
        self.walk_s: list[float] = travel.places.walk_s.tolist()
        self.post_yard_s: list[float] = travel.posts.yard_s.tolist()
        self.post_place_s: list[list[float]] = travel.post_place_s.tolist()
        self.post_facility: list[int] = roster.post_facility.tolist()
        self.hospital_row: list[int] = stage.hospital_row.tolist()
        self.leave_s: list[float] = [*self.walk_s, *travel.hospitals.yard_s.tolist(), *self.post_yard_s]
        homeward = travel.homeward
        self.home_s: list[list[float]] = homeward.origin_s.tolist()
        self.first_node: list[list[int]] = homeward.first_node.tolist()
        self.node_home_s: list[memoryview[float]] = [memoryview(row) for row in homeward.node_s]
        self.next_node: list[memoryview[int]] = [memoryview(row) for row in homeward.next_node]
        self.junctions = travel.junctions
        self._hospital_place_s: list[list[float]] = travel.hospital_place_s.tolist()
        exits = travel.exits
        self._exits: list[tuple[int, float, int, float]] = list(
            zip(
                *(part.tolist() for part in (exits.tail, exits.tail_s, exits.head, exits.head_s)), strict=True
            )
        )
        self._segment: list[int] = travel.places.segment.tolist()
        self._fraction: list[float] = travel.places.fraction.tolist()
        self._ways_s = travel.network.ways_s
        own = stage.setting.area.facilities["turnout_s"].to_numpy(dtype=np.float64)[roster.base]
        base_s: list[float] = np.where(np.isnan(own), standard.turnout_s, own).tolist()
        hourly_s = _by_minute(stage.rules.turnout_s.items(), math.nan)
        by_figure = {second: [second] * len(own) for second in hourly_s}
        self._turnout_s = [base_s if math.isnan(s) else by_figure[s] for s in hourly_s]
        self.ratio_at, self.priority_ratio = _ratios(stage)
        self._stage = stage
        self._rolling_s: dict[float, list[list[float]]] = {}
        self._doors: dict[tuple[int, float], tuple[list[int], list[float]]] = {}

    def minute(self, at_s: float) -> int:
        """Give the minute of the day at a moment; the year begins at midnight, after the warm-up."""
        return int((at_s - self.warm_up_s) % DAY_S // _MINUTE_S) % DAY_MIN

    def turnout_s(self, minute: int) -> list[float]:
        """Give every ambulance's turnout at a minute of the day."""
        return self._turnout_s[minute]

    def rolling_s(self, ratio: float) -> list[list[float]]:
        """Give the seconds from wheels turning at each post to each call place, yard and walk included."""
        if ratio not in self._rolling_s:
            travel = self._stage.travel
            road_s = travel.post_place_s * ratio
            self._rolling_s[ratio] = (travel.posts.yard_s[:, None] + road_s + travel.places.walk_s).tolist()
        return self._rolling_s[ratio]

    def road_s(self, point: int, place: int) -> float:
        """Give the road seconds from a call place, hospital or post to a call place."""
        if point < self.n_places:
            return self._between_places_s(point, place)
        if point < self.n_places + self.n_hospitals:
            return self._hospital_place_s[point - self.n_places][place]
        return self.post_place_s[point - self.n_places - self.n_hospitals][place]

    def _between_places_s(self, first: int, second: int) -> float:
        tail, tail_s, head, head_s = self._exits[first]
        road_s = math.inf
        for node, exit_s in ((tail, tail_s), (head, head_s)):
            if exit_s < math.inf:
                road_s = min(road_s, exit_s + self.junctions.road_s(node, second))
        segment = self._segment[first]
        if segment == self._segment[second]:
            ahead = self._fraction[second] - self._fraction[first]
            if abs(ahead) < SAME_PLACE:
                return 0.0
            along = float(self._ways_s[0 if ahead > 0 else 1][segment])
            road_s = min(road_s, abs(ahead) * along)
        return road_s

    def door(self, place: int, centre: int, ratio: float) -> tuple[int, float]:
        """
        Say where a patient is taken, and the seconds from their side to its door.

        Parameters
        ----------
        place
            Number of the call place.
        centre
            Number of the centre needed; -1 for none.
        ratio
            Of the road seconds.

        Returns
        -------
        hospital : int
            Number of the hospital; `NOWHERE` where none can be reached.
        transport_s : float
            ``inf`` there.
        """
        key = (centre, ratio)
        if key not in self._doors:
            self._doors[key] = self._find_doors(centre, ratio)
        hospital, transport_s = self._doors[key]
        return hospital[place], transport_s[place]

    def _find_doors(self, centre: int, ratio: float) -> tuple[list[int], list[float]]:
        """Find the nearest hospital that can treat each case, the nearest of all where none can."""
        travel, treats = self._stage.travel, self._stage.treats
        if self.n_hospitals == 0:
            return [NOWHERE] * self.n_places, [math.inf] * self.n_places
        drive_s = travel.places.walk_s[:, None] + ratio * travel.place_hospital_s + travel.hospitals.yard_s
        able_s = np.where(treats[centre + 1], drive_s, np.inf)
        any_s = np.where(treats[0], drive_s, np.inf)
        lost = ~np.isfinite(able_s).any(axis=1)
        able_s[lost] = any_s[lost]
        best = able_s.argmin(axis=1)
        transport_s = able_s[np.arange(len(best)), best]
        return np.where(np.isfinite(transport_s), best, NOWHERE).tolist(), transport_s.tolist()


def reachable(stage: Stage) -> NDArray[np.bool_]:
    """
    Tell which call places an ambulance can get to from where it waits, on duty, at some hour.

    Returns
    -------
    ndarray
        Shape (n_places,).
    """
    roster = stage.roster
    used = np.unique(roster.post[roster.on_duty])
    return np.asarray(np.isfinite(stage.travel.post_place_s[used]).any(axis=0), dtype=np.bool_)


def _by_minute(hours: Iterable[tuple[str, float]], usual: float) -> list[float]:
    """Spread figures by hours over the minutes of the day; the first that names a minute holds."""
    figure = np.full(DAY_MIN, usual)
    free = np.ones(DAY_MIN, dtype=bool)
    for span, value in hours:
        mine = free & mask_of(span)
        figure[mine] = value
        free &= ~mine
    return [float(value) for value in figure]


def _ratios(stage: Stage) -> tuple[list[float], list[float]]:
    """Give the ratio of road seconds to the network's own, by minute of the day and by priority (or NaN)."""
    setting, speeds = stage.setting, stage.setting.speeds
    own = speeds.factor(setting.condition)
    hourly = [speeds.condition_at(minute * _MINUTE_S, setting.condition) for minute in range(DAY_MIN)]
    named = [priority.condition for priority in stage.rules.priorities]
    ratio_of = {name: own / speeds.factor(name) for name in {*hourly, *named} if name}
    return [ratio_of[name] for name in hourly], [ratio_of.get(name, math.nan) for name in named]
