"""An option from its file, and what becomes of it in a county."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from coverage.duty_hours import normal_hours
from coverage.errors import OptionError
from coverage.option import Change, Closing, Move, NewRoad, Opening, Option, RoadClosure, Roadworks
from coverage.options.checking import check_places, resolve_names
from coverage.options.option_file import OptionFile, located, read_text, read_toml
from coverage.options.option_tables import Table, number_of, shown
from coverage.options.shapes import Shapes, system_of
from coverage.options.toml_lines import toml_lines
from coverage.routing.speeds import DEFAULT_SPEEDS, SPEED_TABLES
from coverage.scenario import apply_option, opened_count
from coverage.sources.candidate_table import site_kind
from coverage.standards import PROFILE_KEYS
from coverage.study_area import FACILITY_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.routing.speeds import SpeedTable
    from coverage.study_area import StudyArea

_HEAD = ("name", "note", "crs", "open", "close", "move", "change", "standard", "speeds", "roads")
_OPEN = ("id", "name", "kind", "lon", "lat", "at", "ambulances", "hours", "capital_wan", "yearly_wan")
_CLOSE = ("id", "name", "capital_wan", "yearly_saved_wan")
_MOVE = ("id", "name", "lon", "lat", "to", "ambulances", "capital_wan", "yearly_wan")
_CHANGE = ("id", "name", "kind", "ambulances", "hours", "capital_wan", "yearly_wan", "yearly_saved_wan")
_CLOSED_ROAD = ("name", "polygon", "file", "ways", "edges")
_NEW_ROAD = ("name", "highway", "line", "oneway", "maxspeed_kph", "capital_wan", "yearly_wan")
# keys that many write below a table, where TOML takes them for keys of that table
_AT_HEAD: Mapping[str, tuple[str, str]] = {
    key: (
        f"it belongs at the head of the file, above the first table such as [[{table}]]",
        f"应写在文件开头、第一个表（如 [[{table}]]）之前",
    )
    for key, table in (("note", "open"), ("crs", "open"))
}
# tables of the rules of a simulated year
_OF_RULES: Mapping[str, tuple[str, str]] = dict.fromkeys(
    ("calls", "times", "turnout", "transport", "dispatch", "priority", "standby", "shift"),
    (
        "this is a file of rules: give it with coverage simulate --rules",
        "这是模拟规则文件，请用 coverage simulate --rules 给出",
    ),
)
_OTHER_PROMISE: Mapping[str, tuple[str, str]] = {
    "clock": (
        "both clocks are shown for every option; leave it out",
        "每个方案都会同时给出两种计时口径，请删去",
    )
}
# microseconds: minutes in decimals become the seconds that were meant
_SECOND_DIGITS = 6


def read_option(path: Path | str) -> OptionFile:
    """
    Read an option file.

    Parameters
    ----------
    path
        TOML in UTF-8; `docs/comparing.md` says what it may hold.

    Returns
    -------
    OptionFile
        Facilities may still be called by their names (`check_option` knows the ids); places are WGS84.

    Raises
    ------
    FileError
        If there is no such file, or it cannot be read.
    OptionError
        If it is no option; its line begins with the file and the line number.
    """
    path = Path(path)
    text = read_text(path)
    tree = read_toml(text, path)
    lines = toml_lines(text)
    with located(path, lines):
        option = _option(Table(tree), path)
    return OptionFile(option, text, path, lines)


def check_option(file: OptionFile, area: StudyArea, *, speeds: SpeedTable = DEFAULT_SPEEDS) -> Option:
    """
    See that an option fits a county, before anything is computed.

    Parameters
    ----------
    file
        As `read_option` gives it.
    area
        The study area as it is.
    speeds
        The speed table as it is: roads without a speed lead nowhere.

    Returns
    -------
    Option
        With the ids and names of the county's facilities, and the ambulances of what opens where the file
        does not say them (NaN only where no ambulance count is known in the whole county).

    Raises
    ------
    OptionError
        If it names no facility or more than one, does what cannot be done, or puts a facility outside the
        county and its surroundings or away from every road; its line begins with the file and the line.
    AssessmentError
        If the county itself has no ambulance.
    """
    with file.located():
        option = resolve_names(file.option, area)
        check_places(option, area, apply_option(area, option, speeds=speeds), speeds)
    opened = tuple(replace(item, ambulances=opened_count(area, option, item)) for item in option.open)
    return replace(option, open=opened)


def read_closures(path: Path | str) -> tuple[RoadClosure, ...]:
    """
    Read the closed roads of a file that holds nothing else of an option.

    Parameters
    ----------
    path
        TOML in UTF-8 with ``[[roads.close]]`` as in option files, and ``crs`` where its places are not WGS84.

    Raises
    ------
    FileError
        If there is no such file, or it cannot be read.
    OptionError
        If it closes nothing, or says anything else; its line begins with the file and the line number.
    """
    path = Path(path)
    text = read_text(path)
    tree = read_toml(text, path)
    with located(path, toml_lines(text)):
        head = Table(tree)
        head.allow(("name", "note", "crs", "roads"))
        roads = head.table("roads")
        roads.allow(("close",))
        tables = roads.tables("close")
        if not tables:
            raise OptionError(
                "no road is closed: write [[roads.close]] with polygon, ways or edges",
                zh="没有封闭任何道路：请写 [[roads.close]]，并给出 polygon、ways 或 edges",
            )
        shapes = Shapes(system_of(head), path.parent)
        return tuple(_closed_road(table, shapes) for table in tables)


def _option(head: Table, path: Path) -> Option:
    head.allow(_HEAD, _OF_RULES)
    shapes = Shapes(system_of(head), path.parent)
    stem = path.name.removesuffix(".toml").removesuffix(".option")
    return Option(
        name=head.needed_text(
            "name", 'write name = "…" at its head, as reports call the option',
            '请在文件开头写 name = "…"，即报告中的方案名称',
        ),
        note=head.text("note"),
        open=_openings(head.tables("open"), shapes, stem),
        close=tuple(_closing(table) for table in head.tables("close")),
        move=tuple(_move(table, shapes) for table in head.tables("move")),
        change=tuple(_change(table) for table in head.tables("change")),
        standard=_standard(head.table("standard")),
        speeds=_speeds(head.table("speeds")),
        roads=_roadworks(head.table("roads"), shapes),
    )  # fmt: skip


def _openings(tables: list[Table], shapes: Shapes, stem: str) -> tuple[Opening, ...]:
    """Read what opens; who gives no id gets the file's name and a number."""
    taken = {str(table.rows["id"]) for table in tables if "id" in table.rows}
    openings = []
    for n, table in enumerate(tables, start=1):
        table.allow(_OPEN, _AT_HEAD)
        own = f"{stem}-{n}"
        while own in taken:
            own += "_"
        name = table.needed_text("name", "write what it will be called", "请填写新设施的名称")
        lon, lat = shapes.place(table)
        openings.append(
            Opening(
                id=table.text("id", own),
                name=name,
                kind=_kind(table) or _no_kind(table),
                lon=lon,
                lat=lat,
                at=table.text("at"),
                ambulances=table.number("ambulances"),
                hours=_hours(table) or "",
                capital_wan=table.number("capital_wan"),
                yearly_wan=table.number("yearly_wan"),
            )
        )
    return tuple(openings)


def _closing(table: Table) -> Closing:
    table.allow(_CLOSE, _AT_HEAD)
    return Closing(
        id=_facility(table),
        name=table.text("name"),
        capital_wan=table.number("capital_wan"),
        yearly_saved_wan=table.number("yearly_saved_wan"),
    )


def _move(table: Table, shapes: Shapes) -> Move:
    table.allow(_MOVE, _AT_HEAD)
    lon, lat = shapes.place(table)
    return Move(
        id=_facility(table),
        name=table.text("name"),
        lon=lon,
        lat=lat,
        to=table.text("to"),
        ambulances=table.number("ambulances") if "ambulances" in table.rows else None,
        capital_wan=table.number("capital_wan"),
        yearly_wan=table.number("yearly_wan"),
    )


def _change(table: Table) -> Change:
    table.allow(_CHANGE, _AT_HEAD)
    return Change(
        id=_facility(table),
        name=table.text("name"),
        kind=_kind(table) or None,
        ambulances=table.number("ambulances") if "ambulances" in table.rows else None,
        hours=_hours(table),
        capital_wan=table.number("capital_wan"),
        yearly_wan=table.number("yearly_wan"),
        yearly_saved_wan=table.number("yearly_saved_wan"),
    )


def _facility(table: Table) -> str:
    return table.needed_text(
        "id",
        'write id = "…", the id of a facility, or its full name',
        '请写 id = "…"，填写现有设施的编号或全称',
    )


def _kind(table: Table) -> str:
    """Give the kind of a facility, empty where the key is missing."""
    word = table.text("kind")
    kind = word if word in FACILITY_KINDS else site_kind(word)
    if "kind" in table.rows and not kind:
        raise table.error(
            f"kind = {shown(word)} is not known: use {', '.join(FACILITY_KINDS)}",
            f"类型 kind = {shown(word)} 无法识别：可写急救站、医院、县域医疗次中心、卫生院、卫生室",
            "kind",
        )
    return kind


def _no_kind(table: Table) -> str:
    raise table.error(
        f'{table.title} has no kind: write kind = "ambulance_station", or another of '
        f"{', '.join(FACILITY_KINDS)}",
        f'{table.title} 缺少 kind：请写 kind = "急救站"，也可写医院、县域医疗次中心、卫生院、卫生室',
    )


def _hours(table: Table) -> str | None:
    """Give hours of duty, None where the key is missing."""
    if "hours" not in table.rows:
        return None
    try:
        return normal_hours(table.text("hours"))
    except OptionError as error:
        raise error if error.place else table.error(str(error), error.zh, "hours") from error


def _standard(table: Table) -> Mapping[str, float]:
    table.allow(tuple(PROFILE_KEYS), _OTHER_PROMISE)
    figures = {}
    for key in table.rows:
        field, factor = PROFILE_KEYS[key]
        figures[field] = (
            round(table.number(key) * factor, _SECOND_DIGITS) if factor != 1 else table.number(key)
        )
    return MappingProxyType(figures)


def _speeds(table: Table) -> Mapping[str, Mapping[str, float]]:
    table.allow(SPEED_TABLES)
    figures = {}
    for name in table.rows:
        rows = table.table(name)
        figures[name] = MappingProxyType({key: number_of(rows.rows[key], rows, key) for key in rows.rows})
    return MappingProxyType(figures)


def _roadworks(table: Table, shapes: Shapes) -> Roadworks:
    table.allow(("close", "new"))
    return Roadworks(
        close=tuple(_closed_road(row, shapes) for row in table.tables("close")),
        new=tuple(_new_road(row, shapes) for row in table.tables("new")),
    )


def _closed_road(table: Table, shapes: Shapes) -> RoadClosure:
    table.allow(_CLOSED_ROAD, _AT_HEAD)
    return RoadClosure(
        name=table.text("name"),
        polygon=shapes.polygon(table),
        ways=table.whole_numbers("ways"),
        edges=_edges(table),
    )


def _edges(table: Table) -> tuple[tuple[int, int], ...]:
    value = table.rows.get("edges", [])
    if not isinstance(value, list):
        raise table.no_list("edges", "[[12, 34]]")
    for i, pair in enumerate(value):
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)):  # noqa: PLR2004
            raise table.error(
                f"edges: {shown(pair)} is no pair of node ids: write for instance edges = [[12, 34]]",
                f"edges：{shown(pair)} 不是一对节点编号，应写成 edges = [[12, 34]]",
                *("edges", i),
            )
    return tuple((u, v) for u, v in value)


def _new_road(table: Table, shapes: Shapes) -> NewRoad:
    table.allow(_NEW_ROAD, _AT_HEAD)
    return NewRoad(
        name=table.needed_text("name", "write what it will be called", "请填写新建道路的名称"),
        highway=table.needed_text(
            "highway",
            'write its class, such as highway = "secondary"',
            '请填写道路等级，例如 highway = "secondary"（省道）',
        ),
        line=shapes.line(table),
        oneway=table.flag("oneway"),
        maxspeed_kph=table.number("maxspeed_kph"),
        capital_wan=table.number("capital_wan"),
        yearly_wan=table.number("yearly_wan"),
    )
