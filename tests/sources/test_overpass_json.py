"""Answers of Overpass into one extract, the same as a file gives."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.errors import DownloadError
from coverage.sources.osm_file import read_extract
from coverage.sources.osm_server import Server, TryAgain
from coverage.sources.overpass_json import data_date, merge_answers, read_overpass
from osm_xml import small_county
from overpass_server import KINDS, MapData

SERVER = Server("http://overpass.test/api", "--endpoint")


def answer(*elements, **more):
    return {"version": 0.6, "elements": list(elements), **more}


def node(number, **tags):
    return {"type": "node", "id": number, "lon": number / 10, "lat": 47.0, **({"tags": tags} if tags else {})}


def way(number, refs, **tags):
    return {"type": "way", "id": number, "nodes": refs, "tags": tags}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return small_county().write(tmp_path_factory.mktemp("county") / "x.osm")


@pytest.fixture(scope="module")
def elements(county):
    data = MapData(county)
    return [element for kind in KINDS for element in data.elements[kind].values()]


def test_an_answer_makes_the_extract_that_the_file_makes(county, elements):
    extract = merge_answers([answer(*elements)])
    file = read_extract(county)
    assert extract.roads == file.roads
    assert extract.features == file.features
    assert extract.areas == file.areas
    assert extract.way_refs == file.way_refs
    for ref, point in file.nodes.items():
        assert extract.nodes[ref] == pytest.approx(point)


@given(st.data())
def test_how_elements_are_spread_over_answers_changes_nothing(elements, data):
    where = data.draw(
        st.lists(st.sets(st.integers(0, 2), min_size=1), min_size=len(elements), max_size=len(elements))
    )
    order = data.draw(st.permutations(range(3)))
    answers = [answer(*(e for e, places in zip(elements, where, strict=True) if i in places)) for i in order]
    assert merge_answers(answers) == merge_answers([answer(*elements)])


def test_what_is_what():
    extract = merge_answers(
        [
            answer(
                node(1),
                node(2, place="village"),
                node(3, highway="crossing"),
                way(5, [1, 2], highway="track", access="private"),
                way(6, [1, 2], route="ferry"),
                way(7, [1, 2], admin_level="8"),
                way(8, [1, 2, 3, 1], amenity="hospital"),
                {"type": "relation", "id": 9, "tags": {"boundary": "administrative"}, "members": [
                    {"type": "way", "ref": 7, "role": "outer"},
                    {"type": "way", "ref": 70, "role": "outer"},
                    {"type": "node", "ref": 2, "role": "admin_centre"},
                    {"type": "relation", "ref": 4, "role": "subarea"},
                ]},
                {"type": "area", "id": 3600000009, "tags": {"name": "x"}},
            )
        ]
    )  # fmt: skip
    assert [(w.id, w.tags["access"]) for w in extract.roads] == [(5, "private")]
    assert extract.ferries == (6,)
    assert [f.uid for f in extract.features] == ["w8", "n2"]
    assert extract.areas[0].members == (
        ("w", 7, "outer"),
        ("w", 70, "outer"),
        ("n", 2, "admin_centre"),
        ("r", 4, "subarea"),
    )
    assert extract.way_refs == {7: (1, 2)}
    assert extract.nodes == {1: (0.1, 47.0), 2: (0.2, 47.0), 3: (0.3, 47.0)}


def test_the_date_is_that_of_the_oldest_answer():
    dated = [
        answer(osm3s={"timestamp_osm_base": date})
        for date in ("2024-02-01T00:00:00Z", "2024-01-01T00:00:00Z")
    ]
    assert merge_answers(dated).date == "2024-01-01T00:00:00Z"
    assert merge_answers([*dated, answer()]).date == "2024-01-01T00:00:00Z"
    assert merge_answers([answer()]).date == ""
    assert data_date(dated[0]) == "2024-02-01T00:00:00Z"


def test_no_answers_make_an_empty_extract():
    extract = merge_answers([])
    assert (extract.roads, extract.areas, extract.nodes) == ((), (), {})


def test_a_relation_that_is_a_settlement_brings_its_ways():
    relation = {
        "type": "relation",
        "id": 9,
        "tags": {"place": "village", "type": "multipolygon"},
        "members": [{"type": "way", "ref": 7, "role": "outer"}],
    }
    assert merge_answers([answer(way(7, [1, 2]), relation)]).way_refs == {7: (1, 2)}


def test_every_cut_of_an_answer_is_noticed():
    body = json.dumps(answer(node(1, place="village"), way(2, [1, 1]))).encode()
    assert read_overpass(body, SERVER)["version"] == 0.6
    for end in range(len(body)):
        with pytest.raises(TryAgain):
            read_overpass(body[:end], SERVER)


def test_a_remark_is_an_error_in_both_languages():
    body = json.dumps(answer(node(1), remark="runtime error: Query run out of\n memory")).encode()
    with pytest.raises(DownloadError) as caught:
        read_overpass(body, SERVER)
    assert "overpass.test could not finish the answer (runtime error: Query run out of memory)" in str(
        caught.value
    )
    assert "未能完成查询" in caught.value.line("zh")


def test_bytes_that_are_no_text_are_cut_short():
    with pytest.raises(TryAgain):
        read_overpass(b"\xff\xfe\xfa{}", SERVER)


STRANGE = [
    3,
    {"type": "node", "lon": 1.0, "lat": 2.0},
    {"type": "node", "id": "1", "lon": 1.0, "lat": 2.0},
    {"type": "node", "id": True, "lon": 1.0, "lat": 2.0},
    {"type": "node", "id": 2**63, "lon": 1.0, "lat": 2.0},
    {"type": "node", "id": 1, "lon": 1.0},
    {"type": "node", "id": 1, "lon": None, "lat": 2.0},
    {"type": "node", "id": 1, "lon": "1.0", "lat": 2.0},
    {"type": "node", "id": 1, "lon": 181.0, "lat": 2.0},
    {"type": "node", "id": 1, "lon": 1.0, "lat": float("nan")},
    {"type": "node", "id": 1, "lon": float("inf"), "lat": 2.0},
    {"type": "node", "id": 1, "lon": 1.0, "lat": 2.0, "tags": ["x"]},
    {"type": "node", "id": 1, "lon": 1.0, "lat": 2.0, "tags": None},
    {"type": "way", "id": 1, "nodes": 3},
    {"type": "way", "id": 1, "nodes": [1, "2"]},
    {"type": "way", "id": 1, "nodes": [1, None]},
    {"type": "way", "id": 1, "nodes": [1, 2], "tags": {"highway": 3}},
    {"type": "relation", "id": 1, "members": {"a": 1}},
    {"type": "relation", "id": 1, "members": [3]},
    {"type": "relation", "id": 1, "members": [{"type": "way", "role": ""}]},
    {"type": "relation", "id": 1, "members": [{"type": "street", "ref": 2, "role": ""}]},
    {"type": "relation", "id": 1, "members": [{"type": ["way"], "ref": 2, "role": ""}]},
    {"type": "relation", "id": 1, "members": [{"type": "way", "ref": 2, "role": 3}]},
    {"type": "street", "id": 1},
    {"type": ["way"], "id": 1},
    {"id": 1},
]


@pytest.mark.parametrize("element", STRANGE, ids=str)
def test_an_element_that_cannot_be_used_is_refused_before_it_is_kept(element):
    body = json.dumps(answer(node(1), element)).encode()
    with pytest.raises(DownloadError, match=r"does not answer as an Overpass server \(element ") as caught:
        read_overpass(body, SERVER)
    assert "Overpass 的格式（要素" in caught.value.line("zh")


def test_a_strange_head_is_refused():
    with pytest.raises(DownloadError, match="does not answer as an Overpass server"):
        read_overpass(json.dumps(answer(node(1), osm3s="x")).encode(), SERVER)


def test_elements_of_every_kind_pass():
    relation = {"type": "relation", "id": 4, "members": [{"type": "way", "ref": 3, "role": "outer"}]}
    whole = answer(
        node(1), node(2, place="village"), way(3, [1, 2], highway="road"), relation, {"type": "way", "id": 9}
    )
    assert read_overpass(json.dumps(whole).encode(), SERVER) == whole
    assert merge_answers([whole]).nodes
