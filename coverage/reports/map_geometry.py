"""Geometry made small enough for a page: simplified, quantised, written as short texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.reports.map_style import MAX_DOT_PX, MIN_DOT_PX
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    from coverage.study_area import Roads

DEGREES_PER_UNIT = 1e-5
"""Coordinates on the page are whole hundred-thousandths of a degree: about a metre."""
ROAD_CLASSES = ("motorway", "primary", "secondary", "tertiary", "minor", "service")
"""What the base map tells apart, the weightiest first."""

_CHUNK_BITS = 5
_MAX_CHUNKS = 13  # of five bits, for 64
_CLASS_OF = {
    **dict.fromkeys(("motorway", "motorway_link", "trunk", "trunk_link"), 0),
    **dict.fromkeys(("primary", "primary_link"), 1),
    **dict.fromkeys(("secondary", "secondary_link"), 2),
    **dict.fromkeys(("tertiary", "tertiary_link"), 3),
    **dict.fromkeys(("service", "track"), 5),
}
_MINOR = ROAD_CLASSES.index("minor")


def pack_numbers(values: ArrayLike) -> str:
    """
    Write whole numbers as a short text.

    Parameters
    ----------
    values
        Integers, shape (n,).

    Returns
    -------
    str
        Printable ASCII; small numbers take one character, and none of ``<``, ``>`` and ``&`` occurs.

    Notes
    -----
    The alphabet of Google's encoded polyline format: zigzag for the sign, then five bits a character
    (63 to 126), the lowest first, with the sixth bit set on all but the last.
    """
    number = np.asarray(values, dtype=np.int64)
    zigzag = ((number << 1) ^ (number >> 63)).view(np.uint64)
    shifts = np.arange(_MAX_CHUNKS, dtype=np.uint64) * np.uint64(_CHUNK_BITS)
    rest = zigzag[:, None] >> shifts
    is_used = rest > 0
    is_used[:, 0] = True
    continues = np.zeros_like(is_used)
    continues[:, :-1] = is_used[:, 1:]
    characters = (rest & np.uint64(31)).astype(np.uint8) + continues * np.uint8(32) + np.uint8(63)
    return bytes(characters[is_used]).decode("ascii")


def pack_points(geometry: gpd.GeoSeries) -> str:
    """Write points as one text: differences of y and x in turn, from point to point."""
    return _pack_xy(shapely.get_coordinates(geometry.to_crs(WGS84).to_numpy()))


def pack_lines(lines: gpd.GeoSeries) -> dict[str, str]:
    """
    Write lines as two texts.

    Returns
    -------
    dict
        ``n``: points a line; ``yx``: differences of y and x in turn, running on from line to line.
    """
    parts = lines.to_crs(WGS84).to_numpy()
    return {
        "n": pack_numbers(shapely.get_num_coordinates(parts)),
        "yx": _pack_xy(shapely.get_coordinates(parts)),
    }


def pack_polygon(polygon: shapely.Geometry, crs: CRS) -> dict[str, str]:
    """
    Write a polygon or multipolygon as three texts.

    Returns
    -------
    dict
        ``p``: rings a part, outer one first; ``n`` and ``yx`` as in `pack_lines`, of the rings.
    """
    parts = shapely.get_parts(gpd.GeoSeries([polygon], crs=crs).to_crs(WGS84).to_numpy())
    rings, part = shapely.get_rings(parts, return_index=True)
    return {
        "p": pack_numbers(np.bincount(part, minlength=len(parts))),
        "n": pack_numbers(shapely.get_num_coordinates(rings)),
        "yx": _pack_xy(shapely.get_coordinates(rings)),
    }


def _pack_xy(coordinates: NDArray[np.float64]) -> str:
    units = np.rint(coordinates[:, ::-1] / DEGREES_PER_UNIT).astype(np.int64)
    return pack_numbers(np.diff(units, axis=0, prepend=0).ravel())


def road_lines(roads: Roads, within: shapely.Geometry, *, tolerance_m: float) -> Mapping[str, gpd.GeoSeries]:
    """
    Choose and thin out the roads of the base map.

    Parameters
    ----------
    roads
        Road tables.
    within
        Polygon in the roads' metric system; what lies outside is cut off.
    tolerance_m
        A line may move by this much.

    Returns
    -------
    mapping
        Lines by class (`ROAD_CLASSES`); both directions of a road are drawn once, joined into long lines.
    """
    edges = roads.edges
    ends = np.sort(
        np.column_stack([edges.index.get_level_values(0), edges.index.get_level_values(1)]), axis=1
    )
    # the two directions of a road are as long as each other, to a decimetre
    key = pd.DataFrame({"a": ends[:, 0], "b": ends[:, 1], "m": edges["length"].round(1).to_numpy()})
    lines = edges.geometry.to_numpy()
    shapely.prepare(within)
    keep = ~key.duplicated().to_numpy() & shapely.intersects(within, lines)
    lines, rank = lines[keep], _ranks(edges["highway"][keep])
    crossing = ~shapely.contains(within, lines)
    lines = lines.copy()
    lines[crossing] = shapely.intersection(lines[crossing], within)
    return {
        name: gpd.GeoSeries(_joined(lines[rank == i], tolerance_m), crs=edges.crs)
        for i, name in enumerate(ROAD_CLASSES)
    }


def _ranks(highway: pd.Series[Any]) -> NDArray[np.int64]:
    """Number the class of every edge; of an edge with several, the weightiest counts."""
    numbers: dict[object, int] = {}
    ranks = np.empty(len(highway), dtype=np.int64)
    for i, value in enumerate(highway.tolist()):
        key = tuple(value) if isinstance(value, list) else value
        if key not in numbers:
            texts = key if isinstance(key, tuple) else str(key).split(";")
            numbers[key] = min(_CLASS_OF.get(str(text).strip(), _MINOR) for text in texts)
        ranks[i] = numbers[key]
    return ranks


def _joined(lines: NDArray[Any], tolerance_m: float) -> NDArray[Any]:
    parts = shapely.get_parts(lines)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return np.asarray(shapely.simplify(merged, tolerance_m, preserve_topology=False))


def label_points(polygons: gpd.GeoSeries) -> gpd.GeoSeries:
    """Give the places for the polygons' names: the centres of the largest circles inside them."""
    shapes = polygons.to_numpy()
    tolerance_m = np.sqrt(shapely.area(shapes)) / 100
    circles = shapely.maximum_inscribed_circle(shapes, tolerance=tolerance_m)
    return gpd.GeoSeries(shapely.get_point(circles, 0), crs=polygons.crs)


def degrees(value: float) -> float:
    """Round to about a metre."""
    return round(float(value), 5)


def places(points: gpd.GeoSeries) -> list[list[float]]:
    """Give points as Leaflet names them: latitude, longitude."""
    shapes = points.to_crs(WGS84).to_numpy()
    return [
        [degrees(y), degrees(x)] for x, y in zip(shapely.get_x(shapes), shapely.get_y(shapes), strict=True)
    ]


def dot_radius_px(people: NDArray[np.float64], fullest: float) -> NDArray[np.float64]:
    """Give the radius of demand points' dots: their area grows with the people, up to the fullest."""
    share = np.sqrt(np.divide(people, fullest, out=np.zeros_like(people), where=fullest > 0))
    return np.asarray(np.clip(MAX_DOT_PX * share, MIN_DOT_PX, MAX_DOT_PX), dtype=np.float64)
