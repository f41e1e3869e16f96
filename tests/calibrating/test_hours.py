"""Conditions by hour of the day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coverage.calibrating.hours import DEFAULT_HOURS, conditions_of, count_by_span, whole_day
from coverage.duty_hours import minutes_of
from coverage.errors import SpeedError
from coverage.routing.speeds import DEFAULT_SPEEDS

HOUR = 3600.0


def test_the_rest_of_the_day_is_named():
    assert whole_day(DEFAULT_HOURS, "siren") == {
        "06:00-07:00,09:00-17:00,19:00-22:00": "siren",
        "07:00-09:00,17:00-19:00": "peak",
        "22:00-06:00": "night",
    }
    assert whole_day({"8-20": "siren"}, "siren") == {"20:00-08:00": "siren", "08:00-20:00": "siren"}
    assert whole_day({}, "siren") == {"00:00-24:00": "siren"}
    assert whole_day({"全天": "night"}, "siren") == {"00:00-24:00": "night"}


def test_every_minute_is_in_one_span():
    spans = list(whole_day(DEFAULT_HOURS, "siren"))
    assert sorted(minute for span in spans for minute in minutes_of(span)) == list(range(1440))


def test_trips_by_the_hour_they_began():
    table = replace(DEFAULT_SPEEDS, hours={"07:00-09:00": "peak", "22:00-06:00": "night"})
    depart_s = np.array([6.99, 7.0, 8.99, 9.0, 21.99, 22.0, 0.0, 5.99, 6.0]) * HOUR
    assert conditions_of(depart_s, table, "siren").tolist() == [
        *("siren", "peak", "peak", "siren", "siren", "night", "night", "night", "siren"),
    ]
    assert count_by_span(depart_s, table.hours) == [2, 3]
    assert table.condition_at(8 * HOUR, "siren") == "peak"
    assert table.condition_at(32 * HOUR, "siren") == "peak"
    assert DEFAULT_SPEEDS.condition_at(8 * HOUR, "siren") == "siren"


@pytest.mark.parametrize(
    ("hours", "message", "zh"),
    [
        ({"early": "peak"}, "none of a day", "不对"),
        ({"07:00-09:00": "rush"}, "unknown condition 'rush'", "rush 不存在"),
        ({"07:00-09:00": "peak", "08:00-10:00": "night"}, "overlap at 08:00", "08:00 重叠"),
        ({"22:00-06:00": "night", "05:00-07:00": "peak"}, "overlap at 05:00", "05:00 重叠"),
    ],
)
def test_hours_that_cannot_be(hours, message, zh):
    with pytest.raises(SpeedError, match=message) as caught:
        replace(DEFAULT_SPEEDS, hours=hours)
    assert zh in caught.value.zh
    assert "\n" not in str(caught.value)
