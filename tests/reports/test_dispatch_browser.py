"""The dispatcher's page as it is opened: the network cut, at a desk, on a phone, and while it is watched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from browser_checks import CONTRAST, DESK, PHONE, overlap
from coverage.dispatch.desk import open_desk
from coverage.dispatch.fleet import base_fleet
from coverage.dispatch.recipe import dispatch
from coverage.geopackage import read_study_area
from coverage.reports.dispatch_bundle import write_dispatch
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import ResponseStandard
from dispatches import toy_dispatch

pytestmark = pytest.mark.browser

LINXIANG = Path(__file__).resolve().parents[2] / "data" / "boundaries" / "linxiang.gpkg"
JIANGNAN = (113.44431, 29.73767)
NOW = datetime.now(UTC).isoformat(timespec="seconds")
LATER = (datetime.now(UTC) + timedelta(seconds=1)).isoformat(timespec="seconds")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Write the pages that the tests open: a call in the shipped county, the toy county's odd cases."""
    folder = tmp_path_factory.mktemp("dispatch")
    if not LINXIANG.is_file():
        pytest.skip("needs data/boundaries/linxiang.gpkg, which is not here")
    area, standard = read_study_area(LINXIANG), ResponseStandard()
    desk = open_desk(area, standard, speeds=DEFAULT_SPEEDS, condition="siren")
    called = dispatch(desk, base_fleet(area, standard), at=JIANGNAN, centre="stroke")
    write_dispatch(called, folder / "call", lang="zh")
    write_dispatch(toy_dispatch(at=None), folder / "picture", lang="zh")
    write_dispatch(toy_dispatch(at=None, states=("busy",) * 4), folder / "nobody", lang="en")
    write_dispatch(toy_dispatch(odd_names=True), folder / "odd", lang="en")
    return folder


class Opened:
    """A page with all it asked for and complained about."""

    def __init__(self, browser, file, size, *, touch=False):
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            offline=True,
            has_touch=touch,
            reduced_motion="reduce",
        )
        self.requests, self.complaints = [], []
        self.page = self.context.new_page()
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("console", lambda m: self.complaints.append(m.text))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.file = file
        self.open()

    def open(self):
        self.page.goto(self.file.as_uri())
        self.page.wait_for_selector("html.live")

    def boxes(self, selector):
        return self.page.evaluate(
            """(s) => [...document.querySelectorAll(s)]
              .map((n) => n.getBoundingClientRect()).filter((r) => r.width > 0)
              .map((r) => [r.left, r.top, r.right, r.bottom])""",
            selector,
        )

    def renew(self):
        """Let the page load itself again, as it does when its time has come."""
        with self.page.expect_navigation():
            self.page.evaluate("() => { setTimeout(coverageLive.renew); }")
        self.page.wait_for_selector("html.live")

    def view(self):
        return self.page.evaluate(
            "() => { const m = coverageMap.map, c = m.getCenter(); return [c.lat, c.lng, m.getZoom()]; }"
        )

    def centre_of(self, selector):
        left, top, right, bottom = self.boxes(selector)[0]
        return (left + right) / 2, (top + bottom) / 2


@pytest.fixture
def opened(browser, pages):
    """Open a page, and at the end hold it to its word: no request but for itself, no complaint."""
    every = []

    def open_page(name="call", size=DESK, *, folder=None, **options):
        every.append(Opened(browser, (folder or pages / name) / "dispatch.html", size, **options))
        return every[-1]

    yield open_page
    for one in every:
        one.context.close()
        assert set(one.requests) == {one.file.as_uri()}
        assert one.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize("name", ["call", "picture", "nobody", "odd"])
def test_it_fits_the_screen_and_the_answer_is_seen_at_once(opened, name, size):
    one = opened(name, size)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for box in ("#panel", "#side", "#foot"):
        wider = "(s) => { const n = document.querySelector(s); return n.scrollWidth - n.clientWidth; }"
        assert one.page.evaluate(wider, box) <= 0
    answers = one.boxes("#panel h1, .answers b")
    assert len(answers) == (1 if name == "nobody" else 3)
    assert all(left >= 0 and top >= 0 and bottom <= size[1] for left, top, _, bottom in answers)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_call_unit_and_hospital_are_in_sight_beside_the_panel(opened, size):
    one = opened(size=size)
    panel = one.boxes("#panel")[0]
    for sign in (".incident-icon", ".pin.first"):
        x, y = one.centre_of(sign)
        assert 0 < x < size[0]
        assert 0 < y < size[1]
        assert not overlap((x - 1, y - 1, x + 1, y + 1), panel)
    ways = one.boxes(".leaflet-works-pane path.leg-1, .leaflet-works-pane path.leg-2")
    assert len(ways) == 2


def test_both_ways_are_told_apart_without_colour(opened):
    one = opened()
    looks = one.page.eval_on_selector_all(
        ".leaflet-works-pane path:not(.leg-1):not(.leg-2)",
        "all => all.map((p) => [p.getAttribute('stroke-dasharray'), +p.getAttribute('stroke-width')])",
    )
    (first, broad), (second, narrow) = looks[:2]
    assert first in (None, "none")
    assert second not in (None, "none")
    assert broad > 2 * narrow


def test_units_are_told_apart_by_shape_and_have_a_text_alternative(opened):
    one = opened("picture")
    signs = one.page.eval_on_selector_all(
        ".unit-icon",
        "all => all.map((i) => [i.getAttribute('aria-label'), i.querySelector('use').getAttribute('href')])",
    )
    assert {(label.split("，")[-1], shape) for label, shape in signs} == {
        ("待命", "#unit-idle"), ("返程", "#unit-returning"), ("任务中", "#unit-busy"),
    }  # fmt: skip


def test_the_keyboard_reaches_units_turns_and_pins(opened):
    one = opened()
    page = one.page
    page.locator("tr[data-unit] button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup h2")
    assert page.locator(".leaflet-popup h2").inner_text() == "聂市镇卫生院"
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    before = one.view()
    page.locator(".turns button").nth(2).focus()
    page.keyboard.press("Enter")
    assert one.view() != before
    page.locator("#show-county").focus()
    page.keyboard.press("Enter")
    pin = page.locator(".unit-icon").first
    assert pin.get_attribute("tabindex") == "0"
    pin.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup dl")


def test_a_click_on_a_pin_opens_its_card_and_the_place_below_stays_free(opened):
    one = opened()
    x, y = one.centre_of(".pin.first")
    one.page.mouse.click(x, y)
    one.page.wait_for_selector(".leaflet-popup h2")
    assert one.page.locator(".leaflet-popup h2").inner_text() == "聂市镇卫生院"
    assert "待命" in one.page.locator(".leaflet-popup .kind").inner_text()


def test_every_layer_switches_off_and_on(opened):
    one = opened()
    one.page.click("#layers-button")
    names = one.page.eval_on_selector_all("#layers input", "boxes => boxes.map((b) => b.value)")
    assert {"incident", "leg-1", "leg-2", "unit-idle", "verdict", "uncovered", "cover", "roads"} <= set(names)
    on = """(n) => { const { map, layers } = coverageMap;
      return map.hasLayer(layers[n]) && layers[n].getLayers().length > 0; }"""
    for name in names:
        box = one.page.locator(f"#layers input[value='{name}']")
        for _ in range(2):
            box.click()
            assert one.page.evaluate(on, name) == box.is_checked()


def test_names_of_markup_show_as_text(opened):
    one = opened("odd")
    assert one.page.locator("#panel script, .leaflet-container script, #panel img").count() == 0
    assert "<script>alert('x')</script>&amp;" in one.page.locator("#panel").inner_text()
    one.page.locator("tr[data-unit] button", has_text="<script>").first.click()
    one.page.wait_for_selector(".leaflet-popup h2")
    assert "<script>" in one.page.locator(".leaflet-popup h2").inner_text()


@pytest.mark.parametrize("name", ["call", "nobody"])
def test_text_has_enough_contrast(opened, name):
    one = opened(name)
    one.page.click("#layers-button")
    assert one.page.evaluate(CONTRAST) == []


def test_it_prints_on_one_page(opened):
    one = opened()
    document = one.page.pdf(prefer_css_page_size=True)
    assert document.count(b"/Type /Page\n") + document.count(b"/Type /Page ") <= 1
    one.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for part in ("#panel h1", ".turns li", "tr[data-unit]", "#legend", "#foot"):
        boxes = one.boxes(part)
        assert boxes, part
        assert all(box[3] <= 1062 and box[2] <= 1527 for box in boxes), part


# ---- while it is watched


def watched(folder, *, moment=NOW, every_s=600.0, **case):
    write_dispatch(toy_dispatch(moment=moment, **case), folder, lang="zh", refresh_s=every_s)


def test_the_view_and_what_is_open_stay_while_the_picture_is_renewed(opened, tmp_path):
    watched(tmp_path)
    one = opened(folder=tmp_path)
    page = one.page
    page.evaluate("coverageMap.map.setView([29.47, 112.6], 12.3, { animate: false })")
    page.locator("#township-box summary").click()
    page.locator("#leg-1-box summary").click()
    page.click("#layers-button")
    page.click("#layers input[value='cover']")
    page.click("#layers input[value='uncovered']")
    page.locator("#fleet-box summary").focus()
    view = one.view()
    watched(tmp_path, moment=LATER, states=("idle", "busy", "idle", "busy"))
    one.renew()
    assert "返程" not in page.locator("#fleet-box").inner_text()
    assert one.view() == pytest.approx(view, abs=1e-4)
    assert page.locator("#township-box").evaluate("box => box.open")
    assert not page.locator("#leg-1-box").evaluate("box => box.open")
    assert page.locator("#layers input[value='cover']").is_checked()
    assert not page.locator("#layers input[value='uncovered']").is_checked()
    assert page.evaluate("document.getElementById('side').classList.contains('open')")
    assert page.evaluate("document.activeElement.closest('details').id") == "fleet-box"


def test_an_open_card_stays_open_and_another_call_is_gone_to(opened, tmp_path):
    watched(tmp_path)
    one = opened(folder=tmp_path)
    page = one.page
    page.locator("tr[data-unit] button", has_text="人民医院2号").first.click()
    page.wait_for_selector(".leaflet-popup h2")
    one.renew()
    assert page.locator(".leaflet-popup h2").inner_text() == "人民医院2号"
    page.evaluate("coverageMap.map.setView([29.6, 112.2], 13, { animate: false })")
    watched(tmp_path, at=(16.0, 5.0))
    one.renew()
    x, y = one.centre_of(".incident-icon")
    assert 356 < x < DESK[0]
    assert 0 < y < DESK[1]


def test_a_picture_that_is_not_renewed_turns_old(opened, tmp_path):
    then = (datetime.now(UTC) - timedelta(minutes=5)).isoformat(timespec="seconds")
    watched(tmp_path, moment=then, every_s=300.0)
    fresh = opened(folder=tmp_path)
    assert not fresh.page.locator("#old").is_visible()
    assert "5分钟前" in fresh.page.locator("#age").inner_text()
    watched(tmp_path, moment=then, every_s=5.0)
    fresh.open()
    assert fresh.page.locator("#old").is_visible()
    assert "画面已过时：5分钟前的情况" in fresh.page.locator("#old").inner_text()
    assert fresh.page.evaluate("document.documentElement.classList.contains('stale')")
    assert fresh.page.evaluate(CONTRAST) == []


def test_without_a_moment_it_is_old_by_the_viewers_own_clock(opened, tmp_path):
    made = replace(toy_dispatch(), fleet=replace(toy_dispatch().fleet, at=""))
    write_dispatch(made, tmp_path, lang="zh", refresh_s=300.0)
    one = opened(folder=tmp_path)
    assert not one.page.locator("#old").is_visible()
    one.page.evaluate(
        """() => { const k = "dispatch " + location.pathname;
          dispatchEvent(new Event("pagehide"));
          const kept = JSON.parse(sessionStorage.getItem(k));
          kept.since -= 3600e3;
          window.addEventListener("pagehide", () => sessionStorage.setItem(k, JSON.stringify(kept))); }"""
    )
    one.open()
    assert "60分钟前" in one.page.locator("#old").inner_text()


def test_nobody_is_interrupted_while_a_finger_is_down(opened, tmp_path):
    watched(tmp_path)
    one = opened(folder=tmp_path)
    one.page.mouse.move(900, 400)
    one.page.mouse.down()
    one.page.evaluate("() => { window.first = true; coverageLive.renew(); }")
    one.page.wait_for_timeout(700)
    assert one.page.evaluate("window.first")
    with one.page.expect_navigation():
        one.page.mouse.up()


def test_the_page_loads_itself_again_and_again(opened, tmp_path):
    watched(tmp_path, every_s=0.3)
    one = opened(folder=tmp_path)
    for _ in range(100):
        if len(one.requests) >= 3:
            break
        one.page.wait_for_timeout(100)
    assert len(one.requests) >= 3


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_that_the_data_are_modelled_is_said_at_the_top(opened, size):
    left, top, right, bottom = opened(size=size).boxes("#panel .banner")[0]
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]


def test_positions_grow_old_with_the_page(opened, tmp_path):
    then = (datetime.now(UTC) - timedelta(minutes=7)).isoformat(timespec="seconds")
    watched(tmp_path, moment=then)
    one = opened(folder=tmp_path)
    made = toy_dispatch(moment=then)
    sent_s = (datetime.now(UTC) - datetime.fromisoformat(made.fleet.units[0].time)).total_seconds()
    ages = one.page.locator("td[data-age]").all_text_contents()
    assert len(ages) == 4
    assert abs(int(ages[0].removesuffix("分钟前")) - max(sent_s, 420) / 60) <= 1
