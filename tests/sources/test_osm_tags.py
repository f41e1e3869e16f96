"""What an ambulance may use, and which way."""

from __future__ import annotations

import math

import pytest

from coverage.sources.osm_tags import parse_population, plain_name, posted_limit, travel_direction, why_barred


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, None),
        ({"access": "private"}, None),
        ({"access": "destination"}, None),
        ({"access": "emergency"}, None),
        ({"access": "agricultural"}, None),
        ({"motor_vehicle": "forestry"}, None),
        ({"access": "no"}, "access"),
        ({"access": "military"}, "access"),
        ({"vehicle": "no"}, "access"),
        ({"motor_vehicle": "no"}, "access"),
        ({"motor_vehicle": "no", "emergency": "yes"}, None),
        ({"motor_vehicle": "no", "emergency": "designated"}, None),
        ({"access": "no", "motor_vehicle": "yes"}, None),
        ({"access": "yes", "motor_vehicle": "no"}, "access"),
        ({"access": "no", "vehicle": "destination"}, None),
        ({"access": "yes", "emergency": "no"}, "access"),
        # a hydrant beside the road says nothing of the road
        ({"access": "no", "emergency": "fire_hydrant"}, "access"),
        ({"access": "no", "access:conditional": "yes @ (Su)"}, "access"),
        ({"motor_vehicle:conditional": "no @ (22:00-06:00)"}, None),
        ({"highway": "service", "service": "emergency_access", "access": "no"}, None),
        ({"highway": "service", "service": "emergency_access", "emergency": "no"}, "access"),
        ({"highway": "service", "area": "yes"}, "area"),
        ({"construction": "yes"}, "closed"),
        ({"construction": "minor"}, None),
        ({"route": "ferry"}, "ferry"),
        *(({"highway": kind}, None) for kind in ("motorway", "track", "busway", "road", "living_street")),
        *(
            ({"highway": kind, "emergency": "yes"}, "class")
            for kind in ("steps", "footway", "path", "cycleway", "construction", "proposed", "bus_guideway")
        ),
    ],
)
def test_access_tags_decide_from_the_general_to_the_particular(tags, expected):
    assert why_barred({"highway": "residential", **tags}) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "true"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "reverse"}, -1),
        ({"oneway": "no"}, 0),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "motorway_link"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "circular"}, 1),
        ({"junction": "roundabout", "oneway": "-1"}, -1),
        ({"oneway": "yes", "oneway:emergency": "no"}, 0),
        ({"oneway": "yes", "oneway:bicycle": "no"}, 1),
    ],
)
def test_direction_of_travel(tags, expected):
    assert travel_direction(tags) == expected


def test_a_limit_of_one_direction_beats_the_general_one():
    tags = {"maxspeed": "50", "maxspeed:backward": "30"}
    assert posted_limit(tags, backward=True) == "30"
    assert posted_limit(tags, backward=False) == "50"


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("5933", 5933),
        ("5,933", 5933),
        ("1 357", 1357),
        ("1\u00a0357", 1357),
        ("1.357", 1357),
        ("1'234'567", 1234567),
        ("ca. 400", 400),
        ("~250", 250),
        ("400 (2010)", 400),
        ("约3.2万人", 32000),
        ("１２３", 123),
        ("0", 0),
    ],
)
def test_population_tags_are_read_as_people_write_them(text, people):
    assert parse_population(text) == people


@pytest.mark.parametrize("text", [None, "", "unknown", "-5", "many"])
def test_a_tag_without_a_figure_is_not_a_number(text):
    assert math.isnan(parse_population(text))


def test_names_are_compared_without_case_width_and_punctuation():
    assert plain_name("Buchs (SG)") == plain_name("buchs sg") == plain_name("ＢＵＣＨＳ-ＳＧ")
    assert plain_name("桃林镇") != plain_name("桃林")
