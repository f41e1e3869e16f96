"""A proposal as a planner opens it: in Chromium, the network cut, at a desk, on a phone and on paper."""

from __future__ import annotations

import re

import pytest

from coverage.reports.proposal_map import write_proposal_map
from proposals import toy_proposal

pytestmark = pytest.mark.browser

DESK, PHONE = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maps")
    write_proposal_map(toy_proposal(closing=True), folder / "toy.html", lang="zh")
    write_proposal_map(toy_proposal(odd_names=True), folder / "odd.html", lang="en")
    return folder


@pytest.fixture
def opened(browser, pages):
    """Open a page, and at the end hold it to its word: no request, no complaint."""
    contexts, requests, complaints = [], [], []

    def open_page(name="toy", size=DESK, **options):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, offline=True, reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: requests.append(r.url))
        page.on("console", lambda m: complaints.append(m.text))
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.goto((pages / f"{name}.html").as_uri())
        page.wait_for_selector("html.ready")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in requests if not url.startswith("file:")] == []
    assert complaints == []


def boxes(page, selector):
    return page.evaluate(
        """(s) => [...document.querySelectorAll(s)]
          .filter((n) => getComputedStyle(n).visibility === "visible")
          .map((n) => n.getBoundingClientRect()).filter((r) => r.width > 0)
          .map((r) => [r.left, r.top, r.right, r.bottom])""",
        selector,
    )


def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1


VERDICTS = """() => coverageMap.layers.verdict.getLayers().map((l) => l.options.color)"""
COUNT = "(name) => coverageMap.layers[name].getLayers().length"


def test_the_switch_changes_verdicts_dots_and_facilities(opened):
    page = opened()
    after = page.evaluate(VERDICTS)
    assert len(set(after)) == 1
    assert page.evaluate(COUNT, "adds-1") > 6  # the dots and the rays to them
    assert page.locator(".closed").count() == 1
    page.check("input[name=side][value=before]", force=True)
    before = page.evaluate(VERDICTS)
    assert len(set(before)) == 3
    assert page.evaluate(COUNT, "adds-1") == 0
    assert page.locator(".closed").count() == 0
    assert page.evaluate(COUNT, "kind-ambulance_station") > 0
    page.check("input[name=side][value=after]", force=True)
    assert page.evaluate(VERDICTS) == after


def test_the_switch_is_worked_by_the_keyboard(opened):
    page = opened()
    page.focus("input[name=side][value=after]")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.documentElement.dataset.side") == "before"
    assert len(set(page.evaluate(VERDICTS))) == 3


def test_changed_verdicts_are_marked_on_the_map_and_in_the_table(opened):
    page = opened()
    marks = page.eval_on_selector_all(
        ".name.town",
        "all => all.map((n) => [...n.querySelectorAll('use')].map((u) => u.getAttribute('href')))",
    )
    assert sorted(marks) == [["#mark-met"], ["#mark-partial", "#mark-met"], ["#mark-unmet", "#mark-met"]]
    page.check("input[name=side][value=before]", force=True)
    marks = page.eval_on_selector_all(".name.town", "all => all.map((n) => n.querySelectorAll('use').length)")
    assert marks == [1, 1, 1]
    page.click("#township-box summary")
    assert page.locator("tr[data-township] .arrow").count() == 2


def test_sites_are_ringed_ranked_and_named_beside_the_ring(opened):
    page = opened()
    labels = page.eval_on_selector_all(".site-icon", "all => all.map((n) => n.getAttribute('aria-label'))")
    assert labels == ["1 石门乡卫生院，卫生院（增设）", "2 柳林北急救站，急救站（新址）"]
    assert page.eval_on_selector_all(".site .rank", "all => all.map((n) => n.textContent)") == ["1", "2"]
    rings = boxes(page, ".site .ring")
    assert min(right - left for left, _, right, _ in rings) >= 30
    names = boxes(page, ".name.proposed")
    assert len(names) == 2
    assert not [(a, b) for a in names for b in rings if overlap(a, b)]
    assert not [a for a in names if overlap(a, boxes(page, "#panel")[0])]


@pytest.mark.parametrize(("size", "touch"), [(DESK, False), (PHONE, True)])
def test_a_row_of_the_table_flies_to_its_site(opened, size, touch):
    page = opened(size=size, has_touch=touch)
    if size == PHONE:
        page.click("#sheet-handle")
    page.locator("tr[data-site='2'] button").click()
    page.wait_for_selector(".leaflet-popup h2")
    assert page.locator(".leaflet-popup h2").inner_text() == "2 柳林北急救站"
    popup = boxes(page, ".leaflet-popup-content-wrapper")[0]
    assert popup[0] >= 0
    assert popup[2] <= size[0]
    assert "新增覆盖人口" in page.locator(".leaflet-popup dl").inner_text()


def test_a_box_a_site_switches_what_it_adds(opened):
    page = opened()
    page.click("#layers-button")
    page.uncheck("#layers input[value='adds-1']")
    assert not page.evaluate("coverageMap.map.hasLayer(coverageMap.layers['adds-1'])")
    assert page.evaluate("coverageMap.map.hasLayer(coverageMap.layers['adds-2'])")


@pytest.mark.parametrize("name", ["toy", "odd"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_nothing_scrolls_sideways_and_the_map_stays_in_sight(opened, name, size):
    page = opened(name, size=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for box in ("#panel", "#side"):
        sideways = "(s) => { const n = document.querySelector(s); return n.scrollWidth - n.clientWidth; }"
        assert page.evaluate(sideways, box) <= 0
    left, top, right, bottom = boxes(page, "#panel")[0]
    assert (right - left) * (bottom - top) < 0.5 * size[0] * size[1]


def test_a_name_of_markup_shows_as_text(opened):
    page = opened("odd")
    page.locator("tr[data-site='2'] button").click()
    page.wait_for_selector(".leaflet-popup h2")
    assert "<script>alert('x')</script>&amp;" in page.locator(".leaflet-popup h2").inner_text()
    assert page.locator("#panel script, .leaflet-container script").count() == 0


@pytest.mark.parametrize("name", ["toy", "odd"])
def test_it_prints_on_one_page_of_a3_with_everything_on_it(opened, name):
    page = opened(name)
    document = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    parts = (
        "#panel",
        "#legend",
        "#foot",
        ".banner",
        "tr[data-site]",
        ".chart",
        "tr[data-township]",
        ".notes li",
    )
    for part in parts:
        shown = boxes(page, part)
        assert shown, part
        assert all(b[0] >= 0 and b[1] >= 0 and b[2] <= 1527 and b[3] <= 1062 for b in shown), part
    panel = boxes(page, "#panel")[0]
    assert all(b[2] <= panel[2] + 1 for b in boxes(page, "#panel tr"))
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.getElementById('panel-body').style.zoom") == ""
