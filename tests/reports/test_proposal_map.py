import dataclasses
import json
import re
from itertools import pairwise

import pytest

from builders import ODD_NAMES
from coverage.reports.map_style import added_colour
from coverage.reports.proposal_chart import sweep_chart
from coverage.reports.proposal_map import proposal_data, render_proposal_map, write_proposal_map
from coverage.reports.wording import one_line
from html_page import Page
from proposals import toy_proposal


def boxes(page):
    return {a["value"] for tag, a in page.elements if tag == "input" and a["type"] == "checkbox"}


@pytest.fixture(scope="module")
def page():
    return Page(render_proposal_map(toy_proposal(), "zh"))


def test_the_page_loads_nothing(page):
    for tag, attributes in page.elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "audio", "video", "form"}
        assert not {"src", "srcset", "data", "action", "style"} & set(attributes)
        assert tag == "a" or attributes.get("href", "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]


def test_the_same_proposal_gives_the_same_page():
    assert render_proposal_map(toy_proposal(), "zh") == render_proposal_map(toy_proposal.__wrapped__(), "zh")


def test_the_panel_answers_first(page):
    for part in (
        "建议设置急救点2处：石门乡卫生院、柳林北急救站，共180万元",
        "82.6% → 98.9% 覆盖人口",
        "1/3 → 3/3 达标乡镇",
        "已证明最优：新设2处的条件下",
        "Church, R. and ReVelle, C. (1974)",
        "内部工作图，不作为行政区域界线依据",
        "模型数据，并非实测：居民点、道路",
    ):
        assert part in page.text
    assert page.text.index("建议设置") < page.text.index("98.9%") < page.text.index("判定变化：")


def test_before_and_after_are_a_choice_of_two(page):
    choices = [a for tag, a in page.elements if tag == "input" and a["type"] == "radio"]
    assert [choice["value"] for choice in choices] == ["before", "after"]
    assert ["checked" in choice for choice in choices] == [False, True]
    before, after = page.data["before"]["townships"], page.data["townships"]
    assert [t["verdict"] for t in before] == ["met", "partial", "unmet"]
    assert [t["verdict"] for t in after] == ["met", "met", "met"]
    assert [t.get("was") for t in after] == [None, "partial", "unmet"]
    assert all("shape" not in t for t in before)


def test_sites_are_ranked_and_left_out_of_the_other_facilities(page):
    sites = page.data["sites"]
    assert [(s["rank"], s["symbol"]) for s in sites] == [(1, "health_centre"), (2, "ambulance_station")]
    assert [f["name"] for f in page.data["facilities"]] == ["小康县人民医院", "柳林急救站"]
    assert len(page.data["before"]["facilities"]) == 3
    rows = [a["data-site"] for tag, a in page.elements if tag == "tr" and "data-site" in a]
    assert rows == ["1", "2"]


def test_what_each_site_adds_is_a_layer_of_its_own(page):
    groups = {g["layer"]: g for g in page.data["dots"] if g["layer"].startswith("adds-")}
    assert {name: len(g["name"]) for name, g in groups.items()} == {"adds-1": 6, "adds-2": 2}
    assert groups["adds-1"]["from"] == page.data["sites"][0]["at"]
    assert groups["adds-2"]["colour"] == added_colour(2)
    assert {"adds-1", "adds-2", "sites"} <= boxes(page)


@pytest.mark.parametrize("kind", [{}, {"kind": "subcentre"}, {"closing": True}, {"nothing": True}])
def test_layers_and_legend_know_each_other(kind):
    page = Page(render_proposal_map(toy_proposal(**kind), "en"))
    named = {name for _, a in page.elements for name in a.get("data-layers", "").split()}
    assert named <= boxes(page)
    sides = [page.data, page.data.get("before", {})]
    drawn = {
        t["layer"] for side in sides for key in ("areas", "dots", "facilities") for t in side.get(key, [])
    }
    assert drawn <= boxes(page)
    assert ("closed" in boxes(page)) == kind.get("closing", False)


def test_a_name_on_the_map_stops_before_its_bracket():
    proposal = toy_proposal()
    named = [
        dataclasses.replace(s, name=n)
        for s, n in zip(proposal.sites, ("甲（乙以东）", "（丙）"), strict=True)
    ]
    sites = proposal_data(dataclasses.replace(proposal, sites=tuple(named)), "zh")["sites"]
    assert [(s["name"], s["label"]) for s in sites] == [("甲（乙以东）", "甲"), ("（丙）", "（丙）")]


def test_what_closes_is_marked():
    data = proposal_data(toy_proposal(closing=True), "zh")
    assert [(c["name"], c["kind"]) for c in data["closed"]] == [("柳林急救站", "迁移/关闭")]


def test_where_nothing_is_proposed_there_is_nothing_to_compare():
    page = Page(render_proposal_map(toy_proposal(nothing=True), "zh"))
    assert "before" not in page.data
    assert not [a for tag, a in page.elements if tag == "input" and a["type"] == "radio"]
    assert "没有候选点能使更多人口得到覆盖" in page.text
    assert "方案后" not in page.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_odd_names_stay_text(lang):
    odd = Page(render_proposal_map(toy_proposal(odd_names=True), lang))
    assert sum(tag == "script" for tag, _ in odd.elements) == 4
    assert [s["name"] for s in odd.data["sites"]] == [one_line(ODD_NAMES[2]), one_line(ODD_NAMES[1])]
    assert one_line(ODD_NAMES[1]) in odd.text


@pytest.mark.parametrize(
    ("lang", "banned"),
    [("zh", ("救护", "派车", "接警", "出车", "急救圈")), ("en", ("ambulances", "crew", " bases"))],
)
def test_sub_centres_are_told_without_ambulances(lang, banned):
    page = Page(render_proposal_map(toy_proposal(kind="subcentre"), lang))
    data = {key: value for key, value in page.data.items() if key != "roads"}
    text = (page.text + json.dumps(data, ensure_ascii=False)).lower()
    assert not [word for word in banned if word in text]


@pytest.mark.parametrize(("lang", "banned"), [("zh", "人口"), ("en", "people")])
def test_a_share_of_roads_is_never_called_people(lang, banned):
    page = Page(render_proposal_map(toy_proposal(demand_unit="residential_road_m"), lang))
    assert banned not in (page.text + json.dumps(page.data, ensure_ascii=False)).lower()


# ---- the curve


def _numbers(svg, pattern):
    return [tuple(map(float, found)) for found in re.findall(pattern, svg)]


def test_the_curve_rises_with_the_people_and_begins_with_today():
    chart = sweep_chart(toy_proposal(), "zh")
    (square,) = _numbers(chart["svg"], r'<rect x="([\d.]+)" y="([\d.]+)"')
    dots = _numbers(chart["svg"], r'<circle cx="([\d.]+)" cy="([\d.]+)"')
    assert len(dots) == 3
    heights = [square[1] + 4, *(y for _, y in dots)]
    assert heights[0] > heights[1] > heights[2] == heights[3]  # 7.1, 8.25, 8.5, 8.5
    assert (heights[0] - heights[1]) / (heights[1] - heights[2]) == pytest.approx(11_500 / 2_500, rel=0.02)
    steps = [b - a for (a, _), (b, _) in pairwise(dots)]
    assert steps == pytest.approx([steps[0]] * 2, abs=0.2)


def test_what_is_not_proven_is_a_hollow_dot():
    fills = re.findall(r'<circle [^>]*fill="([^"]+)"', sweep_chart(toy_proposal(), "zh")["svg"])
    assert fills[0] == fills[1] != fills[2] == "#fff"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_curve_has_axes_with_units_and_a_table(lang):
    chart = sweep_chart(toy_proposal(), lang)
    assert ("覆盖人口（万人）" if lang == "zh" else "People covered") in chart["svg"]
    assert ("新增站点数" if lang == "zh" else "New sites") in chart["svg"]
    assert 'role="img"' in chart["svg"]
    assert [row[:2] for row in chart["rows"]] == [
        ["0", "71,000"],
        ["1", "82,500"],
        ["2", "85,000"],
        ["3", "85,000"],
    ]
    assert "公里" in sweep_chart(toy_proposal(demand_unit="residential_road_m"), "zh")["svg"]


def test_the_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "propose.html"
    path.write_text("old", encoding="utf-8")
    write_proposal_map(toy_proposal(), path, lang="en")
    assert path.read_bytes().endswith(b"</html>")
    assert [p.name for p in tmp_path.iterdir()] == ["propose.html"]
