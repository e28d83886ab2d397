"""The query form: it answers, and says where a query is wrong."""

import httpx
import pytest

from tests.api.scripts import strange_scripts


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_form_stands_there_before_anybody_asked(client: httpx.Client, language: str) -> None:
    page = client.get(f"/{language}/sparql")
    assert page.status_code == 200
    assert '<label for="query">' in page.text
    assert "SELECT ?type" in page.text
    assert 'role="alert"' not in page.text


def test_the_form_answers_with_a_table_and_files(client: httpx.Client) -> None:
    page = client.get("/en/sparql", params={"query": "SELECT ?unit { ?unit a org:OrganizationalUnit }"}).text
    assert "7 rows" in page
    assert 'href="/sparql?query=SELECT+%3Funit' in page


def test_only_so_many_rows_are_shown_and_that_is_said(client: httpx.Client) -> None:
    page = client.get("/fr/sparql", params={"query": "SELECT * { ?s ?p ?o }"}).text
    assert "Lignes 1 à 100 sur 3\u00a0845" in page
    assert page.count("<tr><td") == 100


def test_only_so_many_columns_are_shown_and_that_is_said(client: httpx.Client) -> None:
    wide = " ".join(f"?a{number}" for number in range(500))
    page = client.get(
        "/fr/sparql", params={"query": f"SELECT {wide} {{ ?a1 ?a2 ?a3 }}", "rows": "1000", "page": "2"}
    ).text
    assert "Les 50 premières colonnes" in page
    assert "Lignes 401 à 800 sur 3\u00a0845" in page
    assert page.count('class="sort"') == 50


@pytest.mark.parametrize("depth", [30, 300, 600])
def test_a_term_within_a_term_within_a_term_is_no_fault(client: httpx.Client, depth: int) -> None:
    term = "<<( <a:a> <a:b> " * depth + "1" + " )>>" * depth
    page = client.get("/en/sparql", params={"query": f"SELECT ({term} AS ?x) {{}}"})
    assert page.status_code == 200
    assert "…" in page.text


def test_a_truth_is_a_word(client: httpx.Client) -> None:
    assert ">Oui<" in client.get("/fr/sparql", params={"query": "ASK {}"}).text
    assert ">No<" in client.get("/en/sparql", params={"query": "ASK { <a:b> ?p ?o }"}).text


def test_a_syntax_error_names_its_place_and_keeps_the_text(client: httpx.Client) -> None:
    page = client.get("/fr/sparql", params={"query": "SELECT *\n{ ?s ?p }"})
    assert page.status_code == 400
    assert "Ligne 2, colonne 10" in page.text
    assert "SELECT *\n{ ?s ?p }</textarea>" in page.text


def test_a_query_cannot_leave_its_box(client: httpx.Client) -> None:
    page = client.get("/en/sparql", params={"query": "</textarea><script>alert(1)</script>"}).text
    assert not strange_scripts(page)


def test_markup_in_an_answer_stays_text(client: httpx.Client) -> None:
    page = client.get("/en/sparql", params={"query": "SELECT ('<script>' AS ?x) ('<b>'@fr AS ?y) {}"}).text
    assert "<td>&lt;script&gt;</td>" in page
    assert '<td lang="fr">&lt;b&gt;</td>' in page


def test_the_examples_run(client: httpx.Client) -> None:
    page = client.get("/en/sparql").text
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]]
    examples = [link for link in links if link.startswith("/en/sparql?query=")]
    assert len(examples) == 8
    for link in examples:
        assert client.get(link).status_code == 200
