"""The calls of one replication, drawn so that nothing an option changes shifts the rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincinv, ndtri

from coverage.errors import SimulationError, name_some
from coverage.simulation import DAY_S, HOURS_OF_WEEK, Calls
from coverage.study_area import CENTRES

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from coverage.simulating.stage import Stage
    from coverage.simulation import Duration, PastCalls, Rules

HOUR_S = 3600.0
# a stream of random numbers for each attribute: what one of them takes, no other misses
_STREAMS = ("arrival", "time", "place", "priority", "centre", "handling", "scene", "handover", "transport")
NO_CENTRE = -1


def draw_calls(stage: Stage, replication: int) -> Calls:
    """
    Draw the calls of one replication.

    Arrivals are a Poisson process whose rate follows the hours of the week (or those of the calls of the
    past, each drawn again at its place), as many a day on average as the rules say in the days that are
    played, whichever hours of the week these have. A past call comes at another moment of its own hour; each
    attribute has random numbers of its own, one a call, so that the calls of two rules that differ in one
    attribute are alike in all others.

    Parameters
    ----------
    stage
        Of the county as it is: its people (or past calls) say where calls come from.
    replication
        Number of the replication.

    Returns
    -------
    Calls
        From the start of the warm-up to the end of the year.

    Raises
    ------
    SimulationError
        If past calls have priorities that the rules do not know.
    """
    rules = stage.rules
    streams = {
        name: np.random.default_rng(np.random.SeedSequence((rules.seed, replication, k)))
        for k, name in enumerate(_STREAMS)
    }
    past = rules.past_calls
    profile = np.array(rules.hour_of_week or (1.0,) * HOURS_OF_WEEK)
    if past is not None:
        profile = np.bincount(_hours_of(past), minlength=HOURS_OF_WEEK).astype(np.float64)
    time_s, hour = _arrivals(rules, profile, streams)
    draws = {name: streams[name].random(len(time_s)) for name in _STREAMS[2:]}
    if past is None:
        place = _chosen(draws["place"], stage.place_weight)
        known_priority = known_centre = np.full(len(time_s), -1)
    else:
        which = _drawn_again(past, hour, draws["place"])
        place = stage.places.past_place[which]
        known_priority = _known_priorities(rules, past)[which]
        known_centre = _known_centres(past)[which]
    priority = _chosen(draws["priority"], [p.share for p in rules.priorities])
    priority = np.where(known_priority >= 0, known_priority, priority)
    centre = _drawn_centres(rules, draws["centre"])
    if past is not None and (past.centre != "").any():
        centre = known_centre
    shares = [p.transport_share for p in rules.priorities]
    share = np.array([rules.transport_share if math.isnan(s) else s for s in shares])[priority]
    handling = rules.handling
    fixed_s = stage.setting.standard.handling_s
    return Calls(
        time_s=time_s,
        place=place.astype(np.int64),
        priority=priority.astype(np.int64),
        centre=centre.astype(np.int64),
        handling_s=np.full(len(time_s), fixed_s)
        if handling is None
        else lasting(handling, draws["handling"]),
        scene_s=lasting(rules.scene, draws["scene"]),
        handover_s=lasting(rules.handover, draws["handover"]),
        is_transported=draws["transport"] < share,
    )


def lasting(duration: Duration, draw: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Turn evenly spread random numbers into times, by the inverse of the law.

    Parameters
    ----------
    duration
        The law.
    draw
        Shape (n,), in [0, 1).

    Returns
    -------
    ndarray
        Shape (n,), seconds.
    """
    mean, cv = duration.mean_s, duration.cv
    if duration.law == "exponential":
        return np.asarray(-mean * np.log1p(-draw))
    if duration.law == "lognormal":
        spread = math.sqrt(math.log1p(cv * cv))
        # the least number drawn is 0, whose logarithm of time would be none
        z = ndtri(np.maximum(draw, 2.0**-54))
        return np.asarray(mean * np.exp(spread * z - spread * spread / 2))
    if duration.law == "gamma":
        shape = 1 / (cv * cv)
        return np.asarray(gammaincinv(shape, draw) * (mean / shape))
    return np.full(len(draw), mean)


def _arrivals(
    rules: Rules, profile: NDArray[np.float64], streams: dict[str, np.random.Generator]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Draw a Poisson process by the inverse of its expected count; give the hours of the week as well."""
    end_s = rules.warm_up_s + rules.days * DAY_S
    # hours from the first one of the warm-up; the year begins on a Monday 00:00
    first = -math.ceil(rules.warm_up_s / HOUR_S)
    edges_s = rules.warm_up_s + HOUR_S * np.arange(first, math.ceil(rules.days * DAY_S / HOUR_S) + 1)
    hours = np.arange(first, first + len(edges_s) - 1) % HOURS_OF_WEEK
    starts_s, stops_s = np.clip(edges_s[:-1], 0, end_s), np.clip(edges_s[1:], 0, end_s)
    expected = rules.calls_per_day / DAY_S * (profile / profile.mean())[hours] * (stops_s - starts_s)
    # a year has 53 Mondays, and a day is a Monday: the calls a day are those of the days that are played
    is_recorded = starts_s >= rules.warm_up_s
    recorded = expected[is_recorded].sum()
    if recorded > 0:
        expected[is_recorded] *= rules.calls_per_day * rules.days / recorded
    total = np.concatenate(([0.0], np.cumsum(expected)))
    n = streams["arrival"].poisson(total[-1])
    reached = np.sort(streams["time"].random(n)) * total[-1]
    # hours without calls have no width in the count, and none is drawn in them
    hour = np.minimum(
        np.searchsorted(total, reached, side="right") - 1, np.append(0, np.flatnonzero(expected))[-1]
    )
    return np.interp(reached, total, np.concatenate((starts_s, stops_s[-1:]))), hours[hour]


def _drawn_again(past: PastCalls, hour: NDArray[np.int64], draw: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw for each hour of the week one of the calls of the past that came in it."""
    past_hour = _hours_of(past)
    order = np.argsort(past_hour, kind="stable")
    count = np.bincount(past_hour, minlength=HOURS_OF_WEEK)
    nth = np.minimum((draw * count[hour]).astype(np.int64), count[hour] - 1)
    return np.asarray(order[(np.cumsum(count) - count)[hour] + nth], dtype=np.int64)


def _hours_of(past: PastCalls) -> NDArray[np.int64]:
    """Give the hour of the week of every past call."""
    return np.asarray(past.time_s // HOUR_S, dtype=np.int64) % HOURS_OF_WEEK


def _chosen(draw: NDArray[np.float64], weights: ArrayLike) -> NDArray[np.int64]:
    """Choose by weight: what has none is never chosen."""
    weight = np.asarray(weights, dtype=np.float64)
    total = np.cumsum(weight)
    chosen = np.searchsorted(total, draw * total[-1], side="right")
    return np.asarray(np.minimum(chosen, int(np.flatnonzero(weight)[-1])), dtype=np.int64)


def _drawn_centres(rules: Rules, draw: NDArray[np.float64]) -> NDArray[np.int64]:
    shares = np.array([rules.centre_shares.get(centre, 0.0) for centre in CENTRES])
    centre = np.searchsorted(np.cumsum(shares), draw, side="right")
    return np.where(centre < len(CENTRES), centre, NO_CENTRE).astype(np.int64)


def _known_priorities(rules: Rules, past: PastCalls) -> NDArray[np.int64]:
    """Number the priorities of past calls; -1 where they are not known, or the rules name none."""
    names = [priority.name for priority in rules.priorities]
    if names == [""]:
        return np.full(len(past.priority), -1)
    number = {"": -1, **{name: i for i, name in enumerate(names) if name}}
    strange = sorted({str(name) for name in past.priority} - number.keys())
    if strange:
        raise SimulationError(
            f"{past.source}: priorities that the rules do not name: {name_some(strange)}: "
            f"the rules have {name_some(names)}",
            zh=f"{past.source}：规则中没有以下优先级：{name_some(strange)}，可用 {name_some(names)}",
        )
    return np.array([number[str(name)] for name in past.priority], dtype=np.int64)


def _known_centres(past: PastCalls) -> NDArray[np.int64]:
    number = {name: i for i, name in enumerate(CENTRES)}
    return np.array([number.get(str(name), NO_CENTRE) for name in past.centre], dtype=np.int64)  # type: ignore[call-overload]
