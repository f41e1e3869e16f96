"""Simulated years of the toy county, for the tests of their reports."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from builders import _lonlat, toy_area
from comparisons import toy_options
from coverage.option import Option
from coverage.options.writing import option_text
from coverage.simulating.recipe import simulate
from coverage.simulation import Duration, Priority, Rules, Shift, Standby

if TYPE_CHECKING:
    from coverage.simulation import Simulation

RULES = Rules(days=20.0, calls_per_day=30.0, replications=4, seed=7)
RICH = (
    "hour_of_week",
    "priorities",
    "centre_shares",
    "handling",
    "turnout_s",
    "scene",
    "dispatch",
    "redirect",
    "standby",
    "shifts",
)
"""Fields that `rich_rules` names."""
CASES = ("toy", "alone", "odd", "roads", "once", "few", "lost", "assumed", "none", "own", "many", "rich")


@cache
def simulation_case(name: str) -> Simulation:
    """
    Give one of `CASES`; the same name gives the same object, so nobody may change it.

    alone: no option. once: one replication. few: two calls a month. lost: calls do not wait, and are many.
    none: no call at all. own: an option with a promise of its own. many: eight options. rich: priorities,
    centres, shifts, standby places, hours of turnout and hours of the week.
    """
    return {
        "toy": toy_simulation,
        "alone": lambda: toy_simulation(n_options=0),
        "odd": lambda: toy_simulation(options=toy_options(odd_names=True)[:4], odd_names=True),
        "roads": lambda: toy_simulation(demand_unit="residential_road_m"),
        "once": lambda: toy_simulation(rules=replace(RULES, replications=1)),
        "few": lambda: toy_simulation(rules=replace(RULES, calls_per_day=0.1)),
        "lost": lambda: toy_simulation(rules=replace(RULES, calls_per_day=90.0, wait=False)),
        "assumed": lambda: toy_simulation(ambulances_known=False, n_options=1),
        "none": lambda: toy_simulation(n_options=0, rules=replace(RULES, days=0.01, calls_per_day=0.01)),
        "own": lambda: toy_simulation(options=(Option("另定标准", standard={"rural_s": 3_000.0}),)),
        "many": lambda: toy_simulation(
            options=tuple(replace(toy_options()[i % 6], name=f"方案{i}") for i in range(8))
        ),
        "rich": lambda: toy_simulation(rules=rich_rules()),
    }[name]()


def toy_simulation(
    *,
    n_options: int = 2,
    options: tuple[Option, ...] = (),
    rules: Rules = RULES,
    **area: object,
) -> Simulation:
    """Play the toy county with some options; `area` as `toy_area` takes it."""
    played = options or tuple(toy_options()[:n_options])
    files = [(o, option_text(o, county="小康县"), f"{i}.toml") for i, o in enumerate(played, 1)]
    return simulate(toy_area(**area), files, rules=rules)  # type: ignore[arg-type]


def rich_rules() -> Rules:
    """Give rules in which nothing is as usual."""
    lon, lat = _lonlat(4.0, 0.0)
    return replace(
        RULES,
        hour_of_week=tuple(1.0 + (hour % 24 in range(8, 20)) for hour in range(168)),
        priorities=(
            Priority("危重<1>", 0.2, transport_share=1.0),
            Priority("普通", 0.8, condition="normal"),
        ),
        centre_shares={"chest_pain": 0.1, "newborn": 0.02},
        handling=Duration(75.0, "lognormal", 0.4, source="本地调度台"),
        turnout_s={"08:00-20:00": 90.0, "20:00-08:00": 150.0},
        scene=Duration(900.0, "gamma", 0.6, source="本地记录"),
        dispatch="preparedness",
        redirect=False,
        standby=(Standby("h1", lon, lat, "东门待命点", 1, "08:00-18:00"),),
        shifts=(Shift("h1", 1, "08:00-20:00"),),
        sources=dict.fromkeys(RICH, "rules.toml"),
    )
