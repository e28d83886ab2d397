"""Every kind of page, in both languages, light and dark, on a desk and in a hand."""

from itertools import product

import pytest

from tests.browser.axe import violations
from tests.browser.chromium import Scheme, Shown, View
from tests.browser.conftest import Look
from tests.browser.pages import PAGES

VIEWS = [View(language, width=width) for language, width in product(("en", "fr"), (1280, 320))]

OTHER = {"en": "fr", "fr": "en"}

TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [
    document.documentElement.scrollWidth,
    ...[...document.querySelectorAll('body *')]
        .filter(each => each.getBoundingClientRect().right > innerWidth)
        .map(each => each.outerHTML.slice(0, 120)),
]"""
"""How wide a page is that is wider than the window, and what sticks out."""


@pytest.fixture(
    scope="module",
    params=product(PAGES, VIEWS),
    ids=lambda param: f"{param[0]}-{param[1].language}-{param[1].width}",
)
def shown(request: pytest.FixtureRequest, look: Look) -> Shown:
    """A page in a view, loaded once for all tests below."""
    name, view = request.param
    return look(PAGES[name], view)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_breaks_no_rule_of_accessibility(shown: Shown, scheme: Scheme) -> None:
    # The colours follow at once what the reader prefers: a page need not be loaded for each.
    shown.page.emulate_media(color_scheme=scheme)
    assert violations(shown.page) == []


def test_does_not_scroll_sideways(shown: Shown) -> None:
    assert shown.page.evaluate(TOO_WIDE) == []


def test_asks_nothing_of_another_host(shown: Shown) -> None:
    assert shown.elsewhere == []


def test_leaves_the_console_empty(shown: Shown) -> None:
    assert shown.console == []


def test_says_its_language_and_leads_to_the_other(shown: Shown) -> None:
    language = shown.page.url.split("/")[3]
    assert shown.page.get_attribute("html", "lang") == language
    other = shown.page.get_attribute(f"link[rel=alternate][hreflang={OTHER[language]}]:not([type])", "href")
    assert other is not None
    assert shown.page.request.get(other).status == shown.status
