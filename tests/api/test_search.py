"""The search as people and scripts meet it: a page, suggestions, and what is said where nothing is found."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from orgatlas.api.hits import TITLES
from orgatlas.graph.pool import Readers
from orgatlas.graph.search import KINDS, TEXT_LIMIT
from orgatlas.graph.settings import Settings
from tests.texts import HOSTILE

Running: TypeAlias = Callable[..., AbstractContextManager[tuple[Readers, int]]]
MINISTRY = Path(__file__).parent.parent / "bundles" / "ministry"
TOKEN = "secret-token"

HIT = re.compile(r'<li><a href="([^"]*)">(.*?)</a>(.*?)</li>', re.DOTALL)


def suggested(client: httpx.Client, text: str, **more: str | int) -> list[dict[str, Any]]:
    answer = client.get("/suggest", params={"q": text, "lang": "en", **more})
    assert answer.status_code == HTTPStatus.OK, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    content = answer.json()
    assert content["query"] == " ".join(text.split())
    found: list[dict[str, Any]] = content["items"]
    return found


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def results(page: str) -> list[tuple[str, str, str]]:
    """The address, the name and what stands beside each result of a page."""
    listed = main_of(page).partition('<ol class="results"')[2].partition("</ol>")[0]
    return [(unescape(url), name, beside) for url, name, beside in HIT.findall(listed)]


# Suggestions.


def test_an_item_says_what_it_is_what_it_belongs_to_and_where_it_is(client: httpx.Client) -> None:
    [item] = suggested(client, "IRD", lang="fr")
    assert item == {
        "name": "Direction des relations internationales",
        "lang": "fr",
        "kind": "unit",
        "url": "/fr/unit/international-relations-directorate",
        "type": {"name": "direction", "lang": "fr"},
        "parent": {"name": "Direction générale de la politique et des relations intergouvernementales", "lang": "fr"},
        "matched": {"name": "International Relations Directorate", "lang": "en"},
    }


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("csc", "/en/org/csc"),
        ("suede", "/en/place/SE"),
        ("is part of", "/en/ns#dct:isPartOf"),
        ("populations", "/en/ns#populations"),
        ("branches of a sector", "/en/queries/branches-of-sector"),
        ("directions générales d’un secteur", "/en/queries/branches-of-sector"),
    ],
)
def test_each_kind_of_thing_leads_to_a_page(client: httpx.Client, text: str, url: str) -> None:
    first = suggested(client, text)[0]
    assert first["url"] == url
    assert client.get(first["url"]).status_code == HTTPStatus.OK


def test_every_suggestion_leads_to_a_page_and_every_anchor_is_on_it(client: httpx.Client) -> None:
    terms = client.get("/en/ns").text
    urls = {item["url"] for letter in "aceprst" for item in suggested(client, letter, limit=20)}
    assert len(urls) > 60
    for url in urls:
        assert client.get(url).status_code == HTTPStatus.OK, url
        if "/ns#" in url:
            assert f'id="{url.partition("#")[2]}"' in terms, url


def test_a_term_and_a_question_are_called_so_where_their_class_has_no_name(client: httpx.Client) -> None:
    assert suggested(client, "branches of a sector")[0]["type"] == {"name": "question", "lang": "en"}
    assert suggested(client, "is part of")[0]["type"] == {"name": "term of the ontology", "lang": "en"}


def test_suggestions_are_as_many_as_are_wanted_of_the_kind_that_is_wanted(client: httpx.Client) -> None:
    assert len(suggested(client, "s")) == 8
    assert len(suggested(client, "s", limit=20)) == 20
    assert {item["kind"] for item in suggested(client, "s", kind="question")} == {"question"}
    assert suggested(client, "") == suggested(client, "?!") == []


def test_what_is_only_near_is_said_to_be(client: httpx.Client) -> None:
    found = client.get("/suggest?q=RELATIONS+internacionales&lang=fr").json()
    assert found["near"] is True
    assert found["items"][0]["url"] == "/fr/unit/international-relations-directorate"
    assert client.get("/suggest?q=relations&lang=fr").json()["near"] is False


def test_the_language_is_that_of_the_header_where_none_is_given(client: httpx.Client) -> None:
    answer = client.get("/suggest?q=sweden", headers={"Accept-Language": "fr-CA"})
    assert answer.json()["items"][0]["name"] == "Suède"
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize(
    "query",
    ["lang=de", "kind=thing", "limit=0", "limit=21", "limit=x", "limit=%D9%A3", f"q={'a' * (TEXT_LIMIT + 1)}", "q=%ff"],
)
def test_what_cannot_be_meant_is_refused(client: httpx.Client, query: str) -> None:
    answer = client.get(f"/suggest?{query}")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_client_need_not_take_the_same_suggestions_twice(client: httpx.Client) -> None:
    first = client.get("/suggest?q=sweden&lang=en")
    again = client.get("/suggest?q=sweden&lang=en", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
    other = client.get("/suggest?q=sweden&lang=fr", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == HTTPStatus.OK


def test_scripts_of_other_sites_may_ask(client: httpx.Client) -> None:
    assert client.get("/suggest?q=a").headers["access-control-allow-origin"] == "*"
    assert "GET" in client.options("/suggest").headers["access-control-allow-methods"]


def test_the_description_of_the_api_tells_of_it(client: httpx.Client) -> None:
    told = client.get("/openapi.json").json()["paths"]["/suggest"]["get"]
    assert [each["name"] for each in told["parameters"]] == ["q", "lang", "kind", "limit"]


# The page.


def test_the_form_works_without_a_script(client: httpx.Client) -> None:
    page = client.get("/fr/search").text
    form = main_of(page).partition("<form")[2].partition("</form>")[0]
    assert 'action="/fr/search"' in form
    assert 'name="q"' in form
    assert "method" not in form  # GET is what there is where nothing is said
    assert not results(page)
    assert client.get("/fr/").text.count('role="search"') == 1


def test_results_say_what_they_are_and_keep_their_languages(client: httpx.Client) -> None:
    page = client.get("/en/search?q=su%C3%A8de").text
    url, name, beside = results(page)[0]
    assert (url, name) == ("/en/place/SE", "Sweden")
    assert '<span lang="fr">Suède</span>' in beside
    assert "country" in beside
    assert 'value="suède"' in page
    _, name, beside = results(client.get("/fr/search?q=relations+internationales").text)[0]
    assert name == "Direction des relations internationales"
    assert "Direction générale de la politique" in beside
    assert "lang=" not in name + beside


def test_results_are_told_page_by_page(client: httpx.Client) -> None:
    first = client.get("/en/search?q=s").text
    assert len(results(first)) == 50
    seen, url = [], "/en/search?q=s"
    while url:
        page = client.get(url).text
        seen += [each for each, _, _ in results(page)]
        after = re.search(r'<a rel="next" href="([^"]*)"', page)
        url = unescape(after[1]) if after else ""
    [total] = re.findall(r'<h2 id="results">(\d+) results', first)
    assert len(seen) == len(set(seen)) == int(total) > 100
    assert f'start="{51}"' in client.get("/en/search?q=s&page=2").text
    assert 'rel="prev"' in client.get("/en/search?q=s&page=2").text


def test_behind_the_last_page_a_link_leads_back(client: httpx.Client) -> None:
    page = client.get("/en/search?q=sweden&page=7").text
    assert "There is no page 7" in page
    assert '<a rel="prev" href="/en/search?q=sweden">' in page


def test_kinds_narrow_the_results(client: httpx.Client) -> None:
    page = client.get("/en/search?q=s").text
    choices = re.findall(r'<li><a href="([^"]*kind=(\w+))">([^<]*)<span class="count">(\d+)</span>', page)
    assert len(choices) > 5
    for url, kind, title, count in choices:
        narrowed = client.get(unescape(url)).text
        assert title.strip() == TITLES[kind]
        assert len(results(narrowed)) == min(int(count), 50)
        assert f'kind={kind}" aria-current="true"' in narrowed


def test_what_is_near_is_said_on_the_page(client: httpx.Client) -> None:
    page = client.get("/en/search?q=RELATIONS+internacionales").text
    assert "Nothing is called “RELATIONS internacionales”" in page
    assert results(page)
    assert "Nothing is called" not in main_of(client.get("/en/search?q=relations").text).partition("</form>")[2]


def test_where_nothing_is_found_there_is_a_way_on(client: httpx.Client) -> None:
    page = client.get("/en/search?q=zzzzqqq").text
    assert not results(page)
    assert "Nothing here is called “zzzzqqq”" in page
    assert '<a href="/en/queries/">' in main_of(page)
    page = client.get("/en/search?q=sweden&kind=unit").text
    assert "Nothing of this kind" in page
    assert "kind=place" in page


def test_the_other_language_has_the_same_search(client: httpx.Client) -> None:
    page = client.get("/en/search?q=suede&kind=place").text
    assert 'href="/fr/search?q=suede&amp;kind=place"' in page


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_that_is_written_breaks_it(client: httpx.Client, text: str) -> None:
    start = time.perf_counter()
    allowed = {HTTPStatus.OK} if len(" ".join(text.split())) <= TEXT_LIMIT else {HTTPStatus.BAD_REQUEST}
    for path in ("/suggest", "/en/search", "/fr/search"):
        assert client.get(path, params={"q": text}).status_code in allowed
    assert time.perf_counter() - start < 10


def test_a_text_is_shown_as_text(client: httpx.Client) -> None:
    page = client.get("/en/search", params={"q": "<script>alert(1)</script>\"'"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_bad_parameter_is_a_page(client: httpx.Client) -> None:
    for query in ("page=0", "page=-1", "page=x", "kind=x", "page=99999999999999999999"):
        answer = client.get(f"/fr/search?q=a&{query}")
        assert answer.status_code == HTTPStatus.BAD_REQUEST, query
        assert answer.headers["content-language"] == "fr"


def test_crawlers_are_asked_to_leave_it(client: httpx.Client) -> None:
    robots = client.get("/robots.txt").text.splitlines()
    assert {"Disallow: /suggest", "Disallow: /en/search", "Disallow: /fr/search"} <= set(robots)
    assert 'name="robots" content="noindex"' in client.get("/en/search?q=a").text


def test_every_kind_has_a_title() -> None:
    assert set(TITLES) == set(KINDS)


def test_a_page_that_is_not_there_proposes_what_may_be_meant(client: httpx.Client) -> None:
    suggested(client, "a")  # so that there is an index
    answer = client.get("/en/nothing/su%C3%A8de")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert '<li><a href="/en/place/SE">Sweden</a>' in answer.text


# Other graphs.


def test_another_organisation_has_a_search_of_its_own(
    serving: Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]],
) -> None:
    with serving([MINISTRY]) as ministry:
        found = suggested(ministry, "bureau des bateaux")
        assert [(item["name"], item["parent"]["name"]) for item in found] == [
            ("Office of Boats", "Department of Shores")
        ]
        assert suggested(ministry, "csc") == []
        assert ministry.get(found[0]["url"]).status_code == HTTPStatus.OK


@pytest.fixture
def writable(running: Running) -> Iterator[httpx.Client]:
    settings = Settings(writable=True, gate=False, readers=3)
    headers = {"authorization": f"Bearer {TOKEN}"}
    with (
        running((), settings, False, TOKEN) as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, headers=headers) as client,
    ):
        yield client


def test_after_a_change_the_search_knows_the_new_name_and_no_more_the_old(writable: httpx.Client) -> None:
    tag = writable.get("/suggest?q=quux&lang=en").headers["etag"]
    assert suggested(writable, "quuxian") == []
    iri = "https://w3id.org/orgatlas/csc/id/unit/quux"
    for text in ("Quuxian Branch", "Grault Branch"):
        answer = writable.put(
            "/graphs",
            params={"graph": "https://w3id.org/orgatlas/csc/graph/new"},
            content=(
                f"<{iri}> a <http://www.w3.org/ns/org#OrganizationalUnit> ; "
                f'<http://www.w3.org/2004/02/skos/core#prefLabel> "{text}"@en .'
            ),
            headers={"content-type": "text/turtle"},
        )
        assert answer.is_success, answer.text
        [item] = suggested(writable, text)
        assert (item["kind"], item["url"]) == ("unit", "/en/unit/quux")
    assert suggested(writable, "quuxian branch")[0]["name"] != "Quuxian Branch"
    again = writable.get("/suggest?q=quux&lang=en", headers={"If-None-Match": tag})
    assert again.status_code == HTTPStatus.OK


def test_an_index_that_is_lost_is_made_again(running: Running) -> None:
    with (
        running((), Settings(readers=3)) as (readers, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        assert suggested(client, "sweden")
        [file] = (readers.folder / "search").iterdir()
        file.unlink()
        assert suggested(client, "algeria")
        assert file.exists()


def test_many_who_search_first_wait_for_one_index(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    index = Readers.index

    async def counted(self: Readers, path: Path, questions: Any) -> None:
        made.append(path)
        await index(self, path, questions)

    monkeypatch.setattr(Readers, "index", counted)
    with (
        running((), Settings(readers=3)) as (readers, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        answers = list(pool.map(lambda number: suggested(client, f"sweden{' ' * number}"), range(8)))
        assert all(answer == answers[0] for answer in answers)
        assert len(made) == len(list((readers.folder / "search").iterdir())) == 1
