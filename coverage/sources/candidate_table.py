"""Places a planner thinks of for a station or sub-centre, from a table, with every row accounted for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.sources.layer_rows import LayerRows
from coverage.sources.osm_tags import plain_name
from coverage.sources.point_rows import place_points
from coverage.sources.row_account import nothing_left
from coverage.sources.row_figures import AMBULANCES, Figures, read_figures
from coverage.sources.row_sieve import RowSieve
from coverage.sources.table_words import kind_of
from coverage.sources.tables import read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.layer_file import LayerFile
    from coverage.sources.tables import Table

_LAYER = "candidates"
# 10亿元: whoever writes more has written 元
_COST = Figures("cost_wan", "cost", "费用", 100_000, " (万元)", "万元")
_SAME_PLACE_M = 50.0
_STATION_WORDS = frozenset({"station", "stations", "base", "站", "站点", "急救", "急救网点"})


def read_candidates(
    file: LayerFile, frame: Frame, roads: shapely.STRtree | None, facilities: gpd.GeoDataFrame
) -> LayerRows:
    """
    Read candidate sites.

    Parameters
    ----------
    file
        A table with coordinates or shapes, or with facilities by id or name, whose places are known.
    frame
        The county and its buffer: sites within its region are read.
    roads
        Road lines in the frame's system, against which coordinate systems are checked; None where there are
        none.
    facilities
        The study area's, in the frame's system.

    Returns
    -------
    LayerRows
        One row a site, in the frame's system: ``id`` (``c1``, ``c2`` … by the rows read where the file gives
        none), ``name`` (may be empty), ``kind`` (one of `coverage.study_area.FACILITY_KINDS`, empty where
        nothing is said), ``facility_id`` (the existing facility it would be part of, empty where none is
        named), ``ambulances`` and ``cost_wan`` (NaN where nothing is said), point geometry.

    Raises
    ------
    FileError, SourceError
        If the file cannot be read, or lacks a column that is needed.
    SourceError
        If no row can be used.
    CrsError
        If a coordinate system is neither declared nor known.
    """
    table, notes = read_table(file, _LAYER)
    sieve = RowSieve(table, _LAYER)
    names = table.texts("name")
    kinds = _kinds(table, sieve)
    ambulances = read_figures(table, sieve, AMBULANCES)
    cost_wan = read_figures(table, sieve, _COST)
    placed = place_points(table, sieve, frame, roads, required=False)
    facility = _facility_of(table, sieve, facilities, ~placed.points.isna().to_numpy())
    at_home = placed.points.isna().to_numpy() & (facility >= 0)
    points = placed.points.to_numpy().copy()
    points[at_home] = facilities.geometry.to_numpy()[facility[at_home]]
    _reject_placeless(sieve, points)
    ids = _ids(table)
    _reject_repeated(table, sieve, ids, points)
    own = np.append(facilities["id"].to_numpy(dtype=object), "")
    rows = gpd.GeoDataFrame(
        {
            "id": ids,
            "name": names,
            "kind": kinds,
            "facility_id": own[facility],
            "ambulances": ambulances,
            "cost_wan": cost_wan,
        },
        geometry=points,
        crs=frame.crs,
    )
    account = sieve.account()
    if not sieve.alive.any():
        raise nothing_left(file.name, (account,), "candidate site", "候选点")
    return LayerRows(rows[sieve.alive].reset_index(drop=True), (account,), (*notes, *placed.notes))


def _kinds(table: Table, sieve: RowSieve) -> NDArray[np.object_]:
    """Tell what each site is meant for, empty where nothing is said."""
    words = table.texts("kind")
    known = {word: site_kind(word) for word in set(words.tolist())}
    kinds = np.array([known[word] for word in words.tolist()], dtype=object)
    sieve.reject(
        (words != "") & (kinds == ""),
        "kind_unknown",
        "kind “{word}” is not known: write ambulance station or subcentre, or leave it empty",
        "类型“{word}”无法识别：请填写急救站或县域医疗次中心，也可留空",
        word=words,
    )
    return kinds


def site_kind(word: str) -> str:
    """
    Tell the kind of a site that somebody thinks of; a bare ``station`` or ``站点`` is one for ambulances.

    Parameters
    ----------
    word
        As `coverage.sources.table_words.kind_of` takes it.

    Returns
    -------
    str
        One of `coverage.study_area.FACILITY_KINDS`, empty where the word says none.
    """
    return "ambulance_station" if plain_name(word) in _STATION_WORDS else kind_of(word) if word else ""


def _facility_of(
    table: Table, sieve: RowSieve, facilities: gpd.GeoDataFrame, has_place: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Find the facility that a row names, by id or by a name that is one's alone; -1 where it names none."""
    number = {str(own): i for i, own in enumerate(facilities["id"])}
    plain = [plain_name(str(name)) for name in facilities["name"]]
    alone = {name for name, n in Counter(plain).items() if name and n == 1}
    by_name = {name: i for i, name in enumerate(plain) if name in alone}

    def find(word: str) -> int:
        return number.get(word, by_name.get(plain_name(word), -1)) if word else -1

    said = table.texts("facility")
    found = np.array([find(word) for word in said.tolist()], dtype=np.int64)
    sieve.reject(
        (said != "") & (found < 0),
        "facility_unknown",
        "facility “{word}” is none of the study area's: write its id or its full name, or leave it empty",
        "依托机构“{word}”不在设施表中：请填写其代码或全称，或留空",
        word=said,
    )
    # without a place of its own, a row that is called like a facility can only be that one
    called = np.array([find(name) for name in table.texts("name").tolist()], dtype=np.int64)
    return np.where((found < 0) & ~has_place & (said == ""), called, found)


def _reject_placeless(sieve: RowSieve, points: NDArray[np.object_]) -> None:
    sieve.reject(
        shapely.is_missing(points),
        "coordinates_missing",
        "has no coordinates and names no facility of the study area: fill in one of them",
        "没有坐标，也不是设施表中的机构：请补填坐标或依托机构",
    )


def _ids(table: Table) -> NDArray[np.object_]:
    """Give each row its own id, or one by its number in the file that no other row has."""
    ids = table.texts("id")
    taken = set(ids.tolist())
    for i in np.flatnonzero(ids == "").tolist():
        own = f"c{i + 1}"
        while own in taken:
            own += "_"
        taken.add(own)
        ids[i] = own
    return ids


def _reject_repeated(
    table: Table, sieve: RowSieve, ids: NDArray[np.object_], points: NDArray[np.object_]
) -> None:
    """Reject rows that have the id of an earlier one, or its name at its place."""
    alive = np.flatnonzero(sieve.alive)
    first_of: dict[str, int] = {}
    twice, first = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=np.int64)
    named: dict[str, list[int]] = {}
    for i, name in zip(alive.tolist(), table.texts("name")[alive].tolist(), strict=True):
        earlier = first_of.get(ids[i])
        beside = [
            j for j in named.get(plain_name(name), ()) if points[i].distance(points[j]) <= _SAME_PLACE_M
        ]
        if earlier is None and beside and name:
            earlier = beside[0]
        if earlier is not None:
            twice[i], first[i] = True, table.row[earlier]
            continue
        first_of[ids[i]] = i
        named.setdefault(plain_name(name), []).append(i)
    sieve.reject(
        twice,
        "duplicate",
        "duplicate of row {first}, by its id or by its name and place: correct one of them, or delete it",
        "与第{first}行重复（编号相同，或名称和位置相同）：请更正或删除其中一行",
        first=first,
    )
