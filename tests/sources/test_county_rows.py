"""Lists of a whole prefecture: who is of the county, by the column that says so."""

from __future__ import annotations

import pytest

from coverage.sources.county_rows import is_county, reject_other_counties
from coverage.sources.row_sieve import RowSieve
from coverage.sources.tables import read_table
from table_files import layer_file, text_file


def rejected(tmp_path, *cells, county="临湘市", header="县（市、区）", layer="townships"):
    rows = [(header, "乡镇", "人口"), *((cell, f"{i}号镇", 100 + i) for i, cell in enumerate(cells))]
    table, _ = read_table(layer_file(text_file(tmp_path / "t.csv", rows)), layer)
    sieve = RowSieve(table, layer)
    reject_other_counties(table, sieve, county)
    rejects = sieve.account().rejects
    assert {reject.code for reject in rejects} <= {"other_county"}
    return [(reject.row - 2, reject.zh.partition("，")[0]) for reject in rejects]


@pytest.mark.parametrize("layer", ["townships", "demand"])
@pytest.mark.parametrize("header", ["县", "县（市、区）", "所属区县", "county", "District"])
def test_rows_of_other_counties(tmp_path, header, layer):
    found = rejected(
        tmp_path, "平江县", "临湘市", "临湘", "岳阳市临湘市", "", "12", header=header, layer=layer
    )
    assert found == [(0, "属于平江县")]


def test_a_list_of_other_counties_alone(tmp_path):
    assert [i for i, _ in rejected(tmp_path, "平江县", "华容县", "平江县")] == [0, 1, 2]


def test_one_name_in_every_row_may_be_the_countys_older_one(tmp_path):
    assert rejected(tmp_path, "临湘县", "临湘县", "") == []
    assert rejected(tmp_path, "临湘市", "临湘市") == []


def test_without_the_countys_name_no_row_is_told(tmp_path):
    assert rejected(tmp_path, "平江县", "临湘市", county="") == []


@pytest.mark.parametrize(
    ("text", "county", "same"),
    [
        ("临湘市", "临湘市", True),
        ("临湘", "临湘市", True),
        ("临湘市", "临湘", True),
        ("湖南省岳阳市临湘市", "临湘市", True),
        ("Linxiang", "Linxiang City", True),
        ("岳阳县", "岳阳市", False),
        ("小临湘市", "临湘市", False),
        ("临湘市长安街道", "临湘市", False),
        ("平江县", "", False),
        ("", "临湘市", False),
        ("县", "市", False),
    ],
)
def test_a_countys_name(text, county, same):
    assert is_county(text, county) == same
