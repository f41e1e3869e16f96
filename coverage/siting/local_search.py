"""Good plans without a proof: greedy building, completing a relaxation, and swapping until nothing helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from coverage.siting.concave import ConcaveCover, Numbers

_GAIN = 1e-9  # of the worth at hand: less than that is the noise of adding


def can_add(problem: ConcaveCover, units: Numbers) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell at which sites one more unit keeps every limit, shape (n_sites,)."""
    left = problem.room - problem.rows @ units
    entries = problem.rows
    tight = entries.data > left[entries.indices]
    blocked = np.bincount(
        np.repeat(np.arange(problem.n_sites), np.diff(entries.indptr)), tight, minlength=problem.n_sites
    )
    return np.asarray((blocked == 0) & (units < problem.upper))


def fill(problem: ConcaveCover, units: Numbers, *, price: Numbers | None = None) -> Numbers:
    """
    Add the unit that is worth most, again and again, as long as one is worth anything and allowed.

    Parameters
    ----------
    problem
        The problem.
    units
        Shape (n_sites,), allowed, what is there already.
    price
        Shape (n_sites,), not negative: the unit that is worth most for its price comes first, what is free
        before all; where not given, the one that is worth most. Of equals the lower number.

    Returns
    -------
    ndarray
        Shape (n_sites,).
    """
    filled = units.copy()
    covers = np.rint(problem.cover @ filled).astype(np.int64)
    price = np.ones(problem.n_sites) if price is None else price
    while True:
        worth = np.where(can_add(problem, filled), problem.next_worth(covers), 0.0)
        ratio = np.divide(worth, price, out=np.where(worth > 0, np.inf, 0.0), where=price > 0)
        best = int(np.argmax(ratio))
        if worth[best] <= 0:
            return filled
        filled[best] += 1
        covers[_rows(problem, best)] += 1


def scarcity(problem: ConcaveCover) -> Numbers:
    """Give the greatest share of any limit that one unit at each site uses, shape (n_sites,)."""
    room = np.maximum(problem.room, _GAIN)
    share = np.zeros(problem.n_sites)
    column = np.repeat(np.arange(problem.n_sites), np.diff(problem.rows.indptr))
    np.maximum.at(share, column, problem.rows.data / room[problem.rows.indices])
    return share


def complete(problem: ConcaveCover, shares: Numbers) -> Numbers:
    """
    Turn shares of units into whole ones: what is open furthest first, as far as allowed, then `fill`.

    Parameters
    ----------
    problem
        The problem.
    shares
        Shape (n_sites,), of a relaxation.
    """
    units = np.zeros(problem.n_sites)
    whole = np.floor(shares + _GAIN)
    left = problem.room.copy()
    order = np.argsort(-(shares - whole), kind="stable")
    wanted = [*np.repeat(np.arange(len(whole)), whole.astype(np.int64)), *order]
    for site in wanted:
        if shares[site] <= _GAIN or units[site] >= problem.upper[site]:
            continue
        entries = slice(problem.rows.indptr[site], problem.rows.indptr[site + 1])
        limits, amounts = problem.rows.indices[entries], problem.rows.data[entries]
        if (amounts <= left[limits]).all():
            units[site] += 1
            left[limits] -= amounts
    return fill(problem, units)


def improve(problem: ConcaveCover, units: Numbers, check: Callable[[], None]) -> Numbers:
    """
    Move one unit to where it is worth more, again and again (Teitz and Bart 1968), and fill the room.

    Parameters
    ----------
    problem
        The problem.
    units
        Shape (n_sites,), allowed.
    check
        Called before every move; raises where the time is up.

    Returns
    -------
    ndarray
        Shape (n_sites,); no single move betters it.
    """
    best = fill(problem, units)
    covers = np.rint(problem.cover @ best).astype(np.int64)
    moved = True
    while moved:
        moved = False
        for site in np.flatnonzero(best > 0):
            check()
            rows = _rows(problem, int(site))
            best[site] -= 1
            covers[rows] -= 1
            worth = np.where(can_add(problem, best), problem.next_worth(covers), -np.inf)
            other = int(np.argmax(worth))
            gains = worth[other] > worth[site] + _GAIN * max(1.0, abs(worth[site]))
            target = other if gains else int(site)
            best[target] += 1
            covers[_rows(problem, target)] += 1
            moved |= gains
        best = fill(problem, best)
        covers = np.rint(problem.cover @ best).astype(np.int64)
    return best


def _rows(problem: ConcaveCover, site: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Give the rows a site covers."""
    sites = problem.sites
    return np.asarray(sites.indices[sites.indptr[site] : sites.indptr[site + 1]])
