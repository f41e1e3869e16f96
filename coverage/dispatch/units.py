"""Ambulances as they are now: where, doing what, since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

UnitState = Literal["idle", "returning", "busy"]
UNIT_STATES: tuple[UnitState, ...] = ("idle", "returning", "busy")
LeftOutReason = Literal[
    "stale",
    "ahead",
    "duplicate",
    "contradictory",
    "off_network",
    "no_position",
    "swapped",
    "no_id",
    "no_state",
    "no_time",
    "no_date",
    "too_fast",
    "off_duty",
]
"""
Why a report is not used: made long ago, in the future, followed by a later one, two of one moment, far from
every road, without coordinates, latitude before longitude, without an id, with a state nobody knows,
without a time, with a time but no date, impossibly far from the one before, of a base that is not staffed at
this hour.
"""


@dataclass(frozen=True)
class VehicleReport:
    """
    One row of a file of positions, as it was read.

    Parameters
    ----------
    row
        Row of the file.
    id, name
        Of the vehicle.
    lon, lat
        WGS84; NaN where there is none.
    state
        One of `UNIT_STATES`; empty where it is none.
    time
        ISO 8601 with the offset from UTC; empty where there is none.
    facility_id
        Of its base; empty where not said.
    base
        The base's name as it was written, where no facility goes by it.
    flaw
        ``swapped`` where the latitude stands for the longitude, ``no_date`` where the time has none.
    """

    row: int
    id: str
    name: str
    lon: float
    lat: float
    state: str
    time: str
    facility_id: str = ""
    base: str = ""
    flaw: str = ""


@dataclass(frozen=True)
class Unit:
    """
    One ambulance.

    Parameters
    ----------
    id
        Its own: a number plate, a call sign, or its base's id and a number.
    name
        As a dispatcher calls it.
    lon, lat
        WGS84 degrees.
    state
        ``idle`` (crew and vehicle wait), ``returning`` (on the way back, can be sent at once) or ``busy``.
    turnout_s
        From the alarm to wheels turning, seconds; 0 for one that is on the road.
    facility_id
        The base it waits at or belongs to; empty where not known.
    time
        Of the report, ISO 8601; empty for a unit taken to be at its base.
    """

    id: str
    name: str
    lon: float
    lat: float
    state: UnitState
    turnout_s: float
    facility_id: str = ""
    time: str = ""


@dataclass(frozen=True)
class LeftOut:
    """
    A report of a position that is not used.

    Parameters
    ----------
    unit_id
        Of the unit; empty where the row has none.
    row
        Row of the file, the first below the header being 2.
    reason
        Why.
    detail
        What was read: a time, a distance, a speed; in figures.
    """

    unit_id: str
    row: int
    reason: LeftOutReason
    detail: str = ""


@dataclass(frozen=True)
class Fleet:
    """
    The ambulances of a county at one moment.

    Parameters
    ----------
    units
        Those whose position holds, in the order of their ids.
    left_out
        Reports that are not used, in the order of the file.
    at
        The moment, ISO 8601; empty where the bases themselves are taken for the units.
    is_live
        Whether these are reported positions.
    last_seen
        Units whose position was believed in an earlier picture and is not in this one, as they were then;
        the next positions are held against them.
    """

    units: tuple[Unit, ...]
    left_out: tuple[LeftOut, ...] = ()
    at: str = ""
    is_live: bool = False
    unknown_bases: tuple[str, ...] = ()
    last_seen: tuple[Unit, ...] = ()
