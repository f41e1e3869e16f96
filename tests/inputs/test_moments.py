"""Dates and times as logs write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.inputs.moments import CHINA_TIME, read_moment, zone_of
from coverage.study_area import County
from tests.builders import toy_area

EIGHT = datetime(2026, 11, 22, 8, 30, 5)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22 08:30:05", EIGHT),
        ("2026/11/22 8:30:05", EIGHT),
        ("2026.11.22 8:30:05", EIGHT),
        ("２０２６－１１－２２　０８：３０：０５", EIGHT),
        ("20261122083005", EIGHT),
        ("2026-11-22T08:30:05", EIGHT),
        ("2026年11月22日 8时30分5秒", EIGHT),
        ("2026-11-22 星期日 08:30:05", EIGHT),
        ("2026-11-22 上午8:30:05", EIGHT),
        ("2026-11-22 08:30:05 PM", EIGHT + timedelta(hours=12)),
        ("2026-11-22 下午8点30分5秒", EIGHT + timedelta(hours=12)),
        ("2026-11-22 12:30:05 AM", EIGHT - timedelta(hours=8)),
        ("2026-11-22 08:30", EIGHT.replace(second=0)),
        ("2026-11-22 24:00:00", datetime(2026, 11, 23)),  # noqa: DTZ001
        ("2026-11-22T08:30:05Z", EIGHT.replace(tzinfo=UTC)),
        ("2026-11-22 08:30:05+0800", EIGHT.replace(tzinfo=CHINA_TIME)),
        ("46348.354224537", EIGHT),
        ("1795336205", EIGHT.replace(tzinfo=UTC)),
        ("1795336205000", EIGHT.replace(tzinfo=UTC)),
    ],
)
def test_one_moment_in_many_hands(text, expected):
    moment = read_moment(text)
    assert moment is not None
    assert moment.at == expected
    assert moment.has_clock


@pytest.mark.parametrize(
    "text",
    ["昨天", "2026-13-01 08:00", "2026-02-30", "2026-11-22 25:00", "2026-11-22 08:61", "03/04/2026", "12"],
)
def test_what_is_no_moment(text):
    assert read_moment(text) is None


@pytest.mark.parametrize("clock", ["08:30:05", "8时30分5秒", "083005", "0.354224537"])
@pytest.mark.parametrize("day", ["2026-11-22", "2026年11月22日", "46348", "20261122"])
def test_date_and_time_in_two_columns(day, clock):
    assert read_moment(clock, day).at == EIGHT


def test_a_date_alone_says_so():
    assert not read_moment("2026-11-22").has_clock
    assert read_moment("08:30") is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001
def test_what_is_written_by_iso_8601_is_read_back(at):
    at = at.replace(microsecond=0)
    assert read_moment(at.isoformat(" ")).at == at
    assert read_moment(f"{at:%Y%m%d%H%M%S}").at == at


def test_china_has_one_clock():
    assert zone_of(toy_area()) == CHINA_TIME


def test_elsewhere_it_is_this_computer_s():
    area = toy_area()
    object.__setattr__(area, "county", County("vaduz", "Vaduz"))
    assert zone_of(area) is None
