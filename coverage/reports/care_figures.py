"""The way to definitive care as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.reports.figures import number, records, share, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.care import Care

_SHARES = ("within_share", "wrong_share")
_TIMES = ("first_s", "scene_s", "transport_s", "total_s", "p90_s", "detour_s")
_PEOPLE = ("population", "within_population", "unreached_population", "wrong_population")
_COUNTS = (
    *("townships_met", "townships_partial", "townships_unmet", "townships_unknown"),
    *("n_capable", "n_beyond"),
)


def care_figures(care: Care) -> dict[str, Any]:
    """
    Give the way to definitive care as plain dictionaries, lists, texts and numbers.

    Times are seconds from the call, rounded to milliseconds; None where there is no way or nobody lives.

    Parameters
    ----------
    care
        What was found.

    Returns
    -------
    dict
        Keys ``profile``, ``is_known``, ``targets``, ``totals``, ``townships``, ``referrals`` and ``missing``.
    """
    return {
        "profile": care.standard.profile,
        "is_known": care.is_known,
        "targets": {
            centre: {
                "target_s": number(target.target_s),
                "scene_s": number(target.scene_s),
                "source": text(target.source) or None,
                "scene_source": text(target.scene_source) or None,
            }
            for centre, target in care.standard.targets.items()
        },
        "totals": {
            str(row["centre"]): {**_chain(row), **{key: int(row[key]) for key in _COUNTS}}
            for row in records(care.totals.reset_index())
        },
        "townships": [_township(row) for row in records(care.townships)],
        "referrals": [_referral(row) for row in records(care.referrals)],
        "missing": [
            {
                "centre": gap.centre,
                "facility_id": gap.facility_id or None,
                "facility_name": text(gap.facility_name) or None,
                "distance_m": number(gap.distance_m),
            }
            for gap in care.missing
        ],
    }


def _chain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: number(float(row[key])) for key in (*_PEOPLE, *_TIMES)},
        **{key: share(row[key]) for key in _SHARES},
    }


def _township(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": text(row["name"]),
        "class": row["class"],
        "centre": row["centre"],
        "target_s": number(row["target_s"]),
        "verdict": row["verdict"],
        **_chain(row),
        "hospital_id": row["hospital_id"] or None,
        "is_beyond": bool(row["is_beyond"]),
        "nearest_id": row["nearest_id"] or None,
        "wrong_id": row["wrong_id"] or None,
        "right_id": row["right_id"] or None,
    }


def _referral(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": text(row["name"]),
        "township_id": row["township_id"] or None,
        "hospital_id": row["hospital_id"] or None,
        "up_s": number(row["up_s"]),
        "down_s": number(row["down_s"]),
        "ambulances": number(row["ambulances"]),
    }
