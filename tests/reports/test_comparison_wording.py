import re
from dataclasses import replace
from typing import get_args

import pytest

from comparison_cases import CASES, NOT_A_WORD, comparison_case
from coverage.comparison import TRIAL_CODES, Advice, Condition, ConditionCode, Sign, Stage, Staging
from coverage.option import Change, Closing, Move
from coverage.reports import comparison_wording as words
from coverage.reports.comparison_names import (
    cost_per_person_text,
    points_text,
    short_sign_text,
    short_trial_text,
    signed_text,
)
from coverage.reports.comparison_rows import doing_rows, doing_text

LANGS = ["zh", "en"]
NAMES = {
    "overtaken": ("rain", "D"),
    "no_clear_difference": ("D", "G"),
    "people_lost": ("柳林镇",),
    "townships_lost": ("柳林镇",),
    "cost_unknown": ("柳林北站",),
    "cheaper_is_as_good": ("B",),
    "dear_for_what_it_adds": ("D",),
    "hours_limited": ("石门乡卫生院",),
    "depends_on_one_ambulance": ("石门乡卫生院",),
    "below_target": ("石门乡",),
}
WITH = {"other_standard": ("own", "A"), "other_speeds": ("own", "A"), "hours_limited": ("own", "A"),
        "roads_changed": ("toy", "F"), "townships_lost": ("losing", "A"), "people_lost": ("losing", "A"),
        "below_ambulance_norm": ("toy", "C")}  # fmt: skip


def _sentence(code, lang):
    case, key = WITH.get(code, ("toy", "E"))
    comparison = comparison_case(case)
    condition = Condition(code, population=2_500.0, names=NAMES.get(code, ()))
    told = replace(comparison, advice=Advice(key, (condition,)))
    return words.condition_text(condition, told, lang)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", get_args(ConditionCode))
def test_every_condition_is_a_sentence(code, lang):
    text = _sentence(code, lang)
    assert len(text) > 15
    assert "{" not in text
    assert not NOT_A_WORD.search(text.lower())
    if lang == "zh":
        assert not re.search(r"[a-z]{4,}", text)


def test_conditions_have_their_figures():
    assert _sentence("other_standard", "zh").count("乡镇限时40分钟，达标比例80%") == 1
    assert "石门乡卫生院（08:00-20:00）" in _sentence("hours_limited", "zh")
    assert "新建道路如期通车（东线）" in _sentence("roads_changed", "zh")
    assert "道路封闭属实（北段）" in _sentence("roads_changed", "zh")
    assert "柳林镇 met→partial" in _sentence("townships_lost", "en")
    assert "2,500人" in _sentence("people_lost", "zh")
    assert "2,500 people" in _sentence("overtaken", "en")
    assert "国卫医发〔2020〕19号" in _sentence("below_ambulance_norm", "zh")
    # 120 + 10 x 25 against 80 万元, for 2,500 people
    assert "1,160元" in _sentence("dear_for_what_it_adds", "zh")


def test_options_that_never_differ_are_said_to_be_equal():
    comparison = comparison_case("alike")
    assert comparison.advice.key == "A"
    assert "完全相同" in words.condition_lines(comparison, "zh")[0]
    assert "are the same" in words.condition_lines(comparison, "en")[0]


def test_a_condition_of_no_advice_speaks_of_today():
    comparison = comparison_case("nothing")
    assert comparison.advice.key == "0"
    lines = words.condition_lines(comparison, "zh")
    assert lines
    assert lines[0].startswith("现状与")


@pytest.mark.parametrize("lang", LANGS)
def test_trials_signs_and_changes_have_words(lang):
    for code in TRIAL_CODES:
        assert words.trial_text(code, lang) != words.trial_text(code, "en" if lang == "zh" else "zh")
        assert short_trial_text(code, lang)
    signs = [words.sign_text(sign, lang) for sign in get_args(Sign)]
    assert len(set(signs)) == 3
    assert short_sign_text("no_difference", lang) == "≈"
    assert words.sign_text(None, lang) == "—"
    assert len({words.change_text(c, lang) for c in ("gained", "lost", "covered", "uncovered")}) == 4


@pytest.mark.parametrize("case", ["toy", "roads"])
def test_labels_in_both_languages_without_blanks(case):
    comparison = comparison_case(case)
    for key in words._LABELS:
        for lang in LANGS:
            for text in (words.label(key, comparison, lang), words.short_label(key, comparison, lang)):
                assert text
                assert "{" not in text
                if case == "roads":
                    assert "人口" not in text or key == "people_per_ambulance"
    with pytest.raises(KeyError):
        words.label("no such label", comparison, "en")


def test_the_headline_answers():
    lines = words.headline(comparison_case("toy"), "zh")
    assert lines == [
        "小康县  城区15分钟 / 乡镇30分钟，自接警起计时，鸣笛行车，以12:00为准；比选方案7个",
        "建议采用方案B“东部和北部”",
        "覆盖人口比现状增加14,000人，无失去覆盖，覆盖率 82.6% → 98.9%，达标乡镇 1/3 → 3/3",
        "建设投资420万元，年运行费增加105万元，按10年合计1,470万元，每净增覆盖1人1,050元",
    ]
    english = words.headline(comparison_case("toy"), "en")
    assert english[1] == "Advised: option B (东部和北部)"
    assert "14,000 people more than today, none lost" in english[2]
    assert "1,050 yuan for each person more" in english[3]


def test_gained_and_lost_are_told_apart_and_add_up():
    comparison = comparison_case("losing")
    outcome = comparison.outcome("B")
    text = words.change_line(outcome, comparison, "zh")
    net, gained, lost = (
        float(figure.replace(",", ""))
        for figure in re.search(r"净[增减]([\d,]+)人（新增([\d,]+)人，失去([\d,]+)人", text).groups()
    )
    assert abs(gained - lost) == net
    assert gained == outcome.gained_population > 0
    assert lost == outcome.lost_population > 0


def test_where_nobody_is_gained_only_the_loss_is_told():
    comparison = comparison_case("losing")
    outcome = comparison.outcome("A")
    assert outcome.gained_population == 0 < outcome.lost_population
    lost = f"{outcome.lost_population:,.0f}"
    zh, en = (words.change_line(outcome, comparison, lang) for lang in LANGS)
    assert zh.startswith(f"覆盖人口比现状减少{lost}人，")
    assert en.startswith(f"People covered: {lost} people fewer than today;")
    assert not re.search("新增|gained", zh + en)


@pytest.mark.parametrize("lang", LANGS)
def test_where_none_is_advised_it_says_so_and_by_how_much_the_best_differs(lang):
    comparison = comparison_case("losing")
    assert comparison.advice.key == "0"
    _, advice, best = words.headline(comparison, lang)
    assert ("没有明显增加" if lang == "zh" else "None of the 2 options") in advice
    assert ("95%区间" if lang == "zh" else "95 %") in best
    assert words.change_line(comparison.outcome("B"), comparison, lang) in best
    alone = replace(comparison, outcomes=comparison.outcomes[:2], order=("0", "A"))
    assert comparison.options[0].option.name in words.advice_text(alone, lang)


def test_where_no_option_covers_more_the_soonest_is_named():
    comparison = comparison_case("nothing")
    assert words.result_lines(comparison, "zh") == ["没有方案使覆盖人口比现状净增（现状覆盖率82.6%）"]
    quick = comparison.outcome("B")
    everyone = replace(quick.response["all"], median_s=300.0)
    quick = replace(quick, response={**quick.response, "all": everyone})
    sooner = replace(comparison, outcomes=(*comparison.outcomes[:2], quick))
    assert words.result_lines(sooner, "zh")[0].endswith(
        "；中位到达时间最短的是方案B“不变”（5.0分钟，现状8.7分钟）"
    )
    assert words.result_lines(sooner, "en")[0].endswith("option B (不变) (5.0 min, 8.7 today)")


@pytest.mark.parametrize("lang", LANGS)
def test_a_cost_not_given_is_said_to_be(lang):
    comparison = comparison_case("unpriced")
    missing = "未给出" if lang == "zh" else "not given"
    assert words.cost_text(comparison.outcome("A"), comparison, lang).count(missing) == 2
    assert words.cost_text(comparison.outcome("C"), comparison, lang).count(missing) == 1
    assert words.wan_text(float("nan"), lang) == missing


def test_money_saved_is_no_negative_cost():
    comparison = comparison_case("toy")
    assert words.cost_text(comparison.outcome("C"), comparison, "zh") == (
        "建设投资0万元，年运行费减少40万元，按10年合计节省400万元"
    )
    assert "400,000 yuan less a year" in words.cost_text(comparison.outcome("C"), comparison, "en")


def test_what_an_amount_costs_is_told_by_the_person_or_the_kilometre():
    people, roads = comparison_case("toy"), comparison_case("roads")
    assert cost_per_person_text(people, 1234.5) == "1,230"
    assert cost_per_person_text(roads, 1234.5) == "1,230,000"
    assert cost_per_person_text(people, float("nan")) == "—"
    assert cost_per_person_text(people, -12.0) == "−12"


def test_signs_and_points():
    comparison = comparison_case("toy")
    assert [signed_text(comparison, v, "zh") for v in (1200.0, -3.0, 0.0)] == ["+1,200", "−3", "0"]
    assert points_text(-0.0123, 0.004, "zh") == "−1.2至+0.4个百分点"
    assert points_text(0.0, 0.00001, "en") == "0.0 to 0.0 points"


@pytest.mark.parametrize("lang", LANGS)
def test_where_nobody_knows_the_people_no_sentence_speaks_of_them(lang):
    comparison = comparison_case("roads")
    lines = [*words.headline(comparison, lang), *words.condition_lines(comparison, lang)]
    lines += [words.order_text(comparison, lang), *(t for _, t in words.assumption_rows(comparison, lang))]
    text = "\n".join(lines).lower()
    assert "people" not in text
    assert "person" not in text
    assert not re.search(r"[\d万]人|人口", text)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_no_sentence_prints_what_is_no_word(case, lang):
    comparison = comparison_case(case)
    lines = [
        *words.headline(comparison, lang),
        *words.condition_lines(comparison, lang),
        *(text for _, text in words.assumption_rows(comparison, lang)),
        *(words.cost_text(o, comparison, lang) for o in comparison.outcomes),
        *(words.change_line(o, comparison, lang) for o in comparison.outcomes),
    ]
    for line in lines:
        assert line == " ".join(line.splitlines())
        assert "{" not in line
        if case != "odd":
            # a word of English prose may begin a sentence
            assert not NOT_A_WORD.search(re.sub(r"\bnone (of|lost|is)\b", "", line.lower()))


@pytest.mark.parametrize("lang", LANGS)
def test_assumptions_say_what_they_are(lang):
    comparison = comparison_case("toy")
    rows = dict(words.assumption_rows(comparison, lang))
    text = "\n".join(rows.values())
    word = "假设" if lang == "zh" else "Assumed"
    assert text.count(word) >= 5
    draws = rows[words.label("draws", comparison, lang)]
    for sd in comparison.robustness.draws.sd.values():
        assert f"{sd * 100:g}%" in draws
    assert "40" in draws
    assert "12:00" in text
    assert "02:00" in text
    assert words.study_area_id(comparison) in text
    assert "97.5" in rows[words.label("advice", comparison, lang)]
    assert ("10年" if lang == "zh" else "10 years") in rows[words.label("cost", comparison, lang)]
    for code in TRIAL_CODES:
        assert words.trial_text(code, lang) in text


def test_the_basis_of_cost_is_the_one_that_every_option_knows():
    assert "只比建设投资" in dict(words.assumption_rows(comparison_case("unpriced"), "zh"))["费用（万元）"]


def test_stages_say_how_they_were_ordered():
    priced, unpriced = (comparison_case(case).stagings for case in ("toy", "unpriced"))
    toy, other = comparison_case("toy"), comparison_case("unpriced")
    assert words.staging_text(priced[1], toy, "zh") == "已比较各种先后，没有更好的顺序"
    assert "未给出投资" in words.staging_text(unpriced[1], other, "zh")
    assert words.staging_text(priced[0], toy, "zh") == "各项在同一期完成，不必排先后"


@pytest.mark.parametrize(("lang", "between"), [("zh", "；"), ("en", "; ")])
def test_a_stage_says_what_is_done_in_the_options_own_words(lang, between):
    comparison = comparison_case("twelve")
    for staging in comparison.stagings:
        outcome = comparison.outcome(staging.key)
        told = [words.stage_text(stage, outcome, lang) for stage in staging.stages]
        n_parts = sum(len(getattr(outcome.option, key)) for key in ("open", "close", "move", "change"))
        own = [doing_text(row, lang) for row in doing_rows(outcome, lang)][:n_parts]
        assert sorted(between.join(told).split(between)) == sorted(own) or not staging.stages
    assert words.stage_text(comparison_case("toy").stagings[1].stages[1], comparison.outcome("B"), "zh") == (
        "新建：柳林北站（急救站，救护车1辆）"
    )


def _staged(covered, costs, parts, *, is_best=True):
    stages = tuple(
        Stage((part,), i, cost, 0.0, people, 0.5, 1)
        for i, (people, cost, part) in enumerate(zip(covered, costs, parts, strict=True), start=1)
    )
    return Staging("A", stages, is_best, is_priced=True)


def test_stages_that_cost_people_their_coverage_say_so():
    toy = comparison_case("toy")
    today = toy.baseline.covered_population
    closing, change = Closing("s1", "柳林急救站"), Change("w1", "石门乡卫生院", ambulances=1.0)
    move = Move("s1", "柳林急救站", 113.0, 29.0)

    def told(covered, costs, parts, lang="zh"):
        return words.staging_text(_staged([today + n for n in covered], costs, parts), toy, lang)

    assert told([5, 3, 2], [9, 0, 0], [change, closing, closing]) == (
        "已比较各种先后，没有更好的顺序；第2、3期完成后覆盖减少：撤并会减少覆盖，宜放在最后"
    )
    every = told([-1, -2], [0, 0], [closing, closing])
    assert every.endswith("；第1、2期完成后覆盖减少：撤并会减少覆盖")
    assert "没有更好的顺序" not in every
    assert told([1, 0], [2, 2], [change, move]).endswith("；第2期完成后覆盖减少")
    assert told([-1, 5], [2, 2], [closing, change]).endswith("第1期完成后覆盖减少：撤并会减少覆盖")
    assert told([1, 2], [2, 2], [change, closing]) == "已比较各种先后，没有更好的顺序"
    assert "once stages 1, 2 are done" in told([-1, -2], [0, 0], [closing, closing], "en")


def test_the_weightiest_condition_stands_in_one_line():
    comparison = comparison_case("toy")
    line = words.condition_line(comparison, "zh")
    assert words.condition_lines(comparison, "zh")[0] in line
    assert f"另有{len(comparison.advice.conditions) - 1}条" in line
    assert words.condition_line(replace(comparison, advice=Advice("B", ())), "en") == ""
