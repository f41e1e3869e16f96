"""Draws of a comparison beside NetworkX, and the options that whole processes compare."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from measure import Row, seconds, table, timed

from coverage.comparing.draws import draw_counties, draw_outcomes
from coverage.comparing.ground import lay_setting, today_setting
from coverage.geopackage import read_study_area
from coverage.option import Opening, Option
from coverage.options.writing import write_option
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import ResponseStandard
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.comparing.ground import Setting
    from coverage.comparing.shared_roads import DrawnCounty
    from coverage.study_area import StudyArea

N_OPTIONS = 6
N_DRAWS = 200
N_PEER_DRAWS = 5
LIMITS = ["--urban", "8", "--rural", "12"]
"""Minutes within which not everybody is covered in a small country, so that there is something to compare."""


def options_of(area: StudyArea) -> list[Option]:
    """Make options: one or two stations at seats of townships."""
    seats = area.seats().dropna().to_crs(WGS84)
    stations = [
        Opening(f"n{i}", f"Station {i}", "ambulance_station", p.x, p.y, ambulances=1.0,
                capital_wan=200.0 + 10 * i, yearly_wan=50.0)
        for i, p in enumerate(seats.iloc[: N_OPTIONS + 1])
    ]  # fmt: skip
    return [Option(f"Option {i}", open=tuple(stations[i : i + 1 + i % 2])) for i in range(N_OPTIONS)]


def write_options(study_area: Path, folder: Path) -> list[str]:
    """Write the options of a study area, and give the words that name them on the command line."""
    words = []
    for i, option in enumerate(options_of(read_study_area(study_area))):
        path = folder / f"{i}.toml"
        write_option(option, path, county="")
        words += ["--option", str(path)]
    return words


def _by_networkx(settings: list[Setting], graph: nx.MultiDiGraph[Any], drawn: list[DrawnCounty]) -> None:
    """Search every outcome of every draw from the junctions at its bases."""
    network = settings[0].network
    edges = list(graph.edges(data=True))
    sources = []
    for setting in settings:
        places = setting.places.facilities.take(np.flatnonzero(setting.bases))
        sources.append({network.node_id[network.tail[s]] for s in places.segment})
    for county in drawn:
        for _, _, data in edges:
            factor = county.speed * county.class_speed[data.get("highway", "")]
            data["drawn_s"] = data["travel_time"] / factor
        for junctions in sources:
            nx.multi_source_dijkstra_path_length(graph, junctions, weight="drawn_s")


def comparing(study_area: Path) -> str:
    """Measure the draws of a comparison, and write the table."""
    area = read_study_area(study_area)
    standard = ResponseStandard(urban_s=480.0, rural_s=720.0)
    today = today_setting(area, standard, speeds=DEFAULT_SPEEDS, condition="siren", at_min=720)
    settings = [today, *(lay_setting(today, option) for option in options_of(area))]
    graph = today.network.to_graph()
    drawn = list(draw_counties(settings, N_PEER_DRAWS, 1))
    draw_outcomes(settings, n_draws=2, seed=1)
    ratios, peers, own = [], [], []
    for _ in range(3):
        peers.append(timed(lambda: _by_networkx(settings, graph, drawn)) / N_PEER_DRAWS)
        own.append(timed(lambda: draw_outcomes(settings, n_draws=N_DRAWS, seed=1)) / N_DRAWS)
        ratios.append(peers[-1] / own[-1])
    row: Row = (
        f"one draw of speeds, {len(settings)} outcomes, Liechtenstein",
        "NetworkX, search alone",
        seconds(statistics.median(peers)),
        seconds(statistics.median(own)),
        f"**{statistics.median(ratios):.0f} x** ({min(ratios):.0f}–{max(ratios):.0f})",
    )
    return "## Draws of a comparison\n\n" + table(
        ("work", "peer", "peer takes", "this program", "ratio"), [row]
    )
