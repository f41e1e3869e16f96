import math
import re
import zipfile

import openpyxl
import pytest

from builders import toy_analysis
from coverage.errors import FileError
from coverage.reports import wording
from coverage.reports.display_width import display_width
from coverage.reports.palette import VERDICT_COLOURS
from coverage.reports.rows import not_covered, worst_first
from coverage.reports.workbook import write_workbook

SHEETS = {
    "zh": ["结论", "乡镇", "急救点", "未覆盖居民点", "假设与来源"],
    "en": ["Summary", "Townships", "Facilities", "Not covered", "Assumptions and sources"],
}
LISTS = {1: 2, 2: 2, 3: 2}  # sheet number -> heading row


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Open a workbook again, written once for each kind."""
    books = {}

    def open_again(lang="zh", **kind):
        key = (lang, *sorted(kind.items()))
        if key not in books:
            path = tmp_path_factory.mktemp("book") / "analyze.xlsx"
            write_workbook(toy_analysis(**kind), path, lang=lang)
            books[key] = openpyxl.load_workbook(path)
        return books[key]

    return open_again


def _heading(cell):
    return str(cell.value or "").replace("\n", " ").replace(" （", "（")


def _column(sheet, heading, *, nth=0, head=2):
    """Give the cells below a heading, the nth of that name."""
    found = [cell for cell in sheet[head] if _heading(cell) == heading]
    letter = found[nth].column_letter
    return [sheet[f"{letter}{row}"] for row in range(head + 1, sheet.max_row + 1)]


def _values(sheet, heading, *, nth=0):
    return [cell.value for cell in _column(sheet, heading, nth=nth)]


def _all_cells(book):
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets(opened, lang):
    assert opened(lang).sheetnames == SHEETS[lang]


def test_summary_begins_with_the_headline(opened):
    sheet = opened()["结论"]
    assert [sheet.cell(row, 1).value for row in (2, 3, 4)] == [
        " ".join(line.split()) for line in wording.headline(toy_analysis(), "zh")
    ]


def test_totals_on_both_clocks(opened):
    sheet = opened()["结论"]
    analysis = toy_analysis()
    head = next(cell.row for cell in sheet["A"] if cell.value == "计时起点")
    keys = [_heading(cell) for cell in sheet[head]]
    wanted = [(a, t) for a in (analysis.assessment, analysis.other_clock) for t in a.totals.values()]
    for i, (assessment, totals) in enumerate(wanted):
        row = dict(zip(keys, [cell.value for cell in sheet[head + 1 + i]], strict=True))
        assert row["计时起点"] == wording.clock_text(assessment.standard.clock, "zh")
        assert row["限时内人口"] == pytest.approx(totals.covered_population)
        assert row["覆盖率"] == pytest.approx(totals.covered_share)
        assert row["中位（分钟）"] == pytest.approx(totals.median_s / 60)
        assert row["达标乡镇"] == totals.townships_met


@pytest.mark.parametrize("nth", [0, 1])
def test_townships_cell_by_cell(opened, nth):
    sheet, analysis = opened()["乡镇"], toy_analysis()
    assessment = (analysis.assessment, analysis.other_clock)[nth]
    order = worst_first(analysis.assessment.townships).index
    rows = assessment.townships.loc[order]
    assert _values(sheet, "乡镇") == list(rows["name"])
    assert _values(sheet, "编号") == list(rows["id"])
    assert _values(sheet, "限时（分钟）") == [limit / 60 for limit in rows["limit_s"]]
    for heading, column, factor in (
        ("限时内人口", "covered_population", 1),
        ("覆盖率", "covered_share", 1),
        ("中位（分钟）", "median_s", 60),
        ("90分位（分钟）", "p90_s", 60),
        ("最远（分钟）", "worst_s", 60),
        ("驻地到达（分钟）", "seat_time_s", 60),
        ("超时到达人口", "late_population", 1),
        ("道路不通人口", "unreachable_population", 1),
        ("远离道路人口", "off_network_population", 1),
    ):
        for value, expected in zip(_values(sheet, heading, nth=nth), rows[column], strict=True):
            if math.isfinite(expected):
                assert value == pytest.approx(expected / factor)
            else:
                assert value is None
    assert [v.split()[1] for v in _values(sheet, "判定", nth=nth)] == [
        wording.verdict_text(v, "zh") for v in rows["verdict"]
    ]
    assert _values(sheet, "首达急救点", nth=nth) == list(rows["facility_name"])


def test_what_no_time_can_say_stands_beside_it(opened):
    sheet = opened()["乡镇"]
    assert _values(sheet, "可达性") == ["全部可达", "少数不可达", "全部可达"]
    assert _values(sheet, "驻地可达") == ["可达", "驻地未知", "可达"]


def test_bands_add_up_to_those_who_are_reached(opened):
    sheet, analysis = opened()["乡镇"], toy_analysis()
    rows = worst_first(analysis.assessment.townships)
    first = next(c.column for c in sheet[2] if _heading(c) == "0–5分钟")
    last = next(c.column for c in sheet[2] if _heading(c) == "60分钟以上")
    assert last - first == 12
    for i, (_, row) in enumerate(rows.iterrows()):
        people = [sheet.cell(3 + i, column).value for column in range(first, last + 1)]
        assert people == pytest.approx(list(analysis.assessment.bands.loc[row["id"]]))


def test_uncovered_places_by_people(opened):
    sheet, analysis = opened()["未覆盖居民点"], toy_analysis()
    rows = not_covered(analysis.assessment)
    people = _values(sheet, "人口")
    assert people == sorted(people, reverse=True)
    assert _values(sheet, "编号") == list(rows["id"])
    assert set(_values(sheet, "到达情况")) == {"超时到达", "道路不通", "远离道路"}
    assert _values(sheet, "到达情况", nth=1).count("限时内到达") == 1
    lost = rows["state"].isin(("unreachable", "off_network"))
    times = _values(sheet, "到达时间（分钟）")
    assert [t is None for t in times] == list(lost)
    lon = dict(zip(_values(sheet, "编号"), _values(sheet, "经度（WGS84）"), strict=True))
    assert lon["d28"] == pytest.approx(analysis.area.demand.to_crs(4326).geometry.x.iloc[28], abs=1e-9)


def test_facilities_and_whether_they_are_assumed(opened):
    assert _values(opened()["急救点"], "派车急救点") == ["是", "是", "否"]
    assert _values(opened(ambulances_known=False)["急救点"], "派车急救点") == [
        "是（推定）",
        "是（推定）",
        "否",
    ]
    firsts = _values(opened()["急救点"], "首达人口")
    assert firsts == pytest.approx([52_000, 33_080, 0])
    assert _values(opened()["急救点"], "救治中心")[0] == "胸痛、卒中"


def test_sources_hold_the_promise_the_speeds_and_the_notes(opened):
    analysis = toy_analysis(condition="night")
    book = opened(condition="night")
    texts = [cell.value for cell in _all_cells(book) if cell.parent.title == "假设与来源"]
    for note in analysis.notes:
        assert " ".join(wording.note_text(note, analysis, "zh").split()) in texts
    sheet = book["假设与来源"]
    row = next(cell.row for cell in sheet["A"] if cell.value == "国省干线（primary）")
    assert sheet.cell(row, 2).value == 70
    assert sheet.cell(row, 3).value == pytest.approx(70 * 0.78)
    assert "ab" * 32 in texts
    assert "ODbL 1.0" in texts


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", [{}, {"demand_unit": "residential_road_m"}, {"odd_names": True}])
def test_times_and_counts_are_numbers(opened, lang, kind):
    for sheet in opened(lang, **kind).worksheets[1:4]:
        for cell in sheet[2]:
            heading = _heading(cell)
            if re.search(r"分钟）|\(min\)|km|人口$|覆盖率|占比$", heading):
                below = [sheet.cell(row, cell.column) for row in range(3, sheet.max_row + 1)]
                assert {c.data_type for c in below} == {"n"}
                assert all(c.number_format != "@" for c in below)


@pytest.mark.parametrize("number", LISTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lists_freeze_filter_and_print(opened, number, lang):
    sheet = opened(lang).worksheets[number]
    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref.startswith("A2:")
    assert sheet.print_title_rows == "$1:$2"
    assert sheet.print_area
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_columns_are_wide_enough_for_what_they_hold(opened, lang):
    for number in LISTS:
        sheet = opened(lang).worksheets[number]
        for column in sheet.iter_cols(min_row=3):
            width = sheet.column_dimensions[column[0].column_letter].width
            for cell in column:
                if isinstance(cell.value, str) and not cell.alignment.wrap_text:
                    assert display_width(cell.value) <= width


def test_verdicts_wear_the_map_s_colours(opened):
    sheet = opened()["乡镇"]
    rules = [rule for group in sheet.conditional_formatting for rule in group.rules]
    colours = {rule.formula[0].strip('"').split()[1]: rule.dxf.fill.bgColor.rgb for rule in rules}
    for verdict, colour in VERDICT_COLOURS.items():
        assert colours[wording.verdict_text(verdict, "zh")] == f"FF{colour[1:]}"
    ranges = {str(group.sqref) for group in sheet.conditional_formatting}
    assert len(ranges) == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_becomes_a_formula(opened, lang):
    cells = _all_cells(opened(lang, odd_names=True))
    assert not [cell for cell in cells if cell.data_type in {"f", "e"}]
    formulas = [cell for cell in cells if str(cell.value).startswith("=HYPERLINK")]
    assert formulas
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in formulas)


def test_an_excel_escape_in_a_name_stays_text(tmp_path):
    analysis = toy_analysis()
    facilities = analysis.assessment.facilities.assign(name="_x0041_")
    object.__setattr__(copy := _copy(analysis), "assessment", _copy(analysis.assessment))
    object.__setattr__(copy.assessment, "facilities", facilities)
    path = tmp_path / "analyze.xlsx"
    write_workbook(copy, path, lang="en")
    with zipfile.ZipFile(path) as archive:
        assert "_x005F_x0041_" in archive.read("xl/worksheets/sheet3.xml").decode()


def _copy(frozen):
    twin = object.__new__(type(frozen))
    twin.__dict__.update(frozen.__dict__)
    return twin


def test_equal_analyses_make_equal_files(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(toy_analysis(), tmp_path / name, lang="zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_every_page_says_that_layers_are_modelled(opened):
    for sheet in opened():
        assert sheet.oddHeader.right.text == "模型数据，并非实测：居民点、道路"


def test_an_old_file_survives_a_write_that_fails(tmp_path, monkeypatch):
    path = tmp_path / "analyze.xlsx"
    path.write_text("old", encoding="utf-8")

    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("coverage.reports.book.ExcelWriter.write_data", no_space)
    with pytest.raises(FileError, match="No space"):
        write_workbook(toy_analysis(), path, lang="zh")
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["analyze.xlsx"]
