"""A sheet of cells: where its header is, and which rows below it hold data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.sources.osm_tags import plain_name
from coverage.sources.table_fields import FIELDS, NEEDED, field_of
from coverage.sources.table_headers import HeaderMatch, match_headers, named_field
from coverage.sources.table_units import is_unit_row, title_unit_of, title_units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coverage.sources.layer_file import LayerFile

N_TITLE_ROWS = 30
"""How many rows that are not blank may stand above the data."""

_MAX_DEPTH = 3
_MIN_FIELDS = 2
_GROUP = re.compile(r"[1-9]\d{0,2},\d{3}")
_FIGURE = re.compile(r"(?!(?:19|20)\d\d$)[-+]?[\d.,]*\d[\d.,]*[°%]?")


@dataclass(frozen=True)
class Grid:
    """
    A sheet as it stands.

    Parameters
    ----------
    sheet
        Its name, empty for a text file.
    rows
        Stripped texts, row by row, of any length; blank rows are left out.
    numbers
        Each row's number as the planner sees it.
    merges
        Merged cells: first and last number of their rows, first and last column (from 0).
    formulas
        Cells, such as ``D7``, that hold a formula and no value.
    delimited
        True for a text file, where a cell too many has moved the others.
    hidden
        True for a sheet that the planner does not see.
    """

    sheet: str
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    formulas: tuple[str, ...] = ()
    delimited: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Header:
    """
    The header of a sheet.

    Parameters
    ----------
    top, depth
        Position of its first row in `Grid.rows`, and how many rows it has.
    words
        For every column the words over it.
    match
        The fields they name.
    lacking
        Groups of fields of which at least one is needed and none is there.
    """

    top: int
    depth: int
    words: tuple[tuple[str, ...], ...]
    match: HeaderMatch
    lacking: tuple[tuple[str, ...], ...] = ()

    @property
    def n_fields(self) -> int:
        """How many fields it names."""
        return len(self.match.columns)

    @property
    def fit(self) -> tuple[bool, int]:
        """How well it fits the layer; the greater the better."""
        return (not self.lacking, self.n_fields)


@dataclass(frozen=True)
class Cells:
    """
    The data below a header.

    Parameters
    ----------
    cells
        As in `tables.Table`.
    row, overlong, foreign
        As in `tables.Table`.
    headers
        One for every column, unique.
    sums
        Numbers of rows whose merged cell holds one figure for several rows, by header.
    """

    cells: pd.DataFrame
    row: NDArray[np.int64]
    overlong: NDArray[np.bool_]
    foreign: NDArray[np.bool_]
    headers: tuple[str, ...]
    sums: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def lacking_fields(
    match: HeaderMatch, layer: str, *, has_shapes: bool = False
) -> tuple[tuple[str, ...], ...]:
    """Give the groups of fields of which a layer needs one and the table has none."""
    there = {*match.columns, *(("geometry",) if has_shapes else ())}
    needed = NEEDED[layer]
    if there & {"lon", "lat"} and not there & {"lonlat", "geometry"}:  # one is of no use without the other
        needed = tuple(dict.fromkeys((*needed, ("lon", "lonlat", "geometry"), ("lat", "lonlat", "geometry"))))
    return tuple(group for group in needed if not there & set(group))


def find_header(grid: Grid, layer: str, file: LayerFile, system: str) -> Header | None:
    """
    Find the header of a sheet: the row, or the rows, whose words fit the layer best.

    Parameters
    ----------
    grid
        The sheet.
    layer
        A key of `FIELDS`.
    file
        The file, with the columns the planner names.
    system
        Coordinate system declared for it, parsed; empty where none is.

    Returns
    -------
    Header or None
        None where no row has two fields, or all that is needed.
    """
    best: Header | None = None
    width = max((len(row) for row in grid.rows[:N_TITLE_ROWS]), default=0)
    for top in range(min(N_TITLE_ROWS, len(grid.rows))):
        for depth in range(1, min(_MAX_DEPTH, len(grid.rows) - top) + 1):
            words = _header_words(grid, top, depth, width)
            match = match_headers(words, layer, file.columns, system=system)
            header = Header(top, depth, words, match, lacking_fields(match, layer))
            better = best is None or (header.fit, -header.depth) > (best.fit, -best.depth)
            if _is_header(header) and (better or (best is not None and _refines(header, best, grid))):
                best = header
    if best is None:
        return None
    best = _with_unit_row(best, grid, layer, file, system)
    titles = [unit for row in grid.rows[: best.top] for unit in title_units(row)]
    notes = [unit for row in grid.rows[best.top + best.depth :] if _is_note(row) for unit in title_units(row)]
    return replace(best, match=_with_title_units(best.match, [*titles, *notes], layer))


def _is_note(row: Sequence[str]) -> bool:
    """Tell whether a row may be a note on the whole table: one cell, with something to say of units."""
    filled = [cell for cell in row if cell]
    return len(filled) == 1 and "位" in filled[0]


def _with_unit_row(header: Header, grid: Grid, layer: str, file: LayerFile, system: str) -> Header:
    """Take a row of units below a header as a part of it: 常住人口 over （万人）."""
    below = header.top + header.depth
    if below >= len(grid.rows) or not is_unit_row(grid.rows[below]):
        return header
    row = [*grid.rows[below], *[""] * (len(header.words) - len(grid.rows[below]))]
    words = tuple(
        (*over, f"（{unit.strip('()（）[]【】')}）") if over and unit else over
        for over, unit in zip(header.words, row, strict=False)
    )
    match = match_headers(words, layer, file.columns, system=system)
    return Header(header.top, header.depth + 1, words, match, lacking_fields(match, layer))


def _refines(header: Header, upper: Header, grid: Grid) -> bool:
    """Tell whether a deeper header says more of the same columns: units, or what parts a merged word."""
    if (header.top, header.fit) != (upper.top, upper.fit) or header.depth != upper.depth + 1:
        return False
    first, last = grid.numbers[header.top], grid.numbers[header.top + upper.depth - 1]
    columns = set(upper.match.columns.values())
    is_parted = any(
        first <= top and bottom <= last and left < right and columns & set(range(left, right + 1))
        for top, bottom, left, right in grid.merges
    )
    return is_parted or set(header.match.scales) > set(upper.match.scales)


def _is_header(header: Header) -> bool:
    return header.n_fields >= _MIN_FIELDS or (header.n_fields > 0 and not header.lacking)


def _header_words(grid: Grid, top: int, depth: int, width: int) -> tuple[tuple[str, ...], ...]:
    """
    Give the words over every column; one above several columns stands over each of them.

    No words are given where the rows are no header together: a row of data must not be taken for one.
    """
    levels = [[*row, *[""] * (width - len(row))] for row in grid.rows[top : top + depth]]
    numbers = grid.numbers[top : top + depth]
    for first, last, left, right in grid.merges:
        inside = [i for i, number in enumerate(numbers) if first <= number <= last]
        if inside and first >= numbers[0]:
            text = levels[inside[0]][left] if left < width else ""
            for i in inside:
                for j in range(left, min(right + 1, width)):
                    levels[i][j] = text
    for upper, lower in pairwise(levels):
        for j in range(1, width):
            # text files have no merged cells, only blanks beside the word that stands over several columns
            if not upper[j] and lower[j] and upper[j - 1] and lower[j - 1]:
                upper[j] = upper[j - 1]
    if not all(_stands_over(upper, lower) for upper, lower in pairwise(levels)):
        return ()
    words = [tuple(dict.fromkeys(text for level in levels if (text := level[j]))) for j in range(width)]
    while words and not words[-1]:
        words.pop()
    return tuple(words)


def _stands_over(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Tell whether two rows can be one header: a word above several others, and no figure among these."""
    if any(_FIGURE.fullmatch(text) for text in lower):
        return False
    columns = list(zip(upper, lower, strict=True))
    return any(a[0] and a[0] == b[0] and a[1] and b[1] and a[1] != b[1] for a, b in pairwise(columns))


def _with_title_units(match: HeaderMatch, said: Sequence[str], layer: str) -> HeaderMatch:
    """Take the unit from a title such as 单位：万人 for figures whose header names none."""
    by_planner = {own.name for text in match.by_user if (own := field_of(text, layer))}
    above: dict[str, float] = {}
    strange: dict[str, str] = {}
    for own in FIELDS[layer]:
        scale, odd = title_unit_of(own, said)
        if own.is_count and own.name in match.columns and own.name not in match.scales and scale:
            above[own.name] = scale
            strange |= {own.name: odd} if odd and own.name not in by_planner else {}
    return replace(
        match,
        scales={**match.scales, **above},
        scaled_above=tuple(above),
        strange_units={**strange, **match.strange_units},
    )


def read_cells(grid: Grid, header: Header, layer: str) -> Cells:
    """
    Give the rows below a header.

    A merged cell stands in each of its rows, except where it holds a number of things: then it counts once.
    """
    width = len(header.words)
    names = unique_names(["".join(words) for words in header.words])
    places, foreign = _data_rows(grid, header, layer)
    rows = [grid.rows[i] for i in places]
    numbers = np.array([grid.numbers[i] for i in places], dtype=np.int64)
    overlong = _overlong(grid, header, rows, layer)
    columns: list[list[str]] = [list(c) for c in zip_longest(*rows, fillvalue="")] if rows else []
    columns += [[""] * len(rows) for _ in range(width - len(columns))]
    counts = {
        header.match.columns[f.name] for f in FIELDS[layer] if f.is_count and f.name in header.match.columns
    }
    sums = _fill_merges(columns, numbers, grid.merges, counts)
    every = unique_names([*names, *[""] * (len(columns) - width)])
    return Cells(
        cells=pd.DataFrame(dict(zip(every, columns, strict=True)), dtype=object),
        row=numbers,
        overlong=overlong,
        foreign=np.array(foreign, dtype=bool),
        headers=tuple(names),
        sums={names[j]: found for j, found in sums.items()},
    )


def _data_rows(grid: Grid, header: Header, layer: str) -> tuple[list[int], list[bool]]:
    """Give the places of all rows that hold data, and whether they stand under another header."""
    above = next((i for i in range(header.top) if _heads(grid.rows[i], layer)), header.top)
    filled = [i for i in range(above, header.top) if sum(map(bool, grid.rows[i])) >= _MIN_FIELDS]
    # a row right above the header is a part of it, not a table
    places = filled if len(filled) > 1 else []
    foreign = [True] * len(places)
    is_other = False
    for i in range(header.top + header.depth, len(grid.rows)):
        row = grid.rows[i]
        if _heads(row, layer):
            is_other = not _repeats(row, header, layer)
        places.append(i)
        foreign.append(is_other)
    return places, foreign


def _heads(row: Sequence[str], layer: str) -> bool:
    """Tell whether a row is a header: its cells are words for fields, most or many, and none a figure."""
    # figures stand in the last columns more often than in the first
    for cell in reversed(row):
        if cell and cell[0].isdigit() and _FIGURE.fullmatch(cell):
            return False
    words = [cell for cell in row if cell]
    if len(words) < _MIN_FIELDS:
        return False
    named = [name for cell in words if (name := named_field(cell, layer))]
    return len(set(named)) >= (_MIN_FIELDS if 2 * len(named) > len(words) else 2 * _MIN_FIELDS)


def _repeats(row: Sequence[str], header: Header, layer: str) -> bool:
    """Tell whether the words of a row mean the columns of the header that they stand in."""
    own = {j: name for name, j in header.match.columns.items()}
    for cell, words, j in zip_longest(row, header.words, range(len(row)), fillvalue=""):
        plain, over = plain_name(str(cell)), plain_name("".join(words))
        is_word = over.startswith(plain) or over.endswith(plain)
        if plain and not is_word and named_field(str(cell), layer) != own.get(int(j or 0), ""):
            return False
    return True


def _overlong(grid: Grid, header: Header, rows: Sequence[Sequence[str]], layer: str) -> NDArray[np.bool_]:
    """
    Find rows of a text file that have more cells than its header.

    A delimiter at the end of most rows is a habit of the program that wrote them; at the end of a few, a
    comma within a figure has moved the cells.
    """
    if not grid.delimited:
        return np.zeros(len(rows), dtype=bool)
    width = len(header.words)
    n_cells = max(len(row) for row in grid.rows[header.top : header.top + header.depth])
    full = [row for row in rows if len(row) >= n_cells]
    is_habit = 2 * sum(len(row) > n_cells and not any(row[width:]) for row in full) > len(full)
    counts = [
        header.match.columns[f.name] for f in FIELDS[layer] if f.name in header.match.columns and f.is_count
    ]
    return np.array(
        [
            any(row[width:])
            or (len(row) > n_cells and (not is_habit or any(_is_grouped(row[j : j + 2]) for j in counts)))
            for row in rows
        ],
        dtype=bool,
    )


def _is_grouped(cells: Sequence[str]) -> bool:
    """Tell whether two cells read like one figure with a comma between its thousands."""
    return len(cells) > 1 and _GROUP.fullmatch(",".join(cells)) is not None


def unique_names(names: Sequence[str]) -> list[str]:
    """Give headers that differ: a column without one goes by its number, repeated ones are counted."""
    unique: dict[str, None] = {}
    counts: dict[str, int] = {}
    for j, name in enumerate(names):
        base = name or f"#{j + 1}"
        wanted = base
        while wanted in unique:
            counts[base] = counts.get(base, 1) + 1
            wanted = f"{base} ({counts[base]})"
        unique[wanted] = None
    return list(unique)


def _fill_merges(
    columns: list[list[str]],
    numbers: NDArray[np.int64],
    merges: Sequence[tuple[int, int, int, int]],
    counts: set[int],
) -> dict[int, tuple[int, ...]]:
    """Write each merged cell's text into all of its rows; give the rows of counts, which are left alone."""
    sums: dict[int, list[int]] = {}
    for first, last, left, right in merges:
        start, stop = np.searchsorted(numbers, [first, last + 1]).tolist()
        if stop <= start or left >= len(columns) or (start < len(numbers) and numbers[start] != first):
            continue
        text = columns[left][start]
        for j in range(left, min(right + 1, len(columns))):
            if j in counts and stop - start > 1:
                sums.setdefault(j, []).extend(numbers[start:stop].tolist())
                continue
            for i in range(start, stop):
                columns[j][i] = text
    return {j: tuple(found) for j, found in sums.items()}
