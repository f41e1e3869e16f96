"""What every report of a simulated year picks from its tables, and what follows for the options."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from coverage.reports.once import once
from coverage.reports.shown import Side
from coverage.simulating.notes import MIN_CALLS
from coverage.simulation import Estimate, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from coverage.simulation import SimulatedOutcome, Simulation

AnswerCode = Literal["no_option", "one_replication", "few_calls", "no_difference", "best", "level", "worse"]
MEASURES = ("within_share", "mean_s", "median_s", "p90_s", "waited_share", "lost_share")


@dataclass(frozen=True)
class Difference:
    """How far an option is from another outcome: value, 95% interval, and whether that leaves 0 out."""

    value: float
    low: float
    high: float
    is_clear: bool


@dataclass(frozen=True)
class Answer:
    """
    What the replications say of the options.

    Parameters
    ----------
    code
        ``best``: clearly better than the county as it is and than every other option. ``level``: several are
        clearly better than today, and the first not clearly better than the others named. ``worse``: none is
        better, and all are clearly worse. ``few_calls``: too few to say anything.
        ``no_difference``: none is clearly better.
    keys
        The options it is about, the best first.
    """

    code: AnswerCode
    keys: tuple[str, ...] = ()


def shown_of(simulation: Simulation) -> Side:
    """Give the county as it is as something to show."""
    return Side(
        area=simulation.area,
        assessment=simulation.assessment,
        areas=(),
        speeds=simulation.speeds,
        condition=simulation.condition,
        notes=simulation.notes,
        is_planned=False,
    )


def group_rows(outcome: SimulatedOutcome, group: str) -> list[dict[str, Any]]:
    """Give the figures of the groups of one kind, as dictionaries."""
    return records(outcome.groups[outcome.groups["group"] == group])


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table as dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def everyone(outcome: SimulatedOutcome) -> dict[str, Any]:
    """Give the figures of all calls."""
    return group_rows(outcome, "all")[0]


def figure(row: Mapping[str, Any], name: str) -> Estimate:
    """Give a figure of a row with its interval."""
    return Estimate(float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"]))


def n_calls(row: Mapping[str, Any], rules: Rules) -> float:
    """Give how many calls of all replications a row stands on."""
    return float(row["calls"]) * rules.replications


def says_something(row: Mapping[str, Any], rules: Rules) -> bool:
    """Tell whether a row stands on calls enough to believe its figures."""
    return n_calls(row, rules) >= MIN_CALLS


def shortage(rules: Rules) -> str:
    """Name the figure that says how often no unit is free: calls that wait, or that are lost."""
    return "waited_share" if rules.wait else "lost_share"


def too_few(simulation: Simulation) -> list[dict[str, Any]]:
    """Give the townships with too few calls to say anything."""
    rules = simulation.rules
    return [row for row in group_rows(simulation.baseline, "township") if not says_something(row, rules)]


def worst_first(rows: Sequence[dict[str, Any]], rules: Rules) -> list[dict[str, Any]]:
    """Order groups by the share within the limit, the smallest first; those with too few calls last."""
    return sorted(rows, key=lambda row: (not says_something(row, rules), row["within_share"], str(row["id"])))


def difference(
    simulation: Simulation,
    key: str,
    measure: str,
    *,
    against: str = "0",
    group: str = "all",
    group_id: str = "all",
) -> Difference:
    """
    Give how far an outcome is from another.

    Parameters
    ----------
    simulation
        The simulated year.
    key, against
        The outcomes; whichever comes first, the difference is the first less the second.
    measure
        One of `MEASURES`.
    group, group_id
        Of which calls.
    """
    keys = [outcome.key for outcome in simulation.outcomes]
    is_turned = keys.index(key) < keys.index(against)
    first, second = (against, key) if is_turned else (key, against)
    found = _differences(simulation)[first, second, group, group_id, measure]
    if is_turned:
        return Difference(-found.value, -found.high, -found.low, found.is_clear)
    return found


@once
def _differences(simulation: Simulation) -> dict[tuple[str, ...], Difference]:
    """Give the differences by outcome, other outcome, group, its id, and measure."""
    return {
        (row["key"], row["against"], row["group"], row["id"], row["measure"]): Difference(
            float(row["value"]), float(row["low"]), float(row["high"]), bool(row["is_clear"])
        )
        for row in records(simulation.differences)
    }


def answer(simulation: Simulation) -> Answer:
    """Say which option is clearly better, by the share of calls within the limit."""
    if not simulation.options:
        return Answer("no_option")
    keys = [outcome.key for outcome in simulation.options]
    if simulation.rules.replications == 1:
        return Answer("one_replication", tuple(keys))
    found = {key: difference(simulation, key, "within_share") for key in keys}
    if all(math.isnan(found[key].low) for key in keys):
        return Answer("few_calls", tuple(keys))
    ranked = sorted(keys, key=lambda key: -found[key].value)
    better = [key for key in ranked if found[key].is_clear and found[key].value > 0]
    if not better:
        if all(found[key].is_clear for key in keys):
            return Answer("worse", tuple(ranked))
        return Answer("no_difference", tuple(ranked))
    others = [key for key in ranked if key != better[0]]
    level = [
        key for key in others if not difference(simulation, better[0], "within_share", against=key).is_clear
    ]
    return Answer("level", (better[0], *level)) if level else Answer("best", (better[0],))


def busiest(outcome: SimulatedOutcome) -> dict[str, Any] | None:
    """Give the ambulance that is busy for the largest share of its time on duty; None where none is known."""
    units = outcome.units[outcome.units["utilisation"].notna()]
    return records(units.loc[[units["utilisation"].idxmax()]])[0] if len(units) else None


def judges_alike(simulation: Simulation, outcome: SimulatedOutcome) -> bool:
    """Tell whether an option keeps the county's own limits and clock."""
    mine, today = outcome.standard, simulation.standard
    return (mine.urban_s, mine.rural_s, mine.clock) == (today.urban_s, today.rural_s, today.clock)
