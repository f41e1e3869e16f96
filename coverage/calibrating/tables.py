"""The tables of a calibration: classes, hours, trips and how well they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.calibrating.hours import count_by_span
from coverage.calibrating.regression import OUTLIER_SCALES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.calibrating.estimating import Estimate
    from coverage.calibrating.regression import Fit
    from coverage.calibration import Trips
    from coverage.routing.speeds import SpeedTable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def class_table(before: SpeedTable, after: SpeedTable, told: Estimate, metres: Floats) -> pd.DataFrame:
    """
    Give one row a road class, as `coverage.calibration.Calibration.classes` has it.

    Parameters
    ----------
    before, after
        The tables.
    told
        What the trips say.
    metres
        Shape (n_trips, n_classes), driven on each class.
    """
    half = np.exp(told.fit.quantile * told.class_error)
    return pd.DataFrame(
        {
            "highway": list(before.class_kph),
            "before_kph": list(before.class_kph.values()),
            "after_kph": list(after.class_kph.values()),
            "low_kph": told.class_kph / half,
            "high_kph": told.class_kph * half,
            "length_m": metres.sum(axis=0),
            "n_trips": (metres > 0).sum(axis=0),
            "is_measured": told.is_class_measured,
        }
    )


def hour_table(after: SpeedTable, names: list[str], told: Estimate, depart_s: Floats) -> pd.DataFrame:
    """
    Give one row a span of hours, as `coverage.calibration.Calibration.hours` has it.

    Parameters
    ----------
    after
        The table that fits.
    names
        The conditions, as `told` counts them.
    told
        What the trips say.
    depart_s
        Shape (n_trips,), seconds after midnight.
    """
    place = [names.index(condition) for condition in after.hours.values()]
    half = np.exp(told.fit.quantile * told.factor_error)[place]
    factor = told.factor[place]
    return pd.DataFrame(
        {
            "hours": list(after.hours),
            "condition": list(after.hours.values()),
            "factor": [after.factor(condition) for condition in after.hours.values()],
            "low": factor / half,
            "high": factor * half,
            "n_trips": count_by_span(depart_s, after.hours),
            "is_measured": told.is_hour_measured[place],
        }
    )


def trip_table(
    trips: Trips,
    kept: Ints,
    condition: NDArray[np.object_],
    *,
    before_s: Floats,
    after_s: Floats,
    held_out_s: Floats,
    fit: Fit,
) -> pd.DataFrame:
    """
    Give one row a trip used, as `coverage.calibration.Calibration.trips` has it.

    Parameters
    ----------
    trips
        All trips.
    kept
        Shape (n_used,), numbers of those used.
    condition
        Shape (n_used,), that each was driven in.
    before_s, after_s, held_out_s
        Shape (n_used,), predicted times.
    fit
        The regression.
    """
    return pd.DataFrame(
        {
            "id": trips.id[kept],
            "row": trips.row[kept],
            "condition": condition,
            "travel_s": trips.travel_s[kept],
            "before_s": before_s,
            "after_s": after_s,
            "held_out_s": held_out_s,
            "weight": fit.weight,
            "is_outlier": np.abs(fit.residual) > OUTLIER_SCALES * fit.scale,
        }
    )


def fit_table(trips: pd.DataFrame) -> pd.DataFrame:
    """
    Give how well times are predicted, as `coverage.calibration.Calibration.fit` has it.

    Parameters
    ----------
    trips
        As `trip_table` gives them; outliers count on both rows, as they do in the county's log.
    """
    rows = {"before": _fit_row(trips, "before_s"), "after": _fit_row(trips, "held_out_s")}
    return pd.DataFrame.from_dict(rows, orient="index")


def _fit_row(trips: pd.DataFrame, column: str) -> dict[str, float]:
    observed, predicted = trips["travel_s"].to_numpy(), trips[column].to_numpy()
    error_s = np.abs(predicted - observed)
    return {
        "median_ratio": float(np.median(predicted / observed)),
        "median_error_s": float(np.median(error_s)),
        "median_error_share": float(np.median(error_s / observed)),
        "p90_error_share": float(np.quantile(error_s / observed, 0.9)),
        "n": len(trips),
    }
