"""Where the ambulances are and what they do, from a file that a dispatch centre keeps writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage.dispatch.units import VehicleReport
from coverage.errors import CrsError, SourceError
from coverage.inputs.facility_names import FacilityNames
from coverage.inputs.moments import read_moment, zone_of
from coverage.sources.coordinates import convert, parse_system, undeclared
from coverage.sources.osm_tags import plain_name
from coverage.sources.point_rows import raw_points
from coverage.sources.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from numpy.typing import NDArray

    from coverage.dispatch.units import UnitState
    from coverage.sources.layer_file import LayerFile
    from coverage.sources.tables import Table
    from coverage.study_area import StudyArea

_LAYER = "vehicles"
_ANY_DAY = "2000-01-01"
_WORDS: Mapping[UnitState, tuple[str, ...]] = {
    "idle": (
        *("idle", "available", "free", "ready", "standby", "stand by", "at station", "in station", "at base"),
        *(
            "in quarters",
            "on call",
            "待命",
            "待命中",
            "站内待命",
            "在站待命",
            "在站",
            "在站值班",
            "空闲",
            "空闲中",
        ),
        *(
            "闲置",
            "可用",
            "可派",
            "可调派",
            "可调度",
            "待派",
            "待派车",
            "候命",
            "就绪",
            "值班",
            "值班中",
            "在岗",
        ),
        *("待班", "备班", "值守", "在院待命", "守候", "待出车", "无任务"),
    ),
    "returning": (
        *("returning", "return", "clear", "returning to base", "returning to station", "on the way back"),
        *("available on road", "返回", "返回中", "返回途中", "返程", "返程中", "返程途中", "返站", "返站中"),
        *(
            "返站途中",
            "回站",
            "回站中",
            "回站途中",
            "回程",
            "回程中",
            "归队",
            "途中待命",
            "任务完成",
            "任务结束",
        ),
        *("已完成", "完成任务", "空车返回", "空车返程", "返回待命"),
    ),
    "busy": (
        *("busy", "occupied", "unavailable", "dispatched", "assigned", "en route", "enroute", "responding"),
        *("on scene", "at scene", "transporting", "to hospital", "at hospital", "handover", "out of service"),
        *(
            "off duty",
            "任务中",
            "执行任务",
            "执行任务中",
            "执行中",
            "出车",
            "出车中",
            "出诊",
            "出诊中",
            "已派车",
        ),
        *("派车", "已派", "受命", "接受任务", "已接单", "前往现场", "赶往现场", "驶向现场", "去现场", "出发"),
        *(
            "到达现场",
            "已到现场",
            "现场",
            "现场救治",
            "现场抢救",
            "现场处置",
            "接到病人",
            "病人上车",
            "患者上车",
        ),
        *("接回", "转运", "转运中", "送院", "送院途中", "送往医院", "转送", "转送中", "返院", "返院途中"),
        *(
            "到达医院",
            "抵达医院",
            "到院",
            "交接",
            "交接中",
            "院内交接",
            "忙",
            "忙碌",
            "占用",
            "不可用",
            "停用",
        ),
        *("暂停", "暂停调用", "暂停服务", "维修", "维修中", "故障", "检修", "保养", "洗消", "消毒", "洗消中"),
        *("加油", "就餐", "下班", "休班", "未值班", "离线", "停班", "报停"),
    ),
}
_STATE_OF = {plain_name(word): state for state, words in _WORDS.items() for word in words}


def read_vehicles(file: LayerFile, area: StudyArea) -> tuple[VehicleReport, ...]:
    """
    Read reports of ambulances' positions.

    Every row becomes a report: what cannot be read in it is left empty, for whoever checks the reports to say
    so. Times without an offset from UTC are in the county's own clock.

    Parameters
    ----------
    file
        A table with the vehicle, its coordinates (or points), its state and the time of the report.
    area
        The county; a base may be named by a facility's id or name.

    Returns
    -------
    tuple of VehicleReport
        In the order of the file.

    Raises
    ------
    FileError, SourceError
        If the file cannot be read (it may be half written), lacks a column that is needed, or has no row.
    CrsError
        If the coordinate system is neither declared nor known.
    """
    table, _ = read_table(file, _LAYER)
    if not len(table):
        raise no_vehicle(table.name)
    lon, lat, is_swapped = _places(table)
    bases = FacilityNames(area.facilities)
    facility_ids = [*map(str, area.facilities["id"]), ""]
    zone = zone_of(area)
    cells = (table.texts(name).tolist() for name in ("id", "name", "state", "time", "date", "facility"))
    return tuple(
        VehicleReport(
            row=row,
            id=own,
            name=name or own,
            lon=x,
            lat=y,
            state=state_of(state),
            time=_iso(time, date, zone),
            facility_id=facility_ids[bases.find(base)],
            base="" if bases.find(base) >= 0 else base,
            flaw="swapped" if swapped else "no_date" if _lacks_date(time, date) else "",
        )
        for row, x, y, swapped, own, name, state, time, date, base in zip(
            table.row.tolist(), lon.tolist(), lat.tolist(), is_swapped.tolist(), *cells, strict=True
        )
    )


def no_vehicle(name: str) -> SourceError:
    """
    Give the error of a file that has headers at most.

    Parameters
    ----------
    name
        Of the file.
    """
    return SourceError(
        f"{name}: holds no vehicle: write a row for each ambulance below the headers",
        zh=f"{name}：文件里没有车辆：请在表头下为每辆救护车填写一行",
    )


def state_of(word: str) -> UnitState | str:
    """
    Tell what a vehicle does.

    Parameters
    ----------
    word
        As dispatch systems write it: ``待命``, ``返程``, ``任务中``, ``available``, ``en route`` …; what can
        neither be sent nor answers a call, as 维修, is busy.

    Returns
    -------
    str
        One of `coverage.dispatch.units.UNIT_STATES`; empty where the word says none.
    """
    return _STATE_OF.get(plain_name(word), "")


def _iso(text: str, day: str, zone: tzinfo | None) -> str:
    """Write a time with its offset from UTC; empty where there is none."""
    moment = read_moment(text, day) if text else None
    if moment is None or not moment.has_clock:
        return ""
    at = moment.at
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone) if zone else at.astimezone()).isoformat()


def _lacks_date(text: str, day: str) -> bool:
    """Tell whether a cell has the time of the day alone."""
    return bool(text) and not day and read_moment(text) is None and read_moment(text, _ANY_DAY) is not None


def _places(table: Table) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Give longitudes and latitudes in WGS84, NaN where there are none, and where they are swapped."""
    raw = raw_points(table)
    there = ~(raw.missing | raw.unreadable | raw.unusable) & np.isfinite(raw.x) & np.isfinite(raw.y)
    systems = np.full(len(table), table.system, dtype=object)
    if not table.file.crs and table.has("system"):
        words = table.texts("system")
        for word in set(words.tolist()) - {""}:
            systems[words == word] = _known(word)
    if (there & (systems == "")).any():
        raise undeclared(table.name, table.file.name)
    lon, lat = np.full(len(table), np.nan), np.full(len(table), np.nan)
    for system in set(systems[there].tolist()) - {"?"}:
        own = there & (systems == system)
        moved = convert(raw.x[own], raw.y[own], source=system)
        fits = (np.abs(moved.x) <= 180.0) & (np.abs(moved.y) <= 90.0)  # noqa: PLR2004 -- degrees of the Earth
        lon[own], lat[own] = np.where(fits, moved.x, np.nan), np.where(fits, moved.y, np.nan)
    # no latitude is above 90 degrees, and a metric system has no figures as small
    is_degrees = (np.abs(raw.x) <= 90.0) & (np.abs(raw.y) <= 180.0)  # noqa: PLR2004
    return lon, lat, there & is_degrees & (np.abs(raw.y) > 90.0)  # noqa: PLR2004


def _known(word: str) -> str:
    """Give the system that a cell names; ``?`` where it is none."""
    try:
        return parse_system(word)
    except CrsError:
        return "?"
