"""What the maps of a comparison draw: of every outcome the same as its figures, and the ground only once."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from comparison_cases import CASES, comparison_case
from coverage.reports import wording
from coverage.reports.comparison_map import (
    CHANGE_LETTERS,
    CHANGES,
    STATE_LETTERS,
    change_legend,
    comparison_data,
    map_layers,
    map_legend,
)
from coverage.reports.comparison_wording import change_text
from coverage.reports.map import facility_data, township_state
from coverage.reports.shown import outcome_side
from html_page import unpack


def shown_demand(comparison):
    demand = comparison.baseline.demand
    lived_in = demand[demand["population"] > 0]
    return lived_in.sort_values("population", ascending=False, kind="stable").index


@pytest.mark.parametrize("case", CASES)
def test_every_demand_point_has_its_state_its_minutes_and_its_change(case):
    comparison = comparison_case(case)
    data = comparison_data(comparison, "zh")
    order = shown_demand(comparison)
    assert len(data["demand"]["name"]) == len(order)
    for outcome, packed in zip(comparison.outcomes, data["outcomes"], strict=True):
        demand = outcome.situation.assessment.demand.loc[order]
        assert packed["states"] == "".join(STATE_LETTERS[s] for s in demand["state"])
        changes = outcome.demand["change"].loc[order]
        assert packed["changes"] == "".join(CHANGE_LETTERS[c] for c in changes)
        for tenths, row in zip(unpack(packed["tenths"]), demand.to_dict("records"), strict=True):
            said = wording.minutes_text(row["response_s"], "en", limit_s=row["limit_s"])
            assert said == ("never" if tenths < 0 else f"{tenths / 10:.1f}")


def test_points_are_where_they_are():
    comparison = comparison_case("toy")
    data = comparison_data(comparison, "zh")
    steps = np.cumsum(np.array(unpack(data["demand"]["yx"])).reshape(-1, 2), axis=0) * 1e-5
    points = comparison.area.demand.geometry.loc[shown_demand(comparison)].to_crs("EPSG:4326")
    assert steps == pytest.approx(np.column_stack([points.y, points.x]), abs=1e-5)


@pytest.mark.parametrize("case", ["toy", "twelve", "own"])
def test_what_outcomes_share_is_there_once_and_gives_each_its_own(case):
    comparison = comparison_case(case)
    data = comparison_data(comparison, "zh")
    for items in data["pools"].values():
        written = [json.dumps(item, sort_keys=True) for item in items]
        assert len(written) == len(set(written))
    for outcome, packed in zip(comparison.outcomes, data["outcomes"], strict=True):
        side = outcome_side(comparison, outcome)
        townships = [data["pools"]["townships"][n] for n in packed["townships"]]
        assert townships == township_state(side, "zh")
        drawn = [data["pools"]["facilities"][n]["name"] for n in packed["facilities"]]
        drawn += [f["name"] for f in packed["new"]]
        assert sorted(drawn) == sorted(f["name"] for f in facility_data(side, "zh", ()))
        assert len(packed["areas"]) == len([a for a in side.areas if not a.polygon.is_empty])
    # the county as it is, and an option that changes nothing, are drawn from the same pieces
    nothing = [o for o in comparison.options if o.option.name == "不变"]
    for outcome in nothing:
        first, second = data["outcomes"][0], data["outcomes"][comparison.outcomes.index(outcome)]
        assert {k: first[k] for k in ("areas", "facilities", "states", "tenths")} == {
            k: second[k] for k in ("areas", "facilities", "states", "tenths")
        }


def test_what_opens_is_ringed_and_what_goes_is_crossed():
    comparison = comparison_case("toy")
    data = {o["key"]: o for o in comparison_data(comparison, "zh")["outcomes"]}
    assert data["0"]["new"] == data["0"]["gone"] == []
    assert {f["name"] for f in data["B"]["new"]} == {"石门乡卫生院", "柳林北站"}
    assert data["B"]["gone"] == []
    assert [c["name"] for c in data["C"]["gone"]] == ["柳林急救站"]
    moved = data["D"]
    assert [f["name"] for f in moved["new"]] == [c["name"] for c in moved["gone"]] == ["柳林急救站"]
    assert moved["new"][0]["at"] != moved["gone"][0]["at"]


def test_roads_that_an_option_closes_and_builds_are_drawn_where_it_does():
    comparison = comparison_case("toy")
    data = comparison_data(comparison, "zh")
    roads = {o["key"]: o["roads"] for o in data["outcomes"]}
    assert [key for key, drawn in roads.items() if drawn] == ["F"]
    closed, new = roads["F"]
    assert [closed["kind"], closed["tip"]] == ["closed", ["北段", "封闭道路"]]
    assert [new["kind"], new["tip"]] == ["new", ["东线", "新建道路"]]
    line = comparison.outcome("F").new_roads.to_crs(4326).geometry[0]
    assert unpack(new["lines"]["n"]) == [len(line.coords)]
    assert set(data["looks"]["roads"]) == {"closed", "new"}
    # a road without a name is told by what becomes of it
    outcome = comparison.outcome("F")
    unnamed = replace(outcome, new_roads=outcome.new_roads.assign(name=""))
    outcomes = tuple(unnamed if o is outcome else o for o in comparison.outcomes)
    data = comparison_data(replace(comparison, outcomes=outcomes), "en")
    assert [road["tip"] for road in data["outcomes"][6]["roads"]] == [["北段", "Closed road"], ["New road"]]


def test_the_legend_explains_roads_where_there_are_any():
    names = [item["name"] for item in map_legend(comparison_case("toy"), "zh")]
    assert names[-2:] == ["封闭道路", "新建道路"]
    assert not {"封闭道路", "新建道路"} & {
        item["name"] for item in map_legend(comparison_case("losing"), "zh")
    }


def test_the_ground_is_there_once():
    data = comparison_data(comparison_case("twelve"), "zh")
    text = json.dumps(data, ensure_ascii=False)
    longest = max(data["roads"]["primary"].values(), key=len)
    assert text.count(json.dumps(longest)[1:-1]) == 1
    assert len(data["outcomes"]) == 13
    assert all(text.count(json.dumps(t["shape"]["yx"])[1:-1]) == 1 for t in data["townships"])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", CASES)
def test_layers_and_legend_know_each_other(case, lang):
    comparison = comparison_case(case)
    data = comparison_data(comparison, lang)
    json.dumps(data, allow_nan=False)
    layers = {layer["id"] for group in map_layers(comparison, lang, None) for layer in group["layers"]}
    explained = {item["layers"] for item in map_legend(comparison, lang)}
    assert explained <= layers | {"sites", "works"}
    assert {f["layer"] for f in data["pools"]["facilities"]} <= layers
    names = [item["name"] for item in change_legend(comparison, lang)]
    present = {c for o in comparison.options for c in o.demand["change"]}
    expected = [change_text(c, lang) for c in CHANGES if c in present]
    assert [name.lower() for name in names] == [name.lower() for name in expected]


def test_a_promise_of_its_own_has_an_area_and_a_limit_of_its_own():
    comparison = comparison_case("own")
    data = comparison_data(comparison, "zh")
    limits = {(o["limits"]["u"], o["limits"]["r"]) for o in data["outcomes"]}
    assert len(limits) > 1
    names = [item["name"] for item in map_legend(comparison, "zh") if item["layers"] == "areas"]
    every = {limit for pair in limits for limit in pair}
    assert all(any(f"{limit}分钟" in name for name in names) for limit in every)
