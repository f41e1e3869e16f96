"""What a reader of a comparison must know before believing it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from coverage.analysis import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.analysis import NoteCode
    from coverage.comparison import Outcome, Robustness


def comparison_notes(
    of_data: Sequence[Note], outcomes: Sequence[Outcome], robustness: Robustness
) -> tuple[Note, ...]:
    """
    Collect what a reader must know: of the options first, then of the data.

    Parameters
    ----------
    of_data
        What `coverage.analysis.study_notes` says of the county as it is.
    outcomes
        The county as it is first.
    robustness
        What becomes of them under harder conditions.
    """
    at_night = dict(zip((o.key for o in outcomes), robustness.trial("night").covered_population, strict=True))
    options = outcomes[1:]
    alike = [o for o in options if _is_alike(o, outcomes[0])]
    told: list[tuple[NoteCode, list[str]]] = [
        ("option_changes_nothing", [o.option.name for o in alike if at_night[o.key] == at_night["0"]]),
        ("option_unpriced", [o.option.name for o in options if o.cost.unpriced]),
        (
            "option_no_yearly",
            [o.option.name for o in options if math.isnan(o.cost.yearly_wan)],
        ),
        ("option_other_standard", [o.option.name for o in options if o.option.standard]),
        ("option_other_speeds", [o.option.name for o in options if o.option.speeds]),
        ("option_roads_changed", [o.option.name for o in options if o.option.roads]),
        ("option_hours", _limited(outcomes)),
    ]
    own = tuple(Note(code, len(names), names=tuple(names)) for code, names in told if names)
    return (*own, *of_data)


def _is_alike(outcome: Outcome, today: Outcome) -> bool:
    """Tell whether nobody waits longer or shorter than today, and nothing is judged otherwise."""
    before, after = (outcome.demand[name].to_numpy(np.float64) for name in ("before_s", "after_s"))
    judged_alike = outcome.demand["change"].isin(["covered", "uncovered"]).all()
    townships = outcome.townships
    same_verdicts = townships["verdict_before"].equals(townships["verdict_after"])
    # unknown numbers are alike as well, which NaN itself denies
    same_fleet = repr(outcome.fleet) == repr(today.fleet)
    return bool(np.array_equal(before, after) and judged_alike and same_verdicts and same_fleet)


def _limited(outcomes: Sequence[Outcome]) -> list[str]:
    """Name every facility that is not staffed round the clock in some outcome."""
    names = [
        str(name)
        for outcome in outcomes
        for name in outcome.area.facilities.loc[outcome.area.facilities["hours"] != "", "name"]
    ]
    return list(dict.fromkeys(names))
