"""Places thinned to a spacing, and the pairs of them that stand nearer to each other than one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BELOW = 1 - 1e-12  # places exactly as far apart as the spacing are far enough
_WIDER = 1.2


def thin(xy_m: NDArray[np.float64], spacing_m: float) -> NDArray[np.bool_]:
    """
    Choose places so that no two of them are nearer to each other than a spacing.

    Each place stays unless one before it that stays is too near.

    Parameters
    ----------
    xy_m
        Shape (n, 2), metres, the places that matter most first.
    spacing_m
        Least distance between two places that stay; 0 keeps all.

    Returns
    -------
    ndarray
        Shape (n,), whether each stays.
    """
    stays = np.ones(len(xy_m), dtype=bool)
    if spacing_m <= 0 or not len(xy_m):
        return stays
    tree = cKDTree(xy_m)
    for i in range(len(xy_m)):
        if stays[i]:
            near = np.array(tree.query_ball_point(xy_m[i], spacing_m * _BELOW))
            stays[near[near > i]] = False
    return stays


def thin_to_most(xy_m: NDArray[np.float64], spacing_m: float, most: int) -> tuple[NDArray[np.bool_], float]:
    """
    Thin places, widening the spacing by steps of a fifth until no more than `most` of them are left.

    Parameters
    ----------
    xy_m
        Shape (n, 2), metres, the places that matter most first.
    spacing_m
        The least spacing, above 0.
    most
        At least 1.

    Returns
    -------
    stays : ndarray
        Shape (n,).
    spacing_m : float
        The spacing applied.
    """
    stays = thin(xy_m, spacing_m)
    while stays.sum() > most:
        # what a wider spacing leaves over is about as many as the area allows
        spacing_m *= max(_WIDER, float(np.sqrt(stays.sum() / most)) * 0.98)
        stays = thin(xy_m, spacing_m)
    return stays, spacing_m


def far_from(xy_m: NDArray[np.float64], others_m: NDArray[np.float64], spacing_m: float) -> NDArray[np.bool_]:
    """Tell which places, shape (n, 2), lie at least a spacing from all of some others, shape (m, 2)."""
    if not len(others_m) or not len(xy_m):
        return np.ones(len(xy_m), dtype=bool)
    away_m, _ = cKDTree(others_m).query(xy_m)
    return np.asarray(away_m >= spacing_m * _BELOW)


def pairs_nearer(xy_m: NDArray[np.float64], spacing_m: float) -> NDArray[np.int64]:
    """Give the pairs of places, shape (n, 2), nearer to each other than a spacing, shape (n_pairs, 2)."""
    if spacing_m <= 0 or not len(xy_m):
        return np.empty((0, 2), dtype=np.int64)
    pairs = cKDTree(xy_m).query_pairs(spacing_m * _BELOW, output_type="ndarray").astype(np.int64)
    pairs = np.sort(pairs, axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
