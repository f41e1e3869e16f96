"""Which column of a table holds which field, told by its header."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from coverage.errors import CrsError
from coverage.sources.coordinates import parse_system
from coverage.sources.osm_tags import plain_name
from coverage.sources.table_fields import FIELDS, field_of
from coverage.sources.table_units import bracket_texts, unit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage.sources.table_fields import Field

_BRACKETS = re.compile(r"[(\[{<【〔《]([^)\]}>】〕》]*)[)\]}>】〕》]")
_BEHIND = re.compile(r"^(.*\S)\s*[/_:,\s]\s*([^/_:,\s]+(?:/[^/_:,\s]+)?)$", re.DOTALL)
_UNITS = {unit for fields in FIELDS.values() for own in fields for unit in own.units}
_LETTER = re.compile(r"[^\W\d_]")
_YEAR = re.compile(r"(?:19|20)\d\d(?:年?(?:末|底|度)|年)?")
_PAIR = ("lon", "lat")
_DBF_HEADER = 10
_LONGEST = 200
_PLACED = frozenset({"lon", "lat", "lonlat"})
_SYSTEM_ORDER = ("wgs84", "cgcs2000", "gcj02", "bd09")


@dataclass(frozen=True)
class HeaderMatch:
    """
    The fields of a layer that a table has.

    Parameters
    ----------
    columns
        Field to the position of its column.
    scales
        Field to the factor of the unit its header names; fields without one are missing.
    system
        Coordinate system that the header of the coordinates names, empty where it names none.
    by_user
        Names of fields, as typed, that the planner's own list of columns gave.
    passed_over
        Field to the positions of further columns that could be it.
    scaled_above
        Fields whose factor comes from a title above the header, or from a note below the table.
    strange_units
        Field to the words of its header whose unit is not understood.
    """

    columns: Mapping[str, int]
    scales: Mapping[str, float] = field(default_factory=dict)
    system: str = ""
    by_user: tuple[str, ...] = ()
    passed_over: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    scaled_above: tuple[str, ...] = ()
    strange_units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Reading:
    """One way to read one header: the better, the smaller `rank`."""

    field: str
    position: int
    rank: tuple[int, int, int]
    scale: float | None
    system: str
    strange: str = ""


def match_headers(
    headers: Sequence[Sequence[str]], layer: str, columns: Mapping[str, str], *, system: str = ""
) -> HeaderMatch:
    """
    Find the fields of a layer among the headers of a table.

    Parameters
    ----------
    headers
        For every column the words over it, from top to bottom: one, or several where a header has rows.
    layer
        A key of `FIELDS`.
    columns
        Field, by any of its names, to the header it stands under; beats the list of names.
    system
        Coordinate system declared for the file: of several pairs of coordinates, that one is taken.
    """
    readings: dict[str, list[_Reading]] = {}
    for position, words in enumerate(headers):
        reading = _read_header(position, tuple(words), layer)
        if reading is not None:
            readings.setdefault(reading.field, []).append(reading)
    given = {}
    for key, header in columns.items():
        own, place = field_of(key, layer), _position_of(header, headers)
        if own is not None and place is not None:
            given[key] = _given(own, place, headers[place])
    for reading in given.values():
        readings = {name: [r for r in rs if r.position != reading.position] for name, rs in readings.items()}
        readings[reading.field] = [reading]
    chosen = _choose(readings, system, frozenset(reading.field for reading in given.values()))
    placed = {chosen[name].system for name in _PLACED & set(chosen)} - {""}
    return HeaderMatch(
        columns={name: reading.position for name, reading in chosen.items()},
        scales={name: reading.scale for name, reading in chosen.items() if reading.scale is not None},
        system=placed.pop() if len(placed) == 1 else "",
        by_user=tuple(given),
        passed_over={
            name: others
            for name in chosen
            if (others := tuple(r.position for r in readings[name] if r is not chosen[name]))
        },
        strange_units={name: reading.strange for name, reading in chosen.items() if reading.strange},
    )


def same_header(a: str, b: str) -> bool:
    """Tell whether two headers are the same but for case, width, spaces and punctuation."""
    plain = plain_name(a)
    return plain == plain_name(b) if plain else a.strip() == b.strip()


def named_field(word: str, layer: str) -> str:
    """Give the field of a layer that a word in a cell would head, empty where it is none."""
    word = word[:_LONGEST]
    found = _names(layer).get(plain_name(_BRACKETS.sub("", unicodedata.normalize("NFKC", word))))
    return found[0].name if found else ""


def _position_of(header: str, headers: Sequence[Sequence[str]]) -> int | None:
    """Find a column by its header as a planner wrote it, exactly or leniently; the lowest word is enough."""
    for candidates in (
        ["".join(words) for words in headers],
        [words[-1] if words else "" for words in headers],
    ):
        exact = [i for i, text in enumerate(candidates) if text == header]
        alike = [i for i, text in enumerate(candidates) if text and same_header(text, header)]
        if exact or alike:
            return (exact or alike)[0]
    return None


def _given(own: Field, position: int, words: Sequence[str]) -> _Reading:
    """Take a header at the planner's word; its unit and its coordinate system still count."""
    plain, units = _parts(words)
    scale, strange = unit_of(own, units)
    system = _system_in(own, plain[0]) if plain and own.name in _PLACED else ""
    # a unit that is not understood is the planner's to answer for
    return _Reading(own.name, position, (0, 0, 0), None if strange else scale or None, system)


def _choose(
    readings: Mapping[str, list[_Reading]], system: str, given: frozenset[str]
) -> dict[str, _Reading]:
    """Take the best column of each field, and coordinates that belong together."""
    best = {name: _best(rs) for name, rs in readings.items() if rs}
    if _PLACED & given:
        return best
    placed = {name: readings[name] for name in sorted(_PLACED & set(readings))}
    found = {r.system for rs in placed.values() for r in rs}
    # where a system is declared that no header names, the coordinates without a name are meant
    order = [system, "", *_SYSTEM_ORDER] if system else [*_SYSTEM_ORDER, ""]
    for group in sorted(found, key=lambda s: (order.index(s) if s in order else len(order), s)):
        own = {name: [r for r in rs if r.system == group] for name, rs in placed.items()}
        mine = {name: _best(rs) for name, rs in own.items() if rs}
        if all(axis in mine for axis in _PAIR) or "lonlat" in mine:
            return {name: r for name, r in best.items() if name not in _PLACED} | mine
    return best


def _best(readings: Sequence[_Reading]) -> _Reading:
    return min(readings, key=lambda r: (bool(r.strange), *r.rank, r.position))


def _read_header(position: int, words: Sequence[str], layer: str) -> _Reading | None:
    if not any(_LETTER.search(word) for word in words):
        return None
    plain, units = _parts(words)
    known = _names(layer)
    for i, text in enumerate(plain):
        year = max((int(y[:4]) for y in _YEAR.findall(text)), default=0)
        own, rank = known.get(text) or known.get(_YEAR.sub("", text)) or (None, 0)
        if own is None:
            continue
        if own.name in _PLACED:
            system = _system_in(own, plain[0]) or next(filter(None, map(_named_system, units)), "")
            return _Reading(own.name, position, (rank, 0, i), None, system)
        scale, strange = unit_of(own, units)
        if scale == 0.0:  # such as 人口（户）: not people at all
            return None
        return _Reading(own.name, position, (rank, -year, i), scale, "", strange)
    for own in (f for f in FIELDS[layer] if f.name in _PLACED):
        system = next((named for text in plain if (named := _system_in(own, text))), "")
        if system:
            return _Reading(own.name, position, (0, 0, 0), None, system)
    return None


def _parts(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give the ways to read a header's words, the fullest first, and the units that stand in or behind it."""
    # a text this long is no header, and patterns take their time over it
    normal = [unicodedata.normalize("NFKC", word[:_LONGEST]) for word in words if word.strip()]
    units = [unit for word in normal for unit in bracket_texts(word)]
    bare = [_BRACKETS.sub("", word) for word in normal]
    cut = []
    for word in bare:
        match = _BEHIND.match(word.strip())
        is_unit = match is not None and match[2].lower() in _UNITS
        cut.append(match[1] if match and is_unit else word)
        units += [match[2].lower()] if match and is_unit else []
    ways = []
    for texts in (normal, bare, cut):
        ways += ["".join(texts), "".join(reversed(texts)), *reversed(texts)]
    return list(dict.fromkeys(plain for way in ways if (plain := plain_name(way)))), units


@lru_cache
def _names(layer: str) -> dict[str, tuple[Field, int]]:
    """Give every header of a layer, as it is compared, with its field and its rank there."""
    names: dict[str, tuple[Field, int]] = {}
    for own in FIELDS[layer]:
        for rank, header in enumerate(own.headers):
            names.setdefault(plain_name(header), (own, rank))
    cut: dict[str, dict[str, tuple[Field, int]]] = {}
    for own in FIELDS[layer]:
        for rank, header in enumerate(own.headers):
            for form in _cut_headers(header):
                # a whole header beats every one that was cut
                cut.setdefault(form, {}).setdefault(own.name, (own, rank + len(own.headers)))
    for form, owners in cut.items():
        if len(owners) == 1:
            names.setdefault(form, *owners.values())
    return names


def _cut_headers(header: str) -> set[str]:
    """Give what is left of a header in a Shapefile, whose headers have ten bytes, in the usual encodings."""
    left = {
        raw[:_DBF_HEADER].decode(code, "ignore")
        for code in ("utf-8", "gb18030")
        if len(raw := header.encode(code)) > _DBF_HEADER
    }
    return {plain_name(form) for form in left} - {""}


@lru_cache
def _longest_first(headers: tuple[str, ...]) -> list[str]:
    return sorted(map(plain_name, headers), key=len, reverse=True)


def _system_in(own: Field, plain: str) -> str:
    """Tell which system a header such as 高德经度 or lng_gcj02 names; empty where it names none."""
    for header in _longest_first(own.headers):
        before, found, behind = plain.partition(header)
        system = _named_system(before + behind) if found else ""
        if system:
            return system
    return ""


def _named_system(text: str) -> str:
    # a bare number is a year, but for 2000
    if not text or (text.isdigit() and text != "2000"):
        return ""
    try:
        return parse_system(text)
    except CrsError:
        return ""
