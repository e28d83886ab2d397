"""What a page shows of an answer: the right rows in the right order, their names, and a digest that anybody can check."""

import hashlib
from io import BytesIO
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as some

from orgatlas.graph.caps import Caps
from orgatlas.graph.formats import GRAPH_FORMATS, named
from orgatlas.graph.results import CELL_LIMIT, COLUMN_LIMIT, LINE_LIMIT, ROW_LIMIT, TEXT_LIMIT, TSV, Wanted, results
from orgatlas.graph.store import UNLIMITED, MemoryStore, Query

DATA = """
@prefix : <https://example.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix schema: <https://schema.org/> .
@prefix atlas: <https://w3id.org/orgatlas/ns#> .
:a skos:prefLabel "zebra"@en , "abeille"@fr ; :size 10 .
:b skos:prefLabel "Émile"@en ; :size 9 .
:c skos:prefLabel "elephant"@en , "zébu"@fr ; :size 2.5 ; :note "none" .
:d :size -1 ; schema:containedInPlace :e .
:e atlas:isoAlpha2 "GB" .
"""


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """Four things with sizes, three of which have names."""
    return MemoryStore(ox.parse(DATA.encode(), format=ox.RdfFormat.TURTLE))


def shown(store: MemoryStore, text: str, caps: Caps = UNLIMITED, **wanted: Any) -> dict[str, Any]:
    """What is shown of the answer to a query."""
    return results(store, Query(text, prefixes={"": "https://example.org/"}), Wanted(**wanted), caps, {})


def things(told: dict[str, Any]) -> str:
    """The things of the rows, by the ends of their IRIs."""
    return "".join(row["x"]["value"][-1] for row in told["rows"])


@pytest.mark.parametrize(
    ("order", "language", "expected"),
    [
        ("size", "en", "dcba"),
        ("-size", "en", "abcd"),
        ("x", "en", "dcba"),  # d has no name, elephant, Émile, zebra: accents and case do not count
        ("x", "fr", "adbc"),
        ("-x", "en", "abcd"),
        ("note", "en", "cabd"),  # without a value comes last, whichever way
        ("-note", "en", "cabd"),
    ],
)
def test_rows_are_sorted_as_they_are_read(store: MemoryStore, order: str, language: str, expected: str) -> None:
    text = "SELECT ?x ?size ?note { ?x :size ?size OPTIONAL { ?x :note ?note } } ORDER BY ?x"
    told = shown(store, text, order=order, language=language)
    assert things(told) == expected


def test_a_column_that_is_named_beside_is_sorted_by_that_name(store: MemoryStore) -> None:
    text = 'SELECT ?x ?xLabel { VALUES (?x ?xLabel) { (:a "3") (:b "1") (:c "2") } }'
    assert things(shown(store, text, order="x")) == "bca"


def test_pages_are_pieces_of_the_whole(store: MemoryStore) -> None:
    text = "SELECT ?x { ?x :size ?size } ORDER BY ?x"
    pages = [shown(store, text, page=page, rows=3) for page in (1, 2, 3)]
    assert [things(each) for each in pages] == ["abc", "d", ""]
    assert [each["start"] for each in pages] == [0, 3, 6]
    assert {each["total"] for each in pages} == {4}
    assert len({each["digest"] for each in pages}) == 1


def test_things_have_their_names_and_places_their_codes(store: MemoryStore) -> None:
    told = shown(store, "SELECT ?x { ?x :size ?size }")
    assert told["names"]["https://example.org/a"] == {"en": "zebra", "fr": "abeille"}
    assert "https://example.org/d" not in told["names"]
    assert told["codes"] == {"https://example.org/d": "GB"}


def lines_digest(document: bytes) -> str:
    """What `LC_ALL=C sort | sha256sum` says of a file."""
    return hashlib.sha256(b"".join(sorted(line + b"\n" for line in document.rstrip(b"\n").split(b"\n")))).hexdigest()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT ?x { ?x :nothing ?y }",
        'SELECT ("a\\n\\r\\t\\"_:b" AS ?x) {}',
        "ASK { :a ?p ?o }",
        "ASK { :nothing ?p ?o }",
        "SELECT (<<( :a :b 'c' )>> AS ?x) {}",
    ],
)
def test_the_digest_is_that_of_the_sorted_lines(store: MemoryStore, text: str) -> None:
    output = BytesIO()
    store.query(Query(text, prefixes={"": "https://example.org/"})).write(output, TSV)
    assert shown(store, text)["digest"] == lines_digest(output.getvalue())


def test_the_digest_of_a_graph_is_that_of_its_sorted_lines(store: MemoryStore) -> None:
    text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    output = BytesIO()
    store.query(Query(text)).write(output, named("ntriples", GRAPH_FORMATS))
    told = shown(store, text)
    assert told["digest"] == lines_digest(output.getvalue())
    assert told["total"] == len(store)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (BNODE() AS ?x) (STR(RAND() < 2) AS ?y) {}",
        "CONSTRUCT { [] :size ?size } WHERE { ?x :size ?size }",
    ],
)
def test_names_of_blank_nodes_do_not_change_the_digest(store: MemoryStore, text: str) -> None:
    assert shown(store, text)["digest"] == shown(store, text)["digest"] is not None


def test_the_digest_does_not_depend_on_the_order(store: MemoryStore) -> None:
    text = "SELECT ?x ?size { ?x :size ?size } ORDER BY "
    assert shown(store, text + "?x")["digest"] == shown(store, text + "DESC(?x)")["digest"]
    assert shown(store, text + "?x LIMIT 3")["digest"] != shown(store, text + "?x")["digest"]


def test_what_is_cut_has_no_digest(store: MemoryStore) -> None:
    assert (told := shown(store, "SELECT ?x { ?x :size ?y }", Caps(2, 2**62)))["cut"] == "rows"
    assert told["digest"] is None
    assert told["total"] == 2
    assert (told := shown(store, "CONSTRUCT WHERE { ?x :size ?y }", Caps(2, 2**62)))["cut"] == "rows"
    assert told["digest"] is None
    many = (
        "SELECT ?x { " + " ".join(f"VALUES ?{letter} {{ {' '.join(map(str, range(60)))} }}" for letter in "xyz") + " }"
    )
    assert shown(store, many)["total"] == ROW_LIMIT


def test_of_wide_long_and_deep_answers_a_part_is_shown(store: MemoryStore) -> None:
    names = " ".join(f"(1 AS ?v{number})" for number in range(COLUMN_LIMIT + 10))
    told = shown(store, f"SELECT {names} {{ VALUES ?i {{ {' '.join(map(str, range(900)))} }} }}", rows=1000, page=2)
    assert told["narrowed"]
    assert len(told["columns"]) == len(told["rows"][0]) == COLUMN_LIMIT
    assert told["start"] == len(told["rows"]) == CELL_LIMIT // COLUMN_LIMIT
    told = shown(store, f'SELECT ("{"x" * 9000}" AS ?x) {{}}')
    assert len(told["rows"][0]["x"]["value"]) == TEXT_LIMIT
    deep = "<<( :a :b " * 300 + "1" + " )>>" * 300
    assert shown(store, f"SELECT ({deep} AS ?x) {{}}")["rows"][0]["x"]["value"] == "…"
    long = f"CONSTRUCT {{ ?s :is ?s }} {{ VALUES ?s {{ {' '.join(f':n{number}' for number in range(3000))} }} }}"
    told = shown(store, long)
    assert told["graph"].count("\n") == LINE_LIMIT - 1
    assert told["shortened"]
    assert told["total"] == 3000


def test_an_answer_without_columns_has_its_rows(store: MemoryStore) -> None:
    told = shown(store, "SELECT * { :a :size 10 }")
    assert told["columns"] == []
    assert told["total"] == 1


@given(some.lists(some.text(some.characters(codec="utf-8", exclude_characters="\0"), max_size=5), max_size=6))
def test_any_text_comes_back_as_it_was(texts: list[str]) -> None:
    property = ox.NamedNode("https://example.org/p")
    quads = [
        ox.Quad(ox.NamedNode(f"https://example.org/{number}"), property, ox.Literal(text))
        for number, text in enumerate(texts)
    ]
    told = shown(MemoryStore(quads), "SELECT ?x ?y { ?x :p ?y } ORDER BY ?x", order="x")
    assert [row["y"]["value"] for row in told["rows"]] == texts
