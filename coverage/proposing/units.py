"""Units at sites: ambulances where a model counts several at one site, else the sites themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.proposing.case import Case

MOST_UNITS = 10
"""Ambulances of one base that a model of several counts; all of them are busy next to never."""

OF_UNITS = ("expected-covering", "double-standard")
"""Models whose sites may take several."""


def counts_units(case: Case) -> bool:
    """Tell whether the model that was asked counts ambulances, and not the sites they stand at."""
    return case.wish.model in OF_UNITS and case.wish.kind == "station"


def units_there(case: Case) -> NDArray[np.int64]:
    """
    Give how many units each existing site counts for, shape (n_existing,).

    Its ambulances, where the model is about several at a site (one where their number is not known); else 1.
    """
    if not counts_units(case):
        return np.ones(len(case.existing), dtype=np.int64)
    counts = case.table["ambulances"].to_numpy(dtype=np.float64)[case.existing]
    return np.clip(np.where(np.isnan(counts), 1.0, counts), 1, MOST_UNITS).astype(np.int64)


def sites_today(case: Case) -> tuple[int, ...]:
    """Give the existing sites, each as often as it has units."""
    return tuple(np.repeat(case.existing, units_there(case)).tolist())


def units_of(sites: Sequence[int], case: Case) -> NDArray[np.int64]:
    """Count the units of a plan by column, shape (n_sites,)."""
    return np.bincount(np.asarray(sites, dtype=np.int64), minlength=len(case.table))
