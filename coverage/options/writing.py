"""An option as a TOML file that a planner reads, edits and hands to ``coverage compare``."""

from __future__ import annotations

import hashlib
import math
import re
from typing import TYPE_CHECKING, Any

import shapely

from coverage.standards import PROFILE_KEYS
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from coverage.option import Move, Opening, Option, RoadClosure

_OF_MONEY = (
    "# capital_wan: 建设费用 (of building), yearly_wan: 年运行费用 (of a year of running); "
    "万元 (10,000 yuan), 不花钱写0 (0 where free)\n"
)
_MARK = re.compile(rb"^# unedited: ([0-9a-f]{16})\n", re.MULTILINE)


def write_option(option: Option, path: Path, *, county: str) -> None:
    """
    Write an option as TOML.

    Parameters
    ----------
    option
        What is done.
    path
        The file; it is written in UTF-8, as TOML asks.
    county
        Name of the study area it was made for, for the comment at its head.
    """
    path.write_text(option_text(option, county=county), encoding="utf-8", newline="\n")


def option_text(option: Option, *, county: str) -> str:
    """
    Give an option as TOML, which `coverage.options.reading.read_option` reads back as the same option.

    Parameters
    ----------
    option, county
        As in `write_option`.

    Returns
    -------
    str
        Keys are the fields of `coverage.option`, limits in minutes; a figure that is not known, a field that
        a change leaves as it is, and what is as it is by default are left out. Places are WGS84.
    """
    head = f"# emergency-coverage {__version__}, {comment_text(county)}\n"
    parts = [
        _OF_MONEY,
        _lines({"name": option.name, "note": option.note, "crs": "wgs84" if _has_places(option) else None}),
        *_section("standard", _promise(option.standard)),
        *(text for name, rows in option.speeds.items() for text in _section(f"speeds.{_key(name)}", rows)),
    ]
    for heading, rows in (
        ("open", [_without(vars(row), at="", hours="") for row in option.open]),
        ("close", [_without(vars(row), name="") for row in option.close]),
        ("move", [_without(vars(row), name="", to="") for row in option.move]),
        ("change", [_without(vars(row), name="") for row in option.change]),
        ("roads.close", [_closed_road(row) for row in option.roads.close]),
        ("roads.new", [_without(vars(row), oneway=False) for row in option.roads.new]),
    ):
        parts += [f"\n[[{heading}]]\n{_lines(row)}" for row in rows]
    text = "".join(parts)
    return f"{head}# unedited: {_digest((head + text).encode())}\n{text}"


def _has_places(option: Option) -> bool:
    """Tell whether an option gives coordinates."""
    parts: tuple[Opening | Move, ...] = (*option.open, *option.move)
    placed = any(math.isfinite(part.lon) for part in parts)
    return placed or bool(option.roads.new) or any(c.polygon is not None for c in option.roads.close)


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


def _section(heading: str, rows: Mapping[str, Any]) -> Iterable[str]:
    """Give a table that stands once, nothing where it is empty."""
    return [f"\n[{heading}]\n{_lines(rows)}"] if rows else []


def _promise(standard: Mapping[str, float]) -> dict[str, float]:
    """Give the figures of a promise under the keys that planners know."""
    keys = {field: (key, factor) for key, (field, factor) in PROFILE_KEYS.items()}
    return {keys[field][0]: value / keys[field][1] for field, value in standard.items()}


def _without(fields: Mapping[str, Any], **defaults: object) -> dict[str, Any]:
    """Leave out what is as it is by default."""
    return {key: value for key, value in fields.items() if key not in defaults or value != defaults[key]}


def _closed_road(closure: RoadClosure) -> dict[str, Any]:
    polygon = closure.polygon
    fields = {
        "name": closure.name,
        "polygon": None if polygon is None else shapely.geometry.mapping(polygon)["coordinates"],
        "ways": closure.ways,
        "edges": closure.edges,
    }
    return _without(fields, name="", ways=(), edges=())


def _lines(fields: Mapping[str, Any]) -> str:
    return "".join(
        f"{_key(key)} = {toml_value(value)}\n" for key, value in fields.items() if _is_known(value)
    )


def _key(key: str) -> str:
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else toml_value(key)


def _is_known(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def toml_value(value: Any) -> str:
    """Give a value as TOML writes it."""
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml_value, value))}]"
    # a Python number is a TOML number, but whole ones read better without their point
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _escaped(mark: str) -> str:
    """Escape what a basic string of TOML may not hold as it stands (TOML 1.0, "String")."""
    if mark in '"\\':
        return f"\\{mark}"
    if mark < " " or mark == "\x7f":
        return f"\\u{ord(mark):04x}"
    # a lone half of a character pair is no text in any file
    return "\ufffd" if "\ud800" <= mark <= "\udfff" else mark


def comment_text(text: str) -> str:
    """Give a text that cannot break out of a comment's line."""
    return "".join(c if c.isprintable() else " " for c in text)
