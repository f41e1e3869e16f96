import dataclasses
import math
from typing import get_args

import pytest

from builders import ODD_NAMES, toy_analysis
from coverage.analysis import Note, NoteCode
from coverage.reports import wording
from coverage.study_area import CENTRES, FACILITY_KINDS

LANGS = ("zh", "en")


def test_headline_in_chinese():
    assert wording.headline(toy_analysis(), "zh") == [
        "小康县  城区15分钟 / 乡镇30分钟，自接警起计时，鸣笛行车",
        "达标乡镇 1/3，覆盖人口 82.6%（7.1万/8.6万）；自出车起计时为 2/3，84.4%",
        "缺口最大：石门乡（最近急救点 柳林急救站，中位 54.7 分钟，未覆盖 1.2万人）",
    ]


def test_headline_in_english():
    assert wording.headline(toy_analysis(), "en") == [
        "Xiaokang: 15 min urban / 30 min rural, counted from the call, driving with the siren",
        "Townships met 1/3, people covered 82.6% (71,000 of 85,900); counted from departure 2/3, 84.4%",
        "Largest gap: 石门乡 (nearest base 柳林急救站, median 54.7 min, 12,300 people not covered)",
    ]


def test_headline_on_the_other_clock_swaps_the_figures():
    lines = wording.headline(toy_analysis(clock="departure"), "zh")
    assert "自出车起计时" in lines[0]
    assert "达标乡镇 2/3" in lines[1]
    assert "自接警起计时为 1/3" in lines[1]


def test_a_condition_other_than_the_siren_is_said():
    assert wording.headline(toy_analysis(condition="night"), "zh")[0].endswith("夜间行车")
    assert wording.headline(toy_analysis(condition="night"), "en")[0].endswith("driving at night")


def test_what_is_not_as_usual_is_said_in_the_first_line():
    analysis = toy_analysis()
    standard = dataclasses.replace(analysis.standard, target_share=0.95)
    other = dataclasses.replace(
        analysis,
        assessment=dataclasses.replace(analysis.assessment, standard=standard),
        speeds=dataclasses.replace(analysis.speeds, source="slow.toml"),
    )
    assert wording.promise_text(other, "zh").endswith("鸣笛行车，达标线95%，速度表slow.toml")
    assert wording.promise_text(other, "en").endswith("met from 95%, speeds of slow.toml")


def test_a_gap_beside_a_good_median_shows_the_slowest_tenth_and_who_has_nothing():
    analysis = toy_analysis()
    uncovered = analysis.assessment.townships["population"].copy()
    uncovered.iloc[1] = 0.0  # the largest gap is now the middle township's
    other = _with_townships(
        analysis, covered_population=uncovered.where(uncovered.index != 2, 0.0),
        population=[52_000.0, 21_500.0, 100.0], p90_s=[600.0, 2_000.0, 2_500.0],
        median_s=[300.0, 600.0, 2_000.0],
    )  # fmt: skip
    assert "中位 10.0 分钟、90分位 33.3 分钟" in wording.gap_text(other, "zh")
    assert wording.gap_text(other, "zh").endswith("；全部未覆盖：石门乡")
    assert wording.gap_text(other, "en").endswith("; nothing covered: 石门乡")


def test_road_shares_are_never_called_people():
    analysis = toy_analysis(demand_unit="residential_road_m")
    zh, en = wording.headline(analysis, "zh"), wording.headline(analysis, "en")
    assert "居住道路里程占比 82.6%（71.0公里/85.9公里）" in zh[1]
    assert "share of residential roads covered 82.6% (71.0 km of 85.9 km)" in en[1]
    assert "12.3 km of residential roads not covered" in en[2]


def _with_townships(analysis, **columns):
    table = analysis.assessment.townships.assign(**columns)
    assessment = dataclasses.replace(analysis.assessment, townships=table)
    return dataclasses.replace(analysis, assessment=assessment)


def test_no_gap_is_said_as_such():
    analysis = toy_analysis()
    whole = _with_townships(analysis, covered_population=analysis.assessment.townships["population"])
    everyone = analysis.assessment.totals["all"]
    totals = {"all": dataclasses.replace(everyone, covered_population=everyone.population)}
    whole = dataclasses.replace(whole, assessment=dataclasses.replace(whole.assessment, totals=totals))
    assert wording.gap_text(whole, "zh") == "各乡镇居民均在限时内"
    assert wording.gap_text(whole, "en").startswith("No gap")


def test_a_gap_that_nobody_reaches():
    nobody = _with_townships(toy_analysis(), facility_name="", median_s=math.inf)
    assert "无急救点可达" in wording.gap_text(nobody, "zh")
    assert "no base reaches it" in wording.gap_text(nobody, "en")
    half = _with_townships(toy_analysis(), median_s=math.inf)
    assert "中位不可达" in wording.gap_text(half, "zh")
    assert "half is never reached" in wording.gap_text(half, "en")


def test_townships_that_cannot_be_judged_leave_the_count():
    totals = dataclasses.replace(
        toy_analysis().assessment.totals["all"], townships_partial=0, townships_unknown=1
    )
    assert wording.met_text(totals) == "1/2"


def test_no_gap_is_claimed_only_for_what_was_judged():
    analysis = _with_townships(
        toy_analysis(), covered_population=toy_analysis().assessment.townships["population"]
    )
    everyone = analysis.assessment.totals["all"]
    everyone = dataclasses.replace(everyone, covered_population=everyone.population, townships_unknown=2)
    totals = {**analysis.assessment.totals, "all": everyone}
    analysis = dataclasses.replace(
        analysis, assessment=dataclasses.replace(analysis.assessment, totals=totals)
    )
    assert (
        wording.gap_text(analysis, "zh") == "已评价的各乡镇居民均在限时内（另有2个乡镇没有居民数据，未评价）"
    )
    assert "2 more have no people" in wording.gap_text(analysis, "en")
    assert "不含2个没有居民数据的乡镇" in wording.ambulances_text(analysis, "zh")
    assert "2 townships without people not counted" in wording.ambulances_text(analysis, "en")


@pytest.mark.parametrize("code", get_args(NoteCode))
@pytest.mark.parametrize("unit", ["people", "residential_road_m"])
def test_every_note_has_words_in_both_languages(code, unit):
    analysis = toy_analysis(demand_unit=unit)
    names = tuple(f"place {i}" for i in range(7))
    note = Note(code, 7, 1234.0, ("scene",) if code == "simulation_times_assumed" else names)
    zh, en = (wording.note_text(note, analysis, lang) for lang in LANGS)
    assert zh != en
    for text in (zh, en):
        assert "{" not in text
        assert "\n" not in text
    nameless = {"road_share", "roads_without_speed", "everyone_covered", "plan_unbounded", "plan_heuristic"}
    nameless |= {"nothing_moved", "none_may_move", "sweep_full"}
    nameless |= {"calibration_no_better", "calibration_whole_minutes"}
    nameless |= {"calibration_not_settled", "centres_unknown", "centre_beyond", "planned_nobody"}
    nameless |= {"simulation_once", "simulation_times_assumed", "simulation_calls_modelled"}
    nameless |= {"simulation_hours_even", "simulation_one_condition"}
    if code not in {*nameless, "candidates_generated"}:
        assert "place 4等7" in zh
        assert "place 5" not in en


def test_the_program_s_own_words_are_all_translated():
    for kind in FACILITY_KINDS:
        assert wording.kind_text(kind, "zh") != wording.kind_text(kind, "en")
        assert "_" not in wording.kind_text(kind, "en")
    for centre in CENTRES:
        assert wording.centres_text(centre, "zh") not in {"", centre}
    assert wording.centres_text("chest_pain;stroke", "en") == "chest pain, stroke"


def test_bases_say_whether_they_are_assumed():
    assert "推定" not in wording.bases_text(toy_analysis(), "zh")
    assert "推定" in wording.bases_text(toy_analysis(ambulances_known=False), "zh")
    assert "assumed" in wording.bases_text(toy_analysis(ambulances_known=False), "en")


def test_modelled_layers_are_named():
    assert wording.modelled_text(toy_analysis(), "zh") == "模型数据，并非实测：居民点、道路"
    assert wording.modelled_text(toy_analysis(modelled=False), "zh") == ""


@pytest.mark.parametrize(
    ("seconds", "limit_s", "text"),
    [
        (540.0, 900.0, "9.0"),
        (902.9, 900.0, "15.1"),
        (900.0, 900.0, "15.0"),
        (900.0004, 900.0, "15.0"),
        (898.0, 900.0, "15.0"),
        (902.0, math.inf, "15.0"),
        (math.nan, 900.0, "—"),
    ],
)
def test_a_late_time_never_reads_as_its_limit(seconds, limit_s, text):
    assert wording.minutes_text(seconds, "zh", limit_s=limit_s) == text


def test_the_unreachable_is_a_word():
    assert wording.minutes_text(math.inf, "zh") == "不可达"
    assert wording.minutes_text(math.inf, "en") == "never"


@pytest.mark.parametrize(
    ("share", "target", "text"),
    [
        (0.8429, 0.9, "84.3%"),
        (0.89996, 0.9, "89.9%"),
        (0.9, 0.9, "90.0%"),
        (0.99999, 0.9, "99.9%"),
        (1.0, 0.9, "100.0%"),
        (1e-6, 0.9, "<0.1%"),
        (0.0, 0.9, "0.0%"),
        (math.nan, 0.9, "—"),
        (0.57 - 1e-5, 0.57, "56.9%"),
    ],
)
def test_a_share_never_reads_as_a_target_it_misses(share, target, text):
    assert wording.share_text(share, target_share=target) == text


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (365_123.0, "36.5万", "365,000"),
        (81_234.0, "8.1万", "81,200"),
        (9_999.6, "1.0万", "10,000"),
        (812.4, "812", "812"),
        (0.4, "<1", "<1"),
        (0.0, "0", "0"),
        (math.nan, "—", "—"),
    ],
)
def test_people_are_rounded_as_people_are(value, zh, en):
    analysis = toy_analysis()
    assert wording.population_text(analysis, value, "zh") == zh
    assert wording.population_text(analysis, value, "en") == en


def test_roads_are_given_in_kilometres():
    analysis = toy_analysis(demand_unit="residential_road_m")
    assert wording.population_text(analysis, 12_345.0, "zh") == "12.3公里"
    assert wording.population_text(analysis, 1_234_567.0, "en") == "1,235 km"


def test_norms_count_ambulances_only_against_people():
    assert wording.ambulances_text(toy_analysis(), "zh") == "救护车3辆，按每3万人1辆应配3辆，已满足"
    assert "缺3辆" in wording.ambulances_text(_with_ambulances(0.0), "zh")
    assert "数量未知" in wording.ambulances_text(toy_analysis(ambulances_known=False), "zh")
    roads = toy_analysis(demand_unit="residential_road_m")
    assert "无法核对" in wording.ambulances_text(roads, "zh")
    assert "cannot be checked" in wording.ambulances_text(roads, "en")


def _with_ambulances(n):
    analysis = toy_analysis()
    return dataclasses.replace(analysis, norms=dataclasses.replace(analysis.norms, ambulances=n))


def test_a_column_in_seconds_is_not_labelled_minutes():
    assert wording.column_label("median_s", "zh") == "中位（秒）"
    assert wording.column_label("median_s", "en") == "Median (s)"
    assert wording.column_label("population", "zh", "residential_road_m") == "居住道路（米）"
    assert wording.column_label("fid", "en") == ""


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_become_one_harmless_line(name):
    text = wording.one_line(name)
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in text)
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert wording.one_line(text) == text


def test_what_is_harmless_in_a_name_stays():
    assert wording.one_line("עברית") == "עברית"
    assert wording.one_line("👨‍👩‍👧 𠮷野屋") == "👨‍👩‍👧 𠮷野屋"
    assert wording.one_line("a\ud800b") == "ab"
