"""One table of an option file: its keys, and the errors of those that are not as they should be."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coverage.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.options.toml_lines import Place

# what people write for a key that is called otherwise
_OTHER_WORDS = {
    "lng": "lon",
    "long": "lon",
    "longitude": "lon",
    "x": "lon",
    "latitude": "lat",
    "y": "lat",
    "title": "name",
    "type": "kind",
    "cost": "capital_wan",
    "cost_wan": "capital_wan",
    "capital": "capital_wan",
    "investment": "capital_wan",
    "yearly": "yearly_wan",
    "annual_wan": "yearly_wan",
    "saved_wan": "yearly_saved_wan",
    "yearly_save_wan": "yearly_saved_wan",
    "ambulance": "ambulances",
    "vehicles": "ambulances",
    "count": "ambulances",
    "facility": "id",
    "facility_id": "id",
    "coordinates": "line",
    "geometry": "line",
    "class": "highway",
    "maxspeed": "maxspeed_kph",
    "one_way": "oneway",
    "hour": "hours",
    "system": "crs",
    "comment": "note",
    "description": "note",
}
_MAX_SHOWN = 40


@dataclass(frozen=True)
class Table:
    """
    A table of an option file.

    Parameters
    ----------
    rows
        Its keys and values, as `tomllib` gives them.
    place
        Where in the file it stands.
    title
        How messages call it: ``[[open]]``; empty for the head of the file.
    """

    rows: Mapping[str, Any]
    place: Place = ()
    title: str = ""

    def error(self, message: str, zh: str, *more: str | int) -> OptionError:
        """Make the error of a key (or of something in its value), or of the table itself."""
        return OptionError(message, zh=zh, place=(*self.place, *more))

    def allow(self, keys: tuple[str, ...], elsewhere: Mapping[str, tuple[str, str]] | None = None) -> None:
        """
        Refuse keys that are not known.

        Parameters
        ----------
        keys
            Those that are.
        elsewhere
            What to do about some that others would take to be known here, in English and in Chinese.

        Raises
        ------
        OptionError
            If there is another one.
        """
        where, where_zh = (f" in {self.title}", f"{self.title} 中") if self.title else ("", "")
        for key in self.rows:
            if key in keys:
                continue
            if elsewhere and key in elsewhere:
                advice, advice_zh = elsewhere[key]
            else:
                other = _OTHER_WORDS.get(key.lower(), "")
                near = [other] if other in keys else difflib.get_close_matches(key.lower(), keys, n=1)
                advice = f"did you mean {near[0]}?" if near else f"use {', '.join(keys)}"
                advice_zh = f"是否指 {near[0]}？" if near else f"可用的项为 {'、'.join(keys)}"
            raise self.error(
                f"{key} is not understood{where}: {advice}", f"{where_zh}无法识别 {key}：{advice_zh}", key
            )

    def text(self, key: str, default: str = "") -> str:
        """Give a text, `default` where the key is missing."""
        value = self.rows.get(key, default)
        if isinstance(value, str):
            return value
        raise self.error(
            f'{key} = {shown(value)} is no text: put it in quotes, {key} = "…"',
            f'{key} = {shown(value)} 不是文字：请加英文引号，写成 {key} = "…"',
            key,
        )

    def needed_text(self, key: str, why: str, why_zh: str) -> str:
        """Give a text that must be there and say something."""
        text = self.text(key)
        if text.strip():
            return text
        there = key in self.rows
        where, where_zh = (f"{self.title} has", f"{self.title} ") if self.title else ("the file has", "")
        raise self.error(
            f"{key} is empty: {why}" if there else f"{where} no {key}: {why}",
            f"{key} 为空：{why_zh}" if there else f"{where_zh}缺少 {key}：{why_zh}",
            *([key] if there else []),
        )

    def number(self, key: str, default: float = math.nan) -> float:
        """Give a number, `default` where the key is missing."""
        return number_of(self.rows[key], self, key) if key in self.rows else default

    def flag(self, key: str) -> bool:
        """Give true or false, false where the key is missing."""
        value = self.rows.get(key, False)
        if isinstance(value, bool):
            return value
        raise self.error(
            f"{key} = {shown(value)}: write true or false, without quotes",
            f"{key} = {shown(value)}：请写 true 或 false，不加引号",
            key,
        )

    def whole_numbers(self, key: str) -> tuple[int, ...]:
        """Give a list of whole numbers, empty where the key is missing."""
        value = self.rows.get(key, [])
        if not isinstance(value, list):
            raise self.no_list(key, "[123, 456]")
        for i, item in enumerate(value):
            if type(item) is not int:
                raise self.error(
                    f"{key}: {shown(item)} is no whole number: write for instance {key} = [123, 456]",
                    f"{key}：{shown(item)} 不是整数，应写成 {key} = [123, 456]",
                    *(key, i),
                )
        return tuple(value)

    def no_list(self, key: str, example: str) -> OptionError:
        """Make the error of a value that is no list."""
        value = shown(self.rows[key])
        return self.error(
            f"{key} = {value} is no list: write for instance {key} = {example}",
            f"{key} = {value} 不是列表，应写成 {key} = {example}",
            key,
        )

    def table(self, key: str) -> Table:
        """Give a table inside this one, an empty one where the key is missing."""
        title = f"[{'.'.join([*self._name(), key])}]"
        value = self.rows.get(key, {})
        if isinstance(value, dict):
            return Table(value, (*self.place, key), title)
        raise self.error(
            f"{key} is a table of which there is one: write {title}",
            f"{key} 是单个的表：请写成 {title}",
            key,
        )

    def tables(self, key: str) -> list[Table]:
        """Give the tables of an array of tables, none where the key is missing."""
        title = f"[[{'.'.join([*self._name(), key])}]]"
        value = self.rows.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(
                f"{key} is a table that may repeat: write {title}, with two brackets on each side",
                f"{key} 是可以重复的表：请写成 {title}（两边各两个方括号）",
                key,
            )
        return [Table(item, (*self.place, key, i), title) for i, item in enumerate(value)]

    def _name(self) -> list[str]:
        return [part for part in self.place if isinstance(part, str)]


def number_of(value: object, table: Table, *place: str | int) -> float:
    """
    Give a finite number.

    Parameters
    ----------
    value
        As `tomllib` gives it.
    table, place
        Where it stands.

    Raises
    ------
    OptionError
        If it is in quotes, or no number.
    """
    key = place[0] if len(place) == 1 else ""
    start = f"{key} = " if key else ""
    if type(value) in (int, float):
        try:
            number = float(value)  # type: ignore[arg-type]
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
        raise table.error(
            f"{start}{shown(value)} is no number that can be: leave out what is not known",
            f"{start}{shown(value)} 不是有效的数字：未知的项请删去",
            *place,
        )
    if isinstance(value, str) and _is_number(value):
        plain = value.strip()
        raise table.error(
            f"{start}{shown(value)} is a number in quotes: write {start}{plain}",
            f"{start}{shown(value)}：数字不要加引号，应写成 {start}{plain}",
            *place,
        )
    raise table.error(
        f"{start}{shown(value)} is no number: write a plain number, without quotes",
        f"{start}{shown(value)} 不是数字：请直接写数字，不加引号",
        *place,
    )


def shown(value: object) -> str:
    """Show a value in a message as it stands in the file, if it is short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= _MAX_SHOWN else f'"{value[:_MAX_SHOWN]}…"'
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value[:2]))}{', …' if len(value) > 2 else ''}]"  # noqa: PLR2004
    if isinstance(value, float):
        return f"{value:.12g}"
    # a number of a hundred digits is a slip, and is not shown in full
    text = str(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
