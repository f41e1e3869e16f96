"""A file to start an option from: it does nothing, and every example in it holds once uncommented."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import replace

import geopandas as gpd
import pytest

import cli
from builders import ODD_NAMES, toy_area
from coverage.errors import FileError
from coverage.geopackage import write_study_area
from coverage.options.reading import check_option, read_option
from coverage.options.starting import free_name, starting_text, write_starting_file
from coverage.scenario import apply_option

TABLES = ("open", "close", "move", "change", "standard", "speeds", "roads")


def one_of(area, n):
    """Keep the first facilities."""
    return replace(area, facilities=area.facilities.iloc[:n])


def without_seats(area):
    area.townships[["seat_lon", "seat_lat"]] = math.nan
    return area


def off_road(area):
    """Leave nothing near a road but the roads themselves."""
    area.townships[["seat_lon", "seat_lat"]] = math.nan
    area.demand.geometry = gpd.GeoSeries.from_xy([641_000.0] * len(area.demand), 3_256_000.0, crs=area.crs)
    return area


AREAS = {
    "toy": toy_area,
    "assumed": lambda: toy_area(ambulances_known=False),
    "odd": lambda: toy_area(odd_names=True),
    "two": lambda: one_of(toy_area(), 2),
    "one": lambda: one_of(toy_area(), 1),
    "assumed one": lambda: one_of(toy_area(ambulances_known=False), 1),
    "no seats": lambda: without_seats(toy_area()),
    "off road": lambda: off_road(toy_area()),
}


def uncommented(text):
    return re.sub(r"^#(?=[\[a-z])", "", text, flags=re.MULTILINE)


def blocks(text):
    """Give the examples one by one, each with the head of the file."""
    head = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip()
    found = re.findall(r"(?:^#[\[a-z].*\n)+", text, re.MULTILINE)
    return [f"{head}\n{uncommented(block)}" for block in found]


def checked(text, area, tmp_path):
    path = tmp_path / "start.option.toml"
    path.write_text(text, "utf-8")
    return check_option(read_option(path), area)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", AREAS)
def test_it_does_nothing_and_every_example_holds(name, lang, tmp_path):
    area = AREAS[name]()
    text = starting_text(area, lang=lang, file_name="start.option.toml")
    nothing = checked(text, area, tmp_path)
    assert apply_option(area, nothing).area.facilities["id"].equals(area.facilities["id"])
    assert not any(getattr(nothing, table) for table in TABLES)
    examples = blocks(text)
    done = set()
    for example in examples:
        option = checked(example, area, tmp_path)
        changed = {table for table in TABLES if getattr(option, table)}
        assert len(changed) == 1
        done |= changed
    assert done >= {"open", "change", "standard", "speeds", "roads"}
    if len(area.facilities) > 1:
        assert done == set(TABLES)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_examples_hold_together_where_there_are_facilities_enough(lang, tmp_path):
    for name in ("toy", "assumed", "odd"):
        area = AREAS[name]()
        text = uncommented(starting_text(area, lang=lang, file_name="x.toml"))
        option = checked(text, area, tmp_path)
        assert all(getattr(option, table) for table in TABLES)


def test_the_place_of_the_example_is_a_seat_far_from_every_ambulance(tmp_path):
    area = toy_area()
    area.townships.loc[2, ["seat_lon", "seat_lat"]] = area.demand.geometry.to_crs(4326).iloc[21].coords[0]
    option = checked(uncommented(starting_text(area, lang="zh", file_name="x")), area, tmp_path)
    assert option.open[0].name == "石门乡急救站"


def test_it_lists_every_facility_and_says_how_to_go_on():
    text = starting_text(toy_area(), lang="zh", file_name="甲.option.toml")
    assert (
        "# h1  小康县人民医院  医院  2  112.44402  29.48058\n"
        "# s1  柳林急救站  急救站  1  112.53682  29.47909\n"
        "# w1  石门乡卫生院  卫生院  0  112.71211  29.47740\n" in text
    )
    assert "coverage compare --county toy --option 甲.option.toml\n" in text
    english = starting_text(toy_area(ambulances_known=False), lang="en", file_name="x")
    assert "# h1  小康县人民医院  hospital  unknown  112.44402  29.48058\n" in english
    assert english.startswith("# A siting option for Xiaokang ")


def test_odd_names_stay_in_their_comments():
    text = starting_text(toy_area(odd_names=True), lang="zh", file_name="\n[[close]]\nx = 1")
    assert set(tomllib.loads(text)) == {"name", "note", "crs"}
    assert ODD_NAMES[0] in text


def test_the_same_county_gives_the_same_file():
    assert starting_text(toy_area(), lang="zh", file_name="x") == starting_text(
        toy_area(), lang="zh", file_name="x"
    )


def test_a_file_that_is_there_is_left_alone(tmp_path):
    path = tmp_path / "a.option.toml"
    write_starting_file(toy_area(), path, lang="zh")
    path.write_text("mine", "utf-8")
    with pytest.raises(FileError) as caught:
        write_starting_file(toy_area(), path, lang="zh")
    assert path.read_text("utf-8") == "mine"
    assert f"{path} is there already" in caught.value.line("en")
    assert f"{path} 已存在" in caught.value.line("zh")
    assert free_name(path).name == "a-2.option.toml"
    (tmp_path / "a-2.option.toml").mkdir()
    assert free_name(path).name == "a-3.option.toml"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder that has the toy county."""
    write_study_area(toy_area(), tmp_path / "data" / "boundaries" / "toy.gpkg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_numbers_files_and_never_replaces_one(folder, capsys):
    new = ["option", "new", "--county", "小康"]
    assert cli.run([*new, "--lang", "zh"]) == 0
    (folder / "toy.option.toml").write_text("mine", "utf-8")
    assert cli.run([*new, "--lang", "en"]) == 0
    assert cli.run([*new, "--out", "plans/south.toml"]) == 0
    assert cli.run([*new, "--out", "plans", "--quiet"]) == 0
    assert capsys.readouterr().out.split() == ["toy.option.toml", "toy-2.option.toml", "plans/south.toml"]
    assert (folder / "toy.option.toml").read_text("utf-8") == "mine"
    assert "siting option" in (folder / "toy-2.option.toml").read_text("utf-8")
    assert (folder / "plans" / "toy.option.toml").is_file()
    assert cli.run([*new, "--out", "toy.option.toml", "--lang", "zh"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "错误：toy.option.toml 已存在，可能已填写内容：请用 --out 换一个文件名"
    ]
    assert (folder / "toy.option.toml").read_text("utf-8") == "mine"


def test_a_wrong_word_names_the_commands_there_are(capsys):
    assert cli.run(["option", "neu", "--lang", "zh"]) == 2
    assert capsys.readouterr().err == "错误：没有命令 neu，可选 new：用法见 coverage option --help\n"
