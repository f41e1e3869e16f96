"""The page of a calibration: the answer, charts, speeds, hours and odd trips in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.reports import calibration_wording as words
from coverage.reports import wording
from coverage.reports.calibration_charts import hours_svg, scatter_svg, speeds_svg
from coverage.reports.calibration_figures import calibration_hash
from coverage.reports.calibration_terminal import interval_text
from coverage.reports.map import write_page
from coverage.reports.map_page import CountyFigure, PageBody
from coverage.reports.wording import DASH, pick
from coverage.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.calibration import Calibration
    from coverage.reports.wording import Lang

_SECTIONS = ("fit", "charts", "speeds", "by_hours", "outliers", "method")
_MAX_ODD = 20


def write_calibration_page(calibration: Calibration, path: Path, *, lang: Lang) -> None:
    """
    Write the page of a calibration as one file that opens with no internet.

    Parameters
    ----------
    calibration
        The calibration.
    path
        The file, replaced as a whole.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    write_page(render_calibration_page(calibration, lang), path)


def render_calibration_page(calibration: Calibration, lang: Lang = "zh") -> str:
    """Give the page as text; the same calibration gives the same page, to the byte."""
    page = page_text(calibration, lang)
    figure = CountyFigure(
        page["title"],
        lang="zh-CN" if lang == "zh" else "en",
        generator=f"emergency-coverage {__version__}",
        name="document",
        draws_map=False,
    )
    figure.html.add_child(PageBody("calibrate.html", page, {}), name="page")
    return figure.render()


def page_text(calibration: Calibration, lang: Lang) -> dict[str, Any]:
    """
    Collect everything the page says.

    Returns
    -------
    dict
        As ``assets/calibrate.html`` shows it; every text is escaped there, charts are markup.
    """
    modelled = wording.modelled_text(words.shown_of(calibration), lang)
    sources = [p for p in calibration.area.provenance if p.layer == "roads"]
    return {
        "title": words.title_text(calibration, lang),
        "banners": [modelled] if modelled else [],
        "headline": [*words.headline(calibration, lang), words.use_text(lang)],
        "sections": [{"id": key, "name": words.label(key, lang)} for key in _SECTIONS],
        "fit": _fit_table(calibration, lang),
        "charts": [
            (words.label("scatter_before", lang), scatter_svg(calibration, "before_s", lang)),
            (words.label("scatter_after", lang), scatter_svg(calibration, "held_out_s", lang)),
            (words.label("speeds", lang), speeds_svg(calibration, lang)),
            (words.label("by_hours", lang), hours_svg(calibration, lang)),
        ],
        "chart_line": pick(
            lang,
            "圆点为一次出车，叉为异常；虚线上预测与实际相等。车速与系数：灰竖线为原值，圆点为校准值"
            "（空心为未实测），横线为95%区间。",
            "A dot is a trip, a cross an odd one; on the broken line both times agree. Speeds and factors: "
            "grey bar the given one, dot the calibrated one (hollow: not measured), line the 95 % interval.",
        ),
        "classes": _class_table(calibration, lang),
        "hours": _hour_table(calibration, lang),
        "odd": _odd_table(calibration, lang),
        "method": words.method_lines(lang),
        "notes": [words.note_text(note, calibration, lang) for note in calibration.notes],
        "sources": [wording.provenance_text(p, lang) for p in sources],
        "version": f"emergency-coverage {__version__}  {calibration_hash(calibration)}",
        "words": {key: words.label(key, lang) for key in (*_SECTIONS, "notes", "contents")},
    }


def _fit_table(calibration: Calibration, lang: Lang) -> dict[str, Any]:
    return {
        "heads": [words.label(key, lang) for key in ("figure", "given", "calibrated")],
        "rows": [
            [
                words.fit_label(key, lang),
                *(
                    words.fit_value_text(key, words.fit_value(calibration, row, key))
                    for row in ("before", "after")
                ),
            ]
            for key in words.fit_keys()
        ],
    }


def _class_table(calibration: Calibration, lang: Lang) -> dict[str, Any]:
    keys = ("highway", "before_kph", "after_kph", "low_kph", "length_km", "n_trips", "basis")
    heads = [pick(lang, "95%区间", "95 %") if key == "low_kph" else words.label(key, lang) for key in keys]
    rows = [
        [
            words.class_text(row["highway"], lang),
            f"{row['before_kph']:g}",
            f"{row['after_kph']:.1f}",
            interval_text(row["low_kph"], row["high_kph"], 1),
            f"{row['length_m'] / 1000:,.1f}",
            f"{row['n_trips']:,}",
            words.basis_text(is_measured=row["is_measured"], n_trips=row["n_trips"], lang=lang),
        ]
        for row in calibration.classes.to_dict("records")
    ]
    return {"heads": heads, "rows": rows}


def _hour_table(calibration: Calibration, lang: Lang) -> dict[str, Any]:
    keys = ("hours", "condition", "factor", "low", "n_trips", "basis")
    heads = [pick(lang, "95%区间", "95 %") if key == "low" else words.label(key, lang) for key in keys]
    rows = []
    for row in calibration.hours.to_dict("records"):
        held = row["low"] == row["high"]
        rows.append(
            [
                row["hours"],
                words.condition_text(row["condition"], lang),
                f"{row['factor']:.2f}",
                DASH if held else interval_text(row["low"], row["high"], 2),
                f"{row['n_trips']:,}",
                words.hour_basis_text(is_measured=row["is_measured"], is_held=held, lang=lang),
            ]
        )
    return {"heads": heads, "rows": rows}


def _odd_table(calibration: Calibration, lang: Lang) -> dict[str, Any]:
    """List the trips that fit worst; the workbook has all."""
    odd = calibration.trips[calibration.trips["is_outlier"]]
    ratio = (odd["travel_s"] / odd["after_s"]).where(odd["travel_s"] >= odd["after_s"])
    worst = odd.loc[
        ratio.fillna(odd["after_s"] / odd["travel_s"]).sort_values(ascending=False, kind="stable").index
    ]
    rows = [
        [
            wording.one_line(row["id"]),
            str(row["row"]),
            f"{row['travel_s'] / 60:.1f}",
            f"{row['after_s'] / 60:.1f}",
        ]
        for row in worst.head(_MAX_ODD).to_dict("records")
    ]
    line = pick(
        lang,
        f"共{len(odd)}次，列出偏离最大的{len(rows)}次；全部见工作簿。",
        f"{len(odd)} in all, the {len(rows)} farthest off are listed; the workbook has all.",
    )
    heads = [words.label(key, lang) for key in ("id", "row", "travel", "after")]
    return {"heads": heads, "rows": rows, "line": line}
