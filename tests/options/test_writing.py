"""An option as a file: what is written is what is read, whatever a planner calls things."""

from __future__ import annotations

import math
import tempfile
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from builders import ODD_NAMES
from coverage.option import Change, Closing, Move, NewRoad, Opening, Option, RoadClosure, Roadworks
from coverage.options.reading import read_option
from coverage.options.writing import is_as_written, option_text, write_option
from coverage.study_area import FACILITY_KINDS
from coverage.version import __version__

OPTION = Option(
    "新建2处",
    note="按人口",
    open=(Opening("n1", "新站", "ambulance_station", 113.25, 29.5, ambulances=1.0, capital_wan=120.5),),
    close=(Closing("s1", "柳林急救站"),),
    change=(Change("w1", "石门乡卫生院", ambulances=1), Change("h1", kind="subcentre", capital_wan=80.0)),
)
TEXT = """\
{money}
name = "新建2处"
note = "按人口"
crs = "wgs84"

[[open]]
id = "n1"
name = "新站"
kind = "ambulance_station"
lon = 113.25
lat = 29.5
ambulances = 1
capital_wan = 120.5

[[close]]
id = "s1"
name = "柳林急救站"

[[change]]
id = "w1"
name = "石门乡卫生院"
ambulances = 1

[[change]]
id = "h1"
kind = "subcentre"
capital_wan = 80
""".replace(
    "{money}",
    "# capital_wan: 建设费用 (of building), yearly_wan: 年运行费用 (of a year of running); "
    "万元 (10,000 yuan), 不花钱写0 (0 where free)",
)


def plain(value):
    """Give a value so that NaN equals NaN, and nothing else of another type or content."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return {k: plain(v) for k, v in value.items()} if hasattr(value, "items") else value


def written_and_read(option, county="c"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.option.toml"
        write_option(option, path, county=county)
        return read_option(path).option


def test_the_file_is_what_a_planner_would_write(tmp_path):
    path = tmp_path / "propose.option.toml"
    write_option(OPTION, path, county="临湘市")
    head, mark, text = path.read_text("utf-8").split("\n", maxsplit=2)
    assert head == f"# emergency-coverage {__version__}, 临湘市"
    assert mark.startswith("# unedited: ")
    assert text == TEXT
    assert b"\r" not in path.read_bytes()


def test_what_a_planner_edits_is_told_from_what_was_written(tmp_path):
    path = tmp_path / "propose.option.toml"
    write_option(OPTION, path, county="临湘市")
    assert is_as_written(path)
    text = path.read_text("utf-8")
    for edited in (
        text + "# checked\n",
        text.replace("新站", "东站"),
        text.replace("临湘市", "岳阳"),
        "",
        "name = 1\n",
    ):
        path.write_text(edited, "utf-8")
        assert not is_as_written(path)


def test_its_head_says_what_made_it_and_for_which_county():
    head = option_text(OPTION, county="临湘市\nname = 1").splitlines()[0]
    assert head.startswith("#")
    assert __version__ in head
    assert "临湘市 name = 1" in head


def test_figures_that_are_not_known_are_left_out():
    text = option_text(Option("x", open=(Opening("n1", "a", "clinic", 1.0, 2.0),)), county="c")
    assert "nan" not in text
    assert "capital_wan =" not in text
    assert "ambulances = 0\n" in text


def test_round_the_clock_is_written_where_it_is_a_change():
    text = option_text(Option("x", change=(Change("a", hours=""), Change("b"))), county="c")
    assert tomllib.loads(text)["change"] == [{"id": "a", "hours": ""}, {"id": "b"}]


@pytest.mark.parametrize("name", [*ODD_NAMES, "\ud800", '"""', "\\", "a\\nb", "\x7f\x00\x85\u2028"])
def test_no_name_breaks_out_of_its_place(name):
    option = Option(name, note=name, close=(Closing(name, name),), speeds={name: {name: 1.0}})
    said = name.replace("\ud800", "\ufffd")
    assert tomllib.loads(option_text(option, county=name)) == {
        "name": said,
        "note": said,
        "close": [{"id": said, "name": said}],
        "speeds": {said: {said: 1}},
    }


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAME = ANY.filter(str.strip)
KIND = st.sampled_from(FACILITY_KINDS)
COST = st.one_of(st.just(math.nan), st.floats(0, 1e7))
COUNT = st.integers(0, 30).map(float)
HOURS = st.sampled_from(["", "08:00-20:00", "20:00-08:00", "00:00-06:30,12:00-24:00"])
PLACE = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
NOWHERE = st.just((math.nan, math.nan))
MINUTES_S = st.integers(1, 14_400_000).map(lambda ms: ms / 1000)


def at_place(make, place, /, **more):
    return st.builds(
        lambda where, **rest: make(lon=where[0], lat=where[1], **rest), place, **more
    )  # fmt: skip


OPENINGS = at_place(
    Opening, st.one_of(PLACE, NOWHERE), id=NAME, name=NAME, kind=KIND, at=ANY, hours=HOURS,
    ambulances=st.one_of(st.just(math.nan), COUNT), capital_wan=COST, yearly_wan=COST,
)  # fmt: skip
CLOSINGS = st.builds(Closing, NAME, ANY, COST, COST)
MOVES = at_place(
    Move, st.one_of(PLACE, NOWHERE), id=NAME, name=ANY, to=ANY, ambulances=st.none() | COUNT,
    capital_wan=COST, yearly_wan=COST,
)  # fmt: skip
CHANGES = st.builds(
    Change, NAME, ANY, st.none() | KIND, st.none() | COUNT, st.none() | HOURS, COST, COST, COST
)
BOX = st.builds(
    lambda x, y, wide, hole: shapely.box(x, y, x + 3 * wide, y + 3 * wide)
    - (shapely.box(x + wide, y + wide, x + 2 * wide, y + 2 * wide) if hole else shapely.Point()),
    st.floats(-170, 160), st.floats(-80, 70), st.floats(0.01, 3), st.booleans(),
)  # fmt: skip
AREA = BOX | st.tuples(BOX, BOX).map(lambda two: shapely.MultiPolygon(list(two)))
INTEGER = st.integers(-(2**62), 2**62)
CLOSED_ROADS = st.builds(
    RoadClosure, ANY, st.none() | AREA, st.lists(INTEGER, max_size=3).map(tuple),
    st.lists(st.tuples(INTEGER, INTEGER), max_size=2).map(tuple),
)  # fmt: skip
NEW_ROADS = st.builds(
    NewRoad, NAME, NAME, st.lists(PLACE, min_size=2, max_size=4).map(tuple), st.booleans(), COST, COST, COST
)


def some(items):
    return st.lists(items, max_size=2).map(tuple)


OPTIONS = st.builds(
    Option,
    NAME,
    ANY,
    open=some(OPENINGS),
    close=some(CLOSINGS),
    move=some(MOVES),
    change=some(CHANGES),
    standard=st.fixed_dictionaries(
        {},
        optional={
            "urban_s": MINUTES_S,
            "rural_s": MINUTES_S,
            "target_share": st.floats(0, 1),
            "handling_s": COUNT,
            "turnout_s": st.floats(0, 1e4),
        },
    ),
    speeds=st.dictionaries(
        st.sampled_from(["class_kph", "surface", "smoothness", "tracktype", "conditions"]),
        st.dictionaries(ANY, st.floats(0, 200), min_size=1, max_size=2),
    ),
    roads=st.builds(Roadworks, some(CLOSED_ROADS), some(NEW_ROADS)),
)


@given(OPTIONS)
def test_any_option_comes_back(option):
    assert plain(written_and_read(option)) == plain(option)
