"""One browser for every page that is opened."""

from __future__ import annotations

import pytest

from browser_checks import CHROMIUM


@pytest.fixture(scope="session")
def browser():
    """Give Chromium, or skip by its name."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("needs chromium, which is not here")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
