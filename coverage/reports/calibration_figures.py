"""A calibration as JSON: the figures of its reports, for programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from coverage.reports.figures import FORMAT_VERSION, hash_of, write_figures
from coverage.reports.once import once
from coverage.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from coverage.calibration import Calibration
    from coverage.routing.speeds import SpeedTable

_DECIMALS = 6


@once
def calibration_json(calibration: Calibration) -> dict[str, Any]:
    """
    Give the figures as plain dictionaries, lists, texts and numbers.

    Parameters
    ----------
    calibration
        The calibration.

    Returns
    -------
    dict
        Keys ``county``, ``source``, ``before``, ``after``, ``classes``, ``hours``, ``trips``, ``fit``,
        ``n_left_out``, ``notes``, ``format_version`` and ``program``. None where nobody knows.
    """
    county = calibration.area.county
    return {
        "format_version": FORMAT_VERSION,
        "program": f"emergency-coverage {__version__}",
        "county": county.name,
        "county_stem": county.stem,
        "county_en": county.name_en,
        "county_code": county.code,
        "source": calibration.source,
        "before": _speeds(calibration.before),
        "after": _speeds(calibration.after),
        "classes": _rows(calibration.classes),
        "hours": _rows(calibration.hours),
        "fit": {str(name): _row(row) for name, row in calibration.fit.to_dict("index").items()},
        "n_left_out": calibration.n_left_out,
        "trips": _rows(calibration.trips),
        "notes": [{"code": note.code, "n": note.n, "names": list(note.names)} for note in calibration.notes],
    }


def calibration_hash(calibration: Calibration) -> str:
    """Give twelve letters by which the figures of a calibration are known, the same in every language."""
    return hash_of(calibration_json(calibration))


def write_calibration_json(calibration: Calibration, path: Path) -> None:
    """
    Write the figures of `calibration_json` as a UTF-8 file.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    write_figures(calibration_json(calibration), path)


def _speeds(speeds: SpeedTable) -> dict[str, Any]:
    return {
        "class_kph": dict(speeds.class_kph),
        "surface": dict(speeds.surface),
        "smoothness": dict(speeds.smoothness),
        "tracktype": dict(speeds.tracktype),
        "conditions": dict(speeds.conditions),
        "hours": dict(speeds.hours),
        "source": speeds.source,
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [_row(row) for row in table.to_dict("records")]


def _row(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """Give a value as JSON can say it."""
    if isinstance(value, float):
        return round(value, _DECIMALS) if math.isfinite(value) else None
    return value.item() if hasattr(value, "item") else value
