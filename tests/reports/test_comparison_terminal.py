import re
from dataclasses import replace

import pytest

from comparison_cases import CASES, NOT_A_WORD, comparison_case
from coverage.reports import comparison_wording as words
from coverage.reports.comparison_terminal import render_comparison, render_comparison_notes
from coverage.reports.display_width import display_width
from coverage.reports.text_table import TABLE_WIDTH

LANGS = ["zh", "en"]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def _rows(text):
    lines = text.splitlines()
    rule = next(i for i, line in enumerate(lines) if line.startswith("───"))
    return lines[rule - 1], lines[rule + 1 :]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_no_line_is_wider_than_a_table_may_be(case, lang):
    text = render_comparison(comparison_case(case), lang)
    assert max(map(display_width, text.splitlines())) <= TABLE_WIDTH < 100
    assert text == text.strip()
    assert "\x1b" not in text
    if case != "odd":
        assert not NOT_A_WORD.search(re.sub(r"\bnone (of|lost|is)\b", "", text.lower()))


def test_the_headline_then_one_table_in_the_order_of_the_ranking():
    comparison = comparison_case("toy")
    text = render_comparison(comparison, "zh")
    assert text.startswith(words.headline(comparison, "zh")[0])
    heading, rows = _rows(text)
    assert heading.split() == [
        "方案", "覆盖率", "新增/失去", "达标", "中位", "90分位", "投资万元", "元/人", "最不利", "与首位",
    ]  # fmt: skip
    names = [words.title(comparison.outcome(key), "zh") for key in comparison.order]
    assert [row[: len(name)] for row, name in zip(rows, names, strict=False)] == names
    first = rows[0].split()
    assert first[2:] == ["98.9%", "+14,000", "3/3", "8.4", "12.9", "420", "1,050", "97.2%", "高峰", "—"]


def test_gained_and_lost_stand_apart():
    _, rows = _rows(render_comparison(comparison_case("losing"), "en"))
    assert any(re.search(r"\+8,000 −5,000 ", row) for row in rows)
    assert any(re.search(r" −5,000 ", row) and "+" not in row for row in rows)


def test_what_differs_by_noise_alone_is_marked_and_explained():
    text = render_comparison(comparison_case("alike"), "zh")
    _, rows = _rows(text)
    assert rows[1].endswith("≈")
    assert words.legend_text("zh") in text
    assert words.legend_text("zh") not in render_comparison(comparison_case("one"), "zh")


@pytest.mark.parametrize(("lang", "text"), [("zh", "未给出"), ("en", "not given")])
def test_a_cost_that_is_not_given_is_said_to_be(lang, text):
    _, rows = _rows(render_comparison(comparison_case("unpriced"), lang))
    assert sum(text in row for row in rows[:4]) == 2


def test_colour_is_used_where_it_is_asked_for_and_only_on_the_advised_option():
    comparison = comparison_case("toy")
    plain, coloured = (render_comparison(comparison, "zh", colour=c) for c in (False, True))
    assert ANSI.sub("", coloured) == plain
    (line,) = [line for line in coloured.splitlines() if "\x1b" in line]
    assert line.startswith("\x1b[1mB ")
    none = replace(comparison, advice=comparison_case("nothing").advice)
    assert "\x1b[1m现状" in render_comparison(
        replace(none, advice=replace(none.advice, conditions=())), "zh", colour=True
    )


@pytest.mark.parametrize("lang", LANGS)
def test_notes_are_lines_that_say_what_to_do(lang):
    comparison = comparison_case("toy")
    lines = render_comparison_notes(comparison, lang)
    assert len(lines) == len(comparison.notes)
    assert all(line.startswith("注意：" if lang == "zh" else "note: ") for line in lines)
    assert not any("\n" in line for line in lines)


@pytest.mark.parametrize("lang", LANGS)
def test_at_most_one_condition_stands_below_the_table(lang):
    comparison = comparison_case("toy")
    *_, last = render_comparison(comparison, lang).split("\n\n")
    told = "".join(part.strip() for part in last.splitlines())
    assert told.replace(" ", "") == words.condition_line(comparison, lang).replace(" ", "")
