"""Where an option closes roads and where it builds some, as maps draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.option import Roadworks
from coverage.roadworks import apply_roadworks, built_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.study_area import Roads

_SAME_ROAD_M = 0.5  # what is left of a road that is cut lies as near to it


def closed_roads(today: Roads, works: Roadworks) -> gpd.GeoDataFrame:
    """
    Find the parts of roads that nobody drives any more.

    Parameters
    ----------
    today
        The roads as they are.
    works
        What is closed; every closure is held against the roads as they are.

    Returns
    -------
    GeoDataFrame
        One row a closure, in their order: ``name`` and its lines; of a road that is closed in part, that
        part alone, and both directions once.
    """
    return _table(
        [c.name for c in works.close], [_closed(today, Roadworks((c,))) for c in works.close], today
    )


def _closed(today: Roads, works: Roadworks) -> shapely.Geometry:
    """Take what stays of the edges that are gone from what they were."""
    after = apply_roadworks(today, works).edges
    gone = today.edges.geometry[~today.edges.index.isin(after.index)]
    left = after.geometry[~after.index.isin(today.edges.index)]
    closed: shapely.Geometry = gone.union_all().difference(left.union_all().buffer(_SAME_ROAD_M))
    return closed


def new_roads(after: Roads, works: Roadworks) -> gpd.GeoDataFrame:
    """
    Find the roads that are built, led to where they join the others.

    Parameters
    ----------
    after
        The roads with everything that is closed and built.
    works
        What is built.

    Returns
    -------
    GeoDataFrame
        One row a new road, in their order: ``name`` and its lines.
    """
    number = built_by(after.edges, works)
    lines = [after.edges.geometry[number == i].union_all() for i in range(len(works.new))]
    return _table([road.name for road in works.new], lines, after)


def _table(names: Sequence[str], lines: Sequence[shapely.Geometry], roads: Roads) -> gpd.GeoDataFrame:
    merged = shapely.line_merge(np.array(lines, dtype=object))
    return gpd.GeoDataFrame({"name": list(names)}, geometry=merged, crs=roads.edges.crs)
