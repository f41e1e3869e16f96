"""The rows of a planner's township table, read and checked one by one before they are joined to anything."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from coverage.sources.county_rows import reject_other_counties
from coverage.sources.osm_tags import plain_name
from coverage.sources.point_rows import place_points
from coverage.sources.row_sieve import RowSieve
from coverage.sources.table_fields import field_of
from coverage.sources.table_values import is_empty
from coverage.sources.tables import read_table
from coverage.sources.township_join import UNMATCHED, is_village_code, match_townships, plain_code
from coverage.sources.township_shapes import has_polygons, read_polygons
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from coverage.sources.frame import Frame
    from coverage.sources.layer_file import LayerFile
    from coverage.sources.notes import Note
    from coverage.sources.tables import Table

MAX_PEOPLE = 5_000_000
"""Three times as many as live in China's most populous township."""
_DECIMALS = 7  # of a degree: a centimetre
CLASS_WORDS: Mapping[str, tuple[str, ...]] = {
    "urban": (
        *(
            "城区",
            "城镇",
            "街道",
            "城市",
            "县城",
            "主城区",
            "中心城区",
            "城关",
            "城关镇",
            "建成区",
            "市区",
            "镇区",
        ),
        *("城乡结合区", "镇中心区", "镇乡结合区", "特殊区域", "urban", "town", "city", "u"),
        *("100", "110", "111", "112", "120", "121", "122", "123"),
    ),
    "rural": (
        *("乡村", "农村", "村庄", "乡中心区", "乡", "镇", "乡镇", "建制镇", "民族乡", "农牧区", "牧区"),
        *("rural", "countryside", "r", "200", "210", "220"),
    ),
}
"""What says urban or rural; the figures are the statistical bureau's classes (城乡分类代码)."""
_CLASS_OF = {plain_name(word): name for name, words in CLASS_WORDS.items() for word in words}
_YES = frozenset({"是", "y", "yes", "true", "1", "√", "✓"})
_NO = frozenset({"否", "不是", "n", "no", "false", "0", "×"})
_ASKS = re.compile(r"是否|\?|^is[ _]|\b(?:y/n|yes/no)\b")
_ASKED = re.compile(r"(?P<urban>城|街道|urban|town|city)|(?P<rural>农|乡|村|rural)")
_TOWNSHIP_NAME = re.compile(r"(?:街道|镇|乡|街道办|办事处|政府)$")
_VILLAGE_NAME = re.compile(r"(?:村|社区|居委会|村委会|居民委员会|村民委员会|村民小组)$")
_COMMITTEE_NAME = re.compile(r"(?:社区|居委会|村委会|居民委员会|村民委员会|村民小组)$")


_VILLAGE_HEADER = re.compile(r"村|社区|居民点|小区|village|settlement|community|cjmc")
# a count of villages, or all of the township
_NO_VILLAGE = re.compile(
    r"^[\d,.]+\s*个?$|计$|^(?:全|本|整)(?:镇|乡|街道|部|体)|^(?:total|all|subtotal)$", re.IGNORECASE
)
_LIST_MARK = re.compile(r"[、，,；;/\n]")


@dataclass(frozen=True)
class TownshipRows:
    """
    What the rows of one file say; rejected ones are kept in the sieve.

    Parameters
    ----------
    table, sieve
        The file's n rows, and which of them are still in use.
    name, code
        Shape (n,), texts, empty where a row has none; codes as they stand in the file.
    urban
        Shape (n,), ``urban``, ``rural``, or empty where a row does not say.
    people
        Shape (n,), NaN where a row does not say.
    seat_lon, seat_lat
        Shape (n,), WGS84 degrees, NaN where a row does not say.
    polygon
        Shape (n,), in the frame's system; None where a row has none.
    notes
        What a planner should know of the file.
    """

    table: Table
    sieve: RowSieve
    name: NDArray[np.object_]
    code: NDArray[np.object_]
    urban: NDArray[np.object_]
    people: NDArray[np.float64]
    seat_lon: NDArray[np.float64]
    seat_lat: NDArray[np.float64]
    polygon: NDArray[np.object_]
    notes: tuple[Note, ...]

    @property
    def is_shaped(self) -> NDArray[np.bool_]:
        """Shape (n,), rows in use that have a polygon."""
        return np.array([shape is not None for shape in self.polygon], dtype=np.bool_) & self.sieve.alive


def read_rows(
    file: LayerFile, frame: Frame, road_tree: shapely.STRtree | None, known: pd.DataFrame, *, county: str = ""
) -> TownshipRows:
    """
    Read a township file row by row.

    Parameters
    ----------
    file
        Table or map file.
    frame
        The county.
    road_tree
        Over road lines in the frame's system, by which coordinates are checked; None where there is none.
    known
        Townships already there, ``id`` and ``name``.
    county
        The county's name, empty where it is not known.

    Raises
    ------
    FileError, SourceError, CrsError
        If the file cannot be read, or its coordinates cannot be placed.
    """
    table, notes = read_table(file, "townships")
    sieve = RowSieve(table, "townships")
    name, code = table.texts("name"), table.texts("code")
    _reject_county(sieve, name, code, county)
    reject_other_counties(table, sieve, county)
    _reject_villages(table, sieve, known, county)
    _reject_village_rows(table, sieve)
    sieve.reject(
        np.equal(name, "") & np.array([not plain_code(text) for text in code], dtype=np.bool_),
        "name_missing",
        "has neither name nor code of a township: fill in the name",
        "既无乡镇名称也无乡镇代码：请填写名称",
    )
    urban, people = _classes(table, sieve), _people(table, sieve)
    polygon = np.full(len(table), None, dtype=object)
    lon, lat = np.full(len(table), np.nan), np.full(len(table), np.nan)
    with_seats = table
    if has_polygons(table):
        polygon, shape_notes = read_polygons(table, sieve, frame)
        notes = (*notes, *shape_notes)
        # the outlines are no seats; columns of coordinates beside them are
        with_seats = dataclasses.replace(table, geometry=None)
    if with_seats.has_places:
        placed = place_points(with_seats, sieve, frame, road_tree, required=False)
        degrees = placed.points.to_crs(WGS84).to_numpy()
        lon, lat = (np.round(axis(degrees), _DECIMALS) for axis in (shapely.get_x, shapely.get_y))
        notes = (*notes, *placed.notes)
    return TownshipRows(table, sieve, name, code, urban, people, lon, lat, polygon, notes)


def _reject_county(
    sieve: RowSieve, name: NDArray[np.object_], code: NDArray[np.object_], county: str
) -> None:
    """Reject the county's own row, and those above it."""
    is_above = [
        bool(text)
        and not plain_code(text)
        and re.fullmatch(r"\d{6}(?:0{3}|0{6})?(?:\.0*)?", text) is not None
        for text in (unicodedata.normalize("NFKC", text) for text in code)
    ]
    is_county = [bool(county) and plain_name(text) == plain_name(county) for text in name]
    is_township = [_TOWNSHIP_NAME.search(text) is not None for text in name]
    sieve.reject(
        (np.array(is_above, dtype=bool) | np.array(is_county, dtype=bool))
        & ~np.array(is_township, dtype=bool),
        "not_a_township",
        "{label} is the whole county, or what lies above it, and no township: nothing to do",
        "{label}是整个县（市、区）或其上级，不是乡镇：无需处理",
        label=[text or own for text, own in zip(name, code, strict=True)],
    )


def _reject_villages(table: Table, sieve: RowSieve, known: pd.DataFrame, county: str) -> None:
    """Reject villages and communities, of which a list for the whole county may be full."""
    name, code, township = table.texts("name"), table.texts("code"), _township_column(table)
    by_code = np.array([is_village_code(text) for text in code], dtype=np.bool_)
    has_other_code = np.array([bool(plain_code(text)) for text in code], dtype=np.bool_) & ~by_code
    by_name = np.array([_COMMITTEE_NAME.search(text) is not None for text in name], dtype=np.bool_)
    # 中村 may be the short name of 中村乡, unless another column says what township it belongs to
    other = np.not_equal(township, "") & np.not_equal(township, name)
    by_name |= other & np.array([_VILLAGE_NAME.search(text) is not None for text in name], dtype=np.bool_)
    by_name &= match_townships(name.tolist(), [""] * len(name), known, county=county).township == UNMATCHED
    of, of_zh = _belonging(code, township, other, known)
    sieve.reject(
        by_code | (by_name & ~has_other_code),
        "not_a_township",
        "is a village or community{of}, no township: hand the list of villages in with --population",
        "是村（社区）{of_zh}，不是乡镇：村级名单请用 --population 导入",
        of=of,
        of_zh=of_zh,
    )


def _reject_village_rows(table: Table, sieve: RowSieve) -> None:
    """Reject the rows of a list of villages, which names the township beside each of them."""
    township, demand = field_of("乡镇", "demand"), field_of("名称", "demand")
    if township is None or demand is None or not table.has("name"):
        return
    if plain_name(table.headers["name"]) not in {plain_name(header) for header in township.headers}:
        return
    wanted = {plain_name(header) for header in demand.headers if _VILLAGE_HEADER.search(header.casefold())}
    taken = set(table.headers.values())
    column = next((c for c in table.cells.columns if c not in taken and plain_name(str(c)) in wanted), None)
    if column is None:
        return
    villages = [str(cell).strip() for cell in table.cells[column]]
    sieve.reject(
        [
            _is_village(text) and text != name
            for text, name in zip(villages, table.texts("name"), strict=True)
        ],
        "not_a_township",
        "is the row of {village}, a village or community, no township: hand the list of villages in with "
        "--population",
        "是村（社区）{village}的数据，不是乡镇：村级名单请用 --population 导入",
        village=villages,
    )


def _is_village(text: str) -> bool:
    """Tell a village's name from a number of villages, a list of them, and the township's own total."""
    return not (
        is_empty(text) or _NO_VILLAGE.search(unicodedata.normalize("NFKC", text)) or _LIST_MARK.search(text)
    )


def _belonging(
    code: NDArray[np.object_], township: NDArray[np.object_], given: NDArray[np.bool_], known: pd.DataFrame
) -> tuple[list[str], list[str]]:
    """Name the township of each village: by the column beside it, else by its code."""
    place = match_townships([""] * len(code), code.tolist(), known).township
    names = known["name"].tolist()
    owners = [
        str(cell) if own else str(names[i]) if i != UNMATCHED else ""
        for cell, own, i in zip(township, given, place.tolist(), strict=True)
    ]
    return [f" of {o}" if o else "" for o in owners], [f"（属{o}）" if o else "" for o in owners]


def _township_column(table: Table) -> NDArray[np.object_]:
    """Give the column that names the township a row belongs to, where it is not that of the name."""
    field = field_of("乡镇", "demand")
    wanted = {plain_name(header) for header in field.headers} if field is not None else set()
    taken = set(table.headers.values())
    column = next((c for c in table.cells.columns if c not in taken and plain_name(str(c)) in wanted), None)
    if column is None:
        return np.full(len(table), "", dtype=object)
    return np.array([str(text).strip() for text in table.cells[column]], dtype=object)


def _classes(table: Table, sieve: RowSieve) -> NDArray[np.object_]:
    """Read whether the rows are urban or rural."""
    texts = table.texts("class")
    asked = asked_class(table.headers.get("class", ""))
    known = {text: parse_class(text, asked=asked) for text in set(texts.tolist())}
    found = np.array([known[text] for text in texts], dtype=object)
    sieve.reject(
        np.not_equal(texts, "") & np.equal(found, ""),
        "class_unknown",
        "“{text}” says neither urban nor rural: write 城区 or 乡村, or leave it empty",
        "“{text}”无法判断城乡：请填“城区”或“乡村”，或留空",
        text=texts,
    )
    return found


def asked_class(header: str) -> str:
    """
    Tell of what a header asks whether a township is it.

    Parameters
    ----------
    header
        ``"是否城区"``, ``"是否农村"``, ``"is_urban"``, ``"城乡分类"`` …

    Returns
    -------
    str
        ``urban`` or ``rural``, of which yes is the answer; empty where the header does not ask.
    """
    plain = unicodedata.normalize("NFKC", header).strip().casefold()
    asked = _ASKED.search(plain) if _ASKS.search(plain) else None
    return asked.lastgroup or "" if asked else ""


def parse_class(text: str, *, asked: str = "") -> str:
    """
    Read whether a township is urban or rural.

    Parameters
    ----------
    text
        A word or a class of the statistical bureau: ``"城区"``, ``"乡村"``, ``"111"``, ``"210.0"``.
    asked
        As `asked_class` gives it: yes says so, and no says the opposite.

    Returns
    -------
    str
        ``urban`` or ``rural``; empty where the text says neither.
    """
    plain = plain_name(re.sub(r"\.0*$", "", unicodedata.normalize("NFKC", text).strip()))
    answers = (text.strip(), plain)
    if asked and any(answer in _YES for answer in answers):
        return asked
    if asked and any(answer in _NO for answer in answers):
        return "rural" if asked == "urban" else "urban"
    leading = re.match(r"\d{3}(?!\d)", plain)  # 111主城区
    return _CLASS_OF.get(plain) or (_CLASS_OF.get(leading[0], "") if leading else "")


def _people(table: Table, sieve: RowSieve) -> NDArray[np.float64]:
    """Read how many people live in each township."""
    texts = table.texts("population")
    people, unreadable = table.numbers("population")
    sieve.reject(
        unreadable,
        "number_unreadable",
        "population “{text}” is no number: write digits alone",
        "人口“{text}”不是数字：请只填数字",
        text=texts,
    )
    sieve.reject(
        people < 0,
        "number_negative",
        "population is {text}: it cannot be negative, correct it",
        "人口为 {text}：不能为负数，请更正",
        text=texts,
    )
    sieve.reject(
        people > MAX_PEOPLE,
        "number_impossible",
        "population is {people:,.0f}: no township has as many; check the unit",
        "人口为 {people:,.0f}：没有这么大的乡镇，请核对单位",
        people=people,
    )
    return people
