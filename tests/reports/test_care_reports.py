"""The way to definitive care in every report, beside the object it was made from."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest

from builders import toy_analysis, toy_area
from coverage.analysis import analyze
from coverage.reports import care_wording, wording
from coverage.reports.bundle import write_reports
from coverage.reports.care_detours import detour_row_text, detour_text, wrong_lines
from coverage.reports.care_map import care_page
from coverage.reports.figures import figures_hash, to_json
from coverage.reports.layers import write_layers
from coverage.reports.map import render_map
from coverage.reports.palette import VERDICT_MARKS
from coverage.reports.terminal import render, render_notes
from coverage.reports.workbook import write_workbook
from coverage.standards import CareStandard
from coverage.study_area import CENTRES
from html_page import Page
from ring_county import ring_analysis, ring_area

LAYERS = [*(f"care_{centre}" for centre in CENTRES), "care_demand", "referrals"]


@pytest.fixture(scope="module")
def odd():
    """Follow the toy county's people to care, among names that break out of a careless report."""
    return analyze(toy_area(odd_names=True), care=CareStandard())


@pytest.fixture(scope="module", params=["zh", "en"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def workbook(tmp_path_factory, lang):
    path = tmp_path_factory.mktemp("care") / "analyze.xlsx"
    write_workbook(ring_analysis(), path, lang=lang)
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("care") / "analyze.gpkg"
    write_layers(ring_analysis(), path, lang="zh")
    return path


def _table(sheet):
    """Give a sheet's rows by their headings, without the breaks and spaces in these."""
    first, *rows = sheet.iter_rows(values_only=True)
    heads = ["".join(str(head).split()) for head in first]
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_without_care_no_report_knows_of_it(tmp_path):
    """What `coverage analyze` writes without care has not a byte of it."""
    plain = toy_analysis()
    assert "care" not in to_json(plain)
    page = render_map(plain, "en")
    assert "care" not in Page(page).data
    assert "data-care" not in page
    assert "care-" not in page
    write_reports(plain, tmp_path, command="analyze", lang="en")
    names = [str(name) for name, _ in pyogrio.list_layers(tmp_path / "analyze.gpkg")]
    assert not any("care" in name or name == "referrals" for name in names)
    assert len(openpyxl.load_workbook(tmp_path / "analyze.xlsx").sheetnames) == 5
    assert figures_hash(plain) != figures_hash(replace(plain, care=ring_analysis().care))


def test_the_same_analysis_gives_the_same_files(tmp_path, odd):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_reports(odd, tmp_path / folder, command="analyze", lang="zh")
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_json_holds_the_chain_to_the_millisecond():
    analysis = ring_analysis()
    figures = json.loads(json.dumps(to_json(analysis), allow_nan=False))["care"]
    assert list(figures["targets"]) == list(CENTRES)
    assert figures["targets"]["newborn"]["source"] is None
    assert figures["targets"]["stroke"]["target_s"] == 3600
    stroke = next(row for row in figures["townships"] if (row["id"], row["centre"]) == ("s", "stroke"))
    assert (stroke["first_s"], stroke["scene_s"], stroke["transport_s"]) == (405.0, 900.0, 1305.0)
    assert stroke["total_s"] == 2610.0
    assert (stroke["verdict"], stroke["hospital_id"], stroke["nearest_id"]) == ("met", "h1", "h2")
    assert (stroke["wrong_share"], stroke["detour_s"]) == (1.0, 1029.0)
    assert (stroke["wrong_id"], stroke["right_id"]) == ("h2", "h1")
    assert figures["totals"]["maternal"]["total_s"] is None
    assert figures["totals"]["maternal"]["townships_unmet"] == 2
    assert figures["referrals"] == [
        {
            "id": "w1",
            "name": "北镇卫生院",
            "township_id": "n",
            "hospital_id": "h1",
            "up_s": 609.0,
            "down_s": 849.0,
            "ambulances": 0.0,
        }
    ]
    assert [gap["centre"] for gap in figures["missing"]] == ["chest_pain", "maternal", "newborn"]
    assert figures["missing"][2]["distance_m"] == 500.0
    assert figures["missing"][0]["facility_id"] is None


def test_the_terminal_tells_the_chain(lang):
    text = render(ring_analysis(), lang)
    lines = text.splitlines()
    stroke = next(line for line in lines if line.startswith({"zh": "卒中", "en": "stroke"}[lang]))
    # of 400 people 300 are in the north, whose figures are the medians; the slowest tenth is in the south
    legs = [wording.minutes_text(seconds, lang) for seconds in (969, 900, 669, 2538, 2610)]
    # the north is taken 309 s past the hospital beyond the line, the south 1,029 s past the one in the county
    detour = wording.minutes_text(309, lang)
    assert stroke.split()[1:] == ["60", *legs, "100.0%", "2/2", "100.0%", detour]
    south = [line for line in lines if line.startswith("南镇")][-1]
    assert f"{VERDICT_MARKS['met']} 43.5" in south
    assert f"{VERDICT_MARKS['unmet']} {wording.minutes_text(float('inf'), lang)}" in south
    north = [line for line in lines if line.startswith("北镇")][-1]
    assert north.endswith("10.2")
    assert "\x1b" not in text
    assert "\x1b[" in render(ring_analysis(), lang, colour=True)


def test_the_terminal_names_the_townships_with_the_wrong_hospital(lang):
    """Each with the hospital that is nearest, the right one and what it takes longer."""
    text = render(ring_analysis(), lang)
    (head,) = [line for line in text.splitlines() if line == care_wording.word("wrong_head", lang)]
    lines = text.splitlines()[text.splitlines().index(head) + 1 :]
    stroke = [line for line in lines if line.startswith({"zh": "  卒中", "en": "  stroke"}[lang])]
    expected = {
        "zh": [
            "  卒中：最近为县中医院，应送县人民医院：南镇多行17.2分钟",
            "  卒中：最近为邻县医院，应送县人民医院：北镇多行5.2分钟",
        ],
        "en": [
            "  stroke: nearest 县中医院, right 县人民医院: 南镇 17.2 min longer",
            "  stroke: nearest 邻县医院, right 县人民医院: 北镇 5.2 min longer",
        ],
    }
    assert stroke == expected[lang]
    # nobody in reach can treat these: the notes say so
    assert not any(wording.centre_text("maternal", lang) in line for line in lines if line.startswith("  "))
    assert care_wording.word("wrong_basis", lang) in text
    assert care_wording.word("medians", lang) in text


def test_the_terminal_says_how_referrals_are_driven(lang):
    text = render(ring_analysis(), lang)
    assert {"zh": "鸣笛行车，自门口出发，不含等待车辆的时间", "en": "without the wait for a vehicle"}[
        lang
    ] in text
    # the ring is driven one way
    assert care_wording.word("down_same", lang) not in text
    assert care_wording.word("no_ambulance", lang, n=1, names="北镇卫生院") in text
    calm = analyze(ring_area(), condition="normal", care=CareStandard())
    assert wording.condition_text("normal", lang) + {"zh": "，自", "en": ", from"}[lang] in render(calm, lang)


def test_a_detour_below_a_minute_alarms_nobody(lang):
    townships = ring_analysis().care.townships
    short = replace(ring_analysis().care, townships=townships.assign(detour_s=59.9))
    (line,) = {
        line.split("stroke")[-1] for line in wrong_lines(short, "en", centre="stroke") if "南镇" in line
    }
    assert line.endswith("南镇 hardly longer")
    small = care_wording.word("detour_small", lang)
    assert detour_text(59.9, lang) == small
    assert detour_text(60.0, lang) == "1.0"
    assert detour_row_text(36.0, lang) == "0.6" + wording.bracketed(small, lang)
    assert detour_text(float("nan"), lang) == wording.DASH
    # a way there that does not exist is not short
    lost = replace(short, townships=townships.assign(detour_s=np.inf, right_id="", right_name=""))
    assert "南镇" in " ".join(wrong_lines(lost, lang, centre="stroke"))
    assert small not in " ".join(wrong_lines(lost, lang, centre="stroke"))


def test_notes_say_what_is_missing_and_what_to_do(lang):
    notes = " ".join(render_notes(ring_analysis(), lang))
    expected = {
        "zh": ("县内没有危重新生儿中心", "邻县医院", "0.5公里", "胸痛、危重孕产妇", "--care-targets"),
        "en": (
            "no critical newborn centre",
            "邻县医院",
            "0.5 km",
            "chest pain, critical maternal",
            "--care-targets",
        ),
    }
    assert all(part in notes for part in expected[lang])


def test_sheets_hold_the_chain(workbook, lang):
    names = [wording.sheet_name(key, lang) for key in ("care_totals", "care_townships", "care_referrals")]
    assert workbook.sheetnames[4:7] == names
    totals, townships, referrals = (_table(workbook[name]) for name in names)

    def head(key):
        return "".join(care_wording.word(key, lang).split())

    assert [row[head("target")] for row in totals] == [60, 60, 60, 120, 120]
    assert totals[4][head("source")] == care_wording.source_text("", lang)
    assert (totals[4][head("n_capable")], totals[4][head("n_beyond")]) == (1, 1)
    south = next(
        row
        for row in townships
        if row[head("centre")] == wording.centre_text("stroke", lang)
        and row["".join(wording.label("township_name", lang).split())] == "南镇"
    )
    assert south[head("total")] == pytest.approx(43.5)
    assert south[head("detour")] == pytest.approx(17.15)
    assert (south[head("hospital_name")], south[head("nearest_name")]) == ("县人民医院", "县中医院")
    assert (south[head("wrong_name")], south[head("right_name")]) == ("县中医院", "县人民医院")
    assert referrals[0]["".join(wording.label("ambulances", lang).split())] == 0
    assert south[head("verdict")].startswith(VERDICT_MARKS["met"])
    lost = next(row for row in townships if row[head("centre")] == wording.centre_text("maternal", lang))
    # where there is no way there is no number, and how many it concerns stands beside it
    assert lost[head("total")] is None
    assert lost[head("unreached_population")] in (100, 300)
    assert (referrals[0][head("up")], referrals[0][head("down")]) == (
        pytest.approx(10.15),
        pytest.approx(14.15),
    )


def test_verdicts_of_the_sheet_wear_the_map_s_colours(workbook, lang):
    sheet = workbook[wording.sheet_name("care_townships", lang)]
    heads = [cell.value for cell in sheet[1]]
    letter = sheet.cell(1, heads.index(care_wording.word("verdict", lang)) + 1).column_letter
    (cells,) = {str(rule.sqref) for rule in sheet.conditional_formatting}
    assert cells == f"{letter}2:{letter}11"


def test_layers_for_qgis(package):
    assert [str(name) for name, _ in pyogrio.list_layers(package)][7:14] == LAYERS
    analysis = ring_analysis()
    stroke = pyogrio.read_dataframe(package, layer="care_stroke")
    np.testing.assert_allclose(stroke["total_s"], [2610.0, 2538.0], atol=0.01)
    overlap = stroke.to_crs(analysis.area.crs).geometry.intersection(analysis.area.townships.geometry)
    np.testing.assert_allclose(overlap.area, analysis.area.townships.area, rtol=1e-6)
    lost = pyogrio.read_dataframe(package, layer="care_maternal")
    assert lost["total_s"].isna().all()
    demand = pyogrio.read_dataframe(package, layer="care_demand")
    np.testing.assert_allclose(demand["transport_s_trauma"], [276.0, 1080.0], atol=0.01)
    assert list(demand["is_wrong_trauma"]) == [False, True]
    referrals = pyogrio.read_dataframe(package, layer="referrals")
    assert list(referrals["hospital_name"]) == ["县人民医院"]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_a_style_and_chinese_names(package, layer):
    with closing(sqlite3.connect(package)) as connection:
        (qml,) = connection.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name=?", (layer,)
        ).fetchone()
    root = ET.fromstring(qml.partition("\n")[2])
    aliases = {alias.get("field"): alias.get("name") for alias in root.iter("alias")}
    columns = set(pyogrio.read_info(package, layer=layer)["fields"])
    assert aliases
    assert set(aliases) <= columns
    assert all(any("一" <= c <= "鿿" for c in name) for name in aliases.values())
    if layer.startswith("care_") and layer != "care_demand":
        assert root.find("renderer-v2").get("attr") == "verdict"
        # times stand in the table in seconds
        assert aliases["total_s"].endswith("（秒）")


def test_the_map_has_a_layer_a_centre_and_all_are_off(lang):
    page = Page(render_map(ring_analysis(), lang))
    boxes = {a["value"]: "checked" in a for tag, a in page.elements if tag == "input"}
    care = [f"care-{centre}" for centre in CENTRES]
    assert [name for name in boxes if name.startswith("care-")] == care
    assert not any(boxes[name] for name in care)
    assert boxes["verdict"]
    assert [layer["layer"] for layer in page.data["care"]] == care
    assert [a["data-care"] for _, a in page.elements if "data-care" in a] == care
    legend = {name for _, a in page.elements if "data-layers" in a for name in a["data-layers"].split()}
    assert set(care) <= legend


def test_the_map_s_layer_holds_the_chain():
    layers = {layer["layer"]: layer for layer in Page(render_map(ring_analysis(), "en")).data["care"]}
    stroke, maternal = layers["care-stroke"], layers["care-maternal"]
    south = stroke["townships"][0]
    assert south["name"] == "南镇 · stroke"
    assert "Call to door, median 43.5 min (target 60)" in south["tip"]
    assert ["Longer way, median (min)", wording.minutes_text(1029, "en")] in south["rows"]
    assert [h["name"] for h in stroke["hospitals"]] == ["县人民医院"]
    # both townships are taken past a nearer hospital
    assert [passes for _, _, passes in stroke["ways"]] == [True, True]
    assert stroke["dots"] == []
    assert maternal["hospitals"] == maternal["ways"] == []
    assert [len(group["name"]) for group in maternal["dots"]] == [2]
    assert "100.0% at the door within 60 min" in stroke["title"]


def test_the_map_s_popups_and_panel_name_the_wrong_hospital():
    page = Page(render_map(ring_analysis(), "zh"))
    layers = {layer["layer"]: layer for layer in page.data["care"]}
    south = layers["care-stroke"]["townships"][0]
    rows = dict(south["rows"])
    assert (rows["不能救治的最近医院"], rows["应送医院"]) == ("县中医院", "县人民医院")
    assert south["tip"][-2:] == ["最近医院县中医院不能救治", "应送县人民医院，多行 17.2 分钟"]
    assert south["lines"] == ["各段分别取中位，不可相加"]
    panel = layers["care-stroke"]["panel"]
    assert "南镇多行17.2分钟" in panel["gap"]
    assert "南镇多行17.2分钟" in page.text
    assert [answer[0] for answer in panel["answers"]] == ["2/2", "100.0%"]
    assert layers["care-maternal"]["panel"]["answers"][0][0] == "0/2"
    # trauma in the north is taken past the hospital beyond; nobody else is taken past one that is nearer
    trauma = layers["care-trauma"]["townships"][0]
    assert dict(trauma["rows"])["最近医院"] == "县中医院"
    assert "卫生院只在具备该类中心时计入" in page.text


def test_the_way_back_stands_apart_only_where_it_differs(lang):
    analysis = ring_analysis()
    heads = [care_wording.short_word(key, lang) for key in ("up", "down", "both_ways")]
    referrals = analysis.care.referrals
    found = [
        care_page(analysis, replace(analysis.care, referrals=table), lang)["referrals"]
        for table in (referrals, referrals.assign(down_s=referrals["up_s"]))
    ]
    assert [table["heads"][1:] for table in found] == [heads[:2], heads[2:]]
    assert [len(table["rows"][0]["cells"]) for table in found] == [2, 1]
    assert found[0]["rows"][0]["hospital"].endswith(care_wording.word("no_ambulance_mark", lang))
    both = pd.concat([referrals, referrals.assign(down_s=referrals["up_s"])])
    cells = [
        row["cells"][1]
        for row in care_page(analysis, replace(analysis.care, referrals=both), lang)["referrals"]["rows"]
    ]
    assert cells == ["14.2", care_wording.word("down_as_up", lang)]


def test_the_page_s_policy_allows_its_scripts_alone():
    page = Page(render_map(ring_analysis(), "zh"))
    scripts = [text for text in page.raw["script"][1:] if text.strip()]
    assert len(scripts) == 4
    assert page.policy()["script-src"].count("sha256-") == 4
    assert not any("src" in a for tag, a in page.elements if tag in {"script", "img", "link"})


def test_odd_names_stay_text(odd, lang):
    text = render_map(odd, lang)
    page = Page(text)
    assert "<script>alert" not in text
    assert sum(tag == "script" for tag, _ in page.elements) == 5
    assert all(len(line.splitlines()) <= 1 for line in render(odd, lang).split("\n"))


def test_a_share_of_roads_is_never_called_people():
    roads = analyze(toy_area(demand_unit="residential_road_m"), care=CareStandard())
    page = Page(render_map(roads, "zh"))
    care = json.dumps(page.data["care"], ensure_ascii=False)
    assert "人口" not in care
    assert "居住道路" in care
    assert "公里" in care


def test_where_no_centre_is_filled_in_the_map_accuses_nobody(lang):
    analysis = analyze(ring_area(centres=("", "", "", "")), care=CareStandard())
    page = Page(render_map(analysis, lang))
    for layer in page.data["care"]:
        assert layer["dots"] == layer["ways"] == layer["hospitals"] == []
        assert {township["verdict"] for township in layer["townships"]} == {"unknown"}
        assert care_wording.word("shown_unknown", lang, centre="") in layer["title"]
    assert care_wording.word("door_never", lang) not in page.text
    care = to_json(analysis)["care"]
    assert care["totals"]["stroke"]["within_population"] is None
    assert not care["is_known"]
    assert care["referrals"][0]["up_s"] is not None
