"""What the people of an import are told of the townships they are counted by."""

from __future__ import annotations

import csv
import dataclasses

import geopandas as gpd
import pytest
import shapely

from builders import toy_area
from coverage.errors import SourceError
from coverage.sources.import_order import Order
from coverage.sources.layer_file import LayerFile
from coverage.sources.study_area_import import import_study_area
from coverage.study_area import WGS84, County


@pytest.fixture(scope="module")
def modelled():
    """The toy county, its townships those of a model."""
    area = toy_area()
    rows = [dataclasses.replace(row, modelled=row.layer == "townships") for row in area.provenance]
    return dataclasses.replace(area, provenance=tuple(rows))


def at(area, x_km, y_km):
    origin = area.facilities.geometry.iloc[0]
    point = gpd.GeoSeries([shapely.Point(origin.x + 1000 * x_km, origin.y + 1000 * y_km)], crs=area.crs)
    place = point.to_crs(WGS84).iloc[0]
    return place.x, place.y


def table(path, *rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return LayerFile(path, crs="wgs84")


def villages(area, path):
    header = ["乡镇", "村名", "人口", "经度", "纬度"]
    rows = [
        ("柳林镇", "柳一村", 1_300, *at(area, 10.0, 0.1)),
        ("五里牌街道", "五一村", 70, *at(area, 26.0, 0.1)),
    ]
    return table(path / "villages.csv", header, *rows)


def notes_of(area, **files):
    imported = import_study_area(Order(county=County(area.county.stem, ""), base=area, **files))
    return {note.code: note for note in imported.notes}, imported


def test_people_of_a_listed_township_without_land_are_not_its_neighbours(modelled, tmp_path):
    listed = table(tmp_path / "t.csv", ["乡镇", "人口"], ["柳林镇", 1_400], ["五里牌街道", 80])
    notes, imported = notes_of(modelled, townships=(listed,), population=villages(modelled, tmp_path))
    assert "五里牌街道): 70 (rows: 1, 五一村)" in notes["people_of_landless_townships"].en
    assert imported.area.demand["population"].sum() == 1_300
    codes = [reject.code for account in imported.accounts for reject in account.rejects]
    assert codes == ["township_without_land", "township_unknown"]


def test_totals_of_an_older_model_are_called_so(modelled, tmp_path):
    people = villages(modelled, tmp_path)
    assert "older study area" in notes_of(modelled, population=people)[0]["totals_differ"].en
    scaled, _ = notes_of(modelled, population=people, scale_to_townships=True)
    assert "scaled_to_model" in scaled
    halved = modelled.demand.assign(population=modelled.demand["population"] / 2)
    kept, _ = notes_of(dataclasses.replace(modelled, demand=halved), scale_to_townships=True)
    assert kept["scaled_to_model"].ids == kept["scaled_to_totals"].ids
    observed, _ = notes_of(toy_area(), population=people)
    assert "--scale-to townships" in observed["totals_differ"].en


def test_totals_of_the_planners_own_list_are_no_model(modelled, tmp_path):
    names = modelled.townships["name"].tolist()
    own = table(tmp_path / "t.csv", ["乡镇", "人口"], *([name, 900] for name in names))
    people = villages(modelled, tmp_path)
    notes, _ = notes_of(modelled, townships=(own,), population=people)
    assert "--scale-to townships" in notes["totals_differ"].en
    _, first = notes_of(modelled, townships=(own,))
    later, _ = notes_of(first.area, population=people)
    assert "--scale-to townships" in later["totals_differ"].en
    few = table(tmp_path / "few.csv", ["乡镇", "人口"], [names[1], 900])
    mixed, _ = notes_of(modelled, townships=(few,), population=people)
    assert "older study area" in mixed["totals_differ"].en


def test_kept_people_are_merged_if_asked_and_else_left_alone(modelled):
    n = len(modelled.demand)
    notes, few = notes_of(modelled, max_demand=5)
    assert len(few.area.demand) <= 5 < n
    people = [area.demand.groupby("township_id")["population"].sum() for area in (few.area, modelled)]
    assert people[0].to_dict() == pytest.approx(people[1].to_dict())
    assert f"from {n:,} to {len(few.area.demand)} (--max-demand)" in notes["demand_merged"].en
    assert any("--max-demand" in row.note for row in few.area.provenance if row.layer == "demand")
    _, kept = notes_of(modelled, scale_to_townships=True)
    assert len(kept.area.demand) == n


def test_scaling_to_totals_that_nobody_knows_is_refused(modelled, tmp_path):
    unknown = modelled.townships.assign(population=float("nan"))
    bare = dataclasses.replace(modelled, townships=unknown)
    for files in ({}, {"population": villages(modelled, tmp_path)}):
        with pytest.raises(SourceError, match="no township has a total") as caught:
            notes_of(bare, scale_to_townships=True, **files)
        assert "没有任何乡镇的总人口" in caught.value.line("zh")
        assert "\n" not in str(caught.value)


def test_the_countys_own_row_is_known_by_its_name(modelled, tmp_path):
    header = ["村名", "人口", "经度", "纬度"]
    lines = [("小康县", 1_900, *at(modelled, 1.0, 0.1)), ("柳一村", 1_300, *at(modelled, 10.0, 0.1))]
    _, imported = notes_of(modelled, population=table(tmp_path / "v.csv", header, *lines))
    assert imported.area.demand["population"].sum() == 1_300
    assert [r.code for account in imported.accounts for r in account.rejects] == ["not_a_place"]


def test_totals_that_people_are_scaled_to_stay_exactly(modelled, tmp_path):
    names = modelled.townships["name"].tolist()
    own = modelled.townships.assign(population=[45_678.9, 0.7, 12_345.6])
    file = table(tmp_path / "t.csv", ["乡镇", "人口"], *([name, 900 + 7 * i] for i, name in enumerate(names)))
    _, imported = notes_of(
        dataclasses.replace(modelled, townships=own), population=file, scale_to_townships=True
    )
    assert imported.area.townships["population"].tolist() == own["population"].tolist()
    people = imported.area.demand.groupby("township_id")["population"].sum()
    assert people[own["id"]].tolist() == pytest.approx(own["population"].tolist())


def test_kept_people_belong_to_the_township_they_lie_in_now(modelled, tmp_path):
    shapes = modelled.townships.geometry.to_numpy()
    before = modelled.demand.groupby("township_id")["population"].sum()
    ids = modelled.townships["id"].tolist()
    swapped = modelled.townships.assign(geometry=[shapes[0], shapes[2], shapes[1]])
    path = tmp_path / "t.geojson"
    path.write_text(swapped.to_crs(WGS84)[["name", "geometry"]].to_json(), encoding="utf-8")
    _, imported = notes_of(modelled, townships=(LayerFile(path, crs="wgs84"),))
    assert imported.area.townships["id"].tolist() == ids
    after = imported.area.demand.groupby("township_id")["population"].sum()
    assert after[ids].tolist() == before[[ids[0], ids[2], ids[1]]].tolist()
