"""From the call to the door of a hospital that can treat the case: the whole chain, place by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from coverage.standards import CareStandard, Centre

HOSPITAL_KINDS = ("hospital", "subcentre")
"""Where an ambulance takes a patient who needs none of the five centres."""


@dataclass(frozen=True)
class NoCentre:
    """
    A centre that no facility of the county has, and where the nearest one beyond is.

    Parameters
    ----------
    centre
        Which of the five.
    facility_id, facility_name
        The nearest capable facility beyond the county line; empty where the study area knows none.
    distance_m
        From the county line in a straight line; NaN where none is known.
    """

    centre: Centre
    facility_id: str
    facility_name: str
    distance_m: float


@dataclass(frozen=True)
class Care:
    """
    The chain from the call to definitive care, for each of the five centres.

    Parameters
    ----------
    standard
        The targets.
    demand
        One row a demand point and centre: ``id``, ``township_id``, ``class``, ``population``, ``centre``,
        ``first_s`` (call to the first ambulance, by the call clock), ``scene_s``, ``transport_s`` (patient
        to the nearest capable centre), ``total_s`` (call to door: the sum), ``target_s``, ``hospital_id``
        (that centre), ``nearest_id`` and ``nearest_s`` (the nearest hospital, able or not), ``is_wrong``
        (the nearest hospital cannot treat the case), ``is_within`` (the total keeps the target). Times are
        ``inf`` and ids empty where there is no way.
    townships
        One row a township and centre: ``id``, ``name``, ``class``, ``centre``, ``population``,
        ``first_s``, ``scene_s``, ``transport_s``, ``total_s`` (medians weighted by people), ``p90_s`` (of
        the total), ``target_s``, ``within_population``, ``within_share`` (NaN where nobody lives),
        ``verdict``, ``hospital_id`` and ``hospital_name`` (serving most of it), ``is_beyond`` (that lies
        beyond the county line), ``nearest_id`` and ``nearest_name`` (the nearest hospital of most of it),
        ``wrong_population``, ``wrong_share``, ``detour_s`` (median over those people of what the right one
        takes longer than the nearest; NaN where there are none).
    totals
        One row a centre, indexed by it: ``population``, ``within_population``, ``within_share``,
        ``total_s``, ``p90_s``, ``wrong_population``, ``wrong_share``, ``townships_met``,
        ``townships_partial``, ``townships_unmet``, ``townships_unknown``, ``n_capable``, ``n_beyond``.
    referrals
        One row a health centre (双向转诊): ``id``, ``name``, ``township_id``, ``township_name``,
        ``hospital_id``, ``hospital_name`` (the county hospital reached first), ``up_s`` (to it) and
        ``down_s`` (back), ``inf`` where there is no way.
    missing
        Centres that no facility of the county has.
    """

    standard: CareStandard
    demand: pd.DataFrame
    townships: pd.DataFrame
    totals: pd.DataFrame
    referrals: pd.DataFrame
    missing: tuple[NoCentre, ...]


def has_centre(facilities: gpd.GeoDataFrame, centre: Centre | None) -> NDArray[np.bool_]:
    """
    Tell which facilities can treat a case.

    Parameters
    ----------
    facilities
        With ``kind`` and ``centres``.
    centre
        One of the five; None for a patient who needs no centre, whom every hospital and sub-centre treats.

    Returns
    -------
    ndarray
        Shape (n_facilities,).
    """
    if centre is None:
        return np.asarray(facilities["kind"].isin(HOSPITAL_KINDS).to_numpy(), dtype=np.bool_)
    held = facilities["centres"].fillna("").astype(str).str.split(";")
    return np.array([centre in words for words in held], dtype=np.bool_)


def hospitals_by_centre(facilities: gpd.GeoDataFrame) -> Mapping[Centre | None, NDArray[np.int64]]:
    """
    Give the facilities that can treat each kind of case, by number.

    Parameters
    ----------
    facilities
        With ``kind`` and ``centres``.

    Returns
    -------
    Mapping
        For None (any hospital) and each of the five.
    """
    from coverage.study_area import CENTRES  # noqa: PLC0415

    return {centre: np.flatnonzero(has_centre(facilities, centre)) for centre in (None, *CENTRES)}
