"""Every file of a comparison at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import comparison_wording as words
from coverage.reports.comparison_figures import comparison_hash, write_comparison_json
from coverage.reports.comparison_layers import write_comparison_layers
from coverage.reports.comparison_page import write_comparison_page
from coverage.reports.comparison_report import write_comparison_report
from coverage.reports.comparison_workbook import write_comparison_workbook
from coverage.reports.picture import write_picture
from coverage.reports.shown import outcome_side
from coverage.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.comparison import Comparison
    from coverage.reports.wording import Lang


def write_comparison(
    comparison: Comparison,
    folder: Path,
    *,
    lang: Lang,
    tiles: str | None = None,
    pdf: bool = True,
    png: bool = False,
) -> tuple[str, ...]:
    """
    Write everything a planner opens after ``coverage compare`` into one folder.

    Parameters
    ----------
    comparison
        What to show.
    folder
        Existing folder.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, ``osm``, ``tianditu:KEY`` or an address; none by default.
    pdf
        Whether the report for the meeting is wanted.
    png
        Whether the map of each outcome is wanted as a picture.

    Returns
    -------
    tuple of str
        The names of the files written.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    FontError
        If a report or picture is wanted, and no font of this computer has its characters.
    TilesError
        If `tiles` is no tile service.
    """
    write_comparison_page(comparison, folder / "compare.html", lang=lang, tiles=tiles)
    write_comparison_workbook(comparison, folder / "compare.xlsx", lang=lang)
    names = ["compare.html", "compare.xlsx"]
    if pdf:
        write_comparison_report(comparison, folder / "compare.pdf", lang=lang)
        names.append("compare.pdf")
    write_comparison_layers(comparison, folder / "compare.gpkg", lang=lang)
    write_comparison_json(comparison, folder / "compare.json")
    names += ["compare.gpkg", "compare.json"]
    return (*names, *(_write_pictures(comparison, folder, lang=lang) if png else ()))


def _write_pictures(comparison: Comparison, folder: Path, *, lang: Lang) -> list[str]:
    """Draw the county as it is, and with each option what that changes."""
    figures, today = comparison_hash(comparison), outcome_side(comparison, comparison.baseline)
    names = []
    for outcome in comparison.outcomes:
        names.append(f"compare.{outcome.key}.png")
        told = (words.change_line(outcome, comparison, lang), words.cost_text(outcome, comparison, lang))
        write_picture(
            outcome_side(comparison, outcome),
            folder / names[-1],
            lang=lang,
            title=words.title(outcome, lang),
            lines=() if outcome.is_baseline else told,
            before=None if outcome.is_baseline else today,
            data_hash=figures,
            texts={
                "Software": f"emergency-coverage {__version__}",
                "Study area": words.study_area_id(comparison),
                **({"Option": outcome.text} if outcome.text else {}),
            },
        )
    return names
