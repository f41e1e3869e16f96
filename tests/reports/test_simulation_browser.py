"""A simulated year's page in Chromium, the network cut: it fits, sorts, can be read and prints."""

from __future__ import annotations

import pytest

from browser_checks import CONTRAST
from coverage.reports.simulation_page import write_simulation_page
from simulated_years import simulation_case

pytestmark = pytest.mark.browser

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
CASES = {"toy": "zh", "odd": "en", "alone": "zh"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("years")
    for case, lang in CASES.items():
        write_simulation_page(simulation_case(case), folder / f"{case}.html", lang=lang)
    return folder


@pytest.fixture
def opened(browser, pages):
    """Open a page, and at the end hold it to its word: no request but itself, no complaint."""
    every = []

    def open_page(case="toy", size="desk"):
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, reduced_motion="reduce"
        )
        page, requests, complaints = context.new_page(), [], []
        page.on("request", lambda r: requests.append(r.url))
        page.on("console", lambda m: complaints.append(m.text))
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.goto((pages / f"{case}.html").as_uri())
        page.wait_for_selector("html.ready")
        every.append((context, requests, complaints))
        return page

    yield open_page
    for context, requests, complaints in every:
        context.close()
        assert len(requests) == 1
        assert complaints == []


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", SIZES)
def test_the_page_is_no_wider_than_the_window(opened, case, size):
    page = opened(case, size)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_answer_stands_on_the_first_screen(opened):
    for size in SIZES:
        box = opened("toy", size).locator("#advice h2").bounding_box()
        assert box["y"] + box["height"] <= SIZES[size][1]


def test_every_text_has_contrast_enough(opened):
    assert opened("toy").evaluate(CONTRAST) == []


def test_townships_sort_by_any_column(opened):
    page = opened("toy")
    values = (
        """() => [...document.querySelectorAll("#townships tbody tr")].map((r) => r.cells[2].dataset.value)"""
    )
    page.click("#townships thead tr:last-child th:nth-child(3) button")
    down = [float(v) for v in page.evaluate(values) if v]
    assert down == sorted(down, reverse=True)
    page.click("#townships thead tr:last-child th:nth-child(3) button")
    up = [float(v) for v in page.evaluate(values) if v]
    assert up == sorted(up)
    assert len(up) > 2


def test_charts_say_in_words_what_they_show(opened):
    page = opened("toy")
    names = page.eval_on_selector_all("svg.chart", "all => all.map((s) => s.getAttribute('aria-label'))")
    assert len(names) == 5
    assert all(any(c.isdigit() for c in name) for name in names)


def test_a_print_unfolds_what_belongs_to_it_and_folds_it_again(opened):
    page = opened("toy")
    folded = """() => [...document.querySelectorAll("details")].map((d) => d.open)"""
    before = page.evaluate(folded)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("""() => [...document.querySelectorAll("details.printed")].every((d) => d.open)""")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(folded) == before
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
