"""A real server for the tests: a keeper, the application and uvicorn on a free port."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import Queue

import httpx
import pytest
import uvicorn

from orgatlas.api.app import create_app
from orgatlas.api.server import listen, server_config
from orgatlas.graph.bundle import open_bundle
from orgatlas.graph.pool import keeper
from orgatlas.graph.settings import Settings

DEADLINE = 2.0
"""Seconds: long enough for every honest query on a busy machine."""


@contextmanager
def serve(paths: Sequence[Path] = ()) -> Iterator[httpx.Client]:
    """A client of a server for a bundle, in a thread of its own."""
    started: Queue[uvicorn.Server | BaseException] = Queue()

    async def start() -> None:
        settings = Settings(query_timeout=DEADLINE, readers=3)
        with listen("127.0.0.1", 0) as door:
            port.append(door.getsockname()[1])
            async with keeper(paths, settings) as readers:
                app = create_app(open_bundle(paths), readers, settings)
                server = uvicorn.Server(server_config(app))
                started.put(server)
                await server.serve(sockets=[door])

    def run() -> None:
        try:
            asyncio.run(start())
        except BaseException as error:
            started.put(error)

    port: list[int] = []
    thread = threading.Thread(target=run)
    thread.start()
    server = started.get(timeout=60)
    if isinstance(server, BaseException):
        raise server
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port[0]}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """A client of a server for the built-in bundle."""
    with serve() as client:
        yield client


@pytest.fixture(scope="session")
def serving() -> Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]]:
    """Starts a server for other files."""
    return serve
