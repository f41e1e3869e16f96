import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import pyogrio
import pytest

from coverage.reports.proposal_layers import write_proposal_layers
from proposals import toy_proposal

SPATIAL = ["boundary", "townships", "areas", "demand", "facilities", "candidates", "sites"]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("layers") / "propose.gpkg"
    write_proposal_layers(toy_proposal(closing=True), path, lang="zh")
    return path


def _read(path, layer):
    return pyogrio.read_dataframe(path, layer=layer)


def test_layers_and_tables(package):
    names = [name for name, _ in pyogrio.list_layers(package)]
    assert names == [*SPATIAL, "assumptions", "provenance", "layer_styles"]
    for name in SPATIAL:
        assert pyogrio.read_info(package, layer=name)["crs"] == "EPSG:4326"


def test_townships_hold_before_and_after(package):
    layer = _read(package, "townships")
    assert list(layer["verdict_before"]) == ["met", "partial", "unmet"]
    assert list(layer["verdict_after"]) == ["met"] * 3
    assert list(layer["gained_population"]) == [0, 2_500, 11_500]
    assert list(layer["verdict_changes"]) == [False, True, True]


def test_demand_says_by_which_site_it_is_gained(package):
    layer = _read(package, "demand")
    gained = layer[layer["gained_by"] > 0]
    assert dict(gained["gained_by"].value_counts()) == {1: 6, 2: 2}
    assert set(gained["state_after"]) == {"covered"}
    assert "covered" not in set(gained["state_before"])
    assert set(gained["gained_by_name"]) == {"石门乡卫生院", "柳林北急救站"}


def test_sites_lie_where_they_are_proposed(package):
    layer, sites = _read(package, "sites"), toy_proposal().sites
    assert list(layer["rank"]) == [1, 2]
    assert list(layer.geometry.x) == pytest.approx([s.lon for s in sites])
    assert list(layer["added_population"]) == [11_500, 2_500]


def test_candidates_say_what_became_of_them(package):
    assert list(_read(package, "candidates")["plan"]) == ["kept", "kept", "chosen", "chosen", "not_chosen"]
    assert list(_read(package, "facilities")["id"]) == ["h1", "w1", "n1"]


@pytest.mark.parametrize("layer", SPATIAL)
def test_every_layer_has_a_style_whose_columns_exist(package, layer):
    with closing(sqlite3.connect(package)) as connection:
        (qml,) = connection.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name=?", (layer,)
        ).fetchone()
    root = ET.fromstring(qml)
    fields = set(pyogrio.read_info(package, layer=layer)["fields"])
    renderer = root.find("renderer-v2")
    if renderer.get("type") == "categorizedSymbol":
        assert renderer.get("attr") in fields
    assert {alias.get("field") for alias in root.findall("aliases/alias")} <= fields
    for text in root.iter("text-style"):
        assert text.get("fieldName") in fields


def test_the_method_stands_among_the_assumptions(package):
    texts = " ".join(_read(package, "assumptions")["text"])
    assert "Church" in texts
    assert "已证明最优" in texts


@pytest.mark.parametrize("kind", [{"nothing": True}, {"kind": "subcentre"}, {"odd_names": True}])
def test_other_proposals_are_written_too(kind, tmp_path):
    path = tmp_path / "propose.gpkg"
    write_proposal_layers(toy_proposal(**kind), path, lang="en")
    names = [name for name, _ in pyogrio.list_layers(path)]
    assert ("sites" in names) == (not kind.get("nothing", False))
