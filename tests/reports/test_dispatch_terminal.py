"""The answer to a call on the terminal."""

from __future__ import annotations

import re

import pytest

from coverage.reports.dispatch_terminal import render_dispatch, render_dispatch_line, render_dispatch_notes
from coverage.reports.display_width import display_width
from coverage.reports.text_table import TABLE_WIDTH
from dispatches import toy_dispatch

CASES = {
    "call": {},
    "picture": {"at": None},
    "nobody": {"at": None, "states": ("busy",) * 4},
    "one left": {"states": ("idle", "busy", "busy", "busy")},
    "no hospital": {"destination": False},
    "bases": {"is_live": False},
    "outside": {"at": (33.0, 0.1)},
    "odd names": {"odd_names": True},
    "roads": {"demand_unit": "residential_road_m"},
    "departure": {"clock": "departure"},
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", CASES)
def test_every_line_is_narrow_and_safe(case, lang):
    text = render_dispatch(toy_dispatch(**CASES[case]), lang)
    for line in text.split("\n"):
        assert display_width(line) <= TABLE_WIDTH
        assert line == line.rstrip()
        assert line.isprintable()
    for note in render_dispatch_notes(toy_dispatch(**CASES[case]), lang):
        assert note.isprintable()


def test_the_units_are_listed_as_they_arrive_with_the_limit_beside():
    lines = render_dispatch(toy_dispatch(at=(33.0, 0.1)), "zh").split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("#"))
    rows = [re.split(r"\s{2,}", line) for line in lines[start + 2 : start + 5]]
    assert [row[1] for row in rows] == ["柳林1号", "人民医院2号", "人民医院1号"]
    assert all(row[-1] == "✘ 超时" for row in rows)
    assert [float(row[3]) for row in rows] == sorted(float(row[3]) for row in rows)


def test_both_ways_are_told_turn_by_turn():
    text = render_dispatch(toy_dispatch(), "zh")
    assert "任务中1辆：柳林2号\n" in text
    assert (
        "出车路线：1.0公里，驶上道路0.2分钟，行车0.8分钟，共1.0分钟\n  从停车处驶上道路0.2分钟\n"
        "  1. 出发向东，沿 S101 行驶1.0公里，到达\n"
    ) in text
    assert (
        "送医路线：10.1公里，8.8分钟\n  1. 出发向西，沿 S101 行驶10.0公里，在第8村附近右转进入街巷道路\n"
    ) in text


def test_what_the_county_lacks_meanwhile_is_a_table():
    lines = render_dispatch(toy_dispatch(states=("idle", "busy", "busy", "busy")), "zh").split("\n")
    assert [re.split(r"\s{2,}", line) for line in lines[-2:]] == [
        ["城关街道", "52,000", "0", "✘ 未达标"],
        ["柳林镇", "19,000", "0", "✘ 未达标"],
    ]


def test_colour_adds_codes_and_takes_no_word_away():
    made = toy_dispatch(states=("idle", "busy", "busy", "busy"))
    plain, coloured = render_dispatch(made, "zh"), render_dispatch(made, "zh", colour=True)
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_a_picture_of_many_is_one_line():
    assert render_dispatch_line(toy_dispatch(at=None), "zh") == (
        "2026-03-01 14:05:32  可派3辆（待命2，返程1），任务中1辆；"
        "此刻限时内人口82.6%，达标乡镇1/3；车辆全部在位时为82.6%，1/3"
    )
    call = render_dispatch_line(toy_dispatch(), "en")
    assert call.startswith("2026-03-01 14:05:32  Send 柳林1号: ")
    assert "\n" not in call
