"""Empty workbooks for planners to fill in, with lists to choose from and a word on every column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from coverage.errors import FileError, SourceError
from coverage.files import cannot_write, whole_file
from coverage.sources.table_fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

_LAST_ROW = 20_000
_FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}
_HEADING_FILL = PatternFill("solid", fgColor="FFDDE5EE")
_NEEDED_FILL = PatternFill("solid", fgColor="FFFFE9B8")
_TEXT_FORMAT = "@"


@dataclass(frozen=True)
class _Column:
    """
    One column of a template.

    Parameters
    ----------
    field
        Name in `FIELDS`.
    example
        What the example row has, in Chinese and in English.
    zh, en
        What to fill in.
    is_needed
        Whether a row is rejected without it.
    unit
        Written behind the header, in Chinese and in English.
    choices
        To choose from, in Chinese and in English; other words are accepted.
    limits
        Smallest and largest figure that makes sense.
    is_whole
        Whether the figure has no decimals.
    is_code
        Whether the cell is a text of digits, which Excel is not to take for a number.
    width
        In characters.
    """

    field: str
    example: tuple[str | float, str | float]
    zh: str
    en: str
    is_needed: bool = False
    unit: tuple[str, str] = ("", "")
    choices: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    limits: tuple[float, float] | None = None
    is_whole: bool = False
    is_code: bool = False
    width: float = 14.0


_LON = _Column(
    "lon",
    (113.450423, 113.450423),
    "经度，十进制度，例如 113.450423；从地图上拾取后直接粘贴，不要交换经纬度",
    "Longitude in decimal degrees, such as 113.450423; as the map gives it",
    limits=(-180.0, 180.0),
)
_LAT = _Column(
    "lat",
    (29.476849, 29.476849),
    "纬度，十进制度，例如 29.476849",
    "Latitude in decimal degrees, such as 29.476849",
    limits=(-90.0, 90.0),
)
_SYSTEM = _Column(
    "system",
    ("GCJ-02 高德", "GCJ-02 AMap"),
    "坐标取自哪里：高德、腾讯地图为GCJ-02，百度地图为BD-09，手持GPS为WGS84，测绘成果和天地图为国家2000",
    "Where the coordinates are from: GCJ-02 for AMap and Tencent, BD-09 for Baidu, WGS84 for GPS, CGCS2000 "
    "for surveys and Tianditu",
    choices=(
        ("GCJ-02 高德", "BD-09 百度", "WGS84", "国家2000"),
        ("GCJ-02 AMap", "BD-09 Baidu", "WGS84", "CGCS2000"),
    ),
)
_NAME_WIDTH = 36.0

_COLUMNS: Mapping[str, tuple[_Column, ...]] = {
    "facilities": (
        _Column(
            "name",
            ("示例：城关镇急救站（请删除本行）", "Example: Chengguan ambulance station (delete this row)"),
            "机构全称；以“示例：”开头的行不会导入",
            "Full name of the facility; a row that starts with “Example:” is not imported",
            is_needed=True,
            width=_NAME_WIDTH,
        ),
        _Column(
            "kind",
            ("急救站", "ambulance station"),
            "机构类型，从下拉列表中选择；留空时按名称判断",
            "Choose from the list; left empty, the name decides",
            choices=(
                ("医院", "急救站", "县域医疗次中心", "卫生院", "村卫生室"),
                ("hospital", "ambulance station", "subcentre", "health centre", "clinic"),
            ),
            width=18.0,
        ),
        replace(_LON, is_needed=True),
        replace(_LAT, is_needed=True),
        _SYSTEM,
        _Column(
            "ambulances",
            (2, 2),
            "可出动的救护车数量；没有填0，不清楚留空",
            "Ambulances that can be sent; 0 for none, empty where not known",
            limits=(0, 200),
            is_whole=True,
        ),
        _Column(
            "turnout_s",
            (120, 120),
            "从接到指令到车轮转动的时间，秒；不清楚留空，按标准值计",
            "Seconds from the order until the wheels turn; left empty, the standard's",
            unit=("（秒）", " (s)"),
            limits=(0, 3600),
        ),
        _Column(
            "centres",
            ("胸痛、卒中", "chest pain, stroke"),
            "已建成的急诊急救中心：胸痛、卒中、创伤、孕产妇、新生儿，用顿号分隔",
            "Emergency centres it has: chest pain, stroke, trauma, maternal, newborn; separated by commas",
            width=22.0,
        ),
        _Column("township", ("城关镇", "Chengguan"), "所在乡镇或街道，可留空", "Its township; may be empty"),
        _Column(
            "id",
            ("430682001", "430682001"),
            "机构代码，可留空；不得重复",
            "Its code; may be empty, must not repeat",
            is_code=True,
            width=22.0,
        ),
        _Column("address", ("", ""), "地址，可留空", "Address; may be empty", width=_NAME_WIDTH),
    ),
    "townships": (
        _Column(
            "name",
            ("示例：城关镇（请删除本行）", "Example: Chengguan (delete this row)"),
            "乡镇或街道全称；以“示例：”开头的行不会导入",
            "Full name of the township; a row that starts with “Example:” is not imported",
            is_needed=True,
            width=_NAME_WIDTH,
        ),
        _Column(
            "code",
            ("430682100", "430682100"),
            "9位或12位统计用区划代码，可留空",
            "Code of the statistical bureau, 9 or 12 digits; may be empty",
            is_code=True,
            width=18.0,
        ),
        _Column(
            "class",
            ("乡村", "rural"),
            "城区还是乡村，决定适用的急救半径标准",
            "Urban or rural: decides which response standard holds",
            choices=(("城区", "乡村"), ("urban", "rural")),
        ),
        _Column(
            "population",
            (32_500, 32_500),
            "常住人口，人",
            "Residents",
            unit=("（人）", ""),
            limits=(0, 5_000_000),
            is_whole=True,
        ),
        _LON,
        _LAT,
        _SYSTEM,
    ),
    "population": (
        _Column(
            "name",
            ("示例：东风村（请删除本行）", "Example: Dongfeng village (delete this row)"),
            "村或社区名称；以“示例：”开头的行不会导入",
            "Name of the village or community; a row that starts with “Example:” is not imported",
            width=_NAME_WIDTH,
        ),
        _Column(
            "population",
            (1_260, 1_260),
            "常住人口，人",
            "Residents",
            is_needed=True,
            unit=("（人）", ""),
            limits=(0, 5_000_000),
            is_whole=True,
        ),
        _LON,
        _LAT,
        _SYSTEM,
        _Column(
            "township",
            ("城关镇", "Chengguan"),
            "所属乡镇；没有经纬度的村按乡镇和村名定位",
            "Its township; a village without coordinates is found by township and name",
            width=18.0,
        ),
        _Column(
            "code",
            ("430682100201", "430682100201"),
            "12位统计用区划代码，可留空",
            "Code of the statistical bureau, 12 digits; may be empty",
            is_code=True,
            width=18.0,
        ),
    ),
    "candidates": (
        _Column(
            "name",
            ("示例：忠防镇急救站选址（请删除本行）", "Example: station at Zhongfang (delete this row)"),
            "候选点名称；以“示例：”开头的行不会导入",
            "Name of the place; a row that starts with “Example:” is not imported",
            is_needed=True,
            width=_NAME_WIDTH,
        ),
        _Column(
            "kind",
            ("急救站", "ambulance station"),
            "拟建急救站还是次中心，从下拉列表中选择；可留空",
            "What it is meant for; may be empty",
            choices=(("急救站", "县域医疗次中心"), ("ambulance station", "subcentre")),
            width=18.0,
        ),
        _LON,
        _LAT,
        _SYSTEM,
        _Column(
            "facility",
            ("", ""),
            "设在现有机构内的，填写该机构的代码或全称，此时可不填经纬度；新选址留空",
            "Id or full name of the facility it would be part of, whose coordinates then hold; empty for a "
            "new place",
            width=22.0,
        ),
        _Column(
            "cost_wan",
            (120, 120),
            "建设费用，万元；不清楚留空",
            "Cost of building it, 10,000 yuan; empty where not known",
            unit=("（万元）", " (万元)"),
            limits=(0, 100_000),
        ),
        _Column(
            "ambulances",
            (1, 1),
            "拟配置的救护车数；急救站留空时按1辆计",
            "Ambulances it would get; a station without a figure gets one",
            limits=(0, 200),
            is_whole=True,
        ),
        _Column("township", ("忠防镇", "Zhongfang"), "所在乡镇或街道，可留空", "Its township; may be empty"),
        _Column(
            "id",
            ("H01", "H01"),
            "编号，可留空；不得重复",
            "Its id; may be empty, must not repeat",
            is_code=True,
            width=14.0,
        ),
        _Column("address", ("", ""), "地址，可留空", "Address; may be empty", width=_NAME_WIDTH),
    ),
}
_FIELD_LAYERS = {"population": "demand"}


def write_template(layer: str, path: Path, lang: str) -> None:
    """
    Write an empty workbook for a layer: headers, an example row, lists to choose from, and an explanation.

    Parameters
    ----------
    layer
        ``facilities``, ``townships``, ``population`` or ``candidates``.
    path
        The workbook, .xlsx; written whole or not at all.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    SourceError
        If there is no template of that layer.
    FileError
        If the file is there already, is not to be an .xlsx, or cannot be written.
    """
    if layer not in _COLUMNS:
        raise SourceError(
            f"there is no template for {layer}: choose one of {', '.join(_COLUMNS)}",
            zh=f"没有“{layer}”模板：可选 {'、'.join(_COLUMNS)}",
        )
    if path.suffix.lower() != ".xlsx":
        raise FileError(
            f"{path} is to be a workbook: give a name that ends in .xlsx",
            zh=f"模板是Excel工作簿：{path} 应以 .xlsx 结尾",
        )
    if path.exists():
        raise FileError(
            f"{path} is there already: remove it or choose another name",
            zh=f"{path} 已存在，不会覆盖：请先删除或换一个文件名",
        )
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill_table(book.create_sheet("填写" if lang == "zh" else "table"), layer, lang)
    _fill_explanation(book.create_sheet("说明" if lang == "zh" else "explanation"), layer, lang)
    with whole_file(path) as staged:
        try:
            book.save(staged)
        except ValueError as error:
            raise cannot_write(path, error) from error


def _header(column: _Column, layer: str, lang: str) -> str:
    """Give the header of a column as the import knows it, with its unit."""
    own = next(f for f in FIELDS[_FIELD_LAYERS.get(layer, layer)] if f.name == column.field)
    return (own.zh if lang == "zh" else own.en) + column.unit[lang != "zh"]


def _fill_table(sheet: Worksheet, layer: str, lang: str) -> None:
    font, example_font = (
        Font(name=_FONTS[lang], bold=True),
        Font(name=_FONTS[lang], italic=True, color="FF888888"),
    )
    for j, column in enumerate(_COLUMNS[layer], start=1):
        letter = get_column_letter(j)
        sheet.column_dimensions[letter].width = column.width
        if column.is_code:
            sheet.column_dimensions[letter].number_format = _TEXT_FORMAT
        heading = sheet.cell(1, j, _header(column, layer, lang))
        heading.font = font
        heading.fill = _NEEDED_FILL if column.is_needed else _HEADING_FILL
        heading.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        example = sheet.cell(2, j, column.example[lang != "zh"] or None)
        example.font = example_font
        if column.is_code:
            example.number_format = _TEXT_FORMAT
        validation = _validation(column, lang)
        if validation is not None:
            sheet.add_data_validation(validation)
            validation.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.freeze_panes = "B2"


def _validation(column: _Column, lang: str) -> DataValidation | None:
    """Make the rule that Excel holds a column to: a warning that can be overruled, since more is read."""
    zh = lang == "zh"
    if column.choices is not None:
        rule = DataValidation(type="list", formula1=f'"{",".join(column.choices[not zh])}"', allow_blank=True)
    elif column.limits is not None:
        low, high = column.limits
        rule = DataValidation(
            type="whole" if column.is_whole else "decimal",
            operator="between",
            formula1=f"{low:g}",
            formula2=f"{high:.0f}",
            allow_blank=True,
        )
    else:
        return None
    rule.errorStyle = "warning"
    rule.errorTitle = "请核对" if zh else "Please check"
    rule.error = (column.zh if zh else column.en)[:225]
    rule.showErrorMessage = True
    return rule


def _fill_explanation(sheet: Worksheet, layer: str, lang: str) -> None:
    zh = lang == "zh"
    sheet.append(["列", "是否必填", "怎么填"] if zh else ["column", "needed", "what to fill in"])
    for j, column in enumerate(_COLUMNS[layer], start=1):
        needed = ("必填" if column.is_needed else "") if zh else ("yes" if column.is_needed else "")
        # with a number before it, the import takes no word here for a header
        sheet.append([f"{j}. {_header(column, layer, lang)}", needed, column.zh if zh else column.en])
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.font = Font(name=_FONTS[lang], bold=cell.row == 1)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if cell.row == 1:
                cell.fill = _HEADING_FILL
    for letter, width in (("A", 18.0), ("B", 10.0), ("C", 90.0)):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
