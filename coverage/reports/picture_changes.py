"""Which facilities an option or a plan brings, and which it takes away, as a picture marks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coverage.reports import wording

if TYPE_CHECKING:
    import shapely

    from coverage.reports.shown import Shown

_SAME_PLACE_M = 1.0


@dataclass(frozen=True)
class Site:
    """
    A facility that something is done to.

    Parameters
    ----------
    id, name, kind
        Of the facility.
    at
        In the study area's own system.
    is_base
        Whether it counts: it sends ambulances, or people go there.
    """

    id: str
    name: str
    kind: str
    at: shapely.Point
    is_base: bool


@dataclass(frozen=True)
class Changes:
    """
    What differs between two sides of one county.

    Parameters
    ----------
    new
        Facilities that open, move here, become something else, or have more ambulances than before.
    gone
        Facilities that close, move away or no longer count, where they stood.
    """

    new: tuple[Site, ...]
    gone: tuple[Site, ...]

    @property
    def new_ids(self) -> tuple[str, ...]:
        """Ids of `new`."""
        return tuple(site.id for site in self.new)


def changes(before: Shown, after: Shown) -> Changes:
    """Compare the facilities of a county before and after an option or a plan."""
    was, now = _facilities(before), _facilities(after)
    new = tuple(site for key, (site, n) in now.items() if key not in was or _is_more(was[key], (site, n)))
    gone = tuple(site for key, (site, _) in was.items() if key not in now or _is_less(site, now[key][0]))
    return Changes(new, gone)


def _facilities(shown: Shown) -> dict[str, tuple[Site, float]]:
    """Give every facility and its ambulances, by id."""
    table = shown.assessment.facilities
    return {
        str(row["id"]): (
            Site(str(row["id"]), wording.one_line(row["name"]), row["kind"], at, bool(row["is_base"])),
            float(row["ambulances"]),
        )
        for row, at in zip(table.to_dict("records"), shown.area.facilities.geometry, strict=True)
    }


def _is_more(was: tuple[Site, float], now: tuple[Site, float]) -> bool:
    """Tell whether something was added: unknown counts are no change."""
    (old, had), (new, has) = was, now
    moved = old.at.distance(new.at) > _SAME_PLACE_M
    return moved or old.kind != new.kind or (new.is_base and not old.is_base) or (new.is_base and has > had)


def _is_less(old: Site, new: Site) -> bool:
    return old.at.distance(new.at) > _SAME_PLACE_M or (old.is_base and not new.is_base)
