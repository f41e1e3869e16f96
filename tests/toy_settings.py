"""The toy county with every kind of option, laid out on its roads."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from builders import _lonlat, toy_area
from comparisons import toy_options
from coverage.comparing.ground import lay_setting, today_setting
from coverage.option import Change, Closing, Option
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import ResponseStandard

if TYPE_CHECKING:
    from coverage.comparing.ground import Setting

OWN_FIGURES = Option(
    "own promise and speeds",
    standard={"rural_s": 1_500.0, "handling_s": 90.0},
    speeds={"class_kph": {"track": 35.0}, "conditions": {"peak": 0.5}},
)


@cache
def toy_today(
    *,
    condition: str = "siren",
    clock: str = "call",
    at_min: int = 720,
    ambulances_known: bool = True,
) -> Setting:
    """Lay out the toy county as it is; the same arguments give the same object."""
    return today_setting(
        toy_area(ambulances_known=ambulances_known),
        ResponseStandard(clock="call" if clock == "call" else "departure"),
        speeds=DEFAULT_SPEEDS,
        condition=condition,
        at_min=at_min,
    )


@cache
def toy_settings() -> tuple[Setting, ...]:
    """Lay out the county as it is, and with one option of every kind."""
    today = toy_today()
    return (today, *(lay_setting(today, option) for option in (*toy_options(), OWN_FIGURES)))


def only_base_at_noon() -> Setting:
    """Lay out the county with one base, whose ambulance is there by day."""
    day = Change("h1", "小康县人民医院", ambulances=1.0, hours="08:00-20:00")
    return lay_setting(toy_today(), Option("one by day", close=(Closing("s1"),), change=(day,)))


def at_no_road(setting: Setting, row: int) -> Setting:
    """Put one facility where no road is near."""
    known = setting.places.facilities.on_network.copy()
    known[row] = False
    return replace(setting, places=replace(setting.places, facilities=setting.places.facilities.only(known)))


def place_of(x_km: float, y_km: float) -> dict[str, float]:
    """Give a place in the toy county as an opening takes it."""
    lon, lat = _lonlat(x_km, y_km)
    return {"lon": lon, "lat": lat}
