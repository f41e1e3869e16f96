"""One replication of a simulated year, played event by event."""

from __future__ import annotations

import math
from bisect import insort
from dataclasses import replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from coverage.duty_hours import DAY_MIN
from coverage.simulating.board import NOWHERE, Board, reachable
from coverage.simulating.returning import Return
from coverage.simulating.rules_of_dispatch import Candidate, Preparedness
from coverage.simulation import DAY_S, Played

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from coverage.simulating.roster import Roster
    from coverage.simulating.stage import Stage
    from coverage.simulation import Calls

# what an ambulance does: it waits, has just ended a job, drives back, works, or drives back unseen
_IDLE, _FREE, _RETURNING, _BUSY, _LOST = range(5)
_CLEAR, _HOME = 0, 1  # events, in the order in which they count at the same moment
_SLACK_S = 0.01  # sums of floats, and whole milliseconds, must not put a time above one that it equals
_MINUTE_S = DAY_S / DAY_MIN
_LONGEST_WAIT_S = 2 * DAY_S  # with every ambulance at rest: whoever is not there by then never comes


def play(stage: Stage, calls: Calls) -> Played:
    """
    Play one replication.

    An alarm goes to an ambulance that is on duty and waits, or drives back where the rules let it turn; the
    rule of dispatch chooses among them. Where there is none the call waits, the most urgent and then the
    earliest first, or is lost. At the same moment jobs end first, then ambulances get home, then shifts
    change, then calls come. A leg is driven at the condition of the hour at which it begins, the one to the
    patient at its priority's own where it has one.

    Parameters
    ----------
    stage
        The county, its ambulances and the rules.
    calls
        As `coverage.simulating.calls.draw_calls` draws them.

    Returns
    -------
    Played
        The same for the same arguments, wherever and however often it is played.
    """
    if stage.rules.handling is None:
        # an option may have a promise, and with it a time of handling, of its own
        fixed_s = stage.setting.standard.handling_s
        calls = replace(calls, handling_s=np.full(len(calls.time_s), fixed_s))
    year = _Year(stage, calls)
    year.play()
    record = year.record
    return Played(
        calls=calls,
        unit=np.array(record.unit, dtype=np.int64),
        wait_s=np.array(record.wait_s, dtype=np.float64),
        response_s=np.array(record.response_s, dtype=np.float64),
        rolling_s=np.array(record.rolling_s, dtype=np.float64),
        hospital=np.array(record.hospital, dtype=np.int64),
        door_s=np.array(record.door_s, dtype=np.float64),
        clear_s=np.array(record.clear_s, dtype=np.float64),
        is_lost=np.array(record.is_lost, dtype=np.bool_),
        was_redirected=np.array(record.was_redirected, dtype=np.bool_),
        is_stranded=np.array(record.is_stranded, dtype=np.bool_),
        busy_s=np.array(record.busy_s, dtype=np.float64),
        overtime_s=_overtime_s(stage, calls, record),
        duty_s=duty_s(stage.roster, stage.rules.days),
    )


def _overtime_s(stage: Stage, calls: Calls, record: _Record) -> NDArray[np.float64]:
    """Give how much of their busy time the ambulances work off duty, shape (n_units,)."""
    roster, rules = stage.roster, stage.rules
    wait_s, clear_s = np.array(record.wait_s), np.array(record.clear_s)
    unit, alarm_s = np.array(record.unit, dtype=np.int64), calls.time_s + calls.handling_s
    knots_min = np.append(roster.start_min, DAY_MIN)
    length_min = np.diff(knots_min)
    overtime_s = np.zeros(len(record.busy_s))
    for k, on_duty in enumerate(roster.on_duty.T):
        off_min = np.append(0.0, np.cumsum(np.where(on_duty, 0, length_min)))
        mine = unit == k
        ends_s = np.clip(
            [alarm_s[mine] + wait_s[mine], clear_s[mine]],
            rules.warm_up_s,
            rules.warm_up_s + rules.days * DAY_S,
        )
        day, of_day_s = np.divmod(ends_s - rules.warm_up_s, DAY_S)
        before_min = day * off_min[-1] + np.interp(of_day_s / _MINUTE_S, knots_min, off_min)
        overtime_s[k] = (before_min[1] - before_min[0]).sum() * _MINUTE_S
    return overtime_s


def duty_s(roster: Roster, days: float) -> NDArray[np.float64]:
    """
    Give the time that every ambulance is on duty in some days from midnight.

    Parameters
    ----------
    roster
        When they are staffed.
    days
        Any number of them.

    Returns
    -------
    ndarray
        Shape (n_units,), seconds.
    """
    stop_min = np.append(roster.start_min[1:], DAY_MIN)
    rest_min = (days % 1.0) * DAY_MIN
    length_min = math.floor(days) * (stop_min - roster.start_min)
    length_min = length_min + np.clip(rest_min - roster.start_min, 0, stop_min - roster.start_min)
    return np.asarray((length_min[:, None] * roster.on_duty).sum(axis=0) * _MINUTE_S, dtype=np.float64)


class _Record:
    """What is written down of every call and ambulance."""

    def __init__(self, n_calls: int, n_units: int) -> None:
        self.unit = [-1] * n_calls
        self.wait_s = [math.inf] * n_calls
        self.response_s = [math.inf] * n_calls
        self.rolling_s = [math.inf] * n_calls
        self.hospital = [NOWHERE] * n_calls
        self.door_s = [math.inf] * n_calls
        self.clear_s = [math.inf] * n_calls
        self.is_lost = [False] * n_calls
        self.was_redirected = [False] * n_calls
        self.is_stranded = [False] * n_calls
        self.busy_s = [0.0] * n_units


class _Timetable:
    """The moments at which ambulances come on duty, go off duty, or are to wait elsewhere."""

    def __init__(self, roster: Roster, warm_up_s: float) -> None:
        self._start_min: list[int] = roster.start_min.tolist()
        self._on_duty: list[list[bool]] = roster.on_duty.tolist()
        self._post: list[list[int]] = roster.post.tolist()
        self._warm_up_s = warm_up_s
        day, minute = divmod(-warm_up_s / _MINUTE_S, DAY_MIN)
        self._day = int(day)
        self._span = max(k for k, start in enumerate(self._start_min) if start <= minute)
        self._set_next()

    @property
    def on_duty(self) -> list[bool]:
        """Who is on duty now."""
        return self._on_duty[self._span]

    @property
    def post(self) -> list[int]:
        """Where each ambulance is to wait now."""
        return self._post[self._span]

    def turn(self) -> None:
        """Go on to the next span of the day."""
        self._span += 1
        if self._span == len(self._start_min):
            self._span, self._day = 0, self._day + 1
        self._set_next()

    def _set_next(self) -> None:
        if len(self._start_min) == 1:
            self.next_s = math.inf
            return
        is_last = self._span + 1 == len(self._start_min)
        day, minute = (self._day + 1, 0) if is_last else (self._day, self._start_min[self._span + 1])
        self.next_s = self._warm_up_s + day * DAY_S + minute * _MINUTE_S


class _Year:
    """Ambulances, the queue and the clock of one replication."""

    def __init__(self, stage: Stage, calls: Calls) -> None:
        self._rules = stage.rules
        self._board = board = Board(stage)
        n_units = len(stage.units)
        self._units = range(n_units)
        self._timetable = _Timetable(stage.roster, stage.rules.warm_up_s)
        self._preparedness = Preparedness(stage, board) if stage.rules.dispatch == "preparedness" else None
        self.record = _Record(len(calls.time_s), n_units)
        self._state = [_IDLE] * n_units
        self._post = list(self._timetable.post)
        self._return: list[Return | None] = [None] * n_units
        self._origin = [0] * n_units  # where its job ends
        self._outward_s = [0.0] * n_units  # how long it drove there
        self._version = [0] * n_units  # events of an older one are void
        self._events: list[tuple[float, int, int, int]] = []
        self._queue: list[tuple[int, int]] = []  # priority and number of the calls that wait
        self._time_s: list[float] = calls.time_s.tolist()
        self._place: list[int] = calls.place.tolist()
        self._priority: list[int] = calls.priority.tolist()
        self._centre: list[int] = calls.centre.tolist()
        self._handling_s: list[float] = calls.handling_s.tolist()
        self._scene_s: list[float] = calls.scene_s.tolist()
        self._handover_s: list[float] = calls.handover_s.tolist()
        self._is_transported: list[bool] = calls.is_transported.tolist()
        alarm_s = calls.time_s + calls.handling_s
        self._alarm_s: list[float] = alarm_s.tolist()
        order = np.argsort(alarm_s, kind="stable")
        self._alarms: list[int] = order[reachable(stage)[calls.place[order]]].tolist()
        self._end_s = stage.rules.warm_up_s + stage.rules.days * DAY_S

    def play(self) -> None:
        """Play until every call that somebody can reach is answered."""
        events, timetable, alarm_s = self._events, self._timetable, self._alarm_s
        rest_s = 0.0
        alarms = iter(self._alarms)
        call = next(alarms, None)
        while call is not None or self._queue:
            next_alarm_s = math.inf if call is None else alarm_s[call]
            if events and events[0][0] <= min(next_alarm_s, timetable.next_s):
                rest_s = events[0][0]
                self._happen(*heappop(events))
            elif timetable.next_s <= next_alarm_s:
                if call is None and not events and timetable.next_s > rest_s + _LONGEST_WAIT_S:
                    return
                self._change_shift(timetable.next_s)
            elif call is not None:
                rest_s = next_alarm_s
                self._ring(call, next_alarm_s)
                call = next(alarms, None)
            else:
                return  # whoever waits is out of everybody's reach

    def _happen(self, at_s: float, event: int, unit: int, version: int) -> None:
        """Let a job end, or an ambulance be at its post."""
        if version != self._version[unit]:
            return
        if event == _CLEAR:
            self._start_return(unit, self._origin[unit], at_s)
            self._state[unit] = _FREE
        else:
            self._state[unit] = _IDLE
        self._serve_queue(at_s)
        if self._state[unit] == _FREE:
            self._drive(unit)
        elif self._state[unit] == _IDLE:
            self._relocate(unit, at_s)

    def _change_shift(self, at_s: float) -> None:
        self._timetable.turn()
        self._serve_queue(at_s)
        for unit in self._units:
            if self._state[unit] == _IDLE:
                self._relocate(unit, at_s)

    def _relocate(self, unit: int, at_s: float) -> None:
        """Send an ambulance that waits to where it is to wait at this hour."""
        post = self._post[unit]
        if post != self._timetable.post[unit]:
            board = self._board
            self._outward_s[unit] = 0.0
            self._start_return(unit, board.n_places + board.n_hospitals + post, at_s)
            self._drive(unit)

    def _start_return(self, unit: int, origin: int, at_s: float) -> None:
        post, board = self._timetable.post[unit], self._board
        self._post[unit] = post
        self._return[unit] = Return(board, origin, post, at_s, board.ratio_at[board.minute(at_s)])

    def _drive(self, unit: int) -> None:
        """Let an ambulance drive to its post."""
        way = self._return[unit]
        assert way is not None
        self._state[unit] = _RETURNING if way.is_known else _LOST
        # where no way leads back, it takes as long as the way there took
        home_s = way.home_s if way.is_known else way.start_s + self._outward_s[unit]
        heappush(self._events, (home_s, _HOME, unit, self._version[unit]))

    def _ring(self, call: int, at_s: float) -> None:
        """Answer an alarm."""
        found = self._choose(call, at_s)
        if found is not None:
            self._send(call, found, at_s)
        elif self._rules.wait:
            insort(self._queue, (self._priority[call], call))
        else:
            self.record.is_lost[call] = True

    def _serve_queue(self, at_s: float) -> None:
        """Send whoever is free to the calls that wait."""
        queue, place = self._queue, self._place
        barred: set[int] = set()  # places that none of the free can get to; sending one changes nothing there
        i = 0
        while i < len(queue) and self._is_any_free():
            call = queue[i][1]
            found = None if place[call] in barred else self._choose(call, at_s)
            if found is None:
                barred.add(place[call])
                i += 1
            else:
                del queue[i]
                self._send(call, found, at_s)

    def _is_any_free(self) -> bool:
        """Tell whether anybody can be sent at all."""
        redirect = self._rules.redirect
        return any(
            on_duty and (state in (_IDLE, _FREE) or (state == _RETURNING and redirect))
            for on_duty, state in zip(self._timetable.on_duty, self._state, strict=True)
        )

    def _choose(self, call: int, at_s: float) -> Candidate | None:
        """Choose the ambulance for a call; None where none can be sent."""
        board, place = self._board, self._place[call]
        ratio = board.priority_ratio[self._priority[call]]
        if math.isnan(ratio):
            ratio = board.ratio_at[board.minute(at_s)]
        waiting = self._waiting(place, at_s, ratio)
        nearest = min(waiting, default=None)
        least_s = math.inf if nearest is None else nearest.total_s
        if self._preparedness is None:
            driving = self._driving(place, at_s, ratio, least_s)
            nearest = min((*waiting, *driving), default=None)
            return nearest if nearest is not None and nearest.total_s < math.inf else None
        before_s = self._handling_s[call] + (at_s - self._alarm_s[call])
        most_s = max(least_s, self._preparedness.limit_s(place, before_s))
        candidates = (*waiting, *self._driving(place, at_s, ratio, most_s))
        return self._preparedness.choose(candidates, before_s, place, at_s)

    def _waiting(self, place: int, at_s: float, ratio: float) -> list[Candidate]:
        """
        Give the ambulances that wait at their posts, and how soon each is at a call place.

        Where the nearest is sent, only those that are nearer than all before them.
        """
        board, is_any_wanted = self._board, self._preparedness is not None
        turnout_s, rolling_s = board.turnout_s(board.minute(at_s)), board.rolling_s(ratio)
        least_s, found = math.inf, []
        for unit, on_duty, state, post in zip(
            self._units, self._timetable.on_duty, self._state, self._post, strict=True
        ):
            if state == _IDLE and on_duty:
                drive_s = rolling_s[post][place]
                total_s = turnout_s[unit] + drive_s
                if total_s < least_s or is_any_wanted:
                    found.append(Candidate(total_s, unit, drive_s, post, is_on_the_way=False))
                    least_s = total_s
        return found

    def _driving(self, place: int, at_s: float, ratio: float, most_s: float) -> Iterator[Candidate]:
        """Give those that can turn off, or have just ended a job; above `most_s` the time may be ``inf``."""
        walk_s, redirect = self._board.walk_s[place], self._rules.redirect
        for unit, on_duty, state in zip(self._units, self._timetable.on_duty, self._state, strict=True):
            if on_duty and (state == _FREE or (state == _RETURNING and redirect)):
                way = self._return[unit]
                assert way is not None
                total_s = way.road_to_s(place, at_s, ratio, most_s - walk_s + _SLACK_S) + walk_s
                yield Candidate(total_s, unit, total_s, way.post, state == _RETURNING)

    def _send(self, call: int, found: Candidate, at_s: float) -> None:
        """Send an ambulance, and write down everything that follows from it."""
        board, record, unit, place = self._board, self.record, found.unit, self._place[call]
        wait_s = at_s - self._alarm_s[call]
        record.unit[call], record.wait_s[call] = unit, wait_s
        record.response_s[call] = self._handling_s[call] + wait_s + found.total_s
        record.rolling_s[call] = found.rolling_s
        record.was_redirected[call] = found.is_on_the_way
        origin, clear_s = place, at_s + found.total_s + self._scene_s[call]
        if self._is_transported[call]:
            ratio = board.ratio_at[board.minute(clear_s)]
            hospital, transport_s = board.door(place, self._centre[call], ratio)
            if hospital != NOWHERE:
                record.hospital[call] = board.hospital_row[hospital]
                record.door_s[call] = record.response_s[call] + self._scene_s[call] + transport_s
                origin = board.n_places + hospital
                clear_s += transport_s + self._handover_s[call]
        record.clear_s[call] = clear_s
        busy_s = min(clear_s, self._end_s) - max(at_s, self._rules.warm_up_s)
        record.busy_s[unit] += max(0.0, busy_s)
        # a way from there to one of its posts is a way to all of them
        record.is_stranded[call] = board.home_s[origin][self._post[unit]] == math.inf
        self._state[unit], self._origin[unit], self._outward_s[unit] = _BUSY, origin, found.rolling_s
        self._version[unit] += 1
        heappush(self._events, (clear_s, _CLEAR, unit, self._version[unit]))
