"""Study areas found by every name a planner may use, and a miss that helps."""

from __future__ import annotations

import dataclasses

import pytest

from builders import toy_area
from coverage.errors import CountyError, FileError
from coverage.geopackage import write_study_area
from coverage.sources.counties import find_county, list_counties, own_folder, search_folders
from coverage.study_area import County


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("areas")
    for county in (
        County("linxiang", "临湘市", "Linxiang", "430682"),
        County("qiyang", "祁阳县", "Qiyang", "431121"),
        County("mayang", "麻阳苗族自治县", "Mayang", "431226"),
    ):
        write_study_area(dataclasses.replace(toy_area(), county=county), folder / f"{county.stem}.gpkg")
    return folder


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("linxiang", "linxiang"), ("Linxiang", "linxiang"), ("LINXIANG", "linxiang"), ("临湘", "linxiang"),
        ("临湘市", "linxiang"), ("430682", "linxiang"), (" 430682 ", "linxiang"),
        ("４３０６８２", "linxiang"),
        ("祁阳", "qiyang"), ("祁阳县", "qiyang"), ("麻阳苗族", "mayang"), ("麻阳苗族自治县", "mayang"),
    ],
)  # fmt: skip
def test_every_name_a_planner_may_use(folder, name, stem):
    assert find_county(name, [folder]) == folder / f"{stem}.gpkg"


def test_a_miss_lists_what_there_is_and_the_nearest_spelling(folder):
    with pytest.raises(
        CountyError, match=r"no study area called linxang; did you mean linxiang\? There is linx"
    ) as e:
        find_county("linxang", [folder])
    assert "是否指 linxiang" in e.value.line("zh")
    assert "mayang (麻阳苗族自治县 431226)" in str(e.value)
    with pytest.raises(CountyError, match=r"no study area called 上海\. There is linxiang"):
        find_county("上海", [folder])


def test_where_there_is_none_the_miss_says_how_to_make_one(tmp_path):
    with pytest.raises(CountyError, match="make one with coverage import"):
        find_county("linxiang", [tmp_path])


def test_the_first_folder_counts(folder, tmp_path):
    own = dataclasses.replace(toy_area(), county=County("linxiang", "我的临湘市"))
    write_study_area(own, tmp_path / "linxiang.gpkg")
    assert find_county("linxiang", [tmp_path, folder]).parent == tmp_path
    assert len(list_counties([tmp_path, folder])) == 3


def test_two_of_one_name_must_be_told_apart(folder, tmp_path):
    write_study_area(
        dataclasses.replace(toy_area(), county=County("plan-b", "临湘市", "", "430682")),
        tmp_path / "plan-b.gpkg",
    )
    with pytest.raises(
        CountyError, match="more than one study area is called 临湘市: say which, plan-b, linxiang"
    ):
        find_county("临湘市", [tmp_path, folder])
    assert find_county("plan-b", [tmp_path, folder]).stem == "plan-b"


def test_a_broken_file_is_listed_and_named_when_asked_for(tmp_path):
    (tmp_path / "broken.gpkg").write_text("no database", "utf-8")
    (entry,) = list_counties([tmp_path])
    assert entry.header is None
    with pytest.raises(FileError, match=r"broken\.gpkg is not a study area"):
        find_county("broken", [tmp_path])


def test_folders_in_their_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert search_folders() == (own_folder(),)
    (tmp_path / "data" / "boundaries").mkdir(parents=True)
    assert [f.resolve() for f in search_folders(tmp_path)] == [
        tmp_path,
        tmp_path / "data" / "boundaries",
        own_folder(),
    ]
    with pytest.raises(CountyError, match="is not a folder"):
        search_folders(tmp_path / "none")


def test_the_programs_own_folder_has_linxiang():
    assert (own_folder() / "linxiang.gpkg").is_file()
