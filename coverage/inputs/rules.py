"""The rules of a simulated year as a planner writes them: a TOML file, with the line of every mistake."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from coverage.duty_hours import normal_hours
from coverage.errors import OptionError, SimulationError, SpeedError
from coverage.options.option_file import located, read_text, read_toml
from coverage.options.option_tables import Table, number_of, shown
from coverage.options.shapes import Shapes, system_of
from coverage.options.toml_lines import toml_lines
from coverage.simulation import HOURS_OF_WEEK, Duration, Priority, Rules, Shift, Standby
from coverage.sources.table_words import centres_of
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from coverage.options.toml_lines import Place
    from coverage.routing.speeds import SpeedTable
    from coverage.simulation import DispatchRule, Law
    from coverage.standards import Centre

Known = TypeVar("Known", bound=str)
_HEAD = ("crs", "calls", "times", "turnout", "transport", "dispatch", "priority", "standby", "shift")
_CALLS = ("days", "per_day", "hour_of_day", "day_of_week", "centres")
_TIMES = ("handling", "scene", "handover")
_TIME = ("mean_s", "mean_min", "law", "cv", "source")
_TRANSPORT = ("share",)
_DISPATCH = ("rule", "busy_share", "redirect", "wait")
_PRIORITY = ("name", "share", "condition", "transport_share")
_STANDBY = ("base", "name", "lon", "lat", "ambulances", "hours")
_SHIFT = ("base", "ambulances", "hours")
_FIELDS = {"turnout": "turnout_s", "priority": "priorities", "standby": "standby", "shift": "shifts"}
"""Field of `Rules` by the table that says it."""
_FIELDS_OF: Mapping[str, Mapping[str, str]] = {
    "calls": {
        "days": "days",
        "per_day": "calls_per_day",
        "hour_of_day": "hour_of_week",
        "day_of_week": "hour_of_week",
        "centres": "centre_shares",
    },
    "times": {name: name for name in _TIMES},
    "transport": {"share": "transport_share"},
    "dispatch": {"rule": "dispatch", "busy_share": "busy_share", "redirect": "redirect", "wait": "wait"},
}
"""The same of tables that say several, by the key in them."""
_HOURS, _DAYS = 24, 7
_WANTED = (
    "give a file of rules, as docs/logs/rules.toml is one",
    "请给出规则文件（示例见 docs/logs/rules.toml）",
)
_LAWS: Mapping[str, Law] = {
    "fixed": "fixed",
    "exponential": "exponential",
    "lognormal": "lognormal",
    "gamma": "gamma",
    "固定": "fixed",
    "指数": "exponential",
    "对数正态": "lognormal",
    "伽马": "gamma",
}
_RULES: Mapping[str, DispatchRule] = {
    "nearest": "nearest",
    "preparedness": "preparedness",
    "就近": "nearest",
    "兼顾备勤": "preparedness",
}


@dataclass(frozen=True)
class RulesFile:
    """
    The rules as a planner wrote them.

    Parameters
    ----------
    rules
        What they say; bases may still be called by their names.
    path
        The file.
    lines
        Line number by place in the file.
    has_places
        Whether it gives coordinates without saying of which system they are.
    """

    rules: Rules
    path: Path
    lines: Mapping[Place, int]
    has_places: bool


def read_rules(path: Path) -> RulesFile:
    """
    Read the rules of a simulated year; what the file does not name stays as in `Rules`.

    Parameters
    ----------
    path
        TOML in UTF-8; `docs/simulating.md` says what it may hold.

    Returns
    -------
    RulesFile
        Standby places are WGS84.

    Raises
    ------
    FileError
        If there is no such file, or it cannot be read.
    OptionError
        If these are no rules; its line begins with the file and the line number.
    """
    text = read_text(path, wanted=_WANTED, least=_WANTED)
    tree, lines = read_toml(text, path), toml_lines(text)
    with located(path, lines):
        head = Table(tree)
        head.allow(_HEAD)
        rules = _rules(head, path)
    keys = {place[-1] for place in lines}
    return RulesFile(rules, path, lines, "lon" in keys and ("crs",) not in lines)


def check_rules(file: RulesFile, names: Mapping[str, str], speeds: SpeedTable) -> Rules:
    """
    Put ids where the rules call a base by its name, and see that one can drive as they say.

    Parameters
    ----------
    file
        As `read_rules` gives it.
    names
        Name of every facility by its id, those that an option opens among them.
    speeds
        The speed table.

    Raises
    ------
    OptionError
        If a base is none of them, a name is that of several, or the table has no such driving condition; its
        line begins with the file and the line.
    """
    rules = file.rules
    with located(file.path, file.lines):
        for i, priority in enumerate(rules.priorities):
            _check_condition(priority.condition, speeds, ("priority", i, "condition"))
        return replace(
            rules,
            standby=tuple(
                replace(item, facility_id=_base_id(item.facility_id, names, ("standby", i, "base")))
                for i, item in enumerate(rules.standby)
            ),
            shifts=tuple(
                replace(item, facility_id=_base_id(item.facility_id, names, ("shift", i, "base")))
                for i, item in enumerate(rules.shifts)
            ),
        )


def _check_condition(condition: str, speeds: SpeedTable, place: Place) -> None:
    """Refuse a driving condition that the speed table has not."""
    if condition:
        try:
            speeds.factor(condition)
        except SpeedError as error:
            raise OptionError(str(error), zh=error.zh, place=place) from error


def _base_id(word: str, names: Mapping[str, str], place: Place) -> str:
    """Give the id that a word stands for."""
    if word in names:
        return word
    ids = [facility_id for facility_id, name in names.items() if name == word]
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise OptionError(
            f'base = "{word}": {len(ids)} facilities bear this name: use the id of the one meant, '
            f"{', '.join(ids[:5])}",
            zh=f'base = "{word}"：有{len(ids)}处同名设施，请改填编号（{"、".join(ids[:5])}）',
            place=place,
        )
    raise OptionError(
        f'base = "{word}" is no facility of this county: use an id or a name of its facilities',
        zh=f'base = "{word}" 不是本县的设施：请填写设施的编号或名称',
        place=place,
    )


def _rules(head: Table, path: Path) -> Rules:
    """Read every table of the file."""
    usual = Rules()
    shapes = Shapes(system_of(head), path.parent)
    calls, times = head.table("calls"), head.table("times")
    transport, dispatch = head.table("transport"), head.table("dispatch")
    calls.allow(_CALLS)
    times.allow(_TIMES)
    transport.allow(_TRANSPORT)
    dispatch.allow(_DISPATCH)
    given: dict[str, Any] = {
        "days": _above_zero(calls, "days", usual.days),
        "calls_per_day": _above_zero(calls, "per_day", usual.calls_per_day),
        "hour_of_week": _hour_of_week(calls),
        "centre_shares": _centre_shares(calls.table("centres")),
        "handling": _duration(times, "handling", usual.handling),
        "scene": _duration(times, "scene", usual.scene),
        "handover": _duration(times, "handover", usual.handover),
        "turnout_s": _turnout(head.table("turnout")),
        "transport_share": _share(transport, "share", usual.transport_share),
        "dispatch": _word(dispatch, "rule", _RULES, usual.dispatch),
        "busy_share": _share(dispatch, "busy_share", usual.busy_share),
        "redirect": dispatch.flag("redirect") if "redirect" in dispatch.rows else usual.redirect,
        "wait": dispatch.flag("wait") if "wait" in dispatch.rows else usual.wait,
        "priorities": tuple(_priority(table) for table in head.tables("priority")) or usual.priorities,
        "standby": tuple(_standby(table, shapes) for table in head.tables("standby")),
        "shifts": tuple(_shift(table) for table in head.tables("shift")),
        "sources": MappingProxyType(dict.fromkeys(_fields_given(head), path.name)),
    }
    try:
        return replace(usual, **given)
    except SimulationError as error:
        raise head.error(str(error), error.zh) from error


def _fields_given(head: Table) -> list[str]:
    """Name the fields of `Rules` that the file says something of."""
    given = [_FIELDS[key] for key in head.rows if key in _FIELDS]
    for key, fields in _FIELDS_OF.items():
        if key in head.rows:
            given += [fields[inner] for inner in head.table(key).rows if inner in fields]
    return given


def _above_zero(table: Table, key: str, usual: float) -> float:
    value = table.number(key, usual)
    if value <= 0:
        raise table.error(
            f"{key} = {value:g}: give a number above 0", f"{key} = {value:g}：请给出大于0的数", key
        )
    return value


def _hour_of_week(calls: Table) -> tuple[float, ...]:
    """Give 168 weights from those of the hours of a day and of the days of a week; none where neither is."""
    hours = _weights(calls, "hour_of_day", _HOURS)
    days = _weights(calls, "day_of_week", _DAYS)
    if not hours and not days:
        return ()
    every = tuple(day * hour for day in (days or (1.0,) * _DAYS) for hour in (hours or (1.0,) * _HOURS))
    return every if len(every) == HOURS_OF_WEEK else ()


def _weights(table: Table, key: str, n: int) -> tuple[float, ...]:
    """Give a list of so many weights, none of them negative and not all 0; empty where the key is missing."""
    if key not in table.rows:
        return ()
    value = table.rows[key]
    if not isinstance(value, list):
        raise table.no_list(key, "[1.0, 1.2, …]")
    if len(value) != n:
        raise table.error(
            f"{key} has {len(value)} numbers: give {n}", f"{key} 有{len(value)}个数，应为{n}个", key
        )
    weights = tuple(number_of(item, table, key, i) for i, item in enumerate(value))
    wrong = [i for i, weight in enumerate(weights) if weight < 0]
    if wrong or not sum(weights) > 0:
        raise table.error(
            f"{key}: weights are 0 or more, and not all 0",
            f"{key}：权重不能为负，也不能全为0",
            *((key, wrong[0]) if wrong else (key,)),
        )
    return weights


def _centre_shares(table: Table) -> Mapping[Centre, float]:
    """Give the share of calls that need each centre."""
    shares: dict[Centre, float] = {}
    for key in table.rows:
        known, unknown = centres_of(key)
        if unknown or not known or ";" in known:
            raise table.error(
                f"{key} is none of the five centres: use chest_pain, stroke, trauma, maternal, newborn",
                f"{key} 不是五大中心之一：可写胸痛、卒中、创伤、危重孕产妇、危重新生儿",
                key,
            )
        centre = cast("Centre", known)
        if centre in shares:
            raise table.error(
                f"{key} stands twice under two names: leave one out", f"{key} 重复，请删去一个", key
            )
        shares[centre] = _share(table, key)
    if sum(shares.values()) > 1 + 1e-9:
        total = sum(shares.values())
        raise table.error(
            f"the centres' shares add up to {total:g}: they are shares of all calls, 1 at most",
            f"各病种占比合计为{total:g}：占全部呼救的比例合计不能超过1",
        )
    return MappingProxyType(shares)


def _share(table: Table, key: str, default: float = math.nan) -> float:
    value = table.number(key, default)
    if key in table.rows and not 0 <= value <= 1:
        raise table.error(
            f"{key} = {value:g}: give a share from 0 to 1", f"{key} = {value:g}：请给出0到1之间的比例", key
        )
    return value


def _duration(times: Table, key: str, usual: Duration | None) -> Duration | None:
    """Read how long something takes: a law and its mean."""
    if key not in times.rows:
        return usual
    if not isinstance(times.rows[key], dict):
        raise times.error(
            f"{key} = {shown(times.rows[key])}: write {key} = {{ mean_min = 12 }}, minutes on average",
            f"{key} = {shown(times.rows[key])}：应写成 {key} = {{ mean_min = 12 }}（平均分钟数）",
            key,
        )
    table = times.table(key)
    table.allow(_TIME)
    has_s, has_min = "mean_s" in table.rows, "mean_min" in table.rows
    if has_s == has_min:
        raise table.error(
            f"{table.title} has {'both' if has_s else 'neither'} mean_s and mean_min: give one of them",
            f"{table.title} 应写 mean_s（秒）或 mean_min（分钟），且只写一个",
        )
    mean_key = "mean_s" if has_s else "mean_min"
    mean_s = table.number(mean_key) * (1.0 if has_s else MINUTE_S)
    law = _word(table, "law", _LAWS, "fixed")
    try:
        return Duration(mean_s, law, table.number("cv", 0.5), table.text("source"))
    except SimulationError as error:
        raise table.error(str(error), error.zh, mean_key if mean_s < 0 else "cv") from error


def _turnout(table: Table) -> Mapping[str, float]:
    """Read the turnout by hours of the day, seconds."""
    turnout: dict[str, float] = {}
    for key in table.rows:
        span = _hours(table, key, key)
        value = table.number(key)
        if value < 0:
            raise table.error(
                f'"{key}" = {value:g}: a turnout is 0 seconds or more',
                f'"{key}" = {value:g}：出车准备时间不能为负（秒）',
                key,
            )
        if span in turnout:
            raise table.error(f'"{key}" stands twice', f'"{key}" 重复', key)
        turnout[span] = value
    return MappingProxyType(turnout)


def _hours(table: Table, text: str, key: str) -> str:
    """Write hours the one way; empty for round the clock."""
    try:
        return normal_hours(text)
    except OptionError as error:
        raise table.error(str(error), error.zh, key) from error


def _word(table: Table, key: str, words: Mapping[str, Known], usual: Known) -> Known:
    """Read one of some words."""
    text = table.text(key).strip().lower()
    if not text:
        return usual
    if text not in words:
        raise table.error(
            f"{key} = {shown(text)}: use {', '.join(word for word in words if word.isascii())}",
            f"{key} = {shown(text)}：可写 {'、'.join(word for word in words if not word.isascii())}",
            key,
        )
    return words[text]


def _priority(table: Table) -> Priority:
    table.allow(_PRIORITY)
    name = table.needed_text(
        "name", 'write name = "…", as reports call it', '请写 name = "…"，即报告中的名称'
    )
    if "share" not in table.rows:
        raise table.error(
            f"{table.title} has no share: write share = 0.3, its part of all calls",
            f"{table.title} 缺少 share：请写占全部呼救的比例，如 share = 0.3",
        )
    return Priority(name, _share(table, "share"), table.text("condition"), _share(table, "transport_share"))


def _ambulances(table: Table) -> int:
    value = table.number("ambulances", 1.0)
    if value < 1 or value != int(value):
        raise table.error(
            f"ambulances = {value:g}: give a whole number, 1 or more",
            f"ambulances = {value:g}：请写不小于1的整数",
            "ambulances",
        )
    return int(value)


def _base(table: Table) -> str:
    return table.needed_text(
        "base", 'write base = "…", the id or name of a facility', '请写 base = "…"，即设施的编号或名称'
    )


def _standby(table: Table, shapes: Shapes) -> Standby:
    table.allow(_STANDBY)
    base, (lon, lat) = _base(table), shapes.place(table)
    if math.isnan(lon):
        raise table.error(
            f"{table.title} has no lon and lat: say where the ambulance waits",
            f"{table.title} 缺少 lon、lat：请写待命点的经纬度",
        )
    hours = _hours(table, table.text("hours"), "hours")
    return Standby(base, lon, lat, table.text("name"), _ambulances(table), hours)


def _shift(table: Table) -> Shift:
    table.allow(_SHIFT)
    hours = table.needed_text("hours", 'write hours = "08:00-20:00"', '请写 hours = "08:00-20:00"')
    return Shift(_base(table), _ambulances(table), _hours(table, hours, "hours"))
