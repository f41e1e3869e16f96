"""People of polygons: by share of area, by township, and along the roads within large ones."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import CrsError, SourceError
from coverage.sources.layer_file import LayerFile
from coverage.sources.population_cells import Zones, overlay
from coverage.sources.population_table import read_population
from coverage.study_area import WGS84, County
from population_maps import CRS, SIDE_M, X0, Y0, box, by_township, codes, frame, roads, townships


def layer(path, shapes, people, crs=CRS, ending="gpkg", **columns):
    """Write polygons with their people."""
    path = path / f"grid.{ending}"
    table = gpd.GeoDataFrame({"人口": people, **columns}, geometry=shapes, crs=CRS)
    table.to_crs(crs).to_file(path, encoding="utf-8")
    return LayerFile(path)


def read(file, towns=None, edges=None, limits=None, **options):
    return read_population(
        file,
        limits or frame(),
        townships() if towns is None else towns,
        roads() if edges is None else edges,
        None,
        **options,
    )


def lived(rows):
    return rows.points[rows.points["population"] > 0].reset_index(drop=True)


def rejected(rows):
    return {reject.row: reject.code for account in rows.accounts for reject in account.rejects}


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson"])
def test_small_cells_are_points_and_those_across_a_border_are_cut(tmp_path, ending):
    shapes = [
        box(100, 100, 200, 200),
        box(3_950, 0, 4_150, 200),  # a quarter in the first township, the rest in the second
        box(-100, 500, 100, 700),  # half outside the county
        box(-900, 0, -800, 100),
    ]
    crs = WGS84 if ending == "geojson" else CRS
    rows = read(layer(tmp_path, shapes, [10, 80, 60, 7], crs=crs, ending=ending))
    assert by_township(rows.points) == pytest.approx(
        {"430699100": 10 + 20 + 30, "430699101": 60, "430699102": 0}, rel=1e-6
    )
    assert rejected(rows) == {4: "outside_area"}
    (account,) = rows.accounts
    assert (account.n_read, account.n_used, account.n_merged) == (4, 3, 0)
    assert rows.people_left_out == pytest.approx(37, rel=1e-6)
    notes = {note.code: note for note in rows.notes}
    assert notes["cells_cut"].count == 1
    assert "30 people" in notes["cells_cut"].en
    assert not rows.modelled
    assert rows.points["id"].is_unique
    middle = shapely.get_coordinates(lived(rows).geometry) - (X0, Y0)
    assert middle[0] == pytest.approx([150, 150], abs=0.01)


def test_large_cells_go_along_the_roads_within_them(tmp_path):
    shapes = [box(0, 0, 1_000, 1_000), box(2_000, 1_500, 3_000, 2_500), box(3_000, 1_500, 5_000, 2_500)]
    rows = read(layer(tmp_path, shapes, [50, 90, 200]))
    points = lived(rows)
    bare = points[points.geometry.within(shapes[0])]
    assert bare["population"].tolist() == pytest.approx([50])
    for shape, people in zip(shapes[1:], (90, 200), strict=True):
        inside = points[points.geometry.within(shape)]
        assert inside["population"].sum() == pytest.approx(people)
        assert (inside.geometry.y.round() == Y0 + 2_000).all()
        assert len(inside) >= 3
    assert by_township(rows.points) == pytest.approx({"430699100": 240, "430699101": 100, "430699102": 0})
    assert rows.modelled
    assert "cells_spread" in codes(rows.notes)


def test_a_township_polygon_is_that_townships_whatever_its_outline(tmp_path):
    # the planner's outlines are shifted by 150 m against those of the county
    shapes = [box(i * SIDE_M - 150, 150, (i + 1) * SIDE_M - 150, SIDE_M + 150) for i in range(3)]
    file = layer(tmp_path, shapes, [1_000, 2_000, 500], 乡镇=["城关镇", "柳林", "石门乡"])
    rows = read(file)
    assert by_township(rows.points) == pytest.approx(
        {"430699100": 1_000, "430699101": 2_000, "430699102": 500}
    )
    assert rows.people_left_out == 0
    named = read(layer(tmp_path, shapes, [1_000, 2_000, 500], 名称=["城关镇", "柳林镇", "石门乡"]))
    assert by_township(named.points) == pytest.approx(by_township(rows.points))


def test_a_township_polygon_counts_whole_if_most_of_it_lies_inside(tmp_path):
    # three fifths of the first lie within the county, two fifths of the last
    shapes = [box(-2_400, 0, 3_600, SIDE_M), box(4_100, 0, 7_900, SIDE_M), box(9_600, 0, 15_600, SIDE_M)]
    names = ["城关镇", "柳林镇", "石门乡"]
    rows = read(layer(tmp_path, shapes, [1_000, 2_000, 500], 乡镇=names))
    assert rows.township_people.tolist() == pytest.approx([1_000, 2_000, 200])
    assert rows.people_left_out == pytest.approx(300)


@pytest.mark.parametrize(("side", "is_spread"), [(249, False), (251, True)])
def test_cells_are_points_up_to_250_metres(tmp_path, side, is_spread):
    shape = box(1_000, 1_900, 1_000 + side, 1_900 + side)
    rows = read(layer(tmp_path, [shape], [50]))
    assert rows.modelled == is_spread
    assert ("cells_spread" in codes(rows.notes)) == is_spread
    on_road = (lived(rows).geometry.y.round() == Y0 + 2_000).all()
    assert on_road == is_spread


def test_a_village_polygon_counts_with_the_township_it_names(tmp_path):
    shapes = [box(3_800, 100, 4_100, 300), box(-100, 100, 300, 300)]
    file = layer(tmp_path, shapes, [90, 80], 村名=["边村", "外村"], 乡镇=["城关镇", "城关镇"])
    rows = read(file)
    assert by_township(rows.points) == pytest.approx({"430699100": 90 + 60, "430699101": 0, "430699102": 0})
    assert lived(rows)["name"].tolist() == ["边村", "外村"]


def test_a_polygon_of_a_township_without_land_is_counted_nowhere(tmp_path):
    shapes = [box(100, 100, 300, 300), box(500, 100, 700, 300), box(-900, 0, -800, 100)]
    towns = ["城关镇", "五里牌街道", "五里牌街道"]
    file = layer(tmp_path, shapes, [90, 80, 7], 村名=["甲村", "乙村", "丙村"], 乡镇=towns)
    rows = read(file, landless=["五里牌街道"])
    assert rejected(rows) == {2: "township_unknown", 3: "township_unknown"}
    assert by_township(rows.points) == {"430699100": 90, "430699101": 0, "430699102": 0}
    assert rows.people_left_out == 87
    assert "people_of_landless_townships" in codes(rows.notes)


def test_polygons_that_cannot_be_used_are_rejected(tmp_path):
    bow = shapely.Polygon([(X0, Y0), (X0 + 100, Y0 + 100), (X0 + 100, Y0), (X0, Y0 + 100)])
    flat = shapely.Polygon([(X0, Y0), (X0 + 100, Y0), (X0 + 50, Y0)])
    good = box(500, 500, 600, 600)
    shapes = [good, bow, flat, None, good, box(700, 700, 800, 800)]
    rows = read(layer(tmp_path, shapes, [5, 8, 1, 2, 6, -3]))
    assert rejected(rows) == {
        3: "shape_unusable",
        4: "shape_unusable",
        5: "duplicate",
        6: "number_negative",
    }
    assert sorted(lived(rows)["population"]) == pytest.approx([5, 8])  # the bow tie is mended
    assert rows.people_left_out == 1 + 2 + 6


def test_the_countys_own_polygon_is_no_place(tmp_path):
    shapes = [box(0, 0, 3 * SIDE_M, SIDE_M), box(100, 100, 300, 300), box(5_000, 100, 5_200, 300)]
    file = layer(tmp_path, shapes, [230, 90, 80], 名称=["小康县", "甲村", "老城区"])
    rows = read(file, county=County("toy", "小康县"))
    assert rejected(rows) == {1: "not_a_place"}
    assert (rows.people_in, rows.people_left_out) == (170, 0)


def test_polygons_without_a_system_are_refused(tmp_path):
    file = layer(tmp_path, [box(0, 0, 100, 100)], [5], ending="shp")
    file.path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="@gcj02") as caught:
        read(file)
    assert "坐标系" in caught.value.line("zh")
    declared = read(LayerFile(file.path, crs=CRS))
    assert declared.people_in == pytest.approx(5)


def test_a_layer_wholly_outside_is_refused(tmp_path):
    with pytest.raises(SourceError, match="not one of its 1 rows"):
        read(layer(tmp_path, [box(-9_000, 0, -8_000, 100)], [5]))


def test_totals_are_taken_if_asked(tmp_path):
    file = layer(tmp_path, [box(100, 100, 200, 200), box(5_000, 100, 5_100, 200)], [10, 20])
    rows = read(file, townships(100, np.nan, np.nan), scale_to_townships=True)
    assert by_township(rows.points) == pytest.approx({"430699100": 100, "430699101": 20, "430699102": 0})


corner = st.integers(-60, 160).map(lambda n: n * 37.0)
sizes = st.integers(1, 60).map(lambda n: n * 31.0)


@settings(deadline=None, max_examples=80)
@given(rectangles=st.lists(st.tuples(corner, corner, sizes, sizes), min_size=1, max_size=12))
def test_parts_of_cells_add_up_to_what_lies_inside(rectangles):
    cells = np.array([shapely.box(x, y, x + w, y + h) for x, y, w, h in rectangles], dtype=object)
    boundary = shapely.Polygon([(0, 0), (4_000, 300), (3_500, 3_800), (1_800, 2_000), (100, 4_100)])
    towns = np.array(
        [shapely.box(-500, -500, 1_633, 5_000), shapely.box(1_633, 400, 5_000, 3_000)], dtype=object
    )
    parts = overlay(cells, Zones(boundary, towns))
    zones = [*towns, shapely.union_all(towns)]
    for i, cell in enumerate(cells):
        inside = cell.intersection(boundary)
        wanted = [inside.intersection(zone).area for zone in towns] + [inside.difference(zones[-1]).area]
        of = parts.cell == i
        found = [parts.share[of & (parts.township == t)].sum() * cell.area for t in (0, 1, -1)]
        assert found == pytest.approx(wanted, abs=1e-3)
        assert parts.share[of].sum() == pytest.approx(inside.area / cell.area, rel=1e-9, abs=1e-9)
    at = shapely.points(parts.x, parts.y)
    assert (shapely.distance(cells[parts.cell], at) < 1e-6).all()
    assert (shapely.distance(boundary, at) < 1e-6).all()
    home = parts.township >= 0
    assert (shapely.distance(towns[parts.township[home]], at[home]) < 1e-6).all()


def test_overlapping_townships_share_the_land_and_double_nobody():
    cells = np.array([shapely.box(0, 0, 100, 100)], dtype=object)
    towns = np.array([shapely.box(0, 0, 100, 100), shapely.box(50, 0, 100, 100)], dtype=object)
    parts = overlay(cells, Zones(shapely.box(0, 0, 75, 100), towns))
    assert parts.share.sum() == pytest.approx(0.75)
    assert parts.share.tolist() == pytest.approx([0.75 * 75 / 100, 0.75 * 25 / 100])


def test_roads_of_a_large_cell_that_names_its_township_are_all_its_own(tmp_path):
    file = layer(tmp_path, [box(3_000, 1_500, 5_000, 2_500)], [200], 村名=["边村"], 乡镇=["柳林镇"])
    rows = read(file, edges=roads([(3_100, 2_000), (3_900, 2_000)]))
    points = lived(rows)
    assert set(points["township_id"]) == {"430699101"}
    assert points["population"].sum() == pytest.approx(200)
    assert (points.geometry.y.round() == Y0 + 2_000).all()
    assert len(points) > 1
    assert (points.geometry.x < X0 + 3_900).all()  # on the road and not in the middle
