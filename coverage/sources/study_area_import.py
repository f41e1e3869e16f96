"""A study area layer by layer: from extracts, tables and shapes, and from the study area there was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from coverage.sources.frame import frame_of
from coverage.sources.import_demand import demand_layer
from coverage.sources.import_layers import (
    facility_layer,
    kept_provenance,
    known_places,
    road_layer,
    township_layer,
)
from coverage.sources.import_outline import candidate_areas, county_names, county_outline
from coverage.sources.layer_provenance import described
from coverage.sources.osm_extract import check_reach
from coverage.sources.progress import Stage, no_progress
from coverage.sources.row_account import many_rejects_notes
from coverage.study_area import StudyArea

if TYPE_CHECKING:
    from coverage.sources.import_order import Order
    from coverage.sources.notes import Note
    from coverage.sources.row_account import RowAccount

N_STAGES = 5


@dataclass(frozen=True)
class Imported:
    """
    A study area, and what a planner should know of how it came about.

    Parameters
    ----------
    area
        The study area.
    notes
        What was left out, merged or assumed, layer by layer.
    accounts
        What became of every row of every table.
    """

    area: StudyArea
    notes: tuple[Note, ...]
    accounts: tuple[RowAccount, ...] = ()


def import_study_area(order: Order, *, progress: Stage = no_progress) -> Imported:
    """
    Make a study area, or replace layers of one.

    Parameters
    ----------
    order
        The files, and what is to be done with them.
    progress
        Called as each of `N_STAGES` stages begins.

    Raises
    ------
    FileError
        If a file is missing, empty, cut short, or not what its ending says.
    CrsError
        If a file does not say its coordinate system, or it cannot be right.
    SourceError
        If the boundary cannot be made, no township or road lies within it, there is no facility, or no row
        of a table can be used.
    """
    progress("outline", "边界")
    areas = candidate_areas(order)
    outline = county_outline(order, areas)
    frame = frame_of(outline.polygon, order.reach_m)
    if order.osm is not None and "roads" in order.fresh:
        check_reach(order.osm, frame)
    county = county_names(order, outline)
    places, place_notes = known_places(order, frame)
    progress("roads", "道路")
    roads, road_table = road_layer(order, frame)
    tree = shapely.STRtree(roads.edges.geometry.to_numpy())
    progress("townships", "乡镇")
    townships = township_layer(order, outline, areas, frame, county, places, roads, tree)
    progress("facilities", "医疗机构")
    facilities = facility_layer(order, frame, tree)
    progress("people", "人口")
    demand = demand_layer(order, outline, frame, county, townships, places, roads, tree)
    boundary = described("boundary", [outline.origin], outline.notes)
    if "boundary" not in order.fresh:
        boundary = kept_provenance(order, "boundary")
    layers = (townships, demand.layer, facilities, road_table)
    area = StudyArea(
        county=county,
        boundary=frame.boundary,
        townships=townships.table.assign(population=demand.township_people),
        demand=demand.layer.table,
        facilities=facilities.table,
        roads=roads,
        provenance=(*boundary, *(row for layer in layers for row in layer.provenance)),
        buffer_m=order.reach_m,
        demand_unit=demand.unit,
    )
    accounts = tuple(account for layer in layers for account in layer.accounts)
    layer_notes = (note for layer in layers for note in layer.notes)
    return Imported(
        area, (*many_rejects_notes(accounts), *outline.notes, *place_notes, *layer_notes), accounts
    )
