"""A plan in terms of what there is and what is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Chosen:
    """
    A plan in terms of what there is and what is new; columns are those of the case.

    Parameters
    ----------
    kept, closed
        Existing sites that stay, and those that close, ascending.
    new
        New sites, or existing ones that get more ambulances, in order of rank.
    units
        How many times what a new site gets each of `new` gets.
    there
        How many units each of `kept` has today.
    """

    kept: tuple[int, ...]
    closed: tuple[int, ...]
    new: tuple[int, ...]
    units: Mapping[int, int]
    there: Mapping[int, int]

    @property
    def sites(self) -> tuple[int, ...]:
        """All that are open."""
        return tuple(dict.fromkeys((*self.kept, *self.new)))

    @property
    def open_units(self) -> tuple[int, ...]:
        """All that are open, each as often as it has units."""
        units = [site for site in self.kept for _ in range(self.there[site])]
        return (*units, *(site for site in self.new for _ in range(self.units[site])))

    def without(self, column: int) -> tuple[int, ...]:
        """Give what is open but for what one of `new` gets."""
        rest = list(self.open_units)
        for _ in range(self.units[column]):
            rest.remove(column)
        return tuple(rest)
