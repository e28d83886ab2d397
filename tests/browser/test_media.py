"""The colours of the system, paper, and no movement.

https://www.w3.org/TR/mediaqueries-5/
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Look
from tests.browser.pages import PAGES

UNMARKED = """() => {
    const look = element => {
        const {borderColor, borderWidth, outline, backgroundColor, textDecoration} = getComputedStyle(element);
        return [borderColor, borderWidth, outline, backgroundColor, textDecoration].join();
    };
    const chosen = "[aria-current]:is(nav.main *, [role=group] *), [aria-selected=true], [aria-pressed=true]";
    return [...document.querySelectorAll(chosen)].filter(element => {
        const items = element.closest('ul, [role=group], [role=tablist]');
        const others = [...items.querySelectorAll(element.localName)].filter(each => !each.matches(chosen));
        return others.some(other => look(other) === look(element));
    }).map(each => each.outerHTML.slice(0, 120));
}"""
"""What is chosen, but looks like what is beside it; a heavier letter alone does not count."""

MOVING = """() => [...document.querySelectorAll('*')].filter(each => {
    const style = getComputedStyle(each);
    const lasts = value => value.split(',').some(each => parseFloat(each) > 0.01);
    return lasts(style.transitionDuration) || lasts(style.animationDuration) || style.scrollBehavior === 'smooth';
}).map(each => each.outerHTML.slice(0, 120))"""
"""What would move."""

SHEET = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, look: Look) -> Page:
    """A page, loaded once: each test below sees it in a medium of its own."""
    return look(PAGES[request.param]).page


def test_forced_colours_break_no_rule_of_accessibility(page: Page) -> None:
    page.emulate_media(media="screen", forced_colors="active")
    assert violations(page) == []


def test_what_is_chosen_is_seen_in_forced_colours(page: Page) -> None:
    page.emulate_media(media="screen", forced_colors="active")
    assert page.evaluate(UNMARKED) == []


def test_nothing_moves_where_that_is_unwelcome(page: Page) -> None:
    page.emulate_media(media="screen", forced_colors="none", reduced_motion="reduce")
    assert page.evaluate(MOVING) == []


def test_paper_has_the_content_without_the_navigation(page: Page) -> None:
    page.emulate_media(media="print", forced_colors="none")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("nav.main")).to_be_hidden()
    assert page.locator("button:visible, input[type=search]:visible").all_inner_texts() == []


@pytest.mark.parametrize("kind", ["home", "organisation", "unit", "countries"])
def test_a_few_sheets_are_enough(kind: str, look: Look) -> None:
    printed = look(PAGES[kind]).page.pdf(format="Letter")
    assert printed.startswith(b"%PDF-")
    assert 1 <= len(SHEET.findall(printed)) <= 6
