"""The command `coverage dispatch`, and `analyze --care`, as people type them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cli
from builders import _lonlat, toy_area
from coverage.geopackage import write_study_area

ROOT = Path(__file__).resolve().parents[1]
HEADER = "id,lon,lat,state,time\n"
NOW = "2026-11-20T08:30:00+08:00"


def row(name: str, x_km: float, state: str, seconds: str = "08:29:50") -> str:
    lon, lat = _lonlat(x_km, 0.0)
    return f"{name},{lon},{lat},{state},2026-11-20T{seconds}+08:00\n"


@pytest.fixture(scope="module")
def ground(tmp_path_factory) -> Path:
    """Give a folder with the toy county."""
    folder = tmp_path_factory.mktemp("ground")
    write_study_area(toy_area(), folder / "toy.gpkg")
    return folder


@pytest.fixture
def run(ground, tmp_path, capsys):
    """Run a command on the toy county, and give code, stdout, stderr and the folder of results."""

    def command(name: str, *words: str) -> tuple[int, str, str, Path]:
        arguments = [name, "--county", "toy", "--data", str(ground), "--out", str(tmp_path / "out")]
        code = cli.run([*arguments, "--lang", "en", *words])
        said = capsys.readouterr()
        return code, said.out, said.err, tmp_path / "out" / "toy"

    return command


def at(x_km: float, y_km: float = 0.2, crs: str = "@wgs84") -> list[str]:
    lon, lat = _lonlat(x_km, y_km)
    return ["--at", f"{lon:.7f},{lat:.7f}{crs}"]


def test_a_call_is_answered_from_the_bases(run):
    code, out, err, folder = run("dispatch", *at(9.0))
    assert code == 0, err
    assert "柳林急救站: beside" in out.splitlines()[0]
    assert {path.name for path in folder.iterdir()} == {"dispatch.html", "dispatch.json"}
    figures = json.loads((folder / "dispatch.json").read_text("utf-8"))
    times = [unit["response_s"] for unit in figures["decision"]["units"]]
    assert times == sorted(times)
    assert len(times) == 3


def test_the_nearest_free_vehicle_is_sent_and_not_a_busy_one(run, tmp_path):
    file = tmp_path / "units.csv"
    text = HEADER + row("A1", 9.5, "busy") + row("A2", 7.0, "returning") + row("A3", 0.0, "idle")
    file.write_text(text, "utf-8")
    code, out, err, _ = run("dispatch", *at(9.0), "--vehicles", f"{file}@wgs84", "--now", NOW)
    assert code == 0, err
    assert out.startswith("Send A2")


def test_positions_that_cannot_hold_are_named_and_left_out(run, tmp_path):
    file = tmp_path / "units.csv"
    text = HEADER + row("A1", 7.0, "idle", "06:00:00") + row("A2", 0.0, "idle") + row("A3", 700.0, "idle")
    file.write_text(text, "utf-8")
    code, out, err, _ = run("dispatch", *at(9.0), "--vehicles", f"{file}@wgs84", "--now", NOW)
    assert code == 0, err
    assert out.startswith("Send A2")
    assert "A1 (row 2)" in err
    assert "A3 (row 4)" in err


def test_a_place_without_a_system_is_said_to_be_taken_for_wgs84(run):
    assert "taken as WGS84" in run("dispatch", *at(9.0, crs=""))[2]
    assert "taken as WGS84" not in run("dispatch", *at(9.0))[2]
    assert run("dispatch", *at(9.0, crs=""), "--quiet")[2] == ""


def test_a_closed_road_is_not_driven(run, tmp_path):
    ring = [_lonlat(*corner) for corner in ((8.3, -1), (8.6, -1), (8.6, 1), (8.3, 1), (8.3, -1))]
    file = tmp_path / "closed.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}), "utf-8")
    open_, closed = (run("dispatch", *at(7.0), *words) for words in ([], ["--closed-roads", f"{file}@wgs84"]))
    assert (open_[0], closed[0]) == (0, 0), closed[2]
    assert "柳林急救站: beside" in open_[1]
    assert "ambulance 1 of 小康县人民医院: beside" in closed[1]


def test_stdin_holds_vehicles_too(ground, tmp_path):
    words = ["dispatch", "--county", "toy", "--data", str(ground), "--out", str(tmp_path), "--lang", "en"]
    text = HEADER + row("A2", 0.0, "idle")
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *words, *at(9.0), "--vehicles", "-@wgs84", "--now", NOW],
        input=text.encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().startswith("Send A2")


def watched(path: Path, wanted: str, process: subprocess.Popen[bytes]) -> str:
    """Wait until the figures that are kept current say something."""
    text = ""
    for _ in range(600):
        text = path.read_text("utf-8") if path.is_file() else ""
        if wanted in text:
            return text
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.1)
    raise AssertionError(text[:2000])


@pytest.mark.skipif(os.name == "nt", reason="a key that stops a program is sent otherwise there")
def test_the_picture_follows_the_file_and_outlives_a_half_written_one(ground, tmp_path):
    file = tmp_path / "units.csv"
    file.write_text(HEADER + row("A1", 0.0, "idle") + row("A2", 9.5, "idle"), "utf-8")
    words = ["dispatch", "--county", "toy", "--data", str(ground), "--out", str(tmp_path), "--lang", "en"]
    words += ["--vehicles", f"{file}@wgs84", "--watch", "--every", "0.2", "--now", NOW]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        figures = tmp_path / "toy" / "dispatch.json"
        watched(figures, '"A2"', process)
        file.write_text("id,lo", "utf-8")
        page = tmp_path / "toy" / "dispatch.html"
        watched(page, "units.csv", process)
        assert '"A2"' in figures.read_text("utf-8")
        file.write_text(HEADER + row("A1", 0.0, "idle") + row("A9", 9.5, "idle"), "utf-8")
        assert '"A2"' not in watched(figures, '"A9"', process)
        file.write_text(HEADER + row("A1", 0.0, "busy") + row("A9", 9.5, "busy"), "utf-8")
        watched(figures, '"busy"', process)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="a key that stops a program is sent otherwise there")
def test_a_picture_grows_old_without_a_change_of_the_file(ground, tmp_path):
    file = tmp_path / "units.csv"
    file.write_text(HEADER + row("A1", 0.0, "idle") + row("A2", 9.5, "idle"), "utf-8")
    words = ["dispatch", "--county", "toy", "--data", str(ground), "--out", str(tmp_path), "--lang", "en"]
    words += ["--vehicles", f"{file}@wgs84", "--watch", "--every", "0.2", "--now", NOW, "--max-age", "12"]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        figures = tmp_path / "toy" / "dispatch.json"
        watched(figures, '"stale"', process)
        assert json.loads(figures.read_text("utf-8"))["units"] == []
    finally:
        process.kill()
        process.communicate()


def test_care_is_in_every_file(run):
    code, out, err, folder = run("analyze", "--care")
    assert code == 0, err
    figures = json.loads((folder / "analyze.json").read_text("utf-8"))
    assert list(figures["care"]["totals"]) == ["chest_pain", "stroke", "trauma", "maternal", "newborn"]
    assert "call to door" in out.lower()


def test_targets_of_ones_own_ask_for_care(run, tmp_path):
    (tmp_path / "care.toml").write_text('["卒中"]\ntarget_min = 33\n', "utf-8")
    code, out, _, _ = run("analyze", "--care-targets", str(tmp_path / "care.toml"))
    assert code == 0
    assert "33" in out
