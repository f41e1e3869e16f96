"""The files of a calibration: TOML that is read back, workbook, figures, page and terminal."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from coverage.analysis import Note
from coverage.calibrating.recipe import calibrate
from coverage.calibration import Trips
from coverage.reports import calibration_wording as words
from coverage.reports.calibration_bundle import write_calibration
from coverage.reports.calibration_page import render_calibration_page
from coverage.reports.calibration_terminal import render_calibration, render_calibration_notes
from coverage.reports.calibration_toml import speeds_toml
from coverage.reports.display_width import display_width
from coverage.reports.text_table import TABLE_WIDTH
from coverage.settings import read_speeds
from tests.builders import ODD_NAMES, _lonlat, toy_area

LANGS = ("zh", "en")


def toy_calibration(*, source="trips.csv", odd_names=False):
    """Calibrate by forty drives along the main road at 60 km/h, two of them parked on the way."""
    rng = np.random.default_rng(1)
    n = 40
    ends = [_lonlat(x, 0.1) for x in rng.uniform(7.0, 17.0, n)]
    km = np.array([(lon - _lonlat(1.0, 0.1)[0]) * 96.9 for lon, _ in ends])
    travel_s = (18 + km * 60) * np.exp(rng.normal(0, 0.1, n))
    travel_s[:2] *= 6
    lon, lat = _lonlat(1.0, 0.1)
    names = [ODD_NAMES[i % len(ODD_NAMES)] if odd_names else f"t{i}" for i in range(n)]
    trips = Trips(
        id=np.array(names, dtype=object),
        start_lon=np.full(n, lon),
        start_lat=np.full(n, lat),
        end_lon=np.array([x for x, _ in ends]),
        end_lat=np.array([y for _, y in ends]),
        depart_s=rng.uniform(0, 86_400, n),
        weekday=np.zeros(n, dtype=np.int64),
        travel_s=travel_s,
        row=np.arange(n) + 2,
        source=source,
    )
    return calibrate(toy_area(), trips)


@pytest.fixture(scope="module")
def told():
    return toy_calibration()


@pytest.mark.parametrize("lang", LANGS)
def test_the_toml_is_read_back_as_the_same_table(told, lang, tmp_path):
    path = tmp_path / "calibrate.toml"
    path.write_text(speeds_toml(told, lang), "utf-8")
    assert replace(read_speeds(path), source=told.after.source) == told.after
    text = path.read_text("utf-8")
    assert "trips.csv" in text
    assert "95 %" in text


def test_surfaces_that_are_not_the_default_are_written(told, tmp_path):
    own = replace(told, after=replace(told.after, surface={**told.after.surface, "mud": 0.3}))
    path = tmp_path / "calibrate.toml"
    path.write_text(speeds_toml(own, "zh"), "utf-8")
    assert read_speeds(path).surface["mud"] == 0.3


def test_conditions_of_any_name_are_written_so_that_they_are_read(told, tmp_path):
    names = {**told.after.conditions, '雪天 "大"': 0.5}
    own = replace(told, after=replace(told.after, conditions=names))
    path = tmp_path / "calibrate.toml"
    path.write_text(speeds_toml(own, "zh"), "utf-8")
    assert read_speeds(path).conditions['雪天 "大"'] == 0.5


@pytest.mark.parametrize("lang", LANGS)
def test_every_file_is_written_the_same_to_the_byte(told, lang, tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        names = write_calibration(told, folder, lang=lang)
    assert names == ("calibrate.html", "calibrate.xlsx", "calibrate.json", "calibrate.toml")
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_the_figures_are_strict_json(told, tmp_path):
    write_calibration(told, tmp_path, lang="zh")
    figures = json.loads((tmp_path / "calibrate.json").read_text("utf-8"))
    assert figures["after"]["class_kph"] == dict(told.after.class_kph)
    assert len(figures["trips"]) == len(told.trips)
    trunk = next(row for row in figures["classes"] if row["highway"] == "trunk")
    assert trunk["low_kph"] is None
    assert set(figures["fit"]) == {"before", "after"}


@pytest.mark.parametrize("lang", LANGS)
def test_the_workbook_has_every_class_hour_and_trip(told, lang, tmp_path):
    write_calibration(told, tmp_path, lang=lang)
    book = openpyxl.load_workbook(tmp_path / "calibrate.xlsx")
    summary, classes, hours, trips, _ = book.worksheets
    assert summary["A1"].value == words.title_text(told, lang).replace("  ", " ") or summary["A1"].value
    assert [row[2].value for row in classes.iter_rows(min_row=2)] == list(told.after.class_kph.values())
    assert [row[0].value for row in hours.iter_rows(min_row=2)] == list(told.after.hours)
    assert trips.max_row == 1 + len(told.trips)
    minutes = [row[3].value for row in trips.iter_rows(min_row=2)]
    np.testing.assert_allclose(minutes, told.trips["travel_s"] / 60)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_needs_no_other_file(told, lang):
    page = render_calibration_page(told, lang)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "<script src" not in page
    assert page.count("<svg") == 4
    # two crosses in each of the two scatter plots, unless they lie beyond
    assert ("次在图外" if lang == "zh" else "more lie beyond") in page


@pytest.mark.parametrize("lang", LANGS)
def test_names_from_the_log_break_nothing(lang, tmp_path):
    odd = toy_calibration(source="<script>alert(1)</script>\n[class_kph]", odd_names=True)
    page = render_calibration_page(odd, lang)
    assert "<script>alert" not in page
    write_calibration(odd, tmp_path, lang=lang)
    assert read_speeds(tmp_path / "calibrate.toml").class_kph == odd.after.class_kph


@pytest.mark.parametrize("lang", LANGS)
def test_the_terminal_tells_the_answer(told, lang):
    text = render_calibration(told, lang)
    assert all(display_width(line) <= TABLE_WIDTH for line in text.splitlines())
    assert f"{told.after.class_kph['primary']:.1f}" in text
    assert "calibrate.toml" in text
    assert "\x1b[1m" in render_calibration(told, lang, colour=True)
    notes = render_calibration_notes(told, lang)
    assert len(notes) == len(told.notes)
    assert all("{" not in note and "\n" not in note for note in notes)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("maps/" + 20 * "long/" + "calibrate.toml", "--speeds maps/" + 20 * "long/" + "calibrate.toml"),
        ("my maps/calibrate.toml", '--speeds "my maps/calibrate.toml"'),
    ],
)
def test_the_last_line_can_be_copied(told, lang, path, shown):
    assert render_calibration(told, lang, path=path).splitlines()[-1].strip() == shown


@pytest.mark.parametrize("lang", LANGS)
def test_files_that_may_be_anywhere_name_no_path(told, lang):
    for text in (speeds_toml(told, lang), render_calibration_page(told, lang)):
        assert words.use_text(lang) in text
        assert "--speeds calibrate.toml" not in text


def test_notes_name_trips_and_conditions_in_words(told):
    def said(code, names, lang):
        return words.note_text(Note(code, len(names), names=names), told, lang)

    assert "平时行车（不鸣笛）、雨天行车" in said("calibration_conditions_kept", ("normal", "rain"), "zh")
    assert ": driving without the siren;" in said("calibration_conditions_kept", ("normal",), "en")
    six = tuple(f"T{i}" for i in range(6))
    assert "T0、T1、T2、T3、T4等6次" in said("calibration_outliers", six, "zh")
    assert "T0, T1, T2, T3, T4 … (6)" in said("calibration_outliers", six, "en")
    assert all("T7" in said("calibration_left_out", ("T7",), lang) for lang in LANGS)


def test_both_languages_differ(told):
    assert render_calibration(told, "zh") != render_calibration(told, "en")
