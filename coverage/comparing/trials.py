"""The outcomes under harder conditions: slower, at peak, at night, in rain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coverage.comparing.reaching import People, response_s
from coverage.comparison import TRIAL_CODES, Trial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage.comparing.ground import Setting
    from coverage.comparison import TrialCode
    from coverage.routing.network import RoadNetwork

NIGHT_AT_MIN = 120
"""02:00: the hour at which the trial at night asks who is staffed."""

_SPEED_LEFT: Mapping[TrialCode, float] = {"speed_90": 0.9, "speed_80": 0.8}


def hold_trials(settings: Sequence[Setting]) -> tuple[Trial, ...]:
    """
    Hold every outcome against its own promise, at its own speeds, under each harder condition.

    Parameters
    ----------
    settings
        One an outcome.

    Returns
    -------
    tuple of Trial
        In the order of `TRIAL_CODES`; where nobody is staffed at night, nobody is covered then.

    Raises
    ------
    SpeedError
        If an outcome's speed table has no such condition.
    """
    return tuple(_trial(code, settings) for code in TRIAL_CODES)


def _trial(code: TrialCode, settings: Sequence[Setting]) -> Trial:
    slow: dict[tuple[int, float], RoadNetwork] = {}
    covered = []
    for setting in settings:
        left = speed_left(code, setting)
        network = slow.setdefault((id(setting.network), left), slowed(setting.network, 1 / left))
        bases = setting.scenario.bases_at(NIGHT_AT_MIN) if code == "night" else setting.bases
        covered.append(People.of(setting).covered(response_s(setting, bases, network=network)))
    people, shares = zip(*covered, strict=True)
    return Trial(code, people, shares)


def speed_left(code: TrialCode, setting: Setting) -> float:
    """
    Give the share of today's speeds that a trial leaves; a condition is one factor on every road.

    Parameters
    ----------
    code
        Which trial.
    setting
        Gives the speed table, and the condition that its network was made at.

    Raises
    ------
    SpeedError
        If the table has no such condition.
    """
    if code in _SPEED_LEFT:
        return _SPEED_LEFT[code]
    return setting.speeds.factor(code) / setting.speeds.factor(setting.condition)


def slowed(network: RoadNetwork, factor: float) -> RoadNetwork:
    """
    Give the same roads with every time on them longer by a factor; places on either are places on the other.

    Parameters
    ----------
    network
        The roads.
    factor
        On their times, above 0.
    """
    return replace(network, forward_s=network.forward_s * factor, backward_s=network.backward_s * factor)
