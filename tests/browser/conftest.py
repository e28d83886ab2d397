"""A browser, and a server of the built-in graph for it to look at."""

import os
from collections.abc import Iterator
from typing import Protocol

import pytest
from playwright.sync_api import Browser, expect

from orgatlas.graph.settings import Settings
from tests.browser.chromium import DESK, HOST, PATIENCE, Shown, View, find, launched
from tests.serving import run

expect.set_options(timeout=PATIENCE)


class Look(Protocol):
    """Opens a path in a view."""

    def __call__(self, path: str, view: View = ..., /) -> Shown: ...


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a server."""
    with run((), Settings()) as (_, port):
        yield f"http://{HOST}:{port}"


@pytest.fixture(scope="session")
def program() -> str:
    """The path of Chromium. Continuous integration always has it."""
    found = find()
    if not found:
        missing = "NO BROWSER: pages are not tested; on Debian: apt-get install chromium fonts-noto-core"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


# One for each file, not for the session: until it is closed this thread has an event loop, and tests that start one of
# their own would fail.
@pytest.fixture(scope="module")
def chromium(program: str) -> Iterator[Browser]:
    """A running Chromium."""
    with launched(program) as browser:
        yield browser


@pytest.fixture(scope="module")
def look(chromium: Browser, site: str) -> Look:
    """Opens a path in a view. Each view has one window, in which the next page takes the place of the last."""
    windows: dict[View, Shown] = {}

    def look(path: str, view: View = DESK, /) -> Shown:
        if view not in windows:
            windows[view] = Shown(view.context(chromium, site).new_page())
        return windows[view].open(f"/{view.language}{path}")

    return look
