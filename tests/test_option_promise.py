"""A promise and speeds of an option's own: what it may change, and what it may not."""

from __future__ import annotations

import pytest

from coverage.errors import OptionError
from coverage.option import Option
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.scenario import STANDARD_FIELDS, option_speeds, option_standard
from coverage.standards import PROFILES, ResponseStandard

NATIONAL = PROFILES["national"]


def test_an_option_that_changes_nothing_leaves_the_very_same():
    same = Option("A", standard={"urban_s": 900}, speeds={"class_kph": {"primary": 70}, "conditions": {}})
    for option in (Option("A"), same):
        assert option_standard(NATIONAL, option) is NATIONAL
        assert option_speeds(DEFAULT_SPEEDS, option) is DEFAULT_SPEEDS


def test_a_promise_changes_figure_by_figure_and_names_the_option():
    figures = {
        "urban_s": 600.0,
        "rural_s": 1_500.0,
        "target_share": 0.8,
        "handling_s": 45.0,
        "turnout_s": 90.0,
    }
    assert set(figures) == set(STANDARD_FIELDS)
    departure = ResponseStandard(clock="departure")
    assert option_standard(departure, Option("快出车", standard=figures)) == ResponseStandard(
        **figures, clock="departure", profile="national + 快出车"
    )
    assert option_standard(NATIONAL, Option("B", standard={"turnout_s": 60})).urban_s == NATIONAL.urban_s


def test_speeds_change_entry_by_entry_and_name_the_option():
    changes = {
        "class_kph": {"primary": 55, "path": 10.0},
        "conditions": {"rain": 0.7},
        "surface": {"ice": 0.3},
    }
    after = option_speeds(DEFAULT_SPEEDS, Option("扫雪", speeds=changes))
    assert after.class_kph == {**DEFAULT_SPEEDS.class_kph, "primary": 55.0, "path": 10.0}
    assert after.factor("rain") == 0.7
    assert after.factor("peak") == DEFAULT_SPEEDS.factor("peak")
    assert after.surface["ice"] == 0.3
    assert after.tracktype is DEFAULT_SPEEDS.tracktype
    assert after.source == "default + 扫雪"
    assert DEFAULT_SPEEDS.class_kph["primary"] == 70.0


@pytest.mark.parametrize(
    ("figures", "key", "says"),
    [
        ({"urban_s": 0.0}, "urban_min", "urban limit is 0 minutes"),
        ({"turnout_s": 60.0, "rural_s": 15_000.0}, "rural_min", "250 minutes"),
        ({"target_share": 90.0}, "target_share", "above 0 and at most 1"),
        ({"handling_s": float("nan")}, "handling_s", "0 or more"),
        ({"clock": 1.0}, "clock", "use urban_min, rural_min"),
    ],
)
def test_a_promise_nobody_can_make_says_where(figures, key, says):
    with pytest.raises(OptionError, match=says) as caught:
        option_standard(NATIONAL, Option("A", standard=figures))
    assert caught.value.place == ("standard", key)
    assert caught.value.zh != str(caught.value)


@pytest.mark.parametrize(
    ("tables", "place", "says"),
    [
        ({"class_kph": {"primary": 0.0}}, ("class_kph", "primary"), "above 0"),
        ({"class_kph": {"primary": 60.0, "track": 500.0}}, ("class_kph", "track"), "at most 200"),
        ({"class_kph": {"primry": 60.0}}, ("class_kph", "primry"), "did you mean primary"),
        ({"conditions": {"snow": 0.5}}, ("conditions", "snow"), "did you mean"),
        ({"conditions": {"rain": float("inf")}}, ("conditions", "rain"), "above 0"),
        ({"classes": {"primary": 60.0}}, ("classes",), "use class_kph"),
    ],
)
def test_speeds_nobody_can_drive_say_where(tables, place, says):
    with pytest.raises(OptionError, match=says) as caught:
        option_speeds(DEFAULT_SPEEDS, Option("A", speeds=tables))
    assert caught.value.place == ("speeds", *place)
    assert caught.value.zh != str(caught.value)
