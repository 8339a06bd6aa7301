"""Every page, reached by the navigation, in light and dark, wide and narrow."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.browser import screen
from tests.browser.conftest import OpenPage
from tests.pages.driver import NAVIGATION

Scheme = Literal["light", "dark"]
PAGES = [(section, title) for section, pages in NAVIGATION.items() for _, title in pages]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_wide_pages_are_whole_and_accessible(page: OpenPage, scheme: Scheme):
    visit = page("/", scheme=scheme)
    findings = {}
    for section, title in PAGES:
        screen.go_to(visit, section, title)
        assert screen.main(visit.page).locator("h1").count() == 1, title
        assert visit.page.get_by_test_id("stException").count() == 0, title
        for figure in screen.figures(visit.page):
            assert figure["traces"] > 0, title
        if found := screen.serious(visit.page):
            findings[title] = found
    assert findings == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_pages_fit_the_screen(page: OpenPage, scheme: Scheme):
    visit = page("/", width=390, height=844, scheme=scheme)
    wide = {}
    for section, title in PAGES:
        screen.go_to(visit, section, title)
        assert screen.main(visit.page).locator("h1").count() == 1, title
        assert visit.page.get_by_test_id("stException").count() == 0, title
        screen.figures(visit.page)
        if found := screen.overflow(visit.page):
            wide[title] = found
    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_scheme_of_the_system_is_followed(page: OpenPage, scheme: Scheme):
    visit = page("/", scheme=scheme)
    colour = visit.page.evaluate(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    brightness = sum(int(part) for part in colour.split("(")[1].rstrip(")").split(",")[:3]) / 3
    assert (brightness > 127) == (scheme == "light")
