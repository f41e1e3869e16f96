"""Drives of ambulances, from a dispatch centre's log, with every row accounted for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from coverage.calibration import Trips
from coverage.errors import SourceError
from coverage.inputs.facility_names import FacilityNames
from coverage.inputs.moments import read_moment, zone_of
from coverage.inputs.repeated_rows import find_repeated
from coverage.inputs.road_points import RoadPlaces
from coverage.inputs.row_times import read_times, seconds_of_day
from coverage.sources.row_account import many_rejects_notes, nothing_left
from coverage.sources.row_figures import Figures, read_figures
from coverage.sources.row_sieve import RowSieve
from coverage.sources.tables import read_table
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import geopandas as gpd
    from numpy.typing import NDArray

    from coverage.sources.layer_file import LayerFile
    from coverage.sources.notes import Note
    from coverage.sources.row_account import RowAccount
    from coverage.sources.tables import Table
    from coverage.study_area import StudyArea

    Floats = NDArray[np.float64]

_LAYER = "trips"
_ENDS = (("start", "the start", "起点"), ("end", "the end", "终点"))
MAX_TRIP_S = 6 * 3_600.0
"""No ambulance of a county drives longer to a patient or hospital: such a time is a clock's or a clerk's."""
_TRAVEL = Figures("travel_s", "travel time", "用时", MAX_TRIP_S, " s", "秒")
# whoever writes 12 without a unit means minutes, and 720 seconds
_FEW_SECONDS = 120.0


def read_trips(file: LayerFile, area: StudyArea) -> tuple[Trips, RowAccount, tuple[Note, ...]]:
    """
    Read trips.

    Parameters
    ----------
    file
        A table with both ends of each trip (coordinates, or the id or name of a facility of the study area),
        the time of departure, and the time of arrival or what the drive took.
    area
        The county: trips within it and its surroundings count.

    Returns
    -------
    Trips
        In the order of the file.
    RowAccount
        What became of the rows.
    tuple of Note
        What else a planner should know.

    Raises
    ------
    FileError, SourceError
        If the file cannot be read, lacks a column that is needed, does not say the unit of the times, or has
        no row that can be used.
    CrsError
        If the coordinate system of coordinates is neither declared nor known.
    """
    table, notes = read_table(file, _LAYER)
    sieve = RowSieve(table, _LAYER)
    depart, travel_s = _times(table, sieve, area)
    places = RoadPlaces(area)
    ends: dict[str, tuple[Floats, Floats]] = {}
    for end, en, zh in _ENDS:
        with sieve.about(en, zh):
            lon, lat, place_notes = _end(table, sieve, end, places, area.facilities)
        ends[end] = (lon, lat)
        notes = (*notes, *place_notes)
    ids = table.texts("id")
    _merge_repeated(sieve, ids, depart, travel_s, ends)
    alive = np.flatnonzero(sieve.alive)
    account = sieve.account()
    if not len(alive):
        raise nothing_left(file.name, (account,), "trip", "出车记录")
    (start_lon, start_lat), (end_lon, end_lat) = ends["start"], ends["end"]
    trips = Trips(
        id=np.array([ids[i] or str(table.row[i]) for i in alive], dtype=object),
        start_lon=start_lon[alive],
        start_lat=start_lat[alive],
        end_lon=end_lon[alive],
        end_lat=end_lat[alive],
        depart_s=np.array([seconds_of_day(at) for at in depart[alive]]),
        weekday=np.array([at.weekday() for at in depart[alive]], dtype=np.int64),
        travel_s=travel_s[alive],
        row=table.row[alive],
        source=table.name,
    )
    return trips, account, (*notes, *many_rejects_notes([account]))


def _merge_repeated(
    sieve: RowSieve,
    ids: NDArray[np.object_],
    depart: NDArray[np.object_],
    travel_s: Floats,
    ends: Mapping[str, tuple[Floats, Floats]],
) -> None:
    """Count a drive that is listed again once: of the same id or the same ends, at the same times."""
    times = list(zip(depart.tolist(), travel_s.tolist(), strict=True))
    own = [(name, *at) if name else None for name, at in zip(ids.tolist(), times, strict=True)]
    sieve.merge(find_repeated(own, sieve.alive))
    places = np.column_stack([axis for end in ends.values() for axis in end]).tolist()
    sieve.merge(find_repeated([(*p, *at) for p, at in zip(places, times, strict=True)], sieve.alive))


def _times(table: Table, sieve: RowSieve, area: StudyArea) -> tuple[NDArray[np.object_], Floats]:
    """Give when each trip began, and what it took; rows that have it twice are taken by their clocks."""
    zone = zone_of(area)
    days = table.texts("date").tolist() if table.has("date") else None
    depart = read_times(table, sieve, "depart", zone, days=days)
    said_s = _said(table, sieve)
    started = ["" if at is None else f"{at:%Y-%m-%d}" for at in depart]
    arrive = read_times(table, sieve, "arrive", zone, days=started, required=False)
    travel_s = said_s.copy()
    left, written = table.texts("depart").tolist(), table.texts("arrive").tolist()
    for i in np.flatnonzero(sieve.alive):
        if arrive[i] is not None and depart[i] is not None:
            began = _with_offset(left[i], "" if days is None else days[i])
            ended = _with_offset(written[i], started[i])
            if began is None or ended is None:
                began, ended = depart[i], arrive[i]
            travel_s[i] = _elapsed_s(began, ended, written[i])
    shown = {"s": travel_s, "h": travel_s / 3_600}
    sieve.reject(
        np.isnan(travel_s),
        "time_missing",
        "has neither a time of arrival nor what the drive took: fill in one of them",
        "没有到达时间，也没有用时：请补填其中一项",
    )
    sieve.reject(
        travel_s <= 0,
        "time_impossible",
        "does not arrive after it leaves ({s:+.0f} s): correct the clocks",
        "到达时间不晚于出发时间（相差{s:+.0f}秒）：请更正",
        **shown,
    )
    sieve.reject(
        travel_s > MAX_TRIP_S,
        "time_impossible",
        f"takes {{h:.1f}} h, and up to {MAX_TRIP_S / 3600:g} h make sense: correct the clocks",
        f"用时{{h:.1f}}小时，超过{MAX_TRIP_S / 3600:g}小时：请更正",
        **shown,
    )
    return depart, travel_s


def _said(table: Table, sieve: RowSieve) -> Floats:
    """Read what drives took, and refuse figures that may be minutes as well as seconds."""
    if not table.has("travel_s"):
        return np.full(len(table), np.nan)
    taken_s = read_figures(table, sieve, _TRAVEL)
    known = taken_s[np.isfinite(taken_s)]
    if "travel_s" not in table.scales and len(known) and np.median(known) < _FEW_SECONDS:
        header = table.headers["travel_s"]
        raise SourceError(
            f"{table.name}: column {header} does not say its unit, and its figures may be minutes: head it "
            f"“{header} (min)” or “{header} (s)”",
            zh=f"{table.name}：“{header}”列未注明单位，数值可能是分钟：请将表头写为“{header}（分钟）”或“{header}（秒）”",
        )
    return taken_s


def _with_offset(text: str, day: str) -> datetime | None:
    """Read a time whose offset from UTC is written, which may change on the way; None without one."""
    moment = read_moment(text, day)
    return None if moment is None or moment.at.tzinfo is None else moment.at


def _elapsed_s(depart: datetime, arrive: datetime, written: str) -> float:
    """Give what a drive took; an arrival written as a time of the day may be after midnight."""
    elapsed_s = (arrive - depart).total_seconds()
    if elapsed_s < 0 and read_moment(written) is None:
        later_s = elapsed_s + timedelta(days=1).total_seconds()
        return later_s if later_s <= MAX_TRIP_S else elapsed_s
    return elapsed_s


def _end(
    table: Table, sieve: RowSieve, end: str, places: RoadPlaces, facilities: gpd.GeoDataFrame
) -> tuple[Floats, Floats, Sequence[Note]]:
    """Give where trips begin or end: by coordinates, else at the facility that is named."""
    own = {
        axis: table.headers[f"{end}_{axis}"]
        for axis in ("lon", "lat", "lonlat")
        if table.has(f"{end}_{axis}")
    }
    notes: Sequence[Note] = ()
    lon, lat = np.full(len(table), np.nan), np.full(len(table), np.nan)
    if own:
        others = {
            name: header for name, header in table.headers.items() if name not in ("lon", "lat", "lonlat")
        }
        view = replace(table, headers={**others, **own}, geometry=None)
        lon, lat, notes = places.place(view, sieve, required=not table.has(f"{end}_facility"))
    said = table.texts(f"{end}_facility")
    names = FacilityNames(facilities)
    found = np.array([names.find(word) for word in said.tolist()], dtype=np.int64)
    nowhere = np.isnan(lon)
    sieve.reject(
        nowhere & (said != "") & (found < 0),
        "facility_unknown",
        "facility “{word}” is none of the study area's: write its id or its full name, or coordinates",
        "机构“{word}”不在设施表中：请填写其代码或全称，或填写坐标",
        word=said,
    )
    sieve.reject(
        nowhere & (said == ""),
        "coordinates_missing",
        "has no coordinates and names no facility of the study area: fill in one of them",
        "没有坐标，也没有填写机构：请补填其中一项",
    )
    points = facilities.geometry.to_crs(WGS84)
    at_facility = nowhere & (found >= 0)
    lon[at_facility] = points.x.to_numpy()[found[at_facility]]
    lat[at_facility] = points.y.to_numpy()[found[at_facility]]
    return lon, lat, notes
