"""The dispatcher's page as a file: what it says, what it draws, and how it is replaced."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from builders import ODD_NAMES, _lonlat
from coverage.errors import FileError, TilesError
from coverage.reports.dispatch_bundle import write_dispatch
from coverage.reports.dispatch_map import dispatch_block
from coverage.reports.dispatch_page import render_dispatch_page
from coverage.reports.wording import one_line
from dispatches import AT, toy_dispatch
from html_page import Page, unpack

CALL, PICTURE = {}, {"at": None}
NOBODY = {"at": None, "states": ("busy",) * 4}


def page_of(lang="zh", tiles=None, *, refresh_s=None, trouble="", **case):
    return Page(render_dispatch_page(toy_dispatch(**case), lang, tiles, refresh_s=refresh_s, trouble=trouble))


def drawn(packed):
    """Give the ends of a packed line, degrees."""
    steps = unpack(packed)
    lat = [sum(steps[0 : 2 * i + 1 : 2]) / 1e5 for i in range(len(steps) // 2)]
    lon = [sum(steps[1 : 2 * i + 2 : 2]) / 1e5 for i in range(len(steps) // 2)]
    return list(zip(lon, lat, strict=True))


def test_the_answer_comes_first_and_then_the_rest():
    text, decision = page_of().text, toy_dispatch().decision
    there, door = (f"{s / 60:.1f}" for s in (decision.units[0].response_s, decision.destination.door_s))
    order = [
        "派柳林1号", "画面时间 2026-03-01 14:05:32", there, "分钟到患者身边", "限时30分钟，限时内", door,
        "小康县人民医院（目标60分钟，可达到）", "地点：柳林镇（乡镇）", "出动期间", "人民医院2号",
        "出车路线：1.0公里", "出发向东，沿 S101 行驶1.0公里，到达", "送医路线：10.1公里", "全部车辆（4）",
        "未采用的位置（3）", "湘F0009（第6行）：位置过时", "各乡镇此刻（3）",
    ]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_what_is_drawn_is_where_it_is():
    live = page_of().data["live"]
    assert live["incident"]["at"] == pytest.approx(_lonlat(10.0, 0.0)[::-1], abs=1e-5)
    first, second = live["legs"]
    assert drawn(first["yx"])[0] == pytest.approx(_lonlat(9.0, 0.0), abs=2e-5)
    assert drawn(first["yx"])[-1] == pytest.approx(_lonlat(10.0, 0.0), abs=2e-5)
    assert drawn(second["yx"])[0] == pytest.approx(_lonlat(10.0, 0.0), abs=2e-5)
    assert first["dash"] == "none" != second["dash"]
    assert first["weight"] > second["casing"]  # both are seen where they share a road
    at = {row["id"]: row for row in live["units"]}
    assert at["湘F0004"]["at"] == pytest.approx(_lonlat(16.0, 4.0)[::-1], abs=1e-5)
    assert [row["state"] for row in live["units"]] == ["busy", "returning", "idle", "idle"]
    assert [row["id"] for row in live["units"] if row["first"]] == ["湘F0003"]


def test_who_covers_what_and_where_the_holes_are():
    made = toy_dispatch(**PICTURE)
    data = page_of(**PICTURE).data
    demand = made.now.demand
    held = demand[demand["state"] == "covered"]
    assert sum(len(drawn(group["yx"])) for group in data["live"]["cover"]) == len(held)
    holes = demand[(demand["state"] != "covered") & (demand["population"] > 0)]
    assert sum(len(group["name"]) for group in data["dots"]) == len(holes)
    verdicts = [row["verdict"] for row in data["townships"]]
    assert verdicts == made.now.townships["verdict"].tolist()


def test_units_at_one_place_are_fanned_out():
    made = toy_dispatch(is_live=False)
    live = page_of(is_live=False).data["live"]
    at_hospital = [row["fan"] for row in live["units"] if row["id"].startswith("h1")]
    assert len(at_hospital) == len({angle for angle, _ in at_hospital}) == 2
    assert [row["fan"] for row in live["units"] if row["id"].startswith("s1")] == [[0, 0]]
    assert len(live["units"]) == len(made.fleet.units)


def test_without_a_call_there_is_no_way_and_the_cover_is_shown():
    page = page_of(**PICTURE)
    assert page.data["live"]["legs"] == []
    assert page.data["live"]["incident"] is None
    assert "出车路线" not in page.text
    boxes = {a["value"]: "checked" in a for tag, a in page.elements if tag == "input"}
    assert boxes["cover"]
    assert "leg-1" not in boxes
    assert not {a["value"]: "checked" in a for tag, a in page_of().elements if tag == "input"}["cover"]


def test_with_no_unit_left_everything_is_a_hole_and_no_road_is_blamed():
    page = page_of(**NOBODY)
    assert "此刻没有可派的车（任务中4辆）" in page.text
    assert {row["verdict"] for row in page.data["townships"]} == {"unmet"}
    tips = [line for group in page.data["dots"] for _, line in group["tip"]]
    assert set(tips) == {"没有可派的车能到", "远离道路"}
    assert page.data["live"]["cover"] == []
    assert ("h1", {"class": "urgent"}) in page.elements


def test_without_a_hospital_there_is_one_way():
    page = page_of(destination=False)
    assert [leg["layer"] for leg in page.data["live"]["legs"]] == ["leg-1"]
    assert "送医路线：" not in page.text
    assert "送往何处请人工确定" in page.text


def test_the_foot_says_from_where_response_starts():
    assert "按3辆可派车辆报告的位置计算" in page_of().text
    assert "按3辆救护车都在所属急救点待命计算" in page_of(is_live=False).text


def test_trouble_is_shown_as_text():
    page = page_of(trouble="vehicles.csv: <b>half</b> written")
    assert "vehicles.csv: <b>half</b> written" in page.text
    assert ("p", {"class": "alarm", "role": "alert"}) in page.elements


def test_the_page_tells_its_scripts_when_it_is_renewed():
    live = page_of(refresh_s=5.0).data["live"]
    assert (live["refresh_s"], live["at"]) == (5.0, AT)
    assert page_of().data["live"]["refresh_s"] is None
    assert not [a for tag, a in page_of(refresh_s=5.0).elements if a.get("http-equiv") == "refresh"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", [CALL, PICTURE, NOBODY])
def test_names_are_text_and_never_markup(lang, case):
    text = render_dispatch_page(toy_dispatch(odd_names=True, **case), lang, trouble=ODD_NAMES[1])
    page = Page(text)
    assert len(page.raw["script"]) == 5  # the data, Leaflet and the page's own three
    assert "<script>alert" not in text
    shown = page.text + str(page.data)
    assert one_line(ODD_NAMES[1]) in shown
    assert not re.search("[\u202a-\u202e\x00-\x08\x1b]", page.text)


def test_nothing_is_fetched_and_only_its_own_scripts_run():
    page = page_of()
    policy = page.policy()
    assert policy["default-src"] == "'none'"
    assert policy["script-src"].count("sha256-") == 4
    assert "unsafe" not in policy["script-src"]
    assert not [a for _, a in page.elements if "src" in a or str(a.get("href", "")).startswith("http")]


def test_roads_and_outlines_are_packed_once_a_county():
    one, other = toy_dispatch(**PICTURE), toy_dispatch(**NOBODY)
    blocks = [dispatch_block(made, "zh", None, refresh_s=None, known_as="x") for made in (one, other)]
    head = blocks[0].split('"areas"')[0]
    assert blocks[1].startswith(head)
    moved = replace(one, area=replace(one.area, roads=toy_dispatch(odd_names=True).area.roads))
    assert dispatch_block(moved, "en", None, refresh_s=None, known_as="x") != blocks[0]


def test_the_bundle_writes_both_files_the_same_each_time(tmp_path):
    made = toy_dispatch()
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        assert write_dispatch(made, folder, lang="zh") == ("dispatch.html", "dispatch.json")
    for name in ("dispatch.html", "dispatch.json"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    assert sorted(path.name for path in folders[0].iterdir()) == ["dispatch.html", "dispatch.json"]


def test_what_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "dispatch.html").mkdir()
    with pytest.raises(FileError, match="cannot be written"):
        write_dispatch(toy_dispatch(), tmp_path, lang="zh")
    with pytest.raises(TilesError):
        write_dispatch(toy_dispatch(), tmp_path, lang="zh", tiles="nowhere")


def test_tiles_are_asked_of_their_host_alone():
    from coverage.reports.map_tiles import parse_tiles  # noqa: PLC0415

    page = page_of(tiles=parse_tiles("osm"))
    assert page.policy()["img-src"] == "data: https://tile.openstreetmap.org"
    assert page.data["tiles"]
