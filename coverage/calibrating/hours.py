"""Hours of the day by driving condition, and which condition every trip was driven in."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from coverage.duty_hours import DAY_MIN, clock_text, minutes_of, normal_hours
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from coverage.routing.speeds import SpeedTable

REFERENCE = "siren"
"""The condition that the speeds of a table stand for: the siren on a free road."""
DEFAULT_HOURS: Mapping[str, str] = MappingProxyType(
    {"07:00-09:00,17:00-19:00": "peak", "22:00-06:00": "night"}
)
"""Rush hours and the night; all else is the free road."""


def whole_day(hours: Mapping[str, str], rest: str) -> dict[str, str]:
    """
    Write hours the one way that reports show, and add those that are left of the day.

    Parameters
    ----------
    hours
        Spans to conditions, checked by `coverage.routing.speeds.SpeedTable`.
    rest
        The condition of all other hours.
    """
    every = {normal_hours(span) or "00:00-24:00": condition for span, condition in hours.items()}
    taken = {minute for span in hours for minute in minutes_of(span)}
    left = _spans(sorted(set(range(DAY_MIN)) - taken))
    return {**({left: rest} if left else {}), **every}


def _spans(minutes: list[int]) -> str:
    """Write minutes of the day as hours; a span over midnight as one."""
    if not minutes:
        return ""
    if len(minutes) == DAY_MIN:
        return "00:00-24:00"
    starts = [m for m in minutes if (m - 1) % DAY_MIN not in set(minutes)]
    known = set(minutes)
    spans = []
    for start in starts:
        end = start
        while end % DAY_MIN in known:
            end += 1
        spans.append(f"{clock_text(start)}-{clock_text(end % DAY_MIN or DAY_MIN)}")
    return normal_hours(",".join(spans))


def reference_of(speeds: SpeedTable) -> str:
    """Give the condition whose factor the class speeds are told at: the siren, or the table's quickest."""
    if REFERENCE in speeds.conditions:
        return REFERENCE
    return max(speeds.conditions, key=lambda name: speeds.conditions[name])


def conditions_of(depart_s: NDArray[np.float64], speeds: SpeedTable, default: str) -> NDArray[np.object_]:
    """
    Tell the condition that each trip was driven in.

    Parameters
    ----------
    depart_s
        Shape (n_trips,), seconds after midnight.
    speeds
        Its hours count.
    default
        At hours the table does not name.
    """
    minute = (depart_s // MINUTE_S).astype(np.int64) % DAY_MIN
    by_minute = [speeds.condition_at(m * MINUTE_S, default) for m in range(DAY_MIN)]
    return np.array([by_minute[m] for m in minute.tolist()], dtype=object)


def count_by_span(depart_s: NDArray[np.float64], hours: Mapping[str, str]) -> list[int]:
    """Count the trips that began in each span."""
    counted = Counter(((depart_s // MINUTE_S).astype(np.int64) % DAY_MIN).tolist())
    return [sum(counted[minute] for minute in minutes_of(span)) for span in hours]
