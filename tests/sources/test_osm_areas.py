"""Rings into polygons, and what is missing from them."""

from __future__ import annotations

import pytest
import shapely

from coverage.sources.osm_areas import assemble, feature_shape, polygonal_part
from coverage.sources.osm_file import read_extract
from osm_xml import ORIGIN, STEP, Osm

TAGS = {"type": "multipolygon", "boundary": "administrative", "admin_level": "8", "name": "X"}


def area_of(osm, tmp_path):
    extract = read_extract(osm.write(tmp_path / "x.osm"))
    return assemble(extract.areas[0], extract)


def steps(polygon):
    """Give a polygon's area in squares of the grid the files are drawn on."""
    return polygon.area / (STEP[0] * STEP[1])


def ring(osm, west, south, east, north):
    refs = osm.nodes((west, south), (east, south), (east, north), (west, north))
    return osm.way([*refs, refs[0]])


def test_rings_of_several_ways_in_any_order_and_direction(tmp_path):
    osm = Osm()
    a, b, c, d = osm.nodes((0, 0), (10, 0), (10, 10), (0, 10))
    ways = [osm.way([a, b]), osm.way([d, c, b]), osm.way([a, d])]
    osm.relation([("way", w, "outer") for w in reversed(ways)], **TAGS)
    area = area_of(osm, tmp_path)
    assert steps(area.polygon) == pytest.approx(100, rel=1e-4)
    assert (area.missing_way_ids, area.open_node_ids, area.repaired) == ((), (), False)


def test_holes_islands_and_exclaves(tmp_path):
    osm = Osm()
    members = [
        ("way", ring(osm, 0, 0, 10, 10), "outer"),
        ("way", ring(osm, 2, 2, 8, 8), "inner"),
        ("way", ring(osm, 4, 4, 6, 6), "outer"),
        ("way", ring(osm, 20, 0, 21, 1), ""),
    ]
    osm.relation(members, **TAGS)
    polygon = area_of(osm, tmp_path).polygon
    assert steps(polygon) == pytest.approx(100 - 36 + 4 + 1, rel=1e-4)
    assert len(polygon.geoms) == 3
    assert polygon.is_valid


def test_a_hole_that_touches_the_outline_at_two_corners_stays_a_hole(tmp_path):
    osm = Osm()
    a, b, c, d, e, f = osm.nodes((0, 0), (5, 0), (10, 0), (10, 10), (5, 10), (0, 10))
    g, h = osm.nodes((4, 5), (6, 5))
    osm.relation(
        [("way", osm.way([a, b, c, d, e, f, a]), "outer"), ("way", osm.way([b, h, e, g, b]), "inner")], **TAGS
    )
    assert steps(area_of(osm, tmp_path).polygon) == pytest.approx(100 - 10, rel=1e-4)


def test_other_roles_and_a_way_listed_twice_do_no_harm(tmp_path):
    osm = Osm()
    way = ring(osm, 0, 0, 10, 10)
    osm.relation([("way", way, "outer"), ("way", way, "outer"), ("way", 999, "perimeter")], **TAGS)
    assert steps(area_of(osm, tmp_path).polygon) == pytest.approx(100, rel=1e-4)


def test_missing_ways_and_ways_with_missing_nodes_are_named(tmp_path):
    osm = Osm()
    a, b, c, d = osm.nodes((0, 0), (10, 0), (10, 10), (0, 10))
    ways = [osm.way([a, b]), osm.way([b, c]), osm.way([c, d]), osm.way([d, a])]
    osm.relation([("way", w, "outer") for w in ways], **TAGS)
    area = area_of(osm.without("way", ways[1]).without("node", d), tmp_path)
    assert area.polygon is None
    assert area.missing_way_ids == (ways[1], ways[2], ways[3])
    assert not area.known_lines.is_empty


def test_an_open_ring_names_its_loose_ends(tmp_path):
    osm = Osm()
    a, b, c, d = osm.nodes((0, 0), (10, 0), (10, 10), (0, 10))
    osm.relation([("way", osm.way([a, b, c, d]), "outer")], **TAGS)
    area = area_of(osm, tmp_path)
    assert area.polygon is None
    assert area.open_node_ids == (a, d)


def test_a_ring_that_crosses_itself_is_mended_and_said_to_be(tmp_path):
    osm = Osm()
    a, b, c, d = osm.nodes((0, 0), (10, 10), (10, 0), (0, 10))
    osm.relation([("way", osm.way([a, b, c, d, a]), "outer")], **TAGS)
    area = area_of(osm, tmp_path)
    assert area.repaired
    assert area.polygon.is_valid
    assert steps(area.polygon) == pytest.approx(50, rel=1e-4)


def test_a_relation_without_rings_has_no_polygon(tmp_path):
    osm = Osm()
    osm.relation([("node", osm.node(0, 0), "label")], **TAGS)
    assert area_of(osm, tmp_path).polygon is None


def shape_of(osm, tmp_path):
    extract = read_extract(osm.write(tmp_path / "x.osm"))
    feature = max(extract.features, key=lambda f: "nwr".index(f.kind))
    return feature_shape(feature, extract)


def test_shapes_of_features(tmp_path):
    osm = Osm()
    osm.node(3, 4, amenity="hospital")
    assert shape_of(osm, tmp_path).coords[0] == pytest.approx(
        (ORIGIN[0] + 3 * STEP[0], ORIGIN[1] + 4 * STEP[1])
    )
    refs = osm.nodes((0, 0), (2, 0), (2, 2), (0, 2))
    way = osm.way([*refs, refs[0]], amenity="hospital")
    assert steps(shape_of(osm, tmp_path)) == pytest.approx(4, rel=1e-4)
    cut = osm.without("node", refs[0])
    assert shape_of(cut, tmp_path).geom_type == "Point"
    osm.relation([("way", way, "outer")], type="multipolygon", amenity="hospital")
    assert steps(shape_of(osm, tmp_path)) == pytest.approx(4, rel=1e-4)
    assert shape_of(cut, tmp_path).geom_type == "Point"


def test_the_polygons_of_a_mixed_collection():
    square = shapely.box(0, 0, 1, 1)
    mixed = shapely.GeometryCollection(
        [shapely.Point(5, 5), shapely.LineString([(0, 0), (3, 3)]), shapely.MultiPolygon([square])]
    )
    assert polygonal_part(mixed).equals(square)
    assert polygonal_part(shapely.Point(0, 0)) is None
