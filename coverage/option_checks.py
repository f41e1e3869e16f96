"""Whether an option fits the facilities of its county."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING

from coverage.duty_hours import parse_hours
from coverage.errors import OptionError, name_some
from coverage.study_area import FACILITY_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from coverage.option import Change, Closing, Move, NewRoad, Opening, Option

    Item = Opening | Closing | Move | Change
    Place = tuple[str | int, ...]

MAX_LON, MAX_LAT = 180.0, 90.0
_INSTEAD = {
    frozenset(("close", "move")): (
        "; where its ambulances go, a [[change]] says how many there then are",
        "；其救护车的去向请在接收设施的 [[change]] 中写明救护车总数",
    )
}
_COSTS = ("capital_wan", "yearly_wan", "yearly_saved_wan")


def check_option_fits(facilities: gpd.GeoDataFrame, is_base: NDArray[np.bool_], option: Option) -> None:
    """
    Refuse an option that does not fit its county's facilities.

    Parameters
    ----------
    facilities
        As they are.
    is_base
        Shape (n_facilities,), where response starts now.
    option
        What is done to them.

    Raises
    ------
    OptionError
        If it names a facility that does not exist, or one twice, opens one under an id that is taken, moves
        more ambulances than there are, or has figures that cannot be.
    """
    there = {str(name): row for row, name in enumerate(facilities["id"])}
    _check_known(option, dict(zip(there, facilities["name"].astype(str), strict=True)))
    _check_new_ids(option, there)
    _check_once(option)
    for place, item in _items(option):
        _check_figures(item, place)
    for i, road in enumerate(option.roads.new):
        _check_costs(road, ("roads", "new", i))
    for i, opening in enumerate(option.open):
        _check_place_of_opening(opening, ("open", i))
        _check_counted(opening, option, facilities, there, ("open", i))
    for i, move in enumerate(option.move):
        _check_target(move, option, ("move", i))
        if move.to:
            row = there[move.id]
            count = float(facilities["ambulances"].iloc[row])
            _check_enough(move, count, ("move", i), is_base=bool(is_base[row]))


def check_base_left(option: Option, before: NDArray[np.bool_], after: NDArray[np.bool_]) -> None:
    """
    Refuse an option after which no ambulance is left anywhere.

    Parameters
    ----------
    option
        What is done.
    before, after
        Where response starts today, and with the option; a county that had no base may stay without one.

    Raises
    ------
    OptionError
        If there was a base and none is left, or nothing at all.
    """
    if after.any() or (len(after) and not before.any()):
        return
    places = [("close", i) for i in range(len(option.close))]
    places += [("change", i) for i, change in enumerate(option.change) if change.ambulances is not None]
    raise OptionError(
        "with this option no facility has an ambulance any more: leave one, or open one with ambulances",
        zh="按此方案，全县将没有任何设施配备救护车：请至少保留一处，或新建配备救护车的设施",
        place=places[-1] if places else (),
    )


def reopens(opening: Opening, option: Option, kind: str) -> bool:
    """Tell whether what opens is the facility of this kind again that stands there and closes."""
    return opening.kind == kind and any(closing.id == opening.at for closing in option.close)


def _items(option: Option) -> Iterator[tuple[Place, Item]]:
    for table in ("open", "close", "move", "change"):
        for i, item in enumerate(getattr(option, table)):
            yield (table, i), item


def _check_known(option: Option, names: Mapping[str, str]) -> None:
    """Refuse facilities that do not exist; `names` has those that do, by id."""
    opened = {opening.id for opening in option.open}
    for place, item in _items(option):
        key = "at" if place[0] == "open" else "id"
        wanted = {key: getattr(item, key)}
        if place[0] == "move" and getattr(item, "to", "") not in opened:
            wanted["to"] = getattr(item, "to", "")
        for name, value in wanted.items():
            if value in names or (not value and name != "id"):
                continue
            if name == "at" and value in opened:
                raise OptionError(
                    f'at = "{value}" opens only with this option: at names a facility that stands today; '
                    "give lon and lat",
                    zh=f'at = "{value}" 是本方案新建的设施：at 只能填现有设施，请改填 lon、lat',
                    place=(*place, name),
                )
            raise _unknown(name, value, names, (*place, name))


def _unknown(key: str, value: str, names: Mapping[str, str], place: Place) -> OptionError:
    """Make the error of a facility that does not exist, and say which one may be meant."""
    near = difflib.get_close_matches(value, [*names, *names.values()], n=1)
    if near:
        ids = [facility_id for facility_id, name in names.items() if near[0] in (facility_id, name)]
        advice = f"did you mean {names[ids[0]]} ({ids[0]})?"
        advice_zh = f"是否指{names[ids[0]]}（{ids[0]}）？"
    else:
        advice = f"use an id or a full name of the {len(names)} facilities, {name_some(names)}"
        advice_zh = f"请填写现有{len(names)}处设施的编号或全称：{name_some(names, mark='、')}"
    return OptionError(
        f'{key} = "{value}": there is no such facility: {advice}',
        zh=f'{key} = "{value}"：没有这处设施，{advice_zh}',
        place=place,
    )


def _check_new_ids(option: Option, there: dict[str, int]) -> None:
    """Refuse ids of new facilities that are none, taken, or given twice."""
    seen: set[str] = set()
    for i, opening in enumerate(option.open):
        place = ("open", i, "id")
        if not opening.id:
            raise OptionError(
                "id is empty: give it one, or leave the line out",
                zh="编号 id 为空：请填写或删去该行",
                place=place,
            )
        if opening.id in there:
            raise OptionError(
                f'id = "{opening.id}" is taken by a facility of the county: give it another',
                zh=f'编号 id = "{opening.id}" 已被现有设施占用：请另行编号',
                place=place,
            )
        if opening.id in seen:
            raise OptionError(
                f'id = "{opening.id}" is given twice: give each facility that opens an id of its own',
                zh=f'编号 id = "{opening.id}" 出现两次：请为每处新建设施分别编号',
                place=place,
            )
        seen.add(opening.id)


def _check_once(option: Option) -> None:
    """Refuse two things done to one facility, where the second would undo or blur the first."""
    done: dict[str, str] = {}
    words = {"close": "closed", "move": "moved", "change": "changed"}
    words_zh = {"close": "撤销", "move": "迁移", "change": "调整"}
    for place, item in _items(option):
        table = str(place[0])
        if table == "open":
            continue
        first = done.get(item.id)
        if first is not None:
            both = f"{words[first]} and {words[table]}" if first != table else f"{words[table]} twice"
            both_zh = (
                f"既{words_zh[first]}又{words_zh[table]}" if first != table else f"{words_zh[table]}两次"
            )
            advice, advice_zh = _INSTEAD.get(frozenset((first, table)), ("", ""))
            raise OptionError(
                f'id = "{item.id}" is {both}: say what becomes of a facility once{advice}',
                zh=f'id = "{item.id}" {both_zh}：每处设施只能写一次{advice_zh}',
                place=(*place, "id"),
            )
        done[item.id] = table


def _check_figures(item: Item, place: Place) -> None:
    """Refuse figures and words that cannot be."""
    kind = getattr(item, "kind", None)
    if kind is not None and kind not in FACILITY_KINDS:
        raise OptionError(
            f'kind = "{kind}" is not known: use {", ".join(FACILITY_KINDS)}',
            zh=f'类型 kind = "{kind}" 无法识别：可用 {"、".join(FACILITY_KINDS)}',
            place=(*place, "kind"),
        )
    ambulances = getattr(item, "ambulances", None)
    if (
        ambulances is not None
        and not math.isnan(ambulances)
        and not (ambulances >= 0 and float(ambulances).is_integer())
    ):
        raise OptionError(
            f"ambulances = {ambulances:g}: give a whole number, 0 or more",
            zh=f"救护车数 ambulances = {ambulances:g}：请填写不小于0的整数",
            place=(*place, "ambulances"),
        )
    hours = getattr(item, "hours", None)
    if hours is not None:
        try:
            parse_hours(hours)
        except OptionError as error:
            raise OptionError(str(error), zh=error.zh, place=(*place, "hours")) from error
    _check_costs(item, place)


def _check_costs(item: Item | NewRoad, place: Place) -> None:
    """Refuse costs that are negative or infinite; NaN is one that is not known."""
    for name in _COSTS:
        cost = getattr(item, name, math.nan)
        if cost < 0 or math.isinf(cost):
            raise OptionError(
                f"{name} = {cost:g}: give a cost of 0 or more in 万元 (10,000 yuan), "
                "or leave it out where it is not known",
                zh=f"费用 {name} = {cost:g}：请填写不小于0的万元数，未知则删去该行",
                place=(*place, name),
            )


def _check_place_of_opening(opening: Opening, place: Place) -> None:
    """Refuse a new facility without a place, or with two."""
    if opening.at:
        if not (math.isnan(opening.lon) and math.isnan(opening.lat)):
            raise OptionError(
                "at and lon, lat are two places: leave one of them out",
                zh="at 与 lon、lat 是两个位置：请只保留一种",
                place=(*place, "at"),
            )
        return
    if math.isnan(opening.lon) and math.isnan(opening.lat):
        raise OptionError(
            "it has no place: give lon and lat in degrees, or at, the facility whose place it shares",
            zh="没有写明位置：请以度为单位填写 lon、lat，或用 at 写明设在哪处现有设施内",
            place=place,
        )
    check_degrees(opening.lon, opening.lat, place)


def check_degrees(lon: float, lat: float, place: Place) -> None:
    """
    Refuse coordinates that are none.

    Parameters
    ----------
    lon, lat
        WGS84 degrees.
    place
        Where in the option they stand.

    Raises
    ------
    OptionError
        If they are missing, swapped, or nowhere on Earth.
    """
    for name, value in (("lon", lon), ("lat", lat)):
        if math.isnan(value):
            raise OptionError(
                f"{name} is missing: give the place as lon and lat, in degrees",
                zh=f"缺少 {name}：请以度为单位填写经度 lon 和纬度 lat",
                place=(*place, name),
            )
    if abs(lon) <= MAX_LON and abs(lat) <= MAX_LAT:
        return
    if abs(lat) <= MAX_LON and abs(lon) <= MAX_LAT:
        raise OptionError(
            f"lon = {lon:.10g}, lat = {lat:.10g}: longitude and latitude are swapped: write "
            f"lon = {lat:.10g}, lat = {lon:.10g}",
            zh=f"lon = {lon:.10g}、lat = {lat:.10g}：经纬度颠倒，应为 lon = {lat:.10g}、lat = {lon:.10g}",
            place=(*place, "lon"),
        )
    raise OptionError(
        f"lon = {lon:.10g}, lat = {lat:.10g} is no place on Earth: give longitude and latitude in degrees",
        zh=f"lon = {lon:.10g}、lat = {lat:.10g} 不是经纬度：请以度为单位填写",
        place=(*place, "lon" if abs(lon) > MAX_LON else "lat"),
    )


def _check_counted(
    opening: Opening, option: Option, facilities: gpd.GeoDataFrame, there: dict[str, int], place: Place
) -> None:
    """Refuse an ambulance station that does not say how many ambulances it has, and gets none otherwise."""
    if not math.isnan(opening.ambulances) or opening.kind != "ambulance_station":
        return
    kind = str(facilities["kind"].iloc[there[opening.at]]) if opening.at else ""
    gets = any(move.to == opening.id for move in option.move)
    if gets or facilities["ambulances"].isna().all() or reopens(opening, option, kind):
        return
    raise OptionError(
        "an ambulance station opens without a number of ambulances: add ambulances = 1, or how many it gets",
        zh="新建急救站没有填写救护车数：请补充 ambulances = 1（或实际数量）",
        place=place,
    )


def _check_target(move: Move, option: Option, place: Place) -> None:
    """Refuse a move to nowhere, to two places at once, or to where nothing is left to move to."""
    has_place = not (math.isnan(move.lon) and math.isnan(move.lat))
    if move.to and has_place:
        raise OptionError(
            "to and lon, lat exclude each other: to moves ambulances to another facility, lon and lat move "
            "the facility itself",
            zh="to 与 lon、lat 不能同用：to 是把救护车调到另一处设施，lon、lat 是设施本身迁址",
            place=(*place, "to"),
        )
    if not move.to:
        if not has_place:
            raise OptionError(
                "it does not say where to: give lon and lat (the facility moves) or to (its ambulances move)",
                zh="没有写明迁到哪里：设施迁址请填 lon、lat，只调救护车请填 to",
                place=place,
            )
        check_degrees(move.lon, move.lat, place)
        if move.ambulances is not None:
            raise OptionError(
                "a facility moves with all its ambulances: leave ambulances out, or name in to the facility "
                "that they move to",
                zh="设施迁址时救护车随同迁移：请删去 ambulances，或用 to 写明调往的设施",
                place=(*place, "ambulances"),
            )
        return
    target = (*place, "to")
    if move.to == move.id:
        raise OptionError(
            "ambulances move to where they are: name another facility in to",
            zh="调出与调入是同一处设施：请在 to 中填写另一处",
            place=target,
        )
    if any(closing.id == move.to for closing in option.close):
        raise OptionError(
            f'to = "{move.to}" closes with this option: name a facility that stays or opens',
            zh=f'to = "{move.to}" 在本方案中撤销：请填写保留或新建的设施',
            place=target,
        )
    if any(change.id == move.to and change.ambulances is not None for change in option.change):
        raise OptionError(
            f'to = "{move.to}": a [[change]] already says how many ambulances it has: leave ambulances out '
            "there, or this move",
            zh=f'to = "{move.to}"：[[change]] 中已写明其救护车数，与调入重复，请删去其中一处',
            place=target,
        )


def _check_enough(move: Move, count: float, place: Place, *, is_base: bool) -> None:
    """Refuse to move ambulances that are not there."""
    wanted, key = move.ambulances, (*place, "ambulances")
    if wanted is None:
        if not is_base:
            raise OptionError(
                f'id = "{move.id}" has no ambulance that could move',
                zh=f'id = "{move.id}" 没有可调出的救护车',
                place=(*place, "id"),
            )
        return
    if not wanted >= 1:
        raise OptionError(
            "ambulances = 0: nothing moves; give 1 or more, or leave it out for all of them",
            zh="ambulances = 0：没有车辆调动，请填1以上，或删去该行表示全部调出",
            place=key,
        )
    if math.isnan(count):
        raise OptionError(
            f'ambulances = {wanted:g}: nobody knows how many "{move.id}" has, so a part of them cannot move: '
            "leave ambulances out to move all",
            zh=f"ambulances = {wanted:g}：{move.id} 的救护车数未知，不能只调出一部分；全部调出请删去该行",
            place=key,
        )
    if wanted > count:
        raise OptionError(
            f'ambulances = {wanted:g}: "{move.id}" has {count:g}: give {count:g} or fewer',
            zh=f"ambulances = {wanted:g}：{move.id} 只有{count:g}辆，请填不超过{count:g}的数",
            place=key,
        )
