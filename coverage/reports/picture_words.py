"""Words that only the pictures say, in Chinese and English; all others are in `coverage.reports.wording`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.reports.wording import Lang

_WORDS: Mapping[str, tuple[str, str]] = {
    "gained": ("新增覆盖", "Newly covered"),
    "gone": ("关闭、迁出或不再派车", "Closes, moves away or sends nobody any more"),
    "gone_access": ("关闭或迁出", "Closes or moves away"),
    "km": ("{n}公里", "{n} km"),
    "lost": ("失去覆盖", "No longer covered"),
    "m": ("{n}米", "{n} m"),
    "missing": ("〓：本机字体中没有的字（{codes}）", "〓: characters that no font here has ({codes})"),
    "new": ("新设、迁入或增强：{kind}", "New or stronger: {kind}"),
    "north": ("北", "N"),
    "sources": ("数据来源", "Sources"),
}


def word(key: str, lang: Lang, **figures: object) -> str:
    """
    Give one of the pictures' own words.

    Parameters
    ----------
    key
        Which one.
    lang
        ``zh`` or ``en``.
    **figures
        What the word has blanks for.

    Raises
    ------
    KeyError
        If there is no such word, or a blank stays empty.
    """
    return _WORDS[key][0 if lang == "zh" else 1].format(**figures)
