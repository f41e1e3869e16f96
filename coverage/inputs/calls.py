"""Calls of the past, from a dispatch centre's log, with every row accounted for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from coverage.inputs.moments import zone_of
from coverage.inputs.road_points import RoadPlaces
from coverage.inputs.row_times import read_times, seconds_of_week
from coverage.simulation import PastCalls
from coverage.sources.osm_tags import plain_name
from coverage.sources.row_account import many_rejects_notes, nothing_left
from coverage.sources.row_sieve import RowSieve
from coverage.sources.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from coverage.sources.layer_file import LayerFile
    from coverage.sources.notes import Note
    from coverage.sources.row_account import RowAccount
    from coverage.sources.tables import Table
    from coverage.standards import Centre
    from coverage.study_area import StudyArea

_LAYER = "calls"
# the first that fits: a newborn's 呼吸困难 is the newborn's, an injured pregnant woman's birth the mother's
_CASES: Mapping[Centre, re.Pattern[str]] = {
    "newborn": re.compile("新生儿|早产儿|newborn|neonat"),
    "maternal": re.compile(
        "孕产|孕妇|产妇|分娩|临产|难产|待产|产后|产前|早产|宫外孕|异位妊娠|先兆流产|子痫|羊水|妊娠"
        "|maternal|pregnan|obstetric|labour|labor|childbirth|eclampsia"
    ),
    "trauma": re.compile(
        "创伤|外伤|车祸|交通事故|道路交通|坠落|坠楼|高坠|摔伤|跌伤|跌倒|骨折|刀伤|刺伤|砍伤|挤压|烧伤|烫伤|多发伤"
        "|trauma|injur|accident|fracture|burn|stab|gunshot|collision"
    ),
    "stroke": re.compile(
        "卒中|中风|脑梗|脑出血|脑血管|脑溢血|蛛网膜|偏瘫|脑血栓|stroke|cva|hemiplegi|intracerebralh"
    ),
    "chest_pain": re.compile(
        "胸痛|心梗|心肌梗|心绞痛|冠心病|急性冠|主动脉夹层|肺栓塞|胸闷"
        "|chestpain|myocardial|infarct|stemi|angina|acs|aorticdissection"
    ),
}


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
    sieve.merge(_repeated(table, at, sieve.alive))
    alive = np.flatnonzero(sieve.alive)
    account = sieve.account()
    if not len(alive):
        raise nothing_left(file.name, (account,), "call", "呼救记录")
    dates = [moment.date() for moment in at[alive]]
    words = table.texts("centre")
    known = {word: case_centre(word) for word in set(words.tolist())}
    calls = PastCalls(
        time_s=np.array([seconds_of_week(moment) for moment in at[alive]]),
        lon=lon[alive],
        lat=lat[alive],
        priority=table.texts("priority")[alive],
        centre=np.array([known[word] for word in words[alive]], dtype=object),
        n_days=float((max(dates) - min(dates)).days + 1),
        source=table.name,
    )
    return calls, account, (*notes, *place_notes, *many_rejects_notes([account]))


def _repeated(table: Table, at: NDArray[np.object_], alive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Find rows of a call that stands above already, as logs have them that list every ambulance sent."""
    seen: set[tuple[str, datetime]] = set()
    again = np.zeros(len(table), dtype=bool)
    for i, own in enumerate(table.texts("id").tolist()):
        if own and alive[i]:
            again[i] = (own, at[i]) in seen
            seen.add((own, at[i]))
    return again


def case_centre(text: str) -> str:
    """
    Tell which of the five centres a patient needs.

    Parameters
    ----------
    text
        A complaint, a diagnosis or the name of the centre: ``胸痛``, ``脑梗死？``, ``车祸外伤``, ``stroke`` …

    Returns
    -------
    str
        One of `coverage.study_area.CENTRES`; empty where none is told.
    """
    plain = plain_name(text)
    if not plain:
        return ""
    return next((centre for centre, words in _CASES.items() if words.search(plain)), "")
