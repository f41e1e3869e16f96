"""Positions followed while somebody writes them: whole pictures, errors that are no end, lines of stdin."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from coverage.errors import CoverageError, FileError
from coverage.inputs.feed import follow, is_stdin, read_once
from coverage.sources.layer_file import LayerFile
from dispatch_county import street_county

HEADER = "id,lon,lat,state,time\n"
ROW = "{id},113.1,29.4,idle,2026-11-22T08:00:00+08:00\n"
ROWS = "".join(ROW.format(id=f"u{k}") for k in range(60))


def following(path: Path, **more):
    return follow(LayerFile(path, crs="wgs84"), street_county(), every_s=0.05, **more)


def test_each_change_is_one_picture(tmp_path):
    path = tmp_path / "vehicles.csv"
    path.write_text(HEADER + ROW.format(id="x"))
    stop = Event()
    pictures = following(path, stop=stop)
    assert [report.id for report in next(pictures)] == ["x"]
    path.write_text(HEADER + ROW.format(id="x") + ROW.format(id="y"))
    assert [report.id for report in next(pictures)] == ["x", "y"]
    stop.set()
    assert list(pictures) == []


def test_a_file_that_is_not_there_yet_is_an_error_and_no_end(tmp_path):
    path = tmp_path / "vehicles.csv"
    pictures = following(path)
    assert isinstance(next(pictures), FileError)
    path.write_text(HEADER + ROW.format(id="x"))
    assert [report.id for report in next(pictures)] == ["x"]
    path.unlink()
    assert isinstance(next(pictures), FileError)
    path.write_text("nothing of use\n")
    assert isinstance(next(pictures), CoverageError)
    path.write_text(HEADER + ROW.format(id="y"))
    assert [report.id for report in next(pictures)] == ["y"]


def test_a_row_that_is_half_written_is_waited_for(tmp_path):
    path = tmp_path / "vehicles.csv"
    path.write_text(HEADER + ROW.format(id="x"))
    pictures = following(path)
    next(pictures)
    # the degrees of the second row are cut
    start = HEADER + ROW.format(id="x") + "y,113.1,2"

    def write() -> None:
        with path.open("w") as stream:
            stream.write(start)
            stream.flush()
            for digit in "9.400":
                time.sleep(0.02)
                stream.write(digit)
                stream.flush()
            stream.write(",idle,2026-11-22T08:00:00+08:00\n")

    writer = Thread(target=write)
    writer.start()
    reports = next(pictures)
    writer.join()
    assert [(report.id, report.lat) for report in reports] == [("x", 29.4), ("y", 29.4)]


def test_a_file_that_is_written_all_the_time_gives_whole_pictures_or_errors(tmp_path):
    path = tmp_path / "vehicles.csv"
    done = Event()

    def write() -> None:
        while not done.is_set():
            with path.open("w") as stream:
                stream.write(HEADER)
                for k in range(0, len(ROWS), 301):
                    stream.write(ROWS[k : k + 301])
                    stream.flush()
                    time.sleep(0.001)
            done.wait(1.0)

    writer = Thread(target=write)
    writer.start()
    pictures = following(path)
    try:
        seen = [next(pictures) for _ in range(2)]
    finally:
        done.set()
        writer.join()
    whole = [picture for picture in seen if not isinstance(picture, CoverageError)]
    assert whole
    for picture in whole:
        assert {(r.lon, r.lat, r.state) for r in picture} == {(113.1, 29.4, "idle")}
        assert len(picture) == 60


def test_a_last_line_without_an_end_is_read_once_it_stays(tmp_path):
    path = tmp_path / "vehicles.csv"
    path.write_text((HEADER + ROW.format(id="x")).rstrip("\n"))
    assert [report.id for report in next(following(path))] == ["x"]


def stdin(monkeypatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_lines_with_headers_and_without(monkeypatch):
    for text, first in ((HEADER + ROW.format(id="x") + ROW.format(id="y"), 2), (ROW.format(id="x"), 1)):
        stdin(monkeypatch, text)
        reports = read_once(LayerFile(Path("-@wgs84")), street_county())
        assert [(r.id, r.row) for r in reports] == [("x", first), ("y", first + 1)][: len(reports)]
        assert len(reports) == text.count("idle")


def test_lines_as_they_come_keep_the_latest_of_each_vehicle(monkeypatch):
    read, write = os.pipe()
    lines = os.fdopen(read)
    monkeypatch.setattr(sys, "stdin", lines)
    pictures = follow(LayerFile(Path("-"), crs="wgs84"), street_county(), every_s=0.2)
    sent = ["编号,经度,纬度,状态,时间\n" + ROW.format(id="x") + ROW.format(id="y"),
            ROW.format(id="x").replace("idle", "busy")]  # fmt: skip
    found = []
    with os.fdopen(write, "wb", buffering=0) as stream:
        for text in sent:
            stream.write(text.encode())
            found.append({report.id: report.state for report in next(pictures)})
    assert found == [{"x": "idle", "y": "idle"}, {"x": "busy", "y": "idle"}]
    assert list(pictures) == []
    lines.close()


def test_which_file_is_stdin():
    assert is_stdin(LayerFile(Path("-")))
    assert is_stdin(LayerFile(Path("-@gcj02")))
    assert not is_stdin(LayerFile(Path("-vehicles.csv")))


def test_a_system_that_is_not_said_is_an_error(monkeypatch):
    stdin(monkeypatch, ROW.format(id="x"))
    with pytest.raises(CoverageError, match="coordinate system"):
        read_once(LayerFile(Path("-")), street_county())
