"""What new facilities and options are called, in the language of the county's own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.siting.place_names import PlaceNames

if TYPE_CHECKING:
    from coverage.proposing.case import Case
    from coverage.proposing.chosen import Chosen

_KINDS = {
    "station": ("急救站", "ambulance station", "ambulance stations"),
    "subcentre": ("县域医疗次中心", "county sub-centre", "county sub-centres"),
}
_PLACES = ("seat", "settlement", "road")


def site_name(case: Case, column: int) -> str:
    """
    Call a candidate as the facility that it would be.

    Parameters
    ----------
    case
        The wish on its county.
    column
        Of the candidate; what a facility or the planner's list calls it stays.
    """
    row = case.table.iloc[column]
    place = str(row["name"])
    if row["origin"] not in _PLACES:
        return place or str(row["id"])
    zh, en, _ = _KINDS[case.wish.kind]
    if PlaceNames(case.ground.area).lang == "en":
        return f"{en.capitalize()}, {place}"
    # where the place is explained in brackets, the explanation stays last
    head, bracket, tail = place.partition("（")
    return f"{head}{zh}{bracket}{tail}"


def option_words(case: Case, chosen: Chosen) -> tuple[str, str]:
    """
    Give an option's name and its note.

    Parameters
    ----------
    case
        The wish on its county.
    chosen
        The plan.
    """
    zh, one, many = _KINDS[case.wish.kind]
    n, n_closed = len(chosen.new), len(chosen.closed)
    if PlaceNames(case.ground.area).lang == "en":
        closing = f", {n_closed} closed" if n_closed else ""
        return f"{n} new {one if n == 1 else many}{closing}", f"coverage propose, {case.wish.model}"
    closing = f"，关闭{n_closed}处" if n_closed else ""
    return f"新增{zh}{n}处{closing}", f"由 coverage propose 提出，模型 {case.wish.model}"
