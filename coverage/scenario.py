"""A study area as an option leaves it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.assessment import ASSUMED_BASE_KINDS, response_bases
from coverage.errors import StudyAreaError, name_some
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.option import Option
    from coverage.study_area import StudyArea


@dataclass(frozen=True)
class Scenario:
    """
    A study area after an option.

    Parameters
    ----------
    area
        With the facilities as they then are.
    bases
        Shape (n_facilities,), aligned with them: where response then starts. It is handed on to
        `coverage.assessment.assess`, which would otherwise, where no ambulances are known, take the few
        counts of the option for all there are.
    """

    area: StudyArea
    bases: NDArray[np.bool_]


def apply_option(area: StudyArea, option: Option, *, bases: NDArray[np.bool_] | None = None) -> Scenario:
    """
    Open, close and change facilities.

    Parameters
    ----------
    area
        The study area as it is.
    option
        What is done to it.
    bases
        Shape (n_facilities,), where response starts now; as `coverage.assessment.response_bases` finds it
        where not given.

    Returns
    -------
    Scenario
        Facilities that stay come first, in their order, then those that open, in the option's.

    Raises
    ------
    StudyAreaError
        If the option names a facility that does not exist, or one twice, opens one under an id that is
        taken or at no place on Earth, or leaves no facility.
    AssessmentError
        If `bases` is not given and no facility has an ambulance.
    """
    _check(area, option)
    assumed = False
    if bases is None:
        bases, assumed = response_bases(area.facilities)
    facilities = area.facilities.reset_index(drop=True)
    is_base, kinds = np.array(bases, dtype=np.bool_), facilities["kind"].to_numpy(dtype=object).copy()
    counts = facilities["ambulances"].to_numpy(dtype=np.float64).copy()
    row_of = {str(name): row for row, name in enumerate(facilities["id"])}
    for change in option.change:
        row = row_of[change.id]
        if change.kind is not None:
            kinds[row] = change.kind
            is_base[row] = change.kind in ASSUMED_BASE_KINDS if assumed else is_base[row]
        if change.ambulances is not None:
            counts[row] = change.ambulances
            is_base[row] = change.ambulances >= 1
    facilities = facilities.assign(kind=kinds, ambulances=counts)
    stays = ~facilities["id"].isin({closing.id for closing in option.close}).to_numpy()
    opened = np.array([opening.ambulances >= 1 for opening in option.open], dtype=np.bool_)
    after = facilities[stays]
    if option.open:
        after = pd.concat([after, _opened(option, area)], ignore_index=True)
    return Scenario(
        replace(area, facilities=after.reset_index(drop=True)), np.concatenate((is_base[stays], opened))
    )


def _opened(option: Option, area: StudyArea) -> gpd.GeoDataFrame:
    """Give the facilities that open as rows of the study area's table."""
    new = option.open
    places = gpd.GeoSeries(gpd.points_from_xy([o.lon for o in new], [o.lat for o in new]), crs=WGS84)
    return gpd.GeoDataFrame(
        {
            "id": [o.id for o in new],
            "name": [o.name for o in new],
            "kind": [o.kind for o in new],
            "ambulances": [float(o.ambulances) for o in new],
            "turnout_s": [math.nan] * len(new),
            "centres": [""] * len(new),
            area.facilities.geometry.name: places.to_crs(area.crs),
        },
        geometry=area.facilities.geometry.name,
    )


def _check(area: StudyArea, option: Option) -> None:
    """Refuse an option that does not fit its study area."""
    there = {str(name) for name in area.facilities["id"]}
    named = [*(c.id for c in option.close), *(c.id for c in option.change)]
    unknown = [name for name in named if name not in there]
    if unknown:
        raise StudyAreaError(
            f"the option {option.name} names facilities that do not exist: {name_some(unknown)}: "
            "use the ids of the study area's facilities",
            zh=f"方案“{option.name}”中的设施不存在：{name_some(unknown, mark='、')}，请使用已有设施的编号",
        )
    opened = [o.id for o in option.open]
    taken = [name for name in opened if name in there]
    if taken:
        raise StudyAreaError(
            f"the option {option.name} opens facilities under ids that are taken: {name_some(taken)}: "
            "give them ids of their own",
            zh=f"方案“{option.name}”新建设施的编号已被占用：{name_some(taken, mark='、')}，请另行编号",
        )
    every = [*named, *opened]
    twice = sorted({name for name in every if every.count(name) > 1})
    if twice:
        raise StudyAreaError(
            f"the option {option.name} names facilities more than once: {name_some(twice)}: once is enough",
            zh=f"方案“{option.name}”中以下设施出现多次：{name_some(twice, mark='、')}，每处只能写一次",
        )
    nowhere = [o.id for o in option.open if not (abs(o.lon) <= 180 and abs(o.lat) <= 90)]  # noqa: PLR2004
    if nowhere:
        raise StudyAreaError(
            f"the option {option.name} opens facilities at no place on Earth: {name_some(nowhere)}: "
            "give longitude and latitude in degrees",
            zh=f"方案“{option.name}”新建设施的经纬度不对：{name_some(nowhere, mark='、')}，请以度为单位填写",
        )
