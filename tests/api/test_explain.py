"""Why a statement holds, over HTTP: JSON-LD and other forms, a page in two languages, and a piece of one."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings

DERIVED = {"s": "CSC", "p": "oversees", "o": "technical assistance to Barbados"}
STATED = {"s": "unit:research-branch", "p": "skos:prefLabel", "o": "Research Branch"}
ABSENT = {"s": "International Relations Directorate", "p": "oversees", "o": "visit of a delegation from Japan"}
EX = "https://example.org/"


@pytest.mark.parametrize("accept", [None, "*/*", "application/ld+json", "application/json"])
def test_it_is_json_ld(client: httpx.Client, accept: str | None) -> None:
    answer = client.get("/explain", params=DERIVED, headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.headers["content-type"] in ("application/ld+json", "application/json")
    assert "Accept" in answer.headers["vary"]
    assert answer.headers["orgatlas-edition"]
    document = answer.json()
    assert document["@id"] == str(answer.url)
    assert document["status"] == "derived"
    assert len(document["proofs"][0]["steps"]) == 9


@pytest.mark.parametrize(("name", "form"), [("ttl", ox.RdfFormat.TURTLE), ("nt", ox.RdfFormat.N_TRIPLES)])
def test_it_comes_in_other_forms_of_rdf(client: httpx.Client, name: str, form: ox.RdfFormat) -> None:
    answer = client.get("/explain", params={**DERIVED, "format": name})
    triples = list(ox.parse(answer.content, format=form))
    assert sum(each.object == ox.NamedNode("http://www.w3.org/ns/prov#Activity") for each in triples) == 9


def test_who_likes_a_page_is_sent_to_one(client: httpx.Client) -> None:
    headers = {"Accept": "text/html,*/*;q=0.1", "Accept-Language": "fr-CA"}
    answer = client.get("/explain", params=DERIVED, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/fr/explain?s=CSC&p=oversees")
    assert client.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    ("language", "status", "wanted"),
    [
        ("en", {"s": "England", "p": "a", "o": "country"}, ["It cannot hold", "nothing is both"]),
        ("fr", {"s": "England", "p": "a", "o": "country"}, ["Cela ne peut pas être", "rien n’est à la fois"]),
        ("en", {"s": "unit:nope", "p": "a", "o": "sector"}, ["a misspelling?"]),
        ("en", {"s": "CSC", "p": "a", "o": "owl:Thing"}, ["true of everything"]),
        (
            "en",
            DERIVED,
            ["Why: 9 steps", "chain of properties", "prp-spo2", "stated", "step 3", "characters 604 to 723"],
        ),
        ("fr", DERIVED, ["9 étapes", "enchaînement de propriétés", "énoncé", "étape 3", "caractères 604 à 723"]),
        ("en", STATED, ["added by the editors", "Editorial decisions"]),
        ("en", ABSENT, ["neither stated nor derived", "What is missing", "is accountable for"]),
        ("fr", ABSENT, ["ni énoncé ni déduit", "Ce qui manque"]),
        ("en", {"s": "CSC", "p": "skos:prefLabel", "o": '"x"'}, ["only if somebody stated it"]),
        ("en", {"s": "CSC", "p": "a", "o": "org:Organization"}, ["Another way", "115 ways in all"]),
    ],
)
def test_a_page_tells_it(client: httpx.Client, language: str, status: dict[str, str], wanted: list[str]) -> None:
    page = client.get(f"/{language}/explain", params=status)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    for each in wanted:
        assert each in page.text.replace("\u00a0", " ")
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= {*ids}


def test_a_piece_of_a_page_is_no_page(client: httpx.Client) -> None:
    piece = client.get("/en/explain", params={**DERIVED, "fragment": ""}).text
    assert piece.strip().startswith("<article")
    assert piece.strip().endswith("</article>")
    assert "<html" not in piece


def test_without_a_statement_there_is_a_form(client: httpx.Client) -> None:
    page = client.get("/en/explain")
    assert page.status_code == 200
    assert page.text.partition("<main")[2].count("<input") == 3
    assert "<article" not in page.text


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({}, "s"),
        ({"s": "CSC", "p": "a"}, "o"),
        ({"s": "CSC", "p": " ", "o": "CSC"}, "p"),
        ({"s": ["CSC", "CSC"], "p": "a", "o": "CSC"}, "s"),
        ({"s": "nobody", "p": "a", "o": "CSC"}, "s"),
        ({"s": "<a b>", "p": "a", "o": "CSC"}, "s"),
        ({"s": "CSC", "p": "a", "o": '"a" . <x:a> <x:b> <x:c>'}, "o"),
        ({"s": "CSC", "p": "a", "o": "\ufffe\x00"}, "o"),
        ({"s": "unit:" + "x" * 5000, "p": "a", "o": "CSC"}, "s"),
    ],
)
def test_what_cannot_be_explained_is_told(client: httpx.Client, params: dict[str, str], parameter: str) -> None:
    answer = client.get("/explain", params=params)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == parameter
    page = client.get("/fr/explain", params=params)
    assert page.status_code == (400 if params else 200)
    assert "Traceback" not in page.text


def test_a_form_that_is_not_there_is_told(client: httpx.Client) -> None:
    assert client.get("/explain", params={**DERIVED, "format": "csv"}).status_code == 406
    assert client.get("/explain", params=DERIVED, headers={"Accept": "image/png"}).status_code == 406


def test_what_is_said_of_a_resource_leads_to_the_reason(client: httpx.Client) -> None:
    page = client.get("/en/queries/describe", params={"resource": "unit:research-branch"}).text
    links = re.findall(r'<a href="(/en/explain\?[^"]+)">(derived|stated|added)</a>', page)
    assert {status for _, status in links} == {"derived", "stated", "added"}
    for link, status in links:
        shown = client.get(link.replace("&amp;", "&")).text
        claim = re.search(r'class="claim">.*?class="status (\w+)"', shown, re.DOTALL)
        assert claim, link
        assert claim[1] == status


def test_statements_of_the_query_form_lead_to_their_reasons(client: httpx.Client) -> None:
    query = "SELECT ?s ?p ?o { VALUES (?s ?p) { (unit:research-branch rdf:type) } ?s ?p ?o }"
    page = client.get("/fr/sparql", params={"query": query}).text
    assert page.count('<a href="/fr/explain?s=') == 3
    assert ">Pourquoi\u00a0?</th>" in page


def test_plain_files_and_what_is_not_reasoned_on(
    running: Callable[..., AbstractContextManager[tuple[Readers, int]]], tmp_path: Path
) -> None:
    (tmp_path / "a.ttl").write_text(
        f"@prefix : <{EX}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . :p rdfs:domain :A . :i :p 1 ."
    )
    question = {"s": f"{EX}i", "p": "a", "o": f"{EX}A"}
    for options, status in (
        ({}, "derived"),
        ({"reasoning": False}, "absent"),
        ({"strict_default_graph": True}, "derived"),
    ):
        with running([tmp_path / "a.ttl"], Settings(**options)) as (_, port):  # type: ignore[arg-type]
            answer = httpx.get(f"http://127.0.0.1:{port}/explain", params=question).json()
            assert answer["status"] == status
            stated = httpx.get(
                f"http://127.0.0.1:{port}/explain", params={"s": f"{EX}i", "p": f"{EX}p", "o": "1"}
            ).json()
            assert stated["status"] == "stated"


def test_a_change_is_explained_at_once(running: Callable[..., AbstractContextManager[tuple[Readers, int]]]) -> None:
    settings = Settings(writable=True, gate=False)
    axioms = f"<{EX}p> a owl:TransitiveProperty . "
    with running([], settings, empty=True, token="secret") as (_, port):
        base = f"http://127.0.0.1:{port}"

        def update(text: str) -> None:
            answer = httpx.post(
                f"{base}/sparql", data={"update": text}, headers={"Authorization": "Bearer secret"}, timeout=30
            )
            assert answer.status_code == 204, answer.text

        def status() -> tuple[str, int]:
            answer = httpx.get(f"{base}/explain", params={"s": f"{EX}i", "p": f"{EX}p", "o": f"{EX}k"}).json()
            return answer["status"], answer["ways"]

        update(f"INSERT DATA {{ GRAPH <{EX}g> {{ {axioms} }} }}")
        assert status() == ("absent", 0)
        update(f"INSERT DATA {{ GRAPH <{EX}g> {{ <{EX}i> <{EX}p> <{EX}j> . <{EX}j> <{EX}p> <{EX}k> }} }}")
        assert status() == ("derived", 1)
        update(f"INSERT DATA {{ GRAPH <{EX}h> {{ <{EX}i> <{EX}p> <{EX}k> }} }}")
        assert status() == ("stated", 2)
        update(f"DROP GRAPH <{EX}h>")
        assert status() == ("derived", 1)
        update(f"DELETE DATA {{ GRAPH <{EX}g> {{ <{EX}i> <{EX}p> <{EX}j> }} }}")
        assert status() == ("absent", 0)
