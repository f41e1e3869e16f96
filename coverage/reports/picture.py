"""The map as a picture for a slide or a chat: drawn directly, with legend, scale bar and sources on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.files import whole_file
from coverage.reports import wording
from coverage.reports.display_width import shorten
from coverage.reports.map import fullest_missed
from coverage.reports.map_panel import capital, frame_text
from coverage.reports.map_words import word as map_word
from coverage.reports.picture_map import county_svg
from coverage.reports.picture_marks import legend
from coverage.reports.picture_words import word
from coverage.reports.png_chunks import with_density, with_texts
from coverage.reports.typesetting import PPI, families, need_cjk_font, typeset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from coverage.assessment import Totals
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang
    from coverage.study_area import StudyArea

_HEIGHT_PT = 370.0
_WIDTHS_PT = (400.0, 496.0)
_BESIDE_PT = 90.0  # room for the scale bar beside a county that is higher than wide
_MAX_SOURCE_COLUMNS = 240


def write_picture(
    shown: Shown,
    path: Path,
    *,
    lang: Lang,
    title: str = "",
    lines: tuple[str, ...] = (),
    before: Shown | None = None,
    data_hash: str = "",
    texts: Mapping[str, str] | None = None,
) -> None:
    """
    Write the map as a PNG of 3200 by 1800 pixels, 300 to an inch.

    Parameters
    ----------
    shown
        The county to draw: an analysis, or one side of a proposal or comparison.
    path
        The file, replaced as a whole.
    lang
        ``zh`` or ``en``.
    title
        What the picture shows; emergency coverage where not given.
    lines
        Sentences below the figures; the largest gap where not given.
    before
        The county without the plan or option that is shown: figures are set against it, what is new is
        ringed and what goes is crossed.
    data_hash
        By which the figures are known.
    texts
        What the file says beside what is drawn, by keyword.

    Raises
    ------
    FontError
        If the words are Chinese and no font of this computer is.
    FileError
        If the file cannot be written.
    """
    data = picture_data(shown, lang, title=title, lines=lines, before=before, data_hash=data_hash)
    png = with_density(typeset("picture.typ", data, "png", lang=lang), PPI)
    png = with_texts(png, texts or {})
    with whole_file(path) as temporary:
        temporary.write_bytes(png)


def check_fonts(area: StudyArea, lang: Lang, more: Iterable[str] = ()) -> None:
    """
    Refuse before the work begins what could only be printed as boxes.

    Parameters
    ----------
    area
        Whose names are to be printed.
    lang
        Of the words beside them.
    more
        What else is to be printed.

    Raises
    ------
    FontError
        If there is Chinese among them, and no font of this computer has it.
    """
    sources = [text for source in area.provenance for text in (source.source, source.licence)]
    names = [str(name) for table in (area.townships, area.facilities) for name in table["name"]]
    need_cjk_font([map_word("title", lang), area.county.title(lang), *names, *sources, *more])


def picture_data(
    shown: Shown,
    lang: Lang,
    *,
    title: str = "",
    lines: tuple[str, ...] = (),
    before: Shown | None = None,
    data_hash: str = "",
) -> dict[str, Any]:
    """Collect what ``assets/picture.typ`` sets; parameters as in `write_picture`."""
    frame = frame_text(shown, lang, tiles=None, data_hash=data_hash)
    width = _width_pt(shown)
    drawn = county_svg(
        shown,
        lang,
        width_pt=width,
        height_pt=_HEIGHT_PT,
        families=families(lang),
        before=before,
        fullest=fullest_missed(before) if before is not None else None,
    )
    return {
        "county": wording.short_name(shown.area.county.title(lang)),
        "title": title or map_word("title", lang),
        "promise": frame["promise"],
        "banners": frame["banners"],
        "answers": _answers(shown, before, lang),
        "lines": list(lines) or [wording.gap_text(shown, lang)],
        "legend": legend([shown], lang, before=before),
        "map": drawn,
        "width": width,
        "alt": f"{title or map_word('title', lang)}: {wording.gap_text(shown, lang)}",
        "foot": {
            "disclaimer": frame["disclaimer"],
            "version": frame["version"],
            "sources": source_lines(shown, lang),
            "missing": word("missing", lang, codes="{codes}"),
        },
    }


def source_lines(shown: Shown, lang: Lang) -> list[str]:
    """Give the sources with their dates and licences, layers of the same source in one short line."""
    layers: dict[str, list[str]] = {}
    for source in shown.area.provenance:
        layer = wording.layer_text(source.layer, lang)
        layers.setdefault(wording.provenance_text(source, lang).removeprefix(layer), []).append(layer)
    mark = "、" if lang == "zh" else ", "
    texts = (mark.join(dict.fromkeys(names)) + text for text, names in layers.items())
    return [shorten(capital(text), _MAX_SOURCE_COLUMNS) for text in texts]


def _width_pt(shown: Shown) -> float:
    """Give the map no more width than the county fills: the words beside it then have more."""
    west, south, east, north = shown.area.boundary.bounds
    return min(max(_HEIGHT_PT * (east - west) / (north - south) + _BESIDE_PT, _WIDTHS_PT[0]), _WIDTHS_PT[1])


def _answers(shown: Shown, before: Shown | None, lang: Lang) -> list[dict[str, str]]:
    """Give townships met and people covered, beside what they were."""
    unit, target = shown.area.demand_unit, shown.standard.target_share
    totals = shown.assessment.totals["all"]
    was = before.assessment.totals["all"] if before is not None else None

    def share(totals: Totals) -> str:
        return wording.share_text(totals.covered_share, target_share=target)

    covered, population = (
        wording.population_text(shown, value, lang)
        for value in (totals.covered_population, totals.population)
    )
    parts = (
        ("partial", totals.townships_partial),
        ("unmet", totals.townships_unmet),
        ("unknown", totals.townships_unknown),
    )
    return [
        {
            "was": share(was) if was is not None else "",
            "figure": share(totals),
            "label": map_word("of_people" if unit == "people" else "of_road", lang, unit),
            "detail": f"{covered} / {population}",
        },
        {
            "was": wording.met_text(was) if was is not None else "",
            "figure": wording.met_text(totals),
            "label": map_word("met", lang),
            "detail": " · ".join(f"{capital(wording.verdict_text(v, lang))} {n}" for v, n in parts if n),
        },
    ]
