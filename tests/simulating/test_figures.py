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
from coverage.simulation import DAY_S
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
    for column, share in (("median_s", 0.5), ("p90_s", 0.9)):
        mean = sum(
            weighted_quantile(f["reached"], np.ones(len(f["reached"])), share) * len(f["reached"])
            for f in found
        )
        assert row[column] == pytest.approx(mean / reached)
    doors = sum(len(f["doors"]) for f in found)
    mean = sum(weighted_quantile(f["doors"], np.ones(len(f["doors"])), 0.9) * len(f["doors"]) for f in found)
    assert row["door_p90_s"] == pytest.approx(mean / doors)
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
    assert tuple(one.loc[("B", "0"), ["value", "low", "high"]]) == (0.0, 0.0, 0.0)
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
