"""Candidate sites out of planners' tables: placed, priced, tied to facilities, every row accounted for."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ODD_NAMES
from coverage.errors import CrsError, SourceError
from coverage.sources.candidate_table import read_candidates
from coverage.study_area import WGS84
from table_files import beyond_columns, county, layer_file, map_file, text_file, workbook

FRAME = county()
HEADER = ("名称", "类型", "经度", "纬度", "费用（万元）", "救护车数", "依托机构", "编号")
FACILITIES = gpd.GeoDataFrame(
    {
        "id": ["h1", "w1", "w2", "w3"],
        "name": ["县人民医院", "桃林镇卫生院", "卫生院", "卫生院"],
        "kind": ["hospital", "health_centre", "health_centre", "health_centre"],
    },
    geometry=gpd.points_from_xy([113.45, 113.47, 113.5, 113.6], [29.47, 29.36, 29.4, 29.4]),
    crs=WGS84,
).to_crs(FRAME.crs)


def read(path, **more):
    return read_candidates(layer_file(path, **more), FRAME, None, FACILITIES)


def of_rows(tmp_path, *rows, header=HEADER):
    return read(text_file(tmp_path / "c.csv", [header, *rows]))


def rejects(layer):
    return [(reject.row, reject.code) for account in layer.accounts for reject in account.rejects]


def test_a_plain_table(tmp_path):
    layer = of_rows(
        tmp_path,
        ("北岭站", "急救站", 113.44, 29.47, 120, 2, "", "H1"),
        ("东桥", "次中心", 113.5, 29.5, "", "", "", ""),
        ("", "", 113.6, 29.5, 80.5, 1, "", ""),
    )
    table = layer.table
    assert list(table.columns) == [
        "id",
        "name",
        "kind",
        "facility_id",
        "ambulances",
        "cost_wan",
        "geometry",
    ]
    assert table["id"].tolist() == ["H1", "c2", "c3"]
    assert table["name"].tolist() == ["北岭站", "东桥", ""]
    assert table["kind"].tolist() == ["ambulance_station", "subcentre", ""]
    assert table["facility_id"].tolist() == ["", "", ""]
    np.testing.assert_array_equal(table["ambulances"], [2, math.nan, 1])
    np.testing.assert_array_equal(table["cost_wan"], [120, math.nan, 80.5])
    assert table.crs == FRAME.crs
    assert table.geometry.to_crs(WGS84).x.tolist() == pytest.approx([113.44, 113.5, 113.6])
    (account,) = layer.accounts
    assert (account.layer, account.n_read, account.n_used, rejects(layer)) == ("candidates", 3, 3, [])
    assert beyond_columns(layer.notes) == ()


@pytest.mark.parametrize(
    ("header", "cell", "wan"),
    [
        ("费用", "120", 120.0),
        ("费用", "120万", 120.0),
        ("费用", "120万元", 120.0),
        ("费用", "1,200,000元", 120.0),
        ("费用（元）", "1200000", 120.0),
        ("费用（元）", "120万元", 120.0),
        ("投资估算（亿元）", "0.5", 5000.0),
        ("造价/万元", "约80", 80.0),
        ("总投资（人民币，元）", "800000", 80.0),
        ("cost (yuan)", "1,200,000", 120.0),
        ("cost_wan", "12.5", 12.5),
        ("capital cost (万元)", "12.5", 12.5),
    ],
)
def test_costs_in_the_unit_their_header_or_cell_names(tmp_path, header, cell, wan):
    columns = ("名称", "经度", "纬度", header)
    table = of_rows(tmp_path, ("北岭站", 113.44, 29.47, cell), header=columns).table
    assert table["cost_wan"].tolist() == pytest.approx([wan])


def test_a_unit_in_the_title_counts(tmp_path):
    rows = [
        ("候选点一览表（单位：元）",),
        ("名称", "经度", "纬度", "费用"),
        ("北岭站", 113.44, 29.47, 500_000),
    ]
    table = read(workbook(tmp_path / "c.xlsx", {"Sheet1": rows})).table
    assert table["cost_wan"].tolist() == pytest.approx([50.0])


@pytest.mark.parametrize("unit", ["美元", "USD", "元/辆"])
def test_money_that_is_not_yuan_is_refused(tmp_path, unit):
    with pytest.raises(SourceError, match="unit of the column 费用.* is not understood") as caught:
        of_rows(tmp_path, ("北岭站", 113.44, 29.47, 5), header=("名称", "经度", "纬度", f"费用（{unit}）"))
    assert "万元、元" in caught.value.zh


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("甲", "超市", 113.44, 29.47, "", "", "", ""), "kind_unknown"),
        (("甲", "", 113.44, 29.47, "面议", "", "", ""), "number_unreadable"),
        (("甲", "", 113.44, 29.47, -3, "", "", ""), "number_negative"),
        (("甲", "", 113.44, 29.47, 3_000_000, "", "", ""), "number_impossible"),
        (("甲", "", 113.44, 29.47, "", 1.5, "", ""), "number_impossible"),
        (("甲", "", 113.44, 29.47, "", "", "不存在的医院", ""), "facility_unknown"),
        (("甲", "", 113.44, 29.47, "", "", "卫生院", ""), "facility_unknown"),
        (("甲", "", "", "", "", "", "", ""), "coordinates_missing"),
        (("甲", "", 0, 0, "", "", "", ""), "coordinates_missing"),
        (("卫生院", "", "", "", "", "", "", ""), "coordinates_missing"),
        (("甲", "", 29.47, 113.44, "", "", "", ""), "coordinates_swapped"),
        (("甲", "", 114.9, 29.47, "", "", "", ""), "outside_area"),
        (("乙", "", 113.5, 29.5, "", "", "", "B"), "duplicate"),
        (("好站", "", 113.4, 29.4001, "", "", "", ""), "duplicate"),
        (("合计", "", "", "", 300, "", "", ""), "not_a_place"),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_and_the_others_stay(tmp_path, row, code):
    layer = of_rows(tmp_path, ("好站", "急救站", 113.4, 29.4, 1, 1, "", "B"), row)
    assert rejects(layer) == [(3, code)]
    assert layer.table["name"].tolist() == ["好站"]


@pytest.mark.parametrize(
    ("row", "facility_id"),
    [
        (("急救站选址", "", "", "", "", "", "w1", ""), "w1"),
        (("急救站选址", "", "", "", "", "", "桃林镇卫生院", ""), "w1"),
        (("桃林镇卫生院", "", "", "", "", "", "", ""), "w1"),
        (("w3", "", "", "", "", "", "", ""), "w3"),
    ],
)
def test_a_row_that_names_a_facility_needs_no_coordinates(tmp_path, row, facility_id):
    (found,) = of_rows(tmp_path, row).table.itertuples()
    assert found.facility_id == facility_id
    home = FACILITIES.set_index("id").geometry[facility_id]
    assert found.geometry.distance(home) < 1e-6


def test_a_list_of_names_alone_is_enough(tmp_path):
    layer = of_rows(tmp_path, ("桃林镇卫生院",), ("县人民医院",), header=("候选点",))
    assert layer.table["facility_id"].tolist() == ["w1", "h1"]


def test_a_name_with_its_own_place_is_no_facility_yet(tmp_path):
    """Whether it is the facility follows from where it lies, which candidates are told by."""
    table = of_rows(tmp_path, ("桃林镇卫生院", "", 113.6, 29.6, "", "", "", "")).table
    assert table["facility_id"].tolist() == [""]


def test_points_of_a_map_file_and_of_amap(tmp_path):
    path = map_file(tmp_path / "c.geojson", {"名称": ["甲"]}, [shapely.Point(113.45, 29.47)], WGS84)
    assert read(path).table["name"].tolist() == ["甲"]
    shifted = read(path, crs="gcj02").table
    assert 300 < shifted.geometry[0].distance(read(path).table.geometry[0]) < 900
    rows = text_file(tmp_path / "c.csv", [("名称", "经度", "纬度"), ("甲", 113.45, 29.47)])
    with pytest.raises(CrsError, match="does not say the coordinate system"):
        read(rows, crs="")


def test_nothing_left_is_an_error_with_the_reasons(tmp_path):
    with pytest.raises(
        SourceError, match=r"none of 1 rows can be used \(coordinates missing 1\); row 2: has no"
    ):
        of_rows(tmp_path, ("甲", "", "", "", "", "", "", ""))
    with pytest.raises(SourceError, match="holds no candidate site: add one"):
        of_rows(tmp_path)


@settings(deadline=None, max_examples=40)
@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(("甲", "乙", "", *(name for name in ODD_NAMES if "\x00" not in name))),
            st.sampled_from(("急救站", "次中心", "", "x", "医院")),
            st.sampled_from((113.4, 113.5, "", "abc", 200)),
            st.sampled_from((29.4, 29.5, "", 0)),
            st.sampled_from(("", "5", "5元", "-1", "1e9", "五")),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_no_row_is_lost(tmp_path_factory, cells):
    path = text_file(tmp_path_factory.mktemp("c") / "c.csv", [HEADER[:5], ("好", "", 113.3, 29.3, 1), *cells])
    layer = read(path)
    (account,) = layer.accounts
    assert account.n_used == len(layer.table) >= 1
    assert account.n_read == account.n_used + account.n_merged + len(account.rejects)
    assert layer.table["id"].is_unique
