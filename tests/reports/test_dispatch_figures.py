"""The answer to a call as JSON."""

from __future__ import annotations

import json

import pytest

from builders import _lonlat
from coverage.reports.dispatch_figures import dispatch_figures, write_dispatch_json
from dispatches import AT, toy_dispatch


def test_the_decision_in_seconds_and_degrees():
    figures = dispatch_figures(toy_dispatch())
    decision = figures["decision"]
    assert figures["at"] == AT
    assert [row["id"] for row in decision["units"]] == ["湘F0003", "湘F0002", "湘F0001"]
    first = decision["units"][0]
    assert first["response_s"] == pytest.approx(60 + 90 + first["travel_s"])
    assert first["is_within"]
    assert decision["limit_s"] == 1800
    route = decision["route"]
    assert route["length_m"] == pytest.approx(1_000, abs=5)
    assert route["steps"][0]["road"] == "S101"
    assert route["steps"][-1] == {**route["steps"][-1], "turn": "arrive", "length_m": 0, "time_s": 0}
    assert route["coordinates"][0] == pytest.approx(_lonlat(9.0, 0.0), abs=1e-5)
    assert route["coordinates"][-1] == pytest.approx(_lonlat(10.0, 0.0), abs=1e-5)
    to = decision["destination"]
    assert to["can_treat"]
    assert to["door_s"] == pytest.approx(first["response_s"] + to["scene_s"] + to["transport_s"], abs=0.002)
    assert to["target_s"] == 3600


def test_units_and_what_is_left_out():
    figures = dispatch_figures(toy_dispatch())
    assert [row["state"] for row in figures["units"]] == ["idle", "returning", "idle", "busy"]
    assert figures["units"][3]["facility_id"] == "s1"
    assert figures["left_out"] == [
        {"unit_id": "湘F0009", "row": 6, "reason": "stale", "detail": "2026-03-01T13:20:00+08:00"},
        {"unit_id": None, "row": 7, "reason": "no_id", "detail": ""},
        {"unit_id": "湘F0010", "row": 8, "reason": "off_network", "detail": "4.2 km"},
    ]


def test_what_is_held_now_as_planned_and_meanwhile():
    made = toy_dispatch(at=(10.0, 0.5), states=("busy", "busy", "idle", "idle"))
    figures = dispatch_figures(made)
    lost = figures["now"]["covered_population"] - figures["meanwhile"]["covered_population"]
    assert lost == sum(row["covered_before"] - row["covered_after"] for row in figures["losses"])
    assert lost > 10_000
    assert figures["planned"]["covered_population"] == made.planned.totals["all"].covered_population
    people = sum(row["population"] for row in figures["uncovered"])
    assert people == figures["now"]["population"] - figures["now"]["covered_population"]
    assert {row["unit_id"] for row in figures["uncovered"]} <= {"湘F0003", "湘F0004", None}


def test_no_call_no_unit_and_no_hospital_are_none():
    assert dispatch_figures(toy_dispatch(at=None))["decision"] is None
    assert dispatch_figures(toy_dispatch(destination=False))["decision"]["destination"] is None
    nobody = dispatch_figures(toy_dispatch(at=None, states=("busy",) * 4))
    assert nobody["now"]["covered_population"] == 0
    assert nobody["now"]["median_s"] is None
    assert {row["now"]["verdict"] for row in nobody["townships"]} == {"unmet"}
    assert nobody["meanwhile"] is None
    without = dispatch_figures(toy_dispatch(centre=None))["decision"]
    assert without["centre"] is None
    assert without["destination"]["target_s"] is None


def test_the_file_is_strict_json_and_the_same_each_time(tmp_path):
    made = toy_dispatch(odd_names=True)
    for name in ("a.json", "b.json"):
        write_dispatch_json(dispatch_figures(made), tmp_path / name)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=pytest.fail) == dispatch_figures(made)
