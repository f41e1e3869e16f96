"""The doors of the siting models: what comes in is checked once, and a wrong figure is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from coverage.errors import SitingError, name_some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


def checked_cover(cover: Any) -> sparse.csr_array:
    """
    Give a cover as a clean sparse array of ones.

    Parameters
    ----------
    cover
        Shape (n_demand, n_sites), sparse or dense; what is not 0 is covered.

    Returns
    -------
    scipy.sparse.csr_array
        Data all 1.0, indices sorted, no entry twice; its indices may be those of `cover`.

    Raises
    ------
    SitingError
        If it has no row, no column or no entry, or a value that is no number.
    """
    array = sparse.csr_array(cover)
    if not np.isfinite(array.data).all():
        raise SitingError("the cover holds values that are no numbers", zh="覆盖矩阵中有不是数字的值")
    if not (array.has_canonical_format and array.data.all()):
        array = array.copy()
        array.sum_duplicates()
        array.eliminate_zeros()
    if 0 in array.shape:
        raise SitingError(
            "there are no demand points or no candidate sites: give at least one of each",
            zh="没有人口点或没有候选点：请至少各提供一个",
        )
    if array.nnz == 0:
        raise SitingError(
            "no candidate site reaches anybody within the limit: add nearer candidates, or widen it",
            zh="没有任何候选点能在时限内到达任何人：请补充更近的候选点，或放宽时限",
        )
    return sparse.csr_array(
        (np.ones(array.nnz), array.indices.astype(np.int32, copy=False), array.indptr), shape=array.shape
    )


def checked_weight(weight: ArrayLike, n_demand: int) -> NDArray[np.float64]:
    """
    Give the people of the demand points as numbers.

    Parameters
    ----------
    weight
        Shape (n_demand,), not negative, not all 0.
    n_demand
        Rows of the cover.

    Raises
    ------
    SitingError
        If the shape is another one, a weight is negative or no number, or all are 0.
    """
    people = np.array(weight, dtype=np.float64)
    if people.shape != (n_demand,):
        raise SitingError(
            f"{n_demand} demand points but weights of shape {people.shape}: give one weight a demand point",
            zh=f"有{n_demand}个人口点，但人口数组的形状为{people.shape}：请为每个点给出一个数",
        )
    bad = np.flatnonzero(~(np.isfinite(people) & (people >= 0)))
    if len(bad):
        raise SitingError(
            f"weights negative or no number at demand points {name_some(bad)}: give people, 0 or more",
            zh=f"以下人口点的人口为负数或不是数字：{name_some(bad, mark='、')}，请给出不小于0的数",
        )
    if not people.any():
        raise SitingError(
            "nobody lives at any demand point: every weight is 0",
            zh="所有人口点的人口都是0：请核对人口数据",
        )
    return people


def checked_sites(sites: Sequence[int] | NDArray[np.int64], n_sites: int) -> NDArray[np.int64]:
    """
    Give site numbers ascending, each once.

    Parameters
    ----------
    sites
        Numbers of columns.
    n_sites
        Columns of the cover.

    Raises
    ------
    SitingError
        If one is no column.
    """
    numbers = np.asarray(sites)
    if numbers.size == 0:
        return np.empty(0, dtype=np.int64)
    whole = np.unique(numbers).astype(np.int64)
    bad = whole[(whole < 0) | (whole >= n_sites)]
    if not np.issubdtype(numbers.dtype, np.integer) or len(bad):
        shown = name_some(bad if len(bad) else numbers.ravel())
        raise SitingError(
            f"sites to keep that are no candidates: {shown}: candidates are numbered 0 to {n_sites - 1}",
            zh=f"要求保留的站点不在候选点中：{shown}，候选点编号为0至{n_sites - 1}",
        )
    return whole


def checked_p(p: float, n_sites: int, n_fixed: int) -> int:
    """
    Give the number of open sites, fixed ones included.

    Parameters
    ----------
    p
        At least 1, at least as many as are fixed, at most as many as there are candidates.
    n_sites, n_fixed
        Candidates, and those of them that are fixed.

    Raises
    ------
    SitingError
        If it is none of these.
    """
    if isinstance(p, bool) or p != int(p) or p < 1:
        raise SitingError(
            f"the number of sites is {p}: give a whole number of 1 or more",
            zh=f"站点数为 {p}：请给出不小于1的整数",
        )
    if p > n_sites:
        raise SitingError(
            f"{int(p)} sites are asked for, but there are only {n_sites} candidates: ask for fewer",
            zh=f"要求 {int(p)} 个站点，但候选点只有 {n_sites} 个：请减少数量或补充候选点",
        )
    if p < n_fixed:
        raise SitingError(
            f"{n_fixed} sites are to be kept, but only {int(p)} may be open: ask for at least {n_fixed}",
            zh=f"要求保留 {n_fixed} 个站点，但总数只有 {int(p)} 个：总数至少应为 {n_fixed}",
        )
    return int(p)


def checked_cost(cost: ArrayLike | None, n_sites: int) -> NDArray[np.float64]:
    """
    Give what each site costs; 1 each where nothing is said.

    Parameters
    ----------
    cost
        Shape (n_sites,), not negative.
    n_sites
        Columns of the cover.

    Raises
    ------
    SitingError
        If the shape is another one, or a cost is negative or no number.
    """
    if cost is None:
        return np.ones(n_sites)
    money = np.array(cost, dtype=np.float64)
    if money.shape != (n_sites,):
        raise SitingError(
            f"{n_sites} candidate sites but costs of shape {money.shape}: give one cost a site",
            zh=f"有{n_sites}个候选点，但费用数组的形状为{money.shape}：请为每个候选点给出一个费用",
        )
    bad = np.flatnonzero(~(np.isfinite(money) & (money >= 0)))
    if len(bad):
        raise SitingError(
            f"costs negative or no number at sites {name_some(bad)}: give each candidate a cost of 0 or more",
            zh=f"以下候选点的费用为负数或不是数字：{name_some(bad, mark='、')}，请给出不小于0的费用",
        )
    return money
