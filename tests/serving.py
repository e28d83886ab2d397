"""A real server for the tests: a keeper, the application and uvicorn on a free port."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import uvicorn

from orgatlas.api.app import create_app
from orgatlas.api.server import listen, server_config
from orgatlas.graph.bundle import empty_bundle, open_bundle
from orgatlas.graph.pool import Readers, keeper
from orgatlas.graph.settings import Settings


@contextmanager
def run(
    paths: Sequence[Path], settings: Settings, empty: bool = False, token: str | None = None
) -> Iterator[tuple[Readers, int]]:
    """A server in a thread of its own: the way to its readers, and its port."""
    started: Queue[tuple[uvicorn.Server, Readers, int] | BaseException] = Queue()

    async def start() -> None:
        with listen("127.0.0.1", 0) as door:
            async with keeper(paths, settings, empty) as readers:
                app = create_app(
                    empty_bundle() if empty else open_bundle(paths, settings.base_iri), readers, settings, token
                )
                server = uvicorn.Server(server_config(app))
                started.put((server, readers, door.getsockname()[1]))
                await server.serve(sockets=[door])

    def work() -> None:
        try:
            asyncio.run(start())
        except BaseException as error:
            started.put(error)

    thread = threading.Thread(target=work)
    thread.start()
    found = started.get(timeout=60)
    if isinstance(found, BaseException):
        raise found
    server, readers, port = found
    try:
        yield readers, port
    finally:
        server.should_exit = True
        thread.join(30)
