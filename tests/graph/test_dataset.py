"""The graphs that a query or an update works on are read from its text, and strings and comments fool nobody."""

from collections.abc import Sequence

import pyoxigraph as ox
import pytest

from orgatlas.graph.dataset import (
    DatasetClause,
    clause_of,
    deleted_data,
    names_the_default_graph,
    only_inserts_data,
    operations,
    using,
)
from orgatlas.graph.errors import QuerySyntaxError

EX = "https://example.org/"
CLAUSE = DatasetClause((EX + "d",), (EX + "n",))
SAID = f"USING <{EX}d> USING NAMED <{EX}n>"


def found(text: str) -> DatasetClause:
    return clause_of(text, EX, {"ex": EX})


@pytest.mark.parametrize(
    ("text", "default", "named"),
    [
        ("SELECT * FROM <a> FROM NAMED <b> { ?s ?p ?o }", ["a"], ["b"]),
        ("select * from<a>from named<b>{}", ["a"], ["b"]),
        ("ASK FROM <a> FROM <b> FROM <a> {}", ["a", "b", "a"], []),
        ("ASK FROM NAMED <b> FROM <a> FROM NAMED <c> {}", ["a"], ["b", "c"]),
        ("PREFIX x: <x/> SELECT * FROM x:a FROM NAMED ex:b WHERE {}", ["x/a"], ["b"]),
        ("PREFIX from: <f/> ASK FROM from:from {}", ["f/from"], []),
        ("PREFIX select: <s/> SELECT * FROM select:a {}", ["s/a"], []),
        ("BASE <deeper/> SELECT * FROM <a> {}", ["deeper/a"], []),
        ("SELECT * FROM # FROM <no>\n <a> {}", ["a"], []),
        ("SELECT * FROM <a#b> {}", ["a#b"], []),
        ("SELECT ?from FROM <a> {}", ["a"], []),
        ("SELECT ('FROM <no> {' AS ?x) FROM <a> {}", ["a"], []),
        ('SELECT (""")"}"{\n""" AS ?x) FROM <a> {}', ["a"], []),
        ("SELECT (1<2 AS ?x) (?a<?b&&?c>1 AS ?y) FROM <a> {}", ["a"], []),
        ("CONSTRUCT { ?s ?p 'FROM <no>' } FROM <a> WHERE {}", ["a"], []),
        ("CONSTRUCT FROM <a> WHERE { ?s ?p ?o }", ["a"], []),
        ("DESCRIBE <x> FROM <a>", ["a"], []),
    ],
)
def test_what_from_names_is_found(text: str, default: Sequence[str], named: Sequence[str]) -> None:
    assert found(text) == DatasetClause(tuple(EX + each for each in default), tuple(EX + each for each in named))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "# FROM <a>\nSELECT * {}",
        "SELECT ('FROM <a>' AS ?from) {}",
        "SELECT * { ?s ?p '''\nFROM <a>''' }",
        "SELECT ?x {} VALUES ?x { <FROM> }",
        "PREFIX from: <f/> SELECT * { ?s from:a <a> }",
        "",
    ],
)
def test_what_only_looks_like_from_is_not(text: str) -> None:
    assert not found(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM undeclared:a {}",
        "SELECT * FROM {}",
        "SELECT * FROM NAMED {}",
        "SELECT * FROM",
        "SELECT * FROM NAMED",
        "SELECT * FROM <a b> {}",
        "PREFIX : <not closed ASK FROM <a> {}",
    ],
)
def test_what_cannot_be_read_is_left_to_the_engine(text: str) -> None:
    assert not found(text)


def test_a_clause_with_a_graph_of_either_kind_describes_a_dataset() -> None:
    assert DatasetClause(("x:a",))
    assert DatasetClause(named=("x:a",))
    assert not DatasetClause()


# USING


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT {} WHERE {}", f"INSERT {{}} {SAID} WHERE {{}}"),
        ("DELETE {} INSERT {} WHERE {}", f"DELETE {{}} INSERT {{}} {SAID} WHERE {{}}"),
        ("DELETE WHERE { ?s ?p ?o }", f"DELETE {{ ?s ?p ?o }} {SAID} WHERE {{ ?s ?p ?o }}"),
        (
            "DELETE WHERE { GRAPH <g> { ?s ?p '}' } }; DELETE WHERE { ?a ?b ?c }",
            (
                f"DELETE {{ GRAPH <g> {{ ?s ?p '}}' }} }} {SAID} WHERE {{ GRAPH <g> {{ ?s ?p '}}' }} }}; "
                f"DELETE {{ ?a ?b ?c }} {SAID} WHERE {{ ?a ?b ?c }}"
            ),
        ),
        (
            "INSERT {} WHERE { { SELECT * WHERE {} } }; INSERT {} WHERE {}",
            f"INSERT {{}} {SAID} WHERE {{ {{ SELECT * WHERE {{}} }} }}; INSERT {{}} {SAID} WHERE {{}}",
        ),
        ("PREFIX where: <w:> INSERT {} WHERE {}", f"PREFIX where: <w:> INSERT {{}} {SAID} WHERE {{}}"),
        ("INSERT { <a> <b> 'WHERE {' } WHERE {}", f"INSERT {{ <a> <b> 'WHERE {{' }} {SAID} WHERE {{}}"),
        ("INSERT {} # WHERE\nWHERE {}", f"INSERT {{}} # WHERE\n{SAID} WHERE {{}}"),
        ("INSERT {} WHERE { ?s ?p 'USING' } # WITH", f"INSERT {{}} {SAID} WHERE {{ ?s ?p 'USING' }} # WITH"),
    ],
)
def test_every_where_works_on_the_graphs_of_the_clause(text: str, expected: str) -> None:
    assert using(text, CLAUSE) == expected


@pytest.mark.parametrize("text", ["INSERT DATA { <a> <b> 'WHERE' }", "CLEAR GRAPH <where>", "", "# WHERE"])
def test_what_looks_at_nothing_stays_as_it_is(text: str) -> None:
    assert using(text, CLAUSE) == text


@pytest.mark.parametrize(
    "text",
    [
        "DELETE WHERE { <a> <b> ?c }",
        "DELETE # WHERE { ?no ?no ?no }\nWHERE { <a> <b> ?c }",
        "delete where{<a> <b> ?c} ; insert data {}",
        "DELETE { <a> <b> ?c } WHERE { <a> <b> ?c }",
    ],
)
def test_a_deletion_sees_only_the_graphs_of_the_clause(text: str) -> None:
    a, b, c, d = (ox.NamedNode(EX + name) for name in "abcd")
    store = ox.Store()
    store.extend([ox.Quad(a, b, c), ox.Quad(a, b, d), ox.Quad(a, b, d, ox.NamedNode(EX + "d"))])
    store.update(using(text, CLAUSE), base_iri=EX)
    assert set(store) == {ox.Quad(a, b, c), ox.Quad(a, b, d, ox.NamedNode(EX + "d"))}


@pytest.mark.parametrize(
    "text",
    [
        "WITH <a> DELETE {} WHERE {}",
        "INSERT {} USING <a> WHERE {}",
        "INSERT {} using named <a> WHERE {}",
        "INSERT {} WHERE {}; WITH <a> INSERT {} WHERE {}",
    ],
)
def test_an_update_with_a_clause_of_its_own_takes_no_other(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="USING or WITH"):
        using(text, CLAUSE)


@pytest.mark.parametrize("iri", ["", "relative", "x:a b", "x:a> WHERE {} ; DROP ALL #", "x:\n"])
@pytest.mark.parametrize("named", [False, True])
def test_a_graph_that_is_no_iri_never_gets_into_the_text(iri: str, named: bool) -> None:
    with pytest.raises(QuerySyntaxError, match="is no IRI"):
        using("INSERT {} WHERE {}", DatasetClause(named=(iri,)) if named else DatasetClause((iri,)))


@pytest.mark.parametrize("text", ["DELETE WHERE {", "DELETE WHERE", "WHERE", "DELETE WHERE }", "INSERT { WHERE"])
def test_what_is_no_update_does_not_become_one(text: str) -> None:
    with pytest.raises(SyntaxError):
        ox.Store().update(using(text, CLAUSE), base_iri=EX)


COMPARED = "INSERT {} WHERE { FILTER(?a<?b&&'>'!='{') }"


def test_a_comparison_that_may_hide_what_follows_is_refused() -> None:
    with pytest.raises(QuerySyntaxError, match="put a space"):
        using(f"{COMPARED}; INSERT {{}} WHERE {{}}", CLAUSE)
    spaced = COMPARED.replace("<", " < ")
    assert using(f"{spaced}; INSERT {{}} WHERE {{}}", CLAUSE).count(SAID) == 2
    with pytest.raises(QuerySyntaxError, match="USING or WITH"):
        using(f"{spaced}; WITH <a> INSERT {{}} WHERE {{}}", CLAUSE)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("CLEAR ALL", ["CLEAR ALL"]),
        ("", [""]),
        ("PREFIX : <x:> INSERT DATA { :a :b ';' } ; DROP GRAPH :g ;", 2),
        ("BASE <b:> CLEAR ALL; PREFIX p: <x:> INSERT { p:a p:b 1 } WHERE {}; DELETE WHERE { ?s p:b ?o ; p:c ?q }", 3),
        ("# ;\nCLEAR ALL # ;\n;\nCLEAR ALL", 2),
    ],
)
def test_an_update_falls_into_its_operations(text: str, steps: list[str] | int) -> None:
    found = operations(text)
    assert found == steps or len(found) == steps
    for step in found:
        ox.Store().update(step.replace("DROP GRAPH", "DROP SILENT GRAPH"))


def test_an_operation_has_the_prologue_of_those_before_it() -> None:
    assert (
        operations("PREFIX a: <a:>\nCLEAR ALL ; PREFIX b: <b:> DROP ALL")[1]
        == "PREFIX a: <a:>\n PREFIX b: <b:> DROP ALL"
    )


# What an update looks at


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA {}",
        "insert data { <a> <b> 'x' } ; Insert Data {} ;",
        "PREFIX delete: <d:> BASE <b:> INSERT DATA { delete:where <b> 'DELETE WHERE' }",
        "# CLEAR ALL\nINSERT # DELETE\nDATA { <a> <b> '''}; CLEAR ALL''' }",
        "INSERT DATA { GRAPH <g> { <a> <b> [ <c> ('}') ] } }",
    ],
)
def test_what_only_inserts_data_looks_at_nothing(text: str) -> None:
    assert only_inserts_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PREFIX a: <b:>",
        "INSERT",
        "INSERT DATA {}; CLEAR ALL",
        "CREATE GRAPH <g>; INSERT DATA {}",
        "INSERT {} WHERE {}",
        "INSERT DATA {}; INSERT {} WHERE {}",
        "DELETE DATA {}",
        "INSERT DATA {}; DELETE WHERE {}",
        "INSERT DATA { <a> <b> '''}''' }; DROP ALL",
        "INSERT DATA { <a> <b> '{' }; DROP ALL",
        "INSERT DATA {}; \\u0043LEAR ALL",
        "DATA INSERT {}",
        "PREFIX data: <x:> INSERT DATA {}; COPY <a> TO <b>",
    ],
)
def test_whatever_else_there_is_may_look_at_the_graph(text: str) -> None:
    assert not only_inserts_data(text)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("DELETE DATA { <a> <b> 'DELETE DATA' }", "INSERT DATA { <a> <b> 'DELETE DATA' }"),
        ("PREFIX delete: <x:> delete data { GRAPH <g> {} }", "PREFIX delete: <x:> INSERT data { GRAPH <g> {} }"),
        ("DELETE DATA {}; DELETE # DATA\n DATA {}", "INSERT DATA {}; INSERT # DATA\n DATA {}"),
        ("DELETE DATA {}; INSERT DATA {}", None),
        ("DELETE WHERE {}", None),
        ("DELETE {} WHERE {}", None),
        ("\\u0044ELETE DATA {}", None),
        ("INSERT DATA {}", None),
        ("", None),
    ],
)
def test_what_deletes_data_can_be_told_by_inserting_them(text: str, data: str | None) -> None:
    assert deleted_data(text) == data


@pytest.mark.parametrize(
    "text",
    [
        "CLEAR DEFAULT",
        "clear # all\ndefault",
        "DROP SILENT DEFAULT",
        "COPY DEFAULT TO <g>",
        "ADD <g> TO DEFAULT",
        "MOVE GRAPH <g> TO Default",
        "INSERT DATA { <a> <b> '{' }; CLEAR DEFAULT",
        "INSERT {} WHERE { FILTER(1<2 && 3>2) }; CLEAR DEFAULT",
    ],
)
def test_the_keyword_default_is_found(text: str) -> None:
    assert names_the_default_graph(text)


@pytest.mark.parametrize(
    "text",
    [
        "CLEAR ALL",
        "INSERT DATA { <default> <b> 'DEFAULT' }",
        "PREFIX default: <x:> CLEAR GRAPH default:default",
        "# DEFAULT\nCLEAR NAMED",
        "CLEAR GRAPH <DEFAULT>",
        "INSERT {} WHERE { ?default ?p $default }",
        "",
    ],
)
def test_what_only_looks_like_the_keyword_default_is_not(text: str) -> None:
    assert not names_the_default_graph(text)


def test_no_comparison_hides_the_keyword_default() -> None:
    with pytest.raises(QuerySyntaxError, match="put a space"):
        names_the_default_graph(f"{COMPARED}; CLEAR DEFAULT")
