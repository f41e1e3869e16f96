"""What a covering problem can do without: rows that say the same, rows and sites that another one implies."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WORD = 64  # bits
_MOST_WORDS = 300_000_000  # that comparing all rows, or all columns, may read
_BLOCK_WORDS = 4_000_000  # of which so many at once, for the sake of memory
_BLOCK_ENTRIES = 2_000_000
_SEED = 20260101


def merged_rows(
    cover: sparse.csr_array, tag: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Find the rows of a cover that hold the same sites.

    Parameters
    ----------
    cover
        Shape (n_demand, n_sites), of ones, indices sorted.
    tag
        Shape (n_demand,): only rows of the same tag are of one kind.

    Returns
    -------
    tuple of numpy.ndarray
        The first row of each kind, ascending, and the kind of every row, shape (n_demand,).
    """
    tags = np.zeros(cover.shape[0], dtype=np.int64) if tag is None else tag
    numbers = np.random.default_rng(_SEED).integers(1, 2**63, cover.shape[1] + 1, dtype=np.uint64)
    mark = tags.astype(np.uint64) * numbers[-1]
    for begin, end in _blocks(cover):
        # one entry more, so that a row that is empty at the end has a place to begin at
        entries = np.append(numbers[cover.indices[cover.indptr[begin] : cover.indptr[end]]], np.uint64(0))
        sums = np.add.reduceat(entries, cover.indptr[begin:end] - cover.indptr[begin])
        mark[begin:end] += np.where(np.diff(cover.indptr[begin : end + 1]) > 0, sums, np.uint64(0))
    _, first, kind = np.unique(mark, return_index=True, return_inverse=True)
    strange = np.flatnonzero(~_same_as(cover, first[kind]) | (tags != tags[first[kind]]))
    kind[strange] = len(first) + np.arange(len(strange))
    first = np.concatenate([first, strange])
    order = np.argsort(first)
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first))
    return first[order], rank[kind]


def _blocks(cover: sparse.csr_array) -> list[tuple[int, int]]:
    """Cut the rows into runs of some million entries, for the sake of memory."""
    marks = np.arange(0, cover.nnz, _BLOCK_ENTRIES)
    cuts = np.unique([0, *np.searchsorted(cover.indptr, marks[1:]), cover.shape[0]])
    return list(pairwise(cuts.tolist()))


def _same_as(cover: sparse.csr_array, model: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of each row whether it holds the very sites of its model row (equal marks might be chance)."""
    size = np.diff(cover.indptr)
    same = size == size[model]
    for begin, end in _blocks(cover):
        rows = begin + np.flatnonzero(same[begin:end] & (model[begin:end] != np.arange(begin, end)))
        n_each = size[rows]
        place = np.arange(n_each.sum()) - np.repeat(np.cumsum(n_each) - n_each, n_each)
        mine = cover.indices[np.repeat(cover.indptr[rows], n_each) + place]
        theirs = cover.indices[np.repeat(cover.indptr[model[rows]], n_each) + place]
        differs = np.bincount(np.repeat(np.arange(len(rows)), n_each), mine != theirs, minlength=len(rows))
        same[rows] = differs == 0
    return np.asarray(same)


def implied_rows(cover: sparse.csr_array) -> NDArray[np.bool_]:
    """
    Tell which rows are covered whenever another one is.

    Parameters
    ----------
    cover
        Shape (n_rows, n_sites), of ones, no row empty.

    Returns
    -------
    numpy.ndarray
        Shape (n_rows,): the row holds all sites of another one; of rows with the same sites the first stays.
        All False where comparing would take long.
    """
    size = np.diff(cover.indptr)
    inner, outer = _contained(cover)
    implied = np.zeros(cover.shape[0], dtype=bool)
    implied[outer[(size[inner] < size[outer]) | (inner < outer)]] = True
    return implied


def dominated_columns(cover: sparse.csr_array, cost: NDArray[np.float64]) -> NDArray[np.bool_]:
    """
    Tell which sites another one replaces: it covers the same rows or more, and costs no more.

    Parameters
    ----------
    cover
        Shape (n_rows, n_sites), of ones.
    cost
        Shape (n_sites,).

    Returns
    -------
    numpy.ndarray
        Shape (n_sites,). Of sites that replace each other the one with the lower number stays; sites without
        any row go. All False but those where comparing would take long.
    """
    columns = sparse.csr_array(cover.T)
    size = np.diff(columns.indptr)
    inner, outer = _contained(columns)
    twins = (size[inner] == size[outer]) & (cost[inner] == cost[outer])
    replaced = (cost[outer] <= cost[inner]) & (~twins | (outer < inner))
    dominated = size == 0
    dominated[inner[replaced]] = True
    return np.asarray(dominated)


def _contained(sets: sparse.csr_array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Find all pairs of sets (rows) of which the first lies inside the second.

    Who holds all of a set holds its rarest member: only those are compared with it, as rows of bits.

    Returns
    -------
    tuple of numpy.ndarray
        The inner and the outer set of each pair; none where comparing would take long.
    """
    size = np.diff(sets.indptr)
    members = sparse.csr_array(sets.T)
    popularity = np.diff(members.indptr)
    some = np.flatnonzero(size)
    rarest_first = np.lexsort((popularity[sets.indices], np.repeat(np.arange(len(size)), size)))
    rarest = sets.indices[rarest_first[sets.indptr[some]]]
    n_words = max(1, -(-sets.shape[1] // _WORD))
    n_pairs = popularity[rarest].astype(np.int64)
    if n_pairs.sum() * n_words > _MOST_WORDS:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    bits = _bits(sets, n_words)
    inner, outer = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    ends = np.concatenate([[0], np.cumsum(n_pairs)])
    cuts = np.searchsorted(ends, np.arange(0, ends[-1], max(1, _BLOCK_WORDS // n_words)))
    edges = np.append(np.unique(cuts), len(some))
    for begin, end in pairwise(edges):
        n_each = n_pairs[begin:end]
        small = np.repeat(some[begin:end], n_each)
        place = np.arange(len(small)) - np.repeat(ends[begin:end] - ends[begin], n_each)
        large = members.indices[np.repeat(members.indptr[rarest[begin:end]], n_each) + place]
        inside = ((bits[small] & ~bits[large]) == 0).all(axis=1) & (small != large)
        inner.append(small[inside])
        outer.append(large[inside].astype(np.int64))
    return np.concatenate(inner), np.concatenate(outer)


def _bits(sets: sparse.csr_array, n_words: int) -> NDArray[np.uint64]:
    """Write sets as rows of bits."""
    bits = np.zeros((sets.shape[0], n_words), dtype=np.uint64)
    rows = np.repeat(np.arange(sets.shape[0]), np.diff(sets.indptr))
    one = np.left_shift(np.uint64(1), (sets.indices % _WORD).astype(np.uint64))
    np.bitwise_or.at(bits, (rows, sets.indices // _WORD), one)
    return bits
