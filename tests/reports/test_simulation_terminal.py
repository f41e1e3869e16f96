"""A simulated year on the terminal: the answer first, one table, nothing that breaks out of it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from comparison_cases import NOT_A_WORD
from coverage.reports import simulation_wording as words
from coverage.reports.display_width import display_width
from coverage.reports.simulation_rows import Difference, answer, difference, everyone
from coverage.reports.simulation_rules import rule_rows
from coverage.reports.simulation_terminal import render_simulation, render_simulation_notes
from coverage.reports.text_table import TABLE_WIDTH
from coverage.simulation import COMMAND_LINE
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
    row = everyone(simulation_case("toy").baseline)
    free, within = (round(100 * row[name], 1) for name in ("unhindered_share", "within_share"))
    assert free > within
    said = f"were every ambulance on duty free at its post, {free}% would be: business costs "
    assert f"{said}{free - within:.1f} points" in " ".join(en.split())
    spoken = "".join(line.strip() for line in zh)
    assert f"若当班救护车都在站待命，为 {free}%，即因车辆外出而降低{free - within:.1f}个百分点" in spoken
    assert "analyze" not in en + spoken


def test_the_first_screen_says_what_the_intervals_do_not_hold():
    for lang, said in (("zh", "不宜据此承诺具体百分比"), ("en", "not for promising a percentage")):
        assert said in "".join(words.headline(simulation_case("toy"), lang))
        assert said not in "".join(words.headline(simulation_case("once"), lang))


def test_hours_with_conditions_of_their_own_stand_in_the_heading():
    simulation = simulation_case("toy")
    hours = {"07:00-09:00": "peak", "22:00-06:00": "normal"}
    simulation = replace(simulation, speeds=replace(simulation.speeds, hours=hours, source="own.toml"))
    for lang, said in (("zh", "另有行车条件"), ("en", "other driving conditions")):
        heading = words.headline(simulation, lang)[0]
        assert said in heading
        assert "07:00-09:00" in heading
        assert said not in words.headline(simulation_case("toy"), lang)[0]


@pytest.mark.parametrize(
    ("within", "said"), [(0.80, "降低5.0个百分点"), (0.85, "没有造成可见的影响"), (0.86, "实际更高")]
)
def test_what_business_costs_is_put_into_words(within, said):
    simulation = _with_groups("all", within_share=within, unhindered_share=0.85)
    assert said in words.year_text(simulation, "zh")


def test_townships_that_a_returning_ambulance_serves_better_are_told():
    better = _with_groups("township", within_share=0.9, unhindered_share=0.8)
    assert "不需出车准备：城关街道" in words.nearer_text(better, "zh")
    assert "needs no turnout" in words.nearer_text(better, "en")
    assert words.nearer_text(_with_groups("township", within_share=0.8, unhindered_share=0.8), "zh") == ""


def _with_groups(group: str, **values: float):
    """Give the toy simulation whose groups of one kind have other figures."""
    simulation = simulation_case("toy")
    groups = simulation.baseline.groups.copy()
    for name, value in values.items():
        groups.loc[groups["group"] == group, name] = value
    return replace(
        simulation, outcomes=(replace(simulation.baseline, groups=groups), *simulation.outcomes[1:])
    )


def test_one_replication_is_said_to_have_no_interval():
    for lang, said in (("zh", "只模拟1次，不能判断"), ("en", "With one replication nobody can tell")):
        text = render_simulation(simulation_case("once"), lang)
        assert said in text
        assert "95%" not in text
        assert words.phrase("unknown", lang) in text


def test_a_handful_of_calls_gets_no_verdict_and_no_interval():
    for lang, said, withheld in (
        ("zh", ("合计仅", "次数过少，无法评价", "呼救次数过少，不能判断方案之间的差异"), "明显"),
        ("en", ("calls in all are too few", "Too few calls to tell whether the options differ"), "clear"),
    ):
        text = render_simulation(simulation_case("few"), lang)
        for line in said:
            assert line in " ".join(text.split())
        assert "95%" not in text
        assert withheld not in text
        assert words.phrase("unknown", lang) in text
    assert answer(simulation_case("few")).code == "few_calls"


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


def test_every_rule_names_its_own_source():
    simulation = simulation_case("toy")
    rules = replace(
        simulation.rules,
        calls_per_day=12.316666,
        seed=1,
        replications=20,
        transport_share=0.8,
        sources={
            "calls_per_day": "past.csv",
            "days": "rules.toml",
            "replications": COMMAND_LINE,
            "transport_share": "rules.toml",
        },
    )
    said = replace(simulation, rules=rules)
    rows = {row.item: row for row in rule_rows(said, "zh")}
    assert rows["模拟"].source == "天数：rules.toml；重复次数：命令行给出；随机种子：程序默认值"
    assert rows["呼救数量"].source == "past.csv"
    assert rows["呼救数量"].text.startswith("平均每天12.3次")
    assert "每天12.3次呼救" in words.played_text(said, "zh")
    # what a file says is no assumption, be it the program's own figure
    assert (rows["送院比例"].source, rows["送院比例"].is_assumed) == ("rules.toml", False)
    assert (rows["派车"].source, rows["派车"].is_assumed) == ("程序默认值", True)
    english = {row.item: row for row in rule_rows(said, "en")}
    assert english["Simulation"].source == (
        "days: rules.toml; replications: given on the command line; seed: the program's default"
    )
    unsaid = replace(simulation, rules=replace(simulation.rules, sources={}, wait=False))
    assert {row.item: row for row in rule_rows(unsaid, "zh")}["无空闲车"].source == "未注明来源"


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
