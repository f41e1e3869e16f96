"""An option: what is opened, closed and changed among a county's facilities, and what it costs."""

from __future__ import annotations

import math
from dataclasses import dataclass


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
        WGS84 degrees.
    ambulances
        How many it gets; 0 for a facility that sends none.
    capital_wan
        Cost of building it, 万元; NaN where not known.
    """

    id: str
    name: str
    kind: str
    lon: float
    lat: float
    ambulances: float = 0.0
    capital_wan: float = math.nan


@dataclass(frozen=True)
class Closing:
    """A facility that goes: its id, and its name for readers."""

    id: str
    name: str = ""


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
    capital_wan
        Cost of the change, 万元; NaN where not known.
    """

    id: str
    name: str = ""
    kind: str | None = None
    ambulances: float | None = None
    capital_wan: float = math.nan


@dataclass(frozen=True)
class Option:
    """
    One way to spend the money.

    Parameters
    ----------
    name, note
        For readers.
    open, close, change
        What is done; no facility occurs twice.
    """

    name: str
    note: str = ""
    open: tuple[Opening, ...] = ()
    close: tuple[Closing, ...] = ()
    change: tuple[Change, ...] = ()
