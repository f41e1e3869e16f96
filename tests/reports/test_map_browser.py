"""The map as a planner opens it: in Chromium, the network cut, at a desk, on a phone and on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser_checks import CONTRAST, overlap
from builders import toy_analysis
from coverage.analysis import analyze
from coverage.geopackage import read_study_area
from coverage.reports.map import write_map
from coverage.reports.map_style import AREA_OPACITY
from coverage.reports.palette import AREA_COLOURS

pytestmark = pytest.mark.browser

LINXIANG = Path(__file__).resolve().parents[2] / "data" / "boundaries" / "linxiang.gpkg"
DESK, PHONE = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Write the maps that the tests open: the shipped county in Chinese, the toy county in English."""
    folder = tmp_path_factory.mktemp("maps")
    if not LINXIANG.is_file():
        pytest.skip("needs data/boundaries/linxiang.gpkg, which is not here")
    write_map(analyze(read_study_area(LINXIANG)), folder / "linxiang.html", lang="zh")
    write_map(toy_analysis(odd_names=True), folder / "toy.html", lang="en")
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

    def boxes(self, selector):
        return self.page.evaluate(
            """(s) => [...document.querySelectorAll(s)]
              .filter((n) => getComputedStyle(n).visibility === "visible")
              .map((n) => n.getBoundingClientRect()).filter((r) => r.width > 0)
              .map((r) => [r.left, r.top, r.right, r.bottom])""",
            selector,
        )

    def view(self):
        return self.page.evaluate(
            "() => { const m = coverageMap.map, c = m.getCenter(); return [c.lat, c.lng, m.getZoom()]; }"
        )

    def boundary(self):
        """Give the county's outline on the screen: left, top, right, bottom."""
        return self.page.evaluate(
            """() => { const d = JSON.parse(document.getElementById("map-data").textContent).view;
              const [a, b] = d.map((p) => coverageMap.map.latLngToContainerPoint(p));
              return [a.x, b.y, b.x, a.y]; }"""
        )


@pytest.fixture
def opened(browser, pages):
    """Open a page, and at the end hold it to its word: no request, no complaint."""
    every = []

    def open_page(name="linxiang", size=DESK, **options):
        every.append(Opened(browser, pages / f"{name}.html", size, **options))
        return every[-1]

    yield open_page
    for one in every:
        one.context.close()
        assert [url for url in one.requests if not url.startswith("file:")] == []
        assert len(one.requests) == 1
        assert one.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_whole_county_is_seen_beside_the_panel(opened, size):
    one = opened(size=size)
    left, top, right, bottom = one.boundary()
    assert left >= 0
    assert top >= 0
    assert right <= size[0]
    assert bottom <= size[1]
    panel = one.boxes("#panel")[0]
    assert not overlap((left, top, right, bottom), panel)
    assert (right - left) * (bottom - top) > 0.15 * size[0] * size[1]
    share = (panel[2] - panel[0]) * (panel[3] - panel[1]) / (size[0] * size[1])
    assert share < 0.36


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_nothing_scrolls_sideways(opened, size):
    one = opened(size=size)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for box in ("#panel", "#side", "#foot"):
        assert (
            one.page.evaluate(
                "(s) => { const n = document.querySelector(s); return n.scrollWidth - n.clientWidth; }", box
            )
            <= 0
        )


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_township_names_show_and_none_overlaps(opened, size):
    one = opened(size=size)
    boxes = one.boxes(".name.town")
    assert len(boxes) == 14
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if overlap(a, b)]
    heights = one.page.evaluate(
        """() => [...document.querySelectorAll('.name.town')]
          .map((n) => parseFloat(getComputedStyle(n).fontSize))"""
    )
    assert min(heights) >= 12


def test_chinese_is_drawn_and_not_boxes(opened):
    one = opened()
    assert one.page.locator("#panel h1").inner_text() == "临湘市"
    widths = one.page.evaluate(
        """() => { const c = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          c.font = "40px " + getComputedStyle(document.body).fontFamily;
          const ink = (t) => { c.clearRect(0, 0, 300, 150); c.fillText(t, 10, 60);
            return c.getImageData(0, 0, 300, 150).data.filter((v, i) => i % 4 === 3 && v > 99).length; };
          return [ink("临"), ink("湘"), ink("一"), ink("\\uE123")]; }"""
    )
    assert len(set(widths)) == 4  # four different glyphs, none of them the one for what a font lacks


def test_every_layer_switches_off_and_on(opened):
    one = opened()
    one.page.click("#layers-button")
    names = one.page.eval_on_selector_all("#layers input", "boxes => boxes.map((b) => b.value)")
    assert {"verdict", "names", "area-900", "area-1800", "catchments", "uncovered", "roads"} <= set(names)
    on = """(n) => { const { map, layers } = coverageMap;
      return map.hasLayer(layers[n]) && layers[n].getLayers().length > 0; }"""
    for name in names:
        box = one.page.locator(f"#layers input[value='{name}']")
        for _ in range(2):
            box.click()
            assert one.page.evaluate(on, name) == box.is_checked()


def test_the_legend_shows_only_what_is_on(opened):
    one = opened()
    one.page.click("#layers-button")
    rows = one.page.locator("#legend li")
    before = rows.evaluate_all("rows => rows.filter((r) => !r.hidden).length")
    one.page.uncheck("#layers input[value='verdict']")
    after = rows.evaluate_all("rows => rows.filter((r) => !r.hidden).map((r) => r.textContent)")
    assert len(after) < before
    assert "达标" not in after
    one.page.check("#layers input[value='catchments']")
    assert one.page.locator("#legend li[data-layers='catchments']").is_visible()


def test_the_legend_tells_no_other_tint_than_the_map(opened):
    """What stacks on the map would be darker than its sample; the areas are translucent as a group."""
    one = opened()
    one.page.click("#layers-button")
    one.page.uncheck("#layers input[value='area-1800']")
    one.page.check("#layers input[value='area-1800']")
    fills = one.page.eval_on_selector_all(
        ".leaflet-areas-pane path",
        "paths => paths.map((p) => [p.getAttribute('fill'), p.getAttribute('fill-opacity')])",
    )
    assert [fill for fill, _ in fills] == [AREA_COLOURS[1], AREA_COLOURS[0]]  # the tighter one on top
    assert {opacity for _, opacity in fills} == {"1"}
    assert float(one.page.get_attribute(".leaflet-areas-pane svg g", "opacity")) == AREA_OPACITY


@pytest.mark.parametrize(("size", "touch"), [(DESK, False), (PHONE, True)])
def test_the_table_moves_the_map_and_opens_the_row(opened, size, touch):
    one = opened(size=size, touch=touch)
    if size == PHONE:
        one.page.click("#sheet-handle")
        assert one.page.get_attribute("#sheet-handle", "aria-expanded") == "true"
    one.page.click("#township-box summary")
    before = one.view()
    row = one.page.locator("tr[data-township]").first
    name = row.locator("button").inner_text().strip()
    row.locator("button").click()
    one.page.wait_for_selector(".leaflet-popup h2")
    assert one.view() != before
    assert one.page.locator(".leaflet-popup h2").inner_text().strip() == name
    popup, panel = one.boxes(".leaflet-popup-content-wrapper")[0], one.boxes("#panel")[0]
    assert not overlap(popup, panel)
    assert popup[0] >= 0
    assert popup[1] >= 0
    assert popup[2] <= size[0]


def test_the_keyboard_reaches_tables_facilities_and_settlements(opened):
    one = opened()
    page = one.page
    page.locator("#township-box summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('tr').dataset.township")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup h2")
    assert page.evaluate("document.activeElement.className") == "leaflet-popup-content"
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    assert page.evaluate("document.activeElement.closest('tr').dataset.township")
    icon = page.locator(".facility-icon").first
    assert icon.get_attribute("tabindex") == "0"
    icon.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup dl")
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    page.locator("summary", has_text="未覆盖居民点").click()
    before = one.view()
    page.locator(".uncovered button").first.focus()
    page.keyboard.press("Enter")
    assert one.view() != before


def test_facilities_have_a_text_alternative(opened):
    one = opened()
    labels = one.page.eval_on_selector_all(
        ".facility-icon",
        """icons => icons.map((i) =>
          [i.getAttribute('aria-label'), i.querySelector('svg').getAttribute('role')])""",
    )
    assert labels
    assert all(label and role == "img" for label, role in labels)
    assert any("临湘市人民医院" in label and "医院" in label.split("，")[-1] for label, _ in labels)
    sizes = one.page.eval_on_selector_all(
        ".facility-icon .facility", "all => all.map((s) => s.getBoundingClientRect().width)"
    )
    assert min(sizes) >= 16


def test_a_name_of_markup_shows_as_text(opened):
    one = opened("toy")
    one.page.click("#township-box summary")
    one.page.locator("tr[data-township]", has_text="<script>").locator("button").click()
    one.page.wait_for_selector(".leaflet-popup h2")
    assert "<script>alert('x')</script>&amp;" in one.page.locator(".leaflet-popup h2").inner_text()
    assert one.page.locator("#panel script, .leaflet-container script").count() == 0


def test_pointing_at_a_township_tells_its_figures(opened):
    one = opened()
    x, y = one.page.evaluate(
        """() => { const t = JSON.parse(document.getElementById("map-data").textContent).townships[0];
          const p = coverageMap.map.latLngToContainerPoint(t.at); return [p.x, p.y + 22]; }"""
    )
    one.page.mouse.move(x, y)
    tip = one.page.locator(".leaflet-tooltip")
    tip.wait_for()
    assert re.search(r"覆盖[\d.]+%：.+ / .+", tip.inner_text())
    assert re.search(r"中位 [\d.]+ 分钟 · 最远 [\d.]+ 分钟", tip.inner_text())


def test_text_has_enough_contrast(opened):
    one = opened()
    one.page.click("#layers-button")
    assert one.page.evaluate(CONTRAST) == []


def test_what_the_page_draws_is_the_county(opened):
    """The script's unpacking is the packing's inverse: the outline drawn fills the view given in degrees."""
    one = opened()
    outline = one.page.evaluate(
        """() => { const b = L.latLngBounds([]);
          coverageMap.layers.verdict.eachLayer((l) => b.extend(l.getBounds()));
          return [b.getSouth(), b.getWest(), b.getNorth(), b.getEast()]; }"""
    )
    (south, west), (north, east) = one.page.evaluate(
        'JSON.parse(document.getElementById("map-data").textContent).view'
    )
    assert outline == pytest.approx([south, west, north, east], abs=5e-4)


@pytest.mark.parametrize("name", ["linxiang", "toy"])
def test_it_prints_on_one_page_of_a3_with_everything_on_it(opened, name):
    one = opened(name)
    document = one.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1
    width, height = map(float, re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", document).groups())
    assert (width, height) == pytest.approx((1190.6, 841.9), abs=1.5)


def test_the_sheet_of_paper_holds_map_panel_legend_and_banner(opened):
    one = opened()
    before = one.view()
    one.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    sheet = (0, 0, 1527, 1062)
    for part in ("#panel", "#legend", "#foot", ".banner", "tr[data-township]", ".notes li", ".foot-body li"):
        boxes = one.boxes(part)
        assert boxes, part
        assert all(b[0] >= 0 and b[1] >= 0 and b[2] <= sheet[2] and b[3] <= sheet[3] for b in boxes), part
    # a canvas would turn white what lies below it, in Chromium's PDF
    assert one.page.locator("canvas").count() == 0
    assert one.page.locator(".leaflet-roads-pane path").count() >= 3
    county = one.boundary()
    offset = one.boxes(".folium-map")[0]
    county = (county[0] + offset[0], county[1], county[2] + offset[0], county[3])
    for part in ("#panel", "#foot", "#legend"):
        assert not overlap(county, one.boxes(part)[0]), part
    one.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert one.view() == pytest.approx(before)
    assert not one.page.locator("#township-box").evaluate("box => box.open")
    assert one.page.locator(".leaflet-roads-pane canvas").count() == 1
    assert one.page.locator(".leaflet-roads-pane path").count() == 0


def test_a_long_table_prints_whole(opened):
    one = opened()
    one.page.evaluate(
        """() => { const body = document.querySelector(".townships tbody");
          const rows = [...body.rows];
          for (let i = 0; i < 4; i += 1) rows.forEach((row) => body.append(row.cloneNode(true)));
          window.dispatchEvent(new Event('beforeprint')); }"""
    )
    rows = one.boxes("tr[data-township]")
    assert len(rows) == 70
    assert max(bottom for _, _, _, bottom in rows) <= 1058
    assert min(bottom - top for _, top, _, bottom in rows) > 5


def test_on_a_phone_layers_and_sheet_leave_the_map_in_sight(opened):
    one = opened(size=PHONE, touch=True)
    assert not one.page.locator("#legend").is_visible()
    assert not one.page.locator("#panel-body").is_visible()
    one.page.tap("#layers-button")
    assert one.page.locator("#legend").is_visible()
    assert not overlap(one.boxes("#side")[0], one.boxes("#panel")[0])
    one.page.tap("#layers-button")
    one.page.tap("#sheet-handle")
    panel = one.boxes("#panel")[0]
    assert panel[1] >= 0.25 * PHONE[1]
    targets = one.page.eval_on_selector_all(
        "#panel button, #panel summary",
        "all => all.map((n) => n.getBoundingClientRect().height).filter((h) => h > 0)",
    )
    assert min(targets) >= 24
