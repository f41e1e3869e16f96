"""Places by which a driver knows a turn, where the road has no name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import shapely

from coverage.dispatch.standing import metric_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from coverage.dispatch.answer import Step
    from coverage.study_area import StudyArea

_NEAR_M = 1000.0
"""A village that is farther from a turn is no help in finding it."""


class _Places:
    """Settlements and townships of a county, found by where they are."""

    def __init__(self, area: StudyArea) -> None:
        self.area = area  # kept, so that its number stays its own
        names = area.demand["name"].fillna("").astype(str).to_numpy(dtype=object)
        self.names: NDArray[np.object_] = names[names != ""]
        self.points = shapely.STRtree(area.demand.geometry.to_numpy()[names != ""])
        self.townships = shapely.STRtree(area.townships.geometry.to_numpy())
        self.township_names = area.townships["name"].fillna("").astype(str).tolist()


class _Key:
    """A county by its identity: its tables cannot be compared."""

    def __init__(self, area: StudyArea) -> None:
        self.area = area

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.area is other.area

    def __hash__(self) -> int:
        return id(self.area)


@lru_cache(maxsize=2)
def _places(key: _Key) -> _Places:
    return _Places(key.area)


def names_near(area: StudyArea, steps: Sequence[Step]) -> list[str]:
    """
    Name the settlement next to where each step begins.

    Parameters
    ----------
    area
        The county.
    steps
        Of a way.

    Returns
    -------
    list of str
        The name of the demand point that is nearest, within a kilometre; else of the township; empty where
        there is none.
    """
    places = _places(_Key(area))
    points = metric_points(area.crs, [step.lon for step in steps], [step.lat for step in steps])
    near = [""] * len(steps)
    turns, rows = places.townships.query(points, predicate="intersects")
    for turn, row in zip(turns[::-1].tolist(), rows[::-1].tolist(), strict=True):
        near[turn] = places.township_names[row]
    turns, rows = places.points.query_nearest(points, max_distance=_NEAR_M, all_matches=False)
    for turn, row in zip(turns.tolist(), rows.tolist(), strict=True):
        near[turn] = str(places.names[row])
    return near
