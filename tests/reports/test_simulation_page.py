"""The page of a simulated year as a file: loads nothing, escapes everything, says every figure in words."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache

import pytest

from builders import ODD_NAMES
from comparison_cases import NOT_A_WORD
from coverage.reports import simulation_wording as words
from coverage.reports import wording
from coverage.reports.simulation_charts import bar_svg, curve_svg, differences_svg, hours_svg
from coverage.reports.simulation_map import map_svg
from coverage.reports.simulation_page import render_simulation_page, write_simulation_page
from coverage.reports.simulation_rows import everyone
from html_page import Page
from simulated_years import CASES, simulation_case

LANGS = ("zh", "en")


@cache
def page(case, lang="zh"):
    return Page(render_simulation_page(simulation_case(case), lang))


@pytest.mark.parametrize("case", ["toy", "odd"])
def test_the_page_loads_nothing_and_runs_only_its_own_scripts(case):
    one = page(case)
    for tag, attributes in one.elements:
        assert tag not in {"link", "iframe", "object", "base", "form", "img"}
        assert not {k for k in attributes if k.startswith("on")}
        for name in ("src", "href", "action"):
            assert not (attributes.get(name) or "").startswith(("http", "//", "javascript"))
    allowed, scripts = one.policy()["script-src"], one.raw["script"]
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    assert one.policy()["default-src"] == "'none'"
    assert "url(http" not in "".join(one.raw["style"])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("lang", LANGS)
def test_no_case_leaves_a_number_that_is_none_or_an_empty_blank(case, lang):
    text = page(case, lang).text
    if lang == "zh":
        assert not NOT_A_WORD.search(text.lower())
    else:
        assert not re.search(r"(?<![a-z])(nan|inf|null|undefined)(?![a-z])", text.lower())
    assert "{" not in text.replace(wording.one_line(ODD_NAMES[7]), "")


@pytest.mark.parametrize("lang", LANGS)
def test_odd_names_stay_text(lang):
    markup = render_simulation_page(simulation_case("odd"), lang)
    assert "<script>alert" not in markup
    seen = page("odd", lang).text
    assert "<script>alert('x')</script>&amp;" in seen
    # an option's file is quoted to the letter
    assert "\u202e" not in re.sub("(?s)<pre.*?</pre>", "", markup)
    assert "\x1b" not in markup
    assert "\x00" not in markup


def test_every_id_that_is_pointed_to_is_there_once():
    for case in ("toy", "alone"):
        one = page(case)
        ids = [a["id"] for _, a in one.elements if "id" in a]
        pointed = [
            a["href"][1:] for tag, a in one.elements if tag == "a" and a.get("href", "").startswith("#")
        ]
        pointed += [a["aria-labelledby"] for _, a in one.elements if "aria-labelledby" in a]
        for name in pointed:
            assert ids.count(name) == 1


def test_charts_are_pictures_with_a_text_alternative():
    simulation = simulation_case("toy")
    for lang in LANGS:
        for chart in (
            curve_svg(simulation, lang),
            hours_svg(simulation, "within_share", lang),
            hours_svg(simulation, "busy_units", lang),
            differences_svg(simulation, lang),
            map_svg(simulation, lang),
        ):
            root = ET.fromstring(chart)
            assert root.get("role") == "img"
            assert re.search(r"\d", root.get("aria-label"))


@pytest.mark.parametrize("case", CASES)
def test_charts_are_drawn_for_every_case(case):
    simulation = simulation_case(case)
    drawn = [
        curve_svg(simulation, "zh"),
        hours_svg(simulation, "busy_units", "zh"),
        map_svg(simulation, "zh"),
    ]
    drawn += [differences_svg(simulation, "zh")] if simulation.options else []
    for chart in drawn:
        ET.fromstring(chart)
        assert "nan" not in re.sub(r"aria-label=\"[^\"]*\"", "", chart).lower()


def test_a_bar_is_as_long_as_its_share():
    assert 'width="25.0"' in bar_svg(0.25, "zh")
    assert 'aria-label="占比 25.0%"' in bar_svg(0.25, "zh")
    assert 'width="100.0"' in bar_svg(1.2, "en")
    assert 'width="0.0"' in bar_svg(float("nan"), "en")


def test_the_first_heading_after_the_title_answers():
    simulation = simulation_case("toy")
    share = wording.share_text(everyone(simulation.baseline)["within_share"])
    assert f"限时内到达 {share}" in page("toy").text
    assert "模拟规则与来源" in page("toy").text
    assert "非国内数据" in page("toy").text


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "按车号依次派出"), ("en", "sent in the order of their numbers")]
)
def test_the_page_tells_how_to_read_units_and_intervals(lang, said):
    simulation = simulation_case("toy")
    assert said in page("toy", lang).text
    assert words.caution_text(simulation, lang) in page("toy", lang).text
    better = simulation.baseline.groups.assign(within_share=0.99, unhindered_share=0.5)
    outcomes = (replace(simulation.baseline, groups=better), *simulation.outcomes[1:])
    nearer = replace(simulation, outcomes=outcomes)
    assert words.nearer_text(nearer, lang) in Page(render_simulation_page(nearer, lang)).text


def test_one_replication_has_a_banner_and_no_interval():
    text = page("once").text
    assert "所有数值都没有区间" in text
    assert "无法判断" in text
    assert "明显较" not in text


def test_without_options_no_difference_is_spoken_of():
    text = page("alone").text
    assert "方案差异" not in text
    assert "与现状相比" not in text


def test_the_same_simulation_gives_the_same_bytes(tmp_path):
    for i in (1, 2):
        write_simulation_page(simulation_case("toy"), tmp_path / f"{i}.html", lang="zh")
    assert (tmp_path / "1.html").read_bytes() == (tmp_path / "2.html").read_bytes()
