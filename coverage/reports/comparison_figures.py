"""A comparison as JSON: the figures of its reports, for programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coverage.option import Change, Closing, Move, Opening
from coverage.reports.area_hash import area_hash
from coverage.reports.comparison_names import at_text
from coverage.reports.comparison_rows import gainer_rows, loser_rows, ranking_row
from coverage.reports.figures import (
    county_figures,
    facility_figures,
    hash_of,
    number,
    other_clock_figures,
    records,
    share,
    source_figures,
    speed_figures,
    standard_figures,
    text,
    totals_figures,
    write_figures,
)
from coverage.reports.once import once
from coverage.reports.shown import bases_are_assumed, outcome_side

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from coverage.comparison import (
        Away,
        Comparison,
        Cost,
        Equity,
        Outcome,
        PairedDifference,
        Response,
        Robustness,
        Staging,
        Trial,
    )
    from coverage.option import Part

_CLASSES = ("urban", "rural")
_ACTIONS = {Opening: "open", Closing: "close", Move: "move", Change: "change"}


@once
def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """
    Give a comparison's figures as plain dictionaries, lists, texts and numbers.

    Units and rounding are those of `coverage.reports.figures.to_json`; money is in 万元, and None where it is
    not given. The same comparison always gives the same figures.

    Parameters
    ----------
    comparison
        The comparison.

    Returns
    -------
    dict
        Keys ``study_area_hash``, ``standard``, ``at``, ``years``, ``basis``, ``order``, ``advice``,
        ``outcomes`` (the county as it is first), ``robustness`` and ``stagings``, and beside them what every
        file says of its county, notes and sources.
    """
    today = outcome_side(comparison, comparison.baseline)
    advice = comparison.advice
    return {
        **county_figures(today),
        "study_area_hash": area_hash(comparison.area),
        "bases_assumed": bases_are_assumed(today),
        "standard": standard_figures(today),
        "at": at_text(comparison.at_min),
        "years": number(comparison.baseline.cost.years),
        "basis": comparison.basis,
        "order": list(comparison.order),
        "advice": {
            "key": advice.key,
            "conditions": [
                {
                    "code": condition.code,
                    "population": number(condition.population),
                    "names": [text(name) for name in condition.names],
                }
                for condition in advice.conditions
            ],
        },
        "outcomes": [_outcome(comparison, outcome) for outcome in comparison.outcomes],
        "robustness": _robustness(comparison.robustness),
        "stagings": [_staging(staging) for staging in comparison.stagings],
        **source_figures(today),
    }


def comparison_hash(comparison: Comparison) -> str:
    """Give twelve letters by which the figures of a comparison are known, the same in every language."""
    return hash_of(comparison_json(comparison))


def write_comparison_json(comparison: Comparison, path: Path) -> None:
    """
    Write the figures of `comparison_json` as a UTF-8 file.

    Parameters
    ----------
    comparison
        The comparison.
    path
        File to write; an older one stays as it is until the new one is complete.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    write_figures(comparison_json(comparison), path)


def _outcome(comparison: Comparison, outcome: Outcome) -> dict[str, Any]:
    shown, situation = outcome_side(comparison, outcome), outcome.situation
    mine, other = situation.assessment, situation.other_clock
    row = ranking_row(comparison, outcome.key)
    return {
        "key": outcome.key,
        "name": text(outcome.option.name) if not outcome.is_baseline else None,
        "note": text(outcome.option.note) or None,
        "source": text(outcome.source) or None,
        "option_text": text(outcome.text) or None,
        "standard": standard_figures(shown),
        "speeds": speed_figures(shown),
        "totals": totals_figures(mine, "all"),
        "totals_by_class": {name: totals_figures(mine, name) for name in _CLASSES},
        "other_clock": None if other is None else other_clock_figures(other),
        "gained_population": number(outcome.gained_population),
        "lost_population": number(outcome.lost_population),
        "net_population": number(row.delta_population),
        "against_leader": row.against_leader,
        "against_today": row.against_today,
        "response": {name: _response(response) for name, response in outcome.response.items()},
        "worst_township": {
            "name": text(row.worst_township) or None,
            "covered_share": share(row.worst_township_share),
        },
        "equity": _equity(outcome.equity),
        "fleet": {
            "ambulances": number(outcome.fleet.ambulances),
            "ambulances_required": required if (required := outcome.fleet.ambulances_required) >= 0 else None,
            "people_per_ambulance": number(outcome.fleet.people_per_ambulance),
        },
        "cost": _cost(outcome.cost),
        "cost_per_person_yuan": number(outcome.cost_per_person_yuan),
        "dominated_by": list(outcome.dominated_by),
        "townships": _townships(outcome),
        "gained_demand_ids": [text(name) for name in gainer_rows(outcome)["id"]],
        "losers": _losers(outcome),
        "facilities": _facilities(outcome),
        "loads": _loads(outcome.loads),
    }


def _response(response: Response) -> dict[str, Any]:
    return {key: number(value) for key, value in dataclasses.asdict(response).items()}


def _equity(equity: Equity) -> dict[str, Any]:
    figures = dataclasses.asdict(equity)
    return {key: number(value) if key.endswith("_s") else share(value) for key, value in figures.items()}


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "capital_wan": number(cost.capital_wan),
        "yearly_wan": number(cost.yearly_wan),
        "total_wan": number(cost.total_wan),
        "unpriced": [text(name) for name in cost.unpriced],
    }


def _townships(outcome: Outcome) -> list[dict[str, Any]]:
    people = ("population", "before_population", "after_population", "gained_population", "lost_population")
    return [
        {
            "id": row["id"],
            "name": text(row["name"]),
            "class": row["class"],
            **{key: number(row[key]) for key in people},
            "verdict_before": row["verdict_before"],
            "verdict_after": row["verdict_after"],
            "median_before_s": number(row["median_before_s"]),
            "median_after_s": number(row["median_after_s"]),
        }
        for row in records(outcome.townships)
    ]


def _losers(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        {
            "id": text(row["id"]),
            "name": text(row["name"]),
            "township_id": row["township_id"] or None,
            "population": number(row["population"]),
            "before_s": number(row["before_s"]),
            "after_s": number(row["after_s"]),
        }
        for row in records(loser_rows(outcome))
    ]


def _facilities(outcome: Outcome) -> list[dict[str, Any]]:
    """Give the facilities as they then are, with the hours at which their ambulances are there."""
    rows = facility_figures(outcome.situation.assessment)
    hours = outcome.area.facilities["hours"]
    return [{**row, "hours": text(when) or None} for row, when in zip(rows, hours, strict=True)]


def _loads(loads: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "id": text(row["id"]),
            "name": text(row["name"]),
            "kind": row["kind"],
            "ambulances": number(row["ambulances"]),
            "first_population": number(row["first_population"]),
            "per_ambulance": number(row["per_ambulance"]),
            "is_new": bool(row["is_new"]),
        }
        for row in records(loads)
    ]


def _robustness(robustness: Robustness) -> dict[str, Any]:
    draws = robustness.draws
    return {
        "trials": [_trial(trial) for trial in robustness.trials],
        "away": [_away(away) for away in robustness.away],
        "draws": {
            "n": draws.n,
            "seed": draws.seed,
            "sd": {key: share(value) for key, value in draws.sd.items()},
            "covered_share": [[share(float(value)) for value in row] for row in draws.covered_share],
        },
        "pairs": [_pair(pair) for pair in robustness.pairs],
    }


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "code": trial.code,
        "covered_population": [number(value) for value in trial.covered_population],
        "covered_share": [share(value) for value in trial.covered_share],
    }


def _away(away: Away) -> dict[str, Any]:
    return {
        "key": away.key,
        "bases": [
            {
                "id": text(row["id"]),
                "name": text(row["name"]),
                "ambulances": number(row["ambulances"]),
                "covered_population": number(row["covered_population"]),
                "covered_share": share(row["covered_share"]),
                "lost_population": number(row["lost_population"]),
            }
            for row in records(away.rows)
        ],
    }


def _pair(pair: PairedDifference) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "mean": share(pair.mean),
        "low": share(pair.low),
        "high": share(pair.high),
        "sign": pair.sign,
    }


def _staging(staging: Staging) -> dict[str, Any]:
    return {
        "key": staging.key,
        "is_best": staging.is_best,
        "is_priced": staging.is_priced,
        "stages": [
            {
                "names": [text(name) for name in stage.names],
                "parts": [_part(part) for part in stage.parts],
                "year": stage.year,
                "cost_wan": number(stage.cost_wan),
                "spent_wan": number(stage.spent_wan),
                "covered_population": number(stage.covered_population),
                "covered_share": share(stage.covered_share),
                "townships_met": stage.townships_met,
            }
            for stage in staging.stages
        ],
    }


def _part(part: Part) -> dict[str, Any]:
    """Give what is done to a facility, with all that an option can say of it; None where it says nothing."""
    said = {key: share(v) if isinstance(v, float) else v for key, v in dataclasses.asdict(part).items()}
    return {
        "action": _ACTIONS[type(part)],
        **{k: text(v) if isinstance(v, str) else v for k, v in said.items()},
    }
