"""What a model looks at beyond the people covered, without and with its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage.proposal import Measure
from coverage.proposing.merit import covered_twice, found_free, servable
from coverage.proposing.units import sites_today, units_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from coverage.proposal import MeasureCode
    from coverage.proposing.case import Case
    from coverage.proposing.chosen import Chosen

    Figure = Callable[[Case, Sequence[int]], float]


def measures_of(case: Case, chosen: Chosen) -> tuple[Measure, ...]:
    """
    Measure a county without and with a plan, as its model does.

    Parameters
    ----------
    case
        The wish on its county.
    chosen
        The plan.

    Returns
    -------
    tuple of Measure
        None for models of covering, whose figures are those of the assessment.
    """
    today, then = sites_today(case), chosen.open_units
    return tuple(
        Measure(code, figure(case, today), figure(case, then))
        for code, figure in _MEASURES.get(case.wish.model, {}).items()
    )


def _mean_time(case: Case, sites: Sequence[int]) -> float:
    rows = servable(case)
    times = case.all_s[np.ix_(rows, np.unique(sites))].min(axis=1)
    reached = np.isfinite(times)
    return float(np.average(times[reached], weights=case.weight[rows][reached])) if reached.any() else np.nan


def _worst_time(case: Case, sites: Sequence[int]) -> float:
    times = case.all_s[np.ix_(servable(case), np.unique(sites))].min(axis=1)
    reached = np.isfinite(times)
    return float(times[reached].max()) if reached.any() else np.nan


def _covered_twice(case: Case, sites: Sequence[int]) -> float:
    return float(case.weight @ covered_twice(case.cover @ units_of(sites, case)))


def _within_wide(case: Case, sites: Sequence[int]) -> float:
    return case.people(case.wide @ units_of(sites, case) > 0)


def _expected(case: Case, sites: Sequence[int]) -> float:
    return float(case.weight @ found_free(case.cover @ units_of(sites, case), case.wish.busy))


_MEASURES: Mapping[str, Mapping[MeasureCode, Figure]] = {
    "p-median": {"mean_time": _mean_time},
    "p-center": {"worst_time": _worst_time},
    "backup-covering": {"covered_twice": _covered_twice},
    "double-standard": {"covered_twice": _covered_twice, "within_wide": _within_wide},
    "expected-covering": {"expected_covered": _expected},
}
