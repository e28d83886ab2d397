"""The description of a resource: everything said, each statement with the graph that states it, in every form the same."""

import csv
import io
from itertools import pairwise

import pyoxigraph as ox
import pytest
from rdflib import Dataset, Graph
from rdflib.compare import isomorphic

from orgatlas.graph.build import Edition
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.context import context
from orgatlas.graph.describe import LIMITS, NESTED, Description, as_rows, as_table, described, document, in_form, known
from orgatlas.graph.directory import Directory
from orgatlas.graph.errors import UnknownResource
from orgatlas.graph.formats import GRAPH_FORMATS, GraphFormat
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import VOCABULARY_GRAPH, name

DIRECTORATE = "id/unit/international-relations-directorate"
SOURCE, STATEMENT = name("dct:source"), name("rdf:Statement")
PLACES = name("rdf:subject"), name("rdf:predicate"), name("rdf:object")


@pytest.fixture(scope="module")
def directory(closed: MemoryStore, edition: Edition) -> Directory:
    return Directory(closed, edition.bundle.base)


def of(closed: MemoryStore, directory: Directory, bundle: Bundle, path: str) -> Description:
    return described(closed, directory, [bundle.base + path])


def at(bundle: Bundle, path: str) -> str:
    return f"{bundle.base}data/{path.removeprefix('id/')}"


def test_it_holds_every_statement_of_the_resource_and_about_it(
    closed: MemoryStore, directory: Directory, bundle: Bundle
) -> None:
    resource = ox.NamedNode(bundle.base + DIRECTORATE)
    said = {(each.triple, each.graph) for each in of(closed, directory, bundle, DIRECTORATE).said}
    for pattern in ((resource, None, None), (None, None, resource)):
        for quad in closed.find(*pattern):
            if isinstance(quad.graph_name, ox.NamedNode):
                assert (quad.triple, quad.graph_name) in said


def test_what_it_names_has_its_names_in_both_languages(
    closed: MemoryStore, directory: Directory, bundle: Bundle
) -> None:
    said = of(closed, directory, bundle, DIRECTORATE).said
    names = [each.triple for each in said if each.triple.subject == ox.NamedNode(bundle.base + "id/org/csc")]
    assert {each.object.language for each in names if isinstance(each.object, ox.Literal)} == {"en", "fr"}


def test_every_statement_tells_where_it_is_stated_and_what_follows_is_marked(
    closed: MemoryStore, directory: Directory, bundle: Bundle
) -> None:
    description = of(closed, directory, bundle, DIRECTORATE)
    quads = document(description, bundle, at(bundle, DIRECTORATE))
    parts = {quad.subject for quad in quads if quad.object == STATEMENT}
    told = {part: {quad.predicate: str(quad.object) for quad in quads if quad.subject == part} for part in parts}
    graphs: dict[tuple[str, ...], set[str]] = {}
    for each in description.said:
        if each.role in LIMITS:
            graphs.setdefault(tuple(map(str, each.triple)), set()).add(str(each.graph))
    assert sorted(tuple(of_it[place] for place in PLACES) for of_it in told.values()) == sorted(graphs)
    for part, of_it in told.items():
        sources = {str(quad.object) for quad in quads if quad.subject == part and quad.predicate == SOURCE}
        assert sources == graphs[tuple(of_it[place] for place in PLACES)]
    assert any(
        quad.object == ox.NamedNode(bundle.base + "graph/inferred") for quad in quads if quad.predicate == SOURCE
    )


def test_the_graphs_that_state_are_described(closed: MemoryStore, directory: Directory, bundle: Bundle) -> None:
    said = of(closed, directory, bundle, DIRECTORATE).said
    passage = ox.NamedNode(bundle.base + "id/source/B/s01")
    about = {each.triple.predicate for each in said if each.triple.subject == passage}
    assert {name("dct:identifier"), name("oa:hasSource"), name("rdfs:comment")} <= about
    position = ox.NamedNode(bundle.base + "id/source/B/s01#position")
    assert {name("oa:start"), name("oa:end")} <= {
        each.triple.predicate for each in said if each.triple.subject == position
    }


def test_parts_of_a_document_are_described_with_it(closed: MemoryStore, directory: Directory, bundle: Bundle) -> None:
    said = of(closed, directory, bundle, "id/source/B/s01").said
    position = ox.NamedNode(bundle.base + "id/source/B/s01#position")
    assert name("oa:end") in {each.triple.predicate for each in said if each.triple.subject == position}


def test_a_passage_tells_what_it_states(closed: MemoryStore, directory: Directory, bundle: Bundle) -> None:
    description = of(closed, directory, bundle, "id/source/B/s01")
    stated = {quad.triple for quad in closed.quads_of(description.resource)}
    assert {each.triple for each in description.said if each.role == "inside"} == stated


@pytest.mark.parametrize("path", [DIRECTORATE, "id/source/B/s01", "id/place/SE", "id/org/csc", "graph/curation"])
def test_every_form_holds_the_same(closed: MemoryStore, directory: Directory, bundle: Bundle, path: str) -> None:
    quads = document(of(closed, directory, bundle, path), bundle, at(bundle, path))
    terms = context(bundle.prefixes, closed.quads_of(ox.NamedNode(bundle.base + VOCABULARY_GRAPH)))

    def read(form: GraphFormat) -> Graph | Dataset:
        names = {"jsonld": "json-ld", "ntriples": "nt", "rdfxml": "xml"}
        found = Dataset() if form.datasets else Graph()
        return found.parse(data=in_form(quads, form, bundle, terms), format=names.get(form.name, form.name))

    expected = {quad.triple for quad in quads}
    for form in GRAPH_FORMATS:
        content = in_form(quads, form, bundle, terms)
        parsed = list(ox.parse(content, format=form.engine))
        assert {quad.triple for quad in parsed} == expected, form.name
        if form.datasets:
            assert set(parsed) == set(quads)
    turtle, xml = (read(form) for form in GRAPH_FORMATS if form.name in ("turtle", "rdfxml"))
    assert isomorphic(turtle, xml)


def test_the_table_has_a_row_for_each_statement_and_graph(
    closed: MemoryStore, directory: Directory, bundle: Bundle
) -> None:
    description = of(closed, directory, bundle, DIRECTORATE)
    rows = list(csv.DictReader(io.StringIO(as_table(description, bundle).decode(), newline="")))
    assert len(rows) == sum(each.role in LIMITS for each in description.said)
    by_status = {
        status: {row["graph"] for row in rows if row["status"] == status} for status in ("stated", "added", "derived")
    }
    assert by_status["derived"] == {bundle.base + "graph/inferred"}
    assert all("/id/source/" in graph for graph in by_status["stated"])
    assert bundle.base + "graph/labels-fr-official" in by_status["added"]
    name_row = next(row for row in rows if row["object"] == "International Relations Directorate")
    assert (name_row["language"], name_row["datatype"]) == ("en", "")


def test_the_rows_for_a_page_hold_the_same(closed: MemoryStore, directory: Directory, bundle: Bundle) -> None:
    description = of(closed, directory, bundle, DIRECTORATE)
    told = as_rows(description, bundle)
    assert told["resource"] == bundle.base + DIRECTORATE
    assert len(told["rows"]) == len(description.said)


def test_the_order_never_changes(closed: MemoryStore, bundle: Bundle, edition: Edition) -> None:
    again = MemoryStore(sorted((*edition.stated, *edition.inferred()), key=str), closed.inferred)
    for path in (DIRECTORATE, "id/org/csc"):
        first, second = (
            described(store, Directory(store, bundle.base), [bundle.base + path]) for store in (closed, again)
        )
        assert first == second


@pytest.mark.parametrize("function", [described, known])
def test_what_the_graph_does_not_speak_of_is_told_with_the_nearest(
    closed: MemoryStore, directory: Directory, bundle: Bundle, function: object
) -> None:
    assert callable(function)
    with pytest.raises(UnknownResource) as caught:
        function(closed, directory, [bundle.base + "id/unit/research-branches", "no iri"])
    assert caught.value.nearest[0] == bundle.base + "id/unit/research-branch"


def test_the_first_that_is_known_is_meant(closed: MemoryStore, directory: Directory, bundle: Bundle) -> None:
    tried = ["no iri", bundle.base + "id/nothing", bundle.base + DIRECTORATE, bundle.base + "id/org/csc"]
    assert known(closed, directory, tried) == bundle.base + DIRECTORATE
    assert described(closed, directory, tried).resource.value == bundle.base + DIRECTORATE


EX = "https://example.org/atlas/"


def small(*quads: ox.Quad) -> tuple[MemoryStore, Directory]:
    store = MemoryStore(quads)
    return store, Directory(store, EX)


def node(local: str) -> ox.NamedNode:
    return ox.NamedNode(EX + local)


def test_a_property_and_a_graph_are_described_by_their_use() -> None:
    store, directory = small(ox.Quad(node("a"), node("p"), node("b"), node("g")))
    assert [each.role for each in described(store, directory, [EX + "p"]).said] == ["using"]
    assert [each.role for each in described(store, directory, [EX + "g"]).said] == ["inside"]
    assert [each.role for each in described(store, directory, [EX + "b"]).said] == ["incoming"]


def test_a_document_of_which_only_parts_are_described_is_known() -> None:
    store, directory = small(ox.Quad(node("doc#me"), node("p"), node("b")))
    assert known(store, directory, [EX + "doc"]) == EX + "doc"
    assert described(store, directory, [EX + "doc"]).said[0].triple.subject == node("doc#me")


def test_blank_nodes_are_followed_and_end_even_in_circles() -> None:
    one, two = ox.BlankNode("one"), ox.BlankNode("two")
    p = node("p")
    store, directory = small(
        ox.Quad(node("a"), p, one), ox.Quad(one, p, two), ox.Quad(two, p, one), ox.Quad(two, p, ox.Literal("end"))
    )
    said = described(store, directory, [EX + "a"]).said
    assert ox.Literal("end") in {each.triple.object for each in said}
    assert len(said) == 4


def test_blank_nodes_are_not_followed_for_ever() -> None:
    chain = [ox.BlankNode() for _ in range(NESTED + 10)]
    links = (ox.Quad(a, node("p"), b) for a, b in pairwise(chain))
    store, directory = small(ox.Quad(node("a"), node("p"), chain[0]), *links)
    assert len(described(store, directory, [EX + "a"]).said) == NESTED + 1


def test_a_description_that_is_too_long_is_cut_and_says_so() -> None:
    store, directory = small(*(ox.Quad(node(f"s{n}"), node("p"), node("hub")) for n in range(LIMITS["incoming"] + 5)))
    description = described(store, directory, [EX + "hub"])
    assert description.cut
    assert len(description.said) == LIMITS["incoming"]
    assert not described(store, directory, [EX + "s1"]).cut


def test_a_statement_of_no_graph_is_described_once() -> None:
    store, directory = small(
        ox.Quad(node("a"), node("p"), node("b")), ox.Quad(node("a"), node("p"), node("c"), node("g"))
    )
    said = [(each.triple.object, each.graph) for each in described(store, directory, [EX + "a"]).said]
    assert said == [(node("b"), None), (node("c"), node("g"))]
