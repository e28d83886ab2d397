"""Every byte from outside is hostile: whatever is sent, the answer says what is wrong, and nothing else has changed.

https://www.rfc-editor.org/rfc/rfc9110#section-15.5 and https://www.rfc-editor.org/rfc/rfc9457

What is malformed below HTTP itself is in test_connection.py; here is what a whole server makes of it.
"""

import gzip
import json
import logging
import re
import select
import socket
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

import httpx
import pytest

from orgatlas.api import connection, limits
from orgatlas.api.pages import SAFE_HEADERS
from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings
from tests.api.scripts import strange_scripts

Running: TypeAlias = Callable[..., AbstractContextManager[tuple[Readers, int]]]


TOKEN = "hostile-suite"
BRIEF = 0.6
"""Seconds of patience with the head and with the body of a request."""

OUTSIDE = b"127.0.0.1:00000"
"""Where nobody may ever ask: takes the place of a listening socket, whose port has five digits, too."""

Expected = int | tuple[int, ...]
Case = tuple[Expected, bytes]
LOST = (400, 503)
"""For what is nested so deeply that a parser refuses it, or that its process ends, whichever comes first."""


# How a request is written.


def request(method: str, target: str | bytes, *headers: str | bytes, body: bytes | None = None) -> bytes:
    """A request as bytes, after whose answer the connection is closed."""
    lines = [
        f"{method} ".encode() + _bytes(target) + b" HTTP/1.1",
        b"Connection: close",
        *([] if any(_bytes(each).lower().startswith(b"host:") for each in headers) else [b"Host: localhost"]),
        *map(_bytes, headers),
        *([] if body is None else [f"Content-Length: {len(body)}".encode()]),
    ]
    return b"\r\n".join([*lines, b"", body or b""])


def _bytes(text: str | bytes) -> bytes:
    content = text.encode() if isinstance(text, str) else text
    return content.replace(b"//OUT/", b"//" + OUTSIDE + b"/")


AUTHORIZED = f"Authorization: Bearer {TOKEN}"
SPARQL_QUERY = "Content-Type: application/sparql-query"
SPARQL_UPDATE = "Content-Type: application/sparql-update"
FORM = "Content-Type: application/x-www-form-urlencoded"
GRAPH = "http://example.org/hostile"
ASK = "ASK { ?s ?p ?o }"
MARKUP = "\"><script>alert(1)</script>'"


def query(text: str | bytes, search: str = "", *headers: str | bytes) -> bytes:
    """A query as the body of a POST."""
    return request("POST", f"/sparql{search}", SPARQL_QUERY, *headers, body=_bytes(text))


def update(text: str | bytes, search: str = "", *headers: str | bytes) -> bytes:
    """An update with the token."""
    return request("POST", f"/sparql{search}", SPARQL_UPDATE, AUTHORIZED, *headers, body=_bytes(text))


def form(body: str | bytes, search: str = "", *headers: str | bytes) -> bytes:
    """A form with the token."""
    return request("POST", f"/sparql{search}", FORM, AUTHORIZED, *headers, body=_bytes(body))


def graph(media_type: str | bytes, content: str | bytes, *headers: str | bytes, method: str = "PUT") -> bytes:
    """A graph with the token."""
    kind = b"Content-Type: " + _bytes(media_type)
    return request(method, f"/graphs?graph={GRAPH}", kind, AUTHORIZED, *headers, body=_bytes(content))


def get(target: str | bytes, *headers: str | bytes) -> bytes:
    """A request without a body."""
    return request("GET", target, *headers)


def asked(*headers: str | bytes) -> bytes:
    """A good question with headers that are none."""
    return get(f"/sparql?query={quote(ASK)}", *headers)


def packed(content: bytes, times: int = 1) -> bytes:
    """Content in gzip, perhaps within gzip."""
    for _ in range(times):
        content = gzip.compress(content, mtime=0)
    return content


def nested(opening: str, core: str, closing: str, depth: int) -> str:
    """Something within itself."""
    return opening * depth + core + closing * depth


# What is sent.

BAD_QUERIES: Mapping[str, str | bytes] = {
    "nothing": "",
    "white space": " \t\r\n",
    "a comment": "# SELECT * { ?s ?p ?o }",
    "a word": "SELECT",
    "half a query": "SELECT * { ?s ?p",
    "a brace too many": ASK + " }",
    "two queries": ASK + " " + ASK,
    "an update": "INSERT DATA { <http://a/> <http://a/> <http://a/> }",
    "NUL": ASK + "\0",
    "NUL alone": b"\0",
    "a control character": "ASK { ?s ?p '\x01' ?o }",
    "a string without end": "ASK { ?s ?p 'abc }",
    "a long string without end": 'ASK { ?s ?p """abc" }',
    "an IRI without end": "ASK { ?s ?p <http://a/ }",
    "an IRI with a space": "ASK { ?s ?p <http://a/ b> }",
    "an IRI with a brace": "ASK { ?s ?p <http://a/{b}> }",
    "an IRI with a bad host": "ASK { ?s ?p <http://[1::g]/> }",
    "an IRI with a bad port": "ASK { ?s ?p <http://a:b/> }",
    "an IRI with a bad escape": "ASK { ?s ?p <http://a/%zz> }",
    "an IRI with an escaped space": "ASK { ?s ?p <http://a/\\u0020> }",
    "an IRI with an escaped bracket": "ASK { ?s ?p <http://a/\\u003E> }",
    "a base that is no IRI": "BASE <b c> " + ASK,
    "a prefix that is no IRI": "PREFIX a: <http://[/> ASK { ?s ?p a:b }",
    "an undeclared prefix": "ASK { ?s ?p nowhere:there }",
    "a bad escape": r"ASK { ?s ?p '\q' }",
    "half an escape": r"ASK { ?s ?p '\u12' }",
    "an escape of a surrogate": r"ASK { ?s ?p '\uD800' }",
    "an escape beyond Unicode": r"ASK { ?s ?p '\U00110000' }",
    "a language tag of nine letters": "ASK { ?s ?p 'a'@abcdefghi }",
    "a language tag of digits": "ASK { ?s ?p 'a'@123 }",
    "an empty language tag": "ASK { ?s ?p 'a'@ }",
    "a language tag with an empty part": "ASK { ?s ?p 'a'@en--x }",
    "a language tag that ends with a hyphen": "ASK { ?s ?p 'a'@en- }",
    "a datatype that is a variable": "ASK { ?s ?p 'a'^^?x }",
    "half a number": "ASK { ?s ?p 1e }",
    "a variable without a name": "ASK { ? ?p ?o }",
    "a literal as predicate": "ASK { ?s 'a' ?o }",
    "a name twice": "SELECT (1 AS ?a) (2 AS ?a) {}",
    "an aggregate in a filter": "ASK { ?s ?p ?o FILTER(COUNT(*) > 1) }",
    "a variable beside an aggregate": "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }",
    "BIND to what is bound": "ASK { ?s ?p ?o BIND(1 AS ?s) }",
    "a blank node in two patterns": "ASK { _:a ?p ?o . OPTIONAL { _:a ?q ?r } }",
    "VALUES that do not fit": "ASK { VALUES (?a ?b) { (1) } }",
    "a limit below nothing": "SELECT * { ?s ?p ?o } LIMIT -1",
    "a limit beyond counting": "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999999",
    "an offset beyond counting": "SELECT * { ?s ?p ?o } OFFSET 99999999999999999999999999",
    "a function with too many arguments": "ASK { FILTER(STR(1, 2, 3)) }",
    "an unknown function": "SELECT (<http://example.org/f>(1) AS ?a) {}",
    "a template with a path": "CONSTRUCT { ?s ?p/?q ?o } WHERE { ?s ?p ?o }",
    "another language": "SELECT name FROM users WHERE 1=1; DROP TABLE users; --",
    "markup": "<script>alert(1)</script>",
    "a byte order mark": "\ufeff" + "SELECT",
    "UTF-16": ASK.encode("utf-16"),
    "Latin-1": "ASK { ?s ?p 'é' }".encode("latin-1"),
    "a byte that is never UTF-8": ASK.encode() + b"\xff",
    "an overlong slash": b"ASK { ?s ?p <http:\xc0\xaf\xc0\xafa> }",
    "a surrogate in UTF-8": b"ASK { ?s ?p '\xed\xa0\x80' }",
    "half a character": "ASK { ?s ?p 'é".encode()[:-1],
}
"""400 each, with a sentence."""

OUTWARD: Mapping[str, str] = {
    "SERVICE": "SERVICE <http://OUT/> { ?a ?b ?c }",
    "small letters": "service <http://OUT/> { ?a ?b ?c }",
    "mixed letters": "SeRvIcE <http://OUT/> { ?a ?b ?c }",
    "SILENT": "SERVICE SILENT <http://OUT/> { ?a ?b ?c }",
    "a variable": "VALUES ?to { <http://OUT/> } SERVICE ?to { ?a ?b ?c }",
    "no space": "SERVICE<http://OUT/>{?a ?b ?c}",
    "a comment between": "SERVICE # <http://a/> {}\n <http://OUT/> { ?a ?b ?c }",
    "an escape": "\\u0053ERVICE <http://OUT/> { ?a ?b ?c }",
    "a long escape": "\\U00000053ERVICE <http://OUT/> { ?a ?b ?c }",
    "a prefixed name": "SERVICE out: { ?a ?b ?c }",
    "a subselect": "{ SELECT * { SERVICE <http://OUT/> { ?a ?b ?c } } }",
    "an EXISTS": "FILTER EXISTS { SERVICE <http://OUT/> { ?a ?b ?c } }",
    "behind a string with a quote": "BIND('it\\'s # ' AS ?x) SERVICE <http://OUT/> { ?a ?b ?c }",
    "behind what may be an IRI": "FILTER(1 <2 && '>' = '#') SERVICE <http://OUT/> { ?a ?b ?c }",
    "a MINUS": "MINUS { SERVICE <http://OUT/> { ?a ?b ?c } }",
    "the name of a file": "SERVICE <file:///etc/passwd> { ?a ?b ?c }",
}
"""Ways to write SERVICE into a pattern; 400 each, and nobody is called."""

BAD_UPDATES: Mapping[str, str | bytes] = {
    "half an update": "INSERT DATA { <http://a/> <http://a/>",
    "a query": ASK,
    "a variable in data": "INSERT DATA { ?s <http://a/> <http://a/> }",
    "a blank node in DELETE DATA": "DELETE DATA { _:a <http://a/> 1 }",
    "a blank node in DELETE": "DELETE { _:a ?p ?o } WHERE { ?a ?p ?o }",
    "a good operation before a bad one": f"INSERT DATA {{ GRAPH <{GRAPH}> {{ <http://a/> <http://a/> 1 }} }} ; DROP",
    "everything dropped before a bad one": "DROP ALL ; INSERT DATA { <http://a/> }",
    "a literal as subject": "INSERT DATA { 'a' <http://a/> 1 }",
    "a bad IRI": "INSERT DATA { <http://[/> <http://a/> 1 }",
    "a bad language tag": "INSERT DATA { <http://a/> <http://a/> 'a'@abcdefghi }",
    "NUL": "INSERT DATA { <http://a/> <http://a/> 1 }\0",
    "a byte that is never UTF-8": b"INSERT DATA { <http://a/> <http://a/> '\xff' }",
    "UTF-16": "INSERT DATA { <http://a/> <http://a/> 1 }".encode("utf-16"),
    "LOAD": "LOAD <http://OUT/>",
    "LOAD in small letters": "load <http://OUT/> into graph <http://a/>",
    "LOAD of a file": "LOAD <file:///etc/passwd> INTO GRAPH <http://a/>",
    "LOAD by an escape": "\\u004COAD <http://OUT/>",
    "LOAD behind another": "INSERT DATA {} ; LOAD <http://OUT/>",
    "LOAD SILENT and LOAD": "LOAD SILENT <http://OUT/> ; LOAD <http://OUT/>",
    "SERVICE in a WHERE": "INSERT { ?a ?b ?c } WHERE { SERVICE <http://OUT/> { ?a ?b ?c } }",
    "SERVICE SILENT in a WHERE": "DELETE { ?a ?b ?c } WHERE { SERVICE SILENT <http://OUT/> { ?a ?b ?c } }",
    "DROP of what is not there": "DROP GRAPH <http://example.org/nowhere>",
    "CLEAR of what is not there": "CLEAR GRAPH <http://example.org/nowhere>",
    "deeply nested groups": f"INSERT {{}} WHERE {nested('{', '', '}', 50_000)}",
}
"""400 each, but the last; LOST will do there."""

TURTLE = "<http://a/> <http://a/b> 1 ."
XML = '<?xml version="1.0"?>{}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="http://a/">{}</rdf:RDF>'
LAUGHS = "".join(f'<!ENTITY l{each + 1} "{f"&l{each};" * 10}">' for each in range(12))

BAD_DOCUMENTS: Mapping[str, Sequence[tuple[str, str | bytes]]] = {
    "text/turtle": [
        ("a word", "garbage"),
        ("a triple that breaks off", "<http://a/> <http://a/b> "),
        ("a string that breaks off", '<http://a/> <http://a/b> "abc'),
        ("a long string that breaks off", '<http://a/> <http://a/b> """abc'),
        ("a byte that is never UTF-8", b'<http://a/> <http://a/b> "\xff" .'),
        ("UTF-16", TURTLE.encode("utf-16")),
        ("NUL", TURTLE + "\0"),
        ("a bad IRI", "<http://[/> <http://a/b> 1 ."),
        ("an IRI with a space", "<http://a/ b> <http://a/b> 1 ."),
        ("an escaped space in an IRI", "<http://a/\\u0020> <http://a/b> 1 ."),
        ("a bad language tag", '<http://a/> <http://a/b> "x"@abcdefghi .'),
        ("an undeclared prefix", "a:b a:c a:d ."),
        ("a literal as subject", '"a" <http://a/b> 1 .'),
        ("a surrogate", '<http://a/> <http://a/b> "\\uD800" .'),
        ("named graphs", "<http://a/g> { <http://a/> <http://a/b> 1 }"),
        ("RDF/XML", XML.format("", "")),
        ("JSON-LD", '{"@id": "http://a/", "http://a/b": 1}'),
        ("gzip that does not say so", packed(TURTLE.encode())),
        ("one good triple, then none", TURTLE + "\n<http://a/> ."),
    ],
    "application/n-triples": [
        ("Turtle", "@prefix a: <http://a/> . a:b a:c a:d ."),
        ("a relative IRI", "<a> <b> <c> ."),
        ("a line that breaks off", "<http://a/> <http://a/b> <http"),
        ("a quad", "<http://a/> <http://a/b> <http://a/c> <http://a/g> ."),
        ("a byte that is never UTF-8", b'<http://a/> <http://a/b> "\xc3\x28" .'),
        ("a bad language tag", '<http://a/> <http://a/b> "x"@- .'),
    ],
    "application/rdf+xml": [
        ("nothing", ""),
        ("a word", "garbage"),
        ("a document that breaks off", XML.format("", "")[:-5]),
        ("two documents", XML.format("", "") * 2),
        ("a billion laughs", XML.format(f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>', "<a:b>&l12;</a:b>")),
        ("laughs in an attribute", XML.format(f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>', '<a:b a:c="&l12;"/>')),
        (
            "an entity that holds itself",
            XML.format('<!DOCTYPE a [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "<a:b>&a;</a:b>"),
        ),
        ("an external entity", XML.format('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "<a:b>&x;</a:b>")),
        ("an external entity by HTTP", XML.format('<!DOCTYPE a [<!ENTITY x SYSTEM "http://OUT/">]>', "<a:b>&x;</a:b>")),
        ("a public entity", XML.format('<!DOCTYPE a [<!ENTITY x PUBLIC "-//A" "http://OUT/">]>', "<a:b>&x;</a:b>")),
        ("a parameter entity", XML.format('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://OUT/"> %x;]>', "<a:b>&y;</a:b>")),
        ("an undeclared entity", XML.format("", "<a:b>&nowhere;</a:b>")),
        ("an encoding that is none", '<?xml version="1.0" encoding="nonsense"?>' + XML.format("", "")[21:]),
        ("UTF-7", '<?xml version="1.0" encoding="UTF-7"?>' + XML.format("", "")[21:]),
        ("an undeclared prefix", XML.format("", "<b:c/>")),
        ("a byte that is never UTF-8", XML.format("", "<a:b>\xff</a:b>").encode("latin-1")),
        ("NUL", XML.format("", "<a:b>\0</a:b>")),
        ("the character 1", XML.format("", "<a:b>&#1;</a:b>")),
        ("a bad IRI", XML.format("", '<a:b rdf:about="http://[/"><a:c>1</a:c></a:b>')),
        ("a bad language tag", XML.format("", '<a:b rdf:about="http://a/"><a:c xml:lang="abcdefghi">1</a:c></a:b>')),
        ("an ID twice", XML.format("", '<a:b rdf:ID="x"/><a:b rdf:ID="x"/>')),
        ("an ID with a space", XML.format("", '<a:b rdf:ID="x y"/>')),
        ("two names of one thing", XML.format("", '<a:b rdf:ID="x" rdf:about="http://a/"/>')),
    ],
    "application/ld+json": [
        ("nothing", ""),
        ("a word", "garbage"),
        ("an object that breaks off", '{"@id": "http://a/"'),
        ("a remote context", '{"@context": "http://OUT/context", "@id": "http://a/", "b": 1}'),
        ("a context among others", '{"@context": [{}, "http://OUT/context"], "@id": "http://a/", "b": 1}'),
        ("a context in a file", '{"@context": "file:///etc/passwd", "@id": "http://a/", "b": 1}'),
        ("a relative context", '{"@context": "context.jsonld", "@id": "http://a/", "b": 1}'),
        ("an import", '{"@context": {"@import": "http://OUT/context"}, "@id": "http://a/", "b": 1}'),
        ("a scoped context", '{"@context": {"b": {"@id": "http://a/b", "@context": "http://OUT/"}}, "b": {"c": 1}}'),
        ("NaN", '{"@id": "http://a/", "http://a/b": NaN}'),
        ("a byte that is never UTF-8", b'{"@id": "http://a/", "http://a/b": "\xff"}'),
        ("half a surrogate", '{"@id": "http://a/", "http://a/b": "\\ud800"}'),
        ("a control character", '{"@id": "http://a/", "http://a/b": "\x01"}'),
        ("something behind the end", '{"@id": "http://a/", "http://a/b": 1} {'),
        ("a named graph", '{"@id": "http://a/g", "@graph": [{"@id": "http://a/", "http://a/b": 1}]}'),
        ("a bad value object", '{"@id": "http://a/", "http://a/b": {"@value": {}, "@type": 1}}'),
        ("a context that names itself", '{"@context": {"a": "b:c", "b": "a:c"}, "a": 1}'),
    ],
    "application/trig": [
        ("a graph of its own", "<http://a/g> { <http://a/> <http://a/b> 1 }"),
        ("a graph that breaks off", "<http://a/g> { <http://a/> <http://a/b> 1 "),
        ("a literal as graph", '"g" { <http://a/> <http://a/b> 1 }'),
        ("a byte that is never UTF-8", b"GRAPH <http://a/g> { <http://a/> <http://a/b> '\xff' }"),
    ],
    "application/n-quads": [
        ("a graph of its own", "<http://a/> <http://a/b> <http://a/c> <http://a/g> ."),
        ("a literal as graph", '<http://a/> <http://a/b> <http://a/c> "g" .'),
        ("a line that breaks off", "<http://a/> <http://a/b> <http://a/c> <http://a/g>"),
        ("a byte that is never UTF-8", b'<http://a/> <http://a/b> "\x80" .'),
    ],
}
"""Sent by PUT to a graph; 400 each."""

LEVELS = 100_000
TRIPLES = 5_000
"""Levels of what has no limit of its own, for each is a triple."""

NESTED_DOCUMENTS: Mapping[str, tuple[str, str]] = {
    "collections": ("text/turtle", f"<http://a/> <http://a/b> {nested('(', '', ')', TRIPLES)} ."),
    "blank nodes": ("text/turtle", f"<http://a/> <http://a/b> {nested('[<http://a/b> ', '1', ']', TRIPLES)} ."),
    "triple terms": ("text/turtle", f"<http://a/> <http://a/b> {nested('<<( <a> <b> ', '1', ' )>>', LEVELS)} ."),
    "reified triples": ("text/turtle", f"{nested('<< ', '<a>', ' <b> <c> >>', TRIPLES)} <d> <e> ."),
    "annotations": ("text/turtle", f"<a> <b> <c> {nested('{| <b> <c> ', '', ' |}', TRIPLES)} ."),
    "brackets that never close": ("text/turtle", f"<http://a/> <http://a/b> {'(' * LEVELS}"),
    "triple terms of N-Triples": (
        "application/n-triples",
        f"<http://a/> <http://a/b> {nested('<<( <http://a/> <http://a/b> ', '<http://a/>', ' )>>', LEVELS)} .",
    ),
    "elements": ("application/rdf+xml", XML.format("", nested("<a:b>", "", "</a:b>", LEVELS))),
    "objects": ("application/ld+json", nested('{"http://a/b":', "1", "}", LEVELS)),
    "lists": ("application/ld+json", nested("[", "", "]", LEVELS)),
    "lists that never close": ("application/ld+json", "[" * LEVELS),
    "contexts": ("application/ld+json", nested('{"@context":', "{}", "}", LEVELS)),
    "collections in TriG": ("application/trig", f"{{ <http://a/> <http://a/b> {nested('(', '', ')', TRIPLES)} }}"),
}

CALLS = f"SELECT ({nested('STR(', '1', ')', 5_000)} AS ?a) {{}}"

NESTED_QUERIES: Mapping[str, str] = {
    "groups": f"ASK {nested('{', '', '}', LEVELS)}",
    "groups that never close": f"ASK {'{' * LEVELS}",
    "EXISTS": f"ASK {{ {nested('FILTER EXISTS { ', '?s ?p ?o', ' }', 20_000)} }}",
    "NOT EXISTS": f"ASK {{ {nested('FILTER NOT EXISTS { ', '?s ?p ?o', ' }', 20_000)} }}",
    "calls": f"SELECT ({nested('STR(', '1', ')', LEVELS)} AS ?a) {{}}",
    "parentheses": f"SELECT ({nested('(', '1', ')', LEVELS)} AS ?a) {{}}",
    "parentheses that never close": f"SELECT {'(' * LEVELS}",
    "negations": f"ASK {{ FILTER({'!' * LEVELS}true) }}",
    "signs": f"SELECT ({'- ' * LEVELS}1 AS ?a) {{}}",
    "IFs": f"SELECT ({nested('IF(true,1,', '1', ')', 50_000)} AS ?a) {{}}",
    "paths": f"ASK {{ ?s {nested('(', '<http://a/>', ')*', LEVELS)} ?o }}",
    "inverse paths": f"ASK {{ ?s {nested('^(', '<http://a/>', ')', LEVELS)} ?o }}",
    "collections": f"ASK {{ ?s ?p {nested('(', '', ')', LEVELS)} }}",
    "blank nodes": f"ASK {{ ?s ?p {nested('[ ?p ', '1', ']', LEVELS)} }}",
    "subselects": f"ASK {nested('{ SELECT * ', '{}', ' }', 50_000)}",
    "OPTIONALs": f"ASK {{ {nested('OPTIONAL { ', '?s ?p ?o', ' }', 50_000)} }}",
    "MINUS": f"ASK {{ {nested('MINUS { ', '?s ?p ?o', ' }', 50_000)} }}",
    "GRAPHs": f"ASK {{ {nested('GRAPH ?g { ', '?s ?p ?o', ' }', 50_000)} }}",
    "UNIONs": f"ASK {{ {nested('{ {} UNION ', '{}', ' }', 50_000)} }}",
    "triple terms": f"ASK {{ ?s ?p {nested('<<( ?s ?p ', '1', ' )>>', 50_000)} }}",
    "reified triples": f"ASK {{ {nested('<< ', '?s', ' ?p ?o >>', 50_000)} ?p ?o }}",
    "IN": f"ASK {{ FILTER({nested('1 IN (', '1', ')', 50_000)}) }}",
    "calls of TRIPLE": f"SELECT ({nested('TRIPLE(<http://a/>,<http://a/>,', '1', ')', 30_000)} AS ?a) {{}}",
    "COALESCE in a HAVING": f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING({nested('COALESCE(', '1', ')', 50_000)})",
}
"""LOST each."""

LONG_QUERIES: Mapping[str, str] = {
    "UNIONs": f"ASK {{ {' UNION '.join(['{ ?s ?p ?o }'] * 50_000)} }}",
    "OPTIONALs": f"ASK {{ {'OPTIONAL { ?s ?p ?o } ' * 20_000} }}",
    "additions": f"SELECT ({'+'.join('1' * LEVELS)} AS ?a) {{}}",
    "disjunctions": f"ASK {{ FILTER({'||'.join(['true'] * LEVELS)}) }}",
    "steps of a path": f"ASK {{ ?s {'/'.join(['<http://a/>'] * 50_000)} ?o }}",
    "ways of a path": f"ASK {{ ?s {'|'.join(['<http://a/>'] * 50_000)} ?o }}",
    "triples": f"ASK {{ {'?s ?p ?o . ' * 80_000} }}",
    "filters": f"ASK {{ ?s ?p ?o {'FILTER(true) ' * 60_000} }}",
    "BINDs": f"ASK {{ {' '.join(f'BIND(1 AS ?v{each})' for each in range(30_000))} }}",
    "columns": f"SELECT {' '.join(f'(1 AS ?v{each})' for each in range(30_000))} {{}}",
    "FROMs": f"ASK {' '.join(f'FROM <http://a/{each}>' for each in range(30_000))} {{ ?s ?p ?o }}",
    "prefixes": f"{' '.join(f'PREFIX p{each}: <http://a/>' for each in range(30_000))} {ASK}",
    "values": f"ASK {{ VALUES ?a {{ {'1 ' * 400_000} }} }}",
    "a string": f"ASK {{ ?s ?p '{'a' * 1_000_000}' }}",
    "a variable": f"ASK {{ ?{'s' * 1_000_000} ?p ?o }}",
    "an IRI": f"ASK {{ ?s ?p <http://a/{'a' * 1_000_000}> }}",
    "a language tag": f"ASK {{ ?s ?p 'a'@{'-'.join(['abcdefgh'] * 100_000)} }}",
    "a comment": f"#{'a' * 1_000_000}\n{ASK}",
    "white space": " " * 1_000_000 + ASK,
}
"""Legal, so that 200 will do, and so will a process that ends over it."""

RUNAWAYS: Mapping[str, str] = {
    "a count of a cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "a sort of a cross product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "DISTINCT of a cross product": "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i LIMIT 1",
    "groups of a cross product": "SELECT (MAX(?i) AS ?m) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } GROUP BY ?a ?d ?g",
    "a cross product that nothing suits": "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(CONCAT(STR(?a), STR(?e))) < 0) }",
    "doubled strings": "SELECT (STRLEN(?z) AS ?n) { BIND('aaaaaaaaaaaaaaaa' AS ?v0) "
    + " ".join(f"BIND(CONCAT(?v{each}, ?v{each}) AS ?v{each + 1})" for each in range(40))
    + " BIND(?v40 AS ?z) }",
    "all strings in one": "SELECT (STRLEN(GROUP_CONCAT(?x)) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
    "BIND(STR(?a) AS ?x) }",
    "a pattern over a cross product": "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
    "FILTER(REGEX(CONCAT(STR(?a), STR(?d), STR(?g)), '(a|aa)+(b|bb)+(.*.*)*$$nothing')) }",
    "all paths between all": "SELECT (COUNT(*) AS ?n) { ?a (<http://a/>|!<http://a/>)* ?b . ?c (!<http://a/>)* ?d }",
    "values against each other": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{each} {{ {' '.join(map(str, range(200)))} }}" for each in range(6))
    + " }",
    "replacements that grow": "SELECT (STRLEN(?v9) AS ?n) { BIND('aaaaaaaaaaaaaaaa' AS ?v0) "
    + " ".join(f"BIND(REPLACE(?v{each}, 'a', 'aaaaaaaaaaaaaaaa') AS ?v{each + 1})" for each in range(9))
    + " }",
    "EXISTS for every row": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f "
    "FILTER NOT EXISTS { ?x ?y ?z . ?u ?v ?w FILTER(?x = ?a && ?u = ?d && ?z = ?w && ?c = ?f) } }",
}
"""503, since the one limit or the other ends it."""

LONG_ACCEPT = ", ".join(f"a{each}/b;q=0.{each % 1000:03}" for each in range(3_000))

AUTHORIZATIONS: Mapping[str, Sequence[str | bytes]] = {
    "by another token": ["Authorization: Bearer other"],
    "by no token": ["Authorization: Bearer"],
    "by nothing": ["Authorization:"],
    "by a beginning": [f"Authorization: Bearer {TOKEN[:-1]}"],
    "by more than the token": [f"{AUTHORIZED} x"],
    "by the name of a user": [f"Authorization: Basic {TOKEN}"],
    "by the token alone": [f"Authorization: {TOKEN}"],
    "by two tokens": [AUTHORIZED, AUTHORIZED],
    "by bytes": [b"Authorization: Bearer \xff\xfe\x80"],
    "by a long token": [f"Authorization: Bearer {'a' * 60_000}"],
    "by a cookie": [f"Cookie: token={TOKEN}; access_token={TOKEN}"],
    "by a header of a proxy": [f"Proxy-Authorization: Bearer {TOKEN}", f"X-Authorization: Bearer {TOKEN}"],
}
"""Ways to hold a token, none of them the right one; 401 each."""

REQUESTS: Mapping[str, Case] = {
    # Parameters.
    "no query": (400, form("")),
    "two queries": (400, get(f"/sparql?query={quote(ASK)}&query={quote(ASK)}")),
    "a query in the address and one in the body": (400, query(ASK, f"?query={quote(ASK)}")),
    "a query in the address and one in a form": (400, form(f"query={quote(ASK)}", f"?query={quote(ASK)}")),
    "a query and an update": (400, form(f"query={quote(ASK)}&update=CLEAR%20ALL")),
    "two updates": (400, form("update=CLEAR%20ALL&update=CLEAR%20ALL")),
    "an update in the address": (400, get("/sparql?update=CLEAR%20ALL", AUTHORIZED)),
    "an update in the address of a POST": (400, update("CLEAR ALL", "?update=CLEAR%20ALL")),
    "a query in the address of an update": (400, update("CLEAR ALL", f"?query={quote(ASK)}")),
    "a graph for a query in an update": (400, update("CLEAR ALL", "?default-graph-uri=http://a/")),
    "a graph for an update in a query": (400, query(ASK, "?using-graph-uri=http://a/")),
    "USING in an update and beside it": (
        400,
        update("DELETE { ?s ?p ?o } USING <http://a/> WHERE { ?s ?p ?o }", "?using-graph-uri=http://a/"),
    ),
    "a bad graph for an update": (400, update("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "?using-graph-uri=%3E%20%7B")),
    "two formats": (400, get(f"/sparql?query={quote(ASK)}&format=json&format=xml")),
    "two timeouts": (400, query(ASK, "?timeout=1&timeout=2")),
    "no such format": (406, query(ASK, "?format=nonsense")),
    "a format that is a path": (406, query(ASK, "?format=../../../../etc/passwd")),
    "a format that is a header": (406, query(ASK, "?format=json%0D%0AInjected:%201")),
    "a media type that is a header": (406, query(ASK, "?format=text/x%0D%0AInjected:%201")),
    "an empty format": (406, query(ASK, "?format=")),
    "a format for graphs": (406, query(ASK, "?format=ttl")),
    "a long format": (406, query(ASK, f"?format={'a' * 50_000}")),
    **{
        f"a timeout of {each!r}": (400, query(ASK, f"?timeout={quote(each)}"))
        for each in ("", "0", "-1", "nan", "inf", "-inf", "1e999", "soon", "1,5", "0x10", "\u0661x", "1\r\nInjected: 1")
    },
    "a long timeout": (400, query(ASK, f"?timeout={'9' * 50_000}")),
    "a timeout too short for anything": ((200, 503), query(ASK, "?timeout=0.000000001")),
    "a timeout in another notation": (400, query(ASK, "?timeout=1e-300")),
    "a timeout in other digits": (400, query(ASK, "?timeout=%D9%A1")),
    "a timeout with an underscore": (400, query(ASK, "?timeout=1_0")),
    "two types of one body": (
        400,
        request("POST", "/sparql", SPARQL_QUERY, "Content-Type: application/json", body=ASK.encode()),
    ),
    "two character sets of one body": (
        415,
        request("POST", "/sparql", SPARQL_QUERY + "; charset=utf-8; charset=utf-16", body=ASK.encode()),
    ),
    "a default graph that is no IRI": (400, query(ASK, "?default-graph-uri=a%20b")),
    "a default graph that is relative": (400, query(ASK, "?default-graph-uri=../a")),
    "a named graph that is a header": (400, query(ASK, "?named-graph-uri=http://a/%0D%0AInjected:%201")),
    "graphs that are files": (200, query("SELECT * { ?s ?p ?o }", "?default-graph-uri=file:///etc/passwd")),
    "graphs that are elsewhere": (
        200,
        query("SELECT * { ?s ?p ?o }", f"?default-graph-uri=http://{OUTSIDE.decode()}/"),
    ),
    "FROM elsewhere": (200, query("SELECT * FROM <http://OUT/> FROM NAMED <http://OUT/> { ?s ?p ?o }")),
    "FROM a file": (200, query("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }")),
    "GRAPH of a file": (200, query("SELECT * { GRAPH <file:///etc/passwd> { ?s ?p ?o } }")),
    "thousands of parameters": (400, get(f"/sparql?{'a=b&' * 10_000}query={quote(ASK)}")),
    "a hundred thousand fields": (400, form("a=b&" * 100_000 + f"query={quote(ASK)}")),
    "a thousand default graphs": (400, form("default-graph-uri=http://a/&" * 2_000 + f"query={quote(ASK)}")),
    "a parameter that is not UTF-8": (400, get("/sparql?query=ASK%7B%7D%FF")),
    "a name that is not UTF-8": (400, get(f"/sparql?query={quote(ASK)}&%FF=1")),
    "an overlong slash in a parameter": (400, get(f"/sparql?query={quote(ASK)}&a=%C0%AF")),
    "a surrogate in a parameter": (400, get(f"/sparql?query={quote(ASK)}&a=%ED%A0%80")),
    "a field that is not UTF-8": (400, form(b"query=ASK%7B%7D%FF")),
    "raw bytes in a form": (400, form(b"query=ASK{}\xff")),
    "half an escape": (400, form(b"query=%")),
    "an escape that is none": (400, form(b"query=%zz")),
    "NUL in a parameter": (400, get("/sparql?query=ASK%7B%7D%00")),
    "a query twice encoded": (400, get(f"/sparql?query={quote(quote(ASK))}")),
    "parameters of another kind": (400, get(f"/sparql?query[]={quote(ASK)}&named-graph-uri=a")),
    # Bodies and what is said of them.
    "a query of no type": (415, request("POST", "/sparql", body=ASK.encode())),
    "a query as JSON": (415, request("POST", "/sparql", "Content-Type: application/json", body=b'{"query": "ASK {}"}')),
    "a query as multipart": (
        415,
        request("POST", "/sparql", "Content-Type: multipart/form-data; boundary=a", body=b"--a--"),
    ),
    "a query as nonsense": (415, request("POST", "/sparql", b"Content-Type: \xff/\xfe;;=", body=ASK.encode())),
    "a query in another character set": (
        415,
        request("POST", "/sparql", SPARQL_QUERY + "; charset=utf-16", body=ASK.encode("utf-16")),
    ),
    "a query in two types": (415, request("POST", "/sparql", SPARQL_QUERY + ", application/json", body=ASK.encode())),
    "a query as an update": (400, update(ASK)),
    "an update as a query": (400, query("CLEAR ALL")),
    "a form as a query": (400, query(f"query={quote(ASK)}")),
    "a query as a form": (400, form(ASK)),
    "QUERY without a body": (400, request("QUERY", "/sparql", SPARQL_QUERY)),
    "QUERY with an update": (415, request("QUERY", "/sparql", SPARQL_UPDATE, AUTHORIZED, body=b"CLEAR ALL")),
    "QUERY with the field of an update": (
        400,
        request("QUERY", "/sparql", FORM, AUTHORIZED, body=b"update=CLEAR%20ALL"),
    ),
    "a query too long": (413, query(ASK + " " * 1_100_000)),
    "a form too long": (413, form("query=" + "a" * 1_100_000)),
    "an update too long": (413, update("INSERT DATA {}" + " " * 5_000_000)),
    "a graph too long": (413, graph("text/turtle", "#" * 5_000_000)),
    "a bomb as a query": (413, query(packed(b" " * 50_000_000), "", "Content-Encoding: gzip")),
    "a bomb as a form": (413, form(packed(b"a" * 50_000_000), "", "Content-Encoding: gzip")),
    "a bomb as an update": (413, update(packed(b" " * 50_000_000), "", "Content-Encoding: gzip")),
    "a bomb as a graph": (413, graph("text/turtle", packed(b" " * 50_000_000), "Content-Encoding: gzip")),
    "a bomb in a bomb": (400, graph("text/turtle", packed(b" " * 50_000_000, 2), "Content-Encoding: gzip")),
    "a bomb for DELETE": (
        413,
        request(
            "DELETE", f"/graphs?graph={GRAPH}", AUTHORIZED, "Content-Encoding: gzip", body=packed(b" " * 50_000_000)
        ),
    ),
    "gzip that breaks off": (400, query(packed(ASK.encode())[:-9], "", "Content-Encoding: gzip")),
    "gzip without its sum": (400, query(packed(ASK.encode())[:-4], "", "Content-Encoding: gzip")),
    "gzip with a wrong sum": (400, query(packed(ASK.encode())[:-8] + b"\0" * 8, "", "Content-Encoding: gzip")),
    "gzip with something behind": (400, query(packed(ASK.encode()) + b"more", "", "Content-Encoding: gzip")),
    "gzip twice in a row": (400, query(packed(ASK.encode()) * 2, "", "Content-Encoding: gzip")),
    "gzip that is none": (400, query(ASK, "", "Content-Encoding: gzip")),
    "gzip of nothing": (400, query(b"", "", "Content-Encoding: gzip")),
    "gzip with a byte that is never UTF-8": (400, query(packed(b"\xff"), "", "Content-Encoding: gzip")),
    "an update in gzip that breaks off": (
        400,
        update(packed(b"INSERT DATA {}" * 100)[:-12], "", "Content-Encoding: gzip"),
    ),
    "a graph in gzip that breaks off": (
        400,
        graph("text/turtle", packed(TURTLE.encode() * 1000)[:-12], "Content-Encoding: gzip"),
    ),
    "deflate": (415, query(zlib.compress(ASK.encode()), "", "Content-Encoding: deflate")),
    "br": (415, query(ASK, "", "Content-Encoding: br")),
    "gzip and gzip": (415, query(packed(ASK.encode(), 2), "", "Content-Encoding: gzip, gzip")),
    "gzip and gzip in two headers": (
        415,
        query(packed(ASK.encode(), 2), "", "Content-Encoding: gzip", "Content-Encoding: gzip"),
    ),
    "a coding that is nonsense": (415, query(ASK, "", b"Content-Encoding: \xff\xfe")),
    "a graph of no type": (415, request("PUT", f"/graphs?graph={GRAPH}", AUTHORIZED, body=TURTLE.encode())),
    "a graph as text": (415, graph("text/plain", TURTLE)),
    "a graph as nonsense": (415, graph(b"\xff\xfe", TURTLE)),
    "a graph in two types": (415, graph("text/turtle, text/turtle", TURTLE)),
    "a graph in Latin-1": (415, graph("text/turtle; charset=iso-8859-1", TURTLE)),
    "a graph in UTF-16": (415, graph("application/rdf+xml; charset=utf-16", TURTLE)),
    "a graph in UTF-7": (415, graph('text/turtle; charset="utf-7"', TURTLE)),
    "parts by PUT": (415, graph("multipart/form-data; boundary=a", "--a--")),
    "parts without a boundary": (400, graph("multipart/form-data", "--a\r\n\r\n--a--\r\n", method="POST")),
    "parts with another boundary": (
        400,
        graph("multipart/form-data; boundary=b", "--a\r\n\r\n--a--\r\n", method="POST"),
    ),
    "parts that break off": (
        400,
        graph(
            "multipart/form-data; boundary=a", f"--a\r\nContent-Type: text/turtle\r\n\r\n{TURTLE}\r\n", method="POST"
        ),
    ),
    "parts of no type": (400, graph("multipart/form-data; boundary=a", "--a\r\n\r\nx\r\n--a--\r\n", method="POST")),
    "parts of another type": (
        400,
        graph("multipart/form-data; boundary=a", "--a\r\nContent-Type: image/png\r\n\r\nx\r\n--a--\r\n", method="POST"),
    ),
    "parts within parts": (
        400,
        graph(
            "multipart/form-data; boundary=a",
            "--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--a--\r\n",
            method="POST",
        ),
    ),
    "a message as part": (
        400,
        graph(
            "multipart/form-data; boundary=a",
            "--a\r\nContent-Type: message/rfc822\r\n\r\nA: b\r\n\r\nc\r\n--a--\r\n",
            method="POST",
        ),
    ),
    "a good part and a bad one": (
        400,
        graph(
            "multipart/form-data; boundary=a",
            f"--a\r\nContent-Type: text/turtle\r\n\r\n{TURTLE}\r\n--a\r\nContent-Type: text/turtle\r\n\r\nx\r\n--a--\r\n",
            method="POST",
        ),
    ),
    "a part in base64 that is none": (
        400,
        graph(
            "multipart/form-data; boundary=a",
            "--a\r\nContent-Type: text/turtle\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!x\r\n--a--\r\n",
            method="POST",
        ),
    ),
    "a part with a bad head": (
        400,
        graph(
            "multipart/form-data; boundary=a", b"--a\r\nContent-Type: \xff\r\n \r\n\0\xff\r\n--a--\r\n", method="POST"
        ),
    ),
    "parts without number": (
        400,
        graph(
            "multipart/form-data; boundary=a",
            "--a\r\nContent-Type: text/turtle\r\n\r\n\r\n" * 2_000 + "--a--\r\n",
            method="POST",
        ),
    ),
    "a boundary of everything": (
        400,
        graph('multipart/form-data; boundary="' + "a" * 5_000 + '"', "--a--", method="POST"),
    ),
    "a boundary that is not ASCII": (400, graph(b'multipart/form-data; boundary="\xff"', b"--\xff--", method="POST")),
    # Graphs and who may write them.
    "no graph": (400, get("/graphs")),
    "two graphs": (400, get("/graphs?graph=http://a/&graph=http://b/")),
    "a graph and the default graph": (400, get("/graphs?graph=http://a/&default")),
    "the default graph twice": (400, get("/graphs?default&default")),
    "a graph and an address": (400, get("/graphs/a?graph=http://b/")),
    "an empty name": (400, get("/graphs?graph=")),
    "a relative name": (400, get("/graphs?graph=a/b")),
    "a name with a space": (400, get("/graphs?graph=http://a/%20b")),
    "a name with a bracket": (400, get("/graphs?graph=http://a/%3E")),
    "a graph that is a header": (400, get("/graphs?graph=http://a/%0D%0AInjected:%201")),
    "a graph that is not UTF-8": (400, get("/graphs?graph=http://a/%FF")),
    "a name with NUL": (400, get("/graphs?graph=http://a/%00")),
    "a name that is a file": (404, get("/graphs?graph=file:///etc/passwd")),
    "a name that is elsewhere": (404, get(b"/graphs?graph=http://" + OUTSIDE + b"/")),
    "a name that is long": (404, get(f"/graphs?graph=http://a/{'a' * 5_000}")),
    "an address that is a header": (404, get("/graphs/a%0D%0AInjected:%201")),
    "an address that is not UTF-8": (404, get("/graphs/%FF%FE")),
    "an address that is a file": (404, get("/graphs/..%2F..%2F..%2Fetc%2Fpasswd")),
    "an address that climbs": ((400, 404), get("/graphs/../../../etc/passwd")),
    "PUT of the header as address": (
        400,
        request("PUT", "/graphs?graph=http://a/%0D%0AInjected:1", AUTHORIZED, "Content-Type: text/turtle", body=b""),
    ),
    "PUT where all graphs are": (
        400,
        request("PUT", "/graphs", AUTHORIZED, "Content-Type: text/turtle", body=TURTLE.encode()),
    ),
    "DELETE of all graphs": (400, request("DELETE", "/graphs", AUTHORIZED)),
    "DELETE of what is not there": (404, request("DELETE", f"/graphs?graph={GRAPH}", AUTHORIZED)),
    "DELETE with a body": (413, request("DELETE", f"/graphs?graph={GRAPH}", AUTHORIZED, body=b"a")),
    "PATCH": (405, request("PATCH", f"/graphs?graph={GRAPH}", AUTHORIZED, body=b"")),
    "no token": (401, request("PUT", f"/graphs?graph={GRAPH}", "Content-Type: text/turtle", body=TURTLE.encode())),
    "an update without a token": (401, request("POST", "/sparql", SPARQL_UPDATE, body=b"DROP ALL")),
    "a field of an update without a token": (401, request("POST", "/sparql", FORM, body=b"update=DROP%20ALL")),
    **{
        f"authorization {name}": (401, request("POST", "/sparql", SPARQL_UPDATE, *lines, body=b"DROP ALL"))
        for name, lines in AUTHORIZATIONS.items()
    },
    "the token in the address": (
        401,
        request("POST", f"/sparql?access_token={TOKEN}", SPARQL_UPDATE, body=b"DROP ALL"),
    ),
    "the token in a form": (
        401,
        request("POST", "/sparql", FORM, body=f"access_token={TOKEN}&update=DROP%20ALL".encode()),
    ),
    "another method by a header": (
        405,
        request("POST", "/healthz", "X-HTTP-Method-Override: DELETE", AUTHORIZED, body=b""),
    ),
    "a graph of what follows": (
        409,
        request(
            "PUT",
            "/graphs?graph=https://w3id.org/orgatlas/csc/graph/inferred",
            AUTHORIZED,
            "Content-Type: text/turtle",
            body=TURTLE.encode(),
        ),
    ),
    "an update of what follows": (
        409,
        update("INSERT DATA { GRAPH <https://w3id.org/orgatlas/csc/graph/inferred> { <http://a/> <http://a/b> 1 } }"),
    ),
    "the default graph cleared": (409, update("CLEAR DEFAULT")),
    "what breaks a rule": (422, graph("text/turtle", TURTLE)),
    # Paths.
    **{
        f"the path {path[:60]}": ((404, 414), get(path))
        for path in (
            "/static/../app.py",
            "/static/..%2Fapp.py",
            "/static/%2e%2e/app.py",
            "/static/%2e%2e%2fapp.py",
            "/static/%252e%252e%252fapp.py",
            "/static/..%5Capp.py",
            "/static/....//....//app.py",
            "/static/%2Fetc%2Fpasswd",
            "/static//etc/passwd",
            "/static/orgatlas.css%00.py",
            "/static/%C0%AE%C0%AE%C0%AFapp.py",
            "/static/%FF",
            "/static/",
            "/static/.",
            "/static/..",
            "/static/" + "a" * 60_000,
            "/queries/..%2F..%2FREADME.md",
            "/queries/%2e%2e%2f%2e%2e%2fREADME.md",
            "/queries/%252e%252e%252fREADME.md",
            "/queries/%2Fetc%2Fpasswd",
            "/queries/%2Fetc%2Fpasswd.csv",
            "/queries/nowhere.csv",
            "/queries/units.exe",
            "/queries/.csv",
            "/queries/..csv",
            "/queries/%00.csv",
            "/queries/%FF.csv",
            "/queries/a%0D%0AInjected:%201",
            "/queries/a%0D%0AInjected:%201.csv",
            "/queries/" + "a" * 60_000 + ".csv",
            "/queries/../atlas.toml",
            "//evil.example/",
            "//evil.example/en",
            "/%2F%2Fevil.example/en",
            "/../../../../etc/passwd",
            "/..%2f..%2f..%2fetc%2fpasswd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/%00",
            "/%FF",
            "/%0D%0AInjected:%201",
            "/.git/config",
            "/.env",
            "/docs",
            "/redoc",
            "/sparql/../../etc/passwd",
            "/sparql%2F",
            "/healthz%00",
            "/" + "a/" * 30_000,
        )
    },
    # Parameters of questions.
    **{
        f"the question {name}": (400, get(f"/queries/{target}"))
        for name, target in {
            "with a parameter it has not": "chain-above.csv?nonsense=1",
            "with a long parameter it has not": f"chain-above.csv?{'a' * 50_000}=1",
            "with a parameter that is a header": "chain-above.csv?a%0D%0AInjected:%201=1",
            "with a parameter that is not UTF-8": "chain-above.csv?unit=%FF",
            "with two values": "chain-above.csv?lang=en&lang=fr",
            "about what is no IRI": "chain-above.csv?unit=%3E%20%7D%20SERVICE%20%3Chttp://a/%3E%20%7B",
            "about a bad IRI": "chain-above.csv?unit=http://%5B/",
            "about an undeclared prefix": "chain-above.csv?unit=nowhere:there",
            "about NUL": "chain-above.csv?unit=unit:%00",
            "in no language": "chain-above.csv?lang=",
            "in a long language": "chain-above.csv?lang=abcdefghi",
            "in another syntax": "chain-above.csv?lang=en%22%20.%20%3Fs%20%3Fp%20%3Fo",
            "of no day": "engagements-on-date.csv?date=2006-02-30",
            "of no date": "engagements-on-date.csv?date=0000-00-00",
            "of too long a number": f"stated-repeatedly.csv?minimum={'9' * 5_000}",
            "of no number": "stated-repeatedly.csv?minimum=1e3",
            "of other digits": "stated-repeatedly.csv?minimum=%D9%A1",
            "of a number with NUL": "find.csv?text=%00",
        }.items()
    },
    "a question that gives a table in a form of graphs": (406, get("/queries/chain-above.ttl")),
    "a question by POST": (405, request("POST", "/queries/chain-above.csv", FORM, body=b"lang=en")),
    # Hosts.
    "a host that is a header": (400, asked(b"Host: a\rInjected: 1")),
    "a host with a path": (400, asked("Host: a/../b")),
    "a host with a user": (400, asked("Host: user@a")),
    "a host that is not ASCII": (400, asked(b"Host: \xff")),
    "two hosts": (400, asked("Host: a", "Host: b")),
    "a host of markup": (400, asked("Host: <script>")),
    "a host and another in the target": (200, get(f"http://b/sparql?query={quote(ASK)}", "Host: a")),
    "another host": (200, asked("Host: evil.example")),
    "another host by a proxy": (
        200,
        get(
            "/sparql",
            "Host: a",
            "X-Forwarded-Host: evil.example",
            "X-Forwarded-Proto: javascript",
            "Forwarded: host=evil.example",
        ),
    ),
    "a long host": (200, asked(f"Host: {'a' * 10_000}")),
    "a graph of another host": (404, get("/graphs/a", "Host: evil.example")),
    # Headers.
    "Accept of another kind": (406, asked("Accept: image/png")),
    "Accept of nothing": (406, asked("Accept: */*;q=0")),
    "Accept of a graph": (406, asked("Accept: text/turtle")),
    "Accept without end": (406, asked(f"Accept: {LONG_ACCEPT}")),
    "Accept of bytes": (200, asked(b"Accept: \xff\xfe, \x80/*;q=\xff")),
    "Accept of commas": (200, asked(f"Accept: {',' * 60_000}")),
    "Accept of semicolons": (200, asked(f"Accept: */*{';' * 60_000}")),
    "Accept of spaces": (200, asked(f"Accept: */*;{' ' * 60_000}q=1")),
    "Accept that is liked beyond measure": (200, asked("Accept: */*;q=1e9, */*;q=nan, */*;q=-1")),
    "Accept many times": (200, asked(*["Accept: */*"] * 4_000)),
    "Accept-Encoding of nothing": (200, asked("Accept-Encoding: identity;q=0, *;q=0")),
    "Accept-Encoding of bytes": (200, asked(b"Accept-Encoding: \xff\xfe;q=\x80")),
    "Accept-Encoding without end": (200, asked(f"Accept-Encoding: {'gzip;q=0.1,' * 5_000}")),
    "Accept-Language of bytes": (200, asked(b"Accept-Language: \xff\xfe;q=\x80")),
    "Accept-Language without end": (200, asked(f"Accept-Language: {'a-' * 30_000}")),
    "a range": (200, asked("Range: bytes=0-0")),
    "ranges without end": (200, asked(f"Range: bytes={'0-,' * 20_000}")),
    "a range of bytes": (200, asked(b"Range: \xff=\xfe")),
    "If-None-Match of bytes": (200, asked(b'If-None-Match: "\xff", W/', "If-Match: *")),
    "If-None-Match without end": (200, asked(f"If-None-Match: {'W/,' * 20_000}")),
    "a date that is none": (200, asked("If-Modified-Since: Thu, 99 Foo 99999 99:99:99 GMT", "If-Unmodified-Since: 0")),
    "headers without number": (431, asked(*["A: b"] * 20_000)),
    "many headers": (200, asked(*["A: b"] * 8_000)),
    "a long header": (431, asked(f"A: {'a' * 70_000}")),
    "a long cookie": (200, asked(f"Cookie: {'a=b;' * 15_000}")),
    "an origin of bytes": (200, asked(b"Origin: \xff", "Sec-Fetch-Site: cross-site")),
    "an unknown expectation": (417, query(ASK, "", "Expect: a")),
    "an upgrade": (
        200,
        asked("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: a", "Sec-WebSocket-Version: 13"),
    ),
    "a header within a header": (400, asked(b"A: b\rInjected: 1")),
    "a body that GET has not": (200, request("GET", f"/sparql?query={quote(ASK)}", FORM, body=b"query=SELECT")),
    "a length that is none": (400, request("POST", "/sparql", SPARQL_QUERY, "Content-Length: a") + ASK.encode()),
    "two lengths": (400, request("POST", "/sparql", SPARQL_QUERY, "Content-Length: 4", body=ASK.encode())),
    "a length and chunks": (
        400,
        request("POST", "/sparql", SPARQL_QUERY, "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    ),
    "a chunk that is none": (400, request("POST", "/sparql", SPARQL_QUERY, "Transfer-Encoding: chunked") + b"x\r\n"),
    "an unknown method": (501, request("HACK", "/sparql")),
    "a method of a proxy": (501, request("CONNECT", "localhost:22")),
    "an echo": (501, request("TRACE", "/sparql", AUTHORIZED)),
    "PUT of a page": (405, request("PUT", "/healthz", AUTHORIZED, body=b"")),
    "DELETE of the queries": (405, request("DELETE", "/sparql", AUTHORIZED)),
}

LEGAL_CHANGES: Mapping[str, str] = {
    "nothing": "INSERT DATA {}",
    "white space": " \n",
    "LOAD SILENT": "LOAD SILENT <http://OUT/>",
    "LOAD SILENT into a graph": "LOAD SILENT <http://OUT/> INTO GRAPH <http://a/>",
    "COPY of what is not there": "COPY <http://example.org/nowhere> TO <http://example.org/there>",
    "DROP SILENT of what is not there": "DROP SILENT GRAPH <http://example.org/nowhere>",
    "words in a string": "DELETE WHERE { ?s ?p 'SERVICE <http://a/> { LOAD <http://a/>' }",
}
"""Updates that come to nothing: 204 each."""

PAGES: Mapping[str, Case] = {
    "a bad query": (400, get(f"/en/sparql?query={quote(MARKUP)}")),
    "a query that is not UTF-8": (400, get("/en/sparql?query=%FF")),
    "two queries": (400, get(f"/fr/sparql?query={quote(ASK)}&query={quote(ASK)}")),
    "SERVICE": (400, get("/fr/sparql?query=ASK%20%7B%20SERVICE%20%3Chttp://a/%3E%20%7B%7D%20%7D")),
    "an update": (400, get("/en/sparql?update=DROP%20ALL&query=ASK%20%7B%7D")),
    "a query without end": (
        503,
        get(f"/en/sparql?timeout=0.3&query={quote('SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }')}"),
    ),
    "a deeply nested query": (503, get(f"/en/sparql?query={quote(CALLS)}")),
    "no such question": (404, get(f"/en/queries/{quote(MARKUP)}")),
    "a question that is a path": (404, get("/en/queries/..%2F..%2Fatlas.toml")),
    "a question that is a header": (404, get("/en/queries/a%0D%0AInjected:%201")),
    "a question of markup": (400, get(f"/en/queries/chain-above?unit={quote(MARKUP)}")),
    "a question with a parameter of markup": (400, get(f"/fr/queries/chain-above?{quote(MARKUP)}=1")),
    "a question with a parameter that is not UTF-8": (400, get("/fr/queries/chain-above?unit=%FF")),
    "a page that climbs": (404, get("/en/../../etc/passwd")),
    "a page of NUL": (404, get("/fr/%00")),
    "another method": (405, request("POST", "/en/sparql", FORM, body=b"query=ASK%7B%7D")),
    "a language that is not there": (404, get("/de/", "Accept: text/html")),
    "a page elsewhere": (404, get(f"/{quote(MARKUP)}", "Accept: text/html", b"Accept-Language: \xff, fr;q=0.1")),
    "a graph of markup": (400, get(f"/graphs?graph={quote(MARKUP)}", "Accept: text/html")),
    "a body of another kind": (415, request("POST", "/sparql", "Accept: text/html", "Content-Type: <b>", body=b"a")),
}
"""What is answered with a page, to whom may be a person."""

REDIRECTED: Mapping[str, bytes] = {
    "a query that is a header": get("/sparql?query=a%0D%0AInjected:%201", "Accept: text/html"),
    "a parameter that is a header": get("/sparql?%0D%0AInjected:%201", "Accept: text/html"),
    "a question with a header": get("/queries/chain-above?lang=en%0D%0AInjected:%201"),
    "a question that is markup": get(f"/queries/chain-above?unit={quote(MARKUP)}", b"Accept-Language: \xff"),
    "a page without its slash": get("/en?%0D%0AInjected:%201", "Host: evil.example"),
    "the entrance": get("/?%0D%0AInjected:%201", "Host: evil.example", b"Accept-Language: fr\t\xff"),
}
"""Sent on to a page of ours, never to another place."""

SLOW: Mapping[str, bytes] = {
    "nothing": b"",
    "half a method": b"GE",
    "half a target": b"GET /spar",
    "half a head": b"GET /sparql HTTP/1.1\r\nHost: localhost\r\nAccept: te",
    "a head without its last line": b"GET /sparql HTTP/1.1\r\nHost: localhost\r\n",
    "a query whose body never comes": query(ASK)[: -len(ASK)],
    "half a query": query(ASK)[:-3],
    "half an update": update("INSERT DATA {} ; DROP ALL")[:-11],
    "half a graph": graph("text/turtle", TURTLE)[:-3],
    "half a form": form("update=DROP%20ALL&a=b")[:-4],
    "half a graph in gzip": graph("text/turtle", packed(TURTLE.encode()), "Content-Encoding: gzip")[:-3],
    "half a chunk": request("POST", "/sparql", SPARQL_QUERY, "Transfer-Encoding: chunked") + b"f\r\nASK",
    "chunks without end": request("POST", "/sparql", SPARQL_QUERY, "Transfer-Encoding: chunked") + b"3\r\nASK\r\n",
    "half of what DELETE has not": request("DELETE", f"/graphs?graph={GRAPH}", AUTHORIZED, "Content-Length: 9"),
}
"""What is sent and then nothing more: 408 each."""


def _cases() -> Iterator[tuple[str, Case]]:
    for name, text in BAD_QUERIES.items():
        yield f"a query: {name}", (400, query(text))
    for name, pattern in OUTWARD.items():
        prologue = "PREFIX out: <http://OUT/> SELECT * { "
        yield f"a query that asks elsewhere: {name}", (400, query(f"{prologue}{pattern} }}"))
    for name, text in BAD_UPDATES.items():
        yield f"an update: {name}", (LOST if name.startswith("deeply") else 400, update(text))
    for media_type, documents in BAD_DOCUMENTS.items():
        for name, content in documents:
            yield f"{media_type}: {name}", (400, graph(media_type, content))
    for name, (media_type, text) in NESTED_DOCUMENTS.items():
        yield f"deeply nested in a document: {name}", ((422, *LOST), graph(media_type, text))
    for name, text in NESTED_QUERIES.items():
        yield f"deeply nested in a query: {name}", (LOST, query(text))
    for name, text in LONG_QUERIES.items():
        yield f"a legal query of very many: {name}", ((200, *LOST), query(text, "?timeout=0.5"))
    for name, text in RUNAWAYS.items():
        yield f"a query without end: {name}", (503, query(text, "?timeout=0.3"))
    for name, text in LEGAL_CHANGES.items():
        yield f"a legal update: {name}", (204, update(text))
    yield from REQUESTS.items()


CASES = dict(_cases())


# What comes of it.


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that came back before the connection was closed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Overheard(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


@dataclass(frozen=True, slots=True)
class Served:
    """A writable server, its edition, a socket that nobody should ever call, and the errors that were logged."""

    client: httpx.Client
    port: int
    edition: str
    outside: socket.socket
    log: Overheard

    @contextmanager
    def call(self, sent: bytes) -> Iterator[socket.socket]:
        """A client that has sent something."""
        outside = b"127.0.0.1:%05d" % self.outside.getsockname()[1]
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            client.sendall(sent.replace(OUTSIDE, outside))
            yield client

    def answer(self, sent: bytes) -> Answer:
        """What comes back to some bytes."""
        with self.call(sent) as client:
            return answer_from(client)

    def state(self) -> dict[str, object]:
        """What is to be the same before and after: the edition, an honest answer, the log, and calls to the outside."""
        healthy = self.client.get("/healthz").json()
        truth = self.client.post("/sparql", content=ASK, headers={"Content-Type": "application/sparql-query"}).json()
        messages, self.log.messages[:] = list(self.log.messages), []
        return {
            "status": healthy["status"],
            "edition": healthy["edition"],
            "truth": truth.get("boolean"),
            "errors": messages,
            "called": self.was_called(),
        }

    def was_called(self) -> bool:
        """Whether anybody has called the outside."""
        try:
            caller, _ = self.outside.accept()
        except BlockingIOError:
            return False
        caller.close()
        return True

    def unharmed(self) -> dict[str, object]:
        """The state that nothing has happened to."""
        return {"status": "ok", "edition": self.edition, "truth": True, "errors": [], "called": False}


def answer_from(client: socket.socket) -> Answer:
    """Everything up to the end of the stream."""
    received = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    line, *lines = head.decode("ascii").split("\r\n")
    assert re.fullmatch(r"HTTP/1\.1 [0-9]{3} [A-Za-z -]+", line), line
    headers = [(name.lower(), value) for name, _, value in (each.partition(": ") for each in lines)]
    assert len(headers) == len(dict(headers)), "a header came twice"
    return Answer(int(line.split()[1]), dict(headers), body)


LEAKS = re.compile(
    rb"Traceback|File \"|/work/|/tmp/|/usr/|/home/|/proc/|site-packages|\.py\b|pyoxigraph|oxrdf|oxiri|oxttl|spargebra|"
    rb"rust|panicked|src/|\.rs\b|starlette|fastapi|uvicorn|root:|<class|object at 0x",
    re.IGNORECASE,
)
"""What no answer may hold: where things lie, what they are made of, and what is in other files."""

NAMED_LIMIT = re.compile(r"limit of [0-9.,e-]+ \w+|exhausted the process|in time")
"""What a problem with status 503 says: which limit was reached."""


def assert_safe(found: Answer, expected: Expected) -> None:
    """An answer as it was expected, with the headers of every answer, that tells nothing of the inside."""
    assert found.status in (expected if isinstance(expected, tuple) else (expected,)), found
    assert {name: found.headers.get(name.lower()) for name in SAFE_HEADERS} == SAFE_HEADERS
    assert "injected" not in found.headers
    assert not LEAKS.search(found.body), found


def assert_problem(found: Answer) -> None:
    """A problem that says what is wrong, briefly, and nothing behind it."""
    assert found.headers["content-type"] == "application/problem+json"
    assert int(found.headers["content-length"]) == len(found.body) < 10_000
    said = json.loads(found.body)
    assert said["status"] == found.status
    assert said["title"]
    assert "detail" in said or found.status in (404, 405)
    assert found.status != 503 or NAMED_LIMIT.search(said["detail"]), said


@pytest.fixture(scope="module")
def served(running: Running) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch, start(running, patch) as found:
        yield found


@contextmanager
def start(running: Running, patch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A writable server with little patience."""
    patch.setattr(limits, "SECONDS", BRIEF)
    patch.setattr(connection, "HEAD_PATIENCE", BRIEF)
    settings = Settings(
        writable=True, query_timeout=2, write_timeout=20, readers=3, query_memory=256, max_upload=4 * 1024**2
    )
    log = Overheard()
    loggers = [logging.getLogger(), logging.getLogger("uvicorn")]
    for logger in loggers:
        logger.addHandler(log)
    try:
        with (
            running([], settings, token=TOKEN) as (_, port),
            socket.create_server(("127.0.0.1", 0)) as outside,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
        ):
            outside.setblocking(False)
            yield Served(client, port, client.get("/healthz").json()["edition"], outside, log)
    finally:
        for logger in loggers:
            logger.removeHandler(log)


# What has to hold.


@pytest.mark.parametrize(("expected", "sent"), CASES.values(), ids=CASES)
def test_the_answer_says_what_is_wrong_and_nothing_has_changed(served: Served, expected: Expected, sent: bytes) -> None:
    found = served.answer(sent)
    assert_safe(found, expected)
    if found.status >= 400:
        assert_problem(found)
    assert served.state() == served.unharmed()


@pytest.mark.parametrize(("expected", "sent"), PAGES.values(), ids=PAGES)
def test_a_page_says_what_is_wrong_and_what_was_sent_is_no_markup(
    served: Served, expected: Expected, sent: bytes
) -> None:
    found = served.answer(sent)
    assert_safe(found, expected)
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<h1" in found.body
    assert not strange_scripts(found.body.decode())
    assert served.state() == served.unharmed()


@pytest.mark.parametrize("sent", REDIRECTED.values(), ids=REDIRECTED)
def test_who_is_sent_on_is_sent_to_a_page_of_ours(served: Served, sent: bytes) -> None:
    found = served.answer(sent)
    assert_safe(found, (303, 307, 308))
    assert re.match(r"/(en|fr)/", found.headers["location"])
    assert served.state() == served.unharmed()


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_who_says_no_more_is_told_so_and_let_go(served: Served, sent: bytes) -> None:
    found = served.answer(sent)
    assert_safe(found, 408)
    assert_problem(found)
    assert served.state() == served.unharmed()


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_who_leaves_in_the_middle_leaves_nothing_behind(served: Served, sent: bytes) -> None:
    with served.call(sent) as client:
        client.shutdown(socket.SHUT_WR)
        client.settimeout(10)
        while client.recv(65536):
            pass
    assert served.state() == served.unharmed()


@pytest.mark.parametrize(
    "beginning", [b"GET /", get("/sparql")[:-2], query("a" * 1000)[:-1000]], ids=["a line", "a head", "a body"]
)
def test_who_sends_a_byte_now_and_then_is_told_so_and_let_go(served: Served, beginning: bytes) -> None:
    with served.call(beginning) as client:
        client.setblocking(False)
        while not select.select([client], [], [], BRIEF / 10)[0]:
            client.send(b"A")
        client.setblocking(True)
        found = answer_from(client)
    assert_safe(found, 408)
    assert_problem(found)
    assert served.state() == served.unharmed()


def test_what_is_asked_while_others_hold_all_readers_is_told_to_come_again(served: Served) -> None:
    runaway = query(RUNAWAYS["a count of a cross product"])
    with ExitStack() as stack:
        callers = [stack.enter_context(served.call(runaway)) for _ in range(10)]
        for found in map(answer_from, callers):
            assert_safe(found, 503)
            assert_problem(found)
    assert served.state() == served.unharmed()
