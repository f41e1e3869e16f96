"""The townships of a county as rows of several files add to them: joined, told apart, and never twice."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from coverage.sources.notes import Note, noted
from coverage.sources.osm_tags import plain_name
from coverage.sources.township_join import (
    UNMATCHED,
    TownshipMatch,
    is_official,
    match_townships,
    plain_code,
    township_codes,
)
from coverage.sources.township_parts import (
    of_other_code,
    reject_repeated,
    reject_unlike,
    row_mask,
    spread,
    unlike_part,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from coverage.sources.township_rows import TownshipRows

MAX_SHARED = 0.01
"""Outlines that share more than this of the smaller one overlap; less is how finely they were drawn."""


@dataclass(frozen=True)
class Township:
    """
    One township as it comes together.

    Parameters
    ----------
    name
        The known name, else that of the first row.
    id, code
        What it was known by, and its nine digits; empty where there is none.
    urban
        ``urban`` or ``rural`` as a row says, empty where none does.
    known_urban
        The same, as it was known before.
    people, lon, lat
        Population and seat (WGS84), NaN where not known.
    polygon
        In the frame's system, None where there is none.
    rows
        Number of the file and of the row of everything that names it.
    """

    name: str
    id: str = ""
    code: str = ""
    urban: str = ""
    known_urban: str = ""
    people: float = math.nan
    lon: float = math.nan
    lat: float = math.nan
    polygon: shapely.Polygon | shapely.MultiPolygon | None = None
    rows: tuple[tuple[int, int], ...] = ()


def known_townships(known: gpd.GeoDataFrame | None) -> list[Township]:
    """Give the townships of a study area, in the system they are in."""
    if known is None:
        return []
    columns = (known[c].tolist() for c in ("id", "name", "class", "population", "seat_lon", "seat_lat"))
    codes = [code if is_official(code) else "" for code in township_codes(known).tolist()]
    return [
        Township(str(name), str(own_id), code, "", str(urban), float(people), float(lon), float(lat), polygon)
        for own_id, name, urban, people, lon, lat, code, polygon in zip(
            *columns, codes, known.geometry.tolist(), strict=True
        )
    ]


def join_rows(
    sheets: Sequence[TownshipRows], townships: Sequence[Township], *, shaped: bool, county: str = ""
) -> tuple[list[Township], tuple[Note, ...]]:
    """
    Join rows to townships, and add those that are new.

    Parameters
    ----------
    sheets
        Rows of each file; told which contradict themselves or come twice.
    townships
        Those there are so far.
    shaped
        Join the rows that have a polygon, or else those that have none.
    county
        The county's name, empty where it is not known.

    Returns
    -------
    list of Township
        The same with the polygons, codes and numbers of their rows, and the new ones behind them; what else
        the rows say is for `settle_attributes`.
    tuple of Note
        Rows whose code or whose name without 镇, 乡 or 街道 decided, and codes that were not readable.
    """
    joined, notes = list(townships), list[Note]()
    for number, sheet in enumerate(sheets):
        which = np.flatnonzero(sheet.is_shaped if shaped else sheet.sieve.alive & ~sheet.is_shaped)
        if len(which):
            notes += _join_sheet(number, sheets, which, joined, county)
    return joined, tuple(notes)


def _join_sheet(
    number: int, sheets: Sequence[TownshipRows], which: NDArray[np.intp], joined: list[Township], county: str
) -> tuple[Note, ...]:
    """Join some rows of one file; `joined` grows and is brought up to date."""
    sheet = sheets[number]
    table = pd.DataFrame(
        {"id": [t.id for t in joined], "name": [t.name for t in joined], "code": [t.code for t in joined]},
        dtype=object,
    )
    codes = [plain_code(text) for text in sheet.code[which]]
    match = match_townships(sheet.name[which].tolist(), sheet.code[which].tolist(), table, county=county)
    _reject_contradictions(sheet, which, match, joined)
    place = np.where(_is_of_other_kind(sheet.name[which], match), UNMATCHED, match.township)
    notes = _code_notes(sheet, which, match, joined)
    _reject_nameless(sheet, which, place)
    is_loose = match.loosely & (place != UNMATCHED)
    place = _with_new(sheet, which, place, joined)
    _reject_shared_codes(sheet, which, codes, place, joined)
    # a township's own name comes before its short one, in whatever order they stand
    order = np.argsort(is_loose, kind="stable")
    _take_rows(number, sheets, which[order], place[order], joined)
    return (*notes, *_loose_notes(number, sheet, which[is_loose], place[is_loose], joined))


def _reject_contradictions(
    sheet: TownshipRows, which: NDArray[np.intp], match: TownshipMatch, joined: Sequence[Township]
) -> None:
    """Reject rows whose name and code are of different townships, and rows of other counties."""
    sheet.sieve.reject(
        row_mask(sheet, which[match.contradictory]),
        "township_contradictory",
        "the name is {name}, but code {number} is {other}'s: correct one of them",
        "名称为{name}，但代码 {number} 属于{other}：请更正其中之一",
        name=sheet.name,
        number=sheet.code,
        other=spread(sheet, which, [joined[i].name if i != UNMATCHED else "" for i in match.other.tolist()]),
    )
    sheet.sieve.reject(
        row_mask(sheet, which[match.elsewhere]),
        "other_county",
        "code {number} is of another county: nothing to do, or correct the code",
        "代码 {number} 属于其他县（市、区）：无需处理，或更正代码",
        number=sheet.code,
    )


def _is_of_other_kind(names: NDArray[np.object_], match: TownshipMatch) -> NDArray[np.bool_]:
    """Tell 城关乡 from 城关镇 where a list has both and only one of them is known."""
    exact = set(match.township[~match.loosely & ~match.by_code].tolist())
    has_kind = np.array([str(name).endswith(("镇", "乡", "街道")) for name in names], dtype=np.bool_)
    return match.loosely & has_kind & np.array([i in exact for i in match.township.tolist()], dtype=np.bool_)


def _reject_nameless(sheet: TownshipRows, which: NDArray[np.intp], place: NDArray[np.intp]) -> None:
    nameless = (place == UNMATCHED) & np.equal(sheet.name[which], "")
    sheet.sieve.reject(
        row_mask(sheet, which[nameless]),
        "name_missing",
        "has no name, and code {number} is of no township known here: fill in the name",
        "缺少名称，且代码 {number} 不在已知乡镇之列：请填写名称",
        number=sheet.code,
    )


def _with_new(
    sheet: TownshipRows, which: NDArray[np.intp], place: NDArray[np.intp], joined: list[Township]
) -> NDArray[np.intp]:
    """Add a township for every name that is not known yet."""
    alive = sheet.sieve.alive
    place, added = place.copy(), dict[str, int]()
    for k in np.flatnonzero((place == UNMATCHED) & alive[which]).tolist():
        name = str(sheet.name[which[k]])
        plain = plain_name(name)
        if plain not in added:
            added[plain] = len(joined)
            joined.append(Township(name))
        place[k] = added[plain]
    return place


def _reject_shared_codes(
    sheet: TownshipRows,
    which: NDArray[np.intp],
    codes: Sequence[str],
    place: NDArray[np.intp],
    joined: Sequence[Township],
) -> None:
    """Reject rows that give one township the code of another one."""
    owner = {township.code: i for i, township in enumerate(joined) if township.code}
    alive = sheet.sieve.alive[which].tolist()
    others = ["" for _ in codes]
    for k, (code, i) in enumerate(zip(codes, place.tolist(), strict=True)):
        if alive[k] and is_official(code) and owner.setdefault(code, i) != i:
            others[k] = joined[owner[code]].name
    sheet.sieve.reject(
        row_mask(sheet, which[np.array([bool(other) for other in others], dtype=np.bool_)]),
        "township_contradictory",
        "the name is {name}, but code {number} is {other}'s: correct one of them",
        "名称为{name}，但代码 {number} 属于{other}：请更正其中之一",
        name=sheet.name,
        number=sheet.code,
        other=spread(sheet, which, others),
    )


def _take_rows(
    number: int,
    sheets: Sequence[TownshipRows],
    which: NDArray[np.intp],
    place: NDArray[np.intp],
    joined: list[Township],
) -> None:
    """Give the townships their rows; outlines in several pieces are one."""
    sheet, alive = sheets[number], sheets[number].sieve.alive
    merged: list[int] = []
    other_codes: dict[int, int] = {}
    repeated: dict[int, str] = {}
    unlike: dict[int, tuple[int, str, str]] = {}
    for i, at in zip(which.tolist(), place.tolist(), strict=True):
        if not alive[i]:
            continue
        township, polygon = joined[at], sheet.polygon[i]
        mine = [row for of, row in township.rows if of == number]
        is_part = (
            bool(mine)
            and township.polygon is not None
            and polygon is not None
            and not _overlap(township.polygon, polygon)
        )
        if (other := of_other_code(sheet, i, mine)) is not None:
            other_codes[i] = other
        elif (mine and not is_part) or (not mine and township.polygon is not None and polygon is not None):
            repeated[i] = _row_label(sheets, (number, mine[0]) if mine else township.rows[0], number)
        elif (words := unlike_part(sheet, i, mine)) is not None:
            unlike[i] = words
        else:
            joined[at] = _with_row(township, sheet, i, number)
            merged += [i] if is_part else []
    sheet.sieve.merge(row_mask(sheet, np.array(merged, dtype=np.intp)))
    reject_repeated(sheet, repeated, other_codes)
    reject_unlike(sheet, unlike)


def _row_label(sheets: Sequence[TownshipRows], row: tuple[int, int], number: int) -> str:
    """Name a row as the planner sees it, with its file where that is another one."""
    table = sheets[row[0]].table
    return f"{table.row[row[1]]}" if row[0] == number else f"{table.row[row[1]]} ({table.name})"


def _with_row(township: Township, sheet: TownshipRows, i: int, number: int) -> Township:
    """Give a township a row, by whose code it is known from now on, and the row's land."""
    code, polygon = plain_code(str(sheet.code[i])), sheet.polygon[i]
    if polygon is not None and township.polygon is not None:
        polygon = shapely.union(township.polygon, polygon)
    return dataclasses.replace(
        township,
        code=code if is_official(code) else township.code,
        polygon=polygon if polygon is not None else township.polygon,
        rows=(*township.rows, (number, i)),
    )


def _overlap(a: shapely.Polygon | shapely.MultiPolygon, b: shapely.Polygon | shapely.MultiPolygon) -> bool:
    """Tell whether two polygons share more than how finely they are drawn."""
    return float(shapely.area(shapely.intersection(a, b))) > MAX_SHARED * min(a.area, b.area)


def _code_notes(
    sheet: TownshipRows, which: NDArray[np.intp], match: TownshipMatch, joined: Sequence[Township]
) -> tuple[Note, ...]:
    """Say where a code decided, or could not be read."""
    names, place = sheet.name[which], match.township.tolist()
    coded = np.flatnonzero(match.by_code & np.not_equal(names, "")).tolist()
    lost = names[match.code_unreadable].tolist()
    file = sheet.table.name
    return (
        *noted(
            "townships_by_code",
            "townships",
            [f"{names[k]} = {joined[place[k]].name}" for k in coded],
            f"{file}: townships of unknown name that their code decides: {{n}} ({{some}}); check "
            "that they are the same",
            f"{file}：名称未匹配、按代码对应的乡镇：{{n}}个（{{some}}）；请核对是否同一乡镇",
        ),
        *noted(
            "township_codes_lost",
            "townships",
            lost,
            f"{file}: codes not used because Excel wrote them as powers of ten: {{n}} ({{some}}); "
            "format the column as text",
            f"{file}：代码被Excel写成科学计数法、未采用：{{n}}个（{{some}}）；请将该列设为文本格式",
        ),
    )


def _loose_notes(
    number: int,
    sheet: TownshipRows,
    which: NDArray[np.intp],
    place: NDArray[np.intp],
    joined: Sequence[Township],
) -> tuple[Note, ...]:
    """Say which names are a township's but for 镇, 乡 or 街道."""
    file = sheet.table.name
    pairs = zip(which.tolist(), place.tolist(), strict=True)
    return noted(
        "townships_loosely",
        "townships",
        [f"{sheet.name[i]} = {joined[at].name}" for i, at in pairs if (number, i) in joined[at].rows],
        f"{file}: townships joined by their name without 镇, 乡 or 街道: {{n}} ({{some}}); check that they "
        "are the same",
        f"{file}：名称除镇、乡、街道外相同而匹配的乡镇：{{n}}个（{{some}}）；请核对是否同一乡镇",
    )
