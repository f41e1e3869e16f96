"""Ambulances of a plan: what each new site brings, and where those of bases that close go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment

from coverage.proposing.units import counts_units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.proposing.case import Case
    from coverage.proposing.chosen import Chosen


def brought(case: Case, chosen: Chosen, column: int) -> float:
    """
    Give the ambulances that a new site adds to the county's.

    Where a model counts ambulances, they are those it has counted there, whatever a list says of the place.
    Where sites only move, and none is added, a site that takes over a base's ambulances brings none besides.

    Parameters
    ----------
    case, chosen
        The wish on its county, and the plan.
    column
        Of one of its new sites.
    """
    if case.wish.count == 0 and column in handed_over(case, chosen).values():
        return 0.0
    each = 1.0 if counts_units(case) else float(case.table["ambulances"].iloc[column])
    return chosen.units[column] * each


def handed_over(case: Case, chosen: Chosen) -> Mapping[int, int]:
    """
    Find the new site that takes over the ambulances of each base that closes.

    Every base has a site of its own as long as there are enough, so that the distances, as the crow flies,
    are the least together; the bases left over go to the nearest.

    Parameters
    ----------
    case, chosen
        The wish on its county, and the plan.

    Returns
    -------
    Mapping
        From the column of the base to that of the site; empty where no ambulances are known, or none stand
        at what closes.
    """
    if case.wish.kind != "station" or not chosen.new:
        return {}
    xy = shapely.get_coordinates(case.table.geometry.to_numpy())
    counts = case.table["ambulances"].to_numpy(dtype=np.float64)
    new = np.sort(np.array(chosen.new, dtype=np.int64))
    bases = np.array([base for base in chosen.closed if counts[base] > 0], dtype=np.int64)
    far_m = np.hypot(*np.moveaxis(xy[bases][:, None] - xy[new], -1, 0))
    goes = np.argmin(far_m, axis=1)
    matched, site = linear_sum_assignment(far_m)
    goes[matched] = site
    return dict(zip(bases.tolist(), new[goes].tolist(), strict=True))


def ambulances_at(case: Case, chosen: Chosen, column: int) -> float:
    """
    Give the ambulances that a new site gets: those it brings, and those of bases that close.

    Parameters
    ----------
    case, chosen
        The wish on its county, and the plan.
    column
        Of one of its new sites.
    """
    counts = case.table["ambulances"].to_numpy(dtype=np.float64)
    taken_over = sum(counts[base] for base, site in handed_over(case, chosen).items() if site == column)
    return float(brought(case, chosen, column) + taken_over)
