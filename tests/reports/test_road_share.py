"""Where nobody knows how many people there are, no report may speak of people."""

import json
import sqlite3
from contextlib import closing

import openpyxl
import pytest

from builders import toy_analysis
from coverage.reports import wording
from coverage.reports.figures import write_json
from coverage.reports.layers import write_layers
from coverage.reports.terminal import render, render_notes
from coverage.reports.workbook import write_workbook


@pytest.fixture(scope="module", params=["zh", "en"])
def texts(request, tmp_path_factory):
    """Every text of every report in one language, by report."""
    lang, folder = request.param, tmp_path_factory.mktemp("roads")
    analysis = toy_analysis(demand_unit="residential_road_m")
    write_workbook(analysis, folder / "a.xlsx", lang=lang)
    write_layers(analysis, folder / "a.gpkg", lang=lang)
    write_json(analysis, folder / "a.json")
    book = openpyxl.load_workbook(folder / "a.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    return lang, {
        "terminal": [render(analysis, lang), *render_notes(analysis, lang)],
        "sentences": [
            wording.standard_text(analysis, lang),
            wording.gap_text(analysis, lang),
            wording.title_text(analysis, lang),
        ],
        "workbook": [*cells, *book.sheetnames],
        "layers": _strings(folder / "a.gpkg"),
        "figures": [
            json.dumps(json.loads((folder / "a.json").read_text(encoding="utf-8")), ensure_ascii=False)
        ],
    }


def _strings(path):
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")]
        rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
    return [cell for row in rows for cell in row if isinstance(cell, str)]


@pytest.mark.parametrize("report", ["terminal", "sentences", "workbook", "layers", "figures"])
def test_nobody_is_mentioned(texts, report):
    _, by_report = texts
    for text in by_report[report]:
        plain = text.replace("小康县人民医院", "").lower()
        assert "people" not in plain
        assert "人" not in plain


@pytest.mark.parametrize("report", ["terminal", "workbook", "layers"])
def test_the_share_is_named_for_what_it_is(texts, report):
    lang, by_report = texts
    wanted = {"zh": "居住道路里程占比", "en": "share of residential roads"}[lang]
    assert wanted in " ".join(by_report[report]).lower()


def test_labels_of_roads_speak_of_roads():
    for key in wording._LABELS:
        for lang, word in (("zh", "人口"), ("en", "eople")):
            assert word not in wording.label(key, lang, "residential_road_m")
