"""A county from OpenStreetMap's servers, question by question; what has come once is not asked again."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import osmnx as ox
import shapely
from pyproj import Geod

from coverage.errors import DownloadError
from coverage.files import staged_folder, whole_file
from coverage.sources.frame import check_buffer, frame_of
from coverage.sources.nominatim_json import Place, choose_place, read_nominatim
from coverage.sources.notes import Note
from coverage.sources.osm_areas import polygonal_part
from coverage.sources.osm_extract import OSM_LICENCE
from coverage.sources.osm_places import SETTLEMENT_RANKS
from coverage.sources.osm_server import (
    NOMINATIM_URL,
    OVERPASS_URL,
    Politeness,
    Server,
    TryAgain,
    ask,
    has_slots,
)
from coverage.sources.osm_tags import ROAD_CLASSES
from coverage.sources.overpass_json import merge_answers, read_overpass
from coverage.sources.progress import Stage, no_progress
from coverage.study_area import WGS84, Provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from coverage.sources.frame import Frame
    from coverage.sources.osm_file import OsmExtract, OsmObject

N_STAGES = 4
DEFAULT_TIMEOUT_S = 180.0
# OSMnx's own measure of what one question may reach over, and what Overpass answers within its time
MAX_TILE_M = 50_000.0
MAX_AREA_M2 = 300_000e6  # no county is as large
# settlements and facilities are merged over up to 2 km, and outlines are asked for with fewer corners
MARGIN_M = 2_500.0
TOLERANCE_M = 400.0
OLD_DAYS = 30

ROAD_FILTER = f'["highway"~"^({"|".join(sorted(ROAD_CLASSES))})$"]'
FEATURE_TAGS: dict[str, bool | str | list[str]] = {
    "place": list(SETTLEMENT_RANKS),
    "amenity": ["hospital", "clinic", "ambulance_station"],
    "healthcare": ["hospital", "centre", "center", "clinic"],
    "emergency": "ambulance_station",
    "route": "ferry",
}
"""What is asked for besides roads and boundaries: settlements, places of care, and ferries to be named."""

_NAMES = ("place", "boundaries", "features", "roads")
_KEPT = re.compile(rf"({'|'.join(_NAMES)})(-\d+)?-[0-9a-f]{{16}}\.json")


@dataclass(frozen=True)
class Downloaded:
    """
    What the servers know of a county and its surroundings.

    Parameters
    ----------
    extract
        Roads and features within the boundary and the buffer, and the townships, as a file gives them.
    boundary
        WGS84.
    relation
        The boundary's relation, None where it did not come.
    name, name_en
        Names of the place; `name_en` may be empty.
    origin
        Servers, date of the oldest answer, licence, and SHA-256 of all answers; its layer is empty.
    n_asked, n_cached
        Answers that were asked for, and that were there from an earlier run.
    n_bytes
        Size of the answers asked for.
    notes
        Which outline was taken; answers that are old.
    """

    extract: OsmExtract
    boundary: shapely.Polygon | shapely.MultiPolygon
    relation: OsmObject | None
    name: str
    name_en: str
    origin: Provenance
    n_asked: int
    n_cached: int
    n_bytes: int
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Question:
    """
    One thing to ask of one server.

    Parameters
    ----------
    name
        One of `_NAMES`, with a number where there are several.
    key
        What is asked, without who is asked and how long is waited: another server's answer is as good.
    put
        Calls OSMnx.
    """

    name: str
    key: str
    put: Callable[[], object]

    @property
    def file_name(self) -> str:
        return f"{self.name}-{hashlib.sha256(self.key.encode()).hexdigest()[:16]}.json"


@dataclass(frozen=True)
class _Answer:
    """What is remembered of an answer once it is used."""

    sha256: str
    n_bytes: int
    is_new: bool
    came: datetime


@dataclass(frozen=True)
class _Desk:
    """Where questions are put, and answers are kept."""

    folder: Path
    nominatim: Server
    overpass: Server
    progress: Stage
    answers: list[_Answer] = field(default_factory=list)

    @cached_property
    def _slots(self) -> bool:
        return has_slots(self.overpass)

    def place(self, name: str, *, anew: bool) -> Any:
        """Ask Nominatim for a place; `anew` forgets all answers once the new one is there."""
        question = _Question("place", name, partial(ox.geocode_to_gdf, name))
        path = self.folder / question.file_name
        if not anew and (kept := _kept(path, read_nominatim, self.nominatim)) is not None:
            return self._noted(*kept)
        body, value = ask(question.put, read_nominatim, self.nominatim, progress=self.progress)
        if anew:
            _forget(self.folder)
        return self._noted(_keep(path, body), value)

    def overpass_answer(self, question: _Question) -> Any:
        """Ask Overpass, unless the answer is there."""
        path = self.folder / question.file_name
        if (kept := _kept(path, read_overpass, self.overpass)) is not None:
            return self._noted(*kept)
        body, value = ask(
            question.put, read_overpass, self.overpass, slots=self._slots, progress=self.progress
        )
        return self._noted(_keep(path, body), value)

    def _noted(self, answer: _Answer, value: Any) -> Any:
        self.answers.append(answer)
        return value


def _kept(path: Path, read: Callable[[bytes, Server], Any], server: Server) -> tuple[_Answer, Any] | None:
    """Give an answer of an earlier run; one that is damaged is removed."""
    try:
        body = path.read_bytes()
        came = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    try:
        value = read(body, server)
    except (DownloadError, TryAgain):
        path.unlink(missing_ok=True)
        return None
    return _Answer(hashlib.sha256(body).hexdigest(), len(body), is_new=False, came=came), value


def _keep(path: Path, body: bytes) -> _Answer:
    """Write an answer, whole or not at all."""
    with whole_file(path) as part:
        part.write_bytes(body)
    return _Answer(hashlib.sha256(body).hexdigest(), len(body), is_new=True, came=datetime.now(UTC))


def _forget(folder: Path) -> None:
    for file in folder.glob("*.json"):
        if _KEPT.fullmatch(file.name):
            file.unlink(missing_ok=True)


def download_county(
    place: str,
    *,
    folder: Path,
    buffer_m: float,
    overpass_url: str | None = None,
    nominatim_url: str | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    township_level: int | None = None,
    refresh: bool = False,
    progress: Stage = no_progress,
    politeness: Politeness | None = None,
) -> Downloaded:
    """
    Download what an import needs of a county, through OSMnx.

    Every answer is kept in `folder` as it came and written whole, so that a download that was broken off
    goes on with the first question that has no answer yet, be it at another server. OSMnx's settings and the
    resolver that it replaces are those of the whole process; both are put back after each question.

    Parameters
    ----------
    place
        Name for Nominatim, the smallest part first: ``临湘市, 岳阳市, 湖南省, 中国``.
    folder
        Where the answers of this county are kept.
    buffer_m
        How far beyond the boundary roads and facilities count, metres.
    overpass_url, nominatim_url
        Private servers; None for the public ones.
    timeout_s
        How long an answer may keep silent, seconds.
    township_level
        ``admin_level`` of the townships; None asks for none.
    refresh
        Ask everything anew. Older answers are forgotten once the first new one is there.
    progress
        Called as each of `N_STAGES` stages begins, and within them for every part and every wait.
    politeness
        How often and how long a busy server is waited for.

    Raises
    ------
    DownloadError
        If there is no connection, a server refuses, keeps silent or cannot finish, or the place is not
        found, has no outline or is far larger than a county.
    SourceError
        If the buffer makes no sense.
    CrsError
        If no metric reference system fits.
    FileError
        If the folder or an answer cannot be written.
    """
    policy = politeness if politeness is not None else Politeness()
    nominatim = Server(nominatim_url or NOMINATIM_URL, "--nominatim", timeout_s, policy)
    overpass = Server(overpass_url or OVERPASS_URL, "--endpoint", timeout_s, policy)
    check_buffer(buffer_m)
    desk = _Desk(folder, nominatim, overpass, progress)
    name = " ".join(place.split())
    if not name:
        raise DownloadError(
            "no place is named: give one, such as --place '临湘市, 岳阳市, 湖南省, 中国'",
            zh="没有给出地名：请用 --place 写出全称，例如 '临湘市, 岳阳市, 湖南省, 中国'",
        )
    with staged_folder(folder):
        pass  # what cannot be kept is not asked for; a folder made for this is gone again
    progress("place", "地名")
    found, note = choose_place(desk.place(name, anew=refresh), name)
    _check_size(found)
    frame = frame_of(found.polygon, buffer_m)
    extract = merge_answers(_county_answers(desk, frame, found, township_level))
    return _together(desk, found, extract, (note, *_age_notes(desk.answers)))


def _check_size(place: Place) -> None:
    area_m2, _ = Geod(ellps="WGS84").geometry_area_perimeter(place.polygon)
    if abs(area_m2) > MAX_AREA_M2:
        km2 = abs(area_m2) / 1e6
        raise DownloadError(
            f"{place.title} has {km2:,.0f} km², more than any county: give a fuller --place, or import an "
            "extract: coverage import --osm FILE",
            zh=f"{place.title} 面积达{km2:,.0f}平方公里，远大于县域：请用 --place 给出更完整的地名，"
            "或改用数据文件导入：coverage import --osm 文件",
        )


def _county_answers(
    desk: _Desk, frame: Frame, place: Place, township_level: int | None
) -> Iterator[dict[str, Any]]:
    """Put the questions one by one, so that no answer is held longer than it is needed."""
    tiles = _tiles(frame)
    desk.progress("boundaries", "行政边界")
    yield from map(desk.overpass_answer, _boundary_questions(frame, place, township_level))
    desk.progress("settlements and medical care", "居民点与医疗机构")
    for i, question in enumerate(_feature_questions(tiles), 1):
        desk.progress(f"settlements {i} of {len(tiles)}", f"居民点 {i}/{len(tiles)}", within=True)
        yield desk.overpass_answer(question)
    desk.progress("roads", "道路")
    for i, question in enumerate(_road_questions(tiles), 1):
        desk.progress(f"roads {i} of {len(tiles)}", f"道路 {i}/{len(tiles)}", within=True)
        yield desk.overpass_answer(question)


def _tiles(frame: Frame) -> list[shapely.Polygon | shapely.MultiPolygon]:
    """Cut the region and a margin into parts (WGS84) that a server answers in one go."""
    # fewer corners make shorter questions; the margin is wider than what simplifying cuts off
    region = frame.region.buffer(MARGIN_M).simplify(TOLERANCE_M)
    west, south, east, north = region.bounds
    xs = np.linspace(west, east, math.ceil((east - west) / MAX_TILE_M) + 1)
    ys = np.linspace(south, north, math.ceil((north - south) / MAX_TILE_M) + 1)
    boxes = [shapely.box(x0, y0, x1, y1) for x0, x1 in pairwise(xs) for y0, y1 in pairwise(ys)]
    shapely.prepare(region)
    cut = [polygonal_part(region.intersection(box)) for box in boxes]
    parts = gpd.GeoSeries([part for part in cut if part is not None], crs=frame.crs)
    return list(parts.to_crs(WGS84))


def _boundary_questions(frame: Frame, place: Place, township_level: int | None) -> list[_Question]:
    """Ask for the administrative areas of the townships' level and of the place's own."""
    levels = sorted({level for level in (place.admin_level, township_level) if level is not None})
    if not levels:
        return []
    outline = frame.boundary.buffer(2 * TOLERANCE_M).simplify(TOLERANCE_M)
    polygon = gpd.GeoSeries([outline], crs=frame.crs).to_crs(WGS84).iloc[0]
    tags = {"admin_level": [str(level) for level in levels]}
    return [_feature_question("boundaries", polygon, tags)]


def _feature_questions(tiles: list[shapely.Polygon | shapely.MultiPolygon]) -> list[_Question]:
    return [_feature_question(f"features-{i}", tile, FEATURE_TAGS) for i, tile in enumerate(tiles, 1)]


def _feature_question(
    name: str, polygon: shapely.Polygon | shapely.MultiPolygon, tags: dict[str, Any]
) -> _Question:
    return _Question(name, f"{_text(polygon)} {tags}", partial(ox.features_from_polygon, polygon, tags))


def _road_questions(tiles: list[shapely.Polygon | shapely.MultiPolygon]) -> list[_Question]:
    return [
        _Question(
            f"roads-{i}",
            f"{_text(tile)} {ROAD_FILTER}",
            partial(ox.graph_from_polygon, tile, custom_filter=ROAD_FILTER),
        )
        for i, tile in enumerate(tiles, 1)
    ]


def _text(polygon: shapely.Polygon | shapely.MultiPolygon) -> str:
    return str(shapely.to_wkt(polygon, rounding_precision=5))


def _together(desk: _Desk, place: Place, extract: OsmExtract, notes: tuple[Note, ...]) -> Downloaded:
    """Put together what came."""
    relation = next((area for area in extract.areas if area.id == place.relation_id), None)
    tags = relation.tags if relation is not None else {}
    digest = hashlib.sha256("".join(answer.sha256 for answer in desk.answers).encode()).hexdigest()
    new = [answer for answer in desk.answers if answer.is_new]
    hosts = dict.fromkeys((desk.overpass.host, desk.nominatim.host))
    source = f"OpenStreetMap ({', '.join(hosts)})"
    return Downloaded(
        extract=extract,
        boundary=place.polygon,
        relation=relation,
        name=tags.get("name") or place.name,
        name_en=tags.get("name:en", ""),
        origin=Provenance("", source, extract.date, OSM_LICENCE, digest),
        n_asked=len(new),
        n_cached=len(desk.answers) - len(new),
        n_bytes=sum(answer.n_bytes for answer in new),
        notes=notes,
    )


def _age_notes(answers: list[_Answer]) -> tuple[Note, ...]:
    """Say so where answers are older than `OLD_DAYS`."""
    oldest = min(answer.came for answer in answers)
    n_days = (datetime.now(UTC) - oldest).days
    if n_days <= OLD_DAYS:
        return ()
    n = sum((datetime.now(UTC) - answer.came).days > OLD_DAYS for answer in answers)
    return (
        Note(
            "answers_old",
            "roads",
            f"answers kept from an earlier download: {n}, the oldest of {oldest:%Y-%m-%d}; "
            "--refresh asks anew",
            f"沿用以前下载的数据：{n}份，最早为{oldest:%Y-%m-%d}；如需重新下载，请加 --refresh",
            n,
        ),
    )
