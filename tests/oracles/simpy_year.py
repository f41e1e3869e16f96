"""A simulated year as a plain SimPy model: one process a call, one a crew, roads searched with NetworkX."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import networkx as nx
import numpy as np
import simpy

from coverage.assessment import is_within
from coverage.care import has_centre
from coverage.duty_hours import is_on_duty as is_within_hours
from coverage.study_area import CENTRES

DAY_S = 86_400.0
is_on_duty = cache(is_within_hours)


@dataclass(frozen=True)
class Spot:
    """A place beside a road: which road, how far along it, and how far off it."""

    segment: int
    fraction: float
    access_m: float

    @property
    def walk_s(self):
        """On foot, 4 km/h."""
        return self.access_m / (4.0 / 3.6)

    @property
    def yard_s(self):
        """In the vehicle, 20 km/h."""
        return self.access_m / (20.0 / 3.6)


def spots_of(snapped):
    """Give places on roads one by one."""
    rows = zip(snapped.segment.tolist(), snapped.fraction.tolist(), snapped.access_m.tolist(), strict=True)
    return [Spot(*row) for row in rows]


class Streets:
    """Seconds and ways on the road between spots, one Dijkstra of NetworkX a node that is asked for."""

    def __init__(self, network):
        self.net = network
        graph = nx.DiGraph()
        graph.add_nodes_from(range(len(network.node_id)))
        for tails, heads, ways in (
            (network.tail, network.head, network.forward_s),
            (network.head, network.tail, network.backward_s),
        ):
            for u, v, s in zip(tails.tolist(), heads.tolist(), ways.tolist(), strict=True):
                if math.isfinite(s) and (not graph.has_edge(u, v) or s < graph[u][v]["s"]):
                    graph.add_edge(u, v, s=s)
        self._from = cache(lambda node: nx.single_source_dijkstra(graph, node, weight="s"))
        self.road_s = cache(lambda a, b: self._way(a, b)[0])
        self.stops = cache(self._stops)
        self.node_s = cache(self._node_s)

    def _ends(self, spot, *, leaving):
        """Give the nodes at the ends of a spot's road, and the seconds between them and the spot."""
        if spot.segment < 0:
            return []
        net, i, f = self.net, spot.segment, spot.fraction
        forward, backward = float(net.forward_s[i]), float(net.backward_s[i])
        back, ahead = (backward, forward) if leaving else (forward, backward)
        ends = [(int(net.tail[i]), f, back), (int(net.head[i]), 1 - f, ahead)]
        found = [(node, part * way if part > 0 else 0.0) for node, part, way in ends]
        return [(node, s) for node, s in found if s < math.inf]

    def _node_s(self, node, spot):
        reached = self._from(node)[0]
        return min(
            (reached.get(n, math.inf) + s for n, s in self._ends(spot, leaving=False)), default=math.inf
        )

    def _way(self, a, b):
        """Give the seconds from a to b, and the nodes on the way with the seconds from a."""
        best, stops = math.inf, []
        for first, exit_s in self._ends(a, leaving=True):
            reached, paths = self._from(first)
            for last, entry_s in self._ends(b, leaving=False):
                if exit_s + reached.get(last, math.inf) + entry_s < best:
                    best = exit_s + reached[last] + entry_s
                    stops = [(node, exit_s + reached[node]) for node in paths[last]]
        if a.segment == b.segment and a.segment >= 0:
            ahead = b.fraction - a.fraction
            way = float((self.net.forward_s if ahead > 0 else self.net.backward_s)[a.segment])
            direct = abs(ahead) * way if abs(ahead) >= 1e-7 else 0.0
            if direct <= best:
                best, stops = direct, []
        return best, stops

    def _stops(self, a, b):
        return self._way(a, b)[1]


class TableStreets:
    """The same answers read from a stage's own tables: for a whole year, where a search each is too slow."""

    def __init__(self, stage):
        travel, homeward = stage.travel, stage.travel.homeward
        places, hospitals = spots_of(travel.places), spots_of(travel.hospitals)
        posts = spots_of(travel.posts)
        place = {spot: k for k, spot in reversed(list(enumerate(places)))}
        hospital = {spot: k for k, spot in enumerate(hospitals)}
        post = {spot: k for k, spot in enumerate(posts)}
        point = {spot: k for k, spot in reversed(list(enumerate([*places, *hospitals, *posts])))}

        def road_s(a, b):
            if b in post:
                return float(homeward.origin_s[point[a], post[b]])
            if b in hospital:
                return float(travel.place_hospital_s[place[a], hospital[b]])
            if a in post:
                return float(travel.post_place_s[post[a], place[b]])
            if a in hospital:
                return float(travel.hospital_place_s[hospital[a], place[b]])
            k, exits = place[a], travel.exits
            ends = ((exits.tail[k], exits.tail_s[k]), (exits.head[k], exits.head_s[k]))
            return min(float(s) + self.node_s(int(node), b) for node, s in ends)

        def stops(a, b):
            k, total_s, found = post[b], float(homeward.origin_s[point[a], post[b]]), []
            node = int(homeward.first_node[point[a], k])
            while node >= 0:
                found.append((node, total_s - float(homeward.node_s[k, node])))
                node = int(homeward.next_node[k, node])
            return found

        self.node_s = lambda node, spot: travel.junctions.road_s(node, place[spot])
        self.road_s, self.stops = cache(road_s), cache(stops)


@dataclass(eq=False)
class Crew:
    """One ambulance."""

    number: int
    facility: int
    base: Spot
    hours: str
    turnout_s: float
    standby: list[tuple[str, Spot]] = field(default_factory=list)
    doing: str = "idle"
    spot: Spot | None = None
    heading: Spot | None = None
    at_patient: bool = False
    since_s: float = 0.0
    ratio: float = 1.0
    driving: Any = None


@dataclass
class Answer:
    """What became of one call."""

    unit: int = -1
    wait_s: float = math.inf
    response_s: float = math.inf
    rolling_s: float = math.inf
    hospital: int = -1
    door_s: float = math.inf
    clear_s: float = math.inf
    is_lost: bool = False
    was_redirected: bool = False


class SimpyYear:
    """The whole model: play it with `run`, read `answers` and `busy_s`."""

    def __init__(self, setting, rules, calls, *, places=None, streets=None):
        self.setting, self.rules, self.calls = setting, rules, calls
        self.streets = streets or Streets(setting.network)
        self.places = spots_of(setting.places.demand) if places is None else places
        self.limits = [
            setting.standard.limit_s(c)
            for c in setting.area.demand["township_id"].map(
                dict(zip(setting.area.townships["id"], setting.area.townships["class"], strict=True))
            )
        ]
        people = setting.area.demand["population"].to_numpy(float)
        self.weights = (people / people.sum()).tolist()
        self.env = simpy.Environment()
        self.answers = [Answer() for _ in calls.time_s]
        self.queue: list[int] = []
        facilities = setting.area.facilities
        self.facility_spots = spots_of(setting.places.facilities)
        self.able = {
            c: np.flatnonzero(has_centre(facilities, None if c < 0 else CENTRES[c])).tolist()
            for c in range(-1, len(CENTRES))
        }
        self.crews = self._crews()
        self.busy_s = [0.0] * len(self.crews)

    def _crews(self):
        facilities, standard = self.setting.area.facilities, self.setting.standard
        crews = []
        for row in np.flatnonzero(self.setting.scenario.bases).tolist():
            count = float(facilities["ambulances"].iloc[row])
            own = float(facilities["turnout_s"].iloc[row])
            hours = [facilities["hours"].iloc[row]] * (1 if math.isnan(count) else int(count))
            k = 0
            for shift in self.rules.shifts:
                if shift.facility_id == facilities["id"].iloc[row]:
                    for _ in range(shift.ambulances):
                        hours[k] = shift.hours
                        k += 1
            turnout_s = standard.turnout_s if math.isnan(own) else own
            crews += [Crew(0, row, self.facility_spots[row], h, turnout_s) for h in hours]
        for number, crew in enumerate(crews):
            crew.number = number
        for place in self.rules.standby:
            (spot,) = spots_of(self.setting.network.snap([place.lon], [place.lat]))
            mine = [c for c in crews if facilities["id"].iloc[c.facility] == place.facility_id]
            minutes = [m for m in range(1440) if is_on_duty(place.hours, m)]
            free = [
                c
                for c in mine
                if not any(is_on_duty(h, m) and is_on_duty(c.hours, m) for h, _ in c.standby for m in minutes)
            ]
            free.sort(key=lambda c, ms=minutes: -sum(is_on_duty(c.hours, m) for m in ms))
            for crew in free[: place.ambulances]:
                crew.standby.append((place.hours, spot))
        return crews

    # the clock

    def minute(self):
        """Give the minute of the day."""
        # the sum of two waits may fall short of a full minute
        return int(((self.env.now - self.rules.warm_up_s) % DAY_S + 1e-6) // 60) % 1440

    def ratio(self, condition=""):
        """Give what road seconds are multiplied by: of a condition, or of the hour."""
        speeds, minute = self.setting.speeds, self.minute()
        hourly = [c for hours, c in speeds.hours.items() if is_on_duty(hours, minute)]
        name = condition or (hourly[0] if hourly else self.setting.condition)
        return speeds.factor(self.setting.condition) / speeds.factor(name)

    def turnout_s(self, crew):
        """Give a crew's turnout at this hour."""
        hourly = [s for hours, s in self.rules.turnout_s.items() if is_on_duty(hours, self.minute())]
        return hourly[0] if hourly else crew.turnout_s

    def on_duty(self, crew):
        """Tell whether a crew is staffed now."""
        return is_on_duty(crew.hours, self.minute())

    def post(self, crew):
        """Give where a crew is to wait now."""
        minute = self.minute()
        if self.on_duty(crew):
            for hours, spot in crew.standby:
                if is_on_duty(hours, minute):
                    return spot
        return crew.base

    # who can be sent

    def way_s(self, crew, place, ratio):
        """Give the seconds from wheels turning until a crew is at a place's side; infinite if never."""
        road_s, target, now = self.streets.road_s, self.places[place], self.env.now
        if crew.doing == "idle":
            return crew.spot.yard_s + road_s(crew.spot, target) * ratio + target.walk_s
        leave_s = crew.spot.walk_s if crew.at_patient else crew.spot.yard_s
        on_road_s = crew.since_s + leave_s
        if now <= on_road_s:
            return on_road_s - now + road_s(crew.spot, target) * ratio + target.walk_s
        for node, s in self.streets.stops(crew.spot, crew.heading):
            at_s = on_road_s + s * crew.ratio
            if at_s >= now:
                return at_s - now + self.streets.node_s(node, target) * ratio + target.walk_s
        gate_s = on_road_s + road_s(crew.spot, crew.heading) * crew.ratio
        return abs(gate_s - now) + road_s(crew.heading, target) * ratio + target.walk_s

    def available(self):
        """Give the crews that can be asked."""
        states = ("idle", "free", "returning") if self.rules.redirect else ("idle", "free")
        return [crew for crew in self.crews if self.on_duty(crew) and crew.doing in states]

    def choose(self, call):
        """Choose a crew by the rule of dispatch."""
        place = int(self.calls.place[call])
        ratio = self.ratio(self.rules.priorities[self.calls.priority[call]].condition)
        offers = []
        for crew in self.available():
            rolling_s = self.way_s(crew, place, ratio)
            total_s = rolling_s + (self.turnout_s(crew) if crew.doing == "idle" else 0.0)
            offers.append((total_s, crew.number, rolling_s, crew))
        reached = [offer for offer in offers if offer[0] < math.inf]
        if not reached:
            return None
        if self.rules.dispatch == "nearest":
            return min(reached)
        waited_s = self.env.now - self.calls.time_s[call]
        on_call = self.setting.standard.clock == "call"
        keeping = [o for o in reached if is_within(waited_s + o[0] if on_call else o[2], self.limits[place])]
        if not keeping:
            return min(reached)
        return min(keeping, key=lambda o: (self.loss(o[3]), o[0], o[1]))

    def reaches(self, crew, place):
        """Tell whether a crew keeps the limit at a place from its post."""
        spot = crew.spot if crew.doing == "idle" else crew.heading
        target, standard = self.places[place], self.setting.standard
        handling = self.rules.handling
        handling_s = standard.handling_s if handling is None else handling.mean_s
        lead_s = handling_s + self.turnout_s(crew) if standard.clock == "call" else 0.0
        road_s = self.streets.road_s(spot, target) * self.ratio()
        return bool(is_within(lead_s + spot.yard_s + road_s + target.walk_s, self.limits[place]))

    def loss(self, crew):
        """Give the expected coverage that goes with a crew (Daskin 1983)."""
        q, free = self.rules.busy_share, self.available()
        lost = 0.0
        for place, weight in enumerate(self.weights):
            if self.reaches(crew, place):
                k = sum(self.reaches(other, place) for other in free)
                lost += weight * (1 - q) * q ** (k - 1)
        return round(lost, 12)

    # what happens

    def run(self):
        """Play until every call is answered."""
        env, calls = self.env, self.calls
        env.process(self.shifts())
        self.changes = sorted({m for m in range(1440) if self._differs(m)})
        for crew in self.crews:
            crew.spot = self.post(crew)
        reachable = [self._is_reachable(place) for place in range(len(self.places))]
        answered = [call for call in range(len(calls.time_s)) if reachable[calls.place[call]]]
        pending = [env.process(self.ring(call)) for call in answered]
        env.run(until=env.all_of(pending))
        last_s = env.now + 30 * DAY_S
        while self.queue and env.now < last_s:
            env.step()
        env.run(until=env.now + 7 * DAY_S)
        return self

    def _differs(self, minute):
        """Tell whether anybody comes, goes or moves at a minute of the day."""

        def state(at):
            return [[is_on_duty(h, at) for h in (c.hours, *(h for h, _ in c.standby))] for c in self.crews]

        return state(minute) != state(minute - 1)

    def _is_reachable(self, place):
        for crew in self.crews:
            spots = [spot for h, spot in crew.standby]
            for spot in (crew.base, *spots):
                if self.streets.road_s(spot, self.places[place]) < math.inf:
                    return True
        return False

    def shifts(self):
        """Wake whenever a crew comes or goes."""
        env = self.env
        while True:
            after = [m for m in self.changes if self._at(m) > env.now] if self.changes else []
            next_s = min((self._at(m) for m in after), default=None)
            if next_s is None:
                first = self.changes[0] if self.changes else 0
                next_s = self._at(first) + DAY_S
            yield env.timeout(next_s - env.now)
            self.serve()
            for crew in self.crews:
                self.relocate(crew)

    def _at(self, minute):
        """Give the moment of a minute of the present day."""
        warm = self.rules.warm_up_s
        return warm + (self.env.now - warm) // DAY_S * DAY_S + minute * 60.0

    def relocate(self, crew):
        """Let an idle crew drive to where it is to wait."""
        if crew.doing == "idle" and crew.spot != self.post(crew):
            crew.at_patient, crew.since_s, crew.heading, crew.ratio = (
                False,
                self.env.now,
                self.post(crew),
                self.ratio(),
            )
            crew.driving = self.env.process(self.drive(crew, 0.0))

    def ring(self, call):
        """Let a call be taken, then answered or put into the queue."""
        yield self.env.timeout(self.calls.time_s[call] + self.calls.handling_s[call])
        offer = self.choose(call)
        if offer is not None:
            self.send(call, offer)
        elif self.rules.wait:
            self.queue.append(call)
        else:
            self.answers[call].is_lost = True

    def serve(self):
        """Answer the calls that wait, the most urgent and then the earliest first."""
        for call in sorted(self.queue, key=lambda c: (self.calls.priority[c], c)):
            offer = self.choose(call)
            if offer is not None:
                self.queue.remove(call)
                self.send(call, offer)

    def send(self, call, offer):
        """Take a crew off whatever it does."""
        crew, answer = offer[3], self.answers[call]
        alarm_s = self.calls.time_s[call] + self.calls.handling_s[call]
        answer.unit, answer.wait_s = crew.number, self.env.now - alarm_s
        answer.was_redirected = crew.doing == "returning"
        if crew.doing == "returning":
            crew.driving.interrupt()
        crew.doing = "busy"
        self.env.process(self.job(call, crew, offer[0], offer[2]))

    def job(self, call, crew, total_s, rolling_s):
        """Drive out, treat, take to a hospital, and be free again."""
        env, calls, answer = self.env, self.calls, self.answers[call]
        begun_s, spot = env.now, self.places[calls.place[call]]
        yield env.timeout(total_s)
        answer.response_s, answer.rolling_s = env.now - calls.time_s[call], rolling_s
        yield env.timeout(calls.scene_s[call])
        crew.spot, crew.at_patient, hospital = spot, True, None
        if calls.is_transported[call]:
            hospital, transport_s = self.door(spot, int(calls.centre[call]))
        if hospital is not None:
            yield env.timeout(transport_s)
            answer.hospital, answer.door_s = hospital, env.now - calls.time_s[call]
            yield env.timeout(calls.handover_s[call])
            crew.spot, crew.at_patient = self.facility_spots[hospital], False
        answer.clear_s = env.now
        end_s = self.rules.warm_up_s + self.rules.days * DAY_S
        self.busy_s[crew.number] += max(0.0, min(env.now, end_s) - max(begun_s, self.rules.warm_up_s))
        crew.doing, crew.since_s, crew.heading, crew.ratio = "free", env.now, self.post(crew), self.ratio()
        self.serve()
        if crew.doing == "free":
            at_home = hospital is not None and hospital == crew.facility and crew.heading == crew.base
            crew.driving = env.process(self.drive(crew, rolling_s, at_home=at_home))

    def door(self, spot, centre):
        """Give the hospital and the way to its door."""
        for rows in (self.able[centre], self.able[-1]):
            ways = [
                (spot.walk_s + self.streets.road_s(spot, h) * self.ratio() + h.yard_s, row)
                for row in rows
                for h in [self.facility_spots[row]]
            ]
            ways = [way for way in ways if way[0] < math.inf]
            if ways:
                return min(ways)[1], min(ways)[0]
        return None, math.inf

    def drive(self, crew, outward_s, *, at_home=False):
        """Drive to a post, unless sent elsewhere on the way."""
        leave_s = crew.spot.walk_s if crew.at_patient else crew.spot.yard_s
        drive_s = leave_s + self.streets.road_s(crew.spot, crew.heading) * crew.ratio + crew.heading.yard_s
        crew.doing = "returning" if drive_s < math.inf else "lost"
        try:
            if not at_home:
                yield self.env.timeout(drive_s if drive_s < math.inf else outward_s)
        except simpy.Interrupt:
            return
        crew.doing, crew.spot = "idle", crew.heading
        self.serve()
        self.relocate(crew)
