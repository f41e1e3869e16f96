"""A county from the servers: the same as from a file, asked once, whole or not at all."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj.database
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from coverage.errors import CoverageError, DownloadError, FileError, SourceError
from coverage.sources.frame import frame_of
from coverage.sources.import_order import Order, Outline
from coverage.sources.nominatim_json import Place
from coverage.sources.osm_areas import assemble
from coverage.sources.osm_download import (
    FEATURE_TAGS,
    MAX_TILE_M,
    N_STAGES,
    TOLERANCE_M,
    _boundary_questions,
    _tiles,
    download_county,
)
from coverage.sources.osm_extract import OsmSource
from coverage.sources.osm_file import OsmObject, read_extract
from coverage.sources.osm_places import SETTLEMENT_RANKS, _facility_kind, facilities, settlements
from coverage.sources.osm_roads import build_graph, clip, tabulate
from coverage.sources.osm_server import Politeness
from coverage.sources.osm_townships import relation_boundary, select_townships, township_areas
from coverage.sources.study_area_import import import_study_area
from coverage.study_area import WGS84, County
from osm_xml import small_county
from overpass_server import DATE, UTM_ZONES, MapData, MapServer, code, cut_short, hang, page, remark, said

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ROOT = Path(__file__).resolve().parents[2]
QUICK = Politeness(max_tries=3, first_wait_s=0.01, longest_wait_s=5.0)


@pytest.fixture(scope="module", autouse=True)
def _known_zones():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyproj.database, "query_utm_crs_info", UTM_ZONES)
        yield


@pytest.fixture(scope="module")
def extract_file(tmp_path_factory):
    return small_county().write(tmp_path_factory.mktemp("data") / "small.osm")


@pytest.fixture(scope="module")
def data(extract_file):
    return MapData(extract_file)


@pytest.fixture
def server(data, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with MapServer(data) as running:
        yield running


@pytest.fixture(scope="module")
def kept(data, tmp_path_factory):
    """Give the folder of a whole download of the small county."""
    folder = tmp_path_factory.mktemp("kept")
    with MapServer(data) as running:
        fetched(running, folder)
    return folder


@pytest.fixture
def placed(kept, tmp_path):
    """Give a folder in which the place is known already: OSMnx waits a second before it asks for one."""
    folder = tmp_path / "placed"
    folder.mkdir()
    shutil.copy2(one(kept, "place"), folder)
    return folder


def one(folder, name):
    (path,) = folder.glob(f"{name}-*.json")
    return path


def fetched(server, folder, place="试县", **options):
    options = {
        "buffer_m": 2_000.0,
        "township_level": 8,
        "timeout_s": 10.0,
        "overpass_url": server.url,
        "nominatim_url": server.url,
        "politeness": QUICK,
        **options,
    }
    return download_county(place, folder=folder, **options)


def refused(server, folder, *args, **options):
    with pytest.raises(CoverageError) as caught:
        fetched(server, folder, *args, **options)
    assert isinstance(caught.value, DownloadError | SourceError | FileError)
    assert caught.value.line("zh") != caught.value.line("en")
    return caught.value.line("en")


def test_a_county_comes_whole(server, tmp_path, extract_file):
    got = fetched(server, tmp_path / "new" / "shi")
    file = read_extract(extract_file)
    assert got.extract.roads == file.roads
    assert got.extract.features == file.features
    assert got.extract.areas == file.areas
    assert (got.name, got.name_en) == ("试县", "Shi")
    assert got.relation.id == 1
    assert got.boundary.equals(assemble(got.relation, got.extract).polygon)
    assert got.origin.date == got.extract.date == DATE
    assert got.origin.source == f"OpenStreetMap ({server.url.removeprefix('http://')})"
    assert "ODbL" in got.origin.licence
    assert re.fullmatch("[0-9a-f]{64}", got.origin.sha256)
    assert (got.n_asked, got.n_cached) == (4, 0)
    assert got.n_bytes == sum(path.stat().st_size for path in (tmp_path / "new" / "shi").iterdir())
    assert [note.code for note in got.notes] == ["place_taken"]
    assert [entry.page for entry in server.log] == ["search", "status", *["interpreter"] * 3]


def test_what_has_come_is_not_asked_again_be_there_a_network_or_not(kept, tmp_path):
    folder = shutil.copytree(kept, tmp_path / "again")
    nowhere = "http://127.0.0.1:9"
    got = download_county(
        "试县", folder=folder, buffer_m=2_000.0, township_level=8, overpass_url=nowhere, nominatim_url=nowhere
    )
    assert (got.n_asked, got.n_cached, got.n_bytes) == (0, 4, 0)


def test_another_server_goes_on_where_one_gave_up(data, server, tmp_path):
    server.faults["interpreter"] = itertools.chain([None], itertools.repeat(code(504)))
    assert "504" in refused(server, tmp_path)
    with MapServer(data) as other:
        got = fetched(other, tmp_path)
        assert (got.n_asked, got.n_cached) == (2, 2)
        assert [entry.page for entry in other.log] == ["status", "interpreter", "interpreter"]


def test_another_buffer_asks_for_other_surroundings(server, kept, tmp_path):
    folder = shutil.copytree(kept, tmp_path / "wider")
    got = fetched(server, folder, buffer_m=3_000.0)
    assert (got.n_asked, got.n_cached) == (2, 2)


def test_the_same_answers_have_the_same_hash(server, kept, tmp_path):
    folder = shutil.copytree(kept, tmp_path / "again")
    first = fetched(server, folder)
    assert fetched(server, folder).origin == first.origin
    path = one(folder, "roads-1")
    path.write_text(path.read_text("utf-8").replace("primary", "secondary"), encoding="utf-8")
    assert fetched(server, folder).origin.sha256 != first.origin.sha256


@pytest.mark.parametrize(
    "spoil", [b"", b"{", b'{"elements": []', b"<html>", b'{"elements": [], "remark": "x"}', b"[]"]
)
def test_a_damaged_answer_is_asked_for_again(server, kept, tmp_path, spoil):
    folder = shutil.copytree(kept, tmp_path / "damaged")
    one(folder, "roads-1").write_bytes(spoil)
    got = fetched(server, folder)
    assert (got.n_asked, got.n_cached) == (1, 3)
    assert one(folder, "roads-1").read_bytes() == one(kept, "roads-1").read_bytes()


def test_a_kept_answer_with_a_strange_element_is_asked_for_again(server, kept, tmp_path):
    folder = shutil.copytree(kept, tmp_path / "again")
    answer = json.loads(one(folder, "roads").read_text(encoding="utf-8"))
    answer["elements"][0] = {"type": "node", "id": 1}
    one(folder, "roads").write_text(json.dumps(answer), encoding="utf-8")
    assert fetched(server, folder).n_asked == 1
    server.faults["interpreter"] = iter([said(answer)])
    one(folder, "roads").unlink()
    assert "does not answer as an Overpass server (element" in refused(server, folder)
    assert not list(folder.glob("roads-*"))


def test_a_damaged_place_is_asked_for_again(server, kept, tmp_path):
    folder = shutil.copytree(kept, tmp_path / "damaged")
    path = one(folder, "place")
    path.write_bytes(path.read_bytes()[:-40])
    assert fetched(server, folder).n_asked == 1


def test_refresh_asks_anew_and_forgets_once_the_first_answer_is_there(server, kept, tmp_path):
    folder = shutil.copytree(kept, tmp_path / "fresh")
    (folder / "notes.json").write_text("{}", encoding="utf-8")
    before = {path.name for path in folder.iterdir()}
    server.faults["search"] = iter([page("<title>Hotel</title>")])
    assert "Hotel" in refused(server, folder, refresh=True)
    assert {path.name for path in folder.iterdir()} == before
    server.faults["interpreter"] = iter([code(403)])
    refused(server, folder, refresh=True)
    assert {path.name for path in folder.iterdir()} == {one(kept, "place").name, "notes.json"}
    assert fetched(server, folder).n_asked == 3


def test_old_answers_are_named(server, kept, tmp_path):
    folder = shutil.copytree(kept, tmp_path / "old")
    then = time.time() - 40 * 86_400
    os.utime(one(folder, "roads-1"), (then, then))
    (note,) = [n for n in fetched(server, folder).notes if n.code == "answers_old"]
    assert note.count == 1
    assert "--refresh" in note.en
    assert "--refresh" in note.zh


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (code(504), "busy (504 Gateway Timeout) after 3 tries"),
        (code(429, Retry_After="9999"), "it asks to wait 9999 s"),
        (cut_short, "cut short after 3 tries"),
        (page("<title>Sign in</title>"), "(Sign in)"),
        (remark("runtime error: out of memory"), "runtime error: out of memory"),
        (said({}), "does not answer as an Overpass server"),
    ],
)
def test_a_fault_of_overpass_is_one_line_and_leaves_no_answer(server, placed, fault, words):
    server.faults["interpreter"] = itertools.repeat(fault)
    assert words in refused(server, placed)
    assert [path.name[:5] for path in placed.iterdir()] == ["place"]
    server.faults["interpreter"] = iter([])
    assert fetched(server, placed).n_asked == 3


def test_a_hang_ends_with_the_timeout(server, placed):
    server.faults["interpreter"] = iter([hang])
    assert "within 1 s" in refused(server, placed, timeout_s=1.0)
    assert fetched(server, placed).n_cached == 1


def test_ctrl_c_leaves_what_has_come(server, placed):
    def interrupt(en, _, **__):
        if en.startswith("roads"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetched(server, placed, progress=interrupt)
    assert {path.name.partition("-")[0] for path in placed.iterdir()} == {"place", "boundaries", "features"}
    assert fetched(server, placed).n_asked == 1


KILLED = """
import sys
from pathlib import Path
from coverage.sources.osm_download import download_county
download_county("试县", folder=Path(sys.argv[2]), buffer_m=2000.0, township_level=8, timeout_s=60.0,
                overpass_url=sys.argv[1], nominatim_url=sys.argv[1])
"""


def test_a_killed_download_goes_on_without_asking_twice(server, tmp_path):
    server.faults["interpreter"] = iter([None, None, hang])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-c", KILLED, server.url, str(tmp_path / "shi")]
    with subprocess.Popen(command, cwd=tmp_path, env=environment) as process:
        while len(server.asked("interpreter")) < 3:
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert fetched(server, tmp_path / "shi").n_cached == 3
    answered = [(entry.page, entry.text.partition(";")[2]) for entry in server.log if entry.answered]
    questions = [question for question in answered if question[0] != "status"]
    assert len(questions) == len(set(questions)) == 4


def test_stages_parts_and_waits_are_announced(server, placed):
    told = []
    server.faults["interpreter"] = iter([code(504)])
    fetched(server, placed, progress=lambda en, zh, *, within=False: told.append((en, zh, within)))
    assert [en for en, _, within in told if not within] == [
        "place",
        "boundaries",
        "settlements and medical care",
        "roads",
    ]
    assert len([1 for _, _, within in told if not within]) == N_STAGES
    parts = [en for en, _, within in told if within]
    assert parts[0].endswith("is busy (504 Gateway Timeout): waiting 0 s")
    assert parts[1:] == ["settlements 1 of 1", "roads 1 of 1"]
    assert all(zh and zh != en for en, zh, _ in told)


def test_without_a_level_no_townships_are_asked_for(server, placed):
    got = fetched(server, placed, township_level=None)
    assert [area.id for area in got.extract.areas] == [1]
    assert got.relation.id == 1


def test_a_place_whose_rank_says_nothing_comes_without_its_relation(server, kept, tmp_path):
    place = json.loads(one(kept, "place").read_bytes())
    place[0].update({"class": "place", "type": "county"})
    (tmp_path / one(kept, "place").name).write_text(json.dumps(place), encoding="utf-8")
    got = fetched(server, tmp_path, township_level=None)
    assert (got.relation, got.name, got.name_en) == (None, "试县", "")
    assert got.n_asked == 2


def test_a_place_that_nobody_knows(server, tmp_path):
    assert "no place called 临香市" in refused(server, tmp_path, "临香市")


def test_a_place_that_is_a_point(server, tmp_path):
    assert "西村 as a point without an outline" in refused(server, tmp_path, "西村")


@pytest.mark.parametrize("place", ["", "  \n"])
def test_a_place_needs_a_name(server, tmp_path, place):
    assert "no place is named" in refused(server, tmp_path, place)
    assert server.log == []


def test_a_place_far_larger_than_a_county(server, kept, tmp_path):
    place = json.loads(one(kept, "place").read_bytes())
    place[0]["geojson"] = shapely.geometry.mapping(shapely.box(75, 20, 130, 50))
    (tmp_path / one(kept, "place").name).write_text(json.dumps(place), encoding="utf-8")
    assert "more than any county" in refused(server, tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"buffer_m": -1.0}, "buffer"),
        ({"timeout_s": 0.0}, "--timeout"),
        ({"overpass_url": "overpass"}, "give --endpoint"),
        ({"nominatim_url": "nominatim"}, "give --nominatim"),
    ],
)
def test_options_that_make_no_sense(server, placed, options, words):
    assert words in refused(server, placed, **options)


def test_a_folder_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "cannot be written" in refused(server, tmp_path / "file" / "shi")
    assert server.log == []


@pytest.mark.parametrize("buffer_m", [0.0, 20_000.0, 60_000.0])
def test_the_parts_cover_the_region_and_none_is_too_large(buffer_m):
    frame = frame_of(shapely.Point(113.4, 29.5).buffer(0.2), buffer_m)
    parts = gpd.GeoSeries(_tiles(frame), crs=WGS84).to_crs(frame.crs)
    # sides of parts are straight in degrees, not in metres
    assert frame.region.difference(parts.union_all().buffer(1.0)).area == 0
    assert frame.region.buffer(2_000.0).difference(parts.union_all().buffer(1.0)).area == 0
    assert (parts.area <= MAX_TILE_M**2 * 1.001).all()
    assert parts.is_valid.all()


def test_boundaries_are_asked_for_over_all_of_the_county():
    """Fewer corners make a shorter question; what they cut off must be within it all the same."""
    turn = np.linspace(0, 2 * np.pi, 721)[:-1]
    far = 0.1 + 0.7 * TOLERANCE_M / 111_195 * np.sin(60 * turn)
    outline = shapely.Polygon(np.column_stack([9.5 + far * np.cos(turn), 47 + far * np.sin(turn)]))
    frame = frame_of(outline, 0.0)
    (question,) = _boundary_questions(frame, Place("", "", outline, None, 6), 8)
    asked = question.put.args[0]
    assert asked.covers(outline)
    assert len(asked.exterior.coords) < len(outline.exterior.coords) / 4


def test_all_that_is_asked_for_as_care_is_care():
    for key in ("amenity", "healthcare", "emergency"):
        values = FEATURE_TAGS[key]
        for value in [values] if isinstance(values, str) else values:
            assert _facility_kind(OsmObject("n", 1, {key: value})) is not None


def test_facilities_and_settlements_of_every_kind_come(tmp_path):
    osm = small_county()
    for i, tags in enumerate(
        (
            {"amenity": "hospital", "name": "中心卫生院"},
            {"amenity": "clinic", "name": "卫生室"},
            {"healthcare": "hospital", "emergency": "no", "name": "康复医院"},
            {"healthcare": "centre", "name": "社区卫生服务中心"},
            {"healthcare": "center", "name": "健康中心"},
            {"healthcare": "clinic", "name": "门诊部"},
            {"emergency": "ambulance_station", "name": "急救站"},
            {"amenity": "ambulance_station", "name": "急救分站"},
            {"amenity": "doctors", "name": "诊所"},
            *({"place": rank, "name": f"某{rank}"} for rank in SETTLEMENT_RANKS),
        )
    ):
        east, north = 2 + 6 * (i % 6), 2 + 6 * (i // 6)
        osm.node(east, north, **tags)
        corners = osm.nodes((east + 2, north), (east + 3, north), (east + 3, north + 1))
        osm.way([*corners, corners[0]], **{**tags, "name": f"{tags['name']}二"})
        ring = osm.way([*corners[::-1], corners[-1]])
        named = {**tags, "name": f"{tags['name']}三", "type": "multipolygon"}
        osm.relation([("way", ring, "outer")], **named)
    osm.way(osm.nodes((0, 5), (9, 5)), route="ferry")
    path = osm.write(tmp_path / "full.osm")
    with MapServer(MapData(path)) as running:
        got = fetched(running, tmp_path / "shi").extract
    file = read_extract(path)
    assert got.ferries == file.ferries != ()
    frame = frame_of(relation_boundary(file, 1)[1], 2_000.0)
    theirs, ours = (facilities(extract, frame.region, frame.crs)[0] for extract in (got, file))
    assert set(ours["kind"]) == {"hospital", "health_centre", "clinic", "ambulance_station"}
    assert_geodataframe_equal(theirs, ours)
    theirs, ours = (settlements(extract, frame.crs)[0] for extract in (got, file))
    assert set(ours["place"]) == set(SETTLEMENT_RANKS)
    assert_geodataframe_equal(theirs, ours)


@pytest.fixture(scope="module")
def country(shared_file):
    """Give a real extract and what the servers know of it."""
    path = shared_file("liechtenstein.osm.pbf")
    return MapData(path), read_extract(path)


@pytest.fixture(scope="module")
def liechtenstein(country, tmp_path_factory):
    """Give a real country as the servers and as the file know it."""
    with MapServer(country[0]) as running:
        got = fetched(running, tmp_path_factory.mktemp("li"), "Liechtenstein", buffer_m=20_000.0)
    return got, country[1]


@pytest.fixture(scope="module")
def vaduz(country, tmp_path_factory):
    """Give a municipality amid others as the servers and as the file know it."""
    with MapServer(country[0]) as running:
        got = fetched(running, tmp_path_factory.mktemp("vaduz"), "Vaduz", buffer_m=1_000.0)
    return got, country[1]


def roads_of(extract, frame):
    graph, _ = build_graph(extract, frame.extent)
    return clip(tabulate(graph), frame.region, frame.crs)[0]


def test_a_real_boundary_is_that_of_the_file(liechtenstein):
    got, file = liechtenstein
    relation, polygon = relation_boundary(file, 1155955)
    assert got.relation == relation
    assert got.boundary.symmetric_difference(polygon).area < 1e-9 * polygon.area
    assert (got.name, got.name_en) == (relation.tags["name"], relation.tags["name:en"])


def test_a_real_study_area_is_that_of_the_file(liechtenstein):
    got, file = liechtenstein
    outlines = (
        Outline(got.boundary, got.origin, got.relation),
        Outline(relation_boundary(file, 1155955)[1], got.origin, got.relation),
    )
    imports = [
        import_study_area(
            Order(
                County("li", ""),
                osm=OsmSource("li", extract, got.origin),
                boundary=outline,
                township_level=8,
                buffer_m=20_000.0,
            )
        )
        for extract, outline in zip((got.extract, file), outlines, strict=True)
    ]
    theirs, ours = (imported.area for imported in imports)
    assert len(ours.townships) == 11
    for layer in ("townships", "demand", "facilities"):
        assert_geodataframe_equal(getattr(theirs, layer), getattr(ours, layer), check_less_precise=True)
    assert_geodataframe_equal(theirs.roads.edges, ours.roads.edges)
    assert_geodataframe_equal(theirs.roads.nodes, ours.roads.nodes)
    assert {note.code: note.ids for note in imports[0].notes} == {
        note.code: note.ids for note in imports[1].notes
    }


def test_real_roads_within_a_region_are_those_of_a_file_that_reaches_further(vaduz):
    got, file = vaduz
    frame = frame_of(got.boundary, 1_000.0)
    assert len(got.extract.roads) < 0.6 * len(file.roads)
    theirs, ours = (roads_of(extract, frame).edges for extract in (got.extract, file))
    inside = [edges[edges.within(frame.region)] for edges in (theirs, ours)]
    assert len(inside[1]) > 500
    assert_geodataframe_equal(*inside)
    # only where the last junction lies beyond the margin may a road end elsewhere
    assert theirs["length"].sum() == pytest.approx(ours["length"].sum(), rel=0.01)


def test_a_real_township_and_its_places_are_those_of_the_file(vaduz):
    got, file = vaduz
    frame = frame_of(got.boundary, 1_000.0)
    theirs, their_areas, _ = select_townships(township_areas(got.extract, 8), frame.boundary, frame.crs)
    ours, our_areas, _ = select_townships(township_areas(file, 8), frame.boundary, frame.crs)
    assert ours["name"].tolist() == ["Vaduz"]
    assert_geodataframe_equal(theirs, ours)
    assert [area.relation for area in their_areas] == [area.relation for area in our_areas]
    sites = [facilities(extract, frame.region, frame.crs)[0] for extract in (got.extract, file)]
    assert len(sites[1]) == 1
    assert_geodataframe_equal(*sites)
    places = [settlements(extract, frame.crs)[0] for extract in (got.extract, file)]
    inside = [table[frame.region.intersects(table.geometry.to_numpy())] for table in places]
    assert len(inside[1]) >= 3
    assert_geodataframe_equal(*(table.reset_index(drop=True) for table in inside))
