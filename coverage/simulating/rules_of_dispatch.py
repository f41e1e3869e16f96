"""Which of the ambulances that can be sent is sent: the nearest, or the one that is missed least."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from coverage.assessment import is_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.simulating.board import Board
    from coverage.simulating.stage import Stage

    _Crew = tuple[int, float, float]
    """Post, turnout, and ratio of the road seconds: ambulances that are alike."""

_MOST_KNOWN = 10_000  # sets of crews whose losses are kept
_DECIMALS = 12  # of the county's people: sums of floats must not decide between equals


class Candidate(NamedTuple):
    """
    An ambulance that can be sent.

    Parameters
    ----------
    total_s
        From now to the patient's side.
    unit
        Number of the ambulance.
    rolling_s
        The same from the moment the wheels turn.
    post
        Where it waits, or is on its way to.
    is_on_the_way
        It is on its way back.
    """

    total_s: float
    unit: int
    rolling_s: float
    post: int
    is_on_the_way: bool


class Preparedness:
    """
    Send, among the ambulances that keep the limit, the one whose absence costs the county least.

    The cost is the loss of Daskin's expected coverage (1983): with k ambulances in reach of a place, each
    busy for a share q of the time, the last of them adds ``(1 - q) q^(k - 1)`` of its people. Where nobody
    keeps the limit, the first there is sent. After Jagtenberg, Bhulai and van der Mei (2017), Dynamic
    ambulance dispatching: is the closest-idle policy always optimal?, Health Care Management Science 20.
    An ambulance that drives counts at the post it drives to.

    Parameters
    ----------
    stage, board
        What is played on.
    """

    def __init__(self, stage: Stage, board: Board) -> None:
        self._board, self._travel = board, stage.travel
        self._counts_lead = stage.setting.standard.clock == "call"
        handling = stage.rules.handling
        self._handling_s = stage.setting.standard.handling_s if handling is None else handling.mean_s
        self._limits_s: list[float] = stage.place_limit_s.tolist()
        busy, n_units = stage.rules.busy_share, len(stage.units)
        weight = stage.place_weight / stage.place_weight.sum()
        # what one ambulance fewer loses of a place that k can reach
        self._loss = np.concatenate(([0.0], (1 - busy) * busy ** np.arange(n_units)))
        self._weight: NDArray[np.float64] = weight
        self._reach: dict[_Crew, NDArray[np.bool_]] = {}
        self._known: dict[tuple[_Crew, ...], dict[_Crew, float]] = {}

    def limit_s(self, place: int, before_s: float) -> float:
        """Give the longest way to a call place that still keeps the limit, `before_s` after the call."""
        limit_s: float = self._limits_s[place]
        return limit_s - before_s if self._counts_lead else limit_s

    def choose(
        self, candidates: Sequence[Candidate], before_s: float, place: int, at_s: float
    ) -> Candidate | None:
        """
        Choose the ambulance to send.

        Parameters
        ----------
        candidates
            Every ambulance that is free; ``inf`` where it cannot get there.
        before_s
            From the call until now, on the clock of the call.
        place
            Number of the call place.
        at_s
            Now.

        Returns
        -------
        Candidate
            None where none can get there.
        """
        limit_ms = round(self._limits_s[place] * 1000)
        keeping = []
        for found in candidates:
            time_s = before_s + found.total_s if self._counts_lead else found.rolling_s
            if time_s < math.inf and round(time_s * 1000) <= limit_ms:
                keeping.append(found)
        if len(keeping) <= 1:
            nearest = keeping[0] if keeping else min(candidates, default=None)
            return nearest if nearest is not None and nearest.total_s < math.inf else None
        minute = self._board.minute(at_s)
        turnout_s, ratio = self._board.turnout_s(minute), self._board.ratio_at[minute]
        losses = self._losses(tuple(sorted((c.post, turnout_s[c.unit], ratio) for c in candidates)))
        return min((losses[c.post, turnout_s[c.unit], ratio], c) for c in keeping)[1]

    def _losses(self, crews: tuple[_Crew, ...]) -> dict[_Crew, float]:
        """Give what the county loses, of those that can be sent, without each."""
        if crews not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            reach = np.array([self._reached(crew) for crew in crews])
            missed = self._weight * self._loss[reach.sum(axis=0)]
            losses = (reach * missed).sum(axis=1).round(_DECIMALS).tolist()
            self._known[crews] = dict(zip(crews, losses, strict=True))
        return self._known[crews]

    def _reached(self, crew: _Crew) -> NDArray[np.bool_]:
        """Tell which places a crew reaches within the limit from its post."""
        if crew not in self._reach:
            post, turnout_s, ratio = crew
            lead_s = self._handling_s + turnout_s if self._counts_lead else 0.0
            road_s = self._travel.post_place_s[post] * ratio + self._travel.places.walk_s
            response_s = lead_s + self._board.post_yard_s[post] + road_s
            self._reach[crew] = is_within(response_s, self._limits_s)
        return self._reach[crew]
