"""The page that leadership decides from: advice, ranking, charts, maps and lists in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.reports import comparison_wording as words
from coverage.reports import map_style as style
from coverage.reports import wording
from coverage.reports.comparison_charts import curve_table, curves_svg, frontier_svg
from coverage.reports.comparison_figures import comparison_hash
from coverage.reports.comparison_map import change_legend, comparison_data, map_layers, map_legend
from coverage.reports.comparison_names import full_title, shown_of, title
from coverage.reports.comparison_page_words import word
from coverage.reports.comparison_tables import (
    class_table,
    doing_tables,
    load_table,
    losers,
    ranking_table,
    robustness_table,
    stage_tables,
    township_changes,
    township_table,
)
from coverage.reports.map import write_page
from coverage.reports.map_page import CountyFigure, PageBody
from coverage.reports.map_panel import frame_text
from coverage.reports.map_tiles import parse_tiles
from coverage.reports.map_words import word as map_word
from coverage.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.comparison import Comparison
    from coverage.reports.map_tiles import Tiles
    from coverage.reports.wording import Lang

_LABELS = (
    "ranking",
    "frontier",
    "change_map",
    "losers",
    "townships",
    "robustness",
    "staging",
    "loads",
    "doing",
    "assumptions",
    "conditions",
    "option",
    "base",
)
_WORDS = (
    "advised",
    "contents",
    "how_to_sort",
    "left_map",
    "right_map",
    "maps",
    "maps_line",
    "no_losers",
    "township_changes",
)


def write_comparison_page(
    comparison: Comparison, path: Path, *, lang: Lang, tiles: str | None = None
) -> None:
    """
    Write the page of a comparison as one file that opens with no internet.

    Parameters
    ----------
    comparison
        The comparison.
    path
        The file, replaced as a whole.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles (see `coverage.reports.map_tiles.parse_tiles`); none by default.

    Raises
    ------
    FileError
        If the file cannot be written.
    TilesError
        If `tiles` is no tile service.
    """
    background = parse_tiles(tiles, lang) if tiles else None
    write_page(render_comparison_page(comparison, lang, background), path)


def render_comparison_page(comparison: Comparison, lang: Lang = "zh", tiles: Tiles | None = None) -> str:
    """Give the page as text; the same comparison gives the same page, to the byte."""
    page = page_text(comparison, lang, tiles)
    figure = CountyFigure(
        page["title"],
        lang="zh-CN" if lang == "zh" else "en",
        generator=f"emergency-coverage {__version__}",
        name="document",
        more=("compare",),
        style=style.facility_rules(),
        image_hosts=(tiles.host,) if tiles else (),
    )
    data = comparison_data(comparison, lang, tiles)
    figure.html.add_child(PageBody("compare.html", page, data), name="page")
    return figure.render()


def page_text(comparison: Comparison, lang: Lang, tiles: Tiles | None) -> dict[str, Any]:
    """
    Collect everything the page says in text.

    Returns
    -------
    dict
        As ``assets/compare.html`` shows it; every text is escaped there, charts and samples are markup.
    """
    frame = frame_text(shown_of(comparison), lang, tiles=tiles, data_hash=comparison_hash(comparison))
    unit, access = comparison.area.demand_unit, comparison.standard.is_access
    promise, *headline = words.headline(comparison, lang)
    return {
        **frame,
        "title": words.title_text(comparison, lang),
        "promise": promise,
        "headline": headline,
        "conditions": words.condition_lines(comparison, lang),
        "symbols": {**style.symbols(), **style.site_symbols()},
        "ranking": ranking_table(comparison, lang),
        "classes": class_table(comparison, lang),
        "order_line": words.order_text(comparison, lang),
        "frontier": frontier_svg(comparison, lang),
        "curves": curves_svg(comparison, lang),
        "curve_table": curve_table(comparison, lang),
        "choices": _choices(comparison, lang),
        "layers": map_layers(comparison, lang, tiles),
        "legend": map_legend(comparison, lang),
        "change_legend": change_legend(comparison, lang),
        "changes": [township_changes(comparison, outcome, lang) for outcome in comparison.options],
        "losers": [losers(comparison, outcome, lang) for outcome in comparison.options],
        "townships": township_table(comparison, lang),
        "robustness": robustness_table(comparison, lang),
        "stages": stage_tables(comparison, lang),
        "loads": load_table(comparison, lang),
        "doing": doing_tables(comparison, lang),
        "assumptions": words.assumption_rows(comparison, lang),
        "words": {
            **frame["words"],
            **{key: words.label(key, comparison, lang) for key in _LABELS},
            **{key: word(key, lang, unit, access=access) for key in _WORDS},
            "curves": word("curves", lang, unit, access=access),
            "curve_table": word("curve_table", lang, unit),
            "township_head": word("township_head", lang),
            "townships_line": word("townships_line", lang, unit),
            "loads_line": word("loads_line", lang, unit),
            "zoom_in": map_word("zoom_in", lang),
            "today": title(comparison.baseline, lang),
            "file_text": [
                word("file_text", lang, source=wording.one_line(o.source)) for o in comparison.options
            ],
        },
    }


def _choices(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """Give the outcomes that a map can show, and which of them it shows first."""
    advised = comparison.advice.key
    if comparison.outcome(advised).is_baseline:
        advised = next((key for key in comparison.order if key != comparison.baseline.key), advised)
    return {
        "outcomes": [{"key": o.key, "name": full_title(o, lang)} for o in comparison.outcomes],
        "left": comparison.baseline.key,
        "right": advised,
    }
