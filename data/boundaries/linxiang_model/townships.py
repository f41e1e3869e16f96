"""Modelled township polygons: the county's land shared out among the centres, without gap or overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Voronoi

from linxiang_model import facts

if TYPE_CHECKING:
    from linxiang_model.terrain import Mesh

_SMOOTHING_ROUNDS = 12
_ARC_TOLERANCE_M = 260.0
_CURVE_ROUNDS = 2
_GRID_M = 0.01


def allocate(mesh: Mesh) -> np.ndarray:
    """
    Give every place of the mesh to the centre that reaches it at the least cost.

    Returns
    -------
    ndarray
        Shape (n,), index into `facts.UNITS`; the edges are smoothed by vote among neighbours and every
        share is one piece.
    """
    cost = dijkstra(mesh.graph(mesh.cost_m), indices=mesh.centre)
    head_start = np.array([unit.head_start_m for unit in facts.UNITS])
    owner = np.argmin(cost - head_start[:, None], axis=0)
    neighbours = mesh.graph(np.ones(len(mesh.edges)))
    for _ in range(_SMOOTHING_ROUNDS):
        votes = np.column_stack(
            [neighbours @ (owner == i) + 1.1 * (owner == i) for i in range(len(head_start))]
        )
        owner = np.argmax(votes, axis=1)
    return _one_piece_each(mesh, owner)


def _one_piece_each(mesh: Mesh, owner: np.ndarray) -> np.ndarray:
    """Give what is cut off from its centre to the neighbour with the longest common edge."""
    owner = owner.copy()
    u, v = mesh.edges.T
    inner = owner[u] == owner[v]
    _, piece = connected_components(mesh.graph(np.ones(len(u)), among=inner), directed=False)
    lost = piece != piece[mesh.centre][owner]
    for number in np.unique(piece[lost]):
        members = piece == number
        rim = np.concatenate([owner[v[members[u] & ~members[v]]], owner[u[members[v] & ~members[u]]]])
        if len(rim):
            owner[members] = np.bincount(rim).argmax()
    return owner


def polygons(mesh: Mesh, owner: np.ndarray, outline: shapely.Polygon) -> list[shapely.Polygon]:
    """
    Draw the shares as polygons that fill the outline exactly.

    The lines between the shares are simplified and rounded once and belong to both neighbours; the outline
    stays as it is.

    Returns
    -------
    list of Polygon
        In the order of `facts.UNITS`.
    """
    lines = shapely.union_all([shapely.line_merge(_smooth(arc)) for arc in _arcs(mesh, owner)])
    net = shapely.union_all([shapely.intersection(lines, outline.buffer(200)), outline.exterior])
    net = shapely.set_precision(net, _GRID_M)
    faces = [
        f
        for f in shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
        if outline.covers(f.representative_point())
    ]
    tree = shapely.STRtree(shapely.points(mesh.xy))
    shares: list[list[shapely.Polygon]] = [[] for _ in facts.UNITS]
    for face in faces:
        inside = tree.query(face, predicate="contains")
        if not len(inside):
            inside = tree.query_nearest(face.representative_point())
        shares[int(np.bincount(owner[inside]).argmax())].append(face)
    return _absorb_slivers([shapely.union_all(share) for share in shares])


def _absorb_slivers(shares: list[shapely.Geometry]) -> list[shapely.Polygon]:
    """Give every piece but the largest of a share to the neighbour it touches longest."""
    main = [max(shapely.get_parts(share), key=lambda p: p.area) for share in shares]
    extra: list[list[shapely.Polygon]] = [[piece] for piece in main]
    for share, largest in zip(shares, main, strict=True):
        for piece in shapely.get_parts(share):
            if piece is not largest and not piece.equals(largest):
                touching = [shapely.length(shapely.intersection(piece, m)) for m in main]
                extra[int(np.argmax(touching))].append(piece)
    return [shapely.union_all(pieces) for pieces in extra]


def _arcs(mesh: Mesh, owner: np.ndarray) -> list[shapely.LineString]:
    """Give the lines between shares, each from one meeting of three to the next."""
    cells = Voronoi(mesh.xy - mesh.xy.mean(axis=0))
    between = owner[cells.ridge_points[:, 0]] != owner[cells.ridge_points[:, 1]]
    ridges = np.array(cells.ridge_vertices)[between]
    ridges = ridges[(ridges >= 0).all(axis=1)]
    vertices = cells.vertices + mesh.xy.mean(axis=0)
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(vertices[ridges])))
    return list(shapely.get_parts(merged))


def _smooth(arc: shapely.LineString) -> shapely.LineString:
    """Simplify a line and cut its corners (Chaikin), its ends kept."""
    points = shapely.get_coordinates(shapely.simplify(arc, _ARC_TOLERANCE_M))
    for _ in range(_CURVE_ROUNDS):
        a, b = points[:-1], points[1:]
        cut = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        points = np.vstack([points[0], cut[1:-1], points[-1]])
    return shapely.LineString(points)
