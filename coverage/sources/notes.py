"""What an import left out, merged or assumed, as records a planner can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

N_NAMED = 5


@dataclass(frozen=True)
class Note:
    """
    One thing a planner should know about an import.

    Parameters
    ----------
    code
        Stable word for programs: ``ways_cut``, ``townships_incomplete`` …
    layer
        Layer it concerns, as in the provenance.
    en, zh
        The line in English and in Chinese, with its count and the first names.
    count
        How many things it is about.
    ids
        All of them, by id or name.
    """

    code: str
    layer: str
    en: str
    zh: str
    count: int = 0
    ids: tuple[str, ...] = ()

    def text(self, lang: str) -> str:
        """Give the line in `lang` (``zh`` or ``en``)."""
        return self.zh if lang == "zh" else self.en


def noted(
    code: str, layer: str, ids: Sequence[object], en: str, zh: str, *, named: Sequence[object] = ()
) -> tuple[Note, ...]:
    """
    Note something about a number of things, or nothing where there are none.

    Parameters
    ----------
    code, layer
        As in `Note`.
    ids
        The things.
    en, zh
        Texts in which ``{n}`` stands for their number and ``{some}`` for the first of them.
    named
        How the things are called in the texts, where their ids say less.

    Returns
    -------
    tuple of Note
        One, or none.
    """
    if not ids:
        return ()
    every = [str(thing) for thing in named or ids]
    more = " …" if len(every) > N_NAMED else ""
    n, some, some_zh = len(ids), ", ".join(every[:N_NAMED]) + more, "、".join(every[:N_NAMED]) + more
    texts = (_filled(en, n, some), _filled(zh, n, some_zh))
    return (Note(code, layer, *texts, n, tuple(str(thing) for thing in ids)),)


def _filled(text: str, n: int, some: str) -> str:
    """Fill a text in; names of files and columns in it may have braces of their own, and stand before."""
    for mark, value in (("{n}", str(n)), ("{some}", some)):
        before, found, behind = text.rpartition(mark)
        text = f"{before}{value}{behind}" if found else text
    return text
