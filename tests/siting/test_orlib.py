"""The p-median on files of the OR-Library's format."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from conftest import SHARED
from coverage.siting.median import p_median
from oracles.orlib import read_instance, read_optima

FOLDER = SHARED / "orlib"
FILES = sorted(FOLDER.glob("pmed[0-9]*.txt"))

# a road 1 - 2 - 3 - 4 - 5 with a short cut from 1 to 5; the edge 2 - 3 is given again, the other way round
BY_HAND = """
 5 6 2
 1 2 4
 2 3 9
 3 4 1
 4 5 2
 3 2 3
 1 5 8
"""


def test_the_last_of_two_edges_counts():
    instance = read_instance(BY_HAND)
    assert instance.p == 2
    assert instance.cost.tolist() == [
        [0, 4, 7, 8, 8],
        [4, 0, 3, 4, 6],
        [7, 3, 0, 1, 3],
        [8, 4, 1, 0, 2],
        [8, 6, 3, 2, 0],
    ]


def test_the_small_file_is_solved_as_by_hand():
    instance = read_instance(BY_HAND)
    plan = p_median(instance.cost, np.ones(5), instance.p)
    # with 1 open, 4 serves 2, 3 and 5 best: 4 + 1 + 2 = 7; 2 and 4 together: 4 + 0 + 1 + 0 + 2 = 7 as well
    assert plan.objective == 7.0
    assert plan.status == "optimal"


def test_a_file_that_is_cut_short_is_refused():
    with pytest.raises(ValueError, match="6 edges are announced, but 5"):
        read_instance(BY_HAND.rsplit("\n", 2)[0])


def test_the_list_of_optima_is_read_past_its_heading():
    assert read_optima("Data file   Optimal\npmed1  5819\npmed2 4093\n") == {"pmed1": 5819.0, "pmed2": 4093.0}


@pytest.mark.parametrize("seed", range(5))
def test_a_generated_file_is_solved_as_by_brute_force(seed):
    random = np.random.default_rng(seed)
    n = 14
    edges = [(i, i + 1, random.integers(1, 50)) for i in range(1, n)]
    edges += [
        (*random.choice(np.arange(1, n + 1), 2, replace=False), random.integers(1, 50)) for _ in range(20)
    ]
    text = f"{n} {len(edges)} 3\n" + "\n".join(" ".join(map(str, edge)) for edge in edges)
    instance = read_instance(text)
    sets = itertools.combinations(range(n), instance.p)
    best = min(instance.cost[:, chosen].min(axis=1).sum() for chosen in sets)
    assert p_median(instance.cost, np.ones(n), instance.p).objective == best


@pytest.mark.parametrize("path", FILES or [None], ids=lambda path: path.stem if path else "pmed")
def test_every_file_at_hand_is_solved_to_its_known_optimum(path):
    if path is None:
        pytest.skip("needs orlib/pmed1.txt to pmed40.txt, which are not here")
    optima = FOLDER / "pmedopt.txt"
    if not optima.is_file():
        pytest.skip("needs orlib/pmedopt.txt, which is not here")
    instance = read_instance(path.read_text(encoding="ascii"))
    plan = p_median(instance.cost, np.ones(len(instance.cost)), instance.p, time_limit_s=60.0)
    optimum = read_optima(optima.read_text(encoding="ascii"))[path.stem]
    assert plan.bound <= optimum * (1 + 1e-9)
    if plan.status == "optimal":
        assert plan.objective == optimum
    else:
        assert optimum <= plan.objective
