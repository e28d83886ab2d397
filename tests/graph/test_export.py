"""Every form holds the same statements, and the same bundle gives the same bytes in another process too."""

import gzip
import hashlib
import io
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import owlready2
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Dataset, Graph
from rdflib.compare import to_canonical_graph

from orgatlas.graph.build import Edition
from orgatlas.graph.canonical import canonical
from orgatlas.graph.errors import Inexpressible
from orgatlas.graph.export import PIECE, export, statements, write_file
from orgatlas.graph.formats import DUMP_FORMATS, GRAPH_FORMATS, TURTLE_12, GraphFormat, named, of_file
from orgatlas.graph.store import MemoryStore, placed
from orgatlas.graph.vocabulary import PREFIXES, name

FORMS = pytest.mark.parametrize("form", DUMP_FORMATS, ids=lambda form: form.name)
EXTENTS = pytest.mark.parametrize("full", [False, True], ids=["base", "full"])
NQUADS, RDFXML, TURTLE = (named(each, DUMP_FORMATS) for each in ("nquads", "rdfxml", "turtle"))
S, P, G = (ox.NamedNode(f"http://x/{each}") for each in "spg")
REIFIES, SOURCE = name("rdf:reifies"), name("dct:source")
MINISTRY = Path(__file__).resolve().parents[1] / "bundles" / "ministry"


def written(quads: Iterable[ox.Quad], form: GraphFormat) -> bytes:
    output = io.BytesIO()
    export(quads, form, output, PREFIXES)
    return output.getvalue()


def exported(edition: Edition, form: GraphFormat, full: bool) -> bytes:
    output = io.BytesIO()
    export(statements(edition, full), form, output, edition.bundle.prefixes, edition.ontology)
    return output.getvalue()


def read(document: bytes, form: GraphFormat) -> set[ox.Quad]:
    return set(canonical(ox.parse(document, format=form.engine)))


def expected(quads: Iterable[ox.Quad], form: GraphFormat) -> set[ox.Quad]:
    return set(canonical(quads if form.datasets else [placed(quad.triple) for quad in quads]))


def annotated(document: bytes) -> tuple[set[ox.Triple], Counter[tuple[ox.Triple, str]]]:
    """What RDF 1.2 Turtle asserts, and how often it says that a triple stands in a graph."""
    asserted, of_reifier, places = set(), {}, {}
    for quad in ox.parse(document, format=ox.RdfFormat.TURTLE):
        if quad.predicate == REIFIES:
            of_reifier[quad.subject] = quad.object
        elif quad.predicate == SOURCE and isinstance(quad.subject, ox.BlankNode):
            places[quad.subject] = quad.object
        else:
            asserted.add(quad.triple)
    assert of_reifier.keys() == places.keys()
    pairs = ((triple, str(places[reifier])) for reifier, triple in of_reifier.items())
    return asserted, Counter((triple, graph) for triple, graph in pairs if isinstance(triple, ox.Triple))


@EXTENTS
@FORMS
def test_every_form_holds_the_same_statements(edition: Edition, form: GraphFormat, full: bool) -> None:
    quads = set(statements(edition, full))
    output = io.BytesIO()
    count = export(statements(edition, full), form, output, edition.bundle.prefixes, edition.ontology)
    assert count == len(quads if form.datasets else {quad.triple for quad in quads})
    if form != TURTLE_12:
        assert read(output.getvalue(), form) == expected(quads, form)


@EXTENTS
def test_rdf_1_2_turtle_says_of_each_triple_in_which_graphs_it_stands(edition: Edition, full: bool) -> None:
    quads = set(canonical(statements(edition, full)))
    asserted, pairs = annotated(exported(edition, TURTLE_12, full))
    # Where a blank node stands in a triple term, its label is the reader's; all others are compared one by one.
    there = Counter((quad.triple, str(quad.graph_name)) for quad in quads)
    ground = {each for each in there if "_:" not in str(each)}
    assert {each for each in pairs if "_:" not in str(each)} == ground
    assert (len(asserted), pairs.total(), set(pairs.values())) == (
        len({each.triple for each in quads}),
        len(quads),
        {1},
    )


def test_a_triple_of_the_default_graph_is_not_annotated() -> None:
    document = written([ox.Quad(S, P, G), ox.Quad(S, P, G, G), ox.Quad(S, P, S)], TURTLE_12)
    assert annotated(document) == ({ox.Triple(S, P, G), ox.Triple(S, P, S)}, {(ox.Triple(S, P, G), str(G)): 1})


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
def test_rdflib_reads_what_we_write_for_rdf_1_1(edition: Edition, form: GraphFormat) -> None:
    names = {"jsonld": "json-ld", "ntriples": "nt", "rdfxml": "xml"}
    graph = Dataset() if form.datasets else Graph()
    graph.parse(data=exported(edition, form, full=True), format=names.get(form.name, form.name))
    assert len(graph) == len({quad.triple for quad in statements(edition, full=True)})


def test_owlready2_finds_the_classes_and_the_individuals_in_rdf_xml(edition: Edition) -> None:
    world = owlready2.World()
    try:
        document = io.BytesIO(exported(edition, RDFXML, full=True))
        loaded = world.get_ontology("urn:orgatlas:exported#").load(fileobj=document, format="rdfxml", only_local=True)
        assert loaded.loaded
        declared = {
            str(each.subject.value)
            for each in edition.ontology
            if each.object == name("owl:Class") and isinstance(each.subject, ox.NamedNode)
        }
        assert {each.iri for each in world.classes()} == declared
        assert len(declared) > 20
        unit = world[edition.bundle.base + "id/unit/research-branch"]
        assert {each.iri for each in unit.is_a} >= {
            PREFIXES["org"] + "OrganizationalUnit",
            PREFIXES["atlas"] + "Branch",
        }
        assert PREFIXES["atlas"] + "provides" in {each.iri for each in world.object_properties()}
        units = world[PREFIXES["org"] + "OrganizationalUnit"].instances()
        assert len(units) == sum(
            quad.predicate == name("rdf:type") and quad.object == name("org:OrganizationalUnit")
            for quad in edition.stated
        )
    finally:
        world.close()


def test_a_store_and_an_edition_give_the_same_bytes(edition: Edition, closed: MemoryStore, stated: MemoryStore) -> None:
    for form in DUMP_FORMATS:
        for store, full in ((closed, True), (closed, False), (stated, False), (stated, True)):
            output = io.BytesIO()
            export(statements(store, full), form, output, edition.bundle.prefixes, edition.ontology)
            own = exported(edition, form, full and store is closed)
            if form == NQUADS:  # in the order in which each of the two holds them
                assert sorted(output.getvalue().splitlines()) == sorted(own.splitlines())
            else:
                assert output.getvalue() == own


def test_a_store_tells_what_stands_in_no_named_graph_and_literals_as_they_were_sent() -> None:
    number = ox.Literal("01.50", datatype=name("xsd:decimal"))
    quads = [ox.Quad(S, P, number, G), ox.Quad(S, P, G), ox.Quad(S, P, S), ox.Quad(S, P, S, G)]
    for strict in (False, True):
        told = list(statements(MemoryStore(quads, strict=strict)))
        assert (len(told), set(told)) == (4, set(quads))
    assert sorted(map(str, statements(MemoryStore(quads[1:])))) == sorted(map(str, quads[1:]))


@pytest.mark.parametrize("place", [(), ("--bundle", str(MINISTRY))], ids=["built-in", "ministry"])
@pytest.mark.parametrize("form", [form.name for form in DUMP_FORMATS])
def test_two_processes_write_the_same_bytes(form: str, place: tuple[str, ...]) -> None:
    command = [sys.executable, "-P", "-c", "from orgatlas.api.cli import main; main()", "export", "--full", *place]
    digests = {
        hashlib.sha256(
            subprocess.run(
                [*command, "--format", form],
                capture_output=True,
                check=True,
                env={**os.environ, "PYTHONHASHSEED": seed},
            ).stdout
        ).digest()
        for seed in ("1", "2")
    }
    assert len(digests) == 1


# Blank nodes and N-Quads.


@FORMS
def test_labels_of_blank_nodes_leave_no_trace(form: GraphFormat) -> None:
    def labelled(*labels: str) -> list[ox.Quad]:
        one, two, three = map(ox.BlankNode, labels)
        return [
            ox.Quad(one, P, two, G),
            ox.Quad(two, P, three),
            ox.Quad(S, P, ox.Literal(" _:a")),
            ox.Quad(three, P, G, G),
        ]

    documents = {written(labelled(*labels), form) for labels in ("abc", "cab", ("c14n0", "c14n1", "c14n2"))}
    assert len(documents) == 1


def test_n_quads_are_passed_on_while_more_come() -> None:
    output = io.BytesIO()

    def many() -> Iterator[ox.Quad]:
        for number in range(20_000):
            yield ox.Quad(S, P, ox.Literal(f"number {number}"), G)
        assert output.tell() > 2 * PIECE

    assert export(many(), NQUADS, output) == 20_000


def test_lines_with_blank_nodes_are_found_wherever_pieces_end() -> None:
    quads = [
        ox.Quad(
            ox.BlankNode(f"n{number}"), P, ox.Literal(f"{number} {'_: ' * (number % 97)}"), ox.BlankNode(f"g{number}")
        )
        if number % 7 == 0
        else ox.Quad(ox.NamedNode(f"http://x/_:{number}"), P, ox.Literal("x" * (number % 211)), G)
        for number in range(8000)
    ]
    document = written(quads, NQUADS)
    assert len(document) > 3 * PIECE
    assert read(document, NQUADS) == set(canonical(quads))
    assert document.splitlines() == list(dict.fromkeys(document.splitlines()))


@pytest.mark.parametrize("form", [NQUADS, TURTLE], ids=["nquads", "turtle"])
def test_blank_nodes_that_look_too_much_alike_are_written_all_the_same(form: GraphFormat) -> None:
    def clique(letter: str) -> list[ox.Quad]:
        nodes = [ox.BlankNode(f"{letter}{number}") for number in range(12)]
        return [ox.Quad(one, P, other) for one in nodes for other in nodes if one != other]

    document = written(clique("a"), form)
    assert document == written(clique("z"), form)
    assert len(set(ox.parse(document, format=form.engine))) == 132


# What people read.


@pytest.mark.parametrize("form", ["turtle", "trig", "turtle12"])
def test_a_prefix_is_there_if_and_only_if_it_is_used(edition: Edition, form: str) -> None:
    text = exported(edition, named(form, DUMP_FORMATS), full=True).decode()
    declared = re.findall(r"^(?:@prefix|PREFIX) ([\w.-]*):", text, re.MULTILINE)
    body = re.sub(r'"(?:[^"\\]|\\.)*"', '""', re.sub(r"^(?:@prefix|PREFIX) .*$", "", text, flags=re.MULTILINE))
    assert set(declared) == set(re.findall(r"(?<![\w<:/])([A-Za-z][\w-]*):(?!/)", re.sub(r"<[^>]*>", "", body)))
    assert "void" not in declared


def test_a_graph_and_a_subject_are_opened_once_and_what_a_thing_is_comes_first(edition: Edition) -> None:
    quads = list(ox.parse(exported(edition, named("trig", DUMP_FORMATS), full=True), format=ox.RdfFormat.TRIG))
    groups = [(quad.graph_name, quad.subject) for quad in quads]
    opened = [each for place, each in enumerate(groups) if place == 0 or groups[place - 1] != each]
    assert len(opened) == len(set(opened))
    graphs = [graph for place, (graph, _) in enumerate(opened) if place == 0 or opened[place - 1][0] != graph]
    assert len(graphs) == len(set(graphs))
    typed = {group for group, quad in zip(groups, quads, strict=True) if quad.predicate == name("rdf:type")}
    assert all(quads[groups.index(group)].predicate == name("rdf:type") for group in typed)


nodes = st.sampled_from(
    [S, G, *map(ox.NamedNode, ("http://x/a%20b&c", "urn:a:1", "http://x/é.", PREFIXES["org"] + "a/b"))]
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\r\n\t"), max_size=5)
literals = (
    st.builds(ox.Literal, texts)
    | st.builds(lambda text: ox.Literal(text, language="fr-ca"), texts)
    | st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode(PREFIXES["rdf"] + "HTML")), texts)
)
predicates = st.sampled_from([P, name("rdf:type"), ox.NamedNode("http://x/é"), ox.NamedNode("http://x/1a")])
objects = nodes | literals | st.sampled_from("ab").map(ox.BlankNode)
triples = st.builds(ox.Quad, nodes | st.sampled_from("ab").map(ox.BlankNode), predicates, objects)


@settings(max_examples=150, deadline=None)
@given(st.lists(triples, max_size=6))
def test_rdf_xml_says_exactly_what_the_triples_say(quads: list[ox.Quad]) -> None:
    quads = [quad for quad in quads if not re.search("[\ufffe\uffff]", str(quad))]
    document = written(quads, RDFXML)
    ElementTree.fromstring(document)
    assert read(document, RDFXML) == expected(quads, RDFXML)
    ours, theirs = (
        Graph().parse(data=document, format="xml"),
        Graph().parse(data=written(quads, TURTLE), format="turtle"),
    )
    assert set(to_canonical_graph(ours)) == set(to_canonical_graph(theirs))


def test_a_carriage_return_comes_through_xml_to_every_reader() -> None:
    document = written([ox.Quad(S, P, ox.Literal("a\r\nb\rc"))], RDFXML)
    assert read(document, RDFXML) == {ox.Quad(S, P, ox.Literal("a\r\nb\rc"))}
    assert [str(each) for each in Graph().parse(data=document, format="xml").objects()] == ["a\r\nb\rc"]


@settings(max_examples=150, deadline=None)
@given(st.lists(triples, max_size=6))
def test_so_does_rdf_1_2_turtle(quads: list[ox.Quad]) -> None:
    assert read(written(quads, TURTLE_12), TURTLE_12) == expected(quads, TURTLE_12)


@pytest.mark.parametrize(
    "quad",
    [
        ox.Quad(S, ox.NamedNode("http://x/1"), G),
        ox.Quad(S, ox.NamedNode(PREFIXES["rdf"] + "li"), G),
        ox.Quad(S, P, ox.Literal("\x01")),
        ox.Quad(S, P, ox.Triple(S, P, G)),
    ],
    ids=["name", "keyword", "control", "triple"],
)
def test_what_rdf_xml_cannot_say_is_refused_before_anything_is_written(quad: ox.Quad) -> None:
    output = io.BytesIO()
    with pytest.raises(Inexpressible, match="RDF/XML"):
        export([ox.Quad(S, P, G), quad], RDFXML, output)
    assert output.getvalue() == b""


def test_a_class_that_cannot_be_an_element_is_said_otherwise() -> None:
    quads = [ox.Quad(S, name("rdf:type"), ox.NamedNode(each)) for each in ("http://x/1", PREFIXES["rdf"] + "li")]
    assert read(written(quads, RDFXML), RDFXML) == set(quads)


# Files.


def test_a_file_does_not_know_its_name_or_time_and_its_checksum_is_told(tmp_path: Path) -> None:
    found = [
        write_file(tmp_path / file, lambda output: export([ox.Quad(S, P, G)], NQUADS, output))
        for file in ("a.nq.gz", "b.nq.gz", "c.nq")
    ]
    bytes = [(tmp_path / file).read_bytes() for file in ("a.nq.gz", "b.nq.gz", "c.nq")]
    assert found == [(1, hashlib.sha256(each).hexdigest()) for each in bytes]
    assert (bytes[0], gzip.decompress(bytes[0])) == (bytes[1], bytes[2])


@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("a.trig", "trig"),
        ("a.b.NQ.GZ", "nquads"),
        ("a.ttl12", "turtle12"),
        ("a.owl", "rdfxml"),
        ("a.zip", None),
        ("gz", None),
    ],
)
def test_the_suffix_of_a_file_tells_its_form(file: str, form: str | None) -> None:
    found = of_file(file, DUMP_FORMATS)
    assert (found and found.name) == form


def test_no_two_forms_have_a_name_a_suffix_or_a_media_type_in_common() -> None:
    for told in ("name", "suffix", "media_type", "title"):
        assert len({getattr(form, told) for form in DUMP_FORMATS}) == len(DUMP_FORMATS)
