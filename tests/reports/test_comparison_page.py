"""The page of a comparison as text: advice first, its figures those of the ranking, nothing loaded."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from dataclasses import replace
from functools import cache

import pytest

from builders import ODD_NAMES
from comparison_cases import CASES, NOT_A_WORD, comparison_case
from coverage.errors import FileError
from coverage.geopackage import read_study_area
from coverage.reports import comparison_wording as words
from coverage.reports.comparison_figures import comparison_hash
from coverage.reports.comparison_names import figure_text
from coverage.reports.comparison_page import page_text, render_comparison_page, write_comparison_page
from coverage.reports.comparison_rows import ranking_rows
from coverage.reports.comparison_tables import (
    class_table,
    doing_tables,
    load_table,
    losers,
    ranking_table,
    robustness_table,
    stage_tables,
    township_changes,
    township_table,
)
from coverage.reports.map_tiles import parse_tiles
from coverage.reports.wording import minutes_text, one_line, share_text
from coverage.version import __version__
from html_page import Page

LANGS = ("zh", "en")


@cache
def rendered(case, lang):
    return render_comparison_page(comparison_case(case), lang)


@cache
def page(case, lang="zh"):
    return Page(rendered(case, lang))


def cells(case, lang):
    """Give what stands in the cells of tables that hold figures."""
    return [
        re.sub(r"<[^>]*>", " ", cell)
        for cell in re.findall(r"<td(?![^>]*text)[^>]*>(.*?)</td>", rendered(case, lang), re.DOTALL)
    ]


def collapsed(text):
    return " ".join(text.split())


# ---- the file


@pytest.mark.parametrize("case", ["toy", "odd"])
def test_the_page_loads_nothing_and_runs_only_its_own_scripts(case):
    one = page(case)
    for tag, attributes in one.elements:
        assert tag not in {"link", "iframe", "object", "base", "form", "img"}
        assert not {k for k in attributes if k.startswith("on")}
        for name in ("src", "href", "action"):
            assert not (attributes.get(name) or "").startswith(("http", "//", "javascript"))
    allowed = one.policy()["script-src"]
    scripts = one.raw["script"][1:]
    assert len(scripts) == 4
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    assert one.policy()["default-src"] == "'none'"
    assert one.policy()["img-src"] == "data:"
    assert "url(http" not in "".join(one.raw["style"])


def test_tiles_are_the_only_thing_a_page_may_fetch():
    tiles = parse_tiles("osm", "zh")
    one = Page(render_comparison_page(comparison_case("one"), "zh", tiles))
    assert one.policy()["img-src"] == f"data: {tiles.host}"


@pytest.mark.parametrize("lang", LANGS)
def test_the_same_comparison_gives_the_same_page(lang):
    assert render_comparison_page(comparison_case("toy"), lang) == rendered("toy", lang)


def test_the_page_is_written_as_a_whole(tmp_path):
    path = tmp_path / "compare.html"
    write_comparison_page(comparison_case("one"), path, lang="zh")
    assert path.read_text(encoding="utf-8") == rendered("one", "zh")
    with pytest.raises(FileError):
        write_comparison_page(comparison_case("one"), path / "page.html", lang="zh")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_every_comparison_has_a_page(case, lang):
    one, comparison = page(case, lang), comparison_case(case)
    text = one.text
    title = next(a for a in one.elements if a[0] == "html")[1]
    assert title["lang"] == ("zh-CN" if lang == "zh" else "en")
    for line in (*words.headline(comparison, lang), *words.condition_lines(comparison, lang)):
        assert collapsed(line) in text
    for item, said in words.assumption_rows(comparison, lang):
        assert collapsed(item) in text
        assert collapsed(said) in text
    assert f"{__version__}" in text
    assert comparison_hash(comparison) in text
    ids = [a["id"] for _, a in one.elements if "id" in a]
    assert len(ids) == len(set(ids))
    # a figure that is not there; sentences may say that none is lost
    assert not re.search(r"(?<![a-z])(nan|inf|infinity|null)(?![a-z])", text)
    assert not NOT_A_WORD.search(" ".join(cells(case, lang)))


@pytest.mark.parametrize("lang", LANGS)
def test_advice_comes_before_the_ranking_and_the_ranking_before_the_maps(lang):
    ids = [a["id"] for tag, a in page("toy", lang).elements if tag == "section" and "id" in a]
    assert ids == [
        "advice", "ranking", "classes", "charts", "maps", "losers", "townships", "robustness", "staging",
        "loads", "doing", "assumptions",
    ]  # fmt: skip
    targets = [a["href"][1:] for tag, a in page("toy", lang).elements if tag == "a"]
    assert set(targets) <= set(ids)


@pytest.mark.parametrize("lang", LANGS)
def test_odd_names_stay_text(lang):
    odd, plain_page = page("odd", lang), page("toy", lang)
    assert [tag for tag, _ in odd.elements if tag in ("script", "style")] == [
        tag for tag, _ in plain_page.elements if tag in ("script", "style")
    ]
    for name in ODD_NAMES[: len(comparison_case("odd").options)]:
        assert one_line(name) in odd.text or collapsed(one_line(name)) in odd.text
    assert "\u202e" not in rendered("odd", lang)
    assert "\x07" not in rendered("odd", lang)


@pytest.mark.parametrize("lang", LANGS)
def test_a_share_of_roads_is_never_called_people(lang):
    said = page("roads", lang).text
    assert not re.search(r"人口|\d人" if lang == "zh" else r"people|person", said)
    assert ("居住道路" if lang == "zh" else "esidential roads") in said


def test_linxiang_with_six_options_is_small(linxiang_page):
    assert len(linxiang_page.encode()) < 3_000_000


@pytest.fixture(scope="module")
def linxiang_page():
    from pathlib import Path  # noqa: PLC0415

    from coverage.comparing.recipe import compare  # noqa: PLC0415
    from coverage.option import Change, Option  # noqa: PLC0415
    from coverage.standards import ResponseStandard  # noqa: PLC0415

    file = Path(__file__).resolve().parents[2] / "data" / "boundaries" / "linxiang.gpkg"
    if not file.is_file():
        pytest.skip("needs data/boundaries/linxiang.gpkg, which is not here")
    area = read_study_area(file)
    centres = area.facilities[area.facilities["kind"] == "health_centre"]
    options = [
        Option(row.name, change=(Change(row.id, row.name, ambulances=2.0, capital_wan=100.0),))
        for row in centres.head(6).itertuples(index=False)
    ]
    files = [(option, "", f"{i}.toml") for i, option in enumerate(options)]
    return render_comparison_page(compare(area, files, ResponseStandard(), n_draws=2), "zh")


# ---- the ranking


@pytest.mark.parametrize("case", CASES)
def test_the_ranking_is_the_ranking(case):
    comparison = comparison_case(case)
    table, rows = ranking_table(comparison, "en"), ranking_rows(comparison)
    assert [row["key"] for row in table["rows"]] == list(comparison.order)
    assert sum(row["advised"] for row in table["rows"]) == 1
    heads = [head["text"] for head in table["heads"]]
    assert sum(group["n"] for group in table["groups"]) == len(heads)
    assert [h["leads"] for h in table["heads"]].count(True) == len(table["groups"])
    for shown, raw in zip(table["rows"], rows, strict=True):
        values = [float(c["value"]) if c["value"] else math.nan for c in shown["cells"]]
        by_head = dict(zip(heads, values, strict=True))
        for head, figure in (
            ("All", raw.covered_population), ("Gained", raw.gained_population), ("Lost", raw.lost_population),
            ("Mean", raw.mean_s), ("90th", raw.p90_s), ("Gini", raw.gini), ("Capital", raw.capital_wan),
            ("Slowest tenth's share of waiting", raw.worst_decile_share),
        ):  # fmt: skip
            assert by_head[head] == pytest.approx(figure, rel=1e-9, nan_ok=True), head


def test_what_is_not_known_has_no_number_to_sort_by():
    table = ranking_table(comparison_case("unpriced"), "en")
    at = [head["text"] for head in table["heads"]].index("Capital")
    unknown = [row["cells"][at] for row in table["rows"] if row["key"] != "0"]
    assert {"text": "not given", "value": "", "small": ""} in unknown
    assert next(r for r in table["rows"] if r["key"] == "0")["cells"][at]["value"] == "0"


# ---- by class, and by township


@pytest.mark.parametrize("case", CASES)
def test_classes_are_the_assessments_own_totals_on_both_clocks(case):
    comparison = comparison_case(case)
    table = class_table(comparison, "en")
    heads = [head["text"] for head in table["heads"]]
    assert heads == [
        "Covered", "Share", "Covered", "Share", "Mean", "Median", "90th", "95th", "Worst", "Never"
    ]  # fmt: skip
    assert [group["text"] for group in table["groups"][:2]] == [
        "Counted from the call",
        "Counted from departure",
    ]
    assert sum(group["n"] for group in table["groups"]) == len(heads)
    for one, name in zip(table["classes"], ("urban", "rural", "all"), strict=True):
        assert [row["key"] for row in one["rows"]] == list(comparison.order)
        for row in one["rows"]:
            outcome = comparison.outcome(row["key"])
            both = (outcome.situation.assessment.totals[name], outcome.situation.other_clock.totals[name])
            assert row["cells"][0:4:2] == [
                figure_text(comparison, totals.covered_population, "en") for totals in both
            ]
            waits = outcome.response[name]
            assert row["cells"][4:9] == [
                minutes_text(seconds, "en")
                for seconds in (waits.mean_s, waits.median_s, waits.p90_s, waits.p95_s, waits.worst_s)
            ]


def test_people_who_travel_themselves_have_one_clock():
    comparison = comparison_case("one")
    outcomes = tuple(
        replace(o, situation=replace(o.situation, other_clock=None)) for o in comparison.outcomes
    )
    standard = replace(comparison.standard, traveller="people")
    table = class_table(replace(comparison, outcomes=outcomes, standard=standard), "en")
    assert table["title"] == "By class"
    assert [group["text"] for group in table["groups"]] == ["People covered", "Response (min)"]


@pytest.mark.parametrize("case", CASES)
def test_every_townships_share_stands_beside_its_verdict(case):
    comparison = comparison_case(case)
    table = township_table(comparison, "en")
    assert [head["key"] for head in table["heads"]] == [o.key for o in comparison.outcomes]
    assert len(table["rows"]) == len(comparison.area.townships)
    target = comparison.standard.target_share
    for i, outcome in enumerate(comparison.outcomes):
        own = outcome.situation.assessment
        for row, township in zip(table["rows"], own.townships.to_dict("records"), strict=True):
            assert row["cells"][i]["verdict"] == township["verdict"]
            assert row["cells"][i]["text"] == share_text(township["covered_share"], target_share=target)
        assert table["total"]["cells"][i] == share_text(own.totals["all"].covered_share, target_share=target)
    occurring = {cell["verdict"] for row in table["rows"] for cell in row["cells"]}
    assert {item["verdict"] for item in table["legend"]} == occurring


# ---- gained and lost


@pytest.mark.parametrize("case", CASES)
def test_gained_and_lost_by_township_add_up(case):
    comparison = comparison_case(case)
    for outcome in comparison.options:
        table = township_changes(comparison, outcome, "en")
        assert sum(row["weight"] for row in table["rows"]) == pytest.approx(table["total"]["weight"])
        weights = [row["weight"] for row in table["rows"]]
        assert weights == sorted(weights, reverse=True)


def test_losers_are_named_with_their_minutes():
    comparison = comparison_case("losing")
    outcome = max(comparison.options, key=lambda o: o.lost_population)
    table = losers(comparison, outcome, "zh")
    assert table["n"] == (outcome.demand["change"] == "lost").sum() > 0
    first = (
        outcome.demand[outcome.demand["change"] == "lost"].sort_values("population", ascending=False).iloc[0]
    )
    assert table["rows"][0]["cells"][0] == f"{round(first['population']):,}"
    assert float(table["rows"][0]["cells"][2]) > float(table["rows"][0]["cells"][1])
    assert page("losing").text.count("没有人失去现有覆盖") == sum(
        o.lost_population == 0 for o in comparison.options
    )


# ---- the other tables


def test_ranks_say_first_for_every_first():
    table = robustness_table(comparison_case("toy"), "en")
    columns = list(zip(*(row["cells"][:6] for row in table["rows"]), strict=True))
    for column in columns:
        ranks = [int(cell["small"].removeprefix("no. ")) for cell in column]
        shares = [float(cell["text"].rstrip("%")) for cell in column]
        assert min(ranks) == 1
        assert [cell["first"] for cell in column] == [rank == 1 for rank in ranks]
        for i, a in enumerate(shares):
            for j, b in enumerate(shares):
                assert (a > b) <= (ranks[i] < ranks[j])


def test_a_difference_smaller_than_its_noise_is_called_none():
    comparison = comparison_case("toy")
    table = robustness_table(comparison, "zh")
    nothing = next(row for row in table["rows"] if row["name"] == "不变")
    assert nothing["cells"][-2] == {"text": "无明显差异", "small": "0.0至0.0个百分点"}


def test_stages_loads_and_doings_are_all_there():
    comparison = comparison_case("toy")
    stages = stage_tables(comparison, "zh")
    assert [s["key"] for s in stages] == [s.key for s in comparison.stagings if len(s.stages) > 1]
    loads = load_table(comparison, "zh")
    for i, outcome in enumerate(comparison.outcomes):
        there = [row["cells"][i]["text"] for row in loads["rows"]]
        assert sum(text != "—" for text in there) == len(outcome.loads)
    doings = doing_tables(comparison, "zh")
    assert [d["text"] for d in doings] == [o.text.rstrip("\n") for o in comparison.options]
    assert all(d["rows"] for d in doings)


def test_the_maps_begin_with_today_and_what_is_advised():
    text = page_text(comparison_case("toy"), "zh", None)
    assert text["choices"]["left"] == "0"
    assert text["choices"]["right"] == comparison_case("toy").advice.key
    nothing = page_text(comparison_case("nothing"), "zh", None)
    assert nothing["choices"]["right"] != "0"
