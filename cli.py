"""The `coverage` command: parse, call, print."""

from __future__ import annotations

import locale
import os
import re
import sys
import unicodedata
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from coverage.errors import CountyError, CoverageError, SourceError, StandardError
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea

Lang = Literal["zh", "en"]
EXIT_ERROR = 2
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
    try:
        cli.main(args=arguments, prog_name="coverage", standalone_mode=False)
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
    return 0


def _reason(error: Exception, lang: Lang) -> str:
    """Say in one line what went wrong."""
    if isinstance(error, CoverageError):
        return error.line(lang)
    if isinstance(error, click.ClickException):
        return _usage_line(error, lang)
    if isinstance(error, OSError):
        # a name no file can have, or an output that takes nothing more
        return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    return {"zh": "参数中有无法识别的字符", "en": "an argument is not readable text"}[lang]


def _usage_line(error: click.ClickException, lang: Lang) -> str:
    """Say in one line what is wrong with the words of a command, and where its help is."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "coverage"
    message = " ".join(error.format_message().split()).rstrip(".")
    if lang == "en":
        return f"{message}: see {command} --help"
    parameter = getattr(error, "param", None)
    name = parameter.opts[0] if parameter is not None else ""
    if isinstance(error, click.NoSuchOption):
        message = f"没有选项 {error.option_name}"
    elif isinstance(error, click.MissingParameter) and name:
        message = f"缺少选项 {name}"
    elif isinstance(error, click.BadParameter) and parameter is not None:
        kind = parameter.type
        allowed = f"可选 {'、'.join(kind.choices)}" if isinstance(kind, click.Choice) else "应为数字"
        message = f"选项 {name} 的取值不对，{allowed}"
    return f"{message}：用法见 {command} --help"


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
            return float(text.removesuffix("%")) / 100 if percent else float(text)
        except ValueError:
            return self.fail(f"{value!r} is not a number", param, ctx)


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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="emergency-coverage")
def cli() -> None:
    """Who is inside the emergency circle of a county, and who is not. 县域急救圈覆盖分析"""


@cli.command(short_help="Verdicts, township by township. 评估各乡镇是否达标")
@county_option
@data_option
@click.option("--out", type=click.Path(path_type=Path), default=Path("maps"), show_default=True,
              metavar="DIR", help="Folder for the results. 输出文件夹")  # fmt: skip
@standard_options
@click.option("--condition", default="siren", show_default=True, metavar="NAME",
              help="siren, normal, night, peak or rain. 行车条件")  # fmt: skip
@click.option("--speeds", "speeds_file", type=click.Path(path_type=Path), metavar="FILE",
              help="Speed table (TOML) in place of the default. 速度表")  # fmt: skip
@click.option("--tiles", metavar="osm|tianditu:KEY|URL",
              help="Background tiles; the map then needs the internet. 在线底图")  # fmt: skip
@shared_options
def analyze(
    county: str,
    data: Path | None,
    out: Path,
    condition: str,
    speeds_file: Path | None,
    tiles: str | None,
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
    **promise: Any,
) -> None:
    """Hold a county against its promise, township by township. 评估各乡镇是否达标"""
    from coverage.analysis import analyze as run_analysis  # noqa: PLC0415
    from coverage.files import staged_folder  # noqa: PLC0415
    from coverage.geopackage import read_study_area  # noqa: PLC0415
    from coverage.reports.bundle import write_reports  # noqa: PLC0415
    from coverage.reports.map_tiles import parse_tiles  # noqa: PLC0415
    from coverage.reports.terminal import render, render_notes  # noqa: PLC0415
    from coverage.routing.speeds import DEFAULT_SPEEDS  # noqa: PLC0415
    from coverage.settings import read_speeds  # noqa: PLC0415
    from coverage.sources.counties import find_county, search_folders  # noqa: PLC0415

    lang = lang or _locale_lang()
    standard = _standard(**promise)
    speeds = read_speeds(speeds_file) if speeds_file else DEFAULT_SPEEDS
    condition = CONDITION_NAMES.get(condition, condition)
    speeds.factor(condition)
    if tiles:
        parse_tiles(tiles, lang)
    path = find_county(county, search_folders(data))
    # the folder comes first: an hour's work must not end at a folder that cannot be written
    with staged_folder(out / path.stem) as staging:
        analysis = run_analysis(read_study_area(path), standard, speeds=speeds, condition=condition)
        names = write_reports(analysis, staging, command="analyze", lang=lang, tiles=tiles)
    if not quiet:
        for line in render_notes(analysis, lang):
            click.echo(line, err=True)
    click.echo(render(analysis, lang, colour=_wants_colour()))
    click.echo("  ".join(str(out / path.stem / name) for name in names))


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


@cli.command("import", short_help="A study area from OpenStreetMap. 由OpenStreetMap数据生成研究区")
@county_option
@click.option(
    "--osm",
    "osm_file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Extract: .osm.pbf, .osm, .osm.gz, .osm.bz2, or OSMnx's .graphml. 路网数据文件",
)
@click.option(
    "--boundary-relation",
    type=click.IntRange(min=1),
    metavar="ID",
    help="OpenStreetMap relation of the county's outline. 县界关系编号",
)
@click.option(
    "--boundary",
    metavar="FILE|townships",
    help="Polygon file of the outline, or the union of the townships. 县界文件",
)
@click.option(
    "--township-level",
    type=click.IntRange(1, 12),
    metavar="N",
    help="admin_level of the townships; without it the county is one. 乡镇的行政级别",
)
@click.option(
    "--facilities",
    "facilities_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Points that take the place of the facilities on OpenStreetMap. 急救设施文件",
)
@click.option(
    "--buffer-km",
    type=Number(),
    default=20.0,
    show_default=True,
    metavar="KM",
    help="How far roads reach beyond the outline. 县界外保留的道路范围",
)
@click.option("--urban", default="", metavar="NAME,NAME", help="Townships to class urban. 划为城区的乡镇")
@click.option("--name", default="", metavar="NAME", help="The county's name, else the relation's. 县市名称")
@click.option("--name-en", default="", metavar="NAME", help="Its English name. 英文名")
@click.option("--code", default="", metavar="CODE", help="Its six-digit code. 行政区划代码")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("data/boundaries"),
    show_default=True,
    metavar="DIR",
    help="Folder the study area is written to. 研究区文件夹",
)
@shared_options
def import_(
    county: str,
    osm_file: Path,
    boundary_relation: int | None,
    boundary: str | None,
    township_level: int | None,
    facilities_file: Path | None,
    buffer_km: float,
    urban: str,
    name: str,
    name_en: str,
    code: str,
    data: Path,
    lang: Lang | None,
    quiet: bool,  # noqa: FBT001
) -> None:
    """Make a study area from an OpenStreetMap extract. 由OpenStreetMap数据生成研究区"""
    from coverage.files import keep_older  # noqa: PLC0415
    from coverage.geopackage import write_study_area  # noqa: PLC0415
    from coverage.sources.osm_extract import N_STAGES, import_osm_extract  # noqa: PLC0415
    from coverage.sources.progress import progress_bar  # noqa: PLC0415
    from coverage.study_area import County  # noqa: PLC0415

    lang = lang or _locale_lang()
    target = data / f"{_stem(county)}.gpkg"
    code = _code(code)
    outline = _outline(boundary_relation, boundary)
    with progress_bar(N_STAGES, quiet=quiet, lang=lang) as progress:
        imported = import_osm_extract(
            osm_file,
            county=County(
                target.stem, name or (county if outline != boundary_relation else ""), name_en, code
            ),
            boundary=outline,
            township_level=township_level,
            buffer_m=buffer_km * 1000,
            urban=[part.strip() for part in re.split("[,，、;；]", urban) if part.strip()],
            facilities=facilities_file,
            progress=progress,
        )
    older = keep_older(target)
    write_study_area(imported.area, target)
    if not quiet:
        for note in imported.notes:
            click.echo(note.text(lang), err=True)
        if older is not None:
            line = {"zh": f"原有文件另存为 {older}", "en": f"the older file is kept as {older}"}
            click.echo(line[lang], err=True)
    click.echo(_summary(imported.area, target, lang))


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


def _outline(relation: int | None, boundary: str | None) -> int | Path | Literal["townships"]:
    """Give the one outline that was asked for."""
    if (relation is None) == (boundary is None):
        raise SourceError(
            "give either --boundary-relation ID, or --boundary FILE or townships",
            zh="请用 --boundary-relation 编号、--boundary 文件 或 --boundary townships 三者之一说明县界",
        )
    if relation is not None:
        return relation
    return "townships" if boundary == "townships" else Path(boundary or "")


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
