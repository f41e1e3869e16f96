"""People rescaled to the townships' totals: each township adds up, and what has no total stays."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.sources.population_totals import compare_with_totals, scale_to_totals
from population_maps import CRS, X0, Y0, by_township, codes, roads, townships


def demand(*rows):
    """Rows of township, people, x and y."""
    return gpd.GeoDataFrame(
        {
            "id": [f"d{i}" for i in range(len(rows))],
            "name": "",
            "township_id": [r[0] for r in rows],
            "population": [float(r[1]) for r in rows],
        },
        geometry=[shapely.Point(X0 + r[2], Y0 + r[3]) for r in rows],
        crs=CRS,
    )


POINTS = demand(
    ("430699100", 30, 500, 500),
    ("430699100", 10, 900, 500),
    ("430699101", 7, 5_000, 500),
    ("430699102", 0, 9_000, 500),
    ("", 5, 13_000, 500),
)


def test_each_township_gets_its_total_and_the_others_stay():
    scaled, notes = scale_to_totals(POINTS, townships(400, np.nan, np.nan))
    assert scaled["population"].tolist() == [300, 100, 7, 0, 5]
    assert scaled["id"].tolist() == POINTS["id"].tolist()
    (note,) = notes
    assert (note.code, note.ids) == ("scaled_to_totals", ("城关镇",))
    assert "10" in note.en
    assert POINTS["population"].tolist() == [30, 10, 7, 0, 5]


def test_a_total_without_people_goes_along_the_roads():
    towns = townships(40, np.nan, 380)
    scaled, notes = scale_to_totals(POINTS, towns, roads())
    assert by_township(scaled) == pytest.approx({"430699100": 40, "430699101": 7, "430699102": 380, "": 5})
    spread = scaled[scaled["township_id"] == "430699102"]
    assert len(spread) > 5
    assert (spread.geometry.y.round() == Y0 + 2_000).all()
    assert scaled["id"].is_unique
    assert scaled.crs == POINTS.crs
    assert codes(notes) == {"totals_without_people"}
    alone, _ = scale_to_totals(POINTS, towns)
    (point,) = alone.geometry[alone["township_id"] == "430699102"]
    assert towns.geometry.iloc[2].contains(point)
    assert by_township(alone) == pytest.approx(by_township(scaled))


def test_a_total_of_nobody_empties_its_township():
    scaled, _ = scale_to_totals(POINTS, townships(0, np.nan, 0))
    assert by_township(scaled) == {"430699100": 0, "430699101": 7, "430699102": 0, "": 5}


def test_the_worst_township_is_named_and_agreement_is_silent():
    (note,) = compare_with_totals(np.array([100.0, 90.0, np.nan]), townships(100, 60, 50))
    assert "over 2 of 3 townships (城关镇, 柳林镇), which" in note.en
    assert "的2个乡镇（共3个；城关镇、柳林镇），人口文件合计190人" in note.zh
    assert note.ids == ("城关镇", "柳林镇")
    assert "the file has 190 people" in note.en
    assert "160 (+18.8%)" in note.en
    assert "柳林镇: 90 and 60 (+50.0%)" in note.en
    assert "柳林镇" in note.zh
    (whole,) = compare_with_totals(np.array([100.0, 90.0, 10.0]), townships(100, 60, 50))
    assert whole.en.startswith("over all 3 townships the file has 200 people")
    assert whole.zh.startswith("全部3个乡镇，人口文件合计200人")
    assert compare_with_totals(np.array([100.0, 60.0, 5.0]), townships(100, 60, np.nan)) == ()
    assert compare_with_totals(np.array([1.0, 1.0, 1.0]), townships()) == ()


people = st.floats(0.01, 1e5)


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(st.sampled_from([0, 1, 2]), people), max_size=8),
    totals=st.tuples(*[st.one_of(st.just(np.nan), st.just(0.0), people)] * 3),
)
def test_known_totals_are_met(rows, totals):
    before = demand(*((f"43069910{t}", n, 500 + 4_000 * t, 500) for t, n in rows))
    scaled, _ = scale_to_totals(before, townships(*totals), roads())
    found, was = by_township(scaled), by_township(before)
    for t, total in enumerate(totals):
        wanted = was.get(f"43069910{t}", 0.0) if np.isnan(total) else total
        assert found.get(f"43069910{t}", 0.0) == pytest.approx(wanted)
    assert scaled["id"].is_unique
