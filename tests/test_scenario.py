"""An option applied to a study area: what opens, closes and changes, and where response then starts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from builders import _lonlat, toy_area
from coverage.assessment import response_bases
from coverage.errors import AssessmentError, StudyAreaError
from coverage.option import Change, Closing, Opening, Option
from coverage.scenario import apply_option

LON, LAT = _lonlat(16.0, 4.0)
NEW = Opening("n1", "新站", "ambulance_station", LON, LAT, ambulances=1, capital_wan=120.0)


def facilities(option, **area):
    return apply_option(toy_area(**area), option).area.facilities.set_index("id")


def test_an_option_that_does_nothing_leaves_everything():
    area = toy_area()
    after = apply_option(area, Option("none"))
    assert after.area.facilities.drop(columns="geometry").equals(area.facilities.drop(columns="geometry"))
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


@pytest.mark.parametrize(
    ("option", "zh", "en"),
    [
        (Option("甲", close=(Closing("h9"),)), "设施不存在：h9", "do not exist: h9"),
        (Option("甲", change=(Change("h9"),)), "设施不存在：h9", "do not exist: h9"),
        (Option("甲", open=(Opening("h1", "x", "clinic", LON, LAT),)), "编号已被占用：h1", "taken: h1"),
        (Option("甲", open=(NEW, NEW)), "出现多次：n1", "more than once: n1"),
        (Option("甲", close=(Closing("h1"),), change=(Change("h1"),)), "出现多次：h1", "more than once: h1"),
        (Option("甲", open=(Opening("n1", "x", "clinic", LAT, LON),)), "经纬度不对：n1", "on Earth: n1"),
        (Option("甲", open=(Opening("n1", "x", "clinic", math.nan, 0),)), "经纬度不对：n1", "on Earth: n1"),
        (Option("甲", open=(Opening("n1", "x", "shop", LON, LAT),)), "kind", "kind"),
        (Option("甲", change=(Change("w1", ambulances=-1),)), "负数", "negative"),
        (Option("甲", close=tuple(map(Closing, ("h1", "s1", "w1")))), "没有任何急救设施", "no facility"),
    ],
)  # fmt: skip
def test_an_option_that_does_not_fit_is_refused_in_one_line(option, zh, en):
    with pytest.raises(StudyAreaError) as caught:
        apply_option(toy_area(), option)
    assert zh in caught.value.line("zh")
    assert en in caught.value.line("en")


def test_a_county_without_ambulances_needs_its_bases_named():
    area = toy_area()
    area.facilities["ambulances"] = 0.0
    with pytest.raises(AssessmentError):
        apply_option(area, Option("one", open=(NEW,)))
    after = apply_option(area, Option("one", open=(NEW,)), bases=np.zeros(3, dtype=bool))
    assert after.bases.tolist() == [False, False, False, True]
