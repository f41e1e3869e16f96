"""The ambulances of a simulated year: which there are, when they are staffed, and where they wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.duty_hours import DAY_MIN, minutes_of
from coverage.errors import OptionError, SimulationError, StudyAreaError, name_some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting
    from coverage.routing.snapping import Snapped
    from coverage.simulation import Rules, Shift, Standby


@dataclass(frozen=True, eq=False)
class Roster:
    """
    Ambulances, and where each is to be at every minute of the day.

    Parameters
    ----------
    units
        One row an ambulance: ``id``, ``facility_id``, ``facility_name``, ``number`` (of the base's).
    base
        Shape (n_units,), row of the facility that each belongs to.
    posts
        Places where ambulances wait, on the roads: the bases, then the standby places.
    post_facility
        Shape (n_posts,), row of the facility there; -1 for a standby place.
    start_min
        Shape (n_spans,), minute of the day from which each span of the day holds; the first is 0.
    on_duty
        Shape (n_spans, n_units).
    post
        Shape (n_spans, n_units), where each ambulance waits.
    """

    units: pd.DataFrame
    base: NDArray[np.int64]
    posts: Snapped
    post_facility: NDArray[np.int64]
    start_min: NDArray[np.int64]
    on_duty: NDArray[np.bool_]
    post: NDArray[np.int64]


def mask_of(hours: str) -> NDArray[np.bool_]:
    """
    Tell for every minute of the day whether it lies within some hours.

    Parameters
    ----------
    hours
        As `coverage.duty_hours` reads them.

    Returns
    -------
    ndarray
        Shape (1440,).

    Raises
    ------
    OptionError
        If these are no hours of a day.
    """
    within = np.zeros(DAY_MIN, dtype=np.bool_)
    within[list(minutes_of(hours))] = True
    return within


def lay_roster(setting: Setting, rules: Rules) -> Roster:
    """
    Say which ambulances there are, and where each is to be when.

    The first of a base's ambulances keep its shifts in their order, the others the base's own hours. A
    standby place takes those that are on duty for most of its hours, the first of them.

    Parameters
    ----------
    setting
        The county on its roads.
    rules
        Names shifts and standby places by the ids of their bases.

    Raises
    ------
    SimulationError
        If no base lies near a road, a shift or standby place names a facility that sends no ambulance or
        has fewer, a standby place is at no road, or no ambulance is ever staffed.
    StudyAreaError
        If the study area gives a base hours that cannot be read.
    """
    facilities = setting.area.facilities
    counts = _counts(setting)
    bases = np.flatnonzero(counts)
    base = np.repeat(bases, counts[bases])
    number = np.concatenate([np.arange(1, counts[row] + 1) for row in bases])
    units = pd.DataFrame(
        {
            "id": [f"{facilities['id'].iloc[row]}-{n}" for row, n in zip(base, number, strict=True)],
            "facility_id": facilities["id"].to_numpy(dtype=object)[base],
            "facility_name": facilities["name"].to_numpy(dtype=object)[base],
            "number": number,
        }
    )
    on_duty = np.stack([_base_minutes(setting, int(row)) for row in base])
    _keep_shifts(setting, rules.shifts, base, on_duty)
    posts, post = _send_to_standby(setting, rules.standby, base, on_duty)
    state = np.where(on_duty, post + 1, -(post + 1))
    start_min = np.flatnonzero(np.append(True, (np.diff(state, axis=1) != 0).any(axis=0)))
    n_standby = len(posts) - len(bases)
    return Roster(
        units=units,
        base=base.astype(np.int64),
        posts=posts,
        post_facility=np.append(bases, np.full(n_standby, -1)).astype(np.int64),
        start_min=start_min.astype(np.int64),
        on_duty=on_duty[:, start_min].T.copy(),
        post=post[:, start_min].T.copy(),
    )


def _counts(setting: Setting) -> NDArray[np.int64]:
    """Count every facility's ambulances; a base of which nobody knows how many has one."""
    is_base = setting.scenario.bases
    if not (is_base & setting.places.facilities.on_network).any():
        names = name_some(setting.area.facilities.loc[is_base, "name"])
        raise SimulationError(
            f"no ambulance base lies near a road: {names}: check the coordinates",
            zh=f"所有救护车驻点都远离道路：{names}：请核对坐标",
        )
    known = setting.area.facilities["ambulances"].to_numpy(dtype=np.float64)
    return np.where(is_base, np.where(np.isnan(known), 1, np.floor(known)), 0).astype(np.int64)


def _base_minutes(setting: Setting, row: int) -> NDArray[np.bool_]:
    facilities = setting.area.facilities
    try:
        return mask_of(str(facilities["hours"].iloc[row]))
    except OptionError as error:
        facility_id = facilities["id"].iloc[row]
        raise StudyAreaError(
            f"facilities: {facility_id}: {error}", zh=f"急救设施 {facility_id}：{error.zh}"
        ) from error


def _keep_shifts(
    setting: Setting, shifts: Sequence[Shift], base: NDArray[np.int64], on_duty: NDArray[np.bool_]
) -> None:
    """Write the hours of the ambulances that keep a shift into `on_duty`."""
    taken: dict[str, int] = {}
    for shift in shifts:
        mine = _units_of(setting, shift.facility_id, base, "a shift", "班次")
        first = taken.get(shift.facility_id, 0)
        last = first + shift.ambulances
        # an option may leave a base with fewer than its shifts once had
        if last > len(mine) and not setting.option.name:
            raise _too_many(setting, shift.facility_id, last, len(mine), "shifts", "班次")
        on_duty[mine[first:last]] = mask_of(shift.hours)
        taken[shift.facility_id] = last
    if not on_duty.any():
        raise SimulationError(
            "no ambulance is ever staffed: give at least one shift hours of the day",
            zh="没有任何救护车值班：请至少为一个班次填写值班时段",
        )


def _send_to_standby(
    setting: Setting, standby: Sequence[Standby], base: NDArray[np.int64], on_duty: NDArray[np.bool_]
) -> tuple[Snapped, NDArray[np.int64]]:
    """Give the posts on the roads, and where every ambulance waits at every minute."""
    bases = np.unique(base)
    post = np.repeat(np.searchsorted(bases, base)[:, None], DAY_MIN, axis=1)
    at_base = post[:, 0].copy()
    for k, place in enumerate(standby):
        mine = _units_of(setting, place.facility_id, base, "a standby place", "待命点")
        minutes = mask_of(place.hours)
        free = mine[(post[mine][:, minutes] == at_base[mine, None]).all(axis=1)]
        if len(free) < place.ambulances and not setting.option.name:
            raise _too_many(
                setting, place.facility_id, place.ambulances, len(free), "standby places", "待命点"
            )
        there = on_duty[free] & minutes
        chosen = free[np.argsort(-there.sum(axis=1), kind="stable")[: place.ambulances]]
        post[chosen] = np.where(on_duty[chosen] & minutes, len(bases) + k, post[chosen])
    return _posts_on_roads(setting, bases, standby), post


def _posts_on_roads(setting: Setting, bases: NDArray[np.int64], standby: Sequence[Standby]) -> Snapped:
    """Put the bases and the standby places onto the roads."""
    at_bases = setting.places.facilities.take(bases)
    if not standby:
        return at_bases
    places = setting.network.snap([place.lon for place in standby], [place.lat for place in standby])
    lost = [_name(place) for place, near in zip(standby, places.on_network, strict=True) if not near]
    if lost:
        raise SimulationError(
            f"standby places at no road: {name_some(lost)}: check the coordinates",
            zh=f"待命点附近没有道路：{name_some(lost)}，请核对坐标",
        )
    return type(at_bases)(
        *(
            np.concatenate((getattr(at_bases, name), getattr(places, name)))
            for name in ("segment", "fraction", "access_m")
        )
    )


def _name(place: Standby) -> str:
    return place.name or f"{place.lon:g},{place.lat:g}"


def _units_of(
    setting: Setting, facility_id: str, base: NDArray[np.int64], what: str, what_zh: str
) -> NDArray[np.int64]:
    """Give the numbers of a base's ambulances."""
    ids = setting.area.facilities["id"].to_numpy(dtype=object)
    row = np.flatnonzero(ids == facility_id)
    if len(row) == 0:
        raise SimulationError(
            f"{what} names the facility {facility_id!r}, which does not exist: use one of {name_some(ids)}",
            zh=f"{what_zh}中的设施 {facility_id} 不存在，可用的设施编号：{name_some(ids)}",
        )
    mine = np.flatnonzero(base == row[0])
    if len(mine) == 0 and not setting.option.name:
        raise SimulationError(
            f"{what} names {facility_id}, which has no ambulance: name a base that has one",
            zh=f"{what_zh}中的设施 {facility_id} 没有救护车：请填写配有救护车的急救点",
        )
    return mine


def _too_many(
    setting: Setting, facility_id: str, n: int, n_there: int, what: str, what_zh: str
) -> SimulationError:
    names: dict[Any, Any] = dict(
        zip(setting.area.facilities["id"], setting.area.facilities["name"], strict=True)
    )
    name = names[facility_id]
    return SimulationError(
        f"the {what} of {name} need {n} ambulances at a time, but it has {n_there}: name fewer",
        zh=f"{name}的{what_zh}同时需要{n}辆救护车，但只有{n_there}辆：请减少数量",
    )
