"""Files as they are typed: path, sheet and coordinate system."""

from __future__ import annotations

import pytest

from coverage.sources.layer_file import parse_layer_file


@pytest.mark.parametrize(
    ("text", "path", "sheet", "crs"),
    [
        ("站点.xlsx", "站点.xlsx", "", ""),
        ("站点.xlsx@gcj02", "站点.xlsx", "", "gcj02"),
        ("站点.xlsx#表1@EPSG:4547", "站点.xlsx", "表1", "EPSG:4547"),
        ("站点.xlsx＠gcj02", "站点.xlsx", "", "gcj02"),
        ("站点.xlsx＃表1＠gcj02", "站点.xlsx", "表1", "gcj02"),
        ("站点.xlsx#表1＠gcj02", "站点.xlsx", "表1", "gcj02"),
        ("站点.xlsx＃表1", "站点.xlsx", "表1", ""),
        ("a@b/站点.csv", "a@b/站点.csv", "", ""),
        ("a＠b/站点.csv", "a＠b/站点.csv", "", ""),
        ("站点.xlsx#表@1@wgs84", "站点.xlsx", "表@1", "wgs84"),
    ],
)
def test_parts_in_half_or_full_width(tmp_path, monkeypatch, text, path, sheet, crs):
    monkeypatch.chdir(tmp_path)
    file = parse_layer_file(text, default_crs="bd09")
    assert (str(file.path), file.sheet, file.crs, file.default_crs) == (path, sheet, crs, "bd09")


@pytest.mark.parametrize("name", ["站点.csv＠gcj02.csv", "a.csv＃b", "a.csv@gcj02"])
def test_a_file_whose_own_name_holds_the_marks_is_taken_as_it_stands(tmp_path, name):
    (tmp_path / name).write_text("")
    file = parse_layer_file(str(tmp_path / name))
    assert (file.path, file.sheet, file.crs) == (tmp_path / name, "", "")
