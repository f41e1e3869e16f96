"""Which township of the county a row of a table means: by its name within the county, then by its code."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.sources.osm_tags import plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

UNMATCHED = -1
N_COUNTY_DIGITS = 6
N_TOWNSHIP_DIGITS = 9
_WHOLE_COUNTY = "000"
_OFFICIAL = re.compile(r"[0-9]{9}(?:[0-9]{3})?")
_POWER_OF_TEN = re.compile(r"[0-9](?:\.[0-9]+)?e\+?[0-9]+", re.IGNORECASE)
_KINDS = re.compile(r"(?:街道|镇|乡)$")
_OFFICES = re.compile(r"(?:人民政府|政府|办事处|(?<=街道)办|管理委员会|管委会)$")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
# what a county, and what lies above it, ends with
_HIGHER_ENDINGS = "省市县区旗州盟"
_MIN_PREFIX = 2


@dataclass(frozen=True)
class TownshipMatch:
    """
    The township of each of n rows.

    Parameters
    ----------
    township
        Shape (n,), position in the townships' table, `UNMATCHED` where neither name nor code is known. Of a
        contradictory row it is the township of the name.
    by_code
        Shape (n,), the name is not known, the code decides.
    loosely
        Shape (n,), the name is the township's but for 镇, 乡 or 街道.
    contradictory
        Shape (n,), the name is of one township and the code of another: such a row is not to be used.
    other
        Shape (n,), of a contradictory row the township of the code, else `UNMATCHED`.
    code_differs
        Shape (n,), the name decides although the township has another code here and the row's is unknown.
    elsewhere
        Shape (n,), not matched because the code is of another county, in a list that has this county's too.
    code_unreadable
        Shape (n,), the code was not used because digits are lost (4.30682E+11).
    """

    township: NDArray[np.intp]
    by_code: NDArray[np.bool_]
    loosely: NDArray[np.bool_]
    contradictory: NDArray[np.bool_]
    other: NDArray[np.intp]
    code_differs: NDArray[np.bool_]
    elsewhere: NDArray[np.bool_]
    code_unreadable: NDArray[np.bool_]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.township)


def match_townships(
    names: Sequence[str], codes: Sequence[str], townships: pd.DataFrame, *, county: str = ""
) -> TownshipMatch:
    """
    Join rows to townships by name within the county, then by code.

    A name is compared without case, width, spaces and punctuation; then without the office (人民政府,
    街道办事处), remarks in brackets and the county before it (临湘市忠防镇); then without 镇, 乡 or 街道,
    where one township alone is left. Codes are compared by the nine digits of a township, so that a village's
    own code finds its township.

    Parameters
    ----------
    names, codes
        Shape (n,) each, text; empty where a row has none.
    townships
        ``id``, ``name`` and, where there is one, ``code``.
    county
        Name of the county, before which no other county's name is taken off; empty takes off any.

    Returns
    -------
    TownshipMatch
        Of n rows.
    """
    index = _NameIndex(townships["name"].astype(str).tolist(), plain_name(county))
    by_name, loosely = _each(names, index.find)
    own = township_codes(townships)
    places = {code: i for i, code in enumerate(own.tolist()) if code}
    plain = np.array([plain_code(code) for code in codes], dtype=object)
    by_its_code = np.array([places.get(code, UNMATCHED) for code in plain.tolist()], dtype=np.intp)
    given = np.not_equal(plain, "")
    unreadable = np.array(
        [not own and bool(code) and is_imprecise(code) for own, code in zip(plain, codes, strict=True)],
        dtype=np.bool_,
    )

    elsewhere = (by_its_code == UNMATCHED) & _of_other_counties(plain, own)
    by_name = np.where(elsewhere, UNMATCHED, by_name)
    named, coded = by_name != UNMATCHED, by_its_code != UNMATCHED
    contradictory = named & coded & (by_name != by_its_code)
    has_code = np.append(np.not_equal(own, ""), False)  # the last stands for no township at all
    return TownshipMatch(
        township=np.where(named, by_name, by_its_code),
        by_code=~named & coded,
        loosely=named & loosely,
        contradictory=contradictory,
        other=np.where(contradictory, by_its_code, UNMATCHED),
        code_differs=named & ~coded & given & has_code[by_name],
        elsewhere=elsewhere,
        code_unreadable=unreadable,
    )


def township_codes(townships: pd.DataFrame) -> NDArray[np.object_]:
    """
    Give the code of each township: its ``code``, else its ``id`` where that is one; empty where it has none.

    Returns
    -------
    ndarray
        Shape (n,), as `plain_code` gives them.
    """
    ids = [plain_code(text) if _is_official(text) else "" for text in townships["id"].astype(str)]
    if "code" not in townships.columns:
        return np.array(ids, dtype=object)
    codes = ["" if pd.isna(cell) else plain_code(str(cell)) for cell in townships["code"]]
    return np.array([code or own_id for code, own_id in zip(codes, ids, strict=True)], dtype=object)


def plain_code(text: str) -> str:
    """
    Give a code as it is compared.

    Parameters
    ----------
    text
        ``"430682114"``, ``"430682114000"``, ``"４３０６８２１１４"``, ``"430682114.0"`` from a workbook.

    Returns
    -------
    str
        The nine digits of a township where there are as many; empty for a whole county's code and for one
        whose digits are lost; any other text without case, spaces and punctuation.
    """
    plain = text.strip()
    if plain and not _OFFICIAL.fullmatch(plain):
        if is_imprecise(plain):
            return ""
        plain = plain_name(re.sub(r"\.0*$", "", unicodedata.normalize("NFKC", plain)))
        if len(plain) < N_TOWNSHIP_DIGITS or not plain.isdecimal():
            return "" if len(plain) == N_COUNTY_DIGITS and plain.isdecimal() else plain
    return "" if plain[N_COUNTY_DIGITS:N_TOWNSHIP_DIGITS] == _WHOLE_COUNTY else plain[:N_TOWNSHIP_DIGITS]


def is_official(code: str) -> bool:
    """Tell whether a code, as `plain_code` gives it, is a township's nine digits and not a planner's own."""
    return len(code) == N_TOWNSHIP_DIGITS and code.isdecimal()


def is_village_code(text: str) -> bool:
    """Tell whether a code is of a village or community: twelve digits, the last three not zero."""
    digits = re.sub(r"\.0*$", "", unicodedata.normalize("NFKC", text).strip())
    return _OFFICIAL.fullmatch(digits) is not None and digits[N_TOWNSHIP_DIGITS:] not in ("", _WHOLE_COUNTY)


def is_imprecise(text: str) -> bool:
    """Tell whether a code was written as a power of ten, which loses its last digits."""
    return (
        re.fullmatch(r"\d(?:\.\d+)?e\+?\d+", unicodedata.normalize("NFKC", text).strip().lower()) is not None
    )


def _is_official(text: str) -> bool:
    return _OFFICIAL.fullmatch(text.strip()) is not None


def _of_other_counties(codes: NDArray[np.object_], own: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell codes of other counties, in a list that has codes of this one as well."""
    counties = {code[:N_COUNTY_DIGITS] for code in own.tolist() if _is_official(code)}
    county = np.array([code[:N_COUNTY_DIGITS] if _is_official(code) else "" for code in codes.tolist()])
    ours = np.isin(county, list(counties))
    # a list without any of ours is of before or after the county's code was changed
    return ~ours & (county != "") if ours.any() else np.zeros(len(codes), dtype=np.bool_)


def _each(
    texts: Sequence[str], find: Callable[[str], tuple[int, bool]]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Look up every text, each different one once."""
    numbers, unique = pd.factorize(np.asarray(texts, dtype=object))
    found = [find(text) for text in unique]
    place = np.array([place for place, _ in found], dtype=np.intp)
    return place[numbers], np.array([loosely for _, loosely in found], dtype=np.bool_)[numbers]


class _NameIndex:
    """The townships' names, in every form in which a name is compared."""

    def __init__(self, names: Sequence[str], county: str) -> None:
        self._county = county
        self._plain = _unique((plain_name(name), i) for i, name in enumerate(names))
        forms = [(form, i) for i, name in enumerate(names) for form in self._forms(name)]
        self._forms_of = _unique(forms)
        self._stems = _unique((_KINDS.sub("", form), i) for form, i in forms)

    def find(self, name: str) -> tuple[int, bool]:
        """Give the position of the township of that name, and whether its 镇, 乡 or 街道 was left out."""
        plain = plain_name(name)
        if not plain:
            return UNMATCHED, False
        forms = list(self._forms(name))
        stems = [_KINDS.sub("", form) for form in forms]
        for known, texts, loosely in (
            (self._plain, [plain], False),
            (self._forms_of, forms, False),
            (self._stems, stems, True),
        ):
            for text in texts:
                if text in known:
                    return known[text], loosely
        return UNMATCHED, False

    def _forms(self, name: str) -> Iterator[str]:
        """Give a name without brackets and office, with and then without the county before it."""
        whole = _OFFICES.sub("", plain_name(_BRACKETS.sub("", name)))
        for form in (whole, *self._without_county(whole)):
            if _KINDS.sub("", form):
                yield form

    def _without_county(self, name: str) -> Iterator[str]:
        if self._county:
            for county in (self._county, self._county.rstrip(_HIGHER_ENDINGS)):
                before, found, after = name.partition(county) if county else ("", "", "")
                if found and (not before or before[-1] in _HIGHER_ENDINGS):
                    yield after
            return
        for i, character in enumerate(name):
            if character in _HIGHER_ENDINGS and i + 1 >= _MIN_PREFIX:
                yield name[i + 1 :]


def _unique(pairs: Iterator[tuple[str, int]] | list[tuple[str, int]]) -> Mapping[str, int]:
    """Keep the texts that mean one township alone."""
    meanings: dict[str, set[int]] = {}
    for text, i in pairs:
        meanings.setdefault(text, set()).add(i)
    return {text: next(iter(which)) for text, which in meanings.items() if len(which) == 1}
