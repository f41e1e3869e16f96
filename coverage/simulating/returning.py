"""Where an ambulance on its way back is, and how soon it can be somewhere else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.simulating.travel import NO_NODE

if TYPE_CHECKING:
    from coverage.simulating.board import Board


class Return:
    """
    An ambulance's way from the end of a job, or from one post, to a post.

    It can turn off at the next junction of its way; before it is on the road it can set out any way, and
    once no junction is left it turns at the gate of its post.

    Parameters
    ----------
    board
        What is played on.
    origin, post
        Number of the point it leaves, and of the post it drives to.
    start_s
        When it leaves.
    ratio
        Of the road seconds at that hour.
    """

    __slots__ = ("_board", "_node", "gate_s", "home_s", "origin", "post", "ratio", "road_s", "start_s")

    def __init__(self, board: Board, origin: int, post: int, start_s: float, ratio: float) -> None:
        self._board, self.origin, self.post, self.start_s, self.ratio = board, origin, post, start_s, ratio
        self.road_s: float = start_s + board.leave_s[origin]
        self.gate_s: float = self.road_s + board.home_s[origin][post] * ratio
        self.home_s: float = self.gate_s + board.post_yard_s[post]
        hospital = origin - board.n_places
        if 0 <= hospital < board.n_hospitals and board.hospital_row[hospital] == board.post_facility[post]:
            self.home_s = start_s  # the hospital is its base
        self._node: int = board.first_node[origin][post]

    @property
    def is_known(self) -> bool:
        """Whether a way back exists."""
        return self.home_s < math.inf

    def road_to_s(self, place: int, at_s: float, ratio: float, most_s: float) -> float:
        """
        Give the seconds until it stands on the road beside a call place, if it is sent there now.

        Parameters
        ----------
        place
            Number of the call place.
        at_s
            Now; never before the time of an earlier question.
        ratio
            Of the road seconds from where it turns off.
        most_s
            Above it the answer may be ``inf``.
        """
        board = self._board
        if at_s <= self.road_s:
            return self.road_s - at_s + board.road_s(self.origin, place) * ratio
        node = self._node
        if node != NO_NODE:
            node_s, next_node = board.node_home_s[self.post], board.next_node[self.post]
            last_s = self.gate_s - at_s
            while node != NO_NODE and node_s[node] * self.ratio > last_s:
                node = next_node[node]
            self._node = node
            if node != NO_NODE:
                until_s = last_s - node_s[node] * self.ratio
                return until_s + board.junctions.road_s(node, place, (most_s - until_s) / ratio) * ratio
        return abs(self.gate_s - at_s) + board.post_place_s[self.post][place] * ratio
