"""What was recorded of a simulated year, as figures: by group of calls, by hour, by unit, and their curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.assessment import is_within
from coverage.simulating.estimates import Sample, estimate, estimate_quantiles
from coverage.simulating.unhindered import Unhindered
from coverage.simulation import DAY_S, SimulatedOutcome
from coverage.standards import MINUTE_S
from coverage.study_area import CENTRES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coverage.simulating.estimates import Finding
    from coverage.simulating.stage import Stage
    from coverage.simulation import Played

    Weighed = tuple[NDArray[np.float64], NDArray[np.float64]]

HOUR_S = 3600.0
DAY_H = 24
CURVE_MIN = 60
"""As far as the curve of response goes, minutes."""
SHARES = (
    "within_share",
    "unhindered_share",
    "waited_share",
    "lost_share",
    "unreached_share",
    "no_door_share",
    "no_way_back_share",
)
TIMES = ("mean_s", "median_s", "p90_s")
GROUP_FIGURES = ("calls", "within_share", *TIMES, *SHARES[1:], "wait_mean_s", "door_median_s", "door_p90_s")
_DOOR_TIMES = ("door_median_s", "door_p90_s")
_QUANTILES = (0.5, 0.9)  # of both kinds of times


@dataclass(frozen=True)
class Grouping:
    """
    Groups of calls of one kind.

    Parameters
    ----------
    name
        ``all``, ``class``, ``township``, ``priority``, ``centre`` or ``hospital``.
    ids, names
        One a group.
    """

    name: str
    ids: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class _Record:
    """The calls of one replication that count, on the promise's own clock."""

    hour: NDArray[np.int64]
    response_s: NDArray[np.float64]
    wait_s: NDArray[np.float64]
    door_s: NDArray[np.float64]
    is_within: NDArray[np.bool_]
    is_unhindered_within: NDArray[np.bool_]
    is_lost: NDArray[np.bool_]
    has_no_door: NDArray[np.bool_]
    is_stranded: NDArray[np.bool_]
    unit: NDArray[np.int64]
    codes: Mapping[str, NDArray[np.int64]]


def summarise(stage: Stage, key: str, text: str, source: str, played: Sequence[Played]) -> SimulatedOutcome:
    """
    Say what the replications of one outcome say together.

    Parameters
    ----------
    stage
        What was played on.
    key
        ``0`` for the county as it is, then ``A``, ``B``, …
    text, source
        The option's file as it was read, and its name; empty for the county as it is.
    played
        The replications.

    Returns
    -------
    SimulatedOutcome
        Every figure with its interval; see `coverage.simulating.estimates.estimate`.
    """
    records = _records(stage, played)
    tables = [_table(pd.DataFrame(_head(g)), _findings(records, g)) for g in groupings_of(stage)]
    return SimulatedOutcome(
        key=key,
        option=stage.setting.option,
        text=text,
        source=source,
        standard=stage.setting.standard,
        units=_units(stage, played, records),
        groups=pd.concat(tables, ignore_index=True),
        hours=_hours(stage, played, records),
        response_curve=_curve(records),
        n_calls=sum(len(record.hour) for record in records),
    )


def group_findings(
    stage: Stage, played: Sequence[Played], names: Sequence[str]
) -> list[tuple[Grouping, dict[str, Finding]]]:
    """
    Give what the replications say of every group of calls, for each of `GROUP_FIGURES`.

    Parameters
    ----------
    stage
        What was played on.
    played
        The replications.
    names
        Of the kinds of groups.

    Returns
    -------
    list of tuple
        What can be held against the same groups of another stage; all but the way to the hospital's door.
    """
    records = _records(stage, played)
    return [
        (grouping, _findings(records, grouping, seed=stage.rules.seed))
        for grouping in groupings_of(stage)
        if grouping.name in names
    ]


def groupings_of(stage: Stage) -> tuple[Grouping, ...]:
    """Give the groups whose calls are looked at, those without a call as well."""
    area, rules = stage.setting.area, stage.rules
    townships, facilities = area.townships, area.facilities
    outside = ("",) if (np.asarray(stage.place_township) == "").any() else ()
    return (
        Grouping("all", ("all",), ("",)),
        Grouping("class", ("urban", "rural"), ("", "")),
        Grouping("township", (*townships["id"], *outside), (*townships["name"], *outside)),
        Grouping("priority", *((tuple(p.name for p in rules.priorities),) * 2)),
        Grouping("centre", CENTRES, ("",) * len(CENTRES)),
        Grouping("hospital", tuple(facilities["id"]), tuple(facilities["name"])),
    )


def _records(stage: Stage, played: Sequence[Played]) -> list[_Record]:
    unhindered = Unhindered(stage)
    return [_record(stage, one, unhindered.response_s(one.calls)) for one in played]


def _record(stage: Stage, played: Played, unhindered_s: NDArray[np.float64]) -> _Record:
    calls, standard = played.calls, stage.setting.standard
    counts = calls.time_s >= stage.rules.warm_up_s
    place = calls.place[counts]
    response_s = (played.response_s if standard.clock == "call" else played.rolling_s)[counts]
    hour = ((calls.time_s[counts] - stage.rules.warm_up_s) % DAY_S // HOUR_S).astype(np.int64)
    limit_s = np.asarray(stage.place_limit_s)[place]
    townships = pd.Index([*stage.setting.area.townships["id"], ""])
    return _Record(
        hour=hour,
        response_s=response_s,
        wait_s=played.wait_s[counts],
        door_s=played.door_s[counts],
        is_within=is_within(response_s, limit_s),
        is_unhindered_within=is_within(unhindered_s[counts], limit_s),
        is_lost=played.is_lost[counts],
        has_no_door=(calls.is_transported & (played.unit >= 0) & (played.hospital < 0))[counts],
        is_stranded=played.is_stranded[counts],
        unit=played.unit[counts],
        codes={
            "all": np.zeros(len(place), dtype=np.int64),
            "class": np.where(np.asarray(stage.place_class)[place] == "urban", 0, 1),
            "township": townships.get_indexer(pd.Index(np.asarray(stage.place_township)[place])),
            "priority": calls.priority[counts],
            "centre": calls.centre[counts],
            "hospital": played.hospital[counts],
        },
    )


def _group_figures(record: _Record, grouping: Grouping) -> dict[str, Weighed]:
    """Give each figure of a replication by group, and what it stands on."""
    code, n = record.codes[grouping.name], len(grouping.ids)
    reached = np.isfinite(record.response_s)
    waited = np.isfinite(record.wait_s) & (record.wait_s > 0)
    calls = _count(code, n)
    shares = {
        "within_share": record.is_within,
        "unhindered_share": record.is_unhindered_within,
        "waited_share": waited,
        "lost_share": record.is_lost,
        "unreached_share": ~reached & ~record.is_lost,
        "no_door_share": record.has_no_door,
        "no_way_back_share": record.is_stranded,
    }
    found: dict[str, Weighed] = {"calls": (calls, np.ones(n))}
    found |= {name: (_over(_count(code[mine], n), calls), calls) for name, mine in shares.items()}
    for name, mine, seconds in (
        ("mean_s", reached, record.response_s),
        ("wait_mean_s", waited, record.wait_s),
    ):
        weight = _count(code[mine], n)
        total: NDArray[np.float64] = np.bincount(
            code[mine & (code >= 0)], seconds[mine & (code >= 0)], minlength=n
        ).astype(np.float64)
        found[name] = (_over(total, weight), weight)
    return found


def _findings(
    records: Sequence[_Record], grouping: Grouping, *, seed: int | None = None
) -> dict[str, Finding]:
    """Put the replications' figures of the groups together, so that times can be compared where seeded."""
    samples = _samples(grouping, [_group_figures(record, grouping) for record in records])
    found = {name: estimate(sample) for name, sample in samples.items()}
    found |= zip(TIMES[1:], _quantiles(records, grouping, "response_s", seed), strict=True)
    found |= zip(_DOOR_TIMES, _quantiles(records, grouping, "door_s", None), strict=True)
    return {name: found[name] for name in GROUP_FIGURES}


def _quantiles(records: Sequence[_Record], grouping: Grouping, clock: str, seed: int | None) -> list[Finding]:
    """Give median and 90th percentile of a time of the calls of all replications, where there is any."""
    seconds = np.concatenate([getattr(record, clock) for record in records])
    code = np.concatenate([record.codes[grouping.name] for record in records])
    replication = np.repeat(np.arange(len(records)), [len(record.hour) for record in records])
    mine = np.isfinite(seconds) & (code >= 0)
    shape = (len(records), len(grouping.ids))
    return estimate_quantiles(seconds[mine], replication[mine], code[mine], shape, _QUANTILES, seed=seed)


def _samples(grouping: Grouping, figures: Sequence[Mapping[str, Weighed]]) -> dict[str, Sample]:
    """Lay the replications' figures of the groups one below the other."""
    return {
        name: Sample(
            np.array([one[name][0] for one in figures]).reshape(len(figures), len(grouping.ids)),
            np.array([one[name][1] for one in figures]).reshape(len(figures), len(grouping.ids)),
            is_share=name in SHARES,
            of_calls=name != "calls",
        )
        for name in figures[0]
    }


def _head(grouping: Grouping) -> dict[str, Sequence[str]]:
    return {"group": [grouping.name] * len(grouping.ids), "id": grouping.ids, "name": grouping.names}


def _table(head: pd.DataFrame, findings: Mapping[str, Finding]) -> pd.DataFrame:
    """Give each figure with its bounds beside it."""
    columns: dict[str, NDArray[np.float64]] = {}
    for name, found in findings.items():
        columns |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    return head.assign(**columns)


def _count(code: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(code[code >= 0], minlength=n), dtype=np.float64)


def _over(total: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.full(len(weight), np.nan)
    np.divide(total, weight, out=found, where=weight > 0)
    return found


def _hours(stage: Stage, played: Sequence[Played], records: Sequence[_Record]) -> pd.DataFrame:
    """Give the figures by hour of the day."""
    grouping = Grouping("hour", tuple(map(str, range(DAY_H))), ("",) * DAY_H)
    by_hour = [_Record(**{**record.__dict__, "codes": {"hour": record.hour}}) for record in records]
    findings = _findings(by_hour, grouping)
    busy = np.array([_busy_units(stage, one) for one in played]).reshape(len(played), DAY_H)
    kept = {name: findings[name] for name in ("calls", "within_share", "mean_s", "p90_s")}
    head = pd.DataFrame({"hour": np.arange(DAY_H)})
    return _table(head, {**kept, "busy_units": estimate(Sample(busy, np.ones_like(busy)))})


def _busy_units(stage: Stage, played: Played) -> NDArray[np.float64]:
    """Shape (24,), how many units are busy on average, from the alarm to clear."""
    calls, rules = played.calls, stage.rules
    served = played.unit >= 0
    alarm_s = (calls.time_s + calls.handling_s)[served] + played.wait_s[served]
    window = (0.0, rules.days * DAY_S)
    start_s = np.clip(alarm_s - rules.warm_up_s, *window)
    end_s = np.clip(played.clear_s[served] - rules.warm_up_s, *window)
    hours = np.arange(DAY_H)[:, None] * HOUR_S

    def before(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much of each hour of the day has gone by since the record began."""
        gone = time_s // DAY_S * HOUR_S + np.clip(time_s % DAY_S - hours, 0.0, HOUR_S)
        return np.asarray(gone, dtype=np.float64)

    length_s = before(np.array([window[1]]))[:, 0]
    busy_s: NDArray[np.float64] = (before(end_s) - before(start_s)).sum(axis=1)
    return _over(busy_s, length_s)


def _units(stage: Stage, played: Sequence[Played], records: Sequence[_Record]) -> pd.DataFrame:
    """Give the figures by ambulance."""
    n = len(stage.units)
    shape = (len(played), n)
    duty = np.array([one.duty_s for one in played]).reshape(shape)
    busy = np.array([one.busy_s for one in played]).reshape(shape)
    overtime = np.array([one.overtime_s for one in played]).reshape(shape)
    calls = np.array([_count(record.unit, n) for record in records]).reshape(shape)
    once, day_h = np.ones(shape), HOUR_S * stage.rules.days
    # a sum of floats must not make more of a day than there is
    utilisation = np.divide(
        np.minimum(busy - overtime, duty), duty, out=np.full(shape, np.nan), where=duty > 0
    )
    samples = {
        "utilisation": Sample(utilisation, duty),
        "calls": Sample(calls, once),
        "busy_h_per_day": Sample(busy / day_h, once),
        "overtime_h_per_day": Sample(overtime / day_h, once),
    }
    head = stage.units[["id", "facility_id", "facility_name", "number"]].reset_index(drop=True)
    return _table(head, {name: estimate(sample) for name, sample in samples.items()})


def _curve(records: Sequence[_Record]) -> pd.DataFrame:
    """Give the share of all calls that were reached within each minute."""
    minutes = np.arange(CURVE_MIN + 1)
    calls = np.array([[float(len(record.hour))] * len(minutes) for record in records])
    within = [
        is_within(record.response_s[:, None], minutes[None, :] * MINUTE_S).sum(axis=0) for record in records
    ]
    share = np.divide(
        np.array(within, dtype=np.float64), calls, out=np.full(calls.shape, np.nan), where=calls > 0
    )
    return _table(pd.DataFrame({"minute": minutes}), {"share": estimate(Sample(share, calls, is_share=True))})
