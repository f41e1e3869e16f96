"""Units of figures: in a header, in a row below it, in a title, and those that nobody understands."""

from __future__ import annotations

import pytest

from coverage.errors import SourceError
from coverage.sources.table_fields import field_of
from coverage.sources.table_units import title_units, unit_of
from coverage.sources.tables import read_table
from table_files import layer_file, text_file, workbook

PEOPLE = field_of("population", "townships")
TURNOUT = field_of("turnout_s", "facilities")
VEHICLES = field_of("ambulances", "facilities")


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        *(
            ("单位：万人", 1e4),
            ("单位:人", 1.0),
            ("万 人", 1e4),
            ("万人，2020年", 1e4),
            ("2020年，万人", 1e4),
        ),
        *(("十万人", 1e5), ("亿", 1e8), ("人数，万", 1e4), ("10,000", 1e4), ("'000", 1e3), ("以万计", 1e4)),
        *(("in thousands", 1e3), ("thousand people", 1e3), ("10,000 persons", 1e4), ("千", 1e3)),
        *(("人", 1.0), ("户", 0.0), ("人/平方公里", 0.0)),
    ],
)
def test_units_of_people(text, factor):
    assert unit_of(PEOPLE, [text]) == (factor, "")


@pytest.mark.parametrize("text", ["2020年", "常住", "含流动人口", "七普", "2020年末", "户籍", "十四五末", ""])
def test_remarks_are_no_units(text):
    assert unit_of(PEOPLE, [text]) == (None, "")


@pytest.mark.parametrize(
    "text", ["户均", "人/村", "百户", "占比", "‰", "per km", "人、万人", "ten thousands of thousands", "万元"]
)
def test_what_sounds_like_a_unit_of_people_and_is_none_is_told(text):
    assert unit_of(PEOPLE, [text])[1] == text


def test_two_brackets_that_contradict_each_other_are_told():
    assert unit_of(PEOPLE, ["人", "万人"])[1] == "万人"
    assert unit_of(PEOPLE, ["万人", "万人"]) == (1e4, "")


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("单位：分钟", 60.0),
        ("小时", 3600.0),
        ("h", 3600.0),
        ("分钟，平均", 60.0),
        ("分：秒", 60.0),
        ("s", 1.0),
    ],
)
def test_units_of_turnout(text, factor):
    assert unit_of(TURNOUT, [text]) == (factor, "")


@pytest.mark.parametrize("text", ["毫秒", "天", "半小时", "days"])
def test_what_sounds_like_a_time_and_is_none_is_told(text):
    assert unit_of(TURNOUT, [text])[1] == text


@pytest.mark.parametrize("text", ["白班时段", "分站", "2023年", "不含夜间"])
def test_remarks_on_turnout_are_no_times(text):
    assert unit_of(TURNOUT, [text]) == (None, "")


def test_a_unit_that_is_not_understood_is_one_line_unless_the_planner_names_the_column(tmp_path):
    path = text_file(tmp_path / "t.csv", [("乡镇", "人口（户均）"), ("甲镇", 3)])
    with pytest.raises(SourceError, match=r"人口（户均）.*--column population=") as caught:
        read_table(layer_file(path), "townships")
    assert "单位“户均”无法识别" in caught.value.zh
    table, _ = read_table(layer_file(path, columns={"人口": "人口（户均）"}), "townships")
    assert table.numbers("population")[0].tolist() == [3]


def test_a_column_whose_unit_is_understood_comes_first(tmp_path):
    path = text_file(tmp_path / "t.csv", [("乡镇", "常住人口（百户）", "户籍人口（万人）"), ("甲镇", 3, 1.5)])
    table, _ = read_table(layer_file(path), "townships")
    assert table.numbers("population")[0].tolist() == [15_000]


def test_a_unit_counts_in_a_header_the_planner_names(tmp_path):
    path = text_file(tmp_path / "t.csv", [("乡镇", "年末数（万人）"), ("甲镇", 1.5)])
    table, _ = read_table(layer_file(path, columns={"人口": "年末数（万人）"}), "townships")
    assert table.numbers("population")[0].tolist() == [15_000]


@pytest.mark.parametrize(
    ("rows", "merges"),
    [
        ([("乡镇", "常住人口"), ("", "（万人）"), ("甲镇", 1.2)], []),
        ([("乡镇", "常住人口", "户籍人口"), ("", "万人", "万人"), ("甲镇", 1.2, 1.3)], []),
        (
            [("乡镇", "人口", None), (None, "常住（万人）", "户籍（万人）"), ("甲镇", 1.2, 1.3)],
            ["A1:A2", "B1:C1"],
        ),
        ([("某县人口统计表（万人）",), ("乡镇", "常住人口"), ("甲镇", 1.2)], []),
        ([("某县人口统计表", None, "计量单位:万人"), ("乡镇", "常住人口"), ("甲镇", 1.2)], []),
        ([("某县人口统计表", None, "单 位：万人"), ("乡镇", "常住人口"), ("甲镇", 1.2)], []),
        ([("填表单位：人民医院，人口单位：万人",), ("乡镇", "常住人口"), ("甲镇", 1.2)], []),
        ([("以万人为单位",), ("乡镇", "常住人口"), ("甲镇", 1.2)], []),
        ([("乡镇", "常住人口"), ("甲镇", 1.2), ("注：单位：万人",)], []),
        ([("单位：万元、万人",), ("乡镇", "常住人口"), ("甲镇", 1.2)], []),
    ],
)
def test_units_beside_the_header(tmp_path, rows, merges):
    path = workbook(tmp_path / "t.xlsx", {"s": rows}, {"s": merges})
    table, notes = read_table(layer_file(path), "townships")
    assert table.numbers("population")[0][table.texts("name") == "甲镇"].tolist() == [12_000]
    assert "population_small" not in [note.code for note in notes]


def test_the_header_knows_its_unit_better_than_the_title(tmp_path):
    path = text_file(tmp_path / "t.csv", [("单位：万人", ""), ("乡镇", "人口（人）"), ("甲镇", 12_000)])
    table, notes = read_table(layer_file(path), "townships")
    assert table.numbers("population")[0].tolist() == [12_000]
    assert "figures_scaled" not in [note.code for note in notes]


def test_a_title_that_names_two_units_of_people_is_refused(tmp_path):
    path = text_file(tmp_path / "t.csv", [("单位：人、万人", ""), ("乡镇", "人口"), ("甲镇", 12_000)])
    with pytest.raises(SourceError, match="人、万人"):
        read_table(layer_file(path), "townships")


@pytest.mark.parametrize("row", [["甲镇", "12"], ["说明：单位如有变动请告知"], ["填表单位：卫健局（盖章）"]])
def test_rows_that_name_no_unit(row):
    assert unit_of(PEOPLE, title_units(row))[0] is None


@pytest.mark.parametrize(("people", "doubted"), [((1.2, 3.4), True), ((43, 99), True), ((43, 30_000), False)])
def test_people_of_townships_below_a_hundred_are_doubted(tmp_path, people, doubted):
    path = text_file(tmp_path / "t.csv", [("乡镇", "人口"), ("甲镇", people[0]), ("乙镇", people[1])])
    _, notes = read_table(layer_file(path), "townships")
    found = [note for note in notes if note.code == "population_small"]
    assert bool(found) == doubted
    assert all("单位是否为万人" in note.zh for note in found)
