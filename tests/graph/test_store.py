"""A query is answered once, rightly counted, with values bound as terms; its errors have a place."""

import io

import pyoxigraph as ox
import pytest

from orgatlas.graph.errors import OutboundRefused, QuerySyntaxError, WrongAnswerKind
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS, named
from orgatlas.graph.patch import Patch
from orgatlas.graph.store import MemoryStore, Query

A, B, C = (ox.NamedNode(f"https://example.org/{name}") for name in "abc")
TWICE = [ox.Quad(A, B, C, ox.NamedNode(f"https://example.org/graph/{n}")) for n in (1, 2)]


def answer(store: MemoryStore, query: Query, form: str) -> str:
    output = io.BytesIO()
    result = store.query(query)
    forms = GRAPH_FORMATS if result.kind == "triples" else TABLE_FORMATS
    result.write(output, named(form, forms))
    return output.getvalue().decode()


def test_a_triple_stated_in_two_graphs_counts_once() -> None:
    store = MemoryStore(TWICE)
    assert answer(store, Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), "csv").split() == ["n", "1"]
    assert len(store) == 1


def test_each_graph_that_states_it_is_known() -> None:
    assert answer(MemoryStore(TWICE), Query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"), "csv").split() == [
        "n",
        "2",
    ]


def test_values_are_terms_and_never_text() -> None:
    hostile = ox.Literal('"} ; DROP ALL # \\')
    found = answer(MemoryStore(TWICE), Query("SELECT ?v { BIND(1 AS ?one) }", values={"v": hostile}), "tsv")
    assert ox.parse_query_results(found, format=ox.QueryResultsFormat.TSV)
    assert hostile.value.replace("\\", "\\\\").replace('"', '\\"') in found


def test_a_syntax_error_has_its_place() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        MemoryStore([]).query(Query("SELECT *\nWHERE { ?s ?p }"))
    assert (caught.value.line, caught.value.column) == (2, 16)  # the engine points behind the last brace


def test_a_call_to_another_server_never_reaches_the_engine() -> None:
    with pytest.raises(OutboundRefused):
        MemoryStore([]).query(Query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"))


@pytest.mark.parametrize(("text", "form"), [("ASK {}", "turtle"), ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "csv")])
def test_a_form_for_another_kind_of_answer_is_refused(text: str, form: str) -> None:
    chosen = named(form, (*GRAPH_FORMATS, *TABLE_FORMATS))
    with pytest.raises(WrongAnswerKind):
        MemoryStore(TWICE).query(Query(text)).write(io.BytesIO(), chosen)


def test_a_dataset_of_the_caller_is_honoured() -> None:
    query = Query("ASK { ?s ?p ?o }", default_graphs=("https://example.org/graph/none",))
    assert "false" in answer(MemoryStore(TWICE), query, "json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELEC * {}", "expected CONSTRUCT"),
        ("SELECT (COUNT(*) AS ?n) ?s { ?s ?p ?o }", "The SELECT contains a variable that is unbound"),
        ("ASK {", "…"),
        ("INSERT DATA { <a> <b> <c> }", "this is an update"),
        ("# a note\nPREFIX x: <http://x/>\nDELETE WHERE { ?s x:p ?o }", "this is an update"),
        ("SELECT * { ?s undeclared:p 'x:y' , _:b }", "the prefix undeclared: is not declared"),
        ("PREFIX x: <http://x/>\nSELECT * {\n  ?s x:p y:o }", "the prefix y: is not declared"),
    ],
)
def test_a_syntax_error_is_said_in_words(text: str, said: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        MemoryStore([]).query(Query(text))
    assert said in caught.value.reason
    assert "\\u{" not in caught.value.reason
    assert len(caught.value.reason) < 120


def test_an_undeclared_prefix_is_pointed_at() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        MemoryStore([]).query(Query("PREFIX x: <http://x/>\nSELECT * {\n  ?s x:p y:o }"))
    assert (caught.value.line, caught.value.column) == (3, 10)


ONE, TWO, OTHER = "http://x/g1", "http://x/g2", "http://x/g3"
SAID_TWICE = """
<http://x/a> <http://x/p> <http://x/b> <http://x/g1> .
<http://x/a> <http://x/p> <http://x/b> <http://x/g2> .
<http://x/b> <http://x/p> <http://x/b> <http://x/g2> .
<http://x/b> <http://x/p> <http://x/a> <http://x/g3> .
"""


def counted(text: str, strict: bool = False, default: tuple[str, ...] = (), named: tuple[str, ...] = ()) -> int:
    """How many rows a pattern has in a data set in which one triple stands in two graphs."""
    store = MemoryStore(ox.parse(SAID_TWICE, format=ox.RdfFormat.N_QUADS), strict=strict)
    query = Query(f"SELECT (COUNT(*) AS ?n) {text}", default_graphs=default, named_graphs=named)
    answer = store.query(query).results
    assert isinstance(answer, ox.QuerySolutions)
    [row] = answer
    value = row["n"]
    assert isinstance(value, ox.Literal)
    return int(value.value)


@pytest.mark.parametrize("strict", [False, True])
def test_a_merge_of_graphs_holds_each_triple_once(strict: bool) -> None:
    assert counted("FROM <http://x/g1> FROM <http://x/g2> { ?s ?p ?o }", strict) == 2
    assert counted("{ ?s ?p ?o }", strict, default=(ONE, TWO)) == 2
    assert counted("{ ?s ?p ?o }", strict, default=(ONE, ONE)) == 1


@pytest.mark.parametrize("strict", [False, True])
def test_a_dataset_has_only_the_graphs_that_it_names(strict: bool) -> None:
    assert counted("{ GRAPH ?g { ?s ?p ?o } }", strict, default=(ONE, TWO), named=(OTHER,)) == 1
    assert counted("{ GRAPH ?g { ?s ?p ?o } }", strict, default=(ONE,)) == 0
    assert counted("{ ?s ?p ?o }", strict, named=(ONE,)) == 0
    assert counted("FROM NAMED <http://x/g1> { ?s ?p ?o }", strict) == 0


def test_the_parameters_of_a_request_come_before_the_clauses_of_its_query() -> None:
    assert counted("FROM <http://x/g1> FROM <http://x/g2> { ?s ?p ?o }", default=(OTHER,)) == 1


def test_the_default_graph_is_the_union_or_by_the_letter_what_has_no_name() -> None:
    assert (counted("{ ?s ?p ?o }"), counted("{ ?s ?p ?o }", strict=True)) == (3, 0)


# Only what is stated.


@pytest.mark.parametrize("strict", [False, True])
def test_what_follows_can_be_left_out(strict: bool) -> None:
    inferred, graph = ox.NamedNode("x:inferred"), ox.NamedNode("x:g")
    one, two, three, p = (ox.NamedNode(f"x:{each}") for each in ("one", "two", "three", "p"))
    quads = [
        ox.Quad(one, p, two, graph),
        ox.Quad(two, p, three),
        ox.Quad(one, p, three, inferred),
    ]
    store = MemoryStore(quads, inferred, strict)

    def count(pattern: str, query_inferred: bool, dataset: str = "") -> int:
        text = f"SELECT (COUNT(*) AS ?n) {dataset} {{ {pattern} }}"
        results = store.query(Query(text, inferred=query_inferred)).results
        assert isinstance(results, ox.QuerySolutions)
        count = next(results)["n"]
        assert isinstance(count, ox.Literal)
        return int(count.value)

    assert count("?s ?p ?o", True) == (1 if strict else 3)
    assert count("?s ?p ?o", False) == (1 if strict else 2)
    assert count("GRAPH ?g { ?s ?p ?o }", True) == 2
    assert count("GRAPH ?g { ?s ?p ?o }", False) == 1
    assert count("?s ?p ?o", True, "FROM <x:inferred> FROM <x:g>") == 2
    assert count("?s ?p ?o", False, "FROM <x:inferred> FROM <x:g>") == 1
    assert set(store.asserted()) == {quads[0].triple, quads[1].triple}
    store.apply(Patch(added=(ox.Quad(three, p, one, graph),)))
    assert count("GRAPH ?g { ?s ?p ?o }", False) == 2
    store.infer([ox.Triple(two, p, one)])
    assert count("GRAPH <x:inferred> { ?s ?p ?o }", True) == 1
    assert ox.Quad(one, p, three, inferred) not in store
