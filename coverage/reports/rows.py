"""The order in which every report lists its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from coverage.assessment import Assessment


def worst_first(townships: pd.DataFrame) -> pd.DataFrame:
    """
    Order townships: urban before rural, the smallest covered share first, those without people last.

    Parameters
    ----------
    townships
        `Assessment.townships`.
    """
    missing = townships["covered_population"] - townships["population"]
    keys = townships.assign(rural=townships["class"] != "urban", missing=missing)
    order = keys.sort_values(["rural", "covered_share", "missing"], kind="stable", na_position="last").index
    return townships.loc[order]


def not_covered(assessment: Assessment) -> pd.DataFrame:
    """Give the demand points that are not covered, the most people first; points without any are left out."""
    demand = assessment.demand
    left = demand[(demand["state"] != "covered") & (demand["population"] > 0)]
    return left.sort_values("population", ascending=False, kind="stable")
