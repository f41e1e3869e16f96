"""What every report shows of a county: an analysis, one side of a proposal, or one outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from coverage.analysis import Note
    from coverage.assessment import Assessment
    from coverage.comparison import Comparison, Outcome
    from coverage.proposal import Proposal
    from coverage.routing.isochrones import Isochrone
    from coverage.routing.speeds import SpeedTable
    from coverage.situation import Situation
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea

RoadworkKind = Literal["closed", "new"]


class Shown(Protocol):
    """A county, the promise held against it, and how the times were computed."""

    @property
    def area(self) -> StudyArea:
        """The study area."""

    @property
    def assessment(self) -> Assessment:
        """On the promise's own clock."""

    @property
    def standard(self) -> ResponseStandard:
        """The promise."""

    @property
    def areas(self) -> tuple[Isochrone, ...]:
        """What lies within each limit, ascending and nested."""

    @property
    def speeds(self) -> SpeedTable:
        """The speeds that the times were computed with."""

    @property
    def condition(self) -> str:
        """The driving condition."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader must know."""


@dataclass(frozen=True)
class Side:
    """
    One situation of a proposal or comparison, to be shown as an analysis is; fields as in `Shown`.

    Its `roadworks` are the roads that it has closed and built, where there are any: see `roadworks`.
    """

    area: StudyArea
    assessment: Assessment
    areas: tuple[Isochrone, ...]
    speeds: SpeedTable
    condition: str
    notes: tuple[Note, ...]
    is_planned: bool
    roadworks: Mapping[RoadworkKind, gpd.GeoDataFrame] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def standard(self) -> ResponseStandard:
        """The promise."""
        return self.assessment.standard


def side(proposal: Proposal, situation: Situation) -> Side:
    """Give a proposal's situation, ``before`` or ``after``, as something to show."""
    return Side(
        area=situation.area,
        assessment=situation.assessment,
        areas=situation.areas,
        speeds=proposal.speeds,
        condition=proposal.condition,
        notes=proposal.notes,
        is_planned=situation is proposal.after and bool(proposal.sites),
    )


def outcome_side(comparison: Comparison, outcome: Outcome) -> Side:
    """Give an outcome of a comparison as something to show."""
    return Side(
        area=outcome.area,
        assessment=outcome.situation.assessment,
        areas=outcome.situation.areas,
        speeds=outcome.speeds,
        condition=outcome.condition,
        notes=comparison.notes,
        is_planned=not outcome.is_baseline,
        roadworks=roadworks_of(outcome),
    )


def roadworks_of(outcome: Outcome) -> Mapping[RoadworkKind, gpd.GeoDataFrame]:
    """Give the roads that an outcome closes and builds, ``name`` and lines; no table without a row."""
    tables: Mapping[RoadworkKind, gpd.GeoDataFrame] = {
        "closed": outcome.closed_roads,
        "new": outcome.new_roads,
    }
    return {kind: table for kind, table in tables.items() if len(table)}


def roadworks(shown: Shown) -> Mapping[RoadworkKind, gpd.GeoDataFrame]:
    """Give the roads that are closed and built in what is shown; see `roadworks_of`."""
    return shown.roadworks if isinstance(shown, Side) else {}


def is_planned(shown: Shown) -> bool:
    """Tell whether a county is shown as a plan or an option would leave it."""
    return isinstance(shown, Side) and shown.is_planned


def is_access(shown: Shown) -> bool:
    """Tell whether people travel themselves, so that no word may speak of ambulances."""
    return shown.standard.is_access


def bases_are_assumed(shown: Shown) -> bool:
    """Tell whether no ambulance count is known, so that it is assumed where ambulances start."""
    # an assessment that was told its bases knows nothing of why they are
    return shown.assessment.bases_assumed or any(note.code == "ambulances_assumed" for note in shown.notes)
