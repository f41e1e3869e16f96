"""Facilities of a study area as logs call them: by id, or by a name that is one's alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from coverage.sources.osm_tags import plain_name

if TYPE_CHECKING:
    import geopandas as gpd


class FacilityNames:
    """
    Finds facilities.

    Parameters
    ----------
    facilities
        The study area's, with ``id`` and ``name``.
    """

    def __init__(self, facilities: gpd.GeoDataFrame) -> None:
        self._number = {str(own): i for i, own in enumerate(facilities["id"])}
        plain = [plain_name(str(name)) for name in facilities["name"]]
        alone = {name for name, n in Counter(plain).items() if name and n == 1}
        self._by_name = {name: i for i, name in enumerate(plain) if name in alone}

    def find(self, word: str) -> int:
        """Give the number of the facility that a word names, -1 where it names none."""
        if not word:
            return -1
        return self._number.get(word, self._by_name.get(plain_name(word), -1))
