"""Calibrated speeds as the TOML that every command takes and a planner edits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from coverage.reports import calibration_wording as words
from coverage.reports import wording
from coverage.reports.wording import pick
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.calibration import Calibration
    from coverage.reports.wording import Lang

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_KEPT = ("surface", "smoothness", "tracktype")


def speeds_toml(calibration: Calibration, lang: Lang) -> str:
    """
    Give the calibrated speeds as TOML, which `coverage.settings.read_speeds` reads back.

    Parameters
    ----------
    calibration
        The calibration.
    lang
        ``zh`` or ``en``, of the comments.

    Returns
    -------
    str
        All classes, conditions and hours, each with what it stands on; surfaces where they are not as by
        default.
    """
    head = [
        f"emergency-coverage {__version__}, {words.title_text(calibration, lang)}",
        pick(lang, f"来源：{calibration.source}", f"source: {calibration.source}"),
        *words.headline(calibration, lang),
        words.use_text(lang),
    ]
    parts = ["".join(f"# {wording.one_line(line)}\n" for line in head)]
    parts.append(_class_part(calibration, lang))
    for name in _KEPT:
        own: Mapping[str, float] = getattr(calibration.after, name)
        if dict(own) != dict(getattr(DEFAULT_SPEEDS, name)):
            parts.append(f"[{name}]\n" + "".join(f"{_key(key)} = {value:g}\n" for key, value in own.items()))
    parts += [_condition_part(calibration, lang), _hour_part(calibration, lang)]
    return "\n".join(parts)


def _class_part(calibration: Calibration, lang: Lang) -> str:
    lines = [
        f"# {pick(lang, '公里/小时，行车条件系数为1时', 'km/h, where the factor of the condition is 1')}"
    ]
    lines.append("[class_kph]")
    for row in calibration.classes.to_dict("records"):
        basis = words.basis_text(is_measured=row["is_measured"], n_trips=row["n_trips"], lang=lang)
        told = f"{row['low_kph']:.1f}-{row['high_kph']:.1f} (95 %), " if row["is_measured"] else ""
        trips = (
            pick(lang, f"{row['n_trips']}次出车", f"{row['n_trips']} trips") + ", " if row["n_trips"] else ""
        )
        given = pick(lang, f"原为{row['before_kph']:g}", f"given {row['before_kph']:g}")
        lines.append(
            _line(f"{_key(row['highway'])} = {row['after_kph']:.1f}", f"{told}{trips}{basis}; {given}")
        )
    return "\n".join(lines) + "\n"


def _condition_part(calibration: Calibration, lang: Lang) -> str:
    lines = ["[conditions]"]
    rows = {row["condition"]: row for row in calibration.hours.to_dict("records")}
    for name, factor in calibration.after.conditions.items():
        row = rows.get(name)
        if row is None:
            comment = pick(lang, "未校准，保持原值", "not calibrated: as given")
        else:
            held = row["low"] == row["high"]
            comment = words.hour_basis_text(is_measured=row["is_measured"], is_held=held, lang=lang)
            if row["is_measured"] and not held:
                comment = f"{row['low']:.2f}-{row['high']:.2f} (95 %), {comment}"
        lines.append(_line(f"{_key(name)} = {factor:g}", comment))
    return "\n".join(lines) + "\n"


def _hour_part(calibration: Calibration, lang: Lang) -> str:
    lines = ["[hours]"]
    for row in calibration.hours.to_dict("records"):
        n = row["n_trips"]
        lines.append(
            _line(
                f"{_text(row['hours'])} = {_text(row['condition'])}", pick(lang, f"{n}次出车", f"{n} trips")
            )
        )
    return "\n".join(lines) + "\n"


def _line(entry: str, comment: str) -> str:
    return f"{entry:<24} # {wording.one_line(comment)}"


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _text(text)


def _text(text: str) -> str:
    """Write a basic string; the escapes of JSON are those of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
