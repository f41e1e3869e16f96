"""The days that a log spans, whatever single rows say of another year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

_GAP_DAYS = 28.0
_GAP_SPACINGS = 10.0
_STRAY_SHARE = 0.02


@dataclass(frozen=True, eq=False)
class LogDays:
    """
    When a log was kept.

    Parameters
    ----------
    is_stray
        Shape (n,): so few, and so far from all others, that the date is a clerk's or a clock's.
    spans
        First and last day of each time it was kept without a gap.
    """

    is_stray: NDArray[np.bool_]
    spans: tuple[tuple[date, date], ...]

    @property
    def n_days(self) -> int:
        """Days of all spans, first and last included."""
        return sum((last - first).days + 1 for first, last in self.spans)


def days_of_log(dates: Sequence[date]) -> LogDays:
    """
    Tell on which days a log was kept.

    The log is parted where nothing was entered for four weeks, and ten times as long as entries usually lie
    apart. Parts of at most one entry in fifty (or a single one) are strays.

    Parameters
    ----------
    dates
        One an entry, in any order; at least one.
    """
    day = np.array([own.toordinal() for own in dates])
    order = np.argsort(day, kind="stable")
    apart = np.diff(day[order])
    longest = max(_GAP_DAYS, _GAP_SPACINGS * float(np.median(apart))) if len(apart) else np.inf
    parts = np.split(order, np.flatnonzero(apart > longest) + 1)
    few = max(1.0, _STRAY_SHARE * len(day))
    main = max(parts, key=len)
    kept = [part for part in parts if part is main or len(part) > few]
    is_stray = np.ones(len(day), dtype=bool)
    is_stray[np.concatenate(kept)] = False
    return LogDays(is_stray, tuple((dates[part[0]], dates[part[-1]]) for part in kept))
