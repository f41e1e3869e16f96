"""Hours of duty as planners write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.duty_hours import DAY_MIN, clock_text, is_on_duty, normal_hours
from coverage.errors import OptionError


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("24小时", ""),
        ("全天", ""),
        ("０：００－２４：００", ""),
        ("8-20", "08:00-20:00"),
        ("8:30 – 20:00", "08:30-20:00"),
        ("８：００—２０：００", "08:00-20:00"),
        ("8点至20点30分", "08:00-20:30"),
        ("20:00-次日8:00", "20:00-08:00"),
        ("14:00～24:00， 08:00~12:00", "08:00-12:00,14:00-24:00"),
        ("08:00-12:00、14:00-18:00；20:00-22:00", "08:00-12:00,14:00-18:00,20:00-22:00"),
        ("20:00-00:00", "20:00-24:00"),
    ],
)
def test_what_planners_write(text, normal):
    assert normal_hours(text) == normal
    assert normal_hours(normal) == normal


@pytest.mark.parametrize(
    "text",
    ["25:00-26:00", "08:00", "8", "-", "08:60-09:00", "08:00-20:61", "24:00-25:00", "24:00-08:00", "工作日",
     "08:00-20:00,", "08:00-08:00", "00:00-24:00,08:00-09:00x", "8:00-20:00 8:00-9:00", "-8-20"],
)  # fmt: skip
def test_what_is_no_hours_is_refused(text):
    with pytest.raises(OptionError) as caught:
        normal_hours(text)
    assert "时段" in caught.value.line("zh")


@pytest.mark.parametrize(
    ("at", "day", "night", "two"),
    [("00:00", 0, 1, 0), ("07:59", 0, 1, 0), ("08:00", 1, 0, 1), ("12:00", 1, 0, 0), ("13:59", 1, 0, 0),
     ("14:00", 1, 0, 1), ("19:59", 1, 0, 1), ("20:00", 0, 1, 1), ("23:59", 0, 1, 1)],
)  # fmt: skip
def test_the_first_minute_is_in_and_the_last_one_out(at, day, night, two):
    at_min = int(at[:2]) * 60 + int(at[3:])
    assert is_on_duty("08:00-20:00", at_min) == day
    assert is_on_duty("20:00-08:00", at_min) == night
    assert is_on_duty("08:00-12:00,14:00-24:00", at_min) == two
    assert is_on_duty("", at_min)


@given(st.integers(0, DAY_MIN - 1), st.integers(1, DAY_MIN), st.integers(0, 3 * DAY_MIN))
def test_hours_and_their_opposite_fill_the_day(start, end, at_min):
    if start == end % DAY_MIN:
        return
    hours = f"{clock_text(start)}-{clock_text(end)}"
    rest = f"{clock_text(end % DAY_MIN)}-{clock_text(start or DAY_MIN)}"
    assert is_on_duty(hours, at_min) != is_on_duty(rest, at_min)
    assert normal_hours(hours) == hours
