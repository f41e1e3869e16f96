"""Symbols, hatching and the legend of a drawn map, in plain SVG without style sheets or references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coverage.reports import map_style as style
from coverage.reports import wording
from coverage.reports.map_panel import layer_groups, legend_item, legend_items
from coverage.reports.map_words import word as map_word
from coverage.reports.palette import FACILITY_COLOURS, STATE_COLOURS
from coverage.reports.picture_changes import changes
from coverage.reports.picture_words import word
from coverage.reports.shown import is_access, roadworks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from coverage.reports.picture_changes import Site
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang

_BOX = 16.0  # symbols are drawn in a box of 16 by 16
_DOT_BARS = {"unreachable": (0.5, -0.5), "off_network": (0.62, 0.0)}  # half a bar, in radii
_LEAST_CHANGE_PX = 5.0
_BASE_PX, _PLAIN_PX, _RING_PX, _CLOSED_PX = 19.0, 13.0, 36.0, 20.0


def placed(symbol: str, middle: Sequence[float], size: float) -> str:
    """Put a symbol, drawn in its box of 16, where it belongs."""
    scale = size / _BOX
    x, y = middle[0] - size / 2, middle[1] - size / 2
    return f'<g transform="translate({x:.2f} {y:.2f}) scale({scale:.4g})">{symbol}</g>'


def facility_symbol(kind: str, *, is_base: bool) -> str:
    """Give a facility's symbol: solid where ambulances start or people go, hollow elsewhere."""
    shape, colour = style.symbols()[f"kind-{kind}"], FACILITY_COLOURS[kind]
    if is_base:
        return (
            f'<g fill="#fff" stroke="#fff" stroke-width="4" stroke-linejoin="round">{shape}</g>'
            f'<g fill="{colour}">{shape}</g>'
        )
    return f'<g fill="#fff" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round">{shape}</g>'


def facility_mark(kind: str, middle: Sequence[float], px: float, *, is_base: bool) -> str:
    """Draw a facility; `px` is how many points of the picture a pixel of the page's map is."""
    return placed(facility_symbol(kind, is_base=is_base), middle, facility_size(px, is_base=is_base))


def facility_size(px: float, *, is_base: bool) -> float:
    """Give the side of a facility's symbol, points."""
    return (_BASE_PX if is_base else _PLAIN_PX) * px


def ring_mark(site: Site, middle: Sequence[float], px: float) -> str:
    """Draw a facility that is new: its symbol inside a ring."""
    inner = facility_symbol(site.kind, is_base=site.is_base)
    ring = style.site_symbols()["ring"]
    return placed(ring, middle, ring_size(px)) + placed(inner, middle, facility_size(px, is_base=True))


def ring_size(px: float) -> float:
    """Give the side of a ring, points."""
    return _RING_PX * px


def closed_mark(middle: Sequence[float], px: float) -> str:
    """Draw where a facility was."""
    return placed(style.site_symbols()["closed"], middle, _CLOSED_PX * px)


def verdict_mark(verdict: str, middle: Sequence[float], size: float) -> str:
    """Draw a verdict's mark."""
    return placed(style.symbols()[f"mark-{verdict}"], middle, size)


def dot_mark(state: str, middle: Sequence[float], radius: float, px: float) -> str:
    """Draw a demand point that is not covered."""
    x, y = middle
    return (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}" fill="{STATE_COLOURS[state]}" stroke="#262626" '
        f'stroke-width="{0.8 * px:.3g}"/>{_dot_bar(state, middle, radius)}'
    )


def change_mark(change: str, middle: Sequence[float], radius: float, px: float) -> str:
    """Draw a demand point that is ``gained`` or ``lost``: the page's triangle that points up or down."""
    look, (x, y) = style.CHANGE_LOOKS[change], middle
    r = max(radius, _LEAST_CHANGE_PX * px)
    up = r if look["shape"] == "up" else -r
    tip = f"M{x:.2f} {y - 1.15 * up:.2f}L{x + 1.1 * r:.2f} {y + 0.8 * up:.2f}H{x - 1.1 * r:.2f}Z"
    return (
        f'<path d="{tip}" fill="{look["fill"]}" fill-opacity=".92" stroke="{look["stroke"]}" '
        f'stroke-width="{1.1 * px:.3g}"/>'
    )


def roadwork_mark(kind: str, path: str, crosses: Sequence[Sequence[float]], px: float) -> str:
    """Draw roads that are closed or new, given as the data of a path, and crosses on them."""
    look, arm = style.ROADWORK_LOOKS[kind], style.CROSS_PX * px
    colour, dash = look.colour, " ".join(f"{float(n) * px:.3g}" for n in look.dash.split() if n != "none")
    weight, casing = look.weight * px, (look.weight + 2 * style.CASING_PX) * px
    side = f"{2 * arm:.2f}"
    signs = "".join(
        f"M{x - arm:.2f} {y - arm:.2f}l{side} {side}m0 -{side}l-{side} {side}" for x, y in crosses
    )
    return (
        f'<g fill="none" stroke-linejoin="round"><path d="{path}" stroke="#fff" stroke-width="{casing:.3g}" '
        f'stroke-linecap="round"/><path d="{path}" stroke="{colour}" stroke-width="{weight:.3g}" '
        f'stroke-dasharray="{dash or "none"}"/>'
        + (f'<path d="{signs}" stroke="{colour}" stroke-width="{2 * px:.3g}"/>' if signs else "")
        + "</g>"
    )


def _dot_bar(state: str, middle: Sequence[float], radius: float) -> str:
    """Tell states apart on a grey print too: a slanted bar without a road path, a level one off the roads."""
    if state not in _DOT_BARS:
        return ""
    (x, y), (dx, dy) = middle, (radius * part for part in _DOT_BARS[state])
    return (
        f'<path d="M{x - dx:.2f} {y - dy:.2f}l{2 * dx:.2f} {2 * dy:.2f}" stroke="#fff" '
        f'stroke-width="{0.42 * radius:.3g}"/>'
    )


def drawn_kinds(shown: Shown) -> list[str]:
    """Give the kinds of facilities that are drawn: those that the page's map shows at first."""
    groups = layer_groups([shown], "en", None, catchments=False)
    layers = [layer for group in groups for layer in group["layers"]]
    return [x["id"].removeprefix("kind-") for x in layers if x["id"].startswith("kind-") and x["on"]]


def legend(shown: Sequence[Shown], lang: Lang, *, before: Shown | None = None) -> list[dict[str, str]]:
    """
    Give the legend of what is drawn and nothing else.

    Parameters
    ----------
    shown
        What is drawn: one county, or several beside each other, the last with the plan or option.
    lang
        ``zh`` or ``en``.
    before
        What the last is set against, if anything.

    Returns
    -------
    list of dict
        Rows with ``name``, ``svg`` (a picture of 24 by 16) and ``mark`` (the verdict's, a picture too, or
        nothing).
    """
    kinds = {f"kind-{kind}" for one in shown for kind in drawn_kinds(one)}
    items = [
        item
        for item in legend_items(shown, lang, catchments=False)
        if not item["layers"].startswith("kind-") or item["layers"] in kinds
    ]
    for state in style.DOT_STATES:
        sample = dot_mark(state, (12, 8), 5, 0.9)
        items = [{**x, "svg": sample} if x["svg"] == style.dot_swatch(state) else x for x in items]
    if before is not None:
        items += [*_change_items(before, shown[-1], lang), *_site_items(before, shown[-1], lang)]
        items += _roadwork_items(shown[-1], lang)
    return [{"name": x["name"], "svg": swatch(x["svg"]), "mark": _mark(x["mark"])} for x in items]


def _change_items(before: Shown, after: Shown, lang: Lang) -> list[dict[str, Any]]:
    """Explain who gains and who loses, where anybody does."""
    people = after.assessment.demand["population"] > 0
    was, now = (one.assessment.demand["state"][people] == "covered" for one in (before, after))
    found = (("gained", (now & ~was).any()), ("lost", (was & ~now).any()))
    return [
        legend_item(key, word(key, lang), style.change_swatch(key)) for key, is_there in found if is_there
    ]


def _roadwork_items(after: Shown, lang: Lang) -> list[dict[str, Any]]:
    """Explain roads that are closed or new, where there are any."""
    return [
        legend_item("works", map_word(f"{kind}_road", lang), style.roadwork_swatch(kind))
        for kind in roadworks(after)
    ]


def _site_items(before: Shown, after: Shown, lang: Lang) -> list[dict[str, Any]]:
    """Explain rings and crosses, where there are any."""
    changed, items = changes(before, after), []
    ring, closed = (style.site_symbols()[key] for key in ("ring", "closed"))
    for kind in dict.fromkeys(site.kind for site in changed.new):
        sample = placed(ring, (12, 8), 16) + placed(facility_symbol(kind, is_base=True), (12, 8), 8)
        items.append(legend_item("sites", word("new", lang, kind=wording.kind_text(kind, lang)), sample))
    if changed.gone:
        name = word("gone_access" if is_access(after) else "gone", lang)
        items.append(legend_item("closed", name, placed(closed, (12, 8), 14)))
    return items


def _mark(verdict: str) -> str:
    if not verdict:
        return ""
    mark = style.symbols()[f"mark-{verdict}"]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{mark}</svg>'


def swatch(svg: str) -> str:
    """Make a sample of the page's legend a picture of its own: symbols in place of references to them."""
    plain = re.sub(r'<g class="facility (base|plain) (\w+)">.*?</g>', _facility_sample, svg)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="16" viewBox="0 0 24 16">'
        f"<defs>{style.hatching(0.75)}</defs>{plain}</svg>"
    )


def _facility_sample(found: re.Match[str]) -> str:
    is_base = found[1] == "base"
    return placed(facility_symbol(found[2], is_base=is_base), (12, 8), 14 if is_base else 11)
