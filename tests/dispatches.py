"""Answers to calls in the toy county: a desk there, ambulances in every state, reports that are left out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from builders import ODD_NAMES, _lonlat, toy_area
from coverage.dispatch.desk import open_desk
from coverage.dispatch.fleet import base_fleet
from coverage.dispatch.recipe import dispatch
from coverage.dispatch.units import Fleet, LeftOut, Unit
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import ResponseStandard

AT = "2026-03-01T14:05:32+08:00"
SEEN = "2026-03-01T14:05:02+08:00"
LEFT_OUT = (
    LeftOut("湘F0009", 6, "stale", "2026-03-01T13:20:00+08:00"),
    LeftOut("", 7, "no_id"),
    LeftOut("湘F0010", 8, "off_network", "4.2 km"),
)


def unit(unit_id, x_km, y_km, state="idle", *, name="", base="") -> Unit:
    """Place an ambulance in the toy county."""
    lon, lat = _lonlat(x_km, y_km)
    turnout_s = 0.0 if state == "returning" else 90.0
    return Unit(unit_id, name or unit_id, lon, lat, state, turnout_s, facility_id=base, time=SEEN)


def toy_units(*, odd_names=False) -> tuple[Unit, ...]:
    """Give four ambulances: idle in town, on its way back there, idle at the station, and one on a job."""
    units = (
        unit("湘F0001", 0.0, 0.0, name="人民医院1号", base="h1"),
        unit("湘F0002", 5.0, 0.0, "returning", name="人民医院2号", base="h1"),
        unit("湘F0003", 9.0, 0.0, name="柳林1号", base="s1"),
        unit("湘F0004", 16.0, 4.0, "busy", name="柳林2号", base="s1"),
    )
    if not odd_names:
        return units
    return tuple(replace(u, id=f"{u.id}{odd}", name=odd) for u, odd in zip(units, ODD_NAMES, strict=False))


@cache
def toy_desk(*, odd_names=False, demand_unit="people", clock="call"):
    """Open a desk in the toy county; the same arguments give the same object."""
    area = toy_area(odd_names=odd_names, demand_unit=demand_unit)
    standard = ResponseStandard(clock="call" if clock == "call" else "departure")
    return open_desk(area, standard, speeds=DEFAULT_SPEEDS, condition="siren")


@cache
def toy_dispatch(
    *,
    at=(10.0, 0.0),
    centre="stroke",
    destination=True,
    states=(),
    is_live=True,
    odd_names=False,
    left_out=LEFT_OUT,
    closed_m=0.0,
    demand_unit="people",
    clock="call",
    moment=AT,
):
    """
    Answer a call in the toy county.

    Parameters
    ----------
    at
        Kilometres east and north of the hospital; None for the picture alone.
    centre
        What the patient needs.
    destination
        False leaves the patient without a hospital.
    states
        Of the four units, where not as `toy_units` has them.
    is_live
        False: the bases themselves are the units.
    odd_names
        Gives everything a name that breaks out of a careless report.
    left_out, moment
        Reports that are not used, and when the picture was taken.
    closed_m
        Metres of closed road.
    demand_unit, clock
        Of the county and the promise.
    """
    desk = toy_desk(odd_names=odd_names, demand_unit=demand_unit, clock=clock)
    units = toy_units(odd_names=odd_names)
    if states:
        units = tuple(replace(u, state=s) for u, s in zip(units, states, strict=True))
    fleet = Fleet(units, left_out, moment, is_live=True) if is_live else base_fleet(desk.area, desk.standard)
    made = dispatch(desk, fleet, at=_lonlat(*at) if at else None, centre=centre if at else None)
    if not destination:
        made = replace(made, decision=replace(made.decision, destination=None))
    return replace(made, closed_m=closed_m)
