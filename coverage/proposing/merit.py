"""What a further site is worth beside others: people, time saved on average, or time saved at worst."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.proposing.case import Case


class Merit(Protocol):
    """Says what sites are worth beside others that are open."""

    def __call__(self, others: Sequence[int], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """
        Give what each of some candidates adds.

        Parameters
        ----------
        others
            Columns that are open.
        columns
            Those that are asked about.

        Returns
        -------
        ndarray
            Shape (n_columns,), 0 or more.
        """


def merit_of(case: Case) -> Merit:
    """Give the yardstick of a case: time for the median and the centre, people covered for all others."""
    if case.wish.model == "p-median":
        return _MedianMerit(case)
    if case.wish.model == "p-center":
        return _CentreMerit(case)
    return _PeopleMerit(case)


class _PeopleMerit:
    """People newly covered."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def __call__(self, others: Sequence[int], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        missing = ~self._case.covered(np.asarray(others, dtype=np.int64))
        return np.asarray(self._case.columns[:, columns].T @ (self._case.weight * missing))


class _MedianMerit:
    """Person-seconds saved."""

    def __init__(self, case: Case) -> None:
        self._all_s, self._weight = _served(case)

    def __call__(self, others: Sequence[int], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        now_s = _nearest_s(self._all_s, others)
        return np.array(
            [self._weight @ (now_s - np.minimum(now_s, own_s)) for own_s in self._all_s.T[columns]]
        )


class _CentreMerit:
    """Seconds saved for whoever is farthest off."""

    def __init__(self, case: Case) -> None:
        self._all_s, _ = _served(case)

    def __call__(self, others: Sequence[int], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        now_s = _nearest_s(self._all_s, others)
        worst_s = now_s.max(initial=0.0)
        return np.array(
            [worst_s - np.minimum(now_s, own_s).max(initial=0.0) for own_s in self._all_s.T[columns]]
        )


def _served(case: Case) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give times and people of the points that somebody can serve; what never arrives counts a day."""
    rows = servable(case)
    return np.minimum(case.all_s[rows], _NEVER_S), case.weight[rows]


_NEVER_S = 86_400.0


def _nearest_s(all_s: NDArray[np.float64], sites: Sequence[int]) -> NDArray[np.float64]:
    open_s = all_s[:, np.asarray(sites, dtype=np.int64)]
    return np.asarray(open_s.min(axis=1, initial=_NEVER_S))


def servable(case: Case) -> NDArray[np.int64]:
    """Give the demand points with people that some site can serve, however late."""
    return np.flatnonzero(np.isfinite(case.all_s).any(axis=1) & (case.weight > 0))
