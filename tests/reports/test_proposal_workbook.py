import dataclasses

import openpyxl
import pytest

from coverage.analysis import Note
from coverage.reports import proposal_wording as words
from coverage.reports.palette import VERDICT_COLOURS
from coverage.reports.proposal_workbook import write_proposal_workbook
from proposals import toy_proposal

SHEETS = {
    "zh": [
        "结论",
        "推荐站点",
        "乡镇前后对比",
        "新增覆盖居民点",
        "方案后未覆盖居民点",
        "数量-覆盖曲线",
        "候选点",
        "假设与来源",
    ],
    "en": [
        "Summary",
        "Proposed sites",
        "Before and after",
        "Newly covered",
        "Not covered after it",
        "Sites and coverage",
        "Candidates",
        "Assumptions and sources",
    ],
}
KINDS = [{}, {"kind": "subcentre"}, {"odd_names": True}, {"demand_unit": "residential_road_m"}]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    books = {}

    def open_again(lang="zh", **kind):
        key = (lang, *sorted(kind.items()))
        if key not in books:
            path = tmp_path_factory.mktemp("book") / "propose.xlsx"
            write_proposal_workbook(toy_proposal(**kind), path, lang=lang)
            books[key] = openpyxl.load_workbook(path)
        return books[key]

    return open_again


def _heading(cell):
    return str(cell.value or "").replace("\n", " ").replace(" （", "（")


def _values(sheet, heading, *, head=1, nth=0):
    found = [cell for cell in sheet[head] if _heading(cell) == heading]
    letter = found[nth].column_letter
    return [sheet[f"{letter}{row}"].value for row in range(head + 1, sheet.max_row + 1)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets(opened, lang):
    assert opened(lang).sheetnames == SHEETS[lang]
    none = [SHEETS[lang][i] for i in (0, 2, 4, 6, 7)]
    none[2] = {"zh": "未覆盖居民点", "en": "Not covered"}[lang]
    assert opened(lang, nothing=True).sheetnames == none


def test_the_summary_begins_with_the_headline(opened):
    sheet = opened()["结论"]
    lines = [sheet.cell(row, 1).value for row in range(2, 7)]
    assert lines == [" ".join(line.split()) for line in words.headline(toy_proposal(), "zh")]
    table = next(cell.row for cell in sheet["A"] if cell.value == "情形")
    names = [sheet.cell(table + i, 1).value for i in (1, 4, 7, 10)]
    assert names == [f"{a}（{b}）" for b in ("自接警起计时", "自出车起计时") for a in ("现状", "方案后")]
    assert sheet.cell(table + 6, 4).value == 85_000


def test_sites_with_what_each_adds_and_the_next_best(opened):
    sheet = opened()["推荐站点"]
    assert _values(sheet, "站点") == ["石门乡卫生院", "柳林北急救站"]
    assert _values(sheet, "费用（万元）") == [60, 120]
    assert _values(sheet, "新增覆盖人口") == [11_500, 2_500]
    assert _values(sheet, "仅由其覆盖人口") == [8_625, 1_875]
    assert _values(sheet, "新达标乡镇") == ["石门乡", "柳林镇"]
    assert _values(sheet, "次优选址") == ["第26村", "—"]
    assert _values(sheet, "次优时覆盖人口") == [80_000, None]
    assert _values(sheet, "经度（WGS84）")[1] == pytest.approx(toy_proposal().sites[1].lon)


def test_townships_before_and_after(opened):
    sheet = opened()["乡镇前后对比"]
    assert _values(sheet, "乡镇", head=2) == ["石门乡", "柳林镇", "城关街道"]
    assert _values(sheet, "比现状增加人口", head=2) == [11_500, 2_500, 0]
    assert [v.split()[1] for v in _values(sheet, "判定", head=2)] == ["未达标", "部分达标", "达标"]
    assert [v.split()[1] for v in _values(sheet, "判定", head=2, nth=1)] == ["达标"] * 3
    rules = [rule for group in sheet.conditional_formatting for rule in group.rules]
    assert len(rules) == 2 * len(VERDICT_COLOURS)


def test_newly_covered_points_by_site_and_people(opened):
    sheet = opened()["新增覆盖居民点"]
    assert _values(sheet, "序号", head=2) == [1] * 6 + [2] * 2
    people = _values(sheet, "人口", head=2)
    assert people[:6] == sorted(people[:6], reverse=True)
    assert sum(people[:6]) == 11_500
    assert set(_values(sheet, "编号", head=2)[6:]) == {"d19", "d20"}
    before, after = (_values(sheet, "到达时间（分钟）", head=2, nth=n) for n in (0, 1))
    assert all(a is None or a > 30 for a in before)
    assert all(b <= 30 for b in after)


def test_the_curve_begins_with_today(opened):
    sheet = opened()["数量-覆盖曲线"]
    assert _values(sheet, "新增站点数") == [0, 1, 2, 3]
    assert _values(sheet, "覆盖人口") == [71_000, 82_500, 85_000, 85_000]
    assert _values(sheet, "比现状增加人口") == [0, 11_500, 14_000, 14_000]
    assert _values(sheet, "比上行增加人口") == [0, 11_500, 2_500, 0]
    assert _values(sheet, "最优性") == ["现状", "已证明", "已证明", "相差≤1.00%"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_curve_is_drawn_from_its_cells(opened, lang):
    sheet = opened(lang)[SHEETS[lang][5]]
    (chart,) = sheet._charts
    (series,) = chart.series
    assert series.xVal.numRef.f.endswith("$A$2:$A$5")
    assert series.yVal.numRef.f.endswith("$B$2:$B$5")
    assert not chart.x_axis.delete
    assert not chart.y_axis.delete
    assert chart.anchor._from.row > 5


def test_candidates_say_what_became_of_them(opened):
    sheet = opened()["候选点"]
    assert _values(sheet, "方案中") == ["保留", "保留", "选中", "选中", "未选"]
    assert _values(sheet, "序号") == [None, None, 1, 2, None]
    assert _values(sheet, "现状类型") == ["医院", "急救站", "卫生院", "—", "—"]
    assert _values(sheet, "拟配救护车（辆）") == [None, None, 1, 1, 1]


def test_points_still_not_covered_are_listed(opened):
    sheet = opened()["方案后未覆盖居民点"]
    demand = toy_proposal().after.assessment.demand
    missed = demand[(demand["state"] != "covered") & (demand["population"] > 0)]
    assert set(_values(sheet, "编号", head=2)) == set(missed["id"])
    assert set(_values(opened(kind="subcentre")["方案后未覆盖居民点"], "编号")) == {
        i
        for i, state in zip(
            toy_proposal(kind="subcentre").after.assessment.demand["id"],
            toy_proposal(kind="subcentre").after.assessment.demand["state"],
            strict=True,
        )
        if state != "covered"
    }


def test_points_that_a_closure_uncovers_have_a_sheet_of_their_own(tmp_path):
    proposal = dataclasses.replace(toy_proposal(closing=True), lost=("d05", "d07"), lost_population=1_234.0)
    path = tmp_path / "propose.xlsx"
    write_proposal_workbook(proposal, path, lang="zh")
    book = openpyxl.load_workbook(path)
    assert set(_values(book["失去覆盖居民点"], "编号", head=2)) == {"d05", "d07"}
    assert any("因此失去覆盖1,234人" in str(cell.value) for cell in book["结论"]["A"])


def test_the_summary_names_candidates_that_were_left_out(tmp_path):
    note = Note("candidates_outside", 1, names=("某处",))
    path = tmp_path / "propose.xlsx"
    write_proposal_workbook(dataclasses.replace(toy_proposal(), notes=(note,)), path, lang="zh")
    cells = [str(cell.value) for cell in openpyxl.load_workbook(path)["结论"]["A"]]
    assert any(cell.startswith("注意：1处候选点在县域之外") for cell in cells)


def test_sub_centres_are_not_called_sites(opened):
    book = opened(kind="subcentre")
    assert book.sheetnames[1] == "推荐次中心"
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [text for text in texts if "站点" in text]
    assert any(text.startswith("方案后，医院、县域医疗次中心共") for text in texts)


def test_where_ambulances_start_is_said_of_the_county_after_the_plan(opened):
    texts = [str(cell.value) for row in opened()["假设与来源"].iter_rows() for cell in row]
    assert any(text.startswith("方案后，派车急救点4处") for text in texts)
    none = [str(cell.value) for row in opened(nothing=True)["假设与来源"].iter_rows() for cell in row]
    assert any(text.startswith("派车急救点2处") for text in none)


def test_sub_centres_have_no_ambulances_and_one_clock(opened):
    banned = ("救护", "急救", "派车", "接警", "出车")
    cells = [cell for sheet in opened(kind="subcentre") for row in sheet.iter_rows() for cell in row]
    # what stands there, and the layer it comes from, keep their names
    texts = [str(cell.value).replace("急救站", "").replace("急救设施", "") for cell in cells]
    assert not [text for text in texts if any(word in text for word in banned)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lists_freeze_filter_and_print_and_no_text_becomes_a_formula(opened, lang, kind):
    book = opened(lang, **kind)
    for sheet in book.worksheets[1:-1]:
        assert sheet.freeze_panes
        assert sheet.auto_filter.ref
        assert sheet.print_area
        assert sheet.page_setup.orientation == "landscape"
    for sheet in book:
        assert sheet.oddHeader.right.text
        for row in sheet.iter_rows():
            assert not [cell for cell in row if cell.data_type in {"f", "e"}]


def test_equal_proposals_make_equal_files(tmp_path):
    paths = [tmp_path / name for name in ("a.xlsx", "b.xlsx")]
    write_proposal_workbook(toy_proposal(), paths[0], lang="zh")
    write_proposal_workbook(toy_proposal.__wrapped__(), paths[1], lang="zh")
    assert paths[0].read_bytes() == paths[1].read_bytes()
