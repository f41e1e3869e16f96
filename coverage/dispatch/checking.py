"""Reported positions of vehicles: those that hold become units, the others are named and left out."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from coverage.dispatch.standing import Bases, metric_points, unit_points
from coverage.dispatch.units import UNIT_STATES, Fleet, LeftOut, Unit
from coverage.duty_hours import HOUR_MIN, is_on_duty
from coverage.errors import OptionError, StudyAreaError
from coverage.routing.speeds import KPH_PER_MPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.dispatch.units import LeftOutReason, UnitState, VehicleReport
    from coverage.routing.network import RoadNetwork
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea

MAX_AGE_S = 300.0
"""A position that is older tells little: at 60 km/h the vehicle may be 5 km away."""
AHEAD_S = 60.0
"""Clocks of vehicles run ahead by as much."""
TOO_FAST_KPH = 200.0
"""No ambulance drives faster; the speed table takes no more either."""
JITTER_M = 300.0
"""The position of a vehicle that stands may jump by as much between tall buildings."""
_MAX_LON, _MAX_LAT = 180.0, 90.0
_SECONDS = re.compile(r"(\d+) s")


def check_reports(
    reports: Sequence[VehicleReport],
    area: StudyArea,
    network: RoadNetwork,
    standard: ResponseStandard,
    *,
    now: datetime,
    max_age_s: float = MAX_AGE_S,
    before: Fleet | None = None,
) -> Fleet:
    """
    Take the units from what vehicles report.

    Of several reports of one unit the latest counts, whatever is wrong with it: an older position is none
    where a later one says that it has changed. Two of one moment that contradict each other are both left
    out, and so is a position that nobody can have driven to since it was last believed, however many
    pictures ago.

    Parameters
    ----------
    reports
        In the order of their file.
    area, network
        The study area and its roads.
    standard
        Gives the turnout of units that wait where no base is, or at one without a turnout of its own.
    now
        The moment, with its offset from UTC.
    max_age_s
        Positions reported longer ago are stale.
    before
        The fleet as it was a moment ago, if at hand; it remembers units that it left out.

    Returns
    -------
    Fleet
        Idle units within 200 m of a base have that base's turnout, idle ones elsewhere the standard's, the
        others none.

    Raises
    ------
    StudyAreaError
        If a base has hours that cannot be read.
    ValueError
        If `now` has no offset.
    """
    if now.tzinfo is None:
        raise ValueError("now has no offset from UTC: give the zone of its clock")
    sieve = _Sieve(reports, now)
    sieve.check_words(max_age_s)
    if sieve.alive:
        sieve.check_roads(area, network)
        sieve.check_speed(area, before)
    used = [reports[i] for i in sieve.alive]
    believed = _units(used, area, standard)
    on_duty, off_duty = [], []
    for i, unit in zip(list(sieve.alive), believed, strict=True):
        if _is_on_duty(unit, area, now):
            on_duty.append(unit)
        else:
            off_duty.append(unit)
            sieve.leave_out(i, "off_duty", _hours_of(unit.facility_id, area))
    seen_now = {unit.id for unit in believed}
    earlier = [unit for unit in _known_places(before).values() if unit.id not in seen_now]
    return Fleet(
        units=tuple(sorted(on_duty, key=lambda unit: unit.id)),
        left_out=tuple(sieve.left_out[i] for i in sorted(sieve.left_out)),
        at=now.isoformat(timespec="seconds"),
        is_live=True,
        unknown_bases=tuple(dict.fromkeys(report.base for report in used if report.base)),
        last_seen=tuple(sorted((*earlier, *off_duty), key=lambda unit: unit.id)),
    )


def newest_stale(fleet: Fleet) -> datetime | None:
    """
    Give the moment of the newest report where every vehicle's is too old; None where that is not so.

    Parameters
    ----------
    fleet
        As `check_reports` gives it.
    """
    ages = [_SECONDS.fullmatch(left.detail) for left in fleet.left_out if left.reason == "stale"]
    ages_s = [float(age[1]) for age in ages if age]
    reasons = {left.reason for left in fleet.left_out}
    if fleet.units or not ages_s or not reasons <= {"stale", "duplicate"}:
        return None
    return datetime.fromisoformat(fleet.at) - timedelta(seconds=min(ages_s))


class _Sieve:
    """Reports that are still believed, and those that are left out."""

    def __init__(self, reports: Sequence[VehicleReport], now: datetime) -> None:
        self.reports, self.now = reports, now
        self.left_out: dict[int, LeftOut] = {}
        # in the order of the file; a log of a whole day is taken from in no time
        self.alive: dict[int, None] = dict.fromkeys(range(len(reports)))
        self.moments = {i: moment for i in self.alive if (moment := _moment(reports[i].time))}

    def leave_out(self, i: int, reason: LeftOutReason, detail: str = "") -> None:
        self.left_out[i] = LeftOut(self.reports[i].id, self.reports[i].row, reason, detail)
        del self.alive[i]

    def age_s(self, i: int) -> float:
        return (self.now - self.moments[i]).total_seconds()

    def check_words(self, max_age_s: float) -> None:
        """Keep one report a unit, the latest, if it says where it is, what it does and when."""
        for i in list(self.alive):
            if not self.reports[i].id:
                self.leave_out(i, "no_id")
            elif i not in self.moments:
                self.leave_out(i, "no_date" if self.reports[i].flaw == "no_date" else "no_time")
            elif self.age_s(i) < -AHEAD_S:
                self.leave_out(i, "ahead", f"{-self.age_s(i):.0f} s")
        self._keep_latest()
        for i in list(self.alive):
            report = self.reports[i]
            if self.age_s(i) > max_age_s:
                self.leave_out(i, "stale", f"{self.age_s(i):.0f} s")
            elif report.state not in UNIT_STATES:
                self.leave_out(i, "no_state")
            elif not (abs(report.lon) <= _MAX_LON and abs(report.lat) <= _MAX_LAT):
                self.leave_out(i, "swapped" if report.flaw == "swapped" else "no_position")

    def _keep_latest(self) -> None:
        by_id: dict[str, list[int]] = defaultdict(list)
        for i in self.alive:
            by_id[self.reports[i].id].append(i)
        for mine in by_id.values():
            last = max(self.moments[i] for i in mine)
            latest = [i for i in mine if self.moments[i] == last]
            agree = len({_said(self.reports[i]) for i in latest}) == 1
            for i in mine:
                if self.moments[i] != last or (agree and i != latest[0]):
                    self.leave_out(i, "duplicate", self.reports[i].time)
                elif not agree:
                    self.leave_out(i, "contradictory", self.reports[i].time)

    def check_roads(self, area: StudyArea, network: RoadNetwork) -> None:
        """Leave out what is far from every road."""
        points = unit_points(area, [self.reports[i] for i in self.alive])
        snapped = network.snap_shapes(points, anywhere=True)
        for i, is_near, off_m in zip(list(self.alive), snapped.on_network, snapped.access_m, strict=True):
            if is_near:
                continue
            if _is_in(area, self.reports[i].lat, self.reports[i].lon):
                self.leave_out(i, "swapped")
            else:
                self.leave_out(i, "off_network", f"{off_m / 1000:.1f} km" if np.isfinite(off_m) else "")

    def check_speed(self, area: StudyArea, before: Fleet | None) -> None:
        """Leave out what is farther from where it was than anybody drives."""
        earlier = _known_places(before)
        known = [i for i in self.alive if self.reports[i].id in earlier]
        olds = [earlier[self.reports[i].id] for i in known]
        if not known:
            return
        there, here = (unit_points(area, some) for some in (olds, [self.reports[i] for i in known]))
        apart_m = shapely.distance(there, here)
        for i, old, moved_m in zip(known, olds, apart_m.tolist(), strict=True):
            then = _moment(old.time)
            passed_s = abs((self.moments[i] - then).total_seconds()) if then else np.inf
            if moved_m > JITTER_M + passed_s * TOO_FAST_KPH / KPH_PER_MPS:
                speed = f", {moved_m / passed_s * KPH_PER_MPS:.0f} km/h" if passed_s else ""
                self.leave_out(i, "too_fast", f"{moved_m / 1000:.1f} km{speed}")


def _known_places(before: Fleet | None) -> dict[str, Unit]:
    """Give every unit's last believed report by id; one that was only taken to be at its base has none."""
    return {unit.id: unit for unit in (*before.last_seen, *before.units) if unit.time} if before else {}


def _is_in(area: StudyArea, lon: float, lat: float) -> bool:
    """Tell whether a place is within the frame of the study area's roads; no vehicle is far beyond it."""
    if not (abs(lon) <= _MAX_LON and abs(lat) <= _MAX_LAT):
        return False
    west, south, east, north = area.roads.nodes.total_bounds
    point: shapely.Point = metric_points(area.crs, lon, lat)[0]
    return bool(west <= point.x <= east and south <= point.y <= north)


def _moment(text: str) -> datetime | None:
    """Read a time with its offset; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _said(report: VehicleReport) -> tuple[str, str, str]:
    """Give what a report says beside its time, as texts, in which no position is like no position."""
    return report.state, f"{report.lon:.6f}", f"{report.lat:.6f}"


def _units(reports: Sequence[VehicleReport], area: StudyArea, standard: ResponseStandard) -> list[Unit]:
    """Make units of reports that hold."""
    if not reports:
        return []
    facilities = area.facilities
    ids, own_s = facilities["id"].to_numpy(dtype=object), facilities["turnout_s"].to_numpy(dtype=np.float64)
    base = Bases.of(area).at(unit_points(area, reports), [report.facility_id for report in reports])
    units = []
    for report, row in zip(reports, base.tolist(), strict=True):
        at_base_s = own_s[row] if row >= 0 and np.isfinite(own_s[row]) else standard.turnout_s
        units.append(
            Unit(
                id=report.id,
                name=report.name or report.id,
                lon=report.lon,
                lat=report.lat,
                state=cast("UnitState", report.state),
                turnout_s=float(at_base_s) if report.state == "idle" else 0.0,
                facility_id=report.facility_id or (str(ids[row]) if row >= 0 else ""),
                time=report.time,
            )
        )
    return units


def _hours_of(facility_id: str, area: StudyArea) -> str:
    """Give the hours of a base; empty for round the clock, and where it is not known."""
    facilities = area.facilities
    if not facility_id or "hours" not in facilities:
        return ""
    cells = facilities.loc[facilities["id"] == facility_id, "hours"].fillna("")
    return str(cells.iloc[0]) if len(cells) else ""


def _is_on_duty(unit: Unit, area: StudyArea, now: datetime) -> bool:
    """Tell whether a unit's base is staffed at this hour; a job that is begun is finished at any."""
    if unit.state == "busy":
        return True
    hours = _hours_of(unit.facility_id, area)
    try:
        return is_on_duty(hours, now.hour * HOUR_MIN + now.minute)
    except OptionError as error:
        raise StudyAreaError(
            f"facilities: {unit.facility_id}: {error}", zh=f"急救设施 {unit.facility_id}：{error.zh}"
        ) from error
