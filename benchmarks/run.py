"""
The same work through NetworkX, OSMnx, spopt, HiGHS, SimPy and this program, printed as ratios.

    python benchmarks/run.py [--data DIR] [--write] [--only routing|siting|comparing|answering|commands]

`--data` holds porto.osm.pbf and liechtenstein.osm.pbf; `--write` puts the tables into benchmarks/README.md;
`--only` measures one part and leaves the others as they are.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import datetime as dt
import json
import math
import os
import platform
import statistics
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import shapely
from answering import answering
from measure import ROOT, Row, process, seconds, table, timed

from comparing import LIMITS, comparing, write_options
from coverage.geopackage import read_study_area
from coverage.routing import isochrones as areas
from coverage.routing.network import RoadNetwork
from coverage.routing.snapping import Snapped
from coverage.sources.coordinates import convert
from coverage.sources.osm_file import read_extract
from coverage.sources.osm_roads import build_graph
from siting import siting

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
LIMITS_S = (900.0, 1800.0)
N_FACILITIES = 20
N_STATIONS, N_VILLAGES = 5_000, 200_000


@dataclass(frozen=True)
class Pair:
    """Seconds of a peer and of this program, measured in turn."""

    peer_s: list[float]
    own_s: list[float]

    def row(self, work: str, peer: str, target: str) -> Row:
        """Give the table's row: medians, and the ratio pair by pair."""
        ratios = [p / o for p, o in zip(self.peer_s, self.own_s, strict=True)]
        return (
            work,
            peer,
            seconds(statistics.median(self.peer_s)),
            seconds(statistics.median(self.own_s)),
            f"**{statistics.median(ratios):.0f} x** ({min(ratios):.0f}–{max(ratios):.0f})",
            target,
        )


def in_turn(peer: Callable[[], Any], own: Callable[[], Any], runs: int) -> Pair:
    """Run two ways of doing the same in turn, so that a noisy machine disturbs both."""
    own()
    return Pair(*map(list, zip(*[(timed(peer), timed(own)) for _ in range(runs)], strict=True)))


def recipe(graph: nx.MultiDiGraph[Any], node: object) -> list[shapely.Geometry]:
    """Draw areas as OSMnx's isochrone example does: ego graph, then the hull of its nodes."""
    hulls = []
    for limit in LIMITS_S:
        reached = nx.ego_graph(graph, node, radius=limit, distance="travel_time")
        points = [shapely.Point(d["x"], d["y"]) for _, d in reached.nodes(data=True)]
        hulls.append(gpd.GeoSeries(points).union_all().convex_hull)
    return hulls


def facilities_of(network: RoadNetwork) -> Snapped:
    """Choose places at junctions, so that a peer that knows only nodes does the same work."""
    rng = np.random.default_rng(20)
    chosen = rng.choice(np.flatnonzero(network.is_open), N_FACILITIES, replace=False)
    return Snapped(chosen, np.zeros(N_FACILITIES), np.zeros(N_FACILITIES))


def nodes_of(network: RoadNetwork, places: Snapped) -> list[Any]:
    """Give the graph's own ids of the junctions the places are at."""
    return [network.node_id[network.tail[s]] for s in places.segment]


def largest_difference_s(network: RoadNetwork, graph: nx.MultiDiGraph[Any]) -> tuple[float, int]:
    """Compare every node's time from the nearest of the facilities with NetworkX's."""
    places = facilities_of(network)
    found = network.nearest(places)
    expected = nx.multi_source_dijkstra_path_length(
        graph, set(nodes_of(network, places)), weight="travel_time"
    )
    worst = 0.0
    for node, time_s in zip(network.node_id.tolist(), found.time_s.tolist(), strict=True):
        other_s = expected.get(node, math.inf)
        worst = max(worst, 0.0 if time_s == other_s else abs(time_s - other_s))
    return worst, graph.number_of_nodes()


def quality(
    polygon: shapely.Geometry, truth_s: np.ndarray, limit_s: float, samples: np.ndarray
) -> tuple[str, str]:
    """Give the shares of road samples falsely inside and missed, of those truly within the limit."""
    shapely.prepare(polygon)
    inside, within = shapely.contains(polygon, samples), truth_s <= limit_s
    falsely, missed = (inside & ~within).sum() / within.sum(), (~inside & within).sum() / within.sum()
    return f"{100 * falsely:.1f} %", f"{100 * missed:.1f} %"


def polygon_quality(network: RoadNetwork, graph: nx.MultiDiGraph[Any], place: Snapped) -> list[Row]:
    """Hold both ways' polygons against exact times at road samples 50 m apart."""
    segments = np.flatnonzero(network.is_open)
    count = np.ceil(network.length_m[segments] / 50).astype(int)
    segment = np.repeat(segments, count)
    fraction = np.random.default_rng(50).uniform(0, 1, len(segment))
    reach = network.nearest(place)
    truth_s, _ = reach.at(Snapped(segment, fraction, np.zeros(len(segment))))
    samples = shapely.line_interpolate_point(network.geometry[segment], fraction, normalized=True)
    (node,) = nodes_of(network, place)
    hulls = gpd.GeoSeries(recipe(graph, node), crs=graph.graph["crs"]).to_crs(network.crs)
    rows = []
    for cell_m in (100.0, 50.0):
        for own, limit in zip(areas.isochrones(reach, LIMITS_S, cell_m=cell_m), LIMITS_S, strict=True):
            figures = quality(own.polygon, truth_s, limit, samples)
            rows.append((f"{limit / 60:g} min", f"this program, {cell_m:g} m grid", *figures))
    for hull, limit in zip(hulls, LIMITS_S, strict=True):
        rows.append((f"{limit / 60:g} min", "OSMnx recipe", *quality(hull, truth_s, limit, samples)))
    return sorted(rows, key=lambda row: (int(row[0].split()[0]), row[1]))


def on_porto(data: Path) -> tuple[list[Row], list[Row], list[Row]]:
    """Measure routing and polygons on a dense metropolitan network."""
    graph, _ = build_graph(read_extract(data / "porto.osm.pbf"))
    network = RoadNetwork.from_graph(graph)
    places = facilities_of(network)
    sources = nodes_of(network, places)
    one = places.take(np.array([3]))
    rng = np.random.default_rng(5)
    ends = network.snap_points(
        gpd.GeoSeries(shapely.points(network.x_m, network.y_m)[rng.integers(0, len(network.x_m), 5000)],
                      crs=network.crs)
    )  # fmt: skip
    nearest = in_turn(
        lambda: nx.multi_source_dijkstra_path_length(graph, set(sources), weight="travel_time"),
        lambda: network.nearest(places),
        7,
    )
    polygons = in_turn(
        lambda: recipe(graph, sources[3]),
        lambda: areas.isochrones(network.nearest(one, cutoff_s=LIMITS_S[-1]), LIMITS_S),
        3,
    )

    def from_scratch() -> None:
        anew = dataclasses.replace(network)  # the same arrays, nothing prepared
        areas.isochrones(anew.nearest(one, cutoff_s=LIMITS_S[-1]), LIMITS_S)

    fresh = in_turn(lambda: recipe(graph, sources[3]), from_scratch, 3)
    matrix = in_turn(
        lambda: [nx.single_source_dijkstra_path_length(graph, s, weight="travel_time") for s in sources],
        lambda: network.travel_times(places, ends),
        1,
    )
    rows = [
        nearest.row(f"{N_FACILITIES} facilities, nearest to all nodes", "NetworkX", "30 x"),
        polygons.row("15 and 30 min polygons, one facility", "OSMnx recipe", "50 x"),
        fresh.row("… the first of a network: grid and search graph laid anew", "OSMnx recipe", ""),
        matrix.row(f"{N_FACILITIES} x 5,000 times", "NetworkX", ""),
    ]
    difference_s, n_nodes = largest_difference_s(network, graph)
    agreement = [("Porto", f"{n_nodes:,}", f"{graph.number_of_edges():,}", f"{difference_s * 1000:.6f} ms")]
    return rows, polygon_quality(network, graph, one), agreement


def on_liechtenstein(data: Path) -> list[Row]:
    """Hold the times on a small country against NetworkX."""
    graph, _ = build_graph(read_extract(data / "liechtenstein.osm.pbf"))
    difference_s, n_nodes = largest_difference_s(RoadNetwork.from_graph(graph), graph)
    return [
        ("Liechtenstein", f"{n_nodes:,}", f"{graph.number_of_edges():,}", f"{difference_s * 1000:.6f} ms")
    ]


def import_of_liechtenstein(data: Path) -> list[str]:
    """Give the words of the command that makes the small country's study area."""
    extract = str((data / "liechtenstein.osm.pbf").resolve())
    outline = ["--boundary-relation", "1155955", "--township-level", "8"]
    return ["import", "--county", "liechtenstein", "--osm", extract, *outline]


def whole_processes(data: Path) -> list[Row]:
    """Measure commands as a planner types them."""
    with tempfile.TemporaryDirectory() as folder:
        cwd = Path(folder)
        liechtenstein = import_of_liechtenstein(data)
        linxiang = ["analyze", "--county", "linxiang"]
        rows = [
            ("`coverage --help`", *process(["--help"], cwd, 7), "0.3 s"),
            ("`coverage import`, Liechtenstein", *process(liechtenstein, cwd, 3), ""),
        ]
        options = write_options(cwd / "data" / "boundaries" / "liechtenstein.gpkg", cwd)
        return [
            *rows,
            ("`coverage analyze --county liechtenstein`",
             *process(["analyze", "--county", "liechtenstein"], cwd, 5), "4 s, 500 MB"),
            ("`coverage analyze --county linxiang`", *process(linxiang, cwd, 5), ""),
            *(
                (f"`coverage {' '.join(words)}`", *process(words, cwd, 3), "10 s")
                for county in ("liechtenstein", "linxiang")
                for words in [["propose", "--county", county, "--kind", "station", "--count", "2"]]
            ),
            ("`coverage compare --county liechtenstein`, six options, all files",
             *process(["compare", "--county", "liechtenstein", *LIMITS, *options], cwd, 5), "15 s"),
        ]  # fmt: skip


def large_tables(folder: Path) -> tuple[Path, Path]:
    """Write a workbook of facilities and a village list in GB18030, both in AMap coordinates."""
    area = read_study_area(ROOT / "data" / "boundaries" / "linxiang.gpkg")
    rng = np.random.default_rng(3)
    lines = area.roads.edges.geometry.to_numpy()
    on_roads = shapely.line_interpolate_point(
        lines[rng.integers(0, len(lines), N_VILLAGES)], rng.uniform(0, 1, N_VILLAGES), normalized=True
    )
    inside = on_roads[shapely.intersects(area.boundary, on_roads)]
    chosen = inside[rng.integers(0, len(inside), N_VILLAGES)]
    points = gpd.GeoSeries(chosen, crs=area.crs).to_crs("EPSG:4326")
    # no two at one place, so that every row is work
    x, y = points.x + rng.normal(0, 1e-3, N_VILLAGES), points.y + rng.normal(0, 1e-3, N_VILLAGES)
    moved = convert(x.to_numpy(), y.to_numpy(), source="wgs84", target="gcj02")
    names = area.townships["name"].to_numpy()
    outlines = shapely.STRtree(area.townships.geometry.to_numpy())
    home = names[outlines.nearest(points.to_crs(area.crs).to_numpy())]
    people = rng.integers(0, 2_000, N_VILLAGES)
    villages = folder / "villages.csv"
    with villages.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["乡镇", "村名", "常住人口", "经度", "纬度"])
        for i in range(N_VILLAGES):
            writer.writerow([home[i], f"第{i}村", f"{people[i]}人", f"{moved.x[i]:.6f}", f"{moved.y[i]:.6f}"])
    book = openpyxl.Workbook()
    book.active.append(["机构名称", "机构类型", "救护车数", "经度", "纬度"])
    for i in range(N_STATIONS):
        book.active.append([f"第{i}卫生院", "卫生院", f"{i % 3}辆", float(moved.x[i]), float(moved.y[i])])
    stations = folder / "stations.xlsx"
    book.save(stations)
    return stations, villages


def large_imports() -> list[Row]:
    """Measure the import of large tables as a planner types it."""
    with tempfile.TemporaryDirectory() as folder:
        cwd = Path(folder)
        stations, villages = large_tables(cwd)
        start = ["import", "--county", "linxiang", "--crs", "gcj02", "--data", str(cwd / "out")]
        return [
            (f"`coverage import --facilities`, XLSX of {N_STATIONS:,} rows",
             *process([*start, "--facilities", str(stations)], cwd, 3), "15 s, 600 MB"),
            (f"`coverage import --population`, GB18030 CSV of {N_VILLAGES:,} rows",
             *process([*start, "--population", str(villages)], cwd, 3), "15 s, 600 MB"),
        ]  # fmt: skip


def routing(data: Path) -> str:
    """Measure the search and the polygons, and write the tables."""
    times, polygons, agreement = on_porto(data)
    agreement += on_liechtenstein(data)
    return "\n\n".join(
        [
            "## Routing and polygons on Porto",
            table(("work", "peer", "peer takes", "this program", "ratio", "wanted"), times),
            "## How true the polygons are",
            table(("limit", "way", "falsely inside", "missed"), polygons),
            "## The times themselves",
            table(("network", "nodes", "edges", "largest difference from NetworkX, any node"), agreement),
        ]
    )


def commands(data: Path) -> str:
    """Measure whole processes, and write the table."""
    head = ("command", "takes", "memory at most", "wanted")
    return "\n\n".join(
        ["## Whole commands, started cold", table(head, [*whole_processes(data), *large_imports()])]
    )


def draws(data: Path) -> str:
    """Measure the draws of a comparison on a small country."""
    with tempfile.TemporaryDirectory() as folder:
        cwd = Path(folder)
        process(import_of_liechtenstein(data), cwd, 1)
        return comparing(cwd / "data" / "boundaries" / "liechtenstein.gpkg")


def answers(data: Path) -> str:
    """Measure simulated years and decisions."""
    with tempfile.TemporaryDirectory() as folder:
        cwd = Path(folder)
        process(import_of_liechtenstein(data), cwd, 1)
        corners = [(-8.72, 41.05), (-8.5, 41.05), (-8.5, 41.25), (-8.72, 41.25), (-8.72, 41.05)]
        outline = {"type": "Polygon", "coordinates": [corners]}
        (cwd / "box.geojson").write_text(json.dumps(outline), "utf-8")
        hospitals = [
            ("Hospital 1", -8.6007, 41.1815),
            ("Hospital 2", -8.6193, 41.1474),
            ("Hospital 3", -8.6646, 41.1823),
        ]
        with (cwd / "hospitals.csv").open("w", encoding="utf-8", newline="") as file:
            rows = [
                ("name", "kind", "ambulances", "lon", "lat"),
                *((n, "hospital", 2, x, y) for n, x, y in hospitals),
            ]
            csv.writer(file).writerows(rows)
        porto = ["import", "--county", "porto", "--osm", str((data / "porto.osm.pbf").resolve())]
        porto += ["--boundary", "box.geojson@wgs84", "--facilities", "hospitals.csv@wgs84"]
        process(porto, cwd, 1)
        areas_at = cwd / "data" / "boundaries"
        return answering(areas_at / "liechtenstein.gpkg", areas_at / "porto.gpkg", cwd)


PARTS: dict[str, Callable[[Path], str]] = {
    "routing": routing,
    "siting": lambda _: siting(),
    "comparing": draws,
    "answering": answers,
    "commands": commands,
}


def written(page: str, part: str, text: str) -> str:
    """Put a part's tables in the place that the page marks for them."""
    before, rest = page.split(f"<!-- {part} -->\n")
    _, _, after = rest.partition("<!-- ")
    return f"{before}<!-- {part} -->\n\n{text}\n" + (f"\n<!-- {after}" if after else "")


def main() -> None:
    """Measure everything and print it, or put it into the README beside this file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    peers = ", ".join(
        f"{name} {version(name)}" for name in ("networkx", "osmnx", "spopt", "highspy", "simpy")
    )
    machine = (
        f"Measured on {today}, {os.cpu_count()} cores, Python {platform.python_version()}, {peers}; medians, "
        "ratios pair by pair (least–most) where several pairs were run."
    )
    for part in [options.only] if options.only else PARTS:
        text = f"{machine}\n\n{PARTS[part](options.data)}"
        if options.write:
            page = HERE / "README.md"
            page.write_text(written(page.read_text("utf-8"), part, text), "utf-8")
        else:
            print(text)


if __name__ == "__main__":
    main()
