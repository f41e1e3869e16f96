"""Several rows of one file that name one township: parts of it, the same twice, or another of that name."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from coverage.sources.township_join import is_official, plain_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coverage.sources.township_rows import TownshipRows


def spread(sheet: TownshipRows, which: NDArray[np.intp], values: Sequence[object]) -> NDArray[np.object_]:
    """Give values of some rows a place among all rows of their file."""
    spread = np.full(len(sheet.table), "", dtype=object)
    for i, value in zip(which.tolist(), values, strict=True):
        spread[i] = value
    return spread


def row_mask(sheet: TownshipRows, which: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Mark some rows among all of their file."""
    mask = np.zeros(len(sheet.table), dtype=np.bool_)
    mask[which] = True
    return mask


def of_other_code(sheet: TownshipRows, i: int, mine: Sequence[int]) -> int | None:
    """Find an earlier row of the same township and file whose code is another one."""
    code = plain_code(str(sheet.code[i]))
    if not is_official(code):
        return None
    theirs = {row: plain_code(str(sheet.code[row])) for row in mine}
    return next((row for row, other in theirs.items() if is_official(other) and other != code), None)


def unlike_part(sheet: TownshipRows, i: int, mine: Sequence[int]) -> tuple[int, str, str] | None:
    """Find an earlier part of the same township with other figures: its row, and both in words."""
    for row in mine:
        words, words_zh = [], []
        people, before = float(sheet.people[i]), float(sheet.people[row])
        if math.isfinite(people) and math.isfinite(before) and people != before:
            words.append(f"population {people:,.0f} against {before:,.0f}")
            words_zh.append(f"人口 {people:,.0f}（前者为 {before:,.0f}）")
        if (urban := str(sheet.urban[i])) and (other := str(sheet.urban[row])) and urban != other:
            zh = {"urban": "城区", "rural": "乡村"}
            words.append(f"{urban} against {other}")
            words_zh.append(f"{zh[urban]}（前者为{zh[other]}）")
        if words:
            return row, ", ".join(words), "，".join(words_zh)
    return None


def reject_repeated(sheet: TownshipRows, repeated: Mapping[int, str], other_codes: Mapping[int, int]) -> None:
    """Reject rows whose township has one already: with its label, or the row that has another code."""
    rows = np.array(list(repeated), dtype=np.intp)
    sheet.sieve.reject(
        row_mask(sheet, rows),
        "duplicate",
        "is the same township as row {other}: leave one of them out",
        "与第{other}行是同一乡镇：请删除其一",
        other=spread(sheet, rows, list(repeated.values())),
    )
    rows = np.array(list(other_codes), dtype=np.intp)
    others = list(other_codes.values())
    sheet.sieve.reject(
        row_mask(sheet, rows),
        "duplicate",
        "is called as row {other} is, but has code {number} and not {other_code}: correct one of the codes, "
        "or write names that tell the two apart",
        "与第{other}行名称相同，但代码为 {number}，而非 {other_code}：请更正代码，或填写可以区分的名称",
        other=spread(sheet, rows, [sheet.table.row[row] for row in others]),
        number=sheet.code,
        other_code=spread(sheet, rows, [sheet.code[row] for row in others]),
    )


def reject_unlike(sheet: TownshipRows, unlike: Mapping[int, tuple[int, str, str]]) -> None:
    """Reject parts of a township that say something else of it than an earlier part does."""
    rows = np.array(list(unlike), dtype=np.intp)
    sheet.sieve.reject(
        row_mask(sheet, rows),
        "township_contradictory",
        "is a part of the same township as row {other} with other figures: {words}; write those of the whole "
        "township to one of its parts",
        "与第{other}行是同一乡镇的不同部分，但数据不同：{words_zh}；请将全乡镇的数据只填在其中一行",
        other=spread(sheet, rows, [sheet.table.row[row] for row, _, _ in unlike.values()]),
        words=spread(sheet, rows, [en for _, en, _ in unlike.values()]),
        words_zh=spread(sheet, rows, [zh for _, _, zh in unlike.values()]),
    )
