"""An organisation too large for one page is fetched piece by piece, by keyboard and without scripts.

https://www.w3.org/WAI/ARIA/apg/patterns/treeview/
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from orgatlas.graph.settings import Settings
from tests.browser.chromium import HOST, View
from tests.browser.conftest import Look
from tests.browser.keys import name, tab_to
from tests.browser.weight import KILOBYTE, packed
from tests.conftest import ROOT
from tests.serving import run

BASE = "https://example.org/"
SECTIONS, OFFICES = 250, 20
ITEM = "[role=treeitem]"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of 250 sections with 20 offices each."""
    lines = [unit("whole", "The whole", None)]
    for section in range(SECTIONS):
        lines.append(unit(f"s{section}", f"Section {section:03}", "whole"))
        lines += [
            unit(f"s{section}-{office}", f"Office {section:03}.{office:02}", f"s{section}") for office in range(OFFICES)
        ]
    file = tmp_path_factory.mktemp("large") / "large.ttl"
    file.write_text("\n".join(lines), encoding="utf-8")
    files = [ROOT / "ontology" / "core.ttl", ROOT / "ontology" / "levels.ttl", file]
    with run(files, Settings(base_iri=BASE)) as (_, port):
        yield f"http://{HOST}:{port}"


def unit(slug: str, label: str, parent: str | None) -> str:
    """A unit in Turtle."""
    kind = "OrganizationalUnit" if parent else "FormalOrganization"
    above = f"; <http://www.w3.org/ns/org#subOrganizationOf> <{BASE}id/unit/{parent}> " if parent else ""
    label = f'<http://www.w3.org/2004/02/skos/core#prefLabel> "{label}"@en'
    return f"<{BASE}id/unit/{slug}> a <http://www.w3.org/ns/org#{kind}> ; {label} {above}."


@pytest.fixture
def tree(look: Look) -> Page:
    """The tree, with the focus on its top."""
    page = look("/org?view=tree").page
    tab_to(page, ITEM)
    page.keyboard.press("Home")
    assert name(page) == "The whole"
    return page


@pytest.mark.parametrize("view", ["chart", "tree", "table"])
def test_each_form_keeps_to_the_budgets(view: str, look: Look) -> None:
    shown = look(f"/org?view={view}")
    assert packed(shown, "document") <= 20 * KILOBYTE
    assert shown.page.locator("*").count() <= 1500


def test_a_branch_is_fetched_when_it_is_opened(tree: Page) -> None:
    address = tree.url
    tree.keyboard.press("ArrowDown")
    expect(tree.get_by_text("Office 000.00")).to_have_count(0)
    tree.keyboard.press("ArrowRight")
    expect(tree.locator(":focus")).to_have_attribute("aria-expanded", "true")
    tree.keyboard.press("ArrowRight")
    assert name(tree) == "Office 000.00"
    tree.keyboard.press("ArrowLeft")
    assert name(tree) == "Section 000"
    tree.keyboard.press("ArrowLeft")
    expect(tree.get_by_text("Office 000.00")).to_be_hidden()
    assert tree.url == address


def test_a_branch_that_cannot_be_fetched_is_told_of_on_its_page(tree: Page) -> None:
    tree.route("**piece**", lambda route: route.abort())
    tree.keyboard.press("ArrowDown")
    tree.keyboard.press("ArrowRight")
    tree.wait_for_url("**/unit/s0")
    tree.unroute_all()


def test_the_rest_of_a_long_list_is_one_key_away(tree: Page) -> None:
    expect(tree.get_by_role("treeitem", name="Section 249")).to_have_count(0)
    tree.keyboard.press("End")
    tree.keyboard.press("Enter")
    expect(tree.get_by_role("treeitem", name="Section 249")).to_be_visible()


def test_without_scripts_a_branch_opens_by_its_link(look: Look) -> None:
    page = look("/org?view=tree", View(scripts=False)).page
    page.get_by_role("link", name="Open Section 003").click()
    expect(page.get_by_role("link", name="Office 003.00")).to_be_visible()
    page.get_by_role("link", name="Close Section 003").click()
    expect(page.get_by_role("link", name="Office 003.00")).to_have_count(0)
