"""The commands `coverage simulate` and `coverage calibrate` as people type them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import openpyxl
import pytest

import cli
from builders import _lonlat, toy_area
from comparisons import toy_options
from coverage.geopackage import write_study_area
from coverage.options.writing import write_option
from coverage.settings import read_speeds
from coverage.simulation import COMMAND_LINE

ROOT = Path(__file__).resolve().parents[1]
NAMES = {"simulate.html", "simulate.xlsx", "simulate.json"}


@pytest.fixture(scope="module")
def ground(tmp_path_factory) -> Path:
    """Give a folder with the toy county and an option."""
    folder = tmp_path_factory.mktemp("ground")
    write_study_area(toy_area(), folder / "toy.gpkg")
    write_option(toy_options()[0], folder / "a.toml", county="小康县")
    return folder


@pytest.fixture
def run(ground, tmp_path, capsys):
    """Play some weeks of the toy county, and give code, stdout, stderr and the folder of results."""

    def command(*words: str, out: str = "out") -> tuple[int, str, str, Path]:
        arguments = ["simulate", "--county", "toy", "--data", str(ground), "--out", str(tmp_path / out)]
        code = cli.run([*arguments, "--days", "20", "--replications", "3", "--lang", "en", *words])
        said = capsys.readouterr()
        return code, said.out, said.err, tmp_path / out / "toy"

    return command


def figures_of(folder: Path) -> dict[str, object]:
    return json.loads((folder / "simulate.json").read_text("utf-8"))


def test_a_year_is_played_with_an_option_beside(run, ground):
    code, out, err, folder = run("--option", str(ground / "a.toml"))
    assert code == 0, err
    assert {path.name for path in folder.iterdir()} == NAMES
    assert [outcome["key"] for outcome in figures_of(folder)["outcomes"]] == ["0", "A"]
    assert str(folder / "simulate.html") in out


def test_the_same_seed_gives_the_same_bytes_on_one_process_or_two(run, monkeypatch):
    monkeypatch.setattr("coverage.simulating.playing._WORTH_S", 0.0)
    folders = [run("--jobs", jobs, out=f"out{jobs}{i}")[3] for i, jobs in enumerate("121")]
    hashes = [{n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in NAMES} for folder in folders]
    assert hashes[0] == hashes[1] == hashes[2]
    assert (
        run("--seed", "2", out="other")[3].joinpath("simulate.json").read_bytes()
        != (folders[0] / "simulate.json").read_bytes()
    )


def test_words_of_the_command_line_stand_above_the_rules_file(run, tmp_path):
    (tmp_path / "rules.toml").write_text('[calls]\nper_day = 3\n[dispatch]\nrule = "兼顾备勤"\n', "utf-8")
    words = ["--rules", str(tmp_path / "rules.toml")]
    assert figures_of(run(*words)[3])["rules"]["calls_per_day"] == 3
    rules = figures_of(run(*words, "--calls-per-day", "5", "--dispatch", "就近")[3])["rules"]
    assert (rules["calls_per_day"], rules["dispatch"]) == (5, "nearest")
    assert (rules["sources"]["calls_per_day"], rules["sources"]["dispatch"]) == (COMMAND_LINE, COMMAND_LINE)
    plain = figures_of(run(*words)[3])["rules"]["sources"]
    assert plain["calls_per_day"] == plain["dispatch"] == "rules.toml"
    assert "seed" not in plain


def test_past_calls_give_places_and_number_and_lose_no_row(run, tmp_path):
    places = [_lonlat(x, 0.1) for x in (0.05, 6.0, 14.0)]
    rows = [
        f"2026-09-{1 + i % 10:02} {i % 24:02}:15,{lon},{lat}"
        for i in range(40)
        for lon, lat in [places[i % 3]]
    ]
    (tmp_path / "calls.csv").write_text("\n".join(["呼救时间,经度,纬度", *rows, "昨天,112.4,29.5"]), "utf-8")
    code, _, err, folder = run("--calls", f"{tmp_path / 'calls.csv'}@wgs84")
    assert code == 3, err
    assert {path.name for path in folder.iterdir()} == {*NAMES, "simulate.rejected.xlsx"}
    sheet = openpyxl.load_workbook(folder / "simulate.rejected.xlsx").active
    assert [cell.value for cell in sheet["B"]][1:] == [42]
    assert figures_of(folder)["rules"]["calls_per_day"] == pytest.approx(4.0)
    assert figures_of(folder)["rules"]["sources"]["calls_per_day"] == "calls.csv"
    # a run without past calls leaves no rejects of theirs behind
    assert run()[0] == 0
    assert {path.name for path in folder.iterdir()} == NAMES


def test_speeds_are_found_from_trips_and_taken_by_other_commands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    trips = f"{ROOT / 'docs' / 'logs' / 'trips.csv'}@gcj02"
    area = ["--county", "linxiang", "--data", str(ROOT / "data" / "boundaries"), "--lang", "en"]
    assert cli.run(["calibrate", *area, "--trips", trips]) == 0, capsys.readouterr().err
    speeds = read_speeds(Path("maps/linxiang/calibrate.toml"))
    # what the example's trips were driven by, in docs/logs/build.py
    assert speeds.class_kph["primary"] == pytest.approx(58.0, rel=0.08)
    assert speeds.class_kph["secondary"] == pytest.approx(49.0, rel=0.08)
    assert speeds.conditions["peak"] == pytest.approx(0.75, abs=0.06)
    assert "peak" in speeds.hours.values()
    play = ["simulate", *area, "--days", "5", "--replications", "2"]
    assert cli.run([*play, "--speeds", "maps/linxiang/calibrate.toml"]) == 0, capsys.readouterr().err
