"""Roads in pieces, and people along them: by length, whatever the number of pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.sources.road_pieces import NOWHERE, RoadPieces, road_pieces, spread
from population_maps import X0, roads, townships


def pieces_of(*metres):
    n = len(metres)
    zeros = np.zeros(n)
    return RoadPieces(zeros, zeros, np.array(metres, dtype=float), np.zeros(n, dtype=np.intp))


def test_people_go_along_the_metres_and_not_the_pieces():
    used, people = spread(
        np.array([100.0, 60.0, 9.0]), pieces_of(30, 10, 0, 100, 300, 5), np.array([0, 0, 0, 1, 1, NOWHERE])
    )
    assert used.tolist() == [0, 1, 3, 4]
    assert people.tolist() == pytest.approx([75, 25, 15, 45])


@given(
    pieces=st.lists(st.tuples(st.floats(0.1, 1e4), st.integers(-1, 2)), min_size=1, max_size=12),
    people=st.tuples(*[st.floats(0.5, 1e6)] * 3),
)
def test_each_pot_is_as_dense_along_its_whole_length(pieces, people):
    metres, pot = (np.array(column) for column in zip(*pieces, strict=True))
    used, share = spread(np.array(people), pieces_of(*metres), pot)
    assert used.tolist() == np.flatnonzero(pot >= 0).tolist()
    for i in set(pot[used].tolist()):
        own = pot[used] == i
        assert share[own].sum() == pytest.approx(people[i])
        assert share[own] / metres[used][own] == pytest.approx(people[i] / metres[pot == i].sum())


def test_roads_of_any_length_are_cut_in_equal_parts():
    edges = roads([(100, 2_000), (140, 2_000)], [(200, 1_000), (1_500, 1_000)])
    pieces = road_pieces(edges, townships())
    # both directions count once; 1,300 m make six pieces, the shortest road one
    assert pieces.metres == pytest.approx([40] + [1_300 / 6] * 6)
    assert pieces.x - X0 == pytest.approx([120, *(200 + 1_300 / 6 * (np.arange(6) + 0.5))])
    _, people = spread(np.array([1_340.0]), pieces, pieces.township)
    assert people == pytest.approx(pieces.metres)
