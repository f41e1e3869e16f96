"""The report for the meeting: exactly four pages, whatever is compared, and nothing on them cut or boxed."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import cli
from builders import toy_area
from comparisons import toy_comparison, toy_options
from coverage.comparing.recipe import compare
from coverage.errors import FontError
from coverage.geopackage import write_study_area
from coverage.reports.comparison_report import report_data, write_comparison_report
from coverage.reports.comparison_report_words import question_text
from coverage.reports.typesetting import cjk_family
from typeset_files import Pages, need_chinese_font, without_system_fonts

ROOT = Path(__file__).resolve().parents[2]
LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


def one_option(option, **kwargs):
    return compare(toy_area(**kwargs), [(option, "", "1.toml")], n_draws=40)


# ---- four pages ----


@LANGS
@pytest.mark.parametrize(
    "case",
    [
        {"n_options": 1},
        {"n_options": 6},
        {"n_options": 12, "odd_names": True},
        {"demand_unit": "residential_road_m", "ambulances_known": False},
    ],
    ids=["one option", "six", "twelve with odd names", "roads"],
)
def test_there_are_four_pages_with_every_glyph_and_nothing_cut(case, lang):
    need_chinese_font()
    data = report_data(toy_comparison(**case), lang)
    pages = Pages("report.typ", data, lang)
    assert pages.n == 4
    assert not pages.is_cut
    pages.need_every_glyph()


def test_the_longest_of_everything_still_makes_four_pages():
    need_chinese_font()
    data = report_data(toy_comparison(n_options=12, odd_names=True), "zh")
    for option in data["options"]:
        option |= {"name": "名" * 16, "note": "注" * 45, "doing": ["措" * 55] * 12, "n_doing": 40}
    data |= {"conditions": ["条" * 200] * 14, "n_conditions": 30}
    pages = Pages("report.typ", data, "zh")
    assert pages.n == 4
    assert not pages.is_cut


def test_what_has_no_room_is_known_to_be_cut():
    need_chinese_font()
    data = report_data(toy_comparison(), "zh")
    data["gaps"] |= {"rows": 150 * data["gaps"]["rows"]}
    pages = Pages("report.typ", data, "zh")
    assert pages.is_cut
    assert pages.n == 4


def test_names_are_texts_and_no_markup():
    need_chinese_font()
    option = replace(
        toy_options()[0], name='#panic("x") *a* $x$ @b <c> \\', note='#import "@preview/none:1.0.0"'
    )
    data = report_data(one_option(option), "en")
    assert data["options"][0]["name"].startswith('#panic("x")')
    assert Pages("report.typ", data, "en").n == 4


def test_what_the_table_has_no_room_for_stands_below_it():
    comparison = toy_comparison()
    table = report_data(comparison, "zh")["more_table"]
    assert [row["cells"][0].split()[0] for row in table["rows"]] == [
        key if key != "0" else "现状" for key in comparison.order
    ]
    row = dict(zip(table["heads"], table["rows"][0]["cells"], strict=True))
    outcome = comparison.outcome(comparison.order[0])
    totals, other = outcome.situation.assessment.totals, outcome.situation.other_clock.totals
    for head, share in (
        ("城区", totals["urban"].covered_share), ("乡镇", totals["rural"].covered_share),
        ("另一口径", other["all"].covered_share), ("最慢一成占等待", outcome.equity.worst_decile_share),
    ):  # fmt: skip
        assert float(row[head].rstrip("%")) == pytest.approx(100 * share, abs=0.1)
    assert float(row["95分位"]) == pytest.approx(outcome.response["all"].p95_s / 60, abs=0.051)
    assert row["每车人口"] == f"{outcome.fleet.people_per_ambulance:,.0f}"
    by_road = report_data(toy_comparison(demand_unit="residential_road_m", ambulances_known=False), "zh")
    assert "每车人口" not in by_road["more_table"]["heads"]


# ---- the file ----


def test_two_processes_write_the_same_bytes_with_their_fonts_inside(tmp_path):
    need_chinese_font()
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\n"
        "from comparisons import toy_comparison\n"
        "from coverage.reports.comparison_report import write_comparison_report\n"
        "write_comparison_report(toy_comparison(n_options=3), Path(sys.argv[1]), lang='zh')\n"
    )
    made = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.pdf"
        subprocess.run(
            [sys.executable, "-c", code, str(path), str(ROOT / "tests"), str(ROOT)],
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        )
        made.append(path.read_bytes())
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF-")
    assert b"CreationDate" not in made[0]
    assert b"/FontFile3" in made[0]
    assert len(made[0]) < 2_000_000


def test_without_a_chinese_font_there_is_an_error_and_no_file(tmp_path, monkeypatch):
    comparison = toy_comparison()
    without_system_fonts(monkeypatch)
    with pytest.raises(FontError, match="fonts-noto-cjk"):
        write_comparison_report(comparison, tmp_path / "compare.pdf", lang="zh")
    assert not list(tmp_path.iterdir())
    cjk_family.cache_clear()


# ---- what it says ----


def test_the_advised_option_is_marked_on_every_page_that_names_it():
    data = report_data(toy_comparison(), "zh")
    assert [o["key"] for o in data["options"] if o["advised"]] == ["B"]
    assert [row["cells"][0] for row in data["table"]["rows"] if row["advised"]] == ["B 东部和北部"]
    assert [m["title"] for m in data["maps"] if m["advised"]] == ["B 东部和北部"]
    assert data["answer"][0] == "建议采用方案B“东部和北部”"
    assert data["n_conditions"] == len(data["conditions"]) > 0


def test_where_none_is_advised_the_best_option_is_drawn_and_nothing_is_marked():
    comparison = one_option(toy_options()[6])
    data = report_data(comparison, "zh")
    assert [m["title"] for m in data["maps"]] == ["现状", "A 不变"]
    assert not any(m["advised"] for m in data["maps"])
    assert not any(row["advised"] for row in data["table"]["rows"])
    assert "不建议" in data["answer"][0]


def test_a_cost_that_is_not_given_is_said_so_and_a_saving_has_a_minus():
    change = replace(
        toy_options()[0].change[0], capital_wan=float("nan"), yearly_wan=1.0, yearly_saved_wan=6.0
    )
    data = report_data(one_option(replace(toy_options()[0], change=(change,))), "zh")
    assert data["options"][0]["costs"] == ["未给出", "−5", "未给出"]


def test_the_table_holds_every_outcome_in_order():
    comparison = toy_comparison()
    rows = report_data(comparison, "en")["table"]["rows"]
    assert [row["cells"][0].split()[0] for row in rows] == [
        k if k != "0" else "Today" for k in comparison.order
    ]
    assert {len(row["cells"]) for row in rows} == {len(report_data(comparison, "en")["table"]["heads"])}


def test_today_has_neither_change_nor_cost():
    row = next(r for r in report_data(toy_comparison(), "zh")["table"]["rows"] if r["today"])
    assert row["cells"][2] == "—"
    assert row["cells"][8:11] == ["—", "—", "—"]


def test_gaps_are_named_largest_first():
    gaps = report_data(toy_comparison(), "zh")["gaps"]
    assert [row["cells"][0] for row in gaps["rows"]] == ["石门乡", "柳林镇"]
    assert [row["cells"][2] for row in gaps["rows"]] == ["12,345", "2,500"]
    assert gaps["more"] == ""


@pytest.mark.parametrize(("lang", "words"), [("zh", "请决定采用哪一个"), ("en", "which of them, if any")])
def test_the_question_asks_for_a_decision(lang, words):
    text = question_text(toy_comparison(), lang)
    assert words in text
    assert "82.6%" in text
    assert "1/3" in text


@LANGS
def test_where_everyone_is_covered_nobody_is_said_to_be_outside(lang):
    area = toy_area()
    covered = area.demand["township_id"] == "430699001"
    people = area.demand["population"].where(covered, 0.0)
    comparison = compare(
        replace(area, demand=area.demand.assign(population=people)),
        [(toy_options()[0], "", "1.toml")],
        n_draws=40,
    )
    data = report_data(comparison, lang)
    assert "100.0%" in data["question"]
    assert not any(word in data["question"] for word in ("尚有", "are not"))
    assert data["gaps"]["rows"] == []
    assert data["gaps"]["none"]


@LANGS
def test_every_picture_on_it_is_whole(lang):
    data = report_data(toy_comparison(odd_names=True), lang)
    for svg in [*data["charts"], *(m["svg"] for m in data["maps"]), *(row["svg"] for row in data["legend"])]:
        ET.fromstring(svg)


def test_version_hashes_and_sources_are_at_the_foot():
    foot = report_data(toy_comparison(), "zh")["foot"]
    assert "程序版本" in foot["version"]
    assert "研究区数据编号" in foot["area"]
    assert "内部工作图" in foot["disclaimer"]
    assert any("ODbL" in line for line in foot["sources"])


def test_without_a_font_compare_refuses_before_it_computes(tmp_path, monkeypatch, capsys):
    write_study_area(toy_area(), tmp_path / "toy.gpkg")
    (tmp_path / "a.toml").write_text('name = "East"\n[[change]]\nid = "w1"\nambulances = 1\n', "utf-8")
    without_system_fonts(monkeypatch)
    monkeypatch.setattr("coverage.comparing.recipe.compare", lambda *_, **__: pytest.fail("too late"))
    words = ["compare", "--county", "toy", "--data", tmp_path, "--out", tmp_path / "out", "--lang", "en"]
    assert cli.run([*map(str, words), "--option", str(tmp_path / "a.toml")]) == 2
    assert "fonts-noto-cjk" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("compare.*"))
    cjk_family.cache_clear()


def test_the_options_files_travel_with_the_report(tmp_path):
    need_chinese_font()
    comparison = toy_comparison(n_options=2)
    path = tmp_path / "compare.pdf"
    write_comparison_report(comparison, path, lang="zh")
    found = re.findall(
        rb"(<<[^\n]*/Type/EmbeddedFile[^\n]*>>)\nstream\n(.*?)\nendstream", path.read_bytes(), re.DOTALL
    )
    files = [zlib.decompress(body) if b"FlateDecode" in head else body for head, body in found]
    assert [file.decode() for file in files] == [outcome.text for outcome in comparison.options]
