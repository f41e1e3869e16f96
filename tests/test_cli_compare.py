"""The command `coverage compare` as a planner types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import cli
from builders import _lonlat, toy_area
from comparisons import toy_options
from coverage.geopackage import write_study_area
from coverage.options.writing import write_option

if TYPE_CHECKING:
    from pathlib import Path

_FAST = ["--draws", "40", "--no-pdf", "--lang", "en"]


@pytest.fixture(scope="module")
def ground(tmp_path_factory) -> Path:
    """Give a folder with the toy county and three options."""
    folder = tmp_path_factory.mktemp("ground")
    write_study_area(toy_area(), folder / "toy.gpkg")
    for name, option in zip("abc", toy_options(), strict=False):
        write_option(option, folder / f"{name}.toml", county="小康县")
    return folder


@pytest.fixture
def run(ground, tmp_path, capsys):
    """Run the command with some options on the toy county, and give code, stdout and stderr."""

    def command(*words: str, options: tuple[str, ...] = ("a", "b")) -> tuple[int, str, str]:
        files = [word for name in options for word in ("--option", str(ground / f"{name}.toml"))]
        arguments = ["compare", "--county", "toy", "--data", str(ground), "--out", str(tmp_path), *files]
        code = cli.run([*arguments, *_FAST, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_it_prints_the_advice_and_writes_its_files(run, tmp_path):
    code, out, err = run("--stages", "--per-year", "200万")
    assert code == 0, err
    assert "Advised: option B" in out
    made = {path.name for path in (tmp_path / "toy").iterdir()}
    assert made == {"compare.html", "compare.xlsx", "compare.gpkg", "compare.json"}
    figures = json.loads((tmp_path / "toy" / "compare.json").read_text("utf-8"))
    assert [outcome["key"] for outcome in figures["outcomes"]] == ["0", "A", "B"]
    assert figures["stagings"]


def test_what_an_older_run_left_and_this_one_does_not_show_goes(run, tmp_path):
    folder = tmp_path / "toy"
    folder.mkdir()
    for name in ("compare.pdf", "compare.C.png", "compare.html", "mine.png", "compare.notes.txt"):
        (folder / name).write_text("old")
    code, _, err = run()
    assert code == 0, err
    left = {path.name for path in folder.iterdir()} - {"compare.xlsx", "compare.gpkg", "compare.json"}
    assert left == {"compare.html", "mine.png", "compare.notes.txt"}
    assert (folder / "compare.html").read_text("utf-8") != "old"


def test_coordinates_of_an_unknown_system_are_said_to_be_taken_for_wgs84(run, ground):
    lon, lat = _lonlat(16.0, 4.0)
    text = f'name = "x"\n[[open]]\nname = "n"\nkind = "clinic"\nlon = {lon}\nlat = {lat}\nambulances = 1\n'
    (ground / "unsaid.toml").write_text(text, "utf-8")
    (ground / "said.toml").write_text(f'crs = "wgs84"\n{text}', "utf-8")
    assert "unsaid.toml does not say whose coordinates" in run(options=("unsaid",))[2]
    assert "whose coordinates" not in run(options=("said",))[2]
    assert run("--quiet", options=("unsaid",))[2] == ""


def test_the_hour_is_said_and_counts(run):
    code, out, _ = run("--at", "22点30分")
    assert code == 0
    assert "as at 22:30" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "24:00"], "--at '24:00' is no hour of the day"),
        (["--per-year", "300"], "add --stages"),
        (["--stages", "--per-year", "0"], "more than 0"),
        (["--years", "0"], "--years is 0"),
        (["--draws", "10"], "--draws"),
        (["--condition", "fog"], "fog"),
    ],
)
def test_what_cannot_be_asked_gets_one_line(run, tmp_path, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err
    assert not (tmp_path / "toy").exists()


def test_without_an_option_there_is_nothing_to_compare(ground, tmp_path, capsys):
    assert cli.run(["compare", "--county", "toy", "--data", str(ground), "--out", str(tmp_path)]) == 2
    assert "--option" in capsys.readouterr().err


def test_more_options_than_letters_are_refused(run, tmp_path):
    code, _, err = run(options=("a",) * 27)
    assert code == 2
    assert "27 options to compare" in err
    assert not (tmp_path / "toy").exists()
