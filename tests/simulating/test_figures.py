"""Figures of a simulated year: by hand, and against a slow and obvious count."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from coverage.assessment import is_within, weighted_quantile
from coverage.simulating.calls import draw_calls
from coverage.simulating.differences import differ
from coverage.simulating.engine import play
from coverage.simulating.figures import summarise
from coverage.simulating.stage import lay_stage
from coverage.simulation import DAY_S, Duration, Shift
from simulated_years import RULES, rich_rules
from toy_settings import toy_settings

BUSY = replace(RULES, calls_per_day=90.0, days=20.0, replications=3)


@pytest.fixture(scope="module", params=["waiting", "losing", "rich"])
def played(request):
    rules = {"waiting": BUSY, "losing": replace(BUSY, wait=False), "rich": rich_rules()}[request.param]
    today, *_ = toy_settings()
    stage = lay_stage(today, rules)
    runs = [play(stage, draw_calls(stage, i)) for i in range(3)]
    return stage, runs, summarise(stage, "0", "", "", runs)


def group(outcome, name, group_id):
    rows = outcome.groups
    return rows[(rows["group"] == name) & (rows["id"] == group_id)].iloc[0]


def counted(stage, runs, mask):
    """Count the calls of a group the slow way: every replication, call by call."""
    found = []
    for run in runs:
        calls = run.calls
        mine = [
            i for i in range(len(calls.time_s)) if calls.time_s[i] >= stage.rules.warm_up_s and mask(run, i)
        ]
        response = [run.response_s[i] for i in mine]
        limits = [stage.place_limit_s[calls.place[i]] for i in mine]
        found.append(
            {
                "calls": len(mine),
                "within": sum(bool(is_within(r, k)) for r, k in zip(response, limits, strict=True)),
                "reached": [r for r in response if math.isfinite(r)],
                "waited": [run.wait_s[i] for i in mine if 0 < run.wait_s[i] < math.inf],
                "lost": sum(bool(run.is_lost[i]) for i in mine),
                "doors": [run.door_s[i] for i in mine if math.isfinite(run.door_s[i])],
            }
        )
    return found


@pytest.mark.parametrize(
    ("name", "group_id"), [("all", "all"), ("class", "urban"), ("township", "430699101")]
)
def test_figures_are_those_of_a_slow_count(played, name, group_id):
    stage, runs, outcome = played
    masks = {
        "all": lambda run, i: True,  # noqa: ARG005
        "class": lambda run, i: stage.place_class[run.calls.place[i]] == group_id,
        "township": lambda run, i: stage.place_township[run.calls.place[i]] == group_id,
    }
    row, found = group(outcome, name, group_id), counted(stage, runs, masks[name])
    calls = sum(f["calls"] for f in found)
    assert calls > 0
    assert row["calls"] == pytest.approx(calls / 3)
    assert row["within_share"] == pytest.approx(sum(f["within"] for f in found) / calls)
    assert row["waited_share"] == pytest.approx(sum(len(f["waited"]) for f in found) / calls)
    assert row["lost_share"] == pytest.approx(sum(f["lost"] for f in found) / calls)
    reached = sum(len(f["reached"]) for f in found)
    assert row["mean_s"] == pytest.approx(sum(sum(f["reached"]) for f in found) / reached)
    for column, clock, share in (
        ("median_s", "reached", 0.5),
        ("p90_s", "reached", 0.9),
        ("door_median_s", "doors", 0.5),
        ("door_p90_s", "doors", 0.9),
    ):
        times = [time for f in found for time in f[clock]]
        assert row[column] == weighted_quantile(times, np.ones(len(times)), share)
    assert row["within_share_low"] < row["within_share"] < row["within_share_high"]


def test_calls_of_the_groups_add_up(played):
    _, _, outcome = played
    calls = outcome.groups.groupby("group")["calls"].sum()
    for name in ("class", "township", "priority"):
        assert calls[name] == pytest.approx(calls["all"])
    assert outcome.hours["calls"].sum() == pytest.approx(calls["all"])
    assert outcome.n_calls == pytest.approx(3 * calls["all"])
    row = group(outcome, "all", "all")
    served = calls["all"] * (1 - row["lost_share"] - row["unreached_share"])
    assert outcome.units["calls"].sum() == pytest.approx(served)


def test_busy_units_by_the_hour_are_the_busy_time_of_the_units(played):
    stage, runs, outcome = played
    busy_s = sum(float(run.busy_s.sum()) for run in runs) / len(runs)
    assert busy_s > 0
    assert outcome.hours["busy_units"].sum() * 3_600.0 * stage.rules.days == pytest.approx(busy_s, rel=1e-6)
    assert outcome.units["busy_h_per_day"].sum() * 3_600.0 * stage.rules.days == pytest.approx(busy_s)


def test_the_curve_rises_to_the_share_that_is_reached(played):
    stage, runs, outcome = played
    curve = outcome.response_curve
    assert list(curve["minute"]) == list(range(61))
    assert (np.diff(curve["share"]) >= 0).all()
    counts = [run.calls.time_s >= stage.rules.warm_up_s for run in runs]
    within = sum(int((run.response_s[c] <= 900.0).sum()) for run, c in zip(runs, counts, strict=True))
    assert curve["share"][15] == pytest.approx(within / sum(int(c.sum()) for c in counts), abs=1e-9)


def test_a_township_without_a_call_has_no_figures():
    today, *_ = toy_settings()
    stage = lay_stage(today, replace(RULES, days=0.1, calls_per_day=20.0, warm_up_s=0.0, replications=2))
    outcome = summarise(stage, "0", "", "", [play(stage, draw_calls(stage, i)) for i in range(2)])
    empty = outcome.groups[(outcome.groups["group"] == "township") & (outcome.groups["calls"] == 0)]
    assert len(empty)
    assert empty[["within_share", "mean_s", "p90_s_low"]].isna().all(axis=None)


def test_the_warm_up_is_left_out():
    today, *_ = toy_settings()
    stage = lay_stage(today, replace(BUSY, days=2.0, warm_up_s=3 * DAY_S))
    runs = [play(stage, draw_calls(stage, i)) for i in range(3)]
    outcome = summarise(stage, "0", "", "", runs)
    assert outcome.n_calls == sum(int((run.calls.time_s >= 3 * DAY_S).sum()) for run in runs)
    assert outcome.n_calls < sum(len(run.calls.time_s) for run in runs)


def test_differences_pair_the_replications():
    today, east, *_ = toy_settings()
    stages = [lay_stage(today, BUSY), lay_stage(east, BUSY), lay_stage(today, BUSY)]
    runs = [[play(stage, draw_calls(stages[0], i)) for i in range(3)] for stage in stages]
    table = differ(stages, ["0", "A", "B"], runs)
    one = table[(table["group"] == "all") & (table["measure"] == "within_share")].set_index(
        ["key", "against"]
    )
    shares = [
        np.array(
            [
                is_within(r.response_s, s.place_limit_s[r.calls.place])[r.calls.time_s >= DAY_S].mean()
                for r in mine
            ]
        )
        for s, mine in zip(stages, runs, strict=True)
    ]
    weights = np.array([(r.calls.time_s >= DAY_S).sum() for r in runs[0]])
    assert one.loc[("A", "0"), "value"] == pytest.approx(np.average(shares[1] - shares[0], weights=weights))
    assert one.loc[("A", "0"), "is_clear"]
    # the same county: not one call turned out otherwise, of so many
    most = 1 - 0.025 ** (1 / weights.sum())
    assert one.loc[("B", "0"), ["value", "low", "high"]].tolist() == pytest.approx([0.0, -most, most])
    same = table[(table["key"] == "B") & (table["against"] == "0") & (table["group"] == "all")]
    times = same[same["measure"].isin(["mean_s", "median_s", "p90_s"])]
    assert (times[["value", "low", "high"]] == 0).all(axis=None)
    assert not one.loc[("B", "0"), "is_clear"]
    assert one.loc[("B", "A"), "value"] == pytest.approx(-one.loc[("A", "0"), "value"])
    # what is common to both leaves the interval narrower than those of the two by themselves
    alone = [
        summarise(s, k, "", "", r).groups.iloc[0] for s, k, r in zip(stages[:2], "0A", runs[:2], strict=True)
    ]
    apart = math.hypot(*(row["within_share_high"] - row["within_share_low"] for row in alone))
    assert one.loc[("A", "0"), "high"] - one.loc[("A", "0"), "low"] < apart


def test_no_option_makes_no_difference():
    today, *_ = toy_settings()
    stage = lay_stage(today, replace(BUSY, days=1.0))
    assert len(differ([stage], ["0"], [[play(stage, draw_calls(stage, 0))]])) == 0


def test_no_verdict_stands_on_a_handful_of_calls():
    # ten months of three calls: what never varies among so few is not certain
    rules = replace(RULES, calls_per_day=0.1, days=30.0, replications=10)
    stages = [lay_stage(setting, rules) for setting in toy_settings()[:2]]
    runs = [[play(stage, draw_calls(stages[0], i)) for i in range(10)] for stage in stages]
    table, outcome = differ(stages, ["0", "A"], runs), summarise(stages[0], "0", "", "", runs[0])
    for row in outcome.groups.itertuples():
        few = row.calls * 10 < 30
        assert math.isnan(row.within_share_low) == few
    groups = outcome.groups.set_index(["group", "id"])["calls"] * 10
    n = np.array([groups[row.group, row.id] for row in table.itertuples()])
    assert (n < 30).any()
    assert table.loc[n < 30, ["low", "high"]].isna().all(axis=None)
    assert not table.loc[n < 30, "is_clear"].any()


def test_overtime_is_no_part_of_the_time_on_duty():
    # by day alone, and scenes of four hours: every evening goes on into the night
    rules = replace(
        BUSY, shifts=tuple(Shift(base, 1, "08:00-20:00") for base in ("h1", "s1")), scene=Duration(14_400.0)
    )
    stage = lay_stage(toy_settings()[0], rules)
    run = play(stage, draw_calls(stage, 0))
    units = summarise(stage, "0", "", "", [run]).units
    start_s = run.calls.time_s + run.calls.handling_s + run.wait_s
    for unit in (0, 2):
        off_h = on_h = 0.0
        for i in np.flatnonzero(run.unit == unit):
            # a minute at a time
            at_min = np.arange(math.ceil(start_s[i] / 60), math.ceil(run.clear_s[i] / 60))
            counts = (at_min >= 1440) & (at_min < 1440 + rules.days * 1440)
            by_day = (at_min % 1440 >= 480) & (at_min % 1440 < 1200)
            off_h, on_h = off_h + (counts & ~by_day).sum() / 60, on_h + (counts & by_day).sum() / 60
        assert off_h > 10
        assert units["overtime_h_per_day"][unit] * rules.days == pytest.approx(off_h, rel=0.01)
        assert units["utilisation"][unit] == pytest.approx(on_h / (12 * rules.days), rel=0.01)
        assert units["utilisation"][unit] <= 1
        assert units["busy_h_per_day"][unit] * rules.days == pytest.approx(off_h + on_h, rel=0.01)
    assert units["overtime_h_per_day"][1] == 0


def test_a_county_that_is_staffed_at_night_alone_is_played():
    today = toy_settings()[0]
    facilities = today.area.facilities.assign(hours="20:00-08:00")
    night = replace(today, scenario=replace(today.scenario, area=replace(today.area, facilities=facilities)))
    stage = lay_stage(night, replace(BUSY, calls_per_day=4.0))
    outcome = summarise(stage, "0", "", "", [play(stage, draw_calls(stage, i)) for i in range(2)])
    by_hour = outcome.hours.set_index("hour")["within_share"]
    assert by_hour[10] < 0.1 < by_hour[2]


def test_patients_without_a_hospital_are_counted():
    today = toy_settings()[0]
    stage = lay_stage(today, BUSY)
    nowhere = replace(
        stage, treats=np.zeros((len(stage.treats), 0), dtype=bool), hospital_row=stage.hospital_row[:0]
    )
    none = len(nowhere.hospital_row)
    travel = stage.travel
    n, n_hospitals = len(travel.places), len(travel.hospitals)
    homeward = travel.homeward
    kept = np.r_[0:n, n + n_hospitals : len(homeward.origin_s)]
    nowhere = replace(
        nowhere,
        travel=replace(
            travel,
            hospitals=travel.hospitals.take(np.arange(none)),
            homeward=replace(
                homeward, origin_s=homeward.origin_s[kept], first_node=homeward.first_node[kept]
            ),
        ),
    )
    runs = [play(nowhere, draw_calls(nowhere, i)) for i in range(3)]
    row = group(summarise(nowhere, "0", "", "", runs), "all", "all")
    counts = [(r.calls.time_s >= DAY_S) for r in runs]
    needed = sum(
        int((r.calls.is_transported & (r.unit >= 0))[c].sum()) for r, c in zip(runs, counts, strict=True)
    )
    assert row["no_door_share"] == pytest.approx(needed / sum(int(c.sum()) for c in counts))
    assert (
        group(summarise(stage, "0", "", "", [play(stage, draw_calls(stage, 0))]), "all", "all")[
            "no_door_share"
        ]
        == 0
    )
