"""A commented option file to start from, with the county's own facilities and places in its examples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from coverage.errors import FileError
from coverage.files import cannot_write, whole_file
from coverage.options.examples import Examples, examples_of, is_base
from coverage.options.writing import comment_text, toml_value
from coverage.study_area import WGS84
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from coverage.study_area import StudyArea

    Row = tuple[str, object] | tuple[str, object, str, str]

Lang = Literal["zh", "en"]
_KINDS: Mapping[str, tuple[str, str]] = {
    "hospital": ("医院", "hospital"),
    "ambulance_station": ("急救站", "ambulance_station"),
    "subcentre": ("县域医疗次中心", "subcentre"),
    "health_centre": ("卫生院", "health_centre"),
    "clinic": ("卫生室", "clinic"),
}


def write_starting_file(area: StudyArea, path: Path, *, lang: Lang) -> None:
    """
    Write a file to start an option from.

    Parameters
    ----------
    area
        The study area.
    path
        The file; one that is there is left alone.
    lang
        Of its comments.

    Raises
    ------
    FileError
        If there is such a file already, or it cannot be written.
    """
    if path.exists():
        raise FileError(
            f"{path} is there already and may hold an option: give another name with --out",
            zh=f"{path} 已存在，可能已填写内容：请用 --out 换一个文件名",
        )
    text = starting_text(area, lang=lang, file_name=path.name)
    with whole_file(path) as temporary:
        try:
            temporary.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise cannot_write(path, error) from error


def free_name(path: Path) -> Path:
    """
    Give a file's name, or the next one with a number that no file has.

    Parameters
    ----------
    path
        Such as ``linxiang.option.toml``, after which come ``linxiang-2.option.toml`` and so on.
    """
    stem, _, ending = path.name.partition(".")
    free, n = path, 2
    while free.exists():
        free, n = path.with_name(f"{stem}-{n}.{ending}"), n + 1
    return free


def starting_text(area: StudyArea, *, lang: Lang, file_name: str) -> str:
    """
    Give a file to start an option from: it does nothing until lines of it are uncommented.

    Parameters
    ----------
    area
        The study area.
    lang
        Of its comments.
    file_name
        As it will be called.

    Returns
    -------
    str
        Lines that begin with ``#`` and no blank are examples, each of them valid without that mark.
    """
    say = _Speaker(lang)
    about = examples_of(area)
    county = area.county
    tables = [
        _head(say, county.title(lang), county.stem, file_name),
        _opening(say, about),
        _closing(say, about, area.facilities),
        _moves(say, about, area.facilities),
        _changing(say, about, area.facilities),
        _figures(say),
        _roads(say, about),
        _facilities(say, area.facilities),
    ]
    return "\n".join(text for text in tables if text)


class _Speaker:
    """Chooses between Chinese and English, and writes comments and examples."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def __call__(self, zh: str, en: str) -> str:
        """Give a text in the file's language."""
        return zh if self.lang == "zh" else en

    def kind(self, kind: str) -> str:
        """Give a kind of facilities as a file of this language has it."""
        return _KINDS[kind][self.lang != "zh"]

    def comment(self, zh: str, en: str) -> str:
        """Give lines of comment."""
        return "".join(f"# {comment_text(line)}\n" for line in self(zh, en).split("\n"))

    def example(self, heading: str, *rows: Row) -> str:
        """Give a table that does nothing yet; a row may have a remark in Chinese and English."""
        lines = [f"#[[{heading}]]" if heading in _REPEATED else f"#[{heading}]"]
        for key, value, *remark in rows:
            line = f"#{key} = {toml_value(value)}"
            lines.append(f"{line}  # {comment_text(self(*remark))}" if remark else line)
        return "\n".join(lines) + "\n"


_REPEATED = ("open", "close", "move", "change", "roads.close", "roads.new")


def _head(say: _Speaker, title: str, stem: str, file_name: str) -> str:
    run = f"coverage compare --county {stem} --option {file_name}"
    return (
        say.comment(
            f"{title}的选址方案（emergency-coverage {__version__} 生成）\n"
            "\n"
            "填写方法：去掉所需各行行首的 #，改成实际内容，以UTF-8编码保存。行首仍有 # 的行不起作用。\n"
            "同一种表可以写多个。费用单位为万元；不知道的费用删去该行，免费写 0。\n"
            "现有设施可填编号，也可填全称（不重名时）；编号见文件末尾。\n"
            f"写好后运行：{run}",
            f"A siting option for {title} (made by emergency-coverage {__version__})\n"
            "\n"
            "Remove the # at the beginning of the lines you need, change them, and save the file as UTF-8.\n"
            "Lines that still begin with # do nothing. A table may be repeated.\n"
            "Costs are in 万元 (10,000 yuan); remove one that is not known, write 0 where it is free.\n"
            "Call a facility by its id, or by its full name where only one bears it; see the end.\n"
            f"Then run: {run}",
        )
        + f"\nname = {toml_value(say('新方案', 'New option'))}\n"
        + 'note = ""\n'
        + 'crs = "wgs84"'
        + say(
            "  # 本文件坐标的坐标系：wgs84（GPS）、gcj02（高德、腾讯）、bd09（百度）、cgcs2000（天地图）\n",
            "  # of all coordinates here: wgs84 (GPS), gcj02 (AMap), bd09 (Baidu), cgcs2000 (Tianditu)\n",
        )
    )


def _opening(say: _Speaker, about: Examples) -> str:
    site = about.site
    name = (
        say(f"{site.name}急救站", f"{site.name} ambulance station")
        if site.name
        else say("新急救站", "New station")
    )
    return say.comment(
        '新建：设在现有设施内的，用 at = "编号" 代替 lon、lat',
        'What opens; in an existing facility, write at = "id" in place of lon and lat',
    ) + say.example(
        "open",
        ("name", name),
        ("kind", say.kind("ambulance_station"), "也可写医院、县域医疗次中心、卫生院、卫生室",
         "or hospital, subcentre, health_centre, clinic"),
        ("lon", site.lon, "经度在前", "longitude comes first"),
        ("lat", site.lat),
        ("ambulances", 1),
        ("hours", "08:00-20:00", "值班时段；全天值守则删去该行", "on duty; remove it for round the clock"),
        ("capital_wan", 300, "建设费用，万元", "cost of building, 万元"),
        ("yearly_wan", 60, "每年运行费用，万元", "cost of a year, 万元"),
    )  # fmt: skip


def _closing(say: _Speaker, about: Examples, facilities: pd.DataFrame) -> str:
    if about.leaver < 0:
        return ""
    return say.comment(
        "撤销：其救护车不再计入；要保留的，请在接收设施的 [[change]] 中写明救护车总数",
        "What closes; its ambulances are gone, unless a [[change]] says that another facility has more",
    ) + say.example(
        "close",
        _facility(facilities, about.leaver),
        ("capital_wan", 0),
        ("yearly_saved_wan", 40, "每年节省的运行费用，万元", "what a year of it costs today, 万元"),
    )


def _moves(say: _Speaker, about: Examples, facilities: pd.DataFrame) -> str:
    texts = []
    if about.donor >= 0:
        name = str(facilities["name"].iloc[about.receiver])
        counted: list[Row] = [
            ("ambulances", 1, "调出几辆；全部调出则删去该行", "how many; remove it for all")
        ]
        # of a number that nobody knows, only all can move
        is_counted = math.isfinite(facilities["ambulances"].iloc[about.donor])
        texts.append(
            say.comment("救护车调往另一处设施", "Ambulances that move to another facility")
            + say.example(
                "move",
                _facility(facilities, about.donor),
                ("to", str(facilities["id"].iloc[about.receiver]), name, name),
                *(counted if is_counted else []),
                ("capital_wan", 0),
                ("yearly_wan", 0),
            )
        )
    if about.mover >= 0:
        lon, lat = about.new_place
        texts.append(
            say.comment(
                "设施整体迁址（救护车随迁）", "A facility that moves with its ambulances to another place"
            )
            + say.example(
                "move",
                _facility(facilities, about.mover),
                ("lon", lon),
                ("lat", lat),
                ("capital_wan", 500),
                ("yearly_wan", 0),
            )
        )
    return "\n".join(texts)


def _changing(say: _Speaker, about: Examples, facilities: pd.DataFrame) -> str:
    row = max(about.receiver, 0)
    kind = str(facilities["kind"].iloc[row])
    # where no ambulance is counted, a hospital or station counts as a base by its kind
    if kind != "hospital" and not is_base(facilities)[row]:
        kind = "subcentre"
    return say.comment(
        "调整：类型、救护车总数（ambulances）或值班时段，写需要改的即可",
        "What stays and becomes something else: kind, ambulances (how many it then has) or hours",
    ) + say.example(
        "change",
        _facility(facilities, row),
        ("kind", say.kind(kind)),
        ("hours", "08:00-20:00", '全天值守写 ""', 'round the clock: ""'),
        ("capital_wan", 600),
        ("yearly_wan", 80),
    )


def _figures(say: _Speaker) -> str:
    return (
        say.comment(
            "本方案的标准（不写则沿用命令中的标准）：还有 urban_min、rural_min、target_share",
            "The promise with this option, where it is another: also urban_min, rural_min, target_share",
        )
        + say.example(
            "standard",
            ("handling_s", 60, "接警受理，秒", "call handling, seconds"),
            ("turnout_s", 60, "出车准备，秒", "turnout, seconds"),
        )
        + "\n"
        + say.comment("本方案的车速，公里/小时", "Speeds with this option, km/h")
        + say.example("speeds.class_kph", ("secondary", 55, "省道", "by class of OpenStreetMap"))
    )


def _roads(say: _Speaker, about: Examples) -> str:
    closed = about.road_name or say("积水路段", "flooded section")
    text = say.comment(
        '封闭道路：多边形内的路段；也可写 file = "范围.geojson"、ways = [道路编号] 或 edges = [[节点, 节点]]',
        'Roads that are closed: inside a polygon; or file = "area.geojson", ways = [ids] or edges = [[u, v]]',
    ) + say.example("roads.close", ("name", closed), ("polygon", about.closed))
    if not about.new_road:
        return text
    return (
        text
        + "\n"
        + say.comment(
            "新建道路：两端接到现有道路（100米以内）",
            "A road that is built: its ends are within 100 m of existing roads",
        )
        + say.example(
            "roads.new",
            ("name", say("新建连接线", "new link road")),
            ("highway", "secondary", "道路等级：primary 国道、secondary 省道、tertiary 县道",
             "its class, as OpenStreetMap has it"),
            ("line", about.new_road),
            ("capital_wan", 5000),
            ("yearly_wan", 20),
        )
    )  # fmt: skip


def _facility(facilities: pd.DataFrame, row: int) -> Row:
    """Give the row that names a facility."""
    name = str(facilities["name"].iloc[row])
    return ("id", str(facilities["id"].iloc[row]), name, name)


def _facilities(say: _Speaker, facilities: gpd.GeoDataFrame) -> str:
    """List what there is, as comments."""
    text = say.comment(
        f"现有设施（{len(facilities)}处）：编号  名称  类型  救护车  经度  纬度（WGS84）",
        f"The county's facilities ({len(facilities)}): id  name  kind  ambulances  lon  lat (WGS84)",
    )
    places = facilities.geometry.to_crs(WGS84)
    for facility_id, name, kind, n, place in zip(
        facilities["id"],
        facilities["name"],
        facilities["kind"],
        facilities["ambulances"],
        places,
        strict=True,
    ):
        known = f"{n:g}" if math.isfinite(n) else say("未知", "unknown")
        row = f"{facility_id}  {name}  {say.kind(str(kind))}  {known}  {place.x:.5f}  {place.y:.5f}"
        text += f"# {comment_text(row)}\n"
    return text
