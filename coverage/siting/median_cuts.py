"""The p-median by Benders cuts over the sites alone: root relaxation, fixing, branch and bound."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from coverage.siting.median_lp import MedianLp
from coverage.siting.median_rows import sums
from coverage.siting.median_search import shaken, swapped
from coverage.siting.plan import PROOF_GAP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.siting.median_lp import LpAnswer
    from coverage.siting.median_rows import NearRows, Numbers, Sites
    from coverage.siting.watch import Watch

_UNIT = 1000.0  # the cost of the start in the linear programs: well inside the solver's tolerances
_STEP = 0.3  # of the way from the centre to the optimum of the relaxation: where cuts are made
_CENTRE = 0.1  # of that way: how far the centre follows
_TRIED = 1.02  # a rounded relaxation this much dearer than the best plan is worth swapping
_SEEN = 0.01  # open to this share: a site that good plans may have
_STALL = 0.1  # of the gap that is left: cuts that promise less wait until after branching
_CREEP = 0.03  # of that gap: a bound that rises by less in a round is worth no further one
_MOST_GROUPS = 200
_ROUNDS = 200  # of cuts at one node, far more than are needed: afterwards it is split
_WHOLE = 1e-6  # a site open to less than this, or all but this, is closed or open


@dataclass
class MedianSearch:
    """
    The state of a search: the best plan, the bound, and what is decided.

    Parameters
    ----------
    rows
        Clients and their sites.
    p
        Sites that may be open.
    fixed
        Those that are open in any case.
    penalty
        Shape (n_clients,): what a client costs whom no open site reaches.
    step
        Costs of plans are multiples of this; 0 where nothing is known.
    sites
        Open sites of the best plan; reaches everybody.
    watch
        Its clock.
    """

    rows: NearRows
    p: int
    fixed: Sites
    penalty: Numbers
    step: float
    sites: Sites
    watch: Watch
    bound: float = 0.0
    n_nodes: int = 0
    cost: float = field(init=False)
    _tried: set[tuple[int, ...]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Price the start."""
        self.cost = self.rows.total(self.sites)

    @property
    def cutoff(self) -> float:
        """No better plan costs more than this."""
        return self.cost - max(PROOF_GAP / 2 * self.cost, self.step * (1 - 1e-6))

    def run(self) -> None:
        """
        Search until the best plan is proven; `OutOfTime` and Ctrl-C pass through and leave the best.

        The relaxation is solved once with stabilised cuts, sites whose reduced cost forbids them are
        left out, then branch and bound looks at what remains, the node with the lowest bound first.
        """
        self.bound = float(self.rows.weight @ self.rows.cost[:, 0])
        self.offer(self.sites)
        if self.cost <= self.bound or len(self.sites) == len(self.fixed) == self.p:
            self.bound = self.cost
            return
        tree = _Tree(self)
        tree.solve_root()
        tree.branch_and_bound()
        self.bound = self.cost

    def offer(self, sites: Sites) -> None:
        """Take a plan if it is better, and see what swaps make of one that is nearly as good."""
        key = tuple(sites.tolist())
        if key in self._tried:
            return
        self._tried.add(key)
        cost = self.rows.total(sites)
        if cost <= _TRIED * self.cost:
            sites = swapped(self.rows, sites, self.fixed, self.penalty, self.watch.check)
            self._tried.add(tuple(sites.tolist()))
            cost = self.rows.total(sites)
        if cost < self.cost:
            self.sites, self.cost = sites, cost
        self.tell()

    def tell(self) -> None:
        """Tell how far the search is."""
        self.watch.tell(self.bound, self.cost)


@dataclass(order=True)
class _Node:
    """A part of the plans: those between `lower` and `upper`."""

    bound: float
    number: int
    lower: NDArray[np.bool_] = field(compare=False)
    upper: NDArray[np.bool_] = field(compare=False)


class _Tree:
    """Branch and bound over one linear program that keeps growing."""

    def __init__(self, search: MedianSearch) -> None:
        self.search = search
        self.rows = search.rows
        self.scale = _UNIT / search.cost
        self.group, n_groups = _groups(search.rows, search.sites)
        n_sites = search.rows.n_sites
        self.lower = np.zeros(n_sites, dtype=bool)
        self.lower[search.fixed] = True
        self.upper = np.ones(n_sites, dtype=bool)
        self.seen = np.zeros(n_sites, dtype=bool)
        self.lp = MedianLp(n_sites, n_groups, search.p)

    @property
    def cutoff(self) -> float:
        """The cutoff of the search in the unit of the linear program."""
        return self.search.cutoff * self.scale

    def solve_root(self) -> None:
        """Solve the relaxation: cuts between its optimum and a centre, which converges far sooner."""
        search = self.search
        best = np.zeros(self.rows.n_sites)
        best[search.sites] = 1.0
        centre = (best + search.p / self.rows.n_sites) / 2
        for share in (centre, best):
            self.lp.add_cuts(*self._cuts(share)[:2])
        answer: LpAnswer | None = None
        for _ in range(_ROUNDS):
            answer = self._relaxed(self.lower, self.upper)
            if answer is None or answer.bound >= self.cutoff:
                return  # branch and bound will see the same
            self._note(answer.bound)
            share = _STEP * answer.share + (1 - _STEP) * centre
            value, n_added = self._separate(share, answer)
            if not n_added or value - answer.bound <= _STALL * (self.cutoff - answer.bound):
                break
            centre = _CENTRE * answer.share + (1 - _CENTRE) * centre
            self._round(answer.share)
            self.seen |= answer.share > _SEEN
        self._shake(best > 0)
        if answer is not None:
            self._decide(answer, self.lower, self.upper)
        self.rows = self.rows.without(~self.upper, self.lower)

    def _shake(self, own: NDArray[np.bool_]) -> None:
        """Look for better plans among the sites that the relaxations opened."""
        search = self.search
        rows = self.rows.without(~(self.seen | own), self.lower)
        search.offer(shaken(rows, search.sites, search.fixed, search.penalty, search.watch.check))

    def branch_and_bound(self) -> None:
        """Look at the open nodes, the lowest bound first, until none is below the cutoff."""
        number = 0
        heap = [_Node(self.search.bound * self.scale, 0, self.lower, self.upper)]
        while heap and heap[0].bound < self.cutoff:
            node = heapq.heappop(heap)
            self.search.n_nodes += 1
            self._note(node.bound)
            answer = self._evaluate(node)
            if answer is None:
                continue
            if not (node.upper & ~node.lower).any():
                self._round(node.lower.astype(np.float64))  # the one plan that is left
                continue
            site = _branching_site(answer.share, node)
            for opened in (True, False):
                number += 1
                lower, upper = node.lower.copy(), node.upper.copy()
                (lower if opened else upper)[site] = opened
                heapq.heappush(heap, _Node(max(answer.bound, node.bound), number, lower, upper))

    def _evaluate(self, node: _Node) -> LpAnswer | None:
        """Bound a node; ``None`` where it is done with. What its reduced costs decide is noted in it."""
        before = -math.inf
        centre: Numbers | None = None
        for _ in range(_ROUNDS):
            answer = self._relaxed(node.lower, node.upper)
            if answer is None or max(answer.bound, node.bound) >= self.cutoff:
                return None
            self._decide(answer, node.lower, node.upper)
            self._round(answer.share)
            centre = answer.share if centre is None else (centre + answer.share) / 2
            value, n_added = self._separate((centre + answer.share) / 2, answer)
            if not n_added:
                value, n_added = self._separate(answer.share, answer)
            if _is_whole(answer.share):
                if not n_added:
                    return None
                continue
            gap = self.cutoff - answer.bound
            if not n_added or value - answer.bound <= _STALL * gap or answer.bound - before <= _CREEP * gap:
                return answer
            before = answer.bound
        return answer

    def _relaxed(self, lower: NDArray[np.bool_], upper: NDArray[np.bool_]) -> LpAnswer | None:
        """Solve the linear program between bounds."""
        self.search.watch.check()
        return self.lp.solve(lower, upper)

    def _cuts(self, share: Numbers) -> tuple[Numbers, Numbers, float, Sites]:
        """
        Make the cut of each group at a point, the optimal dual being known in closed form.

        A client pays up to ``l_i``, the cost at which the sites nearer than that add up to 1, and saves
        the difference at each nearer one: ``cost_g >= sum_i w_i l_i - sum_j y_j sum_i w_i (l_i - c_ij)+``.

        Returns
        -------
        tuple
            Constants, shape (n_groups,); savings, shape (n_groups, n_sites); the cost at this point,
            ``inf`` where somebody is left unreached; and these clients.
        """
        rows, n_groups = self.rows, self.lp.n_groups
        position = rows.position(share)
        level = rows.level(position)
        client, site, cost = rows.within(level)
        weight = rows.weight * self.scale
        saving = sums(
            self.group[client] * rows.n_sites + site,
            weight[client] * (level[client] - cost),
            n_groups * rows.n_sites,
        ).reshape(n_groups, rows.n_sites)
        constant = sums(self.group, weight * level, n_groups)
        missing = np.flatnonzero(position == rows.width)
        value = math.inf if len(missing) else float((constant - saving @ share).sum())
        return constant, saving, value, missing

    def _separate(self, share: Numbers, answer: LpAnswer) -> tuple[float, int]:
        """Add the cuts at a point that the answer violates; give the cost at that point, and how many."""
        constant, saving, value, missing = self._cuts(share)
        n_added = self.lp.add_cuts(constant, saving, answer)
        if len(missing):
            n_added += self.lp.add_reach(self.rows.reach(missing), answer)
        return value, n_added

    def _round(self, share: Numbers) -> None:
        """Try the plan of the most open sites."""
        sites = np.sort(np.argsort(-share, kind="stable")[: self.search.p])
        self.search.offer(sites[share[sites] > 0])

    def _note(self, bound: float) -> None:
        """Keep the bound of the whole search."""
        self.search.bound = max(self.search.bound, min(bound / self.scale, self.search.cost))
        self.search.tell()

    def _decide(self, answer: LpAnswer, lower: NDArray[np.bool_], upper: NDArray[np.bool_]) -> None:
        """Open and close, in place, the sites whose other state would cost more than the best plan."""
        free = np.flatnonzero(upper & ~lower)
        n_open = self.search.p - int(lower.sum())
        order = free[np.argsort(answer.slope[free], kind="stable")]
        slope = answer.slope[order]
        worst = slope[n_open - 1] if 0 < n_open <= len(slope) else 0.0
        spare = slope[n_open] if n_open < len(slope) else 0.0
        room = self.cutoff - answer.bound
        upper[order[n_open:][slope[n_open:] - worst >= room]] = False
        lower[order[:n_open][spare - slope[:n_open] >= room]] = True


def _groups(rows: NearRows, sites: Sites) -> tuple[Sites, int]:
    """Group clients by the site of a good plan that is nearest to them: neighbours have cuts in common."""
    names, group = np.unique(rows.site_at(rows.nearest(sites)[0]), return_inverse=True)
    n_groups = min(len(names), _MOST_GROUPS)
    return group * n_groups // len(names), n_groups


def _is_whole(share: Numbers) -> bool:
    """Tell whether every site is open or closed."""
    return bool((np.abs(share - np.round(share)) < _WHOLE).all())


def _branching_site(share: Numbers, node: _Node) -> int:
    """Choose the site that is most undecided, the lowest number between equals."""
    free = node.upper & ~node.lower
    return int(np.where(free, np.abs(share - 0.5), np.inf).argmin())
