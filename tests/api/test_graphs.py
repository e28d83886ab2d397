"""Graphs are read, replaced, added to and deleted whole, updates are made whole or not at all, and what was accepted is there."""

import gzip
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import httpx
import pyoxigraph as ox
import pytest

from orgatlas.graph.bundle import empty_bundle
from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings

Running: TypeAlias = Callable[..., AbstractContextManager[tuple[Readers, int]]]
Serve: TypeAlias = Callable[..., AbstractContextManager["Service"]]


TOKEN = "secret-token"
TURTLE, UPDATE, QUERY = "text/turtle", "application/sparql-update", "application/sparql-query"
TRIPLE = "<x:a> <x:b> <x:c> ."
UPLOAD = 100_000
"""Bytes that the data of a change may have here."""


@dataclass(frozen=True)
class Service:
    """A server that takes changes, a client of it with the token, and its keeper."""

    client: httpx.Client
    readers: Readers

    @property
    def edition(self) -> str:
        return str(self.client.get("/healthz").json()["edition"])

    def put(self, graph: str, content: str | bytes = TRIPLE, **headers: str) -> httpx.Response:
        told = {"content-type": TURTLE, **headers}
        return self.client.put("/graphs", params={"graph": graph}, content=content, headers=told)

    def update(self, text: str) -> httpx.Response:
        return self.client.post("/sparql", content=text, headers={"content-type": UPDATE})

    def triples(self, graph: str) -> list[str]:
        """The lines of a graph; none where there is no such graph."""
        answer = self.client.get("/graphs", params={"graph": graph, "format": "ntriples"})
        return sorted(answer.text.splitlines()) if answer.status_code == 200 else []

    def count(self, pattern: str) -> int:
        text = f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
        answer = self.client.post("/sparql", content=text, headers={"content-type": QUERY, "accept": "text/csv"})
        return int(answer.text.split()[1])


@pytest.fixture(scope="module")
def serve(running: Running) -> Serve:
    """Starts a server, without data unless told otherwise."""

    @contextmanager
    def start(
        settings: Settings, paths: Sequence[Path] = (), empty: bool = True, token: str | None = TOKEN
    ) -> Iterator[Service]:
        headers = {"authorization": f"Bearer {TOKEN}"}
        with (
            running(paths, settings, empty, token) as (readers, port),
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, headers=headers) as client,
        ):
            yield Service(client, readers)

    return start


@pytest.fixture(scope="module")
def service(serve: Serve) -> Iterator[Service]:
    """A server without data and without a gate, whose default graph is the union."""
    with serve(Settings(writable=True, gate=False, readers=3, max_upload=UPLOAD)) as service:
        yield service


@pytest.fixture(scope="module")
def guarded(serve: Serve) -> Iterator[Service]:
    """A server of the built-in bundle, with its gate."""
    with serve(Settings(writable=True, readers=3), empty=False) as service:
        yield service


@pytest.fixture
def graph() -> str:
    """The name of a graph that nobody else uses."""
    return f"https://example.org/{uuid4()}"


# The Graph Store Protocol


def test_a_graph_is_made_replaced_read_added_to_and_deleted(service: Service, graph: str) -> None:
    made, again = service.put(graph), service.put(graph, "<x:a> <x:b> <x:d> .")
    assert (made.status_code, again.status_code) == (201, 204)
    assert service.triples(graph) == ["<x:a> <x:b> <x:d> ."]
    added = service.client.post(
        "/graphs", params={"graph": graph}, content=TRIPLE, headers={"content-type": "text/turtle; charset=UTF-8"}
    )
    assert added.status_code == 204
    assert service.triples(graph) == ["<x:a> <x:b> <x:c> .", "<x:a> <x:b> <x:d> ."]
    assert service.client.delete("/graphs", params={"graph": graph}).status_code == 204
    assert service.client.get("/graphs", params={"graph": graph}).status_code == 404
    assert service.client.delete("/graphs", params={"graph": graph}).status_code == 404


@pytest.mark.parametrize("name", ["g", "deep/er/g", "with%20space", "caf%C3%A9", "a%2Fb"])
def test_an_address_below_graphs_is_itself_the_name_of_a_graph(service: Service, name: str) -> None:
    target, headers = f"/graphs/{name}", {"content-type": TURTLE}
    assert service.client.put(target, content="<> <x:b> <x:c> .", headers=headers).status_code == 201
    iri = f"{service.client.base_url}/graphs/{name}"
    assert service.triples(iri) == [f"<{iri}> <x:b> <x:c> ."]
    assert service.client.get(target, params={"format": "ntriples"}).text.splitlines() == service.triples(iri)
    assert service.client.post(target, content=TRIPLE, headers=headers).status_code == 204
    assert len(service.triples(iri)) == 2
    assert service.client.delete(target).status_code == 204
    assert service.client.get(target).status_code == 404


def test_head_says_of_a_graph_what_get_says(service: Service, graph: str) -> None:
    service.put(graph)
    got = service.client.get("/graphs", params={"graph": graph}, headers={"accept-encoding": "identity"})
    head = service.client.head("/graphs", params={"graph": graph}, headers={"accept-encoding": "identity"})
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "orgatlas-edition", "vary", "content-length"):
        assert head.headers.get(name) == got.headers.get(name)
    assert service.client.head("/graphs", params={"graph": graph + "/none"}).status_code == 404


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [("*/*", "text/turtle; charset=utf-8"), ("application/ld+json", "application/ld+json"),
     ("application/n-triples", "application/n-triples"), ("application/rdf+xml", "application/rdf+xml")],
)  # fmt: skip
def test_a_graph_comes_in_the_form_asked_for(service: Service, graph: str, accept: str, media_type: str) -> None:
    service.put(graph)
    answer = service.client.get("/graphs", params={"graph": graph}, headers={"accept": accept})
    assert answer.headers["content-type"] == media_type
    form = ox.RdfFormat.from_media_type(accept) if accept != "*/*" else ox.RdfFormat.TURTLE
    assert form is not None
    assert [str(each.triple) for each in ox.parse(answer.content, format=form)] == ["<x:a> <x:b> <x:c>"]


def test_a_form_that_no_graph_has_is_not_acceptable(service: Service) -> None:
    assert service.client.get("/graphs?default", headers={"accept": "text/csv"}).status_code == 406
    assert service.client.get("/graphs?default&format=csv").status_code == 406


@pytest.mark.parametrize("target", ["/graphs", "/graphs/"])
def test_what_is_posted_to_the_store_becomes_a_graph_of_a_new_name(service: Service, target: str) -> None:
    headers = {"content-type": TURTLE}
    first, second = (service.client.post(target, content="<> <x:b> 'posted' .", headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["location"] != second.headers["location"]
    location = first.headers["location"]
    assert location.startswith(f"{service.client.base_url}/graphs/")
    assert service.client.get(location, params={"format": "ntriples"}).text == f'<{location}> <x:b> "posted" .\n'


def test_several_documents_are_added_at_once(service: Service, graph: str) -> None:
    files = [
        ("file", ("a.ttl", b"<x:a> <x:b> 1 .", TURTLE)),
        ("file", ("b.jsonld", b'{"@id": "x:a", "x:b": "two"}', "application/ld+json")),
    ]
    answer = service.client.post("/graphs", params={"graph": graph}, files=files)
    assert answer.status_code == 201
    assert len(service.triples(graph)) == 2
    assert service.client.put("/graphs", params={"graph": graph}, files=files).status_code == 415


def test_one_document_that_cannot_be_read_keeps_all_out(service: Service, graph: str) -> None:
    files = [("file", ("a.ttl", TRIPLE.encode(), TURTLE)), ("file", ("b.ttl", b"<x:a> <x:b>", TURTLE))]
    assert service.client.post("/graphs", params={"graph": graph}, files=files).status_code == 400
    assert service.triples(graph) == []


@pytest.mark.parametrize(
    "target",
    ["/graphs", "/graphs?graph=x:a&graph=x:b", "/graphs?default&graph=x:a", "/graphs?default&default",
     "/graphs?graph=relative", "/graphs?graph=", "/graphs?graph=x:a%20b", "/graphs/g?graph=x:a", "/graphs/g?default",
     "/graphs?graph=%FF"],
)  # fmt: skip
def test_a_request_that_names_no_graph_or_several_is_refused(service: Service, target: str) -> None:
    before = service.edition
    assert service.client.get(target).status_code == 400
    assert service.client.put(target, content=TRIPLE, headers={"content-type": TURTLE}).status_code == 400
    assert service.client.delete(target).status_code == 400
    assert service.edition == before


def test_the_default_graph_is_the_union_and_only_what_is_stated_there_is_replaced(serve: Serve, graph: str) -> None:
    with serve(Settings(writable=True, gate=False, readers=2)) as service:
        headers = {"content-type": TURTLE}
        service.put(graph)
        service.client.put("/graphs?default", content="<x:u> <x:v> <x:w> .", headers=headers)
        assert service.client.get("/graphs?default&format=ntriples").text.count("\n") == 2
        assert service.client.put("/graphs?default", content="", headers=headers).status_code == 204
        assert service.client.get("/graphs?default&format=ntriples").text == f"{TRIPLE}\n"
        assert service.client.delete("/graphs?default").status_code == 204
        assert service.triples(graph) == [TRIPLE]


def test_where_strict_the_default_graph_is_one_of_its_own(serve: Serve, graph: str) -> None:
    with serve(Settings(writable=True, gate=False, readers=2, strict_default_graph=True)) as service:
        service.put(graph)
        assert service.client.get("/graphs?default&format=ntriples").text == ""
        assert service.count("?s ?p ?o") == 0
        assert service.update("COPY <" + graph + "> TO DEFAULT").status_code == 204
        assert service.count("?s ?p ?o") == 1


# What is refused


@pytest.mark.parametrize(
    ("media_type", "detail"),
    [("text/html", "Send a graph"), ("", "Send a graph"), ("application/sparql-update", "Send a graph"),
     ("text/turtle; charset=latin-1", "UTF-8")],
)  # fmt: skip
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_body_that_is_no_form_of_rdf_is_refused(
    service: Service, graph: str, method: str, media_type: str, detail: str
) -> None:
    answer = service.client.request(
        method, "/graphs", params={"graph": graph}, content=TRIPLE, headers={"content-type": media_type}
    )
    assert answer.status_code == 415
    assert detail in answer.json()["detail"]
    if detail == "Send a graph":
        assert TURTLE in answer.headers["accept-post" if method == "POST" else "accept"]
        assert ("multipart/form-data" in answer.json()["detail"]) == (method == "POST")
    assert service.triples(graph) == []


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("<x:a> <x:b> <x:d> .\n<x:a> <x:b>", TURTLE),
        (b"<x:a> <x:b> <x:d> .\n<x:a> <x:b> '\xff' .", TURTLE),
        ('[{"@id": "x:a", "x:b": 1}, {"@context": "http://127.0.0.1:9/"}]', "application/ld+json"),
        ("[" * 100_000, "application/ld+json"),
        ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>", "application/rdf+xml"),
        ("<x:g> { <x:a> <x:b> <x:d> }", "application/trig"),
        ("<x:a> <x:b> " + "<<( <x:a> <x:b> " * 30 + "1" + " )>>" * 30 + " .", TURTLE),
    ],
    ids=["syntax", "bytes", "context", "deep", "cut", "named", "terms"],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_body_that_cannot_be_read_leaves_the_graph_as_it_was(
    service: Service, graph: str, method: str, content: str | bytes, media_type: str
) -> None:
    service.put(graph)
    before = service.edition
    answer = service.client.request(
        method, "/graphs", params={"graph": graph}, content=content, headers={"content-type": media_type}
    )
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#unreadable-data")
    assert "orgatlas-edition" not in answer.headers
    assert service.triples(graph) == [TRIPLE]
    assert service.edition == before


def test_a_body_that_ends_its_rehearsal_costs_nobody_else_anything(serve: Serve, graph: str) -> None:
    with serve(Settings(writable=True, gate=False, readers=2)) as service:
        service.put(graph)
        deep = "<x:a> <x:b> " + "<<( <x:a> <x:b> " * 200_000 + "1" + " )>>" * 200_000 + " ."
        assert service.put(graph, deep).status_code in (400, 503)
        assert service.triples(graph) == [TRIPLE]
        assert service.put(graph, "<x:a> <x:b> <x:d> .").status_code == 204


def test_a_syntax_error_in_a_body_has_its_place(service: Service, graph: str) -> None:
    problem = service.put(graph, "<x:a> <x:b> <x:c> .\n<x:a> <x:b> ; .").json()
    assert (problem["line"], problem["column"]) == (2, 13)


def test_nobody_writes_where_only_the_reasoner_may(service: Service) -> None:
    before = service.edition
    inferred = f"{empty_bundle().base}graph/inferred"
    for answer in (service.put(inferred), service.update(f"INSERT DATA {{ GRAPH <{inferred}> {{ <x:a> <x:b> 1 }} }}")):
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("#write-refused")
    assert service.edition == before


def test_a_method_that_graphs_have_not_is_refused_with_those_they_have(service: Service) -> None:
    for target in ("/graphs?default", "/graphs/g"):
        answer = service.client.patch(target)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST, PUT"


# The gate

BREAKING = "DELETE WHERE { unit:research-branch skos:prefLabel ?label }"


def test_what_breaks_a_shape_is_told_as_a_problem(guarded: Service) -> None:
    before = guarded.edition
    for accept in (
        "*/*",
        "application/problem+json",
        "application/json",
        "application/problem+json, text/turtle;q=0.5",
    ):
        answer = guarded.client.post("/sparql", content=BREAKING, headers={"content-type": UPDATE, "accept": accept})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"].endswith("#shapes-violated")
        rules = {each["rule"].rpartition("#")[2] for each in problem["findings"]}
        assert rules == {"name-in-english", "name-in-french"}
        assert all(set(each["messages"]) == {"en", "fr"} for each in problem["findings"])
    assert guarded.edition == before


@pytest.mark.parametrize("accept", ["text/turtle", "application/n-triples", "application/ld+json"])
def test_what_breaks_a_shape_is_told_as_a_shacl_report_to_who_asks_for_rdf(guarded: Service, accept: str) -> None:
    answer = guarded.client.post("/sparql", content=BREAKING, headers={"content-type": UPDATE, "accept": accept})
    assert answer.status_code == 422
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert "Accept" in answer.headers["vary"]
    form = ox.RdfFormat.from_media_type(accept)
    assert form is not None
    found = [quad.triple for quad in ox.parse(answer.content, format=form)]
    conforms = ox.NamedNode("http://www.w3.org/ns/shacl#conforms")
    assert [str(each.object) for each in found if each.predicate == conforms] == [
        '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>'
    ]
    focus = ox.NamedNode("http://www.w3.org/ns/shacl#focusNode")
    assert sum(each.predicate == focus for each in found) == 2


def test_a_graph_that_breaks_a_shape_is_refused_too(guarded: Service, graph: str) -> None:
    assert guarded.put(graph, accept="text/turtle").status_code == 422
    assert guarded.client.get("/graphs", params={"graph": graph}).status_code == 404


def test_what_conforms_is_made_with_what_follows(guarded: Service) -> None:
    new = "unit:new a org:OrganizationalUnit ; org:classification atlas:level-branch ; "
    new += "org:subOrganizationOf unit:policy-and-research-sector ; skos:prefLabel 'New'@en , 'Nouvelle'@fr"
    assert guarded.update(f"INSERT DATA {{ GRAPH <graph/curation> {{ {new} }} }}").status_code == 204
    assert guarded.count("unit:new org:transitiveSubOrganizationOf organisation:csc") == 1
    assert guarded.update("DELETE WHERE { unit:new ?p ?o }").status_code == 204
    assert guarded.count("unit:new ?p ?o") == 0


# Editions


def test_the_edition_changes_with_a_change_and_only_then(service: Service, graph: str) -> None:
    before = service.edition
    made = service.put(graph).headers["orgatlas-edition"]
    assert made != before
    for same in (service.put(graph), service.update(f"INSERT DATA {{ GRAPH <{graph}> {{ {TRIPLE} }} }}")):
        assert same.status_code == 204
        assert same.headers["orgatlas-edition"] == made == service.edition
    assert service.client.get("/graphs?default").headers["orgatlas-edition"] == made
    gone = service.client.delete("/graphs", params={"graph": graph}).headers["orgatlas-edition"]
    assert gone not in (before, made)  # an edition names how it came about, too


def test_what_was_accepted_is_seen_by_the_next_read(service: Service, graph: str) -> None:
    for number in range(20):
        written = service.update(f"INSERT DATA {{ GRAPH <{graph}> {{ <x:a> <x:b> {number} }} }}")
        assert service.count(f"GRAPH <{graph}> {{ ?s ?p ?o }}") == number + 1
        read = service.client.get("/graphs", params={"graph": graph})
        assert read.headers["orgatlas-edition"] == written.headers["orgatlas-edition"]


def test_a_reader_that_was_at_work_meanwhile_is_not_asked_again(service: Service, graph: str) -> None:
    digits = " ".join(map(str, range(10)))
    columns = " ".join(f"VALUES ?{name} {{ {digits} }}" for name in "abcd")
    long = f"SELECT ?a ?text {{ {columns} BIND('{'x' * 2000}' AS ?text) }}"
    headers = {"content-type": QUERY, "accept": "text/csv", "accept-encoding": "identity"}
    with service.client.stream("POST", "/sparql", content=long, headers=headers) as answer:
        pieces = answer.iter_bytes()
        size = len(next(pieces))
        service.put(graph)
        assert size + sum(map(len, pieces)) > 20_000_000
    assert service.triples(graph) == [TRIPLE]


# Bodies


def test_a_compressed_body_is_read(service: Service, graph: str) -> None:
    for coding in ("gzip", "x-gzip", "GZIP", "identity, gzip"):
        content = f"<x:a> <x:b> '{coding}' .".encode()
        assert service.put(graph, gzip.compress(content), **{"content-encoding": coding}).status_code in (201, 204)
        assert service.triples(graph) == [f'<x:a> <x:b> "{coding}" .']
    update = gzip.compress(f"CLEAR GRAPH <{graph}>".encode())
    headers = {"content-type": UPDATE, "content-encoding": "gzip"}
    assert service.client.post("/sparql", content=update, headers=headers).status_code == 204
    assert service.triples(graph) == []


@pytest.mark.parametrize(
    ("coding", "content", "status"),
    [
        ("br", b"x", 415),
        ("gzip, gzip", gzip.compress(gzip.compress(TRIPLE.encode())), 415),
        ("gzip", TRIPLE.encode(), 400),
        ("gzip", gzip.compress(TRIPLE.encode())[:-1], 400),
        ("gzip", b"", 400),
        ("gzip", gzip.compress(TRIPLE.encode()) + b"x", 400),
        ("gzip", gzip.compress(b"#" * (UPLOAD + 1)), 413),
        ("gzip", gzip.compress(b"#" * 300_000_000, 1), 413),
    ],
    ids=["brotli", "twice", "plain", "cut", "empty", "followed", "a little more", "bomb"],
)
def test_a_compressed_body_that_is_not_whole_or_too_much_is_refused(
    service: Service, graph: str, coding: str, content: bytes, status: int
) -> None:
    before = service.edition
    answer = service.put(graph, content, **{"content-encoding": coding})
    assert answer.status_code == status
    assert service.edition == before
    assert service.triples(graph) == []


def test_a_body_may_have_so_many_bytes_and_no_more(service: Service, graph: str) -> None:
    fits = TRIPLE + "#" * (UPLOAD - len(TRIPLE))
    assert service.put(graph, fits).status_code == 201
    for method, target, media_type in (
        ("PUT", f"/graphs?graph={graph}", TURTLE),
        ("POST", f"/graphs?graph={graph}", TURTLE),
        ("POST", "/sparql", UPDATE),
    ):
        answer = service.client.request(method, target, content=fits + "#", headers={"content-type": media_type})
        assert answer.status_code == 413
        assert f"{UPLOAD:,}" in answer.json()["detail"]
    chunked = (b"#" * 10_000 for _ in range(11))
    headers = {"content-type": TURTLE}
    answer = service.client.put("/graphs", params={"graph": graph}, content=chunked, headers=headers)
    assert answer.status_code == 413
    assert service.triples(graph) == [TRIPLE]


def test_a_deletion_has_no_body(service: Service, graph: str) -> None:
    service.put(graph)
    answer = service.client.request("DELETE", "/graphs", params={"graph": graph}, content=b"x")
    assert answer.status_code == 413
    assert service.triples(graph) == [TRIPLE]


def test_nothing_of_an_upload_stays_behind(service: Service, graph: str) -> None:
    service.put(graph)
    service.put(graph, "no turtle")
    service.put(graph, b"#" * (UPLOAD + 1))
    assert list(service.readers.folder.glob("upload-*")) == []


# The update operation


def test_an_update_is_made_by_both_kinds_of_post(service: Service, graph: str) -> None:
    inserted = f"INSERT DATA {{ GRAPH <{graph}> {{ {TRIPLE} }} }}"
    assert service.client.post("/sparql", data={"update": inserted}).status_code == 204
    assert service.triples(graph) == [TRIPLE]
    assert service.update(f"DROP GRAPH <{graph}>").status_code == 204
    charset = {"content-type": f"{UPDATE}; charset=utf-8"}
    assert service.client.post("/sparql", content=inserted, headers=charset).status_code == 204
    assert service.triples(graph) == [TRIPLE]


@pytest.mark.parametrize("kind", ["form", "body"])
def test_an_update_looks_at_the_graphs_that_the_request_names(service: Service, graph: str, kind: str) -> None:
    def send(text: str, **params: str) -> int:
        if kind == "form":
            return service.client.post("/sparql", data={"update": text, **params}).status_code
        headers = {"content-type": UPDATE}
        return service.client.post("/sparql", params=params, content=text, headers=headers).status_code

    one, two, target = (f"{graph}/{name}" for name in ("one", "two", "target"))
    service.put(one, "<x:a> <x:b> 1 .")
    service.put(two, "<x:a> <x:b> 2 .")
    copy = f"INSERT {{ GRAPH <{target}> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}"
    assert send(copy, **{"using-graph-uri": f"{graph}/none"}) == 204
    assert service.triples(target) == []
    assert send(copy, **{"using-graph-uri": one}) == 204
    assert service.triples(target) == service.triples(one)
    named = f"INSERT {{ GRAPH <{target}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert send(named, **{"using-named-graph-uri": two}) == 204
    assert service.triples(target) == sorted(service.triples(one) + service.triples(two))
    before = service.edition
    assert send(f"WITH <{one}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}", **{"using-graph-uri": one}) == 400
    assert send(copy, **{"using-graph-uri": "no iri"}) == 400
    assert service.edition == before


@pytest.mark.parametrize(
    ("params", "data"),
    [
        ({}, {"update": "CLEAR ALL", "query": "ASK {}"}),
        ({}, {"update": ["CLEAR ALL", "CLEAR ALL"]}),
        ({"query": "ASK {}"}, {"update": "CLEAR ALL"}),
        ({}, {"update": "CLEAR ALL", "default-graph-uri": "x:g"}),
        ({}, {"update": "CLEAR ALL", "named-graph-uri": "x:g"}),
        ({}, {"query": "ASK {}", "using-graph-uri": "x:g"}),
    ],
)
def test_an_update_that_is_also_something_else_is_refused(
    service: Service, graph: str, params: dict[str, str], data: dict[str, str | list[str]]
) -> None:
    service.put(graph)
    before = service.edition
    assert service.client.post("/sparql", params=params, data=data).status_code == 400
    assert service.edition == before


def test_an_update_is_never_taken_from_the_address(service: Service, graph: str) -> None:
    service.put(graph)
    before = service.edition
    clear = {"update": f"CLEAR GRAPH <{graph}>"}
    assert service.client.get("/sparql", params=clear).status_code == 400
    headers = {"content-type": UPDATE}
    assert service.client.post("/sparql", params=clear, content="CLEAR ALL", headers=headers).status_code == 400
    assert service.edition == before


def test_nothing_is_loaded_from_elsewhere(service: Service) -> None:
    before = service.edition
    refused = service.update("LOAD <http://127.0.0.1:9/>")
    assert refused.status_code == 400
    assert refused.json()["type"].endswith("#outbound-refused")
    for text in ("LOAD SILENT <http://127.0.0.1:9/>", "LOAD SILENT <http://127.0.0.1:9/> INTO GRAPH <x:g>"):
        answer = service.update(text)
        assert answer.status_code == 204
        assert answer.headers["orgatlas-edition"] == before
    assert service.edition == before


def test_a_silent_load_does_not_keep_the_rest_from_being_done(service: Service, graph: str) -> None:
    text = f"LOAD SILENT <http://127.0.0.1:9/> ; INSERT DATA {{ GRAPH <{graph}> {{ {TRIPLE} }} }}"
    assert service.update(text).status_code == 204
    assert service.triples(graph) == [TRIPLE]


@pytest.mark.parametrize("kind", ["form", "body"])
@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("INSERT DATA {\n  <x:a> <x:b>\n}", (3, 1), "expected"),
        ("CLEAR ALL ;\nINSERT DATA { <x:a> nowhere:b 1 }", (2, 21), "the prefix nowhere: is not declared"),
        ("SELECT * {}", (1, 8), "this is a query"),
    ],
)
def test_a_syntax_error_in_an_update_has_its_place(
    service: Service, kind: str, text: str, place: tuple[int, int], said: str
) -> None:
    before = service.edition
    answer = service.client.post("/sparql", data={"update": text}) if kind == "form" else service.update(text)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"].endswith("#query-syntax-error")
    assert (problem["line"], problem["column"]) == place
    assert said in problem["detail"]
    assert service.edition == before


def test_an_update_that_fails_in_the_middle_is_not_made_at_all(service: Service, graph: str) -> None:
    text = f"INSERT DATA {{ GRAPH <{graph}> {{ {TRIPLE} }} }} ; DROP GRAPH <{graph}/none>"
    assert service.update(text).status_code == 400
    assert service.triples(graph) == []


def test_the_keyword_default_is_refused_where_the_default_graph_is_the_union(service: Service, graph: str) -> None:
    service.put(graph)
    assert service.update("CLEAR DEFAULT").status_code == 409
    assert service.triples(graph) == [TRIPLE]


# A keeper that dies, and many at once


def kill_keeper(service: Service, patience: float = 60) -> None:
    """Kill the keeper and wait until another has taken its place."""
    process = service.readers._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    awaited(service, process, patience)


def awaited(service: Service, before: object, patience: float) -> None:
    """Wait until another keeper than the one before is ready."""
    end = time.monotonic() + patience
    while service.readers._process is before or service.client.get("/healthz").status_code != 200:
        assert time.monotonic() < end, "no other keeper came"
        time.sleep(0.02)


@pytest.mark.parametrize("strict", [False, True], ids=["union", "strict"])
def test_what_was_accepted_is_there_after_the_keeper_died(
    serve: Serve, tmp_path: Path, graph: str, strict: bool
) -> None:
    file = tmp_path / "data.trig"
    transitive = "<x:p> a <http://www.w3.org/2002/07/owl#TransitiveProperty> ."
    file.write_text(f"{transitive} <{graph}/file> {{ <x:a> <x:p> <x:b> }}")
    number = '"01"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>'
    settings = Settings(writable=True, gate=False, readers=2, strict_default_graph=strict)
    with serve(settings, [file], empty=False) as service:
        for _ in range(2):
            service.put(graph, f"<x:b> <x:p> <x:c>, [] ; <x:q> {number} .")
            service.update(f"CREATE SILENT GRAPH <{graph}/empty>; DROP SILENT GRAPH <{graph}/file>")
            service.update(f"INSERT DATA {{ GRAPH <{graph}/back> {{ <x:a> <x:p> <x:b> }} }}")
            before = everything(service)
            service.update("INSERT DATA {}")  # it changes nothing, and sends home the readers that wait
            kill_keeper(service)
            assert everything(service) == before
        assert service.count("GRAPH ?g { <x:a> <x:p> <x:c> }") == 1
        assert service.client.get("/graphs", params={"graph": f"{graph}/file"}).status_code == 404
        assert service.client.get("/graphs", params={"graph": f"{graph}/empty"}).status_code == 200


def test_a_keeper_that_dies_while_readers_wait_is_started_again(serve: Serve, graph: str) -> None:
    with serve(Settings(writable=True, gate=False, readers=2)) as service:
        service.put(graph)
        assert service.triples(graph) == [TRIPLE]
        kill_keeper(service, patience=20)
        assert service.triples(graph) == [TRIPLE]


def everything(service: Service) -> tuple[object, ...]:
    """All that can be seen of a service from outside."""
    quads = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?g ?s ?p ?o"
    answer = service.client.post("/sparql", content=quads, headers={"content-type": QUERY, "accept": "text/csv"})
    assert answer.status_code == 200
    return sorted(answer.text.splitlines()), service.client.get("/healthz").json()


def test_every_one_of_many_writers_is_served(service: Service, graph: str) -> None:
    def write(number: int) -> httpx.Response:
        return service.update(f"INSERT DATA {{ GRAPH <{graph}> {{ <x:writer> <x:wrote> {number} }} }}")

    with ThreadPoolExecutor(20) as writers:
        answers = list(writers.map(write, range(20)))
    assert {answer.status_code for answer in answers} == {204}
    assert len({answer.headers["orgatlas-edition"] for answer in answers}) == 20
    assert len(service.triples(graph)) == 20


def test_who_reads_meanwhile_sees_all_of_a_change_or_nothing(service: Service, graph: str) -> None:
    over = threading.Event()

    def write() -> set[int]:
        try:
            return {
                service.update(
                    f"DELETE WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} ; "
                    f"INSERT DATA {{ GRAPH <{graph}> {{ <x:left> <x:is> {number} . <x:right> <x:is> {number} }} }}"
                ).status_code
                for number in range(40)
            }
        finally:
            over.set()

    def read() -> set[tuple[str, ...]]:
        seen = set()
        text = f"SELECT ?o {{ GRAPH <{graph}> {{ ?s <x:is> ?o }} }}"
        headers = {"content-type": QUERY, "accept": "text/csv"}
        while not over.is_set():
            answer = service.client.post("/sparql", content=text, headers=headers)
            assert answer.status_code == 200
            seen.add(tuple(answer.text.split()[1:]))
        return seen

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(read) for _ in range(3)]
        assert pool.submit(write).result() == {204}
        seen = set[tuple[str, ...]]().union(*(each.result() for each in reading))
    assert len(seen) > 1
    assert all(each == () or (len(each) == 2 and len(set(each)) == 1) for each in seen)


def test_the_description_of_the_api_knows_the_methods_of_graphs(service: Service) -> None:
    paths = json.loads(service.client.get("/openapi.json").content)["paths"]
    assert {"get", "put", "post", "delete"} <= set(paths["/graphs"])
