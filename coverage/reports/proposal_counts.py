"""How a proposal's reports count: people in full, so that sums add up, and what its sites are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import people_counts, wording
from coverage.reports.shown import side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.proposal import Proposal
    from coverage.reports.wording import Lang

_SITES: Mapping[str, tuple[str, str, str]] = {
    "station": ("站点", "site", "sites"),
    "subcentre": ("次中心", "sub-centre", "sub-centres"),
}


def figure_text(proposal: Proposal, value: float, lang: Lang) -> str:
    """Give people in full, so that the parts of a sum add up to it, or a length of road."""
    return people_counts.figure_text(side(proposal, proposal.after), value, lang)


def count_text(proposal: Proposal, value: float, lang: Lang) -> str:
    """Give people in full with their word (13,652人), or a length of road; see `figure_text`."""
    return people_counts.count_text(side(proposal, proposal.after), value, lang)


def blanks(proposal: Proposal, lang: Lang) -> dict[str, str]:
    """Give what fills the blanks of labels: ``{p}`` people or roads, ``{s}`` a site, ``{ss}`` several."""
    counted = wording.unit_text(proposal.area.demand_unit, lang)
    zh, one, many = _SITES[proposal.wish.kind]
    words = {"p": counted, "s": zh, "ss": zh} if lang == "zh" else {"p": counted, "s": one, "ss": many}
    return words | {"P": counted.capitalize(), "S": words["s"].capitalize(), "Ss": words["ss"].capitalize()}
