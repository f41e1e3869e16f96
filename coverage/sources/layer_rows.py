"""One layer as it came out of the planner's files, with the account of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.sources.notes import Note
    from coverage.sources.row_account import RowAccount


@dataclass(frozen=True)
class LayerRows:
    """
    A layer read from one or several files.

    Parameters
    ----------
    table
        The layer as `coverage.study_area.StudyArea` has it, in the metric system of the frame.
    accounts
        What became of the rows, one account a file.
    notes
        What else a planner should know.
    modelled
        True where some of it is not observed.
    """

    table: gpd.GeoDataFrame
    accounts: tuple[RowAccount, ...]
    notes: tuple[Note, ...] = ()
    modelled: bool = False
