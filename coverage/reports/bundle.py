"""Every file of an analysis at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports.figures import figures_hash, write_json
from coverage.reports.layers import write_layers
from coverage.reports.map import write_map
from coverage.reports.picture import write_picture
from coverage.reports.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.analysis import Analysis
    from coverage.reports.wording import Lang


def write_reports(
    analysis: Analysis, folder: Path, *, command: str, lang: Lang, tiles: str | None = None, png: bool = False
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
    png
        Whether the map is wanted as a picture too.

    Returns
    -------
    tuple of str
        The names of the files written.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    FontError
        If a picture is wanted, and no font of this computer has its characters.
    """
    names = tuple(f"{command}.{ending}" for ending in ("html", "xlsx", "gpkg", "json"))
    page, workbook, layers, figures = (folder / name for name in names)
    write_map(analysis, page, lang=lang, tiles=tiles)
    write_workbook(analysis, workbook, lang=lang)
    write_layers(analysis, layers, lang=lang)
    write_json(analysis, figures)
    if not png:
        return names
    picture = f"{command}.png"
    write_picture(analysis, folder / picture, lang=lang, data_hash=figures_hash(analysis))
    return (*names, picture)
