"""No-build zones: polygons in the county, united; anything else refused in one line."""

from __future__ import annotations

import pytest
import shapely

from coverage.errors import CoverageError, CrsError, FileError, SourceError
from coverage.sources.layer_file import LayerFile
from coverage.sources.zone_file import read_zones
from coverage.study_area import WGS84
from table_files import county, map_file, text_file

FRAME = county()
BOX, OTHER = shapely.box(113.4, 29.4, 113.45, 29.45), shapely.box(113.44, 29.4, 113.5, 29.45)


def zones(path, **more):
    return read_zones(LayerFile(path, **more), FRAME)


def test_zones_are_one_shape_in_metres(tmp_path):
    path = map_file(tmp_path / "z.gpkg", {"name": ["a", "b"]}, [BOX, shapely.MultiPolygon([OTHER])], WGS84)
    found = zones(path)
    assert found.is_valid
    assert found.geom_type == "Polygon"
    # 0.1 degrees of longitude by 0.05 of latitude
    assert found.area == pytest.approx(9_690 * 5_542, rel=0.01)


def test_the_layer_called_zones_is_read(tmp_path):
    path = map_file(tmp_path / "z.gpkg", {"name": ["a"]}, [shapely.Point(113.4, 29.4)], WGS84, layer="places")
    map_file(path, {"name": ["b"]}, [BOX], WGS84, layer="zones")
    assert zones(path).area > 0


@pytest.mark.parametrize(
    ("shape", "message", "zh"),
    [
        (shapely.Point(113.4, 29.4), "a no-build zone in .* is of points", "禁建区是点，不是面"),
        (shapely.LineString(BOX.exterior), "is of lines: give a polygon", "禁建区是线，不是面"),
        (
            shapely.Polygon([(113.4, 29.4), (113.5, 29.5), (113.5, 29.4), (113.4, 29.5)]),
            "crosses itself or is broken at",
            "自相交",
        ),
        (shapely.box(100, 20, 101, 21), "lie outside the county and its surroundings", "不在县域及周边"),
        (None, "holds no shape: give the zones as polygons", "没有图形"),
    ],
)
def test_what_is_no_zone_is_refused(tmp_path, shape, message, zh):
    path = map_file(tmp_path / "z.gpkg", {"name": ["a"]}, [shape], WGS84)
    with pytest.raises(SourceError, match=message) as caught:
        zones(path)
    assert zh in caught.value.zh
    assert "\n" not in caught.value.line("zh")


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(FileError):
        zones(tmp_path / "missing.geojson")
    with pytest.raises(FileError):
        zones(text_file(tmp_path / "z.csv", [("名称", "经度"), ("a", 1)]))
    path = tmp_path / "z.geojson"
    path.write_text(shapely.to_geojson(BOX), "utf-8")
    with pytest.raises(CrsError, match="does not say its coordinate system"):
        zones(path)
    assert isinstance(zones(path, crs="gcj02"), shapely.Polygon)
    with pytest.raises(CoverageError):
        zones(path, crs="no such system")
