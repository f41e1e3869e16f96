"""How things look on the map: symbols that speak without colour, tints, and the legend's samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from coverage.reports.palette import AREA_COLOURS, FACILITY_COLOURS, STATE_COLOURS, VERDICT_COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping

INK = "#1b2330"
CATCHMENT_COLOUR = "#4b2e83"
AREA_OPACITY = 0.55
DOT_STATES = ("late", "unreachable", "off_network")
# from Okabe and Ito, and from Tol: colours that no verdict wears
ADDED_COLOURS = ("#0072B2", "#CC79A7", "#332288", "#56B4E9")
MIN_DOT_PX, MAX_DOT_PX = 2.4, 11.0
CHANGE_LOOKS: Mapping[str, Mapping[str, str]] = {
    "gained": {"shape": "up", "fill": "#0072B2", "stroke": "#0b2e45"},
    "lost": {"shape": "down", "fill": "#D55E00", "stroke": "#4a1f00"},
    "uncovered": {"shape": "ring", "fill": "#ffffff", "stroke": "#5f5f5f"},
    "covered": {"shape": "dot", "fill": "#b9c2cc", "stroke": "#b9c2cc"},
}
"""What becomes of a demand point, told apart by shape as well as by colour."""


class RoadworkLook(NamedTuple):
    """A road's colour, width in pixels, dashes as SVG has them, and whether it is crossed out."""

    colour: str
    weight: float
    dash: str
    crossed: bool


ROADWORK_LOOKS: Mapping[str, RoadworkLook] = {
    "closed": RoadworkLook("#8B0000", 3.2, "8 6", crossed=True),
    "new": RoadworkLook("#0057B8", 5.0, "none", crossed=False),
}
"""Roads that an option closes and builds: dashes with crosses, and a bold line, both cased in white."""
CASING_PX = 1.9
CROSS_PX, CROSS_EVERY_PX = 4.2, 26.0

_SHAPES: Mapping[str, str] = {
    "hospital": "M6 1.5h4V6h4.5v4H10v4.5H6V10H1.5V6H6z",
    "ambulance_station": "M8 .6l2.2 4.9 5.3.6-4 3.6 1.1 5.3L8 12.3 3.4 15l1.1-5.3-4-3.6 5.3-.6z",
    "subcentre": "M2.5 2.5h11v11h-11z",
    "health_centre": "M8 2.2a5.8 5.8 0 1 0 .01 0z",
    "clinic": "M8 2.6L13.4 8 8 13.4 2.6 8z",
}
# Dark glyphs on the verdict's colour: told apart without it.
_GLYPHS: Mapping[str, str] = {
    "met": '<path d="M4.2 8.3l2.7 2.8 5-5.9" fill="none" stroke="#1b2330" stroke-width="2.2"/>',
    "partial": '<path d="M8 3.2a4.8 4.8 0 0 1 0 9.6z" fill="#1b2330"/>',
    "unmet": '<path d="M4.9 4.9l6.2 6.2M11.1 4.9l-6.2 6.2" stroke="#1b2330" stroke-width="2.2"/>',
    "unknown": '<path d="M4.5 8h7" stroke="#1b2330" stroke-width="2.2"/>',
}


def symbols() -> dict[str, str]:
    """Give the page's symbols, by name, drawn in a box of 16 by 16."""
    marks = {
        f"mark-{verdict}": f'<circle cx="8" cy="8" r="7" fill="{VERDICT_COLOURS[verdict]}" stroke="{INK}" '
        f'stroke-width="1.2"/>{glyph}'
        for verdict, glyph in _GLYPHS.items()
    }
    kinds = {f"kind-{kind}": f'<path d="{path}"/>' for kind, path in _SHAPES.items()}
    return {**marks, **kinds}


def site_symbols() -> dict[str, str]:
    """Give the symbols of proposed sites and of what closes, drawn as `symbols` are."""
    return {
        "ring": '<circle cx="8" cy="8" r="6.9" fill="none" stroke="#fff" stroke-width="2.6"/>'
        f'<circle cx="8" cy="8" r="6.9" fill="#fff" fill-opacity=".35" stroke="{INK}" stroke-width="1.3"/>',
        "closed": '<circle cx="8" cy="8" r="6.5" fill="#fff" fill-opacity=".75" stroke="#595959" '
        'stroke-width="1.4"/>'
        '<path d="M4.6 4.6l6.8 6.8M11.4 4.6l-6.8 6.8" stroke="#595959" stroke-width="2"/>',
    }


def hatching(px: float = 1.0) -> str:
    """Give the patterns that fill townships which are not met, the two at right angles; `px` as a unit."""
    partial, unmet = VERDICT_COLOURS["partial"], VERDICT_COLOURS["unmet"]
    return (
        '<pattern id="lines-partial" width="9" height="9" patternUnits="userSpaceOnUse" '
        f'patternTransform="scale({px:g}) rotate(-45)">\n'
        f'<rect width="9" height="9" fill="{partial}" fill-opacity=".07"/>\n'
        f'<rect width="1.1" height="9" fill="{partial}" fill-opacity=".8"/>\n</pattern>\n'
        '<pattern id="lines-unmet" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="scale({px:g}) rotate(45)">\n'
        f'<rect width="7" height="7" fill="{unmet}" fill-opacity=".14"/>\n'
        f'<rect width="2.4" height="7" fill="{unmet}"/>\n</pattern>'
    )


def facility_rules() -> str:
    """Give the style rules of the facilities: solid where ambulances start, hollow elsewhere."""
    rules = [
        f".facility.base.{kind}{{fill:{colour};stroke:#fff;stroke-width:2.4px}}"
        f".facility.plain.{kind}{{fill:#fff;stroke:{colour};stroke-width:2.2px;paint-order:normal}}"
        for kind, colour in FACILITY_COLOURS.items()
    ]
    states = [f".bar.{state}{{background:{colour}}}" for state, colour in STATE_COLOURS.items()]
    return "\n".join([*rules, *states])


def area_colour(position: int) -> str:
    """Give the tint of the area at `position`, counted from the tightest limit outwards."""
    return AREA_COLOURS[min(position, len(AREA_COLOURS) - 1)]


def verdict_fill(verdict: str) -> dict[str, object]:
    """
    Give what fills a township of this verdict.

    Notes
    -----
    Met is plain, partial thinly and unmet densely hatched, the two at right angles: they survive a grey
    printer, and the areas below keep their blue, which an orange tint would turn to mud.
    """
    if verdict in ("partial", "unmet"):
        return {"fill": f"url(#lines-{verdict})", "fill_opacity": 0.85}
    return {"fill": VERDICT_COLOURS[verdict], "fill_opacity": 0.13}


def verdict_swatch(verdict: str) -> str:
    """Give the legend's sample of a verdict: light fill and strong inner band."""
    fill = verdict_fill(verdict)
    return (
        f'<rect x="2" y="2" width="20" height="12" fill="{fill["fill"]}" '
        f'fill-opacity="{fill["fill_opacity"]}" stroke="{VERDICT_COLOURS[verdict]}" stroke-width="3"/>'
        '<rect x=".5" y=".5" width="23" height="15" fill="none" stroke="#4a4a4a" stroke-width=".8"/>'
    )


def area_swatch(position: int) -> str:
    """Give the legend's sample of an area."""
    return (
        f'<rect x=".5" y="1.5" width="23" height="13" fill="{area_colour(position)}" '
        f'fill-opacity="{AREA_OPACITY}" stroke="#7d8894" stroke-width=".6"/>'
    )


def catchment_swatch() -> str:
    """Give the legend's sample of a base's catchment."""
    return (
        f'<rect x="1" y="2" width="22" height="12" fill="{CATCHMENT_COLOUR}" fill-opacity=".06" '
        f'stroke="{CATCHMENT_COLOUR}" stroke-width="1.6" stroke-dasharray="5 3"/>'
    )


def dot_swatch(state: str) -> str:
    """Give the legend's sample of a demand point."""
    return f'<circle cx="12" cy="8" r="5" fill="{STATE_COLOURS[state]}" stroke="#262626"/>'


def dot_size_swatch() -> str:
    """Give the legend's sample of a dot's size."""
    return "".join(
        f'<circle cx="{x}" cy="8" r="{r}" fill="none" stroke="#262626"/>'
        for x, r in ((2.8, 2), (9, 3.4), (18, 5))
    )


def facility_swatch(kind: str, *, is_base: bool) -> str:
    """Give the legend's sample of a kind of facility: solid where it sends ambulances."""
    look = "base" if is_base else "plain"
    return f'<g class="facility {look} {kind}"><use href="#kind-{kind}" x="4" width="16" height="16"/></g>'


def site_swatch(kind: str) -> str:
    """Give the legend's sample of a proposed site: its kind's symbol inside a ring."""
    return (
        f'<use href="#ring" x="4" width="16" height="16"/><g class="facility base {kind}">'
        f'<use href="#kind-{kind}" x="8" y="4" width="8" height="8"/></g>'
    )


def closed_swatch() -> str:
    """Give the legend's sample of what closes."""
    return '<use href="#closed" x="4" width="16" height="16"/>'


def change_swatch(change: str) -> str:
    """Give the legend's sample of what becomes of a demand point."""
    look = CHANGE_LOOKS[change]
    paths = {
        "up": "M12 2.5L18 13H6z",
        "down": "M12 13.5L18 3H6z",
        "ring": "M12 3.8a4.2 4.2 0 1 0 .01 0z",
        "dot": "M12 5.8a2.2 2.2 0 1 0 .01 0z",
    }
    return (
        f'<path d="{paths[look["shape"]]}" fill="{look["fill"]}" stroke="{look["stroke"]}" '
        'stroke-width="1.4"/>'
    )


def roadwork_swatch(kind: str) -> str:
    """Give the legend's sample of a road that is closed or new."""
    look = ROADWORK_LOOKS[kind]
    cross = f'<path d="M8 4l8 8m0 -8l-8 8" stroke="{look.colour}" stroke-width="2"/>'
    return (
        f'<path d="M0 8h24" stroke="{look.colour}" stroke-width="{look.weight}" '
        f'stroke-dasharray="{look.dash}"/>{cross if look.crossed else ""}'
    )


def added_colour(rank: int) -> str:
    """Give the colour of what the site of a rank adds."""
    return ADDED_COLOURS[(rank - 1) % len(ADDED_COLOURS)]


def added_swatch(rank: int) -> str:
    """Give the legend's sample of the demand points that a site adds: dots on rays from it."""
    colour = added_colour(rank)
    return (
        f'<path d="M3 8h13" stroke="{colour}" stroke-width="1.4"/>'
        f'<circle cx="17" cy="8" r="5" fill="{colour}" stroke="#262626"/>'
    )


def road_swatch() -> str:
    """Give the legend's sample of the roads."""
    return (
        '<path d="M0 3h24" stroke="#8d8d8d" stroke-width="3"/>'
        '<path d="M0 8.5h24" stroke="#a4a4a4" stroke-width="1.7"/>'
        '<path d="M0 13h24" stroke="#b8b8b8" stroke-width=".8"/>'
    )
