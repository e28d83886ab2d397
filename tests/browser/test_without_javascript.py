"""Without scripts everything can be read and asked; what would need them is not there."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import View
from tests.browser.conftest import Look
from tests.browser.pages import PAGES

PLAIN = View(scripts=False)
DIRECTORATE = "International Relations Directorate"
UNIT = "/unit/international-relations-directorate"


def test_home_leads_into_the_organisation(look: Look) -> None:
    page = look("/", PLAIN).page
    page.locator("main").get_by_role("link", name=DIRECTORATE).first.click()
    page.wait_for_url(re.compile(f"/en{UNIT}$"))


@pytest.mark.parametrize("view", ["chart", "tree", "table"])
def test_the_organisation_is_shown_in_each_form(view: str, look: Look) -> None:
    page = look(f"/org?view={view}", PLAIN).page
    expect(page.locator("main a[href^='/en/unit/']").first).to_be_visible()


def test_the_tree_opens_by_links(look: Look) -> None:
    page = look("/org?view=tree", PLAIN).page
    for _ in range(9):
        if page.locator("main").get_by_role("link", name=DIRECTORATE).count():
            return
        page.locator("main a[href*='open=']").last.click()
    raise AssertionError(f"{DIRECTORATE} does not come up")


def test_a_unit_tells_its_facts_and_opens_the_passages(look: Look) -> None:
    page = look(UNIT, PLAIN).page
    expect(page.locator("h1")).to_have_text(DIRECTORATE)
    expect(page.locator("main a[href^='/en/source/']").first).to_be_attached()
    passages = page.locator("main details:has(p)")
    expect(passages.first.locator("p")).to_be_hidden()
    passages.first.locator("summary").click()
    expect(passages.first.locator("p")).to_be_visible()


def test_the_search_form_finds(look: Look) -> None:
    page = look("/", PLAIN).page
    page.fill("input[name=q]", "relations")
    page.press("input[name=q]", "Enter")
    page.wait_for_url(re.compile(r"/en/search\?q=relations$"))
    expect(page.locator("main").get_by_role("link", name=DIRECTORATE).first).to_be_visible()


def test_the_countries_stand_in_a_table(look: Look) -> None:
    assert look("/countries", PLAIN).page.locator("main table tbody tr").count() >= 17


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_no_button_is_shown_that_would_do_nothing(path: str, look: Look) -> None:
    page = look(path, PLAIN).page
    assert page.locator("button:visible:not(form button[type=submit], form button:not([type]))").all_inner_texts() == []
