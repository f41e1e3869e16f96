"""The rows of one table on their way: each is used, merged into another, or rejected with a reason."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from coverage.sources.osm_tags import plain_name
from coverage.sources.row_account import REASONS, Reject, RowAccount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from coverage.sources.tables import Table

_TOTALS = frozenset({"总数", "累计", "总和", "汇总", "合计数", "subtotals", "totals", "sum"})
# 长安街道小计: no village or station is called so, and one that were is named among the rejected rows,
# while a sum taken for a place would count its people twice
_ENDS_AS_TOTAL = re.compile(r"(?:小计|合计|总计|共计|(?<![a-z])(?:sub|grand)?total)$")
_LIKE_TOTAL = re.compile("[计总汇累]|total|sum", re.IGNORECASE)
_BRACKETS = re.compile(r"[(（][^)）]*[)）]")
_REMARK = re.compile(
    r"(?:(?:备注|说明|注|注意|填表说明|填表人|填报人|制表人|审核人|审核|负责人|单位负责人|联系人|联系电话|填报单位"
    r"|制表单位|填报日期|填表日期|填报时间|制表日期|数据来源|资料来源|来源|单位盖章|示例|notes?|remarks?|source|example)\s*[:：]"
    r"|(?:备注|注|注\d+|填表人|填报人|制表人|审核人|数据来源|资料来源)\s*$)",
    re.IGNORECASE,
)
_REMARKABLE = frozenset("备说注填制审负联数资来单示nrseNRSE")
_MIN_HEADER_CELLS = 2
_LONGEST = 80


class RowSieve:
    """
    Sorts the rows of one table.

    Rows that are no places (totals, notes, repeated headers) and rows with more cells than the header has
    columns are rejected at once, whatever the layer.

    Parameters
    ----------
    table
        The table.
    layer
        Layer it is read for, as in the provenance.
    """

    def __init__(self, table: Table, layer: str) -> None:
        self.table = table
        self.layer = layer
        self._names = table.texts("name")
        self._rejects: dict[int, Reject] = {}
        self._about = ("", "")
        self._merged = np.zeros(len(table), dtype=bool)
        self._alive = np.ones(len(table), dtype=bool)
        self._cells = table.cells.to_numpy(dtype=object)
        if table.foreign is not None:
            self.reject(
                table.foreign,
                "other_table",
                "stands under another header than the one that was read: put each table on a sheet or into a "
                "file of its own",
                "属于同一工作表中的另一张表（表头不同），未读取：请将每张表放在单独的工作表或文件中",
            )
        self.reject(
            _is_no_place(table, self._names),
            "not_a_place",
            "a total, a note, an example or a header repeated, and no place of its own: nothing to do",
            "合计、备注、示例或重复的表头，不是具体的点：无需处理",
        )
        if table.overlong is not None:
            self.reject(
                table.overlong,
                "cells_shifted",
                "has more cells than the header has columns: put a text with commas in quotation marks, and "
                "write figures without thousands separators",
                "单元格多于表头列数：含逗号的文字请加英文双引号，数字请去掉千分位逗号",
            )

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Shape (n,): True for rows that are neither rejected nor merged; a copy."""
        return self._alive.copy()

    @contextmanager
    def about(self, en: str, zh: str) -> Iterator[None]:
        """Say which of several places of a row the reasons are about, as long as it lasts."""
        self._about = (f"{en}: ", f"{zh}：")
        try:
            yield
        finally:
            self._about = ("", "")

    def reject(self, where: ArrayLike, code: str, en: str, zh: str, **values: Any) -> None:
        """
        Reject rows that are still alive.

        Parameters
        ----------
        where
            Shape (n,), True for the rows to reject; those that are gone already are left alone.
        code
            A key of `row_account.REASONS`.
        en, zh
            What is wrong and what to do, with ``{name}`` for each of `values`.
        **values
            One for every row, in an array or list of length n, or one text or number for all.
        """
        if code not in REASONS:
            raise KeyError(code)
        chosen = np.flatnonzero(np.asarray(where, dtype=bool) & self._alive)
        is_one = {key: _is_one(value) for key, value in values.items()}
        for i in chosen.tolist():
            own = {key: _short(value if is_one[key] else value[i]) for key, value in values.items()}
            self._rejects[i] = Reject(
                row=int(self.table.row[i]),
                name=str(_short(str(self._names[i]))),
                code=code,
                en=self._about[0] + en.format(**own),
                zh=self._about[1] + zh.format(**own),
                cells=dict(zip(map(str, self.table.cells.columns), self._cells[i].tolist(), strict=True)),
            )
        self._alive[chosen] = False

    def merge(self, where: ArrayLike) -> None:
        """Count rows that are still alive as merged into others, shape (n,)."""
        chosen = np.asarray(where, dtype=bool) & self._alive
        self._merged |= chosen
        self._alive &= ~chosen

    def account(self) -> RowAccount:
        """Say what became of every row, in the order of the file."""
        return RowAccount(
            layer=self.layer,
            file=self.table.name,
            n_read=len(self.table),
            n_used=int(self._alive.sum()),
            n_merged=int(self._merged.sum()),
            rejects=tuple(self._rejects[i] for i in sorted(self._rejects)),
            columns_used=self.table.columns_used,
        )


def _short(value: Any) -> Any:
    """Cut a text that a message could not hold; its row is shown in full in the list of rejects."""
    return f"{value[:_LONGEST]}…" if isinstance(value, str) and len(value) > _LONGEST else value


def _is_one(value: object) -> bool:
    return isinstance(value, str) or np.ndim(value) == 0  # type: ignore[arg-type]


def _is_no_place(table: Table, names: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Find totals, notes and headers that stand among the rows."""
    first = np.full(len(table), "", dtype=object)
    n_filled = np.zeros(len(table), dtype=int)
    for column in table.cells.columns[::-1]:
        cells = table.cells[column].to_numpy(dtype=object)
        filled = cells != ""
        first[filled] = cells[filled]
        n_filled += filled
    # a column of remarks may come first: a remark beside a name is on that place alone
    alone = (n_filled == 1) | ((names == "") & table.has("name"))
    found = np.array(
        [
            _is_odd(a) or (a is not b and (_is_total(b) or (is_alone and _is_remark(b))))
            for a, b, is_alone in zip(names, first, alone.tolist(), strict=True)
        ]
    )
    return found.astype(bool) | _repeats_header(table)


def _is_odd(text: str) -> bool:
    """Tell whether a row that is called so is a total or a note."""
    return _is_remark(text) or _is_total(text)


def _is_remark(text: str) -> bool:
    # most names are of places, and looking at them in full takes its time
    return text[:1] in _REMARKABLE and _REMARK.match(text) is not None


def _is_total(text: str) -> bool:
    text = text[:_LONGEST]
    if _LIKE_TOTAL.search(text) is None:
        return False
    text = _BRACKETS.sub("", text)
    # blanks part words in English and letters in 小 计
    words, plain = " ".join(re.findall(r"\w+", text.casefold())), plain_name(text)
    return plain in _TOTALS or any(_ENDS_AS_TOTAL.search(form) for form in (words, plain))


def _repeats_header(table: Table) -> NDArray[np.bool_]:
    """Find rows whose cells all are words of their own header."""
    rows = np.arange(len(table))
    n_equal = np.zeros(len(table), dtype=int)
    for header in table.headers.values():
        whole, letters = plain_name(header), header.lower()
        cells = table.cells[header].to_numpy(dtype=object)[rows].tolist()
        equal = [text[:1].lower() in letters and _is_word_of(plain_name(text), whole) for text in cells]
        n_equal[rows] += np.array(equal, dtype=int)
        rows = rows[[is_equal or not text for is_equal, text in zip(equal, cells, strict=True)]]
    repeats = np.zeros(len(table), dtype=bool)
    repeats[rows] = n_equal[rows] >= _MIN_HEADER_CELLS
    return repeats


def _is_word_of(plain: str, header: str) -> bool:
    return bool(plain) and (header.startswith(plain) or header.endswith(plain))
