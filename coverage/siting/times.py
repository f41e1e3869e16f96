"""Times from sites to demand points as the median and center models take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from coverage.errors import SitingError, name_some

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Times = sparse.csr_array | NDArray[np.float64]


def checked_times(cost: Any) -> Times:
    """
    Give a table of times as clean numbers.

    Parameters
    ----------
    cost
        Shape (n_demand, n_sites), 0 or more. Dense: ``inf`` where there is no path. Sparse: what is
        absent is out of reach, and a zero that is stored is a time of 0.

    Returns
    -------
    ndarray of float64 or scipy.sparse.csr_array
        A new one; the sparse one holds finite entries only, each pair once.

    Raises
    ------
    SitingError
        If it has no row or no column, or a time is negative or no number.
    """
    sparsely = sparse.issparse(cost)
    times: Times = sparse.csr_array(cost, dtype=np.float64, copy=True) if sparsely else np.array(cost, float)
    if times.ndim != 2 or 0 in times.shape:  # noqa: PLR2004 - a table
        raise SitingError(
            "there are no demand points or no candidate sites: give at least one of each",
            zh="没有人口点或没有候选点：请至少各提供一个",
        )
    if isinstance(times, np.ndarray):
        bad = np.flatnonzero(~(times >= 0).all(axis=1))
    else:
        times.sum_duplicates()
        row = np.repeat(np.arange(times.shape[0]), np.diff(times.indptr))
        bad = np.unique(row[~(times.data >= 0)])
        some = np.isfinite(times.data)
        times = sparse.csr_array(
            (times.data[some], times.indices[some], np.append(0, np.cumsum(some))[times.indptr]),
            shape=times.shape,
        )
    if len(bad):
        raise SitingError(
            f"times negative or no number at demand points {name_some(bad)}: give 0 or more, "
            "and inf where there is no path",
            zh=f"以下人口点的时间为负数或不是数字：{name_some(bad, mark='、')}，"
            "请给出不小于0的数，无路可达时给出inf",
        )
    return times


def refuse_unreached(times: Times, counts: NDArray[np.bool_]) -> None:
    """
    Name the demand points that no site reaches.

    Parameters
    ----------
    times
        From `checked_times`.
    counts
        Shape (n_demand,): the points that must be reached.

    Raises
    ------
    SitingError
        If there are any.
    """
    n_sites = np.isfinite(times).sum(axis=1) if isinstance(times, np.ndarray) else np.diff(times.indptr)
    lost = np.flatnonzero(counts & (n_sites == 0))
    if len(lost):
        raise SitingError(
            f"no candidate site reaches demand points {name_some(lost)}: add candidates near them, "
            "or leave them out",
            zh=f"没有任何候选点能到达以下人口点：{name_some(lost, mark='、')}，"
            "请在其附近补充候选点，或不计入这些点",
        )


def no_plan_reaches_all(p: int) -> SitingError:
    """Give the error of a question in which no `p` sites together reach everybody."""
    return SitingError(
        f"no {p} candidate sites together reach every demand point: allow more sites, or add candidates",
        zh=f"任何 {p} 个候选点都不能共同到达所有人口点：请增加站点数，或补充候选点",
    )


def no_plan_in_time() -> SitingError:
    """Give the error of a search whose time was up before it had any plan."""
    return SitingError(
        "the time limit was reached before any plan was found: allow more time",
        zh="在时限内未找到任何方案：请延长求解时间",
    )


def nearest_times(times: Times, sites: NDArray[np.int64]) -> NDArray[np.float64]:
    """
    Give the time from the nearest of some sites to every demand point.

    Parameters
    ----------
    times
        From `checked_times`.
    sites
        Columns, one at least.

    Returns
    -------
    ndarray of float64
        Shape (n_demand,), ``inf`` where none of them reaches the point.
    """
    if isinstance(times, np.ndarray):
        return np.asarray(times[:, sites].min(axis=1))
    chosen = sparse.csr_array(times[:, sites])
    row = np.repeat(np.arange(chosen.shape[0]), np.diff(chosen.indptr))
    nearest = np.full(chosen.shape[0], np.inf)
    np.minimum.at(nearest, row, chosen.data)
    return nearest
