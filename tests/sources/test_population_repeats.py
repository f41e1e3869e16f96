"""The same village twice in a table: found whatever its rows leave out, and two villages kept apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.sources.population_repeats import SAME_PLACE_AND_PEOPLE_M, SAME_PLACE_M, reject_duplicates
from coverage.sources.population_rows import PeopleRows

CODE, OTHER = "430699100201", "430699100202"
HERE, NEAR, SHIFTED, FAR = (500.0, 500.0), (600.0, 500.0), (1_000.0, 700.0), (3_500.0, 3_500.0)


@dataclass
class Sieve:
    """Takes rejects as a row sieve does."""

    n: int
    rejects: dict[int, str] = field(default_factory=dict)

    @property
    def alive(self):
        return np.array([i not in self.rejects for i in range(self.n)])

    @property
    def table(self):
        return SimpleNamespace(row=np.arange(self.n))

    def reject(self, where, code, en, zh, **values):
        assert code == "duplicate"
        for i in np.flatnonzero(np.asarray(where) & self.alive).tolist():
            own = {key: value[i] for key, value in values.items()}
            self.rejects[i] = en.format(**own)
            assert zh.format(**own)


def repeats(*rows):
    """Reject repeats among rows of a code, a place or None, people, and a township (0 by default)."""
    codes, places, people, *home = zip(*rows, strict=True)
    n = len(rows)
    name = np.full(n, "新屋", dtype=object)
    table = PeopleRows(
        people=np.array(people, dtype=float),
        name=name,
        plain=name,
        township=np.zeros(n, dtype=np.intp),
        said=np.full(n, "城关镇", dtype=object),
        code=np.array(codes, dtype=object),
        is_own_township=np.zeros(n, dtype=bool),
        id=np.arange(n).astype(object),
        landless=np.zeros(n, dtype=bool),
    )
    x, y = np.array([place or (np.nan, np.nan) for place in places]).T
    sieve = Sieve(n)
    reject_duplicates(table, sieve, x, y, np.array(home[0] if home else [0] * n))
    return sieve.rejects


PLACES = {
    "neither has a place": (None, None),
    "the first has one": (HERE, None),
    "the second has one": (None, HERE),
    "one place": (HERE, NEAR),
    "half a kilometre apart": (HERE, SHIFTED),
    "far apart": (HERE, FAR),
}
CODES = {
    "no code": ("", ""),
    "a running number": ("1", "2"),
    "the first has a code": (CODE, ""),
    "the second has a code": ("", CODE),
    "one code": (CODE, CODE),
    "two codes": (CODE, OTHER),
}


@pytest.mark.parametrize("people", [(30, 30), (30, 40)])
@pytest.mark.parametrize("codes", CODES)
@pytest.mark.parametrize("places", PLACES)
def test_two_rows_of_one_name_are_two_by_codes_or_places_alone(places, codes, people):
    equal = people[0] == people[1]
    two = (
        codes == "two codes"
        or (places == "far apart" and not (codes == "one code" and equal))
        or (places == "half a kilometre apart" and not equal)
    )
    rows = list(zip(CODES[codes], PLACES[places], people, strict=True))
    found = repeats(*rows)
    assert len(found) == (0 if two else 1)
    if two:
        return
    # what says more stays: a place before a code, a code before none, the first of two alike
    says = [(place is not None, len(code) == 12) for code, place, _ in rows]
    gone = 0 if says[1] > says[0] else 1
    assert set(found) == {gone}
    assert f"row {1 - gone}" in found[gone]
    assert ("same population" in found[gone]) == equal


def test_rows_without_a_place_in_two_townships_are_two():
    assert repeats(("", None, 30, 0), ("", None, 30, 1)) == {}
    assert repeats(("", HERE, 30, 0), ("", None, 30, 1)) == {}
    assert set(repeats(("", HERE, 30, 0), ("", NEAR, 30, 1))) == {1}


def test_a_row_without_a_code_repeats_one_of_two_that_have_codes_and_drops_neither():
    found = repeats(("", HERE, 40), (CODE, None, 30), (OTHER, None, 40))
    assert set(found) == {0}
    assert "row 2: the same village" in found[0]  # which has as many people
    assert set(repeats(("", None, 50), (CODE, HERE, 30), (OTHER, FAR, 40))) == {0}


def test_a_repeat_says_nothing_of_a_third_row():
    step = 0.8 * SAME_PLACE_M
    assert set(repeats(*(("", (step * i, 0.0), 30 + i) for i in range(3)))) == {1}


@pytest.mark.parametrize(("people", "reach_m"), [(40, 250.0), (30, 1_000.0)])
def test_distance_alone_tells_two_places_of_one_name_apart(people, reach_m):
    random = np.random.default_rng(8)
    for x, y, angle in random.uniform([0, 0, 0], [5_000, 5_000, 2 * np.pi], (40, 3)).tolist():
        for metres, n in ((0.99 * reach_m, 1), (1.01 * reach_m, 0)):
            there = (x + metres * np.cos(angle), y + metres * np.sin(angle))
            assert len(repeats(("", (x, y), 30), ("", there, people))) == n


def test_places_kilometres_apart_are_two_whatever_else_is_alike():
    assert repeats(("", (500.0, 500.0), 100), ("", (3_800.0, 3_800.0), 100)) == {}
    assert repeats(("1", (500.0, 500.0), 100), ("2", (3_800.0, 3_800.0), 100)) == {}


def test_many_rows_at_one_place_are_one():
    assert len(repeats(*(("", (float(i % 100), i / 200), i) for i in range(20_000)))) == 19_999


def is_same(a, b):
    """Tell whether two rows are one village, by the rule as it is written."""
    (code, place, people, home), (other, there, count, at) = a, b
    if place and there:
        if code and other and code != other:
            return False
        reach = SAME_PLACE_AND_PEOPLE_M if people == count else SAME_PLACE_M
        return np.hypot(place[0] - there[0], place[1] - there[1]) <= reach or bool(
            code and code == other and people == count
        )
    return home == at and not (code and other and code != other)


spots = st.one_of(
    st.none(), st.tuples(st.integers(0, 30), st.integers(0, 2)).map(lambda p: (p[0] * 97.0, p[1] * 97.0))
)
villages = st.tuples(st.sampled_from(["", CODE, OTHER]), spots, st.integers(1, 3), st.integers(0, 1))


@given(st.lists(villages, min_size=1, max_size=9))
def test_no_village_stays_twice_and_none_goes_that_is_not_there_again(rows):
    gone = repeats(*rows)
    left = [i for i in range(len(rows)) if i not in gone]
    assert left
    for i, j in combinations(left, 2):
        assert not is_same(rows[i], rows[j])
    for i, text in gone.items():
        original = int(text.split("row ")[1].split(":")[0].split(",")[0])
        assert is_same(rows[i], rows[original])
