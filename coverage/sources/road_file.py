"""Roads from the lines of a transport bureau, as ways of an extract: Shapefile, GeoPackage or GeoJSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.errors import SourceError
from coverage.routing.speeds import DEFAULT_SPEEDS, parse_maxspeed
from coverage.sources import road_words
from coverage.sources.coordinates import to_wgs84, undeclared
from coverage.sources.notes import Note, noted
from coverage.sources.osm_file import OsmExtract, OsmObject
from coverage.sources.road_topology import Drawn, Network, connect
from coverage.sources.shape_words import shape_words
from coverage.sources.table_headers import match_headers
from coverage.sources.tables import Table, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.sources.layer_file import LayerFile

    Box = tuple[float, float, float, float]

# mean length of a degree of latitude: for tolerances of metres
_DEGREE_M = 111_195.0
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
_MOTORWAYS = ("motorway", "motorway_link")


@dataclass(frozen=True)
class _Parts:
    """
    The lines of a file, those of several parts taken apart.

    Parameters
    ----------
    row
        Position in the table of each line, shape (n_lines,).
    points
        Vertices, longitude and latitude (WGS84), shape (n, 2).
    line
        Line of each vertex, shape (n,).
    """

    row: NDArray[np.intp]
    points: NDArray[np.float64]
    line: NDArray[np.intp]


def read_roads(file: LayerFile, extent: Box) -> tuple[OsmExtract, tuple[Note, ...]]:
    """
    Read a file of road lines.

    Lines become ways with the tags that OpenStreetMap has for what their columns say: class, direction, speed
    limit, name, number, surface, bridge, tunnel and level; a way has the number of its feature. The words are
    those of `road_words`. A road without a class takes it from its number, else it is
    `road_words.UNKNOWN_CLASS`; one that does not say its direction is driven both ways, motorways too, since
    bureaus draw them as one line. How lines are joined is told in `road_topology.connect`.

    Parameters
    ----------
    file
        Shapefile, GeoPackage or GeoJSON; its coordinate system may be declared.
    extent
        West, south, east, north (WGS84): lines that lie wholly outside are passed over.

    Returns
    -------
    OsmExtract
        With nothing but roads and their nodes, which are numbered from 1.
    tuple of Note
        What was left out, assumed or joined.

    Raises
    ------
    FileError
        If the file is missing, empty, damaged, or of a kind that is not read here.
    CrsError
        If it does not say its coordinate system, or cannot be in the one it says.
    SourceError
        If it has no lines, or none within the extent.
    """
    table, notes = read_table(file, "roads")
    parts, shape_notes = _parts_within(table, extent)
    tags, tag_notes = _tags(table, np.unique(parts.row))
    parts, class_notes = _driven(table, parts, tags)
    network = connect(_drawn(parts, tags))
    extract = _extract(table, parts, tags, network)
    return extract, (*notes, *shape_notes, *class_notes, *tag_notes, *_joint_notes(table, parts, network))


def _parts_within(table: Table, extent: Box) -> tuple[_Parts, tuple[Note, ...]]:
    """Give the lines that come into the extent."""
    if table.geometry is None or not table.system:
        prj = ("; or put the .prj of a Shapefile beside it", "；Shapefile也可补上.prj文件")
        raise undeclared(table.name, table.file.name, more=prj)
    shapes = table.geometry.to_numpy()
    is_line = np.isin(shapely.get_type_id(shapes), _LINES) & ~shapely.is_empty(shapes)
    is_line &= shapely.length(shapes) > 0
    if not is_line.any():
        raise _no_lines(table, shapes)
    placed = to_wgs84(table.geometry[is_line], table.system, name=table.name)
    lines, source = shapely.get_parts(placed.to_numpy(), return_index=True)
    inside = shapely.intersects(shapely.envelope(lines), shapely.box(*extent))
    if not inside.any():
        raise _elsewhere(table, tuple(placed.total_bounds.tolist()), extent)
    points, line = shapely.get_coordinates(lines[inside], return_index=True)
    notes = noted(
        "roads_without_line",
        "roads",
        table.row[~is_line].tolist(),
        f"{table.name}: features without a line, left out: {{n}} (features {{some}})",
        f"{table.name}：没有线状图形、未计入的要素：{{n}}个（第{{some}}个）",
    )
    return _Parts(np.flatnonzero(is_line)[source[inside]], points, line), notes


def _no_lines(table: Table, shapes: NDArray[np.object_]) -> SourceError:
    kinds = {shape.geom_type for shape in shapes if shape is not None and not shape.is_empty}
    words, words_zh = shape_words(kinds)
    found = f"{words}, and no line that leads anywhere" if kinds else "no shapes"
    found_zh = f"只有{words_zh}，没有可用的线" if kinds else "没有图形"
    return SourceError(
        f"{table.name} holds {found}: give the roads as lines",
        zh=f"{table.name} 中{found_zh}：请提供线状的道路数据",
    )


def _elsewhere(table: Table, bounds: Sequence[float], extent: Box) -> SourceError:
    there, here = (", ".join(f"{degree:.2f}" for degree in box) for box in (bounds, extent))
    return SourceError(
        f"the roads of {table.name}, read as {table.system}, reach over {there} (west, south, east, north), "
        f"and none into the county and its surroundings ({here}): check the county and the coordinate "
        "system; in a projected one the easting is x",
        zh=f"{table.name} 按 {table.system} 读取后的范围为 {there}（西、南、东、北），"
        f"与县域及周边（{here}）没有重叠：请核对县名和坐标系；平面坐标应横坐标（东向）在前",
    )


def _tags(table: Table, rows: NDArray[np.intp]) -> tuple[dict[int, dict[str, str]], tuple[Note, ...]]:
    """Read the attributes of some rows, and note what could not be read."""
    columns = {
        name: [str(text) for text in table.texts(name)[rows]]
        for name in ("name", "ref", "oneway", "surface", "bridge", "tunnel", "level")
    }
    columns["highway"] = _class_texts(table, rows)
    limits, unread = _limits_kph(table, rows)
    directions = road_words.directions(columns["oneway"], table.headers.get("oneway", ""))
    tags: dict[int, dict[str, str]] = {}
    for i, row in enumerate(rows.tolist()):
        cells = {name: texts[i] for name, texts in columns.items()}
        level = road_words.level(cells["level"])
        known = {
            "highway": road_words.road_class(cells["highway"]) or road_words.class_of_route(cells["ref"]),
            "oneway": directions.oneway[i],
            "name": cells["name"],
            "ref": cells["ref"],
            "maxspeed": f"{limits[i]:g}" if limits[i] > 0 else "",
            "surface": road_words.surface(cells["surface"]),
            "tracktype": road_words.track_type(cells["highway"]),
            "bridge": "yes" if road_words.is_structure(cells["bridge"]) else "",
            "tunnel": "yes" if road_words.is_structure(cells["tunnel"]) else "",
            "layer": str(level) if level else "",
        }
        known["highway"] = known["highway"] or road_words.UNKNOWN_CLASS
        tags[row] = {key: value for key, value in known.items() if value}
    return tags, (
        *_class_notes(table, rows, columns),
        *_figure_notes(table, directions.figures),
        *_unread_notes(table, rows[np.array(directions.unread, dtype=np.intp)], rows[unread]),
        *_structure_notes(table, rows, columns),
    )


def _class_texts(table: Table, rows: NDArray[np.intp]) -> list[str]:
    """Give the class of some rows: of several columns with one, the first in which a row has a known word."""
    texts = [str(text) for text in table.texts("highway")[rows]]
    headers = [str(header) for header in table.cells.columns if header not in table.headers.values()]
    while any(not road_words.road_class(text) for text in texts):
        place = match_headers([(header,) for header in headers], "roads", {}).columns.get("highway")
        if place is None:
            break
        others = table.cells[headers.pop(place)].to_numpy()[rows].tolist()
        texts = [
            text if road_words.road_class(text) or not (text == "" or road_words.road_class(other)) else other
            for text, other in zip(texts, map(str, others), strict=True)
        ]
    return texts


def _limits_kph(table: Table, rows: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give the speed limits of some rows, NaN where there is none, and which could not be read."""
    figures, unreadable = table.numbers("maxspeed")
    limits, unread = figures[rows], unreadable[rows]
    texts = table.texts("maxspeed")[rows]
    # what is no single figure may be a limit in OpenStreetMap's words: 30 mph, or one for each lane
    limits[unread] = [parse_maxspeed(text) for text in texts[unread].tolist()]
    return limits, unread & np.isnan(limits)


def _class_notes(table: Table, rows: NDArray[np.intp], columns: dict[str, list[str]]) -> tuple[Note, ...]:
    """Say which classes were not known, and what was taken instead."""
    by_number, strange, without = [], [], []
    for row, text, ref in zip(rows.tolist(), columns["highway"], columns["ref"], strict=True):
        if road_words.road_class(text):
            continue
        feature = int(table.row[row])
        if road_words.class_of_route(ref):
            by_number.append(feature)
        elif text:
            strange.append((feature, text))
        else:
            without.append(feature)
    kph = f"{DEFAULT_SPEEDS.class_kph[road_words.UNKNOWN_CLASS]:g}"
    words = [f"{word}: {n}" for word, n in Counter(text for _, text in strange).most_common()]
    return (
        *noted(
            "road_class_by_number",
            "roads",
            by_number,
            f"{table.name}: roads whose class was taken from their number, such as G107 or X012: {{n}}",
            f"{table.name}：按路线编号（如G107、X012）确定等级的道路：{{n}}条",
        ),
        *noted(
            "road_class_unknown",
            "roads",
            [feature for feature, _ in strange],
            f"{table.name}: roads of a class that is not known, driven at {kph} km/h: {{n}} ({{some}})",
            f"{table.name}：道路等级无法识别、按{kph}公里/小时计的道路：{{n}}条（{{some}}）",
            named=words,
        ),
        *noted(
            "road_class_missing",
            "roads",
            without,
            f"{table.name}: roads without a class, driven at {kph} km/h: {{n}} (features {{some}})",
            f"{table.name}：没有道路等级、按{kph}公里/小时计的道路：{{n}}条（第{{some}}个要素）",
        ),
    )


def _figure_notes(table: Table, figures: str) -> tuple[Note, ...]:
    """Say how the figures of the directions were read, where there is more than one way."""
    if not figures:
        return ()
    header = table.headers["oneway"]
    way, way_zh = {
        "navigation": (
            "0 and 1 both ways, 2 along the line, 3 against it",
            "0、1为双向，2为顺画线方向，3为逆画线方向",
        ),
        "flags": ("1 one way along the line, 2 both ways", "1为单行（顺画线方向），2为双向"),
    }[figures]
    return (
        Note(
            "road_oneway_figures",
            "roads",
            f"{table.name}: figures below {header} are read as {way}",
            f"{table.name}：“{header}”列中的数字按以下含义读取：{way_zh}",
        ),
    )


def _structure_notes(table: Table, rows: NDArray[np.intp], columns: dict[str, list[str]]) -> tuple[Note, ...]:
    """Name the words that do not say whether a road is a bridge or a tunnel."""
    odd = [
        (int(table.row[row]), text)
        for name in ("bridge", "tunnel")
        for row, text in zip(rows.tolist(), columns[name], strict=True)
        if road_words.is_structure(text) is None
    ]
    return noted(
        "road_structure_unknown",
        "roads",
        [feature for feature, _ in odd],
        f"{table.name}: words for bridge or tunnel that say neither, taken as no: {{n}} ({{some}})",
        f"{table.name}：桥梁、隧道列中无法识别、按非桥非隧计的内容：{{n}}处（{{some}}）",
        named=list(dict.fromkeys(text for _, text in odd)),
    )


def _unread_notes(table: Table, odd: NDArray[np.intp], unread: NDArray[np.intp]) -> tuple[Note, ...]:
    """Name the directions and the speed limits that could not be read."""

    def words(column: str, rows: NDArray[np.intp]) -> list[str]:
        return list(dict.fromkeys(table.texts(column)[rows].tolist()))

    return (
        *noted(
            "road_oneway_unknown",
            "roads",
            table.row[odd].tolist(),
            f"{table.name}: directions that are not understood, driven both ways: {{n}} ({{some}})",
            f"{table.name}：通行方向无法识别、按双向通行计的道路：{{n}}条（{{some}}）",
            named=words("oneway", odd),
        ),
        *noted(
            "road_maxspeed_unknown",
            "roads",
            table.row[unread].tolist(),
            f"{table.name}: speed limits that are no figure, passed over: {{n}} ({{some}})",
            f"{table.name}：限速无法识别、未采用的道路：{{n}}条（{{some}}）",
            named=words("maxspeed", unread),
        ),
    )


def _driven(table: Table, parts: _Parts, tags: dict[int, dict[str, str]]) -> tuple[_Parts, tuple[Note, ...]]:
    """Leave out what is no road for ambulances, so that no road is joined to it."""
    classes = [tags[row]["highway"] for row in parts.row.tolist()]
    is_driven = np.array([highway in DEFAULT_SPEEDS.class_kph for highway in classes], dtype=bool)
    left_out = sorted({int(table.row[row]) for row in parts.row[~is_driven].tolist()})
    words = Counter(highway for highway, driven in zip(classes, is_driven, strict=True) if not driven)
    notes = noted(
        "roads_not_driven",
        "roads",
        left_out,
        f"{table.name}: ways that are not for ambulances, left out: {{n}} ({{some}})",
        f"{table.name}：救护车不能通行、未计入的道路：{{n}}条（{{some}}）",
        named=[f"{word}: {n}" for word, n in words.most_common()],
    )
    if not is_driven.any():
        found = ", ".join(f"{word}: {n}" for word, n in words.most_common())
        raise SourceError(
            f"{table.name} holds no road that an ambulance may use ({found}): give roads with their class",
            zh=f"{table.name} 中没有救护车可通行的道路（{found}）：请提供带道路等级的数据",
        )
    number = np.cumsum(is_driven) - 1
    kept = is_driven[parts.line]
    return _Parts(parts.row[is_driven], parts.points[kept], number[parts.line[kept]]), notes


def _drawn(parts: _Parts, tags: dict[int, dict[str, str]]) -> Drawn:
    """Lay the lines out in metres; straight lines stay straight."""
    own = [tags[row] for row in parts.row.tolist()]
    return Drawn(
        points=parts.points * _metres_per_degree(parts),
        line=parts.line,
        structure=np.array(["bridge" in tag or "tunnel" in tag for tag in own], dtype=bool),
        motorway=np.array([tag["highway"] in _MOTORWAYS for tag in own], dtype=bool),
        level=np.array([int(tag.get("layer", "0")) for tag in own], dtype=np.intp),
    )


def _metres_per_degree(parts: _Parts) -> NDArray[np.float64]:
    south, north = parts.points[:, 1].min(), parts.points[:, 1].max()
    return np.array([np.cos(np.radians((south + north) / 2)), 1.0]) * _DEGREE_M


def _extract(table: Table, parts: _Parts, tags: dict[int, dict[str, str]], network: Network) -> OsmExtract:
    degrees = network.nodes / _metres_per_degree(parts)
    # what was drawn stays where it was, to the last digit
    old = network.vertex >= 0
    degrees[old] = parts.points[network.vertex[old]]
    ids = range(1, len(degrees) + 1)
    starts = np.flatnonzero(np.append(True, network.line[1:] != network.line[:-1]))
    refs = np.split(network.node + 1, starts[1:])
    roads = tuple(
        OsmObject("w", int(table.row[parts.row[line]]), tags[int(parts.row[line])], refs=tuple(own.tolist()))
        for line, own in zip(network.line[starts].tolist(), refs, strict=True)
    )
    nodes = dict(zip(ids, map(tuple, degrees.tolist()), strict=True))
    return OsmExtract("", roads, (), (), (), {}, nodes)


def _joint_notes(table: Table, parts: _Parts, network: Network) -> tuple[Note, ...]:
    joined = table.row[parts.row[network.joined]].tolist()
    gone = np.setdiff1d(np.arange(len(parts.row)), network.line)
    crossings = [table.name] * bool(network.n_crossings)
    apart = [table.name] * bool(network.n_apart)
    return (
        *noted(
            "roads_without_length",
            "roads",
            table.row[parts.row[gone]].tolist(),
            f"{table.name}: lines without length, left out: {{n}} (features {{some}})",
            f"{table.name}：长度为零、未计入的线：{{n}}条（第{{some}}个要素）",
        ),
        *noted(
            "road_ends_joined",
            "roads",
            joined,
            f"{table.name}: ends of roads joined to the road they stop at: {{n}} (features {{some}})",
            f"{table.name}：与相邻道路连通的断头端点：{{n}}处（第{{some}}个要素）",
        ),
        *noted(
            "road_crossings_joined",
            "roads",
            crossings,
            f"{table.name}: crossings without a common vertex, made junctions: {network.n_crossings}",
            f"{table.name}：没有公共节点、按平面交叉连通的路口：{network.n_crossings}处",
        ),
        *noted(
            "road_crossings_apart",
            "roads",
            apart,
            f"{table.name}: crossings left as over- or underpasses (motorway, bridge, tunnel or another "
            f"level): {network.n_apart}",
            f"{table.name}：涉及高速公路、桥梁、隧道或不同层级，按立体交叉处理的交叉：{network.n_apart}处",
        ),
    )
