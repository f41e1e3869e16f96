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
# Mong Kok has 130,000 people a km²; whoever lives in a block of towers is counted by the hectare at the least
MAX_PER_KM2 = 200_000.0
_MIN_LIMITED_M2 = 10_000.0
# what rasters hold for no data, whether they declare it or not, beside the ends of what their type can hold
_NO_DATA = (-9_999.0, -99_999.0)
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
    -9999, -99999 and the ends of what its type can hold are no data, declared or not; so is one figure above
    `MAX_PER_KM2`, while several such figures are refused. Notes say how many cells that is.

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
        If it is a picture or classes, does not reach the county, is too fine, has nobody there, or more
        people in its cells than can be.
    """
    check_file(file.path, ENDINGS)
    with _opened(file.path) as dataset:
        _check_band(file, dataset)
        grid = _grid(file, dataset)
        zones = _zones(grid, frame, townships)
        window = _window(file, grid, zones)
        cell_m2 = _cell_m2(grid, frame)
        pots, odd = _read(dataset, grid, zones, window, frame.crs, _most(cell_m2))
        n_bands = dataset.count
    odd_notes = _odd_notes(file.name, odd, cell_m2)
    if not len(pots):
        raise SourceError(
            f"{file.name} has nobody within the boundary: check that its figures are people per cell",
            zh=f"{file.name} 在县界内没有人口：请确认像元值为人口数",
        )
    notes = (
        *_bands_note(file.name, n_bands),
        *odd_notes,
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


@dataclass(frozen=True)
class _Odd:
    """
    Cells inside the boundary whose figures cannot be people.

    Parameters
    ----------
    undeclared
        What they hold, before scale and offset, where that stands for no data and the file does not say so.
    n_unusable
        How many others are negative or infinite.
    too_many
        More people than can be.
    """

    undeclared: NDArray[np.float64]
    n_unusable: int
    too_many: NDArray[np.float64]


def _most(cell_m2: float) -> float:
    """Give the most people a cell can have."""
    return MAX_PER_KM2 * max(cell_m2, _MIN_LIMITED_M2) / 1e6


def _read(
    dataset: Any, grid: Grid, zones: Zones, window: _Window, crs: CRS, most: float
) -> tuple[Pots, _Odd]:
    """Read the window strip by strip; give the people, and what cannot be people."""
    from rasterio.windows import Window  # noqa: PLC0415

    rim = _rim(grid, zones)
    no_data = _no_data(np.dtype(dataset.dtypes[0]))
    scale, offset = float(dataset.scales[0]), float(dataset.offsets[0])
    height = max(STRIP_CELLS // window.n_columns, 1)
    found, odd = [_nobody()], []
    for top in range(window.line, window.line + window.n_lines, height):
        n_lines = min(height, window.line + window.n_lines - top)
        strip = Window(window.column, top, window.n_columns, n_lines)
        cells = dataset.read(1, window=strip, masked=True)
        raw = np.ma.filled(cells.astype(np.float64), math.nan)
        undeclared = np.isin(raw, no_data)
        people = np.where(undeclared, math.nan, raw) * scale + offset
        wrong = undeclared | (people < 0) | (people > most)
        line, column = np.nonzero(wrong)
        inside = shapely.intersects_xy(zones.boundary, *grid.middle(column + window.column, line + top))
        line, column = line[inside], column[inside]
        odd.append((undeclared[line, column], raw[line, column], people[line, column]))
        line, column = np.nonzero(~wrong & (people > 0))
        figures = people[line, column]
        found.append(_pots(figures, column + window.column, line + top, rim, grid, zones))
    pots = joined(found)
    pots = pots.take(np.argsort(pots.source, kind="stable"))
    x, y = Transformer.from_crs(grid.crs, crs, always_xy=True).transform(pots.x, pots.y)
    placed = Pots(pots.people, pots.township, np.asarray(x), np.asarray(y), pots.source)
    undeclared, raw, people = (np.concatenate(column) for column in zip(*odd, strict=True))
    impossible = ~undeclared & ((people < 0) | np.isinf(people))
    return placed, _Odd(raw[undeclared], int(impossible.sum()), people[~undeclared & ~impossible])


def _no_data(kind: np.dtype[Any]) -> NDArray[np.float64]:
    """Give what stands for no data in a raster of this type."""
    ends = [np.finfo(np.float32), np.finfo(kind)] if kind.kind == "f" else [np.iinfo(kind)]
    figures = [*_NO_DATA, *(float(end.max) for end in ends), *(float(end.min) for end in ends)]
    # nobody is a figure like others, and the least an unsigned type can hold
    return np.array([figure for figure in figures if figure != 0])


def _nobody() -> Pots:
    nothing = np.zeros(0)
    return Pots(nothing, nothing.astype(np.intp), nothing, nothing, nothing.astype(np.int64))


def _rim(grid: Grid, zones: Zones) -> NDArray[np.int64]:
    """Give the numbers of all cells that an outline may cross, and of some beside them, sorted."""
    # no part of an outline is farther than a cell's side from a sample: the eight cells around have it all
    step = 2 * min(abs(grid.dx), abs(grid.dy))
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


def _bands_note(name: str, n_bands: int) -> tuple[Note, ...]:
    if n_bands == 1:
        return ()
    en = f"{name} has {n_bands} bands, of which the first is read"
    zh = f"{name} 有{n_bands}个波段，只读取第一个"
    return (Note("raster_bands", "demand", en, zh, n_bands),)


def _odd_notes(name: str, odd: _Odd, cell_m2: float) -> tuple[Note, ...]:
    """Say what was read as without people; refuse figures that only a density can have."""
    values = [f"{value:.10g}" for value in np.unique(odd.undeclared)]
    n, n_unusable = len(odd.undeclared), odd.n_unusable
    notes = []
    if n:
        en = (
            f"cells of {name} that hold {', '.join(values)}, which stands for no data though the file does "
            f"not say so, read as without people: {n:,}"
        )
        zh = f"{name} 中像元值为{'、'.join(values)}（未声明的无数据值）、按无人口处理的像元：{n:,}个"
        if (odd.undeclared > 0).any():
            en += "; if these are people, save the raster in a type that holds larger figures"
            zh += "；如确为人口数，请改用取值范围更大的数据类型保存"
        notes.append(Note("raster_undeclared", "demand", en, zh, n))
    if n_unusable:
        en = f"cells of {name} with a negative or infinite figure, read as without people: {n_unusable:,}"
        zh = f"{name} 中像元值为负数或无穷大、按无人口处理的像元：{n_unusable:,}个"
        notes.append(Note("raster_unusable", "demand", en, zh, n_unusable))
    return (*notes, *_crowded_note(name, odd.too_many, cell_m2))


def _crowded_note(name: str, people: NDArray[np.float64], cell_m2: float) -> tuple[Note, ...]:
    """Set one figure beyond reason aside, which marks something; several are a density, and refused."""
    if not len(people):
        return ()
    n, most, limit = len(people), f"{people.max():,.10g}", f"{_most(cell_m2):,.0f}"
    if people.max() > people.min():
        raise SourceError(
            f"{name} has {n:,} cells of more than {limit} people ({MAX_PER_KM2:,.0f} a km²), up to {most}: "
            f"if its figures are people per km², multiply them by the cell's area ({cell_m2 / 1e6:.3g} km²); "
            "if they mark cells without data, declare them as no data",
            zh=f"{name} 有{n:,}个像元超过{limit}人（每平方公里{MAX_PER_KM2:,.0f}人），最大为{most}："
            f"若像元值是每平方公里人数，请先乘以像元面积（{cell_m2 / 1e6:.3g}平方公里）；"
            "若为无数据值，请在文件中声明",
        )
    en = (
        f"cells of {name} that hold {most}, more than the {limit} people one can have ({MAX_PER_KM2:,.0f} a "
        f"km²), read as without people: {n:,}; correct them, or declare them as no data"
    )
    zh = (
        f"{name} 中像元值为{most}、超过每像元{limit}人（每平方公里{MAX_PER_KM2:,.0f}人）、"
        f"按无人口处理的像元：{n:,}个；请更正，或声明为无数据值"
    )
    return (Note("raster_crowded", "demand", en, zh, n),)


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
