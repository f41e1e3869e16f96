"""A wish laid out on its county: who is there, where one may build, who is covered from where."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from coverage.assessment import Places, assess, response_bases, snap_places
from coverage.errors import AssessmentError
from coverage.routing.isochrones import isochrones
from coverage.routing.network import RoadNetwork
from coverage.siting.candidates import HOSPITAL_GRADE, station_candidates, subcentre_candidates
from coverage.siting.cover import cover_matrix, site_times
from coverage.situation import Situation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import shapely
    from numpy.typing import NDArray
    from scipy.sparse import csc_array, csr_array

    from coverage.proposal import Wish
    from coverage.routing.speeds import SpeedTable
    from coverage.siting.candidates import Candidates
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea


@dataclass(frozen=True)
class Ground:
    """
    A county on its roads, ready to be held against a promise with other facilities.

    Parameters
    ----------
    area
        The study area as it is.
    network
        Its roads; reversed where people travel themselves, so that "from the facility" reads as "to it".
    standard
        The promise.
    places
        The area's points on them.
    bases
        Shape (n_facilities,), where response starts, or where people go.
    bases_assumed
        Whether that is assumed, since no ambulance count is known.
    """

    area: StudyArea
    network: RoadNetwork
    standard: ResponseStandard
    places: Places
    bases: NDArray[np.bool_]
    bases_assumed: bool

    @property
    def is_access(self) -> bool:
        """Whether people travel themselves."""
        return self.standard.is_access

    def situation(self, area: StudyArea, bases: NDArray[np.bool_]) -> Situation:
        """
        Hold the promise against the county with other facilities.

        Parameters
        ----------
        area
            The study area with them; everything else as it is.
        bases
            Shape (n_facilities,), aligned with them.
        """
        facilities = self.network.snap_points(area.facilities.geometry)
        places = Places(self.places.demand, self.places.seats, facilities)
        found, other = (
            replace(
                assess(area, self.network, standard, places=places, bases=bases),
                bases_assumed=self.bases_assumed,
            )
            for standard in (self.standard, self.standard.other_clock())
        )
        limits = sorted({self.standard.urban_s, self.standard.rural_s})
        areas = isochrones(found.reach, limits)
        return Situation(area, found, None if self.is_access else other, areas)


@dataclass(frozen=True)
class Case:
    """
    What the models and the ranking work on: a row a demand point, a column a candidate, existing ones first.

    Parameters
    ----------
    wish
        What is asked for.
    ground
        The county.
    candidates
        The sites to choose from.
    times
        Shape (n_demand, n_sites), seconds of travel up to the longest limit.
    limit_s
        Shape (n_demand,), the limit of each point's class.
    weight
        Shape (n_demand,), people.
    """

    wish: Wish
    ground: Ground
    candidates: Candidates
    times: csr_array
    limit_s: NDArray[np.float64]
    weight: NDArray[np.float64]

    @property
    def table(self) -> gpd.GeoDataFrame:
        """One row a candidate."""
        return self.candidates.table

    @cached_property
    def cover(self) -> csr_array:
        """Shape (n_demand, n_sites), 1 where a site keeps a point's own limit."""
        return cover_matrix(self.times, self.candidates.lead_s, self.limit_s)

    @cached_property
    def columns(self) -> csc_array:
        """The cover, column by column."""
        return self.cover.tocsc()

    @cached_property
    def wide(self) -> csr_array:
        """Shape (n_demand, n_sites), 1 where a site keeps the wide limit; for ``double-standard``."""
        return cover_matrix(self.times, self.candidates.lead_s, self.limit_s * self.wish.outer_factor)

    @cached_property
    def all_s(self) -> NDArray[np.float64]:
        """Shape (n_demand, n_sites), seconds on the standard's clock; ``inf`` where there is no path."""
        travel_s = self.ground.network.travel_times(self.candidates.sites, self.ground.places.demand)
        return np.asarray(travel_s.T + self.candidates.lead_s)

    @cached_property
    def existing(self) -> NDArray[np.int64]:
        """Columns of the existing sites."""
        return np.flatnonzero(self.table["existing"].to_numpy())

    @cached_property
    def new(self) -> NDArray[np.int64]:
        """Columns of the others."""
        return np.flatnonzero(~self.table["existing"].to_numpy())

    @property
    def closable(self) -> NDArray[np.int64]:
        """Columns of the existing sites that may close."""
        return np.setdiff1d(self.existing, np.array(self.candidates.fixed, dtype=np.int64))

    @cached_property
    def cost_wan(self) -> NDArray[np.float64]:
        """Shape (n_sites,), 万元; NaN where not known."""
        return np.asarray(self.table["cost_wan"], dtype=np.float64)

    @cached_property
    def price(self) -> NDArray[np.float64]:
        """Shape (n_sites,), what the fewest or cheapest pay for each: its cost, or 1 where not known."""
        if np.isfinite(self.cost_wan[self.new]).all():
            return self.cost_wan
        return np.where(self.table["existing"].to_numpy(), 0.0, 1.0)

    def covered(self, sites: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Give the demand points that a set of sites covers, shape (n_demand,)."""
        covered = np.zeros(len(self.weight), dtype=bool)
        for site in np.asarray(sites, dtype=np.int64):
            covered[self.columns.indices[self.columns.indptr[site] : self.columns.indptr[site + 1]]] = True
        return covered

    def people_added(self, others: Sequence[int], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Count the people whom each of some columns newly covers beside others, shape (n_columns,)."""
        missing = ~self.covered(others)
        return np.asarray(self.columns[:, columns].T @ (self.weight * missing), dtype=np.float64)

    def people(self, covered: NDArray[np.bool_]) -> float:
        """Count the people at some demand points."""
        return float(self.weight[covered].sum())


def lay_ground(
    area: StudyArea, wish: Wish, standard: ResponseStandard, *, speeds: SpeedTable, condition: str
) -> Ground:
    """
    Make a county's roads ready, and say where response starts or people go.

    Parameters
    ----------
    area, wish, standard
        The study area, what is asked for, and the promise.
    speeds, condition
        Speed table and driving condition.

    Raises
    ------
    AssessmentError
        If no facility has an ambulance, or there is no hospital.
    NetworkError, SpeedError
        As in `coverage.routing.network.RoadNetwork.from_roads`.
    """
    network = RoadNetwork.from_roads(area.roads, speeds=speeds, condition=condition)
    if wish.kind == "station":
        bases, assumed = response_bases(area.facilities)
    else:
        network = network.reversed()
        bases, assumed = hospital_grade(area), False
        if not bases.any():
            raise AssessmentError(
                "there is no hospital and no sub-centre: add the county's hospital to its facilities",
                zh="没有医院，也没有县域医疗次中心：请在设施表中补充县级医院",
            )
    return Ground(area, network, standard, snap_places(area, network), bases, assumed)


def hospital_grade(area: StudyArea) -> NDArray[np.bool_]:
    """Tell which facilities are hospitals or sub-centres, shape (n_facilities,)."""
    return np.asarray(area.facilities["kind"].isin(HOSPITAL_GRADE), dtype=np.bool_)


def lay_case(
    wish: Wish,
    ground: Ground,
    before: Situation,
    *,
    given: gpd.GeoDataFrame | None,
    no_build: shapely.Geometry | None,
    spacing_m: float | None,
    cost_wan: float,
) -> Case:
    """
    Find where one may build, and who is covered from there.

    Parameters
    ----------
    wish, ground
        What is asked for, and the county.
    before
        The county as it is: gives each demand point its people and its limit.
    given, no_build, spacing_m, cost_wan
        As in `coverage.siting.candidates.station_candidates`.
    """
    find = station_candidates if wish.kind == "station" else subcentre_candidates
    candidates = find(
        ground.area,
        ground.network,
        ground.standard,
        places=ground.places,
        given=given,
        no_build=no_build,
        spacing_m=spacing_m,
        cost_wan=cost_wan,
        keep=wish.keep,
        close_allowed=wish.close_allowed,
    )
    limit_s = before.assessment.demand["limit_s"].to_numpy(dtype=np.float64)
    longest_s = float(limit_s.max()) * (wish.outer_factor if wish.model == "double-standard" else 1.0)
    cutoff_s = max(0.0, longest_s - float(candidates.lead_s.min(initial=math.inf)))
    return Case(
        wish=wish,
        ground=ground,
        candidates=candidates,
        times=site_times(ground.network, candidates.sites, ground.places.demand, cutoff_s),
        limit_s=limit_s,
        weight=before.assessment.demand["population"].to_numpy(dtype=np.float64),
    )
