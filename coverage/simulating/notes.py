"""What a reader of a simulated year must know before believing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.analysis import Note
from coverage.care import has_centre
from coverage.simulation import Rules
from coverage.study_area import CENTRES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.analysis import NoteCode
    from coverage.simulating.stage import Stage
    from coverage.simulation import SimulatedOutcome

MIN_CALLS = 30
"""Calls, over all replications, below which a group's figures say nothing."""
OVERLOADED = 0.85
"""Share of their time that ambulances are busy together, above which queues hardly ever empty."""
_TIMES = ("scene", "handover", "transport_share")


def simulation_notes(
    of_data: Sequence[Note], stages: Sequence[Stage], outcomes: Sequence[SimulatedOutcome]
) -> tuple[Note, ...]:
    """
    Collect what a reader must know: of what was played first, then of the options, then of the data.

    Parameters
    ----------
    of_data
        What `coverage.analysis.study_notes` says of the county as it is.
    stages, outcomes
        The county as it is first.
    """
    today, usual = stages[0], Rules()
    rules, speeds = today.rules, today.setting.speeds
    assumed = [
        name for name in _TIMES if name not in rules.sources and getattr(rules, name) == getattr(usual, name)
    ]
    told: list[tuple[NoteCode, int, list[str]]] = [
        ("simulation_once", int(rules.replications == 1), []),
        ("simulation_overloaded", *_counted(_overloaded(outcomes))),
        ("simulation_times_assumed", len(assumed), assumed),
        ("simulation_calls_modelled", int(rules.past_calls is None), []),
        ("simulation_hours_even", int(rules.past_calls is None and not rules.hour_of_week), []),
        ("simulation_one_condition", int(not speeds.hours), []),
        ("simulation_no_centre", *_counted(_without_centre(today))),
        ("simulation_no_door", *_counted(_with_any(outcomes, "no_door_share"))),
        ("simulation_no_way_back", *_counted(_with_any(outcomes, "no_way_back_share"))),
        ("simulation_few_calls", *_counted(_few_calls(today, outcomes[0]))),
        ("option_other_standard", *_counted([o.option.name for o in outcomes if o.option.standard])),
        ("option_other_speeds", *_counted([o.option.name for o in outcomes if o.option.speeds])),
        ("option_roads_changed", *_counted([o.option.name for o in outcomes if o.option.roads])),
    ]
    own = tuple(Note(code, n, names=tuple(names)) for code, n, names in told if n)
    return (*own, *of_data)


def _counted(names: list[str]) -> tuple[int, list[str]]:
    return len(names), names


def _overloaded(outcomes: Sequence[SimulatedOutcome]) -> list[str]:
    """Give the keys of the outcomes whose ambulances together are hardly ever free."""
    found = []
    for outcome in outcomes:
        shares = outcome.units["utilisation"].dropna()
        if len(shares) and shares.mean() >= OVERLOADED:
            found.append(outcome.key)
    return found


def _with_any(outcomes: Sequence[SimulatedOutcome], figure: str) -> list[str]:
    """Give the keys of the outcomes in which a share of all calls is above 0."""
    every = [outcome.groups.loc[outcome.groups["group"] == "all", figure].iloc[0] for outcome in outcomes]
    return [outcome.key for outcome, share in zip(outcomes, every, strict=True) if share > 0]


def _without_centre(stage: Stage) -> list[str]:
    """Give the centres that calls need and no facility has: the nearest hospital takes those patients."""
    rules, facilities = stage.rules, stage.setting.area.facilities
    needed = {name for name, share in rules.centre_shares.items() if share > 0}
    if rules.past_calls is not None:
        needed |= set(rules.past_calls.centre)
    return [name for name in CENTRES if name in needed and not has_centre(facilities, name).any()]


def _few_calls(stage: Stage, outcome: SimulatedOutcome) -> list[str]:
    """Give the townships of which too few calls came to say anything."""
    rows = outcome.groups[(outcome.groups["group"] == "township") & (outcome.groups["id"] != "")]
    few = rows["calls"] * stage.rules.replications < MIN_CALLS
    return [str(name) for name in rows.loc[few, "name"]]
