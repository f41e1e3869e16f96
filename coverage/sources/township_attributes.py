"""What the rows of several files say of a township, laid over what was known of it."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from coverage.sources.notes import Note, noted
from coverage.sources.township_join import is_official, plain_code
from coverage.sources.township_register import Township

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.sources.township_rows import TownshipRows


def settle_attributes(
    townships: Sequence[Township], before: Sequence[Township], sheets: Sequence[TownshipRows]
) -> tuple[list[Township], tuple[Note, ...]]:
    """
    Let rows say what they say of their townships, in the order of the files; the rest stays.

    Parameters
    ----------
    townships
        With all their rows, those of `before` first.
    before
        As they were known before any row was read.
    sheets
        Rows of each file. Of what several files say, the last one holds; of the parts of a township in one
        file, the first that says it.

    Returns
    -------
    list of Township
        In the same order, with their polygons.
    tuple of Note
        Codes that were replaced.
    """
    settled, replaced = list[Township](), [list[str]() for _ in sheets]
    for i, joined in enumerate(townships):
        known = before[i] if i < len(before) else Township(joined.name)
        township = dataclasses.replace(known, polygon=joined.polygon, rows=joined.rows)
        for number, sheet in enumerate(sheets):
            earlier = township.code
            # what is laid on last holds
            for row in sorted((row for of, row in joined.rows if of == number), reverse=True):
                township = _brought_up(township, sheet, row)
            if earlier and township.code != earlier:
                replaced[number].append(f"{joined.name} {earlier} → {township.code}")
        settled.append(township)
    return settled, _code_notes(replaced, sheets)


def _brought_up(township: Township, sheet: TownshipRows, i: int) -> Township:
    """Let a row say what it says; the rest stays."""
    code = plain_code(str(sheet.code[i]))
    people, lon, lat = float(sheet.people[i]), float(sheet.seat_lon[i]), float(sheet.seat_lat[i])
    has_seat = math.isfinite(lon) and math.isfinite(lat)
    return dataclasses.replace(
        township,
        code=code if is_official(code) else township.code,
        urban=str(sheet.urban[i]) or township.urban,
        people=people if math.isfinite(people) else township.people,
        lon=lon if has_seat else township.lon,
        lat=lat if has_seat else township.lat,
    )


def _code_notes(replaced: Sequence[Sequence[str]], sheets: Sequence[TownshipRows]) -> tuple[Note, ...]:
    """Say which codes each file gave in the place of others."""
    return tuple(
        note
        for codes, sheet in zip(replaced, sheets, strict=True)
        for note in noted(
            "township_codes_replaced",
            "townships",
            codes,
            f"{sheet.table.name}: townships joined by name whose code is another than before, taken over: "
            "{n} ({some})",
            f"{sheet.table.name}：按名称匹配、代码与原有不同（以表中为准）的乡镇：{{n}}个（{{some}}）",
        )
    )
