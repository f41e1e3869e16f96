import itertools
import re
import unicodedata

import pytest

from builders import toy_analysis
from coverage.reports.terminal import render, render_counties, render_notes
from coverage.reports.text_table import TABLE_WIDTH
from coverage.study_area import County, Provenance

KINDS = [
    {},
    {"demand_unit": "residential_road_m"},
    {"odd_names": True},
    {"ambulances_known": False, "clock": "departure", "condition": "rain"},
]


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


def _table(text):
    return text.split("\n\n")[1].splitlines()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_is_narrower_than_a_hundred_columns(kind, lang):
    lines = _table(render(toy_analysis(**kind), lang))
    assert len(lines) == 3 + 3 + 3
    assert max(map(_columns, lines)) <= TABLE_WIDTH < 100


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_columns_align(kind, lang):
    lines = _table(render(toy_analysis(**kind), lang))
    ends = []
    for line in (*lines[2:5], *lines[6:9]):
        share = re.search(r"\d+\.\d%", line)
        ends.append(_columns(line[: share.end()]))
    assert len(set(ends)) == 1


def test_urban_first_and_the_worst_first_within_each_class():
    lines = _table(render(toy_analysis(), "zh"))
    assert [line.split()[0] for line in lines[2:5]] == ["城关街道", "石门乡", "柳林镇"]


def test_a_row_tells_what_the_analysis_found():
    row = _table(render(toy_analysis(), "zh"))[4]
    assert row.split() == [
        "柳林镇", "乡镇", "30", "21,500", "88.4%", "6.7", "30.9", "40.8", "柳林急救站", "◐", "部分达标",
    ]  # fmt: skip
    assert "不可达" in _table(render(toy_analysis(), "zh"))[3]


def test_totals_close_the_table():
    lines = _table(render(toy_analysis(), "en"))
    assert lines[-1].split() == ["all", "85,900", "82.6%", "8.7", "46.2", "1/3"]


def test_colour_only_when_asked_and_never_alone():
    plain, coloured = render(toy_analysis(), "zh"), render(toy_analysis(), "zh", colour=True)
    assert "\x1b" not in plain
    assert coloured.count("\x1b[0m") == 3
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert all(mark in plain for mark in "✔◐✘")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_odd_names_neither_break_lines_nor_steer_the_terminal(lang):
    analysis = toy_analysis(odd_names=True)
    plain = toy_analysis()
    text = render(analysis, lang)
    assert len(text.splitlines()) == len(render(plain, lang).splitlines())
    for line in itertools.chain(text.splitlines(), render_notes(analysis, lang)):
        assert not any(unicodedata.category(c) == "Cc" for c in line)
        assert _columns(line) < 400


def test_notes_say_what_to_do():
    notes = render_notes(toy_analysis(), "zh")
    assert notes[0].startswith("注意：模型数据，并非实测：居民点、道路。请")
    assert any("第29村" in note and "请核对坐标" in note for note in notes)
    assumed = render_notes(toy_analysis(ambulances_known=False), "en")
    assert any("assumed" in note and "Fill in ambulances" in note for note in assumed)


def test_a_study_area_at_hand_shows_its_names_and_sources():
    text = render_counties(
        County("linxiang", "临湘市", "Linxiang", "430682"),
        [Provenance("roads", "OpenStreetMap", "2024-01-01", "ODbL 1.0", modelled=True)],
        "en",
    )
    assert text.splitlines() == [
        "linxiang  临湘市  Linxiang  430682",
        "  roads: OpenStreetMap; 2024-01-01; ODbL 1.0; modelled",
    ]
