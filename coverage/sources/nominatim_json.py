"""Answers of Nominatim: which of the places of a name is meant, and its outline."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from coverage.errors import DownloadError, name_some
from coverage.sources.notes import Note
from coverage.sources.osm_areas import polygonal_part
from coverage.sources.osm_server import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage.sources.osm_server import Server

# Nominatim ranks an administrative area twice its admin_level
_RANK_PER_LEVEL = 2
_AREAS = ("Polygon", "MultiPolygon")
_MAX_LON, _MAX_LAT = 180.0, 90.0


@dataclass(frozen=True)
class Place:
    """
    A place as Nominatim knows it.

    Parameters
    ----------
    title
        Name with all that it lies in.
    name
        Its own name; may be empty.
    polygon
        WGS84, valid.
    relation_id
        Its relation in OpenStreetMap, None where it is none.
    admin_level
        As its rank has it, None for what is no administrative area.
    """

    title: str
    name: str
    polygon: shapely.Polygon | shapely.MultiPolygon
    relation_id: int | None
    admin_level: int | None


def read_nominatim(body: bytes, server: Server) -> list[dict[str, Any]]:
    """
    Read an answer of Nominatim.

    Parameters
    ----------
    body
        As it came.
    server
        Who sent it.

    Returns
    -------
    list of dict
        The places found; may be empty.

    Raises
    ------
    TryAgain
        If it is cut short.
    DownloadError
        If it is a web page, or no answer of Nominatim, down to the corners of every outline.
    """
    found = read_json(body, server)
    if not isinstance(found, list) or not all(map(_is_place, found)):
        raise DownloadError(
            f"{server.host} does not answer as a Nominatim server: check the address {server.option} gives",
            zh=f"{server.host} 的应答不符合 Nominatim 的格式：请检查 {server.option} 的网址",
        )
    return found


def _is_place(found: Any) -> bool:
    """Tell whether a place has all that is read of it, and of the right kind."""
    if not isinstance(found, dict) or not isinstance(found.get("display_name"), str):
        return False
    shape = found.get("geojson") or {}
    return (
        _is_figure(found.get("importance") or 0)
        and isinstance(found.get("name") or "", str)
        and isinstance(shape, dict)
        and (shape.get("type") not in _AREAS or _is_on_earth(shape))
    )


def _is_figure(value: Any) -> bool:
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError, OverflowError):
        return False


def _is_on_earth(shape: Mapping[str, Any]) -> bool:
    """Tell whether all corners of an outline are degrees; one that cannot be read has none."""
    outline = _read_outline(shape)
    corners = shapely.get_coordinates(outline) if outline is not None else np.empty((0, 2))
    return bool((np.abs(corners) <= (_MAX_LON, _MAX_LAT)).all())  # false for NaN


def _read_outline(shape: Mapping[str, Any]) -> shapely.Geometry | None:
    try:
        with np.errstate(invalid="ignore"):  # NaN is refused by whoever looks at the corners
            return shapely.geometry.shape(dict(shape))
    except (AttributeError, LookupError, TypeError, ValueError, shapely.errors.ShapelyError):
        return None


def choose_place(found: Sequence[Mapping[str, Any]], asked: str) -> tuple[Place, Note]:
    """
    Choose the most important administrative area, or else the most important area of all.

    Parameters
    ----------
    found
        As `read_nominatim` gives them.
    asked
        The name that was asked for.

    Returns
    -------
    Place
        The area.
    Note
        Which one it is, and what others there are.

    Raises
    ------
    DownloadError
        If nothing is found, or nothing that has an outline.
    """
    ranked = sorted(found, key=lambda f: -float(f.get("importance") or 0))
    areas = [(f, shape) for f in ranked if (shape := _outline(f)) is not None]
    if not found:
        raise DownloadError(
            f"OpenStreetMap knows no place called {asked}: give its full name, the smallest part first: "
            "--place '临湘市, 岳阳市, 湖南省, 中国'",
            zh=f"OpenStreetMap 中没有名为 {asked} 的地方：请用 --place 按从小到大的顺序写出全称，"
            "例如 临湘市, 岳阳市, 湖南省, 中国",
        )
    if not areas:
        titles = name_some((f["display_name"] for f in ranked), 2)
        raise DownloadError(
            f"OpenStreetMap knows {asked} as a point without an outline ({titles}): give a fuller name with "
            "--place, or import an extract and a polygon instead: coverage import --osm FILE --boundary FILE",
            zh=f"OpenStreetMap 中的 {asked} 只是点位，没有边界（{titles}）：请用 --place 给出更完整的地名，"
            "或改用数据文件和边界面导入：coverage import --osm 文件 --boundary 文件",
        )
    areas.sort(key=lambda area: not _is_administrative(area[0]))  # stable: importance still counts
    chosen, polygon = areas[0]
    others = [str(f["display_name"]) for f, _ in areas[1:]]
    return _place(chosen, polygon), _note(str(chosen["display_name"]), others)


def _outline(found: Mapping[str, Any]) -> shapely.Polygon | shapely.MultiPolygon | None:
    shape = found.get("geojson") or {}
    if shape.get("type") not in _AREAS:
        return None
    outline = _read_outline(shape)
    return polygonal_part(shapely.make_valid(outline)) if outline is not None else None


def _is_administrative(found: Mapping[str, Any]) -> bool:
    # newer servers call the class a category in some formats
    kind = found.get("class", found.get("category"))
    return (kind, found.get("type")) == ("boundary", "administrative")


def _place(found: Mapping[str, Any], polygon: shapely.Polygon | shapely.MultiPolygon) -> Place:
    title = str(found["display_name"])
    rank = found.get("place_rank")
    is_relation = found.get("osm_type") == "relation" and isinstance(found.get("osm_id"), int)
    return Place(
        title=title,
        name=str(found.get("name") or title.partition(",")[0].strip()),
        polygon=polygon,
        relation_id=found["osm_id"] if is_relation else None,
        admin_level=rank // _RANK_PER_LEVEL if _is_administrative(found) and isinstance(rank, int) else None,
    )


def _note(title: str, others: Sequence[str]) -> Note:
    en, zh = f"the outline is that of {title}", f"边界取自：{title}"
    if others:
        en += (
            f"; areas of that name passed over: {len(others)} ({name_some(others, 3)}); for one of them give "
        )
        en += "a fuller --place"
        zh += f"；另有{len(others)}个同名区域（{name_some(others, 3)}），如有误请用 --place 给出更完整的地名"
    return Note("place_taken", "boundary", en, zh, 1 + len(others), (title, *others))
