"""An option: what is opened, closed, moved and changed in a county, and what it costs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import shapely


@dataclass(frozen=True)
class Opening:
    """
    A facility that is not there yet.

    Parameters
    ----------
    id, name
        Unlike those of the study area's facilities; the name as planners call it.
    kind
        One of `coverage.study_area.FACILITY_KINDS`.
    lon, lat
        WGS84 degrees; NaN where it stands at another facility's place (`at`).
    at
        Id of the existing facility at whose place, as of today, it stands; empty where it has its own.
    ambulances
        How many it gets, those that move to it left out; 0 for a facility that sends none, NaN where it is
        not said (see `coverage.scenario.opened_count`).
    hours
        When its ambulances are there, such as ``08:00-20:00``; empty for round the clock.
    capital_wan, yearly_wan
        Cost of building it, and of a year of running it, 万元; NaN where not known.
    """

    id: str
    name: str
    kind: str
    lon: float = math.nan
    lat: float = math.nan
    at: str = ""
    ambulances: float = 0.0
    hours: str = ""
    capital_wan: float = math.nan
    yearly_wan: float = math.nan


@dataclass(frozen=True)
class Closing:
    """
    A facility that goes.

    Parameters
    ----------
    id, name
        Of the facility; the name for readers.
    capital_wan
        What closing it costs, 万元; NaN for nothing.
    yearly_saved_wan
        What a year of running it costs today, 万元; NaN where not known.
    """

    id: str
    name: str = ""
    capital_wan: float = math.nan
    yearly_saved_wan: float = math.nan


@dataclass(frozen=True)
class Move:
    """
    A facility that moves to another place, or ambulances that move to another facility.

    Parameters
    ----------
    id, name
        Of the facility that moves, or that the ambulances leave; the name for readers.
    lon, lat
        WGS84 degrees, where the facility moves with all it has; NaN where only ambulances move.
    to
        Id of the facility that the ambulances move to, one that stands or one that the option opens.
    ambulances
        How many move; None for all of them. Only with `to`.
    capital_wan, yearly_wan
        Cost of the move, and what it adds to the cost of a year, 万元; NaN where not known.
    """

    id: str
    name: str = ""
    lon: float = math.nan
    lat: float = math.nan
    to: str = ""
    ambulances: float | None = None
    capital_wan: float = math.nan
    yearly_wan: float = math.nan


@dataclass(frozen=True)
class Change:
    """
    A facility that stays where it is and becomes something else.

    Parameters
    ----------
    id, name
        Of the facility; the name for readers.
    kind
        What it becomes; None leaves it as it is.
    ambulances
        How many it then has; None leaves them as they are.
    hours
        When its ambulances are there, such as ``08:00-20:00``; empty for round the clock, None leaves it.
    capital_wan, yearly_wan
        Cost of the change, and what it adds to the cost of a year, 万元; NaN where not known.
    yearly_saved_wan
        What it saves a year, 万元; NaN for nothing.
    """

    id: str
    name: str = ""
    kind: str | None = None
    ambulances: float | None = None
    hours: str | None = None
    capital_wan: float = math.nan
    yearly_wan: float = math.nan
    yearly_saved_wan: float = math.nan


Part = Opening | Closing | Move | Change
"""One thing that is done to a county's facilities."""


@dataclass(frozen=True)
class RoadClosure:
    """
    Roads that nobody drives: a bridge that is shut, a section under water.

    Parameters
    ----------
    name
        For readers.
    polygon
        WGS84; what lies inside is closed, and roads end at its border. None where roads are named.
    ways
        OpenStreetMap ids of ways that are closed as a whole.
    edges
        Pairs of node ids; the road between them is closed both ways.
    """

    name: str = ""
    polygon: shapely.Polygon | shapely.MultiPolygon | None = None
    ways: tuple[int, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class NewRoad:
    """
    A road that is not there yet; it meets the existing ones at its two ends.

    Parameters
    ----------
    name
        For readers.
    highway
        Its class, as OpenStreetMap has it: ``secondary``.
    line
        Two or more places, WGS84 longitude and latitude, from one end to the other.
    oneway
        Whether it is driven from the first place to the last only.
    maxspeed_kph
        Posted limit; NaN for none.
    capital_wan, yearly_wan
        Cost of building it, and of a year of keeping it, 万元; NaN where not known.
    """

    name: str
    highway: str
    line: tuple[tuple[float, float], ...]
    oneway: bool = False
    maxspeed_kph: float = math.nan
    capital_wan: float = math.nan
    yearly_wan: float = math.nan


@dataclass(frozen=True)
class Roadworks:
    """Roads that are closed, and roads that are built."""

    close: tuple[RoadClosure, ...] = ()
    new: tuple[NewRoad, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is done to the roads."""
        return bool(self.close or self.new)


@dataclass(frozen=True)
class Option:
    """
    One way to spend the money.

    Parameters
    ----------
    name, note
        For readers.
    open, close, move, change
        What is done; no facility is closed, moved or changed twice.
    standard
        Fields of `coverage.standards.ResponseStandard` that are others than the promise's: ``urban_s``,
        ``rural_s``, ``target_share``, ``handling_s``, ``turnout_s``.
    speeds
        Fields of `coverage.routing.speeds.SpeedTable` with the entries that are others:
        ``{"class_kph": {"primary": 60.0}}``.
    roads
        What is done to the roads.
    """

    name: str
    note: str = ""
    open: tuple[Opening, ...] = ()
    close: tuple[Closing, ...] = ()
    move: tuple[Move, ...] = ()
    change: tuple[Change, ...] = ()
    standard: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    speeds: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    roads: Roadworks = field(default=Roadworks())
