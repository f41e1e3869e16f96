"""Every file of a proposal at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.options.writing import write_option
from coverage.reports.proposal_figures import write_proposal_json
from coverage.reports.proposal_layers import write_proposal_layers
from coverage.reports.proposal_map import write_proposal_map
from coverage.reports.proposal_workbook import write_proposal_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.proposal import Proposal
    from coverage.reports.wording import Lang


def write_proposal(
    proposal: Proposal, folder: Path, *, lang: Lang, tiles: str | None = None
) -> tuple[str, ...]:
    """
    Write everything a planner opens after ``coverage propose`` into one folder.

    Parameters
    ----------
    proposal
        What to show.
    folder
        Existing folder.
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
    TilesError
        If `tiles` is no tile service.
    """
    write_proposal_map(proposal, folder / "propose.html", lang=lang, tiles=tiles)
    write_proposal_workbook(proposal, folder / "propose.xlsx", lang=lang)
    write_proposal_layers(proposal, folder / "propose.gpkg", lang=lang)
    write_proposal_json(proposal, folder / "propose.json")
    options = {"propose.option.toml": proposal.option}
    options |= {f"propose.sweep-{point.count}.option.toml": point.option for point in proposal.sweep}
    for name, option in options.items():
        write_option(option, folder / name, county=proposal.area.county.title(lang))
    return ("propose.html", "propose.xlsx", "propose.gpkg", "propose.json", *options)
