"""The sites of each demand point from the nearest on: what the p-median's search and its cuts read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy import sparse

    Numbers = NDArray[np.float64]
    Sites = NDArray[np.int64]

_FULL = 1e-9  # a share of 1 that is lacking to this amount is whole
_MIX = 0x9E3779B97F4A7C15  # 2**64 / golden ratio: scatters small numbers over all of 64 bits


@dataclass(frozen=True)
class NearRows:
    """
    Clients, and for each of them the sites that reach it, nearest first.

    Parameters
    ----------
    site
        Shape (n_clients, width), int32; `n_sites` where a client has no further site.
    cost
        Shape (n_clients, width), ascending along each row; ``inf`` where there is no further site.
    weight
        Shape (n_clients,), above 0.
    n_sites
        Sites are numbered 0 to n_sites - 1.
    block
        Columns that are read at once: about what a client needs.
    """

    site: NDArray[np.int32]
    cost: Numbers
    weight: Numbers
    n_sites: int
    block: int

    @property
    def n_clients(self) -> int:
        """Number of rows."""
        return len(self.weight)

    @property
    def width(self) -> int:
        """Columns: the most sites that reach one client."""
        return int(self.site.shape[1])

    def blocks(self) -> Iterator[slice]:
        """Cut the columns into what is read at once, the first the widest that is likely to do."""
        width = self.site.shape[1]
        return (slice(start, min(start + self.block, width)) for start in range(0, width, self.block))

    def position(self, share: Numbers, total: float = 1.0) -> Sites:
        """
        Find how far each client must go until the sites nearer than that are open to a total.

        Parameters
        ----------
        share
            Shape (n_sites,), how far each site is open.
        total
            What the shares must add up to.

        Returns
        -------
        ndarray of int64
            Shape (n_clients,), the column at which they do; `width` where they never do.
        """
        padded = np.append(share, 0.0)
        found = np.full(self.n_clients, self.site.shape[1], dtype=np.int64)
        rows: Any = slice(None)
        left = np.arange(self.n_clients)
        before = np.zeros((self.n_clients, 1))
        for columns in self.blocks():
            sums = padded[self.site[rows, columns]].cumsum(axis=1)
            sums += before
            reached = sums[:, -1] >= total - _FULL
            found[left[reached]] = columns.start + (sums[reached] >= total - _FULL).argmax(axis=1)
            left, before = left[~reached], sums[~reached, -1:]
            if not len(left):
                break
            rows = left
        return found

    def cost_at(self, position: Sites) -> Numbers:
        """Give the cost of each client at a column, ``inf`` beyond the last; shape (n_clients,)."""
        inside = np.minimum(position, self.site.shape[1] - 1)
        cost = self.cost[np.arange(self.n_clients), inside]
        return np.where(position < self.width, cost, np.inf)

    def level(self, position: Sites) -> Numbers:
        """Give the cost of each client at a column, or at its last site where it has no such column."""
        last = np.minimum(position, np.isfinite(self.cost).sum(axis=1) - 1)
        return np.asarray(self.cost[np.arange(self.n_clients), last])

    def reach(self, clients: Sites, radius: float = np.inf) -> NDArray[np.bool_]:
        """Tell which sites reach some clients within a radius, shape (n, n_sites)."""
        near = (self.cost[clients] <= radius) & (self.site[clients] < self.n_sites)
        reach = np.zeros((len(clients), self.n_sites + 1), dtype=bool)
        row, column = np.nonzero(near)
        reach[row, self.site[clients][row, column]] = True
        return reach[:, : self.n_sites]

    def site_at(self, position: Sites) -> Sites:
        """Give the site of each client at a column, `n_sites` beyond the last; shape (n_clients,)."""
        inside = np.minimum(position, self.site.shape[1] - 1)
        site = self.site[np.arange(self.n_clients), inside]
        return np.where(position < self.site.shape[1], site, self.n_sites).astype(np.int64)

    def within(self, radius: Numbers) -> tuple[Sites, Sites, Numbers]:
        """
        List the sites nearer to each client than a radius.

        Parameters
        ----------
        radius
            Shape (n_clients,).

        Returns
        -------
        tuple of ndarray
            Client, site and cost of each such pair.
        """
        counts = self._counts(radius)
        width = self.site.shape[1]
        client = np.repeat(np.arange(self.n_clients), counts)
        offset = np.arange(self.n_clients) * width - (np.cumsum(counts) - counts)
        flat = np.arange(len(client)) + np.repeat(offset, counts)
        return client, self.site.ravel()[flat].astype(np.int64), self.cost.ravel()[flat]

    def _counts(self, radius: Numbers) -> Sites:
        """Count the sites nearer to each client than a radius; shape (n_clients,)."""
        counts = np.zeros(self.n_clients, dtype=np.int64)
        rows: Any = slice(None)
        left = np.arange(self.n_clients)
        for columns in self.blocks():
            inside = (self.cost[rows, columns] < radius[rows, None]).sum(axis=1)
            counts[rows] += inside
            left = left[inside == columns.stop - columns.start]
            if not len(left):
                break
            rows = left
        return counts

    def nearest(self, sites: Sites, n: int = 1) -> list[Sites]:
        """
        Find the nearest open sites of each client.

        Parameters
        ----------
        sites
            That are open.
        n
            How many are asked for.

        Returns
        -------
        list of ndarray of int64
            `n` times shape (n_clients,): the columns of the nearest, the second nearest ...; `width`
            where there is none.
        """
        is_open = np.zeros(self.n_sites + 1, dtype=bool)
        is_open[sites] = True
        found = [np.full(self.n_clients, self.width, dtype=np.int64) for _ in range(n)]
        left: Any = slice(None)
        for columns in self.blocks():
            here = is_open[self.site[left, columns]]
            every = np.arange(len(here))
            for place in found:
                first = here.argmax(axis=1)
                fits = here[every, first] & (place[left] == self.width)
                place[left] = np.where(fits, columns.start + first, place[left])
                here[every[fits], first[fits]] = False
            left = np.flatnonzero(found[-1] == self.width)
            if not len(left):
                break
        return found

    def nearest_cost(self, sites: Sites) -> Numbers:
        """Give the cost of each client at its nearest open site, ``inf`` where there is none."""
        return self.cost_at(self.nearest(sites)[0])

    def total(self, sites: Sites) -> float:
        """Give the weighted cost of a plan, ``inf`` where it leaves a client unreached."""
        return float(self.weight @ self.nearest_cost(sites))

    def cut_off(self, radius: float) -> NearRows:
        """Give the same clients with every site within a radius at cost 0, and none beyond it."""
        near = self.cost <= radius
        width = max(1, int(near.sum(axis=1).max()))
        near = near[:, :width]
        site = np.where(near, self.site[:, :width], self.n_sites).astype(np.int32)
        return NearRows(site, np.where(near, 0.0, np.inf), self.weight, self.n_sites, min(self.block, width))

    def without(self, closed: NDArray[np.bool_], opened: NDArray[np.bool_]) -> NearRows:
        """
        Leave out what is decided.

        Parameters
        ----------
        closed, opened
            Shape (n_sites,): sites that are closed for good, and open for good. No client looks
            farther than the first of the latter.

        Returns
        -------
        NearRows
            With the same numbers of sites, and narrower rows.
        """
        gone, certain = np.append(closed, True), np.append(opened, False)
        first = certain[self.site]
        beyond = np.cumsum(first, axis=1) - first > 0
        keep = ~gone[self.site] & ~beyond
        counts = keep.sum(axis=1)
        width = max(int(counts.max()), 1)
        place = np.arange(width) < counts[:, None]
        site = np.full(place.shape, self.n_sites, dtype=np.int32)
        cost = np.full(place.shape, np.inf)
        site[place], cost[place] = self.site[keep], self.cost[keep]
        return NearRows(site, cost, self.weight, self.n_sites, min(self.block, width))


def sums(index: Sites, values: Numbers, n: int) -> Numbers:
    """Add up values that go by the same index, shape (n,)."""
    return np.bincount(index, values, n).astype(np.float64, copy=False)


def near_rows(cost: sparse.csr_array | Numbers, weight: Numbers, p: int) -> NearRows:
    """
    Sort the sites of every demand point, and merge the points that see the same.

    Parameters
    ----------
    cost
        Shape (n_demand, n_sites); dense with ``inf`` for no path, or sparse with what is absent for it.
    weight
        Shape (n_demand,); points without weight are left out.
    p
        Sites that will be open: a client then needs about ``2 n_sites / p`` of its row.
    """
    some = np.flatnonzero(weight > 0)
    site, times = _sorted_rows(cost[some])
    first, group = _same_rows(site, times)
    n_sites = cost.shape[1]
    merged = sums(group, weight[some], len(first))
    block = min(site.shape[1], max(8, -(-2 * n_sites // p)))
    return NearRows(site[first], times[first], merged, n_sites, block)


def _sorted_rows(cost: sparse.csr_array | Numbers) -> tuple[NDArray[np.int32], Numbers]:
    """Sort each row by cost, then by the number of the site, and pad it."""
    n_sites = cost.shape[1]
    if isinstance(cost, np.ndarray):
        order = np.argsort(cost, axis=1, kind="stable").astype(np.int32)
        times = np.take_along_axis(cost, order, axis=1)
        width = max(1, int(np.isfinite(times).sum(axis=1).max()))
        order, times = order[:, :width], times[:, :width]
        order[~np.isfinite(times)] = n_sites
        return np.ascontiguousarray(order), np.ascontiguousarray(times)
    counts = np.diff(cost.indptr)
    rows = np.repeat(np.arange(cost.shape[0]), counts)
    by_cost = np.lexsort((cost.indices, cost.data, rows))
    place = np.arange(max(1, int(counts.max()))) < counts[:, None]
    site = np.full(place.shape, n_sites, dtype=np.int32)
    times = np.full(place.shape, np.inf)
    site[place], times[place] = cost.indices[by_cost], cost.data[by_cost]
    return site, times


def _same_rows(site: NDArray[np.int32], times: Numbers) -> tuple[Sites, Sites]:
    """Find rows that are equal: the first row of each kind, and the kind of every row."""
    bits = np.where(np.isfinite(times), times + 0.0, -1.0).view(np.uint64) + site.astype(np.uint64)
    scatter = (np.arange(1, site.shape[1] + 1, dtype=np.uint64) * np.uint64(_MIX)) | np.uint64(1)
    mixed = (bits ^ (bits >> np.uint64(29))) * np.uint64(_MIX)
    key = ((mixed ^ (mixed >> np.uint64(32))) * scatter).sum(axis=1)
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    alike = (site[first[group]] == site).all(axis=1) & (times[first[group]] == times).all(axis=1)
    if not alike.all():  # two different rows with one key: they stay apart
        group[~alike] = len(first) + np.arange((~alike).sum())
        first = np.append(first, np.flatnonzero(~alike))
    return first, group
