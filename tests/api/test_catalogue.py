"""Who looks for the data set finds it described: catalogues, harvesters, search engines and crawlers."""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from http import HTTPStatus
from pathlib import Path
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from orgatlas.api import catalogue
from orgatlas.graph.build import Edition
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.canonical import canonical_hash
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import name

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def described(client: httpx.Client) -> ox.Store:
    found = client.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    assert found.status_code == HTTPStatus.OK
    store = ox.Store()
    store.load(found.content, format=ox.RdfFormat.N_TRIPLES)
    return store


def values(described: ox.Store, subject: str, predicate: str) -> set[str]:
    found = described.quads_for_pattern(ox.NamedNode(subject), name(predicate), None, None)
    return {
        quad.object.value if isinstance(quad.object, ox.NamedNode | ox.Literal) else str(quad.object) for quad in found
    }


def test_the_data_set_is_described(
    described: ox.Store, client: httpx.Client, bundle: Bundle, closed: MemoryStore
) -> None:
    dataset = f"{bundle.base}id/dataset"
    home = str(client.base_url).rstrip("/")
    assert values(described, f"{home}/.well-known/void", "foaf:primaryTopic") == {dataset}
    assert values(described, dataset, "void:triples") == {str(len(closed))}
    assert values(described, dataset, "void:sparqlEndpoint") == {f"{home}/sparql"}
    assert values(described, dataset, "void:uriSpace") == {bundle.base}
    assert values(described, dataset, "dct:license") == {bundle.manifest.licence}
    assert "https://w3id.org/orgatlas/ns#" in values(described, dataset, "void:vocabulary")
    assert len(values(described, dataset, "dct:title")) == 2
    assert any("As described in the source" in text for text in values(described, dataset, "skos:scopeNote"))
    languages = values(described, dataset, "dct:language")
    assert {f"http://publications.europa.eu/resource/authority/language/{code}" for code in ("ENG", "FRA")} <= languages


def test_its_hash_is_that_of_what_is_stated(described: ox.Store, bundle: Bundle, edition: Edition) -> None:
    [checksum] = values(described, f"{bundle.base}id/dataset", "spdx:checksum")
    assert values(described, checksum, "spdx:checksumValue") == {canonical_hash(edition.stated)}


def test_partitions_count_what_the_graph_holds(described: ox.Store, closed: MemoryStore) -> None:
    classes = {}
    for quad in described.quads_for_pattern(None, name("void:class"), None, None):
        [entities] = described.quads_for_pattern(quad.subject, name("void:entities"), None, None)
        assert isinstance(entities.object, ox.Literal)
        classes[quad.object] = int(entities.object.value)
    unit = name("org:OrganizationalUnit")
    assert classes[unit] == len({quad.subject for quad in closed.find(None, name("rdf:type"), unit)})


@pytest.mark.parametrize("predicate", ["void:exampleResource", "void:dataDump"])
def test_what_it_names_is_there(described: ox.Store, client: httpx.Client, bundle: Bundle, predicate: str) -> None:
    found = values(described, f"{bundle.base}id/dataset", predicate)
    assert len(found) > 5
    for iri in found:
        path = "/" + iri.removeprefix(bundle.base) if iri.startswith(bundle.base) else iri
        assert client.get(path.partition("#")[0], follow_redirects=True).status_code == HTTPStatus.OK


def test_each_distribution_says_where_and_in_which_form_it_is(described: ox.Store, bundle: Bundle) -> None:
    found = values(described, f"{bundle.base}id/dataset", "dcat:distribution")
    for distribution in found:
        for predicate in ("dcat:downloadURL", "dcat:mediaType", "dct:license", "dct:title"):
            assert values(described, distribution, predicate)
    assert values(described, f"{bundle.base}id/dataset#full.nq.gz", "dcat:compressFormat")
    assert values(described, f"{bundle.base}id/dataset#cpov.ttl", "dct:conformsTo")


def test_people_are_shown_the_page(client: httpx.Client) -> None:
    found = client.get("/.well-known/void", headers={"Accept": BROWSER, "Accept-Language": "fr"})
    assert (found.status_code, found.headers["location"]) == (HTTPStatus.SEE_OTHER, "/fr/dataset")
    start = client.get("/", headers={"Accept": "text/turtle"})
    assert (start.status_code, start.headers["location"]) == (HTTPStatus.SEE_OTHER, "/.well-known/void")
    assert 'rel="describedby"' in client.get("/").headers["link"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_holds_it_all_for_people_and_search_engines(
    client: httpx.Client, language: str, bundle: Bundle
) -> None:
    page = client.get(f"/{language}/dataset")
    assert page.status_code == HTTPStatus.OK
    [embedded] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    said = json.loads(embedded)
    assert (said["@type"], said["@id"]) == ("Dataset", f"{bundle.base}id/dataset")
    assert {each["@language"] for each in said["name"]} == {"en", "fr"}
    assert said["license"] == bundle.manifest.licence
    for each in said["distribution"]:
        assert client.head(each["contentUrl"]).status_code == HTTPStatus.OK
    assert 'href="/dumps/full.nq.gz"' in page.text
    assert f'href="/{language}/unit/' in page.text


def test_the_site_map_names_every_page_in_both_languages(
    client: httpx.Client, closed: MemoryStore, bundle: Bundle
) -> None:
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    places = [each.text or "" for each in tree.iter(f"{SITEMAP}loc")]
    assert len(places) == len(set(places))
    things = {
        quad.subject.value
        for quad in closed
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(f"{bundle.base}id/")
    }
    expected = {iri.removeprefix(f"{bundle.base}id/") for iri in things if "#" not in iri}
    home = str(client.base_url).rstrip("/")
    for language in ("en", "fr"):
        assert expected <= {place.removeprefix(f"{home}/{language}/") for place in places}
    assert all(client.get(place).status_code == HTTPStatus.OK for place in places[::20])


def test_a_large_map_comes_in_parts(
    serving: Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogue, "MAP_LIMIT", 10)
    file = tmp_path / "many.ttl"
    file.write_text("\n".join(f"<id/{n}> <p> {n} ." for n in range(25)))
    with serving([file]) as client:
        index = ElementTree.fromstring(client.get("/sitemap.xml").content)
        parts = [each.text or "" for each in index.iter(f"{SITEMAP}loc")]
        assert len(parts) == 3
        found = [client.get(part).text for part in parts]
        assert sum(len(re.findall(r"<loc>[^<]*/en/[0-9]+</loc>", text)) for text in found) == 25
        for odd in ("3", "x", "-1", "9999999999", "%C2%B2"):
            assert client.get(f"/sitemap-{odd}.xml").status_code == HTTPStatus.NOT_FOUND


def test_robots_are_shown_the_map_and_kept_from_queries(client: httpx.Client) -> None:
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    home = str(client.base_url).rstrip("/")
    assert robots.site_maps() == [f"{home}/sitemap.xml"]
    assert robots.can_fetch("any", f"{home}/en/unit/research-branch")
    assert not robots.can_fetch("any", f"{home}/sparql?query=x")


def test_plain_files_are_described_too(
    serving: Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]], tmp_path: Path
) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<https://elsewhere.example/a> a <https://elsewhere.example/Thing> .")
    with serving([file]) as client:
        assert "void:triples 1" in client.get("/.well-known/void", headers={"Accept": "text/turtle"}).text
        assert client.get("/en/dataset").status_code == HTTPStatus.OK
        assert client.get("/sitemap.xml").status_code == HTTPStatus.OK
