"""Options for the toy county, and what comparing them gives."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import shapely

from builders import ODD_NAMES, _lonlat, toy_area
from coverage.comparing.recipe import compare
from coverage.option import Change, Closing, Move, NewRoad, Opening, Option, RoadClosure, Roadworks
from coverage.options.writing import option_text
from coverage.standards import ResponseStandard

if TYPE_CHECKING:
    from coverage.comparison import Comparison


def toy_options(*, odd_names: bool = False) -> tuple[Option, ...]:
    """
    Give seven ways to spend the money in the toy county.

    East: ambulances at the health centre. Two: that, and a station in the north. Merge: the station in the
    middle closes, the hospital gets its ambulance. Move: the station goes east with its ambulance. Day: the
    health centre's ambulance is there by day only. Roads: the track's far end is closed, a road built to
    the east. Nothing: what its name says.
    """
    lon, lat = _lonlat(16.0, 4.0)
    east = Change("w1", "石门乡卫生院", ambulances=1.0, capital_wan=120.0, yearly_wan=45.0)
    north = Opening("n1", "柳林北站", "ambulance_station", lon, lat, "", 1.0, "", 300.0, 60.0)
    moved = _lonlat(22.0, 0.0)
    by_day = Change(
        "w1", "石门乡卫生院", ambulances=1.0, hours="08:00-20:00", capital_wan=120.0, yearly_wan=25.0
    )
    road = NewRoad(
        "东线",
        "secondary",
        (_lonlat(18.0, 0.0), _lonlat(26.0, 2.0), _lonlat(30.0, 0.0)),
        False,
        60.0,
        5000.0,
        20.0,
    )
    track = RoadClosure("北段", ways=(), edges=(), polygon=_square(16.0, 6.8, 0.4))
    options = (
        Option("东部设站", "为石门乡卫生院配车", change=(east,)),
        Option("东部和北部", "两处同时建设", open=(north,), change=(east,)),
        Option("合并", "撤销柳林急救站", close=(Closing("s1", "柳林急救站", yearly_saved_wan=40.0),),
               change=(Change("h1", "小康县人民医院", ambulances=3.0, capital_wan=0.0, yearly_wan=0.0),)),
        Option("迁站", "", move=(Move("s1", "柳林急救站", *moved, capital_wan=80.0, yearly_wan=0.0),)),
        Option("日间值班", "", change=(by_day,)),
        Option("修路", "", roads=Roadworks((track,), (road,))),
        Option("不变", ""),
    )  # fmt: skip
    if not odd_names:
        return options

    return tuple(replace(o, name=ODD_NAMES[i % len(ODD_NAMES)]) for i, o in enumerate(options))


def _square(x_km: float, y_km: float, side_km: float):

    half = side_km / 2
    corners = [
        (x_km - half, y_km - half),
        (x_km + half, y_km - half),
        (x_km + half, y_km + half),
        (x_km - half, y_km + half),
    ]
    return shapely.Polygon([_lonlat(*corner) for corner in corners])


@cache
def toy_comparison(
    *,
    n_options: int = 7,
    demand_unit: str = "people",
    ambulances_known: bool = True,
    odd_names: bool = False,
    stages: bool = True,
    clock: str = "call",
    n_draws: int = 40,
) -> Comparison:
    """
    Compare the first `n_options` of `toy_options`; beyond seven they begin again, under other names.

    The same arguments give the same object, so nobody may change it.
    """

    area = toy_area(demand_unit=demand_unit, ambulances_known=ambulances_known, odd_names=odd_names)
    base = toy_options(odd_names=odd_names)
    options = [base[i % len(base)] for i in range(n_options)]
    options = [o if i < len(base) else replace(o, name=f"{o.name} {i}") for i, o in enumerate(options)]
    files = [
        (option, option_text(option, county="小康县"), f"{i + 1}.toml") for i, option in enumerate(options)
    ]
    standard = ResponseStandard(clock="call" if clock == "call" else "departure")
    return compare(
        area, files, standard, n_draws=n_draws, stages=stages, per_year_wan=200.0 if stages else float("nan")
    )
