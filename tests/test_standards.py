"""The promise: figures it may have, figures it may not, and profiles from files."""

from __future__ import annotations

import math

import pytest

from coverage.errors import StandardError
from coverage.standards import PROFILES, ResponseStandard, access_standard


def test_the_published_promises():
    assert (PROFILES["national"].urban_s, PROFILES["national"].rural_s) == (900, 1800)
    assert (PROFILES["yongzhou"].urban_s, PROFILES["yongzhou"].rural_s) == (600, 1800)
    assert PROFILES["yongzhou"].target_share == 0.9


def test_the_call_clock_counts_handling_and_turnout():
    standard = ResponseStandard(handling_s=50, turnout_s=100)
    assert standard.lead_s() == 150
    assert standard.lead_s(30.0) == 80
    assert standard.lead_s(math.nan) == 150
    assert standard.other_clock().lead_s(30.0) == 0
    assert standard.other_clock().other_clock() == standard


@pytest.mark.parametrize("field", ["urban_s", "rural_s"])
@pytest.mark.parametrize("value", [0, -60, math.nan, math.inf, 900 * 60])
def test_limits_that_no_promise_can_have(field, value):
    with pytest.raises(StandardError, match="limit is .* minutes: give a number above 0"):
        ResponseStandard(**{field: value})


@pytest.mark.parametrize("value", [0, -0.1, 1.01, 90, math.nan])
def test_shares_outside_0_to_1(value):
    with pytest.raises(StandardError, match="target share"):
        ResponseStandard(target_share=value)


@pytest.mark.parametrize("field", ["handling_s", "turnout_s"])
@pytest.mark.parametrize("value", [-1, math.nan, math.inf])
def test_delays_below_zero(field, value):
    with pytest.raises(StandardError, match=field):
        ResponseStandard(**{field: value})


def test_an_unknown_clock():
    with pytest.raises(StandardError, match="call or departure"):
        ResponseStandard(clock="noon")


def test_people_on_their_own_way_wait_for_nobody():
    standard = access_standard(1800.0, target_share=0.8)
    assert standard.limit_s("urban") == standard.limit_s("rural") == 1800
    assert standard.lead_s() == standard.lead_s(300.0) == 0
    assert (standard.clock, standard.target_share, standard.profile) == ("departure", 0.8, "access")
    assert standard.is_access
    for limit_s in (0.0, math.nan, math.inf, 15_000.0):
        with pytest.raises(StandardError, match="people's own travel: the limit is") as caught:
            access_standard(limit_s)
        assert "自行到达" in caught.value.line("zh")
