"""Workbooks that unpack to more than they should."""

from __future__ import annotations

import zipfile

import pytest

from coverage.errors import FileError
from coverage.sources.tables import read_table
from table_files import layer_file, workbook


@pytest.mark.parametrize("megabytes", [150, 501])
def test_a_workbook_of_blanks_without_end_is_refused(tmp_path, megabytes):
    path = workbook(tmp_path / "f.xlsx", {"s": [("名称", "经度", "纬度"), ("东站", 113.4, 29.4)]})
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/blank.xml", "w") as part,
    ):
        for _ in range(megabytes):
            part.write(b" " * 1_000_000)
    with pytest.raises(FileError, match="unpacks to") as caught:
        read_table(layer_file(path), "facilities")
    assert "解压后" in caught.value.zh


def test_a_workbook_of_a_thousand_sheets_is_refused(tmp_path):
    path = workbook(tmp_path / "f.xlsx", {"s": [("名称", "经度", "纬度"), ("东站", 113.4, 29.4)]})
    with zipfile.ZipFile(path, "a") as archive:
        for i in range(1_000):
            archive.writestr(f"xl/worksheets/more{i}.xml", "")
    with pytest.raises(FileError, match="1,001 sheets"):
        read_table(layer_file(path), "facilities")
