"""Names by which a planner finds a place that has none: its township, its road, the nearest village."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from coverage.study_area import StudyArea

_FIRST_HAN, _LAST_HAN = "\u4e00", "\u9fff"
_DIRECTIONS = {
    "zh": ("以东", "东北方向", "以北", "西北方向", "以西", "西南方向", "以南", "东南方向"),
    "en": ("E", "NE", "N", "NW", "W", "SW", "S", "SE"),
}
_BESIDE_M = 200.0  # nearer to a village than this is in it
_ROAD_RANK = {
    word: rank
    for rank, word in enumerate(("trunk", "primary", "secondary", "tertiary", "unclassified", "residential"))
}


def road_rank(highway: str) -> int:
    """Rank a road class: the smaller, the greater the road; slip roads count as their own."""
    return _ROAD_RANK.get(highway.removesuffix("_link"), len(_ROAD_RANK))


@dataclass(frozen=True)
class PlaceNames:
    """
    Gives places of a study area readable names, in the language of its own names.

    Parameters
    ----------
    area
        The study area.
    """

    area: StudyArea

    @cached_property
    def lang(self) -> str:
        """``zh`` where the townships have Chinese names, ``en`` elsewhere."""
        letters = "".join(self.area.townships["name"].astype(str))
        return "zh" if any(_FIRST_HAN <= letter <= _LAST_HAN for letter in letters) else "en"

    @cached_property
    def _landmarks(self) -> tuple[shapely.STRtree, list[str]]:
        """Settlements that have a name; facilities where none has."""
        for table in (self.area.demand, self.area.facilities):
            named = table[table["name"].astype(str) != ""]
            if len(named):
                return shapely.STRtree(named.geometry.to_numpy()), named["name"].astype(str).tolist()
        return shapely.STRtree([]), []

    def townships(self, points: NDArray[np.object_]) -> list[str]:
        """Give the name of the township each point lies in, empty where in none."""
        tree = shapely.STRtree(self.area.townships.geometry.to_numpy())
        which, township = tree.query(points, predicate="intersects")
        names = np.full(len(points), "", dtype=object)
        # where outlines overlap, the township that is listed first
        order = np.lexsort((-township, which))
        names[which[order]] = self.area.townships["name"].to_numpy(dtype=object)[township[order]]
        return [str(name) for name in names]

    def seat(self, township: str) -> str:
        """Call the seat of a township."""
        if self.lang == "en":
            return f"{township} (centre)"
        return township + ("办事处驻地" if township.endswith("街道") else "政府驻地")

    def told_apart(
        self, names: Sequence[str], points: NDArray[np.object_], ends: Sequence[frozenset[object]]
    ) -> list[str]:
        """
        Tell villages from their namesakes, by township and road.

        Parameters
        ----------
        names
            Of the villages.
        points, ends
            As for `places`.
        """
        parts = zip(names, self.townships(points), self._roads(ends), strict=True)
        result = []
        for name, township, road in parts:
            wide = "" if township in name else township
            if self.lang == "zh":
                result.append(f"{wide}{name}" + (f"（{road}沿线）" if road else ""))
            else:
                result.append(", ".join(filter(None, (name, wide, road))))
        return result

    def places(
        self, points: NDArray[np.object_], ends: Sequence[frozenset[object]], *, junction: bool
    ) -> list[str]:
        """
        Name places without a name of their own.

        Parameters
        ----------
        points
            Shape (n,), in the area's system.
        ends
            For each place the nodes of its road: one for a junction, both ends for a place beside a road.
        junction
            Whether they are places where roads meet; else they are settlements.

        Returns
        -------
        list of str
            Such as ``柳林镇S101路口（第3村东北方向1.2公里）`` or ``S101 junction, Liulin (1.2 km NE of Old
            Mill)``.
        """
        townships = self.townships(points)
        parts = zip(townships, self._roads(ends), self._near(points, townships), strict=True)
        return [self._name(township, road, near, junction=junction) for township, road, near in parts]

    def _name(self, township: str, road: str, near: str, *, junction: bool) -> str:
        if self.lang == "zh":
            what = f"{road}路口" if junction else f"{road}沿线居民点" if road else "居民点"
            return township + what + (f"（{near}）" if near else "")
        what = f"{road} junction" if junction and road else "junction" if junction else road or "settlement"
        return ", ".join(filter(None, (what, township))) + (f" ({near})" if near else "")

    def _near(self, points: NDArray[np.object_], townships: Sequence[str]) -> list[str]:
        """Say where each point lies as seen from the nearest landmark, whose township goes without saying."""
        tree, names = self._landmarks
        if not names:
            return [""] * len(points)
        nearest = tree.nearest(points)
        landmarks = tree.geometries[nearest]
        east_m = shapely.get_x(points) - shapely.get_x(landmarks)
        north_m = shapely.get_y(points) - shapely.get_y(landmarks)
        return [
            self._bearing(names[i].removeprefix(township).lstrip("·・,- ") or names[i], float(x), float(y))
            for i, township, x, y in zip(nearest.tolist(), townships, east_m, north_m, strict=True)
        ]

    def _bearing(self, landmark: str, east_m: float, north_m: float) -> str:
        away_m = math.hypot(east_m, north_m)
        if away_m < _BESIDE_M:
            return f"{landmark}附近" if self.lang == "zh" else f"near {landmark}"
        eighth = round(math.atan2(north_m, east_m) / (math.pi / 4)) % 8
        direction = _DIRECTIONS[self.lang][eighth]
        if self.lang == "zh":
            return f"{landmark}{direction}{away_m / 1000:.1f}公里"
        return f"{away_m / 1000:.1f} km {direction} of {landmark}"

    def _roads(self, ends: Sequence[frozenset[object]]) -> list[str]:
        """Give the name of the greatest named road at each place, empty where none has one."""
        edges = self.area.roads.edges
        if not {"name", "ref"} & set(edges.columns):
            return [""] * len(ends)
        wanted = set().union(*ends) if ends else set()
        tails, heads = (edges.index.get_level_values(level) for level in (0, 1))
        mine = edges[tails.isin(wanted) | heads.isin(wanted)]
        labels = _labels(mine.get("ref"), mine.get("name"), len(mine))
        ranks = [road_rank(_first(cell)) for cell in mine["highway"].tolist()]
        best: dict[object, tuple[int, str]] = {}
        for (u, v, *_), rank, label in zip(mine.index.tolist(), ranks, labels, strict=True):
            if label:
                for place in (u, v, frozenset((u, v))):
                    best[place] = min(best.get(place, (rank, label)), (rank, label))
        return [best.get(next(iter(e)) if len(e) == 1 else e, (0, ""))[1] for e in ends]


def _labels(refs: Iterable[object] | None, names: Iterable[object] | None, n: int) -> list[str]:
    """Give each road's number and name, or what there is of them."""
    numbers = [""] * n if refs is None else [_first(cell) for cell in refs]
    words = [""] * n if names is None else [_first(cell) for cell in names]
    return [word or number for number, word in zip(numbers, words, strict=True)]


def _first(cell: object) -> str:
    """Give a cell's text, the first of several, empty where there is none."""
    if isinstance(cell, list):
        cell = cell[0] if cell else ""
    return cell.split(";")[0].strip() if isinstance(cell, str) else ""
