"""Every wrong input gets the one line that the documentation shows, in both languages, and spoils nothing."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from coverage.sources.row_account import REASONS
from wrong_input_runs import PREFIXES, Bench
from wrong_inputs import CASES, PAGES, SECTIONS, page_row, page_text

# the servers of the downloads are on loopback
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ERRORS = [case for case in CASES if case.row is None and not case.note]
ROWS = [case for case in CASES if case.row is not None]
NOTES = [case for case in CASES if case.note]
LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


def each(cases):
    return pytest.mark.parametrize("case", cases, ids=[case.id for case in cases])


@pytest.fixture(scope="session")
def bench(tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("wrong"))


@pytest.fixture(scope="session")
def pages():
    return {lang: page.read_text("utf-8") for lang, page in PAGES.items()}


def check_line(bench, pages, case, lang):
    """Hold a line to the page, and to what a planner can read."""
    line = bench.line(case, lang)
    assert page_row(case, lang, line) in pages[lang].splitlines(), line
    assert str(bench.root) not in line[-1]
    assert "Traceback" not in bench.run(case, lang).err
    if lang == "zh":
        # commands and names of products are Latin, sentences are not
        assert re.search(r"[\u4e00-\u9fff]", line[-1])
        assert not re.search(r"(?:[A-Za-z']{2,}[ ,]+){3}[A-Za-z']{2,}", line[-1])


@LANGS
@each(ERRORS)
def test_an_error_is_one_line_and_changes_nothing(bench, pages, case, lang):
    outcome = bench.run(case, lang)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1
    assert outcome.err.startswith(PREFIXES[lang])
    check_line(bench, pages, case, lang)
    # answers of a server are kept, so that nobody is asked twice
    left = {name: text for name, text in outcome.after.items() if "downloads" not in name}
    assert left == outcome.before


@LANGS
@each(ROWS)
def test_a_rejected_row_says_why_and_the_others_are_imported(bench, pages, case, lang):
    outcome = bench.run(case, lang)
    assert outcome.code == 3
    assert case.row in outcome.rejects
    check_line(bench, pages, case, lang)
    assert outcome.rejects[case.row][0] in outcome.out + outcome.err
    stem = case.arguments[case.arguments.index("--county") + 1]
    new = set(outcome.after) - set(outcome.before)
    written = {f"data/boundaries/{stem}.{ending}" for ending in ("gpkg", "gpkg.bak", "rejected.xlsx")}
    assert {name for name in new if not name.startswith("maps")} <= written


@LANGS
@each(NOTES)
def test_what_is_assumed_is_said(bench, pages, case, lang):
    outcome = bench.run(case, lang)
    assert outcome.code == 0
    assert outcome.notes[case.note] in outcome.err.splitlines()
    check_line(bench, pages, case, lang)


@LANGS
def test_the_page_is_what_the_program_says(bench, pages, lang):
    assert pages[lang] == page_text(bench, lang), "run: python tests/wrong_inputs.py --write"


def test_the_rows_show_every_reason_there_is(bench):
    shown = {bench.line(case, "en")[0] for case in ROWS}
    assert shown == {en for en, _ in REASONS.values()}


def test_no_case_stands_twice():
    assert [name for name, n in Counter(case.id for case in CASES).items() if n > 1] == []
    for section in SECTIONS:
        assert (
            len({case.zh for case in section.cases})
            == len(section.cases)
            == len({c.en for c in section.cases})
        )
