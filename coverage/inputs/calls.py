"""Calls of the past, from a dispatch centre's log, with every row accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage.inputs.complaints import case_centre
from coverage.inputs.log_days import days_of_log
from coverage.inputs.moments import zone_of
from coverage.inputs.repeated_rows import find_repeated
from coverage.inputs.road_points import RoadPlaces
from coverage.inputs.row_times import read_times, seconds_of_week
from coverage.simulation import PastCalls
from coverage.sources.notes import Note, noted
from coverage.sources.row_account import many_rejects_notes, nothing_left
from coverage.sources.row_sieve import RowSieve
from coverage.sources.tables import read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.inputs.log_days import LogDays
    from coverage.sources.layer_file import LayerFile
    from coverage.sources.row_account import RowAccount
    from coverage.sources.tables import Table
    from coverage.study_area import StudyArea

_LAYER = "calls"
FEW_CALLS, FEW_DAYS = 100, 7
"""Of a log below these, chance makes the places, the hours and the number of calls."""


def read_calls(file: LayerFile, area: StudyArea) -> tuple[PastCalls, RowAccount, tuple[Note, ...]]:
    """
    Read calls.

    Parameters
    ----------
    file
        A table with the time of each call (or the date and the time in two columns) and its coordinates; the
        priority and what the patient has are read where they stand there.
    area
        The county: calls within it and its surroundings that lie near a road count.

    Returns
    -------
    PastCalls
        In the order of the file.
    RowAccount
        What became of the rows.
    tuple of Note
        What else a planner should know.

    Raises
    ------
    FileError, SourceError
        If the file cannot be read, lacks a column that is needed, or has no row that can be used.
    CrsError
        If the coordinate system is neither declared nor known.
    """
    table, notes = read_table(file, _LAYER)
    sieve = RowSieve(table, _LAYER)
    days = table.texts("date").tolist() if table.has("date") else None
    at = read_times(table, sieve, "time", zone_of(area), days=days)
    lon, lat, place_notes = RoadPlaces(area).place(table, sieve)
    ids = table.texts("id").tolist()
    # logs list a call once for every ambulance sent
    sieve.merge(
        find_repeated([(own, t) if own else None for own, t in zip(ids, at, strict=True)], sieve.alive)
    )
    log, day_notes = _days(table, sieve, at)
    alive = np.flatnonzero(sieve.alive)
    account = sieve.account()
    if log is None:
        raise nothing_left(file.name, (account,), "call", "呼救记录")
    words = table.texts("centre")
    known = {word: case_centre(word) for word in set(words.tolist())}
    calls = PastCalls(
        time_s=np.array([seconds_of_week(moment) for moment in at[alive]]),
        lon=lon[alive],
        lat=lat[alive],
        priority=table.texts("priority")[alive],
        centre=np.array([known[word] for word in words[alive]], dtype=object),
        n_days=float(log.n_days),
        source=table.name,
    )
    few = _few_notes(len(alive), log.n_days, table.name)
    return calls, account, (*notes, *place_notes, *day_notes, *few, *many_rejects_notes([account]))


def _days(table: Table, sieve: RowSieve, at: NDArray[np.object_]) -> tuple[LogDays | None, tuple[Note, ...]]:
    """Tell the days that the calls are of, and reject those of another year."""
    alive = np.flatnonzero(sieve.alive)
    if not len(alive):
        return None, ()
    dates = [moment.date() for moment in at[alive]]
    log = days_of_log(dates)
    is_stray = np.zeros(len(table), dtype=bool)
    is_stray[alive[log.is_stray]] = True
    spans = ", ".join(f"{first} – {last}" for first, last in log.spans)
    sieve.reject(
        is_stray,
        "time_impossible",
        "{text} is far from the days of all other calls ({spans}): correct the date",
        "{text}与其他呼救的日期（{spans}）相距太远：请更正日期",
        text=table.texts("time").tolist(),
        spans=spans,
    )
    rows, name = table.row[is_stray].tolist(), table.name
    gaps = [f"{last} – {first}" for (_, last), (first, _) in zip(log.spans[:-1], log.spans[1:], strict=True)]
    return log, (
        *noted(
            "calls_far_off",
            _LAYER,
            rows,
            f"{name}: calls whose dates are far from those of all others are left out ({{n}}): row {{some}}; "
            "correct them",
            f"{name}：{{n}}条呼救的日期与其他记录相距太远，未采用：第{{some}}行。请更正日期",
        ),
        *noted(
            "calls_gaps",
            _LAYER,
            gaps,
            f"{name}: weeks without any call are not counted as days of the log: {{some}}; where calls are "
            "missing there, add them",
            f"{name}：连续数周没有呼救的时段不计入天数：{{some}}。如有缺漏，请补充",
        ),
    )


def _few_notes(n_calls: int, n_days: int, name: str) -> tuple[Note, ...]:
    """Warn of a log that chance has written."""
    if n_calls >= FEW_CALLS and n_days >= FEW_DAYS:
        return ()
    en = (
        f"{name}: calls: {n_calls}, on days: {n_days}; so few say little of where, when and how often people "
        f"call; give at least {FEW_CALLS} calls of {FEW_DAYS} days, better of a year"
    )
    zh = (
        f"{name}：只有{n_calls}次呼救、{n_days}天，不足以反映呼救的地点、时间和次数："
        f"请提供至少{FEW_CALLS}次、{FEW_DAYS}天的记录，最好满一年"
    )
    return (Note("calls_few", _LAYER, en, zh, n_calls),)
