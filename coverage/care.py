"""From the call to the door of a hospital that can treat the case: the whole chain, place by place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from coverage.assessment import assess, first_for_most, is_within, judge, weighted_quantile
from coverage.study_area import CENTRES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from coverage.assessment import Assessment, Places, Verdict
    from coverage.routing.network import RoadNetwork
    from coverage.standards import CareStandard, CareTarget, Centre
    from coverage.study_area import StudyArea

HOSPITAL_KINDS = ("hospital", "subcentre")
"""Where an ambulance takes a patient who needs none of the five centres."""
COUNTY_HOSPITAL_KINDS = ("hospital",)
"""Where a health centre refers its patients to."""
HEALTH_CENTRE_KINDS = ("health_centre",)


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
        ``inf`` and ids empty where there is no way. A centre that is no hospital counts among the nearest.
    townships
        One row a township and centre: ``id``, ``name``, ``class``, ``centre``, ``population``,
        ``first_s``, ``scene_s``, ``transport_s``, ``total_s`` (medians weighted by people), ``p90_s`` (of
        the total), ``target_s``, ``within_population``, ``within_share`` (NaN where nobody lives),
        ``unreached_population`` (no way there), ``verdict``, ``hospital_id`` and ``hospital_name``
        (serving most of it), ``is_beyond`` (that lies
        beyond the county line), ``nearest_id`` and ``nearest_name`` (the nearest hospital of most of it),
        ``wrong_population``, ``wrong_share``, ``detour_s`` (median over those people of what the right one
        takes longer than the nearest; NaN where there are none), ``wrong_id``, ``wrong_name``, ``right_id``
        and ``right_name`` (the nearest hospital of most of those people, and the one that can treat most of
        them; empty where there are none).
    totals
        One row a centre, indexed by it: ``population``, ``within_population``, ``within_share``,
        ``unreached_population``,
        ``first_s``, ``scene_s``, ``transport_s``, ``total_s``, ``p90_s``, ``wrong_population``,
        ``wrong_share``, ``detour_s``, ``target_s``, ``townships_met``, ``townships_partial``,
        ``townships_unmet``, ``townships_unknown``, ``n_capable`` and of these ``n_beyond``. Places in no
        township count.
    referrals
        One row a health centre (双向转诊): ``id``, ``name``, ``township_id``, ``township_name``,
        ``hospital_id``, ``hospital_name`` (the county hospital reached first), ``up_s`` (to it) and
        ``down_s`` (back), ``inf`` where there is no way; door to door, as the analysis drives, without the
        wait for a vehicle; ``ambulances`` (its own; NaN where unknown).
    missing
        Centres that no facility of the county has.

    Notes
    -----
    Where no facility at all has a centre, nobody has filled them in: nothing is judged then, all that depends
    on the centres is NaN, verdicts are ``unknown``, and `is_known` is False.
    """

    standard: CareStandard
    demand: pd.DataFrame
    townships: pd.DataFrame
    totals: pd.DataFrame
    referrals: pd.DataFrame
    missing: tuple[NoCentre, ...]

    @property
    def is_known(self) -> bool:
        """Whether any facility is said to have a centre."""
        return bool((self.totals["n_capable"] > 0).any())


def assess_care(
    area: StudyArea,
    network: RoadNetwork,
    assessment: Assessment,
    care: CareStandard,
    *,
    places: Places,
) -> Care:
    """
    Follow every patient from the call to the door of a hospital that can treat the case.

    Call to door = call handling + turnout + travel + access of the first ambulance, the time on scene, and
    the way from the patient to the nearest capable centre, which runs along the traffic in that direction.
    The nearest hospital is the one reached first among all that receive patients: hospitals, sub-centres,
    and whatever else is a centre for the case.

    Parameters
    ----------
    area, network, places
        The study area, its roads, and its points on them.
    assessment
        The first ambulance at every demand point, on either clock.
    care
        The targets.

    Returns
    -------
    Care
        Place by place, township by township, and the referral times of the health centres.
    """
    first_s = _first_ambulance_s(area, network, assessment, places)
    held = {centre: has_centre(area.facilities, centre) for centre in CENTRES}
    is_known = any(mask.any() for mask in held.values())
    is_beyond = lies_beyond(area)
    demand = pd.concat(
        [
            _demand_rows(area, network, assessment, places, centre, care.targets[centre], held, first_s)
            for centre in CENTRES
        ],
        ignore_index=True,
    )
    if not is_known:
        demand["is_wrong"] = False
    by_centre = {centre: demand[demand["centre"] == centre] for centre in CENTRES}
    target_share = assessment.standard.target_share
    townships = pd.concat(
        [
            _township_rows(area, by_centre[centre], is_beyond, target_share, is_known=is_known)
            for centre in CENTRES
        ],
        ignore_index=True,
    )
    return Care(
        standard=care,
        demand=demand,
        townships=townships,
        totals=_totals(by_centre, townships, held, is_beyond, is_known=is_known),
        referrals=_referrals(area, network, places, is_beyond),
        missing=tuple(
            _nearest_beyond(area, centre, mask)
            for centre, mask in held.items()
            if not (mask & ~is_beyond).any()
        ),
    )


def lies_beyond(area: StudyArea) -> NDArray[np.bool_]:
    """Tell which facilities lie beyond the county line, shape (n_facilities,)."""
    inside = shapely.intersects(area.boundary, area.facilities.geometry.to_numpy())
    return np.asarray(~inside, dtype=np.bool_)


def _first_ambulance_s(
    area: StudyArea, network: RoadNetwork, assessment: Assessment, places: Places
) -> NDArray[np.float64]:
    """Give the seconds from the call to the first ambulance at every demand point."""
    if assessment.standard.clock != "call":
        bases = assessment.facilities["is_base"].to_numpy(dtype=np.bool_)
        standard = assessment.standard.other_clock()
        assessment = assess(area, network, standard, places=places, bases=bases)
    return assessment.demand["response_s"].to_numpy(dtype=np.float64)


def _nearest(
    network: RoadNetwork, places: Places, is_wanted: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the drive from every demand point to the nearest facility wanted, and which that is; -1: none."""
    numbers = np.flatnonzero(is_wanted & places.facilities.on_network)
    if len(numbers) == 0:
        n = len(places.demand)
        return np.full(n, np.inf), np.full(n, -1, dtype=np.int64)
    # on the reversed roads a search from the hospital tells how patients get to it
    found = network.reversed().nearest(places.facilities.take(numbers))
    time_s, which = found.at(places.demand)
    return time_s, np.where(which >= 0, numbers[which], -1)


def _demand_rows(
    area: StudyArea,
    network: RoadNetwork,
    assessment: Assessment,
    places: Places,
    centre: Centre,
    target: CareTarget,
    held: Mapping[Centre, NDArray[np.bool_]],
    first_s: NDArray[np.float64],
) -> pd.DataFrame:
    """Give every demand point its chain to one of the centres."""
    transport_s, hospital = _nearest(network, places, held[centre])
    other_s, other = _nearest(network, places, has_centre(area.facilities, None) & ~held[centre])
    # a hospital that is nearer by less than a millisecond is not nearer
    is_wrong = np.isfinite(other_s) & ~is_within(transport_s, other_s)
    total_s = first_s + target.scene_s + transport_s
    ids = np.append(area.facilities["id"].to_numpy(dtype=object), "")
    demand = assessment.demand
    return pd.DataFrame(
        {
            "id": demand["id"],
            "township_id": demand["township_id"],
            "class": demand["class"],
            "population": demand["population"].astype(float),
            "centre": centre,
            "first_s": first_s,
            "scene_s": target.scene_s,
            "transport_s": transport_s,
            "total_s": total_s,
            "target_s": target.target_s,
            "hospital_id": ids[hospital],
            "nearest_id": ids[np.where(is_wrong, other, hospital)],
            "nearest_s": np.where(is_wrong, other_s, transport_s),
            "is_wrong": is_wrong,
            "is_within": is_within(total_s, target.target_s),
        }
    )


def _chain(rows: pd.DataFrame, *, is_known: bool) -> dict[str, float]:
    """Sum up some places' chains to one centre: shares and medians by people."""
    people = rows["population"].to_numpy()
    population = float(people.sum())
    within = float(people[rows["is_within"].to_numpy()].sum())
    is_wrong = rows["is_wrong"].to_numpy()
    wrong = float(people[is_wrong].sum())
    unreached = float(people[np.isinf(rows["total_s"].to_numpy())].sum())
    detour_s = (rows["transport_s"] - rows["nearest_s"]).to_numpy()[is_wrong]
    counts = is_known and population > 0

    def quantile(key: str, share: float) -> float:
        return weighted_quantile(rows[key].to_numpy(), people, share)

    return {
        "population": population,
        "first_s": quantile("first_s", 0.5),
        "scene_s": quantile("scene_s", 0.5),
        "transport_s": quantile("transport_s", 0.5) if is_known else math.nan,
        "total_s": quantile("total_s", 0.5) if is_known else math.nan,
        "p90_s": quantile("total_s", 0.9) if is_known else math.nan,
        "within_population": within if is_known else math.nan,
        "within_share": within / population if counts else math.nan,
        "unreached_population": unreached if is_known else math.nan,
        "wrong_population": wrong if is_known else math.nan,
        "wrong_share": wrong / population if counts else math.nan,
        "detour_s": weighted_quantile(detour_s, people[is_wrong], 0.5),
    }


def _township_rows(
    area: StudyArea,
    demand: pd.DataFrame,
    is_beyond: NDArray[np.bool_],
    target_share: float,
    *,
    is_known: bool,
) -> pd.DataFrame:
    """Sum up the townships' chains to one centre, and judge them."""
    names = dict(zip(area.facilities["id"], area.facilities["name"], strict=True))
    beyond = set(area.facilities["id"].to_numpy()[is_beyond])
    groups = dict(tuple(demand.groupby("township_id")))
    rows: list[dict[str, Any]] = []
    for township in area.townships[["id", "name", "class"]].to_dict("records"):
        mine = groups.get(township["id"], demand.iloc[:0])
        people = mine["population"].to_numpy()
        chain = _chain(mine, is_known=is_known)
        verdict: Verdict = (
            judge(chain["population"], chain["within_population"], target_share) if is_known else "unknown"
        )
        hospital, nearest = (
            first_for_most(mine[key].to_numpy(dtype=object), people) for key in ("hospital_id", "nearest_id")
        )
        astray = mine[mine["is_wrong"]]
        wrong, right = (
            first_for_most(astray[key].to_numpy(dtype=object), astray["population"].to_numpy())
            for key in ("nearest_id", "hospital_id")
        )
        rows.append(
            {
                **township,
                "centre": demand["centre"].iloc[0],
                **chain,
                "target_s": demand["target_s"].iloc[0],
                "verdict": verdict,
                "hospital_id": hospital,
                "hospital_name": names.get(hospital, ""),
                "is_beyond": hospital in beyond,
                "nearest_id": nearest,
                "nearest_name": names.get(nearest, ""),
                "wrong_id": wrong,
                "wrong_name": names.get(wrong, ""),
                "right_id": right,
                "right_name": names.get(right, ""),
            }
        )
    return pd.DataFrame(rows)


def _totals(
    by_centre: Mapping[Centre, pd.DataFrame],
    townships: pd.DataFrame,
    held: Mapping[Centre, NDArray[np.bool_]],
    is_beyond: NDArray[np.bool_],
    *,
    is_known: bool,
) -> pd.DataFrame:
    """Sum up the county's chains, a row a centre."""
    rows = []
    for centre, demand in by_centre.items():
        verdicts = townships.loc[townships["centre"] == centre, "verdict"].value_counts()
        rows.append(
            {
                **_chain(demand, is_known=is_known),
                "target_s": float(demand["target_s"].iloc[0]),
                **{
                    f"townships_{verdict}": int(verdicts.get(verdict, 0))
                    for verdict in ("met", "partial", "unmet", "unknown")
                },
                "n_capable": int(held[centre].sum()),
                "n_beyond": int((held[centre] & is_beyond).sum()),
            }
        )
    return pd.DataFrame(rows, index=pd.Index(list(by_centre), name="centre"))


def _referrals(
    area: StudyArea, network: RoadNetwork, places: Places, is_beyond: NDArray[np.bool_]
) -> pd.DataFrame:
    """Give the way from every health centre of the county to its county hospital, and back."""
    facilities, snapped = area.facilities, places.facilities
    kinds = facilities["kind"]
    centres = np.flatnonzero(kinds.isin(HEALTH_CENTRE_KINDS).to_numpy() & ~is_beyond)
    is_hospital = kinds.isin(COUNTY_HOSPITAL_KINDS).to_numpy()
    inside = is_hospital & ~is_beyond
    # a county without a hospital of its own refers to the one beyond its line
    hospitals = np.flatnonzero(inside if inside.any() else is_hospital)
    low, high = snapped.take(centres), snapped.take(hospitals)
    # vehicles at both ends: nobody is carried to the road
    up_s = network.travel_times(low, high, leave_s=low.yard_s, arrive_s=high.yard_s)
    down_s = network.travel_times(high, low, leave_s=high.yard_s, arrive_s=low.yard_s)
    rows = np.arange(len(centres))
    which = up_s.argmin(axis=1) if len(hospitals) else np.full(len(centres), -1)
    least_s = up_s[rows, which] if len(hospitals) else np.full(len(centres), np.inf)
    way_back_s = down_s[which, rows] if len(hospitals) else np.full(len(centres), np.inf)
    chosen = np.where(np.isfinite(least_s), hospitals[which] if len(hospitals) else -1, -1)
    ids, names = (np.append(facilities[key].to_numpy(dtype=object), "") for key in ("id", "name"))
    township = _townships_at(area, facilities.geometry.to_numpy()[centres])
    township_ids, township_names = (
        np.append(area.townships[key].to_numpy(dtype=object), "") for key in ("id", "name")
    )
    return pd.DataFrame(
        {
            "id": ids[centres],
            "name": names[centres],
            "township_id": township_ids[township],
            "township_name": township_names[township],
            "hospital_id": ids[chosen],
            "hospital_name": names[chosen],
            "up_s": least_s,
            "down_s": np.where(chosen >= 0, way_back_s, np.inf),
            "ambulances": facilities["ambulances"].to_numpy(dtype=np.float64)[centres],
        }
    )


def _townships_at(area: StudyArea, points: NDArray[np.object_]) -> NDArray[np.int64]:
    """Give the number of the township at each point; -1 in none."""
    tree = shapely.STRtree(area.townships.geometry.to_numpy())
    point, township = tree.query(points, predicate="intersects")
    found = np.full(len(points), len(area.townships), dtype=np.int64)
    np.minimum.at(found, point, township)
    return np.where(found < len(area.townships), found, -1)


def _nearest_beyond(area: StudyArea, centre: Centre, is_capable: NDArray[np.bool_]) -> NoCentre:
    """Name the capable facility nearest to the county line; all that are lie beyond it."""
    capable = area.facilities[is_capable]
    if capable.empty:
        return NoCentre(centre, "", "", math.nan)
    distance_m = shapely.distance(area.boundary, capable.geometry.to_numpy())
    nearest = capable.iloc[int(distance_m.argmin())]
    return NoCentre(centre, str(nearest["id"]), str(nearest["name"]), float(distance_m.min()))


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
    return {centre: np.flatnonzero(has_centre(facilities, centre)) for centre in (None, *CENTRES)}
