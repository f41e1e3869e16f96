"""The map as a picture: what is drawn, where names go, and a file that programs read rightly."""

from __future__ import annotations

import math
import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import cli
from builders import ODD_NAMES, toy_analysis, toy_area
from comparison_cases import comparison_case
from comparisons import toy_comparison
from coverage.errors import FileError
from coverage.geopackage import write_study_area
from coverage.reports import proposal_bundle, typesetting
from coverage.reports.bundle import write_reports
from coverage.reports.map_style import CHANGE_LOOKS, ROADWORK_LOOKS, change_swatch
from coverage.reports.palette import FACILITY_COLOURS, STATE_COLOURS
from coverage.reports.picture import picture_data, write_picture
from coverage.reports.picture_changes import changes
from coverage.reports.picture_labels import Label, cut_to_em, place_labels, text_width_em
from coverage.reports.picture_map import county_svg
from coverage.reports.png_chunks import with_density, with_texts
from coverage.reports.proposal_bundle import write_proposal
from coverage.reports.shown import outcome_side
from proposals import toy_proposal
from typeset_files import Pages, need_chinese_font, png_chunks, without_system_fonts

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).resolve().parents[2]


def texts(svg: str) -> list[str]:
    return [element.text for element in ET.fromstring(svg).iter(f"{SVG}text")]


def scale_of(shown, width: float = 540.0, height: float = 400.0) -> float:
    """Give the metres to a point of the picture."""
    west, south, east, north = shown.area.boundary.bounds
    margin = 28 * 0.62
    return max((east - west) / (width - margin), (north - south) / (height - margin))


def sides(key: str):
    comparison = toy_comparison()
    return tuple(outcome_side(comparison, o) for o in (comparison.baseline, comparison.outcome(key)))


# ---- the file ----


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_picture_is_a_slide_of_300_dpi_and_light_enough_for_a_chat(tmp_path, lang):
    need_chinese_font()
    path = tmp_path / "analyze.png"
    write_picture(toy_analysis(), path, lang=lang)
    png = path.read_bytes()
    chunks = png_chunks(png)
    assert struct.unpack(">II", chunks["IHDR"][:8]) == (3200, 1800)
    assert struct.unpack(">IIB", chunks["pHYs"]) == (11811, 11811, 1)
    assert len(png) < 3_000_000


def test_the_density_stands_before_the_picture_itself():
    need_chinese_font()
    plain = typesetting.typeset("picture.typ", picture_data(toy_analysis(), "zh"), "png", lang="zh")
    assert list(png_chunks(with_density(plain, 300)))[:3] == ["IHDR", "pHYs", "IDAT"]
    assert png_chunks(with_density(plain, 300))["IDAT"] == png_chunks(plain)["IDAT"]


def test_a_picture_carries_texts_as_they_are():
    text = 'name = "江南次中心"\n'
    need_chinese_font()
    plain = typesetting.typeset("picture.typ", picture_data(toy_analysis(), "zh"), "png", lang="zh")
    chunks = png_chunks(with_texts(plain, {"Option": text}))
    assert chunks["iTXt"] == b"Option\0\0\0\0\0" + text.encode()
    assert chunks["IDAT"] == png_chunks(plain)["IDAT"]


def test_two_processes_write_the_same_bytes(tmp_path):
    need_chinese_font()
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\n"
        "from builders import toy_analysis\n"
        "from coverage.reports.picture import write_picture\n"
        "write_picture(toy_analysis(), Path(sys.argv[1]), lang='zh', data_hash='abc')\n"
    )
    made = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.png"
        subprocess.run(
            [sys.executable, "-c", code, str(path), str(ROOT / "tests"), str(ROOT)],
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        )
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    need_chinese_font()
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError):
        write_picture(toy_analysis(), tmp_path / "file" / "a.png", lang="zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "shown",
    [
        toy_analysis(),
        toy_analysis(odd_names=True),
        toy_analysis(demand_unit="residential_road_m", ambulances_known=False),
    ],
    ids=["plain", "odd names", "roads"],
)
def test_every_text_has_room_and_every_glyph_is_there(shown, lang):
    need_chinese_font()
    data = picture_data(shown, lang, data_hash="abcdefabcdef")
    pages = Pages("picture.typ", data, lang)
    assert pages.n == 1
    assert not pages.is_cut
    pages.need_every_glyph()


def test_what_has_no_room_is_known_to_be_cut():
    need_chinese_font()
    data = picture_data(toy_analysis(), "zh", lines=("字" * 9000,))
    assert Pages("picture.typ", data, "zh").is_cut


# ---- what it says ----


def test_figures_sources_and_warnings_are_on_it():
    data = picture_data(toy_analysis(), "zh", data_hash="0123456789ab")
    assert [a["figure"] for a in data["answers"]] == ["82.6%", "1/3"]
    assert "模型" in data["banners"][0]
    assert "内部工作图" in data["foot"]["disclaimer"]
    assert "0123456789ab" in data["foot"]["version"]
    sources = "\n".join(data["foot"]["sources"])
    assert "边界、乡镇：国家统计局区划代码；2023；CC BY 4.0" in sources
    assert "ODbL 1.0" in sources


def test_a_plan_is_set_against_what_is_there():
    before, after = sides("B")
    data = picture_data(after, "zh", before=before)
    assert [(a["was"], a["figure"]) for a in data["answers"]] == [("82.6%", "98.9%"), ("1/3", "3/3")]


def test_the_legend_has_what_is_drawn_and_nothing_else():
    names = [row["name"] for row in picture_data(toy_analysis(), "zh")["legend"]]
    assert {"达标", "部分达标", "未达标", "远离道路", "医院（派车）", "卫生院（不派车）"} <= set(names)
    assert not any("新" in name or "关闭" in name for name in names)
    before, after = sides("B")
    names = [row["name"] for row in picture_data(after, "zh", before=before)["legend"]]
    assert "未达标" not in names
    assert {"新增覆盖", "新设、迁入或增强：急救站", "新设、迁入或增强：卫生院"} <= set(names)
    before, after = sides("C")
    names = [row["name"] for row in picture_data(after, "zh", before=before)["legend"]]
    assert "关闭、迁出或不再派车" in names
    assert "新增覆盖" not in names


def test_samples_of_the_legend_are_pictures_of_their_own():
    for row in picture_data(sides("D")[1], "en", before=sides("D")[0])["legend"]:
        root = ET.fromstring(row["svg"])
        assert not list(root.iter(f"{SVG}use"))
        defined = {element.get("id") for element in root.iter() if element.get("id")}
        assert set(re.findall(r"url\(#([\w-]+)\)", row["svg"])) <= defined


# ---- what is drawn ----


def test_odd_names_leave_the_drawing_whole():
    svg = county_svg(toy_analysis(odd_names=True), "zh", families=('A"<&', "B"))
    ET.fromstring(svg)
    assert "<script" not in svg
    assert "two lines and a tab" in texts(svg)


def test_every_township_is_named_once_with_its_mark():
    assert {"城关街道", "柳林镇", "石门乡"} <= set(texts(county_svg(toy_analysis(), "zh")))


@pytest.mark.parametrize("size", [(540.0, 400.0), (250.0, 330.0), (511.0, 190.0)])
def test_the_scale_bar_is_as_long_as_it_says(size):
    shown = toy_analysis()
    width, height = size
    svg = county_svg(shown, "zh", width_pt=width, height_pt=height)
    text = next(t for t in texts(svg) if t.endswith(("公里", "米")))
    metres = float(re.sub(r"\D+$", "", text)) * (1000 if text.endswith("公里") else 1)
    bars = re.findall(r'd="M[\d.]+ [\d.]+v[\d.]+h([\d.]+)v-', svg)
    assert float(bars[0]) * scale_of(shown, width, height) == pytest.approx(metres, rel=2e-3)


def test_dots_say_who_is_missed_who_gains_and_who_loses():
    comparison = toy_comparison()
    for key in ("B", "C", "D"):
        outcome = comparison.outcome(key)
        before, after = sides(key)
        svg = county_svg(after, "zh", before=before)
        lived_in = outcome.demand[outcome.demand["population"] > 0]
        n = lived_in["change"].value_counts()
        for change in ("gained", "lost"):
            assert svg.count(f'stroke="{CHANGE_LOOKS[change]["stroke"]}"') == n.get(change, 0)
        circles = re.findall(
            r'<circle cx="[\d.-]+" cy="[\d.-]+" r="[\d.]+" fill="(#\w+)" stroke="#262626"', svg
        )
        assert set(circles) <= set(STATE_COLOURS.values())
        assert len(circles) == n.get("uncovered", 0)


def test_who_gains_is_marked_as_on_the_page():
    comparison = comparison_case("losing")
    shown, before = (outcome_side(comparison, comparison.outcome(key)) for key in ("B", "0"))
    rows = {row["name"]: row["svg"] for row in picture_data(shown, "en", before=before)["legend"]}
    assert change_swatch("gained") in rows["Newly covered"]
    assert change_swatch("lost") in rows["No longer covered"]


def test_roads_closed_and_built_are_drawn_and_explained():
    before, after = sides("F")
    svg = county_svg(after, "zh", before=before)
    closed, new = (ROADWORK_LOOKS[kind].colour for kind in ("closed", "new"))
    # the line and its one cross; the line alone
    assert (svg.count(f'stroke="{closed}"'), svg.count(f'stroke="{new}"')) == (2, 1)
    names = [row["name"] for row in picture_data(after, "zh", before=before)["legend"]]
    assert names[-2:] == ["封闭道路", "新建道路"]
    before, after = sides("B")
    assert closed not in county_svg(after, "zh", before=before)
    assert "封闭道路" not in {row["name"] for row in picture_data(after, "zh", before=before)["legend"]}


def test_a_long_closure_is_crossed_all_along():
    _, after = sides("F")
    far = replace(after, roadworks={"closed": after.roadworks["new"]})
    path = re.findall(r'<path d="([^"]+)" stroke="#8B0000" stroke-width="1.24"', county_svg(far, "zh"))
    metres = after.roadworks["new"].length.sum()
    assert path[0].count("M") == metres // (26.0 * 0.62 * scale_of(far))


def test_facilities_are_all_drawn_the_new_ones_in_rings():
    before, after = sides("B")
    svg = county_svg(after, "zh", before=before)
    assert svg.count('r="6.9" fill="none"') == 2
    assert "柳林北站" in texts(svg)
    assert f'<g fill="{FACILITY_COLOURS["hospital"]}">' in svg
    assert svg.count('r="6.5"') == 0
    assert county_svg(sides("C")[1], "zh", before=before).count('r="6.5"') == 1


def test_a_county_without_people_or_gaps_is_drawn():
    area = toy_area()
    empty = replace(area, demand=area.demand.assign(population=0.0))
    shown = toy_analysis()
    ET.fromstring(county_svg(replace(shown, area=empty), "zh"))


# ---- what changes ----


@pytest.mark.parametrize(
    ("key", "new", "gone"),
    [
        ("A", ["w1"], []),
        ("B", ["w1", "n1"], []),
        ("C", ["h1"], ["s1"]),
        ("D", ["s1"], ["s1"]),
        ("F", [], []),
        ("G", [], []),
    ],
)
def test_changes_are_what_the_option_does(key, new, gone):
    found = changes(*sides(key))
    assert sorted(found.new_ids) == sorted(new)
    assert [site.id for site in found.gone] == gone


def test_a_facility_that_moves_is_ringed_where_it_is_and_crossed_where_it_was():
    found = changes(*sides("D"))
    assert found.gone[0].at.distance(found.new[0].at) > 1000


# ---- names ----

boxes = st.tuples(st.floats(0, 400), st.floats(0, 300), st.floats(5, 120), st.floats(5, 30))


@given(st.lists(boxes, max_size=25), st.lists(boxes, max_size=5))
def test_no_name_overlaps_another_or_leaves_the_sheet(wanted, symbols):
    labels = [Label((x, y), w, h, i) for i, (x, y, w, h) in enumerate(wanted)]
    taken = [(x, y, x + w, y + h) for x, y, w, h in symbols[:2]]
    marks = [(x, y, x + w, y + h) for x, y, w, h in symbols[2:]]
    found = place_labels(labels, frame=(0, 0, 400, 300), taken=taken, marks=marks)
    placed = [
        shapely.box(x - a.width / 2, y - a.height / 2, x + a.width / 2, y + a.height / 2)
        for a, place in zip(labels, found, strict=True)
        if place is not None
        for x, y in [place]
    ]
    sheet = shapely.box(0, 0, 400, 300).buffer(1e-6)
    for i, box in enumerate(placed):
        assert sheet.contains(box)
        for other in [*placed[:i], *(shapely.box(*t) for t in taken)]:
            assert box.intersection(other).area < 1e-6


def test_the_weightiest_name_gets_the_best_place():
    labels = [Label((50, 50), 40, 10, 1), Label((50, 50), 40, 10, 2)]
    found = place_labels(labels, frame=(0, 0, 100, 100))
    assert found[1] == (50, 50)
    assert found[0] not in {None, (50, 50)}


def test_a_name_moves_off_a_symbol():
    found = place_labels([Label((50, 50), 20, 10, 1)], frame=(0, 0, 100, 100), marks=[(35, 40, 65, 60)])
    x, y = found[0]
    assert shapely.box(x - 10, y - 5, x + 10, y + 5).intersection(shapely.box(35, 40, 65, 60)).area == 0


@pytest.mark.parametrize(("text", "em"), [("镇", 1.0), ("临湘市", 3.0), ("", 0.0), ("\u0301", 0.0)])
def test_chinese_characters_are_one_em_wide(text, em):
    assert text_width_em(text) == em


def test_a_long_name_is_cut_to_its_room():
    cut = cut_to_em("长" * 200, 14)
    assert text_width_em(cut) <= 14.7
    assert cut.endswith("…")
    assert cut_to_em("短名", 14) == "短名"


# ---- the commands ----


def test_the_bundles_write_a_picture_where_one_is_wanted(tmp_path):
    need_chinese_font()
    names = write_reports(toy_analysis(), tmp_path, command="analyze", lang="zh", png=True)
    assert names[-1] == "analyze.png"
    names = write_proposal(toy_proposal(), tmp_path, lang="zh", png=True)
    assert "propose.png" in names
    assert {p.name for p in tmp_path.glob("*.png")} == {"analyze.png", "propose.png"}


def test_a_plan_that_changes_nothing_is_drawn_as_the_county_is(tmp_path):
    need_chinese_font()
    proposal_bundle._write_plan(toy_proposal(nothing=True), tmp_path / "a.png", "en")
    png_chunks((tmp_path / "a.png").read_bytes())


def test_without_a_font_the_command_refuses_before_it_writes(tmp_path, monkeypatch, capsys):
    data = tmp_path / "data"
    data.mkdir()
    write_study_area(toy_area(), data / "toy.gpkg")
    without_system_fonts(monkeypatch)
    words = ["analyze", "--county", "toy", "--data", str(data), "--out", str(tmp_path / "out"), "--png"]
    assert cli.run([*words, "--lang", "zh"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "fonts-noto-cjk" in err
    assert len(err.strip().splitlines()) == 1
    assert not list((tmp_path / "out").rglob("analyze.*"))
    typesetting.cjk_family.cache_clear()


def test_names_that_break_reports_are_among_the_tests():
    assert any(len(name) > 100 for name in ODD_NAMES)
    assert math.isclose(text_width_em("长" * 200), 200)
