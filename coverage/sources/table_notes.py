"""What was chosen where a table left a choice, as notes for the planner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.errors import name_some
from coverage.sources.coordinates import SYSTEM_NAMES
from coverage.sources.notes import Note, noted
from coverage.sources.osm_tags import plain_name
from coverage.sources.table_fields import FIELDS, field_of
from coverage.sources.table_values import is_empty
from coverage.sources.table_workbook import row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.sources.table_grid import Cells, Grid
    from coverage.sources.table_headers import HeaderMatch
    from coverage.sources.tables import Table

_PLACED = ("lon", "lat", "lonlat")
# words to go by, of which a table often has several
_UNTOLD = ("name", "id", "code", "township", "township_code", "county", "address", "system")
# what counts the rows, and is of no use
_SERIAL = frozenset({"序号", "no", "fid", "ogcfid", "objectid"})
_LONG, _MANY = 24, 12
_FEW_PEOPLE = 100
_FEW_WITH_PARTS = 1_000
_FAILED = frozenset({"#NULL!", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NUM!"})


def sheet_notes(table: Table, sheet: str, others: Sequence[str]) -> tuple[Note, ...]:
    """Name the hidden sheets that would have done as well."""
    file = table.file.path.name
    return noted(
        "sheets_passed_over",
        table.layer,
        others,
        f"{file}: the sheet {sheet} was read, and not the hidden {{some}}; name another as {file}#SHEET",
        f"{file}：读取了工作表“{sheet}”，未读取隐藏的{{some}}；如需其他工作表，请写 {file}#表名",
    )


def column_notes(table: Table, match: HeaderMatch, headers: Sequence[str], declared: str) -> tuple[Note, ...]:
    """Name the columns that were passed over for better ones, and a header that contradicts the planner."""
    notes: list[Note] = []
    for name, positions in match.passed_over.items():
        own = field_of(name, table.layer)
        if own is None or name in _UNTOLD or (name in _PLACED and table.geometry is not None):
            continue
        taken = table.headers[name]
        notes += noted(
            "columns_passed_over",
            table.layer,
            [headers[j] for j in positions],
            f"{table.name}: the column {taken} is read as {own.en}, and not {{some}}; choose with "
            f"--column {own.name}=HEADER",
            f"{table.name}：“{own.zh}”取自“{taken}”列，未采用{{some}}；可用 --column {own.zh}=表头 指定",
        )
    for name in (name for name in match.scaled_above if match.scales[name] != 1.0):
        factor = f"{match.scales[name]:,.0f}"
        notes += noted(
            "figures_scaled",
            table.layer,
            [table.headers[name]],
            f"{table.name}: {{some}} is multiplied by {factor}, the unit that is written above or below",
            f"{table.name}：按表格上方或下方注明的单位，“{{some}}”列已乘以{factor}",
        )
    if declared and match.system and match.system != declared:
        said, told = (SYSTEM_NAMES.get(system, (system, system)) for system in (match.system, declared))
        notes += noted(
            "system_contradictory",
            table.layer,
            [table.name],
            f"{table.name}: the header says {said[0]}, read as {told[0]}, as declared",
            f"{table.name}：表头写的是{said[1]}，已按声明的{told[1]}读取",
        )
    return tuple(notes)


def read_notes(table: Table) -> tuple[Note, ...]:
    """Say which header each field is read from, and which columns that hold anything are not used."""
    if not FIELDS[table.layer]:
        return ()
    drawn = table.geometry is not None
    # a field may be of several layers: it is called as this one calls it
    read = [
        (own, table.headers[own.name])
        for own in FIELDS[table.layer]
        if table.has(own.name) and not (drawn and own.name in _PLACED)
    ]
    used = {header for _, header in read}
    unused = [header for header in map(str, table.cells.columns) if header not in used]
    unused = [h for h in unused if plain_name(h) not in _SERIAL and not all(map(is_empty, table.cells[h]))]
    en = ", ".join(f"{own.en} ← {_short(header)}" for own, header in read)
    zh = "，".join(f"{own.zh}←{_short(header)}" for own, header in read)
    some = [_short(header) for header in unused]
    more = "; columns not used: " + name_some(some, _MANY) + " (--column can name them)" if some else ""
    more_zh = "；未使用的列：" + name_some(some, _MANY, mark="、") + "（可用 --column 指定）" if some else ""
    shapes, shapes_zh = (", place ← shapes", "，位置←图形") if drawn else ("", "")
    return (
        Note(
            "columns_read",
            table.layer,
            f"{table.name}: {f'{en}{shapes}'.removeprefix(', ')}{more}",
            f"{table.name}：{f'{zh}{shapes_zh}'.removeprefix('，')}{more_zh}",
            len(unused),
            tuple(unused),
        ),
    )


def _short(header: str) -> str:
    """Give a header in one line."""
    text = " ".join(header.split())
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def small_notes(table: Table) -> tuple[Note, ...]:
    """Doubt the unit of townships' people where all figures are too small to be theirs."""
    if table.layer != "townships" or not table.has("population"):
        return ()
    people, _ = table.numbers("population")
    rows, people = table.row[people > 0], people[people > 0]
    small = (people < _FEW_PEOPLE) | ((people % 1 != 0) & (people < _FEW_WITH_PARTS))
    if not len(people) or not small.all():
        return ()
    header = _short(table.headers["population"])
    return (
        Note(
            "population_small",
            table.layer,
            f"{table.name}: no township has more than {people.max():g} people by the column {header}: is its "
            "unit 万人 (ten thousand)? If so, head it 人口（万人）",
            f"{table.name}：“{header}”列中各乡镇人口均不超过{people.max():g}人，单位是否为万人？"
            "如是，请将表头写为“人口（万人）”",
            len(people),
            tuple(map(str, rows.tolist())),
        ),
    )


def cell_notes(table: Table, grid: Grid, cells: Cells) -> tuple[Note, ...]:
    """Name formulas without a value or with an error, and merged cells whose figure counts once."""
    rows = set(cells.row.tolist())
    empty = [cell for cell in grid.formulas if row_of(cell) in rows]
    sums = [f"{header} {row}" for header, found in cells.sums.items() for row in found]
    failed = [
        f"{header} {row}"
        for header in table.headers.values()
        for text, row in zip(table.cells[header].tolist(), cells.row.tolist(), strict=True)
        if text[:1] == "#" and text.upper() in _FAILED
    ]
    return (
        *noted(
            "formulas_failed",
            table.layer,
            failed,
            f"{table.name}: cells with an error of Excel in place of a figure, such as #REF!, read as empty: "
            "{n} (column and row: {some}); mend the formulas",
            f"{table.name}：{{n}}个单元格是Excel公式错误（如#REF!），按空值读取（列和行号：{{some}}）；请更正公式",
        ),
        *noted(
            "formulas_without_value",
            table.layer,
            empty,
            f"{table.name}: formulas without a stored value, read as empty: {{n}} ({{some}}); open the file "
            "in Excel and save it",
            f"{table.name}：{{n}}个公式没有保存计算结果，按空值读取（{{some}}）；请用Excel打开并保存后重新导入",
        ),
        *noted(
            "merged_figures",
            table.layer,
            sums,
            f"{table.name}: merged cells over figures, counted once, in their first row: {{n}} rows "
            "({some})",
            f"{table.name}：合并单元格中的数值只计入首行：涉及{{n}}行（{{some}}）",
        ),
    )
