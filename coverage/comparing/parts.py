"""An option part by part: which of them may stand without the others, and whom they leave uncovered."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import reduce
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np

from coverage.comparing.ground import lay_setting
from coverage.comparing.reaching import People, lead_s
from coverage.errors import OptionError
from coverage.option import Change, Closing, Move, Opening, Option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting
    from coverage.option import Part

    Rows = list[NDArray[np.float64]]
    """Responses of all demand points from one base each, shape (n_demand,)."""


class Parts:
    """
    The openings, changes, moves and closings of an option; its roads, promise and speeds hold throughout.

    A set of parts is a number whose bits say which of them are done. Parts that name a facility in common
    are tied together; what is done to other facilities does not touch them. So each such knot is laid out
    for every set of its own parts alone, and what any set of all parts covers follows from those.

    Parameters
    ----------
    today
        The county as it is.
    option
        What is done.
    """

    def __init__(self, today: Setting, option: Option) -> None:
        # among equals, what is built comes before what is given up
        self.all: tuple[Part, ...] = (*option.open, *option.change, *option.move, *option.close)
        self.ground = lay_setting(today, replace(option, open=(), close=(), move=(), change=()))
        self._people = People.of(self.ground)
        self._knots = list(_knots([_touched(part) for part in self.all]))
        self._again = list(_reopenings(self.all))
        ids = today.area.facilities["id"].astype(str).tolist()
        longest = max((*ids, *(part.id for part in self.all)), key=len)
        self._stand_in = Opening(f"{longest}+", "", "ambulance_station", at=ids[0], ambulances=1.0)
        self._from_place: dict[tuple[float, ...], NDArray[np.float64]] = {}
        self._from_knot: dict[tuple[int, int], Rows | None] = {}
        self._uncovered: dict[int, float] = {}
        touched = set(chain.from_iterable(_touched(part) for part in self.all))
        self._from_others = self._rows(self.ground, set(ids) - touched)

    @property
    def everything(self) -> int:
        """The set of all parts."""
        return as_set(range(len(self.all)))

    @property
    def population(self) -> float:
        """All people of the county."""
        return float(self._people.population.sum())

    @property
    def n_layouts(self) -> int:
        """How many sets of tied parts have to be laid out until every set of all parts is known."""
        return sum(1 << knot.bit_count() for knot in self._knots)

    def setting(self, done: int) -> Setting:
        """Give the county with some of the parts."""
        return lay_setting(self.ground, self._some(done))

    def uncovered(self, done: int) -> float:
        """Count the people not covered with some of the parts; NaN where these cannot stand so."""
        if done not in self._uncovered:
            knots = [self._knot_rows(knot, done & knot) for knot in self._knots]
            rows = [*self._from_others, *chain.from_iterable(knot for knot in knots if knot is not None)]
            stands = bool(rows) and None not in knots
            self._uncovered[done] = self._people.uncovered(np.minimum.reduce(rows)) if stands else math.nan
        return self._uncovered[done]

    def next_steps(self, done: int) -> list[tuple[int, ...]]:
        """
        Say what may be done next: single parts, and of tied ones that may not, as few as may together.

        A facility that closes and what opens in its place are one step.

        Parameters
        ----------
        done
            What is done already.

        Returns
        -------
        list of tuple of int
            Numbers of parts, in their order.
        """
        steps = [step for step in self._again if not as_set(step) & done and self._stands(done, step)]
        again = set(chain.from_iterable(self._again))
        for knot in self._knots:
            left = [i for i in _numbers(knot & ~done) if i not in again]
            alone = [i for i in left if self._stands(done, (i,))]
            steps += [(i,) for i in alone]
            tied = [i for i in left if i not in alone]
            for size in range(2, len(tied) + 1):
                together = [step for step in combinations(tied, size) if self._stands(done, step)]
                if together:
                    steps += together
                    break
        return sorted(steps)

    def _stands(self, done: int, step: tuple[int, ...]) -> bool:
        return not math.isnan(self.uncovered(done | as_set(step)))

    def _some(self, done: int, *more: Opening) -> Option:
        """Give the option that consists of some parts alone."""
        parts = [self.all[i] for i in _numbers(done)]
        return Option(
            "",
            open=(*(part for part in parts if isinstance(part, Opening)), *more),
            close=tuple(part for part in parts if isinstance(part, Closing)),
            move=tuple(part for part in parts if isinstance(part, Move)),
            change=tuple(part for part in parts if isinstance(part, Change)),
        )

    def _knot_rows(self, knot: int, done: int) -> Rows | None:
        """Give the responses from a knot's facilities; None where its parts cannot stand so."""
        if (knot, done) not in self._from_knot:
            names = set(chain.from_iterable(_touched(self.all[i]) for i in _numbers(knot)))
            try:
                # the stand-in keeps a base in the county, which may have others than the knot's
                setting = lay_setting(self.ground, self._some(done, self._stand_in)) if done else self.ground
            except OptionError:
                self._from_knot[knot, done] = None
            else:
                self._from_knot[knot, done] = self._rows(setting, names)
        return self._from_knot[knot, done]

    def _rows(self, setting: Setting, names: set[str]) -> Rows:
        """Give the responses from each base among some facilities; from every place is searched once."""
        facilities, places = setting.area.facilities, setting.places.facilities
        is_named = facilities["id"].isin(names).to_numpy()
        bases = np.flatnonzero(setting.bases & places.on_network & is_named)
        rows = []
        for base, wait_s in zip(bases, lead_s(setting, bases), strict=True):
            place = places.take(np.array([base]))
            key = (int(place.segment[0]), float(place.fraction[0]), float(place.access_m[0]))
            if key not in self._from_place:
                times_s = self.ground.network.travel_times(place, self.ground.places.demand)
                self._from_place[key] = times_s[0]
            rows.append(self._from_place[key] + wait_s)
        return rows


def _reopenings(parts: Sequence[Part]) -> Iterator[tuple[int, ...]]:
    """Tie what closes to what opens in its place: nobody closes a house for the years until it is rebuilt."""
    for number, closing in enumerate(parts):
        if isinstance(closing, Closing):
            places = [i for i, part in enumerate(parts) if getattr(part, "at", "") == closing.id]
            if places:
                yield tuple(sorted((*places, number)))


def as_set(numbers: Iterable[int]) -> int:
    """Give the set of some parts."""
    return reduce(lambda done, i: done | 1 << i, numbers, 0)


def _numbers(done: int) -> list[int]:
    """Give the numbers of the parts in a set, ascending."""
    return [i for i in range(done.bit_length()) if done >> i & 1]


def _touched(part: Part) -> set[str]:
    """Give the ids of the facilities that a part names."""
    return {part.id, getattr(part, "at", ""), getattr(part, "to", "")} - {""}


def _knots(touched: Sequence[set[str]]) -> Iterator[int]:
    """Tie parts together that name a facility in common, directly or through others."""
    left = list(range(len(touched)))
    while left:
        names, knot = set(touched[left[0]]), [left[0]]
        grown = True
        while grown:
            more = [i for i in left if i not in knot and touched[i] & names]
            names = names.union(*(touched[i] for i in more))
            knot, grown = [*knot, *more], bool(more)
        left = [i for i in left if i not in knot]
        yield as_set(knot)
