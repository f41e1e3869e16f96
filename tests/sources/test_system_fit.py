"""Points in the wrong system are found out, and points in the right one left in peace."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from coverage.errors import CrsError
from coverage.geopackage import read_study_area
from coverage.sources.coordinates import convert
from coverage.sources.frame import Frame, frame_of
from coverage.sources.osm_file import read_extract
from coverage.sources.osm_roads import build_graph, tabulate
from coverage.sources.system_fit import MAX_POINTS, _is_marked, best_system, fit_notes

LINXIANG = Path(__file__).parents[2] / "data" / "boundaries" / "linxiang.gpkg"
SYSTEMS = ("wgs84", "gcj02", "bd09")


@pytest.fixture(scope="module")
def linxiang():
    area = read_study_area(LINXIANG)
    frame = Frame(area.boundary, area.crs, area.buffer_m)
    return area, frame, shapely.STRtree(area.roads.edges.geometry.to_numpy())


@pytest.fixture(scope="module")
def liechtenstein(shared_file):
    extract = read_extract(shared_file("liechtenstein.osm.pbf"))
    edges = tabulate(build_graph(extract)[0]).edges
    frame = frame_of(shapely.box(*edges.total_bounds), 0.0)
    places = [extract.nodes[f.id] for f in extract.features if f.kind == "n"]
    return places, frame, shapely.STRtree(edges.geometry.to_crs(frame.crs).to_numpy())


def streets(spacing_m=1000.0, frame=None):
    """Give a frame in Hunan with streets running west to east, and points that lie on them (WGS84)."""
    frame = frame or frame_of(shapely.box(113.3, 29.3, 113.5, 29.5), 0.0)
    west, south, east, north = frame.boundary.bounds
    ys = np.arange(south + 137, north - 100, spacing_m)
    lines = shapely.linestrings([[(west, y), (east, y)] for y in ys])
    xs = np.linspace(west + 500, east - 500, len(ys))
    points = gpd.GeoSeries(gpd.points_from_xy(xs, ys), crs=frame.crs).to_crs(4326)
    return frame, shapely.STRtree(lines), points.x.to_numpy(), points.y.to_numpy()


def raw(points, system):
    degrees = points.to_crs(4326)
    return convert(degrees.x, degrees.y, source="wgs84", target=system)


def notes_of(found, declared, area, file="stations.xlsx"):
    _, frame, tree = area
    return fit_notes(found.x, found.y, declared, tree, frame, layer="facilities", file=file)


@pytest.mark.parametrize("layer", ["facilities", "demand"])
@pytest.mark.parametrize("true", SYSTEMS)
@pytest.mark.parametrize("declared", [*SYSTEMS, "cgcs2000"])
def test_the_countys_own_places_in_every_system(linxiang, layer, true, declared):
    points = getattr(linxiang[0], layer).geometry
    notes = notes_of(raw(points, true), declared, linxiang)
    right = declared == true or (declared, true) == ("cgcs2000", "wgs84")
    # fifteen points among dense roads may lie near some road by chance: 57 m on average against 24 m, but
    # six of them nearer than they should be
    by_chance = (layer, true, declared) == ("facilities", "wgs84", "gcj02")
    if right or by_chance:
        assert notes == ()
    else:
        (note,) = notes
        assert note.code == "system_doubtful"
        assert note.layer == "facilities"
        assert note.count > 0.9 * len(points)
        for lang in ("zh", "en"):
            assert f"stations.xlsx@{true}" in note.text(lang)


def test_the_note_has_both_mean_distances(linxiang):
    area, frame, tree = linxiang
    points = area.facilities.geometry
    shifted = raw(points, "gcj02")
    read_as_they_stand = gpd.GeoSeries(gpd.points_from_xy(shifted.x, shifted.y), crs=4326).to_crs(frame.crs)
    means = [
        np.mean([min(p.distance(line) for line in tree.geometries) for p in read])
        for read in (read_as_they_stand, points)
    ]
    (note,) = notes_of(shifted, "wgs84", linxiang, file="120.xlsx#站点")
    for lang in ("zh", "en"):
        text = note.text(lang)
        assert "120.xlsx#站点@gcj02" in text
        assert text.index(f"{means[0]:.0f}") < text.index(f"{means[1]:.0f}")


@pytest.mark.parametrize("declared", [*SYSTEMS, "cgcs2000"])
def test_silence_outside_china(liechtenstein, declared):
    places, frame, tree = liechtenstein
    lon, lat = np.array(places).T
    # moved off the roads as a shift would
    for east in (0.0, 0.006):
        assert fit_notes(lon + east, lat, declared, tree, frame, layer="facilities", file="a.csv") == ()
    found = best_system(lon, lat, tree, frame)
    assert found is not None
    assert found[0] == "wgs84"


def test_points_that_have_nothing_to_do_with_roads_say_nothing(linxiang):
    area, frame, tree = linxiang
    rng = np.random.default_rng(3)
    west, south, east, north = area.boundary.bounds
    strewn = shapely.points(rng.uniform(west, east, 400), rng.uniform(south, north, 400))
    points = gpd.GeoSeries(strewn, crs=area.crs)
    for declared in SYSTEMS:
        assert notes_of(raw(points, "wgs84"), declared, linxiang) == ()
    found = raw(points, "wgs84")
    assert best_system(found.x, found.y, tree, frame) is None


@pytest.mark.parametrize("true", SYSTEMS)
def test_the_best_system_of_points_that_say_nothing(linxiang, true):
    area, frame, tree = linxiang
    found = raw(area.demand.geometry, true)
    best = best_system(found.x, found.y, tree, frame)
    assert best is not None
    assert best[0] == true
    # the distances of the county's own settlements, all in the region
    nearest = tree.query_nearest(area.demand.geometry.to_numpy(), return_distance=True, all_matches=False)[1]
    assert best[1] == pytest.approx(nearest.mean(), abs=0.01)


@pytest.mark.parametrize("true", ["gcj02", "bd09"])
def test_a_station_far_from_all_roads_does_not_hide_the_others(true):
    frame, tree, lon, lat = streets(frame=frame_of(shapely.box(113.3, 29.3, 113.5, 29.5), 50_000.0))
    shifted = convert([*lon, 113.9], [*lat, 29.4], source="wgs84", target=true)
    (note,) = fit_notes(shifted.x, shifted.y, "wgs84", tree, frame, layer="facilities", file="a.csv")
    assert f"a.csv@{true}" in note.en
    assert note.count == len(lon)
    found = best_system(shifted.x, shifted.y, tree, frame)
    assert found is not None
    assert found[0] == true
    assert found[1] < 1


def test_points_that_are_all_far_from_roads_say_nothing():
    frame, tree, lon, lat = streets(frame=frame_of(shapely.box(113.3, 29.3, 113.5, 29.5), 50_000.0))
    shifted = convert(lon + 0.4, lat, source="wgs84", target="gcj02")
    assert fit_notes(shifted.x, shifted.y, "wgs84", tree, frame, layer="facilities", file="a.csv") == ()
    assert best_system(shifted.x, shifted.y, tree, frame) is None


@pytest.mark.parametrize(("share", "marked"), [(0.6, True), (0.65, True), (0.7, False), (0.85, False)])
def test_nearer_by_a_third_is_markedly_nearer_and_by_less_is_not(share, marked):
    farther_m = np.linspace(200, 400, 100)
    assert _is_marked(share * farther_m, farther_m) is marked


def test_too_few_points_say_nothing():
    frame, tree, lon, lat = streets()
    shifted = convert(lon[5:], lat[5:], source="wgs84", target="gcj02")
    for n, spoken in ((4, False), (5, True)):
        x, y = shifted.x[:n], shifted.y[:n]
        assert bool(fit_notes(x, y, "wgs84", tree, frame, layer="demand", file="v.csv")) is spoken
        assert (best_system(x, y, tree, frame) is not None) is spoken
        # the same point again is no further witness
        again = (np.repeat(x, 10), np.repeat(y, 10))
        assert bool(fit_notes(*again, "wgs84", tree, frame, layer="demand", file="v.csv")) is spoken


def test_points_elsewhere_and_points_that_are_none_do_not_count():
    frame, tree, lon, lat = streets()
    there = convert(lon[5:9], lat[5:9], source="wgs84", target="gcj02")
    x = np.concatenate([there.x, np.full(50, np.nan), np.full(50, 116.4), [np.inf, 29.4, 38_500_000.0]])
    y = np.concatenate([there.y, np.full(50, 29.4), np.full(50, 39.9), [29.4, 113.4, 3_260_000.0]])
    assert fit_notes(x, y, "wgs84", tree, frame, layer="demand", file="v.csv") == ()
    assert best_system(x, y, tree, frame) is None
    assert fit_notes([], [], "wgs84", tree, frame, layer="demand", file="v.csv") == ()


def test_projected_points_are_taken_at_their_word():
    frame, tree, lon, lat = streets()
    shifted = convert(lon, lat, source="gcj02", target="EPSG:4547")
    assert fit_notes(shifted.x, shifted.y, "EPSG:4547", tree, frame, layer="demand", file="v.csv") == ()
    assert best_system(shifted.x, shifted.y, tree, frame) is None


def test_no_roads_no_verdict():
    frame, _, lon, lat = streets()
    empty = shapely.STRtree([])
    assert fit_notes(lon, lat, "wgs84", empty, frame, layer="demand", file="v.csv") == ()
    assert best_system(lon, lat, empty, frame) is None


def test_a_large_table_is_sampled_and_always_alike():
    frame, tree, lon, lat = streets()
    rng = np.random.default_rng(8)
    many = convert(
        np.repeat(lon, 1000) + rng.uniform(-1e-4, 1e-4, 1000 * len(lon)),
        np.repeat(lat, 1000),
        source="wgs84",
        target="bd09",
    )
    first, second = (
        fit_notes(many.x, many.y, "gcj02", tree, frame, layer="demand", file="v.csv") for _ in range(2)
    )
    assert first == second
    assert 0.9 * MAX_POINTS < first[0].count <= MAX_POINTS
    assert "v.csv@bd09" in first[0].en


def test_an_unknown_system_is_refused():
    frame, tree, lon, lat = streets()
    with pytest.raises(CrsError):
        fit_notes(lon, lat, "火星人", tree, frame, layer="demand", file="v.csv")
