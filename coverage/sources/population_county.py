"""The whole county's figure among the rows of a population table, which would count everybody twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.sources.osm_tags import plain_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table
    from coverage.study_area import County

_ENDINGS = ("县", "市", "旗", "区")
_OTHER_ENDINGS = (
    *("社区", "小区", "校区", "园区", "景区", "矿区", "厂区", "库区", "林区", "开发区", "新区"),
    *("城区", "镇区", "街区", "片区"),
)
_COUNTY_CODE = re.compile(r"\d{6}0{6}")
# above it in its name: 湖南省岳阳市临湘市
_SUPERIOR = re.compile(r"^.*(?:省|自治区|州|盟|市)(?=.+)")
# a figure this small beside the others is no county's, whatever it is called
_MIN_SHARE = 0.4
# lists of two dates differ by as much; a row with coordinates is a place unless it is the sum of the others,
# but for rounding
_TOLERANCE = 0.05
_TOLERANCE_AT_A_PLACE = 0.001


@dataclass(frozen=True)
class CountyRows:
    """
    What tells the county's own row from places.

    Parameters
    ----------
    people
        Shape (n_rows,), NaN where there is no usable figure.
    plain
        Shape (n_rows,), the names as they are compared.
    code
        Shape (n_rows,), as it stands in the row.
    says_township
        Shape (n_rows,), the row gives a township, known or not.
    in_township
        Shape (n_rows,), it gives or bears the name of a township that is known.
    is_total
        Shape (n_rows,), it is a township as a whole.
    """

    people: NDArray[np.float64]
    plain: NDArray[np.object_]
    code: NDArray[np.object_]
    says_township: NDArray[np.bool_]
    in_township: NDArray[np.bool_]
    is_total: NDArray[np.bool_]


def reject_county(
    sieve: RowSieve, table: Table, rows: CountyRows, county: County | None
) -> NDArray[np.bool_]:
    """
    Reject the county's own figure, which stands above those of its townships in official lists.

    It is the row with the county's code of twelve digits, the one with its name or code of six digits unless
    it is small, and one that ends as a county's name does and has the people of the other rows, 5 % more or
    less, with coordinates exactly. A row with coordinates and a township is a place, whatever it is called.

    Parameters
    ----------
    sieve
        Of the rows.
    table
        Where they come from.
    rows
        What they say.
    county
        The county's name and code, None where they are not known.

    Returns
    -------
    ndarray
        Shape (n_rows,), the rows that were rejected here.
    """
    placed = _placed(table)
    alive = sieve.alive & ~np.isnan(rows.people)
    may = alive & ~rows.in_township & ~(placed & rows.says_township)
    by_code = may & np.array([_COUNTY_CODE.fullmatch(code) is not None for code in rows.code], dtype=bool)
    own = may & ~by_code & _is_own(rows, county)
    ends = np.array([n.endswith(_ENDINGS) and not n.endswith(_OTHER_ENDINGS) for n in rows.plain], dtype=bool)
    like = may & ~by_code & (own | ends)
    people = np.nan_to_num(rows.people)
    large = like & (people >= _MIN_SHARE * people[alive & ~by_code & ~like].sum())
    rest = alive & ~by_code & ~large
    tolerance = np.where(placed, _TOLERANCE_AT_A_PLACE, _TOLERANCE)
    # townships and their villages may both be listed
    sums = [float(people[part].sum()) for part in (rest, rest & rows.is_total, rest & ~rows.is_total)]
    is_sum = np.any([np.abs(people - total) <= tolerance * total for total in sums if total > 0], axis=0)
    found = by_code | (large & (own | is_sum) & rest.any())
    sieve.reject(
        found,
        "not_a_place",
        "is the whole county's figure, which the other rows add up to: nothing to do",
        "是全县的合计数，由其他行加总而成：无需处理",
    )
    return np.asarray(found, dtype=np.bool_)


def _is_own(rows: CountyRows, county: County | None) -> NDArray[np.bool_]:
    """Tell rows that bear the county's name or code."""
    if county is None:
        return np.zeros(len(rows.plain), dtype=np.bool_)
    own = plain_name(county.name)
    named = [name.endswith(own) and own in (name, _SUPERIOR.sub("", name)) for name in rows.plain.tolist()]
    coded = np.equal(rows.code, county.code) & bool(county.code)
    return np.asarray((np.array(named, dtype=bool) & bool(own)) | coded, dtype=np.bool_)


def _placed(table: Table) -> NDArray[np.bool_]:
    """Tell rows that have coordinates or a shape, good or not."""
    texts = table.texts
    placed = (texts("lonlat") != "") | ((texts("lon") != "") & (texts("lat") != ""))
    if table.geometry is not None:
        shapes = table.geometry.to_numpy()
        placed |= ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return np.asarray(placed, dtype=np.bool_)
