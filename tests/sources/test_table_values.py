"""Figures and degrees as they are written."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.sources.table_fields import field_of
from coverage.sources.table_values import (
    _LONGEST_EMPTY,
    EMPTY,
    is_empty,
    is_none,
    parse_degrees,
    parse_durations,
    parse_numbers,
    parse_pairs,
    plain_text,
)

PEOPLE = field_of("人口", "demand").units
VEHICLES = field_of("救护车数", "facilities").units
SECONDS = field_of("出车时间", "facilities").units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("3", 3), ("3.0", 3), (" 3 ", 3), ("３", 3), ("-5", -5), ("+5", 5), ("－5", -5), ("−5", -5)),
        *(("1,234", 1234), ("1，234", 1234), ("1 234", 1234), ("1,234,567", 1234567), ("１，２３４", 1234)),
        *(("1.5", 1.5), (".5", 0.5), ("1e3", 1000), ("1.2E+04", 12000), ("'12", 12)),
        *(("1.2万", 12000), ("约1.2万", 12000), ("1.2万人", 12000), ("约 3 千人", 3000), ("0.5百万", 500000)),
        *(("350人", 350), ("350 人", 350), ("350（人）", 350), ("约350人左右", 350), ("300余人", 300)),
        *(("二", 2), ("两", 2), ("十", 10), ("十二", 12), ("二十", 20), ("三十五人", 35), ("〇", 0)),
    ],
)
def test_figures(text, expected):
    values, unreadable = parse_numbers([text], PEOPLE)
    assert (values[0], unreadable[0]) == (expected, False)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "10-20",
            "10~20",
            "10～20",
            "3到5",
            "1/2",
            "2+1",
            "3 4",
            "12 34",
            "1,23",
            "1,2345",
            "12,34",
            "1.2.3",
        ),
        *(
            "很多",
            "3辆",
            "350户",
            "3.5%",
            "二三",
            "百",
            "1万2千",
            "2024-03-04",
            "0x1A",
            "1_000",
            "inf",
            "(5)",
            "5号",
        ),
    ],
)
def test_what_is_not_one_figure_is_not_guessed(text):
    values, unreadable = parse_numbers([text], PEOPLE)
    assert math.isnan(values[0])
    assert unreadable[0]


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "—", "——", "/", "无", "暂无", "N/A", "#N/A", "nan", "NULL", "－", "／", "未知", "…"],
)
def test_what_stands_for_nothing(text):
    assert is_empty(text)
    values, unreadable = parse_numbers([text], PEOPLE)
    assert math.isnan(values[0])
    assert not unreadable[0]


@pytest.mark.parametrize(
    ("text", "units", "scale", "expected"),
    [
        ("3辆", VEHICLES, 1.0, 3),
        ("３ 辆", VEHICLES, 1.0, 3),
        ("两辆", VEHICLES, 1.0, 2),
        ("2分钟", SECONDS, 1.0, 120),
        ("1.5 min", SECONDS, 1.0, 90),
        ("90秒", SECONDS, 60.0, 90),
        ("2", SECONDS, 60.0, 120),
        ("1.2", PEOPLE, 1e4, 12000),
        ("1.2万", PEOPLE, 1e4, 12000),
        ("1.2万人", PEOPLE, 1e4, 12000),
        ("3500人", PEOPLE, 1e4, 3500),
    ],
)
def test_a_unit_beside_the_figure_beats_that_of_the_header(text, units, scale, expected):
    values, unreadable = parse_numbers([text], units, scale)
    assert values[0] == pytest.approx(expected)
    assert not unreadable[0]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("90秒", 90), ("1.5分", 90), ("1分", 60), ("3 min", 180), ("1小时", 3600), ("三十秒", 30)),
        *(("1分30秒", 90), ("1分30", 90), ("1分钟30秒左右", 90), ("约2分30秒", 150), ("两分十秒", 130)),
        *(
            ("1分半", 90),
            ("一分半", 90),
            ("半分钟", 30),
            ("1小时5分", 3900),
            ("2m30s", 150),
            ("1 min 30 s", 90),
        ),
        *(("3'30\"", 210), ("3′30″", 210), ("3'30''", 210), ("3'", 180), ('90"', 90), ("１分３０秒", 90)),
        *(("00:03:00", 180), ("0:03:00", 180), ("1:30", 90), ("01:30", 90), ("1：30", 90), ("1:00:05", 3605)),
    ],
)
def test_durations_whatever_the_unit_of_the_header(text, seconds):
    for scale in (1.0, 60.0):
        values, unreadable = parse_durations([text], SECONDS, scale)
        assert not unreadable[0]
        assert values[0] == pytest.approx(seconds)


def test_a_figure_alone_is_a_duration_in_the_unit_of_the_header():
    assert parse_durations(["1.5", "二"], SECONDS, 60.0)[0].tolist() == [90, 120]


@pytest.mark.parametrize(
    "text",
    [
        *("2-3分", "1分70秒", "1:75", "1小时70分", "1小时半", "1分半30秒", "半", "二三分", "1分30分", "3人"),
        *("1:2:3:4", "分", "秒", '"', "即时", "-1分30秒"),
    ],
)
def test_what_is_no_duration(text):
    values, unreadable = parse_durations([text], SECONDS)
    assert unreadable[0]
    assert math.isnan(values[0])


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_every_spelling_of_a_duration_says_the_same(hours, minutes, seconds):
    spellings = [f"{hours}小时{minutes}分{seconds}秒", f"{hours:02}:{minutes:02}:{seconds:02}"]
    values, unreadable = parse_durations(spellings, SECONDS)
    assert not unreadable.any()
    assert values.tolist() == [3600 * hours + 60 * minutes + seconds] * 2


@pytest.mark.parametrize(
    "text", ["无", "没有", "暂无", "无救护车", "未配置", "未配备", "尚未配备", "None", " 无 "]
)
def test_what_says_that_there_is_none(text):
    assert is_none(text)


@pytest.mark.parametrize("text", ["", "—", "/", "N/A", "不详", "未知", "0", "无线电"])
def test_what_does_not_say_that_there_is_none(text):
    assert not is_none(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            ("113.46", 113.46),
            ("１１３．４６", 113.46),
            ("113.46°", 113.46),
            ("113.46度", 113.46),
            ("E113.46", 113.46),
        ),
        *(("113.46E", 113.46), ("东经113.46", 113.46), ("东经：113.46°", 113.46), ("经度:113.46", 113.46)),
        *(
            ("W113.46", -113.46),
            ("-113.46", -113.46),
            ("南纬29.5", -29.5),
            ("29.5S", -29.5),
            ("\u200b113.46\ufeff", 113.46),
        ),
        *(("113°27′36″", 113.46), ("113°27'36\"", 113.46), ("113º27’36”", 113.46), ("113度27分36秒", 113.46)),
        *(("113°27′", 113.45), ("113°27.6′", 113.46), ("113:27:36", 113.46), ("113：27：36", 113.46)),
        *(("东经113°27′36″", 113.46), ("113° 27' 36'' E", 113.46), ("113,4567", 113.4567), ("29,5", 29.5)),
        *(("453214.5", 453214.5), ("453214.5米", 453214.5), ("3,262,000", 3262000.0), ("113,456", 113456.0)),
    ],
)
def test_degrees(text, expected):
    values, unreadable = parse_degrees([text])
    assert values[0] == pytest.approx(expected, abs=1e-12)
    assert not unreadable[0]


@pytest.mark.parametrize(
    "text",
    [
        "113.4-113.5",
        "113 27 36",
        "113.27.36",
        "113°75′",
        "113°27′99″",
        "约东",
        "临湘",
        "113.4,29.4",
        "E",
        "°",
    ],
)
def test_what_is_no_coordinate(text):
    values, unreadable = parse_degrees([text])
    assert math.isnan(values[0])
    assert unreadable[0]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "113.46,29.47",
            "113.46，29.47",
            "113.46, 29.47",
            "(113.46,29.47)",
            "[113.46, 29.47]",
            "113.46 29.47",
        ),
        *(
            "113.46;29.47",
            "113.46；29.47",
            "113.46、29.47",
            "113.46/29.47",
            "113.46|29.47",
            "POINT (113.46 29.47)",
        ),
        *("东经113.46°，北纬29.47°", "北纬29.47°，东经113.46°", "29.47N 113.46E", "经度:113.46 纬度:29.47"),
        *("113°27′36″,29°28′12″", "113°27′36″ 29°28′12″", "纬度：29.47\n经度：113.46", "（113.46，29.47）"),
    ],
)
def test_both_coordinates_in_one_cell(text):
    x, y, unreadable = parse_pairs([text])
    assert (x[0], y[0]) == (pytest.approx(113.46), pytest.approx(29.47))
    assert not unreadable[0]


@pytest.mark.parametrize(
    "text", ["113.46", "113.46,29.47,5", "东经113.46,东经29.47", "长安街道", "113.46-29.47"]
)
def test_what_is_no_pair(text):
    x, _, unreadable = parse_pairs([text])
    assert np.isnan(x[0])
    assert unreadable[0]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_plain_number_is_read_as_it_is(value):
    values, unreadable = parse_numbers([repr(value)], {})
    assert values[0] == value
    assert not unreadable[0]


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59))
def test_degrees_minutes_and_seconds(degrees, minutes, seconds):
    values, _ = parse_degrees([f"{degrees}°{minutes}′{seconds}″"])
    assert values[0] == pytest.approx(degrees + minutes / 60 + seconds / 3600)


@given(st.lists(st.text(max_size=12), max_size=20))
def test_any_text_is_a_figure_or_empty_or_unreadable(texts):
    for parse in (lambda t: parse_numbers(t, PEOPLE), parse_degrees):
        values, unreadable = parse(texts)
        for text, value, bad in zip(texts, values, unreadable, strict=True):
            assert not np.isinf(value)
            assert not (bad and not np.isnan(value))
            assert not (np.isnan(value) and not bad and not is_empty(text))


@pytest.mark.parametrize("text", ["1234①", "1234²", "1234¹", "1234⑴", "1234人①", "1234㈠"])
def test_marks_of_footnotes_are_no_digits(text):
    values, unreadable = parse_numbers([text], {"人": 1.0}, 1.0)
    assert (values.tolist(), unreadable.tolist()) == ([1234.0], [False])


def test_two_factors_behind_a_figure_are_no_unit():
    # 千人 is a unit, but not of a figure in 万
    _, unreadable = parse_numbers(["3万千人", "3万人"], {"人": 1.0, "千人": 1e3}, 1.0)
    assert unreadable.tolist() == [True, False]


def test_a_text_longer_than_any_figure_is_unreadable():
    assert parse_numbers(["1" * 201, "1" * 200], {}, 1.0)[1].tolist() == [True, False]
    assert parse_pairs([" " * 200 + "113.4,29.4"])[2].tolist() == [True]


@given(st.text(max_size=8) | st.sampled_from(sorted(EMPTY)) | st.sampled_from(sorted(EMPTY)).map(str.upper))
def test_the_short_way_to_an_empty_cell_is_the_long_one(text):
    assert is_empty(text) == (text == "" or (len(text) <= _LONGEST_EMPTY and plain_text(text) in EMPTY))
