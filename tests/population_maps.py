"""Small counties, road nets and rasters for the tests of population files."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from affine import Affine

from coverage.sources.frame import Frame
from coverage.sources.layer_file import LayerFile

CRS = "EPSG:32649"
X0, Y0 = 640_000.0, 3_262_000.0
SIDE_M = 4_000.0


def box(west, south, east, north):
    """A rectangle, metres from the county's south-western corner."""
    return shapely.box(X0 + west, Y0 + south, X0 + east, Y0 + north)


def frame(boundary=None, buffer_m=5_000.0):
    return Frame(boundary or box(0, 0, 3 * SIDE_M, SIDE_M), gpd.GeoSeries([], crs=CRS).crs, buffer_m)


def townships(*totals, names=("城关镇", "柳林镇", "石门乡"), shapes=None):
    """Squares of 4 km in a row from west to east."""
    totals = totals or (np.nan,) * 3
    return gpd.GeoDataFrame(
        {
            "id": [f"43069910{i}" for i in range(len(totals))],
            "name": list(names[: len(totals)]),
            "class": "rural",
            "population": np.array(totals, dtype=float),
        },
        geometry=shapes or [box(i * SIDE_M, 0, (i + 1) * SIDE_M, SIDE_M) for i in range(len(totals))],
        crs=CRS,
    )


def roads(*lines, highway="residential"):
    """Two-way roads, metres from the county's corner; by default one through the middle of all townships."""
    lines = lines or [[(200, 2_000), (3 * SIDE_M - 200, 2_000)]]
    rows = []
    for i, line in enumerate(lines):
        shape = shapely.LineString([(X0 + x, Y0 + y) for x, y in line])
        for u, v, geometry in ((2 * i, 2 * i + 1, shape), (2 * i + 1, 2 * i, shape.reverse())):
            rows.append((u, v, 0, highway, shape.length, geometry))
    table = gpd.GeoDataFrame(rows, columns=["u", "v", "key", "highway", "length", "geometry"], crs=CRS)
    return table.set_index(["u", "v", "key"])


def north_up(left, top, size):
    """The place of cells whose first line lies in the north."""
    return Affine(size, 0, left, 0, -size, top)


def raster(path, cells, *, west=0.0, north=SIDE_M, size=100.0, crs=CRS, origin=None, **profile):
    """Write cells, the first line in the north; `west` and `north` are metres from the county's corner."""
    cells = np.atleast_3d(np.asarray(cells)).transpose(2, 0, 1) if np.ndim(cells) == 2 else np.asarray(cells)
    tags = {key: profile.pop(key) for key in ("scales", "offsets") if key in profile}
    left, top = origin or (X0 + west, Y0 + north)
    transform = profile.pop("transform", None) or north_up(left, top, size)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=cells.shape[1],
        width=cells.shape[2],
        count=cells.shape[0],
        dtype=cells.dtype,
        crs=crs,
        transform=transform,
        **profile,
    ) as file:
        file.write(cells)
        for key, value in tags.items():
            setattr(file, key, value)
    return LayerFile(path)


def by_township(points):
    return points.groupby("township_id")["population"].sum().to_dict()


def codes(notes):
    return {note.code for note in notes}


def lonlat(x, y):
    """Degrees of places given in metres from the county's corner."""
    points = gpd.GeoSeries(shapely.points(X0 + np.asarray(x), Y0 + np.asarray(y)), crs=CRS).to_crs(
        "EPSG:4326"
    )
    return points.x.to_numpy(), points.y.to_numpy()


def village_csv(path, rows, encoding="utf-8-sig"):
    """Write rows of a village list; keys are headers."""
    pd.DataFrame(rows).to_csv(path, index=False, encoding=encoding)
    return path
