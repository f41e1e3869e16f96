"""Which option the figures speak for: every way the rule can go."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from comparisons import toy_comparison
from coverage.comparing.advice import advise
from coverage.comparing.money import cheaper_wan
from coverage.comparison import Cost, Draws, PairedDifference, Robustness, Trial

if TYPE_CHECKING:
    from coverage.comparison import Outcome

KEYS = ("0", "A", "B", "C")
ORDER = ("B", "A", "C", "0")
COST = (0.0, 10.0, 20.0, 5.0)
CLEAR = {("0", key): "fewer" for key in "ABC"}


def _robustness(signs, leaders, wide, shares) -> Robustness:
    """Make pairs with the signs given, none clear where none is, and trials that the leaders lead."""
    real = toy_comparison(n_options=3)
    pairs = []
    for i, first in enumerate(KEYS):
        for second in KEYS[i + 1 :]:
            sign = signs.get((first, second), "no_difference")
            pairs.append(PairedDifference(first, second, 0.0, -wide, wide, sign))
    trials = tuple(
        Trial("peak", tuple(10.0 if key == leader else 1.0 for key in KEYS), shares) for leader in leaders
    )
    trials += (Trial("night", (10.0, 10.0, 10.0, 2.0), shares),)
    away = tuple(replace(away, key=key) for key, away in zip(KEYS, real.robustness.away, strict=True))
    return Robustness(trials, away, Draws(1, 1, np.zeros((1, 4)), {}), tuple(pairs))


class _Covering:
    """An outcome of the toy county with some figures of its own."""

    def __init__(self, real: Outcome, **own: object) -> None:
        self._real = real
        for name, value in own.items():
            setattr(self, name, value)

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


def _advise(
    signs, cost=COST, order=ORDER, leaders=(), wide=0.004, shares=(0.5,) * 4, hard=(0.4,) * 4, own=None
):
    real = toy_comparison(n_options=3).outcomes
    own = own or {}
    outcomes = [
        _Covering(
            outcome,
            **{
                "covered_share": share,
                "covered_population": 1000 * share,
                "lost_population": 0.0,
                "dominated_by": (),
                "cost": Cost(wan, 0.0, 10.0),
                **own.get(outcome.key, {}),
            },
        )
        for outcome, share, wan in zip(real, shares, cost, strict=True)
    ]
    cheaper = cheaper_wan([outcome.cost for outcome in outcomes])
    apart = [not outcome.is_comparable for outcome in outcomes]
    cheaper[apart, :] = cheaper[:, apart] = math.nan
    return advise(outcomes, cheaper, order, _robustness(signs, leaders, wide, hard))


def _codes(advice) -> dict[str, tuple[str, ...]]:
    return {c.code: c.names for c in advice.conditions}


FAR = (0.4, 0.45, 0.5, 0.45)


def test_the_leader_is_advised_where_it_is_clearly_better_than_all() -> None:
    assert _advise({("0", "B"): "fewer", ("A", "B"): "fewer", ("B", "C"): "more"}).key == "B"


def test_a_cheaper_one_that_is_as_good_is_advised_instead() -> None:
    advice = _advise(CLEAR)
    assert advice.key == "C"
    assert _codes(advice)["cheaper_is_as_good"] == ("B",)


@pytest.mark.parametrize("why", [{"wide": 0.02}, {"shares": FAR}, {"hard": (0.3, 0.38, 0.4, 0.38)}])
def test_a_cheaper_one_that_may_be_far_behind_is_not(why) -> None:
    assert _advise(CLEAR, **why).key == "B"


def test_a_cheaper_one_that_nobody_staffs_at_night_is_not() -> None:
    assert _advise(CLEAR, own={"C": {"is_limited": True}}).key == "A"


def test_a_cheaper_one_that_is_not_clearly_better_than_today_is_not() -> None:
    assert _advise({("0", "B"): "fewer", ("0", "A"): "fewer"}).key == "A"


@pytest.mark.parametrize("cost", [(0.0, math.nan, 20.0, math.nan), (0.0, 10.0, math.nan, 5.0)])
def test_where_a_cost_is_not_known_nothing_is_called_cheaper(cost) -> None:
    assert _advise(CLEAR, cost).key == "B"


def test_an_option_that_is_not_clear_hides_none_that_is() -> None:
    advice = _advise({("0", "A"): "fewer"}, shares=FAR, wide=0.05)
    assert advice.key == "A"
    assert "leads_in_every_trial" in _codes(advice) or "overtaken" in _codes(advice)


def test_nothing_is_advised_where_nothing_is_clearly_better_than_today() -> None:
    advice = _advise({("0", "C"): "more"}, order=("B", "A", "0", "C"))
    assert advice.key == "0"
    assert _codes(advice) == {"no_clear_difference": ("B", "A")}


def test_nothing_is_advised_where_the_county_as_it_is_leads() -> None:
    advice = _advise({("0", key): "more" for key in "ABC"}, order=("0", "B", "A", "C"))
    assert (advice.key, advice.conditions) == ("0", ())


def test_what_saves_money_and_is_as_good_as_today_is_advised() -> None:
    cost = (0.0, -10.0, 20.0, -50.0)
    advice = _advise({}, cost)
    assert advice.key == "C"
    assert "saves_money" in _codes(advice)
    assert _advise({}, cost, own={"C": {"lost_population": 1e6}}).key == "A"
    assert _advise({}, cost, own={"C": {"is_limited": True}}).key == "A"
    assert _advise({}, cost, wide=0.02).key == "0"


def test_what_is_judged_by_other_limits_takes_no_part() -> None:
    advice = _advise(CLEAR, own={"C": {"is_comparable": False}})
    assert advice.key == "A"
    assert _codes(advice)["not_comparable"] == ("C",)
    alone = _advise({("0", "C"): "fewer"}, own={"C": {"is_comparable": False}})
    assert alone.key == "0"
    assert "C" not in _codes(alone)["no_clear_difference"]


def test_who_overtakes_under_which_trial_is_said() -> None:
    signs = {("0", "B"): "fewer", ("A", "B"): "fewer", ("B", "C"): "more"}
    advice = _advise(signs, leaders=("A",))
    overtaken = [c for c in advice.conditions if c.code == "overtaken"]
    assert [(c.names, c.population) for c in overtaken] == [(("peak", "A"), 9.0)]
    assert "leads_in_every_trial" in _codes(_advise(signs, leaders=("B",)))


def test_where_money_is_short_only_what_is_clear_and_cheaper_to_begin_with_is_named() -> None:
    signs = {**CLEAR, ("A", "B"): "fewer", ("B", "C"): "more"}
    assert _codes(_advise(signs, shares=FAR))["dear_for_what_it_adds"] == ("A",)
    unclear = {("0", "B"): "fewer"}
    assert "dear_for_what_it_adds" not in _codes(_advise(unclear, shares=FAR))
