"""A county as it is, or as an option leaves it, held against the promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage.assessment import Assessment, Verdict
    from coverage.routing.isochrones import Isochrone
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea


@dataclass(frozen=True)
class Situation:
    """
    A county before or after a plan or an option.

    Parameters
    ----------
    area
        The study area, with the facilities as they then are.
    assessment
        Of the promise that is planned for: response on its own clock, or people's own travel.
    other_clock
        Response on the other clock; None where people travel themselves.
    areas
        What is reached within each limit (or whence one arrives within it), ascending and nested.
    """

    area: StudyArea
    assessment: Assessment
    other_clock: Assessment | None
    areas: tuple[Isochrone, ...]

    @property
    def standard(self) -> ResponseStandard:
        """The promise, on its own clock."""
        return self.assessment.standard


@dataclass(frozen=True)
class VerdictChange:
    """A township whose verdict is another one than before."""

    township_id: str
    name: str
    before: Verdict
    after: Verdict
