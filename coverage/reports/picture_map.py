"""The county drawn as one picture: areas, roads, townships with their verdicts, people, facilities, names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.reports import map_style as style
from coverage.reports import wording
from coverage.reports.map import fullest_missed
from coverage.reports.map_geometry import ROAD_CLASSES, dot_radius_px, label_points, road_lines
from coverage.reports.palette import VERDICT_COLOURS
from coverage.reports.picture_changes import changes
from coverage.reports.picture_labels import Label, cut_to_em, place_labels, text_width_em
from coverage.reports.picture_marks import (
    change_mark,
    closed_mark,
    dot_mark,
    drawn_kinds,
    facility_mark,
    facility_size,
    ring_mark,
    ring_size,
    roadwork_mark,
    verdict_mark,
)
from coverage.reports.picture_words import word
from coverage.reports.shown import roadworks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from coverage.reports.picture_changes import Changes
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang

PX_PT = 0.62
"""Points of the picture that stand for a pixel of the page's map: symbols, lines and names keep in step."""

_MARGIN_PX = 14.0
_NAME_PX, _SITE_PX = 13.5, 13.0
_MAX_NAME_EM = 14.0
_ROAD_PX = dict(zip(ROAD_CLASSES, (2.8, 2.0, 1.6, 1.1, 0.7, 0.5), strict=True))
_ROAD_INK = dict(
    zip(ROAD_CLASSES, ("#8d8d8d", "#9a9a9a", "#a4a4a4", "#adadad", "#b8b8b8", "#c2c2c2"), strict=True)
)
# lanes and tracks only where they can be told apart: metres to a pixel of the page's map
_DRAWN_TO_M = {"minor": 94.0, "service": 24.0}
_BAR_STEPS = (1.0, 2.0, 5.0, 10.0)
_BAR_SHARES = (0.24, 0.16, 0.1)  # of the width: the longest that hides nothing
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Sheet:
    """
    Where things lie on the picture.

    Parameters
    ----------
    west, north
        Of its upper left corner, metres.
    metres
        To a point of the picture.
    width, height
        Points.
    px
        Points to a pixel of the page's map.
    """

    west: float
    north: float
    metres: float
    width: float
    height: float
    px: float

    @property
    def frame(self) -> Box:
        """Left, top, right and bottom."""
        return (0.0, 0.0, self.width, self.height)

    @property
    def ground(self) -> shapely.Polygon:
        """What the picture shows of the ground, in metres."""
        south, east = self.north - self.height * self.metres, self.west + self.width * self.metres
        return shapely.box(self.west, south, east, self.north)

    def put(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give places on the ground their places on the picture, points from the upper left corner."""
        return np.column_stack(
            [(coordinates[:, 0] - self.west) / self.metres, (self.north - coordinates[:, 1]) / self.metres]
        )

    def lay(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """Give a shape on the ground its shape on the picture."""
        return shapely.transform(geometry, self.put)


def county_svg(
    shown: Shown,
    lang: Lang,
    *,
    width_pt: float = 540.0,
    height_pt: float = 400.0,
    families: Sequence[str] = (),
    px_pt: float = PX_PT,
    before: Shown | None = None,
    fullest: float | None = None,
) -> str:
    """
    Draw the county as an SVG picture of its own.

    Parameters
    ----------
    shown
        What is drawn.
    lang
        ``zh`` or ``en``.
    width_pt, height_pt
        Of the picture, points.
    families
        Fonts of the names, the best first.
    px_pt
        Points that stand for a pixel of the page's map: how large symbols, lines and names are.
    before
        The county without the option or plan, if there is one: what is new is ringed, what goes is crossed.
    fullest
        People of the demand point with the largest dot; that of `shown` where not given.

    Returns
    -------
    str
        An SVG document; the same county gives the same text.
    """
    sheet = _sheet(shown, width_pt, height_pt, px_pt)
    furniture, taken = _furniture(shown, sheet, lang)
    sites = changes(before, shown) if before is not None else None
    parts = [
        _areas(shown, sheet),
        _roads(shown, sheet),
        _mask(shown, sheet),
        _townships(shown, sheet),
        _roadworks(shown, sheet),
        _dots(shown, sheet, fullest, before),
        _facilities(shown, sheet, () if sites is None else sites.new_ids),
        *([] if sites is None else [_mark_sites(sites, sheet)]),
        furniture,
        _names(shown, sheet, taken, sites),
    ]
    font = escape(", ".join(families), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_pt:g}pt" height="{height_pt:g}pt" '
        f'viewBox="0 0 {width_pt:g} {height_pt:g}" font-family="{font}">'
        f'<defs><clipPath id="sheet"><rect width="{width_pt:g}" height="{height_pt:g}"/></clipPath>'
        f'{style.hatching(px_pt)}</defs><g clip-path="url(#sheet)">{"".join(parts)}</g></svg>'
    )


def _sheet(shown: Shown, width: float, height: float, px: float) -> _Sheet:
    west, south, east, north = shown.area.boundary.bounds
    margin = 2 * _MARGIN_PX * px
    metres = max((east - west) / (width - margin), (north - south) / (height - margin))
    return _Sheet(
        west=(west + east - width * metres) / 2,
        north=(south + north + height * metres) / 2,
        metres=metres,
        width=width,
        height=height,
        px=px,
    )


def _path(shapes: Iterable[shapely.Geometry], sheet: _Sheet) -> str:
    """Write lines or the rings of polygons as the data of one path."""
    pieces = []
    for shape in shapely.get_parts(list(shapes)):
        is_ring = shapely.get_dimensions(shape) == 2  # noqa: PLR2004
        for line in shapely.get_rings(shape) if is_ring else [shape]:
            xy = np.round(sheet.put(shapely.get_coordinates(line)), 2)
            xy = xy[:-1] if is_ring else xy
            text = "L".join(f"{x:g} {y:g}" for x, y in xy)
            pieces.append(f"M{text}{'Z' if is_ring else ''}")
    return "".join(pieces)


def _areas(shown: Shown, sheet: _Sheet) -> str:
    """Draw the areas as one group, the widest first: the tighter ones lie on top, and no tint adds up."""
    shapes = [
        f'<path fill="{style.area_colour(i)}" fill-rule="evenodd" '
        f'd="{_path([shapely.simplify(area.polygon, sheet.metres / 4)], sheet)}"/>'
        for i, area in enumerate(shown.areas)
        if not area.polygon.is_empty
    ]
    return f'<g opacity="{style.AREA_OPACITY}">{"".join(shapes[::-1])}</g>'


def _roads(shown: Shown, sheet: _Sheet) -> str:
    per_px = sheet.metres * sheet.px
    lines = road_lines(shown.area.roads, sheet.ground, tolerance_m=sheet.metres / 3)
    zoomed = math.log2(94.0 / per_px) + 10.5
    grow = min(max(1.18 ** (zoomed - 11), 0.8), 3.0) * sheet.px
    return "".join(
        f'<path fill="none" stroke="{_ROAD_INK[name]}" stroke-width="{_ROAD_PX[name] * grow:.3g}" '
        f'd="{_path(lines[name].to_numpy(), sheet)}"/>'
        for name in reversed(ROAD_CLASSES)
        if len(lines[name]) and per_px <= _DRAWN_TO_M.get(name, math.inf)
    )


def _roadworks(shown: Shown, sheet: _Sheet) -> str:
    """Draw the roads that are closed and built, the new ones on top."""
    drawn = []
    for kind, table in roadworks(shown).items():
        lines = shapely.get_parts(shapely.simplify(table.geometry.to_numpy(), sheet.metres / 4))
        at = _crosses(lines, sheet) if style.ROADWORK_LOOKS[kind].crossed else []
        drawn.append(roadwork_mark(kind, _path(lines, sheet), at, sheet.px))
    return "".join(drawn)


def _crosses(lines: NDArray[np.object_], sheet: _Sheet) -> list[list[float]]:
    """Give places along lines, evenly apart, one at least for each line."""
    every_m = style.CROSS_EVERY_PX * sheet.px * sheet.metres
    n = np.maximum(shapely.length(lines) // every_m, 1).astype(np.int64)
    shares = np.concatenate([(np.arange(k) + 0.5) / k for k in n])
    places = shapely.line_interpolate_point(np.repeat(lines, n), shares, normalized=True)
    at: list[list[float]] = sheet.put(shapely.get_coordinates(places)).tolist()
    return at


def _mask(shown: Shown, sheet: _Sheet) -> str:
    """Make pale what is not the county."""
    around = shapely.difference(sheet.ground.buffer(sheet.metres), shown.area.boundary)
    return f'<path fill="#fff" fill-opacity=".62" fill-rule="evenodd" d="{_path([around], sheet)}"/>'


def _townships(shown: Shown, sheet: _Sheet) -> str:
    """Draw the townships: strong along the inside of the outline, light within: all below stays readable."""
    shapes = shapely.coverage_simplify(shown.area.townships.geometry.to_numpy(), sheet.metres / 2)
    clips, fills, outlines = [], [], []
    for i, (shape, verdict) in enumerate(zip(shapes, shown.assessment.townships["verdict"], strict=True)):
        path, fill = _path([shape], sheet), style.verdict_fill(verdict)
        clips.append(f'<clipPath id="t{i}"><path clip-rule="evenodd" d="{path}"/></clipPath>')
        fills.append(
            f'<path d="{path}" clip-path="url(#t{i})" fill-rule="evenodd" fill="{fill["fill"]}" '
            f'fill-opacity="{fill["fill_opacity"]}" stroke="{VERDICT_COLOURS[verdict]}" stroke-opacity=".9" '
            f'stroke-width="{8 * sheet.px:.3g}"/>'
        )
        outlines.append(path)
    boundary = _path([shapely.simplify(shown.area.boundary, sheet.metres / 3)], sheet)
    return (
        f"<defs>{''.join(clips)}</defs>{''.join(fills)}"
        f'<path fill="none" stroke="#4a4a4a" stroke-opacity=".75" stroke-width="{0.9 * sheet.px:.3g}" '
        f'd="{"".join(outlines)}"/>'
        f'<path fill="none" stroke="#262626" stroke-width="{2.2 * sheet.px:.3g}" stroke-linejoin="round" '
        f'd="{boundary}"/>'
    )


def _dots(shown: Shown, sheet: _Sheet, fullest: float | None, before: Shown | None) -> str:
    """Draw who is not covered; beside another side of the county also who gains, and who loses."""
    demand = shown.assessment.demand
    people, covered = demand["population"] > 0, demand["state"] == "covered"
    was = covered if before is None else before.assessment.demand["state"] == "covered"
    drawn = demand[people & ~(covered & was)].sort_values("population", ascending=False, kind="stable")
    largest = fullest_missed(shown) if fullest is None else fullest
    radius = dot_radius_px(drawn["population"].to_numpy(dtype=float), largest) * sheet.px
    xy = _spots(shown.area.demand.geometry.loc[drawn.index], sheet)
    gained, lost = (np.asarray(mask.loc[drawn.index]) for mask in (covered & ~was, was & ~covered))
    looks = np.select([gained, lost], ["gained", "lost"], drawn["state"])
    dots = [
        (change_mark if look in style.CHANGE_LOOKS else dot_mark)(look, (x, y), r, sheet.px)
        for (x, y), r, look in zip(xy, radius, looks.tolist(), strict=True)
    ]
    return "".join(dots)


def _spots(points: gpd.GeoSeries, sheet: _Sheet) -> NDArray[np.float64]:
    return sheet.put(shapely.get_coordinates(points.to_numpy()))


def _facilities(shown: Shown, sheet: _Sheet, without: Iterable[str]) -> str:
    """Draw the facilities, those that send ambulances last, so that they lie on top."""
    table = _drawn(shown)
    table = table[~table["id"].isin(list(without))]
    xy = _spots(shown.area.facilities.geometry.loc[table.index], sheet)
    order = np.argsort(table["is_base"].to_numpy(), kind="stable")
    rows = table.to_dict("records")
    return "".join(
        facility_mark(rows[i]["kind"], xy[i], sheet.px, is_base=bool(rows[i]["is_base"])) for i in order
    )


def _drawn(shown: Shown) -> pd.DataFrame:
    """Give the facilities that are drawn: not every clinic of a county."""
    table = shown.assessment.facilities
    return table[table["kind"].isin(drawn_kinds(shown))]


def _mark_sites(sites: Changes, sheet: _Sheet) -> str:
    """Ring what is new, and cross where something was."""
    gone = [closed_mark(_spot(site.at, sheet), sheet.px) for site in sites.gone]
    return "".join([*gone, *(ring_mark(site, _spot(site.at, sheet), sheet.px) for site in sites.new)])


def _spot(point: shapely.Point, sheet: _Sheet) -> tuple[float, float]:
    x, y = sheet.put(np.array([[point.x, point.y]]))[0]
    return float(x), float(y)


def _names(shown: Shown, sheet: _Sheet, taken: Sequence[Box], changed: Changes | None) -> str:
    """Write the townships' names with their marks, and those of new facilities, none over another."""
    table = shown.assessment.townships
    sites = [] if changed is None else [site for site in changed.new if site.name]
    gone = [] if changed is None else [_around(_spot(site.at, sheet), 20 * sheet.px) for site in changed.gone]
    size, px = _NAME_PX * sheet.px, sheet.px
    at = sheet.put(shapely.get_coordinates(label_points(shown.area.townships.geometry).to_numpy()))
    texts = [cut_to_em(wording.one_line(name), _MAX_NAME_EM) for name in table["name"]]
    labels = [
        Label((x, y), (text_width_em(text) + 1.3) * size, 1.2 * size, 1 + people)
        for (x, y), text, people in zip(at, texts, table["population"].fillna(0.0), strict=True)
    ]
    small = _SITE_PX * sheet.px
    own = [cut_to_em(_plain(site.name), _MAX_NAME_EM) for site in sites]
    # first of all: a township's name is at home anywhere in it, a facility's at the facility alone
    labels += [
        Label((x, y + 0.5 * ring_size(px) + 0.6 * small), text_width_em(text) * small, 1.2 * small, math.inf)
        for (x, y), text in ((_spot(site.at, sheet), text) for site, text in zip(sites, own, strict=True))
    ]
    rings = [_around(_spot(site.at, sheet), ring_size(px)) for site in sites]
    found = place_labels(
        labels, frame=sheet.frame, taken=[*taken, *rings], marks=[*_symbol_boxes(shown, sheet), *gone]
    )
    out = []
    for i, place in enumerate(found):
        if place is None:
            continue
        if i < len(texts):
            left = place[0] - labels[i].width / 2
            out.append(_text(left + 1.2 * size, place[1], texts[i], size, weight=700))
            out.append(verdict_mark(table["verdict"].iloc[i], (left + 0.52 * size, place[1]), 1.04 * size))
        else:
            text = own[i - len(texts)]
            out.append(_text(place[0], place[1], text, small, weight=700, anchor="middle", ink="#0b3d73"))
    return "".join(out)


def _plain(name: str) -> str:
    """Give a name without where exactly it is: that one sees."""
    return name.partition("（")[0] or name


def _around(middle: Sequence[float], size: float) -> Box:
    return (middle[0] - size / 2, middle[1] - size / 2, middle[0] + size / 2, middle[1] + size / 2)


def _symbol_boxes(shown: Shown, sheet: _Sheet) -> list[Box]:
    table = _drawn(shown)
    xy = _spots(shown.area.facilities.geometry.loc[table.index], sheet)
    sizes = (facility_size(sheet.px, is_base=bool(is_base)) for is_base in table["is_base"])
    return [_around(middle, size) for middle, size in zip(xy, sizes, strict=True)]


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    weight: int = 400,
    anchor: str = "start",
    ink: str = "#12181f",
) -> str:
    """Write a text whose middle line is at `y`, with a white halo."""
    return (
        f'<text x="{x:.2f}" y="{y + 0.36 * size:.2f}" font-size="{size:.3g}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{ink}" stroke="#fff" stroke-width="{0.28 * size:.2g}" '
        f'stroke-linejoin="round" paint-order="stroke">{escape(text)}</text>'
    )


def _furniture(shown: Shown, sheet: _Sheet, lang: Lang) -> tuple[str, list[Box]]:
    """Draw scale bar and north arrow in the corner with the least of the county; give their box too."""
    size, px = 11.5 * sheet.px, sheet.px
    arrow, high, gap = 16 * px, 26 * px, 10 * px
    county = sheet.lay(shapely.simplify(shown.area.boundary, sheet.metres))
    for share in _BAR_SHARES:
        km = _bar_km(share * sheet.width * sheet.metres / 1000)
        text = word("km", lang, n=f"{km:g}") if km >= 1 else word("m", lang, n=f"{1000 * km:g}")
        length = km * 1000 / sheet.metres
        width = arrow + gap + length + (text_width_em(text) + 0.6) * size
        x, y, is_free = _free_corner(sheet, county, width, high)
        if is_free:
            break
    bar, level = x + arrow + gap, y + high - 5 * px
    out = (
        f'<path fill="{style.INK}" stroke="#fff" stroke-width="{px:.2g}" paint-order="stroke" '
        f'd="M{x + arrow / 2:.2f} {y:.2f}l{arrow / 2.6:.2f} {0.62 * high:.2f}'
        f'l{-arrow / 2.6:.2f} {-4 * px:.2f}l{-arrow / 2.6:.2f} {4 * px:.2f}z"/>'
        + _text(
            x + arrow / 2, y + high - 4 * px, word("north", lang), 0.95 * size, weight=700, anchor="middle"
        )
        + f'<path fill="none" stroke="#fff" stroke-width="{4.4 * px:.3g}" stroke-linecap="square" '
        f'd="M{bar:.2f} {level:.2f}h{length:.2f}"/>'
        f'<path fill="none" stroke="{style.INK}" stroke-width="{1.5 * px:.3g}" '
        f'd="M{bar:.2f} {level - 5 * px:.2f}v{5 * px:.2f}h{length:.2f}v{-5 * px:.2f}"/>'
        + _text(bar + length + 0.4 * size, level - 2 * px, text, size)
    )
    return out, [(x - 2 * px, y - 2 * px, x + width + 2 * px, y + high + 2 * px)]


def _free_corner(
    sheet: _Sheet, county: shapely.Geometry, width: float, high: float
) -> tuple[float, float, bool]:
    """Give the corner for a box of a size with the least of the county, and whether there is none of it."""
    margin = 8 * sheet.px
    corners = [
        (x, y) for y in (sheet.height - margin - high, margin) for x in (margin, sheet.width - margin - width)
    ]
    boxes = [shapely.box(x, y, x + width, y + high) for x, y in corners]
    hidden = shapely.area(shapely.intersection(boxes, county))
    best = int(np.argmin(hidden))
    return *corners[best], bool(hidden[best] == 0)


def _bar_km(longest_km: float) -> float:
    """Give the longest round length that fits."""
    power = 10.0 ** math.floor(math.log10(longest_km))
    return max(step * power for step in _BAR_STEPS if step * power <= longest_km * (1 + 1e-9))
