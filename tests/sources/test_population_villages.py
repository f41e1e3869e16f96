"""Villages and township totals from tables: every row accounted for, everybody in a place."""

from __future__ import annotations

import csv
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import SourceError
from coverage.geopackage import read_study_area
from coverage.sources.coordinates import convert
from coverage.sources.frame import Frame
from coverage.sources.layer_file import LayerFile
from coverage.sources.population_table import read_population
from coverage.study_area import County
from population_maps import (
    CRS,
    X0,
    Y0,
    by_township,
    codes,
    frame,
    lonlat,
    roads,
    townships,
)

TEXT = "村名,所属乡镇,人口,经度,纬度,代码\n"


def at(x, y):
    """Longitude and latitude as a planner writes them, of metres from the county's corner."""
    lon, lat = lonlat([x], [y])
    return f"{lon[0]:.8f},{lat[0]:.8f}"


def row(name="", township="", people="", place=",", code=""):
    return f"{name},{township},{people},{place},{code}\n"


def read(path, *rows, towns=None, edges=None, header=TEXT, **options):
    path = path / "villages.csv"
    path.write_text(header + "".join(rows), encoding="utf-8")
    return read_population(
        LayerFile(path, crs="wgs84"),
        frame(),
        townships() if towns is None else towns,
        roads() if edges is None else edges,
        None,
        **options,
    )


def rejected(rows):
    return {reject.row: reject.code for account in rows.accounts for reject in account.rejects}


def lived(rows):
    return rows.points[rows.points["population"] > 0].reset_index(drop=True)


def counts(rows):
    (account,) = rows.accounts
    return account.n_read, account.n_used, account.n_merged, len(account.rejects)


def test_each_village_is_used_at_its_point(tmp_path):
    rows = read(
        tmp_path,
        row("东村", "城关镇", "1200人", at(1_000, 500), "430699100201"),
        row("西村", "柳林", "约0.3万", at(5_000, 3_500)),
        row("无镇村", "", "80", at(9_000, 1_000)),
    )
    assert counts(rows) == (3, 3, 0, 0)
    points = lived(rows)
    assert points["id"].tolist() == ["430699100201", "row3", "row4"]
    assert points["name"].tolist() == ["东村", "西村", "无镇村"]
    assert points["township_id"].tolist() == ["430699100", "430699101", "430699102"]
    assert points["population"].tolist() == [1_200, 3_000, 80]
    where = shapely.get_coordinates(points.geometry) - (X0, Y0)
    assert where == pytest.approx(np.array([[1_000, 500], [5_000, 3_500], [9_000, 1_000]]), abs=0.01)
    assert not rows.modelled
    assert rows.township_people.tolist() == [1_200, 3_000, 80]
    assert (rows.people_in, rows.people_out, rows.people_left_out) == (4_280, 4_280, 0)


BAD = {
    "population_missing": (row("甲村", "城关镇", "", at(500, 500)), "population missing"),
    "number_unreadable": (row("甲村", "城关镇", "很多", at(500, 500)), "很多"),
    "number_negative": (row("甲村", "城关镇", "-3", at(500, 500)), "-3"),
    "number_impossible": (row("甲村", "城关镇", "5000001", at(500, 500)), "5000001"),
    "township_contradictory": (row("甲村", "城关镇", "9", at(500, 500), "430699101001"), "柳林镇"),
    "outside_area": (row("甲村", "", "9", at(-900, 500)), "0.9 km outside"),
    "coordinates_missing": (row("甲村", "", "9"), "neither coordinates nor a township"),
    "township_unknown": (row("甲村", "桃林镇", "9"), "桃林镇"),
    "not_a_place": (row("合计", "", "9999"), "total"),
    "coordinates_swapped": (
        row("甲村", "城关镇", "9", ",".join(reversed(at(500, 500).split(",")))),
        "swapped",
    ),
}


@pytest.mark.parametrize("reason", BAD)
def test_a_row_that_cannot_be_used_is_rejected_with_its_figures(tmp_path, reason):
    line, words = BAD[reason]
    rows = read(tmp_path, row("好村", "城关镇", "100", at(1_000, 1_000)), line)
    assert rejected(rows) == {3: reason}
    ((reject,),) = [account.rejects for account in rows.accounts]
    assert words in reject.en
    assert reject.zh != reject.en
    assert reject.cells["村名"] == line.split(",")[0]
    assert lived(rows)["population"].tolist() == [100]


OTHERS = (
    row("东村", "城关镇", "1000", at(1_000, 500)),
    row("西村", "柳林镇", "2000", at(5_000, 500)),
    row("菜市", "柳林镇", "900", at(5_500, 900)),
    row("幸福小区", "", "3000", at(5_500, 500)),
)  # 6,900 people
XIAOKANG = County("toy", "小康县", code="430699")
HERE = at(2_000, 2_000)


@pytest.mark.parametrize(
    ("line", "county"),
    [
        (row("全县", "", "3000", HERE, "430699000000"), None),
        (row("小康", "", "10", HERE, "430699000000"), None),
        (row("小康市", "", "7240"), None),  # 4.9 % more
        (row("小康市", "", "6560"), None),
        (row("小康市", "", "6900", HERE), None),
        (row("小康市", "", "0.69万", HERE), None),
        (row("小康县", "", "8600", HERE), XIAOKANG),
        (row("小康县", "", "3000"), XIAOKANG),
        (row("湖南省岳阳市小康县", "", "8600"), XIAOKANG),
        (row("县域", "", "8600", HERE, "430699"), XIAOKANG),
        (row("小康县", "小康县", "8600"), XIAOKANG),
    ],
)
def test_the_countys_own_figure_is_no_village(tmp_path, line, county):
    for lines in ((line, *OTHERS), (line, line, *OTHERS)):
        rows = read(tmp_path, *lines, county=county)
        assert set(rejected(rows).values()) == {"not_a_place"}
        assert (rows.people_in, rows.people_left_out) == (6_900, 0)


@pytest.mark.parametrize(
    ("line", "county"),
    [
        (row("老城区", "", "120000", HERE), XIAOKANG),
        (row("老城区", "", "7100", HERE), XIAOKANG),  # 3 % more than the others
        (row("小康市", "", "7000", HERE), None),
        (row("小康市", "城关镇", "6900", HERE), None),
        (row("小康县", "城关镇", "6900", HERE), XIAOKANG),
        (row("小康县", "桃林镇", "6900", HERE), XIAOKANG),
        (row("小康县", "城关镇", "6900", HERE, "430699000000"), XIAOKANG),
        (row("小康县", "", "300", HERE), XIAOKANG),  # where the county has its seat
        (row("新小康县", "", "6000", HERE), XIAOKANG),
    ],
)
def test_a_place_that_is_called_as_counties_are_is_counted(tmp_path, line, county):
    rows = read(tmp_path, line, *OTHERS, county=county)
    assert rejected(rows) == {}
    people = float(line.split(",")[2])
    assert (rows.people_in, rows.people_left_out) == (6_900 + people, 0)


def test_villages_of_other_counties_are_nobody_of_ours(tmp_path):
    header = "县（市、区）," + TEXT
    ours = [f"小康县,{line}" for line in OTHERS]
    rows = read(tmp_path, f"大康县,{OTHERS[0]}", *ours, county=XIAOKANG, header=header)
    assert rejected(rows) == {2: "other_county"}
    assert "大康县" in rows.accounts[0].rejects[0].zh
    assert (rows.people_in, rows.people_left_out) == (6_900, 0)


def test_what_is_rejected_for_another_reason_is_left_out_and_counted(tmp_path):
    lines = row("老城区", "", "50000"), row("甲村", "城关镇", "9", HERE, "430699101001")
    rows = read(tmp_path, *lines, *OTHERS, county=XIAOKANG)
    assert rejected(rows) == {2: "coordinates_missing", 3: "township_contradictory"}
    assert (rows.people_in, rows.people_left_out) == (6_900, 50_009)


def test_the_countys_figure_is_known_where_townships_and_villages_are_listed(tmp_path):
    totals = [row("城关镇", "", "1500"), row("柳林镇", "", "3000")]
    villages = [row("东村", "城关镇", "1000", at(1_000, 500)), row("西村", "柳林镇", "2000", at(5_000, 500))]
    rows = read(tmp_path, row("小康市", "", "4500"), *totals, *villages)
    assert rejected(rows) == {2: "not_a_place"}
    assert rows.people_in == pytest.approx(4_500)


def test_a_name_beats_the_outline_and_a_place_beyond_the_boundary_counts_if_named(tmp_path):
    rows = read(
        tmp_path,
        row("边村", "城关镇", "10", at(5_000, 500)),
        row("外村", "石门乡", "20", at(12_900, 500)),
        row("邻村", "桃林镇", "30", at(9_000, 500)),
    )
    assert by_township(rows.points) == {"430699100": 10, "430699101": 0, "430699102": 50}
    notes = {note.code: note for note in rows.notes}
    assert notes["villages_elsewhere"].ids == ("边村",)
    assert "1.0 km" in notes["villages_elsewhere"].en
    assert notes["villages_beyond"].ids == ("外村",)
    assert notes["villages_township_unknown"].ids == ("邻村",)


def test_people_inside_the_boundary_and_in_no_township_are_kept(tmp_path):
    towns = townships(np.nan, np.nan)  # the eastern third is nobody's
    rows = read(tmp_path, row("东村", "", "10", at(9_000, 500)), towns=towns)
    assert by_township(rows.points) == {"": 10, "430699100": 0, "430699101": 0}
    assert "people_outside_townships" in codes(rows.notes)


def known_places(*rows):
    return gpd.GeoDataFrame(
        {"id": [str(i) for i in range(len(rows))], "name": [r[0] for r in rows]},
        geometry=[shapely.Point(X0 + x, Y0 + y) for _, x, y in rows],
        crs=CRS,
    )


def test_a_village_without_coordinates_takes_the_known_place_of_its_name(tmp_path):
    places = known_places(
        ("东村", 700, 700),
        ("东村", 4_700, 700),
        ("西村", 5_000, 100),
        ("西村", 5_000, 3_000),
        ("北", 800, 3_800),
    )
    rows = read(
        tmp_path,
        row("东村", "城关镇", "10"),
        row("西村", "柳林镇", "20"),  # two of that name: not unique
        row("北村委会", "城关镇", "30"),
        row("东村", "石门乡", "40"),  # none there
        places=places,
    )
    assert counts(rows) == (4, 4, 0, 0)
    points = lived(rows).set_index("id")
    assert (shapely.get_coordinates(points.geometry[["row2", "row4"]]) - (X0, Y0)).round(3).tolist() == [
        [700, 700],
        [800, 3_800],
    ]
    assert by_township(rows.points) == pytest.approx({"430699100": 40, "430699101": 20, "430699102": 40})
    notes = {note.code: note for note in rows.notes}
    assert notes["villages_located"].ids == ("东村", "北村委会")
    assert notes["villages_spread"].count == 2
    assert "60 people" in notes["villages_spread"].en
    assert rows.modelled
    on_road = points.drop(["row2", "row4"])
    assert (on_road.geometry.y.round() == Y0 + 2_000).all()


def test_people_without_a_place_keep_away_from_villages_that_have_one(tmp_path):
    rows = read(tmp_path, row("东村", "城关镇", "2000", at(1_000, 2_000)), row("西村", "城关镇", "300"))
    spread = lived(rows).query("name == ''")
    assert spread["population"].sum() == pytest.approx(300)
    radius = 1_000 * math.sqrt(2_000 / (math.pi * 1_500))
    assert (spread.geometry.distance(shapely.Point(X0 + 1_000, Y0 + 2_000)) > radius).all()


def test_a_township_without_roads_keeps_its_people_at_one_point(tmp_path):
    rows = read(tmp_path, row("西村", "石门乡", "300"), edges=roads([(200, 2_000), (7_900, 2_000)]))
    points = lived(rows)
    assert points["population"].tolist() == [300]
    assert townships().geometry.iloc[2].contains(points.geometry.iloc[0])


def test_a_list_of_townships_is_spread_along_their_roads(tmp_path):
    header = "乡镇,常住人口（万人）\n"
    rows = read(tmp_path, "城关,1.2\n", "柳林镇,0.5\n", "石门乡,0.25\n", "合计,1.95\n", header=header)
    assert counts(rows) == (4, 3, 0, 1)
    assert by_township(rows.points) == pytest.approx(
        {"430699100": 12_000, "430699101": 5_000, "430699102": 2_500}
    )
    assert rows.modelled
    assert "totals_spread" in codes(rows.notes)
    assert (rows.points.geometry.y.round() == Y0 + 2_000).all()


def test_names_alone_are_townships_where_there_is_nothing_else(tmp_path):
    rows = read(tmp_path, "城关,1200\n", "柳林,500\n", "桃花村,9\n", header="名称,人口\n")
    assert by_township(rows.points) == pytest.approx({"430699100": 1_200, "430699101": 500, "430699102": 0})
    assert rejected(rows) == {4: "coordinates_missing"}
    assert np.isnan(rows.township_people[2])


def test_seats_of_townships_are_no_villages(tmp_path):
    lines = [row("", name, "900", at(x, 500)) for name, x in (("城关镇", 500), ("柳林镇", 4_500))]
    rows = read(tmp_path, *lines)
    assert len(lived(rows)) > 10
    more = read(tmp_path, *lines, row("", "柳林镇", "100", at(4_700, 900)))
    assert lived(more)["population"].tolist() == [900, 900, 100]


def test_a_total_among_villages_gives_the_roads_what_they_leave(tmp_path):
    rows = read(
        tmp_path,
        row("城关镇", "城关镇", "1000", at(2_000, 2_000), "430699100000"),
        row("东村", "城关镇", "300", at(1_000, 500)),
        row("西村", "城关镇", "200"),
        row("柳林镇", "", "100"),
        row("南村", "柳林镇", "400", at(5_000, 500)),
    )
    assert counts(rows) == (5, 5, 0, 0)
    assert by_township(rows.points) == pytest.approx({"430699100": 1_000, "430699101": 400, "430699102": 0})
    notes = {note.code: note for note in rows.notes}
    assert notes["figures_exceed_total"].ids == ("柳林镇",)
    assert notes["totals_spread"].ids == ("城关镇",)
    assert "500 people" in notes["totals_spread"].en
    again = read(tmp_path, row("城关镇", "", "1000"), row("城关镇", "", "900"), row("", "城关镇", "800"))
    assert rejected(again) == {3: "duplicate", 4: "duplicate"}


def test_duplicates_name_the_row_they_repeat(tmp_path):
    rows = read(
        tmp_path,
        row("东村", "城关镇", "300", at(1_000, 500)),
        row("东村", "城关镇", "300", at(1_000, 500)),
        row("东 村", "", "310", at(1_100, 500)),
        row("南村", "城关镇", "50", at(1_000, 500)),  # another name at the same place
        row("西村", "柳林镇", "70"),
        row("西村", "柳林镇", "71", at(5_000, 500)),
    )
    rejects = {r.row: r for r in rows.accounts[0].rejects}
    assert {r: reject.code for r, reject in rejects.items()} == dict.fromkeys((3, 4, 6), "duplicate")
    assert "row 2" in rejects[3].en
    assert "310" in rejects[4].en
    assert "300" in rejects[4].zh
    assert "row 7" in rejects[6].en  # which has a place
    assert rows.people_in == pytest.approx(421)
    assert rows.people_left_out == 300 + 310 + 70


@pytest.mark.parametrize("x", [250, 500, 600])
@pytest.mark.parametrize("y", [250, 500, 600])
def test_a_place_that_is_given_twice_is_found_wherever_it_lies(tmp_path, x, y):
    rows = read(
        tmp_path,
        row("东村", "城关镇", "300", at(x - 5, y - 5)),
        row("东村", "城关镇", "310", at(x + 5, y + 5)),
    )
    assert rejected(rows) == {3: "duplicate"}


def test_hamlets_of_one_name_far_apart_are_two(tmp_path):
    rows = read(
        tmp_path,
        row("新屋", "城关镇", "30", at(500, 500)),
        row("新屋", "城关镇", "40", at(3_500, 3_500)),
        row("老屋", "城关镇", "30", code="430699100201"),
        row("老屋", "城关镇", "30", code="430699100202"),
        row("新屋", "城关镇", "40", at(500, 3_500)),  # as many people as row 3
    )
    assert rejected(rows) == {}


def test_a_borrowed_place_tells_no_two_villages_apart(tmp_path):
    lines = [row("东村", "城关镇", "30", at(3_500, 3_500)), row("东村", "城关镇", "40")]
    rows = read(tmp_path, *lines, places=known_places(("东村", 500, 500)))
    assert rejected(rows) == {3: "duplicate"}
    assert lived(rows)["population"].tolist() == [30]


LANDLESS = ("五里牌街道", "柳林镇", "")


@pytest.mark.parametrize("said", ["五里牌街道", "五里牌", "小康县五里牌街道办事处"])
def test_a_village_of_a_township_without_land_is_counted_nowhere(tmp_path, said):
    rows = read(
        tmp_path,
        row("东村", "城关镇", "300", at(1_000, 500)),
        row("甲村", said, "70", at(1_500, 500)),  # in the outline of 城关镇
        row("乙村", said, "5"),
        row("西村", "柳林镇", "20", at(5_000, 500)),  # which has land after all
        row("丙村", "桃林镇", "1", at(9_000, 500)),  # never heard of
        landless=LANDLESS,
    )
    assert rejected(rows) == {3: "township_unknown", 4: "township_unknown"}
    for reject in rows.accounts[0].rejects:
        assert reject.en.startswith(
            "五里牌街道 is in the list of townships but has neither outline nor usable"
        )
        assert "乡镇清单中有五里牌街道" in reject.zh
    assert by_township(rows.points) == {"430699100": 300, "430699101": 20, "430699102": 1}
    assert (rows.people_in, rows.people_left_out) == (321, 75)
    notes = {note.code: note for note in rows.notes}
    note = notes["people_of_landless_townships"]
    assert note.ids == ("甲村", "乙村")
    assert "(五里牌街道): 75 (rows: 2, 甲村, 乙村)" in note.en
    assert "75人，2行（甲村、乙村）" in note.zh
    assert notes["villages_township_unknown"].ids == ("丙村",)


def test_a_township_without_land_in_a_list_of_totals_is_counted_nowhere(tmp_path):
    lines = ["城关镇,1200\n", "五里牌街道,500\n", "五里,9\n"]
    for header in ("名称,人口\n", "乡镇,人口\n"):
        rows = read(tmp_path, *lines, header=header, landless=LANDLESS)
        assert rejected(rows)[3] == "township_unknown"
        assert rows.people_in == pytest.approx(1_200)
        (note,) = [n for n in rows.notes if n.code == "people_of_landless_townships"]
        assert "五里牌街道" in note.en
    # a village beside others is no township, though all but the last of its letters are a township's
    places = [row("五里牌", "", "500", at(1_000, 500)), row("东村", "城关镇", "10", at(1_500, 500))]
    assert rejected(read(tmp_path, *places, landless=LANDLESS)) == {}


def test_a_name_of_a_township_without_land_contradicts_a_code_of_another(tmp_path):
    good = row("东村", "城关镇", "300", at(1_000, 500))
    line = row("甲村", "五里牌街道", "7", at(1_500, 500), "430699101201")
    rows = read(tmp_path, good, line, landless=LANDLESS)
    assert rejected(rows) == {3: "township_contradictory"}


def test_a_figure_beyond_reason_is_said_with_its_unit(tmp_path):
    lines = ["东村,城关镇,0.2\n", '西村,城关镇,"2,042"\n', "南村,城关镇,2042.5\n", "北村,城关镇,2042万\n"]
    rows = read(tmp_path, *lines, header="村名,乡镇,人口（万人）\n")
    texts = {reject.row: reject for reject in rows.accounts[0].rejects}
    assert {reject.code for reject in texts.values()} == {"number_impossible"}
    assert texts[3].zh == "人口2,042万人（表头单位为万）超过5,000,000人：单位是否应为人？"
    assert "population 2,042 counts in units of 10,000 by the header “人口（万人）”" in texts[3].en
    assert "makes 20,420,000, more than 5,000,000" in texts[3].en
    assert texts[4].zh.startswith("人口2,042.5万人（")
    assert texts[5].zh == "人口2042万超过5,000,000人：请更正数值或单位"
    plain = read(tmp_path, "东村,城关镇,9\n", "西村,城关镇,6000000\n", header="村名,乡镇,人口\n")
    assert "population 6000000 is more than 5,000,000" in plain.accounts[0].rejects[0].en


def test_modelled_totals_of_an_older_study_area_are_called_so(tmp_path):
    line, towns = row("东村", "城关镇", "300", at(1_000, 500)), townships(800, np.nan, 60)
    rows = read(tmp_path, line, towns=towns, totals_modelled=True)
    (note,) = [n for n in rows.notes if n.code == "totals_differ"]
    assert "modelled townships' totals of the older study area 800" in note.en
    assert "原研究区的乡镇总人口（模型推算）" in note.zh
    assert "--scale-to" not in note.en + note.zh
    scaled = read(tmp_path, line, towns=towns, totals_modelled=True, scale_to_townships=True)
    (note,) = [n for n in scaled.notes if n.code == "scaled_to_model"]
    assert note.ids == ("城关镇", "石门乡")
    plain = read(tmp_path, line, towns=towns, scale_to_townships=True)
    assert "scaled_to_model" not in codes(plain.notes)
    assert any("--scale-to townships" in n.zh for n in plain.notes if n.code == "totals_differ")


def test_totals_elsewhere_are_compared_and_taken_if_asked(tmp_path):
    lines = [row("东村", "城关镇", "300", at(1_000, 500)), row("南村", "城关镇", "100", at(1_500, 500))]
    towns = townships(800, np.nan, 60)
    rows = read(tmp_path, *lines, towns=towns)
    (note,) = [n for n in rows.notes if n.code == "totals_differ"]
    assert "城关镇: 400 and 800 (-50.0%)" in note.en
    assert rows.township_people[0] == 400
    assert np.isnan(rows.township_people[1:]).all()
    scaled = read(tmp_path, *lines, towns=towns, scale_to_townships=True)
    assert by_township(scaled.points) == pytest.approx({"430699100": 800, "430699101": 0, "430699102": 60})
    assert scaled.points["population"].head(2).tolist() == [600, 200]
    assert scaled.township_people[[0, 2]].tolist() == pytest.approx([800, 60])
    assert np.isnan(scaled.township_people[1])


def test_merged_rows_are_counted_and_nobody_is_lost(tmp_path):
    lines = [row(f"村{i}", "城关镇", str(10 + i), at(100 + 30 * i, 500)) for i in range(40)]
    rows = read(tmp_path, *lines, max_demand=10)
    assert len(rows.points) <= 10
    n_read, n_used, n_merged, n_rejected = counts(rows)
    assert (n_read, n_rejected) == (40, 0)
    assert n_used == len(lived(rows))
    assert n_used + n_merged == 40
    assert rows.points["population"].sum() == sum(10 + i for i in range(40))


def test_a_file_without_one_usable_row_gives_the_first_reason(tmp_path):
    with pytest.raises(SourceError, match="row 2: population -3 is negative") as caught:
        read(tmp_path, row("甲村", "城关镇", "-3", at(500, 500)))
    assert "第2行" in caught.value.line("zh")


def test_a_file_of_nobody_is_refused_as_a_raster_is(tmp_path):
    for options in ({}, {"towns": townships(800, 9, 60), "scale_to_townships": True}):
        with pytest.raises(SourceError, match="has nobody within the county") as caught:
            read(tmp_path, row("甲村", "城关镇", "0", at(500, 500)), row("柳林镇", "", "0"), **options)
        assert "没有人口" in caught.value.line("zh")


def test_codes_that_repeat_make_no_ids(tmp_path):
    rows = read(
        tmp_path,
        row("甲村", "城关镇", "1", at(500, 500), "7"),
        row("乙村", "城关镇", "2", at(600, 500), "7"),
        row("丙村", "城关镇", "3", at(700, 500), "8"),
    )
    assert lived(rows)["id"].tolist() == ["row2", "row3", "8"]


figures = st.sampled_from(["", "12", "300", "-4", "许多", "9999999", "0", "1.5万", "77"])
names_of = st.sampled_from(["", "东村", "西村", "城关镇", "合计", "新屋"])
towns_of = st.sampled_from(["", "城关镇", "柳林", "石门乡", "桃林镇"])
# in each township, on a border, in the buffer, beyond it, and nowhere
PLACES = [(500, 500), (510, 520), (4_000, 2_000), (5_000, 3_900), (9_000, 10), (-900, 500), (-9_000, 0)]
spots = st.sampled_from([",", *(at(x, y) for x, y in PLACES)])
codes_of = st.sampled_from(["", "430699100201", "430699101", "9"])


@settings(deadline=None, max_examples=50)
@given(
    lines=st.lists(st.tuples(names_of, towns_of, figures, spots, codes_of), min_size=1, max_size=12),
    max_demand=st.sampled_from([5, 50]),
)
def test_no_row_and_nobody_is_lost(tmp_path_factory, lines, max_demand):
    path = tmp_path_factory.getbasetemp()
    texts = [row(*line) for line in lines]
    always = row("始村", "城关镇", "50", at(3_000, 3_000))
    rows = read(path, always, *texts, max_demand=max_demand)
    n_read, n_used, n_merged, n_rejected = counts(rows)
    # rows without a single filled cell are no rows
    assert n_read == 1 + sum(any(text.strip(",\n")) for text in texts)
    assert n_read == n_used + n_merged + n_rejected
    assert rows.people_out == pytest.approx(rows.people_in)
    known = np.nan_to_num(rows.township_people).sum()
    outside = rows.points.loc[rows.points["township_id"] == "", "population"].sum()
    assert known + outside == pytest.approx(rows.people_in)
    assert rows.points["id"].is_unique
    assert len(rows.points) <= max_demand
    assert set(rows.points["township_id"]) >= {"430699100", "430699101", "430699102"}


@pytest.fixture(scope="module")
def linxiang(request):
    path = request.config.rootpath / "data" / "boundaries" / "linxiang.gpkg"
    area = read_study_area(path)
    return area, Frame(area.boundary, area.crs, area.buffer_m)


def test_the_real_villages_of_linxiang(tmp_path, shared_file, linxiang):
    with shared_file("linxiang_places_gcj02.csv").open(encoding="utf-8-sig") as file:
        places = list(csv.DictReader(file))
    villages = [p for p in places if p["级别"] == "5"]
    table = pd.DataFrame(
        [
            {**{k: p[k] for k in ("名称", "乡镇", "代码", "经度", "纬度")}, "人口": 1_000 + 7 * i}
            for i, p in enumerate(villages)
        ]
    )
    path = tmp_path / "村级人口.csv"
    table.to_csv(path, index=False, encoding="gb18030")
    area, limits = linxiang
    tree = shapely.STRtree(area.roads.edges.geometry.to_numpy())
    rows = read_population(LayerFile(path, crs="gcj02"), limits, area.townships, area.roads.edges, tree)
    (account,) = rows.accounts
    assert account.n_read == len(villages)
    assert account.n_read == account.n_used + len(account.rejects)
    people = {int(r): int(p) for r, p in zip(range(2, 2 + len(table)), table["人口"], strict=True)}
    lost = sum(people[reject.row] for reject in account.rejects)
    assert rows.people_out == pytest.approx(rows.people_in)
    assert rows.people_in == pytest.approx(table["人口"].sum() - lost)
    assert rows.people_left_out == lost
    wanted = table.drop([reject.row - 2 for reject in account.rejects]).groupby("乡镇")["人口"].sum()
    ours = dict(zip(area.townships["name"], area.townships["id"], strict=True))
    found = by_township(rows.points)
    for name, total in wanted.items():
        if name in ours:
            assert found[ours[name]] == pytest.approx(total), name
    # one with coordinates lies where AMap's shifted point really is
    i = next(i for i, p in enumerate(villages) if p["经度"])
    moved = convert([float(villages[i]["经度"])], [float(villages[i]["纬度"])], source="gcj02")
    truth = gpd.GeoSeries(shapely.points(moved.x, moved.y), crs="EPSG:4326").to_crs(area.crs).iloc[0]
    point = rows.points.set_index("id").geometry[villages[i]["代码"]]
    assert point.distance(truth) < 0.1
