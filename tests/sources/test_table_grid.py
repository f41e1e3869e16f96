"""Which rows of a sheet are data, under which header, and which have moved."""

from __future__ import annotations

import openpyxl
import pytest

from coverage.errors import SourceError
from coverage.sources.row_sieve import RowSieve
from coverage.sources.table_grid import unique_names
from coverage.sources.tables import read_table
from table_files import layer_file, text_file, workbook

HEADER = ("名称", "类型", "经度", "纬度", "救护车数")


def codes(path, layer="facilities"):
    """Give the reason for every row that is rejected at once, by its number."""
    sieve = RowSieve(read_table(layer_file(path), layer)[0], layer)
    account = sieve.account()
    assert account.n_read == account.n_used + len(account.rejects)
    return {reject.row: reject.code for reject in account.rejects}


def test_a_table_above_the_one_that_is_read_is_counted_and_rejected(tmp_path):
    rows = [
        ("一、卫生院",),
        ("名称", "经度", "纬度", "类型"),
        ("甲卫生院", 113.4, 29.4, "卫生院"),
        ("乙卫生院", 113.45, 29.45, "卫生院"),
        ("二、急救站",),
        HEADER,
        ("丙急救站", "急救站", 113.5, 29.5, 2),
    ]
    path = workbook(tmp_path / "f.xlsx", {"s": rows})
    assert codes(path) == dict.fromkeys((2, 3, 4), "other_table")
    table, _ = read_table(layer_file(path), "facilities")
    assert table.texts("name").tolist() == ["", "", "", "丙急救站"]
    assert table.numbers("ambulances")[1].tolist() == [False] * 4


def test_a_table_below_with_other_columns_is_not_read_under_the_first_header(tmp_path):
    rows = [
        HEADER,
        ("丙急救站", "急救站", 113.5, 29.5, 2),
        ("名称", "救护车数", "类型", "经度", "纬度"),
        ("甲卫生院", 5, "卫生院", 113.4, 29.4),
        HEADER,
        ("丁急救站", "急救站", 113.5, 29.4, 1),
    ]
    expected = {4: "other_table", 3: "other_table", 5: "not_a_place"}
    assert codes(workbook(tmp_path / "f.xlsx", {"s": rows})) == expected
    assert codes(text_file(tmp_path / "f.csv", rows)) == expected


def test_titles_and_headers_of_two_rows_are_no_table_above(tmp_path):
    rows = [("急救站一览表",), ("填报单位：卫健局", "填报人：王五"), HEADER, ("丙", "急救站", 113.5, 29.5, 2)]
    assert codes(workbook(tmp_path / "f.xlsx", {"s": rows})) == {}
    rows = [("名称", "人口"), ("镇名", "常住人口"), ("甲镇", 12_000)]
    assert codes(text_file(tmp_path / "t.csv", rows), "townships") == {}


def test_two_tables_side_by_side_are_refused(tmp_path):
    rows = [(*HEADER, None, *HEADER), ("丙", "急救站", 113.5, 29.5, 2, None, "丁", "急救站", 113.6, 29.5, 1)]
    with pytest.raises(SourceError, match="side by side") as caught:
        read_table(layer_file(workbook(tmp_path / "f.xlsx", {"s": rows})), "facilities")
    assert "左右并排" in caught.value.zh


def test_one_column_that_comes_twice_is_no_second_table(tmp_path):
    rows = [("名称", *HEADER), ("a", "丙", "急救站", 113.5, 29.5, 2)]
    assert codes(text_file(tmp_path / "f.csv", rows)) == {}


def test_several_sheets_that_would_do_have_to_be_named(tmp_path):
    row = ("丙", "急救站", 113.5, 29.5, 2)
    wider = [(*HEADER, "出车时间"), (*row, 60)]
    path = workbook(tmp_path / "f.xlsx", {"说明": [("填表说明",)], "医院": [HEADER, row], "卫生院": wider})
    with pytest.raises(SourceError, match=r"卫生院, 医院.*f\.xlsx#卫生院") as caught:
        read_table(layer_file(path), "facilities")
    assert "多个工作表" in caught.value.zh
    table, _ = read_table(layer_file(path, sheet="医院"), "facilities")
    assert table.name == "f.xlsx#医院"


def test_an_empty_form_beside_the_table_is_not_read(tmp_path):
    row = ("丙", "急救站", 113.5, 29.5, 2)
    path = workbook(tmp_path / "f.xlsx", {"空表": [(*HEADER, "出车时间")], "表": [HEADER, row]})
    assert read_table(layer_file(path), "facilities")[0].name == "f.xlsx#表"


def test_a_sheet_that_lacks_a_column_never_beats_one_that_has_all(tmp_path):
    poor = [("名称", "类型", "救护车数", "出车时间", "五大中心", "经度"), ("甲", "医院", 1, 60, "", 113.5)]
    good = [("名称", "经度", "纬度"), ("乙医院", 113.5, 29.5)]
    path = workbook(tmp_path / "f.xlsx", {"甲": poor, "乙": good})
    assert read_table(layer_file(path), "facilities")[0].name == "f.xlsx#乙"


def test_a_header_that_lacks_nothing_beats_one_with_more_fields(tmp_path):
    rows = [
        ("名称", "类型", "救护车数", "出车时间", "五大中心"),
        ("名称", "经度", "纬度"),
        ("乙医院", 113.5, 29.5),
    ]
    table, _ = read_table(layer_file(text_file(tmp_path / "f.csv", rows)), "facilities")
    assert sorted(table.headers) == ["lat", "lon", "name"]


def test_a_hidden_sheet_never_beats_one_that_is_seen(tmp_path):
    book = openpyxl.Workbook()
    old, new = book.active, book.create_sheet("新")
    for row in (
        (*HEADER, "出车时间"),
        ("旧", "医院", 113.5, 29.5, 9, 60),
        ("旧二", "医院", 113.4, 29.5, 9, 60),
    ):
        old.append(row)
    for row in (HEADER, ("新", "医院", 113.5, 29.5, 1)):
        new.append(row)
    old.title, old.sheet_state, book.active = "旧", "hidden", 1
    book.save(tmp_path / "f.xlsx")
    table, notes = read_table(layer_file(tmp_path / "f.xlsx"), "facilities")
    assert table.name == "f.xlsx#新"
    assert [note.ids for note in notes if note.code == "sheets_passed_over"] == [("旧",)]


def lines(tmp_path, *rows):
    path = tmp_path / "t.csv"
    path.write_text("\n".join(("乡镇,人口,备注", *rows)) + "\n", encoding="utf-8")
    return path


def test_a_comma_within_a_figure_before_an_empty_column_is_told(tmp_path):
    path = lines(tmp_path, "甲镇,2345,", "长安街道,109,002,", "乙镇,345,")
    assert codes(path, "townships") == {3: "cells_shifted"}


def test_a_delimiter_at_the_end_of_every_row_is_a_habit(tmp_path):
    assert codes(lines(tmp_path, "甲镇,2345,,", "乙镇,345,新,", "丙镇,145,,"), "townships") == {}
    path = lines(tmp_path, "甲镇,2345,,", "长安街道,109,002,", "丙镇,145,,")
    assert codes(path, "townships") == {3: "cells_shifted"}


def test_more_columns_than_a_message_could_name_are_refused(tmp_path):
    rows = [(*HEADER, *(f"列{i}" for i in range(996))), ("丙", "急救站", 113.5, 29.5, 2)]
    with pytest.raises(SourceError, match="1,001 columns"):
        read_table(layer_file(text_file(tmp_path / "f.csv", rows)), "facilities")
    table, _ = read_table(
        layer_file(text_file(tmp_path / "g.csv", [row[:1000] for row in rows])), "facilities"
    )
    assert len(table) == 1


def test_headers_made_unique():
    assert unique_names(["a", "", "a", "a (2)", "a", ""]) == ["a", "#2", "a (2)", "a (2) (2)", "a (3)", "#6"]
    assert len(set(unique_names(["列"] * 5_000))) == 5_000
