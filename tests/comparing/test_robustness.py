"""Tests of the whole of robustness: every part is there for every outcome."""

from __future__ import annotations

import pytest

from coverage.comparing.away import send_away
from coverage.comparing.robustness import hold
from coverage.comparing.trials import hold_trials
from coverage.comparison import TRIAL_CODES
from toy_settings import toy_settings

KEYS = list("0ABCDEFGH")


@pytest.fixture(scope="module")
def robustness():
    return hold(toy_settings(), KEYS, n_draws=10, seed=7)


def test_every_outcome_is_held(robustness):
    assert tuple(t.code for t in robustness.trials) == TRIAL_CODES
    assert robustness.trials == hold_trials(toy_settings())
    assert [away.key for away in robustness.away] == KEYS
    assert robustness.away[3].rows.equals(send_away(toy_settings()[3], "C").rows)
    assert robustness.draws.covered_share.shape == (10, len(KEYS))
    assert len(robustness.pairs) == len(KEYS) * (len(KEYS) - 1) // 2


def test_a_pair_reads_either_way_round(robustness):
    one, other = robustness.pair("A", "0"), robustness.pair("0", "A")
    assert (one.mean, one.low, one.high) == (-other.mean, -other.high, -other.low)
    assert {one.sign, other.sign} in ({"more", "fewer"}, {"no_difference"})
    assert one.sign == "more"
    assert robustness.pair("G", "0").sign == "no_difference"  # it does nothing


def test_a_key_of_no_outcome_is_an_error(robustness):
    with pytest.raises(KeyError):
        robustness.pair("0", "Z")
