"""An option held against its county: whom its names mean, and whether its places are there."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import numpy as np
import shapely

from coverage.errors import OptionError, name_some
from coverage.option import Change, Closing, Move
from coverage.routing.segments import CLOSED_CLASSES, first_text, in_tunnel
from coverage.routing.snapping import SNAP_LIMIT_M
from coverage.scenario import option_speeds, option_standard
from coverage.standards import ResponseStandard
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.option import Option
    from coverage.routing.speeds import SpeedTable
    from coverage.scenario import Scenario
    from coverage.study_area import Roads, StudyArea

    Place = tuple[str | int, ...]

Named = TypeVar("Named", Closing, Move, Change)
_KM = 1000.0


def resolve_names(option: Option, area: StudyArea) -> Option:
    """
    Put the ids of the county's facilities where an option calls them by their names.

    Parameters
    ----------
    option
        Whatever it calls a facility that is neither an id nor a name stays as it is.
    area
        The study area.

    Returns
    -------
    Option
        What closes, moves and changes has the name that the study area has for it.

    Raises
    ------
    OptionError
        If a name is that of several facilities, or an id and a name beside it mean different ones.
    """
    names = _Names(area, option)
    return replace(
        option,
        open=tuple(
            replace(item, at=names.find(item.at, ("open", i, "at")) if item.at else "")
            for i, item in enumerate(option.open)
        ),
        close=tuple(names.known(item, ("close", i)) for i, item in enumerate(option.close)),
        move=tuple(
            replace(names.known(item, ("move", i)), to=names.find(item.to, ("move", i, "to"), opens=True))
            for i, item in enumerate(option.move)
        ),
        change=tuple(names.known(item, ("change", i)) for i, item in enumerate(option.change)),
    )


@dataclass(frozen=True)
class _Names:
    """What facilities are called, those of the county and those that open."""

    area: StudyArea
    option: Option

    @cached_property
    def name_of(self) -> Mapping[str, str]:
        table = self.area.facilities
        return {str(i): str(name) for i, name in zip(table["id"], table["name"], strict=True)}

    def find(self, word: str, place: Place, *, opens: bool = False) -> str:
        """Give the id that a word stands for; the word itself where it stands for none."""
        opened = {opening.id: opening.name for opening in self.option.open} if opens else {}
        every = {**opened, **self.name_of}
        if word in every or not word:
            return word
        ids = [facility_id for facility_id, name in every.items() if name == word]
        if len(ids) > 1:
            raise OptionError(
                f'{place[-1]} = "{word}": {len(ids)} facilities bear this name: use the id of the one '
                f"that is meant, {name_some(ids)}",
                zh=f'{place[-1]} = "{word}"：有{len(ids)}处同名设施，请改填编号'
                f"（{name_some(ids, mark='、')}）",
                place=place,
            )
        return ids[0] if ids else word

    def known(self, item: Named, place: Place) -> Named:
        """Give an item with the id and the name that the study area has for its facility."""
        facility_id = self.find(item.id, (*place, "id"))
        name = self.name_of.get(facility_id, item.name)
        other = [i for i, called in self.name_of.items() if called == item.name and called != name]
        if other:
            raise OptionError(
                f'id = "{item.id}" is {name}, but name = "{item.name}" is {other[0]}: correct one of them, '
                "or leave the name out",
                zh=f'id = "{item.id}" 是{name}，而 name = "{item.name}" 是 {other[0]}：'
                "请更正其一，或删去 name",
                place=(*place, "name"),
            )
        return replace(item, id=facility_id, name=name)


def check_places(option: Option, area: StudyArea, scenario: Scenario, speeds: SpeedTable) -> None:
    """
    Refuse facilities that an option puts where the county is not, or where no ambulance could leave.

    Parameters
    ----------
    option
        With the ids of the county's facilities.
    area
        The study area as it is.
    scenario
        The same with the option.
    speeds
        The speed table as it is.

    Raises
    ------
    OptionError
        If a facility would stand outside the boundary and its buffer, or, where ambulances start from it,
        farther than `coverage.routing.snapping.SNAP_LIMIT_M` from every road that is open to them; also if
        the option's promise or speeds are none.
    """
    option_standard(ResponseStandard(), option)
    speeds = option_speeds(speeds, option)
    bases = set(scenario.area.facilities["id"][scenario.bases])
    placed: list[tuple[Place, str, float, float]] = [
        (("open", i, "lon"), o.id, o.lon, o.lat) for i, o in enumerate(option.open) if not o.at
    ]
    placed += [(("move", i, "lon"), m.id, m.lon, m.lat) for i, m in enumerate(option.move) if not m.to]
    for place, facility_id, lon, lat in placed:
        _check_inside(area, lon, lat, place)
        if facility_id in bases:
            _check_near_road(scenario.area.roads, speeds, lon, lat, place)


def _check_inside(area: StudyArea, lon: float, lat: float, place: Place) -> None:
    """Refuse a place outside the county and its surroundings."""
    away_m, swapped_m = _away_m(area, [(lon, lat), (lat, lon)])
    if away_m <= area.buffer_m:
        return
    start = f"lon = {lon:.6g}, lat = {lat:.6g}"
    start_zh = f"lon = {lon:.6g}、lat = {lat:.6g}"
    if swapped_m <= area.buffer_m:
        raise OptionError(
            f"{start}: longitude and latitude are swapped: write lon = {lat:.10g}, lat = {lon:.10g}",
            zh=f"{start_zh}：经纬度颠倒，应为 lon = {lat:.10g}、lat = {lon:.10g}",
            place=place,
        )
    far = f"{away_m / _KM:,.0f} km " if math.isfinite(away_m) else "far "
    far_zh = f"{away_m / _KM:,.0f}公里" if math.isfinite(away_m) else "很远"
    raise OptionError(
        f"{start}: this is {far}outside the county, beyond its surroundings of {area.buffer_m / _KM:g} km: "
        "check the coordinates",
        zh=f"{start_zh}：在县界以外{far_zh}，超出周边{area.buffer_m / _KM:g}公里的范围，请核对坐标",
        place=place,
    )


def _away_m(area: StudyArea, places: list[tuple[float, float]]) -> list[float]:
    """Give how far places lie from the county; infinitely far where its system does not reach."""
    points = gpd.GeoSeries(gpd.points_from_xy(*zip(*places, strict=True)), crs=WGS84).to_crs(area.crs)
    return [
        float(shapely.distance(area.boundary, p)) if math.isfinite(p.x) and math.isfinite(p.y) else math.inf
        for p in points
    ]


def is_near_road(roads: Roads, speeds: SpeedTable, place: shapely.Point) -> bool:
    """
    Tell whether an ambulance would come from a place to a road.

    Parameters
    ----------
    roads
        Of the study area.
    speeds
        Roads without a speed are none for ambulances.
    place
        In the roads' system.

    Returns
    -------
    bool
        Whether a road that is open to ambulances, and neither an expressway nor in a tunnel, is nearer than
        `coverage.routing.snapping.SNAP_LIMIT_M`.
    """
    near = roads.edges.iloc[roads.edges.sindex.query(place, predicate="dwithin", distance=SNAP_LIMIT_M)]
    if near.empty:
        return False
    is_driven = np.isfinite(speeds.speeds_kph(near.drop(columns=near.geometry.name)))
    closed = np.isin(first_text(near, "highway"), CLOSED_CLASSES) | in_tunnel(near)
    return bool((is_driven & ~closed).any())


def _check_near_road(roads: Roads, speeds: SpeedTable, lon: float, lat: float, place: Place) -> None:
    """Refuse a place from which no ambulance comes to a road."""
    here = gpd.GeoSeries(gpd.points_from_xy([lon], [lat]), crs=WGS84).to_crs(roads.edges.crs).iloc[0]
    if is_near_road(roads, speeds, here):
        return
    raise OptionError(
        f"lon = {lon:.6g}, lat = {lat:.6g}: no road for ambulances within {SNAP_LIMIT_M / _KM:g} km: "
        "check the coordinates, or add the road that leads there as [[roads.new]]",
        zh=f"lon = {lon:.6g}、lat = {lat:.6g}：{SNAP_LIMIT_M / _KM:g}公里内没有救护车可通行的道路，"
        "请核对坐标，或用 [[roads.new]] 补充通往此处的道路",
        place=place,
    )
