"""Closed roads as polygons, lines and points of a map, and in an option's words; bad files one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from builders import CRS, _point
from coverage.errors import CoverageError, OptionError
from coverage.inputs.closed_roads import read_closed_roads
from coverage.roadworks import apply_roadworks
from coverage.sources.layer_file import LayerFile
from dispatch_county import street_county

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, *shapes, crs: str = "EPSG:4326", ending: str = ".geojson", **columns) -> LayerFile:
    path = folder / f"closed{ending}"
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)
    frame.to_crs(crs).to_file(path)
    return LayerFile(path, crs="wgs84" if crs == "EPSG:4326" else "")


def closed_m(works) -> float:
    roads = street_county().roads
    after = apply_roadworks(roads, works)
    return float(roads.edges["length"].sum() - after.edges["length"].sum())


def square(x: float, y: float, half_km: float) -> shapely.Polygon:
    middle = _point(x, y)
    return middle.buffer(1000 * half_km, cap_style="square")


def test_a_polygon_closes_what_lies_inside(tmp_path):
    works = read_closed_roads(written(tmp_path, square(3, 0, 0.5), name=["塌方"]), street_county())
    assert [closure.name for closure in works.close] == ["塌方"]
    assert closed_m(works) == pytest.approx(2 * 1000, abs=2)


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".shp"])
def test_a_line_drawn_over_a_road_closes_it(tmp_path, ending):
    drawn = shapely.LineString([_point(2.5, 0.005), _point(3.5, -0.005)])
    works = read_closed_roads(written(tmp_path, drawn, ending=ending), street_county())
    assert closed_m(works) == pytest.approx(2 * (1000 + 2 * 14), abs=10)


def test_a_line_across_a_road_and_a_point_on_it_bar_it(tmp_path):
    across = shapely.LineString([_point(3, -0.2), _point(3, 0.2)])
    for shape in (across, _point(3, 0)):
        works = read_closed_roads(written(tmp_path, shape), street_county())
        assert closed_m(works) == pytest.approx(2 * 30, abs=2)


def test_metres_and_several_shapes(tmp_path):
    file = written(tmp_path, square(3, 0, 0.1), None, _point(1, 0), crs=CRS, ending=".gpkg")
    works = read_closed_roads(file, street_county())
    assert [closure.name for closure in works.close] == ["#1", "#3"]
    assert closed_m(works) == pytest.approx(2 * 200 + 2 * 30, abs=4)


def test_in_the_words_of_an_option(tmp_path):
    path = tmp_path / "closed.toml"
    path.write_text('[[roads.close]]\nname = "桥"\nedges = [[2, 3]]\n', encoding="utf-8")
    works = read_closed_roads(LayerFile(path), street_county())
    assert closed_m(works) == pytest.approx(4000, abs=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ('name = "x"\n', "no road is closed"),
        ("[[roads.close]]\nedges = [[2, 99]]\n", "no road joins the nodes"),
        ("[[roads.close]]\nname = 'x'\n", "names nothing"),
        ("[[roads.new]]\nname = 'x'\n", "new"),
        ("[[open]]\nname = 'x'\n", "open"),
        ("[[roads.close]\n", "no TOML"),
    ],
)
def test_a_toml_that_closes_nothing(tmp_path, text, words):
    path = tmp_path / "closed.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=words) as caught:
        read_closed_roads(LayerFile(path), street_county())
    assert "closed.toml" in caught.value.line()
    assert "closed.toml" in caught.value.line("zh")


def test_a_shape_beside_every_road(tmp_path):
    with pytest.raises(OptionError, match="no road lies inside") as caught:
        read_closed_roads(written(tmp_path, square(3, 1, 0.3)), street_county())
    assert "closed.geojson" in caught.value.line()


def test_every_road(tmp_path):
    with pytest.raises(OptionError, match="every road is closed"):
        read_closed_roads(written(tmp_path, square(0, 0, 20)), street_county())


def test_no_shape_no_system_no_file(tmp_path):
    bare = LayerFile(tmp_path / "none.geojson")
    with pytest.raises(CoverageError, match=r"none\.geojson"):
        read_closed_roads(bare, street_county())
    empty = tmp_path / "closed.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(CoverageError, match=r"closed\.geojson"):
        read_closed_roads(LayerFile(empty, crs="wgs84"), street_county())
    empty.write_text('{"type": "Point", "coordinates": [113.0, 29.4]}')
    with pytest.raises(CoverageError, match="coordinate system"):
        read_closed_roads(LayerFile(empty), street_county())
    table = tmp_path / "closed.csv"
    table.write_text("a,b\n1,2\n")
    with pytest.raises(CoverageError, match=r"closed\.csv"):
        read_closed_roads(LayerFile(table, crs="wgs84"), street_county())
