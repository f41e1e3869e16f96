"""Promises and speed tables from TOML files, which a planner edits."""

from __future__ import annotations

import difflib
import math
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from coverage.errors import FileError, SpeedError, StandardError, system_reason
from coverage.routing.speeds import (
    DEFAULT_SPEEDS,
    OTHER_ROAD_CLASSES,
    SPEED_TABLES,
    SpeedTable,
    frozen_table,
)
from coverage.standards import PROFILE_KEYS, ResponseStandard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
        Known tables are ``[class_kph]``, ``[surface]``, ``[smoothness]``, ``[tracktype]``, ``[conditions]``.

    Raises
    ------
    FileError
        If the file cannot be read or is no TOML.
    SpeedError
        If it has an unknown table, or a value that is no positive number.
    """
    merged: dict[str, Any] = {}
    for name, rows in _read_toml(path).items():
        if name not in SPEED_TABLES:
            tables = " ".join(SPEED_TABLES)
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


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
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
