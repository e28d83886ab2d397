"""The readers as the HTTP process sees them: ask, and get the bytes as they come; a reader past its deadline is killed.

No query is evaluated in this process and no answer is parsed here. A keeper that dies is started again.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orgatlas.graph.errors import Busy, EngineFailed, QueryTimeout, ReaderLost
from orgatlas.graph.frames import LENGTH, pack_query, unpack_error
from orgatlas.graph.settings import Settings
from orgatlas.graph.store import AnswerKind, Query

GRACE = 1.0
"""Seconds past its deadline after which a reader that has not ended by itself is given up."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """An answer on its way: its kind, the name of its form, and its bytes, to be taken once."""

    kind: AnswerKind
    form: str
    chunks: AsyncIterator[bytes]


class Readers:
    """A keeper that runs, and the way to it. `digest` names the edition it holds; `triples` says how many it knows."""

    def __init__(self, order: dict[str, Any], settings: Settings) -> None:
        self._order, self._settings = order, settings
        self._free = asyncio.Semaphore(settings.readers)
        self._waiting = 0
        self._process: asyncio.subprocess.Process | None = None
        self.alive = False
        self.digest, self.triples = "", 0

    async def start(self) -> None:
        """Start a keeper and wait until it has loaded. Raises EngineFailed with its reason if it cannot."""
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "orgatlas.graph.keeper",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(self._order).encode() + b"\n")
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        announcement = json.loads(await process.stdout.readline() or b'{"error": "The keeper did not start."}')
        if "error" in announcement:
            raise EngineFailed(announcement["error"])
        self.digest, self.triples = announcement["digest"], announcement["triples"]
        self.alive = True

    async def watch(self) -> None:
        """Start the keeper again whenever it ends. Ends itself where that fails, and says so in the log."""
        while self._process is not None:
            await self._process.wait()
            self.alive = False
            log.error("The keeper ended; it is started again")
            try:
                await self.start()
            except EngineFailed as error:
                log.critical("The graph could not be loaded again: %s", error)
                return

    async def stop(self) -> None:
        """End the keeper."""
        process, self._process, self.alive = self._process, None, False
        if process is not None and process.stdin is not None:
            process.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE)
            if process.returncode is None:
                process.kill()
                await process.wait()

    @asynccontextmanager
    async def ask(self, query: Query, table: str = "json", graph: str = "turtle") -> AsyncIterator[StreamedAnswer]:
        """Ask a reader; leaving the block before the end of the answer kills it.

        The deadline covers the whole block, so that a visitor who does not read cannot keep a reader for ever.
        Raises Busy, QuerySyntaxError, OutboundRefused, EvaluationFailed, QueryTimeout and ReaderLost, the last two also
        from the chunks.
        """
        deadline = self._settings.query_timeout
        async with self._turn():
            start = time.monotonic()
            try:
                async with asyncio.timeout(deadline + GRACE):
                    async with self._visit(start) as (stream, writer):
                        writer.write(pack_query(query, table, graph, deadline))
                        await writer.drain()
                        head = json.loads(await _frame(stream, start, deadline))
                        if "error" in head:
                            raise unpack_error(head)
                        yield StreamedAnswer(head["kind"], head["form"], _chunks(stream, start, deadline))
            except TimeoutError:
                raise QueryTimeout(deadline) from None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for a free reader, not longer than one may take and not in too long a line."""
        if self._free.locked() and self._waiting >= self._settings.waiting:
            raise Busy("Too many queries are waiting.")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._settings.query_timeout):
                await self._free.acquire()
        except TimeoutError:
            raise Busy("No query came to an end in time.") from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()

    @asynccontextmanager
    async def _visit(self, start: float) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """The way to a reader of one's own, which is gone afterwards."""
        try:
            stream, writer = await asyncio.open_unix_connection(self._order["socket"], limit=2**20)
        except OSError:
            raise Busy("The graph is being loaded again.") from None
        try:
            reader = json.loads(await _frame(stream, start, self._settings.query_timeout))["pid"]
            with _killed(reader):
                yield stream, writer
        finally:
            writer.close()

    async def table(self, query: Query) -> list[dict[str, Any]]:
        """The rows of a question of our own, as bindings of the SPARQL 1.1 JSON results format."""
        async with self.ask(query) as answer:
            whole = b"".join([chunk async for chunk in answer.chunks])
        rows: list[dict[str, Any]] = json.loads(whole)["results"]["bindings"]
        return rows


@contextmanager
def _killed(process: int) -> Iterator[None]:
    """Kill a process on leaving, and never another one that was given its number since."""
    handle = None
    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):
            handle = os.pidfd_open(process)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            if handle is not None:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            elif not hasattr(os, "pidfd_open"):
                os.kill(process, signal.SIGKILL)
        if handle is not None:
            os.close(handle)


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
    with tempfile.TemporaryDirectory(prefix="orgatlas-", ignore_cleanup_errors=True) as folder:
        order = {
            "paths": [str(path.resolve()) for path in paths],
            "base_iri": settings.base_iri,
            "reasoning": settings.reasoning,
            "empty": empty,
            "memory": settings.query_memory,
            "socket": str(Path(folder) / "keeper"),
        }
        readers = Readers(order, settings)
        try:
            await readers.start()
            watch = asyncio.create_task(readers.watch())
            try:
                yield readers
            finally:
                watch.cancel()
        finally:
            await readers.stop()
