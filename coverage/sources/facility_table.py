"""Facilities from the tables a planner has, each once, with the figures that are known of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.sources.layer_rows import LayerRows
from coverage.sources.notes import Note, noted
from coverage.sources.osm_places import SAME_FACILITY_M
from coverage.sources.osm_tags import plain_name
from coverage.sources.point_rows import place_points
from coverage.sources.row_account import nothing_left
from coverage.sources.row_figures import AMBULANCES, Figures, read_figures
from coverage.sources.row_sieve import RowSieve
from coverage.sources.table_words import centres_of, kind_of, unfit
from coverage.sources.tables import read_table
from coverage.study_area import LAYER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.layer_file import LayerFile
    from coverage.sources.tables import Table

_TURNOUT = Figures("turnout_s", "turnout", "出车时间", 3_600, " s", "秒")
# no crew leaves within so few seconds: minutes were meant
_FEW_SECONDS = 15
# the buildings of one yard
_ONE_PLACE_M = 50.0
_LAYER = "facilities"
_KINDS_ZH = "医院、急救站、县域医疗次中心、卫生院、卫生室"
# what rows of one facility must agree in, where both say it
_COMPARED: Mapping[str, tuple[str, str]] = {
    "id": ("id", "代码"),
    "ambulances": ("ambulances", "救护车数"),
    "turnout_s": ("turnout", "出车时间"),
    "centres": ("centres", "五大中心"),
}


@dataclass(frozen=True)
class _Facility:
    """A row on its way into the layer: its file and its position there, and what it says."""

    file: int
    position: int
    row: int
    label: str
    id: str
    name: str
    kind: str
    ambulances: float
    turnout_s: float
    centres: str
    x: float
    y: float


def read_facilities(files: Sequence[LayerFile], frame: Frame, roads: shapely.STRtree | None) -> LayerRows:
    """
    Read facilities from one or several files.

    Parameters
    ----------
    files
        Tables with a name or a kind, and coordinates or shapes.
    frame
        The county and its buffer: facilities within its region count.
    roads
        Road lines in the frame's system, against which coordinate systems are checked; None where there are
        none.

    Returns
    -------
    LayerRows
        The table as in `coverage.study_area.StudyArea.facilities`, in the frame's system. Ids that a file
        does not give are ``f1``, ``f2`` …, by the rows read.

    Raises
    ------
    FileError, SourceError
        If a file cannot be read, or lacks a column that is needed.
    SourceError
        If no row can be used.
    CrsError
        If a coordinate system is neither declared nor known.
    """
    sieves: list[RowSieve] = []
    rows: list[_Facility] = []
    notes: list[Note] = []
    for file in files:
        table, table_notes = read_table(file, _LAYER)
        sieve = RowSieve(table, _LAYER)
        found, row_notes = _read_rows(table, sieve, frame, roads, len(sieves))
        sieves.append(sieve)
        rows += found
        notes += [*table_notes, *row_notes]
    kept = _merge(rows, sieves)
    notes += _twice_notes(kept)
    accounts = tuple(sieve.account() for sieve in sieves)
    if not kept:
        raise nothing_left(", ".join(file.name for file in files), accounts, "facility", "急救设施")
    offsets = np.cumsum([0, *(account.n_read for account in accounts)])
    return LayerRows(_layer(kept, offsets, frame), accounts, tuple(notes))


def _read_rows(
    table: Table, sieve: RowSieve, frame: Frame, roads: shapely.STRtree | None, file: int
) -> tuple[list[_Facility], tuple[Note, ...]]:
    """Read the rows of one file that stand on their own."""
    names, ids = table.texts("name"), table.texts("id")
    kinds, by_name = _kinds(table, sieve)
    ambulances = read_figures(table, sieve, AMBULANCES)
    turnout_s = read_figures(table, sieve, _TURNOUT)
    placed = place_points(table, sieve, frame, roads)
    centres, centre_notes = _centres(table, sieve)
    x, y = shapely.get_x(placed.points.to_numpy()), shapely.get_y(placed.points.to_numpy())
    rows = [
        _Facility(
            file=file,
            position=i,
            row=int(table.row[i]),
            label=table.name,
            id=str(ids[i]),
            name=str(names[i]),
            kind=kinds[i],
            ambulances=float(ambulances[i]),
            turnout_s=float(turnout_s[i]),
            centres=centres[i],
            x=float(x[i]),
            y=float(y[i]),
        )
        for i in np.flatnonzero(sieve.alive).tolist()
    ]
    notes = (*placed.notes, *_kind_note(table, by_name & sieve.alive), *centre_notes)
    return rows, (*notes, *_turnout_note(table, turnout_s))


def _kinds(table: Table, sieve: RowSieve) -> tuple[list[str], NDArray[np.bool_]]:
    """Tell every row's kind, and which rows' names decided."""
    words, names = table.texts("kind"), table.texts("name")
    said = words != ""
    known = {text: kind_of(text) for text in {*words, *names}}
    kinds = [known[word or name] for word, name in zip(words, names, strict=True)]
    unknown = np.array([not kind for kind in kinds], dtype=bool)
    reasons = [unfit(name) or unfit(word) for word, name in zip(words, names, strict=True)]
    sieve.reject(
        [reason is not None for reason in reasons],
        "kind_unknown",
        "is {reason}, and no facility that treats or fetches patients: delete the row, or correct the name",
        "是{reason_zh}，不是救治或接运患者的机构：请删除该行，或更正名称",
        reason=[reason[0] if reason else "" for reason in reasons],
        reason_zh=[reason[1] if reason else "" for reason in reasons],
    )
    choices, choices_zh = "hospital, ambulance_station, subcentre, health_centre, clinic", _KINDS_ZH
    sieve.reject(
        unknown & (names == "") & ~said,
        "name_missing",
        "has neither a name nor a kind: fill them in",
        "没有名称和类型：请补填",
    )
    sieve.reject(
        unknown & said,
        "kind_unknown",
        f"kind “{{word}}” is not known: write one of {choices}, or leave it empty where the name says it",
        f"类型“{{word}}”无法识别：请填写{choices_zh}之一；名称中已含类型的可留空",
        word=words,
    )
    sieve.reject(
        unknown,
        "kind_unknown",
        f"neither a kind nor the name says what it is: write one of {choices} into a column kind",
        f"没有类型，名称中也看不出：请在“类型”列填写{choices_zh}之一",
    )
    return kinds, ~said


def _centres(table: Table, sieve: RowSieve) -> tuple[list[str], tuple[Note, ...]]:
    texts = table.texts("centres").tolist()
    known = {text: centres_of(text) for text in set(texts)}
    strange = [
        f"{table.row[i]} ({'; '.join(known[texts[i]][1])})"
        for i in np.flatnonzero(sieve.alive)
        if known[texts[i]][1]
    ]
    notes = noted(
        "centres_unknown",
        _LAYER,
        strange,
        f"{table.name}: centres that are none of the five, left out: rows {{some}}",
        f"{table.name}：不属于五大中心、未采用的内容（行号在前）：{{some}}",
    )
    return [known[text][0] for text in texts], notes


def _kind_note(table: Table, where: NDArray[np.bool_]) -> tuple[Note, ...]:
    names = table.texts("name")[where].tolist()
    return noted(
        "kinds_by_name",
        _LAYER,
        names,
        f"{table.name}: facilities without a kind, which their names tell: {{n}} ({{some}})",
        f"{table.name}：{{n}}个机构未填类型，按名称判断（{{some}}）",
    )


def _turnout_note(table: Table, turnout_s: NDArray[np.float64]) -> tuple[Note, ...]:
    few = (turnout_s > 0) & (turnout_s < _FEW_SECONDS)
    return noted(
        "turnout_short",
        _LAYER,
        table.row[few].tolist(),
        f"{table.name}: turnout times below {_FEW_SECONDS} s, as read: {{n}} (rows {{some}}); if minutes are "
        "meant, head the column “turnout (min)”",
        f"{table.name}：{{n}}个出车时间不足{_FEW_SECONDS}秒（第{{some}}行）；"
        "若单位是分钟，请将表头写为“出车时间（分钟）”",
    )


def _square(row: _Facility) -> tuple[int, int]:
    """Give the square in which a row lies; what may be the same facility lies in one of the nine around."""
    return math.floor(row.x / SAME_FACILITY_M), math.floor(row.y / SAME_FACILITY_M)


def _twice_notes(kept: Sequence[_Facility]) -> tuple[Note, ...]:
    """Name the places that stand there under two kinds with the same ambulances."""
    points = shapely.points([row.x for row in kept], [row.y for row in kept])
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=_ONE_PLACE_M).T.tolist()
    same = [
        f"{kept[i].name or kept[i].kind} – {kept[j].name or kept[j].kind}"
        for i, j in pairs
        if i < j and kept[i].kind != kept[j].kind and kept[i].ambulances == kept[j].ambulances > 0
    ]
    return noted(
        "ambulances_twice",
        _LAYER,
        same,
        "places listed as two kinds of facility with the same number of ambulances, which both count: {n} "
        "({some}); if the vehicles are the same, leave them with one",
        "同一地点以两种类型列出、救护车数相同的机构，两者均已计入：{n}对（{some}）；如为同一批车辆，请只填其中一行",
    )


class _Register:
    """The facilities so far, to be found by name and kind, and by id."""

    def __init__(self) -> None:
        self.kept: list[_Facility] = []
        # by name, kind and square: a name such as 卫生室 may be that of every row of a long list
        self._by_place: dict[tuple[str, str, int, int], list[int]] = {}
        self._by_id: dict[str, int] = {}

    def add(self, row: _Facility) -> None:
        """Keep a row."""
        column, line = _square(row)
        place = (plain_name(row.name), row.kind, column, line)
        self._by_place.setdefault(place, []).append(len(self.kept))
        if row.id:
            self._by_id[row.id] = len(self.kept)
        self.kept.append(row)

    def put(self, i: int, row: _Facility) -> None:
        """Keep a row in the place of another that it completes."""
        self.kept[i] = row
        if row.id:
            self._by_id[row.id] = i

    def by_id(self, row: _Facility) -> int | None:
        """Find the facility that has a row's id."""
        return self._by_id.get(row.id) if row.id else None

    def near(self, row: _Facility) -> int | None:
        """Find the nearest facility of a row's name and kind, if it is near enough to be the same."""
        plain = plain_name(row.name)
        column, line = _square(row)
        around = ((i, j) for i in (column - 1, column, column + 1) for j in (line - 1, line, line + 1))
        mine = sorted(
            k for square in around for k in self._by_place.get((plain, row.kind, *square), ()) if plain
        )
        if not mine:
            return None
        away_m = np.array([math.hypot(self.kept[i].x - row.x, self.kept[i].y - row.y) for i in mine])
        nearest = int(away_m.argmin())
        return mine[nearest] if away_m[nearest] <= SAME_FACILITY_M else None


def _merge(rows: Sequence[_Facility], sieves: Sequence[RowSieve]) -> list[_Facility]:
    """Merge rows that repeat an earlier one, and reject those that contradict it."""
    register = _Register()
    for row in rows:
        sieve, same, own = sieves[row.file], register.near(row), register.by_id(row)
        if own is not None and own != same:
            other = register.kept[own]
            called = other.name or other.kind
            _reject(
                row, other, sieve, f": the id {row.id} is that of {called}", f"：代码{row.id}已用于{called}"
            )
        elif same is None:
            register.add(row)
        elif unlike := _unlike(row, register.kept[same]):
            en = ", ".join(f"{name} {a} against {b}" for name, _, a, b in unlike)
            zh = "，".join(f"{name} {a}（前者为 {b}）" for _, name, a, b in unlike)
            _reject(row, register.kept[same], sieve, f" with other figures: {en}", f"但数据不同：{zh}")
        else:
            earlier = register.kept[same]
            known = {name: getattr(row, name) for name in _COMPARED if not _shown(earlier, name)}
            register.put(same, replace(earlier, **known))
            sieve.merge(_only(row, sieve))
    return register.kept


def _unlike(row: _Facility, earlier: _Facility) -> list[tuple[str, str, str, str]]:
    """Give the figures in which two rows differ, where both are known: in English and Chinese, and both."""
    return [
        (en, zh, a, b)
        for name, (en, zh) in _COMPARED.items()
        if (a := _shown(row, name)) and (b := _shown(earlier, name)) and a != b
    ]


def _shown(row: _Facility, name: str) -> str:
    """Write a figure as a message shows it; empty where it is not known."""
    value: object = getattr(row, name)
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:g}"
    return str(value)


def _only(row: _Facility, sieve: RowSieve) -> NDArray[np.bool_]:
    only = np.zeros(len(sieve.table), dtype=bool)
    only[row.position] = True
    return only


def _reject(row: _Facility, earlier: _Facility, sieve: RowSieve, en: str, zh: str) -> None:
    """Reject a row as a duplicate of an earlier one, with what speaks against counting them as one."""
    elsewhere = earlier.file != row.file
    sieve.reject(
        _only(row, sieve),
        "duplicate",
        "duplicate of row {first}{of}{but}: correct one of them, or delete it",
        "与{of_zh}第{first}行重复{but_zh}：请更正或删除其中一行",
        first=earlier.row,
        of=f" of {earlier.label}" if elsewhere else "",
        of_zh=earlier.label if elsewhere else "",
        but=en,
        but_zh=zh,
    )


def _layer(kept: Sequence[_Facility], offsets: NDArray[np.intp], frame: Frame) -> gpd.GeoDataFrame:
    taken = {row.id for row in kept if row.id}
    ids = []
    for row in kept:
        own = row.id or f"f{int(offsets[row.file]) + row.position + 1}"
        while not row.id and own in taken:
            own += "_"
        taken.add(own)
        ids.append(own)
    table = gpd.GeoDataFrame(
        {
            "id": pd.array(ids, dtype=object),
            "name": pd.array([row.name for row in kept], dtype=object),
            "kind": pd.array([row.kind for row in kept], dtype=object),
            "ambulances": [row.ambulances for row in kept],
            "turnout_s": [row.turnout_s for row in kept],
            "centres": pd.array([row.centres for row in kept], dtype=object),
        },
        geometry=shapely.points([row.x for row in kept], [row.y for row in kept]),
        crs=frame.crs,
    )
    return table[[*LAYER_COLUMNS[_LAYER], "geometry"]]
