"""The `coverage` command: parse, call, print."""

from __future__ import annotations

import locale
import math
import os
import re
import sys
import time
import unicodedata
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from coverage.errors import (
    CountyError,
    CoverageError,
    DispatchError,
    FileError,
    OptionError,
    SimulationError,
    SitingError,
    StandardError,
    system_reason,
)
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from coverage.analysis import Note
    from coverage.dispatch.answer import Dispatch
    from coverage.dispatch.desk import Desk
    from coverage.dispatch.units import Fleet, VehicleReport
    from coverage.files import Stamps
    from coverage.inputs.rules import RulesFile
    from coverage.option import Option
    from coverage.proposal import Proposal, Wish
    from coverage.routing.speeds import SpeedTable
    from coverage.simulation import Rules
    from coverage.sources.import_order import Order
    from coverage.sources.layer_file import LayerFile
    from coverage.sources.layer_rows import LayerRows
    from coverage.sources.notes import Note as RowNote
    from coverage.sources.osm_download import Downloaded
    from coverage.sources.row_account import RowAccount
    from coverage.sources.study_area_import import Imported
    from coverage.standards import CareStandard, Centre, ResponseStandard
    from coverage.study_area import StudyArea

    _Log = tuple[RowAccount, tuple[RowNote, ...]]
    """What became of the rows of a log, and what must be known of it."""

Lang = Literal["zh", "en"]
EXIT_ERROR = 2
EXIT_REJECTS = 3
EXIT_INTERRUPTED = 130

# Heavy rooms are imported inside the commands: `coverage --help` must not wait for geometry.


def main() -> None:
    """Run the command line; every error is one line on stderr and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # a Windows console in China may lack a mark; a question mark is better than a traceback
            stream.reconfigure(errors="replace")
    # warnings are for programmers; a planner gets the program's own notes
    warnings.simplefilter("ignore")
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:
        # the reader is gone or the disk is full: without this, Python tries once more and complains
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code."""
    lang = _wanted_lang(arguments)
    code: object = 0
    try:
        code = cli.main(args=arguments, prog_name="coverage", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        line = {"zh": "已中断，原有文件未改动", "en": "interrupted; older files are untouched"}
        click.echo(line[lang], err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_ERROR  # the reader of the output has gone: nobody is left to say it to
    except (CoverageError, click.ClickException, UnicodeError, OSError) as error:
        line = {"zh": f"错误：{_reason(error, lang)}", "en": f"error: {_reason(error, lang)}"}
        click.echo(line[lang], err=True)
        return EXIT_ERROR
    return code if isinstance(code, int) else 0


def _reason(error: Exception, lang: Lang) -> str:
    """Say in one line what went wrong."""
    if isinstance(error, CoverageError):
        return error.line(lang)
    if isinstance(error, click.ClickException):
        return _usage_line(error, lang)
    if isinstance(error, OSError):
        # a name no file can have, or an output that takes nothing more
        en, zh = system_reason(error)
        reason = {"zh": zh or en, "en": en}[lang]
        return f"{error.filename}: {reason}" if error.filename else reason
    return {"zh": "参数中有无法识别的字符", "en": "an argument is not readable text"}[lang]


def _usage_line(error: click.ClickException, lang: Lang) -> str:
    """Say in one line what is wrong with the words of a command, and where its help is."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "coverage"
    message = " ".join(error.format_message().split()).rstrip(".")
    if lang == "en":
        return f"{message}{' See' if message.endswith('?') else ': see'} {command} --help"
    return f"{_usage_zh(error, context) or message}：用法见 {command} --help"


def _usage_zh(error: click.ClickException, context: click.Context | None) -> str:
    """Say in Chinese what is wrong with the words of a command; nothing where there is no telling."""
    message = ""
    extra = re.search(r"unexpected extra arguments? \((.*)\)", error.format_message())
    if isinstance(error, click.BadParameter):  # a missing one is a bad one too
        message = _parameter_zh(error)
    elif isinstance(error, click.NoSuchOption):
        near = f"（是否指 {'、'.join(error.possibilities)}？）" if error.possibilities else ""
        message = f"没有选项 {error.option_name}{near}"
    elif isinstance(error, click.BadOptionUsage):
        message = f"选项 {error.option_name} 后面没有内容"
    elif isinstance(error, click.exceptions.NoSuchCommand):
        group = context.command if context is not None else cli
        commands = group.list_commands(context) if context and isinstance(group, click.Group) else []
        message = f"没有命令 {error.command_name}，可选 {'、'.join(commands)}"
    elif extra is not None:
        message = f"多出了 {extra[1]}：文件名前要写选项，例如 --facilities 文件"
    return message


def _parameter_zh(error: click.BadParameter) -> str:
    """Say in Chinese what is wrong with an option or argument."""
    parameter = error.param
    if parameter is None:
        return ""
    is_missing, name = isinstance(error, click.MissingParameter), parameter.opts[0]
    if name.startswith("-"):
        message = f"缺少选项 {name}" if is_missing else f"选项 {name} 的取值不对"
    else:
        message = "没有写图层名称" if is_missing else "图层名称不对"
    return f"{message}{_allowed_zh(parameter.type) or ('' if is_missing else '，应为数字')}"


def _allowed_zh(kind: click.ParamType[Any]) -> str:
    """Say what an option or argument may be; nothing where any text or number will do."""
    if isinstance(kind, click.Choice):
        named = {word: zh for zh, word in kind.words.items()} if isinstance(kind, Word) else {}
        choices = [f"{word}（{named[word]}）" if word in named else str(word) for word in kind.choices]
        return f"，可选 {'、'.join(choices)}"
    if isinstance(kind, click.IntRange):
        return f"，应为{kind.min}以上的整数" if kind.max is None else f"，应为{kind.min}至{kind.max}的整数"
    return ""


def _wanted_lang(arguments: list[str]) -> Lang:
    """Give the language asked for with --lang, or the locale's, before the options are parsed."""
    for i, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang" and i + 1 < len(arguments):
            value = arguments[i + 1]
        if value in ("zh", "en"):
            return cast("Lang", value)
    return _locale_lang()


def _locale_lang() -> Lang:
    """Tell whether the reader's locale is Chinese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh" if os.environ[name].lower().startswith("zh") else "en"
    system = locale.getlocale()[0] or ""
    return "zh" if system.lower().startswith(("zh", "chinese")) else "en"


class Share(float):
    """A share of 1, and how somebody typed it."""

    typed: str


class Number(click.ParamType[float]):
    """A number as people type it: full-width digits, and where a share is asked for, a percentage."""

    name = "number"

    def __init__(self, *, share: bool = False) -> None:
        self.share = share

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the number."""
        text = unicodedata.normalize("NFKC", str(value)).strip()
        percent = self.share and text.endswith("%")
        try:
            number = float(text.removesuffix("%")) / 100 if percent else float(text)
        except ValueError:
            return self.fail(f"{value!r} is not a number", param, ctx)
        if not self.share:
            return number
        share = Share(number)
        share.typed = text
        return share


class Money(click.ParamType[float]):
    """A sum in 万元 as people type it: ``500``, ``5,000``, ``500万``, ``500万元``, ``5000000元``."""

    name = "money"
    # 万元 that each unit stands for; a bare number is 万元
    _WAN = {"": 1.0, "万": 1.0, "万元": 1.0, "亿": 1e4, "亿元": 1e4, "元": 1e-4}  # noqa: RUF012 - never changed

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the sum, in 万元."""
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value)))
        found = re.fullmatch(r"(.*?)(亿元|亿|万元|万|元)?", text)
        figures, unit = (found[1], found[2] or "") if found else (text, "")
        if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", figures):
            figures = figures.replace(",", "")
        try:
            return float(figures) * self._WAN[unit]
        except ValueError:
            return self.fail(f"{value!r} is not a sum of money, such as 500 or 500万元", param, ctx)


class Word(click.Choice[str]):
    """One of some words, or its Chinese name."""

    def __init__(self, **by_word: str) -> None:
        super().__init__(list(by_word))
        self.words = {zh: word for word, zh in by_word.items()}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the word."""
        return super().convert(self.words.get(str(value).strip(), value), param, ctx)


PROFILE_NAMES = {"永州": "yongzhou", "永州市": "yongzhou", "全国": "national"}
CONDITION_NAMES = {"鸣笛": "siren", "平时": "normal", "夜间": "night", "高峰": "peak", "雨天": "rain"}


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Bundle options that several commands share."""

    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


county_option = click.option(
    "--county",
    required=True,
    metavar="NAME",
    help="File name, Chinese or English name, or code. 县市名称或代码",
)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of study areas (.gpkg), looked in first. 研究区文件夹",
)
shared_options = _options(
    click.option("--lang", type=click.Choice(["zh", "en"]), help="Language, else the locale's. 语言"),
    click.option("--quiet", is_flag=True, help="No notes, no progress. 不显示提示和进度"),
)
standard_options = _options(
    click.option("--profile", default="national", show_default=True, metavar="NAME|FILE",
                 help="Promise: national, yongzhou, or a TOML file. 承诺标准"),
    click.option("--urban", "urban_min", type=Number(), metavar="MIN", help="Urban limit, minutes. 城区时限"),
    click.option("--rural", "rural_min", type=Number(), metavar="MIN", help="Rural limit, minutes. 乡镇时限"),
    click.option("--target", "target_share", type=Number(share=True), metavar="SHARE",
                 help="Share that meets the promise, above 0 and at most 1. 达标比例"),
    click.option("--clock", type=Word(call="接警", departure="出车"),
                 help="Minutes count from the call, or from the ambulance's departure. 计时起点"),
    click.option("--handling-s", type=Number(), metavar="S", help="Call handling, seconds. 接警受理（秒）"),
    click.option("--turnout-s", type=Number(), metavar="S", help="Turnout, seconds. 出车准备（秒）"),
)  # fmt: skip


speeds_option = click.option("--speeds", "speeds_file", type=click.Path(path_type=Path), metavar="FILE",
                             help="Speed table (TOML) in place of the default. 速度表")  # fmt: skip
speed_options = _options(
    speeds_option,
    click.option("--tiles", metavar="osm|tianditu:KEY|URL",
                 help="Background tiles; the map then needs the internet. 在线底图"),
)  # fmt: skip
out_option = click.option("--out", type=click.Path(path_type=Path), default=Path("maps"), show_default=True,
                          metavar="DIR", help="Folder for the results. 输出文件夹")  # fmt: skip
crs_option = click.option(
    "--crs",
    default="",
    metavar="CRS",
    help="Of files that do not say it: gcj02 (AMap), bd09, wgs84, cgcs2000, EPSG:n. 坐标系",
)
columns_option = click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=HEADER",
    help="Which column a field stands in: 经度=lon_wgs. 指定字段所在的列",
)


care_option = click.option(
    "--care-targets",
    "care_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Targets from the call to the hospital's door (TOML). 救治时限文件",
)
png_option = click.option("--png", is_flag=True, help="Also the map as a picture of 300 dpi. 另存地图图片")


def _path_option(*names: str, **more: Any) -> Callable[[Any], Any]:
    """Give an option that names a file, as ``FILE``, ``FILE@SYSTEM`` or ``FILE#SHEET@SYSTEM``."""
    return click.option(*names, metavar="FILE[@CRS]", **more)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="emergency-coverage")
def cli() -> None:
    """Who is inside the emergency circle of a county, and who is not. 县域急救圈覆盖分析"""


@dataclass(frozen=True)
class _Ready:
    """What every command that computes needs before it reads a study area."""

    lang: Lang
    path: Path
    folder: Path
    speeds: SpeedTable
    condition: str


def _ready(
    county: str,
    data: Path | None,
    out: Path,
    *,
    lang: Lang | None,
    condition: str = "siren",
    speeds_file: Path | None = None,
    tiles: str | None = None,
) -> _Ready:
    """Check what can be told at once, and find the study area."""
    from coverage.reports.map_tiles import parse_tiles  # noqa: PLC0415
    from coverage.routing.speeds import DEFAULT_SPEEDS  # noqa: PLC0415
    from coverage.settings import read_speeds  # noqa: PLC0415
    from coverage.sources.counties import find_county, search_folders  # noqa: PLC0415

    lang = lang or _locale_lang()
    speeds = read_speeds(speeds_file) if speeds_file else DEFAULT_SPEEDS
    condition = CONDITION_NAMES.get(condition, condition)
    speeds.factor(condition)
    if tiles:
        parse_tiles(tiles, lang)
    path = find_county(county, search_folders(data))
    return _Ready(lang, path, out / path.stem, speeds, condition)


def _say(lines: Iterable[str], *, quiet: bool) -> None:
    """Tell on stderr what must be known of the figures."""
    if not quiet:
        for line in lines:
            click.echo(line, err=True)


def _name_files(folder: Path, names: Iterable[str]) -> None:
    """End with the line of files."""
    click.echo("  ".join(str(folder / name) for name in names))


@cli.command(short_help="Verdicts, township by township. 评估各乡镇是否达标")
@county_option
@data_option
@out_option
@standard_options
@click.option("--condition", default="siren", show_default=True, metavar="NAME",
              help="siren, normal, night, peak or rain. 行车条件")  # fmt: skip
@click.option("--care", is_flag=True,
              help="Also from the call to the door of a capable hospital. 五大中心救治链")  # fmt: skip
@care_option
@speed_options
@png_option
@shared_options
def analyze(
    county: str,
    data: Path | None,
    out: Path,
    condition: str,
    care: bool,  # noqa: FBT001
    care_file: Path | None,
    speeds_file: Path | None,
    tiles: str | None,
    png: bool,  # noqa: FBT001
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
    **promise: Any,
) -> None:
    """Hold a county against its promise, township by township. 评估各乡镇是否达标"""
    from coverage.analysis import analyze as run_analysis  # noqa: PLC0415
    from coverage.files import staged_folder  # noqa: PLC0415
    from coverage.geopackage import read_study_area  # noqa: PLC0415
    from coverage.reports.bundle import write_reports  # noqa: PLC0415
    from coverage.reports.terminal import render, render_notes  # noqa: PLC0415

    standard, targets = _standard(**promise), _care(care_file) if care or care_file else None
    ready = _ready(county, data, out, lang=lang, condition=condition, speeds_file=speeds_file, tiles=tiles)
    lang = ready.lang
    # the folder comes first: an hour's work must not end at a folder that cannot be written
    with staged_folder(ready.folder) as staging:
        area = read_study_area(ready.path)
        if png:
            _check_fonts(area, lang)
        analysis = run_analysis(area, standard, speeds=ready.speeds, condition=ready.condition, care=targets)
        names = write_reports(analysis, staging, command="analyze", lang=lang, tiles=tiles, png=png)
    _remove_stale(ready.folder, names, "analyze.png")
    _say(render_notes(analysis, lang), quiet=quiet)
    click.echo(render(analysis, lang, colour=_wants_colour()))
    _name_files(ready.folder, names)


def _care(path: Path | None) -> CareStandard:
    """Give the targets from the call to the hospital's door."""
    from coverage.settings import read_care  # noqa: PLC0415
    from coverage.standards import CareStandard as Targets  # noqa: PLC0415

    return read_care(path) if path else Targets()


KIND_WORDS = {"station": "急救站", "subcenter": "次中心"}
MODEL_WORDS = {
    "maximal-covering": "最大覆盖",
    "set-covering": "集合覆盖",
    "p-median": "p中位",
    "p-center": "p中心",
    "backup-covering": "备用覆盖",
    "double-standard": "双重标准",
    "expected-covering": "期望覆盖",
    "greedy": "贪心",
}
wish_options = _options(
    click.option("--kind", type=Word(**KIND_WORDS), required=True,
                 help="Ambulance stations, or county sub-centres. 急救站或县域医疗次中心"),
    click.option("--count", type=int, metavar="P",
                 help="New sites; 0 with --close-allowed: move existing ones only. 新增数量"),
    click.option("--budget", "budget_wan", type=Money(), metavar="万元",
                 help="What new sites may cost together, 10,000 yuan. 总费用上限（万元）"),
    click.option("--reach", type=Number(share=True), metavar="SHARE",
                 help="Cover this share of the people by the fewest sites. 覆盖目标，求最少站点"),
    click.option("--sweep", default="", metavar="1..8",
                 help="The curve of people covered by number of sites. 按数量逐一测算"),
    click.option("--model", type=Word(**MODEL_WORDS), metavar="MODEL",
                 help="maximal-covering, set-covering (with --reach), p-median, p-center, backup-covering, "
                 "double-standard, expected-covering or greedy. 选址模型"),
    click.option("--close-allowed", is_flag=True,
                 help="Existing sites may be moved where that gains people. 允许调整现有站点"),
    click.option("--moves", type=int, metavar="N",
                 help="How many may move at most, with --close-allowed; 1 if not given. 最多调整几处"),
    click.option("--keep", metavar="all|FILE",
                 help="Existing sites that stay: all, or with --close-allowed those a list names. "
                 "保留的现有站点"),
    click.option("--time-limit", "time_limit_s", type=Number(), metavar="S",
                 help="Seconds for each plan, 60 if not given. 每个方案的求解时限"),
    click.option("--busy", type=Number(share=True), metavar="SHARE",
                 help="How much of the time an ambulance is busy (expected-covering), 0.3 if not given. "
                 "救护车占用率"),
)  # fmt: skip
place_options = _options(
    _path_option("--candidates", "candidates_file", help="Places of your own to choose from. 候选点文件"),
    _path_option("--no-build", "no_build_file", help="Polygons where nothing may be built. 禁建区文件"),
    click.option("--spacing-km", type=Number(), metavar="KM",
                 help="Least distance between two sites. 站点最小间距"),
    click.option("--cost", "cost_wan", type=Money(), metavar="万元",
                 help="Of each candidate without a cost of its own. 候选点单价（万元）"),
    crs_option,
    columns_option,
    click.option("--minutes", type=Number(), metavar="MIN",
                 help="For sub-centres: people arrive within so many minutes, 30 if not given. 到达时限"),
)  # fmt: skip


@cli.command(short_help="Where the next station helps most. 新增急救站、次中心选址")
@county_option
@wish_options
@place_options
@click.option("--explain", is_flag=True, help="Say of each site whom it adds. 说明每个站点的增益")
@data_option
@out_option
@standard_options
@click.option("--condition", metavar="NAME",
              help="siren, normal (for sub-centres), night, peak or rain. 行车条件")  # fmt: skip
@speed_options
@png_option
@shared_options
def propose(
    county: str,
    explain: bool,  # noqa: FBT001
    data: Path | None,
    out: Path,
    condition: str | None,
    speeds_file: Path | None,
    tiles: str | None,
    png: bool,  # noqa: FBT001
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
    **given: Any,
) -> int:
    """Find where the next station or sub-centre helps most, with proof. 新增急救站、次中心选址"""
    from coverage.files import staged_folder  # noqa: PLC0415
    from coverage.geopackage import read_study_area  # noqa: PLC0415
    from coverage.proposing.recipe import propose as run_propose  # noqa: PLC0415
    from coverage.reports.proposal_bundle import write_proposal  # noqa: PLC0415
    from coverage.reports.search_line import search_line  # noqa: PLC0415

    wish, standard, limit_s, places = _wished(given)
    ready = _ready(
        county, data, out, lang=lang, condition=condition or "siren", speeds_file=speeds_file, tiles=tiles
    )
    lang, folder = ready.lang, ready.folder
    with staged_folder(folder) as staging:
        area = read_study_area(ready.path)
        if png:
            _check_fonts(area, lang)
        wish, ground = _on_the_ground(area, wish, places)
        with search_line(lang, quiet=quiet) as progress:
            proposal = run_propose(
                area, wish, standard, speeds=ready.speeds, condition=ready.condition if condition else None,
                limit_s=limit_s, progress=progress, **ground.arguments,
            )  # fmt: skip
        names = write_proposal(proposal, staging, lang=lang, tiles=tiles, png=png)
        names += _write_rejected(ground, staging, lang)
        older = _keep_edited(staging, folder)
    _remove_stale(folder, names, "propose.png")
    if not ground.has_rejects:
        (folder / REJECTED).unlink(missing_ok=True)  # of an older run; its copy stays
    _tell(proposal, ground, lang, older, explain=explain, quiet=quiet)
    _name_files(folder, names)
    return EXIT_INTERRUPTED if _is_interrupted(proposal) else EXIT_REJECTS if ground.has_rejects else 0


def _wished(
    given: dict[str, Any],
) -> tuple[Wish, ResponseStandard, float, dict[str, Any]]:
    """
    Put together what is asked for; what can be told at once is told before a study area is read.

    Takes out of `given` what it uses, and gives the wish, the promise, the seconds for sub-centres, and
    where the files and figures of the places are.
    """
    from coverage.proposal import Wish  # noqa: PLC0415
    from coverage.proposing.recipe import ACCESS_LIMIT_S  # noqa: PLC0415
    from coverage.sources.layer_file import parse_columns  # noqa: PLC0415
    from coverage.standards import MINUTE_S, access_standard  # noqa: PLC0415

    is_station = given.pop("kind") == "station"
    keep = (given.pop("keep") or "").strip()
    places = {name: given.pop(name) for name in _PLACE_NAMES} | {"keep": keep}
    minutes = given.pop("minutes")
    wanted = {name: given.pop(name) for name in _WISH_NAMES}
    wanted["model"] = wanted["model"] or (
        "set-covering" if wanted["reach"] is not None else "maximal-covering"
    )
    _check_share(wanted["reach"])
    _check_used(wanted, places)
    wish = Wish(
        kind="station" if is_station else "subcentre",
        sweep=_sweep(given.pop("sweep")),
        keep=None if keep in ("", *_ALL) else (),
        **{name: value for name, value in wanted.items() if value is not None},
    )
    _check_promise(given, minutes, is_station=is_station)
    standard = _standard(**given)
    limit_s = ACCESS_LIMIT_S if minutes is None else minutes * MINUTE_S
    access_standard(limit_s)
    parse_columns(places["columns"])
    for name, flag, zh in (("spacing_km", "--spacing-km", "间距"), ("cost_wan", "--cost", "费用")):
        value = places[name]
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise SitingError(
                f"{flag} is {value:g}: give a number of 0 or more",
                zh=f"{zh}（{flag}）为 {value:g}：请给出不小于0的数",
            )
    return wish, standard, limit_s, places


_WISH_NAMES = ("count", "budget_wan", "reach", "model", "close_allowed", "moves", "time_limit_s", "busy")
_ALL = ("all", "全部")
_PLACE_NAMES = ("candidates_file", "no_build_file", "spacing_km", "cost_wan", "crs", "columns")
REJECTED = "propose.rejected.xlsx"
_RESPONSE_FLAGS = {
    "urban_min": "--urban",
    "rural_min": "--rural",
    "clock": "--clock",
    "handling_s": "--handling-s",
    "turnout_s": "--turnout-s",
}


def _check_promise(given: dict[str, Any], minutes: float | None, *, is_station: bool) -> None:
    """Refuse limits of the other kind: of ambulances, or of people who travel themselves."""
    if is_station and minutes is not None:
        raise SitingError(
            "--minutes is for sub-centres: for stations, give --urban and --rural",
            zh="--minutes 用于次中心：急救站请用 --urban 和 --rural",
        )
    wrong = [flag for name, flag in _RESPONSE_FLAGS.items() if given[name] is not None]
    if not is_station and wrong:
        raise SitingError(
            f"{', '.join(wrong)}: for ambulances; who travels to a sub-centre has one limit, --minutes",
            zh=f"{'、'.join(wrong)} 用于救护车：次中心按居民自行前往计，只有一个时限，请用 --minutes",
        )


def _check_share(reach: Share | None) -> None:
    """Refuse a share that is none, as it was typed; whoever forgot the sign of per cent is told so."""
    if reach is None or 0 < reach <= 1:
        return
    percent = f"{reach:g}%"
    is_percent = 1 < reach <= 100 and not reach.typed.endswith("%")  # noqa: PLR2004 - per cent
    hint, hint_zh = (
        (f"; in per cent write {percent}", f"；百分数请写成 {percent}") if is_percent else ("", "")
    )
    raise SitingError(
        f"the share to reach is {reach.typed}: give a share above 0 and at most 100%, "
        f"such as 0.95 or 95%{hint}",
        zh=f"覆盖目标为 {reach.typed}：请给出大于0、不超过100%的比例，例如 0.95 或 95%{hint_zh}",
    )


def _check_used(wanted: dict[str, Any], places: dict[str, Any]) -> None:
    """Refuse what would have no effect: whoever gives it expects one."""
    model = wanted["model"]
    if places["keep"] in _ALL and wanted["close_allowed"]:
        raise SitingError(
            "--keep all and --close-allowed exclude each other: name those that stay in a file, "
            "or leave one out",
            zh="--keep all（全部保留）与 --close-allowed（允许调整）不能同用："
            "请用文件列出保留的站点，或去掉其中一项",
        )
    if wanted["moves"] is not None and not wanted["close_allowed"]:
        raise SitingError(
            "--moves says how many existing sites may move, but none may: add --close-allowed",
            zh="--moves 是允许调整的现有站点数，但没有允许调整：请加上 --close-allowed",
        )
    if wanted["busy"] is not None and model != "expected-covering":
        raise SitingError(
            f"--busy is for expected-covering, and {model} does not know it: add --model expected-covering",
            zh=f"--busy 用于 expected-covering（期望覆盖），{model} 不用此项："
            "请加上 --model expected-covering，或去掉 --busy",
        )
    if wanted["time_limit_s"] is not None and model == "greedy":
        raise SitingError(
            "--time-limit is for models that search: greedy takes one site after another and needs none",
            zh="--time-limit 用于需要搜索求解的模型：greedy（贪心）逐个选点，不需要时限，请去掉",
        )
    if places["crs"] and places["candidates_file"] is None and places["no_build_file"] is None:
        raise SitingError(
            "--crs is the coordinate system of files, and none is given: add --candidates or --no-build",
            zh="--crs 是文件的坐标系，但没有给出文件：请加上 --candidates 或 --no-build，或去掉 --crs",
        )


def _sweep(text: str) -> tuple[int, ...]:
    """Read ``1..8``, or numbers separated by commas."""
    from coverage.proposal import MOST_SWEPT  # noqa: PLC0415

    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return ()
    span = re.fullmatch(r"(\d{1,9})\s*(?:\.{2,}|…|-|~|至)\s*(\d{1,9})", plain)
    if span:
        first, last = int(span[1]), int(span[2])
        if first > last:
            raise SitingError(
                f"--sweep {text} starts above its end: write {last}..{first}",
                zh=f"--sweep {text} 的起点大于终点：请写成 {last}..{first}",
            )
        return tuple(range(first, min(last, first + MOST_SWEPT) + 1))
    if re.fullmatch(r"\d{1,9}(?:\s*[,、]\s*\d{1,9})*", plain):
        return tuple(sorted({int(part) for part in re.split("[,、]", plain)}))
    raise SitingError(
        f"--sweep {text!r} cannot be read: write the first and the last number of sites, such as 1..8",
        zh=f"--sweep {text!r} 无法识别：请写出起止数量，例如 1..8",
    )


@dataclass(frozen=True)
class _Ground:
    """What the files of a wish say: arguments of `propose`, and what became of the rows."""

    arguments: dict[str, Any]
    rows: LayerRows | None = None

    @property
    def has_rejects(self) -> bool:
        """Whether rows of the candidates could not be used."""
        return self.rows is not None and any(account.rejects for account in self.rows.accounts)


def _on_the_ground(area: StudyArea, wish: Wish, places: dict[str, Any]) -> tuple[Wish, _Ground]:
    """Read the files that a wish names, against the study area."""
    from coverage.sources.frame import Frame  # noqa: PLC0415
    from coverage.sources.layer_file import parse_columns  # noqa: PLC0415
    from coverage.sources.table_fields import need_columns  # noqa: PLC0415

    if wish.keep is not None:
        from coverage.sources.name_list import read_names  # noqa: PLC0415

        wish = replace(wish, keep=read_names(_layer_file(places["keep"], crs="")))
    frame, columns = Frame(area.boundary, area.crs, area.buffer_m), parse_columns(places["columns"])
    spacing_km, cost_wan = places["spacing_km"], places["cost_wan"]
    arguments = {
        "spacing_m": None if spacing_km is None else spacing_km * 1000,
        "cost_wan": math.nan if cost_wan is None else cost_wan,
    }
    if places["no_build_file"] is not None:
        from coverage.sources.zone_file import read_zones  # noqa: PLC0415

        zones = _layer_file(places["no_build_file"], crs=places["crs"])
        arguments["no_build"] = read_zones(zones, frame)
    if places["candidates_file"] is None:
        need_columns(columns, ())
        return wish, _Ground(arguments)
    import shapely  # noqa: PLC0415

    from coverage.sources.candidate_table import read_candidates  # noqa: PLC0415

    file = _layer_file(places["candidates_file"], crs=places["crs"], columns=columns)
    tree = shapely.STRtree(area.roads.edges.geometry.to_numpy())
    rows = read_candidates(file, frame, tree, area.facilities)
    need_columns(columns, rows.accounts)
    return wish, _Ground(arguments | {"candidates": rows.table, "notes": _reject_notes(rows)}, rows)


def _reject_notes(rows: LayerRows) -> tuple[Note, ...]:
    """Give the note that names the rows which could not be used."""
    from coverage.analysis import Note as ReadersNote  # noqa: PLC0415
    from coverage.sources.row_account import NOTHING_TO_MEND  # noqa: PLC0415

    rejects = [r for account in rows.accounts for r in account.rejects if r.code not in NOTHING_TO_MEND]
    names = tuple(reject.name or f"#{reject.row}" for reject in rejects)
    return (ReadersNote("candidates_rejected", len(names), names=names),) if names else ()


def _keep_edited(staging: Path, folder: Path) -> list[Path]:
    """Copy what a planner may have edited and is about to be replaced by another, or removed."""
    from coverage.files import keep_older  # noqa: PLC0415
    from coverage.options.writing import is_as_written  # noqa: PLC0415

    # rows that were rejected before may have been mended where they stood
    olds = [folder / REJECTED]
    options = sorted(folder / new.name for new in staging.glob("*.option.toml"))
    olds += [old for old in options if old.is_file() and not is_as_written(old)]
    copies = [keep_older(old, every=True) for old in olds]
    return [copy for copy in copies if copy is not None]


def _write_rejected(ground: _Ground, staging: Path, lang: Lang) -> tuple[str, ...]:
    """Write the rows of the candidates that could not be used, where there are any."""
    from coverage.sources.rejected_rows import write_rejected  # noqa: PLC0415

    if ground.rows is None or not ground.has_rejects:
        return ()
    write_rejected(ground.rows.accounts, staging / REJECTED, lang)
    return (REJECTED,)


def _tell(
    proposal: Proposal,
    ground: _Ground,
    lang: Lang,
    older: list[Path],
    *,
    explain: bool,
    quiet: bool,
) -> None:
    """Print a proposal, and on stderr what must be known of it."""
    from coverage.reports.proposal_terminal import render_proposal, render_proposal_notes  # noqa: PLC0415

    if not quiet:
        for note in ground.rows.notes if ground.rows else ():
            click.echo(note.text(lang), err=True)
        for account in ground.rows.accounts if ground.rows else ():
            click.echo(account.line(lang), err=True)
        for line in render_proposal_notes(proposal, lang):
            click.echo(line, err=True)
        for copy in older:
            kept = {"zh": f"原有文件另存为 {copy}", "en": f"the older file is kept as {copy}"}
            click.echo(kept[lang], err=True)
    click.echo(render_proposal(proposal, lang, colour=_wants_colour(), explain=explain))


def _check_fonts(area: StudyArea, lang: Lang, more: Iterable[str] = ()) -> None:
    """Refuse a picture or report that could only show boxes before the work begins."""
    from coverage.reports.picture import check_fonts  # noqa: PLC0415

    check_fonts(area, lang, more)


def _is_interrupted(proposal: Proposal) -> bool:
    """Tell whether a search was stopped by hand, so that the plan is only the best until then."""
    return "interrupted" in {proposal.plan.status, *(point.plan.status for point in proposal.sweep)}


def _remove_stale(folder: Path, names: tuple[str, ...], *patterns: str) -> None:
    """Remove the reports of an older run that this one has not written again: they show other figures."""
    from coverage.files import cannot_write  # noqa: PLC0415

    for old in (file for pattern in patterns for file in folder.glob(pattern)):
        if old.name not in names and old.is_file():
            try:
                old.unlink()
            except OSError as error:
                raise cannot_write(old, error) from error


def _wants_colour() -> bool:
    """Tell whether stdout is a terminal whose reader has not asked for plain text (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _standard(
    profile: str,
    urban_min: float | None,
    rural_min: float | None,
    **given: float | str | None,
) -> ResponseStandard:
    """Give the profile's promise with what was given in its place."""
    from coverage.settings import read_profile  # noqa: PLC0415
    from coverage.standards import MINUTE_S, PROFILES  # noqa: PLC0415

    profile = PROFILE_NAMES.get(profile, profile)
    if profile.lower() in PROFILES:
        standard = PROFILES[profile.lower()]
    elif Path(profile).suffix == ".toml":
        standard = read_profile(Path(profile))
    else:
        names = ", ".join(PROFILES)
        raise StandardError(
            f"unknown profile {profile}: choose {names}, or give a .toml file",
            zh=f"没有名为 {profile} 的承诺标准：可选 {names}，或给出 .toml 文件",
        )
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if urban_min is not None:
        changes["urban_s"] = urban_min * MINUTE_S
    if rural_min is not None:
        changes["rural_s"] = rural_min * MINUTE_S
    return replace(standard, **changes)


compare_options = _options(
    click.option("--option", "option_files", type=click.Path(path_type=Path), multiple=True, required=True,
                 metavar="FILE.toml", help="An option; give it once for each. 方案文件，可多次给出"),
    click.option("--at", "at", default="12:00", show_default=True, metavar="HH:MM",
                 help="Hour of the day that the figures hold for. 按一天中的哪个时刻计算"),
    click.option("--years", type=Number(), default=10.0, show_default=True, metavar="N",
                 help="Years of running cost that are counted. 计入运行费用的年数"),
    click.option("--stages", is_flag=True,
                 help="Order each option's parts so that the money buys most. 建议分期建设顺序"),
    click.option("--per-year", "per_year_wan", type=Money(), metavar="万元",
                 help="With --stages: what may be spent a year. 每年可用资金（万元）"),
    click.option("--draws", "n_draws", type=click.IntRange(40, 10_000), default=200, show_default=True,
                 metavar="N", help="Counties drawn to tell a difference from noise. 随机情景数"),
    click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="N",
                 help="Where their random numbers begin. 随机种子"),
    click.option("--no-pdf", is_flag=True, help="Leave the report for the meeting out. 不生成会议材料PDF"),
)  # fmt: skip


@cli.group(short_help="Option files to compare. 方案文件")
def option() -> None:
    """Write option files for `coverage compare`. 生成用于比选的方案文件"""


@option.command("new", short_help="A commented option file to fill in. 生成带注释的方案文件")
@county_option
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.toml",
              help="File to write; <county>.option.toml, with a number where that is taken, if not given. "
              "输出文件")  # fmt: skip
@data_option
@shared_options
def new_option(county: str, out: Path | None, data: Path | None, lang: Lang | None, quiet: bool) -> None:  # noqa: FBT001
    """Write an option file with examples from the county itself. 生成带注释的方案文件，列出现有设施"""
    from coverage.geopackage import read_study_area  # noqa: PLC0415
    from coverage.options.starting import free_name, write_starting_file  # noqa: PLC0415
    from coverage.sources.counties import find_county, search_folders  # noqa: PLC0415

    path = find_county(county, search_folders(data))
    if out is None or out.is_dir():
        out = free_name((out or Path()) / f"{path.stem}.option.toml")
    write_starting_file(read_study_area(path), out, lang=lang or _locale_lang())
    if not quiet:
        click.echo(str(out))


@cli.command(short_help="Options side by side. 方案比选")
@county_option
@compare_options
@data_option
@out_option
@standard_options
@click.option("--condition", default="siren", show_default=True, metavar="NAME",
              help="siren, normal, night, peak or rain. 行车条件")  # fmt: skip
@speed_options
@png_option
@shared_options
def compare(
    county: str,
    option_files: tuple[Path, ...],
    data: Path | None,
    out: Path,
    condition: str,
    speeds_file: Path | None,
    tiles: str | None,
    png: bool,  # noqa: FBT001
    no_pdf: bool,  # noqa: FBT001
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
    **given: Any,
) -> None:
    """Hold siting options beside the county as it is, before the money is spent. 方案比选"""
    from coverage.comparing.recipe import compare as run_compare  # noqa: PLC0415
    from coverage.files import staged_folder  # noqa: PLC0415
    from coverage.geopackage import read_study_area  # noqa: PLC0415
    from coverage.options.reading import check_option, read_option  # noqa: PLC0415
    from coverage.reports.comparison_bundle import write_comparison  # noqa: PLC0415
    from coverage.reports.comparison_terminal import (  # noqa: PLC0415
        render_comparison,
        render_comparison_notes,
    )

    asked = _asked_to_compare(given)
    standard = _standard(**given)
    files = [read_option(path) for path in option_files]
    ready = _ready(county, data, out, lang=lang, condition=condition, speeds_file=speeds_file, tiles=tiles)
    lang, folder, speeds = ready.lang, ready.folder, ready.speeds
    with staged_folder(folder) as staging:
        area = read_study_area(ready.path)
        options = [(check_option(file, area, speeds=speeds), file.text, file.path.name) for file in files]
        if png or not no_pdf:
            printed = [text for o, _, _ in options for text in (o.name, o.note, *(x.name for x in o.open))]
            _check_fonts(area, lang, printed)
        with _counting("comparing", "比选计算", quiet=quiet, lang=lang) as progress:
            comparison = run_compare(
                area, options, standard, speeds=speeds, condition=ready.condition, progress=progress, **asked
            )
        names = write_comparison(comparison, staging, lang=lang, tiles=tiles, pdf=not no_pdf, png=png)
    _remove_stale(folder, names, "compare.pdf", "compare.?.png")
    unsaid = [_of_unknown_system(file.path.name, lang) for file in files if file.assumes_wgs84]
    _say([*unsaid, *render_comparison_notes(comparison, lang)], quiet=quiet)
    click.echo(render_comparison(comparison, lang, colour=_wants_colour()))
    _name_files(folder, names)


def _of_unknown_system(name: str, lang: Lang) -> str:
    """Say that the coordinates of an option or of rules are taken for WGS84."""
    line = {
        "zh": f"注意：文件 {name} 没有写坐标系，坐标按WGS84处理。"
        '高德、腾讯地图的坐标请在文件开头写 crs = "gcj02"',
        "en": f"note: the file {name} does not say whose coordinates it has: taken as WGS84. "
        'For AMap or Tencent write crs = "gcj02" at its head',
    }
    return line[lang]


def _asked_to_compare(given: dict[str, Any]) -> dict[str, Any]:
    """Take out of `given` what a comparison is asked for beside the promise, and check it."""
    years, per_year_wan = given.pop("years"), given.pop("per_year_wan")
    stages = given.pop("stages")
    if not (math.isfinite(years) and 0 < years <= MOST_YEARS):
        raise OptionError(
            f"--years is {years:g}: give a number above 0 and at most {MOST_YEARS}",
            zh=f"计入运行费用的年数（--years）为 {years:g}：请给出大于0、不超过{MOST_YEARS}的数",
        )
    if per_year_wan is not None and not stages:
        raise OptionError(
            "--per-year is for the order of building: add --stages, or leave --per-year out",
            zh="--per-year 用于安排分期建设：请加上 --stages，或去掉 --per-year",
        )
    if per_year_wan is not None and not (math.isfinite(per_year_wan) and per_year_wan > 0):
        raise OptionError(
            f"--per-year is {per_year_wan:g}: give 万元, more than 0",
            zh=f"每年可用资金（--per-year）为 {per_year_wan:g}：请给出大于0的金额（万元）",
        )
    return {
        "at_min": _minute(given.pop("at")),
        "years": years,
        "stages": stages,
        "per_year_wan": math.nan if per_year_wan is None else per_year_wan,
        "n_draws": given.pop("n_draws"),
        "seed": given.pop("seed"),
    }


MOST_YEARS = 100


def _minute(text: str) -> int:
    """Read an hour of the day as minutes after midnight."""
    found = re.fullmatch(
        r"(\d{1,2})(?:[:.时点](\d{2})分?|[时点])?", unicodedata.normalize("NFKC", text).strip()
    )
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if hour > 23 or minute > 59:  # noqa: PLR2004 - a day
        raise OptionError(
            f"--at {text!r} is no hour of the day: write it as 08:00 or 22:30",
            zh=f"--at {text!r} 不是一天中的时刻：请写成 08:00 或 22:30",
        )
    return 60 * hour + minute


CENTRE_NAMES = {
    "chest_pain": "胸痛",
    "stroke": "卒中",
    "trauma": "创伤",
    "maternal": "危重孕产妇",
    "newborn": "危重新生儿",
}
dispatch_options = _options(
    click.option("--at", "at", metavar="LON,LAT[@CRS]",
                 help="Where the patient is: 113.45,29.47@gcj02. 患者位置"),
    click.option("--condition", "centre", type=Word(**CENTRE_NAMES),
                 help="What the patient needs: chest_pain, stroke, trauma, maternal or newborn. 病种"),
    _path_option("--vehicles", help="Where the ambulances are now; - reads stdin. 车辆位置文件"),
    _path_option("--closed-roads", "closed_file",
                 help="Roads closed now: polygons or lines, or a TOML. 封闭道路文件"),
    click.option("--watch", is_flag=True,
                 help="Follow the file of vehicles and keep the page current. 持续更新"),
    click.option("--every", "every_s", type=Number(), metavar="S",
                 help="With --watch: look at the file every so many seconds, 2 if not given. 刷新间隔"),
    click.option("--now", metavar="TIME",
                 help="The moment the positions are judged by; this computer's clock if not given. 当前时刻"),
    click.option("--max-age", "max_age_s", type=Number(), metavar="S",
                 help="Positions older than this are left out, 300 s if not given. 位置时效"),
    click.option("--driving", "condition", default="siren", show_default=True, metavar="NAME",
                 help="siren, normal, night, peak or rain. 行车条件"),
)  # fmt: skip


@cli.command(short_help="One call: which unit, which way, which hospital. 派车与送院")
@county_option
@dispatch_options
@care_option
@data_option
@out_option
@standard_options
@speed_options
@crs_option
@columns_option
@shared_options
def dispatch(
    county: str,
    data: Path | None,
    out: Path,
    condition: str,
    speeds_file: Path | None,
    tiles: str | None,
    care_file: Path | None,
    watch: bool,  # noqa: FBT001
    every_s: float | None,
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
    **given: Any,
) -> None:
    """Answer one call: which unit, which way, which hospital, and what is left meanwhile. 派车与送院"""
    from coverage.dispatch.desk import open_desk  # noqa: PLC0415
    from coverage.geopackage import read_study_area  # noqa: PLC0415
    from coverage.inputs.closed_roads import read_closed_roads  # noqa: PLC0415

    call = _call(given, watch=watch, every_s=every_s)
    closed = _layer_file(call.closed_file, crs=call.crs) if call.closed_file else None
    targets, standard = _care(care_file), _standard(**given)
    ready = _ready(county, data, out, lang=lang, condition=condition, speeds_file=speeds_file, tiles=tiles)
    area = read_study_area(ready.path)
    desk = open_desk(
        area,
        standard,
        speeds=ready.speeds,
        condition=ready.condition,
        care=targets,
        works=read_closed_roads(closed, area) if closed else None,
    )
    if call.is_watched:
        _watch(desk, call, ready, tiles=tiles, quiet=quiet)
    else:
        _answer(desk, call, ready, tiles=tiles, quiet=quiet)


@dataclass(frozen=True)
class _Call:
    """What is asked of a dispatch: a place, a case, the vehicles and how to follow them."""

    at: tuple[float, float] | None
    assumes_wgs84: bool
    centre: Centre | None
    vehicles: LayerFile | None
    closed_file: str | None
    crs: str
    now: datetime | None
    max_age_s: float
    every_s: float
    is_watched: bool
    asked_s: float  # on the computer's running clock


def _call(given: dict[str, Any], *, watch: bool, every_s: float | None) -> _Call:
    """Take out of `given` what a dispatch is asked for beside the promise, and check it."""
    from coverage.sources.layer_file import parse_columns  # noqa: PLC0415

    at, vehicles, crs = given.pop("at"), given.pop("vehicles"), given.pop("crs")
    now, max_age_s = given.pop("now"), given.pop("max_age_s")
    columns, centre = parse_columns(given.pop("columns")), given.pop("centre")
    if at is None and vehicles is None:
        raise DispatchError(
            "neither a place nor vehicles: give --at LON,LAT for a call, or --vehicles FILE for the picture",
            zh="没有给出患者位置或车辆文件：接警请写 --at 经度,纬度，看全县态势请写 --vehicles 文件",
        )
    for name, used in (("--watch", watch), ("--now", now is not None), ("--max-age", max_age_s is not None)):
        if used and vehicles is None:
            raise DispatchError(
                f"{name} is for the positions of vehicles, and none are given: add --vehicles FILE",
                zh=f"{name} 用于车辆位置，但没有给出车辆文件：请加上 --vehicles 文件",
            )
    if every_s is not None and not watch:
        raise DispatchError(
            "--every is for following the vehicles: add --watch",
            zh="--every 用于持续更新：请加上 --watch",
        )
    if centre is not None and at is None:
        raise DispatchError(
            "--condition is for a call, and no place is given: add --at LON,LAT",
            zh="--condition 用于具体呼救，但没有给出患者位置：请加上 --at 经度,纬度",
        )
    place, assumes_wgs84 = _place(at, crs) if at is not None else (None, False)
    return _Call(
        at=place,
        assumes_wgs84=assumes_wgs84,
        centre=centre,
        vehicles=None if vehicles is None else _layer_file(vehicles, crs=crs, columns=columns),
        closed_file=given.pop("closed_file"),
        crs=crs,
        now=None if now is None else _moment(now),
        max_age_s=_seconds(300.0 if max_age_s is None else max_age_s, "--max-age"),
        every_s=_seconds(2.0 if every_s is None else every_s, "--every"),
        is_watched=watch,
        asked_s=time.monotonic(),
    )


def _seconds(value: float, name: str) -> float:
    """Refuse what is no span of time."""
    if not (math.isfinite(value) and value > 0):
        raise DispatchError(
            f"{name} is {value:g}: give seconds, more than 0", zh=f"{name} 为 {value:g}：请给出大于0的秒数"
        )
    return value


def _place(text: str, crs: str) -> tuple[tuple[float, float], bool]:
    """Read ``LON,LAT[@CRS]`` as degrees of WGS84, and tell whether the system was not said."""
    from coverage.sources.coordinates import convert, parse_system  # noqa: PLC0415

    plain = unicodedata.normalize("NFKC", text).strip()
    degrees, _, system = plain.partition("@")
    found = re.fullmatch(r"([-+]?[\d.]+)\s*°?\s*[,、 ;]\s*([-+]?[\d.]+)\s*°?", degrees.strip())
    try:
        lon, lat = (float(found[1]), float(found[2])) if found else (math.nan, math.nan)
    except ValueError:
        lon = lat = math.nan
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - degrees of the Earth
        raise DispatchError(
            f"--at {text!r} is no place: write longitude,latitude in degrees, such as 113.45,29.47@gcj02",
            zh=f"--at {text!r} 不是位置：请写 经度,纬度，例如 113.45,29.47@gcj02",
        )
    named = system.strip() or crs
    moved = convert([lon], [lat], source=parse_system(named) if named else "wgs84")
    return (float(moved.x[0]), float(moved.y[0])), not named


def _moment(text: str) -> datetime:
    """Read a moment, in this computer's clock where it says no other."""
    from coverage.inputs.moments import read_moment  # noqa: PLC0415

    moment = read_moment(text)
    if moment is None or not moment.has_clock:
        raise DispatchError(
            f"--now {text!r} is no moment: write for instance 2026-11-22T08:30:00",
            zh=f"--now {text!r} 不是时刻：请写成 2026-11-22T08:30:00 的样子",
        )
    return moment.at


def _fleet(desk: Desk, call: _Call, reports: tuple[VehicleReport, ...], before: Fleet | None) -> Fleet:
    """Check reported positions, by the clock of the moment."""
    from datetime import datetime, timedelta  # noqa: PLC0415

    from coverage.dispatch.checking import check_reports  # noqa: PLC0415
    from coverage.inputs.moments import zone_of  # noqa: PLC0415

    zone = zone_of(desk.area)
    now = call.now or datetime.now().astimezone()
    if now.tzinfo is None:
        now = now.replace(tzinfo=zone) if zone else now.astimezone()
    if call.is_watched and call.now is not None:
        now += timedelta(seconds=time.monotonic() - call.asked_s)  # a watch's clock goes on
    now = now.astimezone(zone) if zone else now  # the county's own clock is what its dispatchers read
    return check_reports(
        reports, desk.area, desk.network, desk.standard, now=now, max_age_s=call.max_age_s, before=before
    )


def _answer(desk: Desk, call: _Call, ready: _Ready, *, tiles: str | None, quiet: bool) -> None:
    """Answer once, and say so."""
    from coverage.dispatch.fleet import base_fleet  # noqa: PLC0415
    from coverage.dispatch.recipe import dispatch as run_dispatch  # noqa: PLC0415
    from coverage.files import staged_folder  # noqa: PLC0415
    from coverage.inputs.feed import read_once  # noqa: PLC0415
    from coverage.reports.dispatch_bundle import write_dispatch  # noqa: PLC0415
    from coverage.reports.dispatch_terminal import render_dispatch, render_dispatch_notes  # noqa: PLC0415

    fleet = (
        base_fleet(desk.area, desk.standard)
        if call.vehicles is None
        else _fleet(desk, call, read_once(call.vehicles, desk.area), None)
    )
    found = run_dispatch(desk, fleet, at=call.at, centre=call.centre)
    with staged_folder(ready.folder) as staging:
        names = write_dispatch(found, staging, lang=ready.lang, tiles=tiles)
    unsaid = [_place_of_unknown_system(ready.lang)] if call.assumes_wgs84 else []
    _say([*unsaid, *render_dispatch_notes(found, ready.lang)], quiet=quiet)
    click.echo(render_dispatch(found, ready.lang, colour=_wants_colour()))
    _name_files(ready.folder, names)


def _place_of_unknown_system(lang: Lang) -> str:
    """Say that the place of a call is taken for WGS84."""
    line = {
        "zh": "注意：--at 没有写坐标系，按WGS84处理。高德、腾讯地图的坐标请写成 经度,纬度@gcj02",
        "en": "note: --at does not say whose coordinates it has: taken as WGS84. "
        "For AMap or Tencent write LON,LAT@gcj02",
    }
    return line[lang]


def _watch(desk: Desk, call: _Call, ready: _Ready, *, tiles: str | None, quiet: bool) -> None:
    """Keep the page current until a key stops it: every change of the vehicles is one new picture."""
    from coverage.inputs.feed import follow  # noqa: PLC0415
    from coverage.reports.dispatch_bundle import write_dispatch  # noqa: PLC0415
    from coverage.reports.dispatch_terminal import render_dispatch_line, render_dispatch_notes  # noqa: PLC0415

    lang, last, told, said = ready.lang, None, set[str](), ""
    seen: tuple[VehicleReport, ...] | CoverageError | None = None
    known: tuple[VehicleReport, ...] = ()
    vehicles = cast("LayerFile", call.vehicles)  # nobody watches without
    # a picture grows old without a change of the file
    again_s = max(call.every_s, 5.0)
    try:
        for reports in follow(vehicles, desk.area, every_s=call.every_s, again_s=again_s):
            is_new, seen = reports is not seen, reports
            if not isinstance(reports, CoverageError):
                known = reports
            elif last is None:
                raise reports  # nothing has been shown yet: a wrong name is no pause
            found, problem = _picture(desk, call, known, last)
            problem = reports if isinstance(reports, CoverageError) else problem
            trouble = problem.line(lang) if problem else ""
            try:
                # straight into the folder: a page that loads itself again must never miss its file
                names = write_dispatch(
                    found, ready.folder, lang=lang, tiles=tiles, refresh_s=call.every_s, trouble=trouble
                )
            except FileError as error:
                if last is None:
                    raise
                click.echo(
                    error.line(lang), err=True
                )  # a full disk may be emptied: the next picture will tell
                continue
            if last is None:
                _name_files(ready.folder, names)
            # ages between brackets go on; the same note is told once
            every = render_dispatch_notes(found, lang)
            notes = {re.sub(r"[（(][^（()）]*[)）]", "", note): note for note in every}
            _say([note for key, note in notes.items() if key not in told], quiet=quiet)
            told.update(notes)
            line = trouble or render_dispatch_line(found, lang)
            now_said = trouble or line.partition("  ")[2]  # without the moment
            if is_new or now_said != said:
                click.echo(line, err=bool(trouble))
                sys.stdout.flush()
            last, said = found, now_said
    except KeyboardInterrupt:
        return  # that is how a watch ends


def _picture(
    desk: Desk, call: _Call, reports: tuple[VehicleReport, ...], last: Dispatch | None
) -> tuple[Dispatch, CoverageError | None]:
    """Give the picture of the moment, and why the call cannot be answered in it."""
    from coverage.dispatch.recipe import dispatch as run_dispatch  # noqa: PLC0415

    fleet = _fleet(desk, call, reports, None if last is None else last.fleet)
    try:
        return run_dispatch(desk, fleet, at=call.at, centre=call.centre), None
    except DispatchError as error:
        if last is None and any(unit.state != "busy" for unit in fleet.units):
            raise  # a place that nobody can ever reach is a mistake in the command
        # nobody can be sent, or get there: that is the picture, until somebody can
        return run_dispatch(desk, fleet), error


simulate_options = _options(
    click.option("--days", type=Number(), metavar="N",
                 help="Days that are played, 365 if not given. 模拟天数"),
    click.option("--calls-per-day", type=Number(), metavar="N",
                 help="Calls a day on average, 24 if not given. 日均呼救量"),
    click.option("--replications", type=click.IntRange(1, 1000), metavar="N",
                 help="How often the year is played, 10 if not given. 重复次数"),
    click.option("--seed", type=click.IntRange(min=0), metavar="N",
                 help="Where the random numbers begin, 1 if not given. 随机种子"),
    click.option("--option", "option_files", type=click.Path(path_type=Path), multiple=True,
                 metavar="FILE.toml", help="An option to play beside; give it once for each. 方案文件"),
    click.option("--rules", "rules_file", type=click.Path(path_type=Path), metavar="FILE.toml",
                 help="Service times, turnout, priorities, shifts, standby places. 模拟规则文件"),
    _path_option("--calls", "calls_file",
                 help="Past calls, from which places and hours are drawn. 历史呼救记录"),
    click.option("--dispatch", "dispatch_rule", type=Word(nearest="就近", preparedness="兼顾备勤"),
                 help="Which unit is sent: nearest, or preparedness. 派车规则"),
    click.option("--jobs", type=click.IntRange(min=1), metavar="N",
                 help="Processes that share the work; one a core if not given. 并行进程数"),
)  # fmt: skip


@cli.command(short_help="A year of calls, ambulances busy and free. 模拟一年的呼救与派车")
@county_option
@simulate_options
@data_option
@out_option
@standard_options
@click.option("--condition", default="siren", show_default=True, metavar="NAME",
              help="siren, normal, night, peak or rain. 行车条件")  # fmt: skip
@speeds_option
@crs_option
@columns_option
@shared_options
def simulate(
    county: str,
    option_files: tuple[Path, ...],
    jobs: int | None,
    data: Path | None,
    out: Path,
    condition: str,
    speeds_file: Path | None,
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
    **given: Any,
) -> int:
    """Play a year of calls, with the county as it is and with options. 模拟一年的呼救与派车"""
    from coverage.files import staged_folder  # noqa: PLC0415
    from coverage.geopackage import read_study_area  # noqa: PLC0415
    from coverage.options.reading import check_option, read_option  # noqa: PLC0415
    from coverage.reports.simulation_bundle import write_simulation  # noqa: PLC0415
    from coverage.reports.simulation_terminal import (  # noqa: PLC0415
        render_simulation,
        render_simulation_notes,
    )
    from coverage.simulating.recipe import simulate as run_simulate  # noqa: PLC0415

    played = _asked_to_simulate(given)
    standard = _standard(**given)
    files = [read_option(path) for path in option_files]
    ready = _ready(county, data, out, lang=lang, condition=condition, speeds_file=speeds_file)
    lang, folder, speeds = ready.lang, ready.folder, ready.speeds
    with staged_folder(folder) as staging:
        area = read_study_area(ready.path)
        options = [(check_option(file, area, speeds=speeds), file.text, file.path.name) for file in files]
        rules, log = _rules(area, options, speeds, played)
        with (
            _counting("simulating", "模拟", quiet=quiet, lang=lang) as progress,
            _of_file(played["rules_file"]),
        ):
            simulation = run_simulate(
                area, options, standard, speeds=speeds, condition=ready.condition, rules=rules,
                jobs=jobs or os.cpu_count() or 1, progress=progress,
            )  # fmt: skip
        names = write_simulation(simulation, staging, lang=lang)
        names += _write_log_rejects(log, staging, "simulate", lang)
    _forget_log_rejects(log, folder, "simulate")
    unsaid = [_of_unknown_system(file.path.name, lang) for file in files if file.assumes_wgs84]
    if played["rules_file"] is not None and played["rules_file"].has_places:
        unsaid.append(_of_unknown_system(played["rules_file"].path.name, lang))
    told = [*unsaid, *_log_lines(log, lang), *render_simulation_notes(simulation, lang)]
    _say(told, quiet=quiet)
    click.echo(render_simulation(simulation, lang, colour=_wants_colour()))
    _name_files(folder, names)
    return EXIT_REJECTS if log and log[0].rejects else 0


@contextmanager
def _of_file(rules_file: RulesFile | None) -> Iterator[None]:
    """Name the file of rules where the county cannot be played by them."""
    try:
        yield
    except SimulationError as error:
        if rules_file is None:
            raise
        path = rules_file.path
        raise SimulationError(f"{path}: {error}", zh=f"{path}：{error.zh}") from error


def _asked_to_simulate(given: dict[str, Any]) -> dict[str, Any]:
    """Take out of `given` what a simulated year is asked for beside the promise, and read its rules."""
    from coverage.inputs.rules import read_rules  # noqa: PLC0415
    from coverage.sources.layer_file import parse_columns  # noqa: PLC0415

    names = ("days", "calls_per_day", "replications", "seed")
    asked = {name: given.pop(name) for name in names}
    rules_file, calls_file, crs = given.pop("rules_file"), given.pop("calls_file"), given.pop("crs")
    columns = parse_columns(given.pop("columns"))
    if calls_file is None and (crs or columns):
        raise SimulationError(
            "--crs and --column are for the file of past calls, and none is given: add --calls FILE",
            zh="--crs、--column 用于历史呼救记录，但没有给出文件：请加上 --calls 文件",
        )
    return {
        "given": {name: value for name, value in asked.items() if value is not None},
        "dispatch": given.pop("dispatch_rule"),
        "rules_file": None if rules_file is None else read_rules(rules_file),
        "calls_file": None if calls_file is None else _layer_file(calls_file, crs=crs, columns=columns),
    }


def _rules(
    area: StudyArea, options: list[tuple[Option, str, str]], speeds: SpeedTable, asked: dict[str, Any]
) -> tuple[Rules, _Log | None]:
    """Give the rules that are played, and what became of the rows of past calls."""
    from coverage.inputs.calls import read_calls  # noqa: PLC0415
    from coverage.inputs.rules import check_rules  # noqa: PLC0415
    from coverage.simulation import COMMAND_LINE  # noqa: PLC0415
    from coverage.simulation import Rules as UsualRules  # noqa: PLC0415

    rules, log = UsualRules(), None
    if asked["rules_file"] is not None:
        names = {str(i): str(name) for i, name in area.facilities[["id", "name"]].to_numpy().tolist()}
        opened = {item.id: item.name for option, _, _ in options for item in option.open}
        rules = check_rules(asked["rules_file"], {**opened, **names}, speeds)
    changes = dict(asked["given"])
    if asked["dispatch"] is not None:
        changes["dispatch"] = asked["dispatch"]
    sources = {**rules.sources, **dict.fromkeys(changes, COMMAND_LINE)}
    if asked["calls_file"] is not None:
        past, account, notes = read_calls(asked["calls_file"], area)
        log = (account, notes)
        if "calls_per_day" not in changes:
            changes["calls_per_day"] = len(past.time_s) / past.n_days
            sources["calls_per_day"] = past.source
        changes["past_calls"] = past
    return replace(rules, **changes, sources=sources), log


def _write_log_rejects(log: _Log | None, staging: Path, command: str, lang: Lang) -> tuple[str, ...]:
    """Write the rows of a log that could not be used, where there are any."""
    from coverage.sources.rejected_rows import write_rejected  # noqa: PLC0415

    if log is None or not log[0].rejects:
        return ()
    name = f"{command}.rejected.xlsx"
    write_rejected([log[0]], staging / name, lang)
    return (name,)


def _forget_log_rejects(log: _Log | None, folder: Path, command: str) -> None:
    """Remove the rejects of an older run."""
    if log is None or not log[0].rejects:
        (folder / f"{command}.rejected.xlsx").unlink(missing_ok=True)


def _log_lines(log: _Log | None, lang: Lang) -> list[str]:
    """Say what became of the rows of a log."""
    return [] if log is None else [*(note.text(lang) for note in log[1]), log[0].line(lang)]


@contextmanager
def _counting(en: str, zh: str, *, quiet: bool, lang: Lang) -> Iterator[Callable[[int, int], None]]:
    """Show on stderr how much of the work is done."""
    from coverage.sources.progress import progress_bar  # noqa: PLC0415

    with progress_bar(100, quiet=quiet, lang=lang) as stage:
        shown = 0

        def progress(done: int, total: int) -> None:
            nonlocal shown
            while shown < 100 * done // max(total, 1):
                stage(en, zh)
                shown += 1

        yield progress


@cli.command(short_help="Speeds from observed trips. 由实际行车记录校准车速")
@county_option
@_path_option("--trips", "trips_file", required=True,
              help="Past drives with times and both ends. 行车记录")  # fmt: skip
@click.option("--speeds", "speeds_file", type=click.Path(path_type=Path), metavar="FILE",
              help="Speed table (TOML) to start from in place of the default. 速度表")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="N",
              help="Where the random numbers begin. 随机种子")  # fmt: skip
@crs_option
@columns_option
@data_option
@out_option
@shared_options
def calibrate(
    county: str,
    trips_file: str,
    speeds_file: Path | None,
    seed: int,
    crs: str,
    columns: tuple[str, ...],
    data: Path | None,
    out: Path,
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
) -> int:
    """Find the speeds that ambulances really drive, from observed trips. 由实际行车记录校准车速"""
    from coverage.calibrating.recipe import calibrate as run_calibrate  # noqa: PLC0415
    from coverage.files import staged_folder  # noqa: PLC0415
    from coverage.geopackage import read_study_area  # noqa: PLC0415
    from coverage.inputs.trips import read_trips  # noqa: PLC0415
    from coverage.reports.calibration_bundle import write_calibration  # noqa: PLC0415
    from coverage.reports.calibration_terminal import (  # noqa: PLC0415
        render_calibration,
        render_calibration_notes,
    )
    from coverage.sources.layer_file import parse_columns  # noqa: PLC0415

    file = _layer_file(trips_file, crs=crs, columns=parse_columns(columns))
    ready = _ready(county, data, out, lang=lang, speeds_file=speeds_file)
    lang, folder = ready.lang, ready.folder
    with staged_folder(folder) as staging:
        area = read_study_area(ready.path)
        trips, account, row_notes = read_trips(file, area)
        log = (account, row_notes)
        with _counting("fitting", "校准", quiet=quiet, lang=lang) as progress:
            calibration = run_calibrate(area, trips, speeds=ready.speeds, seed=seed, progress=progress)
        names = write_calibration(calibration, staging, lang=lang)
        names += _write_log_rejects(log, staging, "calibrate", lang)
    _forget_log_rejects(log, folder, "calibrate")
    _say([*_log_lines(log, lang), *render_calibration_notes(calibration, lang)], quiet=quiet)
    written = str(folder / "calibrate.toml")
    click.echo(render_calibration(calibration, lang, colour=_wants_colour(), path=written))
    _name_files(folder, names)
    return EXIT_REJECTS if account.rejects else 0


LAYER_WORDS = {
    "boundary": "县界",
    "townships": "乡镇",
    "facilities": "设施",
    "population": "人口",
    "roads": "道路",
}
area_options = _options(
    click.option("--township-level", type=click.IntRange(1, 12), metavar="N",
                 help="admin_level of the townships on OpenStreetMap. 乡镇的行政级别"),
    click.option("--buffer-km", type=Number(), metavar="KM",
                 help="How far roads reach beyond the outline; 20 for a new area. 县界外保留的道路范围"),
    click.option("--urban", default="", metavar="NAME,NAME",
                 help="Townships to class urban. 划为城区的乡镇"),
    click.option("--name", default="", metavar="NAME", help="The county's name. 县市名称"),
    click.option("--name-en", default="", metavar="NAME", help="Its English name. 英文名"),
    click.option("--code", default="", metavar="CODE", help="Its six-digit code. 行政区划代码"),
    click.option("--data", type=click.Path(path_type=Path), default=Path("data/boundaries"),
                 show_default=True, metavar="DIR", help="Folder the study area is written to. 研究区文件夹"),
)  # fmt: skip
file_options = _options(
    click.option("--osm", "osm_file", type=click.Path(path_type=Path), metavar="FILE",
                 help="Extract: .osm.pbf, .osm, .osm.gz, .osm.bz2, or OSMnx's .graphml. OpenStreetMap数据"),
    _path_option("--roads", help="Lines of roads: .shp, .gpkg, .geojson, or .graphml. 路网文件"),
    click.option("--boundary-relation", type=click.IntRange(min=1), metavar="ID",
                 help="OpenStreetMap relation of the county's outline. 县界关系编号"),
    click.option("--boundary", metavar="FILE[@CRS]|townships",
                 help="Polygon file of the outline, or the union of the townships. 县界文件"),
    _path_option("--townships", multiple=True, help="Polygons or a table of townships. 乡镇边界或乡镇表"),
    _path_option("--facilities", multiple=True,
                 help="Hospitals and ambulance stations: table or points. 医院、急救站"),
    _path_option("--population", help="Villages, grid cells, township totals, or a raster (.tif). 人口"),
    crs_option,
    columns_option,
)  # fmt: skip


@cli.command("import", short_help="A study area from your own files. 由自有数据生成或更新研究区")
@county_option
@file_options
@click.option("--replace", multiple=True, type=Word(**LAYER_WORDS),
              help="Replace only this layer of an existing area. 只替换该图层")  # fmt: skip
@click.option("--scale-to", type=click.Choice(["townships"]),
              help="Rescale people to the townships' totals. 按乡镇总人口调整")  # fmt: skip
@click.option("--max-demand", type=click.IntRange(min=1), show_default="50,000", metavar="N",
              help="Most demand points there may be. 人口点数上限")  # fmt: skip
@click.option("--strict", is_flag=True, help="Any rejected row is an error. 有问题的行即报错，不写文件")
@area_options
@shared_options
def import_(
    county: str,
    osm_file: Path | None,
    replace: tuple[str, ...],
    strict: bool,  # noqa: FBT001
    data: Path,
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
    **given: Any,
) -> int:
    """Make a study area, or replace layers of one, from your own files. 由自有数据生成或更新研究区"""
    from coverage.files import stamps  # noqa: PLC0415
    from coverage.sources.layer_file import parse_columns  # noqa: PLC0415
    from coverage.sources.progress import progress_bar  # noqa: PLC0415
    from coverage.sources.study_area_import import N_STAGES, import_study_area  # noqa: PLC0415
    from coverage.sources.table_fields import need_columns  # noqa: PLC0415

    lang, before = lang or _locale_lang(), stamps(data)
    _stem(county)  # what no file can be called is no study area's name either
    base = _older_area(
        county, data, wanted=not osm_file or bool(replace), needed=bool(replace) or not _is_new(given)
    )
    with progress_bar(N_STAGES + 1, quiet=quiet, lang=lang) as progress:
        progress("reading", "读取数据")
        order = _order(
            county,
            base=base,
            osm_file=osm_file,
            replace=frozenset("demand" if layer == "population" else layer for layer in replace),
            **given,
        )
        imported = import_study_area(order, progress=progress)
    without_account = ["roads"] if order.roads is not None else []
    need_columns(parse_columns(given["columns"]), imported.accounts, otherwise=without_account)
    return _store(imported, data / f"{order.county.stem}.gpkg", lang, before, strict=strict, quiet=quiet)


def _is_new(given: dict[str, Any]) -> bool:
    """Tell whether an outline is given with roads or as a relation, as for a study area of its own."""
    return bool((given["roads"] and given["boundary"]) or given["boundary_relation"])


def _older_area(county: str, data: Path, *, wanted: bool, needed: bool) -> StudyArea | None:
    """Open the study area that an import updates; None where a new one is made."""
    from coverage.geopackage import read_study_area  # noqa: PLC0415
    from coverage.sources.counties import find_county, search_folders  # noqa: PLC0415

    if not wanted:
        return None
    try:
        path = find_county(county, search_folders(data if data.is_dir() else None))
    except CountyError as error:
        if needed:
            raise CountyError(
                f"{error}; a new one needs roads (--osm or --roads) and an outline (--boundary)",
                zh=f"{error.zh}；如需新建，请同时提供路网（--osm 或 --roads）和县界（--boundary）",
            ) from error
        return None
    return read_study_area(path)


def _order(
    county: str,
    *,
    base: StudyArea | None,
    osm_file: Path | None,
    crs: str,
    columns: tuple[str, ...],
    boundary_relation: int | None,
    boundary: str | None,
    roads: str | None,
    population: str | None,
    urban: str,
    buffer_km: float | None,
    name: str,
    name_en: str,
    code: str,
    scale_to: str | None,
    **given: Any,
) -> Order:
    """Put the files and wishes of an import into one order."""
    from coverage.sources.import_order import Order, need_one_outline, need_outline  # noqa: PLC0415
    from coverage.sources.layer_file import parse_columns  # noqa: PLC0415
    from coverage.sources.osm_extract import open_osm  # noqa: PLC0415
    from coverage.sources.table_fields import check_columns  # noqa: PLC0415
    from coverage.study_area import County  # noqa: PLC0415

    headers = parse_columns(columns)
    check_columns(headers)

    def file(text: str) -> LayerFile:
        return _layer_file(text, crs=crs, columns=headers)

    outline: Any = boundary_relation
    if boundary is not None:
        outline = "townships" if boundary in ("townships", "乡镇") else file(boundary)
    need_one_outline(boundary, boundary_relation)
    # what can be told at once is told before a large file is read
    stem, code = base.county.stem if base is not None else _stem(county), _code(code)
    if base is None:
        need_outline(outline)
    is_new = base is None and boundary_relation is None
    return Order(
        county=County(stem, name or (county.strip() if is_new else ""), name_en, code),
        osm=open_osm(osm_file) if osm_file else None,
        boundary=outline,
        roads=None if roads is None else file(roads),
        townships=tuple(file(text) for text in given.pop("townships")),
        facilities=tuple(file(text) for text in given.pop("facilities")),
        population=None if population is None else file(population),
        urban=_names(urban),
        buffer_m=None if buffer_km is None else buffer_km * 1000,
        scale_to_townships=scale_to is not None,
        base=base,
        **{name: value for name, value in given.items() if value is not None},
    )


def _layer_file(text: str, *, crs: str, columns: Mapping[str, str] | None = None) -> LayerFile:
    """Read the name of a file as it is typed behind an option."""
    from coverage.sources.layer_file import parse_layer_file  # noqa: PLC0415

    if not text.strip():
        raise FileError(
            "the name of a file is empty: write it behind the option",
            zh="文件名是空的：请在选项后写出文件名",
        )
    return parse_layer_file(text, default_crs=crs, columns=columns)


def _names(text: str) -> tuple[str, ...]:
    """Split names as people separate them."""
    return tuple(part.strip() for part in re.split("[,，、;；]", text) if part.strip())


def _store(imported: Imported, target: Path, lang: Lang, before: Stamps, *, strict: bool, quiet: bool) -> int:
    """Write a study area and its rejected rows, say what became of everything, and give the exit code."""
    from coverage.files import check_unchanged, keep_older, staged_folder  # noqa: PLC0415
    from coverage.geopackage import write_study_area  # noqa: PLC0415
    from coverage.sources.rejected_rows import write_rejected  # noqa: PLC0415
    from coverage.sources.row_account import strict_error  # noqa: PLC0415

    has_rejects = any(account.rejects for account in imported.accounts)
    if strict and has_rejects:
        raise strict_error(imported.accounts)
    check_unchanged(target, before)
    rejected = target.with_name(f"{target.stem}.rejected.xlsx")
    with staged_folder(target.parent) as staging:
        write_study_area(imported.area, staging / target.name)
        if has_rejects:
            write_rejected(imported.accounts, staging / rejected.name, lang)
        # as long as rows of any layer are missing, the list of the last rejects is of use
        is_stale = not any(row.n_rejected for row in imported.area.provenance)
        copies = (keep_older(target), keep_older(rejected) if has_rejects or is_stale else None)
        older = [copy for copy in copies if copy is not None]
    if is_stale and not has_rejects:
        rejected.unlink(missing_ok=True)  # its copy stays
    if not quiet:
        for note in imported.notes:
            click.echo(note.text(lang), err=True)
        for copy in older:
            line = {"zh": f"原有文件另存为 {copy}", "en": f"the older file is kept as {copy}"}
            click.echo(line[lang], err=True)
    click.echo(_summary(imported.area, target, lang))
    for account in imported.accounts:
        click.echo(account.line(lang))
    if has_rejects:
        line = {"zh": f"未使用的行及原因见 {rejected}", "en": f"the rejected rows and why: {rejected}"}
        click.echo(line[lang])
    return EXIT_REJECTS if has_rejects else 0


@cli.command(short_help="A study area from OpenStreetMap over the network. 在线下载OpenStreetMap数据")
@county_option
@click.option("--place", default="", metavar="NAME",
              help="Name as OpenStreetMap knows it: 临湘市, 岳阳市, 湖南省, 中国. 地名全称")  # fmt: skip
@click.option("--endpoint", metavar="URL", help="Overpass server of your own. 自建Overpass服务地址")
@click.option("--nominatim", metavar="URL", help="Nominatim server of your own. 自建Nominatim服务地址")
@click.option("--timeout", "timeout_s", type=Number(), default=180.0, show_default=True, metavar="S",
              help="Seconds to wait for an answer. 等待应答的秒数")  # fmt: skip
@click.option("--refresh", is_flag=True, help="Ask again for what is at hand. 忽略已下载的数据")
@area_options
@shared_options
def fetch(
    county: str,
    place: str,
    endpoint: str | None,
    nominatim: str | None,
    timeout_s: float,
    refresh: bool,  # noqa: FBT001
    township_level: int | None,
    buffer_km: float | None,
    urban: str,
    name: str,
    name_en: str,
    code: str,
    data: Path,
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
) -> int:
    """Make a study area from OpenStreetMap over the network. 在线下载OpenStreetMap数据并生成研究区"""
    from coverage.files import stamps  # noqa: PLC0415
    from coverage.sources import osm_download, study_area_import  # noqa: PLC0415
    from coverage.sources.import_order import DEFAULT_BUFFER_M, Order, Outline  # noqa: PLC0415
    from coverage.sources.osm_extract import OsmSource  # noqa: PLC0415
    from coverage.sources.progress import progress_bar  # noqa: PLC0415
    from coverage.study_area import County  # noqa: PLC0415

    lang, before = lang or _locale_lang(), stamps(data)
    stem, code = _stem(county), _code(code)
    buffer_m = DEFAULT_BUFFER_M if buffer_km is None else buffer_km * 1000
    n_stages = osm_download.N_STAGES + study_area_import.N_STAGES
    with progress_bar(n_stages, quiet=quiet, lang=lang) as progress:
        found = osm_download.download_county(
            place or county,
            folder=data / "downloads" / stem,
            buffer_m=buffer_m,
            overpass_url=endpoint,
            nominatim_url=nominatim,
            timeout_s=timeout_s,
            township_level=township_level,
            refresh=refresh,
            progress=progress,
        )
        order = Order(
            county=County(stem, name or found.name, name_en or found.name_en, code),
            osm=OsmSource(found.origin.source, found.extract, found.origin, notes=found.notes),
            boundary=Outline(found.boundary, found.origin, found.relation),
            township_level=township_level,
            urban=_names(urban),
            buffer_m=buffer_m,
        )
        imported = study_area_import.import_study_area(order, progress=progress)
    code_at_end = _store(imported, data / f"{stem}.gpkg", lang, before, strict=False, quiet=quiet)
    if not quiet:
        click.echo(_asked(found, lang), err=True)
    return code_at_end


def _asked(found: Downloaded, lang: Lang) -> str:
    """Say how much was downloaded, and how much was at hand."""
    megabytes = found.n_bytes / 1e6
    if lang == "zh":
        return (
            f"下载{found.n_asked}次，共{megabytes:.1f} MB；另有{found.n_cached}份此前已下载"
            "（--refresh 可重新下载）"
        )
    return (
        f"answers downloaded: {found.n_asked}, {megabytes:.1f} MB; at hand from before: {found.n_cached} "
        "(--refresh asks anew)"
    )


@cli.command(short_help="An empty workbook to fill in. 生成可填写的Excel模板")
@click.argument(
    "layer", type=Word(facilities="设施", townships="乡镇", population="人口", candidates="候选点")
)
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE.xlsx",
              help="Workbook to write. 输出文件")  # fmt: skip
@shared_options
def template(layer: str, out: Path, lang: Lang | None, quiet: bool) -> None:  # noqa: FBT001
    """Write an empty workbook with the columns of a layer. 生成可填写的Excel模板"""
    from coverage.sources.table_templates import write_template  # noqa: PLC0415

    lang = lang or _locale_lang()
    write_template(layer, out, lang)
    if not quiet:
        click.echo(str(out))


def _summary(area: StudyArea, path: Path, lang: Lang) -> str:
    """Say what a study area holds and where it is."""
    n = {name: len(getattr(area, name)) for name in ("townships", "demand", "facilities")}
    n_km = area.roads.edges["length"].sum() / 1000
    people = area.demand["population"].sum()
    if lang == "zh":
        amount = f"{people:,.0f}人" if area.demand_unit == "people" else f"居住道路{people / 1000:,.0f}公里"
        return (
            f"{path}：{area.county.title(lang)}，{n['townships']}个乡镇，{n['demand']}个居民点（{amount}），"
            f"{n['facilities']}处设施，{n_km:,.0f}公里道路（双向分别计）"
        )
    amount = (
        f"{people:,.0f} people"
        if area.demand_unit == "people"
        else f"{people / 1000:,.0f} km of residential road"
    )
    return (
        f"{path}: {area.county.title(lang)}, "
        f"townships: {n['townships']}, demand points: {n['demand']} ({amount}), "
        f"facilities: {n['facilities']}, {n_km:,.0f} km of road (each direction counted)"
    )


def _code(text: str) -> str:
    """Give a county's six-digit code, or nothing where none is given."""
    code = unicodedata.normalize("NFKC", text).strip()
    if code and not re.fullmatch(r"\d{6}", code):
        raise CountyError(
            f"--code {text!r} is no county's code: give six digits, such as 430682",
            zh=f"--code {text!r} 不是县级代码：请给出六位数字，例如430682",
        )
    return code


def _stem(county: str) -> str:
    """Give the file name a county is kept under."""
    if not county.strip() or county in (".", "..") or any(mark in county for mark in '/\\:*?"<>|\0'):
        raise CountyError(
            f"--county {county!r} cannot be a file name: use letters, digits or Chinese characters",
            zh=f"--county {county!r} 不能作为文件名：请使用汉字、字母或数字",
        )
    return county.strip()


@cli.command(short_help="The study areas at hand. 列出已有研究区及数据来源")
@data_option
@shared_options
def counties(data: Path | None, lang: Lang | None, quiet: bool) -> None:  # noqa: FBT001
    """List the study areas at hand, and where they come from. 列出已有研究区及数据来源"""
    from coverage.reports.terminal import render_counties  # noqa: PLC0415
    from coverage.sources.counties import list_counties, search_folders  # noqa: PLC0415

    lang = lang or _locale_lang()
    for entry in list_counties(search_folders(data)):
        if entry.header is not None:
            click.echo(render_counties(entry.header.county, entry.header.provenance, lang))
        elif not quiet:
            click.echo(entry.problem.line(lang) if entry.problem else entry.path, err=True)


if __name__ == "__main__":
    main()
