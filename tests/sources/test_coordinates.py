"""Shifts as published, inverses to the millimetre, and no point changed that should not be."""

from __future__ import annotations

import math

import coord_convert.transform as oracle
import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from coverage.errors import CrsError
from coverage.sources.coordinates import SYSTEM_NAMES, convert, parse_system, to_wgs84

BOX = (72.004, 0.8293, 137.8347, 55.8271)
SHIFTED = ("gcj02", "bd09")
GEOD = Geod(ellps="WGS84")


def grid():
    """Give a grid over the whole box, a few hundred metres off its rim."""
    lon, lat = np.meshgrid(np.linspace(72.02, 137.82, 60), np.linspace(0.84, 55.81, 50))
    return lon, lat


def distance_m(x, y, converted):
    return GEOD.inv(np.ravel(x), np.ravel(y), np.ravel(converted.x), np.ravel(converted.y))[2]


@pytest.mark.parametrize(
    ("source", "target", "known"),
    [
        ("wgs84", "gcj02", oracle.wgs2gcj),
        ("wgs84", "bd09", oracle.wgs2bd),
        ("gcj02", "bd09", oracle.gcj2bd),
        ("cgcs2000", "gcj02", oracle.wgs2gcj),
    ],
)
def test_forward_is_the_published_shift(source, target, known):
    lon, lat = grid()
    if source == "gcj02":
        # only what is the shift of some point within the box
        shifted = convert(lon, lat, source="wgs84", target="gcj02")
        lon, lat = shifted.x, shifted.y
    ours = convert(lon, lat, source=source, target=target)
    theirs = [known(x, y) for x, y in zip(lon.flat, lat.flat, strict=True)]
    np.testing.assert_allclose(np.column_stack([ours.x.flat, ours.y.flat]), theirs, rtol=0, atol=1e-10)
    assert not ours.outside_china.any()


def test_gcj02_inverse_is_the_oracles():
    lon, lat = grid()
    shifted = convert(lon, lat, source="wgs84", target="gcj02")
    ours = convert(shifted.x, shifted.y, source="gcj02")
    theirs = [oracle.gcj2wgs(x, y) for x, y in zip(shifted.x.flat, shifted.y.flat, strict=True)]
    # the oracle stops where a round moves the point by less than 1e-6 degrees
    np.testing.assert_allclose(np.column_stack([ours.x.flat, ours.y.flat]), theirs, rtol=0, atol=1e-8)


def test_bd09_inverse_is_better_than_the_plain_one():
    lon, lat = grid()
    shifted = convert(lon, lat, source="wgs84", target="bd09")
    ours = convert(shifted.x, shifted.y, source="bd09", target="gcj02")
    plain = np.array([oracle.bd2gcj(x, y) for x, y in zip(shifted.x.flat, shifted.y.flat, strict=True)])
    assert GEOD.inv(plain[:, 0], plain[:, 1], ours.x.ravel(), ours.y.ravel())[2].max() < 1.0
    again = np.array([oracle.gcj2bd(x, y) for x, y in zip(ours.x.flat, ours.y.flat, strict=True)])
    assert distance_m(again[:, 0], again[:, 1], shifted).max() < 1e-3


@pytest.mark.parametrize(
    ("source", "target", "start", "end"),
    [
        ("wgs84", "gcj02", (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ("wgs84", "gcj02", (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ("wgs84", "gcj02", (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ("gcj02", "bd09", (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
    ],
    ids=["Shanghai", "Shenzhen", "Beijing", "Tiananmen"],
)
def test_published_pairs(source, target, start, end):
    """Meet the test points of eviltransform (the first three) and coordtransform."""
    forward = convert(*start, source=source, target=target)
    assert (float(forward.x), float(forward.y)) == pytest.approx(end, abs=1e-9)
    back = convert(*end, source=target, target=source)
    assert (float(back.x), float(back.y)) == pytest.approx(start, abs=1e-9)


def test_a_point_in_hunan_moves_as_far_as_it_should():
    for system, low, high in (("gcj02", 600, 680), ("bd09", 1000, 1300)):
        assert low < distance_m(113.45, 29.48, convert(113.45, 29.48, source=system))[0] < high


@pytest.mark.parametrize("system", SHIFTED)
def test_round_trips_meet_to_the_millimetre(system):
    rng = np.random.default_rng(20)
    west, south, east, north = BOX
    lon, lat = rng.uniform(west, east, 100_000), rng.uniform(south, north, 100_000)
    # a quarter lies within metres of the rim, and some on the meridian where the shift has a kink
    lon[:10_000] = west + rng.uniform(0, 1e-4, 10_000)
    lon[10_000:15_000] = east - rng.uniform(0, 1e-4, 5_000)
    lat[15_000:20_000] = south + rng.uniform(0, 1e-4, 5_000)
    lat[20_000:25_000] = north - rng.uniform(0, 1e-4, 5_000)
    lon[25_000:26_000] = 105.0 + rng.uniform(-1e-9, 1e-9, 1_000)
    lon[26_000], lat[26_000] = 105.0, 35.0
    there = convert(lon, lat, source="wgs84", target=system)
    back = convert(there.x, there.y, source=system)
    assert distance_m(lon, lat, back).max() < 1e-3
    assert not back.outside_china.any()
    assert distance_m(lon, lat, there).max() < 2500


@pytest.mark.parametrize("source", SYSTEM_NAMES)
@pytest.mark.parametrize("target", SYSTEM_NAMES)
def test_every_pair_of_systems_goes_both_ways(source, target):
    lon, lat = grid()
    start = convert(lon, lat, source="wgs84", target=source)
    there = convert(start.x, start.y, source=source, target=target)
    straight = convert(lon, lat, source="wgs84", target=target)
    assert distance_m(straight.x, straight.y, there).max() < 1e-3
    back = convert(there.x, there.y, source=target, target=source)
    assert distance_m(start.x, start.y, back).max() < 1e-3
    if {source, target} <= {"wgs84", "cgcs2000"} or source == target:
        assert np.array_equal(there.x, start.x)
        assert np.array_equal(there.y, start.y)


@given(
    st.floats(72.01, 137.83),
    st.floats(0.83, 55.82),
    st.sampled_from(SHIFTED),
    st.floats(-1e-4, 1e-4),
)
def test_shifts_are_gentle(lon, lat, system, step):
    """Two points a few metres apart stay so: no jump anywhere within the box."""
    lons, lats = [lon, min(lon + step, 137.83)], [lat, lat]
    found = convert(lons, lats, source="wgs84", target=system)
    apart = GEOD.inv(lons[0], lat, lons[1], lat)[2]
    moved = GEOD.inv(found.x[0], found.y[0], found.x[1], found.y[1])[2]
    # the square root in the formula is steep on one meridian, where it is worth micrometres
    assert moved == pytest.approx(apart, rel=0.05, abs=1e-3)


@pytest.mark.parametrize("source", SHIFTED)
@pytest.mark.parametrize(
    "place",
    [(9.52, 47.14), (-0.1, 51.5), (71.9, 40.0), (138.0, 36.0), (100.0, 0.5), (120.0, 56.0), (29.5, 113.4)],
)
def test_outside_china_nothing_moves(source, place):
    for converted in (convert(*place, source=source), convert(*place, source="wgs84", target=source)):
        assert (float(converted.x), float(converted.y)) == place
        assert bool(converted.outside_china)


def test_at_the_rim_the_point_within_is_taken_and_none_is_lost():
    # the shift is some hundred metres to the west here, so that it leads out of the box
    within = convert(72.0041, 40.0, source="wgs84", target="gcj02")
    just_without = convert(72.0039, 40.0, source="wgs84", target="gcj02")
    assert not within.outside_china
    assert just_without.outside_china
    assert float(just_without.x) == 72.0039
    assert float(convert(within.x, within.y, source="gcj02").x) == pytest.approx(72.0041, abs=1e-9)


@pytest.mark.parametrize("system", [*SYSTEM_NAMES, "EPSG:4547"])
def test_what_is_no_number_stays_so(system):
    x = np.array([math.nan, 113.0, math.inf, 113.0, -math.inf, math.nan])
    y = np.array([29.0, math.nan, 29.0, -math.inf, math.inf, math.inf])
    for found in (convert(x, y, source=system), convert(x, y, source="wgs84", target=system)):
        np.testing.assert_array_equal(found.x, x)
        np.testing.assert_array_equal(found.y, y)
        np.testing.assert_array_equal(found.outside_china, [False, False, True, True, True, False])


@pytest.mark.parametrize("shape", [(), (0,), (1,), (3,), (2, 3), (2, 0, 1)])
def test_any_shape_goes_in_and_comes_out(shape):
    lon, lat = np.full(shape, 113.4), np.full(shape, 29.5)
    found = convert(lon, lat, source="bd09")
    assert found.x.shape == found.y.shape == found.outside_china.shape == shape


def test_arguments_are_left_alone_and_results_are_new():
    lon, lat = np.array([113.4, 200.0, math.nan]), np.array([29.5, 10.0, 1.0])
    lon.flags.writeable = lat.flags.writeable = False
    for source, target in (("gcj02", "wgs84"), ("wgs84", "wgs84"), ("wgs84", "EPSG:4547")):
        found = convert(lon, lat, source=source, target=target)
        assert found.x.flags.writeable
        assert not np.shares_memory(found.x, lon)


def test_projected_systems_have_the_easting_first():
    # EPSG:4547 is Gauss-Krueger about 114 degrees east with a false easting of 500 km; 4526 has its zone 38
    # before that. The northing is the meridian's length from the equator.
    north = GEOD.line_length([114.0, 114.0], [0.0, 29.5])
    for system, east in (("EPSG:4547", 500_000.0), ("epsg 4526", 38_500_000.0)):
        found = convert(east, north, source=system)
        assert (float(found.x), float(found.y)) == pytest.approx((114.0, 29.5), abs=1e-7)
        back = convert(found.x, found.y, source="wgs84", target=system)
        assert (float(back.x), float(back.y)) == pytest.approx((east, north), abs=1e-3)
        assert not found.outside_china
    shifted = convert(500_000.0, north, source="4547", target="gcj02")
    assert float(shifted.x) == pytest.approx(oracle.wgs2gcj(114.0, 29.5)[0], abs=1e-7)


def test_what_a_system_cannot_express_is_infinite():
    found = convert(3_260_000.0, 38_500_000.0, source="EPSG:4526")
    assert np.isinf(found.x)
    assert found.outside_china


@pytest.mark.parametrize(
    ("words", "system"),
    [
        ("wgs84 WGS-84 Ｗｇｓ84 gps GPS坐标 EPSG:4326 epsg4326 4326 OGC:CRS84 wgs_1984", "wgs84"),
        ("国家2000 CGCS2000 cgcs-2000 天地图 Tianditu EPSG:4490 4490 2000 国家大地2000", "cgcs2000"),
        ("2000国家大地坐标系 urn:ogc:def:crs:EPSG::4490 EPSG：４４９０", "cgcs2000"),
        ("高德 高德地图 腾讯 火星 火星坐标系 gcj-02 GCJ02 ＧＣＪ—０２ amap AMap QQ地图 国测局", "gcj02"),
        ("GCJ-02（高德） 高德gcj02坐标系", "gcj02"),
        ("百度 百度坐标系 bd-09 BD09 bd09ll baidu Baidu_Map", "bd09"),
        ("EPSG:4547 epsg4547 4547 EPSG_4547 urn:ogc:def:crs:EPSG::4547", "EPSG:4547"),
        ("EPSG:2000", "EPSG:2000"),
    ],
)
def test_words_as_planners_write_them(words, system):
    for word in words.split():
        assert parse_system(word) == system
    assert parse_system("  epsg 4547\n") == "EPSG:4547"


def test_every_result_is_a_word_that_is_understood():
    for system in (*SYSTEM_NAMES, "EPSG:32649"):
        assert parse_system(system) == system


@pytest.mark.parametrize(
    "word",
    ["", " ", "火星人", "高德百度", "wgs84/gcj02", "坐标系", "bd09mc", "EPSG:", "12", "北京城", "gcj02x"],
)
def test_unknown_words_are_told_the_words_there_are(word):
    with pytest.raises(CrsError) as caught:
        parse_system(word)
    for lang in ("zh", "en"):
        line = caught.value.line(lang)
        assert word.strip() in line
        assert all(known in line for known in ("wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:n"))


@pytest.mark.parametrize("code", ["EPSG:999999", "EPSG:5773", "EPSG:4978", "9001"])
def test_codes_that_are_no_map_system(code):
    # unknown; heights; geocentric; the metre
    with pytest.raises(CrsError, match=f"EPSG:{code[-4:]}|EPSG:999999") as caught:
        parse_system(code)
    assert "EPSG:4490" in caught.value.line("zh")


def test_shapes_of_every_kind_are_converted_vertex_by_vertex():
    ring = [(113.0, 29.0), (113.1, 29.0), (113.1, 29.1), (113.0, 29.0)]
    hole = [(113.05, 29.02), (113.08, 29.02), (113.08, 29.04), (113.05, 29.02)]
    shapes = gpd.GeoSeries(
        [
            shapely.Point(113.0, 29.0, 55.0),
            None,
            shapely.LineString(ring),
            shapely.Polygon(ring, [hole]),
            shapely.MultiPolygon([shapely.Polygon(ring)]),
            shapely.MultiPoint(),
            shapely.GeometryCollection([shapely.Point(113.0, 29.0), shapely.LineString(ring)]),
        ],
        index=[7, 3, 9, 1, 0, 2, 4],
        crs="EPSG:3857",
    )
    before = shapes.to_wkb().tolist()
    found = to_wgs84(shapes, "高德")
    assert found.crs == "EPSG:4326"
    assert found.index.tolist() == shapes.index.tolist()
    assert found.loc[3] is None
    assert found.loc[2].is_empty
    assert found.geom_type.dropna().tolist() == shapes.geom_type.dropna().tolist()
    assert shapes.to_wkb().tolist() == before
    assert not found.has_z.any()
    raw = shapely.get_coordinates(shapes.to_numpy())
    expected = [oracle.gcj2wgs(x, y) for x, y in raw]
    np.testing.assert_allclose(shapely.get_coordinates(found.to_numpy()), expected, rtol=0, atol=1e-8)


def test_no_shapes_are_no_trouble():
    assert to_wgs84(gpd.GeoSeries([], crs=None), "bd09").empty


@pytest.mark.parametrize(
    ("place", "system", "en", "zh"),
    [
        ((29.5, 113.4), "wgs84", "swapped", "经纬度颠倒"),
        ((29.5, 113.4), "gcj02", "swapped", "经纬度颠倒"),
        ((38_500_000.0, 3_260_000.0), "cgcs2000", "EPSG:4547", "平面坐标系"),
        ((3_260_000.0, 38_500_000.0), "EPSG:4526", "do not fit EPSG:4526", "与 EPSG:4526 不符"),
        ((math.inf, 29.0), "bd09", "nowhere on Earth", "不在地球范围内"),
    ],
)
def test_shapes_that_are_nowhere_say_what_is_wrong(place, system, en, zh):
    shapes = gpd.GeoSeries(
        [shapely.LineString([(113.0, 29.0), (113.0, 29.1)]), shapely.LineString([place] * 2)]
    )
    if system.startswith("EPSG:"):
        shapes = shapes.iloc[1:]
    with pytest.raises(CrsError, match=en) as caught:
        to_wgs84(shapes, system)
    assert zh in caught.value.line("zh")


@pytest.mark.parametrize(
    ("urn", "system"),
    [
        ("urn:ogc:def:crs:EPSG::4326", "wgs84"),
        ("urn:ogc:def:crs:EPSG:6.9:4326", "wgs84"),
        ("urn:x-ogc:def:crs:EPSG:9.8.15:4547", "EPSG:4547"),
        ("URN:OGC:DEF:CRS:EPSG:6:4490", "cgcs2000"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84"),
        ("urn:ogc:def:crs:OGC::CRS84", "wgs84"),
        ("http://www.opengis.net/def/crs/EPSG/9.8.5/4547", "EPSG:4547"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "wgs84"),
    ],
)
def test_the_version_of_an_authority_is_no_part_of_the_code(urn, system):
    assert parse_system(urn) == system
