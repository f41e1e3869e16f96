"""Fewer demand points: nobody is lost, moved into another township, or put where no point was."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import SourceError
from coverage.sources.demand_merging import few_enough, measure, merge_demand, on_grid

CRS = "EPSG:32649"


def demand(*rows):
    """Rows of x, y, people and, where it is not the first, township."""
    full = [(*row, "t0")[:4] for row in rows]
    return gpd.GeoDataFrame(
        {
            "id": [f"d{i}" for i in range(len(full))],
            "name": [f"村{i}" for i in range(len(full))],
            "township_id": [r[3] for r in full],
            "population": [float(r[2]) for r in full],
        },
        geometry=[shapely.Point(r[0], r[1]) for r in full],
        crs=CRS,
    )


def test_few_points_stay_as_they_are():
    points = demand((0, 0, 5), (0, 0, 7))
    merged, merging = merge_demand(points, 2)
    assert merged is points
    assert merging.notes() == ()


def test_the_nearest_pair_merges_into_the_member_nearest_to_the_people():
    # 100 people at 0 m, 300 at 100 m: their mean lies at 75 m, nearer to the second
    points = demand((0, 0, 100), (100, 0, 300), (5_000, 0, 10))
    merged, merging = merge_demand(points, 2)
    assert merged[["id", "population"]].to_numpy().tolist() == [["d1", 400.0], ["d2", 10.0]]
    assert shapely.get_coordinates(merged.geometry).tolist() == [[100, 0], [5_000, 0]]
    assert (merging.n_before, merging.n_after, merging.max_m) == (3, 2, 100.0)
    assert merging.mean_m == pytest.approx(100 * 100 / 410)


def test_the_name_is_the_largest_members_and_the_place_the_middle_ones():
    points = demand((0, 0, 100), (50, 0, 90), (100, 0, 80))
    merged, _ = merge_demand(points, 1)
    assert merged[["id", "name", "population"]].to_numpy().tolist() == [["d1", "村0", 270.0]]


def test_townships_never_mix():
    points = demand((0, 0, 1, "a"), (1, 0, 2, "b"), (2, 0, 3, "a"), (3, 0, 4, "b"), (9_000, 0, 1, ""))
    merged, _ = merge_demand(points, 3)
    assert merged.set_index("township_id")["population"].to_dict() == {"a": 4, "b": 6, "": 1}


def test_fewer_points_than_townships_are_refused():
    points = demand((0, 0, 1, "a"), (1, 0, 2, "b"))
    with pytest.raises(SourceError, match="less than the 2 townships"):
        merge_demand(points, 1)


def test_where_nobody_lives_the_middle_of_the_places_stands():
    merged, merging = merge_demand(demand((0, 0, 0), (40, 0, 0), (100, 0, 0)), 1)
    assert merged["id"].tolist() == ["d1"]
    assert merging.p95_m == 0


def test_the_95th_percentile_counts_people_and_not_points():
    # 94 people do not move, 6 move by 60 m
    x, people = np.array([0.0, 60.0]), np.array([94.0, 6.0])
    groups = on_grid(x, np.zeros(2), people, np.zeros(2, dtype=int), 1_000)
    assert groups.kept.tolist() == [0]
    assert measure(x, np.zeros(2), people, groups).p95_m == 60
    people = np.array([96.0, 4.0])
    assert measure(x, np.zeros(2), people, groups).p95_m == 0


def test_the_note_says_metres_and_seconds():
    # everybody but one in twenty-one moves 300 m: 36 s at 30 km/h
    _, merging = merge_demand(demand((0, 0, 10), (300, 0, 10), (600, 0, 10)), 1)
    (note,) = merging.notes()
    assert note.count == 2
    for text in (note.en, note.zh):
        assert "300" in text
        assert "36" in text
        assert "200" in text  # the mean


places = st.lists(
    st.tuples(
        st.integers(0, 20_000), st.integers(0, 20_000), st.integers(0, 900), st.sampled_from(["a", "b", ""])
    ),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=150)
@given(rows=places, max_demand=st.integers(3, 40))
def test_nobody_is_lost_and_every_point_was_one_before(rows, max_demand):
    points = demand(*rows)
    merged, merging = merge_demand(points, max_demand)
    assert len(merged) <= max_demand
    assert merging.n_after == len(merged)
    assert merged["id"].is_unique
    before, after = (table.groupby("township_id")["population"].sum() for table in (points, merged))
    pd.testing.assert_series_equal(before, after)
    kept = points.set_index("id").loc[merged["id"]]
    assert (kept.geometry.to_numpy() == merged.geometry.to_numpy()).all()
    assert (kept["township_id"].to_numpy() == merged["township_id"].to_numpy()).all()


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 9_000), st.integers(0, 9_000), st.integers(1, 900)),
        min_size=2,
        max_size=30,
        unique=True,
    ),
    data=st.data(),
)
def test_the_order_of_the_points_is_of_no_account(rows, data):
    n = data.draw(st.integers(1, len(rows)))
    points = demand(*rows)
    shuffled = points.iloc[data.draw(st.permutations(range(len(rows))))].reset_index(drop=True)
    one, other = merge_demand(points, n)[0], merge_demand(shuffled, n)[0]
    places_of = [
        sorted(zip(*shapely.get_coordinates(t.geometry).T.tolist(), t["population"], strict=True))
        for t in (one, other)
    ]
    assert places_of[0] == places_of[1]


def test_the_grid_is_the_finest_that_suffices():
    random = np.random.default_rng(7)
    x, y = random.uniform(0, 30_000, (2, 2_000))
    people, owner = random.uniform(0, 500, 2_000), random.integers(0, 4, 2_000)
    groups = few_enough(x, y, people, owner, 300)
    assert len(groups.kept) <= 300
    sizes = 1.02 ** np.arange(0, 550)
    counts = np.array([len(on_grid(x, y, people, owner, size).kept) for size in sizes])
    finest = sizes[counts <= 300].min()
    assert len(groups.kept) == len(on_grid(x, y, people, owner, finest).kept)
