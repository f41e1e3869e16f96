"""A comparison as a whole: nobody is lost or made up between two counties."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import _lonlat, toy_area
from comparisons import toy_comparison, toy_options
from coverage.analysis import analyze
from coverage.comparing.recipe import MOST_OPTIONS, compare
from coverage.errors import AssessmentError, OptionError
from coverage.option import Change, Closing, Move, NewRoad, Opening, Option, Roadworks
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.scenario import apply_option
from coverage.standards import ResponseStandard

if TYPE_CHECKING:
    from coverage.comparison import Comparison, Outcome

_AREA = toy_area()


def _compare(*options: Option, **more: object) -> Comparison:
    wanted = {"n_draws": 40} | more
    return compare(_AREA, [(option, "", "x.toml") for option in options], **wanted)  # type: ignore[arg-type]


def _is_conserved(before: Outcome, after: Outcome) -> None:
    table = after.townships
    gained_less_lost = table["gained_population"] - table["lost_population"]
    difference = table["after_population"] - table["before_population"]
    assert gained_less_lost.to_numpy() == pytest.approx(difference.to_numpy(), abs=1e-6)
    whole = after.gained_population - after.lost_population
    assert whole == pytest.approx(after.covered_population - before.covered_population, abs=1e-6)
    assert (table["gained_population"] >= 0).all()
    assert (table["lost_population"] >= 0).all()


def _is_unchanged(before: Outcome, after: Outcome) -> None:
    """Hold every figure of two outcomes against each other, to the last bit."""
    for name in ("demand", "townships", "bands"):
        was, now = (getattr(o.situation.assessment, name) for o in (before, after))
        pd.testing.assert_frame_equal(was, now, check_exact=True)
    assert (after.gained_population, after.lost_population) == (0.0, 0.0)
    assert after.response == before.response
    assert after.equity == before.equity
    assert after.fleet == before.fleet
    assert after.situation.assessment.totals == before.situation.assessment.totals
    assert after.situation.other_clock is not None
    assert before.situation.other_clock is not None
    assert after.situation.other_clock.totals == before.situation.other_clock.totals
    assert set(after.demand["change"]) <= {"covered", "uncovered"}
    assert list(after.loads["first_population"]) == list(before.loads["first_population"])


@pytest.mark.parametrize("clock", ["call", "departure"])
@pytest.mark.parametrize("demand_unit", ["people", "residential_road_m"])
@pytest.mark.parametrize("ambulances_known", [True, False])
def test_gained_less_lost_is_after_less_before(clock: str, demand_unit: str, ambulances_known: bool) -> None:  # noqa: FBT001
    comparison = toy_comparison(clock=clock, demand_unit=demand_unit, ambulances_known=ambulances_known)
    for outcome in comparison.outcomes:
        _is_conserved(comparison.baseline, outcome)


_PLACES = st.tuples(st.floats(-6, 32), st.floats(-8, 8))


@st.composite
def _options(draw: st.DrawFn) -> Option:
    done: dict[str, list[object]] = {"open": [], "close": [], "move": [], "change": []}
    for i, (x, y) in enumerate(draw(st.lists(_PLACES, max_size=2))):
        lon, lat = _lonlat(x, y)
        n = float(draw(st.integers(0, 2)))
        done["open"].append(Opening(f"n{i}", f"N{i}", "ambulance_station", lon, lat, ambulances=n))
    for facility in ("s1", "w1"):
        what = draw(st.sampled_from(["nothing", "close", "move", "change"]))
        if what == "close":
            done["close"].append(Closing(facility))
        elif what == "move":
            done["move"].append(Move(facility, "", *_lonlat(*draw(_PLACES))))
        elif what == "change":
            done["change"].append(Change(facility, ambulances=float(draw(st.integers(0, 3)))))
    return Option("some", **{name: tuple(rows) for name, rows in done.items()})  # type: ignore[arg-type]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_options(), st.booleans())
def test_nobody_is_lost_or_made_up_whatever_is_done(option: Option, by_day: bool) -> None:  # noqa: FBT001
    standard = ResponseStandard(clock="call" if by_day else "departure")
    comparison = _compare(option, standard=standard)
    _is_conserved(comparison.baseline, comparison.options[0])
    area = apply_option(_AREA, option).area
    analysis = analyze(area, standard)
    assert comparison.options[0].situation.assessment.totals == analysis.assessment.totals
    pd.testing.assert_frame_equal(
        comparison.options[0].situation.assessment.townships, analysis.assessment.townships
    )


def test_the_county_as_it_is_is_what_analyze_says() -> None:
    comparison, analysis = toy_comparison(), analyze(_AREA)
    found = comparison.baseline.situation
    assert found.assessment.totals == analysis.assessment.totals
    assert found.other_clock is not None
    assert found.other_clock.totals == analysis.other_clock.totals
    assert comparison.baseline.fleet.ambulances == analysis.norms.ambulances
    assert comparison.baseline.fleet.ambulances_required == analysis.norms.ambulances_required


def test_an_option_that_changes_nothing_reports_exactly_nothing() -> None:
    comparison = _compare(Option("nothing"))
    _is_unchanged(comparison.baseline, comparison.options[0])
    assert comparison.advice.key == "0"
    (pair,) = comparison.robustness.pairs
    assert (pair.mean, pair.low, pair.high, pair.sign) == (0.0, 0.0, 0.0, "no_difference")
    assert next(note.names for note in comparison.notes if note.code == "option_changes_nothing") == (
        "nothing",
    )


def test_closing_and_reopening_the_same_facility_is_no_change() -> None:
    station = _AREA.facilities.set_index("id").loc["s1"]
    # a turnout of its own, other than the standard's, must come through as well
    assert station["turnout_s"] == 90.0
    again = Opening("s1-new", station["name"], "ambulance_station", at="s1", ambulances=1.0)
    comparison = _compare(Option("again", close=(Closing("s1"),), open=(again,)))
    before, after = comparison.outcomes
    was, now = (o.situation.assessment for o in (before, after))
    assert np.array_equal(was.demand["response_s"], now.demand["response_s"])
    assert was.totals == now.totals
    assert (after.response, after.equity, after.fleet) == (before.response, before.equity, before.fleet)
    assert (after.gained_population, after.lost_population) == (0.0, 0.0)


def test_moving_away_and_an_option_back_is_no_change() -> None:
    area = apply_option(_AREA, Option("away", move=(Move("s1", "", *_lonlat(20.0, 0.0)),))).area
    back = Option("back", move=(Move("s1", "", *_lonlat(9.0, 0.05)),))
    (away_and_back,) = compare(area, [(back, "", "")], n_draws=40).options
    today = analyze(_AREA).assessment
    found = away_and_back.situation.assessment.demand["response_s"].to_numpy()
    finite = np.isfinite(found)
    assert np.array_equal(finite, np.isfinite(today.demand["response_s"]))
    assert found[finite] == pytest.approx(today.demand["response_s"].to_numpy()[finite], abs=1e-4)


def test_the_order_is_by_people_then_by_money() -> None:
    lon, lat = _lonlat(16.0, 4.0)
    dear, cheap = (
        Opening("n", "N", "clinic", lon, lat, ambulances=1.0, capital_wan=w) for w in (300.0, 200.0)
    )
    unknown = replace(dear, capital_wan=math.nan)
    comparison = _compare(*(Option(str(i), open=(o,)) for i, o in enumerate((unknown, dear, cheap))))
    assert comparison.order == ("C", "B", "A", "0")
    assert comparison.outcome("B").dominated_by == ("C",)
    assert comparison.outcome("A").dominated_by == ()


def test_costs_are_compared_over_the_years_only_where_all_say_both() -> None:
    assert toy_comparison().basis == "lifetime"
    unsaid = Option("unsaid", change=(Change("w1", ambulances=1.0, capital_wan=120.0),))
    comparison = _compare(*toy_options()[:2], unsaid)
    assert comparison.basis == "capital"
    assert comparison.cost_wan(comparison.options[0]) == 120.0
    assert "option_no_yearly" in {note.code for note in comparison.notes}


def test_hours_decide_who_counts_at_which_hour() -> None:
    by_day = Option("day", change=(Change("w1", ambulances=1.0, hours="08:00-20:00"),))
    noon, night = (_compare(by_day, at_min=at).options[0] for at in (720, 120))
    assert noon.gained_population > 0
    assert night.gained_population == 0
    with pytest.raises(AssessmentError, match="02:00"):
        _compare(
            Option(
                "asleep",
                change=(Change("h1", hours="08:00-20:00"), Change("s1", hours="08:00-20:00")),
            ),
            at_min=120,
        )


def test_a_base_by_day_alone_is_no_better_bargain_than_one_round_the_clock() -> None:
    comparison = toy_comparison()
    always, by_day = comparison.outcome("A"), comparison.outcome("E")
    assert by_day.covered_population == always.covered_population
    assert comparison.cost_wan(by_day) < comparison.cost_wan(always)
    night = dict(zip("0ABCDEFG", comparison.robustness.trial("night").covered_population, strict=True))
    assert night["E"] < night["A"]
    assert always.dominated_by == ()


def test_options_are_judged_by_their_own_standard() -> None:
    quick = Option("quick", standard={"turnout_s": 0.0, "handling_s": 0.0})
    comparison = _compare(quick)
    departure = analyze(_AREA, ResponseStandard(clock="departure")).assessment.totals["all"]
    assert comparison.options[0].covered_population == departure.covered_population
    assert "option_other_standard" in {note.code for note in comparison.notes}


def test_a_new_road_may_be_of_a_class_that_the_planners_table_knows() -> None:
    speeds = replace(DEFAULT_SPEEDS, class_kph={**DEFAULT_SPEEDS.class_kph, "path": 30.0})
    line = (_lonlat(18.0, 0.0), _lonlat(26.0, 2.0), _lonlat(30.0, 0.0))
    path = Option("path", roads=Roadworks(new=(NewRoad("p", "path", line),)))
    (outcome,) = _compare(path, speeds=speeds).options
    assert len(outcome.area.roads.edges) > len(_AREA.roads.edges)
    with pytest.raises(OptionError, match="path"):
        _compare(path)


def test_no_option_and_too_many_are_refused() -> None:
    for n in (0, MOST_OPTIONS + 1):
        with pytest.raises(OptionError, match=str(n)):
            _compare(*[Option(str(i)) for i in range(n)])
