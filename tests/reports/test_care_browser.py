"""The layers of the way to care as a planner uses them: in Chromium, at a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from coverage.analysis import analyze
from coverage.geopackage import read_study_area
from coverage.reports.map import write_map
from coverage.standards import CareStandard

pytestmark = pytest.mark.browser

LINXIANG = Path(__file__).resolve().parents[2] / "data" / "boundaries" / "linxiang.gpkg"
DESK, PHONE = (1280, 900), (390, 844)
ON = "() => [...document.querySelectorAll('#layers input:checked')].map((box) => box.value)"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory, browser):  # noqa: ARG001 - nothing is written where no page can be opened
    if not LINXIANG.is_file():
        pytest.skip("needs data/boundaries/linxiang.gpkg, which is not here")
    path = tmp_path_factory.mktemp("care") / "linxiang.html"
    write_map(analyze(read_study_area(LINXIANG), care=CareStandard()), path, lang="zh")
    return path


@pytest.fixture
def opened(page_file, browser):
    """Open the page, and at the end hold it to its word: no request, no complaint."""
    every = []

    def open_page(size):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, offline=True, reduced_motion="reduce"
        )
        page, complaints, requests = context.new_page(), [], []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(page_file.as_uri())
        page.wait_for_selector("html.ready")
        every.append((context, complaints, requests))
        return page

    yield open_page
    for context, complaints, requests in every:
        context.close()
        assert complaints == []
        assert len(requests) == 1


def test_a_centre_puts_the_promise_away_and_brings_it_back(opened):
    page = opened(DESK)
    before = page.evaluate(ON)
    assert not any(name.startswith("care-") for name in before)
    assert page.locator("#care-title").is_hidden()
    page.click("input[value=care-stroke]")
    shown = page.evaluate(ON)
    assert "care-stroke" in shown
    assert {"verdict", "names", "uncovered"}.isdisjoint(shown)
    assert page.locator("#care-title").inner_text().startswith("卒中：呼救至到院60分钟以内 72.0%")
    # another centre takes its place, and one that goes leaves the promise as it was
    page.click("input[value=care-trauma]")
    assert [name for name in page.evaluate(ON) if name.startswith("care-")] == ["care-trauma"]
    page.click("input[value=care-trauma]")
    assert page.evaluate(ON) == before
    assert page.locator("#care-title").is_hidden()


PANEL = """() => [...document.querySelectorAll(
  "header .kicker, header .promise, .answers b, .answers small, #panel-body > .gap, .townships tr")]
  .map((node) => node.textContent.replace(/\\s+/g, " ").trim())"""


def test_the_panel_s_figures_follow_the_layer_and_come_back(opened):
    page = opened(DESK)
    promised = page.evaluate(PANEL)
    assert "9/14" in promised
    page.click("input[value=care-stroke]")
    told = page.evaluate(PANEL)
    assert told[:2] == ["救治链：呼救至到院", "卒中：呼救至到院60分钟以内，鸣笛行车"]
    assert told[2:6] == ["6/14", "部分达标 5 · 未达标 3", "72.0%", "31.2万 / 43.3万"]
    assert len(told) == len(promised)
    assert not set(told[:7]) & set(promised[:7])
    # what would go on telling of the promise is away
    assert page.locator(".totals").is_hidden()
    assert page.locator("details:has(> .uncovered)").is_hidden()
    page.click("input[value=care-maternal]")
    assert "长安街道多行1.2分钟" in page.locator("#panel-body > .gap").inner_text()
    assert page.locator(".answers b").all_inner_texts() == ["14/14", "100.0%"]
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".answers b").all_inner_texts() == ["14/14", "100.0%"]
    assert page.locator(".totals").is_hidden()
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.click("input[value=care-maternal]")
    assert page.evaluate(PANEL) == promised
    assert page.locator(".totals").is_visible()


def test_a_township_of_the_panel_opens_the_chain_while_a_centre_is_shown(opened):
    page = opened(DESK)
    page.click("#township-box summary")
    page.click("input[value=care-stroke]")
    page.click(".townships tr:has-text('詹桥镇') button")
    assert "詹桥镇 · 卒中" in page.wait_for_selector(".leaflet-popup .card").inner_text()
    page.click("input[value=care-stroke]")
    page.click(".townships tr:has-text('坦渡镇') button")
    page.wait_for_function(
        "() => document.querySelector('.leaflet-popup .card h2')?.textContent === '坦渡镇'"
    )


def test_the_legend_explains_what_is_on(opened):
    page = opened(DESK)
    rows = """() => [...document.querySelectorAll("#legend li:not([hidden])")]
      .map((row) => row.textContent.trim())"""
    assert not any("到院" in row for row in page.evaluate(rows))
    page.click("input[value=care-maternal]")
    shown = page.evaluate(rows)
    assert "虚线：更近的医院不能救治" in shown
    # everybody gets there in time
    assert "超过到院时限" not in shown
    assert "未达标" not in shown


def test_a_township_s_card_tells_its_chain(opened):
    page = opened(DESK)
    page.click("input[value=care-stroke]")
    at = page.evaluate(
        """() => { const data = JSON.parse(document.getElementById("map-data").textContent);
          const t = data.townships.find((township) => township.name === "坦渡镇");
          const p = coverageMap.map.latLngToContainerPoint(t.at);
          return [p.x + 20, p.y + 40]; }"""
    )
    page.mouse.click(*at)
    card = page.wait_for_selector(".leaflet-popup .card")
    text = card.inner_text()
    assert "坦渡镇 · 卒中" in text
    assert "呼救至到院（分钟）" in text
    assert "临湘市人民医院" in text
    # what is said over the map gives way to the card
    assert not page.locator("#care-title").is_visible()


def test_on_a_phone_the_panel_s_button_shows_the_centre(opened):
    page = opened(PHONE)
    page.click("#sheet-handle")
    button = page.locator("button[data-care=care-chest_pain]")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert not page.evaluate("() => document.getElementById('panel').classList.contains('open')")
    title = page.locator("#care-title").bounding_box()
    assert title["x"] >= 0
    assert title["x"] + title["width"] <= PHONE[0]
    control = page.locator("#layers-button").bounding_box()
    assert title["y"] >= control["y"] + control["height"]


def test_the_print_holds_everything(opened):
    page = opened(DESK)
    page.click("input[value=care-stroke]")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    panel = page.evaluate(
        """() => { const p = document.getElementById("panel");
          const right = (node) => node.getBoundingClientRect().right;
          return [p.scrollWidth - p.clientWidth, right(p.querySelector(".care")), right(p)]; }"""
    )
    assert panel[0] <= 1
    assert panel[1] <= panel[2]
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
