"""Names on a drawn map: how wide a text is, and where it overlaps nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.reports.display_width import ELLIPSIS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NARROW = frozenset("iljtfrI.,;:'|!()[] -")
_BROAD = frozenset("mwMW@%&")
_NARROW_EM, _LOWER_EM, _UPPER_EM, _BROAD_EM = 0.33, 0.58, 0.7, 0.92
_RINGS = (0.0, 1.1, 1.9, 2.8, 3.8, 5.0)  # distances from the best place, in lines of text
_DIRECTIONS = 12


@dataclass(frozen=True)
class Label:
    """
    A name that wants a place.

    Parameters
    ----------
    at
        x and y of where its middle belongs.
    width, height
        Of its box, in the same unit.
    weight
        The weightiest are placed first.
    required
        Whether it is placed over symbols, or beside its place, rather than left out.
    """

    at: tuple[float, float]
    width: float
    height: float
    weight: float
    required: bool = True


def text_width_em(text: str) -> float:
    """
    Give about how wide a text is, in ems of a bold sans serif.

    Notes
    -----
    A Chinese character is one em wide in every font; of Latin letters the widths are those of common sans
    serifs, rounded up, so that no name is taken for narrower than it is.
    """
    return sum(map(_char_em, text))


def _char_em(char: str) -> float:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if char in _NARROW:
        return _NARROW_EM
    if char in _BROAD:
        return _BROAD_EM
    return _UPPER_EM if char.isupper() or not char.isascii() else _LOWER_EM


def cut_to_em(text: str, width_em: float) -> str:
    """Cut a text to a width in ems; a cut one ends in ``…``."""
    if text_width_em(text) <= width_em:
        return text
    kept = ""
    for char in text:
        if text_width_em(kept + char) > width_em - 1:
            break
        kept += char
    return kept.rstrip() + ELLIPSIS


def place_labels(
    labels: Sequence[Label],
    *,
    frame: tuple[float, float, float, float],
    taken: Iterable[tuple[float, float, float, float]] = (),
    marks: Iterable[tuple[float, float, float, float]] = (),
) -> list[tuple[float, float] | None]:
    """
    Find a place for every name so that none overlaps another.

    Parameters
    ----------
    labels
        The names.
    frame
        Left, top, right and bottom of what is drawn; no name leaves it.
    taken
        Boxes that no name may touch.
    marks
        Boxes that names avoid where they can: symbols.

    Returns
    -------
    list
        The middle of each name, in the order of `labels`; None where there is no room for it.

    Notes
    -----
    Greedy, the weightiest first, from the best place outwards in rings: with a county's few dozen names the
    eye sees no difference to an optimum.
    """
    blocked = [shapely.box(*box) for box in taken]
    avoided = shapely.STRtree([shapely.box(*box) for box in marks])
    found: list[tuple[float, float] | None] = [None] * len(labels)
    for i in sorted(range(len(labels)), key=lambda i: -labels[i].weight):
        best, least = None, np.inf
        for ring, place in _places(labels[i]):
            box = _box(labels[i], place)
            if not _is_inside(box, frame) or any(shapely.intersects(box, other) for other in blocked):
                continue
            hidden = _overlap(box, avoided) / box.area
            cost = 2 * hidden + 0.12 * ring
            if (hidden == 0 or labels[i].required) and cost < least:
                best, least = place, cost
        if best is not None:
            found[i] = best
            blocked.append(_box(labels[i], best))
    return found


def _places(label: Label) -> Iterable[tuple[int, tuple[float, float]]]:
    """Give the places to be tried, the best first, with the number of their ring."""
    x, y = label.at
    yield 0, label.at
    for ring, distance in enumerate(_RINGS[1:], start=1):
        for k in range(_DIRECTIONS):
            turn = 2 * np.pi * k / _DIRECTIONS
            # names are wider than high: a step to the side is a longer one
            yield (
                ring,
                (
                    x + 1.6 * distance * label.height * np.sin(turn),
                    y - distance * label.height * np.cos(turn),
                ),
            )


def _box(label: Label, place: tuple[float, float]) -> shapely.Polygon:
    x, y = place
    return shapely.box(x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2)


def _is_inside(box: shapely.Polygon, frame: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = box.bounds
    return left >= frame[0] and top >= frame[1] and right <= frame[2] and bottom <= frame[3]


def _overlap(box: shapely.Polygon, tree: shapely.STRtree) -> float:
    near = tree.geometries[tree.query(box)]
    return float(shapely.area(shapely.intersection(box, near)).sum())
