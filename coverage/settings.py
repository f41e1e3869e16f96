"""Promises and speed tables from TOML files, which a planner edits."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from coverage.errors import FileError, SpeedError, StandardError, system_reason
from coverage.routing.speeds import (
    DEFAULT_SPEEDS,
    OTHER_ROAD_CLASSES,
    SPEED_TABLES,
    SpeedTable,
    frozen_table,
)
from coverage.sources.table_words import centres_of
from coverage.standards import MINUTE_S, PROFILE_KEYS, CareStandard, ResponseStandard
from coverage.study_area import CENTRES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from coverage.standards import CareTarget, Centre

_CARE_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "target_min": "target_min",
        "scene_min": "scene_min",
        "source": "source",
        "时限分钟": "target_min",
        "现场分钟": "scene_min",
        "来源": "source",
    }
)
# TOML wants every name that is not ASCII in quotes, which nobody expects who writes Chinese
_BARE_CHINESE = re.compile(r"^([ \t]*\[?[ \t]*)([^\W\x00-\x7f][\w-]*)([ \t]*[\]=])", re.MULTILINE)


def read_profile(path: Path) -> ResponseStandard:
    """
    Read a promise; what the file does not name stays as in the national profile.

    Parameters
    ----------
    path
        Known keys are ``urban_min``, ``rural_min``, ``target_share``, ``handling_s``, ``turnout_s`` and
        ``clock``.

    Raises
    ------
    FileError
        If the file cannot be read or is no TOML.
    StandardError
        If it has an unknown key, a value that is no number, or figures no promise can have.
    """
    known: dict[str, Any] = {"profile": path.stem}
    for key, value in _read_toml(path).items():
        if key == "clock":
            known["clock"] = value
        elif key in PROFILE_KEYS and type(value) in (int, float):
            field, factor = PROFILE_KEYS[key]
            known[field] = _float(value) * factor
        elif key in PROFILE_KEYS:
            raise StandardError(
                f"{path}: {key} = {value!r} is no number: write a plain number, without quotes",
                zh=f"{path}：{key} = {value!r} 不是数字：请直接写数字，不加引号",
            )
        else:
            allowed = ", ".join([*PROFILE_KEYS, "clock"])
            raise StandardError(
                f"{path}: {key} is not understood: use {allowed}",
                zh=f"{path}：无法识别 {key}，可用的项为 {allowed}",
            )
    return ResponseStandard(**known)


def read_speeds(path: Path) -> SpeedTable:
    """
    Read a speed table; what the file does not name stays as in the default.

    Parameters
    ----------
    path
        Known tables are ``[class_kph]``, ``[surface]``, ``[smoothness]``, ``[tracktype]``, ``[conditions]``
        and ``[hours]``, which has a driving condition for spans of the day (``"07:00-09:00" = "peak"``).

    Raises
    ------
    FileError
        If the file cannot be read or is no TOML.
    SpeedError
        If it has an unknown table, a value that is no positive number, or hours that are none, overlap or
        have a condition that is not in the table.
    """
    merged: dict[str, Any] = {}
    for name, rows in _read_toml(path).items():
        if name == "hours":
            merged[name] = _hours(path, rows)
            continue
        if name not in SPEED_TABLES:
            tables = " ".join([*SPEED_TABLES, "hours"])
            raise SpeedError(
                f"{path}: unknown table [{name}]: use {tables}",
                zh=f"{path}：没有名为 [{name}] 的表，可用 {tables}",
            )
        if not isinstance(rows, dict) or not all(type(v) in (int, float) for v in rows.values()):
            raise SpeedError(
                f"{path}: [{name}] must hold numbers only", zh=f"{path}：[{name}] 中只能填写数字"
            )
        if name == "class_kph":
            _check_classes(path, rows)
        default: Mapping[str, float] = getattr(DEFAULT_SPEEDS, name)
        merged[name] = frozen_table({**default, **{k: _float(v) for k, v in rows.items()}})
    return replace(DEFAULT_SPEEDS, source=path.name, **merged)


def _hours(path: Path, rows: object) -> Mapping[str, str]:
    """Read which condition holds when."""
    if not isinstance(rows, dict) or not all(isinstance(value, str) for value in rows.values()):
        raise SpeedError(
            f'{path}: [hours] must hold lines such as "07:00-09:00" = "peak"',
            zh=f'{path}：[hours] 中应填写 "07:00-09:00" = "peak" 这样的内容',
        )
    return MappingProxyType(dict(rows))


def read_care(path: Path) -> CareStandard:
    """
    Read how soon patients are to be at a hospital; what the file does not name stays as in the default.

    Parameters
    ----------
    path
        A table for each of the five centres, ``[stroke]`` or ``[卒中]``, with ``target_min`` (call to door),
        ``scene_min`` (time on scene) and ``source``, or ``时限分钟``, ``现场分钟`` and ``来源``.

    Raises
    ------
    FileError
        If the file cannot be read or is no TOML.
    StandardError
        If a table is none of the five, or has an unknown key or figures no target can have.
    """
    targets = dict(CareStandard().targets)
    seen: set[str] = set()
    for name, rows in _read_toml(path, chinese=True).items():
        centre = _centre_of(path, name, rows)
        if centre in seen:
            raise StandardError(
                f"{path}: [{name}] stands for {centre} a second time: keep one table",
                zh=f"{path}：[{name}] 与前面的表重复，请只保留一个",
            )
        seen.add(centre)
        targets[centre] = _target(path, name, rows, targets[centre])
    return CareStandard(MappingProxyType(targets), path.stem)


def _centre_of(path: Path, name: str, rows: object) -> Centre:
    """Give the centre that a table is of."""
    if not isinstance(rows, dict):
        raise StandardError(
            f"{path}: {name} stands in no table: write it below the name of a centre, such as [stroke]",
            zh=f"{path}：{name} 不在任何中心之下，请写在中心名称之后，例如 [卒中]",
        )
    found, unknown = centres_of(name.replace("_", " ")) if name not in CENTRES else (name, ())
    if unknown or found not in CENTRES:
        raise StandardError(
            f"{path}: [{name}] is none of the five centres: use {', '.join(CENTRES)}",
            zh=f"{path}：[{name}] 不是五大中心之一，可用 胸痛、卒中、创伤、危重孕产妇、危重新生儿",
        )
    return found


def _target(path: Path, name: str, rows: Mapping[str, Any], usual: CareTarget) -> CareTarget:
    """Give a centre's target as its table changes it."""
    given: dict[str, Any] = {}
    for key, value in rows.items():
        field = _CARE_KEYS.get(key)
        if field is None or field in given:
            raise StandardError(
                f"{path}: [{name}] {key} is not understood or given twice: use target_min (时限分钟), "
                "scene_min (现场分钟), source (来源)",
                zh=f"{path}：[{name}] 中的 {key} 无法识别或重复，可用的项为 "
                "target_min（时限分钟）、scene_min（现场分钟）、source（来源）",
            )
        if (type(value) is not str) if field == "source" else (type(value) not in (int, float)):
            raise StandardError(
                f"{path}: [{name}] {key} = {value!r}: write minutes as plain numbers and a source in quotes",
                zh=f"{path}：[{name}] 中 {key} = {value!r} 有误：分钟直接写数字，来源写在引号内",
            )
        given[field] = value
    if "source" in given and len(given) == 1:
        raise StandardError(
            f"{path}: [{name}] has a source and no figure: add target_min, scene_min or both",
            zh=f"{path}：[{name}] 只有来源、没有数字：请补充时限分钟或现场分钟",
        )
    # a figure of the planner's own is of the planner's own source
    source = given.get("source", path.name)
    changed: dict[str, Any] = {}
    if "target_min" in given:
        changed |= {"target_s": _float(given["target_min"]) * MINUTE_S, "source": source}
    if "scene_min" in given:
        changed |= {"scene_s": _float(given["scene_min"]) * MINUTE_S, "scene_source": source}
    try:
        return replace(usual, **changed)
    except StandardError as error:
        raise StandardError(f"{path}: [{name}] {error}", zh=f"{path}：[{name}] {error.zh}") from error


def _check_classes(path: Path, rows: Mapping[str, float]) -> None:
    """Refuse a road class that OpenStreetMap has not: a slip of the pen must not pass for a change."""
    known = {*DEFAULT_SPEEDS.class_kph, *OTHER_ROAD_CLASSES}
    for name in rows:
        if name not in known:
            near = (difflib.get_close_matches(name, known, n=1) or ["residential"])[0]
            raise SpeedError(
                f"{path}: unknown road class {name} in [class_kph]; did you mean {near}?",
                zh=f"{path}：[class_kph] 中没有道路等级 {name}，是否指 {near}？",
            )


def _float(value: float) -> float:
    """Give a number as a float; one too large for it becomes infinite, which every check refuses."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _read_toml(path: Path, *, chinese: bool = False) -> dict[str, Any]:
    """Read a file as TOML; where `chinese`, names in Chinese need no quotes."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(_BARE_CHINESE.sub(r'\1"\2"\3', text) if chinese else text)
    except OSError as error:
        reason, reason_zh = system_reason(error)
        raise FileError(
            f"{path}: {reason}: give a file that exists and can be read",
            zh=f"{path}：无法读取（{reason_zh or reason}），请检查文件",
        ) from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise FileError(
            f"{path} is not TOML ({error}): the README has an example",
            zh=f"{path} 不是有效的TOML文件（{error}），示例见README",
        ) from error
