"""What a dispatcher reads: the first line answers, and turns are told as drivers know them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import shapely

from coverage.dispatch.answer import Route, Step
from coverage.dispatch.units import UNIT_STATES, LeftOut, LeftOutReason
from coverage.reports import dispatch_wording as words
from dispatches import toy_dispatch, unit


def route(*steps, line=((0, 0), (0, 1000))):
    """Lay a way out of (turn, road, class, metres)."""
    made = tuple(Step(t, road, highway, m, m / 10, 113.0, 29.0) for t, road, highway, m in steps)
    return Route(made, sum(s.length_m for s in made), 60.0, 0.0, 0.0, shapely.LineString(line))


def test_the_first_line_answers():
    decision = toy_dispatch().decision
    there, door = (f"{s / 60:.1f}" for s in (decision.units[0].response_s, decision.destination.door_s))
    zh, en = (words.headline(toy_dispatch(), lang)[0] for lang in ("zh", "en"))
    assert zh == (
        f"派柳林1号，{there}分钟到达患者身边（限时30分钟，限时内）；"
        f"送小康县人民医院，呼救后{door}分钟到院（目标60分钟，可达到）"
    )
    assert en == (
        f"Send 柳林1号: beside the patient in {there} min (limit 30 min, kept); "
        f"to 小康县人民医院, at its door {door} min after the call (target 60 min, kept)"
    )


def test_a_unit_that_is_late_says_so():
    answer = words.headline(toy_dispatch(at=(33.0, 0.1)), "zh")[0]
    assert "（限时30分钟，超时）" in answer
    assert "（目标60分钟，超出）" in answer
    assert "不在任何乡镇范围内" in words.headline(toy_dispatch(at=(33.0, 0.1)), "zh")[1]


def test_without_a_case_the_drive_is_told_and_no_target():
    answer = words.headline(toy_dispatch(centre=None), "en")[0]
    assert "target" not in answer
    assert re.search(r"to 小康县人民医院, a drive of \d\.\d min$", answer)


def test_without_a_hospital_somebody_must_decide():
    none = toy_dispatch(destination=False)
    assert words.headline(none, "zh")[0].endswith("送往何处请人工确定")
    assert "没有道路通往任何卒中中心" in words.note_lines(none, "zh")[0]
    assert "设施表中没有创伤中心" in words.note_lines(
        replace(none, decision=replace(none.decision, centre="trauma")), "zh"
    )[0]  # fmt: skip


def test_a_hospital_that_is_not_the_nearest_is_explained():
    made = toy_dispatch()
    to = replace(
        made.decision.destination, nearest_id="x", nearest_name="Near", nearest_s=0.0, transport_s=90.0
    )
    far = replace(made, decision=replace(made.decision, destination=to))
    assert words.note_lines(far, "en")[0] == (
        "The nearest hospital, Near, has no stroke centre; 小康县人民医院 takes 1.5 min longer to reach"
    )
    other = replace(made, decision=replace(made.decision, centre="trauma"))
    assert "没有创伤中心" in words.note_lines(other, "zh")[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_picture_counts_units_and_says_what_is_held(lang):
    fleet, held, fallen = words.headline(toy_dispatch(at=None), lang)
    assert {"zh": "可派3辆（待命2，返程1），任务中1辆", "en": "3 units can be sent"}[lang] in fleet
    assert "82.6%" in held
    assert fallen.startswith({"zh": "没有乡镇比", "en": "No township is worse"}[lang])
    away = words.headline(toy_dispatch(at=None, states=("busy", "busy", "idle", "busy")), lang)[2]
    assert "城关街道" in away


def test_no_unit_left_is_said_first_and_nothing_is_claimed_to_be_held():
    nobody = toy_dispatch(at=None, states=("busy",) * 4)
    assert words.headline(nobody, "zh") == ["此刻没有可派的车（任务中4辆）"]


def test_what_is_lacking_meanwhile():
    assert words.headline(toy_dispatch(), "zh")[2] == "出动期间其他地方的覆盖不受影响"
    only = toy_dispatch(states=("idle", "busy", "busy", "busy"))
    assert words.meanwhile_text(only, "zh").startswith("这是唯一可派的车")
    two = toy_dispatch(at=(10.0, 0.5), states=("busy", "busy", "idle", "idle"))
    now, then = (a.totals["all"] for a in (two.now, two.meanwhile))
    lost = (now.covered_population - then.covered_population) / 10_000
    assert lost > 1
    assert words.meanwhile_text(two, "zh") == (
        f"出动期间限时内人口由{now.covered_share:.1%}降至{then.covered_share:.1%}"
        f"（少{lost:.1f}万人），受影响：城关街道"
    )


def test_turns_are_told_at_the_end_of_the_road_they_leave():
    way = route(
        ("start", "G107", "trunk", 1_234.0),
        ("left", "", "tertiary", 340.0),
        ("slight_right", "环城路;S205", "secondary", 4.0),
        ("right", "环城路;S205", "secondary", 90.0),
        ("arrive", "", "", 0.0),
    )
    assert words.turn_lines(way, "zh") == [
        ("left", "出发向北，沿 G107 行驶1.2公里，左转进入县乡道"),
        ("slight_right", "沿县乡道行驶340米，向右前方驶入环城路/S205"),
        ("right", "沿环城路/S205 行驶10米，右转，仍沿该路行驶"),
        ("arrive", "沿环城路/S205 行驶90米，到达"),
    ]
    assert [line for _, line in words.turn_lines(way, "en")] == [
        "Start north along G107 for 1.2 km, turn left into the tertiary road",
        "Follow the tertiary road for 340 m, bear right onto 环城路/S205",
        "Follow 环城路/S205 for 10 m, turn right, staying on it",
        "Follow 环城路/S205 for 90 m, and arrive",
    ]


@pytest.mark.parametrize(
    ("to", "zh"), [((0, 9), "北"), ((9, 9), "东北"), ((9, 0), "东"), ((-9, -9), "西南"), ((-9, 1), "西")]
)
def test_a_way_begins_in_a_direction(to, zh):
    way = route(("start", "", "track", 9.0), ("arrive", "", "", 0.0), line=((0, 0), to))
    assert words.turn_lines(way, "zh")[0][1] == f"出发向{zh}，沿机耕道行驶10米，到达"


def test_a_way_without_length_has_no_direction():
    way = route(("start", "", "track", 0.0), ("arrive", "", "", 0.0), line=((0, 0), (0, 0)))
    assert words.turn_lines(way, "en") == [("arrive", "Start along the track road for 10 m, and arrive")]


@pytest.mark.parametrize(
    ("metres", "zh"), [(0.0, "10米"), (994.0, "990米"), (995.0, "1.0公里"), (12_345.0, "12.3公里")]
)
def test_lengths_are_as_a_driver_is_told_them(metres, zh):
    assert words.length_text(metres, "zh") == zh


def test_the_walk_at_either_end_is_told():
    way = replace(route(("start", "", "track", 9.0), ("arrive", "", "", 0.0)), leave_s=5.0, arrive_s=450.0)
    assert words.end_lines("route_1", way, "zh") == ("", "离开道路后步行7.5分钟到患者身边")
    assert words.end_lines("route_2", way, "en") == ("", "7.5 min from the road to the door")


def test_minutes_on_wheels_and_off_the_road_add_up():
    way = replace(route(("start", "", "track", 9.0), ("arrive", "", "", 0.0)), leave_s=19.0, arrive_s=338.0)
    way = replace(way, time_s=874.0)
    for heading, lang in (("route_1", "zh"), ("route_2", "zh"), ("route_1", "en"), ("route_2", "en")):
        *parts, total = re.findall(r"\d+\.\d", words.route_text(heading, way, lang))
        assert len(parts) == 3
        assert sum(int(part.replace(".", "")) for part in parts) == int(total.replace(".", ""))
    assert words.route_text("route_1", way, "zh") == (
        "出车路线：10米，驶上道路0.3分钟，行车14.6分钟，步行5.6分钟，共20.5分钟"
    )
    alone = replace(way, leave_s=0.0, arrive_s=5.0)
    assert words.route_text("route_2", alone, "en") == "To the hospital: 10 m, 14.6 min"


@pytest.mark.parametrize(
    ("detail", "zh", "en"),
    [
        ("7200 s", "120分钟", "120 min"),
        ("90 s", "90秒", "90 s"),
        ("900000 s", "10天", "10 days"),
        ("112.0 km", "112.0公里", "112.0 km"),
        ("4.2 km, 504 km/h", "4.2公里，时速504公里", "4.2 km, 504 km/h"),
        ("2026-03-01T08:28:58+08:00", "08:28:58", "08:28:58"),
        ("08:00-18:00", "08:00-18:00", "08:00-18:00"),
    ],
)
def test_figures_have_the_units_of_their_language(detail, zh, en):
    one = LeftOut("湘F1", 4, "stale", detail)
    assert words.left_out_text(one, "zh").endswith(f"（{zh}）")
    assert words.left_out_text(one, "en").endswith(f" ({en})")


def test_turns_into_roads_without_a_name_are_told_by_the_place_beside_them():
    made = toy_dispatch()
    line = words.turn_lines(made.decision.destination.route, "zh", made.area)[0][1]
    assert line.endswith("，在第8村附近右转进入街巷道路")
    english = words.turn_lines(made.decision.destination.route, "en", made.area)[0][1]
    assert english.endswith(", turn right onto the residential road near 第8村") or " near 第8村" in english


def test_who_is_on_a_job_and_whose_base_nobody_knows():
    made = toy_dispatch()
    assert words.busy_text(made, "zh") == "任务中1辆：柳林2号"
    assert words.busy_text(toy_dispatch(is_live=False), "zh") == ""
    odd = replace(made, fleet=replace(made.fleet, unknown_bases=("东站", "西站", "南站", "北站")))
    assert any("所属急救点：东站、西站、南站等4个" in line for line in words.note_lines(odd, "zh"))
    old = replace(made, fleet=replace(made.fleet, units=(), left_out=(LeftOut("a", 2, "stale", "3600 s"),)))
    assert any("最新的一条是2026-03-01 13:05:32" in line for line in words.note_lines(old, "zh"))


def test_no_blank_stands_before_a_mark():
    made = toy_dispatch()
    first = made.decision.units[0]
    named = replace(first, unit=replace(first.unit, name="湘F12009", facility_id=""))
    made = replace(made, decision=replace(made.decision, units=(named, *made.decision.units[1:])))
    assert words.headline(made, "zh")[0].startswith("派湘F12009，")


@pytest.mark.parametrize("reason", LeftOutReason.__args__)
def test_every_reason_to_leave_a_report_out_has_words(reason):
    one = LeftOut("湘F1", 4, reason, "4.2 km")
    assert words.left_out_text(one, "zh").startswith("湘F1（第4行）：")
    assert words.left_out_text(one, "en").endswith(" (4.2 km)")
    nameless = words.left_out_text(LeftOut("", 0, reason), "zh")
    assert nameless.startswith("无编号：")
    assert "0" not in nameless


@pytest.mark.parametrize("state", UNIT_STATES)
def test_every_state_has_words(state):
    assert words.state_text(state, "zh") != words.state_text(state, "en")


def test_how_old_a_position_is():
    made = toy_dispatch()
    assert words.age_text(made.fleet.units[0], made, "zh") == "30秒前"
    # the same moment on another clock
    assert (
        words.age_text(replace(made.fleet.units[0], time="2026-03-01T06:03:02Z"), made, "en") == "2 min ago"
    )
    assert words.age_text(toy_dispatch(is_live=False).fleet.units[0], made, "zh") == "—"


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("柳林急救站", "柳林急救站救护车", "the ambulance of 柳林急救站"),
        ("柳林急救站 2", "柳林急救站2号救护车", "the ambulance 2 of 柳林急救站"),
        ("柳林急救站副班", "柳林急救站副班", "柳林急救站副班"),
        ("湘F0003", "湘F0003", "湘F0003"),
    ],
)
def test_a_unit_that_goes_by_its_base_is_called_its_ambulance(name, zh, en):
    made = toy_dispatch()
    one = unit("u", 0.0, 0.0, name=name, base="s1")
    assert words.called(one, made, "zh") == zh
    assert words.called(one, made, "en") == en


def test_closed_roads_and_missing_positions_are_noted():
    lines = words.note_lines(toy_dispatch(closed_m=3_456.0), "en")
    assert any("Closed roads are avoided (3.5 km" in line for line in lines)
    assert any(line.startswith("Positions left out (3): 湘F0009 (row 6): too old") for line in lines)
    assert any("--vehicles" in line for line in words.note_lines(toy_dispatch(is_live=False), "zh"))
