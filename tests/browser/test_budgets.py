"""What pages of content may weigh: sizes and counts only, since times say more of the machine than of the page.

https://web.dev/articles/cls
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from playwright.sync_api import Page, Route

from tests.browser.chromium import DESK, HAND, Shown, View
from tests.browser.conftest import Look
from tests.browser.pages import LONG, PAGES
from tests.browser.weight import KILOBYTE, packed

CONTENT = {name: path for name, path in PAGES.items() if name not in (*LONG, "editor", "data set")}

PAINTED = "() => new Promise(done => new PerformanceObserver(() => done()).observe({type: 'paint', buffered: true}))"
"""Waits until something is seen."""

SHIFTED = """() => new Promise(done => {
    let shifted = 0;
    new PerformanceObserver(list => {
        for (const each of list.getEntries()) if (!each.hadRecentInput) shifted += each.value;
    }).observe({type: 'layout-shift', buffered: true});
    // Entries come after the frame they tell of.
    setTimeout(() => done(shifted), 150);
})"""
"""How far things moved by themselves while the page was loaded."""


@pytest.fixture(scope="module", params=product(CONTENT, (DESK, HAND)), ids=lambda param: f"{param[0]}-{param[1].width}")
def shown(request: pytest.FixtureRequest, look: Look) -> Shown:
    """A page of content, loaded once for all tests below."""
    name, view = request.param
    return look(CONTENT[name], view)


def test_html_has_20_kilobytes_at_most(shown: Shown) -> None:
    assert packed(shown, "document") <= 20 * KILOBYTE


def test_scripts_have_10_kilobytes_at_most(shown: Shown) -> None:
    assert packed(shown, "script") <= 10 * KILOBYTE


def test_style_has_8_kilobytes_at_most(shown: Shown) -> None:
    assert 0 < packed(shown, "stylesheet") <= 8 * KILOBYTE


def test_there_are_1500_elements_at_most(shown: Shown) -> None:
    assert shown.page.locator("*").count() <= 1500


@pytest.mark.parametrize("view", [DESK, HAND], ids=["desk", "hand"])
@pytest.mark.parametrize("path", CONTENT.values(), ids=CONTENT)
def test_nothing_moves_while_it_is_loaded(path: str, view: View, look: Look) -> None:
    page = look(path, view).page
    with late_scripts(page):
        page.reload(wait_until="commit")
        page.evaluate(PAINTED)
    page.wait_for_load_state()
    assert page.evaluate(SHIFTED) <= 0.02


@contextmanager
def late_scripts(page: Page) -> Iterator[None]:
    """Hold modules back, so that what they move is seen to move on a fast machine as well."""
    held: list[Route] = []
    for module in page.locator("script[type=module]").all():
        # Playwright cannot call a method of a list itself.
        page.route(re.compile(re.escape(str(module.get_attribute("src")))), lambda route: held.append(route))
    yield
    for route in held:
        route.continue_()
    page.unroute_all(behavior="wait")
