"""Everybody gets a place, and nobody is lost or made up unsaid."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.sources.population import (
    CAPPED_PLACES,
    PEOPLE_PER_KM2,
    POINT_PEOPLE,
    TYPICAL_PEOPLE,
    demand_points,
)
from coverage.sources.road_pieces import SPACING_M

CRS = "EPSG:32649"
SIDE_M = 4_000.0


def townships(*totals, names=None):
    """Squares of 4 km in a row, from the origin to the east."""
    n = len(totals)
    return gpd.GeoDataFrame(
        {
            "id": [f"t{i}" for i in range(n)],
            "name": names or [f"Township {i}" for i in range(n)],
            "population": np.array(totals, dtype=float),
        },
        geometry=[shapely.box(i * SIDE_M, 0, (i + 1) * SIDE_M, SIDE_M) for i in range(n)],
        crs=CRS,
    )


def settlements(*rows):
    """Rows of name, x, y, people and, where it is no village, place."""
    full = [(*row, "village")[:5] for row in rows]
    return gpd.GeoDataFrame(
        {
            "id": [f"n{i}" for i in range(len(full))],
            "name": pd.Series([r[0] for r in full], dtype=object),
            "place": pd.Series([r[4] for r in full], dtype=object),
            "population": np.array([r[3] for r in full], dtype=float),
        },
        geometry=[shapely.Point(r[1], r[2]) for r in full],
        crs=CRS,
    )


def roads(*lines, highway="residential"):
    """Two-way roads, each line an edge there and one back."""
    rows = []
    for i, line in enumerate(lines):
        shape = shapely.LineString(line)
        for u, v, geometry in ((2 * i, 2 * i + 1, shape), (2 * i + 1, 2 * i, shape.reverse())):
            rows.append((u, v, 0, highway, shape.length, geometry))
    table = gpd.GeoDataFrame(rows, columns=["u", "v", "key", "highway", "length", "geometry"], crs=CRS)
    return table.set_index(["u", "v", "key"])


def street(township=0, y=2_000.0):
    """A street across a township, 3,600 m."""
    return [(township * SIDE_M + 200, y), (township * SIDE_M + 3_800, y)]


def by_township(demand):
    return demand.points.groupby("township_id")["population"].sum().to_dict()


def codes(demand):
    return {note.code for note in demand.notes}


def test_a_total_is_spread_over_minor_roads_by_length():
    edges = pd.concat(
        [roads(street(), [(200, 3_000), (1_400, 3_000)]), roads(street(y=500), highway="primary")]
    )
    demand = demand_points(townships(4_800), settlements(), edges)
    assert demand.unit == "people"
    assert demand.modelled
    assert demand.township_people.tolist() == pytest.approx([4_800])
    rows = demand.points.geometry.y.round()
    assert demand.points["population"].groupby(rows).sum().to_dict() == pytest.approx(
        {2_000: 3_600, 3_000: 1_200}
    )
    assert demand.points["population"].max() <= 2 * SPACING_M


def test_settlements_with_figures_come_first_and_claim_their_roads():
    places = settlements(("Dorf", 1_000, 2_000, 400))
    demand = demand_points(townships(1_000), places, roads(street()))
    dorf = demand.points[demand.points["name"] == "Dorf"]
    assert dorf[["id", "population"]].to_numpy().tolist() == [["n0", 400.0]]
    rest = demand.points[demand.points["name"] == ""]
    assert rest["population"].sum() == pytest.approx(600)
    radius = 1_000 * math.sqrt(400 / (math.pi * PEOPLE_PER_KM2))
    assert (rest.geometry.distance(shapely.Point(1_000, 2_000)) > radius).all()


def test_a_small_settlement_is_a_point_and_a_large_one_is_not():
    places = settlements(("Klein", 1_000, 2_000, POINT_PEOPLE), ("Gross", 3_000, 2_000, POINT_PEOPLE + 100))
    demand = demand_points(townships(math.nan), places, roads(street()))
    sizes = demand.points.groupby("name").size()
    assert sizes["Klein"] == 1
    assert sizes["Gross"] > 1
    gross = demand.points[demand.points["name"] == "Gross"]
    assert gross["population"].sum() == pytest.approx(POINT_PEOPLE + 100)
    radius = 1_000 * math.sqrt((POINT_PEOPLE + 100) / (math.pi * PEOPLE_PER_KM2))
    assert (gross.geometry.distance(shapely.Point(3_000, 2_000)) <= radius).all()
    assert gross.geometry.distance(shapely.LineString(street())).max() < 1e-6


def test_a_large_settlement_without_roads_stays_a_point():
    demand = demand_points(
        townships(math.nan), settlements(("Fern", 2_000, 3_900, 900)), roads(street(y=100))
    )
    fern = demand.points[demand.points["name"] == "Fern"]
    assert fern["population"].tolist() == [900]
    assert (fern.geometry.x.iloc[0], fern.geometry.y.iloc[0]) == (2_000, 3_900)


def test_the_namesakes_figure_is_the_townships_total():
    # Eschen's 4,284 include the 1,357 of Nendeln
    places = settlements(("Eschen", 1_000, 2_000, 4_284), ("Nendeln", 3_000, 2_000, 1_357))
    demand = demand_points(townships(math.nan, names=["Eschen"]), places, roads(street()))
    assert demand.township_people.tolist() == pytest.approx([4_284])
    people = demand.points.groupby("name")["population"].sum()
    assert people.to_dict() == pytest.approx({"Eschen": 4_284 - 1_357, "Nendeln": 1_357})
    assert codes(demand) == {"namesake_totals"}


def test_settlements_without_a_figure_share_the_namesakes_and_hamlets_no_more_than_is_typical():
    places = settlements(
        ("Mauren", 800, 2_000, 3_000),
        ("Schaanwald", 2_400, 2_000, math.nan),
        ("Weiler", 3_500, 2_000, math.nan, "hamlet"),
    )
    demand = demand_points(townships(math.nan, names=["Mauren"]), places, roads(street()))
    people = demand.points.groupby("name")["population"].sum()
    assert people.sum() == pytest.approx(3_000)
    assert people["Mauren"] > people["Schaanwald"] > 0
    assert 0 < people["Weiler"] <= TYPICAL_PEOPLE["hamlet"]
    assert "hamlet" in CAPPED_PLACES


def test_a_namesake_with_a_figure_of_its_own_below_the_total_keeps_it():
    places = settlements(("Balzers", 1_000, 2_000, 300))
    demand = demand_points(townships(1_000, names=["Balzers"]), places, roads(street()))
    assert demand.points.loc[demand.points["name"] == "Balzers", "population"].sum() == 300
    assert by_township(demand) == pytest.approx({"t0": 1_000})


def test_a_namesake_that_repeats_the_total_is_not_counted_twice():
    places = settlements(("Balzers", 1_000, 2_000, 1_000), ("Mäls", 3_000, 2_000, 400))
    demand = demand_points(townships(1_000, names=["Balzers"]), places, roads(street()))
    people = demand.points.groupby("name")["population"].sum()
    assert people.to_dict() == pytest.approx({"Balzers": 600, "Mäls": 400})


def test_figures_above_the_total_stand_and_are_noted():
    places = settlements(("A", 1_000, 2_000, 400), ("B", 3_000, 2_000, 300))
    demand = demand_points(townships(500), places, roads(street()))
    assert demand.township_people.tolist() == pytest.approx([700])
    assert codes(demand) == {"figures_exceed_total"}


def test_the_countys_figure_is_not_put_at_its_seat():
    places = settlements(("临湘市", 1_000, 2_000, 9_000, "city"), ("桃林", 5_000, 2_000, 400))
    demand = demand_points(
        townships(math.nan, 1_000), places, roads(street(), street(1)), county_name="临湘市"
    )
    assert by_township(demand) == pytest.approx({"t0": 8_000, "t1": 1_000})
    assert not (demand.points["name"] == "临湘市").any()
    assert codes(demand) == {"county_figure", "county_rest_spread"}
    assert np.isnan(demand.township_people[0])


def test_a_county_total_fills_the_townships_without_one():
    demand = demand_points(
        townships(math.nan, 1_000), settlements(), roads(street(), street(1)), county_people=3_000
    )
    assert by_township(demand) == pytest.approx({"t0": 2_000, "t1": 1_000})


def test_an_unknown_township_among_known_ones_is_estimated_and_named():
    demand = demand_points(
        townships(1_000, 2_000, math.nan), settlements(), roads(street(), street(1), street(2))
    )
    assert by_township(demand) == pytest.approx({"t0": 1_000, "t1": 2_000, "t2": 1_500})
    assert np.isnan(demand.township_people[2])
    (note,) = demand.notes
    assert (note.code, note.ids) == ("people_estimated", ("Township 2",))


def test_where_most_is_unknown_demand_is_metres_of_road():
    demand = demand_points(
        townships(1_000, math.nan, math.nan), settlements(), roads(street(), street(1), street(2))
    )
    assert demand.unit == "residential_road_m"
    assert by_township(demand) == pytest.approx({"t0": 3_600, "t1": 3_600, "t2": 3_600})
    assert np.isnan(demand.township_people).all()
    assert demand.modelled
    assert codes(demand) == {"demand_by_road_length"}


def test_a_township_without_minor_roads_uses_what_it_has():
    demand = demand_points(townships(800), settlements(), roads(street(), highway="primary"))
    assert by_township(demand) == pytest.approx({"t0": 800})


def test_a_township_without_roads_keeps_its_people_at_one_point():
    demand = demand_points(townships(800, 100), settlements(), roads(street(1)))
    lonely = demand.points[demand.points["township_id"] == "t0"]
    assert lonely["population"].tolist() == [800]


def test_a_township_nobody_lives_in_still_has_a_row():
    demand = demand_points(townships(0, 100), settlements(), roads(street(), street(1)))
    assert by_township(demand) == pytest.approx({"t0": 0, "t1": 100})


def test_people_outside_of_all_townships_are_kept_and_noted():
    places = settlements(("Drüben", -500, 2_000, 300), ("Hier", 1_000, 2_000, 300))
    demand = demand_points(townships(math.nan), places, roads(street()))
    assert by_township(demand) == pytest.approx({"": 300, "t0": 300})
    (note,) = demand.notes
    assert (note.code, note.ids) == ("people_outside_townships", ("Drüben",))


def test_a_city_reaches_over_townships_without_totals_and_not_into_one_with_its_own():
    places = settlements(("Stadt", 3_900, 2_000, 3_000, "city"))
    edges = roads(street(), street(1), [(4_000 - 200, 2_000), (4_000 + 200, 2_000)])
    both = by_township(demand_points(townships(math.nan, math.nan), places, edges))
    assert both["t0"] > 0
    assert both["t1"] > 0
    assert sum(both.values()) == pytest.approx(3_000)
    one = by_township(demand_points(townships(math.nan, 10), places, edges))
    assert one == pytest.approx({"t0": 3_000, "t1": 10})


def test_inputs_stay_as_they_are():
    towns, places, edges = townships(900, math.nan), settlements(("A", 1_000, 2_000, 700)), roads(street())
    before = [table.copy() for table in (towns, places, edges)]
    demand_points(towns, places, edges)
    for table, copy in zip((towns, places, edges), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(copy))


figures = st.one_of(st.just(math.nan), st.floats(0, 50_000))
places_of = st.lists(
    st.tuples(
        st.sampled_from(["Township 0", "Township 1", "Dorf", "Weiler"]),
        st.floats(0, 2 * SIDE_M),
        st.floats(0, SIDE_M),
        figures,
        st.sampled_from(sorted(TYPICAL_PEOPLE)),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=60)
@given(totals=st.tuples(figures, figures), rows=places_of)
def test_nobody_is_lost(totals, rows):
    edges = roads(street(), street(1), [(500, 500), (500, 3_500)])
    demand = demand_points(townships(*totals), settlements(*rows), edges)
    people = demand.points["population"].to_numpy()
    assert np.isfinite(people).all()
    assert (people >= 0).all()
    assert demand.points["id"].is_unique
    assert set(demand.points["township_id"]) >= {"t0", "t1"}
    if demand.unit == "people":
        found = by_township(demand)
        for t, total in enumerate(totals):
            if math.isfinite(total) and "figures_exceed_total" not in codes(demand):
                assert found[f"t{t}"] == pytest.approx(total)
            if np.isfinite(demand.township_people[t]):
                assert found[f"t{t}"] == pytest.approx(demand.township_people[t])


@settings(deadline=None, max_examples=20)
@given(rows=places_of.filter(lambda rows: len(rows) > 1), data=st.data())
def test_the_order_of_the_settlements_is_of_no_account(rows, data):
    shuffled = data.draw(st.permutations(rows))
    edges = roads(street(), street(1))
    one = by_township(demand_points(townships(5_000, math.nan), settlements(*rows), edges))
    other = by_township(demand_points(townships(5_000, math.nan), settlements(*shuffled), edges))
    assert one == pytest.approx(other)
