"""Every file of a calibration at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.files import whole_file
from coverage.reports.calibration_figures import write_calibration_json
from coverage.reports.calibration_page import write_calibration_page
from coverage.reports.calibration_toml import speeds_toml
from coverage.reports.calibration_workbook import write_calibration_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.calibration import Calibration
    from coverage.reports.wording import Lang


def write_calibration(calibration: Calibration, folder: Path, *, lang: Lang) -> tuple[str, ...]:
    """
    Write everything a planner opens after ``coverage calibrate`` into one folder.

    Parameters
    ----------
    calibration
        What to show.
    folder
        Existing folder.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    tuple of str
        The names of the files written.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    write_calibration_page(calibration, folder / "calibrate.html", lang=lang)
    write_calibration_workbook(calibration, folder / "calibrate.xlsx", lang=lang)
    write_calibration_json(calibration, folder / "calibrate.json")
    with whole_file(folder / "calibrate.toml") as temporary:
        temporary.write_text(speeds_toml(calibration, lang), encoding="utf-8", newline="\n")
    return "calibrate.html", "calibrate.xlsx", "calibrate.json", "calibrate.toml"
