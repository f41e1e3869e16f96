"""Every file of a simulated year at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports.simulation_figures import write_simulation_json
from coverage.reports.simulation_page import write_simulation_page
from coverage.reports.simulation_workbook import write_simulation_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.reports.wording import Lang
    from coverage.simulation import Simulation


def write_simulation(simulation: Simulation, folder: Path, *, lang: Lang) -> tuple[str, ...]:
    """
    Write everything a planner opens after ``coverage simulate`` into one folder.

    Parameters
    ----------
    simulation
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
    write_simulation_page(simulation, folder / "simulate.html", lang=lang)
    write_simulation_workbook(simulation, folder / "simulate.xlsx", lang=lang)
    write_simulation_json(simulation, folder / "simulate.json")
    return "simulate.html", "simulate.xlsx", "simulate.json"
