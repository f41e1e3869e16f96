"""Columns of dates and times, and the rows whose time cannot be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from coverage.inputs.moments import read_moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from numpy.typing import NDArray

    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
# a workbook writes midnight as a date alone, but not every other time
_MAX_DATES_ALONE = 0.5


def read_times(
    table: Table,
    sieve: RowSieve,
    field: str,
    zone: tzinfo | None,
    *,
    days: Sequence[str] | None = None,
    required: bool = True,
) -> NDArray[np.object_]:
    """
    Read a column of times, and reject rows whose time cannot be.

    Parameters
    ----------
    table, sieve
        The rows.
    field
        The column.
    zone
        The county's clock, to which times with an offset of their own are turned; None for this computer's.
    days
        Dates, where they stand in another column.
    required
        False lets empty cells pass.

    Returns
    -------
    ndarray
        Shape (n,), `datetime.datetime` in the county's clock, without an offset; None where there is none.
    """
    texts = table.texts(field).tolist()
    dates = [""] * len(texts) if days is None else days
    read = [read_moment(t, d) if t else None for t, d in zip(texts, dates, strict=True)]
    empty = np.array([not text for text in texts], dtype=bool)
    if required:
        sieve.reject(empty, "time_missing", "has no time: fill it in", "没有时间：请补填")
    header = table.headers.get(field, field)
    sieve.reject(
        ~empty & np.array([moment is None for moment in read], dtype=bool),
        "time_unreadable",
        "{header} “{text}” is no date and time: write 2026-11-22 08:30:05, or give the date a column",
        "{header}“{text}”无法识别：请写成 2026-11-22 08:30:05，日期也可单独一列",
        text=texts,
        header=header,
    )
    bare = np.array([moment is not None and not moment.has_clock for moment in read], dtype=bool)
    if bare.sum() > _MAX_DATES_ALONE * (~empty).sum():
        sieve.reject(
            bare,
            "time_missing",
            "{header} “{text}” is a date without the time of the day: add it",
            "{header}“{text}”只有日期，没有时刻：请补填",
            text=texts,
            header=header,
        )
    local = np.empty(len(texts), dtype=object)
    local[:] = [None if moment is None else _local(moment.at, zone) for moment in read]
    sieve.reject(
        [at is not None and not _FIRST_YEAR <= at.year <= _LAST_YEAR for at in local],
        "time_impossible",
        "{header} “{text}” is not of our time: correct the clock or the date",
        "{header}“{text}”的年份不合理：请更正",
        text=texts,
        header=header,
    )
    return local


def seconds_of_week(at: datetime) -> float:
    """Give the seconds since Monday 00:00 of a time's own week."""
    return at.weekday() * 86_400.0 + seconds_of_day(at)


def seconds_of_day(at: datetime) -> float:
    """Give the seconds since midnight."""
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    ).total_seconds()


def _local(at: datetime, zone: tzinfo | None) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None) if at.tzinfo is not None else at
