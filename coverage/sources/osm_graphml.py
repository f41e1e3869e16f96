"""Roads from a GraphML file of OSMnx's own work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd

from coverage.errors import CrsError, SourceError
from coverage.routing.speeds import DEFAULT_SPEEDS, KPH_PER_MPS
from coverage.sources.notes import Note, noted
from coverage.sources.osm_file import check_file, unreadable
from coverage.sources.osm_roads import CONDITION, DECISIVE, JOINED
from coverage.sources.osm_tags import why_barred
from coverage.study_area import WGS84, Roads

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

ENDINGS = (".graphml",)


def read_graphml(path: Path) -> tuple[Roads, tuple[Note, ...]]:
    """
    Read the roads of a graph that OSMnx has saved.

    Speeds and times are those of the program's own table; OSMnx's imputed ones are set aside. Edges an
    ambulance may not use are left out, as far as the tags OSMnx has kept tell.

    Parameters
    ----------
    path
        GraphML file, simplified or not, in any reference system.

    Returns
    -------
    Roads
        In WGS84; several values in a cell are joined by ``;``.
    tuple of Note
        Edges left out.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged or no graph of OSMnx.
    CrsError
        If the graph does not say its reference system.
    SourceError
        If it holds no road.
    """
    check_file(path, ENDINGS)
    try:
        graph = ox.io.load_graphml(path)
    except (ParseError, LookupError, ValueError, TypeError, SyntaxError, nx.NetworkXError) as error:
        raise unreadable(path) from error
    if "crs" not in graph.graph:
        raise CrsError(
            f"{path} does not say its reference system: save the graph with osmnx.save_graphml",
            zh=f"{path} 没有坐标系信息：请用 osmnx.save_graphml 保存路网",
        )
    if not graph.number_of_edges():
        raise SourceError(
            f"{path} holds no road: save a graph with edges", zh=f"{path} 中没有道路：请检查路网"
        )
    nodes, edges = (table.to_crs(WGS84) for table in ox.convert.graph_to_gdfs(graph))
    barred = np.array(
        [why_barred(_tags(row)) is not None for row in edges.drop(columns="geometry").to_dict("records")]
    )
    notes = _barred_notes(edges[barred])
    edges = edges[~barred]
    speed = DEFAULT_SPEEDS.speeds_kph(edges, CONDITION)
    edges = edges.assign(
        speed_kph=speed, travel_time=edges["length"].to_numpy(dtype=float) / (speed / KPH_PER_MPS)
    )
    for name in ("osmid", *DECISIVE, *JOINED):
        if name in edges.columns:
            edges[name] = [_joined(cell) for cell in edges[name].tolist()]
    if "oneway" not in edges.columns:
        edges["oneway"] = True
    columns = [
        n for n in ("osmid", "length", "oneway", *DECISIVE, *JOINED, "speed_kph", "travel_time") if n in edges
    ]
    nodes = nodes.assign(x=nodes.geometry.x, y=nodes.geometry.y)
    roads = Roads(nodes[["x", "y", "geometry"]], edges[[*columns, "geometry"]])
    return roads, notes


def _barred_notes(edges: gpd.GeoDataFrame) -> tuple[Note, ...]:
    return noted(
        "roads_barred",
        "roads",
        tuple(dict.fromkeys(str(_joined(cell)) for cell in edges.get("osmid", edges.index).tolist())),
        f"edges that are not for ambulances, left out: {len(edges)} (ways {{some}})",
        f"救护车不能通行、未计入的路段：{len(edges)}条（{{some}}）",
    )


def _tags(row: dict[str, Any]) -> dict[str, str]:
    """Give an edge's tags; of several values in a cell the first one an ambulance may use stands for all."""
    tags = {}
    for key, cell in row.items():
        values = cell if isinstance(cell, list) else [cell]
        texts = [value for value in values if isinstance(value, str)]
        if texts:
            usable = [t for t in texts if key != "highway" or t in DEFAULT_SPEEDS.class_kph]
            tags[str(key)] = (usable or texts)[0]
    return tags


def _joined(cell: object) -> object:
    """Join several values by ``;``; leave nothing as nothing."""
    if isinstance(cell, list):
        return ";".join(sorted({str(value) for value in cell}))
    return None if pd.isna(cell) else str(cell)  # type: ignore[call-overload]
