"""Rows put in their places, and the reasons why some cannot be."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from coverage.errors import CrsError
from coverage.sources.coordinates import convert
from coverage.sources.layer_file import LayerFile
from coverage.sources.point_rows import place_points
from coverage.sources.row_sieve import RowSieve
from coverage.sources.tables import read_table
from table_files import county, map_file, text_file

FRAME = county()
INSIDE = (113.45, 29.45)


def placed(path, *, crs="wgs84", roads=None, required=True, frame=FRAME):
    table, _ = read_table(LayerFile(path, crs=crs), "facilities")
    sieve = RowSieve(table, "facilities")
    return place_points(table, sieve, frame, roads, required=required), sieve


def csv(tmp_path, *points, header=("名称", "经度", "纬度")):
    rows = [(f"站{i}", *point) for i, point in enumerate(points)]
    return text_file(tmp_path / "f.csv", [header, *rows])


def codes(sieve):
    return [reject.code for reject in sieve.account().rejects]


def test_points_come_to_lie_where_they_say(tmp_path):
    found, sieve = placed(csv(tmp_path, INSIDE, ("东经113°30′", "北纬29°30′")))
    to_metric = Transformer.from_crs("EPSG:4326", FRAME.crs, always_xy=True)
    for point, where in zip(found.points, (INSIDE, (113.5, 29.5)), strict=True):
        assert (point.x, point.y) == pytest.approx(to_metric.transform(*where), abs=1e-6)
    assert found.points.crs == FRAME.crs
    assert sieve.alive.all()


@pytest.mark.parametrize(
    ("point", "crs", "code", "words"),
    [
        (("", ""), "wgs84", "coordinates_missing", "no coordinates"),
        ((0, 0), "wgs84", "coordinates_missing", "0, 0 stand for none"),
        (("无", "—"), "wgs84", "coordinates_missing", "no coordinates"),
        ((113.45, ""), "wgs84", "coordinates_missing", "113.45"),
        (("113.45-113.46", 29.45), "wgs84", "coordinates_unreadable", "113.45-113.46"),
        (("长安路", 29.45), "wgs84", "coordinates_unreadable", "长安路"),
        ((29.45, 113.45), "wgs84", "coordinates_swapped", "113.45"),
        ((29.45, 113.45), "gcj02", "coordinates_swapped", "113.45"),
        ((40.0, 116.4), "wgs84", "coordinates_swapped", "116.4"),
        ((3260000, 37640000), "wgs84", "coordinates_not_degrees", "EPSG:4547"),
        ((1134504, 294768), "gcj02", "coordinates_not_degrees", "EPSG:4547"),
        ((113.4, 113.4), "wgs84", "coordinates_not_degrees", "no degrees"),
        ((9.5, 47.1), "gcj02", "outside_china", "outside China"),
        ((9.5, 47.1), "bd09", "outside_china", "BD-09"),
        ((9.5, 47.1), "wgs84", "outside_area", "km beyond"),
        ((114.0, 29.45), "wgs84", "outside_area", "up to 10 km count"),
        ((113.45, 29.45), "EPSG:4547", "outside_area", "degrees need no EPSG code"),
    ],
)
def test_why_a_row_has_no_place(tmp_path, point, crs, code, words):
    found, sieve = placed(csv(tmp_path, INSIDE if crs != "EPSG:4547" else (447000, 3259000), point), crs=crs)
    assert sieve.alive.tolist() == [True, False]
    (reject,) = sieve.account().rejects
    assert reject.code == code
    assert words in reject.en
    assert reject.zh != reject.en
    assert found.points.isna().tolist() == [False, True]


def test_how_far_beyond_the_boundary(tmp_path):
    east = FRAME.boundary.bounds[2]
    to_degrees = Transformer.from_crs(FRAME.crs, "EPSG:4326", always_xy=True)
    y = FRAME.boundary.centroid.y
    points = [to_degrees.transform(east + away, y) for away in (-5_000, 5_000, 25_000)]
    # the square is slightly oblique in metres: ask the boundary itself
    expected = FRAME.boundary.distance(shapely.Point(east + 25_000, y)) / 1000
    _, sieve = placed(csv(tmp_path, *points))
    assert sieve.alive.tolist() == [True, True, False]
    (reject,) = sieve.account().rejects
    assert f"{expected:.1f} km beyond" in reject.en
    assert f"{expected:.1f}公里" in reject.zh


def test_rows_without_coordinates_may_pass_where_they_are_not_needed(tmp_path):
    found, sieve = placed(csv(tmp_path, INSIDE, ("", ""), (0, 0), (113.4, ""), ("x", "y")), required=False)
    assert sieve.alive.tolist() == [True, True, True, False, False]
    assert found.points.isna().tolist() == [False, True, True, True, True]


@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09", "cgcs2000", "EPSG:4547", "EPSG:4546"])
def test_every_system_leads_to_the_same_place(tmp_path, system):
    there = convert(*INSIDE, source="wgs84", target=system)
    found, _ = placed(csv(tmp_path, (float(there.x), float(there.y))), crs=system)
    expected, _ = placed(csv(tmp_path, INSIDE))
    assert found.points.iloc[0].distance(expected.points.iloc[0]) < 0.01


def test_a_system_of_its_own_for_every_row(tmp_path):
    header = ("名称", "经度", "纬度", "坐标系")
    amap = convert(*INSIDE, source="wgs84", target="gcj02")
    rows = [(*INSIDE, "GPS"), (float(amap.x), float(amap.y), "高德"), (*INSIDE, "火山"), (*INSIDE, "")]
    path = csv(tmp_path, *rows, header=header)
    found, sieve = placed(path, crs="")
    assert sieve.alive.tolist() == [True, True, False, False]
    assert codes(sieve) == ["system_unknown", "system_unknown"]
    assert "火山" in sieve.account().rejects[0].zh
    assert found.points.iloc[0].distance(found.points.iloc[1]) < 0.01
    # what is declared for the file beats the column
    found, sieve = placed(path, crs="gcj02")
    assert sieve.alive.all()
    assert found.points.iloc[0].distance(found.points.iloc[1]) > 500


def test_a_system_that_nobody_names_is_asked_for(tmp_path):
    with pytest.raises(CrsError, match=r"f\.csv@gcj02") as caught:
        placed(csv(tmp_path, INSIDE), crs="")
    assert "f.csv@gcj02" in caught.value.zh
    # nothing has to be known of rows without a place
    _, sieve = placed(csv(tmp_path, ("", "")), crs="", required=False)
    assert sieve.alive.all()


def grid_roads():
    west, south, east, north = FRAME.boundary.bounds
    lines = [shapely.LineString([(x, south), (x, north)]) for x in np.arange(west, east, 4_000)]
    return lines + [shapely.LineString([(west, y), (east, y)]) for y in np.arange(south, north, 4_000)]


def on_roads(system, n=60):
    rng = np.random.default_rng(1)
    lines = grid_roads()
    to_degrees = Transformer.from_crs(FRAME.crs, "EPSG:4326", always_xy=True)
    points = [lines[i % len(lines)].interpolate(rng.uniform(0.1, 0.9), normalized=True) for i in range(n)]
    lon, lat = to_degrees.transform([p.x for p in points], [p.y for p in points])
    there = convert(lon, lat, source="wgs84", target=system)
    return list(zip(there.x.tolist(), there.y.tolist(), strict=True))


def test_the_roads_tell_the_system(tmp_path):
    roads = shapely.STRtree(grid_roads())
    path = csv(tmp_path, *on_roads("gcj02"))
    with pytest.raises(CrsError, match=r"f\.csv@gcj02 .*fit the roads best"):
        placed(path, crs="", roads=roads)
    found, _ = placed(path, crs="wgs84", roads=roads)
    assert [note.code for note in found.notes] == ["system_doubtful"]
    assert "f.csv@gcj02" in found.notes[0].text("zh")
    found, _ = placed(path, crs="gcj02", roads=roads)
    assert found.notes == ()


def test_shapes_that_are_points_areas_and_neither(tmp_path):
    square = shapely.box(113.4, 29.4, 113.41, 29.41)
    bow_tie = shapely.Polygon([(113.4, 29.4), (113.42, 29.42), (113.42, 29.4), (113.4, 29.42)])
    shapes = [
        shapely.Point(INSIDE),
        shapely.MultiPoint([INSIDE]),
        shapely.MultiPoint([INSIDE, (113.5, 29.5)]),
        square,
        bow_tie,
        shapely.LineString([INSIDE, (113.5, 29.5)]),
        None,
        shapely.Point(),
        shapely.Point(*INSIDE, 55.0),
        shapely.Point(0, 0),
    ]
    names = {"名称": [f"站{i}" for i in range(len(shapes))]}
    path = map_file(tmp_path / "f.gpkg", names, shapes, "EPSG:4326")
    found, sieve = placed(path, crs="")
    assert sieve.alive.tolist() == [True, True, False, True, True, False, False, False, True, False]
    assert codes(sieve) == ["shape_unusable"] * 2 + ["coordinates_missing"] * 3
    assert [note.code for note in found.notes] == ["areas_as_points"]
    assert found.notes[0].ids == ("4", "5")
    assert not found.points.iloc[8].has_z


def test_the_columns_of_a_survey_can_be_turned_round(tmp_path):
    there = convert(*INSIDE, source="wgs84", target="EPSG:4547")
    path = csv(tmp_path, (float(there.y), float(there.x)), header=("名称", "X坐标", "Y坐标"))
    _, sieve = placed(path, crs="EPSG:4547")
    (reject,) = sieve.account().rejects
    assert reject.code == "coordinates_swapped"
    assert "--column lon=Y坐标 --column lat=X坐标" in reject.en
    table, _ = read_table(
        LayerFile(path, crs="EPSG:4547", columns={"lon": "Y坐标", "lat": "X坐标"}), "facilities"
    )
    sieve = RowSieve(table, "facilities")
    place_points(table, sieve, FRAME, None)
    assert sieve.alive.all()


def test_one_column_for_both(tmp_path):
    header = ("名称", "坐标")
    _, sieve = placed(
        csv(tmp_path, ("113.45,29.45",), ("29.45,113.45",), ("无",), ("113.45",), header=header)
    )
    assert sieve.alive.tolist() == [True, False, False, False]
    assert codes(sieve) == ["coordinates_swapped", "coordinates_missing", "coordinates_unreadable"]


values = st.one_of(
    st.floats(-200, 200).map(repr),
    st.sampled_from(
        ["", "0", "113.45", "29.45", "无", "1e9", "-1e300", "3260000", "东经113.45", "x", "113.4,29.4"]
    ),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(values, values), min_size=1, max_size=8),
    st.sampled_from(["wgs84", "gcj02", "EPSG:4547"]),
)
def test_every_row_has_a_place_in_the_region_or_a_reason(tmp_path_factory, points, crs):
    found, sieve = placed(csv(tmp_path_factory.mktemp("p"), *points), crs=crs)
    alive = sieve.alive
    assert (found.points.notna().to_numpy() == alive).all()
    assert shapely.intersects(FRAME.region, found.points[alive].to_numpy()).all()
    assert len(sieve.account().rejects) == len(points) - alive.sum()
