"""Text files whose quotation marks go wrong."""

from __future__ import annotations

import pytest

from coverage.errors import FileError
from coverage.sources.tables import read_table
from table_files import layer_file


@pytest.mark.parametrize(
    "lines",
    [
        ("名称,经度,纬度,地址", '东站,113.4,29.4,"长安路', '西站,113.5,29.5,东路"', "北站,113.5,29.4,"),
        ("乡镇,人口", '甲镇,"1000', "乙镇,2000", '"', "丙镇,10"),
    ],
)
def test_a_cell_that_swallows_rows_is_refused_with_its_line(tmp_path, lines):
    path = tmp_path / "f.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(FileError, match="line 2 .* swallows") as caught:
        read_table(layer_file(path), "facilities" if "经度" in lines[0] else "townships")
    assert "第 2 行" in caught.value.zh


def test_a_text_of_two_lines_with_a_comma_is_a_text(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text('名称,经度,纬度,地址\n东站,113.4,29.4,"长安路,\n门口"\n', encoding="utf-8")
    assert len(read_table(layer_file(path), "facilities")[0]) == 1
    path.write_text('乡镇,备注\n甲镇,"新设,\n待建"\n', encoding="utf-8")
    assert len(read_table(layer_file(path), "townships")[0]) == 1
