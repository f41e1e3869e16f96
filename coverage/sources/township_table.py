"""Townships from a planner's files: outlines, classes, people and seats joined to what was known before."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import SourceError, name_some
from coverage.sources.layer_rows import LayerRows
from coverage.sources.notes import Note, noted
from coverage.sources.osm_tags import plain_name
from coverage.sources.osm_townships import MIN_UNCOVERED_SHARE, classify
from coverage.sources.row_account import REASONS, count_reasons
from coverage.sources.township_attributes import settle_attributes
from coverage.sources.township_join import is_official
from coverage.sources.township_land import give_land
from coverage.sources.township_register import MAX_SHARED, Township, join_rows, known_townships
from coverage.sources.township_rows import TownshipRows, read_rows
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.sources.frame import Frame
    from coverage.sources.layer_file import LayerFile
    from coverage.study_area import Roads

_KM2 = 1e6
_SEAT_TOLERANCE_M = 1_000.0


def read_townships(
    files: Sequence[LayerFile],
    frame: Frame,
    *,
    known: gpd.GeoDataFrame | None,
    known_modelled: bool = False,
    roads: Roads | None,
    road_tree: shapely.STRtree | None,
    urban: Sequence[str] = (),
    county: str = "",
) -> LayerRows:
    """
    Read the townships from map files and tables, and join them to the known ones.

    Rows are joined by name within the county, then by code; what a row says takes the place of what was
    known, the rest stays. Polygons take the place of the known ones as a set: the townships then are those
    of the polygons. A township without a polygon gets land by `allocate_townships`, as far as there is land
    that no polygon covers; where the known polygons are modelled, its seat shares the one it lies in.

    Parameters
    ----------
    files
        Tables and map files; of what several say, the last one holds, whether it has shapes or none.
    frame
        The county.
    known
        Townships already there, as `StudyArea.townships`; None where there are none.
    known_modelled
        Whether their polygons are shared out by travel time, and are no observed outlines.
    roads
        In `frame.crs`, for the land of townships without a polygon; None where there are none.
    road_tree
        Over road lines in `frame.crs`, by which coordinates are checked; None where there is none.
    urban
        Names of townships to class urban, whatever the rows say.
    county
        The county's name, empty where it is not known.

    Returns
    -------
    LayerRows
        Columns as `StudyArea.townships`; `modelled` where land was allocated.

    Raises
    ------
    FileError, CrsError
        If a file cannot be read, or its coordinates cannot be placed.
    SourceError
        If no township remains, or `urban` names one that there is not.
    """
    before = known_townships(known.to_crs(frame.crs) if known is not None else None)
    names = pd.DataFrame({"id": [t.id for t in before], "name": [t.name for t in before]}, dtype=object)
    sheets = [read_rows(file, frame, road_tree, names, county=county) for file in files]
    everyone, notes = before, tuple(note for sheet in sheets for note in sheet.notes)
    by_polygon = any(sheet.is_shaped.any() for sheet in sheets)
    if by_polygon:
        everyone = [dataclasses.replace(township, polygon=None) for township in everyone]
    for shaped in (True, False):
        everyone, join_notes = join_rows(sheets, everyone, shaped=shaped, county=county)
        notes += join_notes
    everyone, code_notes = settle_attributes(everyone, before, sheets)
    notes += code_notes
    notes += _unnamed_notes([t.name for t in everyone if not t.rows], by_polygon=by_polygon)
    modelled = known_modelled and not by_polygon
    everyone, land_notes = give_land(everyone, sheets, frame, roads, modelled=modelled)
    townships = [township for township in everyone if township.polygon is not None]
    if not townships:
        raise _nothing_usable(sheets)
    table = _tabulate(townships, frame)
    classes, class_notes = _classes(table, townships, urban)
    table = table.assign(**{"class": classes})
    shape_notes = (*_overlap_notes(table), *_uncovered_notes(table, frame), *_seat_notes(table))
    return LayerRows(
        table=table,
        accounts=tuple(sheet.sieve.account() for sheet in sheets),
        notes=(*notes, *land_notes, *class_notes, *shape_notes),
        modelled=bool(land_notes),
    )


def _tabulate(townships: Sequence[Township], frame: Frame) -> gpd.GeoDataFrame:
    """Lay out the townships, each under an id of its own."""
    taken: set[str] = {t.id for t in townships if t.id and not is_official(t.code)}
    ids = []
    for township in townships:
        own = township.code if is_official(township.code) and township.code not in taken else township.id
        number = 1
        while not own or own in ids or (own in taken and own != township.id):
            own, number = f"t{number}", number + 1
        ids.append(own)
    return gpd.GeoDataFrame(
        {
            "id": ids,
            "name": [t.name for t in townships],
            "class": "rural",
            "population": [t.people for t in townships],
            "seat_lon": [t.lon for t in townships],
            "seat_lat": [t.lat for t in townships],
        },
        geometry=[t.polygon for t in townships],
        crs=frame.crs,
    )


def _classes(
    table: gpd.GeoDataFrame, townships: Sequence[Township], urban: Sequence[str]
) -> tuple[list[str], tuple[Note, ...]]:
    """Class the townships: as chosen, else as a row says, as was known, as the name says; rural otherwise."""
    nothing = gpd.GeoDataFrame({"name": [], "place": []}, geometry=[], crs=table.crs)
    by_name, _ = classify(table, nothing, urban, None)  # refuses names that there are not
    chosen = {plain_name(name) for name in urban}
    reasons = []
    for township, guess in zip(townships, by_name, strict=True):
        if plain_name(township.name) in chosen:
            reasons.append(("urban", "chosen", "指定"))
        elif township.urban:
            reasons.append((township.urban, "as the table says", "表中注明"))
        elif township.known_urban:
            reasons.append((township.known_urban, "as before", "沿用原有"))
        else:
            reasons.append((guess, "a subdistrict" if guess == "urban" else "", "街道"))
    named = list(zip(table["name"].tolist(), reasons, strict=True))
    city = [(name, en, zh) for name, (word, en, zh) in named if word == "urban"]
    assumed = [name for name, (word, en, _) in named if word == "rural" and not en]
    some = name_some([f"{name} ({en})" for name, en, _ in city], 20)
    some_zh = name_some([f"{name}（{zh}）" for name, _, zh in city], 20)
    note = Note(
        "townships_urban",
        "townships",
        f"townships classed urban: {len(city)}{f' ({some})' if city else ''}; add with --urban",
        f"按城区标准的乡镇：{len(city)}个{f'（{some_zh}）' if city else ''}；可用 --urban 增补",
        len(city),
        tuple(name for name, _, _ in city),
    )
    return [word for _, (word, _, _) in named], (
        note,
        *noted(
            "townships_class_assumed",
            "townships",
            assumed,
            "townships of which nothing says urban or rural, counted as rural: {n} ({some}); add a column "
            "城乡分类, or --urban",
            "未注明城乡、按乡村计的乡镇：{n}个（{some}）；可在表中增加“城乡分类”列，或用 --urban 指定",
        ),
    )


def _unnamed_notes(names: Sequence[str], *, by_polygon: bool) -> tuple[Note, ...]:
    if by_polygon:
        return noted(
            "townships_dropped",
            "townships",
            names,
            "townships there were before that no row names, left out because the new outlines replace all: "
            "{n} ({some})",
            "原有、但新文件中没有的乡镇（新边界整体替换，故不再保留）：{n}个（{some}）",
        )
    return noted(
        "townships_unnamed",
        "townships",
        names,
        "townships there were before that no row names, kept as they were: {n} ({some})",
        "表中未提及、保持原样的乡镇：{n}个（{some}）",
    )


def _overlap_notes(table: gpd.GeoDataFrame) -> tuple[Note, ...]:
    """Name the pairs of townships whose outlines cover the same land."""
    shapes, names = table.geometry.to_numpy(), table["name"].tolist()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared_m2 = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller_m2 = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    much = shared_m2 > MAX_SHARED * smaller_m2
    pairs = [
        f"{names[a]} – {names[b]} {m2 / _KM2:.1f} km²"
        for a, b, m2 in zip(first[much], second[much], shared_m2[much], strict=True)
    ]
    return noted(
        "townships_overlap",
        "townships",
        pairs,
        "townships whose outlines overlap: {n} pairs ({some}); people there are counted once, with the first "
        "of each pair",
        "边界互相重叠的乡镇：{n}对（{some}）；重叠处的人口只计入其中靠前的乡镇",
    )


def _uncovered_notes(table: gpd.GeoDataFrame, frame: Frame) -> tuple[Note, ...]:
    """Say how much of the county is no township's."""
    bare_m2 = shapely.difference(frame.boundary, table.union_all()).area
    share = bare_m2 / frame.boundary.area
    if share < MIN_UNCOVERED_SHARE:
        return ()
    return (
        Note(
            "county_uncovered",
            "townships",
            f"{bare_m2 / _KM2:,.0f} km² of the county ({100 * share:.0f} %) belong to no township: people "
            "there count for the county alone; check that no township is missing",
            f"县域内有{bare_m2 / _KM2:,.0f}平方公里（{100 * share:.0f}%）不属于任何乡镇，该处人口只计入全县："
            "请核对是否缺少乡镇",
        ),
    )


def _seat_notes(table: gpd.GeoDataFrame) -> tuple[Note, ...]:
    """Name the townships whose seat lies well beyond their own outline."""
    known = table[table["seat_lon"].notna() & table["seat_lat"].notna()]
    seats = gpd.GeoSeries.from_xy(known["seat_lon"], known["seat_lat"], crs=WGS84).to_crs(table.crs)
    away = ~shapely.dwithin(known.geometry.to_numpy(), seats.to_numpy(), _SEAT_TOLERANCE_M)
    return noted(
        "seats_outside",
        "townships",
        known.loc[away, "name"].tolist(),
        "townships whose seat lies more than 1 km beyond their outline: {n} ({some}); check the seat's "
        "coordinates and their system",
        "驻地位于本乡镇边界以外1公里以上的乡镇：{n}个（{some}）；请核对驻地坐标及坐标系",
    )


def _nothing_usable(sheets: Sequence[TownshipRows]) -> SourceError:
    accounts = [sheet.sieve.account() for sheet in sheets]
    files = name_some(account.file for account in accounts)
    reasons = [(*REASONS[code], n) for code, n in count_reasons(accounts).items()]
    if not reasons:
        return SourceError(
            f"{files} holds no township: add rows below the header", zh=f"{files} 中没有乡镇：请补充内容"
        )
    why = ", ".join(f"{en} {n}" for en, _, n in reasons)
    why_zh = "、".join(f"{zh} {n}" for _, zh, n in reasons)
    first = next(reject for account in accounts for reject in account.rejects)
    return SourceError(
        f"no row of {files} gives a township ({why}); row {first.row}: {first.en}",
        zh=f"{files} 中没有可用的乡镇（{why_zh}）；第{first.row}行：{first.zh}",
    )
