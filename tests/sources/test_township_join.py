"""Which township a row means: names in every dress, codes in every length, and both in contradiction."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.sources.township_join import (
    UNMATCHED,
    is_imprecise,
    is_village_code,
    match_townships,
    plain_code,
    township_codes,
)

KNOWN = pd.DataFrame(
    {
        "id": ["430682101", "430682114", "430682115", "r77", "430682003000"],
        "name": ["忠防镇", "羊楼司镇", "坦渡镇", "长安街道", "桃矿街道"],
    }
)


def joined(names, codes=None, known=KNOWN, **options):
    return match_townships(names, codes if codes is not None else [""] * len(names), known, **options)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("忠防镇", 0),
        (" 忠 防 镇 ", 0),
        ("忠防", 0),
        ("忠防乡", 0),
        ("忠防镇人民政府", 0),
        ("忠防镇政府", 0),
        ("临湘市忠防镇", 0),
        ("湖南省岳阳市临湘市忠防镇人民政府", 0),
        ("忠防镇（山区）", 0),
        ("长安街道", 3),
        ("长安街道办", 3),
        ("长安街道办事处", 3),
        ("长安办事处", 3),
        ("长安", 3),
        ("临湘市长安街道办事处", 3),
        ("桃矿管委会", 4),
        ("桃林镇", UNMATCHED),
        ("镇", UNMATCHED),
        ("街道办事处", UNMATCHED),
        ("临湘市", UNMATCHED),
        ("", UNMATCHED),
        ("……", UNMATCHED),
    ],
)
def test_a_name_finds_its_township_in_every_dress(name, place):
    assert joined([name]).township.tolist() == [place]


def test_a_name_without_its_kind_is_a_loose_one():
    match = joined(["忠防镇", "临湘市忠防镇人民政府", "忠防", "忠防乡", "桃林镇"])
    assert match.loosely.tolist() == [False, False, True, True, False]


def test_villages_are_told_by_their_codes():
    codes = ["430682101", "430682101000", "430682101205", "430682101205.0", "43068210120", "x", ""]
    assert [is_village_code(code) for code in codes] == [False, False, True, True, False, False, False]


def test_the_dress_of_the_known_names_is_taken_off_too():
    known = pd.DataFrame({"id": ["a", "b"], "name": ["临湘市忠防镇人民政府", "ＶＡＤＵＺ"]})
    assert joined(["忠防镇", "Vaduz"], known=known).township.tolist() == [0, 1]


def test_a_name_that_two_townships_answer_to_is_nobodys():
    known = pd.DataFrame({"id": ["a", "b"], "name": ["城关镇", "城关乡"]})
    match = joined(["城关镇", "城关乡", "城关", "城关街道"], known=known)
    assert match.township.tolist() == [0, 1, UNMATCHED, UNMATCHED]


def test_two_townships_of_one_name_are_told_apart_by_their_codes():
    known = pd.DataFrame({"id": ["a", "b"], "name": ["城关镇", "城关镇"], "code": ["430682101", "430682102"]})
    match = joined(["城关镇", "城关镇"], ["", "430682102"], known)
    assert match.township.tolist() == [UNMATCHED, 1]
    assert match.by_code.tolist() == [False, True]


def test_another_countys_namesake_stays_there_where_the_county_is_known():
    names = ["岳阳县忠防镇", "临湘市忠防镇", "湖南省岳阳市临湘市忠防镇", "临湘忠防镇"]
    assert joined(names, county="临湘市").township.tolist() == [UNMATCHED, 0, 0, 0]
    assert joined(names[:2]).township.tolist() == [0, 0]


def test_a_countys_short_name_within_another_word_is_no_county():
    townships = pd.DataFrame({"id": ["t1"], "name": ["白云镇"]})
    names = ["城南白云镇", "湖南省益阳市南县白云镇"]
    match = match_townships(names, ["", ""], townships, county="南县")
    assert match.township.tolist() == [UNMATCHED, 0]


@pytest.mark.parametrize(
    "code",
    [
        "430682114",
        "430682114000",
        "430682114205",
        "430682114.0",
        "４３０６８２１１４",
        " 430682114 ",
        "'430682114",
    ],
)
def test_a_code_is_compared_by_its_nine_digits(code):
    match = joined(["没有的镇"], [code])
    assert (match.township.tolist(), match.by_code.tolist()) == ([1], [True])


@pytest.mark.parametrize("code", ["4.30682114E+11", "4.30682E+11", "4E11", "4.30682e+08"])
def test_a_code_that_lost_its_digits_is_refused(code):
    match = joined(["没有的镇", "坦渡镇"], [code, code])
    assert is_imprecise(code)
    assert match.township.tolist() == [UNMATCHED, 2]
    assert match.code_unreadable.all()
    assert not match.code_differs.any()


@pytest.mark.parametrize("code", ["430682", "430682000", "430682000000"])
def test_a_countys_code_says_nothing_of_a_township(code):
    assert plain_code(code) == ""
    match = joined(["坦渡镇", ""], [code, code])
    assert match.township.tolist() == [2, UNMATCHED]
    assert not match.code_differs.any()
    assert not match.code_unreadable.any()


def test_name_and_code_of_different_townships_contradict_each_other():
    match = joined(["坦渡镇", "坦渡镇", "羊楼司镇"], ["430682114", "430682115", "430682114000"])
    assert match.contradictory.tolist() == [True, False, False]
    # both are named: the township of the name, and that of the code
    assert match.township.tolist() == [2, 2, 1]
    assert match.other.tolist() == [1, UNMATCHED, UNMATCHED]


def test_a_code_nobody_knows_is_told_where_the_township_has_one():
    match = joined(["坦渡镇", "长安街道", "没有的镇"], ["430682999", "430682999", "430682999"])
    assert match.township.tolist() == [2, 3, UNMATCHED]
    assert match.code_differs.tolist() == [True, False, False]


def test_a_code_of_another_county_counts_in_a_list_of_several_counties_alone():
    mixed = joined(["坦渡镇", "忠防镇"], ["430621107", "430682101"])
    assert mixed.elsewhere.tolist() == [True, False]
    assert mixed.township.tolist() == [UNMATCHED, 0]
    # a whole list under the code that the county had before
    older = joined(["坦渡镇", "忠防镇"], ["430623115", "430623101"])
    assert not older.elsewhere.any()
    assert older.township.tolist() == [2, 0]
    assert older.code_differs.all()


def test_codes_of_a_planners_own_are_compared_as_they_stand():
    known = pd.DataFrame({"id": ["x", "y"], "name": ["甲镇", "乙镇"], "code": ["A-01", "07"]})
    assert joined(["", "", ""], ["a01", "07", "7"], known).township.tolist() == [0, 1, UNMATCHED]


def test_an_id_is_a_code_where_it_looks_like_one_alone():
    assert township_codes(KNOWN).tolist() == ["430682101", "430682114", "430682115", "", "430682003"]
    coded = KNOWN.assign(code=["", None, "430682999000", "430682001", float("nan")])
    assert township_codes(coded).tolist() == ["430682101", "430682114", "430682999", "430682001", "430682003"]


def test_no_rows_and_no_townships():
    assert len(joined([])) == 0
    assert joined(["忠防镇"], ["430682101"], KNOWN.iloc[:0]).township.tolist() == [UNMATCHED]


rows = st.lists(
    st.tuples(
        st.sampled_from([*KNOWN["name"], "临湘市坦渡镇", "坦渡", "桃林镇", ""]),
        st.sampled_from(["430682101", "430682114000", "430682115003", "430682999", "430621101", "", "x"]),
    ),
    max_size=8,
)


@given(rows, st.permutations(range(len(KNOWN))))
def test_the_order_of_the_townships_changes_nothing(table, order):
    names, codes = [name for name, _ in table], [code for _, code in table]
    plain, mixed = joined(names, codes), joined(names, codes, KNOWN.iloc[list(order)].reset_index(drop=True))
    there = [UNMATCHED if i == UNMATCHED else order[i] for i in mixed.township.tolist()]
    assert there == plain.township.tolist()
    assert mixed.contradictory.tolist() == plain.contradictory.tolist()


@given(rows)
def test_a_row_is_joined_as_if_it_stood_alone_but_for_its_county(table):
    names, codes = [name for name, _ in table], [code for _, code in table]
    match = joined(names, codes)
    alone = [joined([name], [code]).township.item() for name, code in table]
    for there, single, elsewhere in zip(match.township, alone, match.elsewhere, strict=True):
        assert there == (UNMATCHED if elsewhere else single)
