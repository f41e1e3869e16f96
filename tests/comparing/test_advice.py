"""Which option the figures speak for: every way the rule can go."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from comparisons import toy_comparison
from coverage.comparing.advice import advise
from coverage.comparison import Draws, PairedDifference, Robustness, Trial

if TYPE_CHECKING:
    from coverage.comparison import Outcome

KEYS = ("0", "A", "B", "C")


def _robustness(
    signs: dict[tuple[str, str], str], leaders: tuple[str, ...] = (), wide: float = 0.004
) -> Robustness:
    """Make pairs with the signs given, "more" for the earlier of the order where none is, and trials."""
    real = toy_comparison(n_options=3)
    pairs = []
    for i, first in enumerate(KEYS):
        for second in KEYS[i + 1 :]:
            sign = signs.get((first, second), "no_difference")
            pairs.append(PairedDifference(first, second, 0.0, -wide, wide, sign))  # type: ignore[arg-type]
    trials = tuple(
        Trial("peak", tuple(10.0 if key == leader else 1.0 for key in KEYS), (0.1,) * 4) for leader in leaders
    )
    trials += (Trial("night", (10.0, 10.0, 10.0, 2.0), (0.1,) * 4),)
    away = tuple(replace(away, key=key) for key, away in zip(KEYS, real.robustness.away, strict=True))
    return Robustness(trials, away, Draws(1, 1, np.zeros((1, 4)), {}), tuple(pairs))


class _Covering:
    """An outcome of the toy county, as computed covering another share of it."""

    def __init__(self, real: Outcome, share: float) -> None:
        self._real, self.covered_share = real, share

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


def _advise(signs, cost, order, leaders=(), wide=0.004, shares=(0.5, 0.5, 0.5, 0.5)):
    real = toy_comparison(n_options=3).outcomes
    outcomes = [_Covering(outcome, share) for outcome, share in zip(real, shares, strict=True)]
    return advise(outcomes, cost, order, _robustness(signs, leaders, wide))  # type: ignore[arg-type]


def test_the_leader_is_advised_where_it_is_clearly_better_than_all() -> None:
    signs = {("0", "B"): "fewer", ("A", "B"): "fewer", ("B", "C"): "more"}
    assert _advise(signs, [0.0, 10.0, 20.0, 5.0], ("B", "A", "C", "0")).key == "B"


def test_a_cheaper_one_that_is_as_good_is_advised_instead() -> None:
    signs = {("0", "B"): "fewer", ("0", "A"): "fewer", ("0", "C"): "fewer"}
    advice = _advise(signs, [0.0, 10.0, 20.0, 5.0], ("B", "A", "C", "0"))
    assert advice.key == "C"
    assert next(c for c in advice.conditions if c.code == "cheaper_is_as_good").names == ("B",)


@pytest.mark.parametrize("why", [{"wide": 0.02}, {"shares": (0.4, 0.45, 0.5, 0.45)}])
def test_a_cheaper_one_that_may_be_far_behind_is_not(why) -> None:
    signs = {("0", "B"): "fewer", ("0", "A"): "fewer", ("0", "C"): "fewer"}
    assert _advise(signs, [0.0, 10.0, 20.0, 5.0], ("B", "A", "C", "0"), **why).key == "B"


def test_a_cheaper_one_that_is_not_clearly_better_than_today_is_not() -> None:
    signs = {("0", "B"): "fewer", ("0", "A"): "fewer"}
    assert _advise(signs, [0.0, 10.0, 20.0, 5.0], ("B", "A", "C", "0")).key == "A"


@pytest.mark.parametrize("cost", [[0.0, math.nan, 20.0, math.nan], [0.0, 10.0, math.nan, 5.0]])
def test_where_a_cost_is_not_known_nothing_is_called_cheaper(cost: list[float]) -> None:
    signs = {("0", key): "fewer" for key in "ABC"}
    assert _advise(signs, cost, ("B", "A", "C", "0")).key == "B"


def test_nothing_is_advised_where_nothing_is_clearly_better_than_today() -> None:
    advice = _advise({("0", "C"): "more"}, [0.0, 10.0, 20.0, 5.0], ("B", "A", "0", "C"))
    assert advice.key == "0"
    (condition,) = advice.conditions
    assert (condition.code, condition.names) == ("no_clear_difference", ("B", "A"))


def test_nothing_is_advised_where_the_county_as_it_is_leads() -> None:
    signs = {("0", key): "more" for key in "ABC"}
    advice = _advise(signs, [0.0, 10.0, 20.0, 5.0], ("0", "B", "A", "C"))
    assert (advice.key, advice.conditions) == ("0", ())


def test_who_overtakes_under_which_trial_is_said() -> None:
    signs = {("0", "B"): "fewer", ("A", "B"): "fewer", ("B", "C"): "more"}
    advice = _advise(signs, [0.0, 10.0, 20.0, 5.0], ("B", "A", "C", "0"), leaders=("A",))
    overtaken = [c for c in advice.conditions if c.code == "overtaken"]
    assert [(c.names, c.population) for c in overtaken] == [(("peak", "A"), 9.0)]
    held = _advise(signs, [0.0, 10.0, 20.0, 5.0], ("B", "A", "C", "0"), leaders=("B",))
    assert "leads_in_every_trial" in {c.code for c in held.conditions}
