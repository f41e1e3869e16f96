"""What a simulated year is played on: call places, ambulances, hospitals, and the seconds between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coverage.care import has_centre
from coverage.errors import SimulationError
from coverage.simulating.places import CallPlaces, lay_places
from coverage.simulating.roster import Roster, lay_roster
from coverage.simulating.travel import Travel, find_travel
from coverage.study_area import CENTRES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting
    from coverage.simulation import Rules


@dataclass(frozen=True, eq=False)
class Stage:
    """
    What one outcome's year is played on.

    Parameters
    ----------
    setting
        The county on its roads.
    rules
        What is played.
    places
        Where calls come from.
    roster
        The ambulances, when they are staffed and where they wait.
    hospital_row
        Shape (n_hospitals,), rows of the facilities where patients may be taken.
    treats
        Shape (1 + n_centres, n_hospitals): who can treat a patient who needs no centre, then each of
        ``CENTRES``.
    travel
        Road seconds.
    """

    setting: Setting
    rules: Rules
    places: CallPlaces
    roster: Roster
    hospital_row: NDArray[np.int64]
    treats: NDArray[np.bool_]
    travel: Travel

    @property
    def units(self) -> pd.DataFrame:
        """One row an ambulance: ``id``, ``facility_id``, ``facility_name``, ``number`` (of the base's)."""
        return self.roster.units

    @property
    def place_id(self) -> NDArray[np.object_]:
        """Shape (n_places,), ids of the demand points, or of the places of past calls."""
        return self.places.id

    @property
    def place_township(self) -> NDArray[np.object_]:
        """Shape (n_places,), township ids, empty outside every one."""
        return self.places.township

    @property
    def place_class(self) -> NDArray[np.object_]:
        """Shape (n_places,), ``urban`` or ``rural``."""
        return self.places.township_class

    @property
    def place_limit_s(self) -> NDArray[np.float64]:
        """Shape (n_places,), the limit that holds there, on the promise's own clock."""
        return self.places.limit_s

    @property
    def place_weight(self) -> NDArray[np.float64]:
        """Shape (n_places,), people, or calls of the past."""
        return self.places.weight


def lay_stage(setting: Setting, rules: Rules, *, like: Stage | None = None) -> Stage:
    """
    Lay out what a simulated year is played on.

    Parameters
    ----------
    setting
        The county on its roads.
    rules
        What is played; shifts and standby places name their bases by id.
    like
        Of the same rules; travel times are shared with it where it is on the same roads.

    Returns
    -------
    Stage
        For any number of replications.

    Raises
    ------
    SimulationError
        If nobody can call, no ambulance can ever be sent, or shifts, standby places or priorities do not
        fit the county.
    SpeedError
        If a priority names a driving condition that the speed table has not.
    """
    for priority in rules.priorities:
        if priority.condition:
            setting.speeds.factor(priority.condition)
    places = lay_places(setting, rules.past_calls)
    roster = lay_roster(setting, rules)
    facilities = setting.area.facilities
    treats = np.stack([has_centre(facilities, centre) for centre in (None, *CENTRES)])
    hospital_row = np.flatnonzero(treats.any(axis=0) & setting.places.facilities.on_network)
    travel = find_travel(
        setting.network,
        places.at,
        roster.posts,
        setting.places.facilities.take(hospital_row),
        like=None if like is None else like.travel,
    )
    stage = Stage(setting, rules, places, roster, hospital_row, treats[:, hospital_row], travel)
    _check_standby_reached(stage)
    return stage


def _check_standby_reached(stage: Stage) -> None:
    """Refuse standby places that no road leads to from their base, or back."""
    roster, home_s = stage.roster, stage.travel.homeward.origin_s
    n_posts = len(roster.posts)
    between_s = home_s[-n_posts:]
    bases = np.flatnonzero(roster.post_facility >= 0)
    post_of = dict(zip(roster.post_facility[bases].tolist(), bases.tolist(), strict=True))
    at_base = np.array([post_of[row] for row in roster.base.tolist()])
    for post in roster.post:
        barred = ~(np.isfinite(between_s[at_base, post]) & np.isfinite(between_s[post, at_base]))
        barred &= roster.posts.on_network[at_base] & (post != at_base)
        if barred.any():
            name = roster.units["id"].iloc[int(np.flatnonzero(barred)[0])]
            raise SimulationError(
                f"no road leads from the base of {name} to its standby place and back: move that place",
                zh=f"救护车 {name} 的驻点与其待命点之间没有道路相通：请调整待命点的位置",
            )
