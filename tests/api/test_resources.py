"""Every identifier answers: with the page or the document that its client likes, or says what is near it."""

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Dataset, Graph

from orgatlas.api.addresses import SUFFIXES
from orgatlas.api.resources import MEDIA_TYPES
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.formats import GRAPH_FORMATS
from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings

DIRECTORATE = "/unit/international-relations-directorate"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ENGINE = {form.suffix: form.engine for form in GRAPH_FORMATS}


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        (None, f"/data{DIRECTORATE}.ttl"),
        ("*/*", f"/data{DIRECTORATE}.ttl"),
        ("text/turtle", f"/data{DIRECTORATE}.ttl"),
        ("application/ld+json, text/turtle;q=0.5", f"/data{DIRECTORATE}.jsonld"),
        ("application/rdf+xml", f"/data{DIRECTORATE}.rdf"),
        ("application/n-triples", f"/data{DIRECTORATE}.nt"),
        ("application/n-quads", f"/data{DIRECTORATE}.nq"),
        ("application/trig", f"/data{DIRECTORATE}.trig"),
        ("text/csv", f"/data{DIRECTORATE}.csv"),
        (BROWSER, f"/en{DIRECTORATE}"),
    ],
)
def test_an_identifier_leads_to_what_is_liked(client: httpx.Client, accept: str | None, target: str) -> None:
    headers = {} if accept is None else {"Accept": accept}
    found = client.get(f"/id{DIRECTORATE}", headers=headers)
    assert (found.status_code, found.headers["location"]) == (HTTPStatus.SEE_OTHER, target)
    assert {"Accept", "Accept-Language"} <= set(found.headers["vary"].split(", "))
    assert client.get(target).status_code == HTTPStatus.OK


@pytest.mark.parametrize(("liked", "language"), [("fr-CA, en;q=0.5", "fr"), ("de", "en"), ("en", "en")])
def test_a_page_is_in_the_language_that_is_liked(client: httpx.Client, liked: str, language: str) -> None:
    found = client.get(f"/id{DIRECTORATE}", headers={"Accept": BROWSER, "Accept-Language": liked})
    assert found.headers["location"] == f"/{language}{DIRECTORATE}"
    page = client.get(found.headers["location"])
    assert page.headers["content-language"] == language


def test_what_is_not_there_in_any_form_is_refused(client: httpx.Client) -> None:
    found = client.get(f"/id{DIRECTORATE}", headers={"Accept": "image/png"})
    assert found.status_code == HTTPStatus.NOT_ACCEPTABLE
    assert "text/turtle" in found.json()["detail"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_suffix_names_the_form_wherever_it_stands(client: httpx.Client, suffix: str) -> None:
    found = client.get(f"/data{DIRECTORATE}.{suffix}", headers={"Accept": "image/png"})
    assert found.status_code == HTTPStatus.OK
    assert found.headers["content-type"].partition(";")[0] == MEDIA_TYPES[suffix]
    assert client.get(f"/id{DIRECTORATE}.{suffix}").content == found.content
    if suffix in ENGINE:
        assert len(list(ox.parse(found.content, format=ENGINE[suffix]))) > 100
    else:
        assert len(list(csv.DictReader(io.StringIO(found.text)))) > 30


def test_a_document_without_suffix_is_in_the_form_that_is_liked_and_says_where_that_stands(
    client: httpx.Client,
) -> None:
    found = client.get(f"/data{DIRECTORATE}", headers={"Accept": "application/n-triples"})
    assert found.headers["content-location"] == f"/data{DIRECTORATE}.nt"
    assert found.content == client.get(f"/data{DIRECTORATE}.nt").content
    assert client.get(f"/data{DIRECTORATE}", headers={"Accept": BROWSER}).headers["location"] == f"/en{DIRECTORATE}"


def test_links_lead_to_every_other_form(client: httpx.Client) -> None:
    links = client.get(f"/data{DIRECTORATE}.ttl").headers["link"]
    for suffix in SUFFIXES:
        assert f"<{'/data' + DIRECTORATE}.{suffix}>; rel=" in links
    assert f'</data{DIRECTORATE}.ttl>; rel="canonical"' in links
    assert f'</fr{DIRECTORATE}>; rel="alternate"; type="text/html"; hreflang="fr"' in links
    assert 'rel="license"' in links
    for target in re.findall(r"<(/[^>]*)>", links):
        assert client.get(target).status_code == HTTPStatus.OK, target


def test_data_keep_their_iris_whatever_the_server_is_called(client: httpx.Client, bundle: Bundle) -> None:
    text = client.get(f"/data{DIRECTORATE}.nt").text
    assert f"<{bundle.base}id{DIRECTORATE}>" in text
    assert "127.0.0.1" not in text
    page = client.get(f"/en{DIRECTORATE}").text
    assert f'href="{bundle.base}' not in page
    assert 'href="/en/org/csc"' in page


@pytest.mark.parametrize(
    "path", ["/graph/curation", "/graph/inferred", "/id/source/B/s01", "/id/dataset", "/id/org/csc"]
)
def test_whatever_stands_below_the_base_answers(client: httpx.Client, path: str) -> None:
    for accept in (BROWSER, "text/turtle"):
        found = client.get(path, headers={"Accept": accept}, follow_redirects=True)
        assert found.status_code == HTTPStatus.OK


def test_a_thing_elsewhere_is_told_of_by_its_iri(client: httpx.Client) -> None:
    iri = "http://www.w3.org/ns/org#OrganizationalUnit"
    page = client.get("/en/resource", params={"iri": iri})
    assert page.status_code == HTTPStatus.OK
    data = client.get("/data", params={"iri": iri, "format": "nt"})
    assert f"<{iri}>" in data.text
    assert (
        client.get("/data", params={"iri": iri}, headers={"Accept": "text/csv"})
        .headers["content-type"]
        .startswith("text/csv")
    )
    assert client.get("/data", params={"iri": iri, "format": "no"}).status_code == HTTPStatus.NOT_ACCEPTABLE


def test_an_unknown_name_is_not_found_and_the_nearest_are_named(client: httpx.Client, bundle: Bundle) -> None:
    found = client.get("/id/unit/research-branches", headers={"Accept": "application/json"})
    assert found.status_code == HTTPStatus.NOT_FOUND
    assert found.json()["nearest"][0] == f"{bundle.base}id/unit/research-branch"
    page = client.get("/fr/unit/research-branches")
    assert page.status_code == HTTPStatus.NOT_FOUND
    assert 'lang="fr"' in page.text
    assert '<a href="/fr/unit/research-branch">' in page.text


@pytest.mark.parametrize("path", [f"/data{DIRECTORATE}.ttl", f"/en{DIRECTORATE}", "/en/", "/queries/units-named.csv"])
def test_what_has_not_changed_is_not_sent_again(client: httpx.Client, path: str) -> None:
    found = client.get(path)
    assert found.status_code == HTTPStatus.OK
    again = client.get(path, headers={"If-None-Match": f'"other", {found.headers["etag"]}'})
    assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
    assert again.headers["etag"] == found.headers["etag"]
    since = client.get(path, headers={"If-Modified-Since": found.headers["last-modified"]})
    assert since.status_code == HTTPStatus.NOT_MODIFIED
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == HTTPStatus.OK
    before = client.get(path, headers={"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"})
    assert before.status_code == HTTPStatus.OK


def test_each_form_has_a_tag_of_its_own(client: httpx.Client) -> None:
    tags = {
        client.get(f"/data{DIRECTORATE}", headers={"Accept": each}).headers["etag"] for each in MEDIA_TYPES.values()
    }
    assert len(tags) == len(MEDIA_TYPES)


def test_head_says_what_get_would(client: httpx.Client) -> None:
    for path in (f"/data{DIRECTORATE}.ttl", f"/en{DIRECTORATE}", f"/id{DIRECTORATE}"):
        head, get = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        for name in ("etag", "link", "location", "content-type", "vary"):
            assert head.headers.get(name) == get.headers.get(name), name


def test_a_page_is_found_by_the_address_that_a_host_of_files_gives_it(client: httpx.Client) -> None:
    found = client.get(f"/fr{DIRECTORATE}/")
    assert (found.status_code, found.headers["location"]) == (HTTPStatus.PERMANENT_REDIRECT, f"/fr{DIRECTORATE}")
    assert client.get("/fr/unit/").status_code == HTTPStatus.NOT_FOUND


ODD = """\
@base <https://example.org/atlas/> .
<id/café> <p> "tasse"@fr , <id/a(b)> , <id/doc#me> .
<id/caf%C3%A9%20noir> <p> "encoded" .
<id/doc#me> <p> "<script>alert(1)</script>" .
<id/q?x=1> <p> "with a query" .
<id/file.ttl> <p> "an identifier with a suffix" .
<http://elsewhere.example/é#1> <p> <id/café> .
<id/sparql> <p> "taken" , <javascript:alert(1)> , <urn:isbn:1> .
"""


@pytest.fixture(scope="module")
def odd(
    serving: Callable[..., AbstractContextManager[httpx.Client]], tmp_path_factory: pytest.TempPathFactory
) -> object:
    file = tmp_path_factory.mktemp("odd") / "odd.ttl"
    file.write_text(ODD, encoding="utf-8")
    with serving([file]) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/id/caf%C3%A9", "tasse"),
        ("/id/caf%c3%a9", "tasse"),
        ("/id/caf%C3%A9%20noir", "encoded"),
        ("/id/a%28b%29", "caf"),
        ("/id/doc", "alert"),
        ("/id/file.ttl", "suffix"),
        ("/id/sparql", "taken"),
    ],
)
def test_odd_identifiers_answer_too(odd: httpx.Client, path: str, said: str) -> None:
    data = odd.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert data.status_code == HTTPStatus.OK
    assert said in data.text
    page = odd.get(path, headers={"Accept": BROWSER}, follow_redirects=True)
    if path != "/id/file.ttl":
        assert page.status_code == HTTPStatus.OK
        assert page.headers["content-type"].startswith("text/html")
        assert "<script>alert" not in page.text


def test_no_link_leads_to_what_is_no_address_of_the_web(odd: httpx.Client) -> None:
    page = odd.get("/id/sparql", headers={"Accept": BROWSER}, follow_redirects=True).text
    assert "javascript:alert(1)" in page
    assert 'href="javascript:' not in page


def test_every_link_of_an_odd_page_leads_somewhere(odd: httpx.Client) -> None:
    page = odd.get("/en/resource", params={"iri": "https://example.org/atlas/p"})
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', page.text)}
    assert len(links) > 20
    for link in links:
        assert odd.get(link, follow_redirects=True).status_code == HTTPStatus.OK, link
    assert odd.get("/en/resource", params={"iri": "https://example.org/atlas/id/q?x=1"}).status_code == HTTPStatus.OK


HOSTILE = [
    "/id/" + "a" * 50_000,
    "/id/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "/id/a%0D%0ASet-Cookie:%20x=1",
    "/id/%00",
    "/id/a%20b",
    "/id//evil.example/",
    "/id/..%2F..%2Fetc%2Fpasswd",
    "/id/http:%2F%2Fevil.example",
    "/id/%E2%80%AE",
    "/id/%FF",
    "//evil.example/id/unit/research-branch",
    "/data/%2F%2Fevil.example.ttl",
    "/data/.ttl",
    "/id/.ttl",
    "/en//evil.example",
    "/fr/%5C%5Cevil.example",
    "/data?iri=",
    "/data?iri=javascript:alert(1)",
    "/data?iri=%3Cx%3E",
    "/data?iri=https://evil.example/",
    "/en/resource?iri=https://evil.example/",
    "/en/resource?iri=a&iri=b",
    "/en/resource",
    "/data",
    "/data?iri=" + quote("https://example.org/" + "é" * 5000),
]


@pytest.mark.parametrize("path", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("accept", [BROWSER, "text/turtle"])
def test_hostile_names_are_refused_and_never_followed(client: httpx.Client, path: str, accept: str) -> None:
    found = client.get(httpx.URL(str(client.base_url).rstrip("/") + path), headers={"Accept": accept})
    assert 400 <= found.status_code < 500
    assert "location" not in found.headers
    assert "set-cookie" not in found.headers
    assert "<script>alert" not in found.text
    assert found.text.count("a" * 400) == 0


@pytest.mark.parametrize(
    "accept", ["text/turtle;q=2", ",;,;", "text/" + "x" * 5000, "*", '";DROP', "text/turtle;" * 500]
)
def test_a_hostile_accept_gets_an_answer(client: httpx.Client, accept: str) -> None:
    found = client.get(f"/id{DIRECTORATE}", headers={"Accept": accept})
    assert found.status_code in (HTTPStatus.SEE_OTHER, HTTPStatus.NOT_ACCEPTABLE)
    assert found.headers.get("location", "/").startswith("/")


def test_another_base_moves_the_identifiers(
    running: Callable[..., AbstractContextManager[tuple[object, int]]],
) -> None:
    with running([], Settings(readers=2, base_iri="https://mirror.example/csc/")) as (_, port):
        text = httpx.get(f"http://127.0.0.1:{port}/data{DIRECTORATE}.nt").text
    assert f"<https://mirror.example/csc/id{DIRECTORATE}>" in text
    assert "w3id.org/orgatlas/csc" not in text


# In the words of other vocabularies.


def profile_iri(client: httpx.Client, name: str) -> str:
    found = client.get("/data/service/chaplaincy.ttl", params={"profile": name})
    return found.headers["content-profile"].strip("<>")


def test_a_profile_is_chosen_by_parameter_or_header(client: httpx.Client) -> None:
    iri = profile_iri(client, "cpsv-ap")
    by_name = client.get("/data/service/chaplaincy.nt", params={"profile": "cpsv-ap"})
    by_iri = client.get("/data/service/chaplaincy.nt", params={"_profile": iri})
    by_header = client.get("/data/service/chaplaincy.nt", headers={"Accept-Profile": f"<urn:x>, <{iri}>;q=0.8"})
    assert by_name.text == by_iri.text == by_header.text
    assert "ns#provides" not in by_name.text
    assert f'<{iri}>; rel="profile"' in by_name.headers["link"]
    assert "Accept-Profile" in by_header.headers["vary"]
    assert by_name.headers["etag"] != client.get("/data/service/chaplaincy.nt").headers["etag"]


def test_the_other_profiles_of_a_thing_are_listed_and_answer(client: httpx.Client) -> None:
    links = client.get("/data/service/chaplaincy.ttl").headers["link"]
    listed = re.findall(
        r'<([^>]*\?profile=[^>]*)>; rel="alternate describedby"; type="text/turtle"; formats="([^"]*)"', links
    )
    assert {name.partition("profile=")[2] for name, _ in listed} == {"cpsv-ap", "schema-org"}
    for target, iri in listed:
        found = client.get(target)
        assert found.status_code == HTTPStatus.OK
        assert found.headers["content-profile"] == f"<{iri}>"


def test_what_a_profile_cannot_say_is_refused_with_those_that_can(client: httpx.Client) -> None:
    silent = client.get("/data/service/chaplaincy.ttl", params={"profile": "cpov"})
    assert silent.status_code == HTTPStatus.NOT_ACCEPTABLE
    assert silent.json()["known"] == ["cpsv-ap", "schema-org"]
    unknown = client.get("/data/service/chaplaincy.ttl", params={"profile": "cpsv"})
    assert unknown.status_code == HTTPStatus.NOT_ACCEPTABLE
    assert "cpsv-ap" in unknown.json()["nearest"]
    liked = client.get("/data/service/chaplaincy.ttl", headers={"Accept-Profile": "<https://elsewhere.example/>"})
    assert liked.status_code == HTTPStatus.OK


def test_an_identifier_passes_the_profile_on(client: httpx.Client) -> None:
    found = client.get(
        "/id/service/chaplaincy", params={"profile": "cpsv-ap"}, headers={"Accept": "application/rdf+xml"}
    )
    assert found.headers["location"] == "/data/service/chaplaincy.rdf?profile=cpsv-ap"
    in_a_browser = client.get("/id/service/chaplaincy", params={"profile": "cpsv-ap"}, headers={"Accept": BROWSER})
    assert in_a_browser.headers["location"] == "/data/service/chaplaincy.ttl?profile=cpsv-ap"


def test_the_data_set_in_the_words_of_a_profile_is_the_whole_of_it(client: httpx.Client) -> None:
    whole = client.get("/id/dataset.nt", params={"profile": "cpsv-ap"}).text
    one = client.get("/id/service/chaplaincy.nt", params={"profile": "cpsv-ap"}).text
    assert set(one.splitlines()) < set(whole.splitlines())
    table = client.get("/id/service/chaplaincy.csv", params={"profile": "cpsv-ap"})
    assert len(table.text.splitlines()) == len(one.splitlines()) + 1


# What is not there, and what is there only now.


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/en/nosuch", 404),
        ("/fr/unit/nosuch", 404),
        ("/data/nosuch.ttl", 404),
        ("/ns/9.9.9.ttl", 404),
        ("/en/queries/nosuch", 404),
        ("/en/resource", 400),
        ("/ns.foo", 404),
        ("/shapes.html", 404),
        ("/shapes.foo.ttl", 404),
    ],
)
def test_what_is_not_there_has_not_stayed_the_same(client: httpx.Client, path: str, status: int) -> None:
    for headers in (
        {"If-None-Match": "*"},
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If-None-Match": client.get("/en/dataset").headers["etag"]},
    ):
        assert client.get(path, headers=headers).status_code == status


def test_two_changes_in_a_second_have_different_dates(
    running: Callable[..., AbstractContextManager[tuple[Readers, int]]], tmp_path: Path
) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<https://example.org/atlas/id/a> <https://example.org/p> 0 .")
    with (
        running([file], Settings(readers=2, writable=True, gate=False), token="secret") as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": "Bearer secret"}) as client,
    ):
        seen = set()
        for number in range(1, 4):
            update = f"INSERT DATA {{ <https://example.org/atlas/id/a> <https://example.org/p> {number} }}"
            client.post("/sparql", data={"update": update}).raise_for_status()
            found = client.get("/data/a.nt")
            assert f'"{number}"' in found.text
            seen.add(found.headers["last-modified"])
        assert len(seen) == 3
        client.post("/sparql", data={"update": "DELETE WHERE { ?s ?p ?o }"}).raise_for_status()
        assert client.get("/data/a.nt").status_code == HTTPStatus.NOT_FOUND


def test_a_document_that_is_cut_says_so_however_long_it_is(
    serving: Callable[..., AbstractContextManager[httpx.Client]], tmp_path: Path
) -> None:
    file = tmp_path / "hub.ttl"
    links = "".join(f"<id/a-rather-long-name-for-a-thing-{n}> <p> <id/hub> .\n" for n in range(3000))
    nested = "".join("<id/nest> <p> [ <p> 1 ] .\n" for _ in range(1500))
    file.write_text(links + nested)
    with serving([file]) as client:
        for name in ("hub", "nest"):
            for suffix in ("ttl", "csv"):
                found = client.get(f"/data/{name}.{suffix}")
                assert found.headers.get("orgatlas-truncated") == "rows", (name, suffix)
        assert len(client.get("/data/hub.ttl").content) > 128 * 1024
        assert "orgatlas-truncated" not in client.get("/data/a-rather-long-name-for-a-thing-1.ttl").headers


@pytest.mark.parametrize("suffix", ["ttl", "csv", "nq"])
def test_blank_nodes_are_called_the_same_after_a_restart(
    serving: Callable[..., AbstractContextManager[httpx.Client]], tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / "blank.ttl"
    file.write_text("<id/a> <p> [ <q> 1 ; <r> [ <q> 2 ] ] , [ <q> 3 ] , [ <q> 4 ] .")
    contents = set()
    for _ in range(2):
        with serving([file]) as client:
            contents.add(client.get(f"/data/a.{suffix}").content)
    assert len(contents) == 1


def test_a_strict_default_graph_hides_nothing_from_descriptions(
    running: Callable[..., AbstractContextManager[tuple[Readers, int]]],
) -> None:
    texts = []
    for strict in (False, True):
        with running([], Settings(readers=2, strict_default_graph=strict)) as (_, port):
            home = f"http://127.0.0.1:{port}"
            texts.append(httpx.get(f"{home}/data{DIRECTORATE}.nq").text)
            assert httpx.get(f"{home}/data{DIRECTORATE}.ttl", params={"profile": "org"}).status_code == HTTPStatus.OK
            assert "void:triples 0" not in httpx.get(f"{home}/.well-known/void").text
            assert len(httpx.get(f"{home}/dumps/org.ttl").text) > 5000
    assert texts[0] == texts[1]


def test_a_name_that_ends_in_a_slash_has_a_page_and_documents(
    serving: Callable[..., AbstractContextManager[httpx.Client]], tmp_path: Path
) -> None:
    file = tmp_path / "slash.ttl"
    file.write_text("<id/t/> <p> 1 . <id/q?x=1&y=2> <p> 2 .")
    with serving([file]) as client:
        for path in ("/id/t/", "/id/q?x=1&y=2"):
            for accept in ("text/turtle", BROWSER):
                found = client.get(path, headers={"Accept": accept}, follow_redirects=True)
                assert found.status_code == HTTPStatus.OK, (path, accept)
            for target in re.findall(r"<(/[^>]*)>", client.get(path).headers["link"]):
                assert client.get(target).status_code == HTTPStatus.OK, target


def test_rdflib_reads_the_document_that_it_asks_for(client: httpx.Client) -> None:
    address = f"{str(client.base_url).rstrip('/')}/data/service/chaplaincy"
    read = Dataset().parse(f"{address}.jsonld", format="json-ld")
    turtle = Graph().parse(f"{address}.ttl", format="turtle")
    assert {quad[:3] for quad in read.quads()} == set(turtle)
