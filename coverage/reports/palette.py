"""Colours and marks that mean the same on the map, in the workbook, in QGIS and on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Okabe and Ito's palette (Color Universal Design): distinct for colour-blind readers.
VERDICT_COLOURS: Mapping[str, str] = {
    "met": "#009E73",
    "partial": "#E69F00",
    "unmet": "#D55E00",
    "unknown": "#999999",
}
VERDICT_MARKS: Mapping[str, str] = {"met": "✔", "partial": "◐", "unmet": "✘", "unknown": "–"}
"""A verdict is told by its mark as well as its colour, for grey printers and colour-blind readers."""

STATE_COLOURS: Mapping[str, str] = {
    "covered": "#009E73",
    "late": "#E69F00",
    "unreachable": "#D55E00",
    "off_network": "#7F7F7F",
}
AREA_COLOURS: tuple[str, ...] = ("#4292C6", "#9ECAE1", "#C6DBEF")
"""Areas within each limit, from the tightest outwards: tints of one blue."""

CHANGE_COLOURS: Mapping[str, str] = {
    "gained": "#0072B2",
    "lost": "#D55E00",
    "covered": "#BDBDBD",
    "uncovered": "#7F7F7F",
}
"""What becomes of a demand point with an option; blue and vermilion differ in grey as well."""

FACILITY_COLOURS: Mapping[str, str] = {
    "hospital": "#B2182B",
    "ambulance_station": "#0072B2",
    "subcentre": "#5E3C99",
    "health_centre": "#1B7837",
    "clinic": "#7F7F7F",
}
ROAD_COLOUR = "#A0A0A0"
OUTLINE_COLOUR = "#404040"
