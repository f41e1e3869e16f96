"""Write small OpenStreetMap files by hand, for the tests of the import."""

from __future__ import annotations

import bz2
import gzip
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import osmium

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = (9.50, 47.00)
# About 100 m east and 100 m north at this latitude.
STEP = (0.001317, 0.000899)


class Osm:
    """An .osm file in the making; places are given in steps of about 100 m east and north of an origin."""

    def __init__(self) -> None:
        self.objects: list[tuple[str, int, str, dict[str, str]]] = []
        self._last_id = 1000

    def _add(self, kind: str, body: str, tags: dict[str, str], number: int | None) -> int:
        if number is None:
            self._last_id += 1
            number = self._last_id
        self.objects.append((kind, number, body, {k.replace("__", ":"): v for k, v in tags.items()}))
        return number

    def node(self, east: float, north: float, number: int | None = None, **tags: str) -> int:
        lon, lat = ORIGIN[0] + east * STEP[0], ORIGIN[1] + north * STEP[1]
        return self._add("node", f'lat="{lat:.7f}" lon="{lon:.7f}"', tags, number)

    def nodes(self, *places: tuple[float, float]) -> list[int]:
        return [self.node(*place) for place in places]

    def way(self, refs: list[int], number: int | None = None, **tags: str) -> int:
        return self._add("way", "".join(f'<nd ref="{ref}"/>' for ref in refs), tags, number)

    def road(self, *places: tuple[float, float], highway: str = "residential", **tags: str) -> int:
        return self.way(self.nodes(*places), highway=highway, **tags)

    def relation(self, members: list[tuple[str, int, str]], number: int | None = None, **tags: str) -> int:
        body = "".join(f'<member type="{t}" ref="{ref}" role="{role}"/>' for t, ref, role in members)
        return self._add("relation", body, tags, number)

    def area(self, ring: list[int], number: int | None = None, **tags: str) -> int:
        """Add an administrative relation with one way as its ring."""
        way = self.way([*ring, ring[0]])
        tags = {"type": "boundary", "boundary": "administrative", **tags}
        return self.relation([("way", way, "outer")], number, **tags)

    def without(self, kind: str, number: int) -> Osm:
        """Give the same file without one object, as a clipped extract would have it."""
        rest = Osm()
        rest.objects = [o for o in self.objects if o[:2] != (kind, number)]
        return rest

    def text(self) -> str:
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="test">']
        for wanted in ("node", "way", "relation"):
            for kind, number, body, tags in self.objects:
                if kind != wanted:
                    continue
                inner = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
                if kind == "node":
                    lines.append(f'<node id="{number}" version="1" {body}>{inner}</node>')
                else:
                    lines.append(f'<{kind} id="{number}" version="1">{body}{inner}</{kind}>')
        return "\n".join([*lines, "</osm>"])

    def write(self, path: Path) -> Path:
        """Write as the path's ending says: .osm, .osm.gz, .osm.bz2 or .osm.pbf."""
        content = self.text().encode()
        if path.name.endswith(".gz"):
            path.write_bytes(gzip.compress(content))
        elif path.name.endswith(".bz2"):
            path.write_bytes(bz2.compress(content))
        elif path.name.endswith(".pbf"):
            plain = path.with_name("plain.osm")
            plain.write_bytes(content)
            header = osmium.io.Header()
            header.set("osmosis_replication_timestamp", "2024-05-06T07:08:09Z")
            with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
                for thing in osmium.FileProcessor(str(plain)):
                    writer.add(thing)
        else:
            path.write_bytes(content)
        return path


def small_county() -> Osm:
    """
    Make a county of two townships, 4 x 2 km: 东乡 with the seat in the east, 西乡 in the west.

    A primary road crosses both; a residential street runs by each seat; the hospital is in the west.
    Boundary relation 1, townships 2 (西乡, 2,000 people) and 3 (东乡, without a total; its namesake has 900).
    """
    osm = Osm()
    a, b, c = osm.nodes((0, 0), (20, 0), (40, 0))
    d, e, f = osm.nodes((40, 20), (20, 20), (0, 20))
    west_south, east_south = osm.way([a, b], 11), osm.way([b, c], 12)
    east, east_north = osm.way([c, d], 13), osm.way([d, e], 14)
    west_north, west, middle = osm.way([e, f], 15), osm.way([f, a], 16), osm.way([b, e], 17)
    seat = osm.node(30, 10.2, 100, place="village", name="东乡", population="900")
    osm.node(10, 10.2, 101, place="village", name="西村", population="约400")
    osm.node(5, 10, 102, amenity="hospital", name="人民医院")
    outline = (west_south, east_south, east, east_north, west_north, west)
    boundary = {"type": "boundary", "boundary": "administrative"}
    osm.relation(
        [*(("way", w, "outer") for w in outline), ("node", seat, "admin_centre")],
        1,
        admin_level="6",
        name="试县",
        name__en="Shi",
        **boundary,
    )
    for number, name, ways, more in (
        (2, "西乡", (west_south, middle, west_north, west), {"population": "2,000"}),
        (3, "东乡", (east_south, east, east_north, middle), {}),
    ):
        members = [("way", w, "outer") for w in ways]
        osm.relation(members, number, admin_level="8", name=name, **boundary, **more)
    road = osm.nodes(*((x, 10) for x in range(-10, 51, 5)))
    osm.way(road, 50, highway="primary")
    for x in (10, 30):
        at = road[(x + 10) // 5]
        street = [at, *osm.nodes((x, 11), (x, 12), (x, 13), (x + 5, 13))]
        osm.way(street, 50 + x, highway="residential")
    return osm
