"""The page of a simulated year: the answer, charts, ambulances, townships and rules in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.reports import simulation_tables as tables
from coverage.reports import simulation_wording as words
from coverage.reports import wording
from coverage.reports.map import write_page
from coverage.reports.map_page import CountyFigure, PageBody
from coverage.reports.map_panel import frame_text
from coverage.reports.simulation_charts import curve_svg, differences_svg, hours_svg
from coverage.reports.simulation_figures import simulation_hash
from coverage.reports.simulation_map import map_svg
from coverage.reports.simulation_rows import shown_of
from coverage.reports.wording import pick
from coverage.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.reports.wording import Lang
    from coverage.simulation import Simulation

_LABELS = (
    "charts",
    "contents",
    "curve",
    "curve_table",
    "differences",
    "hospitals",
    "hours",
    "hours_busy",
    "hours_within",
    "map",
    "option",
    "outcomes",
    "rules",
    "townships",
    "units",
    "waiting",
)


def write_simulation_page(simulation: Simulation, path: Path, *, lang: Lang) -> None:
    """
    Write the page of a simulated year as one file that opens with no internet.

    Parameters
    ----------
    simulation
        The simulated year.
    path
        The file, replaced as a whole.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    write_page(render_simulation_page(simulation, lang), path)


def render_simulation_page(simulation: Simulation, lang: Lang = "zh") -> str:
    """Give the page as text; the same simulation gives the same page, to the byte."""
    page = page_text(simulation, lang)
    figure = CountyFigure(
        page["title"],
        lang="zh-CN" if lang == "zh" else "en",
        generator=f"emergency-coverage {__version__}",
        name="document",
        more=("simulate",),
        draws_map=False,
    )
    figure.html.add_child(PageBody("simulate.html", page, {}), name="page")
    return figure.render()


def page_text(simulation: Simulation, lang: Lang) -> dict[str, Any]:
    """
    Collect everything the page says.

    Returns
    -------
    dict
        As ``assets/simulate.html`` shows it; every text is escaped there, charts and samples are markup.
    """
    shown = shown_of(simulation)
    frame = frame_text(shown, lang, tiles=None, data_hash=simulation_hash(simulation))
    promise, *headline = words.headline(simulation, lang)
    has_options = bool(simulation.options)
    return {
        **frame,
        "title": words.title_text(simulation, lang),
        "promise": promise,
        "headline": headline,
        "few": words.few_text(simulation, lang),
        "once": _once_text(simulation, lang),
        "outcomes": tables.outcome_table(simulation, lang),
        "curve": curve_svg(simulation, lang),
        "hours_within": hours_svg(simulation, "within_share", lang),
        "hours_busy": hours_svg(simulation, "busy_units", lang),
        "curve_table": tables.curve_table(simulation, lang),
        "hour_table": tables.hour_table(simulation, lang),
        "differences": tables.difference_table(simulation, lang) if has_options else None,
        "differences_chart": differences_svg(simulation, lang) if has_options else "",
        "nearer": words.nearer_text(simulation, lang),
        "units": tables.unit_tables(simulation, lang),
        "order": words.order_text(lang),
        "map": map_svg(simulation, lang),
        "townships": tables.township_table(simulation, lang),
        "waiting": tables.group_table(simulation, lang),
        "hospitals": tables.hospital_table(simulation, lang),
        "rules": tables.rules_table(simulation, lang),
        "files": [
            {"name": f"{o.key} {wording.one_line(o.source)}", "text": o.text}
            for o in simulation.options
            if o.text
        ],
        "words": {**frame["words"], **{key: words.label(key, lang) for key in _LABELS}, **_words(lang)},
    }


def _once_text(simulation: Simulation, lang: Lang) -> str:
    if simulation.rules.replications > 1:
        return ""
    return pick(
        lang,
        "只模拟了1次：所有数值都没有区间，看不出偶然的影响有多大。"
        "请用 --replications 20 重复模拟后再作判断。",
        "A single replication: no figure has an interval, so that nobody can tell chance from difference. "
        "Play more with --replications 20 before deciding.",
    )


def _words(lang: Lang) -> dict[str, str]:
    return {
        "how_to_sort": pick(
            lang,
            "点击表头可排序；可左右滑动查看全部列。小字为95%区间。",
            "Choose a heading to sort by it; scroll sideways for all columns. Small figures: 95% interval.",
        ),
        "band": pick(lang, "灰色带为现状的95%区间。", "The grey band is the 95% interval of today."),
        "full": pick(
            lang,
            "实心：差异明显；空心：不明显或无法判断。横线为95%区间。",
            "Full: the difference is clear; hollow: it is not, or cannot be told. Lines: 95% interval.",
        ),
        "darker": pick(
            lang,
            "颜色越深，限时内到达的呼救越少。",
            "The darker, the fewer calls are reached within the limit.",
        ),
        "differences_chart": pick(lang, "限时内到达占比与现状之差", "Share within the limit against today"),
        "best": pick(lang, "较好", "best"),
        "hour_table": pick(lang, "各时段数值", "Figures by hour"),
        "township": pick(lang, "乡镇", "Township"),
        "within_change": pick(lang, "限时内占比与现状相差（百分点）", "Share within against today (points)"),
        "group": pick(lang, "呼救", "Calls"),
        "file": pick(lang, "方案文件原文", "The option file as read"),
        "hospital": words.label("hospitals", lang),
        "calls_line": pick(
            lang,
            "呼救次数为每次重复的平均数。",
            "Calls are the mean of the replications.",
        ),
    }
