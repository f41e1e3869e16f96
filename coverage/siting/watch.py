"""The clock of a search: how long it may take, and whom it tells how far it is."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage.siting.plan import Progress

_TELL_EVERY_S = 0.2


class OutOfTime(Exception):  # noqa: N818 - not an error: the search ends with what it has
    """The time of a search is up; caught by the model that set the clock."""


@dataclass
class Watch:
    """
    Times one search.

    Parameters
    ----------
    limit_s
        Seconds it may take.
    progress
        Is told of bound and best plan now and then.
    """

    limit_s: float = math.inf
    progress: Progress | None = None
    _began: float = field(default_factory=time.perf_counter, init=False)
    _told: float = field(default=-math.inf, init=False)

    @property
    def seconds(self) -> float:
        """Time since the search began."""
        return time.perf_counter() - self._began

    @property
    def left_s(self) -> float:
        """Time that is left."""
        return max(0.0, self.limit_s - self.seconds)

    def check(self) -> None:
        """Raise `OutOfTime` if the time is up."""
        if self.seconds > self.limit_s:
            raise OutOfTime

    def tell(self, bound: float, best: float) -> None:
        """Pass on bound and best plan, unless that was done a moment ago."""
        if self.progress is not None and self.seconds - self._told >= _TELL_EVERY_S:
            self._told = self.seconds
            self.progress(bound=bound, best=best, seconds=self._told)
