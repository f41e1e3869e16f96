"""Rows of other counties in a list of a whole prefecture, told by a column that names the county."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage.sources.osm_tags import plain_name

if TYPE_CHECKING:
    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table

# what a county, and what lies above it, ends with
_ENDINGS = ("自治县", "省", "市", "县", "区", "旗", "州", "盟")
_ENDINGS_EN = ("county", "city", "district")


def reject_other_counties(table: Table, sieve: RowSieve, county: str) -> None:
    """
    Reject the rows that a column says to be of another county.

    A column with one value alone that is not the county's name is left aside: the county may have had
    another name, or be written otherwise. A cell that holds a figure, or nothing, names none.

    Parameters
    ----------
    table, sieve
        Read as ``townships`` or ``demand``; the sieve takes the rejects.
    county
        The county's name, empty where it is not known.
    """
    texts = table.texts("county")
    known = {
        text: not plain_name(text).isdecimal() and bool(plain_name(text)) for text in set(texts.tolist())
    }
    ours = {text: is_county(text, county) for text, is_name in known.items() if is_name}
    if not county or (len(ours) == 1 and not any(ours.values())):
        return
    sieve.reject(
        np.array([not ours.get(text, True) for text in texts], dtype=np.bool_),
        "other_county",
        "is of {other} and not of {county}: nothing to do, or correct the county",
        "属于{other}，不属于{county}：无需处理，或更正所属县（市、区）",
        other=texts,
        county=county,
    )


def is_county(text: str, county: str) -> bool:
    """
    Tell whether a text names a county.

    Parameters
    ----------
    text
        ``"临湘市"``, ``"临湘"``, ``"湖南省岳阳市临湘市"``, ``"Linxiang"`` …
    county
        The county's name.

    Returns
    -------
    bool
        True where they are equal, or differ in what stands above the county or in an ending that one of
        them lacks. 岳阳县 is not 岳阳市.
    """
    own, said = plain_name(county), plain_name(text)
    if not own or not said:
        return False
    if own == said or (not (_kind(own) and _kind(said)) and _stem(own) == _stem(said)):
        return True
    return said.endswith(own) and said.removesuffix(own).endswith(_ENDINGS)


def _kind(plain: str) -> str:
    """Give what a name ends with that says it is a county, empty where there is nothing such."""
    return next((end for end in (*_ENDINGS, *_ENDINGS_EN) if plain.endswith(end) and plain != end), "")


def _stem(plain: str) -> str:
    return plain.removesuffix(_kind(plain))
