"""The way from a study area, some options and the rules to a simulated year, as one recipe."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coverage.analysis import study_notes
from coverage.comparing.ground import lay_setting, today_setting
from coverage.comparing.recipe import MOST_OPTIONS, NOON_MIN
from coverage.errors import OptionError, SimulationError, name_some
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.simulating.differences import differ
from coverage.simulating.figures import summarise
from coverage.simulating.notes import simulation_notes
from coverage.simulating.playing import play_all
from coverage.simulating.stage import lay_stage
from coverage.simulation import Rules, Simulation
from coverage.standards import ResponseStandard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coverage.comparing.ground import Setting
    from coverage.option import Option
    from coverage.routing.speeds import SpeedTable
    from coverage.simulating.stage import Stage
    from coverage.study_area import StudyArea


def simulate(
    area: StudyArea,
    options: Sequence[tuple[Option, str, str]] = (),
    standard: ResponseStandard | None = None,
    *,
    speeds: SpeedTable = DEFAULT_SPEEDS,
    condition: str = "siren",
    rules: Rules | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """
    Play a year of calls with the county as it is and with each option, on the same calls.

    Parameters
    ----------
    area
        The study area.
    options
        Each with the text and the name of its file; up to 26.
    standard
        The promise; the national one where not given.
    speeds, condition
        Speed table, and the driving condition of the hours for which the table names none.
    rules
        What is played; the usual ones where not given.
    jobs
        How many processes share the replications; the figures do not depend on it.
    progress
        Is told how many of how many replications are played.

    Returns
    -------
    Simulation
        With the county as it is first.

    Raises
    ------
    OptionError
        If there are too many options, or one does not fit the county.
    SimulationError
        If no ambulance is ever there, a shift or standby place names a facility that is in no outcome, or
        the rules cannot be played.
    AssessmentError
        If no facility has an ambulance, or none is staffed at noon.
    SpeedError
        If a speed table has no such condition.
    """
    if len(options) > MOST_OPTIONS:
        raise OptionError(
            f"{len(options)} options to play: give at most {MOST_OPTIONS}",
            zh=f"要模拟的方案有{len(options)}个：最多{MOST_OPTIONS}个",
        )
    rules = rules or Rules()
    today = today_setting(
        area, standard or ResponseStandard(), speeds=speeds, condition=condition, at_min=NOON_MIN
    )
    settings = [today, *(lay_setting(today, option) for option, _, _ in options)]
    _check_bases(settings, rules)
    stages = _stages(settings, rules)
    keys = ["0", *(chr(ord("A") + i) for i in range(len(options)))]
    played = play_all(stages, rules.replications, jobs=jobs, progress=progress)
    files = [("", ""), *((text, source) for _, text, source in options)]
    outcomes = tuple(
        summarise(stage, key, text, source, mine)
        for stage, key, (text, source), mine in zip(stages, keys, files, played, strict=True)
    )
    assessment = today.assess()
    return Simulation(
        area=area,
        standard=today.standard,
        speeds=speeds,
        condition=condition,
        rules=rules,
        outcomes=outcomes,
        differences=differ(stages, keys, played),
        assessment=assessment,
        notes=simulation_notes(study_notes(area, today.network, assessment, ()), stages, outcomes),
    )


def _check_bases(settings: Sequence[Setting], rules: Rules) -> None:
    """Refuse shifts and standby places of facilities that neither the county nor an option has."""
    known = {str(name) for setting in settings for name in setting.area.facilities["id"]}
    named = [*(item.facility_id for item in rules.standby), *(item.facility_id for item in rules.shifts)]
    strange = [facility_id for facility_id in dict.fromkeys(named) if facility_id not in known]
    if strange:
        raise SimulationError(
            f"shifts or standby places of facilities that do not exist: {name_some(strange)}: use their ids",
            zh=f"班次或待命点所属的设施不存在：{name_some(strange)}，请填写设施编号",
        )


def _stages(settings: Sequence[Setting], rules: Rules) -> list[Stage]:
    """Lay out every outcome; what is on the same roads shares its travel times."""
    stages: list[Stage] = []
    for setting in settings:
        mine = {str(name) for name in setting.area.facilities["id"]}
        # a base that only another option has cannot keep its shifts here
        own = replace(
            rules,
            standby=tuple(item for item in rules.standby if item.facility_id in mine),
            shifts=tuple(item for item in rules.shifts if item.facility_id in mine),
        )
        stages.append(lay_stage(setting, own, like=stages[0] if stages else None))
    return stages
