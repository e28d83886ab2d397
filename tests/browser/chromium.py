"""Chromium as the machine has it, a way of looking at a page, and what goes on there that a reader does not see.

https://playwright.dev/python/docs/api/class-browsertype
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What the program is called on different systems; .ci/machine looks for the same."""

SILENT = [
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
"""Chromium asks its maker for nothing, and draws alike on every machine."""


HOST = "127.0.0.1"
PATIENCE = 10_000
"""Milliseconds until something that does not come counts as missing."""

NOWHERE = "/nothing"
"""A path where nothing is."""


def find() -> str | None:
    """The path of the browser, if there is one. None is ever fetched: Playwright's own is not used."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def launched(program: str) -> Iterator[Browser]:
    """A browser with a new profile."""
    with sync_playwright() as playwright:
        # Its sandbox does not work for root.
        browser = playwright.chromium.launch(executable_path=program, args=SILENT, chromium_sandbox=os.geteuid() != 0)
        try:
            yield browser
        finally:
            browser.close()


Scheme = Literal["light", "dark"]


class View(NamedTuple):
    """How somebody looks at pages."""

    language: str = "en"
    scheme: Scheme = "light"
    width: int = 1280
    scripts: bool = True
    still: bool = False
    """Whether movement is unwelcome."""

    def context(self, browser: Browser, site: str) -> BrowserContext:
        """A window of that kind."""
        window = browser.new_context(
            base_url=site,
            locale={"en": "en-CA", "fr": "fr-CA"}[self.language],
            color_scheme=self.scheme,
            viewport={"width": self.width, "height": 800},
            java_script_enabled=self.scripts,
            reduced_motion="reduce" if self.still else "no-preference",
        )
        window.set_default_timeout(PATIENCE)
        return window


DESK = View()
"""A wide window, in light colours."""
HAND = View(width=320)
"""The narrowest screen that WCAG speaks of: https://www.w3.org/TR/WCAG22/#reflow"""


@dataclass  # without slots: Playwright leaves a note on what listens
class Shown:
    """A page with its status, what its console said, and what was asked for: here by kind, and of other hosts."""

    page: Page
    status: int = 0
    console: list[str] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", self._failed)
        self.page.on("request", self._asked)

    def open(self, path: str) -> "Shown":
        """Go there and wait until all is loaded; it must be there, unless it is NOWHERE."""
        for each in (self.console, self.elsewhere, self.files):
            each.clear()
        answer = self.page.goto(path)
        assert answer is not None
        self.status = answer.status
        assert self.status == (404 if path.endswith(NOWHERE) else 200), path
        return self

    def _failed(self, error: Error) -> None:
        self.console.append(str(error))

    def _said(self, message: ConsoleMessage) -> None:
        # Of a page that is not found the console says that it was not.
        expected = self.page.url == message.location["url"] and "status of 404" in message.text
        if message.type in ("error", "warning") and not expected:
            self.console.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.hostname == HOST:
            self.files[request.resource_type].append(request.url)
        elif address.scheme not in ("data", "blob"):
            self.elsewhere.append(request.url)
