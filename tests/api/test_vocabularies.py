"""The ontology and the shapes answer at their addresses, as a page and in every form of RDF."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from http import HTTPStatus
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from orgatlas.graph.bundle import Bundle, read_files
from orgatlas.graph.formats import GRAPH_FORMATS
from orgatlas.graph.vocabulary import name

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
ONTOLOGY = "https://w3id.org/orgatlas/ns"


@pytest.mark.parametrize("path", ["/ns", "/shapes", "/ns/0.1.0"])
def test_people_get_a_page_and_programs_get_rdf(client: httpx.Client, path: str) -> None:
    page = client.get(path, headers={"Accept": BROWSER, "Accept-Language": "fr"})
    which = path.split("/")[1]
    assert (page.status_code, page.headers["location"]) == (HTTPStatus.SEE_OTHER, f"/fr/{which}")
    assert client.get(page.headers["location"]).status_code == HTTPStatus.OK
    data = client.get(path, headers={"Accept": "application/rdf+xml"})
    assert data.status_code == HTTPStatus.OK
    assert data.headers["content-location"] == f"{path}.rdf"
    assert client.get(f"{path}.rdf").content == data.content
    assert client.get(path, headers={"Accept": "image/png"}).status_code == HTTPStatus.NOT_ACCEPTABLE


@pytest.mark.parametrize("which", ["ns", "shapes"])
def test_every_form_holds_the_same(client: httpx.Client, which: str) -> None:
    names = {"jsonld": "json-ld", "ntriples": "nt", "rdfxml": "xml"}
    graphs = []
    for form in GRAPH_FORMATS:
        content = client.get(f"/{which}.{form.suffix}").content
        if form.name in ("turtle", "ntriples", "rdfxml", "jsonld"):
            graphs.append(Graph().parse(data=content, format=names.get(form.name, form.name)))
        assert len(list(ox.parse(content, format=form.engine))) == len(graphs[0])
    assert all(isomorphic(graphs[0], graph) for graph in graphs[1:])


def test_the_ontology_is_all_that_its_files_state_of_terms(client: httpx.Client, bundle: Bundle) -> None:
    found = {quad.triple for quad in ox.parse(client.get("/ns.nt").content, format=ox.RdfFormat.N_TRIPLES)}
    subjects = {triple.subject for triple in found}
    stated = read_files(bundle, bundle.ontology)
    terms = {quad.subject for quad in stated if isinstance(quad.subject, ox.NamedNode)}
    assert {term for term in subjects if isinstance(term, ox.NamedNode)} == {
        term for term in terms if not term.value.startswith(bundle.base)
    }
    assert ox.Triple(ox.NamedNode(ONTOLOGY), name("rdf:type"), name("owl:Ontology")) in found


def test_an_unknown_version_is_not_found_and_the_known_ones_are_named(client: httpx.Client) -> None:
    for path in ("/ns/9.9.9", "/ns/9.9.9.ttl", "/ns/9.9.9.rdf"):
        found = client.get(path, headers={"Accept": "text/turtle"})
        assert found.status_code == HTTPStatus.NOT_FOUND
        assert found.json()["nearest"] == [f"{ONTOLOGY}/0.1.0"]
    assert client.get("/ns/9.9.9", headers={"Accept": BROWSER}).status_code == HTTPStatus.NOT_FOUND


def test_what_is_kept_is_not_sent_again(client: httpx.Client) -> None:
    for path in ("/ns.ttl", "/context.jsonld", "/shapes.ttl"):
        tag = client.get(path).headers["etag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == HTTPStatus.NOT_MODIFIED


def test_the_context_holds_the_terms_of_our_documents(client: httpx.Client) -> None:
    context = client.get("/context.jsonld").json()["@context"]
    document = client.get("/data/service/chaplaincy.jsonld").json()["@context"]
    assert document.items() <= context.items()
    assert context["provides"]["@id"] == f"{ONTOLOGY}#provides"


def test_an_ontology_in_plain_files_answers_too(
    serving: Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]], tmp_path: Path
) -> None:
    file = tmp_path / "own.ttl"
    file.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "<https://elsewhere.example/o> a owl:Ontology .\n"
        "<https://elsewhere.example/o#C> a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:complementOf owl:Nothing ] .\n"
        "<https://elsewhere.example/x> a <https://elsewhere.example/o#C> .\n"
    )
    with serving([file]) as client:
        found = client.get("/ns.nt").text
        assert found.count("\n") == 5
        assert "elsewhere.example/x" not in found


def test_without_an_ontology_there_is_nothing_to_say_and_no_link_is_dead(
    serving: Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]], tmp_path: Path
) -> None:
    file = tmp_path / "data.ttl"
    file.write_text("<https://elsewhere.example/x> <https://elsewhere.example/p> 1 .\n")
    with serving([file]) as client:
        assert client.get("/ns.nt").content == b""
        assert client.get("/ns", headers={"Accept": BROWSER}, follow_redirects=True).status_code == HTTPStatus.OK
        assert client.get("/ns/1.0.ttl").status_code == HTTPStatus.NOT_FOUND
