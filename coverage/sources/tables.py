"""Tables as planners have them: CSV, XLSX, GeoJSON, GeoPackage and Shapefile, read into one form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from coverage.sources.table_fields import field_of
from coverage.sources.table_values import is_empty, parse_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from coverage.sources.layer_file import LayerFile
    from coverage.sources.notes import Note
    from coverage.sources.table_values import Parsed


@dataclass(frozen=True)
class Table:
    """
    One sheet, file or map layer: its rows as texts, and where each field stands.

    Parameters
    ----------
    file
        The file it is from.
    layer
        What it was read as, a key of `table_fields.FIELDS`.
    name
        The file and the sheet that was read, as messages call it.
    cells
        Texts as they stand in the file, under its own headers made unique; rows numbered from 0.
    row
        Shape (n,): each row's number as the planner sees it: row of the sheet, line of the text file, else
        the feature counted from 1.
    headers
        Field to header.
    geometry
        Shapes as they stand in the file, aligned with `cells`; None where it has none.
    system
        Coordinate system in force, as `coordinates.parse_system` gives it; empty where it is neither
        declared nor known.
    scales
        Field to the factor of the unit that its header names.
    columns_used
        Fields, as typed, whose headers the planner named and this table has.
    overlong
        Shape (n,): True where a row has more cells than the header has columns.
    """

    file: LayerFile
    layer: str
    name: str
    cells: pd.DataFrame
    row: NDArray[np.int64]
    headers: Mapping[str, str]
    geometry: gpd.GeoSeries | None = None
    system: str = ""
    scales: Mapping[str, float] = field(default_factory=dict)
    columns_used: tuple[str, ...] = ()
    overlong: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.row)

    @property
    def has_places(self) -> bool:
        """Whether rows say where they are: by shapes, or by columns of coordinates."""
        return self.geometry is not None or self.has("lonlat") or (self.has("lon") and self.has("lat"))

    def has(self, name: str) -> bool:
        """Tell whether there is a column of that field."""
        return name in self.headers

    def texts(self, name: str) -> NDArray[np.object_]:
        """
        Give the texts of a field.

        Returns
        -------
        numpy.ndarray of str
            Shape (n,), stripped; ``""`` where a cell is empty or stands for nothing, and where the table has
            no such column.
        """
        texts = np.full(len(self), "", dtype=object)
        if self.has(name):
            column = self.cells[self.headers[name]].tolist()
            texts[:] = ["" if is_empty(text) else text.strip() for text in column]
        return texts

    def numbers(self, name: str) -> Parsed:
        """
        Give the figures of a field, in its own unit: people, vehicles, seconds.

        Returns
        -------
        values : numpy.ndarray
            Shape (n,), NaN where a cell is empty or unreadable.
        unreadable : numpy.ndarray of bool
            Shape (n,), True where a cell holds something that is not one figure.
        """
        own = field_of(name, self.layer)
        units = own.units if own is not None else {}
        return parse_numbers(self.texts(name).tolist(), units, self.scales.get(name, 1.0))


def read_table(file: LayerFile, layer: str) -> tuple[Table, tuple[Note, ...]]:
    """
    Read a table.

    Parameters
    ----------
    file
        The file, with the sheet, the coordinate system and the columns that the planner names.
    layer
        What it is to be read as, a key of `table_fields.FIELDS`.

    Returns
    -------
    Table
        All of its rows but blank ones.
    tuple of Note
        What was chosen where the file left a choice.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged, or of a kind that is not read here.
    SourceError
        If it has no header that fits the layer, lacks a column that is needed, or the sheet that is asked for.
    CrsError
        If the declared coordinate system is unknown.
    """
    raise NotImplementedError
