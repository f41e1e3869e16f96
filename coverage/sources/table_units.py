"""Units that stand in a header, below it or in a title: what they multiply figures by."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from coverage.sources.table_fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coverage.sources.table_fields import Field

_LONGEST = 200
_BRACKETS = re.compile(r"[(\[{<【〔《]([^)\]}>】〕》]*)[)\]}>】〕》]")
_SAID = re.compile(r"单\s*位\s*[:：]\s*([^)）\]】]+)|以\s*([^\s为]{1,6})\s*为\s*单\s*位")
_LED_BY = re.compile(r"^(?:.*单位[:为]?|以|in|unit:|units:)(?=.)|(?:计|为单位)$")
_APART = re.compile(r"[,、;:\s]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_QUOTES = str.maketrans("", "", "'’‘`\"“”")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FIGURE = re.compile(r"\d[\d.]*k?")
# words of a bracket that sounds like a unit; remarks such as 常住 or 含流动人口 hold none of them
_LIKE_UNIT = re.compile(
    r"[千万亿]|[十百](?:人|口|辆|台|$)|均|户(?!籍)|率|[占比](?!对)|[%‰]|[人口辆台元]/|/(?:户|平|公|km|村)|每|平方|公顷|密度"
    r"|km"
    r"|ten|hundred|thousand|million|billion|\bper\b"
    r"|[美欧日港澳台]元|美金|外币|[$€£]|\b(?:usd|eur|gbp|jpy|hkd|dollars?|euros?)\b"
)
_LIKE_TIME = re.compile(
    r"秒|毫|分(?![站中院局支为别])|小时|时(?![间长段刻])|[天日周]$|[%‰]"
    r"|\b(?:ms|hours?|hrs?|days?|weeks?|min|mins|minutes?|sec|secs|seconds?)\b"
)
_MAX_TITLE_CELLS = 2
# figures as a unit of people, in brackets only: behind a figure they would be a second one
_ROUND = {"000": 1e3, "000s": 1e3, "1000": 1e3, "1000s": 1e3, "10000": 1e4, "10000s": 1e4, "10k": 1e4}
_ROUND |= {"100000": 1e5, "100k": 1e5}


def bracket_texts(word: str) -> list[str]:
    """Give what stands in the brackets of a header, in half width and lower case."""
    normal = unicodedata.normalize("NFKC", word[:_LONGEST])
    return [text.strip().lower() for text in _BRACKETS.findall(normal)]


def unit_of(own: Field, texts: Iterable[str]) -> tuple[float | None, str]:
    """
    Read the unit of a field from the brackets behind its header.

    Parameters
    ----------
    own
        The field.
    texts
        What stands in the brackets, or as a unit behind the words.

    Returns
    -------
    factor : float or None
        What figures are multiplied by; 0 for a unit that makes it a column of something else; None where no
        unit is named.
    strange : str
        The text whose unit is not understood, or that contradicts another; empty where there is none.
    """
    factors: list[float] = []
    strange = ""
    for text in texts:
        found, rest = _read(_units(own), text)
        factors += found
        like = _LIKE_TIME if own.is_duration else _LIKE_UNIT
        if own.counted and (len(set(found)) > 1 or any(map(like.search, rest)) or (found and _more(rest))):
            strange = text
    if own.counted and len(set(factors)) > 1:
        strange = strange or str(list(texts)[-1])
    return (factors[0] if factors else None), strange


def title_unit_of(own: Field, texts: Iterable[str]) -> tuple[float | None, str]:
    """
    Read the unit of a field from titles, where those of other columns stand beside it.

    Returns
    -------
    factor, strange
        As in `unit_of`; strange only where two units of this very field are named.
    """
    every = list(texts)
    factors = list(
        dict.fromkeys(factor for text in every for factor in _read(_units(own), text)[0] if factor)
    )
    return (factors[0] if factors else None), "、".join(every) if len(factors) > 1 else ""


def _units(own: Field) -> Mapping[str, float]:
    return {**own.units, **_ROUND} if "万人" in own.units else own.units


def _read(units: Mapping[str, float], text: str) -> tuple[list[float], list[str]]:
    """Give the factors of the units in a bracket, and the words that are none."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST]).lower().translate(_QUOTES)
    text = _THOUSANDS.sub("", text).strip()
    whole = _bare(text)
    if whole in units:
        return [units[whole]], []
    found: list[float] = []
    rest: list[str] = []
    for part in re.split(r"[,、;]+", text):
        if (bare := _bare(part)) in units:
            found.append(units[bare])
            continue
        for word in filter(None, _APART.split(part)):
            bare = _bare(word)
            if bare in units:
                found.append(units[bare])
            elif bare:
                rest.append(bare)
    larger = sorted({factor for factor in found if factor != 1.0})
    # people behind thousand say no more; beside 万人, with a mark between, they contradict it
    is_list = 1.0 in found and re.search(r"[,、;]", text) is not None
    return [*larger, *([1.0] if is_list or (found and not larger) else [])], rest


def _bare(text: str) -> str:
    """Give a text without blanks and without 单位: before it."""
    return _LED_BY.sub("", "".join(text.split())).strip(":")


def _more(rest: Sequence[str]) -> bool:
    """Tell whether a figure stands beside a unit that is no year."""
    return any(_FIGURE.fullmatch(word) and not _YEAR.fullmatch(word) for word in rest)


_EVERY = {unit for fields in FIELDS.values() for own in fields for unit in _units(own)}


def is_unit_row(row: Sequence[str]) -> bool:
    """Tell whether a row holds units and nothing else, as one below a header may."""
    cells = [_bare(cell.strip("()（）[]【】").lower()) for cell in row if len(cell) < _LONGEST]
    named = [cell for cell in cells if cell and cell not in {"-", "—", "/"}]
    said = [cell for cell in named if cell not in {"单位", "计量单位"}]
    return len(cells) == len(row) and bool(said) and all(_is_unit(cell) for cell in said)


def _is_unit(text: str) -> bool:
    return unicodedata.normalize("NFKC", text).translate(_QUOTES).replace(",", "") in _EVERY


def title_units(row: Sequence[str]) -> list[str]:
    """Give the units that a row above or below the data names: 单位：万人, 统计表（万人）."""
    filled = [cell[:_LONGEST] for cell in row if cell]
    said = [first or second for cell in filled for first, second in _SAID.findall(cell)]
    if len(filled) <= _MAX_TITLE_CELLS:
        said += [text for cell in filled for text in bracket_texts(cell) if _is_unit(_bare(text))]
    return said
