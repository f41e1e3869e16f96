"""An option as a TOML file that a planner reads, edits and hands to ``coverage compare``."""

from __future__ import annotations

import hashlib
import math
import re
from typing import TYPE_CHECKING

from coverage.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.option import Option

Value = str | float | None

_MARK = re.compile(rb"^# unedited: ([0-9a-f]{16})\n", re.MULTILINE)


def write_option(option: Option, path: Path, *, county: str) -> None:
    """
    Write an option as TOML.

    Parameters
    ----------
    option
        What is opened, closed and changed.
    path
        The file; it is written in UTF-8, as TOML asks.
    county
        Name of the study area it was made for, for the comment at its head.
    """
    path.write_text(option_text(option, county=county), encoding="utf-8", newline="\n")


def option_text(option: Option, *, county: str) -> str:
    """
    Give an option as TOML: ``name``, ``note`` and the tables ``[[open]]``, ``[[close]]``, ``[[change]]``.

    Parameters
    ----------
    option, county
        As in `write_option`.

    Returns
    -------
    str
        Keys are the fields of `coverage.option`; a figure that is not known, and a field that a change
        leaves as it is, are left out.
    """
    head = f"# emergency-coverage {__version__}, {_comment(county)}\n"
    parts = [
        "# capital_wan: 万元 (10,000 yuan)\n",
        _lines({"name": option.name, "note": option.note}),
    ]
    for heading, rows in (("open", option.open), ("close", option.close), ("change", option.change)):
        parts += [f"\n[[{heading}]]\n{_lines(vars(row))}" for row in rows]
    text = "".join(parts)
    return f"{head}# unedited: {_digest((head + text).encode())}\n{text}"


def is_as_written(path: Path) -> bool:
    """
    Tell whether a file is an option as `write_option` left it: nothing of a planner's is lost with it.

    Parameters
    ----------
    path
        A file.
    """
    content = path.read_bytes()
    mark = _MARK.search(content)
    return mark is not None and _digest(_MARK.sub(b"", content, count=1)) == mark[1].decode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _lines(fields: dict[str, Value]) -> str:
    return "".join(f"{key} = {_toml(value)}\n" for key, value in fields.items() if _is_known(value))


def _is_known(value: Value) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _toml(value: Value) -> str:
    """Give a value as TOML writes it."""
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    # a Python number is a TOML number, but whole ones read better without their point
    number = float(value or 0)
    return str(int(number)) if number.is_integer() else repr(number)


def _escaped(mark: str) -> str:
    """Escape what a basic string of TOML may not hold as it stands (TOML 1.0, "String")."""
    if mark in '"\\':
        return f"\\{mark}"
    if mark < " " or mark == "\x7f":
        return f"\\u{ord(mark):04x}"
    # a lone half of a character pair is no text in any file
    return "\ufffd" if "\ud800" <= mark <= "\udfff" else mark


def _comment(text: str) -> str:
    """Give a text that cannot break out of a comment's line."""
    return "".join(c if c.isprintable() else " " for c in text)
