"""What a dispatcher is told: units and times, the route, the hospital, what the county lacks meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd
    import shapely

    from coverage.analysis import Note
    from coverage.assessment import Assessment
    from coverage.dispatch.units import Fleet, Unit
    from coverage.routing.speeds import SpeedTable
    from coverage.standards import Centre, ResponseStandard
    from coverage.study_area import StudyArea

Turn = Literal["start", "straight", "slight_left", "left", "sharp_left", "slight_right", "right",
               "sharp_right", "u_turn", "arrive"]  # fmt: skip
Fallback = Literal["", "unfilled", "none", "unreachable"]
"""Nobody filled in any centres; no facility is that centre; no road leads to one that is."""


@dataclass(frozen=True)
class Step:
    """
    One line of a turn list: turn, then follow a road.

    Parameters
    ----------
    turn
        At its beginning.
    road
        Name or number of the road; empty where it has none.
    highway
        Its class.
    length_m, time_s
        Along it.
    lon, lat
        Where it begins, WGS84.
    """

    turn: Turn
    road: str
    highway: str
    length_m: float
    time_s: float
    lon: float
    lat: float


@dataclass(frozen=True)
class Route:
    """
    A way by road from one place to another.

    Parameters
    ----------
    steps
        The turn list; the last one's turn is ``arrive``, with length and time 0.
    length_m, time_s
        On the road; the yard at its beginning and the walk at its end are not in it.
    leave_s, arrive_s
        Off the road at either end, seconds.
    geometry
        The course on the road, in the study area's metric system.
    """

    steps: tuple[Step, ...]
    length_m: float
    time_s: float
    leave_s: float
    arrive_s: float
    geometry: shapely.LineString

    @property
    def total_s(self) -> float:
        """Door to door, seconds."""
        return self.leave_s + self.time_s + self.arrive_s


@dataclass(frozen=True)
class UnitTime:
    """
    How soon one unit can be there.

    Parameters
    ----------
    unit
        The unit.
    travel_s
        From wheels turning to the patient's side, the walk from the road included.
    response_s
        On the promise's own clock.
    call_s
        From the call to the patient's side, whichever clock the promise is on: handling, turnout, travel.
    is_within
        It keeps the limit that holds at the place.
    """

    unit: Unit
    travel_s: float
    response_s: float
    call_s: float
    is_within: bool


@dataclass(frozen=True)
class Destination:
    """
    Where the patient is taken.

    Parameters
    ----------
    facility_id, facility_name
        The hospital.
    transport_s
        From the patient to its door.
    route
        The second leg.
    is_beyond
        It lies beyond the county line.
    nearest_id, nearest_name, nearest_s
        The nearest hospital, able or not; the same where that one can treat the case.
    scene_s, door_s, target_s
        On scene, from the call to the door, and the target; NaN where there is no target.
    fallback
        Why it is the nearest hospital and no centre for the case, which has no target then; empty where it
        can treat the case.
    """

    facility_id: str
    facility_name: str
    transport_s: float
    route: Route
    is_beyond: bool
    nearest_id: str
    nearest_name: str
    nearest_s: float
    scene_s: float
    door_s: float
    target_s: float
    fallback: Fallback = ""


@dataclass(frozen=True)
class Decision:
    """
    The answer to one call.

    Parameters
    ----------
    lon, lat
        The place, WGS84.
    access_m
        How far it is off the road.
    township_id, township_name, township_class
        Where it lies; empty and ``rural`` outside every township.
    limit_s
        The limit that holds there, on the promise's own clock.
    centre
        What the patient needs; None where it was not said.
    units
        Those that can be sent and reach it, the first there first: all of them, or of many the first half a
        dozen and more (`coverage.dispatch.desk.TIMED_UNITS`).
    route
        Of the first of them.
    destination
        None where no hospital can be reached.
    untimed
        Further units that can be sent: later there than all of `units`, if at all; how much was not sought.
    cut_off
        Units that could be sent if the road they stand on were not closed.
    detour_m
        How much farther from the road the place is than it would be without the closed roads.
    """

    lon: float
    lat: float
    access_m: float
    township_id: str
    township_name: str
    township_class: str
    limit_s: float
    centre: Centre | None
    units: tuple[UnitTime, ...]
    route: Route
    destination: Destination | None
    untimed: tuple[Unit, ...] = ()
    cut_off: tuple[Unit, ...] = ()
    detour_m: float = 0.0


@dataclass(frozen=True)
class Dispatch:
    """
    Everything the reports of ``coverage dispatch`` show.

    Parameters
    ----------
    area
        The study area, closed roads left out.
    standard, speeds, condition
        The promise, and what was driven by.
    fleet
        The units, and the reports left out.
    now
        The promise held by the units that can be sent at this moment; its facilities are those units, in
        the order of `unit_area`.
    unit_area
        The study area with those units for facilities: what `now` was found on; the study area itself where
        no unit can be sent.
    planned
        The promise as it stands with every ambulance at its base, for comparison; where no base has an
        ambulance that gets onto a road, nobody is reached and no facility is a base in it.
    decision
        The answer to the call; None where only the picture was asked for.
    meanwhile
        The promise while the first unit is away, on `unit_area`; None without a decision, and where it was
        the only unit that can be sent.
    losses
        One row a township that loses meanwhile: ``id``, ``name``, ``class``, ``population``,
        ``covered_before``, ``covered_after`` (people), ``verdict_before``, ``verdict_after``; most first.
    closed_m
        Metres of road that are closed, each direction counted.
    notes
        What a reader must know.
    """

    area: StudyArea
    standard: ResponseStandard
    speeds: SpeedTable
    condition: str
    fleet: Fleet
    now: Assessment | None
    unit_area: StudyArea
    planned: Assessment
    decision: Decision | None
    meanwhile: Assessment | None
    losses: pd.DataFrame
    closed_m: float = 0.0
    notes: tuple[Note, ...] = field(default=())
