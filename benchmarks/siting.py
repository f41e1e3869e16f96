"""
The siting models beside spopt and beside the same model written out for HiGHS, on clustered demand.

    python benchmarks/siting.py WAY N_DEMAND N_SITES P TIME_LIMIT_S

runs one way in a process of its own and prints what it reached as JSON; `benchmarks/run.py` runs them all.
"""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from measure import ROOT, Row, seconds, table
from scipy import sparse
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Found = tuple[float, float, NDArray[np.int64], float]  # seconds to build and to solve, sites, bound

SIDE_KM = 100.0
RADIUS_KM = 6.0
N_CLUSTERS = 30
SCATTERED = 0.2  # share of the demand points that lie anywhere
PROVEN = 1e-6


def places(
    n_demand: int, n_sites: int, seed: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """
    Draw a county of towns of unequal size and scattered villages.

    Returns
    -------
    tuple of numpy.ndarray
        Demand points, shape (n_demand, 2), km; sites among them, shape (n_sites, 2); people, whole numbers.
    """
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, SIDE_KM, (N_CLUSTERS, 2))
    size = rng.lognormal(0, 0.6, N_CLUSTERS)
    spread_km = rng.uniform(1, 4, N_CLUSTERS)
    home = rng.choice(N_CLUSTERS, n_demand, p=size / size.sum())
    demand = centre[home] + rng.normal(0, 1, (n_demand, 2)) * spread_km[home, None]
    scattered = rng.random(n_demand) < SCATTERED
    demand[scattered] = rng.uniform(0, SIDE_KM, (int(scattered.sum()), 2))
    people = np.round(rng.lognormal(4, 1, n_demand))
    return demand, demand[rng.choice(n_demand, n_sites, replace=False)], people


def instance(n_demand: int, n_sites: int, seed: int = 1) -> tuple[sparse.csr_array, NDArray[np.float64]]:
    """
    Give a cover by straight distance, of which the ten best sites reach rather more than half of the people.

    Returns
    -------
    cover : scipy.sparse.csr_array
        Shape (n_demand, n_sites), ones.
    weight : numpy.ndarray
        Shape (n_demand,), people.
    """
    demand, sites, people = places(n_demand, n_sites, seed)
    tree = KDTree(demand)
    reached = [np.sort(np.array(tree.query_ball_point(site, RADIUS_KM), dtype=np.int32)) for site in sites]
    starts = np.cumsum([0, *(len(rows) for rows in reached)], dtype=np.int32)
    ones = np.ones(starts[-1], dtype=np.int8)
    cover = sparse.csc_array((ones, np.concatenate(reached), starts), shape=(n_demand, n_sites))
    return cover.tocsr(), people


def distances(n_demand: int, n_sites: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give straight distances, km, shape (n_demand, n_sites), and people."""
    demand, sites, people = places(n_demand, n_sites)
    return cdist(demand, sites), people


def own_covering(cover: sparse.csr_array, people: NDArray[np.float64], p: int, limit_s: float) -> Found:
    """Ask this program for a maximal covering."""
    from coverage.siting import maximal_covering  # noqa: PLC0415 - a peer's process is without it

    start = time.perf_counter()
    plan = maximal_covering(cover, people, p, time_limit_s=limit_s)
    return 0.0, time.perf_counter() - start, np.array(plan.sites), plan.bound


def own_median(cost: NDArray[np.float64], people: NDArray[np.float64], p: int, limit_s: float) -> Found:
    """Ask this program for a p-median."""
    from coverage.siting import p_median  # noqa: PLC0415

    start = time.perf_counter()
    plan = p_median(cost, people, p, time_limit_s=limit_s)
    return 0.0, time.perf_counter() - start, np.array(plan.sites), plan.bound


def spopt_covering(cover: sparse.csr_array, people: NDArray[np.float64], p: int, limit_s: float) -> Found:
    """Ask spopt for a maximal covering, through PuLP and HiGHS."""
    from spopt.locate import MCLP  # noqa: PLC0415

    cost = np.where(cover.toarray() > 0, 0.0, 2.0)
    return spopt_solved(lambda: MCLP.from_cost_matrix(cost, people, 1.0, p_facilities=p), limit_s)


def spopt_median(cost: NDArray[np.float64], people: NDArray[np.float64], p: int, limit_s: float) -> Found:
    """Ask spopt for a p-median, through PuLP and HiGHS."""
    from spopt.locate import PMedian  # noqa: PLC0415

    return spopt_solved(lambda: PMedian.from_cost_matrix(cost, people, p_facilities=p), limit_s)


def spopt_solved(build: Callable[[], Any], limit_s: float) -> Found:
    """Build and solve a model of spopt; what it says of itself is not used, its open sites are."""
    import pulp  # noqa: PLC0415

    start = time.perf_counter()
    model = build()
    built_s = time.perf_counter() - start
    model.problem.solve(pulp.HiGHS(msg=False, timeLimit=limit_s))
    solved_s = time.perf_counter() - start - built_s
    opened = [round(pulp.value(y) or 0) for y in model.fac_vars]
    info = model.problem.solverModel.getInfo()
    bound = -info.mip_dual_bound if model.problem.sense == pulp.LpMaximize else info.mip_dual_bound
    return built_s, solved_s, np.flatnonzero(opened), bound


def direct_covering(cover: sparse.csr_array, people: NDArray[np.float64], p: int, limit_s: float) -> Found:
    """Write the maximal covering out for HiGHS: a site variable, a demand variable, a row a demand point."""
    start = time.perf_counter()
    n_demand, n_sites = cover.shape
    rows = sparse.block_array(
        [[-cover.astype(float), sparse.eye_array(n_demand)], [np.ones((1, n_sites)), None]], format="csr"
    )
    upper = np.append(np.zeros(n_demand), float(p))
    value = np.concatenate([np.zeros(n_sites), people])
    return direct_solved(start, -value, rows, np.full(n_demand + 1, -np.inf), upper, n_sites, limit_s)


def direct_median(cost: NDArray[np.float64], people: NDArray[np.float64], p: int, limit_s: float) -> Found:
    """Write the p-median out for HiGHS: a variable and a row a pair of demand point and site."""
    start = time.perf_counter()
    n_demand, n_sites = cost.shape
    n_pairs = n_demand * n_sites
    once = sparse.kron(sparse.eye_array(n_demand), np.ones((1, n_sites)))
    site = sparse.kron(np.ones((n_demand, 1)), sparse.eye_array(n_sites))
    rows = sparse.block_array(
        [
            [np.ones((1, n_sites)), None],
            [None, once],
            [-site, sparse.eye_array(n_pairs)],
        ],
        format="csr",
    )
    upper = np.concatenate([[p], np.ones(n_demand), np.zeros(n_pairs)])
    lower = np.concatenate([[p], np.ones(n_demand), np.full(n_pairs, -np.inf)])
    value = np.concatenate([np.zeros(n_sites), (cost * people[:, None]).ravel()])
    return direct_solved(start, value, rows, lower, upper, n_sites, limit_s)


def direct_solved(
    start: float,
    value: NDArray[np.float64],
    rows: sparse.csr_array,
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    n_sites: int,
    limit_s: float,
) -> Found:
    """Minimise with HiGHS as it comes; the first columns are the sites, whole numbers."""
    import highspy  # noqa: PLC0415

    n = rows.shape[1]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", limit_s)
    solver.passModel(
        n, len(upper), rows.nnz, int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), 0.0,
        value, np.zeros(n), np.ones(n), lower, upper, rows.indptr.astype(np.int32),
        rows.indices.astype(np.int32), rows.data.astype(float), (np.arange(n) < n_sites).astype(np.int32),
    )  # fmt: skip
    built_s = time.perf_counter() - start
    solver.run()
    solved_s = time.perf_counter() - start - built_s
    opened = np.round(np.array(solver.getSolution().col_value[:n_sites]))
    bound = solver.getInfo().mip_dual_bound
    return built_s, solved_s, np.flatnonzero(opened), -bound if value.min() < 0 else bound


WAYS: dict[str, Callable[..., Found]] = {
    "own-covering": own_covering,
    "spopt-covering": spopt_covering,
    "direct-covering": direct_covering,
    "own-median": own_median,
    "spopt-median": spopt_median,
    "direct-median": direct_median,
}


@dataclass(frozen=True)
class Reached:
    """
    What one way of solving one problem came to, counted from the problem itself.

    Parameters
    ----------
    drawn_s, built_s, solved_s
        Seconds to draw the problem, to build the model and to solve it.
    value
        People covered by the sites, or people times km to the nearest of them; NaN without sites.
    bound
        No plan is better than this.
    total
        All people.
    peak_mb
        Memory of the whole process at most.
    """

    drawn_s: float
    built_s: float
    solved_s: float
    value: float
    bound: float
    total: float
    peak_mb: float

    @property
    def took_s(self) -> float:
        """Seconds to build and solve."""
        return self.built_s + self.solved_s

    @property
    def gap(self) -> float:
        """How far the bound lies from the value."""
        return abs(self.bound - self.value) / abs(self.value) if self.value else np.inf


def run_way(way: str, n_demand: int, n_sites: int, p: int, limit_s: float) -> Reached:
    """Draw the problem, solve it one way and count what was reached."""
    start = time.perf_counter()
    matrix, people = (distances if way.endswith("median") else instance)(n_demand, n_sites)
    drawn_s = time.perf_counter() - start
    built_s, solved_s, sites, bound = WAYS[way](matrix, people, p, limit_s)
    if not len(sites):
        value = np.nan
    elif way.endswith("median"):
        value = float(people @ matrix[:, sites].min(axis=1))
    else:
        value = float(people @ (matrix[:, sites].sum(axis=1) > 0))
    peak = Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0]
    return Reached(drawn_s, built_s, solved_s, value, bound, float(people.sum()), int(peak) / 1024)


def in_a_process(way: str, size: tuple[int, int, int], limit_s: float, kill_s: float) -> Reached | None:
    """Run one way in a process of its own; None where it came to nothing in time."""
    command = [sys.executable, "-W", "ignore", __file__, way, *map(str, size), str(limit_s)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=kill_s
        )
    except subprocess.TimeoutExpired:
        return None
    return Reached(**json.loads(done.stdout.splitlines()[-1]))


@dataclass(frozen=True)
class Case:
    """
    One problem, and who tries it.

    Parameters
    ----------
    model
        ``covering`` or ``median``.
    size
        Demand points, sites, and how many are to be open.
    wanted
        Of this program.
    peers
        ``spopt`` and ``direct``, each with the reason why it is not run, or an empty one.
    limit_s
        Time limit of this program.
    runs
        How often it is run, each time in a process of its own.
    """

    model: str
    size: tuple[int, int, int]
    wanted: str
    peers: dict[str, str]
    limit_s: float = 100.0
    runs: int = 3

    @property
    def words(self) -> str:
        """Write the size."""
        n_demand, n_sites, p = self.size
        return f"{n_demand:,} x {n_sites:,}, p = {p}"


SPOPT_LIMIT_S = 100.0
DIRECT_LIMIT_S = 60.0
NO_SPOPT = "one pair after another is written out in Python: not tried at this size"
CASES = (
    Case("covering", (2_000, 200, 10), "", {"spopt": "", "direct": ""}),
    Case("covering", (10_000, 500, 10), "1 s", {"spopt": "", "direct": ""}),
    Case("covering", (10_000, 500, 20), "5 s", {"spopt": NO_SPOPT, "direct": ""}),
    Case("covering", (100_000, 1_000, 10), "5 s", {"spopt": NO_SPOPT, "direct": ""}),
    Case("covering", (1_000_000, 1_000, 10), "15 s, 3 GB",
         {"spopt": NO_SPOPT, "direct": "33.7 million entries: not tried"}, runs=1),
    Case("covering", (1_000_000, 1_000, 20), "gap below 0.5 % within 60 s",
         {"spopt": NO_SPOPT, "direct": "33.7 million entries: not tried"}, limit_s=60, runs=1),
    Case("median", (500, 50, 5), "", {"spopt": "", "direct": ""}),
    Case("median", (5_000, 500, 20), "",
         {"spopt": NO_SPOPT, "direct": "2.5 million pairs: not tried"}, runs=1),
)  # fmt: skip


def reached_row(case: Case, name: str, found: Reached, ratio: str, wanted: str) -> Row:
    """Write what one way came to."""
    if case.model == "covering":
        value = f"{100 * found.value / found.total:.3f} %"
    else:
        value = f"{found.value / found.total:.4f} km"
    gap = "proven" if found.gap <= PROVEN else f"{100 * found.gap:.2g} %"
    memory = f"{found.peak_mb:,.0f} MB"
    return case.words, name, seconds(found.took_s), ratio, gap, value, memory, wanted


def peer_row(case: Case, peer: str, own: Reached) -> Row:
    """Run a peer on the same problem and write what it came to, or why it did not."""
    name, limit_s = {
        "spopt": ("spopt + HiGHS", SPOPT_LIMIT_S),
        "direct": ("HiGHS, written out", DIRECT_LIMIT_S),
    }[peer]
    if case.peers[peer]:
        return case.words, name, "—", "", case.peers[peer], "", "", ""
    kill_s = 2 * limit_s + 60
    found = in_a_process(f"{peer}-{case.model}", case.size, limit_s, kill_s)
    if found is None:
        return (
            case.words,
            name,
            f"over {kill_s:.0f} s",
            f"**> {kill_s / own.took_s:,.0f} x**",
            "no answer",
            "",
            "",
            "",
        )
    if np.isnan(found.value):
        ratio = f"**> {found.took_s / own.took_s:,.0f} x**"
        return case.words, name, seconds(found.took_s), ratio, "no plan", "", f"{found.peak_mb:,.0f} MB", ""
    more = "> " if found.gap > 1e-4 else ""
    return reached_row(case, name, found, f"**{more}{found.took_s / own.took_s:,.0f} x**", "")


def case_rows(case: Case) -> list[Row]:
    """Measure this program and its peers on one problem."""
    runs = [in_a_process(f"own-{case.model}", case.size, case.limit_s, 900) for _ in range(case.runs)]
    ended = [run for run in runs if run is not None]
    if len(ended) < case.runs:
        raise SystemExit(f"{case.words} did not end")
    own = dataclasses.replace(
        ended[0],
        solved_s=statistics.median(run.solved_s for run in ended),
        peak_mb=max(run.peak_mb for run in ended),
    )
    return [
        reached_row(case, "this program", own, "", case.wanted),
        *(peer_row(case, peer, own) for peer in case.peers),
    ]


def siting() -> str:
    """Measure every case and write the tables."""
    rows: dict[str, list[Row]] = {"covering": [], "median": []}
    for case in CASES:
        rows[case.model] += case_rows(case)
    head = (
        "demand x sites",
        "way",
        "build and solve",
        "ratio",
        "gap",
        "{}",
        "memory of the process",
        "wanted",
    )
    covering = tuple(h.format("people covered") for h in head)
    median = tuple(h.format("mean distance") for h in head)
    return "\n\n".join(
        [
            "## Maximal covering",
            table(covering, rows["covering"]),
            "## p-median",
            table(median, rows["median"]),
        ]
    )


if __name__ == "__main__":
    way, *figures = sys.argv[1:]
    n_demand, n_sites, p = map(int, figures[:3])
    print(json.dumps(dataclasses.asdict(run_way(way, n_demand, n_sites, p, float(figures[3])))))
