"""Figures and degrees as planners write them, read column by column."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Parsed = tuple[NDArray[np.float64], NDArray[np.bool_]]

EMPTY = frozenset(
    {
        *(
            "",
            "-",
            "--",
            "---",
            "—",
            "——",
            "–",
            "―",
            "−",
            "/",
            "//",
            "\\",
            "无",
            "暂无",
            "没有",
            "未知",
            "不详",
        ),
        *(
            "缺",
            "空",
            "待定",
            "待补",
            "待填",
            "待补充",
            "未填",
            "未定位",
            "na",
            "n/a",
            "#n/a",
            "nan",
            "null",
            "none",
        ),
        *("nil", "#null!", "#value!", "#ref!", "#name?", "#div/0!", "#num!", ".", "·", "…", "……", "...", "*"),
        *("?", "~", "<na>", "nodata", "unknown"),
    }
)
"""What stands in a cell that holds nothing, in lower case and half width."""

NONE = frozenset(
    {
        *("无", "没有", "暂无", "无车", "无救护车", "没有救护车", "暂无救护车", "无急救车", "无配备", "未配"),
        *("未配备", "未配置", "暂未配备", "暂未配置", "尚未配备", "尚未配置", "没有配备", "没有配置", "none"),
    }
)
"""What says that there is not one, in lower case and half width."""

_LONGEST_EMPTY = max(map(len, EMPTY))
_PLAIN_MARKS = str.maketrans(
    # what maps on the web put around a copied figure; what normalization would turn into letters or spaces
    dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202c\u202d")
    | {"º": "°", "˚": "°", "∘": "°", "″": '"', "“": '"', "”": '"', "′": "'", "‘": "'", "’": "'", "−": "-"}
)
# marks of footnotes, which normalization would turn into digits of the figure before them
_FOOTNOTE = re.compile(
    "(?<=\\S)[\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289]+"
)
# no figure is as long, and patterns take their time over it
_LONGEST = 200
_GROUPED = r"\d{1,3}(?:[, ]\d{3})+(?![\d,])"
_FIGURE = re.compile(rf"([+-]?)\s*((?:{_GROUPED}|\d+)(?:\.\d*)?|\.\d+)(e[+-]?\d+)?(?!\d)")
_ABOUT = re.compile(r"^(?:大约|约为|约|近|共计|共|计|ca\.?|circa|approx\.?|about|~|≈)\s*")
_MORE = re.compile(r"(?:左右|上下|以上|余|多|整)+")
_SCALES = {"千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8}
_ONES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMERAL = re.compile(r"([一二两三四五六七八九])?(十)?([零〇一二两三四五六七八九])?")

_NUMBER = r"\d+(?:\.\d*)?"
_WORDED = rf"({_NUMBER}|[零〇一二两三四五六七八九十]{{1,3}})"
_SPAN = re.compile(
    rf"(?:{_WORDED}\s*(?:小时|时|hours?|hrs?|h)\s*)?"
    rf"(?:(半|{_WORDED[1:-1]})\s*(?:分钟|分|minutes?|mins?|m|'(?!'))\s*(半)?)?"
    rf"(?:{_WORDED}\s*(?:秒钟|秒|seconds?|secs?|s|\"|'')?)?"
)
_SECOND_MARKS = ("秒", "秒钟", "s", "sec", "secs", "second", "seconds", '"', "''")
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2}(?:\.\d*)?)")
_SEXAGESIMAL = re.compile(
    rf"(\d+)\s*[°度:]\s*({_NUMBER})\s*(?:['分:]\s*(?:({_NUMBER})\s*(?:\"|''|秒)?)?)?",
)
_DECIMAL_DEGREES = re.compile(r"(\d*\.?\d+\.?|\d{1,3},(?:\d{1,2}|\d{4,}))\s*(?:°|度|deg|degrees)?")
_METRES = re.compile(rf"({_GROUPED}(?:\.\d*)?|\d+(?:\.\d*)?)\s*(?:m|米)?")
_AXIS_WORDS = {
    **dict.fromkeys(("东经", "经度", "longitude", "long", "lon", "lng", "e"), ("lon", 1.0)),
    **dict.fromkeys(("西经", "w"), ("lon", -1.0)),
    **dict.fromkeys(("北纬", "纬度", "latitude", "lat", "n"), ("lat", 1.0)),
    **dict.fromkeys(("南纬", "s"), ("lat", -1.0)),
}
_AXIS = "|".join(_AXIS_WORDS)
_LED = re.compile(rf"({_AXIS})\s*[:=为]?\s*(.*)", re.DOTALL)
_FOLLOWED = re.compile(rf"(.*?)\s*({_AXIS})", re.DOTALL)
_SEPARATORS = (r"[;；]", r"[,，]", r"[、|/\n\t]", r"\s+")
_WRAPPING = re.compile(r"^(?:point)?\s*[(\[{【]?\s*|\s*[)\]}】]?$")
_SIXTY = 60.0


_EMPTY_HEADS = frozenset(word[0] for word in EMPTY if word)
_FIRST_HAN, _LAST_HAN = "\u4e00", "\u9fff"


def plain_text(text: str) -> str:
    """Give a cell's text in half width, in lower case and with plain marks for degrees and minutes."""
    if text.isascii():
        return text.strip().lower()
    bare = _FOOTNOTE.sub("", text.translate(_PLAIN_MARKS))
    return unicodedata.normalize("NFKC", bare).strip().lower()


def is_empty(text: str) -> bool:
    """Tell whether a cell's text stands for nothing: ``""``, ``—``, ``无``, ``#N/A`` …"""
    if not text:
        return True
    head = text[0]
    # most cells of a long list are told by their first letter, which no width or case can change
    if head not in _EMPTY_HEADS and (head.isdecimal() or _FIRST_HAN <= head <= _LAST_HAN):
        return False
    return len(text) <= _LONGEST_EMPTY and plain_text(text) in EMPTY


def is_none(text: str) -> bool:
    """Tell whether a cell's text says that there is not one: ``无``, ``未配备``, ``none`` …"""
    return bool(text) and len(text) <= _LONGEST_EMPTY and plain_text(text) in NONE


def parse_numbers(texts: Sequence[str], units: Mapping[str, float], scale: float = 1.0) -> Parsed:
    """
    Read figures: ``3``, ``1,234``, ``３辆``, ``约1.2万``, ``1.2万人``, ``两``.

    Parameters
    ----------
    texts
        Cells, `n` of them.
    units
        Words that may follow a figure, in lower case, and what they multiply it by; 0 for words that make
        it a figure of something else.
    scale
        Factor of the column's own unit, for figures that name none.

    Returns
    -------
    values : numpy.ndarray
        Shape (n,); NaN where a cell is empty or unreadable.
    unreadable : numpy.ndarray of bool
        Shape (n,); True where a cell holds something that is not one figure: words, a range, two figures.
    """
    return _parse(texts, lambda text: _figure(text, units, scale), scale)


def parse_durations(texts: Sequence[str], units: Mapping[str, float], scale: float = 1.0) -> Parsed:
    """
    Read times that something takes: figures as `parse_numbers` does, ``1分30秒``, ``3'30"``, ``0:03:00``.

    Of two figures with a colon, ``1:30``, the first is minutes: a workbook writes hours with seconds behind.

    Parameters
    ----------
    texts, units, scale
        As in `parse_numbers`; units and scale in seconds.

    Returns
    -------
    values : numpy.ndarray
        Shape (n,), seconds; NaN where a cell is empty or unreadable.
    unreadable : numpy.ndarray of bool
        Shape (n,).
    """

    def read(text: str) -> float:
        value = _figure(text, units, scale)
        return _span_s(text) if math.isnan(value) else value

    return _parse(texts, read, scale)


def parse_degrees(texts: Sequence[str]) -> Parsed:
    """
    Read longitudes or latitudes: ``113.46``, ``113°27′36″``, ``东经113度27分``, ``E113.46``, ``113,4600``.

    Metres of a projected system are read as well; whether the figures can be degrees is for the caller.

    Parameters
    ----------
    texts
        Cells, `n` of them.

    Returns
    -------
    values : numpy.ndarray
        Shape (n,); west and south negative; NaN where a cell is empty or unreadable.
    unreadable : numpy.ndarray of bool
        Shape (n,).
    """
    return _parse(texts, lambda text: _degree(text)[0], 1.0)


def parse_pairs(texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """
    Read both coordinates from one column: ``113.46,29.47``, ``(113.46 29.47)``, ``北纬29.47°，东经113.46°``.

    The longitude comes first, unless the words of both say otherwise.

    Parameters
    ----------
    texts
        Cells, `n` of them.

    Returns
    -------
    x, y : numpy.ndarray
        Shape (n,); NaN where a cell is empty or unreadable.
    unreadable : numpy.ndarray of bool
        Shape (n,).
    """
    x, y = np.full(len(texts), math.nan), np.full(len(texts), math.nan)
    unreadable = np.zeros(len(texts), dtype=bool)
    for i, text in enumerate(texts):
        if is_empty(text):
            continue
        pair = _pair(plain_text(text)) if len(text) <= _LONGEST else None
        if pair is None:
            unreadable[i] = True
        else:
            x[i], y[i] = pair
    return x, y, unreadable


def _parse(texts: Sequence[str], read: Callable[[str], float], scale: float) -> Parsed:
    """Read every text, plain figures at once and every other spelling once."""
    values = np.full(len(texts), math.nan)
    unreadable = np.zeros(len(texts), dtype=bool)
    known: dict[str, float | None] = {}
    for i, text in enumerate(texts):
        if not text:
            continue
        if len(text) > _LONGEST:
            unreadable[i] = True
            continue
        try:
            value = float(text) * scale if "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            values[i] = value
            continue
        if text not in known:
            known[text] = None if is_empty(text) else read(plain_text(text))
        found = known[text]
        if found is not None:
            values[i], unreadable[i] = found, math.isnan(found)
    return values, unreadable


def _figure(text: str, units: Mapping[str, float], scale: float) -> float:
    """Read one figure with what stands around it; NaN if it is not one."""
    text = _ABOUT.sub("", text.lstrip("'`"))
    match = _FIGURE.match(text)
    if match is not None:
        sign, digits, power = match.groups()
        value = float(re.sub(r"[, ]", "", digits) + (power or "")) * (-1.0 if sign == "-" else 1.0)
    else:
        match = _NUMERAL.match(text)
        if match is None or not match[0]:
            return math.nan
        value = _numeral(*match.groups())
    factor = _factor(text[match.end() :], units, scale)
    return value * factor if math.isfinite(value) else math.nan


def _span_s(text: str) -> float:
    """Read hours, minutes and seconds, in seconds; NaN if they are none."""
    text = _MORE.sub("", _ABOUT.sub("", text)).strip(" ()[]。.")
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hours, minutes, seconds = (float(part or 0.0) for part in clock.groups())
    else:
        span = _SPAN.fullmatch(text)
        if span is None or (span[3] and span[4]):
            return math.nan
        if not (span[1] or span[2]):  # seconds alone; a bare figure is none
            return _worded(span[4]) if text.endswith(_SECOND_MARKS) else math.nan
        hours, minutes, seconds = _worded(span[1]), _worded(span[2]), _worded(span[4])
        minutes += 0.5 if span[3] else 0.0
    whole = minutes < _SIXTY or not hours
    return (hours * _SIXTY + minutes) * _SIXTY + seconds if whole and seconds < _SIXTY else math.nan


def _worded(text: str | None) -> float:
    """Read a figure or a Chinese numeral, 0 where there is none; NaN if it is neither."""
    if not text or text == "半":
        return 0.5 if text else 0.0
    if text[0].isdigit():
        return float(text)
    numeral = _NUMERAL.fullmatch(text)
    return _numeral(*numeral.groups()) if numeral is not None else math.nan


def _numeral(tens: str | None, ten: str | None, ones: str | None) -> float:
    """Read a Chinese numeral below a hundred."""
    if ten:
        return 10.0 * _ONES.get(tens or "一", 1) + _ONES.get(ones or "零", 0)
    # 二三 is a guess between the two, not a number
    return math.nan if tens and ones else float(_ONES[tens or ones or "零"])


def _factor(rest: str, units: Mapping[str, float], scale: float) -> float:
    """Tell what the words behind a figure multiply it by; NaN if they are no unit of it."""
    rest = _MORE.sub("", rest).strip(" ()[]。.")
    if not rest:
        return scale
    if rest in units:
        return units[rest] or math.nan
    for word, factor in _SCALES.items():
        behind = rest.removeprefix(word).strip()
        if rest.startswith(word) and (not behind or units.get(behind) == 1.0):
            return factor
    return math.nan


def _degree(text: str) -> tuple[float, str]:
    """Read one coordinate, NaN if it is none, and the axis that its words name, empty where they do not."""
    axis, sign = "", 1.0
    text = text.strip(" '`,;。")
    led, followed = _LED.fullmatch(text), _FOLLOWED.fullmatch(text)
    if led is not None:
        (axis, sign), text = _AXIS_WORDS[led[1]], led[2]
    elif followed is not None:
        (axis, sign), text = _AXIS_WORDS[followed[2]], followed[1]
    if text[:1] in ("+", "-"):
        sign, text = (-sign if text[0] == "-" else sign), text[1:].lstrip()
    match = _SEXAGESIMAL.fullmatch(text)
    if match is not None:
        degrees, minutes, seconds = (float(part or 0.0) for part in match.groups())
        whole = minutes < _SIXTY and seconds < _SIXTY
        return (sign * (degrees + minutes / _SIXTY + seconds / _SIXTY**2) if whole else math.nan), axis
    match = _DECIMAL_DEGREES.fullmatch(text)
    if match is not None:
        return sign * float(match[1].replace(",", ".")), axis
    match = _METRES.fullmatch(text)
    return (sign * float(re.sub(r"[, ]", "", match[1])) if match is not None else math.nan), axis


def _pair(text: str) -> tuple[float, float] | None:
    text = _WRAPPING.sub("", text)
    for separator in _SEPARATORS:
        parts = [part for part in re.split(separator, text) if part.strip()]
        if len(parts) != 2:  # noqa: PLR2004
            continue
        (first, first_axis), (second, second_axis) = _degree(parts[0]), _degree(parts[1])
        if math.isnan(first) or math.isnan(second) or (first_axis and first_axis == second_axis):
            continue
        return (second, first) if "lat" in first_axis or "lon" in second_axis else (first, second)
    return None
