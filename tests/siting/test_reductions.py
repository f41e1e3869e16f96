"""Rows and sites that another one implies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from coverage.siting import reductions
from coverage.siting.reductions import dominated_columns, implied_rows, merged_rows


@st.composite
def covers(draw) -> np.ndarray:
    """Draw a cover, wider than a word of bits now and then."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.integers(1, 30)), draw(st.sampled_from([1, 3, 6, 64, 65, 130]))
    cover = (rng.random(shape) < draw(st.sampled_from([0.03, 0.2, 0.5, 0.9]))).astype(float)
    if rng.random() < 0.5:  # with rows inside others
        cover[: shape[0] // 2] *= rng.random((shape[0] // 2, shape[1])) < 0.7
        cover = np.vstack([cover, np.maximum(cover[::2], cover[: len(cover[::2])])])
    return cover


@given(cover=covers())
def test_merged_rows(cover):
    first, kind = merged_rows(sparse.csr_array(cover))
    assert (cover[first][kind] == cover).all()
    assert len(first) == len(np.unique(cover, axis=0))
    assert (np.diff(first) > 0).all()
    assert all((cover[:i] != cover[i]).any(axis=1).all() for i in first)


def test_rows_with_the_same_mark_by_chance_stay_apart(monkeypatch):
    class Same:
        def integers(self, _low, _high, size, dtype):
            return np.ones(size, dtype=dtype)

    monkeypatch.setattr(reductions.np.random, "default_rng", lambda _: Same())
    cover = np.array([[1, 1, 0], [0, 1, 1], [1, 1, 0], [1, 0, 0]], dtype=float)
    first, kind = merged_rows(sparse.csr_array(cover))
    assert (cover[first][kind] == cover).all()


@given(cover=covers(), block=st.integers(1, 100))
@settings(deadline=None)
def test_implied_rows(cover, block):
    cover = cover[cover.any(axis=1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reductions, "_BLOCK_WORDS", block)
        implied = implied_rows(sparse.csr_array(cover))
    for i, row in enumerate(cover):
        inside = (cover <= row).all(axis=1)
        smaller, same = inside & (cover < row).any(axis=1), inside & (cover == row).all(axis=1)
        assert implied[i] == (smaller.any() or same[:i].any())


@given(cover=covers(), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_dominated_columns(cover, seed):
    cost = np.random.default_rng(seed).choice([1.0, 2.0], cover.shape[1])
    dominated = dominated_columns(sparse.csr_array(cover), cost)
    for j, column in enumerate(cover.T):
        holds = (column <= cover.T).all(axis=1) & (cost <= cost[j])
        better = holds & ((column < cover.T).any(axis=1) | (cost < cost[j]))
        assert dominated[j] == (not column.any() or better.any() or holds[:j].any())


def test_what_would_take_long_is_left(monkeypatch):
    monkeypatch.setattr(reductions, "_MOST_WORDS", 0)
    cover = sparse.csr_array(np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert not implied_rows(cover).any()
    assert not dominated_columns(cover, np.ones(2)).any()
