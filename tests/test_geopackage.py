"""A study area to its file and back; files that are none."""

from __future__ import annotations

import dataclasses
import sqlite3

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from builders import toy_area
from coverage.errors import FileError
from coverage.geopackage import FORMAT_VERSION, LAYERS, read_header, read_study_area, write_study_area


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "toy.gpkg"
    write_study_area(toy_area(odd_names=True), path)
    return path


def test_the_round_trip_changes_nothing(written):
    before, after = toy_area(odd_names=True), read_study_area(written)
    assert after.county == before.county
    assert (after.buffer_m, after.demand_unit) == (before.buffer_m, before.demand_unit)
    assert after.provenance == before.provenance
    assert after.crs == before.crs
    assert shapely.hausdorff_distance(after.boundary, before.boundary) < 1e-3
    for name in ("townships", "demand", "facilities"):
        a, b = getattr(after, name), getattr(before, name)
        pd.testing.assert_frame_equal(
            pd.DataFrame(a[list(b.columns)].drop(columns="geometry")),
            # SQLite ends a text at a NUL
            pd.DataFrame(b.drop(columns="geometry")).replace("\x00", "", regex=True),
            check_dtype=False,
        )
        assert a.geometry.distance(b.geometry).max() < 1e-3
    a, b = after.roads.edges, before.roads.edges
    assert a.index.equals(b.index)
    np.testing.assert_allclose(a["length"], b["length"])
    assert a["highway"].tolist() == b["highway"].tolist()
    assert a.geometry.hausdorff_distance(b.geometry).max() < 1e-3


def test_lists_of_osmnx_become_texts(tmp_path):
    area = toy_area()
    edges = area.roads.edges.copy()
    edges["osmid"] = [[1, 2] if i % 2 else i for i in range(len(edges))]
    path = tmp_path / "toy.gpkg"
    write_study_area(dataclasses.replace(area, roads=dataclasses.replace(area.roads, edges=edges)), path)
    assert read_study_area(path).roads.edges["osmid"].tolist()[:2] == ["0", "1;2"]


def test_every_layer_is_there_in_wgs84(written):
    layers = dict(pyogrio.list_layers(written))
    assert set(LAYERS) <= set(layers)
    for name in set(LAYERS) - {"provenance"}:
        assert pyogrio.read_info(written, layer=name)["crs"] == "EPSG:4326"


def test_the_header_tells_names_and_provenance(written):
    header = read_header(written)
    assert header.county.code == "430699"
    assert header.format_version == FORMAT_VERSION
    assert header.provenance == toy_area().provenance


def alter(path, statement):
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def test_a_later_version_is_refused(written):
    # the layer's triggers want GDAL's functions, which plain SQLite lacks
    table = pyogrio.read_dataframe(written, layer="boundary").assign(format_version=99)
    pyogrio.write_dataframe(table, written, layer="boundary", driver="GPKG", append=False)
    with pytest.raises(FileError, match="is of version 99, this program reads up to 1: update the program"):
        read_study_area(written)


def test_files_that_are_no_study_area(tmp_path, written):
    missing, empty, text, cut, other = (
        tmp_path / f"{n}.gpkg" for n in ("no", "empty", "text", "cut", "other")
    )
    empty.touch()
    text.write_text("name,lon,lat\n", "utf-8")
    cut.write_bytes(written.read_bytes()[:60_000])
    gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4326).to_file(other, layer="points")
    with pytest.raises(FileError, match="does not exist"):
        read_study_area(missing)
    for path in (empty, text, cut, other):
        with pytest.raises(FileError, match="is not a study area that can be read") as caught:
            read_study_area(path)
        assert str(path) in str(caught.value)
        assert "\n" not in caught.value.line("zh")


def test_a_folder_in_the_way_is_an_error_and_nothing_is_left(tmp_path):
    path = tmp_path / "file" / "toy.gpkg"
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(FileError, match="cannot be written"):
        write_study_area(toy_area(), path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def test_an_older_file_stays_whole_when_writing_fails(written, monkeypatch):
    before = written.read_bytes()

    def fail(*_args, **_kwargs):
        raise pyogrio.errors.DataSourceError("disk full")

    monkeypatch.setattr(pyogrio, "write_dataframe", fail)
    with pytest.raises(FileError, match="disk full"):
        write_study_area(toy_area(), written)
    assert written.read_bytes() == before
    assert [p.name for p in written.parent.iterdir()] == ["toy.gpkg"]
