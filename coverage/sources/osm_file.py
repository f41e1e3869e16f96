"""An OpenStreetMap extract, read once for everything an import needs of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import osmium

from coverage.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ENDINGS = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
CENTRE_ROLES = ("admin_centre", "label")
_FEATURE_KEYS = ("place", "amenity", "healthcare", "emergency")


@dataclass(frozen=True)
class OsmObject:
    """
    A node, way or relation that matters here.

    Parameters
    ----------
    kind
        ``n``, ``w`` or ``r``.
    id
        Its number in OpenStreetMap.
    tags
        All of its tags.
    refs
        Node ids of a way, in order.
    members
        Type (``n``, ``w``, ``r``), id and role of a relation's members, in order.
    """

    kind: Literal["n", "w", "r"]
    id: int
    tags: Mapping[str, str]
    refs: tuple[int, ...] = ()
    members: tuple[tuple[str, int, str], ...] = ()

    @property
    def uid(self) -> str:
        """Kind and number: ``w4711``."""
        return f"{self.kind}{self.id}"

    @property
    def name(self) -> str:
        """The local name, or another where there is none; may be empty."""
        return next((self.tags[k] for k in ("name", "name:zh", "name:en") if self.tags.get(k)), "")

    def member_ways(self) -> list[int]:
        """Give the ids of the ways a relation's rings are made of."""
        # roles such as `subarea` or `perimeter` are no part of the outline
        return [ref for kind, ref, role in self.members if kind == "w" and role in ("", "outer", "inner")]


@dataclass(frozen=True)
class OsmExtract:
    """
    The parts of an extract that make a study area.

    Parameters
    ----------
    date
        Of the data (ISO 8601), empty where the header does not say.
    roads
        Ways with ``highway``.
    ferries
        Ids of ways with ``route=ferry``.
    features
        Nodes, ways and relations tagged as settlements or places of care; may hold others.
    areas
        Relations with ``boundary=administrative``.
    way_refs
        Node ids of the ways that relations in `areas` and `features` are made of, where the file has them.
    nodes
        Longitude and latitude (WGS84) of every node the above refer to, where the file has it.
    """

    date: str
    roads: tuple[OsmObject, ...]
    ferries: tuple[int, ...]
    features: tuple[OsmObject, ...]
    areas: tuple[OsmObject, ...]
    way_refs: Mapping[int, tuple[int, ...]]
    nodes: Mapping[int, tuple[float, float]]


def part_of(thing: OsmObject) -> Literal["ferry", "road", "area", "feature"] | None:
    """Tell which part of an `OsmExtract` an object belongs to; None for none."""
    if thing.kind == "w" and thing.tags.get("route") == "ferry":
        return "ferry"
    if thing.kind == "w" and "highway" in thing.tags:
        return "road"
    if thing.kind == "r" and thing.tags.get("boundary") == "administrative":
        return "area"
    return "feature" if any(key in thing.tags for key in _FEATURE_KEYS) else None


def check_file(path: Path, endings: Iterable[str]) -> None:
    """
    Refuse a file that is missing, empty, or of a kind that is not read here.

    Raises
    ------
    FileError
        If so.
    """
    if not path.is_file():
        raise FileError(
            f"{path} does not exist or is no file: check the name",
            zh=f"{path} 不存在或不是文件：请检查文件名",
        )
    known = tuple(endings)
    if not path.name.lower().endswith(known):
        raise FileError(
            f"{path} is of a kind that is not read here: give one of {', '.join(known)}",
            zh=f"{path} 的文件类型不能用在这里：可用 {'、'.join(known)}",
        )
    if path.stat().st_size == 0:
        raise FileError(f"{path} is empty: get the file again", zh=f"{path} 是空文件：请重新获取")


def unreadable(path: Path) -> FileError:
    """Make the error for a file that is not what its ending says."""
    return FileError(
        f"{path} cannot be read as what its ending says: it is damaged, cut short or of another kind; get "
        "the file again",
        zh=f"{path} 无法按其扩展名读取：文件已损坏、不完整或类型不符，请重新获取",
    )


def sha256_of(path: Path) -> str:
    """Give a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_extract(path: Path) -> OsmExtract:
    """
    Read an extract: .osm.pbf, .osm, .osm.gz or .osm.bz2.

    The file is passed over several times, so that only what is needed is ever held. Its nodes come before its
    ways, as in every extract; their ids may be in any order.

    Parameters
    ----------
    path
        The extract.

    Raises
    ------
    FileError
        If it is missing, empty, cut short, or not what its ending says.
    """
    check_file(path, ENDINGS)
    try:
        return _read(path)
    except (RuntimeError, ValueError) as error:
        # libosmium knows no narrower kind
        raise unreadable(path) from error


def _read(path: Path) -> OsmExtract:
    bits = osmium.osm
    roads, ferries, features, areas = [], [], [], []
    keys = osmium.filter.KeyFilter("highway", "route", "boundary", *_FEATURE_KEYS)
    for raw in osmium.FileProcessor(path, bits.WAY | bits.RELATION).with_filter(keys):
        thing = _plain(raw)
        match part_of(thing):
            case "ferry":
                ferries.append(thing.id)
            case "road":
                roads.append(thing)
            case "area":
                areas.append(thing)
            case "feature":
                features.append(thing)
    relations = [*areas, *(f for f in features if f.kind == "r")]
    wanted = {ref for relation in relations for kind, ref, _ in relation.members if kind == "w"}
    members = osmium.FileProcessor(path, bits.WAY) if wanted else ()
    way_refs = {w.id: _refs(w) for w in members if w.id in wanted}
    places = osmium.filter.KeyFilter(*_FEATURE_KEYS)
    features += [_plain(n) for n in osmium.FileProcessor(path, bits.NODE).with_filter(places)]
    needed = {ref for way in (*roads, *features) for ref in way.refs}
    needed |= {ref for refs in way_refs.values() for ref in refs}
    needed |= {ref for relation in relations for kind, ref, _ in relation.members if kind == "n"}
    needed |= {f.id for f in features if f.kind == "n"}
    return OsmExtract(
        date=_date(path),
        roads=tuple(roads),
        ferries=tuple(ferries),
        features=tuple(features),
        areas=tuple(areas),
        way_refs=way_refs,
        nodes=_locations(path, needed),
    )


def _locations(path: Path, ids: set[int]) -> dict[int, tuple[float, float]]:
    """Look up the nodes that are needed; those the file lacks are missing from the result."""
    if ids and min(ids) < 0:
        # editors number below zero what they have not uploaded, and the index takes no such ids
        raw: Iterable[Any] = osmium.FileProcessor(path, osmium.osm.NODE)
        return {n.id: (n.location.lon, n.location.lat) for n in raw if n.id in ids and n.location.valid()}
    table = osmium.index.create_map("flex_mem")
    handler = osmium.NodeLocationsForWays(table)
    handler.ignore_errors()
    # it is the first way that makes the handler sort its nodes
    with osmium.io.Reader(str(path), osmium.osm.NODE | osmium.osm.WAY) as reader:
        osmium.apply(reader, handler)
    found = {}
    for ref in ids:
        try:
            location = table.get(ref)
        except KeyError:
            continue
        if location.valid():
            found[ref] = (location.lon, location.lat)
    return found


def _plain(raw: Any) -> OsmObject:
    """Copy an object out of the reader's buffer, which does not outlast the loop."""
    tags = {tag.k: tag.v for tag in raw.tags}
    if raw.is_node():
        return OsmObject("n", raw.id, tags)
    if raw.is_way():
        return OsmObject("w", raw.id, tags, refs=_refs(raw))
    return OsmObject("r", raw.id, tags, members=tuple((m.type, m.ref, m.role) for m in raw.members))


def _refs(way: Any) -> tuple[int, ...]:
    return tuple(node.ref for node in way.nodes)


def _date(path: Path) -> str:
    header = osmium.FileProcessor(path).header
    return str(header.get("osmosis_replication_timestamp", "") or header.get("timestamp", ""))
