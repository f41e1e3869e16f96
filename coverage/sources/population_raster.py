"""People from a raster of cells (WorldPop and the like), read no farther than the county reaches."""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from coverage.errors import CrsError, FileError, SourceError
from coverage.sources.coordinates import parse_system
from coverage.sources.notes import Note
from coverage.sources.osm_file import check_file, unreadable
from coverage.sources.population_cells import Pots, Zones, joined, overlay
from coverage.sources.road_pieces import township_of
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.layer_file import LayerFile

ENDINGS = (".tif", ".tiff")
# 20 million cells of 100 m are a county of 200,000 km², the largest there is
MAX_CELLS = 30_000_000
STRIP_CELLS = 1_000_000
# Inner Shanghai has 30,000 people a km²; a county's mean above this is a density read as a count
DENSE_PER_KM2 = 10_000.0
_MIN_MISSING_SHARE = 1e-4
# an outline that is straight in one system bends in another: by less than a centimetre a kilometre
_STRAIGHT_M = 1_000.0
_CACHE_MB = 64
_PLAIN_COLOURS = ("gray", "undefined")


@dataclass(frozen=True)
class Grid:
    """
    Where the cells of a raster lie.

    Parameters
    ----------
    crs
        Its reference system.
    x0, y0
        Corner of the first cell of the first line.
    dx, dy
        From one cell to the next, and from one line to the next (mostly negative).
    n_columns, n_lines
        Its size.
    """

    crs: CRS
    x0: float
    y0: float
    dx: float
    dy: float
    n_columns: int
    n_lines: int

    def boxes(self, column: NDArray[np.int64], line: NDArray[np.int64]) -> NDArray[np.object_]:
        """Draw cells."""
        x, y = self.x0 + column * self.dx, self.y0 + line * self.dy
        xs, ys = np.sort([x, x + self.dx], axis=0), np.sort([y, y + self.dy], axis=0)
        return np.asarray(shapely.box(xs[0], ys[0], xs[1], ys[1]))

    def middle(
        self, column: NDArray[np.int64], line: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the middle of cells."""
        x, y = self.x0 + (column + 0.5) * self.dx, self.y0 + (line + 0.5) * self.dy
        return x.astype(np.float64), y.astype(np.float64)

    def at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.int64], ...]:
        """Give the column and line of places in the raster's system, which may lie beyond it."""
        column, line = np.floor((x - self.x0) / self.dx), np.floor((y - self.y0) / self.dy)
        return column.astype(np.int64), line.astype(np.int64)

    def number(self, column: NDArray[np.int64], line: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number cells line by line."""
        return line * self.n_columns + column

    def cells_of(self, x: NDArray[np.float64], y: NDArray[np.float64], crs: CRS) -> NDArray[np.int64]:
        """Give the number of the cell that places in another system lie in, -1 beyond the raster."""
        column, line = self.at(*Transformer.from_crs(crs, self.crs, always_xy=True).transform(x, y))
        within = (column >= 0) & (column < self.n_columns) & (line >= 0) & (line < self.n_lines)
        return np.where(within, self.number(column, line), -1)

    def name(self, cell: NDArray[np.int64]) -> list[str]:
        """Call cells by line and column, both counted from 1."""
        return [f"r{i // self.n_columns + 1}c{i % self.n_columns + 1}" for i in cell.tolist()]


@dataclass(frozen=True)
class RasterPeople:
    """
    People of a raster within the boundary.

    Parameters
    ----------
    pots
        By cell and township; a place lies in the cell, in the system of the frame.
    grid
        Of the raster.
    cell_m2
        Size of a cell in the middle of the county.
    notes
        What was left out or looks wrong.
    """

    pots: Pots
    grid: Grid
    cell_m2: float
    notes: tuple[Note, ...]


def read_raster(file: LayerFile, frame: Frame, townships: gpd.GeoDataFrame) -> RasterPeople:
    """
    Read the people of a raster that live within the boundary.

    The figure of a cell is expected to be the number of its people (WorldPop's ``ppp``, GHS-POP, LandScan),
    not a density; a raster cannot say which it is. Its scale and offset are applied. A cell that the boundary
    or a township's outline crosses counts by its exact shares of area; nothing else of the file is read.

    Parameters
    ----------
    file
        A GeoTIFF; what is declared as its system beats what the file says.
    frame
        The county.
    townships
        Polygons in the system of the frame.

    Raises
    ------
    FileError
        If it is missing, damaged or no GeoTIFF, or rasterio is not installed.
    CrsError
        If it is rotated, has no reference system, or one that cannot be used.
    SourceError
        If it is a picture or classes, does not reach the county, is too fine, or has nobody there.
    """
    check_file(file.path, ENDINGS)
    with _opened(file.path) as dataset:
        _check_band(file, dataset)
        grid = _grid(file, dataset)
        zones = _zones(grid, frame, townships)
        window = _window(file, grid, zones)
        pots, n_unusable = _read(dataset, grid, zones, window, frame.crs)
        n_bands = dataset.count
    if not len(pots):
        raise SourceError(
            f"{file.name} has nobody within the boundary: check that its figures are people per cell",
            zh=f"{file.name} 在县界内没有人口：请确认像元值为人口数",
        )
    cell_m2 = _cell_m2(grid, frame)
    notes = (
        *_reading_notes(file.name, n_bands, n_unusable),
        *_missing_note(file.name, grid, zones),
        *_density_note(file.name, float(pots.people.sum()), frame, cell_m2),
    )
    return RasterPeople(pots, grid, cell_m2, notes)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a GeoTIFF; faults of the file become one line."""
    try:
        import rasterio  # noqa: PLC0415
    except ImportError as error:
        raise FileError(
            f"{path.name} is a raster, and reading one needs rasterio: "
            "pip install 'emergency-coverage[raster]'",
            zh=f"{path.name} 是栅格，读取栅格需要rasterio：pip install 'emergency-coverage[raster]'",
        ) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        try:
            with (
                rasterio.Env(GDAL_CACHEMAX=_CACHE_MB),
                rasterio.open(path, driver="GTiff") as dataset,
            ):
                yield dataset
        except rasterio.errors.RasterioError as error:
            raise unreadable(path) from error


def _check_band(file: LayerFile, dataset: Any) -> None:
    """Refuse pictures and classes, whose figures are no people."""
    colour = dataset.colorinterp[0].name
    kind = dataset.dtypes[0]
    if colour in _PLAIN_COLOURS and not kind.startswith("complex"):
        return
    raise SourceError(
        f"{file.name} is a picture or a map of classes, not a raster of people: give one whose cells hold "
        "the number of their people, such as WorldPop's",
        zh=f"{file.name} 是图片或分类栅格，不是人口栅格：请提供像元值为人口数的栅格，例如WorldPop",
    )


def _grid(file: LayerFile, dataset: Any) -> Grid:
    """Say where the cells lie."""
    at = dataset.transform
    if at.b or at.d or not at.a or not at.e:
        raise CrsError(
            f"{file.name} is rotated: turn it to the north first (QGIS: Raster, Projections, Warp)",
            zh=f"{file.name} 的栅格有旋转：请先纠正为正北方向（QGIS：栅格→投影→变形）",
        )
    return Grid(_crs(file, dataset), at.c, at.f, at.a, at.e, dataset.width, dataset.height)


def _crs(file: LayerFile, dataset: Any) -> CRS:
    """Give the declared system, else the file's own, else the one of this run."""
    own = CRS.from_wkt(dataset.crs.to_wkt()) if dataset.crs else None
    if own is not None and not file.crs:
        return own
    declared = file.crs or file.default_crs
    if not declared:
        raise CrsError(
            f"{file.name} does not say its reference system: declare it, as in {file.path.name}@EPSG:4326",
            zh=f"{file.name} 没有坐标系信息：请注明，例如 {file.path.name}@EPSG:4326",
        )
    system = parse_system(declared)
    if system in ("gcj02", "bd09"):
        raise CrsError(
            f"{file.name} is declared as {system}, whose shift bends a raster: give it in WGS84 or CGCS2000",
            zh=f"{file.name} 声明为 {system}，该坐标系的偏移会使栅格变形：请提供WGS84或CGCS2000的栅格",
        )
    return CRS.from_user_input({"wgs84": WGS84, "cgcs2000": "EPSG:4490"}.get(system, system))


def _zones(grid: Grid, frame: Frame, townships: gpd.GeoDataFrame) -> Zones:
    """Draw the boundary and the townships in the system of the raster."""
    shapes = gpd.GeoSeries([frame.boundary, *townships.geometry], crs=frame.crs)
    shapes = shapes.segmentize(_STRAIGHT_M).to_crs(grid.crs)
    if not np.isfinite(shapes.total_bounds).all():
        raise CrsError(
            f"the raster's reference system {grid.crs.name} does not reach the county: check it",
            zh=f"栅格的坐标系 {grid.crs.name} 不适用于该县：请核对",
        )
    polygons = shapes.make_valid().to_numpy()
    return Zones(polygons[0], polygons[1:])


@dataclass(frozen=True)
class _Window:
    """The part of a raster that holds the county: first column and line, and how many."""

    column: int
    line: int
    n_columns: int
    n_lines: int


def _window(file: LayerFile, grid: Grid, zones: Zones) -> _Window:
    """Find the cells that the boundary's rectangle touches."""
    west, south, east, north = zones.boundary.bounds
    column, line = grid.at(np.array([west, east]), np.array([south, north]))
    left, right = max(int(column.min()), 0), min(int(column.max()) + 1, grid.n_columns)
    top, bottom = max(int(line.min()), 0), min(int(line.max()) + 1, grid.n_lines)
    if left >= right or top >= bottom:
        raise SourceError(
            f"{file.name} does not reach the county: it spans {_extent(grid)}; give the raster of "
            "its province or country",
            zh=f"{file.name} 不覆盖该县：其范围为 {_extent(grid)}；请提供所在省份或全国的栅格",
        )
    window = _Window(left, top, right - left, bottom - top)
    if window.n_columns * window.n_lines > MAX_CELLS:
        raise SourceError(
            f"{file.name} has {window.n_columns * window.n_lines:,} cells within the county, more than "
            f"{MAX_CELLS:,}: sum them up to cells of 100 m first",
            zh=f"{file.name} 在县域内有{window.n_columns * window.n_lines:,}个像元，超过{MAX_CELLS:,}个："
            "请先按100米像元汇总",
        )
    return window


def _extent(grid: Grid) -> str:
    """Give a raster's corners in degrees, as messages do."""
    ends = np.array([0, grid.n_columns - 1]), np.array([0, grid.n_lines - 1])
    corners = gpd.GeoSeries(grid.boxes(*ends), crs=grid.crs).to_crs(WGS84).total_bounds
    return "{:.2f}–{:.2f}° E, {:.2f}–{:.2f}° N".format(*corners[[0, 2, 1, 3]])


def _read(dataset: Any, grid: Grid, zones: Zones, window: _Window, crs: CRS) -> tuple[Pots, int]:
    """Read the window strip by strip; give the people, and how many cells have an impossible figure."""
    from rasterio.windows import Window  # noqa: PLC0415

    rim = _rim(grid, zones)
    scale, offset = float(dataset.scales[0]), float(dataset.offsets[0])
    height = max(STRIP_CELLS // window.n_columns, 1)
    found, n_unusable = [_nobody()], 0
    for top in range(window.line, window.line + window.n_lines, height):
        n_lines = min(height, window.line + window.n_lines - top)
        strip = Window(window.column, top, window.n_columns, n_lines)
        cells = dataset.read(1, window=strip, masked=True)
        people = np.ma.filled(cells.astype(np.float64) * scale + offset, math.nan)
        n_unusable += int((np.isinf(people) | (people < 0)).sum())
        line, column = np.nonzero(np.isfinite(people) & (people > 0))
        figures = people[line, column]
        found.append(_pots(figures, column + window.column, line + top, rim, grid, zones))
    pots = joined(found)
    pots = pots.take(np.argsort(pots.source, kind="stable"))
    x, y = Transformer.from_crs(grid.crs, crs, always_xy=True).transform(pots.x, pots.y)
    return Pots(pots.people, pots.township, np.asarray(x), np.asarray(y), pots.source), n_unusable


def _nobody() -> Pots:
    nothing = np.zeros(0)
    return Pots(nothing, nothing.astype(np.intp), nothing, nothing, nothing.astype(np.int64))


def _rim(grid: Grid, zones: Zones) -> NDArray[np.int64]:
    """Give the numbers of all cells that an outline may cross, and of some beside them, sorted."""
    # a sample every half cell, and the eight cells around each: an outline cannot slip through
    step = min(abs(grid.dx), abs(grid.dy)) / 2
    lines = shapely.boundary([zones.boundary, *zones.townships])
    at = shapely.get_coordinates(shapely.segmentize(lines, step))
    column, line = grid.at(at[:, 0], at[:, 1])
    centre = np.unique(np.column_stack([column, line]), axis=0)
    around = np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)])
    column, line = (centre[:, None, :] + around).reshape(-1, 2).T
    within = (column >= 0) & (column < grid.n_columns) & (line >= 0) & (line < grid.n_lines)
    return np.unique(grid.number(column[within], line[within]))


def _pots(
    people: NDArray[np.float64],
    column: NDArray[np.int64],
    line: NDArray[np.int64],
    rim: NDArray[np.int64],
    grid: Grid,
    zones: Zones,
) -> Pots:
    """Give cells to the townships: whole ones by their middle, those on an outline by shares of area."""
    number = grid.number(column, line)
    crossed = np.isin(number, rim)
    whole = np.flatnonzero(~crossed)
    x, y = grid.middle(column[whole], line[whole])
    shapely.prepare(zones.boundary)
    inside = shapely.intersects_xy(zones.boundary, x, y)
    whole, x, y = whole[inside], x[inside], y[inside]
    complete = Pots(people[whole], township_of(x, y, zones.townships), x, y, number[whole])
    cut = np.flatnonzero(crossed)
    parts = overlay(grid.boxes(column[cut], line[cut]), zones)
    of = cut[parts.cell]
    return joined([complete, Pots(people[of] * parts.share, parts.township, parts.x, parts.y, number[of])])


def _cell_m2(grid: Grid, frame: Frame) -> float:
    """Measure the cell in the middle of the county."""
    at = gpd.GeoSeries([frame.boundary.representative_point()], crs=frame.crs).to_crs(grid.crs).iloc[0]
    cell = grid.boxes(*grid.at(np.array([at.x]), np.array([at.y])))
    return float(gpd.GeoSeries(cell, crs=grid.crs).to_crs(frame.crs).area.iloc[0])


def _reading_notes(name: str, n_bands: int, n_unusable: int) -> tuple[Note, ...]:
    notes = []
    if n_bands > 1:
        notes.append(
            Note(
                "raster_bands",
                "demand",
                f"{name} has {n_bands} bands, of which the first is read",
                f"{name} 有{n_bands}个波段，只读取第一个",
                n_bands,
            )
        )
    if n_unusable:
        notes.append(
            Note(
                "raster_unusable",
                "demand",
                f"cells of {name} with a negative or infinite figure, read as without people: {n_unusable:,}",
                f"{name} 中像元值为负数或无穷大、按无人口处理的像元：{n_unusable:,}个",
                n_unusable,
            )
        )
    return tuple(notes)


def _missing_note(name: str, grid: Grid, zones: Zones) -> tuple[Note, ...]:
    """Say so where the raster ends within the county."""
    ends = np.array([0, grid.n_columns - 1]), np.array([0, grid.n_lines - 1])
    sheet = shapely.box(*shapely.total_bounds(grid.boxes(*ends)))
    share = shapely.difference(zones.boundary, sheet).area / zones.boundary.area
    if share < _MIN_MISSING_SHARE:
        return ()
    en = f"{name} ends within the county: {share:.1%} of its area has no cells, and nobody is counted there"
    zh = f"{name} 未覆盖全县：{share:.1%}的面积没有像元，该部分未计人口"
    return (Note("raster_partial", "demand", en, zh, 1),)


def _density_note(name: str, people: float, frame: Frame, cell_m2: float) -> tuple[Note, ...]:
    """Say so where there are more people than can be, as a density read as a count makes."""
    density = people / (frame.boundary.area / 1e6)
    if density <= DENSE_PER_KM2:
        return ()
    en = (
        f"{name} makes {density:,.0f} people a km² of the county: if its figures are people per km² and not "
        f"per cell ({cell_m2 / 1e6:.3g} km²), multiply them by the cell's area first"
    )
    zh = (
        f"按 {name} 计算，全县每平方公里达{density:,.0f}人：若像元值是每平方公里人数而非每像元"
        f"（{cell_m2 / 1e6:.3g}平方公里）人数，请先乘以像元面积"
    )
    return (Note("raster_density", "demand", en, zh, 1),)
