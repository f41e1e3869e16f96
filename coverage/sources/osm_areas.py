"""Polygons from OpenStreetMap relations and closed ways, with the missing members named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.sources.osm_file import OsmExtract, OsmObject

MIN_RING_REFS = 4  # three corners, the first one again


@dataclass(frozen=True)
class Area:
    """
    What came of a relation.

    Parameters
    ----------
    relation
        The relation.
    polygon
        WGS84, valid; None where it could not be made.
    missing_way_ids
        Member ways that the extract lacks, whole or in part.
    open_node_ids
        Nodes at which a ring does not close.
    repaired
        True where rings cross themselves and were taken apart at the crossings.
    known_lines
        What the extract has of its outline (WGS84).
    """

    relation: OsmObject
    polygon: shapely.Polygon | shapely.MultiPolygon | None
    missing_way_ids: tuple[int, ...] = ()
    open_node_ids: tuple[int, ...] = ()
    repaired: bool = False
    known_lines: shapely.MultiLineString = shapely.MultiLineString()  # noqa: RUF009 (immutable)

    @property
    def name(self) -> str:
        """Its name, or its id where it has none."""
        return self.relation.name or self.relation.uid


def assemble(relation: OsmObject, extract: OsmExtract) -> Area:
    """
    Make the polygon of a relation from its member ways.

    A point is inside when a ray from it crosses the rings an odd number of times, whatever their roles say;
    so islands within holes, touching rings and a way listed twice come out right.

    Parameters
    ----------
    relation
        With member ways in the roles ``outer``, ``inner`` or none.
    extract
        Where the ways and nodes are looked up.
    """
    ids = list(dict.fromkeys(relation.member_ways()))
    ways = [(i, extract.way_refs.get(i, ())) for i in ids]
    missing = tuple(i for i, refs in ways if not refs or any(ref not in extract.nodes for ref in refs))
    sides = Counter(
        (min(pair), max(pair))
        for _, refs in ways
        for pair in pairwise(refs)
        if pair[0] != pair[1] and pair[0] in extract.nodes and pair[1] in extract.nodes
    )
    # two rings that share a side are one area there
    once = [pair for pair, n in sides.items() if n % 2]
    lines = _lines(once, extract.nodes)
    if missing or not once:
        return Area(relation, None, missing, known_lines=shapely.MultiLineString(lines))
    ends = Counter(node for pair in once for node in pair)
    odd = tuple(sorted(node for node, n in ends.items() if n % 2))
    if odd:
        return Area(relation, None, open_node_ids=odd, known_lines=shapely.MultiLineString(lines))
    polygon, repaired = _even_odd(lines)
    return Area(relation, polygon, repaired=repaired)


def feature_shape(feature: OsmObject, extract: OsmExtract) -> shapely.Geometry | None:
    """
    Give the shape of a settlement or place of care, as far as the extract knows it.

    Parameters
    ----------
    feature
        A node, way or relation.
    extract
        Where its parts are looked up.

    Returns
    -------
    shapely.Geometry or None
        WGS84: a polygon where it has a whole outline, otherwise the point amid its known nodes; None where
        none of them is known.
    """
    refs = feature.refs if feature.kind == "w" else (feature.id,) if feature.kind == "n" else ()
    if feature.kind == "r":
        polygon = assemble(feature, extract).polygon
        if polygon is not None:
            return polygon
        ways = [extract.way_refs.get(ref, ()) for kind, ref, _ in feature.members if kind == "w"]
        refs = (
            *(ref for way in ways for ref in way),
            *(ref for kind, ref, _ in feature.members if kind == "n"),
        )
    known = [extract.nodes[ref] for ref in dict.fromkeys(refs) if ref in extract.nodes]
    if not known:
        return None
    if len(refs) >= MIN_RING_REFS and refs[0] == refs[-1] and len(known) == len(set(refs)):
        ring = polygonal_part(shapely.make_valid(shapely.Polygon(known)))
        if ring is not None:
            return ring
    return shapely.MultiPoint(known).centroid


def polygonal_part(geometry: shapely.Geometry) -> shapely.Polygon | shapely.MultiPolygon | None:
    """Give the polygons among a geometry's parts as one; None where it has none."""
    # a collection's parts may be collections again
    flat = shapely.get_parts(shapely.get_parts(geometry))
    parts = [part for part in flat if part.geom_type == "Polygon"]
    union = shapely.union_all(parts)
    return union if isinstance(union, shapely.Polygon | shapely.MultiPolygon) and not union.is_empty else None


def _lines(
    sides: list[tuple[int, int]], nodes: Mapping[int, tuple[float, float]]
) -> list[shapely.LineString]:
    return [shapely.LineString([nodes[u], nodes[v]]) for u, v in sides]


def _even_odd(
    lines: list[shapely.LineString],
) -> tuple[shapely.Polygon | shapely.MultiPolygon | None, bool]:
    """Fill closed lines by the even-odd rule; say whether they had to be taken apart where they cross."""
    # sides that meet at their ends only stay as many when noded
    noded = shapely.get_parts(shapely.node(shapely.MultiLineString(lines)))
    faces = shapely.get_parts(shapely.polygonize(noded))
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    inside = [face for face in faces if _is_inside(face.representative_point(), ends)]
    return polygonal_part(shapely.union_all(inside)), len(noded) > len(lines)


def _is_inside(point: shapely.Point, ends: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    """Count the sides, shape (n, 2, 2), that a ray to the east crosses."""
    (x1, y1), (x2, y2) = ends[:, 0].T, ends[:, 1].T
    crosses = (y1 > point.y) != (y2 > point.y)
    x = x1[crosses] + (point.y - y1[crosses]) * (x2 - x1)[crosses] / (y2 - y1)[crosses]
    return bool(np.count_nonzero(x > point.x) % 2)
