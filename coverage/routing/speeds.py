"""Ambulance speeds by road class, surface and driving condition, as a table a planner can edit."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from coverage.duty_hours import DAY_MIN, check_apart, minutes_of
from coverage.errors import OptionError, SpeedError
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

KPH_PER_MPS = 3.6
KPH_PER_MPH = 1.609344
SPEED_TABLES = ("class_kph", "surface", "smoothness", "tracktype", "conditions")
"""Parts of a speed table, by the name of the field."""
OTHER_ROAD_CLASSES = ("path", "footway", "pedestrian", "cycleway", "bridleway", "escape", "raceway")
"""Classes of OpenStreetMap without a speed by default, to which a planner may give one."""

# Published defaults of a national accessibility study: motorway to service in km/h. They carry no siren
# factor of their own and agree with the siren speeds of the Auckland ambulance model on motorways (91 km/h),
# so they stand for driving with the siren. `road` is OSM's word for a class nobody has determined yet.
_CLASS_KPH = {
    "motorway": 90.0,
    "motorway_link": 60.0,
    "trunk": 80.0,
    "trunk_link": 50.0,
    "primary": 70.0,
    "primary_link": 45.0,
    "secondary": 60.0,
    "secondary_link": 40.0,
    "tertiary": 50.0,
    "tertiary_link": 35.0,
    "unclassified": 40.0,
    "residential": 30.0,
    "road": 30.0,
    "living_street": 20.0,
    "service": 20.0,
    "busway": 30.0,
    "bus_guideway": 30.0,
    "track": 20.0,
}
_UNPAVED = [
    "unpaved",
    "gravel",
    "fine_gravel",
    "compacted",
    "dirt",
    "earth",
    "ground",
    "grass",
    "grass_paver",
    "mud",
    "sand",
    "pebblestone",
    "rock",
    "stone",
    "woodchips",
    "cobblestone",
    "unhewn_cobblestone",
]
_BAD = ["bad", "very_bad", "horrible", "very_horrible", "impassable"]

# Auckland: 64 of 91 and 33 of 47 km/h without the siren, 0.70 on both kinds of road. German city: 22 %
# slower at night. Lyon: 20 km/h lost in a jam and in bad weather, a third and a fifth of what a county's
# through roads allow. None of them is Chinese; a planner with measured runs replaces them.
_CONDITIONS = {"siren": 1.00, "normal": 0.70, "night": 0.78, "peak": 0.67, "rain": 0.80}


def frozen_table(table: Mapping[str, float]) -> Mapping[str, float]:
    """Give a copy of a table that nobody can change."""
    return MappingProxyType(dict(table))


@dataclass(frozen=True)
class SpeedTable:
    """
    Speeds by road class, with factors for surface and driving condition.

    The speed of an edge is ``min(class_kph[highway], maxspeed)`` times the smallest factor that applies of
    surface, smoothness and tracktype, times the condition's. A posted limit lowers a class's speed and
    never raises it. A class that is not in the table is not for ambulances, and has no speed.

    Parameters
    ----------
    class_kph
        Kilometres an hour by OSM ``highway`` value, with the siren on a free road.
    surface, smoothness, tracktype
        Factors by tag value; what is not named counts 1.
    conditions
        Factors by driving condition.
    source
        Where the figures come from, printed beside them.
    hours
        Which condition holds at which hours of the day, by span as `coverage.duty_hours` reads it
        (``07:00-09:00`` → ``peak``); a simulated day drives by it. Empty: one condition all day.
    """

    class_kph: Mapping[str, float] = field(default_factory=lambda: frozen_table(_CLASS_KPH))
    surface: Mapping[str, float] = field(default_factory=lambda: frozen_table(dict.fromkeys(_UNPAVED, 0.70)))
    smoothness: Mapping[str, float] = field(default_factory=lambda: frozen_table(dict.fromkeys(_BAD, 0.60)))
    tracktype: Mapping[str, float] = field(default_factory=lambda: frozen_table({"grade5": 0.60}))
    conditions: Mapping[str, float] = field(default_factory=lambda: frozen_table(_CONDITIONS))
    source: str = "default"
    hours: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuse speeds and factors that are not positive."""
        for name in SPEED_TABLES:
            table = getattr(self, name)
            ceiling = 200.0 if name == "class_kph" else 2.0
            bad = {k: v for k, v in table.items() if not (math.isfinite(v) and 0 < v <= ceiling)}
            if bad:
                key, value = next(iter(bad.items()))
                raise SpeedError(
                    f"speeds: {name}.{key} = {value:g}: give a number above 0 and at most {ceiling:g}",
                    zh=f"速度表：{name}.{key} = {value:g}，应大于0且不超过 {ceiling:g}",
                )
        self._check_hours()

    def _check_hours(self) -> None:
        """Refuse hours that are none, that overlap, or whose condition the table has not."""
        try:
            check_apart(self.hours)
        except OptionError as error:
            raise SpeedError(f"speeds: {error}", zh=f"速度表：{error.zh}") from error
        for span, condition in self.hours.items():
            if condition not in self.conditions:
                en, zh = (mark.join(self.conditions) for mark in (", ", "、"))
                raise SpeedError(
                    f"speeds: hours {span!r} have the unknown condition {condition!r}: choose one of {en}",
                    zh=f"速度表：时段“{span}”的行车条件 {condition} 不存在，可选 {zh}",
                )

    def condition_at(self, at_s: float, default: str) -> str:
        """
        Give the driving condition of a time of the day.

        Parameters
        ----------
        at_s
            Seconds after midnight.
        default
            What holds at hours the table does not name.
        """
        minute = int(at_s // MINUTE_S) % DAY_MIN
        spans = ((span, condition) for span, condition in self.hours.items() if minute in minutes_of(span))
        return next((condition for _, condition in spans), default)

    def factor(self, condition: str) -> float:
        """
        Give the factor of a driving condition.

        Raises
        ------
        SpeedError
            If the table has no such condition.
        """
        if condition not in self.conditions:
            names = ", ".join(self.conditions)
            raise SpeedError(
                f"unknown condition {condition!r}: choose one of {names}",
                zh=f"没有名为 {condition} 的行车条件，可选 {'、'.join(self.conditions)}",
            )
        return self.conditions[condition]

    def speeds_kph(self, edges: pd.DataFrame, condition: str = "siren") -> NDArray[np.float64]:
        """
        Give the speed of every edge.

        Parameters
        ----------
        edges
            With ``highway`` and, where known, ``maxspeed``, ``surface``, ``smoothness``, ``tracktype``;
            cells are texts, lists of texts (the slowest counts) or absent.
        condition
            One of the table's conditions.

        Returns
        -------
        ndarray
            Shape (n_edges,), km/h; NaN where the class is not for ambulances.

        Raises
        ------
        SpeedError
            If there is no such condition.
        """
        speed = _by_value(edges["highway"], self.class_kph, default=math.nan)
        if "maxspeed" in edges.columns:
            codes, values = _factorize(edges["maxspeed"])
            limits = np.array([parse_maxspeed(value) for value in values] + [math.nan])
            # fmin passes over a missing limit, and must not bring a barred road to life
            speed = np.where(np.isnan(speed), speed, np.fmin(speed, limits[codes]))
        factor = np.ones(len(edges))
        for name in ("surface", "smoothness", "tracktype"):
            if name in edges.columns:
                factor = np.minimum(factor, _by_value(edges[name], getattr(self, name), default=1.0))
        return np.asarray(speed * factor * self.factor(condition), dtype=np.float64)


DEFAULT_SPEEDS = SpeedTable()


def parse_maxspeed(value: object) -> float:
    """
    Read a ``maxspeed`` tag.

    Parameters
    ----------
    value
        ``"50"``, ``"30 mph"``, ``"80;60"``, ``"walk"``, a number, a list of such, or nothing.

    Returns
    -------
    float
        km/h, the lowest of several; NaN where there is no figure (``none``, ``signals``, ``CN:urban``).
    """
    if isinstance(value, list | tuple | set):
        return _lowest([parse_maxspeed(item) for item in value])
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) and value > 0 else math.nan
    if not isinstance(value, str):
        return math.nan
    return _lowest([_parse_one_limit(part) for part in re.split(r"[;,|]", value)])


def _parse_one_limit(text: str) -> float:
    text = text.strip().lower()
    if text == "walk":
        return 5.0
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?", text)
    if match is None or float(match[1]) == 0:
        return math.nan
    return float(match[1]) * (KPH_PER_MPH if match[2] == "mph" else 1.0)


def _lowest(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return min(known, default=math.nan)


def _factorize(column: pd.Series[Any]) -> tuple[NDArray[np.intp], list[object]]:
    """Number a column's distinct values, lists included; -1 where there is none."""
    numbers: dict[object, int] = {}
    codes = np.empty(len(column), dtype=np.intp)
    for i, value in enumerate(column.tolist()):
        key = tuple(value) if isinstance(value, list) else value
        # only NaN differs from itself
        codes[i] = -1 if key is None or key != key else numbers.setdefault(key, len(numbers))  # noqa: PLR0124
    return codes, list(numbers)


def _by_value(column: pd.Series[Any], table: Mapping[str, float], *, default: float) -> NDArray[np.float64]:
    codes, values = _factorize(column)
    found = [_slowest(value, table, default) for value in values]
    return np.array([*found, default])[codes]


def _slowest(value: object, table: Mapping[str, float], default: float) -> float:
    texts = value if isinstance(value, tuple) else str(value).split(";")
    known = [table[text] for text in (str(t).strip() for t in texts) if text in table]
    return min(known, default=default)
