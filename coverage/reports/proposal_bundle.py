"""Every file of a proposal at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.options.writing import write_option
from coverage.reports.picture import write_picture
from coverage.reports.proposal_figures import proposal_hash, write_proposal_json
from coverage.reports.proposal_layers import write_proposal_layers
from coverage.reports.proposal_map import write_proposal_map
from coverage.reports.proposal_wording import kicker_text, proposed_text, remaining_text
from coverage.reports.proposal_workbook import write_proposal_workbook
from coverage.reports.shown import side

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.proposal import Proposal
    from coverage.reports.wording import Lang


def write_proposal(
    proposal: Proposal, folder: Path, *, lang: Lang, tiles: str | None = None, png: bool = False
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
    png
        Whether the county after the plan is wanted as a picture too.

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
    pictures = ("propose.png",) if png else ()
    for name in pictures:
        _write_plan(proposal, folder / name, lang)
    return ("propose.html", "propose.xlsx", "propose.gpkg", "propose.json", *pictures, *options)


def _write_plan(proposal: Proposal, path: Path, lang: Lang) -> None:
    """Draw the county as the plan would leave it."""
    write_picture(
        side(proposal, proposal.after),
        path,
        lang=lang,
        title=kicker_text(proposal, lang),
        lines=(proposed_text(proposal, lang), remaining_text(proposal, lang)),
        before=side(proposal, proposal.before) if proposal.sites else None,
        data_hash=proposal_hash(proposal),
    )
