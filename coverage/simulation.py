"""A simulated year: the rules it is played by, what was recorded, and what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from coverage.duty_hours import check_apart, parse_hours
from coverage.errors import OptionError, SimulationError, name_some
from coverage.standards import Centre

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from coverage.analysis import Note
    from coverage.assessment import Assessment
    from coverage.option import Option
    from coverage.routing.speeds import SpeedTable
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea

Law = Literal["fixed", "exponential", "lognormal", "gamma"]
DispatchRule = Literal["nearest", "preparedness"]
HOURS_OF_WEEK = 168
MOST_CALLS = 2_000_000
"""Of one replication; a large city has half a million a year."""
COMMAND_LINE = "command line"
"""Source of a rule that was given as an option of a command."""
DAY_S, WEEK_S = 86_400.0, 7 * 86_400.0
_SHARES_APART = 1e-6  # shares written with few digits still add up to 1


def _check_above_zero(name: str, zh: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise SimulationError(
            f"{name} is {value:g}: give a number above 0", zh=f"{zh}（{name}）为 {value:g}：请给出大于0的数"
        )


def _check_time(name: str, zh: str, value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise SimulationError(
            f"{name} is {value:g}: give seconds, 0 or more",
            zh=f"{zh}（{name}）为 {value:g}：请给出不小于0的秒数",
        )


def _check_whole(name: str, zh: str, value: float, least: int) -> None:
    if not (math.isfinite(value) and value == int(value) and value >= least):
        raise SimulationError(
            f"{name} is {value:g}: give a whole number, {least} or more",
            zh=f"{zh}（{name}）为 {value:g}：请给出不小于{least}的整数",
        )


def _check_share(name: str, zh: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise SimulationError(
            f"{name} is {value:g}: give a share from 0 to 1",
            zh=f"{zh}（{name}）为 {value:g}：请给出0到1之间的比例",
        )


def _check_hours(hours: str) -> None:
    try:
        parse_hours(hours)
    except OptionError as error:
        raise SimulationError(str(error), zh=error.zh) from error


def _check_profile(weights: tuple[float, ...]) -> None:
    """Refuse a profile of the week that no calls can follow."""
    if not weights:
        return
    if len(weights) != HOURS_OF_WEEK:
        raise SimulationError(
            f"{len(weights)} weights for the hours of the week: give {HOURS_OF_WEEK}, from Monday 00:00",
            zh=f"一周各小时的权重有{len(weights)}个：请从周一0时起给出{HOURS_OF_WEEK}个",
        )
    if not all(math.isfinite(w) and w >= 0 for w in weights) or not sum(weights) > 0:
        raise SimulationError(
            "the weights of the hours are negative, no numbers, or all 0: give 0 or more, not all of them 0",
            zh="各小时的权重有负数、非数字，或全部为0：请给出不小于0的数，且不全为0",
        )


def _check_priorities(priorities: tuple[Priority, ...]) -> None:
    """Refuse priorities that do not share out all calls."""
    total = sum(priority.share for priority in priorities)
    if not math.isclose(total, 1.0, abs_tol=_SHARES_APART):
        raise SimulationError(
            f"the priorities' shares add up to {total:g}: together they are all calls, 1",
            zh=f"各优先级的比例之和为 {total:g}：应等于1",
        )
    names = [priority.name for priority in priorities]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SimulationError(
            f"priorities of the same name: {name_some(twice)}: give each its own",
            zh=f"优先级名称重复：{name_some(twice)}，请分别命名",
        )


def _check_centres(shares: Mapping[Centre, float]) -> None:
    """Refuse shares of centres that there are not, or that are more than all calls."""
    strange = [name for name in shares if name not in get_args(Centre)]
    if strange:
        known = ", ".join(get_args(Centre))
        raise SimulationError(
            f"shares of centres that there are not: {name_some(strange)}: use {known}",
            zh=f"没有以下救治中心：{name_some(strange)}，可用 {known}",
        )
    for name, value in shares.items():
        _check_share(name, "救治中心比例", value)
    if sum(shares.values()) > 1 + _SHARES_APART:
        total = sum(shares.values())
        raise SimulationError(
            f"the centres' shares add up to {total:g}: they are shares of all calls, 1 at most",
            zh=f"各救治中心的比例之和为 {total:g}：是占全部呼救的比例，合计不超过1",
        )


@dataclass(frozen=True)
class Duration:
    """
    How long something takes, as a law of chance.

    Parameters
    ----------
    mean_s
        Mean, seconds.
    law
        ``fixed``, ``exponential``, ``lognormal`` or ``gamma``.
    cv
        Standard deviation as a share of the mean, for the last two.
    source
        Where the figure comes from.
    """

    mean_s: float
    law: Law = "fixed"
    cv: float = 0.5
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse negative times."""
        if not (math.isfinite(self.mean_s) and self.mean_s >= 0):
            raise SimulationError(
                f"a time of {self.mean_s:g} s: give seconds, 0 or more",
                zh=f"时间为 {self.mean_s:g} 秒：请给出不小于0的秒数",
            )
        if not (math.isfinite(self.cv) and self.cv > 0):
            raise SimulationError(
                f"a coefficient of variation of {self.cv:g}: give a number above 0",
                zh=f"变异系数为 {self.cv:g}：请给出大于0的数",
            )


@dataclass(frozen=True)
class Priority:
    """
    A class of calls: who is served first, and how.

    Parameters
    ----------
    name
        As it is printed.
    share
        Of all calls.
    condition
        Driving condition on the way to it, in place of the hour's; empty for the hour's.
    transport_share
        Share of its patients who are taken to a hospital; NaN for the rules' own.
    """

    name: str
    share: float
    condition: str = ""
    transport_share: float = math.nan

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        _check_share("share", "比例", self.share)
        if not math.isnan(self.transport_share):
            _check_share("transport_share", "送院比例", self.transport_share)


@dataclass(frozen=True)
class Standby:
    """
    A place other than their base where ambulances wait at some hours.

    Parameters
    ----------
    facility_id
        The base they belong to.
    lon, lat
        The place, WGS84.
    name
        As it is printed.
    ambulances
        How many of the base's wait there.
    hours
        When, as `coverage.duty_hours` reads it; empty for always.
    """

    facility_id: str
    lon: float
    lat: float
    name: str = ""
    ambulances: int = 1
    hours: str = ""

    def __post_init__(self) -> None:
        """Refuse a place nowhere, nobody there, and hours of no day."""
        if not (math.isfinite(self.lon) and math.isfinite(self.lat)):
            raise SimulationError(
                f"the standby place {self.name or self.facility_id} has no coordinates: give lon and lat",
                zh=f"待命点 {self.name or self.facility_id} 没有坐标：请填写 lon 和 lat",
            )
        _check_whole("ambulances", "救护车数", self.ambulances, 1)
        _check_hours(self.hours)


@dataclass(frozen=True)
class Shift:
    """
    Hours at which some of a base's ambulances are staffed; those not named are there at the base's hours.

    Parameters
    ----------
    facility_id
        The base.
    ambulances
        How many.
    hours
        When, as `coverage.duty_hours` reads it.
    """

    facility_id: str
    ambulances: int
    hours: str

    def __post_init__(self) -> None:
        """Refuse nobody, and hours of no day."""
        _check_whole("ambulances", "救护车数", self.ambulances, 1)
        _check_hours(self.hours)


@dataclass(frozen=True)
class PastCalls:
    """
    Calls of the past, from which a simulated year draws places and hours.

    Parameters
    ----------
    time_s
        Shape (n,), seconds since Monday 00:00 of the call's own week, local time.
    lon, lat
        Shape (n,), WGS84.
    priority, centre
        Shape (n,), names; empty where not known.
    n_days
        Days that the file spans, first and last included.
    source
        Name of the file.
    """

    time_s: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    priority: NDArray[np.object_]
    centre: NDArray[np.object_]
    n_days: float
    source: str


@dataclass(frozen=True)
class Rules:
    """
    What a simulated year is played by.

    Parameters
    ----------
    days, calls_per_day
        Length of a replication, and calls a day of it on average, whichever hours of the week it has.
    replications, seed
        How often the year is played, and where the random numbers begin.
    hour_of_week
        168 weights from Monday 00:00, of any mean; empty for calls that come evenly.
    past_calls
        Where given, places and hours are drawn from it instead of people and `hour_of_week`.
    priorities
        Most urgent first; their shares add up to 1.
    centre_shares
        Share of the calls that need each of the five centres; the rest go to any hospital.
    handling
        From the call to the alarm; the promise's own, fixed, where None.
    turnout_s
        By hours of the day (as `coverage.duty_hours` reads them), in place of the bases' own figures.
    scene, handover
        At the patient's side, and at the hospital.
    transport_share
        Share of patients who are taken to a hospital.
    dispatch
        ``nearest``: the free unit that is there first. ``preparedness``: among those that keep the limit
        the one whose absence costs the county least (Jagtenberg, Bhulai and van der Mei 2017, on Daskin's
        expected coverage); the nearest where none keeps it.
    busy_share
        How much of the time an ambulance is busy, for the second rule.
    redirect
        Whether a returning unit may be sent before it is back.
    wait
        Whether a call waits when no unit is free; it is lost to the county (a neighbour comes) where not.
    standby, shifts
        Where and when ambulances wait otherwise.
    warm_up_s
        Played before the record begins.
    sources
        Where each rule comes from, by the name of its field: a file, or ``command line``; the program's
        default where a rule is as usual and nobody is named.
    """

    days: float = 365.0
    calls_per_day: float = 24.0
    replications: int = 10
    seed: int = 1
    hour_of_week: tuple[float, ...] = ()
    past_calls: PastCalls | None = None
    priorities: tuple[Priority, ...] = (Priority("", 1.0),)
    centre_shares: Mapping[Centre, float] = field(default_factory=lambda: MappingProxyType({}))
    handling: Duration | None = None
    turnout_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    # an ambulance simulation of Auckland: scene and handover exponential of mean 12 min, 80 % transported
    scene: Duration = Duration(720.0, "exponential", source="Auckland")
    handover: Duration = Duration(720.0, "exponential", source="Auckland")
    transport_share: float = 0.8
    dispatch: DispatchRule = "nearest"
    busy_share: float = 0.3
    redirect: bool = True
    wait: bool = True
    standby: tuple[Standby, ...] = ()
    shifts: tuple[Shift, ...] = ()
    warm_up_s: float = DAY_S
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuse what cannot be played."""
        for name, zh in (("days", "天数"), ("calls_per_day", "日均呼救数")):
            _check_above_zero(name, zh, getattr(self, name))
        n_calls = self.days * self.calls_per_day
        if n_calls > MOST_CALLS:
            raise SimulationError(
                f"{n_calls:,.0f} calls in a replication, and at most {MOST_CALLS:,} are played: "
                "give fewer days or calls a day",
                zh=f"每次重复有{n_calls:,.0f}次呼救，最多{MOST_CALLS:,}次：请减少天数或日均呼救数",
            )
        _check_whole("replications", "重复次数", self.replications, 1)
        _check_whole("seed", "随机种子", self.seed, 0)
        _check_share("transport_share", "送院比例", self.transport_share)
        if not 0 < self.busy_share < 1:
            raise SimulationError(
                f"busy_share is {self.busy_share:g}: give a share above 0 and below 1, such as 0.3",
                zh=f"busy_share 为 {self.busy_share:g}：请给出大于0、小于1的比例，例如0.3",
            )
        if self.dispatch not in get_args(DispatchRule):
            raise SimulationError(
                f"the rule of dispatch is {self.dispatch!r}: choose nearest or preparedness",
                zh=f"派车规则为 {self.dispatch!r}：请选择 nearest（就近）或 preparedness（兼顾备勤）",
            )
        for name, zh, times in (
            ("warm_up_s", "预热时间", [self.warm_up_s]),
            ("turnout_s", "出车准备时间", self.turnout_s.values()),
        ):
            for value in times:
                _check_time(name, zh, value)
        try:
            check_apart(self.turnout_s)
        except OptionError as error:
            raise SimulationError(f"turnout_s: {error}", zh=f"出车准备时间：{error.zh}") from error
        _check_profile(self.hour_of_week)
        _check_priorities(self.priorities)
        _check_centres(self.centre_shares)


@dataclass(frozen=True)
class Calls:
    """
    The calls of one replication, the same for every option (common random numbers).

    Parameters
    ----------
    time_s
        Shape (n,), ascending, from the start of the warm-up; the year begins on a Monday 00:00.
    place
        Shape (n,), number of the call place (the study area's demand points, or the places of past calls).
    priority
        Shape (n,), number of the priority.
    centre
        Shape (n,), number in ``CENTRES``; -1 where none is needed.
    scene_s, handover_s, handling_s
        Shape (n,).
    is_transported
        Shape (n,).
    """

    time_s: NDArray[np.float64]
    place: NDArray[np.int64]
    priority: NDArray[np.int64]
    centre: NDArray[np.int64]
    handling_s: NDArray[np.float64]
    scene_s: NDArray[np.float64]
    handover_s: NDArray[np.float64]
    is_transported: NDArray[np.bool_]


@dataclass(frozen=True)
class Played:
    """
    What was recorded of one replication.

    Parameters
    ----------
    calls
        The calls; those of the warm-up have ``time_s < warm_up_s`` and are left out of every figure.
    unit
        Shape (n_calls,), number of the unit sent; -1 for a call that nobody can reach, or that was lost.
    wait_s
        Shape (n_calls,), from the alarm until a unit was free to be sent; ``inf`` for a call lost or out of
        reach.
    response_s
        Shape (n_calls,), call to the patient's side, handling, waiting, turnout, travel and walk included;
        ``inf`` for a call lost or out of reach.
    rolling_s
        Shape (n_calls,), the same from the moment the wheels turn.
    hospital
        Shape (n_calls,), row of the facility taken to; -1 where the patient was not taken anywhere.
    door_s
        Shape (n_calls,), call to that hospital's door; ``inf`` where not taken.
    clear_s
        Shape (n_calls,), when the unit was free again, on the clock of ``time_s``; ``inf`` for a call lost.
    is_lost
        Shape (n_calls,), nobody was free, and the rules do not let a call wait.
    was_redirected
        Shape (n_calls,), the unit was on its way back.
    is_stranded
        Shape (n_calls,), no road leads the unit back from where the job ended: its way takes as long as the
        way there.
    busy_s, overtime_s, duty_s
        Shape (n_units,), time from alarm to clear, what of it lies outside the unit's duty, and time on
        duty, within the record.
    """

    calls: Calls
    unit: NDArray[np.int64]
    wait_s: NDArray[np.float64]
    response_s: NDArray[np.float64]
    rolling_s: NDArray[np.float64]
    hospital: NDArray[np.int64]
    door_s: NDArray[np.float64]
    clear_s: NDArray[np.float64]
    is_lost: NDArray[np.bool_]
    was_redirected: NDArray[np.bool_]
    is_stranded: NDArray[np.bool_]
    busy_s: NDArray[np.float64]
    overtime_s: NDArray[np.float64]
    duty_s: NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """
    A figure of the simulated year with its 95 % interval over the replications.

    Parameters
    ----------
    value
        Mean over the replications, each weighing as many calls as it had.
    low, high
        Student's interval; NaN with one replication.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SimulatedOutcome:
    """
    A simulated year with the county as it is, or with an option.

    Every table has, for each figure ``x``, its mean over the replications (each weighing as many calls as it
    had) and the columns ``x_low`` and ``x_high`` of the 95 % interval (NaN with one replication, or with
    fewer than 30 calls in all). Counts of
    calls are those of the days that were played.

    Parameters
    ----------
    key
        ``0`` for the county as it is, then ``A``, ``B``, …
    option
        What is done; nothing for the county as it is.
    text, source
        The option's file as it was read, and its name; empty for the county as it is.
    standard
        The promise, the option's own figures among them.
    units
        One row an ambulance: ``id``, ``facility_id``, ``facility_name``, ``number`` (of the base's), and
        figures ``utilisation`` (busy share of its time on duty), ``calls``, ``busy_h_per_day`` (on duty or
        not), ``overtime_h_per_day`` (what of that lies beyond its duty).
    groups
        Figures of groups of calls, one row each: ``group`` (``all``, ``class``, ``township``, ``priority``,
        ``centre``, ``hospital``), ``id``, ``name``, and figures ``calls``, ``within_share``,
        ``unhindered_share`` (of the same calls by the same rules, were every ambulance on duty free at its
        post: the difference is what business costs), ``mean_s``, ``median_s``, ``p90_s`` (on the promise's
        own clock; of calls that were reached), ``waited_share`` (of calls that waited for a unit),
        ``wait_mean_s`` (of those that waited), ``lost_share``, ``unreached_share``, ``door_median_s``,
        ``door_p90_s`` (call to door of those taken to a hospital),
        ``no_door_share`` (of calls whose patient no hospital can be reached for), ``no_way_back_share`` (of
        calls after which no road leads the ambulance back). Medians and 90th percentiles are those of the
        calls of all replications together.
        In ``within_share`` calls lost or out of reach are not within. A township without a call has NaN.
    hours
        One row an hour of the day, 0 to 23: figures ``calls``, ``within_share``, ``mean_s``, ``p90_s``,
        ``busy_units`` (units busy on average).
    response_curve
        One row a minute of response, 0 to 60: ``minute``, ``share`` (of all calls, reached within it),
        ``share_low``, ``share_high``.
    n_calls
        Recorded over all replications.
    """

    key: str
    option: Option
    text: str
    source: str
    standard: ResponseStandard
    units: pd.DataFrame
    groups: pd.DataFrame
    hours: pd.DataFrame
    response_curve: pd.DataFrame
    n_calls: int

    @property
    def is_baseline(self) -> bool:
        """Whether this is the county as it is."""
        return self.key == "0"


@dataclass(frozen=True)
class Simulation:
    """
    Everything the reports of ``coverage simulate`` show.

    Parameters
    ----------
    area
        The study area as it is.
    standard, speeds, condition
        The promise, and what was driven by where the speed table names no hours of its own.
    rules
        What was played.
    outcomes
        The county as it is first, then the options.
    differences
        One row an option and measure, from paired replications: ``key``, ``against`` (``0`` for the county
        as it is, or an option before it), ``group`` (``all``, ``class``; ``township`` against the county as
        it is alone), ``id``, ``name``,
        ``measure`` (``within_share``, ``mean_s``, ``median_s``, ``p90_s``, ``waited_share``, ``lost_share``),
        ``value``, ``low``, ``high`` (95 %; NaN with one replication, or fewer than 30 calls in all),
        ``is_clear`` (the interval leaves 0 out).
    assessment
        What ``analyze`` says of the county as it is, from which reports tell how far its data go; none of its
        shares is shown, since it knows nothing of the rules.
    notes
        What a reader must know.
    """

    area: StudyArea
    standard: ResponseStandard
    speeds: SpeedTable
    condition: str
    rules: Rules
    outcomes: tuple[SimulatedOutcome, ...]
    differences: pd.DataFrame
    assessment: Assessment
    notes: tuple[Note, ...] = field(default=())

    @property
    def baseline(self) -> SimulatedOutcome:
        """The county as it is."""
        return self.outcomes[0]

    @property
    def options(self) -> tuple[SimulatedOutcome, ...]:
        """The outcomes of the options."""
        return self.outcomes[1:]
