import math
from dataclasses import replace

import pytest

from comparison_cases import CASES, comparison_case
from coverage.reports.comparison_rows import (
    ambulances_words,
    class_rows,
    doing_rows,
    facilities_by_hours,
    gainer_rows,
    loser_rows,
    ranking_row,
    ranking_rows,
    worsened_townships,
    worst_township,
    worst_trial,
)


@pytest.mark.parametrize("case", CASES)
def test_the_ranking_is_in_the_comparisons_order(case):
    comparison = comparison_case(case)
    rows = ranking_rows(comparison)
    assert tuple(row.key for row in rows) == comparison.order
    assert [row.covered_population for row in rows] == sorted(
        (row.covered_population for row in rows), reverse=True
    )
    leader = rows[0]
    assert leader.against_leader is None
    assert all(row.against_leader is not None for row in rows[1:])
    assert ranking_row(comparison, "0").against_today is None


@pytest.mark.parametrize("case", CASES)
def test_gained_less_lost_is_after_less_before(case):
    comparison = comparison_case(case)
    today = ranking_row(comparison, "0")
    for row in ranking_rows(comparison):
        assert row.delta_population == pytest.approx(row.covered_population - today.covered_population)
        assert row.delta_population == pytest.approx(row.gained_population - row.lost_population)
    for outcome in comparison.outcomes:
        table = outcome.townships
        net = table["gained_population"] - table["lost_population"]
        assert list(net) == pytest.approx(list(table["after_population"] - table["before_population"]))


@pytest.mark.parametrize("case", CASES)
def test_urban_and_rural_people_add_up_to_all_on_both_clocks(case):
    comparison = comparison_case(case)
    rows = {(row.key, row.township_class): row for row in class_rows(comparison)}
    assert len(rows) == 3 * len(comparison.outcomes)
    for outcome in comparison.outcomes:
        urban, rural, every = (rows[outcome.key, name] for name in ("urban", "rural", "all"))
        for field in ("population", "covered_population", "other_covered_population"):
            assert getattr(urban, field) + getattr(rural, field) == pytest.approx(getattr(every, field))
        assert urban.response.unreached_population + rural.response.unreached_population == pytest.approx(
            every.response.unreached_population
        )
        assert every.covered_population == outcome.covered_population
        assert every.population == pytest.approx(comparison.area.demand["population"].sum())


def test_losers_are_those_covered_today_the_most_people_first():
    comparison = comparison_case("losing")
    rows = loser_rows(comparison.outcome("A"))
    limit_s = comparison.standard.rural_s
    assert len(rows) > 1
    assert list(rows["population"]) == sorted(rows["population"], reverse=True)
    assert (rows["before_s"] <= limit_s).all()
    assert (rows["after_s"] > limit_s).all()
    assert rows["population"].sum() == pytest.approx(comparison.outcome("A").lost_population)
    assert gainer_rows(comparison.outcome("A")).empty
    assert gainer_rows(comparison.outcome("B"))["population"].sum() == pytest.approx(
        comparison.outcome("B").gained_population
    )


def test_the_worst_township_is_the_least_covered_of_equals_the_most_peopled():
    assert worst_township(comparison_case("toy").baseline) == ("石门乡", 0.0)
    today = comparison_case("toy").baseline
    none_covered = today.townships.assign(after_population=0.0)
    assert worst_township(replace(today, townships=none_covered)) == ("城关街道", 0.0)
    name, share = worst_township(replace(today, townships=none_covered.assign(population=0.0)))
    assert name == ""
    assert math.isnan(share)


def test_the_worst_trial_is_the_one_with_the_smallest_share():
    comparison = comparison_case("toy")
    for i, outcome in enumerate(comparison.outcomes):
        code, share = worst_trial(comparison, outcome.key)
        shares = {trial.code: trial.covered_share[i] for trial in comparison.robustness.trials}
        assert share == min(shares.values()) == shares[code]
    assert worst_trial(comparison, "E")[0] == "night"
    alike = tuple(replace(t, covered_share=(0.5,) * 8) for t in comparison.robustness.trials)
    robustness = replace(comparison.robustness, trials=alike)
    assert worst_trial(replace(comparison, robustness=robustness), "E") == (None, 0.5)
    code, share = worst_trial(replace(comparison, robustness=replace(robustness, trials=())), "E")
    assert code is None
    assert math.isnan(share)


def test_townships_that_fall_are_told_from_which_to_which():
    assert worsened_townships(comparison_case("losing").outcome("A")) == [("柳林镇", "met", "partial")]
    assert worsened_townships(comparison_case("toy").outcome("B")) == []


def test_hours_that_are_not_round_the_clock_name_their_facilities():
    comparison = comparison_case("toy")
    assert facilities_by_hours(comparison.outcome("E")) == [("08:00-20:00", ["石门乡卫生院"])]
    assert facilities_by_hours(comparison.baseline) == []


def test_what_an_option_does_line_by_line():
    comparison = comparison_case("toy")

    def told(key, lang):
        return [(row.action, row.name, row.detail) for row in doing_rows(comparison.outcome(key), lang)]

    assert told("B", "zh") == [
        ("新建", "柳林北站", "急救站，救护车1辆"),
        ("调整", "石门乡卫生院", "救护车1辆"),
    ]
    assert told("C", "en") == [
        ("Close", "柳林急救站", ""),
        ("Change", "小康县人民医院", "3 ambulances"),
    ]
    assert told("D", "zh")[0][:2] == ("迁址", "柳林急救站")
    assert told("E", "zh")[0][2] == "救护车1辆，08:00-20:00有车"
    assert told("F", "zh") == [
        ("道路封闭", "北段", "范围内道路不通行"),
        ("新建道路", "东线", "省县道（secondary），限速60公里/小时"),
    ]
    assert told("G", "en") == [("Nothing", "—", "")]
    assert told("0", "zh") == [("无变化", "—", "")]
    saved = doing_rows(comparison.outcome("C"), "zh")[0]
    assert (saved.capital_wan, saved.yearly_wan) == (0.0, -40.0)


def test_a_promise_and_speeds_of_its_own_are_named_with_their_values():
    rows = doing_rows(comparison_case("own").outcome("A"), "zh")
    assert [(row.action, row.name, row.detail) for row in rows[1:]] == [
        ("响应标准", "乡镇限时40分钟，达标比例80%", ""),
        ("行车速度", "速度（公里/小时）", "国省干线（primary） 60公里/小时"),
        ("行车速度", "路面（surface）", "土路（dirt） 0.5"),
    ]
    assert rows[0].capital_wan == 9.5


def test_a_cost_that_is_not_given_is_no_number():
    rows = doing_rows(comparison_case("unpriced").outcome("B"), "en")
    assert math.isnan(rows[0].capital_wan)
    assert rows[1].capital_wan == 120.0
    assert math.isnan(ranking_row(comparison_case("unpriced"), "B").cost_wan)


def test_ambulances_that_nobody_counted_are_said_to_be_unknown():
    assert ambulances_words(math.nan, "zh") == "救护车数未知"
    assert ambulances_words(math.nan, "en") == "number of ambulances not known"
    assert [ambulances_words(n, "zh") for n in (0.0, 2.0)] == ["不派救护车", "救护车2辆"]
