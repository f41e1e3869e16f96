"""Every file of an answer to a call at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.files import replace_text
from coverage.reports.dispatch_figures import dispatch_figures, write_dispatch_json
from coverage.reports.dispatch_page import render_dispatch_page
from coverage.reports.figures import hash_of
from coverage.reports.map_tiles import parse_tiles

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.dispatch.answer import Dispatch
    from coverage.reports.wording import Lang


def write_dispatch(
    dispatch: Dispatch,
    folder: Path,
    *,
    lang: Lang,
    tiles: str | None = None,
    refresh_s: float | None = None,
    trouble: str = "",
) -> tuple[str, ...]:
    """
    Write everything a dispatcher opens into one folder.

    Both files are replaced in one step each, so that a page that loads itself again never finds them missing
    or half written: while watching, write straight into the folder that is looked at.

    Parameters
    ----------
    dispatch
        The answer.
    folder
        Where the files go; it is made where it is missing.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, ``osm``, ``tianditu:KEY`` or an address; none by default.
    refresh_s
        After how many seconds the page loads itself again; None where it does not.
    trouble
        What went wrong since the picture was made, one line in `lang`; shown on the page beside it.

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
    background = parse_tiles(tiles, lang) if tiles else None
    figures = dispatch_figures(dispatch)
    page = render_dispatch_page(
        dispatch, lang, background, refresh_s=refresh_s, trouble=trouble, known_as=hash_of(figures)
    )
    write_dispatch_json(figures, folder / "dispatch.json")
    replace_text(folder / "dispatch.html", page)
    return ("dispatch.html", "dispatch.json")
