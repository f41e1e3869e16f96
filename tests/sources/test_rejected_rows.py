"""The workbook of rejected rows: readable, harmless, and good for a second try."""

from __future__ import annotations

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from coverage.errors import FileError
from coverage.sources.facility_table import read_facilities
from coverage.sources.rejected_rows import write_rejected
from coverage.sources.row_account import REASONS, Reject, RowAccount
from table_files import county, layer_file, text_file

HOSTILE = [
    '=HYPERLINK("http://example.org")',
    "+1",
    "-5",
    "@SUM(A1)",
    "'a",
    "#N/A",
    "_x0041_",
    "a\x07b",
    "长" * 40_000,
]


def account_of(*rejects, file="f.xlsx#甲"):
    return RowAccount("facilities", file, len(rejects), 0, 0, tuple(rejects))


def reject(row=12, name="东站", code="duplicate", **cells):
    return Reject(row, name, code, "duplicate of row 3: delete it", "与第3行重复：请删除", cells)


def opened(path):
    (sheet,) = openpyxl.load_workbook(path).worksheets
    return sheet


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_what_and_what_to_do(tmp_path, lang):
    path = tmp_path / "out" / "linxiang.rejected.xlsx"
    first = account_of(reject(经度="113.4", 名称="东站"))
    second = account_of(reject(row=5, name="", code="outside_area", 名称="", 人口="3"), file="g.csv")
    write_rejected([first, second], path, lang)
    sheet = opened(path)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    advice = "与第3行重复：请删除" if lang == "zh" else "duplicate of row 3: delete it"
    word = {code: REASONS[code][1 if lang == "zh" else 0] for code in REASONS}
    assert rows[0][5:] == ["经度", "名称", "人口"]
    assert rows[1] == ["f.xlsx#甲", 12, "东站", word["duplicate"], advice, "113.4", "东站", None]
    assert rows[2] == ["g.csv", 5, None, word["outside_area"], advice, None, None, "3"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:H3"
    assert sheet.column_dimensions["E"].width > sheet.column_dimensions["B"].width
    assert (sheet.title, rows[0][0]) == (
        ("未采用的行", "所在文件") if lang == "zh" else ("rejected rows", "in file")
    )


def test_no_text_becomes_a_formula(tmp_path):
    path = tmp_path / "r.xlsx"
    write_rejected([account_of(*(reject(name=text, 备注=text) for text in HOSTILE))], path, "zh")
    for text, row in zip(HOSTILE, opened(path).iter_rows(min_row=2), strict=True):
        for cell in (row[2], row[5]):
            assert cell.data_type == "s"
            assert unescape(cell.value) == text.replace("\x07", "")[:32_000]
            assert cell.quotePrefix == (text[0] in "=+-@'")


def test_no_reject_makes_an_empty_sheet(tmp_path):
    write_rejected([], tmp_path / "r.xlsx", "en")
    assert opened(tmp_path / "r.xlsx").max_row == 1


def test_more_rejects_than_a_sheet_has_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("coverage.sources.rejected_rows.MAX_ROWS", 2)
    write_rejected([account_of(*(reject(row=i) for i in range(5)))], tmp_path / "r.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert [sheet.max_row - 1 for sheet in book.worksheets] == [2, 2, 1]


def test_a_file_that_cannot_be_written(tmp_path):
    (tmp_path / "r.xlsx").mkdir()
    with pytest.raises(FileError):
        write_rejected([account_of(reject())], tmp_path / "r.xlsx", "zh")


def test_mended_it_can_be_imported(tmp_path):
    rows = [("机构名称", "经度", "纬度"), ("东站急救站", "", ""), ("西站急救站", 113.4, 29.4)]
    first = read_facilities([layer_file(text_file(tmp_path / "f.csv", rows))], county(), None)
    path = tmp_path / "r.xlsx"
    write_rejected(first.accounts, path, "zh")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    headers = [cell.value for cell in sheet[1]]
    sheet.cell(2, headers.index("经度") + 1, 113.5)
    sheet.cell(2, headers.index("纬度") + 1, 29.5)
    book.save(path)
    second = read_facilities([layer_file(path)], county(), None)
    assert second.table["name"].tolist() == ["东站急救站"]
    assert second.accounts[0].rejects == ()
