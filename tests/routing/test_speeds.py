"""Speeds by class, limit, surface and condition."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.errors import SpeedError
from coverage.routing.speeds import DEFAULT_SPEEDS, SpeedTable, parse_maxspeed


def speed(condition="siren", **tags):
    return DEFAULT_SPEEDS.speeds_kph(pd.DataFrame({k: [v] for k, v in tags.items()}), condition)[0]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "motorway"}, 90),
        ({"highway": "primary", "maxspeed": "50"}, 50),
        ({"highway": "residential", "maxspeed": "50"}, 30),  # a limit never raises a speed
        ({"highway": "primary", "maxspeed": "30 mph"}, 48.28032),
        ({"highway": "primary", "maxspeed": "none"}, 70),
        ({"highway": "primary", "maxspeed": None}, 70),
        ({"highway": "primary", "maxspeed": math.nan}, 70),
        ({"highway": ["residential", "tertiary"]}, 30),
        ({"highway": "unclassified;tertiary"}, 40),
        ({"highway": "unclassified", "surface": "gravel"}, 28),
        ({"highway": "track", "surface": "mud", "smoothness": "horrible", "tracktype": "grade5"}, 12),
        ({"highway": "primary", "surface": "asphalt", "smoothness": "good"}, 70),
    ],
)
def test_speed_of_an_edge(tags, expected):
    assert speed(**tags) == pytest.approx(expected)


@pytest.mark.parametrize("highway", ["footway", "steps", "construction", "proposed", "", None, math.nan])
def test_a_class_that_is_not_in_the_table_has_no_speed_even_with_a_limit(highway):
    assert math.isnan(speed(highway=highway, maxspeed="50"))


def test_conditions_multiply():
    for condition, factor in DEFAULT_SPEEDS.conditions.items():
        assert speed(condition, highway="primary") == pytest.approx(70 * factor)
    with pytest.raises(SpeedError, match="unknown condition 'fog'"):
        speed("fog", highway="primary")


@pytest.mark.parametrize(
    ("tag", "kph"),
    [
        ("50", 50), ("50.5", 50.5), (" 60 km/h ", 60), ("10 mph", 16.09344), ("walk", 5), ("80;60", 60),
        ("100|80", 80), (["70", "50"], 50), (40, 40), ("CN:urban", math.nan), ("signals", math.nan),
        ("0", math.nan), ("-5", math.nan), (None, math.nan), ([], math.nan), (0, math.nan), ("", math.nan),
    ],
)  # fmt: skip
def test_posted_limits(tag, kph):
    assert parse_maxspeed(tag) == pytest.approx(kph, nan_ok=True)


@given(st.one_of(st.text(), st.lists(st.text(max_size=5)), st.floats(), st.integers(), st.none()))
def test_no_posted_limit_breaks_the_table(tag):
    kph = parse_maxspeed(tag)
    assert math.isnan(kph) or kph > 0
    found = speed(highway="primary", maxspeed=tag)
    assert 0 < found <= 70


def test_the_table_cannot_be_changed_in_place():
    with pytest.raises(TypeError):
        SpeedTable().class_kph["primary"] = 1.0


def test_order_of_rows_does_not_matter():
    edges = pd.DataFrame(
        {"highway": ["primary", None, "track", "primary"], "surface": ["gravel", "mud", None, None]}
    )
    speeds = DEFAULT_SPEEDS.speeds_kph(edges)
    np.testing.assert_array_equal(DEFAULT_SPEEDS.speeds_kph(edges.iloc[::-1]), speeds[::-1])
