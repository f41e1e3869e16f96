"""How units, the call and the ways to and from it look: told apart by shape as well as by colour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# Pins whose point is the unit's place: round and ticked, square with an arrow back, hollow and crossed out.
_PINS: Mapping[str, str] = {
    "idle": (
        '<path d="M8 15.8C5.2 12.2 2.4 9.8 2.4 6.2a5.6 5.6 0 0 1 11.2 0c0 3.6-2.8 6-5.6 9.6z" fill="#00558c" '
        'stroke="#fff" stroke-width="1.1"/>'
        '<path d="M5.3 6.3l2 2 3.5-4.1" fill="none" stroke="#fff" stroke-width="1.8"/>'
    ),
    "returning": (
        '<path d="M2.5.8h11v10h-3.3L8 15.8l-2.2-5H2.5z" fill="#7b3294" stroke="#fff" stroke-width="1.1"/>'
        '<path d="M11.2 8V4.9H5.6M7.4 2.9l-2 2 2 2" fill="none" stroke="#fff" stroke-width="1.6"/>'
    ),
    "busy": (
        '<path d="M8 15.8l-2.6-4.2L1.6 6 8 .6 14.4 6l-3.8 5.6z" fill="#fff" stroke="#5a5a5a" '
        'stroke-width="1.5"/><path d="M5.9 4l4.2 4.2M10.1 4L5.9 8.2" stroke="#5a5a5a" stroke-width="1.7"/>'
    ),
}
_INCIDENT = (
    '<circle cx="8" cy="8" r="7" fill="#fff" stroke="#000" stroke-width="1"/>'
    '<circle cx="8" cy="8" r="5.3" fill="none" stroke="#c00018" stroke-width="2.2"/>'
    '<circle cx="8" cy="8" r="2" fill="#c00018"/>'
)
_ARROWS: Mapping[str, str] = {
    "straight": "M8 14V3M4.6 6.2L8 2.6l3.4 3.6",
    "slight_left": "M9.6 14V8.6L5 4M4.6 8.2V3.6h4.6",
    "left": "M10.6 14V7.4H3.4M6.4 4.2L3 7.4l3.4 3.2",
    "sharp_left": "M10.8 14V3.4L4.4 11M4.2 6.6V11.2h4.4",
    "u_turn": "M11.6 14V6.4a3.2 3.2 0 0 0-6.4 0V12M2.4 9l2.8 3.2L8 9",
}
_MIRRORED = {"slight_right": "slight_left", "right": "left", "sharp_right": "sharp_left"}


class LegLook(NamedTuple):
    """A way's colour, width and dashes, and the width of the white below it, in pixels."""

    colour: str
    weight: float
    dash: str
    casing: float


LEGS: Mapping[str, LegLook] = {
    "leg-1": LegLook("#0057b8", 9.0, "none", 12.0),
    "leg-2": LegLook("#8b0000", 3.0, "10 7", 4.6),
}
"""A broad line to the patient, narrow dashes to the hospital: both are seen where they share a road."""
COVER_COLOUR = "#00558c"


def symbols() -> dict[str, str]:
    """Give the page's further symbols, by name, drawn in a box of 16 by 16."""
    line = '<path d="{}" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linejoin="round"/>'
    turns = {f"turn-{name}": line.format(path) for name, path in _ARROWS.items()}
    turns |= {
        f"turn-{name}": f'<g transform="matrix(-1 0 0 1 16 0)">{line.format(_ARROWS[other])}</g>'
        for name, other in _MIRRORED.items()
    }
    flag = '<path d="M4 15V2.4h8.4L10 5.6l2.4 3.2H4" fill="none" stroke="currentColor" stroke-width="1.8"/>'
    pins = {f"unit-{state}": pin for state, pin in _PINS.items()}
    return {**pins, "incident": _INCIDENT, **turns, "turn-arrive": flag}


def unit_swatch(state: str) -> str:
    """Give the legend's sample of a unit."""
    return f'<use href="#unit-{state}" x="4" width="16" height="16"/>'


def incident_swatch() -> str:
    """Give the legend's sample of the place of the call."""
    return '<use href="#incident" x="4" width="16" height="16"/>'


def leg_swatch(leg: str) -> str:
    """Give the legend's sample of a way."""
    look = LEGS[leg]
    weight = min(look.weight, 6.0)
    return (
        f'<path d="M0 8h24" stroke="{look.colour}" stroke-width="{weight}" stroke-dasharray="{look.dash}"/>'
    )


def cover_swatch() -> str:
    """Give the legend's sample of the lines from a unit to those it reaches first."""
    return (
        f'<path d="M4 12L14 3M4 12l16-4M4 12l14 2" stroke="{COVER_COLOUR}" stroke-width="1"/>'
        f'<circle cx="4" cy="12" r="2.6" fill="{COVER_COLOUR}"/>'
    )


def known_s(seconds: float) -> float | None:
    """Give seconds as the page's scripts take them; None where they are not known."""
    return None if math.isnan(seconds) else max(seconds, 0.0)
