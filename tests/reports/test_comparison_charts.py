"""The charts of a comparison: what is drawn where, told apart without colour, and never on top of another."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison_cases import CASES, comparison_case
from coverage.assessment import is_within
from coverage.reports import svg
from coverage.reports.chart_parts import WIDTH, outcome_look, spread
from coverage.reports.comparison_charts import curve_table, curves_svg, frontier_svg

SVG = "{http://www.w3.org/2000/svg}"
LANGS = ("zh", "en")


def drawn(text):
    """Parse a chart as a strict reader of SVG does."""
    return ET.fromstring(text)  # the strings are our own


def texts(root):
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def label_boxes(root):
    """Give the boxes of the marks' labels, as wide as an estimate on the safe side says."""
    boxes = {}
    for node in root.iter(f"{SVG}text"):
        if node.find(f"{SVG}tspan") is None:
            continue
        half = svg.text_width_px("".join(node.itertext()), 12.0) / 2
        x, y = float(node.get("x")), float(node.get("y"))
        boxes["".join(node.itertext())] = (x - half, y - 11, x + half, y + 3)
    return boxes


def path_numbers(node):
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", node.get("d"))]


# ---- both


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("chart", [frontier_svg, curves_svg])
def test_a_chart_stands_for_itself(chart, case, lang):
    text = chart(comparison_case(case), lang)
    root = drawn(text)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert len(root.get("aria-label")) > 40
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        "svg", "path", "text", "tspan", "circle", "rect",
    }  # fmt: skip
    assert "style=" not in text
    assert "href" not in text
    assert not re.search(r"\bnan\b|\binf\b", text)
    assert [float(v) for v in root.get("viewBox").split()][2] == WIDTH
    assert text == chart(comparison_case(case), lang)


@pytest.mark.parametrize("chart", [frontier_svg, curves_svg])
def test_texts_stay_inside_the_chart(chart):
    root = drawn(chart(comparison_case("twelve"), "en"))
    height = float(root.get("height"))
    for node in root.iter(f"{SVG}text"):
        width = svg.text_width_px("".join(node.itertext()), float(node.get("font-size")))
        x = float(node.get("x")) - {"start": 0, "middle": 0.5, "end": 1}[node.get("text-anchor")] * width
        assert x >= -1
        assert x + width <= WIDTH + 10  # the estimate is on the safe side
        assert 0 < float(node.get("y")) <= height


def test_looks_differ_and_neighbours_differ_in_colour_and_dash():
    looks = [outcome_look(i) for i in range(37)]
    assert len({(look.colour, look.dash) for look in looks}) == 37
    for a, b in pairwise(looks[1:]):
        assert a.colour != b.colour
        assert a.dash != b.dash


# ---- cost against people covered


@pytest.mark.parametrize("case", CASES)
def test_every_outcome_of_known_cost_is_a_mark_and_the_others_are_named(case):
    comparison = comparison_case(case)
    root = drawn(frontier_svg(comparison, "zh"))
    marks = [n for n in root if n.tag in (f"{SVG}circle", f"{SVG}rect") and n.get("fill") != "none"]
    known = [o for o in comparison.outcomes if np.isfinite(comparison.cost_wan(o))]
    assert len(marks) == len(known)
    assert sum(n.get("fill") == "#fff" for n in marks) == sum(bool(o.dominated_by) for o in known)
    lettered = [key for label in label_boxes(root) for key in label.rpartition(" ")[0].split(", ")]
    assert sorted(lettered) == sorted(o.key for o in known)
    below = " ".join(texts(root))
    for outcome in comparison.outcomes:
        if outcome not in known:
            assert re.search(rf"未画入图中.*{outcome.key} ", below)


@pytest.mark.parametrize("case", CASES)
def test_labels_touch_neither_each_other_nor_a_mark(case):
    root = drawn(frontier_svg(comparison_case(case), "en"))
    boxes = list(label_boxes(root).values())
    for node in root.iter(f"{SVG}circle"):
        x, y = float(node.get("cx")), float(node.get("cy"))
        boxes.append((x - 5, y - 5, x + 5, y + 5))
    labels = len(label_boxes(root))
    for (i, a), (j, b) in combinations(enumerate(boxes), 2):
        if i < labels or j < labels:
            assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3], (a, b)


def test_a_mark_stands_at_its_cost_and_share():
    comparison = comparison_case("toy")
    root = drawn(frontier_svg(comparison, "zh"))
    costs = [float(t.replace(",", "")) for t in texts(root) if re.fullmatch(r"-?[\d,]+", t)]
    ticks = [n for n in root.iter(f"{SVG}path") if n.get("d").endswith("v4")]
    at = {}
    for node in ticks:
        x = path_numbers(node)[0]
        label = next(
            t for t in root.iter(f"{SVG}text")
            if t.get("text-anchor") == "middle" and float(t.get("x")) == x and t.find(f"{SVG}tspan") is None
        )  # fmt: skip
        at[float(label.text.replace(",", ""))] = x
    assert set(at) <= set(costs)
    (c0, x0), (c1, x1) = min(at.items()), max(at.items())
    square = next(root.iter(f"{SVG}rect"))
    assert float(square.get("x")) + float(square.get("width")) / 2 == pytest.approx(at[0.0], abs=0.11)
    best = comparison.outcome(comparison.advice.key)
    expected = x0 + (x1 - x0) * (comparison.cost_wan(best) - c0) / (c1 - c0)
    assert any(float(n.get("cx")) == pytest.approx(expected, abs=0.11) for n in root.iter(f"{SVG}circle"))


def test_the_frontier_climbs_through_what_is_not_dominated():
    comparison = comparison_case("toy")
    root = drawn(frontier_svg(comparison, "zh"))
    line = next(n for n in root.iter(f"{SVG}path") if re.search(r"H.*V.*H", n.get("d")))
    ys = [float(y) for y in re.findall(r"V(-?[\d.]+)", line.get("d"))]
    assert ys == sorted(ys, reverse=True)  # up the page
    assert len(ys) + 1 == sum(not o.dominated_by for o in comparison.outcomes)


# ---- response-time curves


def curve_of(root, position):
    look = outcome_look(position)
    return next(
        n for n in root.iter(f"{SVG}path")
        if n.get("stroke") == look.colour
        and (n.get("stroke-dasharray") or "") == look.dash
        and re.fullmatch(r"M[\d.]+ [\d.]+(?:H[\d.]+V[\d.]+)*H[\d.]+", n.get("d"))
        and n.get("stroke-width") == f"{look.width:g}"
        and float(re.match(r"M([\d.]+)", n.get("d"))[1]) == 46.0
        and "V" in n.get("d")
    )  # fmt: skip


@pytest.mark.parametrize("case", ["toy", "losing", "own"])
def test_a_curve_says_who_is_there_within_each_limit(case):
    comparison = comparison_case(case)
    root = drawn(curves_svg(comparison, "zh"))
    minutes = {
        float(t.text): float(t.get("x"))
        for t in root.iter(f"{SVG}text")
        if t.get("text-anchor") == "middle" and re.fullmatch(r"\d+", t.text or "")
    }
    bottom, top = 276.0, 44.0
    for position, outcome in enumerate(comparison.outcomes):
        steps = re.findall(r"H([\d.]+)V([\d.]+)", curve_of(root, position).get("d"))
        for minute, x in minutes.items():
            reached = [float(y) for at, y in steps if float(at) <= x + 0.06]
            share = (bottom - (reached[-1] if reached else bottom)) / (bottom - top)
            people = outcome.demand["population"].to_numpy()
            within = is_within(outcome.demand["after_s"].to_numpy(), minute * 60.0)
            assert share == pytest.approx(people[within].sum() / people.sum(), abs=0.001), (position, minute)


@pytest.mark.parametrize("case", CASES)
def test_every_curve_is_named_at_its_end_and_below(case):
    comparison = comparison_case(case)
    root = drawn(curves_svg(comparison, "en"))
    ends = {t.text: float(t.get("y")) for t in root.iter(f"{SVG}text") if t.get("font-weight") == "bold"}
    assert sorted(ends) == sorted(o.key for o in comparison.outcomes)
    places = sorted(ends.values())
    assert all(b - a >= 13.5 for a, b in pairwise(places))
    keys = [t.text for t in root.iter(f"{SVG}text") if float(t.get("y")) > 320]
    assert keys == [o.key for o in comparison.outcomes]


def test_one_limit_for_all_is_one_line():
    comparison = comparison_case("toy")
    standard = replace(comparison.standard, urban_s=1800.0)
    one = curves_svg(replace(comparison, standard=standard), "zh")
    assert texts(drawn(one)).count("30分钟") == 1
    assert "乡镇30分钟" not in texts(drawn(one))
    assert {"城区15分钟", "乡镇30分钟"} <= set(texts(drawn(curves_svg(comparison, "zh"))))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("rural_s", [901.0, 1200.0, 1800.0, 7200.0])
def test_the_names_of_the_limits_do_not_touch(lang, rural_s):
    comparison = comparison_case("toy")
    root = drawn(
        curves_svg(replace(comparison, standard=replace(comparison.standard, rural_s=rural_s)), lang)
    )
    spans = []
    for node in root.iter(f"{SVG}text"):
        if node.get("y") == "36.0":
            width = svg.text_width_px(node.text, 12.0)
            left = (
                float(node.get("x")) - {"start": 0, "middle": 0.5, "end": 1}[node.get("text-anchor")] * width
            )
            spans.append((left, left + width))
    assert len(spans) == 2
    assert spans[0][0] >= 0
    assert spans[0][1] < spans[1][0] + 7  # the widths are on the safe side


def test_the_table_says_what_the_curves_show():
    comparison = comparison_case("toy")
    table = curve_table(comparison, "zh")
    assert len(table["rows"]) == len(comparison.outcomes)
    at = table["heads"][0].index("60分钟")
    people = comparison.outcomes[1].demand["population"].to_numpy()
    within = is_within(comparison.outcomes[1].demand["after_s"].to_numpy(), 3600.0)
    assert table["rows"][1][at + 1] == f"{100 * people[within].sum() / people.sum():.1f}%"


@given(
    st.lists(st.floats(0, 300), min_size=1, max_size=20).map(sorted),
    st.floats(1, 20),
)
def test_labels_are_spread_no_more_than_needed(wanted, gap):
    low, high = 0.0, 300.0
    places = spread(wanted, gap=gap, low=low, high=high)
    room = (high - low) / max(len(wanted) - 1, 1)
    assert all(b - a >= min(gap, room) - 1e-6 for a, b in pairwise(places))
    assert places[0] >= low - 1e-6
    assert places[-1] <= high + 1e-6
    if all(b - a >= gap for a, b in pairwise(wanted)):
        assert places == pytest.approx(wanted)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ticks_are_round_and_hold_what_is_shown(low, span):
    ticks = svg.ticks(low, low + span)
    assert ticks[0] <= low + 1e-6 * max(abs(low), 1)
    assert ticks[-1] >= low + span - 1e-6 * max(abs(low + span), 1)
    assert 2 <= len(ticks) <= 8
