import json
from dataclasses import replace

import pytest
import shapely

from builders import toy_area
from comparison_cases import CASES, comparison_case
from coverage.reports.area_hash import area_hash
from coverage.reports.comparison_figures import comparison_hash, comparison_json, write_comparison_json
from coverage.version import __version__


def _refuse(constant):
    raise AssertionError(constant)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("json")

    def write(case):
        path = folder / f"{case}.json"
        if not path.exists():
            write_comparison_json(comparison_case(case), path)
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)

    return write


@pytest.mark.parametrize("case", CASES)
def test_gained_less_lost_is_after_less_before_in_the_file(written, case):
    figures = written(case)
    today = figures["outcomes"][0]
    for outcome in figures["outcomes"]:
        covered = outcome["totals"]["covered_population"] - today["totals"]["covered_population"]
        assert outcome["net_population"] == pytest.approx(covered, abs=1e-2)
        assert outcome["gained_population"] - outcome["lost_population"] == pytest.approx(covered, abs=1e-2)
        for row in outcome["townships"]:
            assert row["gained_population"] - row["lost_population"] == pytest.approx(
                row["after_population"] - row["before_population"], abs=1e-2
            )
        assert sum(row["population"] for row in outcome["losers"]) == pytest.approx(
            outcome["lost_population"]
        )


def test_losers_have_their_ids_and_times(written):
    losing = written("losing")["outcomes"][1]
    demand = comparison_case("losing").outcome("A").demand
    assert {row["id"] for row in losing["losers"]} == set(demand.loc[demand["change"] == "lost", "id"])
    assert all(row["before_s"] <= 900 < row["after_s"] for row in losing["losers"])


def test_everything_that_was_found_is_in_it(written):
    figures = written("toy")
    comparison = comparison_case("toy")
    assert figures["program"] == f"emergency-coverage {__version__}"
    assert figures["study_area_hash"] == area_hash(comparison.area)
    assert (figures["at"], figures["years"], figures["basis"]) == ("12:00", 10.0, "lifetime")
    assert figures["order"] == list(comparison.order)
    assert figures["advice"]["key"] == "B"
    assert {c["code"] for c in figures["advice"]["conditions"]} == {
        c.code for c in comparison.advice.conditions
    }
    outcome = figures["outcomes"][2]
    assert (outcome["key"], outcome["name"], outcome["source"]) == ("B", "东部和北部", "2.toml")
    assert "[[open]]" in outcome["option_text"]
    assert outcome["other_clock"]["clock"] == "departure"
    assert outcome["other_clock"]["totals_by_class"]["rural"]["covered_population"] == 33_000
    assert outcome["totals_by_class"]["urban"]["covered_population"] == 52_000
    assert outcome["cost"] == {"capital_wan": 420.0, "yearly_wan": 105.0, "total_wan": 1470.0, "unpriced": []}
    assert set(outcome["response"]) == {"urban", "rural", "all"}
    assert outcome["gained_demand_ids"] != []
    assert [row["id"] for row in outcome["loads"]] == list(comparison.outcome("B").loads["id"])
    assert figures["outcomes"][5]["facilities"][2]["hours"] == "08:00-20:00"
    robustness = figures["robustness"]
    assert [trial["code"] for trial in robustness["trials"]] == [
        "speed_90",
        "speed_80",
        "peak",
        "night",
        "rain",
    ]
    assert len(robustness["pairs"]) == 8 * 7 / 2
    assert len(robustness["draws"]["covered_share"]) == robustness["draws"]["n"] == 40
    assert {away["key"] for away in robustness["away"]} == set(comparison.order)
    first, second = figures["stagings"][1]["stages"]
    assert (first["names"], second["names"]) == (["石门乡卫生院"], ["柳林北站"])
    (changed,), (opened,) = first["parts"], second["parts"]
    assert (changed["action"], changed["id"], changed["ambulances"], changed["hours"]) == (
        "change",
        "w1",
        1,
        None,
    )
    assert (opened["action"], opened["kind"], opened["capital_wan"]) == ("open", "ambulance_station", 300)
    assert opened["lon"] == pytest.approx(comparison.outcome("B").option.open[0].lon, abs=1e-6)
    assert figures["outcomes"][0]["name"] is None


def test_what_is_not_known_is_null(written):
    outcome = written("unpriced")["outcomes"][1]
    assert outcome["cost"]["capital_wan"] is None
    assert outcome["cost_per_person_yuan"] is None
    assert outcome["cost"]["unpriced"] == ["柳林北站"]
    assert written("assumed")["outcomes"][0]["loads"][0]["ambulances"] is None
    assert written("assumed")["bases_assumed"] is True
    assert written("toy")["outcomes"][0]["response"]["all"]["worst_s"] is None


def test_an_option_with_a_promise_and_speeds_of_its_own_says_them(written):
    today, own = written("own")["outcomes"]
    assert (today["standard"]["rural_s"], own["standard"]["rural_s"]) == (1800.0, 2400.0)
    assert (today["speeds"]["class_kph"]["primary"], own["speeds"]["class_kph"]["primary"]) == (70.0, 60.0)


def test_nothing_is_written_as_a_negative_nothing(tmp_path):
    write_comparison_json(comparison_case("nothing"), tmp_path / "c.json")
    text = (tmp_path / "c.json").read_text(encoding="utf-8")
    assert "-0.0," not in text
    assert "-0.0\n" not in text


def test_the_same_comparison_makes_the_same_bytes_and_hash(tmp_path):
    comparison = comparison_case("toy")
    for name in ("a", "b"):
        write_comparison_json(comparison, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert comparison_hash(comparison) == comparison_hash(replace(comparison))
    assert comparison_hash(comparison) != comparison_hash(replace(comparison, at_min=60))
    assert comparison_hash(comparison) != comparison_hash(comparison_case("one"))
    assert json.dumps(comparison_json(comparison)) == json.dumps(comparison_json(comparison))


def test_a_study_area_is_known_by_its_contents():
    area, again = toy_area(), toy_area()
    assert area_hash(area) == area_hash(again)
    assert len(area_hash(area)) == 12
    turned = replace(area, demand=area.demand[list(area.demand.columns[::-1])])
    assert area_hash(turned) == area_hash(area)


def _with(area, layer, **columns):
    return replace(area, **{layer: getattr(area, layer).assign(**columns)})


def test_a_study_areas_hash_changes_with_anything_in_it():
    area = toy_area()
    points = area.demand.geometry.to_numpy().copy()
    points[3] = shapely.transform(points[3], lambda xy: xy + 0.001)
    edges = area.roads.edges
    others = [
        _with(area, "demand", geometry=points),
        _with(area, "demand", population=area.demand["population"] + 1e-9),
        _with(area, "facilities", name=["x", *area.facilities["name"][1:]]),
        _with(area, "facilities", ambulances=[2.0, float("nan"), 0.0]),
        _with(area, "townships", seat_lon=area.townships["seat_lon"] + 1.0),
        replace(area, roads=replace(area.roads, edges=edges.assign(length=edges["length"] * 1.5))),
        replace(area, roads=replace(area.roads, edges=edges.iloc[:-1])),
        replace(area, county=replace(area.county, name="大康县")),
        replace(area, provenance=area.provenance[:1] + area.provenance[2:]),
        replace(area, buffer_m=1.0),
        replace(area, demand=area.demand.iloc[::-1]),
        toy_area(demand_unit="residential_road_m"),
    ]
    hashes = [area_hash(area), *map(area_hash, others)]
    assert len(set(hashes)) == len(hashes)
