"""Rows that say once more what a row above says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray


def find_repeated(keys: Sequence[Hashable | None], alive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """
    Find rows whose key stands above already.

    Parameters
    ----------
    keys
        One a row; None where a row cannot be compared.
    alive
        Shape (n_rows,), the rows that count.

    Returns
    -------
    ndarray
        Shape (n_rows,).
    """
    seen: set[Hashable] = set()
    again = np.zeros(len(keys), dtype=bool)
    for i, key in enumerate(keys):
        if key is not None and alive[i]:
            again[i] = key in seen
            seen.add(key)
    return again
