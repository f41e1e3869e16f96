"""Letters by which the contents of a study area are known, whatever its file is called."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from coverage.reports.once import once

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.study_area import StudyArea

_LETTERS = 12


@once
def area_hash(area: StudyArea) -> str:
    """
    Give twelve letters that change with anything in a study area: places, figures, roads, sources.

    Parameters
    ----------
    area
        The study area; the order of its rows counts, that of its columns does not.
    """
    digest = hashlib.sha256()
    facts = {
        "county": dataclasses.asdict(area.county),
        "crs": area.crs.to_string(),
        "buffer_m": area.buffer_m,
        "demand_unit": area.demand_unit,
        "provenance": [dataclasses.asdict(row) for row in area.provenance],
    }
    digest.update(_line(facts))
    digest.update(shapely.to_wkb(area.boundary, byte_order=1))
    for name, table in (
        ("townships", area.townships),
        ("demand", area.demand),
        ("facilities", area.facilities),
        ("nodes", area.roads.nodes),
        ("edges", area.roads.edges),
    ):
        digest.update(_line([name, len(table)]))
        _add_table(digest, table)
    return digest.hexdigest()[:_LETTERS]


def _add_table(digest: hashlib._Hash, table: gpd.GeoDataFrame) -> None:
    """Add a table's index, its columns by their names, and its shapes."""
    shapes = table.geometry.name
    plain = pd.DataFrame(table.drop(columns=shapes))
    if any(name is not None for name in table.index.names):
        plain = plain.reset_index(allow_duplicates=True)
    for name in sorted(plain.columns, key=str):
        digest.update(_line(str(name)))
        digest.update(_bytes(plain[name]))
    for shape in shapely.to_wkb(table.geometry.to_numpy(), byte_order=1):
        digest.update(shape or b"-")


def _bytes(column: pd.Series[Any]) -> bytes:
    """Give numbers as eight bytes each, anything else as its text."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=np.dtype("<f8"), na_value=np.nan).tobytes()
    return _line([None if _is_absent(value) else str(value) for value in column])


def _is_absent(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)  # noqa: PLR0124


def _line(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
