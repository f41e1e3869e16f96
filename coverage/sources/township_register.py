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
    N_TOWNSHIP_DIGITS,
    UNMATCHED,
    TownshipMatch,
    match_townships,
    plain_code,
    township_codes,
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


def is_official(code: str) -> bool:
    """Tell whether a code, as `plain_code` gives it, is a township's nine digits and not a planner's own."""
    return len(code) == N_TOWNSHIP_DIGITS and code.isdecimal()


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
        The same with what the rows say, and the new ones behind them.
    tuple of Note
        Rows whose code decided, and codes that were replaced or not readable.
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
    place = _with_new(sheet, which, place, joined)
    _reject_shared_codes(sheet, which, codes, place, joined)
    _take_rows(number, sheets, which, place, joined)
    return notes


def _spread(sheet: TownshipRows, which: NDArray[np.intp], values: Sequence[object]) -> NDArray[np.object_]:
    """Give values of some rows a place among all rows of their file."""
    spread = np.full(len(sheet.table), "", dtype=object)
    for i, value in zip(which.tolist(), values, strict=True):
        spread[i] = value
    return spread


def _mask(sheet: TownshipRows, which: NDArray[np.intp]) -> NDArray[np.bool_]:
    mask = np.zeros(len(sheet.table), dtype=np.bool_)
    mask[which] = True
    return mask


def _reject_contradictions(
    sheet: TownshipRows, which: NDArray[np.intp], match: TownshipMatch, joined: Sequence[Township]
) -> None:
    """Reject rows whose name and code are of different townships, and rows of other counties."""
    sheet.sieve.reject(
        _mask(sheet, which[match.contradictory]),
        "township_contradictory",
        "the name is {name}, but code {number} is {other}'s: correct one of them",
        "名称为{name}，但代码 {number} 属于{other}：请更正其中之一",
        name=sheet.name,
        number=sheet.code,
        other=_spread(sheet, which, [joined[i].name if i != UNMATCHED else "" for i in match.other.tolist()]),
    )
    sheet.sieve.reject(
        _mask(sheet, which[match.elsewhere]),
        "outside_area",
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
        _mask(sheet, which[nameless]),
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
        _mask(sheet, which[np.array([bool(other) for other in others], dtype=np.bool_)]),
        "township_contradictory",
        "the name is {name}, but code {number} is {other}'s: correct one of them",
        "名称为{name}，但代码 {number} 属于{other}：请更正其中之一",
        name=sheet.name,
        number=sheet.code,
        other=_spread(sheet, which, others),
    )


def _take_rows(
    number: int,
    sheets: Sequence[TownshipRows],
    which: NDArray[np.intp],
    place: NDArray[np.intp],
    joined: list[Township],
) -> None:
    """Bring the townships up to date, row by row; outlines in several pieces are one."""
    sheet, alive = sheets[number], sheets[number].sieve.alive
    merged: list[int] = []
    earlier: dict[int, str] = {}
    for i, at in zip(which.tolist(), place.tolist(), strict=True):
        if not alive[i]:
            continue
        township, polygon = joined[at], sheet.polygon[i]
        mine = [row for row in township.rows if row[0] == number]
        doubled = township.polygon is not None and polygon is not None
        if doubled and mine and not _overlap(township.polygon, polygon):
            merged.append(i)
            joined[at] = dataclasses.replace(township, polygon=shapely.union(township.polygon, polygon))
        elif doubled or mine:
            earlier[i] = _row_label(sheets, (mine or township.rows)[0], number)
        else:
            joined[at] = _brought_up(township, sheet, i, number)
    sheet.sieve.merge(_mask(sheet, np.array(merged, dtype=np.intp)))
    sheet.sieve.reject(
        _mask(sheet, np.array(list(earlier), dtype=np.intp)),
        "duplicate",
        "is the same township as row {other}: leave one of them out",
        "与第{other}行是同一乡镇：请删除其一",
        other=_spread(sheet, np.array(list(earlier), dtype=np.intp), list(earlier.values())),
    )


def _row_label(sheets: Sequence[TownshipRows], row: tuple[int, int], number: int) -> str:
    """Name a row as the planner sees it, with its file where that is another one."""
    table = sheets[row[0]].table
    return f"{table.row[row[1]]}" if row[0] == number else f"{table.row[row[1]]} ({table.name})"


def _brought_up(township: Township, sheet: TownshipRows, i: int, number: int) -> Township:
    """Let a row say what it says; the rest stays."""
    code = plain_code(str(sheet.code[i]))
    people, lon, lat = float(sheet.people[i]), float(sheet.seat_lon[i]), float(sheet.seat_lat[i])
    has_seat = math.isfinite(lon) and math.isfinite(lat)
    return dataclasses.replace(
        township,
        code=code if is_official(code) else township.code,
        urban=str(sheet.urban[i]) or township.urban,
        people=people if math.isfinite(people) else township.people,
        lon=lon if has_seat else township.lon,
        lat=lat if has_seat else township.lat,
        polygon=sheet.polygon[i] if sheet.polygon[i] is not None else township.polygon,
        rows=(*township.rows, (number, i)),
    )


def _overlap(a: shapely.Polygon | shapely.MultiPolygon, b: shapely.Polygon | shapely.MultiPolygon) -> bool:
    """Tell whether two polygons share more than how finely they are drawn."""
    return float(shapely.area(shapely.intersection(a, b))) > MAX_SHARED * min(a.area, b.area)


def _code_notes(
    sheet: TownshipRows, which: NDArray[np.intp], match: TownshipMatch, joined: Sequence[Township]
) -> tuple[Note, ...]:
    """Say where a code decided, was replaced, or could not be read."""
    names, codes, place = sheet.name[which], sheet.code[which], match.township.tolist()
    coded = np.flatnonzero(match.by_code & np.not_equal(names, "")).tolist()
    official = np.array([is_official(plain_code(code)) for code in codes], dtype=np.bool_)
    differing = np.flatnonzero(match.code_differs & official).tolist()
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
            "township_codes_replaced",
            "townships",
            [f"{joined[place[k]].name} {joined[place[k]].code} → {codes[k]}" for k in differing],
            f"{file}: townships joined by name whose code is another than before, taken over: "
            "{n} ({some})",
            f"{file}：按名称匹配、代码与原有不同（以表中为准）的乡镇：{{n}}个（{{some}}）",
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
