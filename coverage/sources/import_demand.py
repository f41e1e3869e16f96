"""The people of an import: from a population file, from settlements and roads, or as they were before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from coverage.errors import SourceError
from coverage.sources.demand_merging import merge_demand
from coverage.sources.import_layers import Layer, kept_provenance
from coverage.sources.layer_provenance import described, origin_of
from coverage.sources.notes import Note, noted
from coverage.sources.osm_tags import parse_population
from coverage.sources.population import demand_points
from coverage.sources.population_table import read_population
from coverage.sources.population_totals import need_totals, scale_to_totals
from coverage.sources.road_pieces import township_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.import_order import Order, Outline
    from coverage.study_area import County, DemandUnit, Roads

SPREAD_NOTE = (
    "人口按居民点标注值和乡镇总人口沿居住区及低等级道路分摊，不是实测分布",
    "people are spread along residential and minor roads from settlements' and townships' figures",
)


@dataclass(frozen=True)
class DemandLayer:
    """
    Where the people are.

    Parameters
    ----------
    layer
        The demand points.
    unit
        What their ``population`` counts.
    township_people
        Shape (n_townships,): total of each township, NaN where it is not known.
    """

    layer: Layer
    unit: DemandUnit
    township_people: NDArray[np.float64]


def demand_layer(
    order: Order,
    outline: Outline,
    frame: Frame,
    county: County,
    townships: Layer,
    places: gpd.GeoDataFrame | None,
    roads: Roads,
    tree: shapely.STRtree,
) -> DemandLayer:
    """
    Place the people of the county.

    Raises
    ------
    FileError, CrsError, SourceError
        If the population file cannot be used, or is to be scaled to totals of which there are none.
    """
    if order.scale_to_townships:
        need_totals(townships.table)
    if "demand" in order.fresh and order.population is not None:
        return _from_file(order, frame, county, townships, places, roads, tree)
    if order.base is not None and "demand" not in order.fresh:
        return _as_before(order, frame, townships.table, roads)
    return _from_settlements(order, outline, frame, county, townships.table, places, roads)


def _from_file(
    order: Order,
    frame: Frame,
    county: County,
    layer_of_townships: Layer,
    places: gpd.GeoDataFrame | None,
    roads: Roads,
    tree: shapely.STRtree,
) -> DemandLayer:
    """Read the planner's population file."""
    townships = layer_of_townships.table
    if order.population is None:
        raise SourceError("an import without a population file")  # asked for where there is one
    rows = read_population(
        order.population,
        frame,
        townships,
        roads.edges,
        tree,
        places=places,
        landless=_landless(layer_of_townships),
        county=county,
        scale_to_townships=order.scale_to_townships,
        totals_modelled=_totals_modelled(order, townships),
        max_demand=order.most_demand,
    )
    provenance = described(
        "demand",
        [origin_of(order.population)],
        rows.notes,
        modelled=rows.modelled,
        accounts=rows.accounts,
    )
    layer = Layer(rows.points, provenance, rows.notes, rows.accounts)
    totals = townships["population"].to_numpy(dtype=float)
    # the county's own totals stay, unless this very file gives others
    named = {name for note in rows.notes if note.code == "totals_spread" for name in note.ids}
    given = townships["name"].isin(named).to_numpy() & ~np.array(order.scale_to_townships)
    people = np.where(np.isfinite(totals) & ~given, totals, rows.township_people)
    return DemandLayer(layer, "people", people)


def _landless(townships: Layer) -> list[str]:
    """Name the townships that rows list and that got no land."""
    return [
        reject.name
        for account in townships.accounts
        for reject in account.rejects
        if reject.code == "township_without_land"
    ]


def _totals_modelled(order: Order, townships: gpd.GeoDataFrame) -> bool:
    """Tell whether most of the townships' totals are still those of the older study area, and of a model."""
    if order.base is None:
        return False
    sources = kept_provenance(order, "townships")
    # a planner's own file has a hash, and its totals are no model's though its outlines may be
    if not any(row.modelled for row in sources) or any(row.sha256 for row in sources):
        return False
    before = dict(zip(order.base.townships["name"], order.base.townships["population"], strict=True))
    known = townships[townships["population"].notna()]
    kept = known["population"].to_numpy() == known["name"].map(before).to_numpy(dtype=float)
    return bool(2 * kept.sum() > len(known))


def _from_settlements(
    order: Order,
    outline: Outline,
    frame: Frame,
    county: County,
    townships: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame | None,
    roads: Roads,
) -> DemandLayer:
    """Place the people of settlements and townships by their own figures."""
    if places is None or "place" not in places.columns:
        places = gpd.GeoDataFrame(
            {"id": [], "name": [], "place": [], "population": np.zeros(0)}, geometry=[], crs=frame.crs
        )
    land = _land(frame, townships)
    inside = places[shapely.intersects(land, places.geometry.to_numpy())].reset_index(drop=True)
    tags = outline.relation.tags if outline.relation is not None else {}
    demand = demand_points(
        townships,
        inside,
        roads.edges,
        county_name=county.name,
        county_people=parse_population(tags.get("population")),
    )
    points, notes = _at_most(demand.points, order.most_demand, demand.notes)
    sources = [origin_of(file) for file in order.townships]
    sources = [order.osm.provenance] if order.osm is not None and order.osm.graph is None else sources
    sources = sources or [order.osm.provenance if order.osm else outline.origin]
    lead = SPREAD_NOTE if demand.modelled and demand.unit == "people" else None
    provenance = described("demand", sources, notes, lead=lead, modelled=demand.modelled)
    return DemandLayer(Layer(points, provenance, notes), demand.unit, demand.township_people)


def _at_most(
    points: gpd.GeoDataFrame, max_demand: int, notes: tuple[Note, ...]
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    merged, merging = merge_demand(points, max_demand)
    return merged, (*notes, *merging.notes())


def _as_before(order: Order, frame: Frame, townships: gpd.GeoDataFrame, roads: Roads) -> DemandLayer:
    """Keep the older demand points, given to the townships as they are now."""
    if order.base is None:
        raise SourceError("an import without people")  # asked for where there is an older study area
    points = order.base.demand.to_crs(frame.crs)
    notes: tuple[Note, ...] = ()
    same = _same_polygons(order.base.townships, townships) if "boundary" not in order.fresh else None
    if same is not None:
        points = points.assign(township_id=points["township_id"].map(lambda own: same.get(own, own)))
    else:
        points, notes = _given_to(points, frame, townships)
    totals = townships["population"].to_numpy(dtype=float)
    if order.scale_to_townships:
        points, scale_notes = scale_to_totals(
            points, townships, roads.edges, modelled=_totals_modelled(order, townships)
        )
        notes = (*notes, *scale_notes)
    if order.max_demand is not None:
        points, notes = _at_most(points, order.max_demand, notes)
    provenance = kept_provenance(order, "demand")
    if notes:
        provenance = (
            *provenance,
            *described("demand", provenance[:1], notes, modelled=provenance[0].modelled),
        )
    return DemandLayer(Layer(points, provenance, notes), order.base.demand_unit, totals)


def _same_polygons(older: gpd.GeoDataFrame, townships: gpd.GeoDataFrame) -> dict[str, str] | None:
    """Give the new id of each older township where no polygon has changed, else None."""
    ids = dict(zip(shapely.to_wkb(townships.geometry), townships["id"], strict=True))
    before = shapely.to_wkb(older.to_crs(townships.crs).geometry)
    if set(ids) != set(before):
        return None
    return {own: ids[shape] for own, shape in zip(older["id"], before, strict=True)}


def _given_to(
    points: gpd.GeoDataFrame, frame: Frame, townships: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """Give demand points to the townships they lie in, and leave out those beyond the county."""
    inside = shapely.intersects(_land(frame, townships), points.geometry.to_numpy())
    beyond = points[~inside]
    people = float(beyond["population"].sum())
    points = points[inside].reset_index(drop=True)
    ids = townships["id"].to_numpy(dtype=object)
    at = points.geometry
    # no township at all is the last of the ids
    found = np.append(ids, "")[township_of(at.x.to_numpy(), at.y.to_numpy(), townships.geometry.to_numpy())]
    # a village that is listed with a township stays with it, though it lies beyond its generalized outline
    listed = points["township_id"].isin(set(ids)).to_numpy() & (found == "")
    found[listed] = points["township_id"].to_numpy(dtype=object)[listed]
    nowhere = points["id"][(found == "") & (points["population"] > 0).to_numpy()].tolist()
    notes = (
        *noted(
            "demand_beyond",
            "demand",
            beyond["id"].tolist(),
            f"demand points beyond the new outline, left out with {people:,.0f} people: {{n}} ({{some}})",
            f"位于新边界以外、未计入的居民点：{{n}}个，共{people:,.0f}人（{{some}}）",
        ),
        *noted(
            "people_outside_townships",
            "demand",
            nowhere,
            "demand points that lie in no township: {n} ({some})",
            "不属于任何乡镇的居民点：{n}个（{some}）",
        ),
    )
    return points.assign(township_id=found), notes


def _land(frame: Frame, townships: gpd.GeoDataFrame) -> shapely.Geometry:
    land = shapely.union_all([frame.boundary, *townships.geometry])
    shapely.prepare(land)
    return land
