"""A server on loopback that answers as Nominatim and Overpass do, from a real extract, faults included."""

from __future__ import annotations

import functools
import json
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import osmium
import osmnx  # noqa: F401  # it keeps the resolver it finds, which must be the open one
import pyproj.database
import shapely

# OSMnx looks for the UTM zone several times a question, a quarter of a second each
UTM_ZONES = functools.cache(pyproj.database.query_utm_crs_info)
DATE = "2024-05-06T07:08:09Z"
KINDS = ("node", "way", "relation")
CLAUSE = re.compile(r"(node|way|relation)((?:\[[^\]]*\])+)\(poly:'([^']*)'\);(?:\(\._;>;\)|>);")
FILTER = re.compile(r"""\[["'](\w+)["'](?:(~|=)["']([^"']*)["'])?\]""")


class MapData:
    """All objects of an extract, and the questions that OSMnx puts to them."""

    def __init__(self, path):
        self.elements = {kind: {} for kind in KINDS}
        self.shapes = {}
        for thing in osmium.FileProcessor(str(path)):
            element = {"tags": dict(thing.tags)} if len(thing.tags) else {}
            if thing.is_node():
                element = {"type": "node", "lat": thing.location.lat, "lon": thing.location.lon, **element}
            elif thing.is_way():
                element = {"type": "way", "nodes": [node.ref for node in thing.nodes], **element}
            else:
                kinds = dict(zip("nwr", KINDS, strict=True))
                members = [{"type": kinds[m.type], "ref": m.ref, "role": m.role} for m in thing.members]
                element = {"type": "relation", "members": members, **element}
            self.elements[element["type"]][thing.id] = {"id": thing.id, **element}

    def point(self, ref):
        node = self.elements["node"].get(ref)
        return None if node is None else (node["lon"], node["lat"])

    def line(self, ref):
        way = self.elements["way"].get(ref, {"nodes": []})
        known = [point for ref in way["nodes"] if (point := self.point(ref)) is not None]
        return shapely.LineString(known * (2 if len(known) == 1 else 1))

    def shape(self, element):
        key = (element["type"], element["id"])
        if key not in self.shapes:
            self.shapes[key] = self._shape(element)
        return self.shapes[key]

    def _shape(self, element):
        if element["type"] == "node":
            return shapely.Point(element["lon"], element["lat"])
        if element["type"] == "way":
            return self.line(element["id"])
        parts = [self.line(m["ref"]) for m in element["members"] if m["type"] == "way"]
        nodes = [self.point(m["ref"]) for m in element["members"] if m["type"] == "node"]
        parts += [shapely.Point(point) for point in nodes if point is not None]
        return shapely.GeometryCollection(parts)

    @functools.cached_property
    def tagged(self):
        """Give the objects with a tag, by kind and key."""
        found = {kind: defaultdict(list) for kind in KINDS}
        for kind in KINDS:
            for element in self.elements[kind].values():
                for key in element.get("tags", ()):
                    found[kind][key].append(element)
        return found

    def overpass(self, query):
        """Answer a query in the words OSMnx uses; any other is an error."""
        head, _, rest = query.partition(";")
        assert re.fullmatch(r"\[out:json\]\[timeout:\d+\](\[maxsize:\d+\])?", head), head
        clauses = CLAUSE.findall(rest)
        assert not re.sub(r"[();]|out", "", CLAUSE.sub("", rest)), "words the server does not know"
        found = {kind: {} for kind in KINDS}
        for kind, filters, outline in clauses:
            for element in self._matching(kind, filters, outline):
                found[kind][element["id"]] = element
                self._recurse(element, found)
        return {
            "version": 0.6,
            "generator": "Overpass API",
            "osm3s": {"timestamp_osm_base": DATE, "copyright": "ODbL"},
            "elements": [element for kind in KINDS for element in found[kind].values()],
        }

    def _matching(self, kind, filters, outline):
        numbers = [float(word) for word in outline.split()]
        polygon = shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True)))
        shapely.prepare(polygon)
        tests = FILTER.findall(filters)
        assert len(tests) == filters.count("[")
        for element in self.tagged[kind][tests[0][0]]:
            if not all(passes(element["tags"], *test) for test in tests):
                continue
            if polygon.intersects(self.shape(element)):
                yield element

    def _recurse(self, element, found):
        """Add members and nodes, as ``>`` does."""
        for member in element.get("members", ()):
            part = self.elements[member["type"]].get(member["ref"])
            if part is not None and member["type"] != "relation":
                found[member["type"]].setdefault(part["id"], part)
                self._recurse(part, found)
        for ref in element.get("nodes", ()):
            if ref in self.elements["node"]:
                found["node"].setdefault(ref, self.elements["node"][ref])

    def nominatim(self, query):
        """List the administrative areas of a name, else the nodes."""
        name = query.partition(",")[0].strip()
        named = [e for kind in KINDS[::-1] for e in self.tagged[kind]["name"]]
        wanted = [e for e in named if e["tags"]["name"] == name]
        areas = [e for e in wanted if e["tags"].get("boundary") == "administrative"]
        return [self._place(e) for e in areas or wanted if e["type"] != "way"]

    def _place(self, element):
        tags = element["tags"]
        shape = self.shape(element)
        if element["type"] == "relation":
            rings = [self.line(m["ref"]) for m in element["members"] if m["role"] in ("outer", "")]
            shape = shapely.union_all(shapely.get_parts(shapely.polygonize(rings)))
        west, south, east, north = shape.bounds
        level = int(tags.get("admin_level", 15))
        return {
            "place_id": element["id"] + 7,
            "osm_type": element["type"],
            "osm_id": element["id"],
            "lat": str(shape.centroid.y),
            "lon": str(shape.centroid.x),
            "class": "boundary" if "boundary" in tags else "place",
            "type": "administrative" if "boundary" in tags else tags.get("place", ""),
            "place_rank": 2 * level,
            "importance": 1 / level,
            "addresstype": "county",
            "name": tags["name"],
            "display_name": f"{tags['name']}, 试省",
            "boundingbox": [str(south), str(north), str(west), str(east)],
            "geojson": shapely.geometry.mapping(shape),
        }


def passes(tags, key, sign, value):
    if key not in tags:
        return False
    return not sign or (re.search(value, tags[key]) is not None if sign == "~" else tags[key] == value)


@dataclass
class Asked:
    """One request, as the server's log has it."""

    page: str
    text: str
    agent: str
    at_s: float = field(default_factory=time.monotonic)
    answered: bool = False


class MapServer(ThreadingHTTPServer):
    """
    Answers ``/search``, ``/interpreter`` and ``/status``; ``faults`` puts something else in their place.

    ``faults[page]`` is an iterator of functions that take the handler and the good answer, None for no fault;
    where it ends, answers are good again.
    """

    daemon_threads = True

    def __init__(self, data):
        super().__init__(("127.0.0.1", 0), Handler)
        self.data = data
        self.log = []
        self.faults = defaultdict(lambda: iter(()))
        self.status = "Connected as: 1\nCurrent time: x\nAnnounced endpoint: none\nRate limit: 0\n"
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """A client that has gone is no news."""

    def asked(self, page):
        return [entry for entry in self.log if entry.page == page]

    def close(self):
        self.closing.set()
        self.shutdown()
        self.server_close()

    def __exit__(self, *_):
        self.close()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        parts = urlsplit(self.path)
        self.answer(parts.path.rpartition("/")[2], parse_qs(parts.query).get("q", [""])[0])

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.answer(urlsplit(self.path).path.rpartition("/")[2], form["data"][0])

    def answer(self, page, text):
        entry = Asked(page, text, self.headers["User-Agent"])
        self.server.log.append(entry)
        fault = next(self.server.faults[page], None)
        data = self.server.data
        if page == "status":
            body = self.server.status.encode()
        else:
            body = json.dumps(data.nominatim(text) if page == "search" else data.overpass(text)).encode()
        if fault is not None:
            fault(self, body)
            return
        self.reply(body)
        entry.answered = True

    def reply(self, body, code=200, kind="application/json", **headers):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def code(number, **headers):
    return lambda handler, _: handler.reply(b"", number, "text/html", **headers)


def page(html, number=200):
    return lambda handler, _: handler.reply(html.encode(), number, "text/html; charset=utf-8")


def said(value):
    """Answer with some other JSON."""
    return lambda handler, _: handler.reply(json.dumps(value).encode())


def remark(text):
    return lambda handler, body: handler.reply(json.dumps({**json.loads(body), "remark": text}).encode())


def cut_short(handler, body):
    """Send half an answer that passes for whole."""
    handler.reply(body[: len(body) // 2])


def broken_off(handler, body):
    """Announce a whole answer and send half of it."""
    handler.reply(body[: len(body) // 2], **{"Content-Length": str(len(body))})


def hang(handler, _):
    """Say nothing at all."""
    handler.server.closing.wait(60)


def stall(handler, body):
    """Say half of it, and then nothing more."""
    broken_off(handler, body)
    handler.server.closing.wait(60)
