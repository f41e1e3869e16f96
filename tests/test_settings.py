"""Promises and speed tables from files a planner edits, right and wrong."""

from __future__ import annotations

import pandas as pd
import pytest

from coverage.errors import CoverageError, FileError, SpeedError, StandardError
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.settings import read_care, read_profile, read_speeds
from coverage.standards import CareStandard, ResponseStandard


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


def test_targets_of_care_from_a_file(tmp_path):
    path = tmp_path / "yueyang.toml"
    path.write_text(
        '# 岳阳\n[卒中]\n时限分钟 = 45\n来源 = "市卫健委"\n["胸痛中心"]\n现场分钟=8.5\n'
        "[newborn]\ntarget_min = 90\n",
        "utf-8",
    )
    care, usual = read_care(path), CareStandard()
    assert care.profile == "yueyang"
    stroke, chest_pain, newborn = (care.targets[c] for c in ("stroke", "chest_pain", "newborn"))
    assert (stroke.target_s, stroke.source) == (2700, "市卫健委")
    # what the file does not name keeps its figure and its source
    assert (stroke.scene_s, stroke.scene_source) == (
        usual.targets["stroke"].scene_s,
        usual.targets["stroke"].scene_source,
    )
    assert (chest_pain.scene_s, chest_pain.scene_source) == (510, "yueyang.toml")
    assert chest_pain.source == usual.targets["chest_pain"].source
    assert (newborn.target_s, newborn.source) == (5400, "yueyang.toml")
    assert care.targets["trauma"] == usual.targets["trauma"]


@pytest.mark.parametrize(
    ("text", "error", "message", "zh"),
    [
        ("[burns]\ntarget_min = 60", StandardError, r"\[burns\] is none of the five", "不是五大中心之一"),
        ("[五大中心]\n时限分钟 = 60", StandardError, "is none of the five", "不是五大中心之一"),
        ("target_min = 60", StandardError, "target_min stands in no table", "不在任何中心之下"),
        ("[stroke]\ntarget = 60", StandardError, "target is not understood", "无法识别或重复"),
        ("[stroke]\ntarget = 60", StandardError, r"scene_min \(现场分钟\)", "target_min（时限分钟）、"),
        ("[stroke]\ntarget_min = 60\n时限分钟 = 50", StandardError, "given twice", "重复"),
        ("[stroke]\nscene_min=9\n[卒中]\nscene_min=8", StandardError, "a second time", "重复"),
        ('[stroke]\ntarget_min = "60"', StandardError, "plain numbers", "直接写数字"),
        ("[stroke]\nsource = 60", StandardError, "source in quotes", "引号"),
        ("[stroke]\ntarget_min = true", StandardError, "plain numbers", "直接写数字"),
        ('[stroke]\nsource = "x"', StandardError, "has a source and no figure", "只有来源"),
        ("[stroke]\nscene_min = 1e9", StandardError, "from 0 to 240", "0到240之间"),
        ("[stroke]\nscene_min = 240.5", StandardError, "240.5 minutes", "240.5 分钟"),
        ("[stroke]\nscene_min = nan", StandardError, "from 0 to 240", "0到240之间"),
        (
            "[stroke]\ntarget_min = 0",
            StandardError,
            r"\[stroke\] the call-to-door target is 0",
            "到院时限为 0",
        ),
        ("[stroke]\ntarget_min = 3600", StandardError, "at most 240", "不超过240"),
        ("[stroke]\nscene_min = -1", StandardError, "time on scene is -1", "现场时间为 -1"),
        ("[stroke]\nscene_min = nan", StandardError, "time on scene is nan", "现场时间为 nan"),
        ("[stroke", FileError, "is not TOML", "不是有效的TOML"),
    ],
)
def test_targets_of_care_that_make_no_sense(tmp_path, text, error, message, zh):
    path = tmp_path / "care.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(error, match=message) as caught:
        read_care(path)
    assert zh in caught.value.line("zh")
    assert "care.toml" in caught.value.line("zh")


def test_every_default_target_says_where_it_comes_from_or_that_it_is_an_assumption():
    targets = CareStandard().targets
    assert [centre for centre, target in targets.items() if not target.source] == ["newborn"]
    assert all(target.scene_source for target in targets.values())


def test_hours_of_a_speed_table(tmp_path):
    path = tmp_path / "hours.toml"
    path.write_text(
        '[conditions]\nsnow = 0.5\n[hours]\n"07:00-09:00,17:00-19:00" = "peak"\n"22-6" = "snow"\n', "utf-8"
    )
    table = read_speeds(path)
    assert dict(table.hours) == {"07:00-09:00,17:00-19:00": "peak", "22-6": "snow"}
    assert table.condition_at(23 * 3600.0, "siren") == "snow"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"07:00-09:00" = "rush"', "unknown condition 'rush'"),
        ('"early" = "peak"', "none of a day"),
        ('"07:00-09:00" = "peak"\n"8-10" = "night"', "overlap at 08:00"),
        ('"07:00-09:00" = 0.7', "must hold lines such as"),
    ],
)
def test_hours_that_cannot_be(tmp_path, text, message):
    path = tmp_path / "hours.toml"
    path.write_text(f"[hours]\n{text}\n", "utf-8")
    with pytest.raises(SpeedError, match=message) as caught:
        read_speeds(path)
    assert caught.value.zh
    assert "\n" not in str(caught.value)
