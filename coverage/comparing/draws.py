"""The outcomes in many counties that may be: paired draws of speeds, delays and people."""

from __future__ import annotations

import math
import zlib
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from coverage.assessment import demand_limits, is_within
from coverage.comparing.reaching import lead_s
from coverage.comparison import Draws, PairedDifference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting
    from coverage.comparison import Sign

CLEAR_SHARE = 0.975
"""A difference is clear where at least this share of the draws agree on its sign."""
_MIDDLE = (0.025, 0.975)
_FURTHEST = 3.0  # standard deviations, at which a factor of speed is held: it stays positive


@dataclass(frozen=True)
class Spread:
    """
    Standard deviations of what is drawn, as shares of the figure itself.

    They are assumptions. What is measured in China is the spread of whole responses: a mean of 12.4 min
    inside Kunshan's area and of 15.65 min across areas; in urban Chongqing (2021) a median of 14.5 and a
    mean of 16.1 min, with more than 3 min of preparation in a third of the calls; within 10 min of Wuhan's
    bases 73.9 % of the people off-peak and 45.5 % at peak. A day's peak is a trial of its own; the draws
    stand for what is not known of a county on an ordinary day.

    Parameters
    ----------
    speed
        Of all speeds together.
    class_speed
        Of each road class beside that.
    delay
        Of handling and turnout together.
    people
        Of each demand point's people.
    """

    speed: float = 0.10
    class_speed: float = 0.10
    delay: float = 0.20
    people: float = 0.20


SPREAD = Spread()


def _generator(seed: int, *key: int) -> np.random.Generator:
    """Give a stream of its own for each thing that is drawn, so that one more changes no other."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def _speed_factors(sd: float, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    return 1 + sd * np.clip(rng.standard_normal(n), -_FURTHEST, _FURTHEST)
