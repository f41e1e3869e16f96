"""Speeds as ambulances really drove them, and how far they can be believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from coverage.analysis import Note
    from coverage.routing.speeds import SpeedTable
    from coverage.study_area import StudyArea


@dataclass(frozen=True)
class Trips:
    """
    Observed drives.

    Parameters
    ----------
    id
        Shape (n,), as the file has it, or the row's number.
    start_lon, start_lat, end_lon, end_lat
        Shape (n,), WGS84.
    depart_s
        Shape (n,), seconds after midnight of the day it began, local time.
    weekday
        Shape (n,), 0 for Monday.
    travel_s
        Shape (n,), from wheels turning to standing still.
    row
        Shape (n,), row of the file.
    source
        Name of the file.
    """

    id: NDArray[np.object_]
    start_lon: NDArray[np.float64]
    start_lat: NDArray[np.float64]
    end_lon: NDArray[np.float64]
    end_lat: NDArray[np.float64]
    depart_s: NDArray[np.float64]
    weekday: NDArray[np.int64]
    travel_s: NDArray[np.float64]
    row: NDArray[np.int64]
    source: str


@dataclass(frozen=True)
class Calibration:
    """
    Everything the reports of ``coverage calibrate`` show.

    Parameters
    ----------
    area
        The study area the trips were driven in.
    source
        Name of the trips' file.
    before, after
        The speed table that was given, and the one that fits.
    classes
        One row a road class: ``highway``, ``before_kph``, ``after_kph``, ``low_kph``, ``high_kph`` (95 %),
        ``length_m`` (driven on it), ``n_trips``, ``is_measured`` (False: too little driven to tell; the
        class moves with those that are measured, or stays).
    hours
        One row a span of hours: ``hours`` (as `coverage.duty_hours` writes it), ``condition``, ``factor``,
        ``low``, ``high``, ``n_trips``, ``is_measured``.
    trips
        One row a trip used: ``id``, ``row``, ``condition`` (of its hours), ``travel_s``, ``before_s``,
        ``after_s`` (predicted), ``held_out_s`` (predicted by a fit that has not seen it), ``weight`` (0 to 1;
        what an outlier has lost), ``is_outlier``.
    fit
        One row ``before`` and one ``after``: ``median_ratio`` (predicted to observed), ``median_error_s``
        (absolute), ``median_error_share``, ``p90_error_share``, ``n``; the second from the held-out
        predictions alone.
    n_left_out
        Trips without a way by road between their ends, or shorter than can tell anything.
    notes
        What a reader must know.
    """

    area: StudyArea
    source: str
    before: SpeedTable
    after: SpeedTable
    classes: pd.DataFrame
    hours: pd.DataFrame
    trips: pd.DataFrame
    fit: pd.DataFrame
    n_left_out: int
    notes: tuple[Note, ...] = field(default=())
