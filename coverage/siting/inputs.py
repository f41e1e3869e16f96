"""The doors of the siting models: what comes in is checked once, and a wrong figure is named."""

from __future__ import annotations

import numbers
import operator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy import sparse

from coverage.errors import SitingError, name_some

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

_NUMBERS = "biuf"  # kinds of arrays that hold numbers, truth values among them
_SITES = {
    "fixed": ("sites to keep", "要求保留的站点"),
    "start": ("sites to start from", "初始方案中的站点"),
    "named": ("sites", "所给的站点"),
}


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
        If it is no table of numbers, or has no row, no column or no entry.
    """
    array = _table(cover)
    if not np.isfinite(array.data).all():
        raise SitingError("the cover holds values that are no numbers", zh="覆盖矩阵中有不是数字的值")
    if array.format != "csr" or not (array.has_canonical_format and array.data.all()):
        # truth values: small whole numbers of one place may add up to 0
        array = array.astype(bool, copy=True).tocsr()
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


def _table(cover: Any) -> Any:
    """Give a cover as a sparse array of rows and columns, its numbers as they are, csr or coo."""
    try:
        table: Any = cover if sparse.issparse(cover) else np.asarray(cover)
        if table.ndim == 2 and table.dtype.kind in _NUMBERS:  # noqa: PLR2004 - rows and columns
            return sparse.csr_array(table) if getattr(table, "format", "csr") == "csr" else table.tocoo()
    except (TypeError, ValueError):  # ragged lists, and objects that refuse to be an array
        pass
    raise SitingError(
        "the cover is no table of numbers: give an array of one row a demand point and one column a site",
        zh="覆盖矩阵不是数字表：请给出每行一个人口点、每列一个候选点的数组",
    )


def _figures(values: Any, what: str, zh: str) -> NDArray[np.float64]:
    """Give an own copy of numbers as floats; a missing one (None) is nan."""
    try:
        array = np.asarray(values)
        if array.dtype.kind in _NUMBERS or (array.dtype.kind == "O" and array.ndim and not _has_text(array)):
            return np.array(array, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    raise SitingError(
        f"{what} are no list of numbers: give one number each", zh=f"{zh}不是数字列表：请逐一给出数字"
    )


def _has_text(array: NDArray[Any]) -> bool:
    return any(isinstance(value, str | bytes) for value in array.flat)


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
    people = _figures(weight, "the weights of the demand points", "人口点的人口")
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


def checked_sites(
    sites: Iterable[int], n_sites: int, what: Literal["fixed", "start", "named"] = "named"
) -> NDArray[np.int64]:
    """
    Give site numbers ascending, each once.

    Parameters
    ----------
    sites
        Numbers of columns; any iterable of whole numbers.
    n_sites
        Columns of the cover.
    what
        What the sites are for, as an error names them: to be kept, to start from, or just named.

    Raises
    ------
    SitingError
        If one is no column.
    """
    text, zh = _SITES[what]
    try:
        listed = list(sites.tolist() if isinstance(sites, np.ndarray) else sites)
    except TypeError:  # None, or one number
        listed = [str(sites)]
    whole = {_whole(site) for site in listed}
    if None in whole or any(not 0 <= number < n_sites for number in whole if number is not None):
        wrong = [site for site in listed if (n := _whole(site)) is None or not 0 <= n < n_sites]
        raise SitingError(
            f"{text} that are no candidates: {name_some(wrong)}: candidates are numbered 0 to {n_sites - 1}",
            zh=f"{zh}不在候选点中：{name_some(wrong, mark='、')}，候选点编号为0至{n_sites - 1}",
        )
    return np.array(sorted(number for number in whole if number is not None), dtype=np.int64)


def _whole(value: Any) -> int | None:
    """Give a whole number; None for whatever is none, truth values too."""
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


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
    if not _is_count(p):
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


def _is_count(p: Any) -> bool:
    """Tell whether a value is a whole number of 1 or more; 3.0 is, a truth value is not."""
    is_real = isinstance(p, numbers.Real) and not isinstance(p, bool)
    try:
        return is_real and bool(p == int(p) and p >= 1)
    except (ValueError, OverflowError):  # of nan and inf
        return False


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
    money = _figures(cost, "the costs of the sites", "候选点的费用")
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


def checked_capacity(capacity: ArrayLike, n_sites: int) -> NDArray[np.float64]:
    """
    Give what each site can serve as numbers.

    Parameters
    ----------
    capacity
        Shape (n_sites,), people, 0 or more; ``inf`` where there is no limit.
    n_sites
        Candidate sites.

    Raises
    ------
    SitingError
        If the shape is another one, or a capacity is negative or no number.
    """
    room = _figures(capacity, "the capacities of the sites", "候选点的服务能力")
    if room.shape != (n_sites,):
        raise SitingError(
            f"{n_sites} candidate sites but capacities of shape {room.shape}: give one capacity a site",
            zh=f"有{n_sites}个候选点，但服务能力数组的形状为{room.shape}：请为每个候选点给出一个数",
        )
    bad = np.flatnonzero(~(room >= 0))
    if len(bad):
        raise SitingError(
            f"capacities negative or no number at sites {name_some(bad)}: give people, 0 or more",
            zh=f"以下候选点的服务能力为负数或不是数字：{name_some(bad, mark='、')}，请给出不小于0的人数",
        )
    return room
