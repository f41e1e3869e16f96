"""The promise: minutes by class of township, the clock they are counted on, the share that must be met."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from coverage.errors import StandardError

if TYPE_CHECKING:
    from collections.abc import Mapping

Centre = Literal["chest_pain", "stroke", "trauma", "maternal", "newborn"]
"""What a hospital can treat as a centre: 胸痛, 卒中, 创伤, 危重孕产妇, 危重新生儿."""
Clock = Literal["call", "departure"]
Traveller = Literal["ambulance", "people"]
TownshipClass = Literal["urban", "rural"]

MINUTE_S = 60.0
MAX_LIMIT_S = 240 * MINUTE_S  # beyond it, somebody has typed seconds

# 国卫医发〔2020〕19号: one ambulance per 30,000 people; radius 5 km urban, 10 to 20 km rural.
PEOPLE_PER_AMBULANCE = 30_000
URBAN_RADIUS_M = 5_000.0
RURAL_RADIUS_M = (10_000.0, 20_000.0)

PROFILE_KEYS: dict[str, tuple[str, float]] = {
    "urban_min": ("urban_s", MINUTE_S),
    "rural_min": ("rural_s", MINUTE_S),
    "target_share": ("target_share", 1.0),
    "handling_s": ("handling_s", 1.0),
    "turnout_s": ("turnout_s", 1.0),
}
"""What a planner writes in a file, the field it stands for, and the factor between their units."""


def _is_limit(limit_s: float) -> bool:
    return math.isfinite(limit_s) and 0 < limit_s <= MAX_LIMIT_S


@dataclass(frozen=True)
class ResponseStandard:
    """
    What a county promises, and how its minutes are counted.

    Response time = call handling + turnout + travel + access. The clock ``call`` counts all of it,
    ``departure`` starts when the wheels turn.

    Parameters
    ----------
    urban_s, rural_s
        Limits for urban and rural townships, seconds from the clock's start.
    target_share
        A township is met when at least this share of its people is covered; inside (0, 1].
    clock
        ``call`` or ``departure``.
    handling_s
        Call handling and dispatch, seconds.
    turnout_s
        From the crew's alarm to wheels turning, seconds, where a facility has no figure of its own.
    profile
        The name the promise goes by; a planner's file may call it anything.
    traveller
        Who is on the way: an ambulance to the people, or the people themselves to a facility.

    Raises
    ------
    StandardError
        If a limit is not above 0 and at most 240 minutes, the share is outside (0, 1], a delay is
        negative, or the clock is unknown.
    """

    urban_s: float = 15 * MINUTE_S
    rural_s: float = 30 * MINUTE_S
    target_share: float = 0.90
    clock: Clock = "call"
    handling_s: float = 60.0
    turnout_s: float = 120.0
    profile: str = "national"
    traveller: Traveller = "ambulance"

    def __post_init__(self) -> None:
        """Refuse figures that no promise can have."""
        for name, zh in (("urban_s", "城区时限"), ("rural_s", "乡镇时限")):
            value = getattr(self, name)
            if not _is_limit(value):
                shown = value / MINUTE_S
                raise StandardError(
                    f"the {name[:-2]} limit is {shown:g} minutes: give a number above 0 and at most 240",
                    zh=f"{zh}为 {shown:g} 分钟：请给出大于0、不超过240的分钟数",
                )
        if not (math.isfinite(self.target_share) and 0 < self.target_share <= 1):
            raise StandardError(
                f"the target share is {self.target_share:g}: give a share above 0 and at most 1, such as 0.9",
                zh=f"达标比例为 {self.target_share:g}：请给出大于0、不超过1的比例，例如0.9",
            )
        for name, zh in (("handling_s", "接警受理时间"), ("turnout_s", "出车准备时间")):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise StandardError(
                    f"{name} is {value:g}: give seconds, 0 or more",
                    zh=f"{zh}为 {value:g}：请给出不小于0的秒数",
                )
        if self.clock not in get_args(Clock):
            raise StandardError(
                f"the clock is {self.clock!r}: choose call or departure",
                zh=f"计时起点为 {self.clock!r}：请选择 call（接警）或 departure（出车）",
            )

    @property
    def is_access(self) -> bool:
        """Whether people travel themselves, so that no ambulance is spoken of."""
        return self.traveller == "people"

    def limit_s(self, township_class: str) -> float:
        """Give the limit that holds for ``urban`` or ``rural``, in seconds."""
        return self.urban_s if township_class == "urban" else self.rural_s

    def lead_s(self, turnout_s: float | None = None) -> float:
        """
        Give the seconds on the clock before the wheels turn.

        Parameters
        ----------
        turnout_s
            The facility's own turnout, where known; the standard's otherwise.
        """
        if self.clock == "departure":
            return 0.0
        own = turnout_s if turnout_s is not None and math.isfinite(turnout_s) else self.turnout_s
        return self.handling_s + own

    def other_clock(self) -> ResponseStandard:
        """Give the same promise, counted on the other clock."""
        return dataclasses.replace(self, clock="departure" if self.clock == "call" else "call")


PROFILES: dict[str, ResponseStandard] = {
    # 城区15分钟、乡村30分钟 as published by Linxiang, Anxiang and Guizhou.
    "national": ResponseStandard(),
    # 永州市：城区10分钟、乡镇30分钟.
    "yongzhou": ResponseStandard(urban_s=10 * MINUTE_S, profile="yongzhou"),
}


def access_standard(limit_s: float, *, target_share: float = 0.90) -> ResponseStandard:
    """
    Give the promise that people reach a hospital-grade facility by themselves.

    One limit for everybody, counted from the patient's door: nobody is called, and no crew gets ready.

    Parameters
    ----------
    limit_s
        Seconds from the door to the facility.
    target_share
        A township is met when at least this share of its people is that near; inside (0, 1].

    Raises
    ------
    StandardError
        If the limit or the share is none.
    """
    if not _is_limit(limit_s):
        shown = limit_s / MINUTE_S
        raise StandardError(
            f"people's own travel: the limit is {shown:g} minutes: give a number above 0 and at most 240",
            zh=f"居民自行到达的时限为 {shown:g} 分钟：请给出大于0、不超过240的分钟数",
        )
    return ResponseStandard(
        urban_s=limit_s,
        rural_s=limit_s,
        target_share=target_share,
        clock="departure",
        handling_s=0.0,
        turnout_s=0.0,
        profile="access",
        traveller="people",
    )


@dataclass(frozen=True)
class CareTarget:
    """
    How soon a patient of one of the five centres is to be at a hospital that can treat the case.

    Parameters
    ----------
    target_s
        From the call to the door of a capable centre, seconds.
    scene_s
        At the patient's side before the ambulance leaves, seconds.
    source, scene_source
        Where the target and the time on scene come from; printed beside them. Empty for an assumption.

    Raises
    ------
    StandardError
        If the target is not above 0 and at most 240 minutes, or the time on scene is negative or longer.
    """

    target_s: float
    scene_s: float
    source: str = ""
    scene_source: str = ""

    def __post_init__(self) -> None:
        """Refuse figures that no target can have."""
        if not _is_limit(self.target_s):
            shown = self.target_s / MINUTE_S
            raise StandardError(
                f"the call-to-door target is {shown:g} minutes: give a number above 0 and at most 240",
                zh=f"呼救至到院时限为 {shown:g} 分钟：请给出大于0、不超过240的分钟数",
            )
        if not 0 <= self.scene_s <= MAX_LIMIT_S:
            shown = self.scene_s / MINUTE_S
            raise StandardError(
                f"the time on scene is {shown:g} minutes: give a number from 0 to 240",
                zh=f"现场时间为 {shown:g} 分钟：请给出0到240之间的分钟数",
            )


# Call to admission in a suitable hospital within 60 minutes for heart attack, stroke and severe injury.
_SIXTY_MINUTES = "Eckpunktepapier 2016 (doi:10.1007/s10049-016-0187-0)"
# The mean time on scene that simulations of Auckland's ambulances were fed with.
_AUCKLAND_SCENE = "Auckland (ambulance simulation), mean"
# Emergency obstetric care within two hours of travel.
_TWO_HOURS = "UNFPA 2004 (MEASURE Evaluation), emergency obstetric care within 2 h"

_CARE_TARGETS: dict[Centre, CareTarget] = {
    "chest_pain": CareTarget(60 * MINUTE_S, 12 * MINUTE_S, _SIXTY_MINUTES, _AUCKLAND_SCENE),
    "stroke": CareTarget(
        60 * MINUTE_S,
        15 * MINUTE_S,
        # Hebei's map of hospitals that dissolve clots: from pre-hospital care to the hospital within an hour
        f"{_SIXTY_MINUTES}, 河北省急救脑卒中溶栓地图（2018）",
        "AHA/ASA (doi:10.3109/10903127.2013.825354)",
    ),
    "trauma": CareTarget(60 * MINUTE_S, 10 * MINUTE_S, _SIXTY_MINUTES, "ITLS/PHTLS, platinum ten minutes"),
    "maternal": CareTarget(120 * MINUTE_S, 12 * MINUTE_S, _TWO_HOURS, _AUCKLAND_SCENE),
    # no published time to the door was found: as for mothers
    "newborn": CareTarget(120 * MINUTE_S, 12 * MINUTE_S, "", _AUCKLAND_SCENE),
}


@dataclass(frozen=True)
class CareStandard:
    """
    The targets from the call to the door of a hospital that can treat the case, by centre.

    Parameters
    ----------
    targets
        By centre, all five.
    profile
        The name the targets go by; a planner's file may call it anything.
    """

    targets: Mapping[Centre, CareTarget] = field(default_factory=lambda: MappingProxyType(_CARE_TARGETS))
    profile: str = "default"
