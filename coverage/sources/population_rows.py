"""What the rows of a population table say: how many people, of which township, and which rows repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.sources.osm_tags import plain_name
from coverage.sources.township_join import UNMATCHED, match_townships

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table

# Dongguan's largest town has a million; no village, township or cell has five
MAX_PEOPLE = 5_000_000.0
# two rows of one name no farther apart than this are one place
SAME_PLACE_M = 250.0
_COUNTY_ENDINGS = ("县", "市", "旗", "区")
_NO_COUNTY_ENDINGS = ("社区", "小区", "校区", "园区", "景区", "矿区", "厂区", "库区", "林区", "开发区")
_MIN_COUNTY_SHARE = 0.4
_N_VILLAGE_DIGITS = 12
_N_TOWNSHIP_DIGITS = 9


@dataclass(frozen=True)
class PeopleRows:
    """
    The rows of a table, as far as they are known without their places.

    Parameters
    ----------
    people
        Shape (n_rows,), NaN where there is no usable figure.
    name
        Shape (n_rows,).
    plain
        Shape (n_rows,), the names as they are compared.
    township
        Shape (n_rows,), position of the township that is named, `UNMATCHED` where none is known.
    said
        Shape (n_rows,), the township's name or code as it stands in the row, empty where it has none.
    code
        Shape (n_rows,), the row's own code, empty where it has none.
    is_own_township
        Shape (n_rows,), the row's name is that of its township, or it has no name but a township.
    id
        Shape (n_rows,), unique.
    """

    people: NDArray[np.float64]
    name: NDArray[np.object_]
    plain: NDArray[np.object_]
    township: NDArray[np.intp]
    said: NDArray[np.object_]
    code: NDArray[np.object_]
    is_own_township: NDArray[np.bool_]
    id: NDArray[np.object_]


def people_rows(table: Table, sieve: RowSieve, townships: gpd.GeoDataFrame) -> PeopleRows:
    """Read figures, names and townships, and reject the rows that cannot be used whatever their place is."""
    people = _people(table, sieve)
    name = table.texts("name")
    plain = _plain(name)
    written, digits, code = (table.texts(field) for field in ("township", "township_code", "code"))
    township = _townships(sieve, written, np.where(digits == "", code, digits), townships)
    own = _is_own_township(written, name, plain, township, townships)
    _reject_county(sieve, people, township, name, code)
    said = np.where(written == "", digits, written)
    return PeopleRows(people, name, plain, township, said, code, own, _ids(code, table.row))


def _people(table: Table, sieve: RowSieve) -> NDArray[np.float64]:
    people, unreadable = table.numbers("population")
    texts = table.texts("population")
    sieve.reject(
        unreadable,
        "number_unreadable",
        "population “{text}” is no number: write the number of people",
        "人口“{text}”不是数字：请填写人数",
        text=texts,
    )
    sieve.reject(
        np.isnan(people),
        "population_missing",
        "population missing: give the number of people, 0 if there is nobody",
        "缺少人口数：请填写人数，无人居住填0",
    )
    sieve.reject(
        people < 0,
        "number_negative",
        "population {text} is negative: correct it",
        "人口为负数（{text}）：请更正",
        text=texts,
    )
    sieve.reject(
        people > MAX_PEOPLE,
        "number_impossible",
        "population {text} is more than {most:,.0f}: correct it, or its unit in the header",
        "人口{text}超过{most:,.0f}：请更正数值，或列名中的单位",
        text=texts,
        most=MAX_PEOPLE,
    )
    return np.where(sieve.alive, people, np.nan)


def _townships(
    sieve: RowSieve, names: NDArray[np.object_], codes: NDArray[np.object_], townships: gpd.GeoDataFrame
) -> NDArray[np.intp]:
    """Join the rows to townships by name, then by code; reject what contradicts itself."""
    short = np.array([c[:_N_TOWNSHIP_DIGITS] if _is_village_code(c) else c for c in codes], dtype=object)
    # the rows of a township are joined as one
    number, pairs = pd.factorize(pd.MultiIndex.from_arrays([names, short]))
    match = match_townships([name for name, _ in pairs], [code for _, code in pairs], townships)
    known = np.append(townships["name"].to_numpy(dtype=object), "")
    sieve.reject(
        match.contradictory[number],
        "township_contradictory",
        "names {named} but has the code of {other} ({digits}): correct one of them",
        "乡镇名称是{named}，代码{digits}却属于{other}：请更正其一",
        named=names,
        digits=codes,
        other=known[match.other[number]],
    )
    return match.township[number]


def _is_own_township(
    written: NDArray[np.object_],
    name: NDArray[np.object_],
    plain: NDArray[np.object_],
    township: NDArray[np.intp],
    townships: gpd.GeoDataFrame,
) -> NDArray[np.bool_]:
    """Tell rows that are a township as a whole, and not a place in it."""
    official = np.append([plain_name(text) for text in townships["name"]], "").astype(object)
    named = _plain(written)
    same = (plain == official[township]) | ((plain == named) & (named != ""))
    return np.asarray((township != UNMATCHED) & ((name == "") | same), dtype=np.bool_)


def named_townships(rows: PeopleRows, table: Table, townships: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """
    Find the townships that rows which say none bear the names of.

    Returns
    -------
    ndarray
        Shape (n_rows,), position of the township, `UNMATCHED` for none.
    """
    number, names = pd.factorize(np.where(rows.said == "", rows.name, ""))
    match = match_townships(names.tolist(), [""] * len(names), townships)
    # beside villages with places 忠防 may be one of 忠防镇; in a list of townships it is the township
    loose = not table.has_places and not table.has("township")
    return (match.township if loose else np.where(match.loosely, UNMATCHED, match.township))[number]


def _reject_county(
    sieve: RowSieve,
    people: NDArray[np.float64],
    township: NDArray[np.intp],
    name: NDArray[np.object_],
    codes: NDArray[np.object_],
) -> None:
    """Reject the county's own figure, which stands above those of its townships in official lists."""
    line = (
        "not_a_place",
        "is the whole county's figure, which the other rows add up to: nothing to do",
        "是全县的合计数，由其他行加总而成：无需处理",
    )
    sieve.reject([c.endswith("000000") and _is_village_code(c) for c in codes.tolist()], *line)
    people = np.where(sieve.alive, people, np.nan)
    rest = np.nansum(people) - np.nan_to_num(people)
    large = (township == UNMATCHED) & (people >= _MIN_COUNTY_SHARE * rest) & (rest > 0)
    for i in np.flatnonzero(large):
        large[i] = name[i].endswith(_COUNTY_ENDINGS) and not name[i].endswith(_NO_COUNTY_ENDINGS)
    sieve.reject(large, *line)


def reject_duplicates(
    rows: PeopleRows,
    sieve: RowSieve,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    township: NDArray[np.intp],
) -> None:
    """
    Reject rows that repeat another one.

    A row repeats one before it of the same name that lies no farther than `SAME_PLACE_M` away, or is in the
    same township and has equally many people or no coordinates. Two that bear different official
    codes are two; so are two of one name, such as hamlets have, far apart in one township. Rows without a
    name repeat none.

    Parameters
    ----------
    rows
        Of the table.
    sieve
        Rows that are gone already count for nothing.
    x, y
        Shape (n_rows,), metric, NaN where there are no coordinates.
    township
        Shape (n_rows,), to which each belongs, -1 for none.
    """
    alive = np.flatnonzero(sieve.alive & (rows.plain != ""))
    if not len(alive):
        return
    # a running number makes no two places of one
    codes = [c if _is_village_code(c) else "" for c in rows.code[alive].tolist()]
    who = _numbered(rows.plain[alive], np.array(codes, dtype=object))
    home, people = township[alive], rows.people[alive]
    px, py = x[alive], y[alive]
    at = ~np.isnan(px)
    first = np.full(len(alive), len(alive))
    housed = home >= 0
    _note_first(first, housed, who, home, people)
    # one without coordinates repeats any of its name in its township
    name_here = _numbered(who, home)
    bare = np.bincount(name_here, weights=housed & ~at)[name_here] > 0
    _note_first(first, housed & bare, name_here)
    # four grids, shifted by half a cell: two places within the distance share a cell of at least one
    for shift_x in (0.0, SAME_PLACE_M):
        for shift_y in (0.0, SAME_PLACE_M):
            column = np.floor((px + shift_x) / (2 * SAME_PLACE_M))
            line = np.floor((py + shift_y) / (2 * SAME_PLACE_M))
            _note_first(first, at, who, column, line)
    again = first < np.arange(len(alive))
    of = alive[np.where(again, first, 0)]
    repeats, original = np.zeros(len(rows.people), dtype=bool), np.zeros(len(rows.people), dtype=np.intp)
    repeats[alive], original[alive] = again, of
    _reject_repeats(rows, sieve, repeats, original)


def _note_first(first: NDArray[np.intp], where: NDArray[np.bool_], *keys: NDArray[Any]) -> None:
    """Lower `first` to the earliest row that agrees in all keys, among those of `where`."""
    chosen = np.flatnonzero(where)
    if not len(chosen):
        return
    group = _numbered(*(key[chosen] for key in keys))
    earliest = np.zeros(int(group.max()) + 1, dtype=np.intp)
    earliest[group[::-1]] = chosen[::-1]  # the last one written is the first row
    first[chosen] = np.minimum(first[chosen], earliest[group])


def _numbered(*keys: NDArray[Any]) -> NDArray[np.int64]:
    """Number the combinations of keys."""
    number = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        code, values = pd.factorize(key)
        number = pd.factorize(number * len(values) + code)[0].astype(np.int64)
    return number


def _reject_repeats(
    rows: PeopleRows, sieve: RowSieve, repeats: NDArray[np.bool_], original: NDArray[np.intp]
) -> None:
    equal = rows.people == rows.people[original]
    number = sieve.table.row
    sieve.reject(
        repeats & equal,
        "duplicate",
        "duplicate of row {first}: the same name, place and population",
        "与第{first}行重复：名称、位置和人口相同",
        first=number[original],
    )
    sieve.reject(
        repeats & ~equal,
        "duplicate",
        "duplicate of row {first}, with {own:,.0f} people where that has {other:,.0f}: keep the right row; "
        "if these are two places, give each its code or coordinates",
        "与第{first}行重复，人口为{own:,.0f}，而该行为{other:,.0f}：请保留正确的一行；"
        "若为两个不同的点，请分别填写代码或坐标",
        first=number[original],
        own=rows.people,
        other=rows.people[original],
    )


def _plain(texts: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give texts as they are compared, each different one worked out once."""
    numbers, unique = pd.factorize(texts)
    plain = np.array([plain_name(text) for text in unique], dtype=object)
    return plain[numbers] if len(plain) else texts.copy()


def _is_village_code(code: str) -> bool:
    return len(code) == _N_VILLAGE_DIGITS and code.isdecimal()


def _ids(codes: NDArray[np.object_], rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Give each row its code, or its number where codes are missing or repeated."""
    repeated = pd.Series(codes, dtype=object).duplicated(keep=False).tolist()
    return np.array(
        [
            f"row{row}" if not code or again else code
            for code, again, row in zip(codes.tolist(), repeated, rows.tolist(), strict=True)
        ],
        dtype=object,
    )
