import dataclasses
import inspect
import math
import re
import unicodedata

import pytest

from coverage.analysis import Note
from coverage.option import Change
from coverage.proposal import Wish
from coverage.reports import proposal_models as models
from coverage.reports import proposal_wording as words
from coverage.reports.proposal_terminal import render_proposal, render_proposal_notes
from coverage.reports.text_table import TABLE_WIDTH
from coverage.siting.covering import backup_covering
from proposals import toy_proposal, with_answer

KINDS = [
    {},
    {"kind": "subcentre"},
    {"closing": True, "status": "time_limit"},
    {"odd_names": True, "status": "heuristic"},
    {"demand_unit": "residential_road_m"},
    {"nothing": True},
]
MODELS = list(models._MODELS)


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
    assert sweep.split()[2:4] == ["比现状增加", "比上行增加"]
    assert rows[0] == ["0", "71,000", "—", "—", "82.6%", "1", "现状", "—"]
    assert rows[1] == ["1", "82,500", "+11,500", "+11,500", "96.0%", "2", "已证明", "石门乡卫生院"]
    assert rows[2][:4] == ["2", "85,000", "+14,000", "+2,500"]
    assert rows[3][3] == "—"
    assert rows[3][6] == "相差≤1.00%"


def test_explanations_tell_whom_a_site_adds_and_what_would_come_next():
    text = render_proposal(toy_proposal(), "zh", explain=True)
    for part in ("居民点6个", "仅由其覆盖8,625人", "石门乡 未达标→达标", "次优为第26村", "少5,000人"):
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
        models.proof_text(with_answer(toy_proposal(), model, status), lang)
        for status in ("optimal", "time_limit", "interrupted", "heuristic")
    ]
    assert len(set(texts)) == 4
    assert all(models.model_name(model, lang) in text and "{" not in text for text in texts)
    assert re.search(r"\(19\d\d\)", models.model_text(model, lang))
    for line in words.method_lines(with_answer(toy_proposal(), model, "optimal"), lang):
        assert "{" not in line


@pytest.mark.parametrize(
    ("gap", "text"), [(0.0, "0"), (1e-5, "<0.01%"), (0.010101, "1.02%"), (0.01, "1.00%"), (math.inf, "—")]
)
def test_a_gap_is_never_rounded_down(gap, text):
    assert models.gap_text(gap) == text


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


def _text(proposal, lang="zh", **options):
    """Give the text with the lines of its prose put together again."""
    return render_proposal(proposal, lang, **options).replace("\n  ", "")


def test_what_moves_is_named_with_whom_it_uncovers():
    proposal = toy_proposal(closing=True)
    assert "迁移/关闭：柳林急救站；没有居民点因此失去覆盖" in _text(proposal)
    worse = dataclasses.replace(proposal, lost_population=1_234.0, lost=("d5", "d7"))
    assert "迁移/关闭：柳林急救站；因此失去覆盖1,234人（居民点2个）" in _text(worse)
    assert "Moved or closed: 柳林急救站; 1,234 people (2 demand points) lose coverage" in _text(worse, "en")
    assert "判定下降" not in _text(worse)
    assert "建议设置急救点2处（含迁移1处）：" in _text(worse)
    turned = dataclasses.replace(worse, before=proposal.after, after=proposal.before)
    assert "判定下降：柳林镇 达标→部分达标、石门乡" in _text(turned)


def test_a_facility_that_keeps_standing_is_not_called_closed():
    proposal = toy_proposal(closing=True)
    option = dataclasses.replace(
        proposal.option, close=(), change=(*proposal.option.change, Change("h1", "县医院", ambulances=0.0))
    )
    moved = dataclasses.replace(proposal, option=option, closed=("县医院",))
    assert "迁移/关闭：县医院（机构保留，不再派车）；" in _text(moved)
    assert words.closings(moved, "zh") == {"h1": ("县医院", "机构保留，不再派车")}


@pytest.mark.parametrize(
    ("wish", "zh", "en"),
    [
        (
            {"count": 2},
            "现有2处最多迁移1处、新设2处的条件下，",
            "of 2 new sites with at most 1 of today's 2 moved",
        ),
        (
            {"count": 0, "moves": 2},
            "现有2处最多迁移2处的条件下，",
            "choice with at most 2 of today's 2 moved",
        ),
    ],
)
def test_the_claim_is_that_of_the_question_where_sites_may_move(wish, zh, en):
    asked = Wish("station", "maximal-covering", close_allowed=True, **wish)
    proposal = dataclasses.replace(toy_proposal(closing=True), wish=asked)
    assert zh in _text(proposal)
    assert en in models.proof_text(proposal, "en")


def test_the_claim_for_a_share():
    proposal = with_answer(toy_proposal(), "set-covering", "optimal")
    assert "已证明最优：没有更少的站点能使覆盖率达到95%（集合覆盖模型）" in _text(proposal)
    known = dataclasses.replace(proposal, candidates=proposal.candidates.assign(cost_wan=90.0))
    assert "没有费用更低的站点能使覆盖率达到95%" in _text(known)
    assert "no cheaper sites cover 95%" in models.proof_text(known, "en")


def test_whom_a_site_takes_over_is_not_taken_for_added():
    proposal = toy_proposal()
    first, *others = proposal.sites
    more = dataclasses.replace(first, sole_population=first.added_population + 1)
    text = _text(dataclasses.replace(proposal, sites=(more, *others)), explain=True)
    assert "仅由其覆盖11,501人（含原由迁移或关闭的站点覆盖的部分）" in text


def test_the_claim_for_a_budget():
    wish = Wish("station", "maximal-covering", budget_wan=500.0)
    proposal = dataclasses.replace(toy_proposal(), wish=wish)
    assert "费用不超过500万元的条件下，没有任何选址" in _text(proposal)
    assert "no choice for at most 5,000,000 yuan covers more people" in models.proof_text(proposal, "en")


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        ("maximal-covering", []),
        ("p-median", ["人均到达时间 11.3 → 10.8 分钟"]),
        ("p-center", ["最远居民点的到达时间 41.2 → 29.7 分钟"]),
        ("backup-covering", ["两个急救点都能在时限内到达的人口 38,000 → 40,100"]),
        (
            "double-standard",
            ["两辆救护车都能在时限内到达的人口 38,000 → 40,100", "放宽到2倍时限时覆盖的人口 80,000 → 86,000"],
        ),
        ("expected-covering", ["时限内有空闲救护车的人口（期望值） 50,000 → 60,000"]),
    ],
)
def test_a_model_s_own_measures_stand_in_the_headline(model, lines):
    proposal = with_answer(toy_proposal(), model, "optimal")
    assert models.measure_lines(proposal, "zh") == lines
    assert words.headline(proposal, "zh")[4:-1] == lines
    english = models.measure_lines(proposal, "en")
    assert len(english) == len(lines)
    assert all(line[0].isupper() and "→" in line for line in english)


def test_times_that_look_the_same_get_a_second_decimal():
    assert models.times_texts(650.0, 649.0, "zh") == ("10.83", "10.82")
    assert models.times_texts(650.0, 650.0, "en") == ("10.8", "10.8")
    assert models.times_texts(math.inf, 649.0, "zh") == ("不可达", "10.8")


@pytest.mark.parametrize(
    ("model", "status", "text"),
    [
        ("maximal-covering", "optimal", "目标（覆盖的人口）85,000人，理论界限 85,000人；"),
        ("maximal-covering", "heuristic", "目标（覆盖的人口）85,000人，理论界限 —；"),
        ("p-median", "optimal", "目标（人均到达时间）10.80 分钟，理论界限 10.80 分钟；"),
        ("set-covering", "time_limit", "目标（新增站点数）2处，理论界限 2处；"),
        ("expected-covering", "optimal", "85,000人"),
    ],
)
def test_the_objective_has_a_unit_and_no_bound_of_half_a_site(model, status, text):
    assert text in models.objective_line(with_answer(toy_proposal(), model, status), "zh")


def test_a_plan_by_money_has_an_objective_in_money():
    proposal = with_answer(toy_proposal(), "set-covering", "optimal")
    known = dataclasses.replace(proposal, candidates=proposal.candidates.assign(cost_wan=90.0))
    assert "目标（费用）2万元" in models.objective_line(known, "zh")


def _with_other(proposal, covered, objective):
    first, *others = proposal.sites
    other = dataclasses.replace(first.alternative, covered_population=covered, objective=objective)
    sites = (dataclasses.replace(first, alternative=other), *others)
    return dataclasses.replace(proposal, sites=sites)


def _alternative(model, covered, objective, lang="zh"):
    proposal = with_answer(toy_proposal(), model, "optimal")
    if model == "p-center":
        proposal = dataclasses.replace(proposal, plan=dataclasses.replace(proposal.plan, objective=1782.0))
    changed = _with_other(proposal, covered, objective)
    return models.alternative_text(changed.sites[0], changed, lang)


@pytest.mark.parametrize(
    ("model", "covered", "objective", "text"),
    [
        ("maximal-covering", 85_000.0, 85_000.0, "可改用第26村：全方案覆盖85,000人，并无差别"),
        ("p-median", 85_000.0, 85_000.0, "可改用第26村：全方案覆盖85,000人，并无差别"),
        (
            "p-median",
            85_000.0,
            86_000.0,
            "次优为第26村：人均到达时间 10.9 分钟（本方案 10.8）；全方案覆盖85,000人，与本方案相同",
        ),
        (
            "p-center",
            86_000.0,
            1800.0,
            "最远居民点的到达时间 30.0 分钟（本方案 29.7）；全方案覆盖86,000人，多1,000人",
        ),
        (
            "p-center",
            86_000.0,
            1782.0,
            "可改用第26村：最远居民点的到达时间 29.7 分钟，与本方案相同；全方案覆盖86,000人，多1,000人",
        ),
        (
            "p-median",
            84_000.0,
            85_010.0,
            "次优为第26村：人均到达时间 10.80 分钟，与本方案相差不到1秒；全方案覆盖84,000人，少1,000人",
        ),
        # half of 1,000 fewer by the first, half of 3,000 fewer by the second
        (
            "backup-covering",
            84_000.0,
            83_000.0,
            "到达的人口 37,100（本方案 40,100）；全方案覆盖84,000人，少1,000人",
        ),
        (
            "expected-covering",
            84_999.0,
            59_000.0,
            "（期望值） 59,000（本方案 60,000）；全方案覆盖84,999人，少1人",
        ),
        ("set-covering", 86_000.0, 2.0, "可改用第26村：全方案覆盖86,000人，多1,000人"),
    ],
)
def test_the_next_best_is_told_by_what_the_model_looks_at(model, covered, objective, text):
    assert text in _alternative(model, covered, objective)


@pytest.mark.parametrize("model", MODELS)
def test_no_figure_that_is_more_is_called_fewer(model):
    assert "just as good" not in _alternative(model, 84_000.0, 84_000.0, "en")
    assert "1,000 people fewer" in _alternative(model, 84_000.0, 84_000.0, "en")
    assert "fewer" not in _alternative(model, 86_000.0, 84_000.0, "en")
    assert "少" not in _alternative(model, 86_000.0, 84_000.0)


def test_the_weight_of_first_coverage_is_the_model_s_own():
    assert inspect.signature(backup_covering).parameters["first"].default == models.FIRST_WEIGHT


def test_long_names_go_on_in_further_lines_and_none_is_cut():
    name = "忠防镇·村12急救站（国道107线与县道交叉口西北侧约两公里处原粮站旧址及其相邻空地）"
    proposal = toy_proposal()
    sites = tuple(dataclasses.replace(site, name=name) for site in proposal.sites)
    sweep = tuple(dataclasses.replace(point, names=(name,) * point.count) for point in proposal.sweep)
    long = dataclasses.replace(proposal, sites=sites, sweep=sweep)
    text = render_proposal(long, "zh", explain=True)
    assert max(map(_columns, text.splitlines())) <= TABLE_WIDTH
    assert "…" not in text
    assert text.count("（国") == text.count("国道107线")
    assert name in "".join(words.headline(long, "zh"))


def test_of_many_sites_the_first_are_named_and_all_counted():
    names = [f"村{n}" for n in range(12)]
    assert words.some_names(names, "zh").endswith("、村7等12处")
    assert words.some_names(names, "en").endswith(", 村7 and 4 more")
    assert words.some_names(names[:8], "en").endswith(", 村7")


def test_parts_add_up_to_their_total():
    rows = render_proposal(toy_proposal(sweep=False), "zh").split("\n\n")[-1].splitlines()
    urban, rural, total = (re.findall(r"([\d,]+) → ([\d,]+)", rows[i])[0] for i in (2, 3, 5))
    for i in (0, 1):
        a, b, c = (int(row[i].replace(",", "")) for row in (urban, rural, total))
        assert a + b == c


def test_sub_centres_are_upgraded_and_not_called_sites():
    proposal = toy_proposal(kind="subcentre")
    text = render_proposal(proposal, "zh", explain=True) + " ".join(words.method_lines(proposal, "zh"))
    assert "建议升级为县域医疗次中心1处：石门乡卫生院" in text
    assert "站点" not in text
    only = proposal.candidates[proposal.candidates["facility_id"] != ""]
    assert "升级2处的条件下" in models.proof_text(dataclasses.replace(proposal, candidates=only), "zh")


def test_titles_put_a_colon_after_the_county():
    assert words.title_text(toy_proposal(), "en") == "Xiaokang: Where the next ambulance bases help most"
