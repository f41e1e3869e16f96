"""From a county and observed trips to the speeds its ambulances really drive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from coverage.calibrating.driving import (
    driven_m,
    find_ends,
    find_ways,
    free_network,
    lay_drives,
    lay_ways,
)
from coverage.calibrating.estimating import estimate
from coverage.calibrating.holding_out import hold_out
from coverage.calibrating.hours import DEFAULT_HOURS, conditions_of, reference_of, whole_day
from coverage.calibrating.notes import calibration_notes
from coverage.calibrating.tables import class_table, fit_table, hour_table, trip_table
from coverage.calibration import Calibration
from coverage.errors import CalibrationError
from coverage.routing.speeds import DEFAULT_SPEEDS, frozen_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from coverage.calibrating.driving import TripEnds, Ways
    from coverage.calibrating.estimating import Estimate
    from coverage.calibrating.regression import Drives
    from coverage.calibration import Trips
    from coverage.routing.speeds import SpeedTable
    from coverage.study_area import StudyArea

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

FEWEST_TRIPS = 20
"""Below this there is nothing to fit and to hold out."""
MIN_TRIP_M = 300.0
"""Shorter trips are mostly turning and parking."""
_MAX_ROUNDS = 12
# a speed that moves by less than half a percent or a fifth of its standard error tells nothing new
_SETTLED, _SETTLED_ERRORS = 0.005, 0.2
_WHOLE_ROUNDS = 2
_KPH_DECIMALS, _FACTOR_DECIMALS = 1, 3
_SLOWEST_KPH, _QUICKEST_KPH = 1.0, 200.0
_LEAST_FACTOR, _MOST_FACTOR = 0.05, 2.0


@dataclass(frozen=True, eq=False)
class _Driven:
    """Trips on the ways they took at the speeds found last."""

    ways: Ways
    ends: TripEnds
    drives: Drives
    metres: Floats
    told: Estimate
    is_settled: bool


def calibrate(
    area: StudyArea,
    trips: Trips,
    *,
    speeds: SpeedTable = DEFAULT_SPEEDS,
    hours: Mapping[str, str] | None = None,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """
    Tell the speeds of road classes and the factors of hours from the times that trips took.

    The ways of the trips are not known: each is taken to be the quickest. It depends on the speeds, so that
    ways and speeds are found in turn until neither changes. A trip's time is its way's, at the speeds of
    `coverage.routing.speeds.SpeedTable` with posted limits and surfaces, divided by the factor of its hours,
    and the yard's; `coverage.calibrating.regression.fit_trips` says how they are fitted, and
    `coverage.calibrating.estimating.estimate` what is done about classes that are driven too little.

    Parameters
    ----------
    area
        The county.
    trips
        What was driven in it.
    speeds
        The table to begin with; its surfaces and whatever cannot be told stay.
    hours
        Spans of the day to conditions of the table; where None the table's own, or
        `coverage.calibrating.hours.DEFAULT_HOURS` where it has none.
    seed
        Of the regression's subsets and of the folds.
    progress
        Called with the rounds done and those there may be.

    Returns
    -------
    Calibration
        Its table, put on the roads, gives the predicted times back.

    Raises
    ------
    CalibrationError
        If fewer than `FEWEST_TRIPS` trips can be used.
    SpeedError
        If the hours are none, overlap or have a condition the table has not.
    """
    before = replace(speeds, hours=_hours(speeds, hours))
    ways = lay_ways(area.roads, before)
    ends = find_ends(area, ways.network, trips)
    kept = _usable(ways, ends, trips)
    ends, travel_s = ends.take(kept), trips.travel_s[kept]
    names = _condition_names(before)
    condition = conditions_of(trips.depart_s[kept], before, names[0])
    hour = np.array([names.index(name) for name in condition], dtype=np.int64)
    driven = _settle(ways, ends, travel_s, hour, before, seed, progress)
    after = _after(before, driven, names, trips.source)
    factors = [before.factor(name) for name in names]
    held_out = hold_out(ways, ends, hour, travel_s, driven.told, before.class_kph, factors, seed=seed)
    told = driven.told.widened(held_out.widening)
    given = speeds if speeds.hours or hours is not None else replace(speeds, hours=MappingProxyType({}))
    table = trip_table(
        trips,
        kept,
        condition,
        before_s=_predicted(area, ends, given, trips.depart_s[kept], names[0]),
        after_s=_predicted(area, ends, after, trips.depart_s[kept], names[0]),
        held_out_s=held_out.time_s,
        fit=told.fit,
    )
    classes = class_table(before, after, told, driven.metres)
    by_hours = hour_table(after, names, told, trips.depart_s[kept])
    left_out = np.delete(trips.id, kept).tolist()
    fit = fit_table(table)
    return Calibration(
        area=area,
        source=trips.source,
        before=given,
        after=after,
        classes=classes,
        hours=by_hours,
        trips=table,
        fit=fit,
        n_left_out=len(left_out),
        notes=calibration_notes(
            classes, by_hours, table, fit, after, left_out=left_out, is_settled=driven.is_settled
        ),
    )


def _hours(speeds: SpeedTable, hours: Mapping[str, str] | None) -> Mapping[str, str]:
    """Give conditions for the whole day; the table checks them."""
    wanted = hours if hours is not None else speeds.hours
    if hours is None and not wanted:
        wanted = {span: name for span, name in DEFAULT_HOURS.items() if name in speeds.conditions}
    checked = replace(speeds, hours=MappingProxyType(dict(wanted))).hours
    return MappingProxyType(whole_day(checked, reference_of(speeds)))


def _condition_names(speeds: SpeedTable) -> list[str]:
    """Give the conditions of the day, the one whose factor is held first."""
    first = reference_of(speeds)
    names = list(dict.fromkeys(speeds.hours.values()))
    return [first, *(name for name in names if name != first)] if first in names else names


def _usable(ways: Ways, ends: TripEnds, trips: Trips) -> Ints:
    """Find the trips that have a way, long enough to tell anything, and a time."""
    paths = find_ways(ways.network, ends)
    road_m = driven_m(ways, paths, len(trips.travel_s)).sum(axis=1)
    has_way = np.isfinite(paths.time_s)
    has_time = np.isfinite(trips.travel_s) & (trips.travel_s > 0)
    kept = np.flatnonzero(has_way & has_time & (road_m >= MIN_TRIP_M))
    n, n_used = len(trips.travel_s), len(kept)
    if n_used < FEWEST_TRIPS:
        raise CalibrationError(
            f"{trips.source}: {n_used} of {n} trips can be used, and {FEWEST_TRIPS} are needed (without a "
            f"way by road {int((~has_way).sum())}, without a time above 0 {int((~has_time).sum())}, the "
            f"others shorter than {MIN_TRIP_M:g} m): give more trips, or check coordinate system and times",
            zh=f"{trips.source}：{n}次出车中仅{n_used}次可用，至少需要{FEWEST_TRIPS}次"
            f"（无道路可达{int((~has_way).sum())}次，用时不大于0的{int((~has_time).sum())}次，"
            f"其余短于{MIN_TRIP_M:g}米）：请补充记录，或核对坐标系和时间",
        )
    return kept


def _settle(
    ways: Ways,
    ends: TripEnds,
    travel_s: Floats,
    hour: Ints,
    before: SpeedTable,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> _Driven:
    """Find ways and speeds in turn until neither changes; where they never rest, the round that fits best."""
    names = _condition_names(before)
    factors = [before.factor(name) for name in names]
    kph = np.array(list(before.class_kph.values()))
    rounds: list[_Driven] = []
    for n in range(_MAX_ROUNDS):
        paths = find_ways(ways.driven_at(kph), ends)
        drives = lay_drives(ways, ends, paths, hour)
        metres = driven_m(ways, paths, len(travel_s))
        near = rounds[-1].told if rounds else None
        told = estimate(drives, metres, travel_s, before.class_kph, factors, seed=seed, near=near)
        moved = np.log(told.class_kph / kph)
        rounds.append(_Driven(ways, ends, drives, metres, told, is_settled=_is_settled(moved, told)))
        if progress is not None:
            progress(n + 1, _MAX_ROUNDS)
        if rounds[-1].is_settled:
            return rounds[-1]
        # trips that change between two ways would swing for ever: later rounds are averaged
        step = 1.0 / max(n + 2 - _WHOLE_ROUNDS, 1)
        kph = np.clip(kph * np.exp(step * moved), _SLOWEST_KPH, _QUICKEST_KPH)
    return min(rounds[_MAX_ROUNDS // 2 :], key=lambda driven: driven.told.fit.scale)


def _is_settled(moved: Floats, told: Estimate) -> bool:
    """Tell whether the ways at the speeds before and those at the speeds found tell the same."""
    error = told.class_error[told.is_class_measured]
    mine = np.abs(moved[told.is_class_measured]) if len(error) else np.abs(moved)
    return bool((mine < np.maximum(_SETTLED, _SETTLED_ERRORS * error if len(error) else 0.0)).all())


def _after(before: SpeedTable, driven: _Driven, names: list[str], source: str) -> SpeedTable:
    """Write the speeds as a table, with the digits that are printed."""
    told = driven.told
    kph = np.round(np.clip(told.class_kph, _SLOWEST_KPH, _QUICKEST_KPH), _KPH_DECIMALS)
    factor = np.round(np.clip(told.factor, _LEAST_FACTOR, _MOST_FACTOR), _FACTOR_DECIMALS)
    return replace(
        before,
        class_kph=frozen_table(dict(zip(before.class_kph, kph.tolist(), strict=True))),
        conditions=frozen_table({**before.conditions, **dict(zip(names, factor.tolist(), strict=True))}),
        source=source,
    )


def _predicted(
    area: StudyArea, ends: TripEnds, speeds: SpeedTable, depart_s: Floats, reference: str
) -> Floats:
    """Give the times that a table gives for the trips, on the ways that are quickest by it."""
    condition = conditions_of(depart_s, speeds, reference)
    factor = np.array([speeds.factor(name) for name in condition])
    road_s = find_ways(free_network(area.roads, speeds), ends).time_s
    return np.asarray(ends.off_s + road_s / factor)
