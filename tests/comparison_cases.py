"""Comparisons with something amiss: people lose, costs are not given, names repeat, nothing is gained."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from builders import _lonlat, toy_area
from comparisons import toy_comparison
from coverage.comparing.recipe import compare
from coverage.option import Change, Closing, Move, Opening, Option
from coverage.options.writing import option_text
from coverage.standards import ResponseStandard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coverage.comparison import Comparison

CASES = ("toy", "roads", "odd", "one", "twelve", "losing", "unpriced", "alike", "nothing", "assumed", "own")
NOT_A_WORD = re.compile(r"(?<![a-z])(nan|none|inf|infinity|null)(?![a-z])")


@cache
def comparison_case(name: str) -> Comparison:
    """
    Give one of `CASES`; the same name gives the same object, so nobody may change it.

    losing: the promise is tighter, and an option closes the station in the middle, so that people lose.
    unpriced: what is opened has no price. alike: two options with one name. nothing: no option gains anyone.
    assumed: no ambulance count is known. own: an option with a promise, speeds and hours of its own.
    """
    plain = {
        "toy": {},
        "roads": {"demand_unit": "residential_road_m"},
        "odd": {"odd_names": True},
        "one": {"n_options": 1, "stages": False},
        "twelve": {"n_options": 12},
        "assumed": {"ambulances_known": False, "stages": False},
    }
    if name in plain:
        return toy_comparison(**plain[name])
    return {"losing": _losing, "unpriced": _unpriced, "alike": _alike, "nothing": _nothing, "own": _own}[
        name
    ]()


def _compare(options: Iterable[Option], **given: object) -> Comparison:
    files = [
        (option, option_text(option, county="小康县"), f"{i}.toml") for i, option in enumerate(options, 1)
    ]
    limits = {key: float(given.pop(key)) for key in ("rural_s", "target_share") if key in given}
    standard = ResponseStandard(**limits)
    return compare(toy_area(), files, standard, n_draws=40, **given)


def _closing() -> Option:
    return Option("撤站", close=(Closing("s1", "柳林急救站", yearly_saved_wan=40.0),))


def _losing() -> Comparison:
    moved = Option(
        "迁站", move=(Move("s1", "柳林急救站", *_lonlat(26.0, 0.0), capital_wan=80.0, yearly_wan=0.0),)
    )
    return _compare((_closing(), moved), rural_s=900.0, target_share=0.75)


def _unpriced() -> Comparison:
    lon, lat = _lonlat(16.0, 4.0)
    opened = Option("不知价", open=(Opening("n1", "柳林北站", "ambulance_station", lon, lat, "", 1.0),))
    east = Change("w1", "石门乡卫生院", ambulances=1.0, capital_wan=120.0)
    both = Option("一知一不知", open=opened.open, change=(east,))
    return _compare((opened, both, Option("无年费", change=(east,))), stages=True)


def _alike() -> Comparison:
    east = Change("w1", "石门乡卫生院", ambulances=1.0, capital_wan=120.0, yearly_wan=45.0)
    twice = replace(east, ambulances=2.0)
    return _compare((Option("东部设站", change=(east,)), Option("东部设站", change=(twice,))))


def _nothing() -> Comparison:
    return _compare((_closing(), Option("不变")))


def _own() -> Comparison:
    by_day = Change(
        "w1", "石门乡卫生院", ambulances=1.0, hours="08:00-20:00", capital_wan=9.5, yearly_wan=1.0
    )
    option = Option(
        "另定标准",
        change=(by_day,),
        standard={"rural_s": 2400.0, "target_share": 0.8},
        speeds={"class_kph": {"primary": 60.0}, "surface": {"dirt": 0.5}},
    )
    return _compare((option,))
