"""Hours of the day at which ambulances are there, as planners write them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from coverage.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable

HOUR_MIN = 60
DAY_MIN = 24 * HOUR_MIN
"""Minutes of an hour and of a day."""

_TIME = r"(\d{1,2})(?:[:.时点](\d{1,2})?分?)?"
_SPAN = re.compile(rf"{_TIME}(?:[-–—~]+|至|到)(?:次日|翌日|第二天)?{_TIME}")
_DASHES = str.maketrans({"−": "-", "‐": "-", "‑": "-", "―": "-", "〜": "~"})
_ROUND_THE_CLOCK = frozenset(
    {"", "24小时", "24h", "24/7", "全天", "全天候", "昼夜", "0:00-24:00", "00:00-24:00"}
)


def parse_hours(text: str) -> tuple[tuple[int, int], ...]:
    """
    Read hours of duty.

    Parameters
    ----------
    text
        ``08:00-20:00``; several separated by commas; over midnight (``20:00-08:00``); empty, ``24小时`` or
        ``全天`` for round the clock. Full-width marks are read as well.

    Returns
    -------
    tuple of (int, int)
        First and last minute after midnight of each span, the last not included; one that ends at or before
        its start runs over midnight. Empty for round the clock.

    Raises
    ------
    OptionError
        If these are no hours of a day.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(_DASHES).lower()
    if plain in _ROUND_THE_CLOCK:
        return ()
    spans = []
    for part in re.split("[,;、和及]", plain):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise _no_hours(text)
        start, end = (int(match[k]) * HOUR_MIN + int(match[k + 1] or 0) for k in (1, 3))
        if int(match[2] or 0) >= HOUR_MIN or int(match[4] or 0) >= HOUR_MIN:
            raise _no_hours(text)
        if not (start < DAY_MIN and 0 <= end <= DAY_MIN):
            raise _no_hours(text)
        if start == end % DAY_MIN:
            raise OptionError(
                f'hours {text!r} start and end at the same time: write "" for round the clock',
                zh=f'时段“{text}”起止时间相同：如为全天值守，请写 ""',
            )
        spans.append((start, end % DAY_MIN or DAY_MIN))
    return tuple(sorted(spans))


def normal_hours(text: str) -> str:
    """
    Write hours of duty the one way that reports show.

    Parameters
    ----------
    text
        As `parse_hours` takes it.

    Returns
    -------
    str
        ``08:00-12:00,14:00-20:00``; empty for round the clock.

    Raises
    ------
    OptionError
        If these are no hours of a day.
    """
    return ",".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in parse_hours(text))


def is_on_duty(text: str, at_min: int) -> bool:
    """
    Tell whether a time lies within hours of duty.

    Parameters
    ----------
    text
        As `parse_hours` takes it.
    at_min
        Minutes after midnight.

    Raises
    ------
    OptionError
        If `text` is no hours of a day.
    """
    spans, at = parse_hours(text), at_min % DAY_MIN
    return not spans or any(
        start <= at < end if start < end else at >= start or at < end for start, end in spans
    )


@lru_cache
def minutes_of(hours: str) -> frozenset[int]:
    """
    Give the minutes of the day that hours are made of.

    Parameters
    ----------
    hours
        As `parse_hours` takes it.

    Raises
    ------
    OptionError
        If these are no hours of a day.
    """
    spans = parse_hours(hours) or ((0, DAY_MIN),)
    return frozenset(
        minute % DAY_MIN
        for start, end in spans
        for minute in range(start, end if start < end else end + DAY_MIN)
    )


def check_apart(spans: Iterable[str]) -> None:
    """
    Refuse hours of which two hold at one time.

    Parameters
    ----------
    spans
        As `parse_hours` takes them.

    Raises
    ------
    OptionError
        If one is no hours of a day, or two overlap.
    """
    taken: dict[int, str] = {}
    for span in spans:
        minutes = minutes_of(span)
        twice = min((minute for minute in minutes if minute in taken), default=None)
        if twice is not None:
            raise OptionError(
                f"hours {span!r} and {taken[twice]!r} overlap at {clock_text(twice)}: part them",
                zh=f"时段“{span}”与“{taken[twice]}”在 {clock_text(twice)} 重叠：请分开",
            )
        taken |= dict.fromkeys(minutes, span)


def clock_text(at_min: int) -> str:
    """Write minutes after midnight as ``08:30``."""
    return f"{at_min // HOUR_MIN:02}:{at_min % HOUR_MIN:02}"


def _no_hours(text: str) -> OptionError:
    return OptionError(
        f"hours {text!r} are none of a day: write for instance 08:00-20:00, with a comma between several, "
        'and "" for round the clock',
        zh=f'时段“{text}”不对：请写成 08:00-20:00，多个时段用逗号隔开，全天值守写 ""',
    )
