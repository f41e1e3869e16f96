"""A desk that answers calls: the roads loaded once, then unit, way and hospital within milliseconds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.assessment import Places, assess, is_within, snap_places
from coverage.care import hospitals_by_centre, lies_beyond
from coverage.dispatch.answer import Decision, Destination, UnitTime
from coverage.dispatch.checking import newest_stale
from coverage.dispatch.nobody import nobody_comes
from coverage.dispatch.route import RoadBook
from coverage.dispatch.standing import Bases, is_cut_off, metric_points, snap_units
from coverage.errors import AssessmentError, DispatchError, name_some
from coverage.roadworks import apply_roadworks
from coverage.routing.network import RoadNetwork
from coverage.routing.paths import Tree, turned
from coverage.routing.snapping import Snapped
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import CareStandard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from coverage.assessment import Assessment
    from coverage.dispatch.answer import Fallback, Route
    from coverage.dispatch.units import Fleet, Unit
    from coverage.option import Roadworks
    from coverage.routing.speeds import SpeedTable
    from coverage.standards import Centre, ResponseStandard
    from coverage.study_area import StudyArea

TIMED_UNITS = 6
"""Units that are first there, of which the exact time is found; the others are only known to be later."""
_MAX_LON, _MAX_LAT = 180.0, 90.0
_CROW_MPS = 10.0
"""What a unit makes good of the straight line, nearly always: how far the first search goes."""
_WIDER = 2.0


@dataclass(frozen=True, eq=False)
class Desk:
    """
    A county with everything loaded that answers a call.

    Parameters
    ----------
    area
        The study area, closed roads left out.
    network
        Its roads, made ready for search.
    standard, care
        The promise, and the targets from the call to the door.
    speeds, condition
        Speed table and driving condition.
    places
        The area's points on the network; facilities whose own road is closed are off it.
    hospitals
        Numbers of the facilities that can treat each kind of case, near a road or not.
    bases
        Where units wait.
    roads
        Names of the roads, for turn lists.
    closed_m
        Metres of road that are closed, each direction counted.
    before
        The roads before some were closed; None where none is.
    """

    area: StudyArea
    network: RoadNetwork
    standard: ResponseStandard
    care: CareStandard
    speeds: SpeedTable
    condition: str
    places: Places
    hospitals: Mapping[Centre | None, NDArray[np.int64]]
    bases: Bases
    roads: RoadBook
    closed_m: float = 0.0
    before: RoadNetwork | None = None
    _trees: dict[bytes, Tree] = field(default_factory=dict, repr=False)

    @cached_property
    def planned(self) -> Assessment:
        """The promise with every ambulance at its base; nobody comes where no base has one near a road."""
        try:
            return assess(self.area, self.network, self.standard, places=self.places)
        except AssessmentError:
            return self._planned_nobody()

    def _planned_nobody(self) -> Assessment:
        """Give the assessment of a county whose bases send nobody."""
        n = len(self.area.facilities)
        # whoever is taken for a base at whatever place, nobody comes
        anywhere = Snapped(np.zeros(n, dtype=np.int64), np.zeros(n), np.zeros(n))
        places = Places(self.places.demand, self.places.seats, anywhere)
        bases = np.ones(n, dtype=np.bool_)
        found = nobody_comes(assess(self.area, self.network, self.standard, places=places, bases=bases))
        rows = found.facilities.assign(on_network=self.places.facilities.on_network)
        return replace(found, facilities=rows)

    @cached_property
    def cut_off(self) -> NDArray[np.int64]:
        """Numbers of the facilities whose own road is closed."""
        if self.before is None:
            return np.empty(0, dtype=np.int64)
        was = self.before.snap_points(self.area.facilities.geometry)
        return np.flatnonzero(was.on_network & ~self.places.facilities.on_network)

    @cached_property
    def _townships(self) -> shapely.STRtree:
        return shapely.STRtree(self.area.townships.geometry.to_numpy())

    @cached_property
    def _township_words(self) -> list[list[str]]:
        return [self.area.townships[name].astype(str).tolist() for name in ("id", "name", "class")]

    @cached_property
    def _facilities(self) -> list[list[str]]:
        return [self.area.facilities[name].astype(str).tolist() for name in ("id", "name")]

    @cached_property
    def _is_beyond(self) -> NDArray[np.bool_]:
        return lies_beyond(self.area)

    def decide(self, fleet: Fleet, lon: float, lat: float, centre: Centre | None = None) -> Decision:
        """
        Answer one call.

        Parameters
        ----------
        fleet
            The units as they are.
        lon, lat
            The place, WGS84 degrees.
        centre
            What the patient needs; None where it was not said.

        Returns
        -------
        Decision
            The units that can be sent and reach the place, the first there first: by turnout and drive,
            whichever clock the promise is on. A unit whose own road is closed cannot be sent.

        Raises
        ------
        DispatchError
            If the place is far from every road, or no unit can be sent that reaches it.
        """
        place = self._place(lon, lat)
        patient = self._put_onto_road(place, lon, lat)
        units = [unit for unit in fleet.units if unit.state != "busy"]
        if not units:
            raise _nobody(fleet)
        stands = snap_units(self.bases, self.network, units, before=self.before)
        tree, travel_s = self._search(patient, place, units, stands)
        limit_s, township = self._limit(place)
        times, order = self._times(units, travel_s, limit_s)
        if not times:
            raise _out_of_reach(units, lon, lat)
        best = stands.take(order[:1])
        route = self.roads.route(
            turned(tree.trace(best)[0]),
            self._on_road(patient),
            leave_s=float(best.yard_s[0]),
            arrive_s=float(patient.walk_s[0]),
        )
        return Decision(
            lon=lon,
            lat=lat,
            access_m=float(patient.access_m[0]),
            township_id=township[0],
            township_name=township[1],
            township_class=township[2],
            limit_s=limit_s,
            centre=centre,
            units=times,
            route=route,
            destination=self._destination(patient, times[0], centre),
            untimed=self._untimed(units, stands, travel_s, tree.limit_s),
            cut_off=self.cut_off_units(units),
            detour_m=self._detour_m(place, patient),
        )

    def _search(
        self, patient: Snapped, place: shapely.Point, units: list[Unit], stands: Snapped
    ) -> tuple[Tree, NDArray[np.float64]]:
        """
        Search from the patient against the traffic, as far as the units that are first there stand.

        Gives the tree, and the units' seconds from wheels turning to the patient's side, ``inf`` for those
        that are not among the first.
        """
        turnout_s = np.array([unit.turnout_s for unit in units])
        is_near = stands.on_network
        lon, lat = ([getattr(unit, key) for unit in units] for key in ("lon", "lat"))
        crow_m = shapely.distance(metric_points(self.area.crs, lon, lat), place)
        guesses = np.sort((turnout_s + crow_m / _CROW_MPS)[is_near])
        guess_s = float(guesses[TIMED_UNITS - 1]) if len(guesses) > TIMED_UNITS else math.inf
        for limit_s in (guess_s, guess_s * _WIDER, math.inf):
            tree = Tree.grow(self.network.reversed(), patient, limit_s=limit_s)
            travel_s = stands.yard_s + tree.at(stands)[0] + patient.walk_s
            arrival_s = turnout_s + travel_s
            later_s = (turnout_s + stands.yard_s + limit_s + patient.walk_s)[is_near & np.isinf(travel_s)]
            # one that was not found may be as soon as that
            is_first = arrival_s < later_s.min(initial=math.inf)
            if is_first.sum() >= TIMED_UNITS or math.isinf(limit_s):
                break
        return tree, np.where(is_first, travel_s, np.inf)

    def _untimed(
        self, units: list[Unit], stands: Snapped, travel_s: NDArray[np.float64], limit_s: float
    ) -> tuple[Unit, ...]:
        """Give the units on the roads that were not looked for as far as they stand."""
        if math.isinf(limit_s):
            return ()
        is_left = stands.on_network & np.isinf(travel_s)
        return tuple(units[i] for i in np.flatnonzero(is_left).tolist())

    def cut_off_units(self, units: list[Unit]) -> tuple[Unit, ...]:
        """Give those of some units whose own road is closed."""
        if self.before is None or not units:
            return ()
        stands = snap_units(self.bases, self.network, units, before=self.before)
        was = snap_units(self.bases, self.before, units)
        return tuple(units[i] for i in np.flatnonzero(was.on_network & ~stands.on_network).tolist())

    def _detour_m(self, place: shapely.Point, patient: Snapped) -> float:
        """Give how much farther from the road a place is than without the closed roads."""
        if self.before is None:
            return 0.0
        was = self.before.snap_shapes(np.array([place], dtype=object))
        return max(float(patient.access_m[0] - was.access_m[0]), 0.0)

    def _place(self, lon: float, lat: float) -> shapely.Point:
        """Give the place of a call in metres."""
        if not (abs(lon) <= _MAX_LON and abs(lat) <= _MAX_LAT):
            raise DispatchError(
                f"{lon:g}, {lat:g} is no place on Earth: give longitude and latitude in degrees",
                zh=f"{lon:g}, {lat:g} 不是经纬度：请先写经度、后写纬度",
            )
        point: shapely.Point = metric_points(self.area.crs, lon, lat)[0]
        return point

    def _put_onto_road(self, place: shapely.Point, lon: float, lat: float) -> Snapped:
        """Put the place of a call onto a road."""
        patient = self.network.snap_shapes(np.array([place], dtype=object))
        if not patient.on_network[0]:
            raise self._far_away(lon, lat, float(patient.access_m[0]))
        return patient

    def _far_away(self, lon: float, lat: float, access_m: float) -> DispatchError:
        county = self.area.county
        return DispatchError(
            f"the place {lon:.5f}, {lat:.5f} is {access_m / 1000:.1f} km from the nearest road of "
            f"{county.title('en')}: check the coordinates (longitude first) and the county",
            zh=f"位置 {lon:.5f}, {lat:.5f} 距{county.title('zh')}最近的道路 {access_m / 1000:.1f} 公里："
            "请核对坐标（先经度、后纬度）和县（市）",
        )

    def _limit(self, place: shapely.Point) -> tuple[float, tuple[str, str, str]]:
        """Give the limit that holds at a place, and its township: id, name, class."""
        found = self._townships.query(place, predicate="intersects")
        if not len(found):
            return self.standard.limit_s("rural"), ("", "", "rural")
        ids, names, classes = self._township_words
        row = int(found.min())
        return self.standard.limit_s(classes[row]), (ids[row], names[row], classes[row])

    def _times(
        self, units: list[Unit], travel_s: NDArray[np.float64], limit_s: float
    ) -> tuple[tuple[UnitTime, ...], NDArray[np.int64]]:
        """Give the times of the units that arrive, and their numbers, the first there first."""
        turnout_s = np.array([unit.turnout_s for unit in units])
        order = np.argsort(turnout_s + travel_s, kind="stable")
        order = order[np.isfinite(travel_s[order])]
        times = []
        for i in order.tolist():
            response_s = self.standard.lead_s(units[i].turnout_s) + float(travel_s[i])
            keeps = bool(is_within(response_s, limit_s))
            call_s = self.standard.handling_s + float(turnout_s[i] + travel_s[i])
            times.append(UnitTime(units[i], float(travel_s[i]), response_s, call_s, keeps))
        return tuple(times), order

    def _destination(self, patient: Snapped, first: UnitTime, centre: Centre | None) -> Destination | None:
        """Find the nearest hospital that can treat a case, else the nearest of all, and the way there."""
        able = self.hospitals[centre]
        hospital, transport_s = self._nearest(able, patient)
        fallback: Fallback = ""
        if hospital < 0 and centre:
            fallback = "unreachable" if len(able) else "none" if self._centres_known else "unfilled"
            able = self.hospitals[None]
            hospital, transport_s = self._nearest(able, patient)
        if hospital < 0:
            return None
        others = np.setdiff1d(self.hospitals[None], able)
        other, other_s = self._nearest(others, patient)
        # a hospital that is nearer by less than a millisecond is not nearer
        is_wrong = math.isfinite(other_s) and not is_within(transport_s, other_s)
        nearest, nearest_s = (other, other_s) if is_wrong else (hospital, transport_s)
        target = self.care.targets[centre] if centre else None
        scene_s = target.scene_s if target else math.nan
        ids, names = self._facilities
        return Destination(
            facility_id=str(ids[hospital]),
            facility_name=str(names[hospital]),
            transport_s=transport_s,
            route=self._second_leg(able, patient, hospital),
            is_beyond=bool(self._is_beyond[hospital]),
            nearest_id=str(ids[nearest]),
            nearest_name=str(names[nearest]),
            nearest_s=nearest_s,
            scene_s=scene_s,
            door_s=first.call_s + scene_s + transport_s,
            target_s=target.target_s if target and not fallback else math.nan,
            fallback=fallback,
        )

    @property
    def _centres_known(self) -> bool:
        """Whether any facility is said to have a centre."""
        return any(len(able) for centre, able in self.hospitals.items() if centre)

    def _nearest(self, facilities: NDArray[np.int64], patient: Snapped) -> tuple[int, float]:
        """Give the facility that a patient gets to first, and the seconds; -1 and ``inf`` where to none."""
        tree = self._tree_to(facilities)
        road_s, which = tree.at(patient)
        if which[0] < 0:
            return -1, math.inf
        return int(facilities[which[0]]), float(road_s[0] + patient.walk_s[0])

    def _second_leg(self, able: NDArray[np.int64], patient: Snapped, hospital: int) -> Route:
        end = self.places.facilities.take(np.array([hospital]))
        return self.roads.route(
            turned(self._tree_to(able).trace(patient)[0]),
            self._on_road(end),
            leave_s=float(patient.walk_s[0]),
            arrive_s=float(end.yard_s[0]),
        )

    def _tree_to(self, facilities: NDArray[np.int64]) -> Tree:
        """Give the ways to the nearest of some facilities; they stay the same from call to call."""
        key = facilities.tobytes()
        if key not in self._trees:
            doors = self.places.facilities.take(facilities)
            self._trees[key] = Tree.grow(self.network.reversed(), doors, wait_s=doors.yard_s)
        return self._trees[key]

    def warm_up(self) -> Desk:
        """Prepare what every call needs, so that the first is answered as soon as any other."""
        nowhere = np.array([None], dtype=object)
        for anywhere in (False, True):
            for network in (self.network, *([self.before] if self.before else [])):
                network.snap_shapes(nowhere, anywhere=anywhere)
        for able in self.hospitals.values():
            self._tree_to(able)
            self._tree_to(np.setdiff1d(self.hospitals[None], able))
        _ = self.network.reversed().time_graph_edges, self._townships, self._township_words
        _ = self._facilities, self._is_beyond
        return self

    def _on_road(self, place: Snapped) -> shapely.Point:
        line = self.network.geometry[place.segment[0]]
        point: shapely.Point = line.interpolate(place.fraction[0], normalized=True)
        return point


def open_desk(
    area: StudyArea,
    standard: ResponseStandard,
    *,
    speeds: SpeedTable = DEFAULT_SPEEDS,
    condition: str = "siren",
    care: CareStandard | None = None,
    works: Roadworks | None = None,
) -> Desk:
    """
    Load a county, so that calls can be answered.

    Parameters
    ----------
    area
        The study area.
    standard
        The promise.
    speeds, condition
        Speed table and driving condition.
    care
        The targets from the call to the door; the default ones where not given.
    works
        Roads that are closed at the moment.

    Raises
    ------
    NetworkError
        If no road is open to ambulances.
    OptionError
        If what is closed is no road of the county, or all of them.
    SpeedError
        If the table has no such condition.
    """
    before_m, before = float(area.roads.edges["length"].sum()), None
    if works:
        before = RoadNetwork.from_roads(area.roads, speeds=speeds, condition=condition)
        area = replace(area, roads=apply_roadworks(area.roads, works, speeds=speeds))
    network = RoadNetwork.from_roads(area.roads, speeds=speeds, condition=condition)
    places = snap_places(area, network)
    if before is not None:
        was = before.snap_points(area.facilities.geometry)
        reached = ~is_cut_off(places.facilities, was)
        places = replace(places, facilities=places.facilities.only(reached))
    return Desk(
        area=area,
        network=network,
        standard=standard,
        care=care or CareStandard(),
        speeds=speeds,
        condition=condition,
        places=places,
        hospitals=hospitals_by_centre(area.facilities),
        bases=Bases.of(area),
        roads=RoadBook.of(area.roads, network),
        closed_m=before_m - float(area.roads.edges["length"].sum()) if works else 0.0,
        before=before,
    ).warm_up()


def _nobody(fleet: Fleet) -> DispatchError:
    """Say that no unit can be sent, and why."""
    newest = newest_stale(fleet)
    if newest is not None:
        n = len({left.unit_id for left in fleet.left_out})
        return DispatchError(
            f"no ambulance can be sent: the positions of all {n} are too old, the newest is "
            f"of {newest:%Y-%m-%d %H:%M:%S}: see whether the file is still written; "
            "for an old file add --now with the moment",
            zh=f"没有可派的救护车：{n}辆车的位置都已过时，最新的一条是{newest:%Y-%m-%d %H:%M:%S}："
            "请核对位置文件是否仍在更新；核对旧文件请用 --now 给出当时的时刻",
        )
    busy = [unit.name for unit in fleet.units]
    n_left = len(fleet.left_out)
    why = f"{len(busy)} busy ({name_some(busy)})" if busy else "none is known"
    why_zh = f"{len(busy)}辆执行任务中（{name_some(busy, mark='、')}）" if busy else "没有可用的车辆位置"
    todo, todo_zh = (["ask the neighbouring counties"], ["联系邻县支援"]) if busy else ([], [])
    if n_left:
        ids = [left.unit_id or f"row {left.row}" for left in fleet.left_out]
        ids_zh = [left.unit_id or f"第{left.row}行" for left in fleet.left_out]
        why += f", {n_left} left out ({name_some(ids)})"
        why_zh += f"，{n_left}条位置未采用（{name_some(ids_zh, mark='、')}）"
    if n_left or not busy:
        todo, todo_zh = [*todo, "correct the reports"], [*todo_zh, "更正车辆位置"]
    return DispatchError(
        f"no ambulance can be sent: {why}: {', or '.join(todo)}",
        zh=f"没有可派的救护车：{why_zh}，请{'或'.join(todo_zh)}",
    )


def _out_of_reach(units: list[Unit], lon: float, lat: float) -> DispatchError:
    """Say that no unit gets to a place by road."""
    names = [unit.name for unit in units]
    return DispatchError(
        f"no road leads from any ambulance that can be sent to {lon:.5f}, {lat:.5f}: {name_some(names)}: "
        "check the closed roads and the place",
        zh=f"可派的救护车都没有道路通往 {lon:.5f}, {lat:.5f}：{name_some(names, mark='、')}，"
        "请核对封闭道路和患者位置",
    )
