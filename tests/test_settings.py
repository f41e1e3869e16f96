"""Promises and speed tables from files a planner edits, right and wrong."""

from __future__ import annotations

import pandas as pd
import pytest

from coverage.errors import CoverageError, FileError, SpeedError, StandardError
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.settings import read_profile, read_speeds
from coverage.standards import ResponseStandard


def test_a_profile_from_a_file(tmp_path):
    path = tmp_path / "guizhou.toml"
    path.write_text('urban_min = 12\nrural_min = 25.5\ntarget_share = 0.8\nclock = "departure"\n', "utf-8")
    profile = read_profile(path)
    assert profile == ResponseStandard(
        urban_s=720, rural_s=1530, target_share=0.8, clock="departure", profile="guizhou"
    )


def test_a_file_may_be_called_like_a_promise_of_the_program_s_own(tmp_path):
    """Who travels is no matter of the name."""
    path = tmp_path / "access.toml"
    path.write_text("urban_min = 12\n", "utf-8")
    profile = read_profile(path)
    assert (profile.profile, profile.is_access) == ("access", False)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("urban = 10", StandardError, "urban is not understood"),
        ('urban_min = "10"', StandardError, "without quotes"),
        ("urban_min = true", StandardError, "is no number"),
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


def test_a_table_from_a_file_replaces_what_it_names(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text("[class_kph]\nprimary = 55\nfootway = 4\n[conditions]\nfog = 0.5\n", "utf-8-sig")
    table = read_speeds(path)
    edges = pd.DataFrame({"highway": ["primary", "secondary", "footway"]})
    assert table.speeds_kph(edges, "fog").tolist() == [27.5, 30.0, 2.0]
    assert table.source == "s.toml"
    assert DEFAULT_SPEEDS.class_kph["primary"] == 70


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("[speed]\nprimary = 5", SpeedError, "unknown table"),
        ("class_kph = 5", SpeedError, "numbers only"),
        ("[class_kph]\nprimary = '70'", SpeedError, "numbers only"),
        ("[class_kph]\nresidental = 15", SpeedError, "did you mean residential"),
        ("[class_kph]\nprimary = 0", SpeedError, "above 0"),
        ("[class_kph]\nprimary = nan", SpeedError, "above 0"),
        ("[conditions]\nsiren = -1", SpeedError, "above 0"),
        ("[class_kph", FileError, "not TOML"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, text, error, message):
    path = tmp_path / "s.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(error, match=message):
        read_speeds(path)


@pytest.mark.parametrize("text", [f"urban_min = {'9' * n}" for n in (400, 5000)] + ["a = " + "[" * 3000])
def test_numbers_and_nests_beyond_reason(tmp_path, text):
    path = tmp_path / "p.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(CoverageError):
        read_profile(path)
