"""Places, lines and polygons of an option file, from its coordinate system to WGS84."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from coverage.errors import CoverageError, CrsError, OptionError
from coverage.option_checks import check_degrees
from coverage.options.option_tables import number_of, shown
from coverage.sources.boundary_file import ENDINGS
from coverage.sources.coordinates import convert, parse_system, to_wgs84
from coverage.sources.layer_file import parse_layer_file
from coverage.sources.osm_file import check_file
from coverage.sources.polygon_shapes import Polygons, read_polygons
from coverage.sources.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.options.option_tables import Table

    LonLat = tuple[float, float]
    Step = str | int

_WORDS = Polygons(("the closed area", "封闭范围"), ("what is closed as polygons", "封闭范围面"))
_LEAST_CORNERS = 3


def system_of(head: Table) -> str:
    """
    Give the coordinate system of a file, WGS84 where it says none.

    Raises
    ------
    OptionError
        If nobody knows it.
    """
    text = head.text("crs")
    try:
        return parse_system(text) if text else "wgs84"
    except CrsError as error:
        raise head.error(f"crs: {error}", f"crs：{error.zh}", "crs") from error


@dataclass(frozen=True)
class Shapes:
    """
    Reads the shapes of an option file.

    Parameters
    ----------
    system
        Coordinate system of the file, as `coverage.sources.coordinates.parse_system` gives it.
    folder
        Where the file is: files that it names are looked for there.
    """

    system: str
    folder: Path

    def place(self, table: Table) -> LonLat:
        """
        Give ``lon`` and ``lat`` of a table in WGS84, NaN where neither is there.

        Raises
        ------
        OptionError
            If one is missing, they are no numbers, swapped, or no place on Earth.
        """
        lon, lat = table.number("lon"), table.number("lat")
        if math.isnan(lon) and math.isnan(lat):
            return lon, lat
        for key, value, other in (("lon", lon, "lat"), ("lat", lat, "lon")):
            if math.isnan(value):
                raise table.error(
                    f"{other} stands without {key}: give both, in degrees",
                    f"只有 {other}，缺少 {key}：经纬度都要填写",
                    other,
                )
        return self._wgs84(lon, lat, (*table.place,))

    def _wgs84(self, lon: float, lat: float, place: tuple[Step, ...]) -> LonLat:
        if self.system.startswith("EPSG:"):
            try:
                point = to_wgs84(gpd.GeoSeries([shapely.Point(lon, lat)]), self.system).iloc[0]
            except CrsError as error:
                raise OptionError(str(error), zh=error.zh, place=(*place, "lon")) from error
            return point.x, point.y
        check_degrees(lon, lat, place)
        moved = convert([lon], [lat], source=self.system)
        return float(moved.x[0]), float(moved.y[0])

    def line(self, table: Table) -> tuple[LonLat, ...]:
        """
        Give the places of ``line``.

        Raises
        ------
        OptionError
            If it is missing, or no list of two places or more.
        """
        value = table.rows.get("line")
        if value is None:
            raise table.error(
                f"{table.title} has no line: write line = [[lon, lat], [lon, lat]]",
                f"{table.title} 缺少线路：请写 line = [[经度, 纬度], [经度, 纬度]]",
            )
        points = self._points(value, table, "line")
        if len(points) < 2:  # noqa: PLR2004 - a line has two ends
            raise table.error(
                "line has fewer than two places: give those it leads through, from one end to the other",
                "线路 line 不足两个点：请从一端到另一端依次填写",
                "line",
            )
        return points

    def polygon(self, table: Table) -> shapely.Polygon | shapely.MultiPolygon | None:
        """
        Give the polygon of ``polygon`` or of the file that ``file`` names; None where there is neither.

        ``polygon`` is nested as the coordinates of GeoJSON are: a ring of places, rings (the outline, then
        holes), or polygons of rings.

        Raises
        ------
        OptionError
            If there are both, or it is no polygon.
        """
        if "polygon" in table.rows and "file" in table.rows:
            raise table.error(
                "polygon and file are two areas: leave one of them out, or write a second [[roads.close]]",
                "polygon 与 file 是两个范围：请只保留一个，或另写一个 [[roads.close]]",
                "file",
            )
        if "file" in table.rows:
            return self._from_file(table)
        if "polygon" not in table.rows:
            return None
        return self._nested(table.rows["polygon"], table, ("polygon",))

    def _nested(
        self, value: Any, table: Table, place: tuple[Step, ...]
    ) -> shapely.Polygon | shapely.MultiPolygon:
        depth, inner = 0, value
        while isinstance(inner, list) and inner:
            depth, inner = depth + 1, inner[0]
        if depth <= 2:  # noqa: PLR2004 - a ring of places
            return shapely.Polygon(self._ring(value, table, *place))
        if depth == 3:  # noqa: PLR2004 - rings
            rings = [self._ring(ring, table, *place, i) for i, ring in enumerate(value)]
            return shapely.Polygon(rings[0], rings[1:])
        parts = [self._nested(part, table, (*place, i)) for i, part in enumerate(value)]
        return shapely.MultiPolygon([p for part in parts for p in getattr(part, "geoms", [part])])

    def _ring(self, value: Any, table: Table, *place: Step) -> tuple[LonLat, ...]:
        points = self._points(value, table, *place)
        if len(set(points)) < _LEAST_CORNERS:
            raise table.error(
                "the polygon has fewer than three corners: give those around the area, [[lon, lat], …]",
                "多边形不足三个顶点：请沿边界依次填写 [[经度, 纬度], …]",
                *place,
            )
        return points

    def _points(self, value: Any, table: Table, *place: Step) -> tuple[LonLat, ...]:
        if not isinstance(value, list):
            raise table.error(
                f"{place[0]} = {shown(value)} is no list of places: write "
                f"{place[0]} = [[lon, lat], [lon, lat]]",
                f"{place[0]} = {shown(value)} 不是坐标列表：应写成 {place[0]} = [[经度, 纬度], [经度, 纬度]]",
                *place,
            )
        points = []
        for i, pair in enumerate(value):
            if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 - longitude and latitude
                raise table.error(
                    f"{shown(pair)} is no place: write [lon, lat]",
                    f"{shown(pair)} 不是坐标：应写成 [经度, 纬度]",
                    *(*place, i),
                )
            lon, lat = (number_of(x, table, *place, i, k) for k, x in enumerate(pair))
            points.append(self._wgs84(lon, lat, (*table.place, *place, i)))
        return tuple(points)

    def _from_file(self, table: Table) -> shapely.Polygon | shapely.MultiPolygon:
        name = table.text("file")
        file = parse_layer_file(str(self.folder / name), default_crs=self.system)
        try:
            check_file(file.path, ENDINGS)
            polygons = read_polygons(read_table(replace(file, columns={}), "zones")[0], _WORDS)
        except CoverageError as error:
            raise table.error(str(error), error.zh, "file") from error
        area: shapely.Polygon | shapely.MultiPolygon = shapely.force_2d(polygons.union_all())
        return area
