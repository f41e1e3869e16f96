"""An option applied to a study area: what becomes of the facilities, and where response then starts."""

# ruff: noqa: E501 -- a case is read in one line

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from builders import _lonlat, toy_area
from coverage.assessment import response_bases
from coverage.errors import AssessmentError, OptionError, StudyAreaError
from coverage.option import Change, Closing, Move, NewRoad, Opening, Option, Roadworks
from coverage.scenario import apply_option

AREA = toy_area()
LON, LAT = _lonlat(16.0, 4.0)
NEW = Opening("n1", "新站", "ambulance_station", LON, LAT, ambulances=1, capital_wan=120.0)


def facilities(option, **area):
    return apply_option(toy_area(**area), option).area.facilities.set_index("id")


def test_an_option_that_does_nothing_leaves_everything():
    area = toy_area()
    after = apply_option(area, Option("none"))
    assert after.area.facilities.drop(columns=["geometry", "hours"]).equals(
        area.facilities.drop(columns="geometry")
    )
    assert after.area.facilities["hours"].tolist() == ["", "", ""]
    assert after.area.roads is area.roads
    assert after.bases.tolist() == response_bases(area.facilities)[0].tolist() == [True, True, False]


def test_a_facility_opens_where_it_is_said_to():
    after = apply_option(toy_area(), Option("one", open=(NEW,)))
    row = after.area.facilities.iloc[-1]
    assert (row["id"], row["name"], row["kind"], row["ambulances"]) == ("n1", "新站", "ambulance_station", 1)
    assert math.isnan(row["turnout_s"])
    assert row["centres"] == ""
    assert (row.geometry.x, row.geometry.y) == pytest.approx((656_000, 3_266_000), abs=0.01)
    assert after.bases.tolist() == [True, True, False, True]


def test_a_facility_closes_and_the_mask_follows_the_rows():
    after = apply_option(toy_area(), Option("one", open=(NEW,), close=(Closing("h1"),)))
    assert after.area.facilities["id"].tolist() == ["s1", "w1", "n1"]
    assert after.bases.tolist() == [True, False, True]


def test_a_facility_changes_what_is_said_and_nothing_else():
    change = Change("w1", kind="subcentre", ambulances=2, capital_wan=300)
    after = facilities(Option("one", change=(change,)))
    assert (after.loc["w1", "kind"], after.loc["w1", "ambulances"]) == ("subcentre", 2)
    before = toy_area().facilities.set_index("id")
    kept = before.columns.difference(["kind", "ambulances"])
    assert after.loc["w1", kept].equals(before.loc["w1", kept])
    assert after.drop(index="w1")["ambulances"].tolist() == [2, 1]


@pytest.mark.parametrize("known", [True, False])
def test_ambulances_given_and_taken_move_response(known):
    option = Option("one", change=(Change("w1", ambulances=1), Change("s1", ambulances=0)))
    after = apply_option(toy_area(ambulances_known=known), option)
    assert after.bases.tolist() == [True, False, True]


def test_one_count_does_not_end_what_is_assumed_of_the_others():
    area = toy_area(ambulances_known=False)
    after = apply_option(area, Option("one", open=(NEW,)))
    assert after.bases.tolist() == [True, True, False, True]
    # what the table alone would say
    assert response_bases(after.area.facilities)[0].tolist() == [False, False, False, True]


def test_where_bases_are_assumed_a_change_of_kind_moves_them():
    changes = (Change("w1", kind="hospital"), Change("s1", kind="clinic"))
    after = apply_option(toy_area(ambulances_known=False), Option("one", change=changes))
    assert after.bases.tolist() == [True, False, True]
    known = apply_option(toy_area(), Option("one", change=changes))
    assert known.bases.tolist() == [True, True, False]


def test_the_mask_that_is_given_is_carried_over():
    mask = np.array([False, False, True])
    after = apply_option(toy_area(), Option("one", close=(Closing("h1"),)), bases=mask)
    assert after.bases.tolist() == [False, True]
    assert mask.tolist() == [False, False, True]


def test_the_study_area_is_left_as_it_was():
    area, before = toy_area(), toy_area().facilities
    option = Option("one", open=(NEW,), close=(Closing("h1"),), change=(Change("w1", kind="clinic"),))
    apply_option(area, option)
    assert area.facilities.drop(columns="geometry").equals(before.drop(columns="geometry"))


def test_further_columns_of_the_facilities_are_kept():
    area = toy_area()
    area.facilities["phone"] = ["1", "2", "3"]
    after = apply_option(area, Option("one", open=(NEW,))).area.facilities
    assert after["phone"].tolist()[:3] == ["1", "2", "3"]


def test_what_stands_keeps_its_hours_and_gets_new_ones():
    area = toy_area()
    area.facilities["hours"] = ["08:00-20:00", None, ""]
    assert apply_option(area, Option("none")).area.facilities["hours"].tolist() == ["08:00-20:00", "", ""]
    option = Option(
        "one",
        open=(replace(NEW, hours="８：00—20：00，22：00－6:00"),),
        change=(Change("h1", hours=""), Change("s1", hours="20-8")),
    )
    after = apply_option(area, option)
    hours = ["", "20:00-08:00", "", "08:00-20:00,22:00-06:00"]
    assert after.area.facilities["hours"].tolist() == hours
    assert after.bases_at(12 * 60).tolist() == [True, False, False, True]
    assert after.bases_at(2 * 60).tolist() == [True, True, False, True]
    assert after.bases_at(21 * 60).tolist() == [True, True, False, False]
    assert after.bases.tolist() == [True, True, False, True]


def test_hours_of_the_study_area_that_cannot_be_read_are_its_own_fault():
    area = toy_area()
    area.facilities["hours"] = ["weekdays", "", "never"]
    after = apply_option(area, Option("none"))
    with pytest.raises(StudyAreaError, match="h1: hours 'weekdays'"):
        after.bases_at(0)
    # whoever is no base is not asked
    area.facilities["hours"] = ["", "", "never"]
    assert apply_option(area, Option("none")).bases_at(0).tolist() == [True, True, False]


def test_a_facility_opens_at_the_place_of_another():
    after = facilities(
        Option("one", open=(Opening("n1", "新站", "ambulance_station", at="w1", ambulances=1),))
    )
    assert after.loc["n1", "geometry"].equals(after.loc["w1", "geometry"])
    assert math.isnan(after.loc["n1", "turnout_s"])


def test_what_closes_and_opens_again_is_what_it_was():
    area = toy_area()
    again = Option(
        "again",
        open=(
            Opening("s2", "柳林急救站", "ambulance_station", at="s1", ambulances=1),
            Opening("h2", "小康县人民医院", "hospital", at="h1", ambulances=math.nan),
        ),
        close=(Closing("s1"), Closing("h1")),
    )
    after = apply_option(area, again)
    before = area.facilities.set_index("name").drop(columns="id")
    table = after.area.facilities.set_index("name").drop(columns=["id", "hours"]).loc[before.index]
    assert table.drop(columns="geometry").equals(before.drop(columns="geometry"))
    assert table.geometry.geom_equals(before.geometry).all()
    assert after.bases.tolist() == [False, True, True]


def test_what_opens_as_another_kind_takes_nothing_over():
    option = Option("x", open=(Opening("h2", "x", "clinic", at="h1", ambulances=1),), close=(Closing("h1"),))
    row = facilities(option).loc["h2"]
    assert (row["centres"], row["ambulances"]) == ("", 1)


def test_a_facility_moves_with_all_it_has():
    after = apply_option(toy_area(), Option("one", move=(Move("s1", lon=LON, lat=LAT),)))
    row = after.area.facilities.set_index("id").loc["s1"]
    assert (row.geometry.x, row.geometry.y) == pytest.approx((656_000, 3_266_000), abs=0.01)
    assert (row["ambulances"], row["turnout_s"]) == (1, 90)
    assert after.area.facilities["id"].tolist() == ["h1", "s1", "w1"]
    assert after.bases.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("moves", "counts", "bases"),
    [
        ((Move("h1", to="w1", ambulances=1),), [1, 1, 1], [True, True, True]),
        ((Move("h1", to="w1"),), [0, 1, 2], [False, True, True]),
        ((Move("h1", to="s1"), Move("s1", to="w1")), [0, 2, 1], [False, True, True]),
        ((Move("h1", to="s1"), Move("s1", to="h1")), [1, 2, 0], [True, True, False]),
        ((Move("h1", to="w1", ambulances=1), Move("s1", to="w1")), [1, 0, 2], [True, False, True]),
        ((Move("s1", lon=LON, lat=LAT), Move("h1", to="s1", ambulances=1)), [1, 2, 0], [True, True, False]),
    ],
)
def test_ambulances_move_and_none_is_lost(moves, counts, bases):
    after = apply_option(toy_area(), Option("one", move=moves))
    assert after.area.facilities["ambulances"].tolist() == counts
    assert after.bases.tolist() == bases


def test_ambulances_move_to_what_opens_and_add_to_its_own():
    for own, total in ((1.0, 2), (0.0, 1), (math.nan, 1)):
        option = Option("x", open=(replace(NEW, ambulances=own),), move=(Move("h1", to="n1", ambulances=1),))
        after = apply_option(toy_area(), option)
        assert after.area.facilities["ambulances"].tolist() == [1, 1, 0, total]
        assert after.bases.tolist() == [True, True, False, True]


def test_ambulances_may_move_to_what_changes_otherwise():
    option = Option("x", change=(Change("w1", kind="subcentre"),), move=(Move("h1", to="w1", ambulances=1),))
    after = facilities(option)
    assert (after.loc["w1", "kind"], after.loc["w1", "ambulances"]) == ("subcentre", 1)


def test_where_bases_are_assumed_all_ambulances_may_move():
    after = apply_option(toy_area(ambulances_known=False), Option("x", move=(Move("h1", to="w1"),)))
    assert after.bases.tolist() == [False, True, True]
    counts = after.area.facilities["ambulances"]
    assert counts[0] == 0
    assert counts[1:].isna().all()


@pytest.mark.parametrize(("kind", "is_base"), [("ambulance_station", True), ("clinic", False)])
def test_where_bases_are_assumed_so_are_those_that_open_without_a_number(kind, is_base):
    opened = replace(NEW, kind=kind, ambulances=math.nan)
    after = apply_option(toy_area(ambulances_known=False), Option("x", open=(opened,)))
    assert after.bases.tolist() == [True, True, False, is_base]


AT = {"id": "n1", "name": "x", "kind": "clinic"}


@pytest.mark.parametrize(
    ("option", "place", "zh", "en"),
    [
        ({"close": [Closing("柳林急救")]}, ("close", 0, "id"), "是否指柳林急救站（s1）", "did you mean 柳林急救站 (s1)?"),
        ({"change": [Change("杨柳站")]}, ("change", 0, "id"), "没有这处设施", "no such facility"),
        ({"move": [Move("x-y", to="h1")]}, ("move", 0, "id"), "3处设施的编号或全称：h1、s1、w1", "of the 3 facilities, h1, s1, w1"),
        ({"move": [Move("h1", to="n9")]}, ("move", 0, "to"), 'to = "n9"', 'to = "n9"'),
        ({"open": [Opening(**AT, at="n7")]}, ("open", 0, "at"), 'at = "n7"', 'at = "n7"'),
        ({"open": [NEW, Opening(**AT | {"id": "n2"}, at="n1")]}, ("open", 1, "at"), "只能填现有设施", "stands today"),
        ({"open": [Opening(**AT | {"id": "h1"}, at="w1")]}, ("open", 0, "id"), "已被现有设施占用", "is taken"),
        ({"open": [Opening(**AT | {"id": ""}, at="w1")]}, ("open", 0, "id"), "为空", "is empty"),
        ({"open": [NEW, NEW]}, ("open", 1, "id"), "出现两次", "given twice"),
        ({"close": [Closing("h1")], "change": [Change("h1")]}, ("change", 0, "id"), "既撤销又调整", "closed and changed"),
        ({"change": [Change("h1"), Change("h1")]}, ("change", 1, "id"), "调整两次", "changed twice"),
        ({"close": [Closing("h1")], "move": [Move("h1", to="s1")]}, ("move", 0, "id"), "写明救护车总数", "[[change]] says"),
        ({"move": [Move("h1", to="s1", ambulances=1), Move("h1", to="w1")]}, ("move", 1, "id"), "迁移两次", "moved twice"),
        ({"open": [Opening(**AT, lon=LAT, lat=LON)]}, ("open", 0, "lon"), "经纬度颠倒", "are swapped"),
        ({"open": [Opening(**AT, lon=math.nan, lat=0)]}, ("open", 0, "lon"), "缺少 lon", "lon is missing"),
        ({"open": [Opening(**AT, lon=0.0)]}, ("open", 0, "lat"), "缺少 lat", "lat is missing"),
        ({"open": [Opening(**AT, lon=640_000, lat=3_262_000)]}, ("open", 0, "lon"), "不是经纬度", "no place on Earth"),
        ({"open": [Opening(**AT, lon=100, lat=math.inf)]}, ("open", 0, "lat"), "不是经纬度", "no place on Earth"),
        ({"open": [Opening(**AT, lon=LON, lat=LAT, at="w1")]}, ("open", 0, "at"), "两个位置", "two places"),
        ({"open": [Opening(**AT | {"kind": "shop"}, at="w1")]}, ("open", 0, "kind"), "无法识别", "is not known"),
        ({"open": [replace(NEW, ambulances=math.nan)]}, ("open", 0), "没有填写救护车数", "without a number of ambulances"),
        ({"open": [replace(NEW, ambulances=1.5)]}, ("open", 0, "ambulances"), "整数", "whole number"),
        ({"open": [replace(NEW, capital_wan=-1)]}, ("open", 0, "capital_wan"), "不小于0", "0 or more"),
        ({"open": [replace(NEW, yearly_wan=math.inf)]}, ("open", 0, "yearly_wan"), "不小于0", "0 or more"),
        ({"close": [Closing("w1", yearly_saved_wan=-5)]}, ("close", 0, "yearly_saved_wan"), "= -5", "= -5"),
        ({"roads": Roadworks(new=(NewRoad("a", "primary", (), capital_wan=-2),))}, ("roads", "new", 0, "capital_wan"), "= -2", "= -2"),
        ({"open": [replace(NEW, hours="25:00-26:00")]}, ("open", 0, "hours"), "时段“25:00-26:00”不对", "'25:00-26:00'"),
        ({"change": [Change("w1", hours="08:00-08:00")]}, ("change", 0, "hours"), "起止时间相同", "same time"),
        ({"change": [Change("w1", ambulances=-1)]}, ("change", 0, "ambulances"), "不小于0的整数", "0 or more"),
        ({"change": [Change("w1", ambulances=math.inf)]}, ("change", 0, "ambulances"), "整数", "whole number"),
        ({"change": [Change("w1", kind="shop")]}, ("change", 0, "kind"), "无法识别", "is not known"),
        ({"move": [Move("h1")]}, ("move", 0), "没有写明迁到哪里", "where to"),
        ({"move": [Move("h1", lon=LON, lat=LAT, to="s1")]}, ("move", 0, "to"), "不能同用", "exclude each other"),
        ({"move": [Move("h1", lon=LON, lat=LAT, ambulances=1)]}, ("move", 0, "ambulances"), "随同迁移", "with all its"),
        ({"move": [Move("h1", lon=LON)]}, ("move", 0, "lat"), "缺少 lat", "lat is missing"),
        ({"move": [Move("h1", to="h1")]}, ("move", 0, "to"), "同一处", "where they are"),
        ({"move": [Move("h1", to="s1")], "close": [Closing("s1")]}, ("move", 0, "to"), "在本方案中撤销", "closes with"),
        ({"move": [Move("h1", to="w1")], "change": [Change("w1", ambulances=1)]}, ("move", 0, "to"), "重复", "[[change]]"),
        ({"move": [Move("h1", to="w1", ambulances=3)]}, ("move", 0, "ambulances"), "只有2辆", "has 2"),
        ({"move": [Move("h1", to="w1", ambulances=0)]}, ("move", 0, "ambulances"), "没有车辆调动", "nothing moves"),
        ({"move": [Move("h1", to="w1", ambulances=0.5)]}, ("move", 0, "ambulances"), "整数", "whole number"),
        ({"move": [Move("w1", to="h1")]}, ("move", 0, "id"), "没有可调出的救护车", "no ambulance"),
        ({"close": [Closing("h1"), Closing("s1"), Closing("w1")]}, ("close", 2), "没有任何设施配备救护车", "no facility has"),
        ({"close": [Closing("h1"), Closing("s1")]}, ("close", 1), "没有任何设施配备救护车", "no facility has"),
        ({"close": [Closing("h1")], "change": [Change("w1"), Change("s1", ambulances=0)]}, ("change", 1), "没有任何", "no facility"),
    ],
)  # fmt: skip
def test_an_option_that_does_not_fit_is_refused_in_one_line(option, place, zh, en):
    option = Option("甲", **{k: tuple(v) if isinstance(v, list) else v for k, v in option.items()})
    with pytest.raises(OptionError) as caught:
        apply_option(AREA, option)
    assert zh in caught.value.line("zh")
    assert en in caught.value.line("en")
    assert caught.value.place == place


def test_a_part_of_an_unknown_number_cannot_move():
    option = Option("甲", move=(Move("h1", to="w1", ambulances=1),))
    with pytest.raises(OptionError, match="nobody knows how many") as caught:
        apply_option(toy_area(ambulances_known=False), option)
    assert caught.value.place == ("move", 0, "ambulances")
    assert "未知" in caught.value.line("zh")


def test_closing_everything_is_refused_where_nobody_asks_for_bases():
    everything = Option("甲", close=tuple(map(Closing, ("h1", "s1", "w1"))))
    with pytest.raises(OptionError):
        apply_option(toy_area(), everything, bases=np.zeros(3, dtype=bool))


def test_a_county_without_ambulances_needs_its_bases_named():
    area = toy_area()
    area.facilities["ambulances"] = 0.0
    with pytest.raises(AssessmentError):
        apply_option(area, Option("one", open=(NEW,)))
    after = apply_option(area, Option("one", open=(NEW,)), bases=np.zeros(3, dtype=bool))
    assert after.bases.tolist() == [False, False, False, True]
