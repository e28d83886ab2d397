"""A client of a real server, as in tests/api."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.conftest import serve


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """A client of a server for the built-in bundle."""
    with serve() as client:
        yield client
