"""SERVICE for the servers an operator names: a client of our own asks them first, and their solutions take the clause's place.

https://www.w3.org/TR/sparql11-federated-query/ (SERVICE), https://www.w3.org/TR/sparql11-protocol/ (the way to an endpoint)

The engine's own client cannot be told whom to call, so it never sees a SERVICE. A clause means the same either way: it is
evaluated on its own and joined. What differs is that a blank node of an endpoint becomes an IRI `urn:orgatlas:bnode:…`, one
for each node and clause, and that values bound from outside the text do not reach the endpoint.

To be called in a process that has network and whose life is one query; every socket is closed again on return.
"""

import io
import re
import secrets
import socket
import ssl
import time
from collections.abc import Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from string import punctuation
from urllib.parse import quote, urlencode, urljoin

import pyoxigraph as ox

from orgatlas.graph.clauses import clauses_of, heading, prologue_of, refused, resolved
from orgatlas.graph.errors import EvaluationFailed, UsageError, shortened
from orgatlas.graph.tokens import TOKENS, word

ANSWER_LIMIT = 16 * 2**20
"""Bytes that one answer may have."""
ROWS_LIMIT, CELLS_LIMIT = 100_000, 1_000_000
"""Rows that one answer may have, and rows times variables."""
REDIRECTS_LIMIT = 3
"""Redirects that one clause may be sent through."""

FORMS: Mapping[str, ox.QueryResultsFormat] = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
"""How to read an answer, by its media type."""

PORTS = {"http": 80, "https": 443}
REDIRECTS = {301, 302, 303, 307, 308}
UNICAST, NAT64 = ip_network("2000::/3"), ip_network("64:ff9b::/96")
# ASCII alone, or the Kelvin sign would be a k. What is no plain host and port (userinfo, zones, an empty port) is no match.
_URL = re.compile(
    r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::([1-9][0-9]{0,4}))?([/?][^\s\x00-\x1f\x7f#]*)?(?:#\S*)?",
    re.IGNORECASE | re.ASCII,
)
_XML_END = re.compile(rb"</(?:[\w.-]+:)?sparql\s*>\s*\Z")


@dataclass(frozen=True, slots=True)
class Origin:
    """A server as a URL names it (RFC 6454): scheme, host in lower case or a literal address, port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port != PORTS[self.scheme] else "")


def allowed_origin(entry: str) -> Origin:
    """What an entry of the setting allows: `host` and `host:port` by https, `http://host:port` without. Raises UsageError."""
    found = _split(entry if "://" in entry else f"https://{entry}")
    if found is None or found[1]:
        raise UsageError(f"{shortened(entry)!r} is no server: write host, host:port or http://host:port, in ASCII.")
    return found[0]


def inline_services(
    text: str, prefixes: Mapping[str, str], base: str | None, allowed: Sequence[str], seconds: float
) -> str:
    """The query with every SERVICE clause replaced by the solutions that its endpoint gave.

    A server is asked if an entry of `allowed` names its scheme, host and port. A host that is an address may be any, a name
    leads to public addresses only. `seconds` is for all clauses together; only the resolver keeps its own time.

    Raises QuerySyntaxError; OutboundRefused, also where SILENT, for a server that may not be asked or a clause that cannot
    be told for sure, before anything is sent unless a redirect leads there; EvaluationFailed where an endpoint fails, unless
    SILENT; and UsageError for a broken entry.
    """
    tokens = [token for token in TOKENS.finditer(text) if not token["space"]]
    if not any(word(token) == "SERVICE" for token in tokens):
        return text
    deadline = time.monotonic() + seconds
    clauses = clauses_of(text, tokens, prefixes, base)
    prologue = prologue_of(tokens)
    origins = {allowed_origin(entry) for entry in allowed}
    urls = [resolved(clause.endpoint, prologue, prefixes, base) for clause in clauses]
    for url in urls:
        _checked(url, origins)
    parts, done = [], 0
    for clause, url in zip(clauses, urls, strict=True):
        asking = f"{heading(clause.pattern, prefixes, base)}{prologue}\nSELECT * WHERE {{{clause.pattern}}}"
        parts += [text[done : clause.start], _solutions(url, asking, origins, deadline, clause.silent)]
        done = clause.end
    return "".join([*parts, text[done:]])


# The servers.


def _split(url: str) -> tuple[Origin, str] | None:
    """The server of a URL and what to ask it for; None if it is no plain URL of http or https."""
    if (found := _URL.fullmatch(url)) is None:
        return None
    scheme, host = found[1].lower(), found[2].lower()
    port = int(found[3] or PORTS[scheme])
    literal = _literal(host.strip("[]"))
    if (host[0] == "[") != isinstance(literal, IPv6Address) or port > 0xFFFF:
        return None
    return Origin(scheme, str(literal or host), port), found[4] or ""


def _checked(url: str, allowed: Set[Origin]) -> tuple[Origin, str]:
    """The server of a URL and what to ask it for, if it may be asked at all."""
    found = _split(url)
    if found is None:
        raise refused(f"SERVICE <{shortened(url)}> is refused: it is no plain address of a server.")
    if found[0] not in allowed:
        raise refused(f"SERVICE <{shortened(url)}> is refused: {shortened(str(found[0]))} may not be asked here.")
    return found


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address, and the one that it embeds (mapped, 6to4, NAT64), is one of the public internet."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    inner = IPv4Address(address.packed[12:]) if address in NAT64 else address.ipv4_mapped or address.sixtofour
    return _is_public(inner) if inner else address in UNICAST and address.is_global


def _connected(origin: Origin, deadline: float) -> socket.socket:
    """A connection to one of the addresses of a server, each of which was looked at: no name is resolved twice."""
    found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    literal = _literal(origin.host)
    for *_, place in found:
        address = ip_address(place[0])
        if not (_is_public(address) if literal is None else address == literal):
            raise refused(f"SERVICE to {shortened(str(origin))} is refused: it leads to an address that is not public.")
    failure = OSError("it has no address")
    for tries, (family, kind, protocol, _, place) in zip(range(len(found), 0, -1), found, strict=True):
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(_left(deadline) / tries)
            line.connect(place)
            line.settimeout(_left(deadline))
            if origin.scheme == "http":
                return line
            return ssl.create_default_context().wrap_socket(line, server_hostname=origin.host)
        except OSError as error:
            failure = error
            line.close()
    raise failure


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


# Asking, and what comes of it.


class _Wire(io.RawIOBase):
    """The reading end of a connection, up to a deadline: a server that sends a byte now and then cannot outlast it."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self._line, self._deadline = line, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # BufferedReader passes nothing else
        self._line.settimeout(_left(self._deadline))
        return self._line.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        """What http.client asks of a socket."""
        return io.BufferedReader(self)


def _solutions(url: str, asking: str, allowed: Set[Origin], deadline: float, silent: bool) -> str:
    """The group that takes a clause's place; where SILENT, an empty one stands for an endpoint that fails."""
    try:
        return _inline(_ask(url, asking, allowed, deadline))
    except (OSError, HTTPException, SyntaxError, ValueError) as error:
        reason = str(error)
    if silent:
        return "{}"
    # Not from within the handler: the engine's solutions would live on in the traceback, and may die in their thread only.
    raise EvaluationFailed(f"SERVICE <{shortened(url)}> failed: {reason}")


def _ask(url: str, asking: str, allowed: Set[Origin], deadline: float) -> ox.QuerySolutions:
    """The solutions that a server gives to a query; what is wrong with its answer is raised as HTTPException."""
    body: bytes | None = urlencode({"query": asking}).encode()
    for _ in range(REDIRECTS_LIMIT + 1):
        origin, target = _checked(url, allowed)
        with closing(_connected(origin, deadline)) as line:
            line.settimeout(_left(deadline))
            line.sendall(_request(origin, target, body))
            response = HTTPResponse(_Wire(line, deadline))  # type: ignore[arg-type]  # of a socket it wants makefile() alone
            response.begin()
            if response.status not in REDIRECTS:
                return _read(response)
        location = response.getheader("Location", "")
        if not re.fullmatch("[!-~]+", location):
            raise HTTPException("it redirects to what is no address")
        url = urljoin(url, location)
        if response.status == HTTPStatus.SEE_OTHER:
            body = None
    raise HTTPException(f"it redirects more than {REDIRECTS_LIMIT} times")


def _request(origin: Origin, target: str, body: bytes | None) -> bytes:
    """A POST of a form, or a GET where there is none. `target` holds no white space, and its ASCII is left as it is."""
    path = quote(target, safe=punctuation)
    lines = [
        f"{'GET' if body is None else 'POST'} {path if path[:1] == '/' else '/' + path} HTTP/1.1",
        f"Host: {str(origin).partition('://')[2]}",
        "Accept: application/sparql-results+json, application/sparql-results+xml;q=0.9",
        "Accept-Encoding: identity",
        "User-Agent: Orgatlas",
        "Connection: close",
    ]
    if body is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + (body or b"")


def _read(response: HTTPResponse) -> ox.QuerySolutions:
    """The solutions of an answer."""
    form = FORMS.get(response.getheader("Content-Type", "").partition(";")[0].strip().lower())
    if response.status != HTTPStatus.OK:
        raise HTTPException(f"it answered with status {response.status}")
    if form is None:
        raise HTTPException("it answered with something else than SPARQL results in JSON or XML")
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise HTTPException("it answered in an encoding that was not asked for")
    body = response.read(ANSWER_LIMIT + 1)
    if len(body) > ANSWER_LIMIT:
        raise HTTPException(f"its answer is larger than {ANSWER_LIMIT:,} bytes; narrow the pattern")
    # The engine takes the end of XML wherever it comes, and a server that closes the connection may not say how much there is.
    if response.length or (form == ox.QueryResultsFormat.XML and not _XML_END.search(body)):
        raise HTTPException("its answer broke off")
    answer = ox.parse_query_results(body, format=form)
    if not isinstance(answer, ox.QuerySolutions):
        raise HTTPException("it answered with yes or no")
    return answer


def _inline(answer: ox.QuerySolutions) -> str:
    """Solutions as a group; the engine's own N-Triples are what is written of each term."""
    names = [variable.value for variable in answer.variables]
    mark, nodes = secrets.token_hex(8), dict[str, int]()
    rows: list[str] = []
    for row in answer:
        if len(rows) >= ROWS_LIMIT or (len(rows) + 1) * len(names) > CELLS_LIMIT:
            raise HTTPException(f"its answer has more than {len(rows):,} rows of {len(names)}; narrow the pattern")
        rows.append(f"({' UNDEF '.join(_written(term, mark, nodes) for term in row)})")
    # Between two variables stands one that nobody binds: refuse_outbound would take "<" after a value for "less than".
    columns = "".join(f"?{name} ?{mark}_{place} " for place, name in enumerate(names)).rpartition("?")[0]
    values = f"VALUES ({columns}) {{ {' '.join(rows)} }}"
    return f"{{ SELECT {' '.join(f'?{name}' for name in names)} {{ {values} }} }}" if names else f"{{ {values} }}"


def _written(
    term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, mark: str, nodes: dict[str, int]
) -> str:
    """A term as it may stand in VALUES, where no blank node may."""
    if isinstance(term, ox.Triple):
        raise HTTPException("its answer holds a triple term")
    if isinstance(term, ox.BlankNode):
        return f"<urn:orgatlas:bnode:{mark}-{nodes.setdefault(term.value, len(nodes))}>"
    return "UNDEF" if term is None else str(term)
