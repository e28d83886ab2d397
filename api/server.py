"""From settings to a listening server: bind, start the keeper, run the application until it is told to stop."""

import asyncio
import contextlib
import errno
import resource
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from orgatlas.api.access import read_token
from orgatlas.api.app import at_the_door, create_app
from orgatlas.api.connection import Connection
from orgatlas.graph.bundle import empty_bundle, open_bundle
from orgatlas.graph.errors import PortInUse, UsageError
from orgatlas.graph.pool import keeper
from orgatlas.graph.remote import allowed_origin
from orgatlas.graph.settings import Settings


async def run(paths: Sequence[Path], settings: Settings, empty: bool, announce: Callable[[str], None]) -> None:
    """Serve until a signal ends it. Before it listens it raises UsageError, ManifestError and EngineFailed."""
    bundle = empty_bundle(settings.base_iri) if empty else open_bundle(paths, settings.base_iri)
    for entry in settings.services:
        allowed_origin(entry)
    token = read_token(settings.token_file, settings.writable)
    _allow_files()
    with listen(settings.host, settings.port) as door:
        async with keeper(paths, settings, empty) as readers:
            app = create_app(bundle, readers, settings, token)
            host, port = door.getsockname()[:2]
            place = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
            announce(f"{bundle.manifest.name.get('en', 'The graph')}: {readers.triples:,} statements on {place}")
            for fault in app.state.atlas.faults:
                announce(f"{fault}: this question cannot be asked. `orgatlas check` tells more.")
            announce("Press Ctrl+C to stop.")
            with _beside(app.state.atlas.finder.warm() if settings.readers > 1 else None):
                await uvicorn.Server(server_config(app)).serve(sockets=[door])


@contextlib.contextmanager
def _beside(work: Coroutine[Any, Any, None] | None) -> Iterator[None]:
    """Do some work beside a block, and give it up with the block."""
    task = asyncio.create_task(work) if work is not None else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()


def server_config(app: FastAPI) -> uvicorn.Config:
    """How the application is served."""
    return uvicorn.Config(
        at_the_door(app),
        http=Connection,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=5,
    )


def _allow_files() -> None:
    """As many open files as this process may have: each connection is one, and so is each way to a reader."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # where the most is more than the system lets anybody have
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; raises PortInUse, and UsageError for an address that is none of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # by this asyncio knows it may switch off delays
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(128)  # so that a second server is refused here and not later
    except OSError as error:
        door.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(host, port) from None
        raise UsageError(f"Nothing can listen on {host}, port {port}: {error.strerror}.") from None
    return door
