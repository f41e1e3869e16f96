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
    from coverage.reports.shown import Shown

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
        ``bases_assumed``, ``speeds``, ``format_version`` and ``program``; ``care`` where the way to care
        was followed.
    """
    # it stands on the functions below
    from coverage.reports.care_figures import care_figures  # noqa: PLC0415

    assessment, other = analysis.assessment, analysis.other_clock
    return {
        **county_figures(analysis),
        "bases_assumed": assessment.bases_assumed,
        "standard": standard_figures(analysis),
        "townships": _townships(assessment, other),
        "facilities": facility_figures(assessment),
        "totals": totals_figures(assessment, "all"),
        "totals_by_class": {name: totals_figures(assessment, name) for name in ("urban", "rural")},
        "other_clock": other_clock_figures(other),
        "norms": _norms(analysis.norms),
        **({"care": care_figures(analysis.care)} if analysis.care else {}),
        **source_figures(analysis),
    }


def county_figures(shown: Shown) -> dict[str, Any]:
    """Give what every file begins with: the program and the study area."""
    area = shown.area
    return {
        "format_version": FORMAT_VERSION,
        "program": f"emergency-coverage {__version__}",
        "county": area.county.name,
        "county_stem": area.county.stem,
        "county_en": area.county.name_en,
        "county_code": area.county.code,
        "demand_unit": area.demand_unit,
        "modelled_layers": list(area.modelled_layers),
    }


def source_figures(shown: Shown) -> dict[str, Any]:
    """Give what every file ends with: speeds, notes and sources."""
    return {
        "speeds": speed_figures(shown),
        "notes": [
            {
                "code": note.code,
                "n": note.n,
                "population": number(note.population),
                "names": [text(name) for name in note.names],
            }
            for note in shown.notes
        ],
        "provenance": [
            {
                key: text(value) if isinstance(value, str) else value
                for key, value in dataclasses.asdict(p).items()
            }
            for p in shown.area.provenance
        ],
    }


def speed_figures(shown: Shown) -> dict[str, Any]:
    """Give the speeds that the times were computed with."""
    return {
        "source": shown.speeds.source,
        "class_kph": dict(shown.speeds.class_kph),
        "condition_factor": shown.speeds.factor(shown.condition),
    }


def other_clock_figures(other: Assessment) -> dict[str, Any]:
    """Give the totals on the other clock, and which it is."""
    return {
        "clock": other.standard.clock,
        **totals_figures(other, "all"),
        "totals_by_class": {name: totals_figures(other, name) for name in ("urban", "rural")},
    }


def figures_hash(analysis: Analysis) -> str:
    """Give twelve letters by which the figures of an analysis are known, the same in every language."""
    return hash_of(to_json(analysis))


def hash_of(figures: Mapping[str, Any]) -> str:
    """Give twelve letters by which figures are known."""
    line = json.dumps(figures, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(line.encode()).hexdigest()[:12]


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
    write_figures(to_json(analysis), path)


def write_figures(figures: Mapping[str, Any], path: Path) -> None:
    """Write figures as strict JSON in UTF-8; an older file stays as it is until the new one is complete."""
    with whole_file(path) as temporary:
        temporary.write_text(to_lines(figures), encoding="utf-8", newline="\n")


def to_lines(figures: Mapping[str, Any]) -> str:
    """Give figures as the text of a strict JSON file."""
    return json.dumps(figures, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def standard_figures(shown: Shown) -> dict[str, Any]:
    """Give the promise and how it is held to."""
    s = shown.standard
    return {
        "profile": s.profile,
        "urban_s": number(s.urban_s),
        "rural_s": number(s.rural_s),
        "target_share": s.target_share,
        "clock": s.clock,
        "handling_s": number(s.handling_s),
        "turnout_s": number(s.turnout_s),
        "condition": shown.condition,
    }


def _townships(assessment: Assessment, other: Assessment) -> list[dict[str, Any]]:
    rows = zip(records(assessment.townships), records(other.townships), strict=True)
    people = assessment.bands.to_numpy()
    bands = list(pairwise((0.0, *BAND_EDGES_S)))
    return [
        {
            "id": row["id"],
            "name": text(row["name"]),
            "class": row["class"],
            "limit_s": number(row["limit_s"]),
            **judged_figures(row),
            "population_by_band": [
                {"from_s": number(lower), "to_s": number(upper), "population": number(float(n))}
                for (lower, upper), n in zip(bands, people[i], strict=True)
            ],
            "other_clock": judged_figures(other_row),
        }
        for i, (row, other_row) in enumerate(rows)
    ]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table as dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def judged_figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a township's people, times and verdict: what depends on the clock."""
    return {
        "population": number(row["population"]),
        "covered_population": number(row["covered_population"]),
        "covered_share": share(row["covered_share"]),
        "verdict": row["verdict"],
        "seat_time_s": number(row["seat_time_s"]),
        "median_s": number(row["median_s"]),
        "p90_s": number(row["p90_s"]),
        "worst_s": number(row["worst_s"]),
        "facility_id": row["facility_id"] or None,
        "population_by_state": {state: number(row[f"{state}_population"]) for state in STATES},
    }


def facility_figures(assessment: Assessment) -> list[dict[str, Any]]:
    """Give the facilities, in the order of the study area."""
    return [
        {
            "id": row["id"],
            "name": text(row["name"]),
            "kind": row["kind"],
            "ambulances": number(row["ambulances"]),
            "is_base": bool(row["is_base"]),
            "on_network": bool(row["on_network"]),
            "first_population": number(row["first_population"]),
            "covered_population": number(row["covered_population"]),
        }
        for row in records(assessment.facilities)
    ]


def totals_figures(assessment: Assessment, township_class: str) -> dict[str, Any]:
    """Give the totals of ``urban``, ``rural`` or ``all``."""
    totals = dataclasses.asdict(assessment.totals[township_class])
    return {key: share(v) if key == "covered_share" else number(v) for key, v in totals.items()}


def _norms(norms: Norms) -> dict[str, Any]:
    return {
        "ambulances": number(norms.ambulances),
        "ambulances_required": norms.ambulances_required if norms.ambulances_required >= 0 else None,
        "population": number(norms.population),
        "radii": [
            {
                "class": r.township_class,
                "norm_m": number(r.norm_m),
                "population": number(r.population),
                "straight_share": share(r.straight_share),
                "road_share": share(r.road_share),
                "straight_p90_m": number(r.straight_p90_m),
                "road_p90_m": number(r.road_p90_m),
            }
            for r in norms.radii
        ],
    }


def number(value: float) -> float | int | None:
    """Round to thousandths; None where there is no number."""
    if isinstance(value, int):
        return value
    # adding nothing turns a negative nothing into one without its sign
    return round(float(value), _DECIMALS) + 0.0 if math.isfinite(value) else None


def share(value: float) -> float | None:
    """Round to millionths; None where there is no number."""
    return round(float(value), _SHARE_DECIMALS) + 0.0 if math.isfinite(value) else None


def text(value: object) -> str:
    """Keep a name as it is, apart from lone surrogates, which UTF-8 cannot hold."""
    return str(value).encode("utf-8", "replace").decode("utf-8")
