"""Orders of an import in one call, as tests ask for them."""

from __future__ import annotations

from pathlib import Path

from coverage.sources.import_order import DEFAULT_BUFFER_M, Order
from coverage.sources.layer_file import LayerFile
from coverage.sources.osm_extract import open_osm
from coverage.sources.progress import no_progress
from coverage.sources.study_area_import import Imported, import_study_area


def import_extract(
    path: Path,
    *,
    county,
    boundary,
    township_level=None,
    buffer_m=DEFAULT_BUFFER_M,
    urban=(),
    facilities=None,
    progress=no_progress,
    **more,
) -> Imported:
    """Import one extract or graph, the boundary a relation's number, a path or ``townships``."""
    order = Order(
        county=county,
        osm=open_osm(path),
        boundary=LayerFile(boundary) if isinstance(boundary, Path) else boundary,
        township_level=township_level,
        buffer_m=buffer_m,
        urban=tuple(urban),
        facilities=(LayerFile(facilities),) if facilities is not None else (),
        **more,
    )
    return import_study_area(order, progress=progress)
