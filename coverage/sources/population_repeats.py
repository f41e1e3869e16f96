"""Which rows of a population table are the same village twice."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from coverage.sources.population_rows import is_full_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.sources.population_rows import PeopleRows
    from coverage.sources.row_sieve import RowSieve

SAME_PLACE_M = 250.0
"""Two rows of one name no farther apart are one place."""
SAME_PLACE_AND_PEOPLE_M = 1_000.0
"""Nor are those with equally many people: one village has two ends, and AMap shifts it by 500 m or so."""


@dataclass(frozen=True)
class _Named:
    """
    Rows with a name, those that are to stay where there are two of a village before the others.

    Parameters
    ----------
    row
        Shape (n,), position in the table.
    name, home, code, people
        Shape (n,), number of the name; township, -1 for none; number of the full code; people.
    x, y
        Shape (n,), metric, NaN where the row has no coordinates.
    coded
        Shape (n,), there is a full code.
    """

    row: NDArray[np.intp]
    name: NDArray[np.int64]
    home: NDArray[np.intp]
    code: NDArray[np.int64]
    people: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    coded: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.row)

    @property
    def at(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.x)

    @property
    def housed(self) -> NDArray[np.bool_]:
        return self.home >= 0

    def ordered(self) -> _Named:
        """
        Put rows with coordinates first, then those with a code, then the earlier ones.

        Where several full codes share a name in a township, those with a code go first: each is a village,
        and a row without a code repeats one of them.
        """
        here = _numbered(self.name, self.home)
        codes = pd.Series(np.where(self.coded, self.code, np.nan)).groupby(here).transform("nunique")
        bare, uncoded = 1 * ~self.at, 1 * ~self.coded
        rank = np.where(codes.to_numpy() > 1, 2 * uncoded + bare, 2 * bare + uncoded)
        order = np.argsort(rank, kind="stable")
        return _Named(*(getattr(self, field.name)[order] for field in fields(self)))


def reject_duplicates(
    rows: PeopleRows,
    sieve: RowSieve,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    township: NDArray[np.intp],
) -> None:
    """
    Reject rows that repeat another one.

    Rows of one name in one township are the same village, unless both bear full codes that differ, or both
    have coordinates that are clearly apart: more than `SAME_PLACE_M`, and with equally many people more than
    `SAME_PLACE_AND_PEOPLE_M`. One full code with equally many people is one village wherever it lies; two
    rows of one name at one place are one, whatever township they name. Rows without a name repeat none. The
    row that says more stays: coordinates before none, a full code before none, then the first.

    Parameters
    ----------
    rows
        Of the table.
    sieve
        Rows that are gone already count for nothing.
    x, y
        Shape (n_rows,), metric, NaN where the row itself has no coordinates.
    township
        Shape (n_rows,), to which each belongs, -1 for none.
    """
    alive = np.flatnonzero(sieve.alive & (rows.plain != ""))
    if not len(alive):
        return
    # a running number makes no two places of one
    codes = np.array([c if is_full_code(c) else "" for c in rows.code[alive].tolist()], dtype=object)
    named = _Named(
        alive,
        _numbered(rows.plain[alive]),
        township[alive],
        _numbered(codes),
        rows.people[alive],
        x[alive],
        y[alive],
        np.not_equal(codes, ""),
    ).ordered()
    first = _by_township(named)
    first = np.where(first < np.arange(len(named)), first, _by_place(named))
    again = first < np.arange(len(named))
    repeats, original = np.zeros(len(rows.people), dtype=bool), np.zeros(len(rows.people), dtype=np.intp)
    repeats[named.row] = again
    original[named.row[again]] = named.row[first[again]]
    _reject_repeats(rows, sieve, repeats, original)


def _by_township(named: _Named) -> NDArray[np.intp]:
    """
    Give the first row each repeats for its name and township, or its code; `len(named)` for none.

    Of two rows one of which has no coordinates or code, it is `ordered` that puts the other first.
    """
    bare = named.housed & ~named.at
    placed = named.housed & named.at
    coded = named.coded
    here, coded_here = (named.name, named.home), (named.name, named.home, named.code)
    found = [
        _first(named, bare & ~coded, named.housed, *here),
        _first(named, bare & coded, named.housed & ~coded, *here),
        _first(named, bare & coded, named.housed & coded, *coded_here),
        _first(named, placed & ~coded, bare & coded, *here),
        _earliest(coded & named.at, coded & named.at, named.name, named.code, named.people),
    ]
    return np.asarray(np.min(found, axis=0), dtype=np.intp)


def _first(
    named: _Named, whom: NDArray[np.bool_], among: NDArray[np.bool_], *keys: NDArray[Any]
) -> NDArray[np.intp]:
    """Give the earliest row alike, rather one with equally many people."""
    equal = _earliest(whom, among, *keys, named.people)
    return np.where(equal < np.arange(len(named)), equal, _earliest(whom, among, *keys))


def _earliest(whom: NDArray[np.bool_], among: NDArray[np.bool_], *keys: NDArray[Any]) -> NDArray[np.intp]:
    """Give for `whom` the earliest row of `among` that agrees in all keys; the number of rows for none."""
    n = len(whom)
    group = _numbered(*keys)
    chosen = np.flatnonzero(among)[::-1]
    earliest = np.full(n, n, dtype=np.intp)
    earliest[group[chosen]] = chosen  # the last one written is the first row
    return np.where(whom, earliest[group], n)


def _by_place(named: _Named) -> NDArray[np.intp]:
    """Give the first row each repeats for its name and coordinates; `len(named)` for none."""
    near = _near(named, named.name, SAME_PLACE_M)
    like = _near(named, _numbered(named.name, named.people), SAME_PLACE_AND_PEOPLE_M)
    return np.where(like < np.arange(len(named)), like, near)


def _near(named: _Named, who: NDArray[np.int64], reach_m: float) -> NDArray[np.intp]:
    """Give the first row within reach that agrees in `who` and has no other code; `len(named)` for none."""
    n, at, coded = len(named), named.at, named.coded
    # rows that share so small a cell are within reach, and need not all be paired with one another
    cells = [np.floor(axis / (reach_m / np.sqrt(2.0))) for axis in (named.x, named.y)]
    first = np.minimum(
        _earliest(at & coded, at & coded, who, named.code, *cells),
        _earliest(at & ~coded, at, who, *cells),
    )
    apart = np.flatnonzero(at & (first >= np.arange(n)))
    if not len(apart):
        return first
    # names stand as storeys farther apart than any two places within reach
    tree = KDTree(np.column_stack([named.x[apart], named.y[apart], 3.0 * reach_m * who[apart]]))
    pairs = np.sort(apart[tree.query_pairs(reach_m, output_type="ndarray")], axis=1)
    before, after = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))].T
    one = ~(coded[before] & coded[after] & (named.code[before] != named.code[after]))
    for i, j in zip(before[one].tolist(), after[one].tolist(), strict=True):
        # what only repeats says nothing of a third one
        if first[i] >= i and first[j] >= j:
            first[j] = i
    return first


def _numbered(*keys: NDArray[Any]) -> NDArray[np.int64]:
    """Number the combinations of keys."""
    number = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        code, values = pd.factorize(key, use_na_sentinel=False)
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
        "duplicate of row {first}: the same village with the same population; keep one",
        "与第{first}行重复：同一个村，人口相同，请只保留一行",
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
