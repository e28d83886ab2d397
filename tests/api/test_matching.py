"""The search within queries, as clients meet it: at the endpoint, in the library, on pages, and after a change."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from orgatlas.graph.pool import Readers
from orgatlas.graph.settings import Settings
from tests.texts import HOSTILE

Running: TypeAlias = Callable[..., AbstractContextManager[tuple[Readers, int]]]
TOKEN = "secret-token"
BASE = "https://w3id.org/orgatlas/csc/id/"
UNITS = """SELECT DISTINCT ?unit {{ ?unit a org:OrganizationalUnit FILTER(atlas:matches(?unit, {words})) }}
    ORDER BY atlas:rank(?unit, {words})"""


def asked(client: httpx.Client, query: str, **more: str) -> list[str]:
    """The values of the first column."""
    answer = client.get("/sparql", params={"query": query, **more}, headers={"accept": "text/csv"})
    assert answer.status_code == HTTPStatus.OK, answer.text
    return [line.partition(",")[0] for line in answer.text.splitlines()[1:]]


def suggested(client: httpx.Client, text: str, lang: str) -> list[str]:
    """The units that are suggested for a text, as IRIs."""
    items = client.get("/suggest", params={"q": text, "lang": lang, "kind": "unit", "limit": "20"}).json()["items"]
    return [f"{BASE}{item['url'].removeprefix(f'/{lang}/')}" for item in items]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    "text", ["relations", "direct relat", "IRD", "DIRECTION générale", "polcy", "r", "nobody at all"]
)
def test_a_query_finds_what_is_suggested_in_its_order(client: httpx.Client, text: str, lang: str) -> None:
    # The service itself is an organisation, and no unit of one.
    expected = [iri for iri in suggested(client, text, lang) if not iri.endswith("/org/csc")]
    assert asked(client, UNITS.format(words=f'"{text}"@{lang}')) == expected
    assert expected or text == "nobody at all"


def test_every_way_to_send_a_query_finds(client: httpx.Client) -> None:
    text = UNITS.format(words='"IRD"')
    form = client.post("/sparql", data={"query": text}, headers={"accept": "text/csv"})
    body = client.post(
        "/sparql", content=text, headers={"accept": "text/csv", "content-type": "application/sparql-query"}
    )
    assert form.text == body.text
    assert "international-relations-directorate" in body.text
    page = client.get("/en/sparql", params={"query": text})
    assert page.status_code == HTTPStatus.OK
    assert "International Relations Directorate" in page.text or "international-relations-directorate" in page.text
    construct = client.get(
        "/sparql",
        params={"query": 'CONSTRUCT { ?s a ?t } { ?s a ?t FILTER(atlas:matches(?s, "IRD")) }'},
        headers={"accept": "text/turtle"},
    )
    assert "international-relations-directorate" in construct.text


def test_what_follows_may_be_left_out_and_the_search_finds_the_same(client: httpx.Client) -> None:
    text = 'SELECT DISTINCT ?unit { ?unit skos:prefLabel ?name FILTER(atlas:matches(?unit, "IRD")) }'
    assert asked(client, text, infer="false") == asked(client, text) != []


def test_a_question_of_the_library_searches_for_its_parameter(client: httpx.Client) -> None:
    answer = client.get("/queries/search.csv", params={"text": "direction GENERALE", "lang": "fr"})
    assert answer.status_code == HTTPStatus.OK
    assert "Direction générale" in answer.text
    assert "etag" in answer.headers
    page = client.get("/fr/queries/search", params={"text": "direction GENERALE", "lang": "fr"})
    assert page.status_code == HTTPStatus.OK
    assert "Direction générale" in page.text


@pytest.mark.parametrize(
    "kind", [kind for kind in HOSTILE if kind not in ("NUL", "long", "many words", "many known words")]
)
def test_a_hostile_parameter_is_words_and_nothing_else(client: httpx.Client, kind: str) -> None:
    text = HOSTILE[kind]
    answer = client.get("/queries/search.json", params={"text": text, "lang": "en"})
    assert answer.status_code == HTTPStatus.OK, answer.text
    found = [row["thing"]["value"] for row in answer.json()["results"]["bindings"]]
    limit = len(" ".join(text.split())) <= 200
    items = client.get("/suggest", params={"q": text, "lang": "en", "limit": "20"}).json()["items"] if limit else []
    assert bool(found) == any(item["kind"] != "question" for item in items)


def test_text_that_is_longer_than_a_search_takes_finds_nothing(client: httpx.Client) -> None:
    for kind in ("long", "many words"):
        answer = client.get("/queries/search.csv", params={"text": HOSTILE[kind], "lang": "en"})
        assert answer.status_code == HTTPStatus.OK
        assert len(answer.text.splitlines()) == 1


def test_very_many_texts_end_at_the_deadline_and_others_go_on(client: httpx.Client) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d FILTER(atlas:matches(?a, CONCAT(STR(?b), STR(?d)))) }"
    answer = client.get("/sparql", params={"query": text})
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE, answer.text
    assert asked(client, UNITS.format(words='"IRD"'))


def test_a_wrong_call_is_no_fault_of_the_service(client: httpx.Client) -> None:
    assert asked(client, 'SELECT (COALESCE(atlas:rank(5), "none") AS ?x) {}') == ["none"]
    answer = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o FILTER(<x:matches>(?s)) }"})
    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_an_index_is_made_for_a_query_that_searches_and_for_no_other(running: Running) -> None:
    with (
        running((), Settings(readers=3)) as (readers, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        assert asked(client, "SELECT (1 AS ?rank) (2 AS ?matches) {}") == ["1"]
        assert not (readers.folder / "search").exists()
        assert asked(client, UNITS.format(words='"IRD"'))
        [file] = (readers.folder / "search").iterdir()
        file.unlink()
        assert asked(client, UNITS.format(words='"DRI"')), "an index that is lost is made again"
        assert file.exists()


@pytest.fixture
def writable(running: Running) -> Iterator[tuple[Readers, httpx.Client]]:
    settings = Settings(writable=True, gate=False, readers=3)
    with (
        running((), settings, False, TOKEN) as (readers, port),
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=60, headers={"authorization": f"Bearer {TOKEN}"}
        ) as client,
    ):
        yield readers, client


def named(word: str) -> dict[str, Any]:
    """The request that names a unit, and takes the name away that it had."""
    return {
        "params": {"graph": "https://w3id.org/orgatlas/csc/graph/new"},
        "content": (
            f"<{BASE}unit/quux> a <http://www.w3.org/ns/org#OrganizationalUnit> ; "
            f'<http://www.w3.org/2004/02/skos/core#prefLabel> "{word} Branch"@en .'
        ),
        "headers": {"content-type": "text/turtle"},
    }


def test_after_a_change_a_query_finds_the_new_name_and_no_more_the_old(
    writable: tuple[Readers, httpx.Client],
) -> None:
    _, client = writable
    for name, other in (("Quuxian", "Grault"), ("Grault", "Quuxian")):
        assert client.put("/graphs", **named(name)).is_success
        assert f"{BASE}unit/quux" in asked(client, UNITS.format(words=f'"{name}"'))
        assert f"{BASE}unit/quux" not in asked(client, UNITS.format(words=f'"{other}"'))


def test_a_change_between_index_and_answer_is_in_both(writable: tuple[Readers, httpx.Client]) -> None:
    readers, client = writable
    assert client.put("/graphs", **named("Quuxian")).is_success
    indexed, changes = readers.indexed, ["Grault"]
    assert indexed is not None

    async def overtaken() -> Path:
        path = await indexed()
        while changes:
            async with httpx.AsyncClient(base_url=client.base_url, headers=client.headers, timeout=60) as other:
                assert (await other.put("/graphs", **named(changes.pop()))).is_success
        return path

    readers.indexed = overtaken
    # Whoever answered from the new names by the old index would find the unit, under a name that it no longer has.
    text = 'SELECT ?name {{ ?unit skos:prefLabel ?name FILTER(atlas:matches(?unit, "{}")) }}'
    assert asked(client, text.format("Quuxian")) == []
    assert asked(client, text.format("Grault")) == ["Grault Branch"]
