"""The curve of people covered against the number of new sites, as the rows of a table, today first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage.proposal import Proposal
    from coverage.siting.plan import SitingPlan


@dataclass(frozen=True)
class CurveRow:
    """
    A row of the curve.

    Parameters
    ----------
    count
        New sites; 0 for today.
    covered_population, covered_share, townships_met
        Of the county with them.
    gained, step
        People more than today, and more than in the row above; 0 for today.
    plan
        None for today.
    names
        Of the new sites, in order of rank.
    """

    count: int
    covered_population: float
    covered_share: float
    townships_met: int
    gained: float
    step: float
    plan: SitingPlan | None
    names: tuple[str, ...]


def curve_rows(proposal: Proposal) -> list[CurveRow]:
    """Give the rows of a proposal's curve, today first."""
    today, points = proposal.before.assessment.totals["all"], proposal.sweep
    covered = [today.covered_population, *(p.covered_population for p in points)]
    steps = [b - a for a, b in pairwise(covered)]
    first = CurveRow(0, covered[0], today.covered_share, today.townships_met, 0.0, 0.0, None, ())
    return [
        first,
        *(
            CurveRow(
                count=p.count,
                covered_population=p.covered_population,
                covered_share=p.covered_share,
                townships_met=p.townships_met,
                gained=p.covered_population - covered[0],
                step=step,
                plan=p.plan,
                names=p.names,
            )
            for p, step in zip(points, steps, strict=True)
        ),
    ]
