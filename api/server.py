"""From settings to a listening server: bind, start the keeper, run the application until it is told to stop."""

import errno
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from orgatlas.api.app import create_app
from orgatlas.graph.bundle import empty_bundle, open_bundle
from orgatlas.graph.errors import PortInUse, UsageError
from orgatlas.graph.reader import keeper
from orgatlas.graph.settings import Settings


async def run(paths: Sequence[Path], settings: Settings, empty: bool, announce: Callable[[str], None]) -> None:
    """Serve until a signal ends it. Raises PortInUse, NoSuchBundle, ManifestError and EngineFailed before it listens."""
    bundle = empty_bundle(settings.base_iri) if empty else open_bundle(paths, settings.base_iri)
    with listen(settings.host, settings.port) as door:
        async with keeper(paths, settings, empty) as readers:
            app = create_app(bundle, readers, settings)
            host, port = door.getsockname()[:2]
            place = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
            announce(f"{bundle.manifest.name.get('en', 'The graph')}: {readers.triples:,} statements on {place}")
            announce("Press Ctrl+C to stop.")
            config = uvicorn.Config(
                app,
                log_level="warning",
                server_header=False,
                timeout_graceful_shutdown=5,
            )
            await uvicorn.Server(config).serve(sockets=[door])


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
