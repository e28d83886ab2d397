"""One connection of the HTTP server, safe against clients that are slow, endless, malformed or too many.

https://www.rfc-editor.org/rfc/rfc9112 (section 3.2 for targets and Host, 6 for framing, 9 for connections) and
https://www.rfc-editor.org/rfc/rfc9110#section-15

httptools refuses most of what is malformed, and uvicorn lets the application answer the rest. What stands here is what
neither of them does. Whatever this class sends is a complete response with a problem, after which the connection is
closed. Nothing of it is logged above debug: strangers do not write our log.
"""

import json
import logging
import re
from asyncio import AbstractEventLoop, BaseTransport, TimerHandle, Transport
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from ipaddress import AddressValueError, IPv6Address
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from orgatlas.api.joined import Joined
from orgatlas.api.pages import SAFE_HEADERS
from orgatlas.api.problems import MEDIA_TYPE

HEAD_PATIENCE = 10.0
"""Seconds in which the head of a request has to be complete, from its first byte or the opening of the connection."""

HEAD_LIMIT = 64 * 1024
"""Bytes that the head of a request may have; also its trailers, and what surrounds the chunks of its body."""

FRAMING = 16
"""Bytes around the chunks of a body that every byte of it excuses: a chunk of one byte needs five."""

CONNECTIONS = 1000
"""Connections that are served. A request on one more is told to come back."""

PIPELINED = 100
"""Requests of one connection that may wait for the answer to an earlier one."""

LINGER = 2.0
"""Seconds in which a client may take an answer after which we close; a reset would take it away (RFC 9112 section 9.6)."""

OURS = {"1.0", "1.1"}
UNSERVED = {b"CONNECT", b"TRACE"}
LISTS = {b"accept", b"accept-encoding", b"accept-language"}
EXAMINED = {b"host", b"transfer-encoding", b"expect"}
START_LINE = len(b"A / HTTP/1.1\r\n")

HOST = re.compile(rb"(?:\[([0-9A-Fa-f:.]+)\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::(?:0*([0-9]{1,5}))?)?")
ABSOLUTE_FORM = re.compile(rb"(?:(?i:https?)://)([^/?]*)(.*)")
UNKNOWN_METHOD = re.compile(rb"(?:\r\n)*[A-Za-z0-9!#$%&'*+.^_`|~-]+ ")

log = logging.getLogger(__name__)


class Refusal(Exception):
    """Why a request goes no further."""

    def __init__(self, status: HTTPStatus, detail: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def is_host(value: bytes) -> bool:
    """Whether a Host is `uri-host [":" port]`; one without a name is none of ours."""
    if (found := HOST.fullmatch(value)) is None or int(found[2] or 0) > 65535:
        return False
    if found[1] is not None:
        try:
            IPv6Address(found[1].decode())
        except AddressValueError:
            return False
    return True


def understood(error: httptools.HttpParserError, data: bytes) -> Refusal:
    """What the parser did not like; its reasons are fixed sentences that repeat nothing of the request."""
    if isinstance(error, httptools.HttpParserCallbackError):
        if isinstance(error.__context__, Refusal):
            return error.__context__
        log.error("A fault of the service", exc_info=error.__context__)
        return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR)
    if isinstance(error, httptools.HttpParserInvalidMethodError) and UNKNOWN_METHOD.match(data):
        return Refusal(HTTPStatus.NOT_IMPLEMENTED, "The method of the request is not known here.")
    if isinstance(error, httptools.HttpParserInvalidURLError):
        detail = f"The target of the request cannot be read: {error}. What is not ASCII has to be percent-encoded."
        return Refusal(HTTPStatus.BAD_REQUEST, detail)
    if str(error) in ("Invalid HTTP version", "Pause on PRI/Upgrade"):
        return unspoken_version()
    return Refusal(HTTPStatus.BAD_REQUEST, f"The request is not HTTP/1.1: {error}.")


def unspoken_version() -> Refusal:
    """For HTTP/2 without the negotiation of TLS, HTTP/0.9 and versions that never were."""
    return Refusal(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 and HTTP/1.0 are spoken here.")


def farewell(refusal: Refusal, headers: Iterable[tuple[bytes, bytes]], to_head: bool) -> bytes:
    """The response that says a refusal and that nothing follows it."""
    members = {
        "type": "about:blank",
        "title": refusal.status.phrase,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    content = json.dumps({name: value for name, value in members.items() if value is not None}).encode()
    fields = {
        **SAFE_HEADERS,
        **refusal.headers,
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(content)),
        "Connection": "close",
    }
    lines = [*headers, *((name.lower().encode(), value.encode()) for name, value in fields.items())]
    head = STATUS_LINE[refusal.status] + b"".join(b"%b: %b\r\n" % line for line in lines) + b"\r\n"
    return head if to_head else head + content


class Connection(HttpToolsProtocol):
    """What `uvicorn.Config(http=Connection)` makes for every client."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.url = b""
        self.host: bytes | None = None  # the last one that was found in order
        self.surplus = False
        self.farewell: bytes | None = None  # once it is there, nothing more is read
        # Where the parser stands: in a head, in a body, or between two requests.
        self.in_head = False
        self.in_body = False
        self.fed = 0  # bytes that brought neither the end of a head nor any of a body
        self.astride = False  # whether the head began in the middle of what was received, so that fed is too little
        # Heads that come in one piece, nearly all of them, have no need of the clock. One timer watches the others.
        self.since: float | None = None
        self.timer: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """The clock runs from the first moment, since a client may never say anything."""
        # That of uvloop is no asyncio.Transport by its class, but does all that one does.
        super().connection_made(cast(Transport, transport))
        self.surplus = len(self.connections) > CONNECTIONS
        self.in_head = True
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave no timer behind."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._unwatch()

    def data_received(self, data: bytes) -> None:
        """Pass on what is in order, and answer what is not."""
        if self.farewell is not None:
            return
        if not self.in_body:
            # While a body is read this timer runs only if its request is answered; then the rest has to come by then.
            self._unset_keepalive_if_required()
            self.in_head = True  # or an empty line before it, which may not go on forever either
        self.fed += len(data)
        rest: bytes | memoryview = data
        try:
            while (end := self._parse(rest)) is not None:
                rest = memoryview(rest)[end:]
                self._pass_over_upgrade()
        except httptools.HttpParserError as error:
            self._refuse(understood(error, data if self.fed else b""))  # where it began, if that is known
        if self.farewell is None:
            if self.fed > HEAD_LIMIT:
                self._refuse(self._too_large())
            elif self.in_head and self.since is None:
                self._watch()

    def on_message_begin(self) -> None:
        """Called by the parser at the first letter of a method."""
        super().on_message_begin()
        self.in_head = True
        self.astride = not self.fed

    def on_headers_complete(self) -> None:
        """Called by the parser at the end of a head: the last moment before the application knows of it."""
        method = self.parser.get_method()
        if method in UNSERVED:
            raise Refusal(HTTPStatus.NOT_IMPLEMENTED, f"{method.decode()} is not implemented here.")
        if self.parser.should_upgrade():
            return  # _pass_over_upgrade reads it again
        version = self.parser.get_http_version()
        if version not in OURS:
            raise unspoken_version()
        if (self.astride or self.fed > HEAD_LIMIT) and self._measured(method) > HEAD_LIMIT:
            raise self._too_large()
        self._examine(version)
        self._combine()
        if self.url[0] != 0x2F or b"#" in self.url:
            self._to_origin_form(method)
        if self.surplus and len(self.connections) > CONNECTIONS:
            raise self._busy(f"More than {CONNECTIONS:,} connections are open.")
        if len(self.pipeline) >= PIPELINED:
            raise self._busy(f"{PIPELINED:,} requests of this connection wait already.")
        super().on_headers_complete()
        self._join_writes(self.cycle)
        # The application has the list of these headers; trailers come the same way, and must not end up there.
        self.headers = []
        self.in_head, self.in_body, self.fed, self.since = False, True, 0, None

    def _join_writes(self, cycle: RequestResponseCycle) -> None:
        joined = Joined(cycle.transport)
        cycle.transport = cast(Transport, joined)
        complete = cycle.on_response

        def responded() -> None:
            joined.flush()  # a response may have no body
            complete()

        cycle.on_response = responded

    def on_body(self, body: bytes) -> None:
        """Called by the parser with a piece of a body."""
        self.fed = max(0, self.fed - FRAMING * len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Called by the parser at the end of a request."""
        if self.parser.should_upgrade():
            return
        self.in_body, self.fed, self.url = False, 0, b""
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Called at the end of a response: the turn of a refusal comes after what was asked before."""
        last = not self.pipeline
        super().on_response_complete()
        if self.farewell is not None:
            if last:
                self._say_farewell()
        elif self.since is not None:
            # A head has begun meanwhile. The patience for it starts here, and takes the place of that for idle clients.
            self._unset_keepalive_if_required()
            self.since = self.loop.time()

    def _combine(self) -> None:
        """Let a list that comes in several lines be one (RFC 9110 section 5.3): who looks for it looks for one."""
        lists: dict[bytes, bytes] = {}
        for name, value in self.headers:
            if name in LISTS:
                lists[name] = lists[name] + b", " + value if name in lists else value
        if sum(name in LISTS for name, _ in self.headers) > len(lists):
            self.headers[:] = [*(pair for pair in self.headers if pair[0] not in LISTS), *lists.items()]

    def _examine(self, version: str) -> None:
        hosts = 0
        for name, value in self.headers:
            if name not in EXAMINED:
                continue
            value = value.strip(b" \t")  # httptools leaves what stands behind it
            if name == b"host":
                hosts += 1
                if value != self.host:
                    if not is_host(value):
                        raise Refusal(HTTPStatus.BAD_REQUEST, "The Host of the request is not a host and a port.")
                    self.host = value
            elif name == b"expect":
                if value.lower() != b"100-continue":
                    raise Refusal(HTTPStatus.EXPECTATION_FAILED, "The only expectation that is met is 100-continue.")
                self.expect_100_continue = version == "1.1"
            elif value.lower() != b"chunked" or version == "1.0":
                # A list would do for httptools if its last was chunked, and no list is what a proxy may think of it.
                detail = "The only Transfer-Encoding of a request that is understood is chunked, in HTTP/1.1."
                raise Refusal(HTTPStatus.BAD_REQUEST, detail)
        if hosts != 1 and (hosts or version == "1.1"):
            raise Refusal(HTTPStatus.BAD_REQUEST, f"A request has one Host; this has {hosts}.")

    def _to_origin_form(self, method: bytes) -> None:
        """Let a target be a path; the authority of one in absolute form takes the place of the Host."""
        if self.url == b"*" and method == b"OPTIONS":
            return
        if b"#" in self.url:
            raise Refusal(HTTPStatus.BAD_REQUEST, "The target of a request has no fragment.")
        found = ABSOLUTE_FORM.fullmatch(self.url)
        if found is None or not is_host(found[1]):
            detail = "The target of a request is a path, or an address that begins with http:// and a host."
            raise Refusal(HTTPStatus.BAD_REQUEST, detail)
        self.headers[:] = [(b"host", found[1]), *(pair for pair in self.headers if pair[0] != b"host")]
        self.url = found[2] if found[2].startswith(b"/") else b"/" + found[2]

    def _parse(self, data: bytes | memoryview) -> int | None:
        """Where a head ended that asks for another protocol, if one did."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as pause:
            return int(pause.args[0])
        return None

    def _pass_over_upgrade(self) -> None:
        """Read the head again without the asking: this parser takes a body that follows for the other protocol."""
        lines = [b"%b: %b\r\n" % pair for pair in self.headers if pair[0] != b"upgrade"]
        start = b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.parser.feed_data(b"".join((start, *lines, b"\r\n")))

    def _measured(self, method: bytes) -> int:
        return (
            START_LINE + len(method) + len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        )

    def _too_large(self) -> Refusal:
        if self.in_body:
            detail = f"What surrounds and follows the chunks of a body may have {HEAD_LIMIT:,} bytes."
            return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)
        detail = f"The target and the headers of a request may have {HEAD_LIMIT:,} bytes."
        alone = START_LINE + len(self.url) > HEAD_LIMIT
        return Refusal(HTTPStatus.REQUEST_URI_TOO_LONG if alone else HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)

    def _busy(self, detail: str) -> Refusal:
        return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, f"{detail} Try again shortly.", {"Retry-After": "1"})

    def _watch(self) -> None:
        self.since = self.loop.time()
        if self.timer is None:
            self.timer = self.loop.call_later(HEAD_PATIENCE, self._look)

    def _unwatch(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _look(self) -> None:
        """Whether the head that is being read has had its time."""
        self.timer = None
        if self.since is None:
            return
        if self._answering():
            self.since = self.loop.time()  # it may be we who do not listen
        left = self.since + HEAD_PATIENCE - self.loop.time()
        if left > 0:
            self.timer = self.loop.call_later(left, self._look)
        else:
            detail = f"The head of a request has to be complete within {HEAD_PATIENCE:g} seconds."
            self._refuse(Refusal(HTTPStatus.REQUEST_TIMEOUT, detail))

    def _answering(self) -> bool:
        cycle = cast(RequestResponseCycle | None, self.cycle)  # of which the types of uvicorn say it is always there
        return cycle is not None and not cycle.response_complete

    def _refuse(self, refusal: Refusal) -> None:
        """Read nothing more, and answer as soon as everything before is answered."""
        log.debug("Refused %s: %d %s", self.client, refusal.status, refusal.detail)
        to_head = bool(self.url) and self.parser.get_method() == b"HEAD"
        self.farewell = farewell(refusal, self.server_state.default_headers, to_head)
        self._unwatch()
        if self.in_body:
            self._refuse_rest()
        elif not self._answering():
            self._say_farewell()

    def _refuse_rest(self) -> None:
        """Refuse a request whose head was accepted and whose body is not in order."""
        if self.cycle.response_complete:
            self.farewell = b""
            self._say_farewell()
        elif self.pipeline and self.pipeline[0][0] is self.cycle:
            self.pipeline.popleft()  # nobody has seen it yet, and the refusal comes instead of its answer
        else:
            self.cycle.disconnected = True
            self.cycle.waiting_for_100_continue = False
            self.cycle.message_event.set()
            if self.cycle.response_started:
                self.transport.close()  # unfinished, which the client can see
            else:
                self._say_farewell()

    def _say_farewell(self) -> None:
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        assert self.farewell is not None
        if self.farewell:
            self.transport.write(self.farewell)
        self.transport.write_eof()
        self.flow.resume_reading()
        self.timer = self.loop.call_later(LINGER, self.transport.abort)
