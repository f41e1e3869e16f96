"""Dates and times as logs write them, in the clock of the county they are from."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import geopandas as gpd

from coverage.sources.table_values import plain_text
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from datetime import tzinfo

    from coverage.study_area import StudyArea

_DATE = r"(?:(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?|(\d{4})(\d{2})(\d{2}))"
_WEEKDAY = r"(?:\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
_CLOCK = (
    r"(凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|夜里|夜间|深夜|am|pm)?\s*"
    r"(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2}(?:[.,]\d+)?)秒?)?)?)?"
    r"\s*(am|pm)?"
)
_PACKED = r"(\d{2})(\d{2})(\d{2})?"
# a single digit after a minus would be the end of 8:30-9
_OFFSET = r"\s*(z|(?:utc|gmt)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}(?::?\d{2})?|\+\d)?"
_MOMENT = re.compile(rf"{_DATE}{_WEEKDAY}[t\s_]*(?:(?:{_CLOCK}|{_PACKED}){_OFFSET})?")
_ONLY_CLOCK = re.compile(rf"(?:{_CLOCK}|{_PACKED}){_OFFSET}")
_AFTERNOON = frozenset({"下午", "傍晚", "pm"})
_MORNING = frozenset({"凌晨", "清晨", "早晨", "早上", "上午", "am"})
_MIDDAY = "中午"
_NIGHT = frozenset({"晚上", "夜里", "夜间", "深夜"})
_NOON, _MIDNIGHT = 12, 24
_MIDDAY_H, _EVENING_H = (10, 14), 17
# a workbook's day 1 is 1900-01-01, and it has a 29 February 1900 that never was
_FIRST_SERIAL, _LAST_SERIAL = 25_569.0, 80_000.0
_SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a workbook's times have no zone
_EPOCH_S = (1e9, 4e9)
_MILLI = 1e3
_CHINESE_CODE = re.compile("(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|81|82)[0-9]{4}")
"""Of a county: its first two digits are a province's."""
_CHINA = (
    (73.1, 29.5, 124.2, 42.9), (79.4, 42.8, 96.4, 49.3), (109.6, 39.3, 135.1, 54.2),
    (82.9, 26.7, 97.1, 29.6), (97.0, 20.4, 124.4, 29.6), (107.9, 17.8, 111.8, 20.5),
)  # fmt: skip
"""Rectangles of degrees (west, south, east, north) that have the land of China and little else."""
_HAN = re.compile("[\u4e00-\u9fff]")
CHINA_TIME = timezone(timedelta(hours=8))
"""The one clock of China, all year round."""


@dataclass(frozen=True)
class Moment:
    """
    A date and time as it was written.

    Parameters
    ----------
    at
        With its offset from UTC where one was written, else without.
    has_clock
        False where only a date was written.
    """

    at: datetime
    has_clock: bool = True


def zone_of(area: StudyArea) -> tzinfo | None:
    """
    Give the clock of a county's logs, where they name none.

    China has one clock; a county is there that lies there and has the code of a Chinese county or a name in
    Chinese characters. Elsewhere it is the clock of this computer.

    Parameters
    ----------
    area
        The county.

    Returns
    -------
    datetime.tzinfo or None
        None for the computer's own.
    """
    county = area.county
    is_chinese = _CHINESE_CODE.fullmatch(county.code) or _HAN.search(county.name)
    if not is_chinese:
        return None
    place = gpd.GeoSeries([area.boundary.representative_point()], crs=area.crs).to_crs(WGS84).iloc[0]
    lies_there = any(w <= place.x <= e and s <= place.y <= n for w, s, e, n in _CHINA)
    return CHINA_TIME if lies_there else None


def read_moment(text: str, day: str = "") -> Moment | None:
    """
    Read a date and time.

    Parameters
    ----------
    text
        ``2026-11-22T08:30:05+08:00``, ``2026/11/22 8:30``, ``2026年11月22日 下午2时05分``,
        ``20261122083005``, a workbook's number of days, seconds or milliseconds since 1970; the time of the
        day alone where `day` has the date.
    day
        The date, where it stands in a column of its own.

    Returns
    -------
    Moment or None
        None where it is none: words, a day that no month has, or day and month before the year, of which
        nobody can tell which is which.
    """
    text = plain_text(text)
    whole = _match(text)
    if whole is None and day:
        date = _match(plain_text(day))
        if date is None:
            return None
        share = _share_of_day(text)
        if share is not None:
            return Moment(date.at.replace(hour=0, minute=0, second=0, microsecond=0) + share)
        if _ONLY_CLOCK.fullmatch(text) is None:
            return None
        return _match(f"{date.at:%Y-%m-%d} {text}")
    return whole


def _share_of_day(text: str) -> timedelta | None:
    """Read a workbook's time of the day, a share of it."""
    try:
        share = float(text)
    except ValueError:
        return None
    return timedelta(seconds=round(share * 86_400)) if 0 <= share < 1 else None


def _match(text: str) -> Moment | None:
    match = _MOMENT.fullmatch(text)
    if match is None:
        return _of_number(text)
    parts = match.groups()
    date = [int(part) for part in (parts[:3] if parts[0] else parts[3:6])]
    clock = _clock(parts[6:14])
    if clock is None:
        return None
    try:
        at = datetime(date[0], date[1], date[2], tzinfo=_offset(parts[14])) + clock
    except (ValueError, OverflowError):
        return None
    return Moment(at, has_clock=bool(parts[7] or parts[11]))


def _clock(parts: tuple[str | None, ...]) -> timedelta | None:
    """Give the time since midnight; None where there is no such time."""
    before, hour, minute, second, after, packed_hour, packed_minute, packed_second = parts
    hours = int(hour or packed_hour or 0)
    half = before or after
    hours = _hour_of_day(hours, half) if half else hours
    minutes, seconds = (
        int(minute or packed_minute or 0),
        float((second or packed_second or "0").replace(",", ".")),
    )
    past_midnight = hours == _MIDNIGHT and half not in _NIGHT and (minutes or seconds)
    if not 0 <= hours <= _MIDNIGHT or minutes > 59 or seconds >= 60 or past_midnight:  # noqa: PLR2004
        return None
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _hour_of_day(hours: int, half: str) -> int:
    """Give the hour that is meant by one of a part of the day, 24 for the midnight that ends it; -1: none."""
    if half in _AFTERNOON:
        return hours + _NOON if hours < _NOON else hours
    if half in _MORNING:
        return 0 if hours == _NOON else hours
    if half == _MIDDAY:
        hours = hours + _NOON if 0 < hours <= _MIDDAY_H[1] - _NOON else hours
        return hours if _MIDDAY_H[0] <= hours <= _MIDDAY_H[1] else -1
    # at night: nobody can tell which day one o'clock is of
    hours = hours + _NOON if hours <= _NOON else hours
    return hours if _EVENING_H <= hours <= _MIDNIGHT else -1


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    text = text.removeprefix("utc").removeprefix("gmt")
    if text in ("", "z"):
        return UTC
    digits = text[1:].replace(":", "")
    n_hours = min(2, len(digits) - 2 if len(digits) > 2 else len(digits))  # noqa: PLR2004 - two are minutes
    away = timedelta(hours=int(digits[:n_hours]), minutes=int(digits[n_hours:] or 0))
    return timezone(-away if text[0] == "-" else away)


def _of_number(text: str) -> Moment | None:
    """Read a workbook's days, or seconds or milliseconds since 1970."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    if _FIRST_SERIAL <= number < _LAST_SERIAL:
        # such numbers are exact to some microseconds
        return Moment(_SERIAL_EPOCH + timedelta(seconds=round(number * 86_400)), number % 1 > 0)
    for unit in (1.0, _MILLI):
        if _EPOCH_S[0] <= number / unit < _EPOCH_S[1]:
            return Moment(datetime.fromtimestamp(number / unit, UTC))
    return None
