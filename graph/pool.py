"""The readers as the HTTP process sees them: ask, and get the bytes as they come; a reader past its deadline is killed.

No query is evaluated in this process, no upload is parsed and no answer read. Readers are kept between questions; after a change
only new ones are asked. A keeper that dies is started again.
"""

import asyncio
import contextlib
import json
import logging
import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from orgatlas.graph.cache import Cache
from orgatlas.graph.commit import Change
from orgatlas.graph.connection import GRACE, Ask, Connection, Overtaken
from orgatlas.graph.errors import Busy, EngineFailed, OutboundRefused, QueryTimeout, ReaderLost
from orgatlas.graph.frames import ASK_OUTSIDE, READ, WRITE, Kind, pack_json, query_message
from orgatlas.graph.settings import Settings
from orgatlas.graph.store import AnswerKind, Query
from orgatlas.graph.tasks import is_kept
from orgatlas.graph.turns import Turns

log = logging.getLogger(__name__)

TRIES = 3
"""How many times a query is put for which the search index is to know the same edition as its reader."""


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


About: TypeAlias = tuple[AnswerKind, str, str, str, str | None]
"""What stands before the bytes of an answer, in the order of StreamedAnswer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change: the digest of the edition that is there now, whether it differs, and whether a graph was made."""

    edition: str
    changed: bool
    made: bool


class Readers:
    """A keeper that runs, and the way to it.

    `digest` names the edition it holds; `triples` says how many it knows; `modified` is when that was last changed, in
    seconds since 1970; `folder` is for what they hand each other, and goes when they end. `indexed` gives the path of the
    search index of that edition (graph/finder.py), to queries that need one.
    """

    def __init__(self, order: dict[str, Any], settings: Settings) -> None:
        self._order, self._settings = order, settings
        self.folder = Path(order["folder"])
        self._turns, self._writing = Turns(settings.readers, settings.waiting), Turns(1, settings.waiting)
        self.cache: Cache[tuple[About, bytes]] = Cache(settings.cache * 2**20)
        self._idle: deque[Connection] = deque()
        self._busy: set[Connection] = set()
        self._process: asyncio.subprocess.Process | None = None
        self._measuring: tuple[str, asyncio.Task[dict[str, Any]] | None] = "", None
        self.alive = False
        self.digest, self.triples, self.modified = "", 0, 0.0
        self.indexed: Callable[[], Awaitable[Path]] | None = None

    async def start(self) -> None:
        """Start a keeper and wait until it has loaded. Raises EngineFailed with its reason if it cannot."""
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "orgatlas.graph.keeper",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env={
                **os.environ,
                "RUST_BACKTRACE": "0",  # how the engine dies is nobody's business
                "OPENBLAS_NUM_THREADS": "1",  # numpy would start threads, which no fork takes along
            },
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
        self.modified = announcement["modified"]
        self.alive = True

    async def patrol(self) -> None:
        """Look again and again whether a question takes long, or too long."""
        while True:
            await asyncio.sleep(GRACE / 2)
            now = time.monotonic()
            for connection in tuple(self._busy):
                connection.look(now)
                if connection.door == READ:
                    self._keep(connection)

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

    def ask(
        self, query: Query, table: str | None = "json", graph: str | None = "turtle", encoding: str = ""
    ) -> "Visit":
        """Ask a reader; leaving the block before the end of the answer ends it.

        `table` and `graph` are the forms for either kind of answer, None where that kind is not wanted. The deadline covers
        the whole block, so that a visitor who does not read cannot keep a reader for ever. Raises Busy, QuerySyntaxError,
        OutboundRefused, EvaluationFailed, WrongAnswerKind, QueryTimeout and ReaderLost, the last two also from the chunks.
        """
        seconds = min(query.seconds or self._settings.query_timeout, self._settings.query_timeout)
        return Visit(self, query_message(query, table, graph, encoding, seconds))

    def results(self, query: Query, wanted: Mapping[str, Any]) -> "Visit":
        """What a page shows of the answer to a query, as JSON; `wanted` has the fields of graph/results.py.

        Raises Busy, QuerySyntaxError, OutboundRefused, EvaluationFailed, QueryTimeout and ReaderLost.
        """
        seconds = min(query.seconds or self._settings.query_timeout, self._settings.query_timeout)
        message = query_message(query, "json", "turtle", "", seconds)
        return Visit(self, {**message, "do": "results", "wanted": dict(wanted)})

    def graph(self, name: str | None, form: str, encoding: str = "") -> "Visit":
        """A graph of the store, None being the default graph. Raises UnknownGraph, Busy, QueryTimeout and ReaderLost."""
        return self._visit("graph", encoding, name=name, graph=form)

    def service(self, endpoint: str, questions: Sequence[str], form: str, encoding: str = "") -> "Visit":
        """The description of the service at an endpoint, with these questions of its library.

        Raises Busy, QueryTimeout and ReaderLost.
        """
        return self._visit("service", encoding, endpoint=endpoint, questions=list(questions), graph=form)

    async def resource(self, candidates: Sequence[str]) -> str:
        """The first of some IRIs that the graph speaks of. Raises UnknownResource, Busy, QueryTimeout and ReaderLost."""
        return (await self._found(candidates, profiles=False))[0]

    async def resource_and_profiles(self, candidates: Sequence[str]) -> tuple[str, list[str]]:
        """The same, with the names of the profiles that say something of it."""
        return await self._found(candidates, profiles=True)

    async def _found(self, candidates: Sequence[str], profiles: bool) -> tuple[str, list[str]]:
        found = await self._visit("resource", candidates=list(candidates), profiles=profiles).read_json()
        return found["iri"], found["profiles"]

    def profiled(self, profile: str, iri: str, form: str, encoding: str = "") -> "Visit":
        """What a profile says of a thing; of the data set, what it says of everything.

        Raises Busy, QueryTimeout and ReaderLost.
        """
        return self._visit("profiled", encoding, profile=profile, iri=iri, form=form)

    def describe(self, addresses: Mapping[str, str], form: str, encoding: str = "") -> "Visit":
        """The description of the first of some IRIs that the graph speaks of, as a document at the address beside it.

        `form` is one of RDF, or csv. Raises UnknownResource, Busy, QueryTimeout and ReaderLost.
        """
        return self._visit("describe", encoding, addresses=dict(addresses), form=form)

    def sheet(self, addresses: Mapping[str, str], language: str) -> "Visit":
        """What the page shows of the first of some IRIs that the graph speaks of, as JSON; see graph/sheet.py.

        Raises UnknownResource, Busy, QueryTimeout and ReaderLost.
        """
        return self._visit("sheet", addresses=dict(addresses), language=language)

    def vocabulary(self, which: str, version: str | None, form: str, encoding: str = "") -> "Visit":
        """The ontology (ns) or the shapes. Raises UnknownResource, Busy, QueryTimeout and ReaderLost."""
        return self._visit("vocabulary", encoding, which=which, version=version, form=form)

    def context(self, encoding: str = "") -> "Visit":
        """The context of JSON-LD documents. Raises Busy, QueryTimeout and ReaderLost."""
        return self._visit("context", encoding)

    def dump(self, file: str) -> "Visit":
        """A file of the whole data set. Raises EngineFailed, Busy, QueryTimeout and ReaderLost."""
        return self._visit("dump", seconds=self._settings.write_timeout, file=file)

    async def catalogue(self, root: str, form: str, queried: bool = True, encoding: str = "") -> "Visit":
        """The description of the data set as it is served at an address; as `json` what a page shows of it.

        Raises Busy, QueryTimeout and ReaderLost.
        """
        place = {"root": root, "digest": self.digest, "modified": self.modified, "queried": queried}
        return self._visit("catalogue", encoding, measures=await self._measures(), place=place, form=form)

    async def _measures(self) -> dict[str, Any]:
        """What takes long to find out of the data set: once an edition, however many ask for it at a time."""
        edition, task = self._measuring
        if not is_kept(task) or edition != self.digest:
            task = asyncio.create_task(self._visit("measures", seconds=self._settings.write_timeout).read_json())
            self._measuring = self.digest, task
        return await asyncio.shield(task)

    async def listing(self, start: int, count: int) -> tuple[list[str], int]:
        """Some of the things below the base in the order of their IRIs, and how many there are.

        Raises Busy, QueryTimeout and ReaderLost.
        """
        found = await self._visit("listing", start=start, count=count).read_json()
        return found["iris"], found["total"]

    def outline(self, candidates: Sequence[str], view: Mapping[str, Any]) -> "Visit":
        """A piece of the organisation as a tree around the first of some IRIs that is a unit, as JSON for a page.

        `view` has the fields of graph/outline.py. Raises UnknownResource where none is, Busy, QueryTimeout and ReaderLost.
        """
        return self._visit("outline", candidates=list(candidates), view=dict(view))

    def units(self, encoding: str = "") -> "Visit":
        """The whole organisation as a table in CSV. Raises Busy, QueryTimeout and ReaderLost."""
        return self._visit("units", encoding)

    def explain(self, terms: tuple[str, str, str], address: str, form: str, encoding: str = "") -> "Visit":
        """Why the triple of three names holds. Raises ParameterError, ProofTooLarge, Busy, QueryTimeout and ReaderLost."""
        return self._visit("explain", encoding, terms=terms, address=address, graph=form)

    def glossary(self) -> "Visit":
        """The terms of the ontologies, as JSON for their page. Raises Busy, QueryTimeout and ReaderLost."""
        return self._visit("glossary")

    def rulebook(self) -> "Visit":
        """The rules of the shapes, as JSON for their page. Raises EngineFailed, Busy, QueryTimeout and ReaderLost."""
        return self._visit("rulebook")

    async def index(self, path: Path, questions: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """Have a search index written into a new file. Raises EngineFailed, Busy, QueryTimeout and ReaderLost."""
        seconds = self._settings.write_timeout
        await self._visit("index", seconds=seconds, path=str(path), questions=questions).read_json()

    async def search(self, path: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What an index has to offer, as graph/search.py tells it. Raises EngineFailed, Busy, QueryTimeout and ReaderLost."""
        found: dict[str, Any] = await self._visit("search", path=str(path), asked=asked).read_json()
        return found

    async def table(self, query: Query) -> list[dict[str, Any]]:
        """The rows of a question of our own, as bindings of the SPARQL 1.1 JSON results format."""
        rows: list[dict[str, Any]] = (await self.ask(query).read_json())["results"]["bindings"]
        return rows

    def _visit(self, do: str, encoding: str = "", seconds: float | None = None, **fields: object) -> "Visit":
        """What a reader is to do, of graph/reader.py; within the time of a query if nothing else is said."""
        return Visit(
            self, {"do": do, **fields, "encoding": encoding, "seconds": seconds or self._settings.query_timeout}
        )

    async def open(self, question: bytes, seconds: float) -> tuple[Ask, bytes, bytes | None]:
        """A question that was put, the head of its answer, and the rest if it has come: then the reader is let go already.

        Raises what Visit raises.
        """
        await self._turns.take(self._settings.query_timeout)
        whole: bytes | None = b""
        try:
            ask, head, whole = await self._asked(question, seconds)
        finally:
            if whole is not None:
                self._turns.leave()
        return ask, head, whole

    async def _asked(self, question: bytes, seconds: float) -> tuple[Ask, bytes, bytes | None]:
        try:
            return await self._put(await self._reader(in_line=True), question, seconds)
        except Overtaken:
            return await self._put(await self._reader(), question, seconds)
        except OutboundRefused as error:
            if not self._settings.services or not error.keyword.startswith("SERVICE"):
                raise
        return await self._put(await self._connection(ASK_OUTSIDE), question, seconds)

    async def _put(self, connection: Connection, question: bytes, seconds: float) -> tuple[Ask, bytes, bytes | None]:
        self._busy.add(connection)
        ask = connection.ask(question, seconds)
        try:
            head, whole = await ask.head
        except ReaderLost:
            raise ReaderLost(self._settings.query_memory) from None
        except asyncio.CancelledError:
            connection.leave(ask)
            raise
        finally:
            self._keep(connection)
        return ask, head, whole

    def release(self, ask: Ask) -> None:
        """Let the reader of a long answer go: it is ended if it is still at it."""
        ask.connection.leave(ask)
        self._keep(ask.connection)
        self._turns.leave()

    def _keep(self, connection: Connection) -> None:
        """Once nobody waits for a reader any more, keep it for the next question if it can be asked again."""
        if connection.at_work or connection not in self._busy:
            return
        self._busy.discard(connection)
        if connection.free and connection.door == READ:
            self._idle.append(connection)
        else:
            connection.close()

    async def _reader(self, in_line: bool = False) -> Connection:
        """A reader of the current edition: one that is at quick questions if there is, one that is idle, or a new one."""
        if in_line and self._busy:
            now = time.monotonic()
            for connection in self._busy:
                if connection.edition == self.digest and connection.door == READ and connection.is_quick(now):
                    return connection
        while self._idle:
            connection = self._idle.pop()
            if connection.open and connection.edition == self.digest:
                return connection
            connection.close()
        return await self._connection(READ)

    async def _connection(self, door: str) -> Connection:
        """A new child from one of the keeper's doors."""
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
        connection.door = door
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
        await self._writing.take(seconds)
        before = self._process
        try:
            connection = await self._connection(WRITE)
            self._busy.add(connection)
            try:
                message = {"change": fields, "content": str(content), "seconds": seconds}
                payload, _ = await connection.ask(pack_json(Kind.ASK, message), seconds).head
                outcome = json.loads(payload)
            finally:
                self._busy.discard(connection)
                connection.close()
            self.digest, self.triples = outcome["digest"], outcome["triples"]
            if outcome["changed"]:
                # Dates count seconds: each change has one of its own, or a client would miss the second of two.
                self.modified = max(time.time(), self.modified // 1 + 1)
        except ReaderLost:
            await asyncio.sleep(GRACE)  # until it is known who died: the rehearsal, or the keeper
            if not self.alive or self._process is not before:
                raise Busy("The keeper ended, and whether it had made this change is not known.") from None
            raise
        finally:
            self._writing.leave()
        self.cache.clear()
        while self._idle:
            self._idle.pop().close()
        return Outcome(outcome["digest"], outcome["changed"], outcome["made"])


async def once(chunk: bytes) -> AsyncIterator[bytes]:
    """What came whole, as what comes in pieces."""
    yield chunk


async def _chunks(connection: Connection) -> AsyncIterator[bytes]:
    while (frame := await connection.frame())[0] == Kind.DATA:
        yield frame[1]


class Visit:
    """A question on its way, as a block: entered when the answer begins; who leaves before its end ends the reader.

    The deadline covers the whole block, so that a visitor who does not read cannot keep a reader for ever. Raises Busy,
    QueryTimeout, ReaderLost and what the reader tells of; from within the block and from the chunks, the middle two.
    """

    def __init__(self, readers: Readers, message: Mapping[str, Any]) -> None:
        self._readers, self._message = readers, message
        self._ask: Ask | None = None
        self._limit: asyncio.Timeout | None = None

    async def __aenter__(self) -> StreamedAnswer:
        """Begin; where the answer is whole already there is nothing left to leave."""
        readers = self._readers
        if not self._message.get("matching"):
            return await self._begin(self._message)
        for _ in range(TRIES):
            edition = readers.digest
            index = await readers.indexed() if readers.indexed is not None else None
            try:
                answer = await self._begin({**self._message, "matching": index and str(index)})
            except EngineFailed:
                if readers.digest == edition and (index is None or index.exists()):
                    raise
                continue  # a change took the index away, or something else did
            if answer.edition == edition:
                return answer
            await self.__aexit__(None, None, None)
        raise Busy("The graph changes faster than it can be searched.")

    async def _begin(self, message: Mapping[str, Any]) -> StreamedAnswer:
        readers, question = self._readers, pack_json(Kind.ASK, message)
        if (known := readers.cache.get(question)) is not None and known[0][3] == readers.digest:
            return StreamedAnswer(*known[0], once(known[1]), known[1])
        ask, payload, whole = await readers.open(question, self._message["seconds"])
        head = json.loads(payload)
        about: About = head["kind"], head["form"], head["encoding"], ask.connection.edition, head["cut"]
        if whole is not None:
            if about[3] == readers.digest:
                readers.cache.put(question, (about, whole), len(whole))
            return StreamedAnswer(*about, once(whole), whole)
        self._ask = ask
        self._limit = asyncio.timeout(self._message["seconds"] + GRACE)
        await self._limit.__aenter__()
        return StreamedAnswer(*about, _chunks(ask.connection))

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if self._ask is None:
            return
        try:
            if self._limit is not None:
                await self._limit.__aexit__(kind, error, trace)
        except TimeoutError:
            raise QueryTimeout(self._message["seconds"]) from None
        finally:
            self._readers.release(self._ask)
            self._ask = None

    async def read_json(self) -> Any:
        """The whole answer, which is JSON. Raises what the block raises."""
        async with self as answer:
            whole = b"".join([chunk async for chunk in answer.chunks])
        return json.loads(whole)


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
            "sources": str(settings.sources.resolve()) if settings.sources else None,
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
            tasks = [asyncio.create_task(readers.watch()), asyncio.create_task(readers.patrol())]
            try:
                yield readers
            finally:
                for task in tasks:
                    task.cancel()
        finally:
            await readers.stop()
