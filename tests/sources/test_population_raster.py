"""People of a raster: as many as lie within the boundary, read no farther than that."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.windows import Window

from coverage.errors import CoverageError, CrsError, FileError, SourceError
from coverage.sources import population_raster
from coverage.sources.layer_file import LayerFile
from coverage.sources.population_raster import read_raster
from coverage.sources.population_table import read_population
from coverage.study_area import WGS84
from population_maps import (
    CRS,
    SIDE_M,
    X0,
    Y0,
    box,
    by_township,
    codes,
    frame,
    north_up,
    raster,
    roads,
    townships,
)

RAGGED = shapely.Polygon(
    [(X0 + x, Y0 + y) for x, y in [(130, 170), (6_010, 25), (11_930, 480), (10_470, 3_910), (5_555, 2_950)]]
    + [(X0 + 77, Y0 + 3_777)]
)


def read(file, towns=None, limits=None, edges=None, **options):
    return read_population(
        file,
        limits or frame(),
        townships() if towns is None else towns,
        roads() if edges is None else edges,
        None,
        **options,
    )


def brute_force(cells, grid, boundary, towns):
    """Intersect every cell with everything; people by township id, '' for none."""
    sums = dict.fromkeys([*towns["id"], ""], 0.0)
    for (line, column), people in np.ndenumerate(cells):
        if not people > 0:
            continue
        x0, y0 = grid.c + column * grid.a, grid.f + line * grid.e
        x1, y1 = x0 + grid.a, y0 + grid.e
        cell = shapely.box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        inside = cell.intersection(boundary)
        rest = inside.area
        for uid, polygon in zip(towns["id"], towns.geometry, strict=True):
            area = inside.intersection(polygon).area
            sums[uid] += people * area / cell.area
            rest -= area
        sums[""] += people * max(rest, 0.0) / cell.area
    return sums


def test_whole_cells_are_points_in_their_middle(tmp_path):
    cells = np.zeros((40, 120))
    cells[0, 0], cells[39, 119] = 7.5, 2.0
    rows = read(raster(tmp_path / "p.tif", cells))
    assert by_township(rows.points) == {"430699100": 7.5, "430699101": 0, "430699102": 2}
    lived = rows.points[rows.points["population"] > 0].set_index("id")
    assert shapely.get_coordinates(lived.geometry).tolist() == [
        [X0 + 50, Y0 + SIDE_M - 50],
        [X0 + 11_950, Y0 + 50],
    ]
    assert lived.index.tolist() == ["r1c1", "r40c120"]
    assert not rows.modelled
    assert rows.accounts == ()
    assert rows.township_people.tolist() == [7.5, 0, 2]
    assert codes(rows.notes) == {"townships_without_people"}


@pytest.mark.parametrize("size", [100.0, 130.0, 249.0, 251.0, 1_000.0])
def test_mass_equals_the_intersection_of_every_cell(tmp_path, size):
    random = np.random.default_rng(3)
    cells = random.uniform(0, 40, (int(5_000 / size), int(14_000 / size)))
    cells[random.random(cells.shape) < 0.2] = 0
    towns = townships(
        shapes=[
            box(-500, -500, 4_033, 4_500),
            box(4_033, -500, 8_000, 3_000),
            box(8_000, -500, 12_500, 4_500),
        ]
    )
    file = raster(tmp_path / "p.tif", cells, west=-700, north=4_500, size=size)
    rows = read(file, towns, frame(RAGGED))
    grid = north_up(X0 - 700, Y0 + 4_500, size)
    wanted = brute_force(cells, grid, RAGGED, towns)
    found = by_township(rows.points)
    assert found == pytest.approx(wanted, rel=1e-9)
    assert rows.people_in == pytest.approx(sum(wanted.values()), rel=1e-9)
    assert rows.people_out == pytest.approx(rows.people_in, rel=1e-12)
    assert "people_outside_townships" in codes(rows.notes)  # north of the middle one
    assert rows.modelled == (size > 250)
    assert ("cells_spread" in codes(rows.notes)) == (size > 250)
    inside = shapely.dwithin(RAGGED, rows.points.geometry.to_numpy(), 1e-6)
    assert inside.all() or size > 250


def test_a_point_lies_in_the_township_it_counts_for(tmp_path):
    cells = np.full((40, 120), 3.0)
    towns = townships(
        shapes=[box(0, 0, 4_033, 4_000), box(4_033, 0, 8_071, 4_000), box(8_071, 0, 12_000, 4_000)]
    )
    rows = read(raster(tmp_path / "p.tif", cells), towns)
    home = towns.set_index("id").geometry[rows.points["township_id"]].to_numpy()
    assert shapely.dwithin(home, rows.points.geometry.to_numpy(), 1e-6).all()
    assert rows.points["id"].is_unique
    assert by_township(rows.points) == pytest.approx(
        {"430699100": 40.33 * 120, "430699101": 40.38 * 120, "430699102": 39.29 * 120}
    )


def test_degrees_make_the_same_people(tmp_path):
    west, south, east, north = gpd.GeoSeries([frame().boundary], crs=CRS).to_crs(WGS84).total_bounds
    size = 1 / 1_200  # WorldPop's three seconds
    shape = (int((north - south) / size) + 20, int((east - west) / size) + 20)
    cells = np.random.default_rng(5).uniform(0, 9, shape)
    origin = (west - 10 * size, north + 10 * size)
    rows = read(raster(tmp_path / "p.tif", cells, origin=origin, size=size, crs=WGS84))
    line, column = np.indices(shape)
    corner = [origin[0] + column.ravel() * size, origin[1] - line.ravel() * size]
    boxes = gpd.GeoSeries(shapely.box(corner[0], corner[1] - size, corner[0] + size, corner[1]), crs=WGS84)
    metric = boxes.to_crs(CRS)
    for town, people in zip(townships().geometry, rows.township_people, strict=True):
        share = metric.intersection(town).area / metric.area
        assert people == pytest.approx((share * cells.ravel()).sum(), rel=1e-4)
    total = rows.points["population"].sum()
    assert total == pytest.approx(
        (metric.intersection(frame().boundary).area / metric.area * cells.ravel()).sum(), rel=1e-6
    )


def test_large_cells_are_spread_over_their_own_roads(tmp_path):
    cells = np.array([[0, 0, 0, 0], [0, 80, 0, 0], [0, 0, 0, 0], [60, 0, 0, 0]], dtype=float)
    file = raster(tmp_path / "p.tif", np.pad(cells, ((0, 0), (0, 8))), size=1_000.0)
    rows = read(file, edges=roads([(1_100, 2_500), (1_900, 2_500)], [(1_100, 1_500), (1_900, 1_500)]))
    lived = rows.points[rows.points["population"] > 0]
    on_road = lived.geometry.distance(
        shapely.LineString([(X0 + 1_000, Y0 + 2_500), (X0 + 2_000, Y0 + 2_500)])
    )
    assert lived["population"][on_road < 1e-6].sum() == pytest.approx(80)
    bare = lived[on_road > 1e-6]  # a cell without a road keeps its people in its middle
    assert shapely.get_coordinates(bare.geometry).tolist() == [[X0 + 500, Y0 + 500]]
    assert bare["population"].tolist() == [60]


def test_what_is_no_figure_is_nobody(tmp_path):
    cells = np.ones((40, 120), dtype=np.float32)
    cells[0, :6] = [np.nan, -9_999, -3, np.inf, 0, 8]
    rows = read(raster(tmp_path / "p.tif", cells, nodata=-9_999))
    assert rows.people_in == pytest.approx(40 * 120 - 6 + 8)
    (note,) = [n for n in rows.notes if n.code == "raster_unusable"]
    assert note.count == 2


F32, F64 = np.finfo(np.float32), np.finfo(np.float64)
UNDECLARED = {
    "uint16": (np.uint16, [65_535, 65_535, 65_535]),
    "int16": (np.int16, [32_767, -32_768, -9_999]),
    "int32": (np.int32, [2**31 - 1, -(2**31), -99_999]),
    "uint8": (np.uint8, [255, 255, 255]),
    "float32": (np.float32, [F32.max, F32.min, -9_999]),
    "float64": (np.float64, [F64.max, F64.min, F32.min]),
}


@pytest.mark.parametrize("kind", UNDECLARED)
def test_what_a_file_does_not_declare_as_no_data_is_told(tmp_path, kind):
    dtype, figures = UNDECLARED[kind]
    cells = np.full((60, 140), figures[0], dtype=dtype)  # around the county as well
    cells[10:50, 10:130] = 2
    cells[10, 10:13] = figures
    file = raster(tmp_path / "p.tif", cells, west=-1_000, north=5_000, scales=(10.0,), offsets=(1.0,))
    rows = read(file)
    assert rows.people_in == pytest.approx((40 * 120 - 3) * 21)
    (note,) = [n for n in rows.notes if n.code.startswith("raster")]
    assert (note.code, note.count) == ("raster_undeclared", 3)
    for text in (note.en, note.zh):
        assert f"{min(figures):.10g}" in text
        assert f"{max(figures):.10g}" in text
    assert ("if these are people" in note.en) == (max(figures) > 0)


def test_below_its_end_a_type_holds_people(tmp_path):
    cells = np.full((40, 120), 254, dtype=np.uint8)
    assert read(raster(tmp_path / "p.tif", cells)).people_in == pytest.approx(40 * 120 * 254)


def test_one_figure_beyond_reason_is_set_aside_and_several_are_refused(tmp_path):
    cells = np.ones((40, 120))
    cells[5, 5], cells[3, 3:5] = 2_000, 99_999  # 2,000 are what a hectare can have
    rows = read(raster(tmp_path / "p.tif", cells))
    assert rows.people_in == pytest.approx(40 * 120 - 3 + 2_000)
    (note,) = [n for n in rows.notes if n.code == "raster_crowded"]
    assert note.count == 2
    assert "99,999, more than the 2,000 people" in note.en
    assert "99,999" in note.zh
    cells[5, 5] = 2_001
    with pytest.raises(SourceError, match=r"3 cells of more than 2,000 people .*, up to 99,999") as caught:
        read(raster(tmp_path / "q.tif", cells))
    assert "每平方公里人数" in caught.value.line("zh")


def test_a_fine_cell_may_hold_a_tower(tmp_path):
    cells = np.zeros((100, 100))
    cells[50, 50] = 1_500
    rows = read(raster(tmp_path / "p.tif", cells, size=10.0))
    assert rows.people_in == 1_500


def test_what_lies_outside_the_county_does_not_matter(tmp_path):
    cells = np.ones((60, 140))
    cells[0], cells[1], cells[2] = 70_000, 80_000, -5
    rows = read(raster(tmp_path / "p.tif", cells, west=-1_000, north=5_000))
    assert not codes(rows.notes)


def test_scale_and_offset_are_applied_and_nodata_is_not(tmp_path):
    cells = np.full((40, 120), 3, dtype=np.int16)
    cells[0, 0] = -1
    rows = read(raster(tmp_path / "p.tif", cells, nodata=-1, scales=(0.5,), offsets=(1.0,)))
    assert rows.people_in == pytest.approx((40 * 120 - 1) * 2.5)


def test_of_several_bands_the_first_counts(tmp_path):
    rows = read(raster(tmp_path / "p.tif", np.stack([np.full((40, 120), v) for v in (1.0, 99.0)])))
    assert rows.people_in == pytest.approx(40 * 120)
    assert "raster_bands" in codes(rows.notes)


def test_a_raster_that_ends_within_the_county_says_so(tmp_path):
    rows = read(raster(tmp_path / "p.tif", np.ones((40, 60))))
    (note,) = [n for n in rows.notes if n.code == "raster_partial"]
    assert "50.0%" in note.en
    assert "50.0%" in note.zh


def test_a_density_read_as_a_count_is_suspected(tmp_path):
    rows = read(raster(tmp_path / "p.tif", np.full((40, 120), 300.0)))
    assert "raster_density" in codes(rows.notes)
    assert "raster_density" not in codes(read(raster(tmp_path / "q.tif", np.full((40, 120), 3.0))).notes)


def test_lines_from_south_to_north_are_read_as_they_lie(tmp_path):
    cells = np.zeros((40, 120))
    cells[0, 0] = 5
    file = raster(tmp_path / "p.tif", cells, transform=Affine(100, 0, X0, 0, 100, Y0))
    lived = read(file).points.query("population > 0")
    assert shapely.get_coordinates(lived.geometry).tolist() == [[X0 + 50, Y0 + 50]]


def test_a_declared_system_beats_the_files_own(tmp_path):
    cells = np.ones((40, 120))
    bare = raster(tmp_path / "p.tif", cells, crs=None)
    assert read(LayerFile(bare.path, crs=CRS)).people_in == pytest.approx(4_800)
    assert read(LayerFile(bare.path, default_crs=CRS)).people_in == pytest.approx(4_800)
    wrong = raster(tmp_path / "q.tif", cells, crs="EPSG:32650")
    assert read(LayerFile(wrong.path, crs=CRS)).people_in == pytest.approx(4_800)
    with pytest.raises(SourceError):
        read(LayerFile(wrong.path, default_crs=CRS))


BAD = {
    "no system": (CrsError, "declare it", {"crs": None}),
    "rotated": (CrsError, "rotated", {"transform": Affine(100, 5, X0, 5, -100, Y0 + SIDE_M)}),
    "elsewhere": (SourceError, "does not reach the county", {"west": 50_000}),
    "picture": (SourceError, "picture", {"cells": np.full((3, 40, 120), 7, np.uint8), "photometric": "RGB"}),
    "complex": (SourceError, "picture", {"cells": np.ones((40, 120), np.complex64)}),
    "nobody": (SourceError, "nobody", {"cells": np.zeros((40, 120))}),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_raster_that_cannot_be_used_gets_one_line(tmp_path, fault):
    error, words, profile = BAD[fault]
    profile = dict(profile)
    file = raster(tmp_path / "p.tif", profile.pop("cells", np.ones((40, 120))), **profile)
    with pytest.raises(error, match=words) as caught:
        read(file)
    assert "\n" not in str(caught.value)
    assert caught.value.line("zh") != caught.value.line("en")


def test_a_map_of_classes_is_refused(tmp_path):
    file = raster(tmp_path / "p.tif", np.ones((40, 120), np.uint8))
    with rasterio.open(file.path, "r+") as dataset:
        dataset.write_colormap(1, {1: (255, 0, 0, 255)})
    with pytest.raises(SourceError, match="classes"):
        read(file)


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_a_shifted_raster_is_refused(tmp_path, system):
    file = raster(tmp_path / "p.tif", np.ones((40, 120)))
    with pytest.raises(CrsError, match="WGS84 or CGCS2000"):
        read(LayerFile(file.path, crs=system))


def test_damaged_and_missing_files_get_one_line(tmp_path):
    file = raster(tmp_path / "p.tif", np.random.default_rng(1).random((40, 120)), compress="deflate")
    whole = file.path.read_bytes()
    for content in (whole[: len(whole) // 2], b"PK\x03\x04 no raster", b""):
        file.path.write_bytes(content)
        with pytest.raises(FileError) as caught:
            read(file)
        assert "\n" not in str(caught.value)
    file.path.unlink()
    with pytest.raises(FileError, match="does not exist"):
        read(file)


def test_without_rasterio_the_way_to_get_it_is_named(tmp_path, monkeypatch):
    file = raster(tmp_path / "p.tif", np.ones((40, 120)))
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(CoverageError, match=r"pip install 'emergency-coverage\[raster\]'") as caught:
        read(file)
    assert "rasterio" in caught.value.line("zh")


def test_rasterio_is_not_imported_for_a_table():
    lines = "import sys, coverage.sources.population_table; sys.exit('rasterio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0


@pytest.fixture(scope="module")
def national(tmp_path_factory):
    """60,000 × 60,000 cells of which hardly any are stored, as a national file has them."""
    path = tmp_path_factory.mktemp("national") / "national.tif"
    transform = north_up(X0 - 3_000_000, Y0 + 3_000_000, 100)
    profile = {"driver": "GTiff", "width": 60_000, "height": 60_000, "count": 1, "dtype": "float32"}
    profile |= {"tiled": True, "blockxsize": 512, "blockysize": 512, "SPARSE_OK": True, "nodata": -1.0}
    with rasterio.open(path, "w", crs=CRS, transform=transform, **profile) as dataset:
        county = Window(30_000, 30_000 - 40, 120, 40)
        dataset.write(np.full((40, 120), 2.0, np.float32), 1, window=county)
    return LayerFile(path)


def test_a_national_raster_is_read_by_the_countys_window(national, monkeypatch):
    windows = []
    opened = rasterio.open

    class Watched:
        """A dataset that writes down what is read of it."""

        def __init__(self, dataset):
            self._dataset = dataset

        def __getattr__(self, name):
            return getattr(self._dataset, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._dataset.close()

        def read(self, *bands, window, **options):
            windows.append(window)
            return self._dataset.read(*bands, window=window, **options)

    monkeypatch.setattr(rasterio, "open", lambda *a, **k: Watched(opened(*a, **k)))
    tracemalloc.start()
    people = read_raster(national, frame(), townships()).pots.people.sum()
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert people == pytest.approx(40 * 120 * 2)
    # the rectangle of the county and at most one cell beside it, of 3.6 billion
    assert sum(window.width * window.height for window in windows) <= 42 * 122
    assert peak_bytes < 40_000_000


def test_reading_in_strips_changes_nothing(tmp_path, monkeypatch):
    cells = np.random.default_rng(9).uniform(0, 5, (50, 140))
    file = raster(tmp_path / "p.tif", cells, west=-700, north=4_500)
    whole = read(file, limits=frame(RAGGED))
    monkeypatch.setattr(population_raster, "STRIP_CELLS", 500)
    strips = read(file, limits=frame(RAGGED))
    assert by_township(strips.points) == pytest.approx(by_township(whole.points), rel=1e-12)
    assert len(strips.points) == len(whole.points)


def test_too_fine_a_raster_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(population_raster, "MAX_CELLS", 1_000)
    with pytest.raises(SourceError, match="sum them up"):
        read(raster(tmp_path / "p.tif", np.ones((40, 120))))


def test_merging_keeps_the_people_of_a_raster(tmp_path):
    cells = np.random.default_rng(2).uniform(0, 30, (40, 120))
    file = raster(tmp_path / "p.tif", cells)
    every, few = read(file), read(file, max_demand=200)
    assert len(few.points) <= 200 < len(every.points)
    assert by_township(few.points) == pytest.approx(by_township(every.points), rel=1e-12)
    assert codes(few.notes) == {"demand_merged"}
    assert set(few.points["id"]) <= set(every.points["id"])


def test_totals_are_compared_and_taken_if_asked(tmp_path):
    cells = np.zeros((40, 120))
    cells[:, :80] = 1.0
    towns = townships(3_200, np.nan, 500)
    file = raster(tmp_path / "p.tif", cells)
    rows = read(file, towns)
    (note,) = [n for n in rows.notes if n.code == "totals_differ"]
    assert "石门乡: 0 and 500 (-100.0%)" in note.en
    assert "1,600" in note.zh
    assert "3,700" in note.zh
    scaled = read(file, towns, scale_to_townships=True)
    assert by_township(scaled.points) == pytest.approx(
        {"430699100": 3_200, "430699101": 1_600, "430699102": 500}
    )
    assert codes(scaled.notes) >= {"scaled_to_totals", "totals_without_people"}
    assert scaled.modelled
    spread = scaled.points[scaled.points["township_id"] == "430699102"]
    assert (spread.geometry.y.round() == Y0 + 2_000).all()
    assert len(spread) > 5
