"""What a simulated year is played on: rosters, tables shared and sent about, and what is refused."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

import coverage.simulating.playing  # noqa: F401 - teaches pickle the tables that nobody can change
from coverage.errors import SimulationError, SpeedError
from coverage.simulating.calls import draw_calls
from coverage.simulating.engine import duty_s, play
from coverage.simulating.junctions import JunctionTimes
from coverage.simulating.stage import lay_stage
from coverage.simulation import Duration, Priority, Rules, Shift, Standby
from simulations import random_county, random_rules, setting_of
from toy_settings import at_no_road, place_of, toy_settings, toy_today


def raw(played) -> bytes:
    """Give everything that was recorded, to the byte."""
    return b"".join(np.ascontiguousarray(x).tobytes() for n, x in vars(played).items() if n != "calls")


def busy_stage(seed: int = 4, **rules):
    """Lay out a county at random with many calls."""
    rng = np.random.default_rng(seed)
    area = random_county(rng)
    return lay_stage(
        setting_of(area), random_rules(rng, area, calls_per_day=60.0, days=4.0, redirect=True, **rules)
    )


def test_ambulances_are_numbered_by_base_and_an_unknown_count_is_one():
    units = lay_stage(toy_today(), Rules()).units
    assert units["id"].tolist() == ["h1-1", "h1-2", "s1-1"]
    assert units["number"].tolist() == [1, 2, 1]
    assumed = lay_stage(toy_today(ambulances_known=False), Rules()).units
    assert assumed["id"].tolist() == ["h1-1", "s1-1"]


def test_shifts_and_standby_places_say_who_is_where_when():
    night, day = Shift("h1", 1, "20:00-08:00"), Shift("s1", 1, "08:00-20:00")
    wait = Standby("h1", **place_of(10.0, 0.0), hours="09:00-11:00")
    stage = lay_stage(toy_today(), Rules(shifts=(night, day), standby=(wait,)))
    roster = stage.roster
    assert roster.start_min.tolist() == [0, 480, 540, 660, 1200]
    assert roster.on_duty.T.tolist() == [
        [True, False, False, False, True],
        [True] * 5,
        [False, True, True, True, False],
    ]
    # the first of the base is off duty at those hours: the second goes
    assert roster.post.T.tolist() == [[0] * 5, [0, 0, 2, 0, 0], [1] * 5]
    assert (duty_s(roster, 2.25) / 3600).tolist() == [24.0 + 6, 54.0, 24.0]


def test_what_is_on_the_same_roads_is_shared():
    today, *options = toy_settings()
    first = lay_stage(today, Rules())
    for setting in options:
        stage = lay_stage(setting, Rules(), like=first)
        assert (stage.travel.junctions is first.travel.junctions) == (setting.network is today.network)
        alone = lay_stage(setting, Rules())
        calls = draw_calls(first, 0)
        assert raw(play(stage, calls)) == raw(play(alone, calls))


@pytest.mark.parametrize("dispatch", ["nearest", "preparedness"])
@pytest.mark.parametrize("seed", range(6))
def test_a_stage_sent_to_another_process_plays_the_same_bytes(seed, dispatch):
    stage = busy_stage(seed, dispatch=dispatch)
    calls = draw_calls(stage, 3)
    there = pickle.loads(pickle.dumps(stage))
    assert raw(play(stage, calls)) == raw(play(there, draw_calls(there, 3)))


@pytest.mark.parametrize("dispatch", ["nearest", "preparedness"])
@pytest.mark.parametrize("seed", range(12))
def test_rows_found_on_demand_give_the_same_year_as_a_whole_table(seed, dispatch):
    stage = busy_stage(seed, dispatch=dispatch)
    travel, n = stage.travel, len(stage.place_id)
    homeward = travel.homeward
    few = JunctionTimes(
        travel.network, travel.places, homeward.node_s, homeward.origin_s[:n], whole_bytes=0, kept_bytes=1
    )
    on_demand = replace(stage, travel=replace(travel, junctions=few))
    calls = draw_calls(stage, 0)
    assert raw(play(stage, calls)) == raw(play(on_demand, calls))


@pytest.mark.parametrize(
    ("make", "line", "line_zh"),
    [
        (lambda: Rules(days=0.0), "days is 0: give a number above 0", "天数（days）为 0"),
        (lambda: Rules(calls_per_day=float("nan")), "calls_per_day is nan", "日均呼救数"),
        (lambda: Rules(replications=0), "replications is 0: give a whole number, 1 or more", "重复次数"),
        (lambda: Rules(seed=-1), "seed is -1", "随机种子"),
        (lambda: Rules(transport_share=1.2), "transport_share is 1.2: give a share from 0 to 1", "送院比例"),
        (
            lambda: Rules(busy_share=1.0),
            "busy_share is 1: give a share above 0 and below 1",
            "busy_share 为 1",
        ),
        (lambda: Rules(dispatch="best"), "the rule of dispatch is 'best'", "派车规则"),
        (lambda: Rules(warm_up_s=-1.0), "warm_up_s is -1: give seconds, 0 or more", "预热时间"),
        (lambda: Rules(turnout_s={"08:00-20:00": -5.0}), "turnout_s is -5: give seconds", "出车准备时间"),
        (lambda: Rules(turnout_s={"8 till 9": 60.0}), "hours '8 till 9' are none of a day", "时段"),
        (lambda: Rules(hour_of_week=(1.0,) * 24), "24 weights for the hours of the week: give 168", "有24个"),
        (lambda: Rules(hour_of_week=(0.0,) * 168), "the weights of the hours are negative", "权重有负数"),
        (lambda: Rules(priorities=(Priority("A", 0.5),)), "shares add up to 0.5", "比例之和为 0.5"),
        (lambda: Rules(priorities=()), "shares add up to 0", "比例之和为 0"),
        (
            lambda: Rules(priorities=(Priority("A", 0.5), Priority("A", 0.5))),
            "of the same name: A",
            "名称重复：A",
        ),
        (lambda: Priority("A", -0.5), "share is -0.5", "比例（share）为 -0.5"),
        (
            lambda: Rules(centre_shares={"burns": 0.1}),
            "centres that there are not: burns",
            "没有以下救治中心：burns",
        ),
        (lambda: Rules(centre_shares={"stroke": 0.6, "trauma": 0.6}), "add up to 1.2", "之和为 1.2"),
        (
            lambda: Shift("h1", 0, "08:00-20:00"),
            "ambulances is 0: give a whole number, 1 or more",
            "救护车数",
        ),
        (lambda: Shift("h1", 1, "25:00-26:00"), "are none of a day", "时段"),
        (
            lambda: Standby("h1", float("nan"), 29.0, "桥头"),
            "桥头 has no coordinates",
            "待命点 桥头 没有坐标",
        ),
        (lambda: Duration(-1.0), "a time of -1 s", "时间为 -1 秒"),
    ],
)
def test_rules_that_cannot_be_played_are_one_line(make, line, line_zh):
    with pytest.raises(SimulationError) as caught:
        make()
    assert line in caught.value.line("en")
    assert line_zh in caught.value.line("zh")


@pytest.mark.parametrize(
    ("rules", "line", "line_zh"),
    [
        (
            {"shifts": (Shift("x9", 1, ""),)},
            "a shift names the facility 'x9', which does not exist",
            "x9 不存在",
        ),
        ({"shifts": (Shift("w1", 1, ""),)}, "a shift names w1, which has no ambulance", "w1 没有救护车"),
        (
            {"shifts": (Shift("s1", 2, ""),)},
            "the shifts of 柳林急救站 need 2 ambulances at a time, but it has 1",
            "只有1辆",
        ),
        (
            {"standby": (Standby("s1", 113.0, 29.4, "桥头"),)},
            "standby places at no road: 桥头: check the coordinates",
            "待命点附近没有道路：桥头",
        ),
        (
            {"standby": (Standby("s1", **place_of(10.0, 0.0)), Standby("s1", **place_of(8.0, 0.0)))},
            "the standby places of 柳林急救站 need 1 ambulances at a time, but it has 0",
            "待命点同时需要1辆",
        ),
        (
            {"standby": (Standby("s1", **place_of(25.0, -6.0)),)},
            "no road leads from the base of s1-1 to its standby place and back",
            "没有道路相通",
        ),
    ],
)
def test_rules_that_do_not_fit_the_county_are_one_line(rules, line, line_zh):
    with pytest.raises(SimulationError) as caught:
        lay_stage(toy_today(), Rules(**rules))
    assert line in caught.value.line("en")
    assert line_zh in caught.value.line("zh")


def test_an_unknown_condition_and_bases_at_no_road_are_said():
    with pytest.raises(SpeedError, match="unknown condition 'snow'"):
        lay_stage(toy_today(), Rules(priorities=(Priority("A", 1.0, "snow"),)))
    nowhere = at_no_road(at_no_road(toy_today(), 0), 1)
    with pytest.raises(SimulationError, match="no ambulance base lies near a road"):
        lay_stage(nowhere, Rules())
