"""Travel times held against the standard: a state for every demand point, a verdict for every township."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from coverage.errors import AssessmentError, name_some
from coverage.routing.snapping import SNAP_LIMIT_M
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from coverage.routing.network import NearestFacility, RoadNetwork
    from coverage.routing.snapping import Snapped
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea

State = Literal["covered", "late", "unreachable", "off_network"]
Verdict = Literal["met", "partial", "unmet", "unknown"]
STATES: tuple[State, ...] = ("covered", "late", "unreachable", "off_network")
BAND_S = 5 * MINUTE_S
BAND_EDGES_S: tuple[float, ...] = (*(BAND_S * i for i in range(1, 13)), math.inf)
"""Upper edges of the five-minute bands; the last takes every finite time beyond an hour."""

ASSUMED_BASE_KINDS = ("hospital", "ambulance_station")
"""Where no ambulance count is known at all, facilities of these kinds count as bases."""

_SHARE_TOLERANCE = 1e-9  # of the people: sums of floats must not decide a verdict


@dataclass(frozen=True)
class Totals:
    """
    People and townships of one class, or of all.

    Parameters
    ----------
    population, covered_population, late_population, unreachable_population, off_network_population
        In the study area's demand unit; the last four add up to the first.
    covered_share
        Of the population; NaN where there is none.
    median_s, p90_s
        Response weighted by people, seconds from the clock's start; ``inf`` where that share of the people
        is not reached at all, NaN where there is nobody.
    townships_met, townships_partial, townships_unmet, townships_unknown
        Number of townships by verdict.
    """

    population: float
    covered_population: float
    late_population: float
    unreachable_population: float
    off_network_population: float
    covered_share: float
    median_s: float
    p90_s: float
    townships_met: int
    townships_partial: int
    townships_unmet: int
    townships_unknown: int


@dataclass(frozen=True)
class Assessment:
    """
    The promise held against one study area, on one clock.

    Parameters
    ----------
    standard
        The promise.
    demand
        One row a demand point, aligned with the study area's: ``id``, ``name``, ``township_id``, ``class``,
        ``population``, ``limit_s``, ``response_s`` (``inf`` where nobody comes), ``facility_id`` (empty
        where nobody comes), ``access_m`` (off the road), ``state`` (one of `STATES`).
    townships
        One row a township, aligned with the study area's: ``id``, ``name``, ``class``, ``limit_s``,
        ``population``, ``covered_population``, ``late_population``, ``unreachable_population``,
        ``off_network_population``, ``covered_share`` (NaN where nobody lives), ``verdict``,
        ``seat_time_s`` (NaN where the seat is not known, ``inf`` where nobody reaches it), ``median_s``,
        ``p90_s``, ``worst_s``, ``facility_id`` and ``facility_name`` (reaching most of it first; empty
        where nobody comes).
    bands
        People by township (index: township id) and five-minute band (columns: `BAND_EDGES_S`); those whom
        nobody reaches are in no band.
    facilities
        One row a facility, aligned with the study area's: ``id``, ``name``, ``kind``, ``ambulances``,
        ``is_base`` (it counts: response starts or people arrive here), ``on_network``,
        ``first_population``, ``covered_population``.
    totals
        By ``urban``, ``rural`` and ``all``; demand outside every township counts as rural.
    bases_assumed
        True where no ambulance count is known and every hospital and ambulance station counts as a base.
    reach
        Which base's ambulance is first at every node of the network, and when, on the standard's clock; its
        facilities are the bases alone, in the order of the study area's table.
    """

    standard: ResponseStandard
    demand: pd.DataFrame
    townships: pd.DataFrame
    bands: pd.DataFrame
    facilities: pd.DataFrame
    totals: Mapping[str, Totals]
    bases_assumed: bool
    reach: NearestFacility


@dataclass(frozen=True)
class Places:
    """
    Demand, seats and facilities put onto the road network once, for as many assessments as are wanted.

    Parameters
    ----------
    demand, seats, facilities
        Aligned with the study area's tables; a seat that is not known is off the network.
    """

    demand: Snapped
    seats: Snapped
    facilities: Snapped


def snap_places(area: StudyArea, network: RoadNetwork, *, snap_limit_m: float = SNAP_LIMIT_M) -> Places:
    """
    Put a study area's points onto its roads.

    Parameters
    ----------
    area
        The study area.
    network
        Its roads, made ready for search.
    snap_limit_m
        Points farther than this from any road are off the network.
    """
    seats = area.seats()
    known = ~seats.isna().to_numpy()
    return Places(
        demand=network.snap_points(area.demand.geometry, snap_limit_m=snap_limit_m),
        seats=network.snap_points(seats, snap_limit_m=snap_limit_m).only(known),
        facilities=network.snap_points(area.facilities.geometry, snap_limit_m=snap_limit_m),
    )


def is_within(response_s: ArrayLike, limit_s: ArrayLike) -> NDArray[np.bool_]:
    """
    Tell whether a response keeps its limit: ``response_s <= limit_s`` in whole milliseconds.

    Parameters
    ----------
    response_s
        Seconds; ``inf`` never keeps a limit.
    limit_s
        Seconds, broadcast against `response_s`.
    """
    response_ms = np.rint(np.asarray(response_s, dtype=np.float64) * 1000)
    limit_ms = np.rint(np.asarray(limit_s, dtype=np.float64) * 1000)
    return np.asarray(np.isfinite(response_ms) & (response_ms <= limit_ms))


def weighted_quantile(values: ArrayLike, weights: ArrayLike, share: float) -> float:
    """
    Give the smallest value that at least `share` of the weight does not exceed.

    Parameters
    ----------
    values
        Shape (n,); may hold ``inf``.
    weights
        Shape (n,), not negative.
    share
        Inside (0, 1]: 0.5 for the median.

    Returns
    -------
    float
        One of `values`; NaN where the weights add up to nothing.
    """
    value = np.asarray(values, dtype=np.float64)
    weight = np.asarray(weights, dtype=np.float64)
    value, weight = value[weight > 0], weight[weight > 0]
    if len(value) == 0:
        return math.nan
    if share >= 1:
        return float(value.max())
    order = np.argsort(value, kind="stable")
    reached = np.cumsum(weight[order])
    return float(value[order][np.searchsorted(reached, share * reached[-1] * (1 - _SHARE_TOLERANCE))])


def response_bases(facilities: gpd.GeoDataFrame) -> tuple[NDArray[np.bool_], bool]:
    """
    Say where response starts.

    Parameters
    ----------
    facilities
        With ``kind`` and ``ambulances`` (NaN where unknown).

    Returns
    -------
    is_base : ndarray
        Shape (n_facilities,): facilities with an ambulance; where no count is known at all, every hospital
        and ambulance station.
    assumed : bool
        True in the second case.

    Raises
    ------
    AssessmentError
        If there is none.
    """
    counts = facilities["ambulances"].to_numpy(dtype=np.float64)
    assumed = bool(np.isnan(counts).all())
    is_base = facilities["kind"].isin(ASSUMED_BASE_KINDS).to_numpy() if assumed else counts >= 1
    if not is_base.any():
        raise AssessmentError(
            "no facility has an ambulance: give ambulances of 1 or more to at least one facility",
            zh="没有任何设施配备救护车：请至少为一处设施填写救护车数（不少于1）",
        )
    return np.asarray(is_base, dtype=np.bool_), assumed


def demand_limits(area: StudyArea, standard: ResponseStandard) -> tuple[pd.Series[str], NDArray[np.float64]]:
    """
    Say which limit holds for every demand point: that of its own township's class.

    Parameters
    ----------
    area
        The study area.
    standard
        The promise.

    Returns
    -------
    classes : Series
        Aligned with the study area's demand: ``urban`` or ``rural``; rural outside every township.
    limit_s : ndarray
        Shape (n_demand,), seconds.
    """
    township_class = dict(zip(area.townships["id"], area.townships["class"], strict=True))
    classes = area.demand["township_id"].map(township_class).fillna("rural")
    return classes, np.where(classes == "urban", standard.urban_s, standard.rural_s)


def assess(
    area: StudyArea,
    network: RoadNetwork,
    standard: ResponseStandard,
    *,
    places: Places | None = None,
    bases: NDArray[np.bool_] | None = None,
) -> Assessment:
    """
    Hold the promise against every demand point and township.

    Every demand point is reached by the facility whose ambulance is there first on the standard's clock,
    the facility's own turnout included; it is judged against the limit of its own township's class.

    Parameters
    ----------
    area
        The study area.
    network
        Its roads, made ready for search.
    standard
        The promise.
    places
        The area's points on the network, if at hand.
    bases
        Shape (n_facilities,), the facilities that count: where response starts or, on a reversed network,
        where people go. Those with an ambulance (`response_bases`) where not given.

    Raises
    ------
    AssessmentError
        If no facility counts, or none that does lies on the network.
    """
    places = places or snap_places(area, network)
    is_base, assumed = response_bases(area.facilities) if bases is None else (_wanted(area, bases), False)
    if not (is_base & places.facilities.on_network).any():
        raise _all_off_network(name_some(area.facilities.loc[is_base, "name"]), given=bases is not None)
    # what stands off every road sends nobody
    is_base = is_base & places.facilities.on_network
    numbers = np.flatnonzero(is_base)
    lead_s = [standard.lead_s(t) for t in area.facilities["turnout_s"].to_numpy(float)[numbers]]
    reach = network.nearest(places.facilities.take(numbers), start_s=lead_s)
    demand, seat_time_s = _respond(area, reach, standard, places, numbers)
    townships = _judge_townships(area, standard, demand, seat_time_s)
    return Assessment(
        standard=standard,
        demand=demand,
        townships=townships,
        bands=_bands(townships, demand),
        facilities=_facility_rows(area, demand, is_base, places),
        totals={
            name: _totals(
                demand if name == "all" else demand[demand["class"] == name],
                townships if name == "all" else townships[townships["class"] == name],
            )
            for name in ("urban", "rural", "all")
        },
        bases_assumed=assumed,
        reach=reach,
    )


def _wanted(area: StudyArea, bases: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Check which facilities are said to count."""
    is_base = np.asarray(bases)
    if is_base.shape != (len(area.facilities),) or is_base.dtype != np.bool_:
        raise AssessmentError(
            f"{len(area.facilities)} facilities, but bases of shape {is_base.shape} and type "
            f"{is_base.dtype}: say true or false for each facility",
            zh=f"有{len(area.facilities)}处设施，但 bases 的形状为{is_base.shape}：请为每处设施给出真或假",
        )
    if not is_base.any():
        raise AssessmentError(
            "no facility of the kind wanted: add one to the facilities",
            zh="没有符合要求的设施：请在设施表中补充",
        )
    return is_base


def _all_off_network(names: str, *, given: bool) -> AssessmentError:
    """Say that the facilities that count are all too far from the roads."""
    if given:
        return AssessmentError(
            f"no facility of those wanted lies near a road: {names}: check the coordinates",
            zh=f"符合要求的设施都远离道路：{names}：请核对坐标",
        )
    return AssessmentError(
        f"no ambulance base lies near a road: {names}: check the coordinates",
        zh=f"所有救护车驻点都远离道路：{names}：请核对坐标",
    )


def _respond(
    area: StudyArea,
    reach: NearestFacility,
    standard: ResponseStandard,
    places: Places,
    bases: NDArray[np.int64],
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Give every demand point its response and state, and every seat its response."""
    response_s, base = reach.at(places.demand)
    seat_time_s, _ = reach.at(places.seats)
    seat_time_s = np.where(area.seats().isna().to_numpy(), np.nan, seat_time_s)
    classes, limit_s = demand_limits(area, standard)
    ids = np.append(area.facilities["id"].to_numpy(dtype=object), "")
    state = np.select(
        [~places.demand.on_network, ~np.isfinite(response_s), is_within(response_s, limit_s)],
        ["off_network", "unreachable", "covered"],
        "late",
    )
    columns = {
        "id": area.demand["id"],
        "name": area.demand["name"],
        "township_id": area.demand["township_id"],
        "class": classes,
        "population": area.demand["population"].astype(float),
        "limit_s": limit_s,
        "response_s": response_s,
        "facility_id": ids[np.where(base >= 0, bases[base], -1)],
        "access_m": places.demand.access_m,
        "state": state,
    }
    return pd.DataFrame(columns, index=area.demand.index), seat_time_s


def _by_state(demand: pd.DataFrame) -> dict[str, float]:
    people, states = demand["population"].to_numpy(), demand["state"].to_numpy(dtype=object)
    return {f"{state}_population": float(people[states == state].sum()) for state in STATES}


def judge(population: float, covered: float, target_share: float) -> Verdict:
    """
    Give a township's verdict.

    Parameters
    ----------
    population, covered
        Its people, and those of them within their limit.
    target_share
        Share of them from which it is met.
    """
    if population <= 0:
        return "unknown"
    if covered >= target_share * population * (1 - _SHARE_TOLERANCE):
        return "met"
    return "partial" if covered > 0 else "unmet"


def _judge_townships(
    area: StudyArea, standard: ResponseStandard, demand: pd.DataFrame, seat_time_s: NDArray[np.float64]
) -> pd.DataFrame:
    names = dict(zip(area.facilities["id"], area.facilities["name"], strict=True))
    groups = dict(tuple(demand.groupby("township_id")))
    rows = []
    for township, seat_s in zip(area.townships.to_dict("records"), seat_time_s, strict=True):
        mine = groups.get(township["id"], demand.iloc[:0])
        people, times = mine["population"].to_numpy(), mine["response_s"].to_numpy()
        by_state = _by_state(mine)
        population = float(people.sum())
        facility_id = first_for_most(mine["facility_id"].to_numpy(dtype=object), people)
        rows.append(
            {
                "id": township["id"],
                "name": township["name"],
                "class": township["class"],
                "limit_s": standard.limit_s(township["class"]),
                "population": population,
                **by_state,
                "covered_share": by_state["covered_population"] / population if population else math.nan,
                "verdict": judge(population, by_state["covered_population"], standard.target_share),
                "seat_time_s": float(seat_s),
                "median_s": weighted_quantile(times, people, 0.5),
                "p90_s": weighted_quantile(times, people, 0.9),
                "worst_s": weighted_quantile(times, people, 1.0),
                "facility_id": facility_id,
                "facility_name": names.get(facility_id, ""),
            }
        )
    return pd.DataFrame(rows, index=area.townships.index)


def first_for_most(facility_ids: NDArray[np.object_], people: NDArray[np.float64]) -> str:
    """
    Name the facility that serves most of the people; empty where none serves anybody.

    Parameters
    ----------
    facility_ids
        Shape (n,), by place; empty where no facility serves it.
    people
        Shape (n,).
    """
    reached = facility_ids != ""
    ids, number = np.unique(facility_ids[reached], return_inverse=True)
    return str(ids[np.bincount(number, weights=people[reached]).argmax()]) if len(ids) else ""


def _bands(townships: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    reached = demand[np.isfinite(demand["response_s"])]
    # in whole milliseconds, as everywhere a time meets a limit
    edges_ms = np.rint(np.array(BAND_EDGES_S[:-1]) * 1000)
    band = np.searchsorted(edges_ms, np.rint(reached["response_s"].to_numpy() * 1000), side="left")
    people = np.zeros((len(townships), len(BAND_EDGES_S)))
    row = pd.Index(townships["id"]).get_indexer(pd.Index(reached["township_id"]))
    inside = row >= 0
    np.add.at(people, (row[inside], band[inside]), reached["population"].to_numpy()[inside])
    return pd.DataFrame(people, index=pd.Index(townships["id"]), columns=pd.Index(BAND_EDGES_S))


def _facility_rows(
    area: StudyArea, demand: pd.DataFrame, is_base: NDArray[np.bool_], places: Places
) -> pd.DataFrame:
    first = demand.groupby("facility_id")["population"].sum()
    covered = demand[demand["state"] == "covered"].groupby("facility_id")["population"].sum()
    ids = area.facilities["id"]
    return pd.DataFrame(
        {
            "id": ids,
            "name": area.facilities["name"],
            "kind": area.facilities["kind"],
            "ambulances": area.facilities["ambulances"].astype(float),
            "is_base": is_base,
            "on_network": places.facilities.on_network,
            "first_population": ids.map(first).fillna(0.0).astype(float),
            "covered_population": ids.map(covered).fillna(0.0).astype(float),
        },
        index=area.facilities.index,
    )


def _totals(demand: pd.DataFrame, townships: pd.DataFrame) -> Totals:
    people, times = demand["population"].to_numpy(), demand["response_s"].to_numpy()
    by_state = _by_state(demand)
    population = float(people.sum())
    n = townships["verdict"].value_counts()
    return Totals(
        population=population,
        **by_state,
        covered_share=by_state["covered_population"] / population if population else math.nan,
        median_s=weighted_quantile(times, people, 0.5),
        p90_s=weighted_quantile(times, people, 0.9),
        townships_met=int(n.get("met", 0)),
        townships_partial=int(n.get("partial", 0)),
        townships_unmet=int(n.get("unmet", 0)),
        townships_unknown=int(n.get("unknown", 0)),
    )
