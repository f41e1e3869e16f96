"""The same calls were every ambulance on duty free at its post: what the year would be without business."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coverage.duty_hours import DAY_MIN
from coverage.simulating.board import Board
from coverage.simulation import DAY_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.simulating.stage import Stage
    from coverage.simulation import Calls

_MINUTE_S = DAY_S / DAY_MIN


@dataclass(frozen=True)
class _Answers:
    """
    The ambulance that answers each place at each part of the day in which nothing changes.

    Parameters
    ----------
    part
        Shape (1440,), number of the part that each minute of the day lies in.
    start_min
        Shape (n_parts,).
    ahead_min
        Shape (n_parts, n_places), from the start of the part until somebody who can get there is on duty; 0
        where somebody is.
    total_s, rolling_s
        Shape (n_parts, n_places), from the alarm (or from when somebody is on duty), and from when the
        wheels turn; ``inf`` where nobody ever comes.
    """

    part: NDArray[np.int64]
    start_min: NDArray[np.int64]
    ahead_min: NDArray[np.float64]
    total_s: NDArray[np.float64]
    rolling_s: NDArray[np.float64]


class Unhindered:
    """
    Answers calls as if none came before: rules, shifts, standby places, speeds and priorities as played.

    A call waits where nobody is on duty, as in the year that is played, if the rules let it.

    Parameters
    ----------
    stage
        What is played on.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage, self._board = stage, Board(stage)
        self._on_call = stage.setting.standard.clock == "call"
        # whoever keeps the limit goes before the nearest by the second rule, and the limit may count wheels
        self._by_wheels = stage.rules.dispatch == "preparedness" and not self._on_call
        self._by_ratio: dict[float, _Answers] = {}

    def response_s(self, calls: Calls) -> NDArray[np.float64]:
        """
        Give how soon somebody is at the patient's side.

        Parameters
        ----------
        calls
            As they were played.

        Returns
        -------
        ndarray
            Shape (n_calls,), on the promise's own clock; ``inf`` where nobody comes. By the rule of
            preparedness the least time that an ambulance can keep, which says whether the limit is kept.
        """
        board = self._board
        after_s = (calls.time_s + calls.handling_s - board.warm_up_s) % DAY_S
        minute = (after_s // _MINUTE_S).astype(np.int64) % DAY_MIN
        found = np.full(len(calls.time_s), np.inf)
        for priority, ratio in enumerate(board.priority_ratio):
            mine = calls.priority == priority
            answers = self._answers(ratio)
            part, place = answers.part[minute[mine]], calls.place[mine]
            if not self._on_call:
                found[mine] = answers.rolling_s[part, place]
                continue
            ahead_s = _MINUTE_S * (answers.ahead_min[part, place])
            wait_s = ahead_s - (after_s[mine] - _MINUTE_S * answers.start_min[part])
            wait_s = np.where(ahead_s > 0, wait_s, 0.0)
            found[mine] = calls.handling_s[mine] + wait_s + answers.total_s[part, place]
        return found

    def _answers(self, ratio: float) -> _Answers:
        """Find who answers at one ratio of the road seconds; at that of the hour where it is NaN."""
        key = -1.0 if math.isnan(ratio) else ratio
        if key not in self._by_ratio:
            self._by_ratio[key] = self._find(ratio)
        return self._by_ratio[key]

    def _find(self, ratio: float) -> _Answers:
        board, roster = self._board, self._stage.roster
        ratios = [r if math.isnan(ratio) else ratio for r in board.ratio_at]
        turnouts = [tuple(board.turnout_s(minute)) for minute in range(DAY_MIN)]
        span = np.searchsorted(roster.start_min, np.arange(DAY_MIN), side="right") - 1
        alike = list(zip(span.tolist(), turnouts, ratios, strict=True))
        start_min = [m for m in range(DAY_MIN) if m == 0 or alike[m] != alike[m - 1]]
        known = {one: self._nearest(*one) for one in {alike[m] for m in start_min}}
        total_s, rolling_s = (np.stack([known[alike[m]][k] for m in start_min]) for k in (0, 1))
        starts = np.array(start_min)
        ahead_min = np.zeros(total_s.shape)
        if self._stage.rules.wait:
            ahead_min, total_s, rolling_s = _waited_for(starts, total_s, rolling_s)
        part = np.searchsorted(starts, np.arange(DAY_MIN), side="right") - 1
        return _Answers(part.astype(np.int64), starts, ahead_min, total_s, rolling_s)

    def _nearest(
        self, span: int, turnout_s: tuple[float, ...], ratio: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the times of whoever is sent to each place: from the alarm, and from when wheels turn."""
        roster, travel = self._stage.roster, self._stage.travel
        units = np.flatnonzero(roster.on_duty[span])
        if len(units) == 0:
            nobody = np.full(self._board.n_places, np.inf)
            return nobody, nobody
        post = roster.post[span][units]
        rolling_s = travel.posts.yard_s[post, None] + travel.post_place_s[post] * ratio + travel.places.walk_s
        total_s = np.asarray(turnout_s, dtype=np.float64)[units, None] + rolling_s
        best = (rolling_s if self._by_wheels else total_s).argmin(axis=0)
        places = np.arange(self._board.n_places)
        return total_s[best, places], rolling_s[best, places]


def _waited_for(
    start_min: NDArray[np.int64], total_s: NDArray[np.float64], rolling_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Let whoever finds nobody wait for the next part of the day in which there is somebody."""
    total_s, rolling_s, ahead_min = total_s.copy(), rolling_s.copy(), np.zeros(total_s.shape)
    n = len(start_min)
    length_min = np.diff(np.append(start_min, DAY_MIN))
    for k in reversed(range(2 * n)):  # twice round: who comes in the morning answers the night before
        here, after = k % n, (k + 1) % n
        nobody = ~np.isfinite(total_s[here]) & np.isfinite(total_s[after])
        ahead_min[here, nobody] = length_min[here] + ahead_min[after, nobody]
        total_s[here, nobody], rolling_s[here, nobody] = total_s[after, nobody], rolling_s[after, nobody]
    return ahead_min, total_s, rolling_s
