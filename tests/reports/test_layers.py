import math
import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pyogrio
import pytest

from builders import toy_analysis
from coverage.errors import FileError
from coverage.reports.layers import write_layers
from coverage.reports.palette import VERDICT_COLOURS

SPATIAL = ["boundary", "townships", "areas", "catchments", "roads", "demand", "facilities"]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("layers") / "analyze.gpkg"
    write_layers(toy_analysis(), path, lang="zh")
    return path


def _read(path, layer):
    return pyogrio.read_dataframe(path, layer=layer)


def _style(path, layer):
    with closing(sqlite3.connect(path)) as connection:
        # the very question that QGIS asks
        row = connection.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_schema='' AND f_table_name=?"
            " AND f_geometry_column=(SELECT column_name FROM gpkg_geometry_columns WHERE table_name=?)"
            " ORDER BY CASE WHEN useAsDefault THEN 1 ELSE 2 END, update_time DESC",
            (layer, layer),
        ).fetchone()
    return row[0]


def test_layers_and_tables(package):
    names = [name for name, _ in pyogrio.list_layers(package)]
    assert names == [*SPATIAL, "assumptions", "provenance", "layer_styles"]
    for name in SPATIAL:
        assert pyogrio.read_info(package, layer=name)["crs"] == "EPSG:4326"


def test_townships_hold_the_verdicts_of_both_clocks(package):
    layer, analysis = _read(package, "townships"), toy_analysis()
    mine, other = analysis.assessment.townships, analysis.other_clock.townships
    assert list(layer["verdict"]) == list(mine["verdict"])
    assert list(layer["verdict_departure"]) == list(other["verdict"])
    np.testing.assert_allclose(layer["median_s"], mine["median_s"])
    assert math.isnan(layer["worst_s"].iloc[2])
    np.testing.assert_allclose(layer.filter(like="band_").to_numpy(), analysis.assessment.bands.to_numpy())
    overlap = layer.to_crs(analysis.area.crs).geometry.intersection(analysis.area.townships.geometry)
    np.testing.assert_allclose(overlap.area, analysis.area.townships.area, rtol=1e-6)


def test_demand_holds_state_and_response(package):
    layer, demand = _read(package, "demand"), toy_analysis().assessment.demand
    assert list(layer["state"]) == list(demand["state"])
    finite = np.isfinite(demand["response_s"])
    np.testing.assert_allclose(layer["response_s"][finite], demand["response_s"][finite])
    assert layer["response_s"][~finite].isna().all()


def test_facilities_areas_and_roads(package):
    facilities = _read(package, "facilities")
    assert list(facilities["is_base"]) == [True, True, False]
    assert not facilities["base_assumed"].any()
    areas = _read(package, "areas")
    assert list(areas["limit_min"]) == [30, 15]
    roads, edges = _read(package, "roads"), toy_analysis().area.roads.edges
    assert len(roads) == len(edges)
    assert roads.loc[roads["highway"] == "primary", "speed_kph"].unique() == [70]
    assert roads.loc[roads["highway"] == "footway", "speed_kph"].isna().all()
    assert set(_read(package, "catchments")["facility_id"]) == {"h1", "s1"}


def test_tables_say_what_was_assumed(tmp_path):
    path = tmp_path / "analyze.gpkg"
    write_layers(toy_analysis(ambulances_known=False), path, lang="en")
    texts = " ".join(_read(path, "assumptions")["text"])
    assert "every hospital and ambulance station counts as one" in texts
    assert "modelled, not observed" in texts
    assert _read(path, "facilities")["base_assumed"].tolist() == [True, True, False]
    assert _read(path, "provenance")["modelled"].tolist() == [False, False, False, True, True]


def test_the_style_table_is_the_one_that_qgis_makes(package):
    with closing(sqlite3.connect(package)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(layer_styles)")]
        kind = connection.execute(
            "SELECT data_type FROM gpkg_contents WHERE table_name='layer_styles'"
        ).fetchone()
        times = [row[0] for row in connection.execute("SELECT update_time FROM layer_styles")]
    assert columns == [
        "id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column",
        "styleName", "styleQML", "styleSLD", "useAsDefault", "description", "owner", "ui", "update_time",
    ]  # fmt: skip
    assert kind == ("attributes",)
    assert all(time.endswith("Z") and "T" in time for time in times)


@pytest.mark.parametrize("layer", SPATIAL)
def test_every_layer_has_a_style_that_qgis_would_find_and_could_read(package, layer):
    root = ET.fromstring(_style(package, layer))
    renderer = root.find("renderer-v2")
    symbols = {symbol.get("name"): symbol for symbol in renderer.findall("symbols/symbol")}
    kinds = {
        "Point": "marker",
        "LineString": "line",
        "Polygon": "fill",
        "MultiPolygon": "fill",
    }
    wanted = kinds[pyogrio.read_info(package, layer=layer)["geometry_type"]]
    assert {symbol.get("type") for symbol in symbols.values()} == {wanted}
    fields = set(pyogrio.read_info(package, layer=layer)["fields"])
    categories = renderer.findall("categories/category")
    if categories:
        assert renderer.get("attr") in fields
        assert {category.get("symbol") for category in categories} == set(symbols)
    else:
        assert renderer.get("type") == "singleSymbol"
        assert set(symbols) == {"0"}
    assert {alias.get("field") for alias in root.findall("aliases/alias")} <= fields
    for text in root.iter("text-style"):
        assert text.get("fieldName") in fields
    for element in root.iter("layer"):
        options = {o.get("name"): o.get("value") for o in element.findall("Option/Option")}
        assert options == {p.get("k"): p.get("v") for p in element.findall("prop")}


def test_townships_wear_the_map_s_colours_and_the_unmet_a_hatch(package):
    root = ET.fromstring(_style(package, "townships"))
    symbols = root.findall("renderer-v2/symbols/symbol")
    for category in root.findall("renderer-v2/categories/category"):
        colour = VERDICT_COLOURS[category.get("value")]
        layers = symbols[int(category.get("symbol"))].findall("layer")
        rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        fill = next(p.get("v") for p in layers[0].findall("prop") if p.get("k") == "color")
        assert [int(v) for v in fill.split(",")[:3]] == rgb
        hatched = [layer.get("class") for layer in layers] == ["SimpleFill", "LinePatternFill"]
        assert hatched == (category.get("value") == "unmet")
    labels = {c.get("value"): c.get("label") for c in root.findall("renderer-v2/categories/category")}
    assert labels["partial"] == "部分达标"


def test_odd_names_survive(tmp_path):
    path = tmp_path / "analyze.gpkg"
    write_layers(toy_analysis(odd_names=True), path, lang="en")
    names = list(_read(path, "townships")["name"])
    assert names[0].startswith("=HYPERLINK")
    assert names[1] == "<script>alert('x')</script>&amp;"
    assert names[2] == "two lines and a tab"


def test_it_reads_as_plain_geodata(package):
    frame = gpd.read_file(package, layer="townships")
    assert frame.geometry.is_valid.all()
    assert frame.crs == "EPSG:4326"


def test_gdal_s_settings_are_left_as_they_were(tmp_path):
    before = pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS")
    write_layers(toy_analysis(), tmp_path / "analyze.gpkg", lang="zh")
    assert pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS") == before


def test_an_old_file_survives_a_write_that_fails(tmp_path, monkeypatch):
    path = tmp_path / "analyze.gpkg"
    path.write_text("old", encoding="utf-8")

    def fails(*_, **__):
        raise pyogrio.errors.DataSourceError("disk full")

    monkeypatch.setattr("coverage.reports.layers.pyogrio.write_dataframe", fails)
    with pytest.raises(FileError, match="disk full"):
        write_layers(toy_analysis(), path, lang="zh")
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["analyze.gpkg"]
