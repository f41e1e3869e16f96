import hashlib
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from comparison_cases import CASES, NOT_A_WORD, comparison_case
from coverage.option import Option
from coverage.reports import comparison_wording as words
from coverage.reports.comparison_figures import comparison_hash
from coverage.reports.comparison_names import full_title
from coverage.reports.comparison_rows import ranking_rows
from coverage.reports.comparison_workbook import sheet_title, write_comparison_workbook
from coverage.version import __version__

FIRST = {"zh": ["方案排序", "乡镇×方案"], "en": ["Ranking", "Townships by option"]}
LAST = {
    "zh": ["稳健性", "分期", "假设与来源"],
    "en": ["Robustness", "Stages", "Assumptions and sources"],
}
FORBIDDEN = set("[]:*?/\\")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder, books = tmp_path_factory.mktemp("book"), {}

    def open_again(case="toy", lang="zh"):
        key = (case, lang)
        if key not in books:
            path = folder / f"{case}.{lang}.xlsx"
            write_comparison_workbook(comparison_case(case), path, lang=lang)
            books[key] = openpyxl.load_workbook(path)
        return books[key]

    return open_again


def _heading(cell):
    return str(cell.value or "").replace("\n", " ").replace(" （", "（").replace(" ", "")


def _head_row(sheet, first, *, after=0):
    """Find the row of a table's headings by the heading of its first column."""
    return next(c.row for c in sheet["A"] if c.row > after and _heading(c) == first.replace(" ", ""))


def _column(sheet, row, heading, *, nth=0):
    """Give the cells below a heading, down to the first empty row."""
    letters = [c.column_letter for c in sheet[row] if _heading(c) == heading.replace(" ", "")]
    cells = []
    for below in range(row + 1, sheet.max_row + 1):
        if all(cell.value is None for cell in sheet[below]):
            break
        cells.append(sheet[f"{letters[nth]}{below}"].value)
    return cells


def _titled(sheet, title):
    return next(c.row for c in sheet["A"] if c.value == title)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets(book, lang):
    titles = [sheet_title(outcome, lang) for outcome in comparison_case("toy").options]
    assert book("toy", lang).sheetnames == [*FIRST[lang], *titles, *LAST[lang]]
    assert titles[0] == "A 东部设站"
    assert LAST[lang][1] not in book("one", lang).sheetnames
    assert len(book("twelve", lang).sheetnames) == 2 + 12 + 3


@pytest.mark.parametrize("case", CASES)
def test_excel_takes_every_sheets_name(book, case):
    names = book(case).sheetnames
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert len(name.encode("utf-16-le")) <= 2 * 31
        assert not FORBIDDEN & set(name)
        assert name.strip("' ") == name != ""


def test_options_of_one_name_have_sheets_of_their_own(book):
    assert book("alike").sheetnames[2:4] == ["A 东部设站", "B 东部设站"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("a/b\\c:d*e?f[g]", "A a b c d e f g"),
        ("'quoted'", "A 'quoted"),
        ("", "A"),
        ("/" * 40, "A"),
        ("𠮷" * 40, "A " + "𠮷" * 14),
        ("x" * 28 + "'y", "A " + "x" * 28),
        ("two\nlines", "A two lines"),
    ],
)
def test_names_that_excel_would_refuse(name, title):
    outcome = comparison_case("toy").outcome("A")
    named = replace(outcome, option=Option(name))
    assert sheet_title(named, "zh") == title


def test_the_ranking_begins_with_the_headline(book):
    sheet, comparison = book()["方案排序"], comparison_case("toy")
    lines = [sheet.cell(row, 1).value for row in range(2, 6)]
    assert lines == [" ".join(line.split()) for line in words.headline(comparison, "zh")]
    assert [sheet.cell(7 + i, 1).value for i in range(len(comparison.advice.conditions))] == [
        f"{i}. {line}" for i, line in enumerate(words.condition_lines(comparison, "zh"), 1)
    ]


@pytest.mark.parametrize("case", CASES)
def test_the_ranking_has_every_outcome_in_order_and_its_figures_add_up(book, case):
    sheet, comparison = book(case)["方案排序"], comparison_case(case)
    row = _head_row(sheet, "排序")
    rows = ranking_rows(comparison)
    assert _column(sheet, row, "方案") == [full_title(comparison.outcome(r.key), "zh") for r in rows]
    unit, scale = ("居住道路 (km)", 1000) if case == "roads" else ("人口", 1)
    covered, net, gained, lost = (
        _column(sheet, row, f"{key}{unit}") for key in ("覆盖", "比现状净增", "新增覆盖", "失去覆盖")
    )
    today = comparison.baseline.covered_population / scale
    for i in range(len(rows)):
        assert gained[i] - lost[i] == pytest.approx(net[i])
        assert covered[i] - today == pytest.approx(net[i])


def test_the_ranking_has_times_money_and_what_the_draws_say(book):
    sheet = book()["方案排序"]
    row = _head_row(sheet, "排序")
    assert _column(sheet, row, "排序") == list(range(1, 9))
    assert _column(sheet, row, "中位（分钟）")[0] == pytest.approx(8.436, abs=1e-3)
    assert _column(sheet, row, "建设投资（万元）")[:2] == [420, 120]
    assert _column(sheet, row, "每净增覆盖1人（元）")[0] == 1050
    assert _column(sheet, row, "与首位相比")[:2] == ["—", "明显较少"]
    assert _column(sheet, row, "与现状相比")[0] == "明显较多"
    second = _head_row(sheet, "排序", after=row)
    assert _column(sheet, second, "救护车（辆）")[0] == 5
    assert _column(sheet, second, "覆盖率最低乡镇")[0] == "石门乡"
    assert 0 < _column(sheet, second, "到达时间基尼系数")[0] < 1
    assert sheet.auto_filter.ref.startswith(f"A{row}:")


def test_classes_stand_below_the_ranking_and_add_up_on_both_clocks(book):
    comparison = comparison_case("toy")
    sheet = book()["方案排序"]
    top = _head_row(sheet, "类别")
    names = _column(sheet, top, "类别")
    assert names == ["城区合计"] * 8 + ["乡镇合计"] * 8 + ["合计"] * 8
    for nth in (0, 1):
        covered = _column(sheet, top, "覆盖人口", nth=nth)
        urban, rural, every = covered[:8], covered[8:16], covered[16:]
        assert [a + b for a, b in zip(urban, rural, strict=True)] == every
    outcomes = [comparison.outcome(key) for key in comparison.order]
    assert every == [o.situation.other_clock.totals["all"].covered_population for o in outcomes]


def test_a_cost_that_is_not_given_is_said_to_be(book):
    sheet = book("unpriced")["方案排序"]
    row = _head_row(sheet, "排序")
    comparison = comparison_case("unpriced")
    cells = dict(zip(comparison.order, _column(sheet, row, "建设投资（万元）"), strict=True))
    assert cells == {"A": "未给出", "B": "未给出", "C": 120, "0": 0}
    doing = book("unpriced", "en")["B 一知一不知"]
    head = _head_row(doing, "Name")
    assert _column(doing, head, "Capital (万元)") == ["not given", 120]


@pytest.mark.parametrize("case", ["toy", "losing", "odd", "twelve"])
def test_townships_by_option_add_up(book, case):
    sheet, comparison = book(case)["乡镇×方案"], comparison_case(case)
    covered = [_column(sheet, 2, "覆盖人口", nth=i) for i in range(len(comparison.outcomes))]
    for i in range(1, len(comparison.outcomes)):
        gained, lost = (_column(sheet, 2, key, nth=i - 1) for key in ("新增覆盖人口", "失去覆盖人口"))
        for before, after, more, fewer in zip(covered[0], covered[i], gained, lost, strict=True):
            assert more - fewer == pytest.approx(after - before)
    groups = [cell.value for cell in sheet[1] if cell.value]
    assert len(groups) == len(set(groups)) == len(comparison.outcomes)
    assert sheet.freeze_panes == "B3"
    rules = [rule for group in sheet.conditional_formatting for rule in group.rules]
    assert len(rules) == 4 * len(comparison.outcomes)


def test_an_options_sheet_says_what_it_does_and_who_loses(book):
    sheet, comparison = book("losing")["A 撤站"], comparison_case("losing")
    outcome = comparison.outcome("A")
    texts = [cell.value for cell in sheet["A"]]
    assert words.change_line(outcome, comparison, "zh") in texts
    assert words.cost_text(outcome, comparison, "zh") in texts
    doing = _head_row(sheet, "名称")
    assert _column(sheet, doing, "措施") == ["关闭"]
    townships = _head_row(sheet, "乡镇", after=doing)
    assert _column(sheet, townships, "乡镇")[0] == "柳林镇"
    before, after = (_column(sheet, townships, "覆盖人口", nth=i) for i in (0, 1))
    gained, lost = (_column(sheet, townships, key) for key in ("新增覆盖人口", "失去覆盖人口"))
    for b, a, g, x in zip(before, after, gained, lost, strict=True):
        assert g - x == a - b
    losers = _head_row(sheet, "居民点", after=_titled(sheet, "失去覆盖的居民点"))
    people = _column(sheet, losers, "人口")
    assert people == sorted(people, reverse=True)
    assert sum(people) == outcome.lost_population
    then, now = (_column(sheet, losers, "到达时间（分钟）", nth=i) for i in (0, 1))
    assert all(t <= 15 < n for t, n in zip(then, now, strict=True))
    assert sheet.auto_filter.ref.startswith(f"A{losers}:")
    assert 111 < _column(sheet, losers, "经度（WGS84）")[0] < 114


def test_an_options_sheet_has_totals_on_both_clocks_loads_and_what_is_missed(book):
    sheet = book()["E 日间值班"]
    totals = _head_row(sheet, "情形")
    names = _column(sheet, totals, "情形")[::3]
    assert names == [
        f"{what}（{clock}）" for clock in ("自接警起计时", "自出车起计时") for what in ("现状", "E 日间值班")
    ]
    loads = _head_row(sheet, "急救点")
    assert _column(sheet, loads, "值班时段") == ["全天", "全天", "08:00-20:00"]
    assert _column(sheet, loads, "新急救点") == ["否", "否", "是"]
    assert _column(sheet, loads, "每车首达人口")[0] == 26_000
    away = _head_row(sheet, "急救点", after=loads)
    assert _column(sheet, away, "缺车时失去覆盖人口")[0] == 11_500
    assert sheet.cell(_titled(sheet, "失去覆盖的居民点") + 1, 1).value == "无"


def test_robustness_has_every_trial_and_every_pair_once(book):
    sheet, comparison = book()["稳健性"], comparison_case("toy")
    trials = _head_row(sheet, "方案")
    assert _column(sheet, trials, "方案") == [
        full_title(comparison.outcome(k), "zh") for k in comparison.order
    ]
    place = [o.key for o in comparison.outcomes].index("E")
    night = next(t for t in comparison.robustness.trials if t.code == "night")
    assert _column(sheet, trials, "夜间（02:00）")[comparison.order.index("E")] == pytest.approx(
        night.covered_share[place]
    )
    pairs = _head_row(sheet, "方案一")
    signs = _column(sheet, pairs, "判断")
    assert len(signs) == 28
    assert set(signs) == {"明显较多", "无明显差异"}
    mean, low, high = (
        _column(sheet, pairs, key)
        for key in ("覆盖率平均差（百分点）", "95%区间下限（百分点）", "95%区间上限（百分点）")
    )
    assert all(a <= b <= c for a, b, c in zip(low, mean, high, strict=True))


def test_stages_in_their_order(book):
    sheet = book()["分期"]
    rows = [i for i, name in enumerate(_column(sheet, 1, "方案")) if name == "B 东部和北部"]
    assert [_column(sheet, 1, "分期")[i] for i in rows] == [1, 2]
    assert [_column(sheet, 1, "累计投资（万元）")[i] for i in rows] == [120, 420]
    assert [_column(sheet, 1, "方案内容")[i] for i in rows] == [
        "调整：石门乡卫生院（救护车1辆）",
        "新建：柳林北站（急救站，救护车1辆）",
    ]
    covered = [_column(sheet, 1, "覆盖人口")[i] for i in rows]
    assert covered == sorted(covered)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_last_sheet_has_assumptions_version_hashes_and_the_options_text(book, lang):
    comparison = comparison_case("toy")
    sheet = book("toy", lang)[LAST[lang][2]]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    text = "\n".join(cells)
    assert f"emergency-coverage {__version__}" in cells
    assert words.study_area_id(comparison) in cells
    assert comparison_hash(comparison) in cells
    for item, sentence in words.method_rows(comparison, lang):
        assert f"{item}{'：' if lang == 'zh' else ': '}{sentence}" in text
    for outcome in comparison.options:
        for line in filter(None, map(str.split, outcome.text.splitlines())):
            assert " ".join(line) in cells


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", CASES)
def test_no_cell_is_a_formula_or_no_word_and_figures_are_numbers(book, case, lang):
    workbook = book(case, lang)
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str):
                    if cell.value[:1] in {"=", "+", "-", "@"}:
                        assert cell.quotePrefix
                    # the word for an empty list in English
                    assert cell.value == words.nothing_text("en") or not NOT_A_WORD.fullmatch(
                        cell.value.lower()
                    )
                elif cell.value is not None:
                    assert isinstance(cell.value, int | float)
        assert sheet.print_area
        assert sheet.page_setup.fitToWidth == 1


@pytest.mark.parametrize("case", ["toy", "odd", "losing"])
def test_equal_comparisons_make_equal_files(tmp_path, case):
    digests = set()
    for name in ("a.xlsx", "b.xlsx"):
        write_comparison_workbook(comparison_case(case), tmp_path / name, lang="zh")
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert archive.testzip() is None
