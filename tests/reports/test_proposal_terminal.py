import dataclasses
import math
import re
import unicodedata

import pytest

from coverage.analysis import Note
from coverage.proposal import Wish
from coverage.reports import proposal_wording as words
from coverage.reports.proposal_terminal import render_proposal, render_proposal_notes
from coverage.reports.text_table import TABLE_WIDTH
from proposals import toy_proposal, with_answer

KINDS = [
    {},
    {"kind": "subcentre"},
    {"closing": True, "status": "time_limit"},
    {"odd_names": True, "status": "heuristic"},
    {"demand_unit": "residential_road_m"},
    {"nothing": True},
]
MODELS = list(words._MODELS)


def _columns(line):
    """Count columns the plain way: two for a wide character, none for marks and joiners."""
    return sum(
        0
        if unicodedata.category(c) in {"Mn", "Me", "Cf"}
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in line
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_line_is_narrower_than_a_hundred_columns(kind, lang):
    lines = render_proposal(toy_proposal(**kind), lang, explain=True).splitlines()
    assert max(map(_columns, lines)) <= TABLE_WIDTH < 100
    assert not any(unicodedata.category(c) == "Cc" for line in lines for c in line)


def test_the_headline_says_what_people_get_and_how_good_it_is():
    assert words.headline(toy_proposal(), "zh") == [
        "小康县  城区15分钟 / 乡镇30分钟，自接警起计时，鸣笛行车",
        "建议设置急救点2处：石门乡卫生院、柳林北急救站，共180万元",
        "覆盖人口 82.6% → 98.9%（7.1万 → 8.5万），达标乡镇 1/3 → 3/3",
        "自出车起计时：覆盖 84.4% → 98.9%，达标乡镇 2/3 → 3/3",
        "已证明最优：新设2处的条件下，没有任何选址能覆盖更多人口（最大覆盖模型）",
    ]
    assert words.headline(toy_proposal(), "en")[1:3] == [
        "Proposed: 2 ambulance bases at 石门乡卫生院, 柳林北急救站; 1,800,000 yuan",
        "People covered 82.6% → 98.9% (71,000 → 85,000), townships met 1/3 → 3/3",
    ]


def test_sites_stand_by_rank_with_what_each_adds():
    table = render_proposal(toy_proposal(), "zh").split("\n\n")[1].splitlines()
    assert table[2].split() == ["1", "石门乡卫生院", "卫生院（增设）", "60", "11,500", "石门乡"]
    assert table[3].split() == ["2", "柳林北急救站", "急救站（新址）", "120", "2,500", "柳林镇"]


def test_a_cost_that_nobody_knows_has_no_column():
    proposal = toy_proposal()
    sites = tuple(dataclasses.replace(site, cost_wan=math.nan) for site in proposal.sites)
    text = render_proposal(dataclasses.replace(proposal, sites=sites), "zh")
    assert "万元" not in text


def test_totals_before_and_after_and_the_curve():
    _, _, totals, sweep = render_proposal(toy_proposal(), "zh").split("\n\n")
    assert "71,000 → 85,000" in totals.splitlines()[-1]
    assert totals.splitlines()[-1].endswith("1/3 → 3/3")
    rows = [line.split() for line in sweep.splitlines()[2:]]
    assert rows[0] == ["0", "71,000", "82.6%", "1", "现状", "—"]
    assert rows[1] == ["1", "82,500", "96.0%", "2", "已证明", "石门乡卫生院"]
    assert rows[3][4] == "相差≤1.0%"


def test_explanations_tell_whom_a_site_adds_and_what_would_come_next():
    text = render_proposal(toy_proposal(), "zh", explain=True)
    for part in ("居民点6个", "仅由其覆盖8,620人", "石门乡 未达标→达标", "次优为第26村", "少5,000人"):
        assert part in text
    assert "没有其他候选点可替代" in text
    assert "次优" not in render_proposal(toy_proposal(), "zh")


def test_colour_only_when_asked():
    plain, coloured = (render_proposal(toy_proposal(), "zh", colour=flag) for flag in (False, True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain != coloured


def test_nothing_gained_is_a_plain_sentence():
    text = render_proposal(toy_proposal(nothing=True), "zh", explain=True)
    assert text.splitlines()[1:] == ["没有候选点能使更多人口得到覆盖（现状 7.1万/8.6万），不提出新站点"]
    assert "nothing is proposed" in render_proposal(toy_proposal(nothing=True), "en")


def _everyone(proposal):
    totals = proposal.before.assessment.totals
    whole = dataclasses.replace(totals["all"], covered_population=totals["all"].population)
    assessment = dataclasses.replace(proposal.before.assessment, totals={**totals, "all": whole})
    return dataclasses.replace(proposal, before=dataclasses.replace(proposal.before, assessment=assessment))


def test_everyone_covered_already_is_a_plain_sentence():
    proposal = _everyone(toy_proposal(nothing=True))
    assert "现状已覆盖全部人口，不需要新设站点" in render_proposal(proposal, "zh")
    assert "Everyone is covered already" in render_proposal(proposal, "en")


def test_a_target_that_is_met_already_is_said_as_such():
    proposal = dataclasses.replace(
        toy_proposal(nothing=True),
        wish=Wish("station", "set-covering", reach=0.8),
        notes=(Note("target_reached", 1, names=("80%",)),),
    )
    assert "现状覆盖率82.6%，已达到目标80%" in render_proposal(proposal, "zh")
    assert "meets the target of 80%" in render_proposal(proposal, "en")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_model_has_a_name_a_source_and_a_proof_in_words(model, lang):
    texts = [
        words.proof_text(with_answer(toy_proposal(), model, status), lang)
        for status in ("optimal", "time_limit", "interrupted", "heuristic")
    ]
    assert len(set(texts)) == 4
    assert all(words.model_name(model, lang) in text and "{" not in text for text in texts)
    assert re.search(r"\(19\d\d\)", words.model_text(model, lang))
    for line in words.method_lines(with_answer(toy_proposal(), model, "optimal"), lang):
        assert "{" not in line


@pytest.mark.parametrize(
    ("gap", "text"), [(0.0, "0"), (1e-5, "<0.1%"), (0.0101, "1.1%"), (0.01, "1.0%"), (math.inf, "—")]
)
def test_a_gap_is_never_rounded_down(gap, text):
    assert words.gap_text(gap) == text


@pytest.mark.parametrize(
    ("lang", "banned"), [("zh", ("救护", "急救", "派车", "接警", "出车")), ("en", ("ambul", "base"))]
)
def test_sub_centres_are_told_without_ambulances(lang, banned):
    proposal = toy_proposal(kind="subcentre")
    text = render_proposal(proposal, lang, explain=True) + " ".join(words.method_lines(proposal, lang))
    text += " ".join(render_proposal_notes(proposal, lang)) + words.title_text(proposal, lang)
    assert not [word for word in banned if word in text.lower()]


@pytest.mark.parametrize(("lang", "banned"), [("zh", "人口"), ("en", "people")])
def test_roads_are_never_called_people(lang, banned):
    proposal = toy_proposal(demand_unit="residential_road_m")
    text = render_proposal(proposal, lang, explain=True) + " ".join(words.method_lines(proposal, lang))
    assert banned not in text.lower()


def test_notes_say_what_to_do():
    notes = render_proposal_notes(toy_proposal(), "zh")
    assert notes[0].startswith("注意：模型数据，并非实测：居民点、道路。请")
    sub = render_proposal_notes(toy_proposal(kind="subcentre"), "zh")
    assert "没有道路通往任何医院或次中心" in sub[1]


def test_what_closes_is_named():
    assert "关闭或不再派车：柳林急救站" in render_proposal(toy_proposal(closing=True), "zh")
