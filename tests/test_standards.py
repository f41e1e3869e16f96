"""The promise: figures it may have, figures it may not, and profiles from files."""

from __future__ import annotations

import math

import pytest

from coverage.errors import FileError, StandardError
from coverage.standards import PROFILES, ResponseStandard, read_profile


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
@pytest.mark.parametrize("value", [0, -60, math.nan, math.inf, 86_401])
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


def test_a_profile_from_a_file(tmp_path):
    path = tmp_path / "guizhou.toml"
    path.write_text('urban_min = 12\nrural_min = 25.5\ntarget_share = 0.8\nclock = "departure"\n', "utf-8")
    profile = read_profile(path)
    assert profile == ResponseStandard(
        urban_s=720, rural_s=1530, target_share=0.8, clock="departure", profile="guizhou"
    )


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("urban = 10", StandardError, "urban = 10 is not understood"),
        ('urban_min = "10"', StandardError, "not understood"),
        ("urban_min = true", StandardError, "not understood"),
        ("urban_min = nan", StandardError, "limit is nan"),
        ("clock = 7", StandardError, "the clock is 7"),
        ("urban_min 10", FileError, "is not TOML"),
    ],
)
def test_profiles_that_cannot_be_used(tmp_path, text, error, message):
    path = tmp_path / "p.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(error, match=message) as caught:
        read_profile(path)
    assert "\n" not in caught.value.line("zh")


def test_a_profile_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="No such file"):
        read_profile(tmp_path / "none.toml")
