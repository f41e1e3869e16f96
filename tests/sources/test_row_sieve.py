"""No row is lost: each is used, merged, or rejected with its number, its reason and its cells."""

from __future__ import annotations

import numpy as np
import pytest

from coverage.errors import SourceError
from coverage.sources.row_account import REASONS, RowAccount, count_reasons
from coverage.sources.row_sieve import RowSieve
from coverage.sources.tables import read_table
from table_files import layer_file, text_file

HEADER = ("序号", "名称", "经度", "纬度", "人口")


def sieve_of(tmp_path, *rows, header=HEADER):
    table, _ = read_table(layer_file(text_file(tmp_path / "f.csv", [header, *rows])), "demand")
    return RowSieve(table, "demand")


def test_rows_that_are_no_places_are_told_at_once(tmp_path):
    rows = [
        (1, "张村", 113, 29, 300),
        ("合计", "", "", "", 300),
        ("", "小 计", "", "", 300),
        ("", "总计：", "", "", 1),
        ("填表人：王五", "", "", "", ""),
        ("注：人口为2020年数据", "", "", "", ""),
        ("", "备注", "", "", ""),
        ("", "名称", "经度", "纬度", "人口"),
        ("序号", "名称", "经度", "纬度", "人口"),
        (2, "注滋口镇", 113, 29, 5),
        (3, "合计村", 113, 29, 5),
        (4, "总铺村", 113, 29, 5),
        (5, "人口", 113, 29, 5),
    ]
    sieve = sieve_of(tmp_path, *rows)
    assert np.flatnonzero(sieve.alive).tolist() == [0, 9, 10, 11, 12]
    account = sieve.account()
    assert {reject.code for reject in account.rejects} == {"not_a_place"}
    assert [reject.row for reject in account.rejects] == [3, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    "name",
    ["长安街道小计", "临湘市合计", "医院合计", "城关小 计：", "长安街道小计（人）", "全县总计", "以上共计"]
    + ["Chang'an subtotal", "County total", "Sub-total", "Grand Total"],
)
def test_a_sum_of_rows_is_no_place_though_it_has_a_township_before_it(tmp_path, name):
    sieve = sieve_of(tmp_path, (1, name, "", "", 300), (name, "", "", "", 300))
    assert [reject.code for reject in sieve.account().rejects] == ["not_a_place", "not_a_place"]


@pytest.mark.parametrize(
    "name", ["合计村", "小计庄", "计家湾", "统计局", "会计学校", "Totalville", "Portal", "Teetotal"]
)
def test_a_place_whose_name_only_sounds_like_a_sum_stays(tmp_path, name):
    assert sieve_of(tmp_path, (1, name, 113, 29, 300)).alive.all()


def test_a_row_is_rejected_once_and_keeps_its_first_reason(tmp_path):
    sieve = sieve_of(tmp_path, (1, "张村", 113, 29, -3), (2, "李村", 113, 29, 5), (3, "王村", 113, 29, 5))
    figures = ["-3", "5", "5"]
    sieve.reject(
        [True, False, False], "number_negative", "{text} of {what}", "{text} {what}", text=figures, what="p"
    )
    sieve.reject([True, True, False], "duplicate", "no", "no")
    sieve.merge([True, True, True])
    account = sieve.account()
    assert (account.n_read, account.n_used, account.n_merged) == (3, 0, 1)
    first, second = account.rejects
    assert (first.row, first.name, first.code, first.en) == (2, "张村", "number_negative", "-3 of p")
    assert first.cells == {"序号": "1", "名称": "张村", "经度": "113", "纬度": "29", "人口": "-3"}
    assert (second.row, second.text("zh")) == (3, "no")
    assert count_reasons([account]) == {"number_negative": 1, "duplicate": 1}


def test_what_alive_gives_is_a_copy(tmp_path):
    sieve = sieve_of(tmp_path, (1, "张村", 113, 29, 3))
    sieve.alive[:] = False
    assert sieve.alive.tolist() == [True]


def test_an_unknown_reason_is_a_fault_of_ours(tmp_path):
    sieve = sieve_of(tmp_path, (1, "张村", 113, 29, 3))
    with pytest.raises(KeyError):
        sieve.reject([True], "odd", "", "")


def test_shifted_cells_are_rejected(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("名称,经度,纬度,人口\n张村,113,29,1,234\n李村,113,29,234\n", encoding="utf-8")
    sieve = RowSieve(read_table(layer_file(path), "demand")[0], "demand")
    (reject,) = sieve.account().rejects
    assert (reject.row, reject.code) == (2, "cells_shifted")
    assert list(reject.cells.values()) == ["张村", "113", "29", "1", "234"]


def test_an_account_that_does_not_add_up_is_refused():
    with pytest.raises(SourceError, match="does not add up"):
        RowAccount("demand", "f.csv", 3, 1, 1)


def test_every_reason_has_both_languages():
    assert all(en and zh and en != zh for en, zh in REASONS.values())


def test_a_remark_in_the_first_column_is_on_its_own_row(tmp_path):
    rows = [
        ("说明：新建", "张村", 113, 29, 300),
        ("备注：2020年普查", "", "", "", ""),
        ("注：合并", "", 113, 29, 5),
        ("小计", "张村", "", "", 300),
    ]
    sieve = sieve_of(tmp_path, *rows, header=("备注", "名称", "经度", "纬度", "人口"))
    assert sieve.alive.tolist() == [True, False, False, False]


def test_a_row_of_two_header_words_is_a_repeated_header(tmp_path):
    sieve = sieve_of(tmp_path, ("张村", 300), ("名称", "人口"), header=("名称", "人口"))
    assert [reject.code for reject in sieve.account().rejects] == ["not_a_place"]


def test_a_message_does_not_quote_a_text_without_end(tmp_path):
    sieve = sieve_of(tmp_path, (1, "甲" * 9_000, 113, 29, 300))
    sieve.reject([True], "name_missing", "{name}", "{name}", name=sieve.table.texts("name"))
    (reject,) = sieve.account().rejects
    assert (len(reject.en), len(reject.name), len(reject.cells["名称"])) == (81, 81, 9_000)
