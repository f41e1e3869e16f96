"""Simulated years beside a plain SimPy model, and decisions beside NetworkX."""

from __future__ import annotations

import math
import statistics
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from measure import ROOT, Row, process, seconds, table, timed

from coverage.comparing.ground import today_setting
from coverage.dispatch.desk import open_desk
from coverage.dispatch.units import Fleet, Unit
from coverage.geopackage import read_study_area
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.simulating.calls import draw_calls
from coverage.simulating.engine import play
from coverage.simulating.stage import lay_stage
from coverage.simulation import Rules
from coverage.standards import ResponseStandard
from coverage.study_area import WGS84

sys.path.insert(0, str(ROOT / "tests"))

from oracles.simpy_year import SimpyYear, TableStreets

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.study_area import StudyArea

LINXIANG = ROOT / "data" / "boundaries" / "linxiang.gpkg"
N_AMBULANCES, N_UNITS, N_CALLS = 10, 20, 60
RUNS = 3


def _spread(ratios: list[float]) -> str:
    return f"**{statistics.median(ratios):.0f} x** ({min(ratios):.0f}–{max(ratios):.0f})"


def with_ten_ambulances(area: StudyArea) -> StudyArea:
    """Give the county one ambulance more than the nine it has."""
    facilities = area.facilities.copy()
    counts = facilities["ambulances"].to_numpy(float).copy()
    counts[0] += N_AMBULANCES - np.nansum(counts)
    return replace(area, facilities=facilities.assign(ambulances=counts))


def years() -> list[Row]:
    """Play a year of 24 calls a day with ten ambulances, by the nearest rule in turn with SimPy."""
    area = with_ten_ambulances(read_study_area(LINXIANG))
    setting = today_setting(area, ResponseStandard(), speeds=DEFAULT_SPEEDS, condition="siren", at_min=720)
    work = f"a year, 24 calls a day, {N_AMBULANCES} ambulances, Linxiang"
    stage = lay_stage(setting, Rules())
    streets = TableStreets(stage)
    play(stage, draw_calls(stage, 0))
    own, peer = [], []
    for k in range(RUNS):
        calls = draw_calls(stage, k)
        own.append(timed(lambda calls=calls: play(stage, calls)))
        peer.append(timed(SimpyYear(setting, Rules(), calls, streets=streets).run))
    nearest: Row = (
        f"{work}, the nearest unit",
        "SimPy, the same rules and tables",
        seconds(statistics.median(peer)),
        seconds(statistics.median(own)),
        _spread([p / o for p, o in zip(peer, own, strict=True)]),
        "1 s",
    )
    prepared = lay_stage(setting, Rules(dispatch="preparedness"), like=stage)
    play(prepared, draw_calls(prepared, 0))
    alone = [timed(lambda k=k: play(prepared, draw_calls(prepared, k))) for k in range(RUNS)]
    # the plain model asks every crew of every place for each call: minutes, and nothing learnt
    return [nearest, (f"{work}, preparedness", "—", "", seconds(statistics.median(alone)), "", "1 s")]


def fleet_of(area: StudyArea, rng: np.random.Generator) -> Fleet:
    """Put units on the roads."""
    nodes = area.roads.nodes.to_crs(WGS84).geometry
    which = rng.choice(len(nodes), N_UNITS, replace=False)
    return Fleet(
        tuple(
            Unit(f"u{i:02}", f"u{i:02}", nodes.iloc[k].x, nodes.iloc[k].y, "returning", 0.0)
            for i, k in enumerate(which)
        ),
        is_live=True,
    )


def decisions(name: str, study_area: Path) -> Row:
    """Decide on calls, in turn with NetworkX: from all units to the call, and on to a hospital."""
    area = read_study_area(study_area)
    desk = open_desk(area, ResponseStandard(), speeds=DEFAULT_SPEEDS, condition="siren")
    rng = np.random.default_rng(1)
    fleet = fleet_of(area, rng)
    homes = area.demand.to_crs(WGS84).geometry
    reached = desk.planned.demand["response_s"].to_numpy() < math.inf  # others have no answer to be timed
    chosen = rng.choice(np.flatnonzero(reached), N_CALLS)
    calls = [(homes.iloc[k].x, homes.iloc[k].y) for k in chosen]
    graph = desk.network.to_graph()
    back = graph.reverse(copy=False)
    near = desk.network.snap([lon for lon, _ in calls], [lat for _, lat in calls])
    starts: list[Any] = [desk.network.node_id[desk.network.tail[s]] for s in near.segment]

    def by_networkx(k: int) -> None:
        for roads in (back, graph):
            nx.single_source_dijkstra(roads, starts[k], weight="travel_time")

    for place in calls[:5]:
        desk.decide(fleet, *place)
    own = [timed(lambda place=place: desk.decide(fleet, *place)) for place in calls]
    peer = [timed(lambda k=k: by_networkx(k)) for k in range(5)]
    ratios = [p / statistics.median(own) for p in peer]
    slowest = seconds(float(np.quantile(own, 0.95)))
    return (
        f"a decision, {N_UNITS} units on the road, both legs and turn list, {name}",
        "NetworkX, search alone",
        seconds(statistics.median(peer)),
        f"{seconds(statistics.median(own))} (95 of 100 within {slowest})",
        _spread(ratios),
        "20 ms",
    )


def whole_years(folder: Path) -> Row:
    """Run twenty replications of two options as a planner does."""
    words = [
        "--option",
        str(ROOT / "docs/options/south.toml"),
        "--option",
        str(ROOT / "docs/options/north.toml"),
    ]
    takes, memory = process(
        ["simulate", "--county", "linxiang", "--replications", "20", *words, "--quiet"], folder, 1
    )
    return (
        "`coverage simulate --county linxiang --replications 20`, two options beside today",
        takes,
        memory,
        "20 s",
    )


def answering(liechtenstein: Path, porto: Path, folder: Path) -> str:
    """Measure years and decisions, and write the tables."""
    head = ("work", "peer", "peer takes", "this program", "ratio", "wanted")
    rows = [*years(), decisions("Linxiang", LINXIANG), decisions("Liechtenstein", liechtenstein)]
    rows.append(decisions("Porto", porto))
    return "\n\n".join(
        [
            "## Simulated years and decisions",
            table(head, rows),
            table(("command", "takes", "memory at most", "wanted"), [whole_years(folder)]),
        ]
    )
