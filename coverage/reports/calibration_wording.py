"""Every sentence and heading of a calibration's reports, in Chinese and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from coverage.calibrating.estimating import MIN_TRIPS
from coverage.calibrating.holding_out import N_FOLDS
from coverage.calibrating.recipe import MIN_TRIP_M
from coverage.calibrating.regression import OUTLIER_SCALES
from coverage.reports import wording
from coverage.reports.road_words import road_word
from coverage.reports.wording import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.analysis import Note
    from coverage.calibration import Calibration
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang

_LABELS: Mapping[str, tuple[str, str]] = {
    "highway": ("道路等级", "Road class"),
    "before_kph": ("原车速（公里/小时）", "Given (km/h)"),
    "after_kph": ("校准车速（公里/小时）", "Calibrated (km/h)"),
    "low_kph": ("95%区间下限", "95 % from"),
    "high_kph": ("95%区间上限", "95 % to"),
    "length_km": ("行驶里程（公里）", "Driven (km)"),
    "n_trips": ("出车次数", "Trips"),
    "basis": ("依据", "Basis"),
    "hours": ("时段", "Hours"),
    "condition": ("行车条件", "Condition"),
    "factor": ("系数", "Factor"),
    "low": ("95%区间下限", "95 % from"),
    "high": ("95%区间上限", "95 % to"),
    "id": ("编号", "Id"),
    "row": ("行号", "Row"),
    "travel": ("实际用时（分钟）", "Observed (min)"),
    "before": ("原车速预测（分钟）", "By the given speeds (min)"),
    "after": ("校准后预测（分钟）", "By the calibrated speeds (min)"),
    "held_out": ("未参与校准时的预测（分钟）", "Held out (min)"),
    "weight": ("权重", "Weight"),
    "is_outlier": ("异常", "Outlier"),
    "fit": ("拟合情况", "Fit"),
    "speeds": ("车速", "Speeds"),
    "by_hours": ("时段系数", "Factors by hours"),
    "charts": ("图", "Charts"),
    "outliers": ("异常出车记录", "Odd trips"),
    "method": ("方法", "Method"),
    "notes": ("注意", "Notes"),
    "trips": ("出车记录", "Trips"),
    "figure": ("指标", "Figure"),
    "given": ("原车速", "Given speeds"),
    "calibrated": ("校准后（留出检验）", "Calibrated (held out)"),
    "contents": ("目录", "Contents"),
    "scatter_before": ("校准前：预测与实际", "Before: predicted and observed"),
    "scatter_after": ("校准后：留出预测与实际", "After: held-out prediction and observed"),
    "observed_axis": ("实际用时（分钟）", "Observed (min)"),
    "predicted_axis": ("预测用时（分钟）", "Predicted (min)"),
    "speed_axis": ("公里/小时", "km/h"),
    "factor_axis": ("车速系数", "Factor on speeds"),
}
_FIT: Mapping[str, tuple[str, str]] = {
    "median_ratio": ("预测与实际之比，中位数", "Predicted to observed, median"),
    "median_error_s": ("误差中位数（分钟）", "Median error (min)"),
    "median_error_share": ("误差中位数（占实际用时）", "Median error (share of the time)"),
    "p90_error_share": ("误差第90百分位（占实际用时）", "90th percentile of the error (share)"),
    "n": ("出车次数", "Trips"),
}


def label(key: str, lang: Lang) -> str:
    """Give a heading."""
    return pick(lang, *_LABELS[key])


def title_text(calibration: Calibration, lang: Lang) -> str:
    """Give the title of every report: the county and what this is."""
    county = wording.short_name(calibration.area.county.title(lang))
    return f"{county}  {pick(lang, '车速校准', 'Calibration of speeds')}"


def headline(calibration: Calibration, lang: Lang) -> list[str]:
    """Give the answer: what was used, what changed, and how much better times are predicted."""
    error, error_now = (fit_value(calibration, row, "median_error_share") for row in ("before", "after"))
    source, n = wording.one_line(calibration.source), len(calibration.trips)
    n_classes = int(calibration.classes["is_measured"].sum())
    n_odd = int(calibration.trips["is_outlier"].sum())
    ratio = fit_value(calibration, "before", "median_ratio")
    off = abs(1.0 - ratio)
    slower = ratio < 1.0
    return [
        pick(
            lang,
            f"{source}：{n:,}次出车可用，{calibration.n_left_out:,}次未用，{n_odd:,}次异常（不影响结果）；"
            f"{n_classes}个道路等级的车速由实际用时得出",
            f"{source}: {n:,} trips used, {calibration.n_left_out:,} left out, {n_odd:,} odd (they do not "
            f"move the speeds); the speeds of {n_classes} road classes are told by the times",
        ),
        pick(
            lang,
            f"原车速预测的用时{'偏短' if slower else '偏长'}{off:.0%}（中位数）",
            f"By the given speeds trips {'take' if slower else 'took'} {off:.0%} "
            f"{'less' if slower else 'more'} than they did (median)",
        ),
        pick(
            lang,
            f"对未参与校准的出车，误差中位数由{error:.0%}变为{error_now:.0%}",
            f"On trips that were held out the median error goes from {error:.0%} to {error_now:.0%}",
        ),
    ]


def use_text(lang: Lang) -> str:
    """Say what the file of speeds is for, in a file that may be anywhere."""
    return pick(
        lang,
        "calibrate.toml 可用于其他命令：在 --speeds 后填写该文件的路径",
        "calibrate.toml goes into the other commands: write the path of that file behind --speeds",
    )


def option_lines(path: str, lang: Lang) -> list[str]:
    """Say what the file of speeds is for, the option on a line of its own that can be copied."""
    shown = f'"{path}"' if any(c.isspace() for c in path) else path
    return [
        pick(lang, "校准后的车速可用于其他命令：", "The calibrated speeds go into the other commands:"),
        f"  --speeds {shown}",
    ]


def class_text(highway: str, lang: Lang) -> str:
    """Name a road class."""
    return road_word(highway, lang)


def condition_text(condition: str, lang: Lang) -> str:
    """Name a driving condition, its word in the table beside it."""
    named, plain = wording.condition_text(condition, lang), wording.one_line(condition)
    return plain if named == plain else named + wording.bracketed(plain, lang)


def basis_text(*, is_measured: bool, n_trips: int, lang: Lang) -> str:
    """Say what the speed of a class stands on."""
    if is_measured:
        return pick(lang, "实测", "measured")
    if n_trips:
        return pick(lang, "行驶太少，随已测等级调整", "too little driven: moves with the measured ones")
    return pick(lang, "无出车经过，随已测等级调整", "never driven: moves with the measured ones")


def hour_basis_text(*, is_measured: bool, is_held: bool, lang: Lang) -> str:
    """Say what the factor of some hours stands on."""
    if is_held:
        return pick(lang, "基准", "the yardstick")
    return (
        pick(lang, "实测", "measured")
        if is_measured
        else pick(lang, "次数太少，保持原值", "too few: as given")
    )


def fit_label(key: str, lang: Lang) -> str:
    """Name a figure of fit."""
    return pick(lang, *_FIT[key])


def fit_keys() -> tuple[str, ...]:
    """Give the figures of fit in the order of every report."""
    return tuple(_FIT)


def fit_value(calibration: Calibration, row: str, key: str) -> float:
    """Give a figure of fit, of the row ``before`` or ``after``."""
    values = calibration.fit[key].to_numpy(dtype=np.float64)
    return float(values[list(calibration.fit.index).index(row)])


def fit_value_text(key: str, value: float) -> str:
    """Write a figure of fit."""
    if key == "n":
        return f"{value:,.0f}"
    if key == "median_error_s":
        return f"{value / 60:.1f}"
    return f"{value:.2f}" if key == "median_ratio" else f"{value:.1%}"


def note_text(note: Note, calibration: Calibration, lang: Lang) -> str:
    """Put a note into one line."""
    return wording.note_text(note, shown_of(calibration), lang)


def shown_of(calibration: Calibration) -> Shown:
    """Give the county for the writers that all reports share, which ask it for the study area alone."""
    return cast("Shown", calibration)


def method_lines(lang: Lang) -> list[str]:
    """Say how the speeds were found, and what they do not say."""
    return [
        pick(
            lang,
            "每次出车的路线未知，按当前车速取最快路线；路线与车速交替计算，直至两者不再变化。",
            "The way of a trip is not known: the quickest is taken. Ways and speeds are found in turn until "
            "neither changes.",
        ),
        pick(
            lang,
            "预测用时＝院内驶出时间＋各等级里程÷车速（不超过限速，按路面折减）÷时段系数；到患者身边的步行不计。",
            "A trip's time is that out of the yard and the length of each class by its speed, at most the "
            "posted limit and reduced by the surface, divided by the factor of the hours; the walk to the "
            "patient is none of it.",
        ),
        pick(
            lang,
            "采用稳健回归（MM估计，Yohai 1987；双权函数，以S估计为起点）拟合用时的对数：停车等候、"
            "时钟错误等异常记录即使接近半数也不影响结果。区间为95%（稳健三明治方差，t分布）。",
            "The logarithm of the time is fitted by robust regression (an MM-estimate, Yohai 1987, with the "
            "biweight, from an S-estimate): parked ambulances and wrong clocks do not move it, up to nearly "
            "half of the trips. Intervals are of 95 % (robust sandwich, Student's t).",
        ),
        pick(
            lang,
            f"留出检验：分{N_FOLDS}份，每份由其余各份得出的车速预测，路线也按这些车速重新推断；区间按路线随之变动的"
            "幅度放宽。",
            f"Held out: {N_FOLDS} parts, each predicted by the speeds that the others tell, on the ways that "
            "are quickest by those speeds. Intervals are widened by as much as the ways move with the trips.",
        ),
        pick(
            lang,
            f"短于{MIN_TRIP_M:g}米的出车不用；少于{MIN_TRIPS}次出车、里程太少或总与其他等级同行的等级，以及少于"
            f"{MIN_TRIPS}次出车的时段不单独估计（在看用时之前确定）；"
            f"偏离预测超过{OUTLIER_SCALES:g}倍离散度的记为异常。",
            f"Trips below {MIN_TRIP_M:g} m are left out; classes and hours of fewer than {MIN_TRIPS} trips, "
            "and classes driven too little or only together with others, are not told apart, which is "
            f"settled before any time is looked at; trips more than {OUTLIER_SCALES:g} scales off are called "
            "odd.",
        ),
        pick(
            lang,
            "对已知车速的检验中（每组150次出车，一成记录有误），名义95%的区间有97%包含真值；若驾驶员惯走的不是最快路线，车速会偏低。",
            "In trials with known speeds (sets of 150 trips, one in ten of them wrong) 97 % of the intervals "
            "of 95 % held the true one. Where drivers do not take the quickest way, the speeds come out too "
            "low.",
        ),
    ]
