"""The answer as JSON: the figures of every report, for programs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from coverage.assessment import BAND_EDGES_S, STATES
from coverage.files import whole_file
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from coverage.analysis import Analysis
    from coverage.assessment import Assessment
    from coverage.norms import Norms

FORMAT_VERSION = 1
_DECIMALS = 3  # milliseconds, thousandths of a person's share of a demand point
_SHARE_DECIMALS = 6


def to_json(analysis: Analysis) -> dict[str, Any]:
    """
    Give the figures as plain dictionaries, lists, texts and numbers.

    Times are seconds from the clock's start, rounded to milliseconds; None where nobody comes or nobody
    knows. Populations count what ``demand_unit`` says. The same analysis always gives the same figures.

    Parameters
    ----------
    analysis
        The analysis.

    Returns
    -------
    dict
        Keys ``county``, ``standard``, ``townships``, ``facilities``, ``totals``, ``other_clock``,
        ``provenance``, and beside them ``totals_by_class``, ``norms``, ``notes``, ``demand_unit``,
        ``bases_assumed``, ``speeds``, ``format_version`` and ``program``.
    """
    area, assessment, other = analysis.area, analysis.assessment, analysis.other_clock
    return {
        "format_version": FORMAT_VERSION,
        "program": f"emergency-coverage {__version__}",
        "county": area.county.name,
        "county_stem": area.county.stem,
        "county_en": area.county.name_en,
        "county_code": area.county.code,
        "demand_unit": area.demand_unit,
        "modelled_layers": list(area.modelled_layers),
        "bases_assumed": assessment.bases_assumed,
        "standard": _standard(analysis),
        "townships": _townships(assessment, other),
        "facilities": _facilities(assessment),
        "totals": _totals(assessment, "all"),
        "totals_by_class": {name: _totals(assessment, name) for name in ("urban", "rural")},
        "other_clock": {
            "clock": other.standard.clock,
            **_totals(other, "all"),
            "totals_by_class": {name: _totals(other, name) for name in ("urban", "rural")},
        },
        "norms": _norms(analysis.norms),
        "speeds": {
            "source": analysis.speeds.source,
            "class_kph": dict(analysis.speeds.class_kph),
            "condition_factor": analysis.speeds.factor(analysis.condition),
        },
        "notes": [
            {
                "code": note.code,
                "n": note.n,
                "population": _number(note.population),
                "names": [_text(name) for name in note.names],
            }
            for note in analysis.notes
        ],
        "provenance": [
            {
                key: _text(value) if isinstance(value, str) else value
                for key, value in dataclasses.asdict(p).items()
            }
            for p in area.provenance
        ],
    }


def figures_hash(analysis: Analysis) -> str:
    """Give twelve letters by which the figures of an analysis are known, the same in every language."""
    text = json.dumps(to_json(analysis), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def write_json(analysis: Analysis, path: Path) -> None:
    """
    Write the figures of `to_json` as a UTF-8 file.

    Parameters
    ----------
    analysis
        The analysis.
    path
        File to write; an older one stays as it is until the new one is complete.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    text = json.dumps(to_json(analysis), ensure_ascii=False, allow_nan=False, indent=1)
    with whole_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")


def _standard(analysis: Analysis) -> dict[str, Any]:
    s = analysis.standard
    return {
        "profile": s.profile,
        "urban_s": _number(s.urban_s),
        "rural_s": _number(s.rural_s),
        "target_share": s.target_share,
        "clock": s.clock,
        "handling_s": _number(s.handling_s),
        "turnout_s": _number(s.turnout_s),
        "condition": analysis.condition,
    }


def _townships(assessment: Assessment, other: Assessment) -> list[dict[str, Any]]:
    rows = zip(_records(assessment.townships), _records(other.townships), strict=True)
    people = assessment.bands.to_numpy()
    bands = list(pairwise((0.0, *BAND_EDGES_S)))
    return [
        {
            "id": row["id"],
            "name": _text(row["name"]),
            "class": row["class"],
            "limit_s": _number(row["limit_s"]),
            **_judged(row),
            "population_by_band": [
                {"from_s": _number(lower), "to_s": _number(upper), "population": _number(float(n))}
                for (lower, upper), n in zip(bands, people[i], strict=True)
            ],
            "other_clock": _judged(other_row),
        }
        for i, (row, other_row) in enumerate(rows)
    ]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _judged(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what depends on the clock."""
    return {
        "population": _number(row["population"]),
        "covered_population": _number(row["covered_population"]),
        "covered_share": _share(row["covered_share"]),
        "verdict": row["verdict"],
        "seat_time_s": _number(row["seat_time_s"]),
        "median_s": _number(row["median_s"]),
        "p90_s": _number(row["p90_s"]),
        "worst_s": _number(row["worst_s"]),
        "facility_id": row["facility_id"] or None,
        "population_by_state": {state: _number(row[f"{state}_population"]) for state in STATES},
    }


def _facilities(assessment: Assessment) -> list[dict[str, Any]]:
    return [
        {
            "id": row["id"],
            "name": _text(row["name"]),
            "kind": row["kind"],
            "ambulances": _number(row["ambulances"]),
            "is_base": bool(row["is_base"]),
            "on_network": bool(row["on_network"]),
            "first_population": _number(row["first_population"]),
            "covered_population": _number(row["covered_population"]),
        }
        for row in _records(assessment.facilities)
    ]


def _totals(assessment: Assessment, township_class: str) -> dict[str, Any]:
    totals = dataclasses.asdict(assessment.totals[township_class])
    return {key: _share(v) if key == "covered_share" else _number(v) for key, v in totals.items()}


def _norms(norms: Norms) -> dict[str, Any]:
    return {
        "ambulances": _number(norms.ambulances),
        "ambulances_required": norms.ambulances_required if norms.ambulances_required >= 0 else None,
        "population": _number(norms.population),
        "radii": [
            {
                "class": r.township_class,
                "norm_m": _number(r.norm_m),
                "population": _number(r.population),
                "straight_share": _share(r.straight_share),
                "road_share": _share(r.road_share),
                "straight_p90_m": _number(r.straight_p90_m),
                "road_p90_m": _number(r.road_p90_m),
            }
            for r in norms.radii
        ],
    }


def _number(value: float) -> float | int | None:
    """Round to thousandths; None where there is no number."""
    if isinstance(value, int):
        return value
    return round(float(value), _DECIMALS) if math.isfinite(value) else None


def _share(value: float) -> float | None:
    return round(float(value), _SHARE_DECIMALS) if math.isfinite(value) else None


def _text(text: object) -> str:
    """Keep a name as it is, apart from lone surrogates, which UTF-8 cannot hold."""
    return str(text).encode("utf-8", "replace").decode("utf-8")
