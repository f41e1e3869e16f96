"""What the rows of a population table say: how many people, and of which township."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.sources.county_rows import reject_other_counties
from coverage.sources.notes import Note, noted
from coverage.sources.osm_tags import plain_name
from coverage.sources.population_county import CountyRows, reject_county
from coverage.sources.table_values import parse_numbers
from coverage.sources.township_join import UNMATCHED, match_townships

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from coverage.sources.row_sieve import RowSieve
    from coverage.sources.tables import Table
    from coverage.study_area import County

# Dongguan's largest town has a million; no village, township or cell has five
MAX_PEOPLE = 5_000_000.0
_N_VILLAGE_DIGITS = 12
_UNITS_ZH = {1e2: "百", 1e3: "千", 1e4: "万", 1e6: "百万"}
_N_TOWNSHIP_DIGITS = 9


@dataclass(frozen=True)
class PeopleRows:
    """
    The rows of a table, as far as they are known without their places.

    Parameters
    ----------
    people
        Shape (n_rows,), NaN where there is no usable figure, or it is the whole county's.
    name
        Shape (n_rows,).
    plain
        Shape (n_rows,), the names as they are compared.
    township
        Shape (n_rows,), position of the township that is named, `UNMATCHED` where none is known.
    said
        Shape (n_rows,), the township's name or code as it stands in the row, empty where it has none.
    code
        Shape (n_rows,), the row's own code, empty where it has none.
    is_own_township
        Shape (n_rows,), the row's name is that of its township, or it has no name but a township.
    id
        Shape (n_rows,), unique.
    landless
        Shape (n_rows,), the township that is named is listed but has no land, so that the row is rejected.
    landless_names
        Those townships.
    """

    people: NDArray[np.float64]
    name: NDArray[np.object_]
    plain: NDArray[np.object_]
    township: NDArray[np.intp]
    said: NDArray[np.object_]
    code: NDArray[np.object_]
    is_own_township: NDArray[np.bool_]
    id: NDArray[np.object_]
    landless: NDArray[np.bool_]
    landless_names: tuple[str, ...] = ()


def people_rows(
    table: Table,
    sieve: RowSieve,
    townships: gpd.GeoDataFrame,
    landless: Sequence[str] = (),
    county: County | None = None,
) -> PeopleRows:
    """
    Read figures, names and townships, and reject the rows that cannot be used whatever their place is.

    Parameters
    ----------
    table, sieve
        Read as ``demand``; the sieve takes the rejects.
    townships
        ``id`` and ``name``.
    landless
        Names of townships that were listed and have no land: whoever names one is counted nowhere.
    county
        Name and code of the county, whose own figure is no place's.
    """
    reject_other_counties(table, sieve, county.name if county is not None else "")
    listed = _with_landless(townships, landless)
    people = _people(table, sieve)
    name = table.texts("name")
    plain = _plain(name)
    written, digits, code = (table.texts(field) for field in ("township", "township_code", "code"))
    township = _townships(sieve, written, np.where(digits == "", code, digits), listed)
    own = _is_own_township(written, name, plain, township, listed)
    said = np.where(written == "", digits, written)
    named = np.where(township == UNMATCHED, _bearing(said, name, table, listed), township)
    is_total = own | ((township == UNMATCHED) & (named != UNMATCHED))
    about = CountyRows(people, plain, code, np.not_equal(said, ""), named != UNMATCHED, is_total)
    people[reject_county(sieve, table, about, county)] = np.nan
    lost = sieve.alive & (named >= len(townships))
    official = np.append(listed["name"].to_numpy(dtype=object), "")
    _reject_landless(sieve, lost, official[named])
    return PeopleRows(
        people,
        name,
        plain,
        np.where(township >= len(townships), UNMATCHED, township),
        said,
        code,
        own & (township < len(townships)),
        _ids(code, table.row),
        lost,
        tuple(dict.fromkeys(official[named[lost]].tolist())),
    )


def landless_note(rows: PeopleRows) -> tuple[Note, ...]:
    """Say how many people are left out because their township has no land."""
    lost = rows.landless
    people = float(rows.people[lost].sum())
    names, names_zh = ", ".join(rows.landless_names), "、".join(rows.landless_names)
    return noted(
        "people_of_landless_townships",
        "demand",
        [str(name or own_id) for name, own_id in zip(rows.name[lost], rows.id[lost], strict=True)],
        f"people left out because their township is in the list of townships but has neither outline nor "
        f"usable seat ({names}): {people:,.0f} (rows: {{n}}, {{some}}); give one of them and import "
        "townships and people again",
        f"所属乡镇（{names_zh}）在乡镇清单中既无边界面、也无可用的驻地坐标，未计入的人口：共{people:,.0f}人，"
        "{n}行（{some}）；请补充边界面或驻地坐标，并重新导入乡镇和人口",
    )


def _with_landless(townships: gpd.GeoDataFrame, landless: Sequence[str]) -> pd.DataFrame:
    """Put the townships without land behind the others, by their names alone."""
    columns = [column for column in ("id", "name", "code") if column in townships.columns]
    known = pd.DataFrame({column: townships[column].to_numpy(dtype=object) for column in columns})
    taken = {plain_name(str(name)) for name in known["name"]} | {""}
    # what bears the name of one that has land is that one
    names = {plain_name(name): name for name in landless if plain_name(name) not in taken}
    added = pd.DataFrame(dict.fromkeys(columns, "") | {"name": list(names.values())}, dtype=object)
    return pd.concat([known, added], ignore_index=True) if names else known


def _reject_landless(sieve: RowSieve, lost: NDArray[np.bool_], named: NDArray[np.object_]) -> None:
    sieve.reject(
        lost,
        "township_unknown",
        "{named} is in the list of townships but has neither outline nor usable seat: give one of them and "
        "import townships and people again",
        "乡镇清单中有{named}，但它既无边界面、也无可用的驻地坐标：请补充其一，并重新导入乡镇和人口",
        named=named,
    )


def _people(table: Table, sieve: RowSieve) -> NDArray[np.float64]:
    people, unreadable = table.numbers("population")
    texts = table.texts("population")
    sieve.reject(
        unreadable,
        "number_unreadable",
        "population “{text}” is no number: write the number of people",
        "人口“{text}”不是数字：请填写人数",
        text=texts,
    )
    sieve.reject(
        np.isnan(people),
        "population_missing",
        "population missing: give the number of people, 0 if there is nobody",
        "缺少人口数：请填写人数，无人居住填0",
    )
    sieve.reject(
        people < 0,
        "number_negative",
        "population {text} is negative: correct it",
        "人口为负数（{text}）：请更正",
        text=texts,
    )
    _reject_impossible(table, sieve, people, texts)
    return np.where(sieve.alive, people, np.nan)


def _reject_impossible(
    table: Table, sieve: RowSieve, people: NDArray[np.float64], texts: NDArray[np.object_]
) -> None:
    """Reject figures beyond reason, and say of those that the header multiplied by what."""
    much = people > MAX_PEOPLE
    scale = table.scales.get("population", 1.0)
    if scale > 1:
        # a figure with a unit of its own is not the header's
        figure, _ = parse_numbers(texts.tolist(), {})
        sieve.reject(
            much & (figure * scale == people),
            "number_impossible",
            "population {figure:,.15g} counts in units of {scale:,.0f} by the header “{header}”, which makes "
            "{people:,.0f}, more than {most:,.0f}: should the unit be single persons?",
            "人口{figure:,.15g}{unit}人（表头单位为{unit}）超过{most:,.0f}人：单位是否应为人？",
            figure=figure,
            scale=scale,
            header=table.headers["population"],
            people=people,
            unit=_UNITS_ZH.get(scale, f"×{scale:,.0f}"),
            most=MAX_PEOPLE,
        )
    sieve.reject(
        much,
        "number_impossible",
        "population {text} is more than {most:,.0f}: correct it, or its unit",
        "人口{text}超过{most:,.0f}人：请更正数值或单位",
        text=texts,
        most=MAX_PEOPLE,
    )


def _townships(
    sieve: RowSieve, names: NDArray[np.object_], codes: NDArray[np.object_], townships: pd.DataFrame
) -> NDArray[np.intp]:
    """Join the rows to townships by name, then by code; reject what contradicts itself."""
    short = np.array([c[:_N_TOWNSHIP_DIGITS] if is_full_code(c) else c for c in codes], dtype=object)
    # the rows of a township are joined as one
    number, pairs = pd.factorize(pd.MultiIndex.from_arrays([names, short]))
    match = match_townships([name for name, _ in pairs], [code for _, code in pairs], townships)
    known = np.append(townships["name"].to_numpy(dtype=object), "")
    sieve.reject(
        match.contradictory[number],
        "township_contradictory",
        "names {named} but has the code of {other} ({digits}): correct one of them",
        "乡镇名称是{named}，代码{digits}却属于{other}：请更正其一",
        named=names,
        digits=codes,
        other=known[match.other[number]],
    )
    return match.township[number]


def _is_own_township(
    written: NDArray[np.object_],
    name: NDArray[np.object_],
    plain: NDArray[np.object_],
    township: NDArray[np.intp],
    townships: pd.DataFrame,
) -> NDArray[np.bool_]:
    """Tell rows that are a township as a whole, and not a place in it."""
    official = np.append([plain_name(text) for text in townships["name"]], "").astype(object)
    named = _plain(written)
    same = (plain == official[township]) | ((plain == named) & (named != ""))
    return np.asarray((township != UNMATCHED) & ((name == "") | same), dtype=np.bool_)


def named_townships(rows: PeopleRows, table: Table, townships: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """
    Find the townships that rows which say none bear the names of.

    Returns
    -------
    ndarray
        Shape (n_rows,), position of the township, `UNMATCHED` for none.
    """
    return _bearing(rows.said, rows.name, table, townships)


def _bearing(
    said: NDArray[np.object_], name: NDArray[np.object_], table: Table, townships: pd.DataFrame
) -> NDArray[np.intp]:
    number, names = pd.factorize(np.where(said == "", name, ""))
    match = match_townships(names.tolist(), [""] * len(names), townships)
    # beside villages with places 忠防 may be one of 忠防镇; in a list of townships it is the township
    loose = not table.has_places and not table.has("township")
    return (match.township if loose else np.where(match.loosely, UNMATCHED, match.township))[number]


def _plain(texts: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give texts as they are compared, each different one worked out once."""
    numbers, unique = pd.factorize(texts)
    plain = np.array([plain_name(text) for text in unique], dtype=object)
    return plain[numbers] if len(plain) else texts.copy()


def is_full_code(code: str) -> bool:
    """Tell whether a code is one of twelve digits, as villages have, and no running number."""
    return len(code) == _N_VILLAGE_DIGITS and code.isdecimal()


def _ids(codes: NDArray[np.object_], rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Give each row its code, or its number where codes are missing or repeated."""
    repeated = pd.Series(codes, dtype=object).duplicated(keep=False).tolist()
    return np.array(
        [
            f"row{row}" if not code or again else code
            for code, again, row in zip(codes.tolist(), repeated, rows.tolist(), strict=True)
        ],
        dtype=object,
    )
