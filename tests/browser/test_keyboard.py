"""Whoever has only a keyboard reaches everything, sees where they are, and is never held.

https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ and https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import View
from tests.browser.conftest import Look
from tests.browser.keys import focused, name, stops, tab_to
from tests.browser.pages import PAGES

DIRECTORATE = "International Relations Directorate"
ITEM = "[role=treeitem]"

UNMARKED = """() => {
    const marks = ['boxShadow', 'border', 'backgroundColor', 'stroke', 'strokeWidth', 'textDecoration'];
    const look = element => [element, ...element.querySelectorAll('g, rect, path, text')].map(each => {
        const style = getComputedStyle(each);
        const lined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
        return [lined && style.outline, ...marks.map(mark => style[mark])].join();
    }).join();
    const able = document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]');
    return [...able].filter(element => {
        element.focus();
        if (document.activeElement !== element) return false;
        const there = look(element);
        element.blur();
        return there === look(element);
    }).map(element => element.outerHTML.slice(0, 120));
}"""
"""What looks the same with the focus as without. A page that was last used by keyboard shows the focus that a script moves."""


def test_the_first_stop_skips_to_the_content(look: Look) -> None:
    page = look("/").page
    page.keyboard.press("Tab")
    assert focused(page, "a[href='#main']")
    assert page.locator(":focus").bounding_box() is not None
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page, "main *")


def test_from_home_through_the_tree_to_a_passage_in_french(look: Look) -> None:
    page = look("/").page
    follow(page, "a[href='/en/org']", r"/en/org$")
    follow(page, "main a[href*='view=tree']", r"view=tree")
    tab_to(page, ITEM)
    page.keyboard.press("Home")
    find(page, DIRECTORATE)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/en/unit/international-relations-directorate$"))
    # The words that a fact rests on are closed at first, and lead to the passage.
    tab_to(page, "main details:has(a[href^='/en/source/']) > summary")
    page.keyboard.press("Enter")
    follow(page, "main a[href^='/en/source/']", "/en/source/")
    passage = page.url
    follow(page, "a[hreflang=fr]", "/fr/source/")
    assert page.url == passage.replace("/en/", "/fr/")


def test_arrows_home_end_and_letters_walk_in_the_tree(look: Look) -> None:
    page = look("/org?view=tree").page
    tab_to(page, ITEM)
    page.keyboard.press("Home")
    whole = name(page)
    expanded(page, "ArrowRight", "true")
    expanded(page, "ArrowLeft", "false")
    expanded(page, "ArrowRight", "true")
    page.keyboard.press("ArrowRight")
    first = name(page)
    assert first != whole
    page.keyboard.press("ArrowDown")
    assert name(page) not in (whole, first)
    page.keyboard.press("ArrowUp")
    assert name(page) == first
    page.keyboard.press("End")
    last = name(page)
    assert last not in (whole, first)
    page.keyboard.press("Home")
    assert name(page) == whole
    page.keyboard.type(last[:4].lower())
    assert name(page).startswith(last[:4])


def test_an_asterisk_opens_what_is_closed(look: Look) -> None:
    page = look("/org?view=tree").page
    tab_to(page, ITEM)
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expanded(page, "ArrowLeft", "false")
    expanded(page, "*", "true")


def test_the_tree_is_one_stop(look: Look) -> None:
    page = look("/org?view=tree").page
    assert sum(focused(page, ITEM) for _ in stops(page)) == 1


@pytest.mark.parametrize("kind", ["organisation", "organisation as a tree"])
def test_there_are_60_stops_at_most(kind: str, look: Look) -> None:
    assert len(list(stops(look(PAGES[kind]).page))) <= 60


def test_a_slash_goes_to_the_search_and_arrows_choose(look: Look) -> None:
    page = look("/").page
    page.keyboard.press("/")
    assert focused(page, "input[name=q]")
    page.keyboard.type("relations")
    box = page.locator("[role=listbox]")
    expect(box.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(box).to_be_visible()
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_count(1)
    assert page.get_attribute("input[name=q]", "aria-activedescendant") == chosen.get_attribute("id")
    words = chosen.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/en/"))
    assert page.locator("h1").inner_text().strip().lower() in words.lower()


def test_a_slash_that_is_typed_stays_one(look: Look) -> None:
    page = look("/sparql").page
    tab_to(page, "main textarea, main [role=textbox]")
    page.keyboard.type("/")
    assert not focused(page, "input[name=q]")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_the_focus_is_seen_wherever_it_is(path: str, look: Look) -> None:
    page = look(path, View(still=True)).page
    page.keyboard.press("Tab")
    assert page.evaluate(UNMARKED) == []


def follow(page: Page, selector: str, address: str) -> None:
    """Go to a link by keyboard and open it."""
    tab_to(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(address))


def find(page: Page, wanted: str) -> None:
    """Go down in a tree, opening what is closed, to the item of a name."""
    before = None
    while (here := name(page)) != before:
        if here.startswith(wanted):
            return
        before = here
        if page.locator(":focus").get_attribute("aria-expanded") == "false":
            expanded(page, "ArrowRight", "true")
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{wanted} is not in the tree")


def expanded(page: Page, key: str, state: str) -> None:
    """Press a key that opens or closes an item."""
    page.keyboard.press(key)
    expect(page.locator(":focus")).to_have_attribute("aria-expanded", state)
