"""What the scripts add: a picture to take away, proofs where they are asked for, copies, and a choice of light or dark."""

import re
import struct
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.chromium import HAND, View
from tests.browser.conftest import Look

UNIT = "/unit/international-relations-directorate"
DARK = View(scheme="dark")


def test_the_picture_is_taken_away_as_png(look: Look, tmp_path: Path) -> None:
    shown = look("/org")
    with shown.page.expect_download() as waiting:
        shown.page.get_by_role("button", name="PNG").click()
    waiting.value.save_as(tmp_path / "chart.png")
    content = (tmp_path / "chart.png").read_bytes()
    assert waiting.value.suggested_filename == "organisation-en.png"
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    box = shown.page.locator("#chart svg").bounding_box()
    assert box is not None
    assert (width, height) == (2 * box["width"], 2 * box["height"])
    assert len(content) > 20_000  # an empty sheet would be far smaller
    assert shown.console == []


def test_a_proof_is_told_where_it_is_asked_for(look: Look) -> None:
    page = look(UNIT).page
    derived = page.locator("details:has(a[data-piece])")
    for place in (0, 1):
        derived.nth(0).locator("summary").click()  # those that are open are no longer among them
        expect(page.locator(".explanation")).to_have_count(place + 1)
    expect(page.locator("ol.proof").first).to_be_visible()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))
    assert page.url.endswith(UNIT)


def test_a_proof_that_cannot_be_fetched_leaves_its_link(look: Look) -> None:
    page = look(UNIT).page
    page.route("**fragment**", lambda route: route.abort())
    derived = page.locator("details:has(a[data-piece])").first
    derived.locator("summary").click()
    expect(page.locator("details[open] a[href*='/explain?']").first).to_be_visible()
    page.unroute("**fragment**")


def test_the_identifier_is_copied_and_that_is_said(look: Look) -> None:
    page = look(UNIT).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy identifier").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == f"https://w3id.org/orgatlas/csc/id{UNIT}"


def test_the_choice_of_light_or_dark_is_kept(look: Look) -> None:
    page = look("/help", DARK).page
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    switch = page.get_by_role("button", name="Dark")
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.goto("/en/")
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert after != before
    page.evaluate("localStorage.clear()")


def test_on_a_narrow_screen_the_picture_begins_with_its_top(look: Look) -> None:
    page = look("/org", HAND).page
    box = page.locator("#chart svg a").first.bounding_box()
    assert box is not None
    assert 0 <= box["x"] + box["width"] / 2 <= HAND.width


def test_the_picture_is_walked_by_arrows(look: Look) -> None:
    page = look("/org").page
    page.locator("#chart svg a[tabindex='0']").focus()
    for key, name in (
        ("ArrowDown", "Policy and Research Sector"),
        ("ArrowDown", "Rights Redress"),
        ("ArrowLeft", "Research Branch"),
    ):
        page.keyboard.press(key)
        expect(page.locator("#chart svg a:focus")).to_contain_text(re.compile(name))
    assert page.locator("#chart svg a[tabindex='0']").count() == 1
