"""What was chosen where a table left a choice, as notes for the planner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.sources.coordinates import SYSTEM_NAMES
from coverage.sources.notes import Note, noted
from coverage.sources.table_fields import field_of
from coverage.sources.table_workbook import row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.sources.table_grid import Cells, Grid
    from coverage.sources.table_headers import HeaderMatch
    from coverage.sources.tables import Table

_PLACED = ("lon", "lat", "lonlat")
# words to go by, of which a table often has several
_UNTOLD = ("name", "id", "code", "township", "township_code", "address", "system")
_FAILED = frozenset({"#NULL!", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NUM!"})


def sheet_notes(table: Table, sheet: str, others: Sequence[str]) -> tuple[Note, ...]:
    """Name the sheets that would have done as well."""
    file = table.file.path.name
    return noted(
        "sheets_passed_over",
        table.layer,
        others,
        f"{file}: the sheet {sheet} was read, and not {{some}}; name another as {file}#SHEET",
        f"{file}：读取了工作表“{sheet}”，未读取{{some}}；如需其他工作表，请写 {file}#表名",
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
    for name in match.scaled_above:
        factor = f"{match.scales[name]:,.0f}"
        notes += noted(
            "figures_scaled",
            table.layer,
            [table.headers[name]],
            f"{table.name}: {{some}} is multiplied by {factor}, the unit that is written above the header",
            f"{table.name}：按表头上方注明的单位，“{{some}}”列已乘以{factor}",
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
