"""The pages of the ontology and of the rules: every IRI leads to its section, every link somewhere, in both languages."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import httpx
import pyoxigraph as ox
import pytest

from orgatlas.graph.bundle import BUILT_IN
from tests.api.scripts import strange_scripts

PAGES = [f"/{language}/{name}" for language in ("en", "fr") for name in ("ns", "shapes")]
Serving = Callable[[list[Path]], AbstractContextManager[httpx.Client]]


def headings(text: str) -> list[int]:
    return [int(each) for each in re.findall(r"<h([1-6])[ >]", text)]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(client: httpx.Client, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert f'<html lang="{path[1:3]}"' in page.text
    levels = headings(page.text)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [unescape(each) for each in re.findall(r' id="([^"]+)"', page.text)]
    assert len(ids) == len(set(ids))
    assert {unescape(each) for each in re.findall(r'href="#([^"]+)"', page.text)} <= {*ids}
    assert len(re.findall("<table>", page.text)) == len(re.findall("<table>\n<caption>", page.text))
    assert " style=" not in page.text
    assert not strange_scripts(page.text)


def test_the_iri_of_every_term_and_of_every_rule_leads_to_its_section(client: httpx.Client) -> None:
    for name in ("ns", "shapes"):
        text = client.get(f"/en/{name}").text
        iris = set(re.findall(rf"<code>(https://w3id.org/orgatlas/{name}#[^<]+)</code>", text))
        assert len(iris) > 60
        for iri in iris:
            assert f'<section class="term" id="{iri.partition("#")[2]}">' in text, iri
    assert 'id="org:Organization"' in client.get("/fr/ns").text


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (
            "/en/ns",
            ["Orgatlas ontology of public organisations", "0.1.0", 'href="/ns.ttl"', "first version that is kept"],
        ),
        (
            "/en/ns",
            ['”, then “<a href="#involves">involves</a>” make “', "Sweden, code SE.", "18 statements", "all derived"],
        ),
        ("/fr/ns", ["Ontologie Orgatlas des organismes publics", "» donnent «", "La Suède, code SE."]),
        ("/en/shapes", ["Orgatlas rules for public organisations", "exactly one value", 'href="#section-S16"']),
        (
            "/en/shapes",
            ['href="/en/ns#org:OrganizationalUnit"', 'href="/en/ns#Engagement"', "A visit that came from nowhere."],
        ),
        ("/fr/shapes", ["Règles Orgatlas", "exactement une valeur", "tout ce qui est «", 'href="/fr/ns#Engagement"']),
    ],
)
def test_a_page_tells_what_there_is(client: httpx.Client, path: str, wanted: list[str]) -> None:
    text = client.get(path).text.replace("\u00a0", " ")
    for each in wanted:
        assert each in text, each


def test_the_links_to_the_data_give_as_many_rows_as_they_say(client: httpx.Client) -> None:
    text = client.get("/en/ns").text
    asked = re.findall(r'<a href="(/en/sparql\?query=[^"]+)">([0-9,]+) (?:members?|statements?)</a>', text)
    assert len(asked) > 80
    for url, count in asked[::12]:
        query = unquote(unescape(url).partition("query=")[2].replace("+", " "))
        assert query.startswith(("PREFIX class: <", "PREFIX property: <"))
        rows = client.get("/sparql", params={"query": query, "format": "json"}).json()["results"]["bindings"]
        assert len(rows) == int(count.replace(",", ""))


def test_links_between_the_pages_lead_to_a_place_that_is_there(client: httpx.Client) -> None:
    ontology, rules = client.get("/en/ns").text, client.get("/en/shapes").text
    places = set(re.findall(r' id="([^"]+)"', ontology))
    assert set(re.findall(r'href="/en/ns#([^"]+)"', rules)) <= places


def test_an_ontology_of_others_is_told_and_its_texts_are_only_text(tmp_path: Path, serving: Serving) -> None:
    file = tmp_path / "o.ttl"
    file.write_text(
        """
        @prefix : <https://example.org/o#> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <https://example.org/o> a owl:Ontology .
        :A a owl:Class ; rdfs:label "<script>alert(1)</script>" ; rdfs:subClassOf <javascript:alert(1)> ; rdfs:seeAlso <data:x> .
        <javascript:alert(1)> a owl:Class .
        """,
        encoding="utf-8",
    )
    with serving([file]) as client:
        for language in ("en", "fr"):
            text = client.get(f"/{language}/ns").text
            assert "&lt;script&gt;" in text
            assert not strange_scripts(text)
            assert 'href="javascript:' not in text
            assert 'href="data:' not in text
        assert client.get("/en/shapes").status_code == 200


def test_a_graph_without_any_term_has_a_page(tmp_path: Path, serving: Serving) -> None:
    file = tmp_path / "o.nt"
    file.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    with serving([file]) as client:
        page = client.get("/en/ns")
        assert page.status_code == 200
        assert "names no ontology" in page.text
        assert '<svg class="diagram"' not in page.text


def test_plain_files_have_rules_that_lead_only_to_what_is_there(tmp_path: Path, serving: Serving) -> None:
    file = tmp_path / "o.nt"
    file.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    with serving([file]) as client:
        text = client.get("/en/shapes").text
        for each in {unescape(each) for each in re.findall(r'href="(/en/[^"#]*)', text)}:
            assert client.get(each).status_code == 200, each


def test_the_terms_of_a_bundle_have_their_place_beside_ours(serving: Serving) -> None:
    with serving([BUILT_IN / "tests" / "bundles" / "ministry"]) as client:
        text = client.get("/fr/ns").text
    assert '<section class="term" id="Office">' in text
    assert '<section class="term" id="Engagement">' in text


@pytest.mark.parametrize("name", ["members", "statements"])
def test_the_questions_behind_the_links_are_questions(name: str) -> None:
    ox.Store().query((BUILT_IN / "queries" / "internal" / f"{name}.rq").read_text(encoding="utf-8"))
