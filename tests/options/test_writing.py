"""An option as a file: what is written is what is read, whatever a planner calls things."""

from __future__ import annotations

import math
import tomllib
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ODD_NAMES
from coverage.option import Change, Closing, Opening, Option
from coverage.options.writing import is_as_written, option_text, write_option
from coverage.version import __version__

OPTION = Option(
    "新建2处",
    note="按人口",
    open=(Opening("n1", "新站", "ambulance_station", 113.25, 29.5, 1.0, 120.5),),
    close=(Closing("s1", "柳林急救站"),),
    change=(Change("w1", "石门乡卫生院", ambulances=1), Change("h1", kind="subcentre", capital_wan=80.0)),
)


def known(row):
    """Give what a file can hold of a row."""
    return {k: v for k, v in asdict(row).items() if v is not None and v == v}  # noqa: PLR0124


def as_read(option):
    tables = {key: [known(row) for row in getattr(option, key)] for key in ("open", "close", "change")}
    return {"name": option.name, "note": option.note} | {k: rows for k, rows in tables.items() if rows}


def test_the_file_is_read_as_it_was_meant(tmp_path):
    path = tmp_path / "propose.option.toml"
    write_option(OPTION, path, county="临湘市")
    assert tomllib.loads(path.read_text("utf-8")) == as_read(OPTION)
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
    assert math.isnan(OPTION.change[0].capital_wan)


@pytest.mark.parametrize("name", [*ODD_NAMES, "\ud800", '"""', "\\", "a\\nb", "\x7f\x00\x85\u2028"])
def test_no_name_breaks_out_of_its_place(name):
    option = Option(name, note=name, close=(Closing(name, name),))
    text = option_text(option, county=name)
    expected = name.replace("\ud800", "\ufffd")
    assert tomllib.loads(text) == as_read(Option(expected, expected, close=(Closing(expected, expected),)))


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBER = st.floats(allow_nan=True, allow_infinity=False)


@given(st.builds(Option, TEXT, TEXT, st.tuples(st.builds(Opening, TEXT, TEXT, TEXT, *[NUMBER] * 4))))
def test_any_option_comes_back(option):
    assert tomllib.loads(option_text(option, county="c")) == as_read(option)
