"""
Make the files of the walk-through from the study area that ships with the program.

    python docs/example/build.py

They have the shapes in which a county sends its data: a workbook of stations with AMap coordinates and a few
rows that are wrong, a list of townships without outlines, a village list in GB18030, an outline in GCJ-02 and
an extract of roads. All of it is made from the modelled Linxiang; no row tells anything of the real county.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import osmium
import shapely
from openpyxl.styles import Alignment, Font

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from coverage.geopackage import read_study_area  # noqa: E402
from coverage.sources.coordinates import convert  # noqa: E402
from coverage.study_area import WGS84, StudyArea  # noqa: E402

KINDS = {"hospital": "医院", "health_centre": "卫生院"}
N_DIGITS = 6


def shifted(lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
    """Bring WGS84 to AMap's GCJ-02, with the six digits that AMap's picker gives."""
    moved = convert(np.asarray(lon, float), np.asarray(lat, float), source="wgs84", target="gcj02")
    return np.round(moved.x, N_DIGITS), np.round(moved.y, N_DIGITS)


def write_stations(area: StudyArea, path: Path, *, mended: bool) -> None:
    """Write the workbook of stations; the first version has the faults that such sheets have."""
    points = area.facilities.to_crs(WGS84).geometry
    lon, lat = shifted(points.x, points.y)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "急救资源"
    sheet.append(["样例县院前急救资源一览表（虚构数据）"])
    sheet.merge_cells("A1:F1")
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=14), Alignment(horizontal="center")
    sheet.append(["序号", "机构名称", "机构类型", "救护车数", "高德坐标", None])
    sheet.append([None, None, None, None, "经度", "纬度"])
    for span in ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2"):
        sheet.merge_cells(span)
    for i, row in enumerate(area.facilities.itertuples()):
        n = int(row.ambulances)
        name = row.name.replace("临湘市", "样例县")
        sheet.append([i + 1, name, KINDS[row.kind], f"{n}辆" if n else "无", lon[i], lat[i]])
    first = 4
    if not mended:
        sheet.cell(first + 6, 5).value = sheet.cell(first + 6, 6).value = None
        east, north = sheet.cell(first + 8, 5), sheet.cell(first + 8, 6)
        east.value, north.value = north.value, east.value
        sheet.append([16, sheet.cell(first + 13, 2).value, "卫生院", "2辆", lon[13], lat[13]])
        sheet.append([None, "合计", None, None, None, None])
    for letter, width in zip("ABCDEF", (6, 30, 12, 10, 13, 13), strict=True):
        sheet.column_dimensions[letter].width = width
    book.save(path)


def write_townships(area: StudyArea, path: Path) -> None:
    """Write the list of townships, with seats and people but without outlines."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "乡镇"
    sheet.append(["乡镇", "代码", "城乡分类", "常住人口（万人）", "驻地经度", "驻地纬度"])
    points = area.facilities.to_crs(WGS84).geometry
    homes = {row.name: points.iloc[i] for i, row in enumerate(area.facilities.itertuples())}
    for row in area.townships.itertuples():
        lon, lat = row.seat_lon, row.seat_lat
        if not np.isfinite(lon):
            home = next(point for name, point in homes.items() if name.startswith(row.name))
            lon, lat = home.x, home.y
        x, y = shifted(lon, lat)
        kind = "城区" if area.townships.loc[row.Index, "class"] == "urban" else "乡村"
        sheet.append([row.name, f"{row.id}000", kind, row.population / 10_000, float(x), float(y)])
    book.save(path)


def write_villages(area: StudyArea, path: Path) -> None:
    """Write the village list as Excel in China saves a CSV: GB18030."""
    points = area.demand.to_crs(WGS84).geometry
    lon, lat = shifted(points.x, points.y)
    names = dict(zip(area.townships["id"], area.townships["name"], strict=True))
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["所属乡镇", "村（社区）名称", "户籍人口", "经度", "纬度"])
        for i, row in enumerate(area.demand.itertuples()):
            writer.writerow([names[row.township_id], row.name, f"{row.population:.0f}", lon[i], lat[i]])


def write_outline(area: StudyArea, path: Path) -> None:
    """Write the outline as AMap's services give it: GCJ-02, and silent about it."""
    outline = area.townships[["geometry"]].to_crs(WGS84).union_all()
    outline = shapely.simplify(outline, 1e-4)

    def move(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(shifted(xy[:, 0], xy[:, 1]))

    shape = shapely.geometry.mapping(shapely.transform(outline, move))
    feature = {"type": "Feature", "properties": {"name": "样例县"}, "geometry": shape}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_roads(area: StudyArea, path: Path) -> None:
    """Write the modelled roads as an extract of OpenStreetMap's form."""
    edges = area.roads.edges.to_crs(WGS84).reset_index()
    places = area.roads.nodes.to_crs(WGS84)
    number = {node: i + 1 for i, node in enumerate(places.index)}
    nodes = list(zip(places["x"], places["y"], strict=True))
    ways: list[tuple[list[int], dict[str, str]]] = []
    drawn = set()
    for row in edges.to_dict("records"):
        mirror = (row["v"], row["u"], round(row["length"], 3))
        if not row["oneway"] and mirror in drawn:
            continue
        drawn.add((row["u"], row["v"], round(row["length"], 3)))
        inner = []
        for lon, lat in row["geometry"].coords[1:-1]:
            nodes.append((lon, lat))
            inner.append(len(nodes))
        keys = ("highway", "maxspeed", "surface", "name", "ref", "bridge", "tunnel")
        tags = {k: str(row[k]) for k in keys if isinstance(row.get(k), str) and row[k]}
        if row["oneway"]:
            tags["oneway"] = "yes"
        ways.append(([number[row["u"]], *inner, number[row["v"]]], tags))
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for i, (lon, lat) in enumerate(nodes):
            writer.add_node(osmium.osm.mutable.Node(id=i + 1, version=1, location=(lon, lat)))
        for i, (refs, tags) in enumerate(ways):
            writer.add_way(osmium.osm.mutable.Way(id=i + 1, version=1, nodes=refs, tags=tags))


def main() -> None:
    """Write every file."""
    area = read_study_area(ROOT / "data" / "boundaries" / "linxiang.gpkg")
    write_stations(area, HERE / "stations.xlsx", mended=False)
    write_stations(area, HERE / "stations-mended.xlsx", mended=True)
    write_townships(area, HERE / "townships.xlsx")
    write_villages(area, HERE / "villages.csv")
    write_outline(area, HERE / "outline.geojson")
    write_roads(area, HERE / "roads.osm.pbf")


if __name__ == "__main__":
    main()
