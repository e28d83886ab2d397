"""A connection as a hostile client sees it: raw bytes go in, and what comes out is a problem, in order and complete."""

import asyncio
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain, repeat

import pytest
import uvicorn
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from orgatlas.api import connection
from orgatlas.api.connection import HEAD_LIMIT, PIPELINED, Connection, is_host
from orgatlas.api.pages import SAFE_HEADERS
from orgatlas.api.server import listen

BRIEF = 0.2
"""Seconds that stand for the patience of the server where a test waits for its end."""

H = b"Host: x\r\n"
GET = b"GET / HTTP/1.1\r\n" + H
POST = b"POST / HTTP/1.1\r\n" + H
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n"
CLOSE = b"Connection: close\r\n\r\n"
CHUNKED_ONCE = POST + b"Transfer-Encoding: chunked\r\n" + CLOSE
HELD = b"GET /held HTTP/1.1\r\n" + H + b"\r\n"


class Application:
    """Answers with what it was asked; some paths do it late or early."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.seen: list[str] = []
        self.left: list[str] = []

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "http"
        path, body, more = scope["path"], b"", scope["path"] != "/early"
        self.seen.append(path)
        if path == "/held":
            await self.gate.wait()
        if path == "/begun":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left.append(path)
                return
            assert message["type"] == "http.request"
            body += message.get("body", b"")
            more = message.get("more_body", False)
        content = b"done" if path == "/begun" else _described(scope, body)
        if path != "/begun":
            length = str(len(content)).encode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": content, "more_body": False})


def _described(scope: HTTPScope, body: bytes) -> bytes:
    asked = {"method": scope["method"], "path": scope["path"], "query": scope["query_string"].decode()}
    headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
    return json.dumps({**asked, "headers": headers, "body": len(body) if len(body) > 99 else body.decode()}).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, object]:
        """The body, read as JSON."""
        said = json.loads(self.body)
        assert isinstance(said, dict)
        return said


@dataclass(frozen=True, slots=True)
class Served:
    """A running server, its application, and a client of raw bytes."""

    server: uvicorn.Server
    application: Application
    port: int

    @contextmanager
    def client(self, *pieces: bytes) -> Iterator[socket.socket]:
        """A client that has sent something, each piece in a packet of its own."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                client.sendall(piece)
                time.sleep(0.001 if len(pieces) > 1 else 0)
            yield client

    def answers(self, *pieces: bytes) -> list[Answer]:
        """Everything that comes back until the server closes."""
        with self.client(*pieces) as client:
            return answers(client)

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Wait, but not forever."""
        deadline = time.monotonic() + 10
        while not true():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def wait_for(self, path: str) -> None:
        """Wait until the application has the request for a path."""
        self.wait_until(lambda: path in self.application.seen)

    def let_go(self) -> None:
        """Let the answers go that are held back."""
        self.server.servers[0].get_loop().call_soon_threadsafe(self.application.gate.set)

    def is_well(self) -> bool:
        """Whether a good request is answered."""
        return [each.status for each in self.answers(GET + CLOSE)] == [200]


def answers(client: socket.socket) -> list[Answer]:
    """The complete responses up to the end of the stream, and nothing besides."""
    with client.makefile("rb") as stream:
        return list(rest_of(stream))


def rest_of(stream: BufferedReader) -> Iterator[Answer]:
    """The complete responses that are still to come."""
    while stream.peek(1):
        yield answer(stream)


def answer(stream: BufferedReader) -> Answer:
    """The next response, which has to be complete."""
    version, status, _ = stream.readline().split(b" ", 2)
    assert version == b"HTTP/1.1"
    lines = list(iter(lambda: stream.readline().decode().strip(), ""))
    headers = dict(line.split(": ", 1) for line in lines)
    assert len(headers) == len(lines)
    length = int(headers["content-length"])
    body = stream.read(length)
    assert len(body) == length
    return Answer(int(status), headers, body)


def answers_with_a_refusal(served: Served, asked: bytes) -> list[Answer]:
    """What comes back to a request that is answered only once one of those behind it is refused."""
    served.application.seen.clear()
    served.application.gate.clear()
    with served.client(HELD) as client:
        served.wait_for("/held")
        client.sendall(asked)
        served.wait_until(
            lambda: any(getattr(each, "farewell", None) for each in served.server.server_state.connections)
        )
        served.let_go()
        return answers(client)


def assert_problem(found: Answer, status: int) -> None:
    """A problem of this status, with the headers of every answer, after which the connection is closed."""
    assert found.status == status, found
    assert found.headers["content-type"] == "application/problem+json"
    assert found.headers["connection"] == "close"
    assert found.headers["date"]
    assert {name: found.headers[name.lower()] for name in SAFE_HEADERS} == SAFE_HEADERS
    assert found.said["status"] == status
    assert found.said["type"] == "about:blank"
    assert isinstance(found.said["detail"], str)


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    application = Application()
    config = uvicorn.Config(
        application,
        http=Connection,
        ws=asyncio.Protocol,
        loop=request.param,
        lifespan="off",
        log_config=None,
        log_level="info",
    )
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as door:
        thread = threading.Thread(target=server.run, args=([door],))
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        served = Served(server, application, door.getsockname()[1])
        try:
            yield served
        finally:
            served.let_go()
            server.should_exit = True
            thread.join(10)


REFUSED: dict[str, tuple[int, bytes]] = {
    "no Host": (400, b"GET / HTTP/1.1\r\n\r\n"),
    "an empty Host": (400, b"GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    "a Host of spaces": (400, b"GET / HTTP/1.1\r\nHost:   \r\n\r\n"),
    "two Hosts": (400, GET + b"Host: y\r\n\r\n"),
    "the same Host twice": (400, GET + H + b"\r\n"),
    "two Hosts in HTTP/1.0": (400, b"GET / HTTP/1.0\r\n" + H + H + b"\r\n"),
    "a bad Host in HTTP/1.0": (400, b"GET / HTTP/1.0\r\nHost: a/b\r\n\r\n"),
    "a Host with a user": (400, b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
    "a Host with a path": (400, b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    "a list of Hosts": (400, b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    "a bad port": (400, b"GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
    "a Host that is not ASCII": (400, b"GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n"),
    "a bad Host and an absolute target": (400, b"GET http://a/ HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    "no Host and an absolute target": (400, b"GET http://a/ HTTP/1.1\r\n\r\n"),
    "an upgrade without Host": (400, b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
    "a length and chunks": (400, POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunks and a length": (400, POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    "the same length twice": (400, POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
    "two lengths": (400, POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    "a list of lengths": (400, POST + b"Content-Length: 1, 1\r\n\r\na"),
    "a length with a sign": (400, POST + b"Content-Length: +1\r\n\r\na"),
    "a length below nothing": (400, POST + b"Content-Length: -1\r\n\r\na"),
    "a length in sixteens": (400, POST + b"Content-Length: 0x1\r\n\r\na"),
    "an empty length": (400, POST + b"Content-Length:\r\n\r\n"),
    "a length beyond counting": (400, POST + b"Content-Length: 99999999999999999999\r\n\r\n"),
    "gzip": (400, POST + b"Transfer-Encoding: gzip\r\n\r\n"),
    "identity": (400, POST + b"Transfer-Encoding: identity\r\n\r\n"),
    "gzip and chunked": (400, POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    "identity and chunked": (400, POST + b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n"),
    "chunked and gzip": (400, POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
    "nothing and chunked": (400, POST + b"Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n"),
    "gzip, then chunked": (400, POST + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunked twice": (400, POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunked with a parameter": (400, POST + b"Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n"),
    "chunked in quotes": (400, POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n'),
    "chunked behind a tab of another kind": (400, POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    "chunks in HTTP/1.0": (400, b"POST / HTTP/1.0\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "a bare LF after the target": (400, b"GET / HTTP/1.1\nHost: x\r\n\r\n"),
    "a bare LF after a header": (400, b"GET / HTTP/1.1\r\nHost: x\n\r\n"),
    "a bare LF at the end": (400, GET + b"\n"),
    "a bare CR in a header": (400, GET + b"A: b\rC: d\r\n\r\n"),
    "two CRs": (400, GET + b"A: b\r\r\n\r\n"),
    "a space before the colon": (400, GET + b"A : b\r\n\r\n"),
    "a space before the first header": (400, b"GET / HTTP/1.1\r\n " + H + b"\r\n"),
    "a folded header": (400, GET + b"A: b\r\n c\r\n\r\n"),
    "a header folded by a tab": (400, GET + b"A: b\r\n\tc\r\n\r\n"),
    "NUL in a value": (400, GET + b"A: b\0c\r\n\r\n"),
    "NUL in a name": (400, GET + b"A\0: b\r\n\r\n"),
    "a control character in a value": (400, GET + b"A: \x01\r\n\r\n"),
    "a name that is not ASCII": (400, GET + b"\xc3\xa9: b\r\n\r\n"),
    "no name": (400, GET + b": b\r\n\r\n"),
    "no colon": (400, GET + b"A\r\n\r\n"),
    "a space in the target": (400, b"GET /a b HTTP/1.1\r\n" + H + b"\r\n"),
    "a tab in the target": (400, b"GET /a\tb HTTP/1.1\r\n" + H + b"\r\n"),
    "NUL in the target": (400, b"GET /a\0 HTTP/1.1\r\n" + H + b"\r\n"),
    "a target that is not ASCII": (400, b"GET /\xc3\xa9 HTTP/1.1\r\n" + H + b"\r\n"),
    "a query that is not ASCII": (400, b"GET /?\xff HTTP/1.1\r\n" + H + b"\r\n"),
    "a fragment": (400, b"GET /a#b HTTP/1.1\r\n" + H + b"\r\n"),
    "a fragment in an absolute target": (400, b"GET http://a/#b HTTP/1.1\r\n" + H + b"\r\n"),
    "a target without a slash": (400, b"GET healthz HTTP/1.1\r\n" + H + b"\r\n"),
    "a target that is a query": (400, b"GET ?a HTTP/1.1\r\n" + H + b"\r\n"),
    "an authority": (400, b"GET a:80 HTTP/1.1\r\n" + H + b"\r\n"),
    "an asterisk": (400, b"GET * HTTP/1.1\r\n" + H + b"\r\n"),
    "more than an asterisk": (400, b"OPTIONS *a HTTP/1.1\r\n" + H + b"\r\n"),
    "another scheme": (400, b"GET ftp://a/ HTTP/1.1\r\n" + H + b"\r\n"),
    "an absolute target without a host": (400, b"GET http:///a HTTP/1.1\r\n" + H + b"\r\n"),
    "an absolute target with a user": (400, b"GET http://a@b/ HTTP/1.1\r\n" + H + b"\r\n"),
    "an absolute target with a bad port": (400, b"GET http://a:99999/ HTTP/1.1\r\n" + H + b"\r\n"),
    "a small letter in the protocol": (400, b"GET / http/1.1\r\n" + H + b"\r\n"),
    "no target": (400, b"GET\r\n" + H + b"\r\n"),
    "TLS": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    "a response": (400, b"HTTP/1.1 200 OK\r\n\r\n"),
    "an unknown expectation": (417, POST + b"Expect: 200-ok\r\nContent-Length: 1\r\n\r\na"),
    "a list of expectations": (417, POST + b"Expect: 100-continue, a\r\nContent-Length: 1\r\n\r\n"),
    "CONNECT": (501, b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
    "CONNECT with a path": (501, b"CONNECT /a HTTP/1.1\r\n" + H + b"\r\n"),
    "TRACE": (501, b"TRACE / HTTP/1.1\r\n" + H + b"\r\n"),
    "an unknown method": (501, b"FROB / HTTP/1.1\r\n" + H + b"\r\n"),
    "a method in small letters": (501, b"get / HTTP/1.1\r\n" + H + b"\r\n"),
    "HTTP/0.9": (505, b"GET /\r\n\r\n"),
    "HTTP/1.2": (505, b"GET / HTTP/1.2\r\n" + H + b"\r\n"),
    "HTTP/2 in the line": (505, b"GET / HTTP/2.0\r\n" + H + b"\r\n"),
    "HTTP/2 by prior knowledge": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "a bad chunk size": (400, CHUNKED + b"x\r\n"),
    "a bad chunk size that did not wait": (400, CHUNKED[:-2] + b"Expect: 100-continue\r\n\r\nx\r\n"),
    "a chunk size in 0x": (400, CHUNKED + b"0x1\r\na\r\n0\r\n\r\n"),
    "a chunk size below nothing": (400, CHUNKED + b"-1\r\n"),
    "a chunk size beyond counting": (400, CHUNKED + b"fffffffffffffffff\r\n"),
    "a chunk longer than it says": (400, CHUNKED + b"1\r\nab\r\n0\r\n\r\n"),
    "a bare LF after a chunk size": (400, CHUNKED + b"1\na\r\n0\r\n\r\n"),
    "a bare LF after a chunk": (400, CHUNKED + b"1\r\na\n0\r\n\r\n"),
    "a bare LF in a chunk extension": (400, CHUNKED + b"1;a\nb\r\na\r\n0\r\n\r\n"),
    "a length as trailer": (400, CHUNKED + b"0\r\nContent-Length: 1\r\n\r\n"),
    "a folded trailer": (400, CHUNKED + b"0\r\nA: b\r\n c\r\n\r\n"),
    "a long target": (414, b"GET /" + b"a" * HEAD_LIMIT + b" HTTP/1.1\r\n" + H + b"\r\n"),
    "a target without end": (414, b"GET /" + b"a" * (20 * HEAD_LIMIT)),
    "a long header": (431, GET + b"A: " + b"b" * HEAD_LIMIT + b"\r\n\r\n"),
    "a long name": (431, GET + b"A" * HEAD_LIMIT + b": b\r\n\r\n"),
    "many headers": (431, GET + b"A: b\r\n" * (HEAD_LIMIT // 6) + b"\r\n"),
    "a header without end": (431, GET + b"A: " + b"b" * (20 * HEAD_LIMIT)),
    "headers without end": (431, GET + b"A: b\r\n" * (2 * HEAD_LIMIT)),
    "empty lines without end": (431, b"\r\n" * (4 * HEAD_LIMIT)),
    "a long header of an upgrade": (431, GET + UPGRADE + b"Upgrade: h2c\r\nA: " + b"b" * HEAD_LIMIT + b"\r\n\r\n"),
    "a chunk extension without end": (431, CHUNKED + b"1;" + b"a" * (20 * HEAD_LIMIT)),
    "a chunk size without end": (431, CHUNKED + b"0" * (20 * HEAD_LIMIT)),
    "long extensions of short chunks": (431, CHUNKED + (b"1;" + b"a" * 100 + b"\r\na\r\n") * HEAD_LIMIT),
    "a trailer without end": (431, CHUNKED + b"0\r\nA: " + b"b" * (20 * HEAD_LIMIT)),
    "a trailer without end after a large body": (
        431,
        CHUNKED + b"40000\r\n" + b"a" * 0x40000 + b"\r\n0\r\nA: " + b"b" * (20 * HEAD_LIMIT),
    ),
    "much after a bad chunk": (
        400,
        CHUNKED + b"20000\r\n" + b"a" * 0x20000 + b"\r\nx\r\n" + b"a" * (320 * HEAD_LIMIT),
    ),
    "trailers without end": (431, CHUNKED + b"0\r\n" + b"A: b\r\n" * (4 * HEAD_LIMIT)),
}


@pytest.mark.parametrize(("status", "request_"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_a_problem_and_costs_nobody_else_anything(
    served: Served, caplog: pytest.LogCaptureFixture, status: int, request_: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    found = served.answers(request_)
    assert len(found) == 1
    assert_problem(found[0], status)
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []
    assert served.is_well()


@pytest.mark.parametrize("case", ["no Host", "two lengths", "a bad chunk size", "TRACE", "a fragment", "TLS"])
def test_a_refusal_waits_for_what_was_asked_before(served: Served, case: str) -> None:
    status, bad = REFUSED[case]
    found = answers_with_a_refusal(served, GET + b"\r\n" + bad + GET + b"\r\n")
    assert [each.said.get("path") for each in found] == ["/held", "/", None]
    assert_problem(found[-1], status)
    assert served.is_well()


def test_a_refusal_of_HEAD_has_no_body(served: Served) -> None:
    with served.client(b"HEAD / HTTP/1.1\r\n\r\n") as client, client.makefile("rb") as stream:
        head, _, content = stream.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert content == b""
    assert served.is_well()


@pytest.mark.parametrize(("bad", "status"), [(b"\0", 400), (b"\r\n", 408)])
def test_a_refusal_of_what_follows_HEAD_has_one(
    served: Served, monkeypatch: pytest.MonkeyPatch, bad: bytes, status: int
) -> None:
    monkeypatch.setattr(connection, "HEAD_PATIENCE", BRIEF)
    with served.client(b"HEAD / HTTP/1.1\r\n" + H + b"\r\n") as client:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        client.sendall(bad)
        assert_problem(answers(client)[0], status)


GOOD: dict[str, tuple[bytes, dict[str, object]]] = {
    "HTTP/1.0 without Host": (b"GET /a HTTP/1.0\r\n\r\n", {"path": "/a", "headers": []}),
    "HTTP/1.0 with Host": (b"GET /a HTTP/1.0\r\n" + H + b"\r\n", {"path": "/a", "headers": [["host", "x"]]}),
    "an absolute target": (b"GET http://a:80/b?c HTTP/1.1\r\n" + H, {"path": "/b", "query": "c", "host": "a:80"}),
    "an absolute target without a path": (b"GET HTTP://A HTTP/1.1\r\n" + H, {"path": "/", "host": "A"}),
    "an absolute target with a query alone": (
        b"GET https://a?b HTTP/1.1\r\n" + H,
        {"path": "/", "query": "b", "host": "a"},
    ),
    "an absolute target in HTTP/1.0": (b"GET http://a/ HTTP/1.0\r\n\r\n", {"path": "/", "headers": [["host", "a"]]}),
    "an asterisk": (b"OPTIONS * HTTP/1.1\r\n" + H, {"path": "*"}),
    "escapes that are none": (b"GET /%zz%?%zz HTTP/1.1\r\n" + H, {"path": "/%zz%", "query": "%zz"}),
    "escapes that are no UTF-8": (b"GET /%ff HTTP/1.1\r\n" + H, {"path": "/\ufffd"}),
    "two slashes": (b"GET //a/b HTTP/1.1\r\n" + H, {"path": "//a/b", "host": "x"}),
    "an address in the query": (b"GET /?http://a HTTP/1.1\r\n" + H, {"path": "/", "query": "http://a"}),
    "empty lines before": (b"\r\n\r\nGET /a HTTP/1.1\r\n" + H, {"path": "/a"}),
    "a Host among spaces": (b"GET / HTTP/1.1\r\nHost:   [::1]:80 \t \r\n", {"path": "/"}),
    "a header that is not ASCII": (GET + b"A: \xe9\r\n", {"path": "/"}),
    "a length with zeros": (POST + b"Content-Length: 003\r\n" + CLOSE + b"abc", {"body": "abc"}),
    "Chunked": (POST + b"Transfer-Encoding: Chunked \r\n" + CLOSE + b"3\r\nabc\r\n0\r\n\r\n", {"body": "abc"}),
    "a chunk extension": (CHUNKED_ONCE + b'3;a="b"\r\nabc\r\n0\r\n\r\n', {"body": "abc"}),
    "many short chunks": (CHUNKED_ONCE + b"1\r\na\r\n" * 100_000 + b"0\r\n\r\n", {"body": 100_000}),
    "a body of a GET": (GET + b"Content-Length: 3\r\n" + CLOSE + b"abc", {"body": "abc"}),
    "websocket": (GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", {"path": "/"}),
    "HTTP/2": (GET + UPGRADE + b"Upgrade: h2c\r\n", {"path": "/"}),
    "an upgrade of HTTP/1.0": (b"GET /a HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", {"path": "/a"}),
    "an upgrade with a body": (
        POST + UPGRADE + b"Upgrade: h2c\r\nContent-Length: 3\r\n" + CLOSE + b"abc",
        {"method": "POST", "body": "abc"},
    ),
    "an upgrade with chunks": (
        POST + UPGRADE + b"Upgrade: h2c\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"3\r\nabc\r\n0\r\n\r\n",
        {"method": "POST", "body": "abc"},
    ),
}


@pytest.mark.parametrize(("request_", "expected"), GOOD.values(), ids=GOOD)
@pytest.mark.parametrize("split", [False, True], ids=["at once", "in pieces"])
def test_it_is_answered(
    served: Served, caplog: pytest.LogCaptureFixture, request_: bytes, expected: dict[str, object], split: bool
) -> None:
    whole = request_ if b"\r\n\r\n" in request_.lstrip() else request_ + CLOSE
    size = 1 + len(whole) // 500 if split else len(whole)
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    (found,) = served.answers(*pieces)
    assert found.status == 200
    headers = found.said["headers"]
    assert isinstance(headers, list)
    said = {**found.said, "host": dict(headers).get("host")}
    assert {name: said[name] for name in expected} == expected
    assert [record for record in caplog.records if record.name != "uvicorn.access"] == []


def test_requests_in_a_row_are_answered_in_a_row_even_if_they_ask_for_another_protocol(served: Served) -> None:
    upgrade = UPGRADE + b"Upgrade: h2c\r\n"
    asked = [
        b"GET /1 HTTP/1.1\r\n" + H + upgrade + b"\r\n",
        b"POST /2 HTTP/1.1\r\n" + H + upgrade + b"Content-Length: 3\r\n\r\nabc",
        b"POST /3 HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"GET /4 HTTP/1.1\r\n" + H + upgrade + CLOSE,
    ]
    for pieces in ([b"".join(asked)], asked):
        found = served.answers(*pieces)
        assert [each.said["path"] for each in found] == ["/1", "/2", "/3", "/4"]
        assert [each.said["body"] for each in found] == ["", "abc", "a", ""]


def test_only_so_many_requests_may_wait(served: Served) -> None:
    found = answers_with_a_refusal(served, (GET + b"\r\n") * (PIPELINED + 1))
    assert [each.status for each in found] == [200] * (PIPELINED + 1) + [503]
    assert_problem(found[-1], 503)


def test_trailers_are_no_headers(served: Served) -> None:
    trailed = CHUNKED_ONCE + b"3\r\nabc\r\n"
    (found,) = served.answers(trailed, b"0\r\nHost: evil\r\nA: b\r\n\r\n")
    assert found.said["headers"] == [["host", "x"], ["transfer-encoding", "chunked"], ["connection", "close"]]
    assert found.said["body"] == "abc"


def test_who_expects_100_is_told_to_go_on_if_it_knows_what_that_is(served: Served) -> None:
    expecting = b"Expect: 100-Continue \r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
    with served.client(POST + expecting) as client:
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        assert [each.said["body"] for each in answers(client)] == ["abc"]
    assert [each.status for each in served.answers(b"POST / HTTP/1.0\r\n" + expecting, b"abc")] == [200]


def test_a_head_may_have_as_much_as_the_limit_and_not_a_byte_more(served: Served) -> None:
    def large(of_target: int, whole: int) -> bytes:
        start = b"GET /" + b"a" * of_target + b" HTTP/1.1\r\n" + H + b"Connection: close\r\nA: "
        return start + b"b" * (whole - len(start) - 4) + b"\r\n\r\n"

    first = GET + b"\r\n"
    for before, of_target in ((b"", 10), (b"", HEAD_LIMIT - 100), (first, 10), (first, HEAD_LIMIT - 100)):
        for more in (0, 1):
            request_ = large(of_target, HEAD_LIMIT + more)
            assert len(request_) == HEAD_LIMIT + more
            *_, found = served.answers(before + request_)
            assert found.status == (431 if more else 200)
    *_, found = served.answers(first + large(HEAD_LIMIT, 2 * HEAD_LIMIT))
    assert_problem(found, 414)


def test_a_large_body_is_no_part_of_the_head_that_follows_it(served: Served) -> None:
    body = b"a" * (3 * HEAD_LIMIT)
    length = str(len(body)).encode()
    found = served.answers(POST + b"Content-Length: " + length + b"\r\n\r\n" + body + GET[:20], GET[20:] + CLOSE)
    assert [each.said["body"] for each in found] == [len(body), ""]


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [b"\r\n"],
        [b"GET /", b"a"],
        [GET, b"A: b\r\n"],
        [GET + b"\r\n", b"\r\n"],
        [GET + b"\r\n", GET, b"A: b\r\n"],
        [GET + b"\r\n" + GET, b"A: b\r\n"],
        [GET + UPGRADE + b"Upgrade: h2c\r\n\r\n" + GET, b"A: b\r\n"],
    ],
    ids=["nothing", "empty lines", "target", "headers", "next empty lines", "next", "next at once", "after an upgrade"],
)
def test_who_does_not_come_to_the_end_of_a_head_is_told_that_the_time_is_over(
    served: Served, monkeypatch: pytest.MonkeyPatch, pieces: list[bytes]
) -> None:
    monkeypatch.setattr(connection, "HEAD_PATIENCE", BRIEF)
    with served.client() as client, slow_writer(client, pieces):
        found = answers(client)
    assert_problem(found[-1], 408)
    assert [each.status for each in found[:-1]] == ([200] if b"\r\n\r\n" in b"".join(pieces) else [])
    monkeypatch.undo()
    assert served.is_well()


@contextmanager
def slow_writer(client: socket.socket, pieces: list[bytes]) -> Iterator[None]:
    """A client that sends piece after piece, and the last one again and again."""

    def write() -> None:
        for piece in chain(pieces, repeat(pieces[-1]) if pieces else ()):
            if stop.wait(BRIEF / 10):
                break
            with suppress(OSError):
                client.sendall(piece)

    stop = threading.Event()
    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def test_only_heads_have_to_be_complete_so_soon(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_PATIENCE", BRIEF)
    with served.client(POST + b"Content-Length: 3\r\n\r\na") as client, client.makefile("rb") as stream:
        time.sleep(2 * BRIEF)  # a body
        client.sendall(b"bc")
        assert answer(stream).said["body"] == "abc"
        time.sleep(2 * BRIEF)  # nothing, between two requests
        served.application.gate.clear()
        client.sendall(HELD + GET + b"\r\n" + GET[:9])
        time.sleep(2 * BRIEF)  # an answer, before which the rest of the third request is not even read
        client.sendall(GET[9:] + CLOSE)
        served.let_go()
        assert [each.status for each in rest_of(stream)] == [200, 200, 200]


def test_a_client_that_speaks_is_not_taken_for_one_that_waits(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served.server.config, "timeout_keep_alive", BRIEF)
    with served.client() as client, client.makefile("rb") as stream:
        client.sendall(GET + b"\r\n" + GET)
        assert answer(stream).status == 200
        time.sleep(2 * BRIEF)
        client.sendall(CLOSE)
        assert [each.status for each in rest_of(stream)] == [200]


def test_a_client_that_waits_is_not_told_that_the_time_is_over(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_PATIENCE", BRIEF)
    monkeypatch.setattr(served.server.config, "timeout_keep_alive", 2 * BRIEF)
    assert [each.status for each in served.answers(GET + b"\r\n")] == [200]


def test_the_rest_of_a_body_that_nobody_reads_may_not_take_forever(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.server.config, "timeout_keep_alive", BRIEF)
    pieces = [b"POST /early HTTP/1.1\r\n" + H + b"Content-Length: 999999\r\n\r\n", b"a"]
    found: list[Answer] = []
    with (
        served.client() as client,
        slow_writer(client, pieces),
        client.makefile("rb") as stream,
        suppress(ConnectionResetError),
    ):
        found.extend(rest_of(stream))
    assert [each.status for each in found] == [200]


def test_a_bad_body_is_refused_while_the_application_reads_it(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LINGER", 60)
    served.application.seen.clear()
    served.application.left.clear()
    with served.client(b"POST /body HTTP/1.1\r\n" + CHUNKED.partition(b"\r\n")[2] + b"1\r\na\r\n") as client:
        served.wait_for("/body")
        client.sendall(b"x\r\n")
        assert_problem(answers(client)[0], 400)
        served.wait_until(lambda: served.application.left == ["/body"])
    assert served.is_well()


def test_a_bad_body_ends_a_response_that_has_begun(served: Served) -> None:
    served.application.left.clear()
    with served.client(b"POST /begun HTTP/1.1\r\n" + CHUNKED.partition(b"\r\n")[2]) as client:
        begun = b""
        while not begun.endswith(b"begun"):
            begun += client.recv(1000)
        client.sendall(b"x\r\n")
        assert client.makefile("rb").read() == b""
    served.wait_until(lambda: served.application.left == ["/begun"])


def test_a_bad_body_of_a_request_that_is_answered_ends_the_connection(served: Served) -> None:
    early = b"POST /early HTTP/1.1\r\n" + CHUNKED.partition(b"\r\n")[2]
    with served.client(early) as client, client.makefile("rb") as stream:
        assert answer(stream).status == 200
        client.sendall(b"x\r\n" + GET + CLOSE)
        assert stream.read() == b""
    assert served.is_well()


def test_a_bad_body_of_a_request_that_waits_is_refused_in_its_turn(served: Served) -> None:
    found = answers_with_a_refusal(served, b"POST /waits HTTP/1.1\r\n" + CHUNKED.partition(b"\r\n")[2] + b"x\r\n")
    assert [each.status for each in found] == [200, 400]
    assert_problem(found[1], 400)
    assert "/waits" not in served.application.seen


def test_who_writes_on_sees_the_answer_and_who_never_goes_is_left(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection, "HEAD_PATIENCE", BRIEF)
    monkeypatch.setattr(connection, "LINGER", 2 * BRIEF)
    with served.client(b"GET / HTTP/1.1\r\n", b" \r\n") as client:
        time.sleep(BRIEF / 4)
        client.sendall(b"a" * 20_000_000)  # after a reset this would fail, and so would what follows
        assert_problem(answers(client)[0], 400)
        served.wait_until(lambda: not served.server.server_state.connections)
    assert caplog.records == []


def test_who_leaves_in_the_middle_of_a_head_leaves_nothing_behind(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection, "HEAD_PATIENCE", BRIEF)
    with served.client(GET):
        pass
    served.wait_until(lambda: not served.server.server_state.connections)
    time.sleep(2 * BRIEF)
    assert caplog.records == []


def test_one_connection_more_is_told_to_come_back(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    served.wait_until(lambda: not served.server.server_state.connections)
    monkeypatch.setattr(connection, "CONNECTIONS", 2)
    with served.client() as first, served.client() as second:
        served.wait_until(lambda: len(served.server.server_state.connections) == 2)
        with served.client(GET + b"\r\n") as third:
            (found,) = answers(third)
        assert_problem(found, 503)
        assert found.headers["retry-after"] == "1"
        with served.client() as fourth:
            served.wait_until(lambda: len(served.server.server_state.connections) == 3)
            first.sendall(GET + CLOSE)
            assert [each.status for each in answers(first)] == [200]
            fourth.sendall(GET + CLOSE)
            assert [each.status for each in answers(fourth)] == [200]
        second.sendall(GET + CLOSE)
        assert [each.status for each in answers(second)] == [200]
    served.wait_until(lambda: not served.server.server_state.connections)
    assert served.is_well()


def test_a_fault_of_ours_is_logged_and_not_told(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(Connection, "_examine", fail)
    (found,) = served.answers(GET + b"\r\n")
    assert found.status == found.said["status"] == 500
    assert b"secret" not in found.body
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "a secret" in caplog.text


@pytest.mark.parametrize(
    "host",
    [
        "a",
        "A.b-c.d_e~f",
        "a.",
        "1.2.3.4",
        "[::1]",
        "[::ffff:1.2.3.4]:80",
        "a:",
        "a:0",
        "a:65535",
        "a:0080",
        "%C3%A9",
        "a!b",
    ],
)
def test_a_host_is_a_name_or_an_address_with_or_without_a_port(host: str) -> None:
    assert is_host(host.encode())


@pytest.mark.parametrize(
    "host",
    ["", ":", ":80", "a:b", "a:-1", "a:65536", "a:" + "9" * 5000, "a:1:2", "::1", "[::1", "[]", "[1.2.3.4]", "[g::]",
     "[fe80::1%25a]", "[v1.a]", "[::1]a", "a b", "a/b", "a?b", "a#b", "a@b", "a\\b", "%", "%zz", "é", "a\n", "a,b:c"],
)  # fmt: skip
def test_nothing_else_is_a_host(host: str) -> None:
    assert not is_host(host.encode())
