"""Every file of an analysis at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports.figures import write_json
from coverage.reports.layers import write_layers
from coverage.reports.map import write_map
from coverage.reports.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.analysis import Analysis
    from coverage.reports.wording import Lang


def write_reports(
    analysis: Analysis, folder: Path, *, command: str, lang: Lang, tiles: str | None = None
) -> tuple[str, ...]:
    """
    Write everything a planner opens into one folder.

    Parameters
    ----------
    analysis
        What to show.
    folder
        Existing folder.
    command
        File name without its ending.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, ``osm``, ``tianditu:KEY`` or an address; none by default.

    Returns
    -------
    tuple of str
        The names of the files written.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    names = tuple(f"{command}.{ending}" for ending in ("html", "xlsx", "gpkg", "json"))
    page, workbook, layers, figures = (folder / name for name in names)
    write_map(analysis, page, lang=lang, tiles=tiles)
    write_workbook(analysis, workbook, lang=lang)
    write_layers(analysis, layers, lang=lang)
    write_json(analysis, figures)
    return names
