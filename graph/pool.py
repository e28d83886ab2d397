"""The readers as the HTTP process sees them: ask, and get the bytes as they come; a reader past its deadline is killed.

No query is evaluated in this process, no upload is parsed and no answer read. Readers are kept between questions; after a change
only new ones are asked. A keeper that dies is started again.
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
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from orgatlas.graph.commit import Change
from orgatlas.graph.errors import Busy, EngineFailed, OutboundRefused, QueryTimeout, ReaderLost
from orgatlas.graph.frames import ASK_OUTSIDE, CHUNK, HEADER, READ, WRITE, Kind, pack_json, query_message, unpack_error
from orgatlas.graph.settings import Settings
from orgatlas.graph.store import AnswerKind, Query

GRACE = 0.25
"""Seconds past its deadline after which a reader that has not ended by itself is killed."""

LONG = 0.5
"""Seconds after which a question counts as long: its reader then makes way for others."""

NICENESS = 10
"""How far it makes way, as nice(2) counts."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """An answer on its way: its kind, the name of its form, its content coding, and its bytes, to be taken once.

    `edition` is the digest of what it was answered from. `whole` is the answer itself where it has come already; its reader
    is at other work then. `cut` names the cap that cut it, where that is known before the first byte.
    """

    kind: AnswerKind
    form: str
    encoding: str
    edition: str
    cut: str | None
    chunks: AsyncIterator[bytes]
    whole: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change: the digest of the edition that is there now, whether it differs, and whether a graph was made."""

    edition: str
    changed: bool
    made: bool


class Connection(asyncio.Protocol):
    """The way to one child of the keeper: frames come in, messages go out. It is killed on closing, and never another process."""

    def __init__(self) -> None:
        self.edition = ""
        self._buffer = bytearray()
        self._frames: deque[tuple[int, bytes]] = deque()
        self._held = 0
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._process, self._handle = 0, -1
        self._timer: asyncio.TimerHandle | None = None
        self._deadline, self._start = 0.0, 0.0
        self.open, self._asked, self._long = True, False, False

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # That of uvloop is no asyncio.Transport by its class, but does all that one does.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        start, end = 0, len(buffer)
        while end - start >= HEADER.size:
            size, kind = HEADER.unpack_from(buffer, start)
            if end - start < HEADER.size + size:
                break
            start += HEADER.size
            self._frames.append((kind, bytes(buffer[start : start + size])))
            self._held += size
            start += size
        del buffer[:start]
        if self._held > 2 * CHUNK and self._transport:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What a visitor does.

    async def greet(self) -> None:
        """Learn which process this is and which edition it knows."""
        _, payload = await self.frame()
        hello = json.loads(payload)
        self._process, self.edition = hello["pid"], hello["digest"]
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                self._handle = os.pidfd_open(self._process)

    def ask(self, message: Mapping[str, Any], seconds: float) -> None:
        """Send a message; `seconds` is how long its answer may take, until the last byte is read."""
        assert self._transport
        self._start, self._deadline, self._asked = time.monotonic(), seconds, True
        self._timer = asyncio.get_running_loop().call_later(LONG, self._make_way)
        self._transport.write(pack_json(Kind.ASK, message))

    def _make_way(self) -> None:
        """A question that takes long gets the time that short ones leave: they do not wait for it."""
        self._long = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process, NICENESS)

    async def frame(self) -> tuple[int, bytes]:
        """The next frame. Raises QueryTimeout or ReaderLost where none comes any more, and the error that it tells of."""
        while not self._frames:
            if not self.open:
                # A reader that is gone says nothing more; only the clock tells why.
                late = self._deadline and time.monotonic() - self._start >= self._deadline
                raise QueryTimeout(self._deadline) if late else ReaderLost()
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        kind, payload = self._frames.popleft()
        self._held -= len(payload)
        if self._held <= CHUNK and self._transport and self.open:
            self._transport.resume_reading()
        if kind == Kind.ERROR:
            self.rest()
            raise unpack_error(payload)
        return kind, payload

    def rest_of_answer(self) -> bytes | None:
        """What is left of an answer, if all of it has come."""
        if not self._frames or self._frames[-1][0] != Kind.END:
            return None
        whole = b"".join(payload for kind, payload in self._frames if kind == Kind.DATA)
        self.end(self._frames[-1][1])
        self._frames.clear()
        self._held = 0
        return whole

    def end(self, payload: bytes) -> None:
        """The END of an answer has come."""
        if not json.loads(payload)["leaving"]:
            self.rest()

    def rest(self) -> None:
        """The answer has come to its end, and nobody has to be ended for it."""
        self._unset_timer()
        self._asked = False

    @property
    def free(self) -> bool:
        """Whether this child can be asked again: it is there, is at nothing, and was not told to make way."""
        return self.open and not self._asked and not self._long

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._unset_timer()
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                if self._handle >= 0:
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                elif not hasattr(os, "pidfd_open"):
                    os.kill(self._process, signal.SIGKILL)
        if self._handle >= 0:
            os.close(self._handle)
        self._process, self._handle = 0, -1
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        self.open = False
        self._wake()

    def _unset_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Readers:
    """A keeper that runs, and the way to it.

    `digest` names the edition it holds; `triples` says how many it knows; `folder` is for what they hand each other, and goes
    when they end.
    """

    def __init__(self, order: dict[str, Any], settings: Settings) -> None:
        self._order, self._settings = order, settings
        self.folder = Path(order["folder"])
        self._turns, self._writing = _Turns(settings.readers, settings.waiting), _Turns(1, settings.waiting)
        self._idle: deque[Connection] = deque()
        self._busy: set[Connection] = set()
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
        """End the keeper and every reader."""
        for connection in (*self._idle, *self._busy):
            connection.close()
        process, self._process, self.alive = self._process, None, False
        if process is not None and process.stdin is not None:
            process.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 1)
            if process.returncode is None:
                process.kill()
                await process.wait()

    # Questions.

    @asynccontextmanager
    async def ask(
        self, query: Query, table: str | None = "json", graph: str | None = "turtle", encoding: str = ""
    ) -> AsyncIterator[StreamedAnswer]:
        """Ask a reader; leaving the block before the end of the answer ends it.

        `table` and `graph` are the forms for either kind of answer, None where that kind is not wanted. The deadline covers
        the whole block, so that a visitor who does not read cannot keep a reader for ever. Raises Busy, QuerySyntaxError,
        OutboundRefused, EvaluationFailed, WrongAnswerKind, QueryTimeout and ReaderLost, the last two also from the chunks.
        """
        seconds = min(query.seconds or self._settings.query_timeout, self._settings.query_timeout)
        message = query_message(query, table, graph, encoding, seconds)
        try:
            async with self._answered(READ, message) as answer:
                yield answer
        except OutboundRefused as error:
            if not self._settings.services or not error.keyword.startswith("SERVICE"):
                raise
        else:
            return
        async with self._answered(ASK_OUTSIDE, message) as answer:
            yield answer

    @asynccontextmanager
    async def graph(self, name: str | None, form: str, encoding: str = "") -> AsyncIterator[StreamedAnswer]:
        """A graph of the store, None being the default graph. Raises UnknownGraph, Busy, QueryTimeout and ReaderLost."""
        message = {"do": "graph", "name": name, "graph": form, "encoding": encoding}
        async with self._answered(READ, {**message, "seconds": self._settings.query_timeout}) as answer:
            yield answer

    @asynccontextmanager
    async def service(self, endpoint: str, form: str, encoding: str = "") -> AsyncIterator[StreamedAnswer]:
        """The description of the service at an endpoint. Raises Busy, QueryTimeout and ReaderLost."""
        message = {"do": "service", "endpoint": endpoint, "graph": form}
        more = {"encoding": encoding, "seconds": self._settings.query_timeout}
        async with self._answered(READ, {**message, **more}) as answer:
            yield answer

    async def table(self, query: Query) -> list[dict[str, Any]]:
        """The rows of a question of our own, as bindings of the SPARQL 1.1 JSON results format."""
        async with self.ask(query) as answer:
            whole = b"".join([chunk async for chunk in answer.chunks])
        rows: list[dict[str, Any]] = json.loads(whole)["results"]["bindings"]
        return rows

    @asynccontextmanager
    async def _answered(self, door: str, message: Mapping[str, Any]) -> AsyncIterator[StreamedAnswer]:
        async with self._turns.turn(self._settings.query_timeout):
            connection = await self._connection(door)
            self._busy.add(connection)
            try:
                async with asyncio.timeout(message["seconds"] + GRACE):
                    connection.ask(message, message["seconds"])
                    _, payload = await connection.frame()
                    head = json.loads(payload)
                    head["edition"], head["chunks"] = connection.edition, _chunks(connection)
                    if (whole := connection.rest_of_answer()) is None:
                        yield StreamedAnswer(**head)
            except TimeoutError:
                raise QueryTimeout(message["seconds"]) from None
            finally:
                self._busy.discard(connection)
                if door == READ and connection.free:
                    self._idle.append(connection)
                else:
                    connection.close()
        if whole is not None:
            yield StreamedAnswer(**{**head, "chunks": _once(whole)}, whole=whole)

    async def _connection(self, door: str) -> Connection:
        """A reader of the current edition: one that is idle, or a new one."""
        while door == READ and self._idle:
            connection = self._idle.pop()
            if connection.open and connection.edition == self.digest:
                return connection
            connection.close()
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_unix_connection(Connection, str(self.folder / door))
        except OSError:
            raise Busy("The graph is being loaded again.") from None
        try:
            await connection.greet()
        except BaseException:
            connection.close()
            raise
        return connection

    # Changes.

    async def change(self, change: Change, content: Path) -> Outcome:
        """Have a change made, whose content is in a file. One is made at a time.

        Raises Busy, QueryTimeout, ReaderLost, and what commit.rehearse raises.
        """
        # It goes on where its sender has gone: it may be made already, and what is there now must be known here.
        return await asyncio.shield(asyncio.create_task(self._change(change, content)))

    async def _change(self, change: Change, content: Path) -> Outcome:
        seconds = self._settings.write_timeout
        fields = {name: value for name, value in asdict(change).items() if name != "content"}
        async with self._writing.turn(seconds):
            connection = await self._connection(WRITE)
            try:
                message = {"change": fields, "content": str(content), "seconds": seconds}
                connection.ask(message, seconds)
                _, payload = await connection.frame()
                outcome = json.loads(payload)
            finally:
                connection.close()
            self.digest, self.triples = outcome["digest"], outcome["triples"]
        while self._idle:
            self._idle.pop().close()
        return Outcome(outcome["digest"], outcome["changed"], outcome["made"])


async def _once(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk


async def _chunks(connection: Connection) -> AsyncIterator[bytes]:
    while (frame := await connection.frame())[0] == Kind.DATA:
        yield frame[1]
    connection.end(frame[1])


class _Turns:
    """A number of things that happen at a time, and a line of limited length before them."""

    def __init__(self, number: int, waiting: int) -> None:
        self._free, self._room, self._waiting = asyncio.Semaphore(number), waiting, 0

    @asynccontextmanager
    async def turn(self, patience: float) -> AsyncIterator[None]:
        """Wait for one's turn, so many seconds at most. Raises Busy."""
        if self._free.locked():
            if self._waiting >= self._room:
                raise Busy("Too many requests are waiting.")
            self._waiting += 1
            try:
                async with asyncio.timeout(patience):
                    await self._free.acquire()
            except TimeoutError:
                raise Busy("No request came to an end in time.") from None
            finally:
                self._waiting -= 1
        else:
            await self._free.acquire()
        try:
            yield
        finally:
            self._free.release()


@asynccontextmanager
async def keeper(paths: Sequence[Path], settings: Settings, empty: bool = False) -> AsyncIterator[Readers]:
    """Start a keeper for a bundle, and end it on leaving. Raises EngineFailed with its reason if it cannot load."""
    with tempfile.TemporaryDirectory(prefix="orgatlas-", ignore_cleanup_errors=True) as folder:
        order = {
            "folder": folder,
            "paths": [str(path.resolve()) for path in paths],
            "empty": empty,
            "base_iri": settings.base_iri,
            "reasoning": settings.reasoning,
            "gate": settings.gate,
            "writable": settings.writable,
            "strict": settings.strict_default_graph,
            "query_memory": settings.query_memory,
            "write_memory": settings.write_memory,
            "max_rows": settings.max_rows,
            "max_bytes": settings.max_bytes,
            "services": settings.services,
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
