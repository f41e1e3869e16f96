"""The shipped study area of Linxiang: facts hold, the model stays within what its README says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from coverage.geopackage import read_study_area
from coverage.routing.speeds import DEFAULT_SPEEDS, KPH_PER_MPS
from coverage.study_area import WGS84, StudyArea

if TYPE_CHECKING:
    import geopandas as gpd

FOLDER = Path(__file__).resolve().parents[1] / "data" / "boundaries"
SEATS = {
    "430682001": ("长安街道", 113.457, 29.477),
    "430682003": ("桃矿街道", 113.466, 29.371),
    "430682004": ("五里牌街道", np.nan, np.nan),
    "430682005": ("云湖街道", np.nan, np.nan),
    "430682101": ("忠防镇", 113.498, 29.350),
    "430682103": ("聂市镇", 113.491, 29.576),
    "430682105": ("江南镇", 113.437, 29.741),
    "430682107": ("桃林镇", 113.411, 29.343),
    "430682108": ("长塘镇", 113.346, 29.276),
    "430682109": ("白羊田镇", 113.401, 29.222),
    "430682110": ("詹桥镇", 113.602, 29.304),
    "430682113": ("黄盖镇", 113.529, 29.789),
    "430682114": ("羊楼司镇", 113.614, 29.509),
    "430682115": ("坦渡镇", 113.689, 29.591),
}


@pytest.fixture(scope="module")
def area() -> StudyArea:
    return read_study_area(FOLDER / "linxiang.gpkg")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory) -> StudyArea:
    out = tmp_path_factory.mktemp("linxiang") / "linxiang.gpkg"
    script = FOLDER / "build_linxiang.py"
    subprocess.run([sys.executable, script, "--out", out], check=True, capture_output=True)
    return read_study_area(out)


@pytest.fixture(scope="module")
def one_way(area) -> gpd.GeoDataFrame:
    """Give every road once, whichever way it may be driven."""
    return area.roads.edges[~area.roads.edges["reversed"].astype(bool)]


def test_names_and_codes_are_those_of_the_national_list(area):
    assert (area.county.stem, area.county.name) == ("linxiang", "临湘市")
    assert (area.county.name_en, area.county.code) == ("Linxiang", "430682")
    rows = area.townships.set_index("id")
    assert rows["name"].to_dict() == {code: name for code, (name, *_) in SEATS.items()}
    assert {code for code in rows.index if rows.loc[code, "class"] == "urban"} == {
        code for code, (name, *_) in SEATS.items() if name.endswith("街道")
    }


def test_seats_are_as_published_and_the_two_unknown_ones_stay_unknown(area):
    rows = area.townships.set_index("id").loc[list(SEATS)]
    published = np.array([seat[1:] for seat in SEATS.values()])
    np.testing.assert_array_equal(rows[["seat_lon", "seat_lat"]].to_numpy(), published)
    inside = [
        shape.contains(seat)
        for shape, seat in zip(area.townships.geometry, area.seats(), strict=True)
        if seat is not None
    ]
    assert inside == [True] * 12


def test_people_add_up_to_the_census(area):
    assert area.demand_unit == "people"
    assert area.demand["population"].sum() == 433_200
    assert (area.demand["population"] % 1 == 0).all()
    villages = area.demand["name"].str.contains("·村")
    assert area.demand.loc[villages, "population"].sum() == 179_396
    assert area.demand.loc[~villages, "population"].sum() == 253_804
    by_township = area.demand.groupby("township_id")["population"].sum()
    assert area.townships.set_index("id")["population"].to_dict() == by_township.to_dict()


def test_settlements_carry_neutral_names_and_stand_in_their_township(area):
    names = area.townships.set_index("id")["name"]
    pattern = r"(?:城区|镇区|村)\d{2,3}"
    township, rest = zip(*(name.split("·") for name in area.demand["name"]), strict=True)
    assert list(township) == names.loc[area.demand["township_id"]].to_list()
    assert pd.Series(rest).str.fullmatch(pattern).all()
    assert area.demand["name"].is_unique
    assert 140 <= sum(text.startswith("村") for text in rest) <= 160
    polygons = area.townships.set_index("id").geometry.loc[area.demand["township_id"]]
    assert shapely.contains(polygons.to_numpy(), area.demand.geometry.to_numpy()).all()


def test_every_town_has_several_points_and_a_village(area):
    kind = area.demand["name"].str.extract(r"·(城区|镇区|村)")[0]
    counts = pd.crosstab(area.demand["township_id"], kind == "村")
    assert (counts[False] >= 4).all()
    assert (counts[True] >= 1).all()


def test_townships_partition_the_boundary(area):
    shapes = area.townships.geometry.to_numpy()
    assert (area.townships.geom_type == "Polygon").all()
    assert abs(shapely.area(shapes).sum() - area.boundary.area) < 1
    assert shapely.union_all(shapes).symmetric_difference(area.boundary).area < 1
    # measured in degrees too, where the file keeps them
    assert shapely.coverage_is_valid(area.townships.to_crs(WGS84).geometry.to_numpy(), gap_width=1e-7)


def test_the_boundary_is_the_published_outline_simplified(area):
    sys.path.insert(0, str(FOLDER))
    try:
        from linxiang_model import facts  # noqa: PLC0415
    finally:
        sys.path.remove(str(FOLDER))
    assert shapely.hausdorff_distance(area.boundary, facts.outline()) < 0.1
    assert area.boundary.area / 1e6 == pytest.approx(1_718, rel=0.02)


def test_provenance_says_what_is_modelled(area):
    assert area.modelled_layers == ("townships", "demand", "facilities", "roads")
    facts = [p for p in area.provenance if not p.modelled]
    assert [p.layer for p in facts] == ["boundary", "townships", "demand"]
    assert all("CC BY 4.0" in p.licence for p in facts[:2])
    assert all(p.date for p in area.provenance)


def test_facilities_are_two_hospitals_and_a_health_centre_in_every_other_unit(area):
    rows = area.facilities
    hospitals = rows[rows["kind"] == "hospital"]
    assert set(hospitals["name"]) == {"临湘市人民医院", "临湘市中医医院"}
    assert hospitals.loc[hospitals["name"] == "临湘市人民医院", "ambulances"].item() >= 5
    centres = rows[rows["kind"] == "health_centre"]
    towns = area.townships.loc[area.townships["class"] == "rural", "name"]
    assert set(towns + "卫生院") <= set(centres["name"])
    assert rows["turnout_s"].isna().all()
    # fewer than one per 30,000 people, as in most counties, and more than at the hospital alone
    assert 7 <= rows["ambulances"].sum() < 433_200 / 30_000


def test_health_centres_stand_by_their_seats(area):
    seats = area.seats()
    for name, seat in zip(area.townships["name"], seats, strict=True):
        centre = area.facilities[area.facilities["name"].str.startswith(name)]
        if seat is not None and len(centre):
            assert centre.geometry.iloc[0].distance(seat) < 150


def test_roads_are_in_osmnx_layout(area):
    nodes, edges = area.roads.nodes, area.roads.edges
    assert nodes.index.is_unique
    assert edges.index.is_unique
    lon_lat = nodes.to_crs(WGS84).geometry
    np.testing.assert_allclose(nodes["x"], lon_lat.x, atol=1e-6)
    np.testing.assert_allclose(nodes["y"], lon_lat.y, atol=1e-6)
    ends = np.stack([shapely.get_point(edges.geometry, i) for i in (0, -1)])
    for level, points in zip(("u", "v"), ends, strict=True):
        at = nodes.geometry.loc[edges.index.get_level_values(level)].to_numpy()
        assert shapely.distance(points, at).max() < 0.05
    np.testing.assert_allclose(edges["length"], edges.geometry.length, atol=0.05)
    assert (edges["length"] > 1).all()


def test_two_way_roads_are_two_rows_with_reversed_lines(area):
    edges = area.roads.edges
    both = edges[~edges["oneway"].astype(bool)].reset_index()
    there = both[~both["reversed"].astype(bool)].set_index("osmid")
    back = both[both["reversed"].astype(bool)].set_index("osmid").loc[there.index]
    assert (there["u"] == back["v"]).all()
    assert (there["v"] == back["u"]).all()
    assert shapely.equals_exact(
        shapely.reverse(there.geometry.to_numpy()), back.geometry.to_numpy(), 1e-6
    ).all()
    alone = edges[edges["oneway"].astype(bool)]
    assert set(alone["highway"]) == {"motorway", "motorway_link"}
    assert not alone["reversed"].any()


def test_speeds_and_times_are_those_of_the_speed_table(area):
    edges = area.roads.edges
    np.testing.assert_allclose(edges["speed_kph"], DEFAULT_SPEEDS.speeds_kph(edges))
    np.testing.assert_allclose(
        edges["travel_time"], edges["length"] / edges["speed_kph"] * KPH_PER_MPS, atol=0.01
    )


def test_every_place_reaches_every_other(area):
    assert nx.is_strongly_connected(area.roads.to_graph())


def test_expressways_are_entered_at_interchanges_alone(area):
    edges = area.roads.edges.reset_index()
    fast = edges[edges["highway"] == "motorway"]
    assert set(fast["ref"]) == {"G4", "G56"}
    on_fast = set(fast["u"]) | set(fast["v"])
    touching = edges[edges["u"].isin(on_fast) | edges["v"].isin(on_fast)]
    assert set(touching["highway"]) == {"motorway", "motorway_link"}
    # a toll gate is where ramps meet another road: few of them, and every one reached by road
    ramps = edges[edges["highway"] == "motorway_link"]
    gates = (set(ramps["u"]) | set(ramps["v"])) - on_fast
    assert 5 <= len(gates) <= 12
    others = edges[~edges["highway"].str.startswith("motorway")]
    assert gates <= set(others["u"])


def test_expressways_have_two_carriageways_that_keep_right(area):
    fast = area.roads.edges[area.roads.edges["highway"] == "motorway"]
    for _, carriageways in fast.groupby("ref"):
        tree = shapely.STRtree(carriageways.geometry.to_numpy())
        for line in carriageways.geometry:
            middle, onward = (shapely.line_interpolate_point(line, line.length / 2 + d) for d in (0, 10))
            step = np.array(onward.coords[0]) - np.array(middle.coords[0])
            left = shapely.Point(np.array(middle.coords[0]) + 26 * np.array([-step[1], step[0]]) / 10)
            assert tree.query(left.buffer(6), predicate="intersects").size > 0


def test_density_and_class_mix_are_as_documented(area, one_way):
    inside_m = one_way.geometry.intersection(area.boundary).length
    # two carriageways are one road
    inside_m = inside_m * np.where(one_way["highway"] == "motorway", 0.5, 1.0)
    assert 1.5 <= inside_m.sum() / 1e3 / (area.boundary.area / 1e6) <= 2.0
    share = (inside_m.groupby(one_way["highway"]).sum() / inside_m.sum()).to_dict()
    ranges = {
        "motorway": (0.015, 0.04),
        "motorway_link": (0.003, 0.02),
        "primary": (0.008, 0.03),
        "secondary": (0.04, 0.10),
        "tertiary": (0.12, 0.28),
        "unclassified": (0.40, 0.65),
        "residential": (0.10, 0.25),
    }
    assert share.keys() == ranges.keys()
    assert {name: share[name] for name, (low, high) in ranges.items() if not low <= share[name] <= high} == {}


def test_detours_are_those_of_a_hilly_county(area):
    detour, northing = _detours(area)
    assert 1.3 <= np.nanmean(detour) <= 1.6
    hills, plain = northing < np.quantile(northing, 0.4), northing > np.quantile(northing, 0.7)
    assert np.nanmean(detour[np.ix_(hills, hills)]) > np.nanmean(detour[np.ix_(plain, plain)])


def _detours(area: StudyArea) -> tuple[np.ndarray, np.ndarray]:
    """Give road over straight distance between villages, NaN below 1 km, and the villages' northings."""
    nodes, edges = area.roads.nodes, area.roads.edges.reset_index()
    shortest = edges.groupby(["u", "v"], as_index=False)["length"].min()
    row, column = (nodes.index.get_indexer(shortest[name]) for name in ("u", "v"))
    graph = csr_array((shortest["length"], (row, column)), shape=(len(nodes),) * 2)
    xy = shapely.get_coordinates(nodes.geometry.to_numpy())
    villages = area.demand[area.demand["name"].str.contains("·村")]
    at = np.unique(KDTree(xy).query(shapely.get_coordinates(villages.geometry.to_numpy()))[1])
    straight = np.linalg.norm(xy[at][:, None] - xy[at], axis=2)
    ratio = dijkstra(graph, indices=at)[:, at] / np.where(straight < 1_000, np.nan, straight)
    return ratio, xy[at, 1]


def test_roads_end_within_the_buffer_and_leave_the_county(area):
    assert area.buffer_m == 5_000
    beyond = area.roads.edges.geometry.difference(area.boundary)
    assert beyond.length.sum() > 100_000
    assert shapely.distance(area.boundary, area.roads.nodes.geometry.to_numpy()).max() < 7_000


def test_no_ordinary_roads_cross_without_a_junction(one_way):
    ordinary = one_way[~one_way["highway"].str.startswith("motorway")].geometry.to_numpy()
    tree = shapely.STRtree(ordinary)
    crossing = tree.query(ordinary, predicate="crosses")
    assert crossing.shape[1] == 0


def test_the_file_stays_small(area):
    assert (FOLDER / "linxiang.gpkg").stat().st_size < 3.2e6
    assert len(area.demand) < 600


def test_the_script_builds_what_is_shipped(area, rebuilt):
    assert rebuilt.provenance == area.provenance
    assert rebuilt.county == area.county
    for name in ("townships", "demand", "facilities"):
        ours, theirs = getattr(area, name), getattr(rebuilt, name)
        pd.testing.assert_frame_equal(ours.drop(columns="geometry"), theirs.drop(columns="geometry"))
        assert shapely.hausdorff_distance(ours.geometry.to_numpy(), theirs.geometry.to_numpy()).max() < 0.05
    ours, theirs = area.roads.edges, rebuilt.roads.edges
    pd.testing.assert_frame_equal(ours.drop(columns="geometry"), theirs.drop(columns="geometry"), atol=0.05)
    assert shapely.hausdorff_distance(ours.geometry.to_numpy(), theirs.geometry.to_numpy()).max() < 0.05
    pd.testing.assert_frame_equal(area.roads.nodes[["x", "y"]], rebuilt.roads.nodes[["x", "y"]], atol=1e-6)
