"""The proof: cuts over the sites, fixing by prices, and branch and bound where these leave a gap."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from coverage.siting.cut_lp import CutLp, LpAnswer
from coverage.siting.local_search import complete, fill, improve, scarcity
from coverage.siting.watch import OutOfTime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coverage.siting.concave import ConcaveCover, Numbers
    from coverage.siting.watch import Watch

_WHOLE = 1e-6
_SAME = 1e-9  # of the best worth: bounds this near to it are it
_ROOT_SLACK, _NODE_SLACK = 1e-7, 1e-3  # of worth, or of the open gap: smaller violations are not worth a cut
_TAIL = 0.02  # rounds of cuts that close less of the gap than this are the last of a node
_MOST_ROUNDS = 12
_N_TRIED = 6  # sites whose branches are tried before one is chosen
_TRY_NODES = 200  # nodes during which that is done


@dataclass(frozen=True, eq=False)
class Found:
    """
    What a search ends with.

    Parameters
    ----------
    units
        Shape (n_sites,), whole numbers: what is added at each site.
    bound
        Nothing is worth more, the base left out.
    status
        ``optimal``, ``time_limit`` or ``interrupted``.
    n_nodes
        Nodes looked at.
    """

    units: Numbers
    bound: float
    status: Literal["optimal", "time_limit", "interrupted"]
    n_nodes: int


@dataclass(order=True)
class _Node:
    """Bounds on the units that are still to be looked into; the greatest bound comes first."""

    key: float
    number: int
    lower: Numbers = field(compare=False)
    upper: Numbers = field(compare=False)


def maximise(problem: ConcaveCover, starts: Iterable[Numbers], watch: Watch, *, need: float = 0.0) -> Found:
    """
    Find the allowed units that are worth most, and prove it.

    Cordeau, Furini and Ljubic 2019: the sites alone are variables, the demand enters by Benders cuts in
    closed form. The relaxation is solved with cuts at points between the program's answer and an inner
    point (in-out, Ben-Ameur and Neto 2007); sites whose price rules them out are fixed; branch and bound
    does the rest.

    Parameters
    ----------
    problem
        The problem.
    starts
        Allowed units to begin with, besides the greedy ones.
    watch
        The clock; when time is up or Ctrl-C is pressed, the best so far is given.
    need
        What a plan must be worth to be of interest, the base left out. Where none is, ``optimal`` says
        that this is proven; units and bound are then of no use.

    Returns
    -------
    Found
        Proven, or the best so far with a bound.
    """
    search = _Search(problem, watch, need)
    status: Literal["optimal", "time_limit", "interrupted"] = "optimal"
    try:
        for start in (*starts, *_greedy(problem)):
            search.offer(start)
            search.offer(improve(problem, start, watch.check))
        search.root()
        search.branch()
    except OutOfTime:
        status = "time_limit"
    except KeyboardInterrupt:
        status = "interrupted"
    bound = search.best if status == "optimal" else max(search.best, search.open_bound)
    if bound <= search.best + search.margin:
        bound, status = search.best, "optimal"
    return Found(search.units, bound, status, search.n_nodes)


def _greedy(problem: ConcaveCover) -> list[Numbers]:
    nothing = np.zeros(problem.n_sites)
    return [fill(problem, nothing), fill(problem, nothing, price=scarcity(problem))]


class _Search:
    """The state of one search: the best plan, the linear program, the nodes that are open."""

    def __init__(self, problem: ConcaveCover, watch: Watch, need: float) -> None:
        self.problem, self.watch, self.need = problem, watch, need
        self.units = np.zeros(problem.n_sites)
        self.best = 0.0
        self.open_bound = float(problem.most.sum())
        self.n_nodes = 0
        self._lp = CutLp(problem.rows, problem.room, problem.most)
        self._nodes: list[_Node] = []
        self._n_made = 0
        self._seen: set[bytes] = set()

    @property
    def margin(self) -> float:
        """How much more than the best a plan must be worth at least to be another one."""
        step = self.problem.step
        least = step * (1 - _WHOLE) if step else _SAME * max(self.best, _SAME)
        return max(least, self.need - self.best)

    def offer(self, units: Numbers) -> None:
        """Keep a plan if it is allowed and the best so far."""
        value = self.problem.value(units)
        if value > self.best and self.problem.allows(units):
            self.units, self.best = units, value

    def _try(self, shares: Numbers) -> None:
        """Turn shares into a plan, better it where that was not done before, and offer it."""
        units = complete(self.problem, shares)
        mark = np.flatnonzero(units).tobytes() + units[units > 0].tobytes()
        if mark not in self._seen:
            self._seen.add(mark)
            self.offer(units)
            self.offer(improve(self.problem, units, self.watch.check))

    def root(self) -> None:
        """Solve the relaxation over all sites, fixing what its prices rule out."""
        problem, lp = self.problem, self._lp
        lower, upper = np.zeros(problem.n_sites), problem.upper.copy()
        inner = 0.5 * self.units + 0.5 * self._middle()
        lp.add_cuts(*problem.tangents(self.units), None, 0.0)
        worth_inner, share = problem.value(inner), 0.5
        while True:
            answer = self._solve(lower, upper)
            if answer is None or self.open_bound <= self.best + self.margin:
                return
            lower, upper = self._fix(answer, lower, upper)
            slack = _ROOT_SLACK * max(self.best, answer.bound)
            point = share * answer.units + (1 - share) * inner
            n_new = lp.add_cuts(*problem.tangents(point), answer, slack)
            if share < 1:
                worth = problem.value(point)
                if worth > worth_inner:
                    inner, worth_inner = point, worth
                share = share if n_new else min(1.0, share + 0.25)
            if n_new == 0:
                n_new = lp.add_cuts(*problem.tangents(answer.units), answer, slack)
            self._try(answer.units)
            if n_new == 0:
                break
        self._push(answer.bound, lower, upper)

    def _middle(self) -> Numbers:
        """Give units that are allowed and open every site a little."""
        evenly = np.minimum(self.problem.upper, 1.0)
        used = self.problem.rows @ evenly
        tight = np.max(used / np.maximum(self.problem.room, 1e-12), initial=1.0)
        return np.asarray(evenly / tight)

    def _solve(self, lower: Numbers, upper: Numbers) -> LpAnswer | None:
        """Solve the linear program at the root, and keep its bound."""
        self.watch.check()
        answer = self._lp.solve(lower, upper)
        # where fixing leaves nothing, no plan is worth more than the best
        self.open_bound = min(self.open_bound, max(self.best, answer.bound if answer else self.best))
        self.watch.tell(self.open_bound + self.problem.base, self.best + self.problem.base)
        return answer

    def _fix(self, answer: LpAnswer, lower: Numbers, upper: Numbers) -> tuple[Numbers, Numbers]:
        """Narrow the bounds to units that can be part of a better plan."""
        slack = answer.bound - self.best - self.margin
        if slack <= 0:
            return lower, upper
        price = answer.price
        away = np.floor(slack / np.maximum(np.abs(price), 1e-12 * slack) + _WHOLE)
        return (
            np.where(price > 0, np.maximum(lower, upper - away), lower),
            np.where(price < 0, np.minimum(upper, lower + away), upper),
        )

    def _push(self, bound: float, lower: Numbers, upper: Numbers) -> None:
        self._n_made += 1
        heapq.heappush(self._nodes, _Node(-bound, self._n_made, lower, upper))

    def branch(self) -> None:
        """Look into the nodes, the one with the greatest bound first, until none can better the best."""
        while self._nodes:
            node = heapq.heappop(self._nodes)
            self.open_bound = max(self.best, min(self.open_bound, -node.key))
            if -node.key <= self.best + self.margin:
                self._nodes.clear()
                return
            self.n_nodes += 1
            answer = self._node(node)
            if answer is None:
                continue
            node.lower, node.upper = self._fix(answer, node.lower, node.upper)
            self._split(answer, node)

    def _node(self, node: _Node) -> LpAnswer | None:
        """Bound a node by rounds of cuts; None where it holds nothing better than the best."""
        last, n_round = math.inf, 0
        while True:
            self.watch.check()
            answer = self._lp.solve(node.lower, node.upper)
            self.watch.tell(self.open_bound + self.problem.base, self.best + self.problem.base)
            if answer is None or answer.bound <= self.best + self.margin:
                return None
            gap = answer.bound - self.best
            is_whole = bool((np.abs(answer.units - np.rint(answer.units)) < _WHOLE).all())
            tired = n_round == _MOST_ROUNDS or last - answer.bound < _TAIL * gap
            if is_whole:
                self.offer(np.rint(answer.units))
            elif tired:
                break
            last, n_round = answer.bound, n_round + 1
            slack = (_ROOT_SLACK if is_whole else _NODE_SLACK) * (answer.bound if is_whole else gap)
            cuts = self.problem.tangents(np.rint(answer.units) if is_whole else answer.units)
            if self._lp.add_cuts(*cuts, answer, slack) == 0:
                if is_whole and self.problem.allows(np.rint(answer.units)):
                    return None  # its worth is exact, and nothing else of this node is worth more
                break
        self._try(answer.units)
        return answer

    def _split(self, answer: LpAnswer, node: _Node) -> None:
        """Branch on the site whose branches lower the bound most."""
        away = np.abs(answer.units - np.rint(answer.units))
        split = np.flatnonzero(away > _WHOLE)
        if len(split) == 0:
            split = np.flatnonzero(node.upper > node.lower)[:1]
        split = split[np.argsort(-away[split], kind="stable")]
        n_tried = _N_TRIED if self.n_nodes <= _TRY_NODES else 1
        best_score, children = -1.0, []
        for site in split[:n_tried]:
            sides = self._sides(answer, node, int(site), solve=n_tried > 1)
            falls = [max(answer.bound - bound, _SAME * answer.bound) for bound, _, _ in sides]
            score = falls[0] * falls[1]
            if score > best_score:
                best_score, children = score, sides
        for bound, lower, upper in children:
            if bound > self.best + self.margin:
                self._push(min(bound, answer.bound), lower, upper)

    def _sides(
        self, answer: LpAnswer, node: _Node, site: int, *, solve: bool
    ) -> list[tuple[float, Numbers, Numbers]]:
        """Give bound and limits of both branches at a site; unsolved ones have their parent's bound."""
        below = math.floor(min(answer.units[site] + _WHOLE, node.upper[site] - 1))
        sides = []
        for is_up in (True, False):
            lower, upper = node.lower.copy(), node.upper.copy()
            if is_up:
                lower[site] = below + 1
            else:
                upper[site] = below
            bound = answer.bound
            if solve:
                self.watch.check()
                child = self._lp.solve(lower, upper)
                bound = -math.inf if child is None else child.bound
            sides.append((bound, lower, upper))
        return sides
