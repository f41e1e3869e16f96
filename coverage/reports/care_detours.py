"""Whose nearest hospital cannot treat the case, and what the referral times hold for, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.reports import care_wording as words
from coverage.reports import wording
from coverage.reports.wording import pick
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from coverage.analysis import Analysis
    from coverage.care import Care
    from coverage.reports.wording import Lang

MOST = 0.5
"""A township is named where the nearest hospital is the wrong one for more than this share."""
_SMALL_DETOUR_S = MINUTE_S


def is_small(detour_s: float) -> bool:
    """Tell whether a detour is so short that no planner need mind it."""
    return detour_s < _SMALL_DETOUR_S


def detour_text(detour_s: float, lang: Lang) -> str:
    """Give a detour in minutes; one below a minute in words, so that its share of people alarms nobody."""
    if is_small(detour_s):
        return words.word("detour_small", lang)
    return wording.minutes_text(detour_s, lang)


def detour_row_text(detour_s: float, lang: Lang) -> str:
    """Give a detour in minutes, and say where it is none to mind."""
    text = wording.minutes_text(detour_s, lang)
    return text + wording.bracketed(words.word("detour_small", lang), lang) if is_small(detour_s) else text


def most_are_wrong(care: Care) -> pd.DataFrame:
    """Give the townships and centres where the nearest hospital of more than half cannot treat the case."""
    capable = care.totals.index[care.totals["n_capable"] > 0]
    rows = care.townships
    # where no hospital at all can treat the case, the notes say so
    return rows[(rows["wrong_share"] > MOST) & rows["centre"].isin(capable)]


def wrong_lines(care: Care, lang: Lang, *, centre: str = "") -> list[str]:
    """
    Name the townships whose nearest hospital is the wrong one for most, with the right one and the detour.

    Parameters
    ----------
    care
        What was found.
    lang
        ``zh`` or ``en``.
    centre
        Of this one alone, which is not named then; by default of all.

    Returns
    -------
    list of str
        A line for each pair of hospitals; centres with the same townships share theirs.
    """
    rows = most_are_wrong(care)
    centres: dict[str, list[str]] = {}
    for name in care.totals.index if not centre else [centre]:
        mine = rows[rows["centre"] == name]
        for _, pair in mine.groupby(["wrong_id", "right_id"], sort=False):
            centres.setdefault(_pair_text(pair, lang), []).append(wording.centre_text(str(name), lang))
    if centre:
        return list(centres)
    comma, colon = pick(lang, "、", ", "), pick(lang, "：", ": ")
    return [f"{comma.join(names)}{colon}{text}" for text, names in centres.items()]


def _pair_text(pair: pd.DataFrame, lang: Lang) -> str:
    """Name the two hospitals and, the longest detour first, the townships."""
    wrong, right = (wording.one_line(pair[key].iloc[0]) for key in ("wrong_name", "right_name"))
    by_detour = pair.sort_values("detour_s", ascending=False, kind="stable")
    small = by_detour["detour_s"].map(is_small)
    comma = pick(lang, "、", ", ")
    parts = [
        words.word(
            "wrong_town",
            lang,
            town=wording.one_line(row["name"]),
            detour=wording.minutes_text(row["detour_s"], lang),
        )
        if math.isfinite(row["detour_s"])
        else words.word("wrong_town_lost", lang, town=wording.one_line(row["name"]))
        for row in by_detour[~small].to_dict("records")
    ]
    if small.any():
        names = comma.join(wording.one_line(name) for name in by_detour.loc[small, "name"])
        parts.append(words.word("wrong_towns_small", lang, towns=names))
    return words.word(
        "wrong_pair" if right else "wrong_pair_lost",
        lang,
        wrong=wrong,
        right=right,
        towns=pick(lang, "；", "; ").join(parts),
    )


def way_back_is_the_same(referrals: pd.DataFrame, lang: Lang) -> bool:
    """Tell whether every referral reads the same in both directions."""
    return all(
        wording.minutes_text(up, lang) == wording.minutes_text(down, lang)
        for up, down in zip(referrals["up_s"], referrals["down_s"], strict=True)
    )


def without_ambulance(referrals: pd.DataFrame) -> Sequence[str]:
    """Name the health centres known to have no ambulance of their own."""
    return [wording.one_line(name) for name in referrals.loc[referrals["ambulances"] == 0, "name"]]


def referral_lines(analysis: Analysis, care: Care, lang: Lang) -> list[str]:
    """Say how referrals are driven, and which health centres have no ambulance to do so."""
    if care.referrals.empty:
        return []
    lines = [referral_basis(analysis, lang)]
    if way_back_is_the_same(care.referrals, lang):
        lines[0] += words.word("down_same", lang)
    names = without_ambulance(care.referrals)
    if names:
        comma = pick(lang, "、", ", ")
        lines.append(words.word("no_ambulance", lang, n=len(names), names=comma.join(names)))
    return lines


def referral_basis(analysis: Analysis, lang: Lang) -> str:
    """Say how referrals are driven, and that nobody waits for a vehicle in them."""
    return words.word("referral_basis", lang, condition=wording.condition_text(analysis.condition, lang))
