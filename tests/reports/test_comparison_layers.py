import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import pyogrio
import pytest

from comparison_cases import CASES, NOT_A_WORD, comparison_case
from coverage.reports import comparison_wording as words
from coverage.reports.comparison_layers import write_comparison_layers

SPATIAL = ["boundary", "townships", "areas", "demand", "facilities"]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layers")

    def write(case="toy", lang="zh"):
        path = folder / f"{case}.{lang}.gpkg"
        if not path.exists():
            write_comparison_layers(comparison_case(case), path, lang=lang)
        return path

    return write


def _read(path, layer):
    return pyogrio.read_dataframe(path, layer=layer)


def _style(path, layer):
    with closing(sqlite3.connect(path)) as connection:
        (qml,) = connection.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name=?", (layer,)
        ).fetchone()
    return ET.fromstring(qml)


def test_layers_and_tables(package):
    names = [name for name, _ in pyogrio.list_layers(package())]
    assert names == [*SPATIAL, "roadworks", "assumptions", "provenance", "layer_styles"]
    for name in (*SPATIAL, "roadworks"):
        assert pyogrio.read_info(package(), layer=name)["crs"] == "EPSG:4326"


@pytest.mark.parametrize("case", CASES)
def test_gained_less_lost_is_after_less_before_in_every_township(package, case):
    layer = _read(package(case), "townships")
    for outcome in comparison_case(case).options:
        a = outcome.key.lower()
        net = layer[f"{a}_gained_population"] - layer[f"{a}_lost_population"]
        after = layer[f"{a}_covered_population"] - layer["today_covered_population"]
        assert list(net) == pytest.approx(list(after))
        assert list(layer[f"{a}_verdict"]) == list(outcome.townships["verdict_after"])


def test_demand_says_what_becomes_of_it_with_each_option(package):
    layer, comparison = _read(package("losing"), "demand"), comparison_case("losing")
    for outcome in comparison.options:
        a = outcome.key.lower()
        assert list(layer[f"{a}_change"]) == list(outcome.demand["change"])
        gone = layer[layer[f"{a}_change"] == "lost"]
        assert gone["population"].sum() == outcome.lost_population
        assert (gone["today_response_s"] <= 900).all()
        assert (gone[f"{a}_response_s"] > 900).all()


def test_a_facility_stands_once_for_each_state_that_it_is_in(package):
    layer = _read(package(), "facilities")
    states = [
        (row.id, row.kind, row.ambulances, row.hours, row.open_in)
        for row in layer.itertuples()
        if row.id == "w1"
    ]
    assert states == [
        ("w1", "health_centre", 0.0, "", "0 C D F G"),
        ("w1", "health_centre", 1.0, "", "A B"),
        ("w1", "health_centre", 1.0, "08:00-20:00", "E"),
    ]
    moved = layer[layer["id"] == "s1"]
    assert list(moved["open_in"]) == ["0 A B E F G", "D"]
    assert moved.geometry.iloc[0].distance(moved.geometry.iloc[1]) > 0.1
    comparison = comparison_case("toy")
    for outcome in comparison.outcomes:
        column = "in_today" if outcome.is_baseline else f"in_{outcome.key.lower()}"
        assert set(layer.loc[layer[column], "id"]) == set(outcome.area.facilities["id"])
        assert layer[column].sum() == len(outcome.area.facilities)
        held = [outcome.key in keys.split() for keys in layer["open_in"]]
        assert held == list(layer[column])


def test_areas_of_every_outcome_the_narrow_one_above(package):
    layer = _read(package(), "areas")
    assert list(layer["outcome"]) == [key for key in "0ABCDEFG" for _ in range(2)]
    assert list(layer["limit_min"]) == [30.0, 15.0] * 8


@pytest.mark.parametrize("case", ["toy", "nothing", "odd", "one"])
@pytest.mark.parametrize("layer", SPATIAL)
def test_every_layer_has_a_style_whose_columns_exist(package, layer, case):
    root = _style(package(case), layer)
    fields = set(pyogrio.read_info(package(case), layer=layer)["fields"])
    renderer = root.find("renderer-v2")
    if renderer.get("type") == "categorizedSymbol":
        assert renderer.get("attr") in fields
        table = _read(package(case), layer)
        drawn = {c.get("value") for c in renderer.iter("category") if c.get("render") == "true"}
        assert drawn & set(table[renderer.get("attr")].astype(str))
    assert {alias.get("field") for alias in root.findall("aliases/alias")} <= fields
    for text in root.iter("text-style"):
        assert text.get("fieldName") in fields


def test_qgis_opens_on_the_advised_option(package):
    assert _style(package(), "townships").find("renderer-v2").get("attr") == "b_verdict"
    assert _style(package(), "demand").find("renderer-v2").get("attr") == "b_change"
    drawn = {
        c.get("value"): c.get("render")
        for c in _style(package(), "areas").find("renderer-v2").iter("category")
    }
    assert {value for value, render in drawn.items() if render == "true"} == {"B 15", "B 30"}
    assert len(drawn) == 16
    # where none is advised, on the one that covers most
    first = next(key for key in comparison_case("nothing").order if key != "0")
    assert _style(package("nothing"), "demand").find("renderer-v2").get("attr") == f"{first.lower()}_change"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_answer_and_the_options_text_stand_among_the_assumptions(package, lang):
    comparison = comparison_case("toy")
    table = _read(package("toy", lang), "assumptions")
    texts = set(table["text"])
    assert set(words.headline(comparison, lang)[1:]) <= texts
    assert set(words.condition_lines(comparison, lang)) <= texts
    assert {outcome.text for outcome in comparison.options} <= texts
    assert words.study_area_id(comparison) in texts
    assert not any(NOT_A_WORD.fullmatch(text.lower()) for text in texts)


def test_roads_closed_and_built_have_a_layer_where_there_are_any(package):
    assert "roadworks" not in [name for name, _ in pyogrio.list_layers(package("losing"))]
    table = _read(package(), "roadworks")
    assert table[["outcome", "kind", "name"]].to_numpy().tolist() == [
        ["F", "closed", "北段"],
        ["F", "new", "东线"],
    ]
    outcome = comparison_case("toy").outcome("F")
    lines = table.to_crs(outcome.area.crs).geometry
    assert lines[1].hausdorff_distance(outcome.new_roads.geometry[0]) < 0.01
    categories = list(_style(package(), "roadworks").find("renderer-v2").iter("category"))
    assert [c.get("value") for c in categories] == ["F closed", "F new"]
    assert {c.get("render") for c in categories} == {"false"}
    assert "封闭道路" in categories[0].get("label")
