"""The county's outline in its metric system, and the surroundings that count with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from coverage.errors import SourceError
from coverage.study_area import WGS84, metric_crs

if TYPE_CHECKING:
    from pyproj import CRS

MAX_BUFFER_M = 200_000.0


@dataclass(frozen=True)
class Frame:
    """
    What every layer is placed in.

    Parameters
    ----------
    boundary
        The county, in `crs`.
    crs
        Metric reference system: the UTM zone of the boundary's centroid.
    buffer_m
        How far beyond the boundary roads and facilities count, metres.
    """

    boundary: shapely.Polygon | shapely.MultiPolygon
    crs: CRS
    buffer_m: float

    @cached_property
    def region(self) -> shapely.Polygon | shapely.MultiPolygon:
        """The boundary with its buffer, in `crs`; prepared for many questions."""
        region = self.boundary.buffer(self.buffer_m)
        shapely.prepare(region)
        return region

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the region (WGS84)."""
        west, south, east, north = gpd.GeoSeries([self.region], crs=self.crs).to_crs(WGS84).total_bounds
        return float(west), float(south), float(east), float(north)


def check_buffer(buffer_m: float) -> None:
    """
    Refuse a buffer, metres, that makes no sense.

    Raises
    ------
    SourceError
        If it is negative, no number or beyond `MAX_BUFFER_M`.
    """
    if not 0 <= buffer_m <= MAX_BUFFER_M:  # false for NaN too
        most = f"{MAX_BUFFER_M / 1000:g}"
        raise SourceError(
            f"the buffer is {buffer_m / 1000:g} km: give 0 to {most} with --buffer-km",
            zh=f"缓冲距离为 {buffer_m / 1000:g} 公里：--buffer-km 应为0至{most}",
        )


def frame_of(boundary: shapely.Polygon | shapely.MultiPolygon, buffer_m: float) -> Frame:
    """
    Choose the metric system a boundary (WGS84) asks for.

    Raises
    ------
    SourceError
        If the buffer is negative, no number or beyond `MAX_BUFFER_M`.
    CrsError
        If no UTM zone fits.
    """
    check_buffer(buffer_m)
    series = gpd.GeoSeries([boundary], crs=WGS84)
    crs = metric_crs(series)
    return Frame(series.to_crs(crs).iloc[0], crs, buffer_m)
