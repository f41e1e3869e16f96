"""Positions followed while somebody writes them: whole pictures, errors that are no end, lines of stdin."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from coverage.errors import CoverageError, FileError, SourceError
from coverage.inputs import feed
from coverage.inputs.feed import follow, is_stdin, read_once
from coverage.sources.layer_file import LayerFile
from dispatch_county import street_county

HEADER = "id,lon,lat,state,time\n"
ROW = "{id},113.1,29.4,idle,2026-11-22T08:00:00+08:00\n"
ROWS = "".join(ROW.format(id=f"u{k}") for k in range(60))


@pytest.fixture(autouse=True)
def _short_doubts(monkeypatch):
    monkeypatch.setattr(feed, "_DOUBT_S", 0.6)
    monkeypatch.setattr(feed, "_PATIENCE_S", 5.0)


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


WHOLE = HEADER + "".join(ROW.format(id=f"v{k}") for k in range(8))
CUT = {
    "within a row": WHOLE[: WHOLE.index("v5") + 9],
    "the header alone": HEADER,
    "between two lines": HEADER + ROW.format(id="v0") + ROW.format(id="v1"),
    "in the last cell": WHOLE[: WHOLE.index("v5") - 20],
}


@pytest.mark.parametrize("cut", CUT)
def test_a_writer_that_stops_in_the_middle_is_waited_for(tmp_path, cut):
    path = tmp_path / "vehicles.csv"
    path.write_text(WHOLE)
    pictures = following(path)
    assert len(next(pictures)) == 8

    def write() -> None:
        path.write_text(CUT[cut])
        time.sleep(0.4)
        path.write_text(WHOLE.replace("idle", "busy"))

    writer = Thread(target=write)
    writer.start()
    found = next(pictures)
    writer.join()
    assert [report.state for report in found] == ["busy"] * 8


@pytest.mark.parametrize(
    ("cut", "words"), [("within a row", "ends within row 7"), ("the header alone", "no vehicle")]
)
def test_what_stays_cut_is_an_error(tmp_path, cut, words):
    path = tmp_path / "vehicles.csv"
    path.write_text(WHOLE)
    pictures = following(path)
    next(pictures)
    path.write_text(CUT[cut])
    error = next(pictures)
    assert isinstance(error, SourceError)
    assert words in str(error)


def test_a_fleet_that_stays_small_is_believed(tmp_path):
    path = tmp_path / "vehicles.csv"
    path.write_text(WHOLE)
    pictures = following(path)
    next(pictures)
    path.write_text(CUT["between two lines"])
    assert [report.id for report in next(pictures)] == ["v0", "v1"]


def test_who_never_ends_the_last_line_is_not_doubted_every_time(tmp_path, monkeypatch):
    path = tmp_path / "vehicles.csv"
    path.write_text(WHOLE.rstrip())
    pictures = following(path)
    next(pictures)
    monkeypatch.setattr(feed, "_DOUBT_S", 1e6)
    monkeypatch.setattr(feed, "_PATIENCE_S", 1e6)
    path.write_text(WHOLE.rstrip().replace("idle", "busy"))
    assert [report.state for report in next(pictures)] == ["busy"] * 8


def test_without_a_change_the_same_is_told_again(tmp_path):
    path = tmp_path / "vehicles.csv"
    path.write_text(WHOLE)
    pictures = following(path, again_s=0.2)
    first = next(pictures)
    assert next(pictures) is first
    assert next(pictures) is first


def test_headers_alone_hold_no_vehicle(tmp_path, monkeypatch):
    path = tmp_path / "vehicles.csv"
    path.write_text(HEADER)
    with pytest.raises(SourceError, match=r"vehicles\.csv: holds no vehicle"):
        read_once(LayerFile(path, crs="wgs84"), street_county())
    stdin(monkeypatch, HEADER)
    with pytest.raises(SourceError, match="no vehicle"):
        read_once(LayerFile(Path("-@wgs84")), street_county())


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


def test_lines_that_stay_out_are_told_again(monkeypatch):
    read, write = os.pipe()
    lines = os.fdopen(read)
    monkeypatch.setattr(sys, "stdin", lines)
    pictures = follow(LayerFile(Path("-"), crs="wgs84"), street_county(), every_s=0.1, again_s=0.2)
    with os.fdopen(write, "wb", buffering=0) as stream:
        stream.write(ROW.format(id="x").encode())
        assert [[report.id for report in next(pictures)] for _ in range(2)] == [["x"], ["x"]]
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
