"""On which line of a TOML file each of its tables, keys and elements stands."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = tuple[str | int, ...]

_GAP = re.compile(r"[ \t]*")
_GAPS = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# the long ones first: """ would else be an empty string and a quote
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!"")|"(?="""))*"""(?!")'
    r"|'''(?:[^']|'(?!'')|'(?='''))*'''(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


def toml_lines(text: str) -> Mapping[Place, int]:
    """
    Find the line of everything in a TOML text.

    Parameters
    ----------
    text
        A text that `tomllib` reads.

    Returns
    -------
    Mapping
        Line number, from 1, by the keys and numbers that lead to a value in what `tomllib.loads` gives:
        ``("open", 2, "lon")``. A table stands where it is named first, an element of an array at its start.

    Raises
    ------
    ValueError
        If the text is no TOML (`tomllib.TOMLDecodeError`).
    """
    tomllib.loads(text)  # the walk below knows no wrong text, and might not end on one
    return _Scan(text.replace("\r\n", "\n")).lines()


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """
    Give the line of a place, or of the nearest thing around it that has one; 1 where nothing has.

    Parameters
    ----------
    lines
        As `toml_lines` gives them.
    place
        Keys and numbers that lead to a value, which need not be there.
    """
    for n in range(len(place), 0, -1):
        if place[:n] in lines:
            return lines[place[:n]]
    return 1


class _Scan:
    """Walks once through a text that is known to be TOML."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line, self._counted = text, 0, 1, 0
        self._lines: dict[Place, int] = {}
        self._n_of: dict[Place, int] = {}

    def lines(self) -> dict[Place, int]:
        """Walk to the end."""
        table: Place = ()
        self._skip(_GAPS)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_GAPS)
        return self._lines

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"line {self._line} is none that tomllib reads")
        self._at = match.end()
        return match[0]

    def _note(self, place: Place) -> None:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        self._lines.setdefault(place, self._line)

    def _keys(self) -> list[str]:
        """Read ``a.'b'."c"``."""
        keys = []
        while True:
            self._skip(_GAP)
            if self._text[self._at : self._at + 1] in {'"', "'"}:
                keys.append(str(tomllib.loads(f"k = {self._skip(_STRING)}")["k"]))
            else:
                keys.append(self._skip(_BARE_KEY))
            self._skip(_GAP)
            if self._text[self._at : self._at + 1] != ".":
                return keys
            self._at += 1

    def _header(self) -> Place:
        """Read ``[a.b]`` or ``[[a.b]]`` and give the table that the next keys are in."""
        is_array = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 1 + is_array
        keys = self._keys()
        end, self._at = self._at + 1 + is_array, start
        place: Place = ()
        for i, key in enumerate(keys):
            place = (*place, key)
            self._note(place)
            if is_array and i == len(keys) - 1:
                self._n_of[place] = self._n_of.get(place, 0) + 1
            if place in self._n_of:
                place = (*place, self._n_of[place] - 1)
                self._note(place)
        self._at = end
        return place

    def _pair(self, table: Place) -> None:
        """Read ``key = value``."""
        start = self._at
        keys = self._keys()
        end, self._at = self._at + 1, start  # behind the =
        for n in range(1, len(keys) + 1):
            self._note((*table, *keys[:n]))
        self._at = end
        self._skip(_GAP)
        self._value((*table, *keys))

    def _value(self, place: Place) -> None:
        mark = self._text[self._at : self._at + 1]
        if mark == "[":
            self._elements(place)
        elif mark == "{":
            self._inline(place)
        elif mark in {'"', "'"}:
            self._skip(_STRING)
        else:
            self._skip(_SCALAR)

    def _elements(self, place: Place) -> None:
        """Read an array's elements, over as many lines as it has."""
        self._at += 1
        n = 0
        while self._more("]"):
            self._note((*place, n))
            self._value((*place, n))
            n += 1

    def _inline(self, place: Place) -> None:
        """Read an inline table's pairs."""
        self._at += 1
        while self._more("}"):
            self._pair(place)

    def _more(self, closing: str) -> bool:
        """Go to the next element; False behind the closing bracket."""
        self._skip(_GAPS)
        while self._text[self._at : self._at + 1] == ",":
            self._at += 1
            self._skip(_GAPS)
        if self._text[self._at : self._at + 1] in {closing, ""}:
            self._at += 1
            return False
        return True
