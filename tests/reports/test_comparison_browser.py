"""A comparison's page in Chromium, the network cut: it sorts, its maps move together, it prints."""

from __future__ import annotations

import re

import pytest

from browser_checks import CONTRAST
from comparison_cases import CASES, comparison_case
from coverage.reports.comparison_page import write_comparison_page
from coverage.reports.comparison_rows import ranking_rows

pytestmark = pytest.mark.browser

DESK, PHONE = (1280, 800), (390, 844)

VIEWS = """() => Object.values(coverageMaps).map(({ map }) => {
  const c = map.getCenter(); return [c.lat, c.lng, map.getZoom()]; })"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Write a page for every case: in English where names are odd, in Chinese otherwise."""
    folder = tmp_path_factory.mktemp("pages")
    for case in CASES:
        lang = "en" if case in ("odd", "twelve") else "zh"
        write_comparison_page(comparison_case(case), folder / f"{case}.html", lang=lang)
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
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("html.ready")

    def views(self):
        return self.page.evaluate(VIEWS)

    def column(self, heading):
        """Give what stands in a column of the ranking, from top to bottom."""
        return self.page.evaluate(
            """(heading) => { const table = document.querySelector("table.sortable");
              const heads = [...table.tHead.rows[1].cells];
              const i = heads.findIndex((h) => h.textContent.trim() === heading);
              return [...table.tBodies[0].rows].map((r) => r.cells[i].firstChild.textContent.trim()); }""",
            heading,
        )

    def keys(self):
        return self.page.eval_on_selector_all(
            "table.sortable tbody tr", "rows => rows.map((r) => r.dataset.key)"
        )


@pytest.fixture
def opened(browser, pages):
    """Open a page, and at the end hold it to its word: no request, no complaint."""
    every = []

    def open_page(case="toy", size=DESK, **options):
        every.append(Opened(browser, pages / f"{case}.html", size, **options))
        return every[-1]

    yield open_page
    for one in every:
        one.context.close()
        assert len(one.requests) == 1
        assert one.complaints == []


def same(views):
    """Tell whether maps show the same: their middles less than two pixels apart, at one zoom."""
    pixel = 360 / 256 / 2 ** views[0][2]
    return all(view == pytest.approx(views[0], abs=2 * pixel) and view[2] == views[0][2] for view in views)


# ---- every comparison, every width


@pytest.mark.parametrize("case", CASES)
def test_every_case_opens_and_nothing_scrolls_sideways(opened, case):
    for size in (DESK, PHONE):
        one = opened(case, size)
        assert one.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert same(one.views())
        assert one.page.locator(".map .leaflet-townships-pane path").count() > 0


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_every_map_shows_the_whole_county(opened, size):
    one = opened(size=size)
    inside = one.page.evaluate(
        """() => { const view = JSON.parse(document.getElementById("map-data").textContent).view;
          return Object.values(coverageMaps).map(({ map }) => {
            const [a, b] = view.map((p) => map.latLngToContainerPoint(p)), s = map.getSize();
            return Math.min(a.x, b.y) >= -1 && b.x <= s.x + 1 && a.y <= s.y + 1; }); }"""
    )
    assert inside == [True] * 3


def test_a_window_that_is_resized_keeps_the_county_in_view(opened):
    one = opened()
    start = one.views()
    for size in ((1, 1), PHONE, DESK):
        one.page.set_viewport_size({"width": size[0], "height": size[1]})
        one.page.wait_for_timeout(150)
    assert same(one.views())
    assert one.views()[0] == pytest.approx(start[0], abs=0.01)


@pytest.mark.parametrize("case", ["losing", "odd"])
def test_text_has_enough_contrast(opened, case):
    assert opened(case).page.evaluate(CONTRAST) == []


# ---- the ranking


def test_numbers_sort_as_numbers_both_ways_and_what_is_unknown_stays_last(opened):
    one = opened("unpriced")
    rows = ranking_rows(comparison_case("unpriced"))
    assert one.keys() == [row.key for row in rows]
    head = one.page.locator("th", has_text="建设").first
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    known = [row.capital_wan for row in rows if row.capital_wan == row.capital_wan]
    up = [text for text in one.column("建设") if text != "未给出"]
    assert [float(text.replace(",", "")) for text in up] == sorted(known)
    assert one.column("建设")[len(known) :] == ["未给出"] * (len(rows) - len(known))
    assert len(known) < len(rows)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert one.column("建设")[: len(known)] == up[::-1]
    assert one.column("建设")[len(known) :] == ["未给出"] * (len(rows) - len(known))
    assert one.page.locator("th[aria-sort]").count() == 1


def test_the_keyboard_sorts_and_comes_back(opened):
    one = opened()
    before = one.keys()
    button = one.page.locator("thead button", has_text="每年")
    button.focus()
    one.page.keyboard.press("Enter")
    figures = [float(text.replace("−", "-").replace(",", "")) for text in one.column("每年")]
    assert figures == sorted(figures)
    assert one.keys() != before
    one.page.locator("thead .option button").focus()
    one.page.keyboard.press("Space")
    assert one.keys() == before
    # the largest first where more is better
    one.page.locator("thead button", has_text="合计").click()
    assert one.page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"


def test_on_a_phone_the_names_stay_while_the_figures_scroll(opened):
    one = opened(size=PHONE, touch=True)
    name = one.page.locator("table.sortable tbody th").first
    last = one.page.locator("table.sortable tbody tr").first.locator("td").last
    before = name.bounding_box()["x"]
    assert last.bounding_box()["x"] > PHONE[0]
    one.page.evaluate("document.querySelector('#ranking .scroll').scrollLeft = 2000")
    assert name.bounding_box()["x"] == pytest.approx(before, abs=1)
    assert last.bounding_box()["x"] < PHONE[0]
    assert name.bounding_box()["width"] < 0.45 * PHONE[0]


@pytest.mark.parametrize("case", ["toy", "twelve", "odd"])
def test_tables_by_class_and_by_township_scroll_inside_themselves_on_a_phone(opened, case):
    comparison = comparison_case(case)
    for size in (DESK, PHONE):
        one = opened(case, size)
        page = one.page
        for table, n_rows in (("#classes", 3 * len(comparison.outcomes)), ("#townships", 3)):
            folds = page.locator(f"{table} details")
            assert folds.count() == (n_rows > 30)
            if folds.count():
                assert not page.locator(f"{table} table").is_visible()
                folds.locator("summary").click()
            assert page.locator(f"{table} tbody tr:has(td)").count() == n_rows
            name = page.locator(f"{table} tbody th.option").first
            before = name.bounding_box()["x"]
            page.evaluate(f"document.querySelector('{table} .scroll').scrollLeft = 2000")
            assert name.bounding_box()["x"] == pytest.approx(before, abs=1)
            last = page.locator(f"{table} tbody tr:has(td)").first.locator("td").last.bounding_box()
            assert last["x"] + last["width"] <= size[0]
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


# ---- maps


def test_the_maps_move_and_zoom_together(opened):
    one = opened()
    start = one.views()
    for name in ("left", "right", "change"):
        box = one.page.locator(f"#{name}-map")
        box.scroll_into_view_if_needed()
        area = box.bounding_box()
        x, y = area["x"] + 60, area["y"] + 60
        one.page.mouse.move(x, y)
        one.page.mouse.down()
        one.page.mouse.move(x + 90, y + 40, steps=5)
        assert same(one.views())  # while it is dragged
        one.page.mouse.up()
        assert same(one.views())
        assert one.views()[0] != start[0]
        start = one.views()
        box.locator(".leaflet-control-zoom-in").click()
        assert same(one.views())
        assert one.views()[0][2] > start[0][2]
    one.page.locator("#left-map").focus()
    before = one.views()
    one.page.keyboard.press("ArrowRight")
    one.page.wait_for_function(f"coverageMaps.right.map.getCenter().lng > {before[1][1]}")
    assert same(one.views())
    one.page.click("#show-county")
    assert same(one.views())


def test_the_wheel_scrolls_the_page_until_a_map_is_chosen(opened):
    one = opened()
    one.page.locator("#left-map").scroll_into_view_if_needed()
    before, area = one.views(), one.page.locator("#left-map").bounding_box()
    one.page.mouse.move(area["x"] + 100, area["y"] + 100)
    one.page.mouse.wheel(0, 30)
    one.page.wait_for_timeout(100)
    assert one.views() == before


def test_a_choice_changes_its_map_alone_and_the_changes(opened):
    one = opened()
    comparison = comparison_case("toy")
    page = one.page
    assert page.locator("#left-option").input_value() == "0"
    assert page.locator("#right-option").input_value() == comparison.advice.key
    assert "现状" in page.locator("#left-map").get_attribute("aria-label")
    for outcome in comparison.options:
        page.select_option("#right-option", outcome.key)
        assert outcome.option.name in page.locator("#right-map").get_attribute("aria-label")
        assert "现状" in page.locator("#left-map").get_attribute("aria-label")
        counts = outcome.demand[outcome.demand["population"] > 0]["change"].value_counts()
        for change in ("gained", "lost", "uncovered"):
            drawn = page.locator(f"#change-map .mark-{change}").count()
            assert drawn == counts.get(change, 0), (outcome.key, change)
        assert page.locator("#change-map .still").count() == 1
        assert page.locator(".of-option:visible").count() == 1
        assert page.locator(".of-option:visible").get_attribute("data-option") == outcome.key
        assert page.locator("#right-map .site-icon").count() == page.evaluate(
            "(key) => JSON.parse(document.getElementById('map-data').textContent)"
            ".outcomes.find((o) => o.key === key).new.length",
            outcome.key,
        )
    strokes = "paths => paths.map((p) => p.getAttribute('stroke'))"
    page.select_option("#left-option", comparison.advice.key)
    page.select_option("#right-option", comparison.advice.key)
    assert page.eval_on_selector_all("#left-map .township", strokes) == page.eval_on_selector_all(
        "#right-map .township", strokes
    )


def test_layers_are_switched_on_every_map(opened):
    one = opened()
    one.page.click("#layers summary")
    for name in ("left", "right"):
        assert one.page.locator(f"#{name}-map .leaflet-areas-pane path").count() > 0
    one.page.uncheck("#layers input[value='areas']")
    assert one.page.locator(".leaflet-areas-pane path").count() == 0
    assert one.page.locator(".legend [data-layers='areas']:visible").count() == 0
    one.page.check("#layers input[value='areas']")
    assert one.page.locator("#right-map .leaflet-areas-pane path").count() > 0


def test_facilities_have_a_text_alternative_and_a_card_for_the_keyboard(opened):
    one = opened()
    labels = one.page.eval_on_selector_all(
        "#right-map .facility-icon, #right-map .site-icon",
        "all => all.map((i) => [i.getAttribute('aria-label'), i.tabIndex])",
    )
    assert labels
    assert all(label and index == 0 for label, index in labels)
    one.page.locator("#right-map .site-icon").first.focus()
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("#right-map .leaflet-popup dl")
    one.page.keyboard.press("Escape")
    one.page.wait_for_selector(".leaflet-popup", state="detached")


def test_the_losers_list_leads_to_the_map(opened):
    one = opened("losing")
    fold = one.page.locator("#losers details").first
    key = fold.get_attribute("data-option")
    fold.locator("summary").focus()
    one.page.keyboard.press("Enter")
    before = one.views()
    fold.locator("button[data-at]").first.click()
    assert one.views() != before
    assert same(one.views())
    assert one.page.locator("#right-option").input_value() == key
    assert one.page.locator("#change-map .mark-lost").count() > 0


def test_a_township_opens_its_row(opened):
    one = opened()
    one.page.locator(".of-option:visible button[data-township]").first.click()
    name = one.page.locator(".of-option:visible button[data-township]").first.inner_text()
    assert one.page.locator("#right-map .leaflet-popup h2").inner_text().strip() == name


def test_names_of_markup_show_as_text(opened):
    one = opened("odd")
    assert one.page.locator("main script, .map script").count() == 0
    assert "<script>alert('x')</script>&amp;" in one.page.locator("#right-option").inner_text()


# ---- print


@pytest.mark.parametrize("case", ["toy", "twelve", "odd"])
def test_it_prints_on_a4(opened, case):
    one = opened(case)
    document = one.page.pdf(prefer_css_page_size=True)
    width, height = map(float, re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", document).groups())
    assert (width, height) == pytest.approx((841.9, 595.3), abs=1.5)
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", document)) <= 16


@pytest.mark.parametrize("case", ["losing", "twelve"])
def test_on_paper_nothing_is_cut_and_the_page_comes_back(opened, case):
    one = opened(case)
    before = one.views()
    one.page.set_viewport_size({"width": 1054, "height": 725})  # what A4 leaves between its margins
    one.page.emulate_media(media="print")
    one.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    # a canvas would turn white what lies below it, in Chromium's PDF
    assert one.page.locator("canvas").count() == 0
    assert one.page.locator("#left-map .leaflet-roads-pane path").count() > 0
    for part in ("table.figures", ".chart", ".map", "#advice"):
        boxes = one.page.eval_on_selector_all(
            part,
            "all => all.map((n) => n.getBoundingClientRect()).filter((r) => r.width)"
            ".map((r) => [r.left, r.right, r.height])",
        )
        assert boxes, part
        assert all(left >= -1 and right <= 1054 + 1 and height > 0 for left, right, height in boxes), part
    assert one.page.locator("nav:visible, .screen:visible, .leaflet-control-zoom:visible").count() == 0
    key = one.page.locator("#right-option").input_value()
    for fold in one.page.locator("#losers details").all():
        assert fold.locator("summary").is_visible()
        assert fold.locator("table").is_visible() == (fold.get_attribute("data-option") == key)
    one.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    one.page.emulate_media(media="screen")
    one.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    assert one.page.locator("details[open]").count() == 0
    assert one.page.locator(".map canvas").count() == 3
    assert same(one.views())
    assert one.views()[0][:2] == pytest.approx(before[0][:2], abs=0.01)


# ---- roads


def test_roads_closed_and_built_are_on_the_maps_of_their_option_alone(opened):
    one = opened("toy")
    drawn = """() => ["left", "right", "change"].map((id) => ["closed", "new"].map((kind) =>
      document.querySelectorAll("#" + id + "-map .road-" + kind).length))"""
    one.page.select_option("#right-option", "F")
    assert one.page.evaluate(drawn) == [[0, 0], [1, 1], [1, 1]]
    # the closure is a few pixels long: one cross says where it is
    crosses = one.page.eval_on_selector_all(
        "#right-map .leaflet-works-pane path", "paths => paths.map((p) => p.getAttribute('d'))"
    )
    assert [text.count("m0 ") for text in crosses] == [0, 0, 1, 0, 0]
    one.page.locator("#right-map").scroll_into_view_if_needed()
    on_it = one.page.eval_on_selector(
        "#right-map .road-new",
        """(path) => { const p = path.getPointAtLength(path.getTotalLength() / 3);
          const on = p.matrixTransform(path.getScreenCTM()); return [on.x, on.y]; }""",
    )
    one.page.mouse.move(*on_it)
    assert "东线" in one.page.locator("#right-map .leaflet-tooltip").inner_text()
    one.page.select_option("#right-option", "A")
    assert one.page.evaluate(drawn) == [[0, 0]] * 3
