"""Whether a table's points lie on the roads as declared, or would in another coordinate system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from coverage.sources.coordinates import SYSTEM_NAMES, convert, parse_system
from coverage.sources.notes import Note
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely
    from numpy.typing import ArrayLike, NDArray

    from coverage.sources.frame import Frame

    Floats = NDArray[np.float64]

MAX_POINTS = 2_000
MIN_POINTS = 5
# What "markedly closer" means. Hospitals, villages and other places of Liechtenstein, Porto and Linxiang were
# moved, 5 to 200 at a time, by 500 to 1,300 m in any direction: declared rightly they are called wrong in at
# most 2 draws of 1,000, strewn at random in 3 of 100; declared wrongly they are found in a quarter of the
# draws with 5 of them, in half with 15, in nine of ten with 100. Without the logarithm it is half to two
# thirds as many, because a few remote points outweigh all others.
_MAX_RATIO = 2 / 3
_MIN_T = 2.5
_BLUR_M = 10.0
# No reading of a point is farther from the point as it stands.
_MARGIN_DEG = 0.05
NEAR_M = 2_000.0
"""Points farther from every road in all readings, such as a station of the next city, tell nothing."""
_CANDIDATES = ("wgs84", "gcj02", "bd09")


def fit_notes(
    x: ArrayLike,
    y: ArrayLike,
    system: str,
    roads: shapely.STRtree,
    frame: Frame,
    *,
    layer: str,
    file: str,
) -> tuple[Note, ...]:
    """
    Say so where points lie markedly closer to the roads when read in another system than declared.

    A system is markedly closer when the mean distance to the nearest road is at most two thirds, and the mean
    of the logarithms of the distances (with 10 m added, so that metres on a road count for nothing) is lower
    by 2.5 standard errors, point by point. Outside China all systems agree, and nothing is said.

    Parameters
    ----------
    x, y
        Longitude and latitude as they stand in the file, shape (n,); NaN where there is none.
    system
        What they are declared to be, as `parse_system` takes it. Nothing is said of projected ones.
    roads
        Lines in `frame.crs`.
    frame
        Points within its region count that lie within `NEAR_M` of a road in one reading at least, at most
        `MAX_POINTS` of them; below `MIN_POINTS` nothing is said.
    layer, file
        Layer the note is about, and how the file is named on the command line, with its sheet.

    Returns
    -------
    tuple of Note
        One, with both mean distances and the file's name with the system behind it; or none.
    """
    declared = parse_system(system)
    lon, lat = _sample(x, y, frame)
    readings = _readings(lon, lat, (declared, *_CANDIDATES), roads, frame)
    closer = [name for name in _CANDIDATES if _is_marked(readings[name], readings[declared])]
    if not closer:
        return ()
    best = min(closer, key=lambda name: float(np.nanmean(readings[name])))
    both = np.isfinite(readings[best]) & np.isfinite(readings[declared])
    now_m, then_m = (float(readings[name][both].mean()) for name in (declared, best))
    (now_en, now_zh), (then_en, then_zh) = (_names(name) for name in (declared, best))
    return (
        Note(
            "system_doubtful",
            layer,
            f"{file}: read as {now_en} its points lie {now_m:.0f} m from the nearest road on average, "
            f"read as {then_en} {then_m:.0f} m; unless you are sure, import it as {file}@{best}",
            f"{file}：点位按{now_zh}读取时，距最近道路平均{now_m:.0f}米；按{then_zh}读取时仅{then_m:.0f}米。"
            f"如不能确认，请改为 {file}@{best} 重新导入",
            int(both.sum()),
        ),
    )


def best_system(x: ArrayLike, y: ArrayLike, roads: shapely.STRtree, frame: Frame) -> tuple[str, float] | None:
    """
    Find the system in which points that do not say theirs lie markedly closer to the roads than in any other.

    Parameters
    ----------
    x, y, roads, frame
        As in `fit_notes`.

    Returns
    -------
    tuple of str and float, or None
        ``wgs84``, ``gcj02`` or ``bd09``, and the mean distance to the nearest road in metres; None where no
        system stands out, or fewer than `MIN_POINTS` points lie in the region. Where all systems agree, as
        outside China, it is ``wgs84``.
    """
    lon, lat = _sample(x, y, frame)
    readings = _readings(lon, lat, _CANDIDATES, roads, frame)
    known = {name: d for name, d in readings.items() if np.isfinite(d).sum() >= MIN_POINTS}
    if not known:
        return None
    best = min(known, key=lambda name: float(np.nanmean(known[name])))
    others = [d for d in known.values() if not np.array_equal(d, known[best], equal_nan=True)]
    if not all(_is_marked(known[best], other) for other in others):
        return None
    return best, float(np.nanmean(known[best]))


def _names(system: str) -> tuple[str, str]:
    return SYSTEM_NAMES.get(system, (system, f" {system} "))


def _sample(x: ArrayLike, y: ArrayLike, frame: Frame) -> tuple[Floats, Floats]:
    """Choose different points that may lie in the region, evenly spread over the file."""
    lon, lat = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    west, south, east, north = frame.extent
    near = (lon >= west - _MARGIN_DEG) & (lon <= east + _MARGIN_DEG)
    near &= (lat >= south - _MARGIN_DEG) & (lat <= north + _MARGIN_DEG)
    points = np.column_stack([lon[near], lat[near]])
    # the same place twice is no second witness
    points = points[np.sort(np.unique(points, axis=0, return_index=True)[1])]
    if len(points) > MAX_POINTS:
        points = points[np.linspace(0, len(points) - 1, MAX_POINTS).astype(np.intp)]
    return points[:, 0], points[:, 1]


def _readings(
    lon: Floats, lat: Floats, systems: Sequence[str], roads: shapely.STRtree, frame: Frame
) -> dict[str, Floats]:
    """Give every point's distance to the nearest road in each system; NaN for points that tell nothing."""
    readings = {name: _distances_m(lon, lat, name, roads, frame) for name in systems}
    # comparisons with NaN are false
    is_near = np.any([distances <= NEAR_M for distances in readings.values()], axis=0)
    return {name: np.where(is_near, distances, np.nan) for name, distances in readings.items()}


def _distances_m(lon: Floats, lat: Floats, system: str, roads: shapely.STRtree, frame: Frame) -> Floats:
    """Give every point's distance to the nearest road when read in a system; NaN outside the region."""
    read = convert(lon, lat, source=system)
    points = gpd.GeoSeries(gpd.points_from_xy(read.x, read.y), crs=WGS84).to_crs(frame.crs)
    inside = np.flatnonzero(points.within(frame.region))
    distances = np.full(len(lon), np.nan)
    if len(inside) and len(roads):
        (point, _), found = roads.query_nearest(
            points.to_numpy()[inside], return_distance=True, all_matches=False
        )
        distances[inside[point]] = found
    return distances


def _is_marked(closer_m: Floats, farther_m: Floats) -> bool:
    """Tell whether the same points are markedly closer to the roads in one reading than in another."""
    both = np.isfinite(closer_m) & np.isfinite(farther_m)
    n = int(both.sum())
    if n < MIN_POINTS or closer_m[both].mean() > _MAX_RATIO * farther_m[both].mean():
        return False
    gain = np.log((farther_m[both] + _BLUR_M) / (closer_m[both] + _BLUR_M))
    return bool(gain.mean() > 0 and gain.mean() >= _MIN_T * gain.std(ddof=1) / np.sqrt(n))
