"""A query finds by the search what its page finds, in the same order; wrong arguments are errors, and memory has a limit."""

import gc
import sqlite3
from pathlib import Path

import pyoxigraph as ox
import pytest

from orgatlas.graph import matching
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import EngineFailed, QuestionError
from orgatlas.graph.index import write_index
from orgatlas.graph.library import read_question
from orgatlas.graph.matching import MATCHES, RANK, TEXTS, functions, mentions
from orgatlas.graph.search import TEXT_LIMIT, Search, found, search
from orgatlas.graph.store import MemoryStore, Query, Term
from orgatlas.graph.vocabulary import PREFIXES
from tests.texts import HOSTILE

TEXTS_OF_ALL_KINDS = {
    **HOSTILE,
    "a name": "International Relations Directorate",
    "beginnings": "direct relat",
    "French": "Direction DES relations",
    "initials": "IRD",
    "a misspelling": "swedne",
    "one that many have": "service",
    "a question": "branches of a sector",
    "nothing": "zebra quagga",
    "no words": " ",
}
DIRECTORATE = ox.NamedNode("https://w3id.org/orgatlas/csc/id/unit/international-relations-directorate")
HEAD = "#+ title: {en: t, fr: t}\n#+ description: {en: d, fr: d}\n"


def rows(
    store: MemoryStore, text: str, index: Path | None, values: dict[str, Term] | None = None, inferred: bool = True
) -> list[dict[str, str]]:
    query = Query(text, "https://w3id.org/orgatlas/csc/", PREFIXES, values or {}, inferred=inferred, index=index)
    results = store.query(query).results
    assert isinstance(results, ox.QuerySolutions)
    names = [each.value for each in results.variables]
    return [{name: row[name].value for name in names if row[name] is not None} for row in results]


def value(store: MemoryStore, expression: str, index: Path | None) -> str | None:
    """What an expression comes to; None where it is an error."""
    return rows(store, f"SELECT ({expression} AS ?value) {{}}", index)[0].get("value")


# What is found.


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", TEXTS_OF_ALL_KINDS)
def test_things_and_their_places_are_those_of_the_page(
    closed: MemoryStore, index: Path, kind: str, language: str
) -> None:
    text = TEXTS_OF_ALL_KINDS[kind]
    page = search(index, Search(text, language, count=10_000))["hits"]
    expected = [(hit["iri"], str(place)) for place, hit in enumerate(page, 1) if hit["kind"] != "question"]
    if len(" ".join(text.split())) > TEXT_LIMIT:
        expected = []  # the page asks for fewer characters
    words: dict[str, Term] = {"words": ox.Literal(text, language=language)}
    ranked = """SELECT DISTINCT ?thing ?rank ?words {
        { ?thing ?p ?o } UNION { ?s ?thing ?o } UNION { ?s ?p ?thing }
        FILTER(isIRI(?thing)) BIND(atlas:rank(?thing, ?words) AS ?rank) FILTER(BOUND(?rank))
    } ORDER BY ?rank"""
    assert [(row["thing"], row["rank"]) for row in rows(closed, ranked, index, words)] == expected
    matched = """SELECT DISTINCT ?thing ?words {
        { ?thing ?p ?o } UNION { ?s ?thing ?o } UNION { ?s ?p ?thing } FILTER(atlas:matches(?thing, ?words))
    }"""
    assert {row["thing"] for row in rows(closed, matched, index, words)} == {iri for iri, _ in expected}


def test_the_language_of_the_words_decides_which_names_come_first(closed: MemoryStore, index: Path) -> None:
    texts = ["direction", "relations", "service", "se", "unit"]
    orders = {
        tag: [[hit["iri"] for hit in search(index, Search(text, tag, count=500))["hits"]] for text in texts]
        for tag in ("en", "fr")
    }
    assert orders["en"] != orders["fr"], "nothing would tell the languages apart"
    for tag, of in (("", "en"), ("@en", "en"), ("@de", "en"), ("@fr", "fr"), ("@fr-CA", "fr"), ("@FR", "fr")):
        for text, order in zip(texts, orders[of], strict=True):
            for iri in order[:20]:
                if ":" in iri:
                    place = value(closed, f'atlas:rank(<{iri}>, "{text}"{tag})', index)
                    assert place == str(order.index(iri) + 1)


@pytest.mark.parametrize("call", ["atlas:matches", f"<{MATCHES.value}>", f"<{MATCHES.value}> # here\n "])
def test_words_are_the_value_of_any_expression(closed: MemoryStore, index: Path, call: str) -> None:
    text = f"""SELECT ?unit {{
        VALUES ?part {{ "relations" }} ?unit a org:OrganizationalUnit
        FILTER({call}(?unit, CONCAT("INTERNATIONAL ", ?part)))
    }}"""
    assert [row["unit"] for row in rows(closed, text, index)] == [DIRECTORATE.value]


def test_what_is_only_stated_and_a_graph_alone_are_searched_in_the_whole_index(
    closed: MemoryStore, index: Path
) -> None:
    asked = 'SELECT DISTINCT ?unit { GRAPH ?g { ?unit a ?class } FILTER(atlas:matches(?unit, "international relations dir")) }'
    assert [row["unit"] for row in rows(closed, asked, index, inferred=False)] == [DIRECTORATE.value]
    graph = rows(closed, f"SELECT ?g {{ GRAPH ?g {{ <{DIRECTORATE.value}> a ?class }} }} LIMIT 1", None)[0]["g"]
    alone = f'SELECT DISTINCT ?unit FROM <{graph}> {{ ?unit a ?class FILTER(atlas:matches(?unit, "DRI")) }}'
    assert [row["unit"] for row in rows(closed, alone, index)] == [DIRECTORATE.value]


def test_groups_and_inner_patterns_may_use_it(closed: MemoryStore, index: Path) -> None:
    text = """SELECT (COUNT(DISTINCT ?unit) AS ?n) { ?unit a org:OrganizationalUnit }
        GROUP BY (atlas:matches(?unit, "relations")) ORDER BY ?n"""
    assert [row["n"] for row in rows(closed, text, index)] == ["3", "4"]
    [sure] = rows(
        closed,
        'SELECT * { BIND(EXISTS { ?u a org:OrganizationalUnit FILTER(atlas:matches(?u, "IRD")) } AS ?x) }',
        index,
    )
    assert sure["x"] == "true"


# What is wrong.


@pytest.mark.parametrize("function", ["atlas:matches", "atlas:rank"])
@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "?nothing",
        f"<{DIRECTORATE.value}>",
        f'<{DIRECTORATE.value}>, "IRD", "en"',
        f"<{DIRECTORATE.value}>, 5",
        f"<{DIRECTORATE.value}>, <{DIRECTORATE.value}>",
        f"<{DIRECTORATE.value}>, ?nothing",
        f'<{DIRECTORATE.value}>, "2020-01-01"^^xsd:date',
        f'<{DIRECTORATE.value}>, "{"ird " * 100}"',
        'BNODE(), "IRD"',
        '"IRD", "IRD"',
        '7, "IRD"',
        '<<( <x:a> <x:b> <x:c> )>>, "IRD"',
    ],
)
def test_wrong_arguments_are_an_error_of_the_expression(
    closed: MemoryStore, index: Path, function: str, arguments: str
) -> None:
    assert value(closed, f"{function}({arguments})", index) is None
    assert value(closed, f'COALESCE({function}({arguments}), "error")', index) == "error"


def test_what_is_not_found_is_false_and_has_no_place(closed: MemoryStore, index: Path) -> None:
    assert value(closed, f'atlas:matches(<{DIRECTORATE.value}>, "sweden")', index) == "false"
    assert value(closed, f'atlas:rank(<{DIRECTORATE.value}>, "sweden")', index) is None
    assert value(closed, 'atlas:matches(<x:nobody>, "sweden")', index) == "false"


def test_an_index_that_is_not_there_or_none_at_all_is_told(closed: MemoryStore, index: Path, tmp_path: Path) -> None:
    text = 'ASK { ?unit a org:OrganizationalUnit FILTER(atlas:matches(?unit, "IRD")) }'
    no_index = tmp_path / "no.db"
    with pytest.raises(EngineFailed):
        closed.query(Query(text, prefixes=PREFIXES, index=no_index))
    no_index.write_bytes(b"no database at all, but some bytes" * 100)
    with pytest.raises(EngineFailed):
        closed.query(Query(text, prefixes=PREFIXES, index=no_index))
    assert closed.query(Query("ASK {}", index=no_index)).results, "a query that does not search needs no index"


def test_an_index_stays_readable_until_the_answer_is_read_and_no_longer(
    closed: MemoryStore, bundle: Bundle, tmp_path: Path
) -> None:
    path = tmp_path / "index.db"
    write_index(closed, bundle, [], path)
    text = 'SELECT ?unit { ?unit a org:OrganizationalUnit FILTER(atlas:matches(?unit, "IRD")) }'
    results = closed.query(Query(text, prefixes=PREFIXES, index=path)).results
    path.unlink()
    assert [str(row) for row in results]  # type: ignore[union-attr]
    del results
    gc.collect()  # a connection that is left open would be a warning, and here warnings are errors


# What is remembered.


def test_a_text_is_searched_once_for_all_solutions(
    closed: MemoryStore, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = count_searches(monkeypatch)
    text = 'SELECT ?s { ?s ?p ?o FILTER(atlas:matches(?s, "relations") && atlas:rank(?s, "relations") < 9) }'
    assert rows(closed, text, index)
    assert searched == ["relations"]


def test_not_more_than_so_many_texts_and_things_are_remembered(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searched = count_searches(monkeypatch)
    matches = functions(index)[MATCHES]
    memory = matches.__self__  # type: ignore[attr-defined]
    for number in range(TEXTS + 5):
        matches(DIRECTORATE, ox.Literal(f"x{number}"))
    assert len(memory._found) == TEXTS
    monkeypatch.setattr(matching, "THINGS", 100)
    for letter in "abcdefgi":
        matches(DIRECTORATE, ox.Literal(letter))
        held = [len(places) for places in memory._found.values()]
        assert sum(held) == memory._things
        assert sum(held) <= 100 or len(held) == 1
    before = len(searched)
    assert matches(DIRECTORATE, ox.Literal("i")) == ox.Literal(True)
    assert len(searched) == before, "the last one was forgotten"


def count_searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are searched from now on."""
    searched: list[str] = []

    def counted(file: sqlite3.Connection, text: str, language: str) -> object:
        searched.append(text)
        return found(file, text, language)

    monkeypatch.setattr(matching, "found", counted)
    return searched


# Which queries need an index.


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p ?o FILTER(atlas:matches(?s, "x")) }',
        "SELECT * { ?s ?p ?o } ORDER BY DESC(atlas:rank (?s, ?o))",
        "PREFIX a: <https://w3id.org/orgatlas/ns#> SELECT (a:rank\n#what?\n# this (\n(?s, ?o) AS ?r) {}",
        f"SELECT (<{RANK.value}>(?s, ?o) AS ?r) {{}}",
        "SELECT (<#rank>\t(?s, ?o) AS ?r) {}",
        r"SELECT (atlas:m\u0061tches(?s, ?o) AS ?r) {}",
        r"SELECT (atlas\U0000003Arank(?s, ?o) AS ?r) {}",
    ],
)
def test_a_query_that_calls_one_is_known(text: str) -> None:
    assert mentions(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?rank) { ?s atlas:rank ?matches } GROUP BY (?rank)",
        "SELECT * { ?s atlas:levelRank ?rank FILTER(?rank > 5) }",
        "SELECT * { ?s atlas:ranks (1 2) }",
        "SELECT * {} # :rank" + "#" * 100_000,
    ],
)
def test_another_is_not(text: str) -> None:
    assert not mentions(text)


def test_a_question_may_search_whatever_its_form(tmp_path: Path) -> None:
    file = tmp_path / "question.rq"
    for text in (
        'ASK { FILTER(atlas:matches(<x:a>, "b")) }',
        'SELECT (atlas:rank(<x:a>, "b") AS ?r) {}',
        'CONSTRUCT { <x:a> <x:b> ?r } { BIND(atlas:rank(<x:a>, "b") AS ?r) }',
    ):
        file.write_text(f"{HEAD}PREFIX atlas: <https://w3id.org/orgatlas/ns#>\n{text}\n")
        read_question(file)
    file.write_text(f"{HEAD}PREFIX atlas: <https://w3id.org/orgatlas/ns#>\nASK {{ FILTER(atlas:matches(<x:a>, ) }}\n")
    with pytest.raises(QuestionError):
        read_question(file)
