"""Text measured in terminal columns: a wide character counts two, a combining one none."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

ELLIPSIS = "…"
_PIECES = re.compile(r"[^ ，；：、。）]*[ ，；：、。）]*")


def display_width(text: str) -> int:
    """Give the number of columns a text takes on a terminal, by Unicode's east_asian_width."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_char_width, text))


def shorten(text: str, width: int) -> str:
    """Cut a text to at most `width` columns; a cut one ends in ``…``."""
    if display_width(text) <= width:
        return text
    kept, used = "", 0
    for char in text:
        used += _char_width(char)
        if used > width - 1:
            break
        kept += char
    # no joiner, mark or space may dangle before the ellipsis
    while kept and (_char_width(kept[-1]) == 0 or kept[-1].isspace()):
        kept = kept[:-1]
    return kept + ELLIPSIS


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text up to `width` columns, with the spaces before it where `right`."""
    spaces = " " * (width - display_width(text))
    return spaces + text if right else text + spaces


def wrapped(text: str, width: int, *, indent: str = "") -> list[str]:
    """
    Break a line of prose where it is too wide: at spaces, and behind Chinese punctuation.

    Parameters
    ----------
    text
        One line.
    width
        Columns a line may take; a single word that is wider is broken where it must be.
    indent
        Before every line but the first.
    """
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1].strip() and display_width(lines[-1] + piece.rstrip()) > width:
            lines.append(indent)
        rest = piece
        while display_width(lines[-1] + rest.rstrip()) > width:
            head = _head(rest, width - display_width(lines[-1]))
            lines[-1] += head
            lines.append(indent)
            rest = rest[len(head) :]
        lines[-1] += rest
    return [line.rstrip() for line in lines]


def _head(text: str, width: int) -> str:
    """Give as much of a text as fits, and one character at least."""
    used = n = 0
    for n, char in enumerate(text):
        used += _char_width(char)
        if used > width and n:
            return text[:n]
    return text[: n + 1]


@cache
def _char_width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf", "Cc"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
