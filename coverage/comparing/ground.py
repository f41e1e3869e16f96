"""One outcome's county on its roads, ready to be held against its promise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coverage.assessment import Places, assess, response_bases, snap_places
from coverage.comparing.access import places_after
from coverage.errors import AssessmentError
from coverage.option import Option
from coverage.routing.network import RoadNetwork
from coverage.scenario import apply_option, option_speeds, option_standard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coverage.assessment import Assessment
    from coverage.routing.speeds import SpeedTable
    from coverage.scenario import Scenario
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea

HOUR_MIN = 60


@dataclass(frozen=True)
class Setting:
    """
    One outcome's county on its roads.

    Parameters
    ----------
    option
        What is done; nothing for the county as it is.
    scenario
        The study area with it, and where response then starts.
    standard, speeds
        The promise and the speeds, the option's own figures among them.
    condition
        The driving condition.
    at_min
        The hour of the day, minutes after midnight.
    bases_assumed
        Whether it is assumed where response starts, since no ambulance count is known.
    network, places
        Its roads at that condition, and its points on them.
    """

    option: Option
    scenario: Scenario
    standard: ResponseStandard
    speeds: SpeedTable
    condition: str
    at_min: int
    bases_assumed: bool
    network: RoadNetwork
    places: Places

    @property
    def area(self) -> StudyArea:
        """The study area with the option."""
        return self.scenario.area

    @property
    def bases(self) -> NDArray[np.bool_]:
        """Shape (n_facilities,), where response starts at that hour."""
        return self.scenario.bases_at(self.at_min)

    def assess(self, standard: ResponseStandard | None = None) -> Assessment:
        """
        Hold a promise against the county, its own where not given.

        Raises
        ------
        AssessmentError
            If no base is staffed at that hour, or none that is lies near a road.
        """
        bases = self.bases
        if not bases.any():
            hour = f"{self.at_min // HOUR_MIN:02d}:{self.at_min % HOUR_MIN:02d}"
            name, name_zh = (
                (f"with the option {self.option.name}", f"方案“{self.option.name}”")
                if self.option.name
                else ("as the county is", "现状")
            )
            raise AssessmentError(
                f"{name}, no ambulance is staffed at {hour}: change the hours, or choose another hour",
                zh=f"{name_zh}在 {hour} 没有任何急救点值班：请修改值班时间，或用 --at 换一个时刻",
            )
        found = assess(self.area, self.network, standard or self.standard, places=self.places, bases=bases)
        return replace(found, bases_assumed=self.bases_assumed)


def today_setting(
    area: StudyArea, standard: ResponseStandard, *, speeds: SpeedTable, condition: str, at_min: int
) -> Setting:
    """
    Lay out the county as it is.

    Parameters
    ----------
    area
        The study area.
    standard
        The promise.
    speeds, condition
        Speed table and driving condition.
    at_min
        The hour of the day, minutes after midnight.

    Raises
    ------
    AssessmentError
        If no facility has an ambulance.
    NetworkError
        If no road is open to ambulances.
    SpeedError
        If the table has no such condition.
    """
    nothing = Option("")
    network = RoadNetwork.from_roads(area.roads, speeds=speeds, condition=condition)
    _, assumed = response_bases(area.facilities)
    return Setting(
        option=nothing,
        scenario=apply_option(area, nothing),
        standard=standard,
        speeds=speeds,
        condition=condition,
        at_min=at_min,
        bases_assumed=assumed,
        network=network,
        places=snap_places(area, network),
    )


def lay_setting(today: Setting, option: Option) -> Setting:
    """
    Lay out the county with an option; roads and people's places are shared where they stay the same.

    Parameters
    ----------
    today
        The county as it is.
    option
        What is done to it.

    Raises
    ------
    OptionError
        If the option does not fit the county.
    """
    scenario = apply_option(today.area, option, speeds=today.speeds)
    speeds = option_speeds(today.speeds, option)
    setting = replace(
        today,
        option=option,
        scenario=scenario,
        standard=option_standard(today.standard, option),
        speeds=speeds,
    )
    if option.roads or option.speeds:
        network = RoadNetwork.from_roads(scenario.area.roads, speeds=speeds, condition=today.condition)
        setting = replace(setting, network=network)
        return replace(setting, places=places_after(today, setting))
    facilities = today.network.snap_points(scenario.area.facilities.geometry)
    return replace(setting, places=Places(today.places.demand, today.places.seats, facilities))
