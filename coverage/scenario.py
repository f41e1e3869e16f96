"""A study area as an option leaves it."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.assessment import ASSUMED_BASE_KINDS, response_bases
from coverage.duty_hours import is_on_duty, normal_hours
from coverage.errors import OptionError, SpeedError, StandardError, StudyAreaError
from coverage.option_checks import check_base_left, check_option_fits, reopens
from coverage.roadworks import apply_roadworks
from coverage.routing.speeds import DEFAULT_SPEEDS, OTHER_ROAD_CLASSES, SPEED_TABLES, frozen_table
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import shapely
    from numpy.typing import NDArray

    from coverage.option import Move, Opening, Option
    from coverage.routing.speeds import SpeedTable
    from coverage.standards import ResponseStandard
    from coverage.study_area import Roads, StudyArea

STANDARD_FIELDS = ("urban_s", "rural_s", "target_share", "handling_s", "turnout_s")
"""Figures of a promise that an option may have otherwise."""
# what planners write in minutes
_STANDARD_KEYS = {"urban_s": "urban_min", "rural_s": "rural_min"}


@dataclass(frozen=True)
class Scenario:
    """
    A study area after an option.

    Parameters
    ----------
    area
        With the facilities and roads as they then are; the facilities have a column ``hours``: when their
        ambulances are there, empty for round the clock.
    bases
        Shape (n_facilities,), aligned with them: where response then starts. It is handed on to
        `coverage.assessment.assess`, which would otherwise, where no ambulances are known, take the few
        counts of the option for all there are.
    """

    area: StudyArea
    bases: NDArray[np.bool_]

    def bases_at(self, at_min: int) -> NDArray[np.bool_]:
        """
        Tell where response starts at an hour of the day.

        Parameters
        ----------
        at_min
            Minutes after midnight.

        Returns
        -------
        ndarray
            Shape (n_facilities,): bases whose ambulances are there then.

        Raises
        ------
        StudyAreaError
            If the study area itself gives a base hours that cannot be read.
        """
        facilities, at = self.area.facilities, self.bases.copy()
        for row in np.flatnonzero(at):
            try:
                at[row] = is_on_duty(str(facilities["hours"].iloc[row]), at_min)
            except OptionError as error:
                facility_id = facilities["id"].iloc[row]
                raise StudyAreaError(
                    f"facilities: {facility_id}: {error}", zh=f"急救设施 {facility_id}：{error.zh}"
                ) from error
        return at


def apply_option(
    area: StudyArea,
    option: Option,
    *,
    bases: NDArray[np.bool_] | None = None,
    speeds: SpeedTable = DEFAULT_SPEEDS,
) -> Scenario:
    """
    Open, close, move and change facilities, close and build roads.

    What opens at the place of a facility that closes, and is of its kind, takes over its turnout and centres
    (and its ambulances where it does not say how many): a facility that is closed and opened again with the
    same figures is the same. Ambulances that move to a facility that opens are added to its own.

    Parameters
    ----------
    area
        The study area as it is.
    option
        What is done to it.
    bases
        Shape (n_facilities,), where response starts now; as `coverage.assessment.response_bases` finds it
        where not given.
    speeds
        The speed table as it is: new roads may be of the classes that it and the option give a speed.

    Returns
    -------
    Scenario
        Facilities that stay come first, in their order, then those that open, in the option's.

    Raises
    ------
    OptionError
        If the option does not fit the study area; its `place` says where in the option.
    AssessmentError
        If `bases` is not given and no facility has an ambulance.
    """
    assumed = False
    if bases is None:
        bases, assumed = response_bases(area.facilities)
    is_base = np.array(bases, dtype=np.bool_)
    check_option_fits(area.facilities, is_base, option)
    table, is_base = _with_opened(area, option, is_base, assumed=assumed)
    row_of = {str(name): row for row, name in enumerate(table["id"])}
    kinds, hours = (table[name].to_numpy(dtype=object).copy() for name in ("kind", "hours"))
    counts = table["ambulances"].to_numpy(dtype=np.float64).copy()
    for change in option.change:
        row = row_of[change.id]
        if change.kind is not None:
            kinds[row] = change.kind
            is_base[row] = change.kind in ASSUMED_BASE_KINDS if assumed else is_base[row]
        if change.ambulances is not None:
            counts[row], is_base[row] = change.ambulances, change.ambulances >= 1
        hours[row] = hours[row] if change.hours is None else normal_hours(change.hours)
    counts, is_base = _with_ambulances_moved(option, row_of, counts, is_base)
    table = _with_places_moved(area, option, table.assign(kind=kinds, ambulances=counts, hours=hours))
    stays = ~table["id"].isin({closing.id for closing in option.close}).to_numpy()
    check_base_left(option, bases, is_base[stays])
    facilities = table[stays].reset_index(drop=True)
    # hours are those of ambulances: where none start, there are none to keep
    facilities = facilities.assign(hours=facilities["hours"].where(is_base[stays], ""))
    return Scenario(
        replace(area, facilities=facilities, roads=_roads_after(area, option, speeds)), is_base[stays]
    )


def _with_opened(
    area: StudyArea, option: Option, is_base: NDArray[np.bool_], *, assumed: bool
) -> tuple[gpd.GeoDataFrame, NDArray[np.bool_]]:
    """Give the facilities that there are, with their hours, those that open below, and which are bases."""
    table = area.facilities.reset_index(drop=True)
    table = table.assign(hours=table["hours"].fillna("").astype(str) if "hours" in table else "")
    if not option.open:
        return table, is_base
    row_of = {str(name): row for row, name in enumerate(table["id"])}
    rows, are_bases = [], []
    for opening in option.open:
        old = table.iloc[row_of[opening.at]] if opening.at else None
        again = old is not None and reopens(opening, option, str(old["kind"]))
        count = opened_count(area, option, opening)
        if not math.isnan(count):
            are_bases.append(count >= 1)
        elif again:
            are_bases.append(bool(is_base[row_of[opening.at]]))
        else:
            are_bases.append(assumed and opening.kind in ASSUMED_BASE_KINDS)
        rows.append(_opened_row(opening, area, count, old, again=again))
    opened = gpd.GeoDataFrame(rows, geometry=table.geometry.name, crs=table.crs)
    return pd.concat([table, opened], ignore_index=True), np.append(is_base, are_bases)


def opened_count(area: StudyArea, option: Option, opening: Opening) -> float:
    """
    Give the ambulances of what opens, those that move there from elsewhere left out.

    Parameters
    ----------
    area
        The study area as it is.
    option
        The whole option.
    opening
        What opens; where it does not say how many it gets (NaN), one that takes the place of a facility of
        its kind takes over its ambulances, and any other gets none.

    Returns
    -------
    float
        NaN where neither the option nor, for any facility, the study area knows.
    """
    if not math.isnan(opening.ambulances):
        return float(opening.ambulances)
    facilities = area.facilities
    old = facilities[facilities["id"] == opening.at]
    if len(old) and reopens(opening, option, str(old["kind"].iloc[0])):
        return float(old["ambulances"].iloc[0])
    return math.nan if facilities["ambulances"].isna().all() else 0.0


def _opened_row(
    opening: Opening, area: StudyArea, count: float, old: pd.Series[Any] | None, *, again: bool
) -> dict[str, Any]:
    """Give what opens as a row of the facilities; `old` is the facility at whose place it stands."""
    geometry = area.facilities.geometry.name
    return {
        "id": opening.id,
        "name": opening.name,
        "kind": opening.kind,
        "ambulances": count,
        "turnout_s": old["turnout_s"] if old is not None and again else math.nan,
        "centres": old["centres"] if old is not None and again else "",
        "hours": normal_hours(opening.hours),
        geometry: _point(area, opening.lon, opening.lat) if old is None else old[geometry],
    }


def _with_ambulances_moved(
    option: Option, row_of: Mapping[str, int], counts: NDArray[np.float64], is_base: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Take ambulances from where they leave and add them where they move to."""
    counts, is_base = counts.copy(), is_base.copy()
    arriving = []
    for move in option.move:
        if not move.to:
            continue
        row = row_of[move.id]
        n = counts[row] if move.ambulances is None else move.ambulances
        counts[row] = 0.0 if move.ambulances is None else counts[row] - n
        is_base[row] = counts[row] >= 1
        arriving.append((row_of[move.to], n))
    for row, n in arriving:
        # where nobody knew of an ambulance there was none, but a base has some even if nobody counted them
        there = 0.0 if math.isnan(counts[row]) and not is_base[row] else counts[row]
        counts[row], is_base[row] = there + n, True
    return counts, is_base


def _with_places_moved(area: StudyArea, option: Option, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put facilities that move where they then are."""
    moved = {move.id: (move.lon, move.lat) for move in option.move if not move.to}
    if not moved:
        return table
    places = table.geometry.to_numpy().copy()
    for row, name in enumerate(table["id"]):
        if name in moved:
            places[row] = _point(area, *moved[name])
    return table.set_geometry(gpd.GeoSeries(places, index=table.index, crs=table.crs))


def _point(area: StudyArea, lon: float, lat: float) -> shapely.Point:
    """Give a place in the study area's system."""
    place: shapely.Point = gpd.GeoSeries(gpd.points_from_xy([lon], [lat]), crs=WGS84).to_crs(area.crs).iloc[0]
    return place


def _roads_after(area: StudyArea, option: Option, speeds: SpeedTable) -> Roads:
    if not option.roads:
        return area.roads
    placed: tuple[Opening | Move, ...] = (*option.open, *option.move)
    sites = [(part.lon, part.lat) for part in placed if math.isfinite(part.lon + part.lat)]
    return apply_roadworks(area.roads, option.roads, speeds=option_speeds(speeds, option), sites=sites)


def option_standard(standard: ResponseStandard, option: Option) -> ResponseStandard:
    """
    Give the promise as an option has it.

    Parameters
    ----------
    standard
        The promise as it is.
    option
        Names the figures that are others.

    Returns
    -------
    ResponseStandard
        The same one where the option changes nothing; otherwise its profile names the option.

    Raises
    ------
    OptionError
        If the promise has no such figure, or cannot have it.
    """
    others: dict[str, Any] = {}
    for name, value in option.standard.items():
        place = ("standard", _STANDARD_KEYS.get(name, name))
        if name not in STANDARD_FIELDS:
            keys = [_STANDARD_KEYS.get(field, field) for field in STANDARD_FIELDS]
            raise OptionError(
                f"[standard] has no {name}: use {', '.join(keys)}",
                zh=f"[standard] 中没有 {name}，可用的项为 {'、'.join(keys)}",
                place=place,
            )
        other: dict[str, Any] = {name: float(value)}
        try:
            replace(standard, **other)
        except StandardError as error:
            raise OptionError(str(error), zh=error.zh, place=place) from error
        if other[name] != getattr(standard, name):
            others.update(other)
    if not others:
        return standard
    return replace(standard, profile=f"{standard.profile} + {option.name}", **others)


def option_speeds(speeds: SpeedTable, option: Option) -> SpeedTable:
    """
    Give the speeds as an option has them.

    Parameters
    ----------
    speeds
        The table as it is.
    option
        Names the entries that are others, or that the table has not.

    Returns
    -------
    SpeedTable
        The same one where the option changes nothing; otherwise its source names the option.

    Raises
    ------
    OptionError
        If there is no such table, OpenStreetMap has no such road class, there is no such driving
        condition, or a figure is none that a speed or a factor can be.
    """
    others: dict[str, Any] = {}
    for name, rows in option.speeds.items():
        if name not in SPEED_TABLES:
            raise OptionError(
                f"[speeds] has no table {name}: use {', '.join(SPEED_TABLES)}",
                zh=f"[speeds] 中没有名为 {name} 的表，可用 {'、'.join(SPEED_TABLES)}",
                place=("speeds", name),
            )
        for key, value in rows.items():
            _check_speed(speeds, name, key, float(value))
        merged = {**getattr(speeds, name), **{key: float(value) for key, value in rows.items()}}
        if merged != dict(getattr(speeds, name)):
            others[name] = frozen_table(merged)
    return replace(speeds, source=f"{speeds.source} + {option.name}", **others) if others else speeds


def _check_speed(speeds: SpeedTable, table: str, key: str, value: float) -> None:
    """Refuse a road class or a driving condition that there is not, and a figure that no speed can be."""
    known: Collection[str] = getattr(speeds, table)
    if table == "class_kph":
        known = {*known, *DEFAULT_SPEEDS.class_kph, *OTHER_ROAD_CLASSES}
    place = ("speeds", table, key)
    if table in ("class_kph", "conditions") and key not in known:
        near = (difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.0) or sorted(known))[0]
        raise OptionError(
            f"[speeds.{table}] has no {key}; did you mean {near}?",
            zh=f"[speeds.{table}] 中没有 {key}，是否指 {near}？",
            place=place,
        )
    other: dict[str, Any] = {table: frozen_table({**getattr(speeds, table), key: value})}
    try:
        replace(speeds, **other)
    except SpeedError as error:
        raise OptionError(str(error), zh=error.zh, place=place) from error
