"""Every link of the site leads somewhere, every IRI below the base answers, and each document says the same in every form.

The site is walked from its two home pages, as it is served and as a folder of files.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pyoxigraph as ox
import pytest

from orgatlas.api.addresses import SUFFIXES
from orgatlas.api.site import MARK, write_site
from orgatlas.graph.bundle import Bundle
from orgatlas.graph.canonical import canonical
from orgatlas.graph.errors import UsageError
from orgatlas.graph.formats import GRAPH_FORMATS
from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings
from orgatlas.graph.store import MemoryStore
from tests.api.crawl import crawl

ENGINE = {form.suffix: form for form in GRAPH_FORMATS}
REASONS = 40
"""Of so many links to a proof, to a query that is written out, or to the same answer otherwise, one is followed: there are
thousands, all alike."""


@pytest.fixture(scope="module")
def patient(running: Callable[..., AbstractContextManager[tuple[Readers, int]]]) -> Iterator[httpx.Client]:
    """A client of a server for the built-in bundle."""
    with (
        running([], Settings(readers=4)) as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        yield client


def sampled() -> Callable[[str], bool]:
    """Follow every link but those of which there are too many."""
    count = 0

    def follow(address: str) -> bool:
        nonlocal count
        if not any(part in address for part in ("/explain?", "/sparql?", "order=", "view=")):
            return True
        count += 1
        return count % REASONS == 0

    return follow


def test_every_link_of_the_site_leads_somewhere(patient: httpx.Client, closed: MemoryStore, bundle: Bundle) -> None:
    answers, wrong = crawl(patient, ["/en/", "/fr/"], sampled())
    assert wrong == []
    assert len(answers) > 4000
    home = str(patient.base_url).rstrip("/")
    things = {
        term.value
        for quad in closed
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        if isinstance(term, ox.NamedNode) and term.value.startswith(bundle.base)
    }
    assert len(things) > 250
    for iri in things:
        path = iri.removeprefix(bundle.base).partition("#")[0]
        found = patient.get(f"/{path}", headers={"Accept": "text/html"}, follow_redirects=True)
        assert found.status_code == HTTPStatus.OK, iri
        plain = path.removeprefix("id/")
        assert {f"{home}/{language}/{plain}" for language in ("en", "fr")} <= answers.keys(), f"nothing links to {iri}"
    assert_all_forms_agree({address: found.content for address, found in answers.items() if "profile=" not in address})


def assert_all_forms_agree(contents: dict[str, bytes]) -> None:
    """Each document parses in each form, and holds the same triples in each."""
    documents: dict[str, dict[str, bytes]] = {}
    for address, content in contents.items():
        stem, _, suffix = address.rpartition(".")
        if "/data/" in address and suffix in SUFFIXES:
            documents.setdefault(stem, {})[suffix] = content
    assert len(documents) > 150
    for address, forms in documents.items():
        assert forms.keys() == SUFFIXES.keys(), address
        triples = [
            frozenset(canonical(ox.Quad(*quad.triple) for quad in ox.parse(content, format=ENGINE[suffix].engine)))
            for suffix, content in forms.items()
            if suffix in ENGINE
        ]
        assert len(set(triples)) == 1, address


# The same as a folder of files.


class Quiet(SimpleHTTPRequestHandler):
    """Python's own host of files, which writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "public html"
    steps: list[str] = []
    count = asyncio.run(write_site([], Settings(), folder, steps.append))
    assert steps
    assert count == sum(path.is_file() for path in folder.rglob("*")) - 1
    return folder


@pytest.fixture(scope="module")
def hosted(site: Path) -> Iterator[httpx.Client]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{server.server_address[1]}", timeout=30) as client:
            yield client
        server.shutdown()
        thread.join()


def test_no_link_of_the_folder_is_dead(hosted: httpx.Client, site: Path, bundle: Bundle) -> None:
    answers, wrong = crawl(hosted, ["/", "/en/", "/fr/", "/id/unit/research-branch/", "/ns/", "/shapes/", "/dumps/"])
    assert wrong == []
    assert not any("?" in address for address in answers)
    assert not any("/sparql" in address or "/explain" in address for address in answers)
    assert_all_forms_agree({address: found.content for address, found in answers.items()})
    reached = {httpx.URL(str(found.url)).path.strip("/") for found in answers.values()}
    written = {
        str(path.relative_to(site)).removesuffix("index.html").strip("/") for path in site.rglob("*") if path.is_file()
    }
    apart = {path for path in written - reached if not path.startswith(("id/", "graph/"))}
    unlinked = {f"{name}.{suffix}" for name in ("ns", "shapes") for suffix in ("nq", "trig")}
    assert apart <= unlinked | {MARK, "robots.txt", "sitemap.xml", "search-index.json", "context.jsonld"}


def test_the_folder_holds_what_the_server_says(hosted: httpx.Client, patient: httpx.Client) -> None:
    for path in (
        "/data/org/csc.ttl",
        "/data/source/B/s01.jsonld",
        "/ns.ttl",
        "/dumps/full.nq.gz",
        "/queries/branches.csv",
    ):
        assert hosted.get(path).content == patient.get(path).content, path


def test_names_of_everything_can_be_searched(hosted: httpx.Client, bundle: Bundle) -> None:
    index = {each["iri"]: each for each in hosted.get("/search-index.json").json()}
    unit = index[f"{bundle.base}id/unit/international-relations-directorate"]
    assert {"text": "Direction des relations internationales", "language": "fr"} in unit["names"]
    for each in list(index.values())[::10]:
        assert all(
            hosted.get(path, follow_redirects=True).status_code == HTTPStatus.OK for path in each["pages"].values()
        )


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        asyncio.run(write_site([], Settings(), tmp_path, lambda _: None))
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_a_site_is_made_anew_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<id/a> <p> <id/b> . <id/b> <p> <https://elsewhere.example/c?d=e> .")
    folder = tmp_path / "site"
    asyncio.run(write_site([file], Settings(), folder, lambda _: None))
    first = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / "left.html").write_text("from before")
    asyncio.run(write_site([file], Settings(), folder, lambda _: None))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == first
    assert b'href="https://elsewhere.example/c?d=e"' in (folder / "en" / "b" / "index.html").read_bytes()


ODD = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<id/%2e%2e/%2e%2e/%2e%2e/ESCAPED> rdfs:label "out" . <id/..%2F..%2FESCAPED> rdfs:label "out" .
<id/nul%00x> rdfs:label "NUL" . <id/a> <https://example.org/1> "no name for an element" .
<id/a.ttl/b> rdfs:label "below a file" . <id/a%2Fb> rdfs:label "one" . <id/a/b> rdfs:label "other" .
<index.html> rdfs:label "index" . <id/c/> rdfs:label "slash" . <id/LONG> rdfs:label "long" . <id/q?x=1> rdfs:label "query" .
<id/hub> <p> <id/%2e%2e/%2e%2e/%2e%2e/ESCAPED> , <id/nul%00x> , <id/a> , <id/a%2Fb> , <id/a/b> , <id/c/> .
<id/hub> <p> <id/LONG> , <id/q?x=1> .
"""


def test_names_that_no_file_can_have_are_left_out_and_nothing_is_written_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "odd.ttl"
    file.write_text(ODD.replace("LONG", "l" * 300))
    folder = tmp_path / "deep" / "er" / "site"
    asyncio.run(write_site([file], Settings(), folder, lambda _: None))
    assert {path.name for path in tmp_path.iterdir()} == {"odd.ttl", "deep"}
    assert not list(tmp_path.rglob("*ESCAPED*"))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{server.server_address[1]}", timeout=30) as client:
            answers, wrong = crawl(client, ["/en/", "/fr/", "/en/hub/", "/en/a/"])
        server.shutdown()
        thread.join()
    assert wrong == []
    assert len(answers) > 20
