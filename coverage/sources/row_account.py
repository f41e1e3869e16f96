"""What became of every row of a planner's table: used, merged into another, or rejected with a reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coverage.errors import SourceError, name_some
from coverage.sources.notes import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Reject:
    """
    One row that could not be used.

    Parameters
    ----------
    row
        Number as the planner sees it: the row of the sheet, the line of the text file, else the feature
        counted from 1.
    name
        What the row is called, empty where it has no name.
    code
        Stable word of the reason, a key of `REASONS`.
    en, zh
        The reason in full, with the figures that are wrong and what to do.
    cells
        The row as it stands in the file, by header.
    """

    row: int
    name: str
    code: str
    en: str
    zh: str
    cells: Mapping[str, str] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """Give the reason in `lang` (``zh`` or ``en``)."""
        return self.zh if lang == "zh" else self.en


REASONS: Mapping[str, tuple[str, str]] = {
    "coordinates_missing": ("coordinates missing", "缺少坐标"),
    "coordinates_unreadable": ("coordinates that are no numbers", "坐标不是数字"),
    "coordinates_swapped": ("longitude and latitude swapped", "经纬度颠倒"),
    "coordinates_not_degrees": ("coordinates that are not degrees", "坐标不是经纬度"),
    "system_unknown": ("coordinate system not known", "坐标系无法识别"),
    "outside_china": ("outside China", "位于中国境外"),
    "outside_area": ("outside the area", "超出县域及缓冲范围"),
    "other_county": ("of another county", "属于其他县（市、区）"),
    "shape_unusable": ("shape missing, broken or of the wrong kind", "图形缺失、无效或类型不对"),
    "name_missing": ("name missing", "缺少名称"),
    "kind_unknown": ("kind not recognized", "机构类型无法识别"),
    "facility_unknown": ("facility not known", "机构无法识别"),
    "class_unknown": ("neither urban nor rural", "城乡分类无法识别"),
    "number_unreadable": ("a figure that is no number", "数值无法识别"),
    "number_negative": ("a negative figure", "数值为负"),
    "number_impossible": ("a figure beyond reason", "数值明显不合理"),
    "population_missing": ("population missing", "缺少人口数"),
    "time_missing": ("time missing", "缺少时间"),
    "time_unreadable": ("time not understood", "时间无法识别"),
    "time_impossible": ("a time that cannot be", "时间明显不合理"),
    "off_network": ("far from every road", "远离道路"),
    "duplicate": ("duplicate of another row", "与其他行重复"),
    "township_unknown": ("township not known", "乡镇无法识别"),
    "township_contradictory": ("name and code of different townships", "乡镇名称与代码不一致"),
    "township_without_land": ("township without polygon and seat", "乡镇既无边界也无驻地坐标"),
    "cells_shifted": ("more cells than the header has columns", "单元格多于表头列数"),
    "other_table": ("of another table on the sheet", "同一表中的另一张表"),
    "not_a_place": ("a total, a note or a repeated header", "合计、备注或重复表头"),
    "not_a_township": ("a village or a county, not a township", "村、社区或县级单位，不是乡镇"),
}
"""Every reason there is, as it is counted: in English and in Chinese."""

NOTHING_TO_MEND = frozenset({"not_a_place", "not_a_township", "other_county"})
"""Reasons of rows that hold nothing which is missing from the layer."""

MANY_REJECTS = 0.5


@dataclass(frozen=True)
class RowAccount:
    """
    What became of the rows of one file.

    Parameters
    ----------
    layer
        Layer the file was read for, as in the provenance.
    file
        Its name, with the sheet.
    n_read, n_used, n_merged
        Rows that were read, used, and merged into another row.
    rejects
        All others.
    columns_used
        Fields, as typed, whose headers the planner named and this file has.

    Raises
    ------
    SourceError
        If they do not add up: a row would be lost silently.
    """

    layer: str
    file: str
    n_read: int
    n_used: int
    n_merged: int
    rejects: tuple[Reject, ...] = ()
    columns_used: tuple[str, ...] = ()

    def line(self, lang: str) -> str:
        """Say in `lang` (``zh`` or ``en``) how many rows became what, and the rejects by reason."""
        n_rejected = len(self.rejects)
        if lang == "zh":
            reasons = "，".join(f"{REASONS[code][1]} {n}" for code, n in count_reasons([self]).items())
            return (
                f"{self.file}：读取{self.n_read:,}行，使用{self.n_used:,}，合并{self.n_merged:,}，"
                f"未使用{n_rejected:,}" + (f"（{reasons}）" if reasons else "")
            )
        reasons = ", ".join(f"{REASONS[code][0]} {n}" for code, n in count_reasons([self]).items())
        return (
            f"{self.file}: {self.n_read:,} rows read, {self.n_used:,} used, {self.n_merged:,} merged, "
            f"{n_rejected:,} rejected" + (f" ({reasons})" if reasons else "")
        )

    def __post_init__(self) -> None:
        """Check that no row is lost."""
        if self.n_read != self.n_used + self.n_merged + len(self.rejects):
            raise SourceError(
                f"{self.file}: of {self.n_read} rows {self.n_used} are used, {self.n_merged} merged and "
                f"{len(self.rejects)} rejected, which does not add up: please report this fault"
            )


def count_reasons(accounts: Iterable[RowAccount]) -> dict[str, int]:
    """Count the rejects by reason, the commonest first."""
    return dict(Counter(reject.code for account in accounts for reject in account.rejects).most_common())


def nothing_left(named: str, accounts: Sequence[RowAccount], en: str, zh: str) -> SourceError:
    """
    Make the error of files of which no row can be used.

    Parameters
    ----------
    named
        The files.
    accounts
        What became of their rows.
    en, zh
        What is missing where there is no row at all: ``facility``, ``急救设施``.
    """
    counts = count_reasons(accounts)
    if not counts:
        return SourceError(f"{named} holds no {en}: add one", zh=f"{named} 中没有{zh}：请补充")
    n = sum(counts.values())
    why = ", ".join(f"{REASONS[code][0]} {count}" for code, count in counts.items())
    why_zh = "、".join(f"{REASONS[code][1]} {count}" for code, count in counts.items())
    first = next(reject for account in accounts for reject in account.rejects)
    return SourceError(
        f"{named}: none of {n} rows can be used ({why}); row {first.row}: {first.en}",
        zh=f"{named}：{n}行均无法使用（{why_zh}）；第{first.row}行：{first.zh}",
    )


def wanting(account: RowAccount) -> int:
    """Count the rejected rows whose data is missing from the layer."""
    return sum(reject.code not in NOTHING_TO_MEND for reject in account.rejects)


def many_rejects_notes(accounts: Iterable[RowAccount]) -> tuple[Note, ...]:
    """Warn of a file of which most rows could not be used: a fault of the whole, not of single rows."""
    notes = []
    for account in accounts:
        n = wanting(account)
        if n > MANY_REJECTS * account.n_read:
            en = (
                f"{account.file}: {n / account.n_read:.0%} of the rows could not be used; look for a wrong "
                "column, unit or coordinate system before the figures are believed"
            )
            zh = (
                f"{account.file}：有{n / account.n_read:.0%}的行未能使用；"
                "请先核对列名、单位和坐标系，再采用结果"
            )
            notes.append(Note("many_rejects", account.layer, en, zh, n))
    return tuple(notes)


def strict_error(accounts: Iterable[RowAccount]) -> SourceError:
    """Make the error of an import that may reject nothing: how many rows, why, and which come first."""
    rejects = [(account.file, reject) for account in accounts for reject in account.rejects]
    rows = [f"{file} row {reject.row} ({REASONS[reject.code][0]})" for file, reject in rejects]
    rows_zh = [f"{file} 第{reject.row}行（{REASONS[reject.code][1]}）" for file, reject in rejects]
    some, some_zh = name_some(rows), name_some(rows_zh, mark="、")
    return SourceError(
        f"--strict: rows that cannot be used: {some}; nothing is written: mend them, or leave --strict away",
        zh=f"--strict：以下行无法使用：{some_zh}；未写入任何文件，请更正后重试，或去掉 --strict",
    )
