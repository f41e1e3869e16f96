"""Settlements and facilities, each counted once."""

from __future__ import annotations

import math

import pytest
import shapely
from pyproj import CRS

from coverage.sources.osm_file import read_extract
from coverage.sources.osm_places import facilities, settlements
from osm_xml import Osm

UTM = CRS.from_epsg(32632)
EVERYWHERE = shapely.box(0, 0, 1e6, 1e7)


def listed(osm, tmp_path, region=EVERYWHERE):
    table, notes = facilities(read_extract(osm.write(tmp_path / "x.osm")), region, UTM)
    return table, {note.code: note for note in notes}


def places(osm, tmp_path):
    table, notes = settlements(read_extract(osm.write(tmp_path / "x.osm")), UTM)
    return table, {note.code: note for note in notes}


def square(osm, east, north, size=2.0, **tags):
    refs = osm.nodes((east, north), (east + size, north), (east + size, north + size), (east, north + size))
    return osm.way([*refs, refs[0]], **tags)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "hospital"}, "hospital"),
        ({"healthcare": "hospital"}, "hospital"),
        ({"building": "hospital", "healthcare": "clinic"}, "clinic"),
        ({"amenity": "clinic"}, "clinic"),
        ({"healthcare": "centre"}, "health_centre"),
        ({"emergency": "ambulance_station"}, "ambulance_station"),
        ({"amenity": "hospital", "emergency": "ambulance_station"}, "hospital"),
        ({"amenity": "hospital", "emergency": "no"}, "clinic"),
        ({"amenity": "hospital", "name": "桃林镇中心卫生院"}, "health_centre"),
        ({"amenity": "clinic", "name": "长安街道社区卫生服务中心"}, "health_centre"),
        ({"amenity": "hospital", "name": "龙源村卫生室"}, "clinic"),
        ({"amenity": "clinic", "name": "临湘市急救中心"}, "ambulance_station"),
    ],
)
def test_kinds_of_facility(tmp_path, tags, kind):
    osm = Osm()
    node = osm.node(0, 0, **tags)
    table, _ = listed(osm, tmp_path)
    assert table[["id", "kind"]].to_numpy().tolist() == [[f"n{node}", kind]]
    assert math.isnan(table["ambulances"].iloc[0])
    assert math.isnan(table["turnout_s"].iloc[0])
    assert table["centres"].iloc[0] == ""


@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "doctors"},
        {"amenity": "pharmacy"},
        {"healthcare": "dentist"},
        {"emergency": "fire_hydrant"},
    ],
)
def test_what_is_no_facility(tmp_path, tags):
    osm = Osm()
    osm.node(0, 0, **tags)
    assert listed(osm, tmp_path)[0].empty


def test_a_hospital_mapped_as_node_building_and_campus_is_one(tmp_path):
    osm = Osm()
    campus = square(osm, 0, 0, 4, amenity="hospital", name="County Hospital")
    building = square(osm, 1, 1, 1, healthcare="hospital")
    node = osm.node(1.5, 1.5, amenity="hospital", name="Emergency Dept.")
    near = osm.node(6, 0, amenity="hospital", name="county hospital")
    table, notes = listed(osm, tmp_path)
    assert table[["id", "name"]].to_numpy().tolist() == [[f"w{campus}", "County Hospital"]]
    assert set(notes["facilities_merged"].ids) == {f"w{building}", f"n{node}", f"n{near}"}


def test_a_nameless_campus_takes_the_name_of_the_node_within(tmp_path):
    osm = Osm()
    campus = square(osm, 0, 0, 4, amenity="hospital")
    osm.node(1, 1, amenity="hospital", name="人民医院")
    table, _ = listed(osm, tmp_path)
    assert table[["id", "name"]].to_numpy().tolist() == [[f"w{campus}", "人民医院"]]


def test_a_nameless_building_joins_the_nearest_named_one_and_no_other(tmp_path):
    osm = Osm()
    osm.node(0, 0, amenity="hospital", name="A")
    osm.node(0.9, 0, amenity="hospital")
    osm.node(1.6, 0, amenity="hospital", name="B")
    table, notes = listed(osm, tmp_path)
    assert table["name"].tolist() == ["A", "B"]
    assert notes["facilities_merged"].count == 1


def test_neighbours_of_other_names_and_namesakes_far_apart_stay_two(tmp_path):
    osm = Osm()
    osm.node(0, 0, amenity="hospital", name="A")
    osm.node(0.3, 0, amenity="hospital", name="B")
    osm.node(30, 0, amenity="hospital", name="A")
    table, notes = listed(osm, tmp_path)
    assert sorted(table["name"]) == ["A", "A", "B"]
    assert notes == {}


def test_an_ambulance_station_on_a_hospital_campus_is_its_own(tmp_path):
    osm = Osm()
    square(osm, 0, 0, 4, amenity="hospital", name="H")
    osm.node(1, 1, emergency="ambulance_station")
    table, _ = listed(osm, tmp_path)
    assert sorted(table["kind"]) == ["ambulance_station", "hospital"]


def test_facilities_beyond_the_region_are_counted_out(tmp_path):
    osm = Osm()
    osm.node(0, 0, amenity="hospital", name="In")
    far = osm.node(300, 0, amenity="hospital", name="Out")
    origin = shapely.Point(538_000, 5_205_300)
    table, notes = listed(osm, tmp_path, origin.buffer(2_000))
    assert table["name"].tolist() == ["In"]
    assert notes["facilities_beyond"].ids == (f"n{far}",)


def test_a_facility_relation_that_misses_members_stands_amid_what_is_known(tmp_path):
    osm = Osm()
    a, b, c = osm.nodes((0, 0), (2, 0), (2, 2))
    osm.relation(
        [("way", osm.way([a, b, c]), "outer"), ("way", 99, "outer")], type="multipolygon", amenity="hospital"
    )
    table, _ = listed(osm, tmp_path)
    assert table["kind"].tolist() == ["hospital"]


def test_settlements_carry_their_figures_and_parts_of_towns_do_not_count(tmp_path):
    osm = Osm()
    osm.node(0, 0, place="town", name="Town", population="12,000")
    osm.node(1, 0, place="suburb", name="Suburb", population="5,000")
    odd = osm.node(2, 0, place="village", name="Odd", population="plenty")
    table, notes = places(osm, tmp_path)
    assert table["name"].tolist() == ["Town", "Odd"]
    assert table["population"].iloc[0] == 12_000
    assert math.isnan(table["population"].iloc[1])
    assert notes["populations_unreadable"].ids == (f"n{odd}",)


def test_a_village_mapped_as_node_and_outline_is_one(tmp_path):
    osm = Osm()
    square(osm, 0, 0, 6, place="village", name="Dorf", population="700")
    node = osm.node(1, 1, place="hamlet", name="Dorf")
    table, _ = places(osm, tmp_path)
    assert table[["id", "place", "population"]].to_numpy().tolist() == [[f"n{node}", "village", 700.0]]


def test_hamlets_of_one_name_far_apart_are_two(tmp_path):
    osm = Osm()
    osm.node(0, 0, place="hamlet", name="Neuhof")
    osm.node(50, 0, place="hamlet", name="Neuhof")
    assert len(places(osm, tmp_path)[0]) == 2


def test_no_settlement_at_all(tmp_path):
    osm = Osm()
    osm.node(0, 0, amenity="hospital")
    assert places(osm, tmp_path)[0].empty
