"""The readers as the HTTP process sees them: ask, and get the bytes as they come; a reader past its deadline is killed.

No query is evaluated in this process and no answer is parsed here.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orgatlas.graph.errors import EngineFailed, QueryTimeout, ReaderLost
from orgatlas.graph.frames import LENGTH, pack_query, unpack_error
from orgatlas.graph.settings import Settings
from orgatlas.graph.store import AnswerKind, Query


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """An answer on its way: its kind, the name of its form, and its bytes, to be taken once."""

    kind: AnswerKind
    form: str
    chunks: AsyncIterator[bytes]


class Readers:
    """A keeper that runs, and the way to it. `digest` names the edition it holds; `triples` says how many it knows."""

    def __init__(self, folder: Path, settings: Settings, announcement: dict[str, Any]) -> None:
        self._socket = folder / "keeper"
        self._settings = settings
        self._free = asyncio.Semaphore(settings.readers)
        self.digest: str = announcement["digest"]
        self.triples: int = announcement["triples"]

    @asynccontextmanager
    async def ask(self, query: Query, table: str = "json", graph: str = "turtle") -> AsyncIterator[StreamedAnswer]:
        """Ask a reader; leaving the block before the end of the answer kills it.

        Raises QuerySyntaxError, OutboundRefused, QueryTimeout and ReaderLost, the last two also from the chunks.
        """
        deadline = self._settings.query_timeout
        async with self._free:
            start = time.monotonic()
            stream, writer = await asyncio.open_unix_connection(str(self._socket), limit=2**20)
            reader = json.loads(await _frame(stream, start, deadline))["pid"]
            try:
                writer.write(pack_query(query, table, graph, deadline))
                await writer.drain()
                head = json.loads(await _frame(stream, start, deadline))
                if "error" in head:
                    raise unpack_error(head)
                yield StreamedAnswer(head["kind"], head["form"], _chunks(stream, start, deadline))
            finally:
                # A reader stays until its visitor goes, so this number is still its own, unless it died early.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(reader, signal.SIGKILL)
                writer.close()

    async def table(self, query: Query) -> list[dict[str, Any]]:
        """The rows of a question of our own, as bindings of the SPARQL 1.1 JSON results format."""
        async with self.ask(query) as answer:
            whole = b"".join([chunk async for chunk in answer.chunks])
        rows: list[dict[str, Any]] = json.loads(whole)["results"]["bindings"]
        return rows


async def _frame(stream: asyncio.StreamReader, start: float, deadline: float) -> bytes:
    try:
        return await stream.readexactly(*LENGTH.unpack(await stream.readexactly(LENGTH.size)))
    except (asyncio.IncompleteReadError, ConnectionResetError):
        # A reader that is gone says nothing more; only the clock tells why.
        raise (QueryTimeout(deadline) if time.monotonic() - start >= deadline else ReaderLost()) from None


async def _chunks(stream: asyncio.StreamReader, start: float, deadline: float) -> AsyncIterator[bytes]:
    while chunk := await _frame(stream, start, deadline):
        yield chunk


@asynccontextmanager
async def keeper(paths: Sequence[Path], settings: Settings, empty: bool = False) -> AsyncIterator[Readers]:
    """Start a keeper for a bundle, and end it on leaving. Raises EngineFailed with its reason if it cannot load."""
    with tempfile.TemporaryDirectory(prefix="orgatlas-") as name:
        folder = Path(name)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "orgatlas.graph.keeper",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        order = {
            "paths": [str(path.resolve()) for path in paths],
            "base_iri": settings.base_iri,
            "reasoning": settings.reasoning,
            "empty": empty,
            "memory": settings.query_memory,
            "socket": str(folder / "keeper"),
        }
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n")
            await process.stdin.drain()
            announcement = json.loads(await process.stdout.readline() or b'{"error": "The keeper did not start."}')
            if "error" in announcement:
                raise EngineFailed(announcement["error"])
            yield Readers(folder, settings, announcement)
        finally:
            process.stdin.close()
            await process.wait()
