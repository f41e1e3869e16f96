"""A study area is checked as one when it is made; every fault is named."""

from __future__ import annotations

import dataclasses
import math

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pytest
import shapely

from builders import toy_area
from coverage.errors import CrsError, StudyAreaError
from coverage.study_area import County, Provenance, Roads, metric_crs

AREA = toy_area()


def changed(layer: str, column: str, value, rows=(0,)):
    """Give the toy county with some cells of a layer changed."""
    table = getattr(AREA, layer).copy()
    if column == "geometry":
        shapes = table.geometry.to_numpy().copy()
        shapes[list(rows)] = value
        table = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs))
    else:
        table[column] = table[column].astype(object)
        table.loc[table.index[list(rows)], column] = value
    return dataclasses.replace(AREA, **{layer: table})


BOWTIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


@pytest.mark.parametrize(
    ("layer", "column", "value", "message"),
    [
        ("demand", "population", -1.0, r"demand: population negative or not a number at d00"),
        ("demand", "population", math.nan, r"demand: population negative or not a number at d00"),
        ("demand", "population", math.inf, r"demand: population negative"),
        ("townships", "population", -1.0, r"townships: population negative .* at 430699001"),
        ("demand", "township_id", "nowhere", r"townships that do not exist: d00"),
        ("demand", "id", "d01", r"demand: ids that occur more than once: d01"),
        ("demand", "id", "", r"demand: 1 rows have no id"),
        ("facilities", "kind", "castle", r"facilities: kind is none of .* at h1"),
        ("facilities", "ambulances", -1.0, r"ambulances or turnout negative at h1"),
        ("facilities", "turnout_s", math.inf, r"ambulances or turnout negative at h1"),
        ("townships", "class", "suburban", r"townships: class is none of urban, rural at 430699001"),
        ("townships", "geometry", BOWTIE, r"townships: geometry missing, invalid or no polygon: 430699001"),
        ("townships", "geometry", shapely.Point(0, 0), r"no polygon: 430699001"),
        ("demand", "geometry", None, r"demand: geometry missing, .* no point: d00"),
        ("demand", "geometry", shapely.Point(math.nan, 1), r"no point: d00"),
        ("facilities", "geometry", shapely.Point(), r"facilities: geometry missing, .*: h1"),
    ],
)
def test_a_faulty_cell_is_named(layer, column, value, message):
    with pytest.raises(StudyAreaError, match=message) as caught:
        changed(layer, column, value)
    assert "\n" not in caught.value.line("zh")


def test_many_faults_name_five_and_the_count():
    with pytest.raises(StudyAreaError, match=r"d00, d01, d02, d03, d04 … \(7\)"):
        changed("demand", "population", -5.0, rows=range(7))


def test_a_population_of_a_township_may_be_unknown():
    assert math.isnan(changed("townships", "population", math.nan).townships["population"][0])


@pytest.mark.parametrize(
    ("boundary", "message"),
    [
        (shapely.LineString([(0, 0), (1, 1)]), "the boundary is a LineString: give a polygon"),
        (BOWTIE, "the boundary is not valid .*Self-intersection"),
        (shapely.Polygon(), "it is empty"),
    ],
)
def test_a_boundary_that_bounds_nothing(boundary, message):
    with pytest.raises(StudyAreaError, match=message):
        dataclasses.replace(AREA, boundary=boundary)


@pytest.mark.parametrize(
    ("layer", "message"),
    [("facilities", "no facility"), ("townships", "no township"), ("demand", "no demand point")],
)
def test_an_empty_layer(layer, message):
    with pytest.raises(StudyAreaError, match=message):
        dataclasses.replace(AREA, **{layer: getattr(AREA, layer).iloc[:0]})


def test_no_road():
    with pytest.raises(StudyAreaError, match="there is no road"):
        dataclasses.replace(AREA, roads=Roads(AREA.roads.nodes, AREA.roads.edges.iloc[:0]))


def test_a_missing_column_is_named():
    with pytest.raises(StudyAreaError, match="layer facilities lacks the columns centres"):
        dataclasses.replace(AREA, facilities=AREA.facilities.drop(columns="centres"))


def test_reference_systems_must_be_one_and_metric():
    with pytest.raises(CrsError, match="demand .*are not in WGS 84 / UTM zone 49N"):
        dataclasses.replace(AREA, demand=AREA.demand.to_crs(4326))
    with pytest.raises(CrsError, match="no reference system"):
        dataclasses.replace(AREA, demand=AREA.demand.set_crs(None, allow_override=True))
    layers = {n: getattr(AREA, n).to_crs(4326) for n in ("townships", "demand", "facilities")}
    roads = Roads(AREA.roads.nodes.to_crs(4326), AREA.roads.edges.to_crs(4326))
    with pytest.raises(CrsError, match="is not metric"):
        dataclasses.replace(AREA, **layers, roads=roads)
    with pytest.raises(CrsError, match="set it, for instance with QGIS"):
        metric_crs(gpd.GeoSeries([shapely.Point(0, 0)]))


def test_seats_are_points_in_the_areas_own_system():
    seats = AREA.seats()
    assert seats.crs == AREA.crs
    assert seats.isna().tolist() == [False, False, True]
    assert AREA.townships.geometry[0].contains(seats[0])


def test_names_and_modelled_layers():
    assert AREA.county.title("zh") == "小康县"
    assert AREA.county.title("en") == "Xiaokang"
    assert County("x", "某县").title("en") == "某县"
    rows = (
        Provenance("roads", "a", modelled=True),
        Provenance("roads", "b", modelled=True),
        Provenance("demand", "c"),
    )
    assert dataclasses.replace(AREA, provenance=rows).modelled_layers == ("roads",)


def test_the_graph_is_one_that_osmnx_understands():
    graph = AREA.roads.to_graph()
    assert isinstance(graph, nx.MultiDiGraph)
    nodes, edges = ox.graph_to_gdfs(graph)
    assert len(edges) == len(AREA.roads.edges)
    assert not any(
        isinstance(v, float) and math.isnan(v) for _, _, d in graph.edges(data=True) for v in d.values()
    )
    x = AREA.roads.nodes.to_crs(4326).geometry.x
    np.testing.assert_allclose(nodes.loc[x.index, "x"], x)
    again = ox.project_graph(graph, to_crs=AREA.crs)
    assert sum(nx.get_edge_attributes(again, "length").values()) == pytest.approx(
        AREA.roads.edges["length"].sum()
    )


def test_the_graph_can_be_saved_and_loaded_by_osmnx(tmp_path):
    edges = AREA.roads.edges.assign(osmid=["7;8" if i % 2 else "9" for i in range(len(AREA.roads.edges))])
    ox.save_graphml(Roads(AREA.roads.nodes, edges).to_graph(), tmp_path / "g.graphml")
    loaded = ox.load_graphml(tmp_path / "g.graphml")
    found = [d["osmid"] for _, _, d in loaded.edges(data=True)]
    assert 9 in found
    assert [7, 8] in found
    assert {type(d["oneway"]) for _, _, d in loaded.edges(data=True)} == {bool}


def test_a_boundary_at_the_pole_has_no_zone():
    with pytest.raises(CrsError, match="no UTM zone fits"):
        metric_crs(gpd.GeoSeries([shapely.box(10, 86, 11, 87)], crs=4326))
