"""One file of one layer as it was named on the command line: path, sheet, coordinate system, columns."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from coverage.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# the sheet stands before the system, so that a sheet's name may hold an @
_PARTS = re.compile(
    r"(?P<path>.+?\.[A-Za-z0-9]+)(?:[#＃](?P<sheet>.+?))?(?:[@＠](?P<crs>[^@＠#＃/\\]+))?", re.DOTALL
)


@dataclass(frozen=True)
class LayerFile:
    """
    A file that holds one layer.

    Parameters
    ----------
    path
        The file.
    sheet
        Sheet of a workbook; empty where the program is to find it.
    crs
        Coordinate system declared for this very file (``gcj02``, ``EPSG:4547``), which beats what the file
        says of itself; empty where none is.
    default_crs
        Coordinate system of the files of this run that do not say their own; empty where none is declared.
    columns
        Field (by any of its names) to the header it stands under, where the alias table does not know it.
    """

    path: Path
    sheet: str = ""
    crs: str = ""
    default_crs: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the file is called in messages: its name, and the sheet where one is given."""
        return f"{self.path.name}#{self.sheet}" if self.sheet else self.path.name


def parse_layer_file(
    text: str, *, default_crs: str = "", columns: Mapping[str, str] | None = None
) -> LayerFile:
    """
    Read ``FILE``, ``FILE@SYSTEM``, ``FILE#SHEET`` or ``FILE#SHEET@SYSTEM``.

    The marks may be full-width, as Chinese keyboards write them. A file whose own name holds these marks is
    taken as it stands.

    Parameters
    ----------
    text
        As typed.
    default_crs, columns
        As in `LayerFile`.
    """
    match = _PARTS.fullmatch(text)
    if Path(text).exists() or match is None:
        return LayerFile(Path(text), default_crs=default_crs, columns=columns or {})
    return LayerFile(
        Path(match["path"]), match["sheet"] or "", match["crs"] or "", default_crs, columns or {}
    )


def parse_columns(texts: Iterable[str]) -> dict[str, str]:
    """
    Read ``FIELD=HEADER`` as typed after ``--column``.

    Raises
    ------
    SourceError
        If one has no ``=``, or nothing on one side of it.
    """
    columns = {}
    for text in texts:
        name, _, header = unicodedata.normalize("NFKC", text).partition("=")
        if not name.strip() or not header.strip():
            raise SourceError(
                f"--column {text!r} names no field and header: write for instance 经度=lon_wgs",
                zh=f"--column {text!r} 格式不对：应写作 字段=列名，例如 经度=lon_wgs",
            )
        columns[name.strip()] = header.strip()
    return columns
