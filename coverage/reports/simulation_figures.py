"""A simulated year as JSON: the figures of its reports, for programs."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from coverage.reports.area_hash import area_hash
from coverage.reports.figures import (
    county_figures,
    hash_of,
    number,
    share,
    source_figures,
    standard_figures,
    text,
    write_figures,
)
from coverage.reports.once import once
from coverage.reports.shown import bases_are_assumed
from coverage.reports.simulation_rows import answer, records, shown_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from coverage.simulation import Rules, SimulatedOutcome, Simulation

_SHARES = ("share", "utilisation")


@once
def simulation_json(simulation: Simulation) -> dict[str, Any]:
    """
    Give a simulated year's figures as plain dictionaries, lists, texts and numbers.

    Every figure is a dictionary of ``value``, ``low`` and ``high`` (95 %); None where there is no number.
    Times are seconds on the promise's own clock. The same simulation always gives the same figures.

    Parameters
    ----------
    simulation
        The simulated year.

    Returns
    -------
    dict
        Keys ``study_area_hash``, ``standard``, ``rules``, ``answer``, ``outcomes`` (the county as it is
        first) and ``differences``, and beside them what every file says of its county, notes and sources.
    """
    shown, found = shown_of(simulation), answer(simulation)
    return {
        **county_figures(shown),
        "study_area_hash": area_hash(simulation.area),
        "bases_assumed": bases_are_assumed(shown),
        "standard": standard_figures(shown),
        "rules": _rules(simulation.rules),
        "answer": {"code": found.code, "keys": list(found.keys)},
        "outcomes": [_outcome(outcome) for outcome in simulation.outcomes],
        "differences": _differences(simulation.differences),
        "hours_of_conditions": dict(simulation.speeds.hours),
        **source_figures(shown),
    }


def simulation_hash(simulation: Simulation) -> str:
    """Give twelve letters by which the figures of a simulated year are known, the same in every language."""
    return hash_of(simulation_json(simulation))


def write_simulation_json(simulation: Simulation, path: Path) -> None:
    """
    Write the figures of `simulation_json` as a UTF-8 file.

    Parameters
    ----------
    simulation
        The simulated year.
    path
        File to write; an older one stays as it is until the new one is complete.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    write_figures(simulation_json(simulation), path)


def _rules(rules: Rules) -> dict[str, Any]:
    """Give the rules, the past calls by their file and number."""
    past = rules.past_calls
    said = {
        field.name: _plain(getattr(rules, field.name))
        for field in dataclasses.fields(rules)
        if field.name != "past_calls"
    }
    return {
        **said,
        "past_calls": None
        if past is None
        else {"source": text(past.source), "n": len(past.time_s), "n_days": number(past.n_days)},
    }


def _plain(value: Any) -> Any:
    """Give a value as JSON can say it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "items"):
        return {text(key): _plain(item) for key, item in value.items()}
    return value


def _outcome(outcome: SimulatedOutcome) -> dict[str, Any]:
    return {
        "key": outcome.key,
        "name": None if outcome.is_baseline else text(outcome.option.name),
        "note": text(outcome.option.note) or None,
        "source": text(outcome.source) or None,
        "option_text": text(outcome.text) or None,
        "standard": {
            key: getattr(outcome.standard, key)
            for key in ("urban_s", "rural_s", "target_share", "clock", "handling_s", "turnout_s")
        },
        "n_calls": outcome.n_calls,
        "groups": _table(outcome.groups),
        "units": _table(outcome.units),
        "hours": _table(outcome.hours),
        "response_curve": _table(outcome.response_curve),
    }


def _table(table: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name).removesuffix("_low") for name in table.columns if str(name).endswith("_low")]
    heads = [
        str(name)
        for name in table.columns
        if name not in names and str(name).removesuffix("_low").removesuffix("_high") not in names
    ]
    return [
        {**{head: _head(row[head]) for head in heads}, **{name: _figure(row, name) for name in names}}
        for row in records(table)
    ]


def _head(value: Any) -> str | int:
    """Give a name or a number of a row."""
    return text(value) if isinstance(value, str) else int(value)


def _figure(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    rounded = share if name.endswith(_SHARES) else number
    return {
        key: rounded(float(row[column]))
        for key, column in (("value", name), ("low", f"{name}_low"), ("high", f"{name}_high"))
    }


def _differences(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            **{key: text(row[key]) for key in ("key", "against", "group", "id", "name", "measure")},
            **{
                key: (share if row["measure"].endswith(_SHARES) else number)(float(row[key]))
                for key in ("value", "low", "high")
            },
            "is_clear": bool(row["is_clear"]),
        }
        for row in records(table)
    ]
