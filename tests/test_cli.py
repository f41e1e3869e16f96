"""The command line as a planner meets it: answers, files, and one line for everything that goes wrong."""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

import cli
from builders import toy_area
from coverage.geopackage import write_study_area

FILES = {f"analyze.{ending}" for ending in ("html", "xlsx", "gpkg", "json")}
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_study_area(toy_area(), folder / "toy.gpkg")
    return folder


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Run a command in an empty folder; give exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")

    def run(*arguments):
        code = cli.run([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def one_error_line(result) -> str:
    code, out, err = result
    assert code == 2
    assert out == ""
    lines = err.strip().splitlines()
    assert len(lines) == 1, err
    assert "Traceback" not in err
    return lines[0]


def test_analyze_prints_a_table_and_writes_four_files(run, data, tmp_path):
    code, out, err = run("analyze", "--county", "小康", "--data", data, "--lang", "zh")
    assert code == 0
    assert "城关街道" in out
    assert "达标" in out
    assert "模型" in err
    assert {p.name for p in (tmp_path / "maps" / "toy").iterdir()} == FILES
    assert "maps/toy/analyze.html" in out.splitlines()[-1]


def test_the_language_follows_the_locale(run, data, monkeypatch):
    _, english, _ = run("analyze", "--county", "toy", "--data", data)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    _, chinese, _ = run("analyze", "--county", "toy", "--data", data)
    assert "within" not in chinese
    assert "met" in english
    assert "达标" in chinese


def test_options_reach_the_answer(run, data, tmp_path):
    code, _, err = run(
        "analyze", "--county", "toy", "--data", data, "--out", tmp_path / "o", "--profile", "yongzhou",
        "--rural", 25, "--target", 0.8, "--clock", "departure", "--handling-s", 30, "--turnout-s", 45,
        "--condition", "rain", "--quiet",
    )  # fmt: skip
    assert code == 0
    assert err == ""
    figures = json.loads((tmp_path / "o" / "toy" / "analyze.json").read_text("utf-8"))
    standard = {
        "urban_s": 600, "rural_s": 1500, "target_share": 0.8, "clock": "departure", "handling_s": 30,
        "turnout_s": 45, "condition": "rain",
    }  # fmt: skip
    assert {k: figures["standard"][k] for k in standard} == standard


def test_words_and_figures_as_a_planner_types_them(run, data):
    def standard(*more):
        assert run("analyze", "--county", "toy", "--data", data, "--quiet", *more)[0] == 0
        return json.loads(Path("maps/toy/analyze.json").read_text("utf-8"))["standard"]

    typed = standard(
        "--profile", "永州", "--clock", "出车", "--condition", "高峰", "--target", "９５%", "--rural", "２５"
    )
    plain = standard("--profile", "Yongzhou", "--clock", "departure", "--condition", "peak", "--target", 0.95,
                     "--rural", 25)  # fmt: skip
    assert typed == plain
    assert (plain["urban_s"], plain["rural_s"], plain["target_share"]) == (600, 1500, 0.95)


def test_a_speed_table_of_ones_own(run, data, tmp_path):
    (tmp_path / "slow.toml").write_text("[class_kph]\nprimary = 7\n", "utf-8")

    def median(*more):
        assert run("analyze", "--county", "toy", "--data", data, *more)[0] == 0
        return json.loads(Path("maps/toy/analyze.json").read_text("utf-8"))["townships"][0]["median_s"]

    assert median("--speeds", tmp_path / "slow.toml") > median()


def test_counties_lists_what_ships(run):
    code, out, _ = run("counties")
    assert code == 0
    assert "linxiang" in out
    assert "430682" in out


def test_help_names_every_command(run):
    code, out, _ = run("--help")
    assert code == 0
    for command in ("analyze", "counties", "import"):
        assert command in out
    assert run("analyze", "--help")[0] == 0


def test_without_a_command_the_help_is_shown(run):
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "analyze" in out


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (["analyze"], "缺少选项 --county", "Missing option '--county': see coverage analyze --help"),
        (["analyze", "--count", "x"], "没有选项 --count", "No such option '--count'"),
        (
            ["analyze", "--county", "x", "--urban", "ten"],
            "选项 --urban 的取值不对",
            "'ten' is not a number",
        ),
        (["analyse"], "用法见 coverage --help", "No such command 'analyse'"),
    ],
)
def test_a_slip_of_the_keyboard_is_answered_in_both_languages(run, monkeypatch, arguments, zh, en):
    assert en in one_error_line(run(*arguments))
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert zh in one_error_line(run(*arguments))


def test_help_loads_no_geometry():
    heavy = "[m for m in ('numpy', 'pandas', 'shapely') if m in sys.modules]"
    code = f"import sys, cli; cli.run(['--help']); print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--urban", "0"], "urban limit is 0 minutes"),
        (["--rural", "-5"], "rural limit is -5 minutes"),
        (["--urban", "nan"], "urban limit is nan minutes"),
        (["--urban", "inf"], "urban limit is inf minutes"),
        (["--urban", "ten"], "'ten' is not a number"),
        (["--urban", "900"], "urban limit is 900 minutes"),
        (["--target", "0"], "target share is 0"),
        (["--target", "90"], "target share is 90"),
        (["--target", "nan"], "target share is nan"),
        (["--handling-s", "-1"], "handling_s is -1"),
        (["--turnout-s", "nan"], "turnout_s is nan"),
        (["--clock", "noon"], "'noon' is not one of 'call', 'departure'"),
        (["--condition", "fog"], "unknown condition 'fog': choose one of siren"),
        (["--profile", "mars"], "unknown profile mars: choose national, yongzhou"),
        (["--profile", "none.toml"], "none.toml: No such file"),
        (["--speeds", "none.toml"], "none.toml: No such file"),
        (["--county", "atlantis"], "no study area called atlantis"),
        (["--county", "tooy"], "did you mean toy?"),
        (["--data", "nowhere"], "--data nowhere is not a folder"),
        (["--lang", "fr"], "'fr' is not one of 'zh', 'en'"),
        (["--tiles", "magic"], "magic"),
        (["--surprise"], "No such option"),
    ],
)
def test_a_wrong_option_gets_one_line(run, data, options, message, tmp_path):
    assert message in one_error_line(run("analyze", "--county", "toy", "--data", data, *options))
    assert not (tmp_path / "maps").exists()


def test_errors_speak_chinese_too(run, data):
    line = one_error_line(run("analyze", "--county", "toy", "--data", data, "--urban", "0", "--lang", "zh"))
    assert line.startswith("错误：城区时限为 0 分钟")


def damaged(tmp_path, data, name, content):
    path = tmp_path / f"{name}.gpkg"
    path.write_bytes(content if content is not None else (data / "toy.gpkg").read_bytes()[:50_000])
    return path


@pytest.mark.parametrize(
    ("name", "content"), [("empty", b""), ("text", b"a,b\n1,2\n"), ("zip", b"PK\x03\x04" * 99), ("cut", None)]
)
def test_a_file_that_is_no_study_area(run, data, tmp_path, name, content):
    path = damaged(tmp_path, data, name, content)
    line = one_error_line(run("analyze", "--county", name, "--data", tmp_path))
    assert path.name in line
    assert "coverage import" in line


def rewritten(data, tmp_path, layer, change):
    """Give a folder with the toy county's file, one layer changed behind the program's back."""
    path = tmp_path / "toy.gpkg"
    path.write_bytes((data / "toy.gpkg").read_bytes())
    table = change(pyogrio.read_dataframe(path, layer=layer))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some changes are such that pyogrio itself warns
        pyogrio.write_dataframe(table, path, layer=layer, driver="GPKG")
    return tmp_path


@pytest.mark.parametrize(
    ("layer", "change", "message"),
    [
        ("boundary", lambda t: t.assign(format_version=2), "is of version 2"),
        ("demand", lambda t: t.assign(population=-3.0), "population negative"),
        (
            "demand",
            lambda t: t.assign(population=math.nan),
            "population negative or not a number at d00, d01",
        ),
        ("demand", lambda t: t.assign(township_id="x"), "townships that do not exist"),
        ("facilities", lambda t: t.iloc[:0], "there is no facility"),
        ("facilities", lambda t: t.assign(ambulances=0.0), "no facility has an ambulance"),
        ("facilities", lambda t: t.drop(columns="kind"), "lacks the columns kind"),
        (
            "facilities",
            lambda t: t.set_geometry(t.geometry.translate(0, 0.6)),
            "no ambulance base lies near a road: 小康县人民医院",
        ),
        ("road_edges", lambda t: t.assign(highway="footway"), "no road is open to ambulances"),
        ("road_edges", lambda t: t.iloc[:0], "there is no road"),
        ("road_edges", lambda t: t.assign(length=-5.0), "length negative or not a number"),
        ("road_edges", lambda t: t.rename(columns={"u": "from"}), "not a study area that can be read"),
        ("townships", lambda t: t.assign(seat_lon=1e9), "seat_lon and seat_lat are no degrees at 城关街道"),
        ("boundary", lambda t: t.assign(buffer_m="wide"), "not a study area that can be read"),
        ("boundary", lambda t: t.assign(demand_unit="households"), "demand_unit is 'households'"),
        ("boundary", lambda t: t.set_crs(None, allow_override=True), "no reference system"),
        ("townships", lambda t: t.set_crs(None, allow_override=True), "not a study area"),
        (
            "boundary",
            lambda t: t.set_geometry([shapely.LineString([(112, 29), (113, 29)])], crs=t.crs),
            "the boundary is a LineString",
        ),
    ],
)
def test_a_study_area_that_cannot_be_answered_for(run, data, tmp_path, layer, change, message):
    folder = rewritten(data, tmp_path, layer, change)
    assert message in one_error_line(run("analyze", "--county", "toy", "--data", folder))
    assert not (tmp_path / "maps").exists()


def test_one_facility_50_km_from_any_road_is_kept_and_named(run, data, tmp_path):
    def move_second(table):
        shapes = list(table.geometry)
        shapes[1] = shapely.transform(shapes[1], lambda xy: xy + (0, 0.45))
        return table.set_geometry(gpd.GeoSeries(shapes, crs=table.crs))

    folder = rewritten(data, tmp_path, "facilities", move_second)
    code, _, err = run("analyze", "--county", "toy", "--data", folder)
    assert code == 0
    assert "柳林急救站" in err
    figures = json.loads(Path("maps/toy/analyze.json").read_text("utf-8"))
    assert [f["first_population"] > 0 for f in figures["facilities"]] == [True, False, False]


def test_an_output_folder_that_cannot_be_made(run, data, tmp_path):
    (tmp_path / "taken").write_text("a file", "utf-8")
    line = one_error_line(run("analyze", "--county", "toy", "--data", data, "--out", tmp_path / "taken"))
    assert "cannot be written" in line


def tool(*arguments, cwd, before=None):
    return subprocess.Popen(
        [sys.executable, "-c", "import cli; cli.main()", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )


@pytest.mark.parametrize("limit_kb", [1, 40, 200])
def test_a_disk_that_fills_leaves_the_old_files_untouched(data, tmp_path, limit_kb):
    """A bound on the size of files stands for the full disk, at the first, a middle and the last of them."""
    out = tmp_path / "maps" / "toy"
    out.mkdir(parents=True)
    for name in FILES:
        (out / name).write_text("old", "utf-8")

    def bound():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_kb * 1024, limit_kb * 1024))

    process = tool("analyze", "--county", "toy", "--data", data, cwd=tmp_path, before=bound)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    assert "cannot be written" in err
    assert len(err.strip().splitlines()) == 1, err
    assert {p.name: p.read_text("utf-8") for p in out.iterdir()} == dict.fromkeys(FILES, "old")


def test_ctrl_c_ends_cleanly(data, tmp_path):
    process = tool("analyze", "--county", "toy", "--data", data, cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("maps/toy/.writing-*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert err.strip() == "interrupted; older files are untouched"
    assert not (tmp_path / "maps").exists()


def test_tables_of_the_answer_agree(run, data):
    """The workbook, the layers and the JSON hold the same covered people."""
    assert run("analyze", "--county", "toy", "--data", data, "--lang", "en")[0] == 0
    figures = json.loads(Path("maps/toy/analyze.json").read_text("utf-8"))
    layer = pyogrio.read_dataframe("maps/toy/analyze.gpkg", layer="townships")
    sheet = pd.read_excel("maps/toy/analyze.xlsx", sheet_name=1, header=None)
    covered = [t["covered_population"] for t in figures["townships"]]
    assert sorted(layer["covered_population"]) == sorted(covered)
    cells = set(sheet.to_numpy().ravel().tolist())
    assert set(covered) <= cells


def test_import_needs_one_outline(run, tmp_path):
    new = ("import", "--county", "x", "--osm", tmp_path / "no.osm.pbf")
    assert "give either --boundary-relation ID" in one_error_line(run(*new))
    twice = run(*new, "--boundary", "townships", "--boundary-relation", "5")
    assert "the outline is given twice" in one_error_line(twice)


@pytest.mark.parametrize("name", ["../x", "a/b", " ", "..", "a:b", 'a"b'])
def test_import_refuses_names_that_are_no_file_names(run, tmp_path, name):
    line = one_error_line(
        run("import", "--county", name, "--osm", tmp_path / "x.osm", "--boundary", "townships")
    )
    assert "cannot be a file name" in line


@pytest.mark.parametrize("code", ["43068", "4306820", "43O682"])
def test_import_refuses_a_code_that_is_none(run, tmp_path, code):
    line = one_error_line(
        run("import", "--county", "x", "--osm", tmp_path / "x.osm", "--boundary", "townships", "--code", code)
    )
    assert "give six digits" in line


def test_import_of_a_file_that_is_missing(run, tmp_path):
    line = one_error_line(run("import", "--county", "x", "--osm", "no.osm.pbf", "--boundary", "townships"))
    assert "no.osm.pbf" in line
    assert not (tmp_path / "data").exists()


def test_liechtenstein_from_extract_to_verdicts(run, shared_file, tmp_path):
    """The whole way on real roads, by two commands."""
    extract = shared_file("liechtenstein.osm.pbf")
    code, out, _ = run(
        "import", "--county", "liechtenstein", "--osm", extract, "--boundary-relation", 1155955,
        "--township-level", 8,
    )  # fmt: skip
    assert code == 0
    assert "townships: 11" in out
    again = run(
        "import", "--county", "liechtenstein", "--osm", extract, "--boundary-relation", 1155956,
        "--township-level", 8,
    )  # fmt: skip
    assert "one township only (Vaduz)" in again[2]
    assert "the older file is kept as data/boundaries/liechtenstein.gpkg.bak" in again[2]
    Path("data/boundaries/liechtenstein.gpkg.bak").replace("data/boundaries/liechtenstein.gpkg")
    code, _, err = run("analyze", "--county", "Liechtenstein")
    assert code == 0
    assert "assumed" in err
    figures = json.loads((tmp_path / "maps/liechtenstein/analyze.json").read_text("utf-8"))
    assert len(figures["townships"]) == 11
    assert figures["totals"]["population"] == pytest.approx(36_838)


def test_people_in_no_township_are_part_of_the_gap(run, data, tmp_path):
    """Everybody inside a township is covered; those in none are not, and the headline must say so."""

    def only_the_covered(table):
        near = table["id"].isin(["d01", "d04", "d29"])
        return table[near].assign(population=[10.0, 10.0, 1000.0], township_id=["430699001", "430699001", ""])

    folder = rewritten(data, tmp_path, "demand", only_the_covered)
    code, out, _ = run("analyze", "--county", "toy", "--data", folder, "--rural", "5")
    assert code == 0
    assert "1,000 people in no township not covered" in out
    _, out, _ = run("analyze", "--county", "toy", "--data", folder, "--rural", "5", "--lang", "zh")
    assert "不属任何乡镇的居民点未覆盖 1,000人" in out


def test_nobody_at_all_is_said_as_such(run, data, tmp_path):
    folder = rewritten(data, tmp_path, "demand", lambda t: t.assign(population=0.0))
    code, out, _ = run("analyze", "--county", "toy", "--data", folder)
    assert code == 0
    assert "No demand: nothing can be judged" in out
    assert "Share of people within the radius" not in out


def test_one_bad_file_does_not_spoil_the_others(run, data, tmp_path):
    folder = rewritten(data, tmp_path, "boundary", lambda t: t.assign(format_version="abc"))
    (folder / "toy.gpkg").rename(folder / "bad.gpkg")
    (folder / "good.gpkg").write_bytes((data / "toy.gpkg").read_bytes())
    code, out, err = run("counties", "--data", folder)
    assert code == 0
    assert "good" in out
    assert "bad.gpkg is not a study area" in err
    assert run("analyze", "--county", "good", "--data", folder)[0] == 0


def test_names_that_no_file_can_have(run, data, tmp_path):
    long = "x" * 300
    assert "cannot be written" in one_error_line(
        run("analyze", "--county", "toy", "--data", data, "--out", f"new1/new2/{long}")
    )
    assert list(tmp_path.iterdir()) == []
    one_error_line(run("analyze", "--county", "toy", "--data", long))
    for option in ("--osm", "--boundary", "--facilities"):
        one_error_line(run("import", "--county", "x", "--osm", "y.osm", "--boundary", "z.gpkg", option, long))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["counties"]])
def test_an_output_that_takes_nothing_more(tmp_path, arguments):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "import cli; cli.main()", *arguments],
            cwd=tmp_path, env={**os.environ, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["error: No space left on device"]


def test_bytes_that_are_no_text(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import cli; cli.main()", "analyze", "--county", "linxiang",
         "--out", b"o\xff"],
        cwd=tmp_path, env={**os.environ, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
        capture_output=True, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert done.returncode == 2


def test_a_boundary_that_is_a_line_gets_one_line_from_the_whole_program(tmp_path):
    """In a process of its own, where libraries' warnings would reach the planner."""
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(9.5, 47.1), (9.6, 47.2)])], crs=4326)
    (tmp_path / "line.geojson").write_text(line.to_json(), "utf-8")
    (tmp_path / "x.osm").write_text('<osm version="0.6"><node id="1" lat="47.1" lon="9.5"/></osm>', "utf-8")
    process = tool("import", "--county", "x", "--osm", "x.osm", "--boundary", "line.geojson", cwd=tmp_path)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert len(err.splitlines()) == 1, err
    assert "line.geojson" in err


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_fetch_without_a_connection_leaves_nothing_behind(run, tmp_path):
    closed = "http://127.0.0.1:9"
    result = run("fetch", "--county", "x", "--nominatim", closed, "--endpoint", closed)
    assert "coverage import" in one_error_line(result)
    assert list(tmp_path.iterdir()) == []
