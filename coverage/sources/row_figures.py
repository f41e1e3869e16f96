"""Columns of figures that may be empty, and the rows whose figures cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table


@dataclass(frozen=True)
class Figures:
    """
    What a column of figures may hold.

    Parameters
    ----------
    field
        Its name in `coverage.sources.table_fields.FIELDS`.
    en, zh
        What messages call it.
    most
        Greatest figure that makes sense, in the field's own unit.
    unit, unit_zh
        That unit, as it stands behind a figure.
    is_whole
        Whether parts make no sense.
    """

    field: str
    en: str
    zh: str
    most: float
    unit: str
    unit_zh: str
    is_whole: bool = False


AMBULANCES = Figures("ambulances", "ambulances", "救护车数", 200, "", "辆", is_whole=True)


def read_figures(table: Table, sieve: RowSieve, what: Figures) -> NDArray[np.float64]:
    """
    Read a column of figures that may be empty, and reject rows whose figure cannot be.

    Parameters
    ----------
    table, sieve
        The rows.
    what
        The column.

    Returns
    -------
    ndarray
        Shape (n,), in the field's own unit; NaN where empty or unreadable.
    """
    values, unreadable = table.numbers(what.field)
    texts = table.texts(what.field)
    sieve.reject(
        unreadable,
        "number_unreadable",
        f"{what.en} “{{text}}” is no figure: write one number, or leave it empty",
        f"{what.zh}“{{text}}”无法识别：请填写一个数字，或留空",
        text=texts,
    )
    sieve.reject(
        values < 0,
        "number_negative",
        f"{what.en} “{{text}}” is negative: correct it, or leave it empty",
        f"{what.zh}“{{text}}”为负数：请更正或留空",
        text=texts,
    )
    sieve.reject(
        (values % 1 != 0) & np.isfinite(values) & what.is_whole,
        "number_impossible",
        f"{what.en} “{{text}}” is no whole number: correct it, or leave it empty",
        f"{what.zh}“{{text}}”不是整数：请更正或留空",
        text=texts,
    )
    sieve.reject(
        values > what.most,
        "number_impossible",
        f"{what.en} “{{text}}” is more than {what.most:.0f}{what.unit}: correct it, or its unit, or leave it "
        "empty",
        f"{what.zh}“{{text}}”超过{what.most:.0f}{what.unit_zh}：请核对数值和单位，或留空",
        text=texts,
    )
    return values
