"""A simulated year on the terminal: the answer first, one table, nothing that breaks out of it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from comparison_cases import NOT_A_WORD
from coverage.reports import simulation_wording as words
from coverage.reports.display_width import display_width
from coverage.reports.simulation_rows import Difference, answer, difference
from coverage.reports.simulation_rules import rule_rows
from coverage.reports.simulation_terminal import render_simulation, render_simulation_notes
from coverage.reports.text_table import TABLE_WIDTH
from simulated_years import CASES, simulation_case

LANGS = ("zh", "en")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("lang", LANGS)
def test_every_line_fits_and_says_no_number_that_is_none(case, lang):
    simulation = simulation_case(case)
    text = render_simulation(simulation, lang)
    for line in text.splitlines():
        assert display_width(line) <= TABLE_WIDTH
        assert line == line.rstrip()
    for line in (text, *render_simulation_notes(simulation, lang)):
        assert not NOT_A_WORD.search(line.lower())
        assert "\x1b" not in line


def test_the_first_lines_answer():
    zh = render_simulation(simulation_case("toy"), "zh").splitlines()
    assert zh[0] == "小康县  城区15分钟 / 乡镇30分钟，自接警起计时，鸣笛行车"
    assert zh[1].startswith("模拟20天（每天30次呼救，重复4次）：限时内到达 ")
    assert "95%区间" in zh[1]
    assert any("方案B" in line and "个百分点" in line for line in zh[2:6])
    en = render_simulation(simulation_case("toy"), "en")
    assert "with no ambulance ever busy (analyze) 82.6% of the people are" in " ".join(en.split())


def test_one_replication_is_said_to_have_no_interval():
    for lang, said in (("zh", "只模拟1次，不能判断"), ("en", "With one replication nobody can tell")):
        text = render_simulation(simulation_case("once"), lang)
        assert said in text
        assert "95%" not in text
        assert words.phrase("unknown", lang) in text


def test_townships_with_too_few_calls_say_so_and_show_no_share():
    text = render_simulation(
        replace(simulation_case("few"), outcomes=simulation_case("few").outcomes[:1]), "zh"
    )
    row = next(line for line in text.splitlines() if line.startswith("石门乡"))
    assert "次数过少" in row
    assert "%" not in row
    assert any("石门乡" in line for line in render_simulation_notes(simulation_case("few"), "zh"))


def test_calls_that_are_lost_are_told_where_none_waits():
    text = render_simulation(simulation_case("lost"), "zh")
    assert "的呼救无车可派" in text
    assert "等待空闲车" not in text


def _with_differences(**values: tuple[float, float, float]):
    """Give the toy simulation with other differences of the share within: `A0` is A against today."""
    simulation = simulation_case("toy")
    table = simulation.differences.copy()
    for pair, (value, low, high) in values.items():
        mine = (
            (table["key"] == pair[0])
            & (table["against"] == pair[1])
            & (table["group"] == "all")
            & (table["measure"] == "within_share")
        )
        assert mine.sum() == 1
        table.loc[mine, ["value", "low", "high"]] = [value, low, high]
        table.loc[mine, "is_clear"] = low > 0 or high < 0
    return replace(simulation, differences=table)


CLEAR, VAGUE, WORSE = (0.03, 0.02, 0.04), (0.01, -0.01, 0.03), (-0.03, -0.04, -0.02)


@pytest.mark.parametrize(
    ("values", "code", "keys", "said"),
    [
        ({"A0": CLEAR, "B0": VAGUE, "BA": WORSE}, "best", ("A",), "方案：限时内到达 +3.0个百分点（95%区间"),
        ({"A0": VAGUE, "B0": CLEAR, "BA": CLEAR}, "best", ("B",), "方案B“东部和北部”明显好于现状，也"),
        ({"A0": CLEAR, "B0": VAGUE, "BA": VAGUE}, "level", ("A", "B"), "与方案B“东部和北部”相比无明显差异"),
        ({"A0": VAGUE, "B0": VAGUE, "BA": VAGUE}, "no_difference", ("A", "B"), "没有方案明显好于现状"),
        ({"A0": WORSE, "B0": VAGUE, "BA": VAGUE}, "no_difference", ("B", "A"), "数值最高的是方案B"),
        ({"A0": WORSE, "B0": WORSE, "BA": VAGUE}, "worse", ("A", "B"), "所有方案均明显差于现状"),
    ],
)  # fmt: skip
def test_the_answer_follows_the_intervals(values, code, keys, said):
    simulation = _with_differences(**values)
    found = answer(simulation)
    assert (found.code, found.keys) == (code, keys)
    assert said in words.answer_text(simulation, "zh")
    assert words.answer_text(simulation, "en")


def test_a_difference_read_the_other_way_round_has_the_other_sign():
    simulation = _with_differences(BA=CLEAR)
    assert difference(simulation, "B", "within_share", against="A") == Difference(*CLEAR, is_clear=True)
    turned = difference(simulation, "A", "within_share", against="B")
    assert turned == Difference(-0.03, -0.04, -0.02, is_clear=True)


def test_less_time_is_better_and_a_smaller_share_within_is_worse():
    found = Difference(-60.0, -90.0, -30.0, is_clear=True)
    assert words.verdict_key(found, "p90_s") == "clear_better"
    assert words.verdict_key(found, "within_share") == "clear_worse"
    assert words.difference_text(found, "p90_s", "zh") == "−1.0分钟（95%区间 −1.5至−0.5）"
    assert words.difference_text(found, "p90_s", "en") == "−1.0 min (95% interval −1.5 to −0.5)"


def test_rules_name_their_sources_and_what_is_assumed():
    rows = {row.item: row for row in rule_rows(simulation_case("toy"), "zh")}
    assert rows["现场处置"].is_assumed
    assert "奥克兰" in rows["现场处置"].source
    assert "非国内数据" in rows["院内交接"].source
    assert not rows["接警受理"].is_assumed
    assert rows["呼救数量"].text.startswith("平均每天30次")
    rich = {row.item: row for row in rule_rows(simulation_case("rich"), "zh")}
    assert rich["现场处置"] == replace(
        rows["现场处置"], text="平均15分钟，伽马分布，变异系数0.6", source="本地记录", is_assumed=False
    )
    assert rich["优先级"].text == "危重<1> 20%、送院100%；普通 80%、平时行车（不鸣笛）"
    assert rich["需专科中心救治"].text == "胸痛 10%、危重新生儿 2%"
    assert "东门待命点（小康县人民医院 1 × 08:00-18:00）" in rich["待命点"].text
    assert rich["呼救时间"].text.startswith("按小时和星期的权重")
    assert "备勤" in rich["派车"].text
    assert {row.source for row in rich.values()} >= {"rules.toml", "本地调度台"}


def test_notes_end_with_what_to_do():
    zh = "\n".join(render_simulation_notes(simulation_case("toy"), "zh"))
    for said in ("奥克兰", "并非国内数据", "--calls", "[hours]", "均匀"):
        assert said in zh
    rich = "\n".join(render_simulation_notes(simulation_case("rich"), "zh"))
    assert "院内交接时间" in rich
    assert "现场处置时间" not in rich
    assert "均匀" not in rich
    assert "新生儿" in rich
    assert any("assumed" in line for line in render_simulation_notes(simulation_case("assumed"), "en"))
    own = render_simulation(simulation_case("own"), "zh")
    assert "该方案按其自身标准计算" in "".join(line.strip() for line in own.splitlines())


def test_ambulances_that_are_never_free_are_told():
    simulation = simulation_case("lost")
    shares = pd.concat([outcome.units["utilisation"] for outcome in simulation.outcomes])
    told = any("85%" in line for line in render_simulation_notes(simulation, "zh"))
    assert told == any(o.units["utilisation"].mean() >= 0.85 for o in simulation.outcomes)
    assert ((shares >= 0) & (shares <= 1)).all()
