"""Clients of real servers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings
from tests.serving import run

DEADLINE = 2.0
"""Seconds: long enough for every honest query on a busy machine."""


@contextmanager
def serve(paths: Sequence[Path] = ()) -> Iterator[httpx.Client]:
    """A client of a server for a bundle."""
    with (
        run(paths, Settings(query_timeout=DEADLINE, readers=3)) as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """A client of a server for the built-in bundle."""
    with serve() as client:
        yield client


@pytest.fixture(scope="session")
def serving() -> Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]]:
    """Starts a server for other files."""
    return serve


@pytest.fixture(scope="session")
def running() -> Callable[..., AbstractContextManager[tuple[Readers, int]]]:
    """Starts a server with settings of one's own."""
    return run
