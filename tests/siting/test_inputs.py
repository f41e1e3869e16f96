"""The doors of the siting models: every wrong kind of input ends in one line, in English and Chinese."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting.inputs import checked_cost, checked_cover, checked_p, checked_sites, checked_weight


def refusal(door, *args):
    """Give the error of a door: one line in each language."""
    with pytest.raises(SitingError) as caught:
        door(*args)
    assert "\n" not in str(caught.value)
    assert caught.value.zh
    assert "\n" not in caught.value.zh
    return str(caught.value)


WRONG_P = [
    "x",
    "2",
    None,
    [2],
    np.array([2, 3]),
    2 + 0j,
    np.complex128(2),
    True,
    np.True_,
    float("nan"),
    float("inf"),
    1.5,
    0,
    -1,
]


@pytest.mark.parametrize("p", WRONG_P, ids=repr)
def test_a_number_of_sites_that_is_none_is_refused(p):
    assert "the number of sites is" in refusal(checked_p, p, 5, 0)


def test_more_sites_than_candidates_are_refused_however_many():
    assert "only 5 candidates" in refusal(checked_p, 10**12, 5, 0)
    assert "only 5 candidates" in refusal(checked_p, 10**400, 5, 0)


@pytest.mark.parametrize("p", [3, 3.0, np.int8(3), np.float32(3), np.uint64(3)], ids=repr)
def test_a_whole_number_of_any_type_is_a_number_of_sites(p):
    assert checked_p(p, 5, 0) == 3
    assert type(checked_p(p, 5, 0)) is int


WRONG_FIGURES = [None, "ab", ["1", "2"], ["a", "b"], [1, "2"], [1, [2, 3]], [1, 2j], np.array([1, 2j]),
                 {1: 2}, [1, None], [1, float("nan")], [1, float("inf")], [1, -1], [1], 3, [[1, 2]],
                 [1, 10**400], np.array(["2026-01-01", "2026-01-02"], dtype="M8[D]"), object()]  # fmt: skip


@pytest.mark.parametrize("figures", WRONG_FIGURES, ids=repr)
def test_weights_and_costs_that_are_no_numbers_are_refused(figures):
    assert "weights" in refusal(checked_weight, figures, 2)
    if figures is not None:  # no cost is 1 each
        assert "costs" in refusal(checked_cost, figures, 2)


def test_weights_and_costs_of_any_numbers_are_taken_and_are_a_copy():
    given = np.array([1.0, 2.0])
    for door in (checked_weight, checked_cost):
        taken = door(given, 2)
        assert taken.tolist() == [1, 2]
        assert not np.shares_memory(taken, given)
        assert door(np.array([1, 2], dtype=object), 2).tolist() == [1, 2]
        assert door((True, 2), 2).tolist() == [1, 2]


WRONG_COVERS = [None, "cover", 1, [1, 0], np.ones(3), np.ones((2, 2, 2)), [[1, 0], [1]], [["a", "b"]],
                object(), np.array([[1, None]], dtype=object), np.array([[1j, 0]]),
                sparse.coo_array(np.ones(3)), sparse.csr_array(np.array([[1j]]))]  # fmt: skip


@pytest.mark.parametrize("cover", WRONG_COVERS, ids=lambda cover: repr(cover)[:40].replace("\n", " "))
def test_a_cover_that_is_no_table_of_numbers_is_refused(cover):
    assert "no table of numbers" in refusal(checked_cover, cover)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_cover_with_a_value_that_is_no_number_is_refused(bad):
    assert "no numbers" in refusal(checked_cover, [[1, bad]])


@pytest.mark.parametrize("values", [[64] * 4, [127, 1, 127, 1], [1, -1, 1, -1]])
def test_entries_of_one_place_cover_it_even_where_their_sum_is_none(values):
    zeros = np.zeros(4, dtype=int)
    twice = sparse.coo_array((np.array(values, dtype=np.int8), (zeros, zeros)), shape=(1, 2))
    for cover in (twice, sparse.csr_array((np.array(values, dtype=np.int8), zeros, [0, 4]), shape=(1, 2))):
        assert checked_cover(cover).toarray().tolist() == [[1, 0]]


@pytest.mark.parametrize(
    "sites",
    [None, 2, "ab", [float("nan")], [1.0], [10**30], [-1], [5], [[1, 2]], np.array([[1, 2]]), [True],
     np.array([True, False]), [None], [1, "2"], [1j], np.array(2)],
    ids=repr,
)  # fmt: skip
def test_sites_that_are_no_candidates_are_refused(sites):
    assert "no candidates" in refusal(checked_sites, sites, 5)


@pytest.mark.parametrize("make", [list, tuple, set, iter, np.array, lambda s: np.array(s, dtype=np.uint8)])
def test_sites_of_any_iterable_are_taken_ascending_and_once(make):
    taken = checked_sites(make([3, 1, 3]), 5)
    assert taken.tolist() == [1, 3]
    assert taken.dtype == np.int64


@pytest.mark.parametrize("nothing", [(), [], set(), iter(()), np.array([])])
def test_no_sites_are_no_sites(nothing):
    taken = checked_sites(nothing, 5)
    assert taken.tolist() == []
    assert taken.dtype == np.int64


@pytest.mark.parametrize(
    ("what", "text", "zh"),
    [
        ("fixed", "sites to keep", "要求保留"),
        ("start", "sites to start from", "初始方案"),
        ("named", "sites", "所给"),
    ],
)
def test_an_error_says_what_the_sites_are_for(what, text, zh):
    with pytest.raises(SitingError) as caught:
        checked_sites([1, 7], 5, what)
    assert str(caught.value).startswith(f"{text} that are no candidates: 7:")
    assert caught.value.zh.startswith(zh)
