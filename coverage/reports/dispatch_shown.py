"""A county at one moment as something to show: held by the units that can be sent, or as planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.dispatch.nobody import nobody_comes
from coverage.reports.once import once
from coverage.reports.shown import Side

if TYPE_CHECKING:
    from coverage.assessment import Assessment
    from coverage.dispatch.answer import Dispatch
    from coverage.study_area import StudyArea


@once
def live_side(dispatch: Dispatch) -> Side:
    """Give the county as it is held at this moment; where no unit can be sent, nobody is reached."""
    if dispatch.now is None:
        return _side(dispatch, dispatch.area, nobody_comes(dispatch.planned))
    return _side(dispatch, dispatch.unit_area, dispatch.now)


@once
def planned_side(dispatch: Dispatch) -> Side:
    """Give the county with every ambulance at its base."""
    return _side(dispatch, dispatch.area, dispatch.planned)


def _side(dispatch: Dispatch, area: StudyArea, assessment: Assessment) -> Side:
    return Side(
        area=area,
        assessment=assessment,
        areas=(),
        speeds=dispatch.speeds,
        condition=dispatch.condition,
        notes=(),
        is_planned=False,
    )
