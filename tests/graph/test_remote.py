"""SERVICE is answered by the servers that are allowed, as the standard says; no text and no server leads anywhere else."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

from orgatlas.graph import remote
from orgatlas.graph.errors import EvaluationFailed, OutboundRefused, QuerySyntaxError, UsageError
from orgatlas.graph.federation import refuse_outbound
from orgatlas.graph.remote import Origin, allowed_origin, inline_services

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
PREFIXES = {"x": "http://x/", "unused": "http://unused/"}
BASE = "http://x/"
IRI = {"type": "uri", "value": "http://x/a"}
PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.1"

HERE = """
@prefix : <http://x/> .
:a :knows :b , :c . :b :knows :c . :a :age 5 . :b :age 7 .
"""
THERE = """
@prefix : <http://x/> .
:a :name "a"@en , 'SERVICE <x> { "quoted" }' . :b :name "b\\\\u0022 } # \\n"^^:odd . :c :name 1.50 ; :nick "c" .
:a :near <http://x/service#it's> . <http://x/service#it's> :near <http://x/load#(b)> .
"""

# Self-signed for data.example, made for these tests alone and trusted by nobody else.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKCZDxGTZ0nK+AnNp
hGvb5zu0q20gk0fGroONSademHehRANCAAQ5h4CxUIQ3jufJIjfYJolPmT0xV3dB
Y6/t+0ehq1Tw+UTOMP+5FC4b5ZSHoAF2eWXGXN3Onr6pxX5ur2P4ku0E
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBejCCASCgAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxkYXRhLmV4
YW1wbGUwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBcxFTATBgNV
BAMMDGRhdGEuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDmHgLFQ
hDeO58kiN9gmiU+ZPTFXd0Fjr+37R6GrVPD5RM4w/7kULhvllIegAXZ5ZcZc3c6e
vqnFfm6vY/iS7QSjWzBZMBcGA1UdEQQQMA6CDGRhdGEuZXhhbXBsZTAPBgNVHRMB
Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIChDAdBgNVHQ4EFgQUpDfwK2Y/tMehhbhY
KI1ck/JQx+UwCgYIKoZIzj0EAwIDSAAwRQIgOhUKc4ONZWr33oUVzP8VHO3u1iSh
ZEipAC6Uy9UhQ4cCIQC1vAtlzDUJjfVd8v0qtxLHbMd7jiGtJlm5SqManOJSDA==
-----END CERTIFICATE-----
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str

    @property
    def query(self) -> str:
        return parse_qs(self.body)["query"][0]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    body: bytes = b""
    type: str | None = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Asked], Reply | Iterable[bytes]]


def evaluated(asked: Asked, form: ox.QueryResultsFormat = ox.QueryResultsFormat.JSON) -> Reply:
    """The answer of an honest endpoint that knows what is THERE."""
    store = ox.Store()
    store.load(THERE.encode(), format=ox.RdfFormat.TURTLE)
    solutions = store.query(asked.query)
    assert isinstance(solutions, ox.QuerySolutions)
    return Reply(solutions.serialize(format=form) or b"", form.media_type)


class Endpoint:
    """A server on this machine; `answer` may be set, and `asked` is what it was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.answer: Answering = evaluated
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                asked = Asked(self.command, self.path, dict(self.headers), body)
                endpoint.asked.append(asked)
                reply = endpoint.answer(asked)
                if isinstance(reply, Reply):
                    self.send_response(reply.status)
                    headers = {"Content-Type": reply.type, "Content-Length": str(len(reply.body)), **reply.headers}
                    for name, value in headers.items():
                        if value is not None:
                            self.send_header(name, value)
                    self.end_headers()
                    reply = [reply.body]
                for piece in reply:
                    self.wfile.write(piece)
                    self.wfile.flush()

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                pass  # that a client hangs up is what many of these tests are about

        self.server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port: int = self.server.server_address[1]
        self.entry = self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def inline(self, text: str, seconds: float = 10, allowed: Iterable[str] = ()) -> str:
        """A query with this server's URL in the place of <@>, and its clauses replaced."""
        return inline_services(text.replace("<@", f"<{self.url}"), PREFIXES, BASE, [self.entry, *allowed], seconds)

    def told(self, reply: Reply | Iterable[bytes], seconds: float = 10) -> str:
        """What comes of a query when the server gives this reply."""
        self.answer = lambda _: reply
        return self.inline("SELECT * { SERVICE <@/sparql> { ?s ?p ?o } }", seconds)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    served = Endpoint()
    yield served
    served.close()


@dataclass(slots=True)
class Network:
    """Names and connections as these tests want them: what is resolved, what was called, and who takes calls to PUBLIC."""

    names: dict[str, list[str]] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    called: list[tuple[str, int]] = field(default_factory=list)
    port: int | None = None
    lines: list[socket.socket] = field(default_factory=list)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """A network in which nobody is called by accident."""
    made = Network()
    genuine = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: Any, **options: Any) -> list[Any]:
        made.resolved.append(host)
        return [found for each in made.names.get(host, [host]) for found in genuine(each, port, *rest, **options)]

    class Line(socket.socket):
        def __init__(self, *rest: Any, **options: Any) -> None:
            super().__init__(*rest, **options)
            if "fileno" not in options and len(rest) < 4:
                made.lines.append(self)

        def connect(self, address: Any) -> None:
            made.called.append(address[:2])
            if made.port is not None and address[0] == PUBLIC:
                address = ("127.0.0.1", made.port)
            super().connect(address)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "socket", Line)
    return made


def rows(store: ox.Store, text: str) -> list[tuple[tuple[str, str], ...]]:
    """The solutions of a query in any order, each with its bound variables in the order of their names."""
    found = store.query(text, base_iri=BASE, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    names = sorted(variable.value for variable in found.variables)
    return sorted(tuple((name, str(row[name])) for name in names if row[name] is not None) for row in found)


def table(*found: Mapping[str, Any], names: Iterable[str] = ("v",)) -> Reply:
    """An answer in JSON."""
    return Reply(json.dumps({"head": {"vars": list(names)}, "results": {"bindings": found}}).encode())


def here() -> ox.Store:
    store = ox.Store()
    store.load(HERE.encode(), format=ox.RdfFormat.TURTLE)
    return store


# A clause means what the standard says.


@pytest.mark.parametrize("clause", ["SERVICE <@>", "service<@>", "Service Silent<@>", "SERVICE # } { <no>\n<@> # {\n"])
@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { THERE { ?s x:name ?name } }",
        "SELECT * { ?s x:knows ?o THERE { ?o x:name ?name } }",
        "SELECT * { ?s x:knows ?o . THERE { ?o x:name ?name } . ?s x:age ?age }",
        "SELECT * { ?s x:knows ?o . THERE{?o x:name ?name}?s x:age ?age }",
        "SELECT * { ?s x:knows ?o OPTIONAL { THERE { ?o x:nick ?nick } } }",
        "SELECT * { { ?s x:age ?age } UNION { THERE { ?s x:name ?name } } }",
        "SELECT * { ?s x:knows ?o MINUS { THERE { ?o x:nick ?any } } }",
        "SELECT * { ?s x:knows ?o FILTER NOT EXISTS { THERE { ?o x:nick ?nick } } }",
        "SELECT * { THERE { ?s x:name ?name OPTIONAL { ?s x:nick ?nick } OPTIONAL { ?s x:near ?near } } }",
        "SELECT * { THERE { { SELECT ?s (COUNT(*) AS ?n) { ?s x:name ?name } GROUP BY ?s } } }",
        "SELECT * { THERE { SELECT ?s { ?s x:name ?name } ORDER BY ?s LIMIT 1 } }",
        "SELECT ?s (COUNT(?name) AS ?n) { ?s x:age ?age THERE { ?s x:name ?name } } GROUP BY ?s",
        "SELECT * { THERE { ?s x:near+ ?o } }",
        "SELECT * { THERE { ?s x:near ?o } THERE { ?o x:near ?z } }",
        "SELECT * { THERE { ?s x:near ?o } ?s ?service ?load FILTER(STRLEN(STR(?o)) > 1 && ?load < 9) }",
        "SELECT * { THERE { ?s x:name ?name FILTER(LANG(?name) = 'en' || ISNUMERIC(?name)) } }",
        "SELECT * { THERE { } }",
        "SELECT * { THERE { ?s x:nick ?n FILTER(1<2#>)\n) } }",
        "SELECT * { THERE { ?s x:nick ?n FILTER(STRLEN(?n)<STRLEN(STR(?s))&&STRLEN(?n)>0) } }",
        "SELECT ?s { ?s x:age ?age THERE { x:a x:name [] } }",
        "SELECT * { THERE { ?s x:name 'nobody' } }",
        "PREFIX y: <http://x/> SELECT * { THERE { ?s y:name ?name } }",
        "BASE <http://no/> PREFIX x: <no/> BASE <http://x/> PREFIX x: <> SELECT * { THERE { <a> x:name ?n } }",
        "SELECT * { THERE { <a> <name> ?n } }",
        "SELECT * { THERE # {\n { ?s x:name ?n # }\n FILTER(STR(?n) != '}') } }",
        "SELECT * { THERE { ?s x:name ?n FILTER(STR(?n) != '''\n}'}''' && STR(?n) != \"\\\"}\") } }",
        "SELECT ?n ('SERVICE <@> { }' AS ?v) { THERE { ?s x:name ?n } # SERVICE <@> { }\n }",
        "SELECT * { BIND(1 AS ?one) THERE { ?s x:nick ?n } FILTER(?one = 1) } ORDER BY ?s LIMIT 5",
    ],
)
def test_the_solutions_of_a_clause_are_joined_as_if_they_were_found_here(
    endpoint: Endpoint, text: str, clause: str
) -> None:
    found = rows(here(), endpoint.inline(text.replace("THERE", clause)))
    local = here()
    local.load(THERE.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://there"))
    assert found == rows(local, text.replace("THERE", "GRAPH <http://there>").replace("<@", f"<{endpoint.url}"))
    assert endpoint.asked


@pytest.mark.parametrize(
    "text", ["ASK { THERE { ?s ?p ?o } }", "CONSTRUCT { ?s x:p ?o } WHERE { THERE { ?s x:near ?o } }"]
)
def test_an_endpoint_is_asked_once_for_each_clause_and_by_nobody_else(endpoint: Endpoint, text: str) -> None:
    inlined = endpoint.inline(text.replace("THERE", "SERVICE <@>"))
    found = ox.Store().query(inlined, prefixes=PREFIXES)
    assert bool(found) if isinstance(found, ox.QueryBoolean) else len([*found]) == 2
    assert [asked.headers["User-Agent"] for asked in endpoint.asked] == ["Orgatlas"]


@pytest.mark.parametrize("form", [ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML])
def test_every_term_comes_as_it_was_sent_and_brings_no_text_along(
    endpoint: Endpoint, form: ox.QueryResultsFormat
) -> None:
    endpoint.answer = lambda asked: evaluated(asked, form)
    text = endpoint.inline("SELECT * { SERVICE <@> { ?s ?p ?o } FILTER(1<2) }")
    refuse_outbound(text)
    store = ox.Store()
    store.load(THERE.encode(), format=ox.RdfFormat.TURTLE)
    assert rows(ox.Store(), text) == rows(store, "SELECT * { ?s ?p ?o }")


@pytest.mark.parametrize(
    "term",
    [
        {"type": "uri", "value": "http://x/> } SERVICE <http://y/"},
        {"type": "uri", "value": "relative"},
        {"type": "literal", "value": "a", "xml:lang": "en . } SERVICE"},
        {"type": "literal", "value": "a", "datatype": "http://x/> UNDEF"},
        {"type": "bnode", "value": "a } {"},
        {"type": "something", "value": "a"},
        {"type": "triple", "value": {"subject": IRI, "predicate": IRI, "object": IRI}},
    ],
)
def test_what_is_no_term_that_can_be_inlined_is_no_answer(endpoint: Endpoint, term: Mapping[str, Any]) -> None:
    with pytest.raises(EvaluationFailed, match="SERVICE <http://127"):
        endpoint.told(table({"v": term}))


@pytest.mark.parametrize("name", ["a b", "a) { }", "a ?b", "", "a\n"])
def test_a_name_that_is_no_variable_is_no_answer(endpoint: Endpoint, name: str) -> None:
    with pytest.raises(EvaluationFailed):
        endpoint.told(table({}, names=[name]))


def test_long_names_of_variables_are_not_repeated(endpoint: Endpoint) -> None:
    text = endpoint.told(table({}, names=["v" * 2**20, *(f"v{n}" for n in range(1000))]))
    assert len(text) < 3 * 2**20


def test_solutions_without_variables_keep_their_number(endpoint: Endpoint) -> None:
    assert rows(ox.Store(), endpoint.told(table({}, {}, {}, names=[]))) == [(), (), ()]


def test_a_blank_node_becomes_an_iri_of_its_clause(endpoint: Endpoint) -> None:
    node, other = {"type": "bnode", "value": "n"}, {"type": "bnode", "value": "m"}
    endpoint.answer = lambda _: table({"v": node, "w": node, "o": other}, names="vwo")
    text = "SELECT * { { SERVICE <@> { ?v ?w ?o } } UNION { SERVICE <@> { ?v ?w ?o } } }"
    first, second = (dict(row) for row in rows(ox.Store(), endpoint.inline(text)))
    assert first["v"] == first["w"] != first["o"]
    assert first["v"].startswith("<urn:orgatlas:bnode:")
    assert not {*first.values()} & {*second.values()}


def test_the_endpoint_is_told_what_the_names_in_the_pattern_mean(endpoint: Endpoint) -> None:
    inner = "?s x:p y:o ; <r> '\\u00e9' . SERVICE SILENT ?there { ?a ?b ?c }"
    endpoint.answer = lambda _: table()
    endpoint.inline(f"# first\nPREFIX y: <http://y/>\nSELECT ?s {{ SERVICE <@/q?a=b%20c> {{{inner}}} }}")
    (asked,) = endpoint.asked
    prologue = "BASE <http://x/> PREFIX x: <http://x/> PREFIX y: <http://y/>"
    assert asked.query == f"{prologue}\nSELECT * WHERE {{{inner}}}"
    assert (asked.method, asked.target) == ("POST", "/q?a=b%20c")
    assert asked.headers["Host"] == f"127.0.0.1:{endpoint.port}"
    assert asked.headers["Accept-Encoding"] == "identity"
    assert not {"Cookie", "Authorization", "Referer"} & {*asked.headers}


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("e:sparql", "/sparql"),
        ("e:", "/"),
        ("e:a\\,b", "/a,b"),
        ("<@/caf\u00e9#part>", "/caf%C3%A9"),
        ("<@?q=1>", "/?q=1"),
        ("<../sparql>", "/sparql"),
    ],
)
def test_an_endpoint_is_found_by_any_name_of_it(endpoint: Endpoint, name: str, target: str) -> None:
    heading = f"PREFIX e: <{endpoint.url}/> BASE <{endpoint.url}/a/b>"
    endpoint.inline(f"{heading} SELECT * {{ SERVICE {name} {{ ?s ?p ?o }} }}")
    assert [asked.target for asked in endpoint.asked] == [target]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?s <http://x/service> 'SERVICE <@> {}' }",
        "# SERVICE <@> {}\nSELECT * { ?s service:service ?o }",
        "SELECT * { ?s ?p '''\nSERVICE <@> {}''' }",
        "nonsense",
    ],
)
def test_a_text_without_a_clause_is_left_alone(endpoint: Endpoint, text: str) -> None:
    assert endpoint.inline(text) == text.replace("<@", f"<{endpoint.url}")
    assert not endpoint.asked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * {\n SERVICE <@> { ?s ?p ?o }", "at line 2"),
        ("SELECT * {\n SERVICE <@> { ?s ?p ?o } } }", "at line 2"),
        ("SELECT * { SERVICE <@> { ?s y:p ?o } }", "the prefix y: is not declared"),
        ("SELECT * { SERVICE <@> ?s ?p ?o }", "at line 1"),
        ("SELECT * { OPTIONAL SERVICE <@> { ?s ?p ?o } }", "at line 1"),
        ("SELECT * { SERVICE <@> { ( ?s } ) ?p ?o }", "at line 1"),
        ("SERVICE", "at line 1"),
        ("SELECT * { \\u0053ERVICE <@> { } SERVICE <@> { } }", "at line 1"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <@> { ?s ?p ?o } }", "this is an update"),
    ],
)
def test_what_is_no_query_is_said_before_anyone_is_asked(endpoint: Endpoint, text: str, said: str) -> None:
    with pytest.raises(QuerySyntaxError, match=said):
        endpoint.inline(text)
    assert not endpoint.asked


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE:x { } SERVICE <@> { } }",
        "SELECT * { SERVICESILENT <@> { } SERVICE <@> { } }",
        "SELECT * { serviceex:y # comment\n { } SERVICE <@> { } }",
        "SELECT * { SERVICE <\\u0068ttp://x/> { } SERVICE <@> { } }",
        # The engine reads a string or comment where we read the clause, or a brace of it.
        "SELECT * { <<?s?p'> SERVICE <@> { } '>> x:p ?o }",
        "SELECT * { <<?s?p'>#'>> x:p ?o SERVICE <@> { }\n SERVICE <@> { } }",
        "SELECT * { SERVICE <@> { <<?s?p'>'>> ?p '}' } }",
        "SELECT * { SERVICE <@> { FILTER(1<2#>) }\n) } }",
    ],
)
def test_what_cannot_be_told_for_sure_is_refused_before_anyone_is_asked(endpoint: Endpoint, text: str) -> None:
    prefixes = {**PREFIXES, "": "http://x/", "ex": "http://x/"}
    with pytest.raises(OutboundRefused):
        inline_services(text.replace("<@", f"<{endpoint.url}"), prefixes, BASE, [endpoint.entry], 5)
    assert not endpoint.asked


@pytest.mark.parametrize("variable", ["?where", "$where", "SILENT ?where"])
def test_an_endpoint_that_is_a_variable_is_refused(endpoint: Endpoint, variable: str) -> None:
    with pytest.raises(OutboundRefused, match="must be an IRI"):
        endpoint.inline(f"SELECT * {{ SERVICE <@> {{ }} SERVICE {variable} {{ ?s ?p ?o }} }}")
    assert not endpoint.asked


def test_too_many_clauses_are_refused(endpoint: Endpoint) -> None:
    with pytest.raises(OutboundRefused, match="10 SERVICE clauses"):
        endpoint.inline(f"SELECT * {{ {'SERVICE <@> { } ' * 11} }}")
    assert not endpoint.asked


# An endpoint that fails.

GZIPPED = {"Content-Encoding": "gzip"}
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sparql '
    'xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="v"/></head><results><result>'
    '<binding name="v"><literal>&b;</literal></binding></result></results></sparql>'
)
EMPTY = table()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(b"garbage"), "Parser error"),
        (Reply(b""), "Parser error"),
        (Reply(b"{}"), "must contain"),
        (Reply(b'{"head":{},"boolean":true}'), "yes or no"),
        (Reply(b"<html/>", "text/html"), "something else"),
        (Reply(b"v\r\n", "text/csv"), "something else"),
        (Reply(EMPTY.body, None), "something else"),
        (Reply(EMPTY.body, XML), "broke off"),
        (Reply(b"<sparql><head/><results><result/>", XML), "broke off"),
        (Reply(BOMB.encode(), XML), "unrecognized entity"),
        (Reply(EMPTY.body, status=500), "status 500"),
        (Reply(EMPTY.body, status=404), "status 404"),
        (Reply(EMPTY.body, status=203), "status 203"),
        (Reply(b"\x1f\x8b\x08\x00", headers=GZIPPED), "encoding"),
        (Reply(EMPTY.body[:-3]), "Parser error"),
        (Reply(EMPTY.body + b" {}"), "Parser error"),
        (Reply(EMPTY.body, headers={"Content-Length": "999"}), "broke off|IncompleteRead"),
        (Reply(b"zz\r\n", headers={"Transfer-Encoding": "chunked"}), "IncompleteRead"),
        (Reply(b"ff\r\n{", headers={"Transfer-Encoding": "chunked"}), "IncompleteRead"),
        ([b""], "closed connection"),
        ([b"hello\r\n\r\n"], "hello"),
        ([b"HTTP/1.1 abc\r\n\r\n"], "abc"),
        ([b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 200, b"\r\n"], "headers"),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000], "65536 bytes"),
    ],
)
def test_an_answer_that_is_none_fails_and_says_whose_it_is(
    endpoint: Endpoint, reply: Reply | Iterable[bytes], said: str
) -> None:
    with pytest.raises(EvaluationFailed, match=said) as caught:
        endpoint.told(reply)
    assert f"SERVICE <{endpoint.url}/sparql> failed: " in str(caught.value)


def test_json_is_taken_by_its_plain_name_and_in_chunks(endpoint: Endpoint) -> None:
    row = table({"v": {"type": "literal", "value": "a"}}).body
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (row[:9], row[9:])) + b"0\r\n\r\n"
    kind = "Application/JSON; charset=utf-8"
    text = endpoint.told(Reply(chunks, kind, headers={"Transfer-Encoding": "chunked", "Content-Length": ""}))
    assert rows(ox.Store(), text) == [(("v", '"a"'),)]


def test_an_answer_that_is_too_large_is_not_read_to_its_end(endpoint: Endpoint) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n"
        while True:
            sent += 1
            yield b" " * 2**20

    with pytest.raises(EvaluationFailed, match="larger than 16,777,216 bytes"):
        endpoint.told(endless())
    assert sent < 64


def test_an_answer_of_too_many_rows_fails(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "ROWS_LIMIT", 3)
    assert endpoint.told(table(*[{}] * 3))
    with pytest.raises(EvaluationFailed, match="more than 3 rows"):
        endpoint.told(table(*[{}] * 4))


def test_few_rows_of_very_many_variables_fail(endpoint: Endpoint) -> None:
    wide = table(*[{}] * 1000, names=[f"v{n}" for n in range(2000)])
    with pytest.raises(EvaluationFailed, match="500 rows of 2000"):
        endpoint.told(wide)


def test_the_largest_answer_is_inlined_in_a_few_seconds(endpoint: Endpoint) -> None:
    row = {"v": {"type": "uri", "value": "http://x/load#it's"}, "w": {"type": "uri", "value": "http://x/service#b"}}
    endpoint.answer = lambda _: table(*[row] * 100_000, names="vw")
    start = time.monotonic()
    text = endpoint.inline("SELECT (COUNT(*) AS ?n) { SERVICE <@> { ?v ?p ?w } FILTER(1<2) }")
    refuse_outbound(text)
    assert dict(rows(ox.Store(), text)[0])["n"].startswith('"100000"')
    assert time.monotonic() - start < 10


def slowly(*pieces: bytes) -> Iterator[bytes]:
    for piece in pieces:
        time.sleep(0.05)
        yield piece


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\n", *[b"x"] * 200],
        [*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 200],
        [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", *[b" "] * 200],
        [
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
            *[b"1\r\n \r\n"] * 200,
        ],
    ],
)
def test_a_server_that_sends_a_little_now_and_then_does_not_outlast_the_deadline(
    endpoint: Endpoint, pieces: list[bytes]
) -> None:
    start = time.monotonic()
    with pytest.raises(EvaluationFailed, match="timed out"):
        endpoint.told(slowly(*pieces), 0.4)
    assert 0.3 < time.monotonic() - start < 2


def test_the_deadline_is_for_all_clauses_together(endpoint: Endpoint) -> None:
    start = time.monotonic()
    endpoint.answer = lambda _: slowly(*[b""] * 6)
    with pytest.raises(EvaluationFailed):
        endpoint.inline("SELECT * { SERVICE SILENT <@> { } SERVICE SILENT <@> { } SERVICE <@> { } }", 0.2)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("reply", [Reply(b"garbage"), Reply(status=503), Reply(status=302)])
def test_silent_gives_one_empty_solution_in_the_place_of_an_endpoint_that_fails(
    endpoint: Endpoint, reply: Reply
) -> None:
    endpoint.answer = lambda _: reply
    text = "SELECT * { ?s x:knows ?o SERVICE SILENT <@> { ?o x:name ?name } }"
    assert rows(here(), endpoint.inline(text)) == rows(here(), "SELECT * { ?s x:knows ?o }")


def test_a_server_that_is_not_there_fails() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(EvaluationFailed, match="refused"):
            inline_services(f"SELECT * {{ SERVICE <{url}> {{ }} }}", {}, None, [url], 5)


# Redirects.


@pytest.mark.parametrize(
    ("status", "method"), [(301, "POST"), (302, "POST"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_a_redirect_on_the_same_server_is_followed(endpoint: Endpoint, status: int, method: str) -> None:
    hops = {"/sparql": Reply(status=status, headers={"Location": "/a?b#c"}), "/a?b": EMPTY}
    endpoint.answer = lambda asked: hops[asked.target]
    endpoint.inline("SELECT * { SERVICE <@/sparql> { } }")
    first, second = endpoint.asked
    assert (second.method, second.target) == (method, "/a?b")
    assert second.body == ("" if method == "GET" else first.body)


@pytest.mark.parametrize("location", ["a", "./b/../a", "///a", "http:///a", "?a", "/a\rX-Other: b"])
def test_a_relative_redirect_stays_on_its_server(endpoint: Endpoint, network: Network, location: str) -> None:
    hop = Reply(status=307, headers={"Location": location})
    endpoint.answer = lambda asked: EMPTY if "a" in asked.target else hop
    endpoint.inline("SELECT * { SERVICE <@/> { } }")
    assert [asked.target for asked in endpoint.asked] in (["/", "/a"], ["/", "/?a"])
    assert endpoint.asked[1].headers == endpoint.asked[0].headers
    assert {*network.called} == {("127.0.0.1", endpoint.port)}


def test_a_redirect_to_another_allowed_server_is_followed(endpoint: Endpoint) -> None:
    other = Endpoint()
    endpoint.answer = lambda _: Reply(status=307, headers={"Location": f"{other.url}/there"})
    endpoint.inline("SELECT * { SERVICE <@/sparql> { } }", allowed=[other.entry])
    assert [asked.target for asked in other.asked] == ["/there"]
    with pytest.raises(OutboundRefused):
        endpoint.inline("SELECT * { SERVICE <@/sparql> { } }")
    assert len(other.asked) == 1
    other.close()


def test_redirects_have_an_end(endpoint: Endpoint) -> None:
    with pytest.raises(EvaluationFailed, match="more than 3 times"):
        endpoint.told(Reply(status=307, headers={"Location": "/sparql"}))
    assert len(endpoint.asked) == 4


@pytest.mark.parametrize("silent", ["", "SILENT"])
@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://127.0.0.1/",
        "https://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.0.0.1:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://user@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}@evil.example/",
        "http://evil.example\\@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@evil.example/",
        "http://127.0.0.1:0{port}/",
        "//evil.example/",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/",
        "gopher://127.0.0.1:{port}/",
        "javascript:1",
    ],
)
def test_a_redirect_elsewhere_is_refused(endpoint: Endpoint, network: Network, location: str, silent: str) -> None:
    headers = {"Location": location.format(port=endpoint.port)}
    endpoint.answer = lambda asked: Reply(status=307, headers=headers) if asked.target == "/sparql" else EMPTY
    with pytest.raises(OutboundRefused):
        endpoint.inline(f"SELECT * {{ SERVICE {silent} <@/sparql> {{ }} }}")
    assert [asked.target for asked in endpoint.asked] == ["/sparql"]
    assert network.called == [("127.0.0.1", endpoint.port)]


@pytest.mark.parametrize(
    "location",
    [
        b"",
        b"Location: \r\n",
        b"Location: /a b\r\n",
        b"Location: /a\tb\r\n",
        b"Location: /a\r\n /b\r\n",
        b"Location: /a HTTP/1.1\r\n\tHost: evil\r\n",
        b"Location: /a\xc3\xa9\r\n",
        b"Location: /a\x00\r\n",
        b"Location: /a\r\nLocation: /b\r\n",
        b"Location: http://[::1/\r\n",
    ],
)
def test_a_redirect_to_what_is_no_address_fails(endpoint: Endpoint, location: bytes) -> None:
    with pytest.raises(EvaluationFailed):
        endpoint.told([b"HTTP/1.1 307 There\r\n" + location + b"Content-Length: 0\r\n\r\n"])
    assert len(endpoint.asked) == 1


# Which servers may be asked.


@pytest.mark.parametrize(
    ("entry", "origin"),
    [
        ("data.example", Origin("https", "data.example", 443)),
        ("Data.Example:8443", Origin("https", "data.example", 8443)),
        ("http://data.example:80", Origin("http", "data.example", 80)),
        ("http://127.0.0.1:9000", Origin("http", "127.0.0.1", 9000)),
        ("https://[2001:DB8:0::1]", Origin("https", "2001:db8::1", 443)),
        ("xn--bcher-kva.example", Origin("https", "xn--bcher-kva.example", 443)),
    ],
)
def test_an_entry_names_a_scheme_a_host_and_a_port(entry: str, origin: Origin) -> None:
    assert allowed_origin(entry) == origin
    assert allowed_origin(str(origin)) == origin


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "*",
        "*.example",
        ".example",
        "data.example.",
        "data.example:",
        "data.example:0",
        "data.example:65536",
        "data.example:+443",
        "data.example:٤٤٣",
        "data.example/sparql",
        "https://data.example/",
        "ftp://data.example",
        "user@data.example",
        "data .example",
        "data.example\n",
        "bücher.example",
        "\u212a.example",
        "::1",
        "[::1",
        "[127.0.0.1]",
        "[fe80::1%eth0]",
        "http://",
    ],
)
def test_a_broken_entry_is_said_to_be_one(entry: str) -> None:
    with pytest.raises(UsageError, match="no server"):
        allowed_origin(entry)
    with pytest.raises(UsageError):
        inline_services("ASK { SERVICE <https://data.example/> { } }", {}, None, [entry], 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://data.example/",
        "https://data.example:8443/",
        "https://data.example:80/",
        "https://data.example./",
        "https://www.data.example/",
        "https://data.example.evil.example/",
        "https://evil.example/data.example",
        "https://evil.example?https://data.example/",
        "https://evil.example#@data.example/",
        "https://data.example@evil.example/",
        "https://evil.example@data.example/",
        "https://data.example:443@evil.example/",
        "https://@data.example/",
        "https://data.example:/",
        "https://data.example:0443/",
        "https://data.example:443:443/",
        "https://data.example:65979/",
        "https:data.example",
        "https:/data.example/",
        "https:///data.example/",
        "https://data%2eexample/",
        "https://data。example/",
        "https://\uff44ata.example/",
        "https://data\u00ad.example/",
        "https://\u212aelvin.example/",
        "http://127.0.0.1/",
        "http://127.0.0.1:9001/",
        "https://127.0.0.1:9000/",
        "http://127.0.0.1:9000@evil.example/",
        "http://127.1:9000/",
        "http://127.0.0.1.:9000/",
        "http://127.000.000.001:9000/",
        "http://2130706433:9000/",
        "http://0x7f.1:9000/",
        "http://0x7f000001:9000/",
        "http://0177.0.0.1:9000/",
        "http://①②⑦.0.0.1:9000/",
        "http://localhost:9000/",
        "http://0:9000/",
        "http://[::1]:9000/",
        "http://[::ffff:127.0.0.1]:9000/",
        "http://[::127.0.0.1]:9000/",
        "http://[fe80::1%25eth0]:9000/",
        "http://[::2%25lo]:9000/",
        "http://[v1.x]:9000/",
        "file:///etc/passwd",
        "file://data.example/etc/passwd",
        "ftp://data.example/",
        "gopher://127.0.0.1:9000/",
        "data:application/json,{}",
        "urn:x:y",
    ],
)
def test_a_server_that_no_entry_names_is_not_asked(network: Network, url: str) -> None:
    allowed = ["data.example", "kelvin.example", "http://127.0.0.1:9000", "http://[::2]:9000"]
    for silent in ("", "SILENT "):
        text = f"SELECT * {{ SERVICE {silent}<{url}> {{ ?s ?p ?o }} }}"
        with pytest.raises((OutboundRefused, QuerySyntaxError)):
            inline_services(text, {}, None, allowed, 1)
    assert (network.resolved, network.called) == ([], [])


def test_no_server_is_asked_where_a_later_one_may_not_be(endpoint: Endpoint) -> None:
    with pytest.raises(OutboundRefused, match=r"https://evil\.example may not be asked"):
        endpoint.inline("SELECT * { SERVICE <@> { } SERVICE <https://evil.example/> { } }")
    assert not endpoint.asked


def test_nobody_is_allowed_by_an_empty_setting(endpoint: Endpoint) -> None:
    with pytest.raises(OutboundRefused):
        inline_services(f"ASK {{ SERVICE <{endpoint.url}> {{ }} }}", {}, None, [], 1)
    assert not endpoint.asked


@pytest.mark.parametrize("url", ["HTTP://127.0.0.1:{port}", "http://127.0.0.1:{port}#part"])
def test_an_address_may_be_written_in_other_ways_that_mean_the_same(endpoint: Endpoint, url: str) -> None:
    assert endpoint.inline(f"SELECT * {{ SERVICE <{url.format(port=endpoint.port)}> {{ }} }}")
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize("silent", ["", "SILENT"])
@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["127.8.9.1"],
        ["0.0.0.0"],
        ["10.0.0.1"],
        ["172.16.0.1"],
        ["192.168.1.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["192.0.2.1"],
        ["224.0.0.1"],
        ["240.0.0.1"],
        ["255.255.255.255"],
        ["::"],
        ["::1"],
        ["::127.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["::ffff:10.0.0.1"],
        ["2002:7f00:1::"],
        ["2002:a00:1::1"],
        ["64:ff9b::7f00:1"],
        ["64:ff9b::a9fe:a9fe"],
        ["64:ff9b:1::7f00:1"],
        ["2001:0:7f00:1::"],
        ["2001:db8::1"],
        ["fe80::1"],
        ["fec0::1"],
        ["fd00:ec2::254"],
        ["ff02::1"],
        ["4000::1"],
        [PUBLIC, PRIVATE],
        [PRIVATE, PUBLIC],
        [PUBLIC, "2606:2800:220:1::1", "::1"],
    ],
)
def test_a_name_that_leads_to_a_private_address_is_refused(network: Network, addresses: list[str], silent: str) -> None:
    network.names["data.example"] = addresses
    text = f"SELECT * {{ SERVICE {silent} <http://data.example:9/> {{ ?s ?p ?o }} }}"
    with pytest.raises(OutboundRefused, match="not public"):
        inline_services(text, {}, None, ["http://data.example:9"], 1)
    assert not network.called


@pytest.mark.parametrize("name", ["localhost", "2130706433", "0x7f.1", "127.1"])
def test_an_entry_that_only_the_resolver_takes_for_an_address_is_a_name(network: Network, name: str) -> None:
    with pytest.raises(OutboundRefused, match="not public"):
        inline_services(f"ASK {{ SERVICE <http://{name}:9/> {{ }} }}", {}, None, [f"http://{name}:9"], 1)
    assert network.resolved == [name]
    assert not network.called


@pytest.mark.parametrize("entry", ["http://127.0.0.1:9", "http://[::1]:9"])
def test_an_entry_that_is_an_address_is_that_address_alone(network: Network, entry: str) -> None:
    network.names = {"127.0.0.1": ["127.0.0.2"], "::1": ["::2"]}
    with pytest.raises(OutboundRefused, match="not public"):
        inline_services(f"ASK {{ SERVICE <{entry}/> {{ }} }}", {}, None, [entry], 1)
    assert not network.called


@pytest.mark.parametrize(
    "address", [PUBLIC, "2606:2800:220:1::1", "::ffff:93.184.216.34", "2002:5db8:d822::1", "64:ff9b::5db8:d822"]
)
def test_a_public_address_may_be_called(network: Network, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    def unreachable(line: socket.socket, place: Any) -> None:
        network.called.append(place[:2])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    network.names["data.example"] = [address]
    with pytest.raises(EvaluationFailed):
        inline_services("ASK { SERVICE <https://data.example/> { } }", {}, None, ["data.example"], 1)
    assert network.called == [(address, 443)]


def test_the_connection_goes_to_the_address_that_was_checked(endpoint: Endpoint, network: Network) -> None:
    network.names["data.example"], network.port = [PUBLIC], endpoint.port
    text = "SELECT * { SERVICE <http://Data.Example/sparql> { ?s ?p ?o } }"
    assert rows(ox.Store(), inline_services(text, {}, None, ["http://data.example"], 5))
    assert (network.resolved, network.called) == (["data.example"], [(PUBLIC, 80)])
    assert endpoint.asked[0].headers["Host"] == "data.example"


def test_a_name_that_changes_its_address_is_looked_at_again_after_a_redirect(
    endpoint: Endpoint, network: Network
) -> None:
    network.names["data.example"], network.port = [PUBLIC], endpoint.port

    def rebound(_: Asked) -> Reply:
        network.names["data.example"] = ["127.0.0.1"]
        return Reply(status=307, headers={"Location": "http://data.example/again"})

    endpoint.answer = rebound
    with pytest.raises(OutboundRefused, match="not public"):
        inline_services("ASK { SERVICE <http://data.example/> { } }", {}, None, ["http://data.example"], 5)
    assert len(network.called) == len(endpoint.asked) == 1


def test_the_next_address_is_tried_where_one_does_not_answer(endpoint: Endpoint, network: Network) -> None:
    network.names["data.example"], network.port = ["93.184.216.35", PUBLIC], endpoint.port
    genuine = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if address[0] == "93.184.216.35":
            time.sleep(self.gettimeout() or 60)
            raise TimeoutError("timed out")
        genuine(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        text = "SELECT * { SERVICE <http://data.example/> { ?s ?p ?o } }"
        assert inline_services(text, {}, None, ["http://data.example"], 2)
    assert len(endpoint.asked) == 1


def test_a_name_that_nobody_knows_fails(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(EvaluationFailed, match="not known"):
        inline_services("ASK { SERVICE <https://data.example/> { } }", {}, None, ["data.example"], 1)


def test_no_proxy_of_the_environment_is_used(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    endpoint.inline("SELECT * { SERVICE <@/sparql> { } }")
    assert urlsplit(endpoint.asked[0].target).netloc == ""


@pytest.mark.parametrize("reply", [EMPTY, Reply(b"garbage"), Reply(status=307, headers={"Location": "/sparql"}), [b""]])
def test_no_connection_stays_open(endpoint: Endpoint, network: Network, reply: Reply | Iterable[bytes]) -> None:
    endpoint.answer = lambda _: reply
    endpoint.inline("SELECT * { SERVICE SILENT <@> { ?s ?p ?o } }")
    ours = [line for line in network.lines if line.family == socket.AF_INET]
    assert ours
    assert all(line.fileno() == -1 for line in ours)


# TLS.


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Endpoint, list[str | None], Path]]:
    """A server with a certificate for data.example, the names it was called by, and the file of the certificate."""
    file = tmp_path / "data.example.pem"
    file.write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    called: list[str | None] = []
    context.sni_callback = lambda _, name, __: called.append(name)
    served = Endpoint(context)
    yield served, called, file
    served.close()


def over_tls(network: Network, port: int, name: str) -> str:
    network.names[name], network.port = [PUBLIC], port
    return inline_services(f"SELECT * {{ SERVICE <https://{name}/> {{ ?s ?p ?o }} }}", {}, None, [name], 5)


def test_a_server_shows_a_certificate_for_its_name(
    secure: tuple[Endpoint, list[str | None], Path], network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, called, file = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert rows(ox.Store(), over_tls(network, endpoint.port, "data.example"))
    assert called == ["data.example"]
    assert network.called == [(PUBLIC, 443)]


def test_a_certificate_for_another_name_is_none(
    secure: tuple[Endpoint, list[str | None], Path], network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, called, file = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(EvaluationFailed, match="Hostname mismatch"):
        over_tls(network, endpoint.port, "other.example")
    assert called == ["other.example"]
    assert not endpoint.asked


def test_a_certificate_that_nobody_vouches_for_is_none(
    secure: tuple[Endpoint, list[str | None], Path], network: Network
) -> None:
    endpoint, _, _ = secure
    with pytest.raises(EvaluationFailed, match="self-signed"):
        over_tls(network, endpoint.port, "data.example")
    assert not endpoint.asked
