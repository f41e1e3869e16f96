"""What OpenStreetMap's tags say about a road to the driver of an ambulance."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Literal

from coverage.routing.speeds import DEFAULT_SPEEDS

if TYPE_CHECKING:
    from collections.abc import Mapping

Bar = Literal["class", "area", "ferry", "closed", "access"]
"""Why a way is not for ambulances."""

# A guided busway has no surface a car could stand on.
ROAD_CLASSES = frozenset(DEFAULT_SPEEDS.class_kph) - {"bus_guideway"}

_LIFE_CYCLE = ("construction", "proposed", "disused", "abandoned")
_EMERGENCY_YES = frozenset({"yes", "designated", "official", "permissive", "private", "destination"})
# What remains open restricts who may drive, not whether one can: private, destination, delivery, customers,
# agricultural, forestry, permit. Law lets an ambulance on a call past such signs (in China: Road Traffic
# Safety Law, article 53), and a tractor's road carries it. Barracks do not open in time.
_BARRED = frozenset({"no", "military"})
_YES = frozenset({"yes", "true", "1"})
_REVERSED = frozenset({"-1", "reverse"})
_NO = frozenset({"no", "false", "0"})


def why_barred(tags: Mapping[str, str]) -> Bar | None:
    """
    Tell why an ambulance may not use a way.

    The most specific of ``access``, ``vehicle``, ``motor_vehicle`` and ``emergency`` decides, as on
    https://wiki.openstreetmap.org/wiki/Key:access; ``service=emergency_access`` is a way made for it, and
    only ``emergency=no`` closes that. Conditional tags are not read: they bind others.

    Parameters
    ----------
    tags
        Tags of a way with ``highway``.

    Returns
    -------
    str or None
        ``ferry``; ``class`` for steps, footways, paths, roads under construction or proposed and all else
        without a speed; ``area`` for the outline of a square; ``closed`` for a road tagged as under
        construction, disused or abandoned beside its class; ``access`` for one barred by its access tags;
        None where the way is open.
    """
    barred: Bar | None = None
    if tags.get("route") == "ferry":
        barred = "ferry"
    elif tags.get("highway") not in ROAD_CLASSES:
        barred = "class"
    elif tags.get("area") == "yes":
        barred = "area"
    elif any(tags.get(key) == "yes" for key in _LIFE_CYCLE):
        barred = "closed"
    elif not _admits_ambulances(tags):
        barred = "access"
    return barred


def _admits_ambulances(tags: Mapping[str, str]) -> bool:
    """Tell whether a way's access tags let an ambulance in; the most specific one decides."""
    emergency = tags.get("emergency")
    if emergency == "no":
        return False
    if emergency in _EMERGENCY_YES or tags.get("service") == "emergency_access":
        return True
    deciding = next((tags[key] for key in ("motor_vehicle", "vehicle", "access") if key in tags), "yes")
    return deciding not in _BARRED


def travel_direction(tags: Mapping[str, str]) -> Literal[-1, 0, 1]:
    """
    Tell in which direction of its nodes a way is driven.

    Parameters
    ----------
    tags
        Tags of a way. ``oneway:emergency`` beats ``oneway:motor_vehicle`` beats ``oneway``; motorways,
        roundabouts and circular junctions are one-way unless a tag says otherwise.

    Returns
    -------
    int
        1 along its nodes, -1 against them, 0 both ways.
    """
    for key in ("oneway:emergency", "oneway:motor_vehicle", "oneway"):
        value = tags.get(key, "").lower()
        if value in _YES:
            return 1
        if value in _REVERSED:
            return -1
        if value in _NO:
            return 0
    implied = tags.get("highway") == "motorway" or tags.get("junction") in ("roundabout", "circular")
    return 1 if implied else 0


def posted_limit(tags: Mapping[str, str], *, backward: bool) -> str | None:
    """Give the ``maxspeed`` tag that holds for one direction of a way."""
    own = tags.get("maxspeed:backward" if backward else "maxspeed:forward")
    return own if own is not None else tags.get("maxspeed")


_GROUPED = r"\d{1,3}(?:[ ,.'’_]\d{3})+(?!\d)"
_FIGURE = re.compile(rf"(?<![\d.,-])({_GROUPED}|\d+(?:\.\d+)?)\s*(万)?")


def parse_population(text: str | None) -> float:
    """
    Read a ``population`` tag.

    Parameters
    ----------
    text
        ``"5,933"``, ``"1 357"``, ``"ca. 400"``, ``"约3.2万人"``; the first figure counts.

    Returns
    -------
    float
        People; NaN where there is no figure, or a negative one.
    """
    # NFKC turns full-width digits and no-break spaces into plain ones
    match = _FIGURE.search(unicodedata.normalize("NFKC", text or ""))
    if match is None:
        return math.nan
    figure = match[1]
    if re.fullmatch(_GROUPED, figure):
        figure = re.sub(r"\D", "", figure)
    people = float(figure) * (10_000 if match[2] else 1)
    return people if math.isfinite(people) else math.nan


def plain_name(name: str) -> str:
    """Give a name as it is compared: without case, spaces, width and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())
