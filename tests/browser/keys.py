"""Going through a page with nothing but the keyboard."""

from collections.abc import Iterator

from playwright.sync_api import Page

MOST_STOPS = 1_000
"""More than any page has."""

FOCUSED = "document.activeElement"

REMEMBERED = f"""() => {{
    const first = {FOCUSED}.dataset.stop !== undefined;
    {FOCUSED}.dataset.stop = '';
    return {FOCUSED} === document.body || first;
}}"""
"""Whether the focus left the page, or came back to where it was."""


def stops(page: Page) -> Iterator[int]:
    """Press Tab until the focus has been everywhere; the page can be asked at each stop, which is counted from 1."""
    for number in range(1, MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(REMEMBERED):
            return
        yield number
    raise AssertionError(f"{page.url} does not let the keyboard go")


def focused(page: Page, selector: str) -> bool:
    """Whether what has the focus is meant by a selector."""
    return bool(page.evaluate(f"selector => {FOCUSED}.matches(selector)", selector))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if focused(page, selector):
            return
    raise AssertionError(f"{selector} cannot be reached by Tab on {page.url}")


def name(page: Page) -> str:
    """The text of what has the focus, without that of what hangs below it in a tree."""
    return str(
        page.evaluate(
            f"""() => {{
                const copy = {FOCUSED}.cloneNode(true);
                copy.querySelectorAll('ul, [role=group]').forEach(each => each.remove());
                return copy.textContent.trim().replace(/\\s+/g, ' ');
            }}"""
        )
    )
