"""What the kinds of shapes are called where a planner reads of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    "Point": ("points", "点"),
    "MultiPoint": ("points", "点"),
    "LineString": ("lines", "线"),
    "MultiLineString": ("lines", "线"),
    "LinearRing": ("lines", "线"),
    "Polygon": ("polygons", "面"),
    "MultiPolygon": ("polygons", "面"),
    "GeometryCollection": ("collections", "集合"),
}


def shape_words(kinds: Iterable[str]) -> tuple[str, str]:
    """
    Name kinds of shapes.

    Parameters
    ----------
    kinds
        As shapely calls them: ``LineString``, ``MultiPolygon`` ...

    Returns
    -------
    tuple of str
        Them in English and in Chinese, each word once.
    """
    words = [_WORDS.get(kind, (kind, kind)) for kind in sorted(kinds)]
    en, zh = (dict.fromkeys(column) for column in zip(*words, strict=True)) if words else ({}, {})
    return " and ".join(en), "、".join(zh)
