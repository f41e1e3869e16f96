"""Dates and times as logs write them, in the clock of the county they are from."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from coverage.sources.table_values import plain_text

if TYPE_CHECKING:
    from datetime import tzinfo

    from coverage.study_area import StudyArea

_DATE = r"(?:(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?|(\d{4})(\d{2})(\d{2}))"
_WEEKDAY = r"(?:\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
_CLOCK = (
    r"(上午|下午|中午|晚上|凌晨|am|pm)?\s*(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2}(?:\.\d+)?)秒?)?)?)?"
    r"\s*(am|pm)?"
)
_PACKED = r"(\d{2})(\d{2})(\d{2})?"
_OFFSET = r"\s*(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?"
_MOMENT = re.compile(rf"{_DATE}{_WEEKDAY}[t\s_]*(?:(?:{_CLOCK}|{_PACKED}){_OFFSET})?")
_ONLY_CLOCK = re.compile(rf"(?:{_CLOCK}|{_PACKED}){_OFFSET}")
_AFTERNOON = frozenset({"下午", "晚上", "pm"})
_MORNING = frozenset({"上午", "凌晨", "am"})
_NOON = 12
# a workbook's day 1 is 1900-01-01, and it has a 29 February 1900 that never was
_FIRST_SERIAL, _LAST_SERIAL = 25_569.0, 80_000.0
_SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a workbook's times have no zone
_EPOCH_S = (1e9, 4e9)
_MILLI = 1e3
_CODE_DIGITS = 6
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

    China has one clock; a county is there that has a code of six digits or a name in Chinese. Elsewhere it is
    the clock of this computer.

    Parameters
    ----------
    area
        The county.

    Returns
    -------
    datetime.tzinfo or None
        None for the computer's own.
    """
    code = area.county.code
    is_chinese = len(code) == _CODE_DIGITS and code.isdigit()
    return CHINA_TIME if is_chinese or _HAN.search(area.county.name) else None


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
    if half in _AFTERNOON and hours < _NOON:
        hours += _NOON
    elif half in _MORNING and hours == _NOON:
        hours = 0
    minutes, seconds = int(minute or packed_minute or 0), float(second or packed_second or 0)
    if hours > 24 or minutes > 59 or seconds >= 60 or (hours == 24 and (minutes or seconds)):  # noqa: PLR2004
        return None
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in ("z", "utc", "gmt"):
        return UTC
    digits = text[1:].replace(":", "")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
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
