"""Lists of facilities by id or name, as texts and as tables."""

from __future__ import annotations

import pytest

from coverage.errors import FileError, SourceError
from coverage.sources.layer_file import LayerFile
from coverage.sources.name_list import read_names
from table_files import MARKS, text_file, workbook


@pytest.mark.parametrize("encoding", MARKS)
def test_one_a_line(tmp_path, encoding):
    mark, codec = MARKS[encoding]
    path = tmp_path / "keep.txt"
    path.write_bytes(
        mark + "# 保留\r\n 县人民医院 \r\n\r\nF07\r\n县人民医院\r\n".encode(codec.removesuffix("-sig"))
    )
    assert read_names(LayerFile(path)) == ("县人民医院", "F07")


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([("名称",), ("甲",), ("乙",)], ("甲", "乙")),
        ([("代码",), ("F1",), ("F2",)], ("F1", "F2")),
        ([("id", "name"), ("F1", "甲"), ("", "乙")], ("F1", "乙")),
        ([("序号", "机构名称", "地址"), (1, "甲", "东街"), (2, "合计", "")], ("甲",)),
    ],
)
def test_a_column_of_ids_or_names(tmp_path, rows, names):
    assert read_names(LayerFile(text_file(tmp_path / "keep.csv", rows))) == names
    assert read_names(LayerFile(workbook(tmp_path / "keep.xlsx", {"Sheet1": rows}))) == names


def test_lists_of_nothing(tmp_path):
    empty = tmp_path / "keep.txt"
    empty.write_text("# nobody\n", "utf-8")
    with pytest.raises(SourceError, match="names nothing: write an id or a name in each line"):
        read_names(LayerFile(empty))
    with pytest.raises(FileError):
        read_names(LayerFile(tmp_path / "missing.txt"))
    with pytest.raises(SourceError, match="no header that is recognized"):
        read_names(LayerFile(text_file(tmp_path / "keep.csv", [("电话", "面积"), ("1", "2")])))
