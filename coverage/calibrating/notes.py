"""What a reader of a calibration must know before the speeds are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage.analysis import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from coverage.routing.speeds import SpeedTable

_PLAUSIBLE_KPH = (5.0, 130.0)
_MINUTE_S = 60.0


def calibration_notes(
    classes: pd.DataFrame,
    hours: pd.DataFrame,
    trips: pd.DataFrame,
    fit: pd.DataFrame,
    after: SpeedTable,
    *,
    left_out: Sequence[str],
    is_settled: bool,
) -> tuple[Note, ...]:
    """
    Say what a reader must know.

    Parameters
    ----------
    classes, hours, trips, fit
        As `coverage.calibration.Calibration` has them.
    after
        The table that fits.
    left_out
        Trips that tell nothing, by id.
    is_settled
        Whether ways and speeds came to rest.
    """
    driven = classes[classes["n_trips"] > 0]
    unmeasured = driven.loc[~driven["is_measured"], "highway"]
    never = classes.loc[classes["n_trips"] == 0, "highway"]
    low, high = _PLAUSIBLE_KPH
    odd = classes.loc[
        classes["is_measured"] & ~classes["after_kph"].between(low, high, inclusive="both"), "highway"
    ]
    few = hours.loc[~hours["is_measured"], "condition"]
    other = [name for name in after.conditions if name not in set(hours["condition"])]
    outliers = trips.loc[trips["is_outlier"], "id"].astype(str)
    share = fit["median_error_share"].to_numpy(dtype=np.float64)
    worse = bool(share[fit.index.get_loc("after")] >= share[fit.index.get_loc("before")])
    whole = bool(np.all(trips["travel_s"] % _MINUTE_S == 0))
    notes = [
        Note("calibration_no_better", int(worse)),
        Note("calibration_left_out", len(left_out), names=tuple(left_out)),
        Note("calibration_outliers", len(outliers), names=tuple(outliers)),
        Note("calibration_too_little", len(unmeasured), names=tuple(unmeasured)),
        Note("calibration_never_driven", len(never), names=tuple(never)),
        Note("calibration_hours_few", len(set(few)), names=tuple(dict.fromkeys(few))),
        Note("calibration_conditions_kept", len(other), names=tuple(other)),
        Note("calibration_odd_speeds", len(odd), names=tuple(odd)),
        Note("calibration_whole_minutes", int(whole)),
        Note("calibration_not_settled", int(not is_settled)),
    ]
    return tuple(note for note in notes if note.n)
