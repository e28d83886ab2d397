"""The page of a thing: where it stands, its facts with their anchors, what is open, and how to cite and fetch it."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path

import httpx

Serving = Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]]

SECTOR = "policy-and-research-sector"
BRANCH = "strategic-policy-and-intergovernmental-relations-branch"


def test_a_page_that_is_not_there_proposes_those_that_are_by_name_in_its_language(client: httpx.Client) -> None:
    answer = client.get("/fr/unit/international-relation-directorat")
    assert answer.status_code == 404
    assert '<html lang="fr">' in answer.text
    assert (
        'href="/fr/unit/international-relations-directorate">Direction des relations internationales</a>' in answer.text
    )


def test_of_many_values_a_page_shows_some_and_leads_to_the_rest(client: httpx.Client) -> None:
    page = client.get("/en/org/csc").text
    [*leads] = re.findall(r'href="(/en/org/csc\?all#f-[0-9a-f]{8})">… and \d+ more', page)
    assert leads
    whole = client.get("/en/org/csc?all").text
    assert whole.count('<tr id="f-') > page.count('<tr id="f-')
    assert "… and" not in whole
    assert all(f'id="{each.partition("#")[2]}"' in whole for each in leads)


def test_the_same_fact_has_the_same_anchor_in_both_languages(client: httpx.Client) -> None:
    anchors = [
        set(re.findall(r'id="(f-[0-9a-f]{8})"', client.get(f"/{each}/service/corcan").text)) for each in ("en", "fr")
    ]
    assert len(anchors[0]) > 20
    # Notes and texts of the other language are not shown on every page; all else is.
    assert len(anchors[0] & anchors[1]) > 20


def test_a_page_says_where_its_thing_stands_and_what_is_open(client: httpx.Client) -> None:
    page = client.get("/en/unit/international-relations-directorate").text
    place = page[page.index('<nav class="place"') :]
    place = place[: place.index("</nav>")]
    names = [unescape(each) for each in re.findall(r'href="/en/([^"]+)"', place)]
    assert names[:3] == [
        "org/csc",
        "unit/policy-and-research-sector",
        "unit/strategic-policy-and-intergovernmental-relations-branch",
    ]
    assert len(names) == 6
    assert 'href="/en/unit/international-relations-directorate" aria-current="page"' in place
    assert "What the sources leave open" in page
    assert page.count("Visits are recorded for CSC only") == 1
    assert 'href="/en/org?focus=unit/international-relations-directorate"' in page


def test_a_page_cites_its_edition_and_tells_how_to_get_it(client: httpx.Client) -> None:
    page = client.get("/en/service/corcan").text
    edition = client.get("/healthz").json()["edition"][:12]
    assert f"edition {edition} of 20" in page
    [line] = re.findall(r"<code>(curl [^<]+)</code>", page)
    address = unescape(line).rpartition(" ")[2]
    assert client.get(address, headers={"accept": "text/turtle"}, follow_redirects=True).status_code == 200
    query = unescape(re.findall(r'class="btn first" href="([^"]+)"', page)[0])
    assert "Ethnocultural" not in client.get(query).text
    assert "CORCAN" in client.get(query).text


def test_sizes_beside_the_forms_are_told_in_the_language(client: httpx.Client) -> None:
    assert re.search(r">Turtle</a> <small>\d+\.\d\u00a0kB</small>", client.get("/en/service/corcan").text)
    assert re.search(r">Turtle</a> <small>\d+,\d\u00a0ko</small>", client.get("/fr/service/corcan").text)


def test_a_form_that_cannot_say_it_is_not_offered(serving: Serving, tmp_path: Path) -> None:
    file = tmp_path / "odd.nt"
    file.write_text('<https://example.org/a> <https://example.org/1> "no name of XML ends in a figure alone" .')
    with serving([file]) as client:
        page = client.get("/en/resource", params={"iri": "https://example.org/a"}).text
        forms = page[page.index('<ul class="sizes">') :]
        forms = forms[: forms.index("</ul>")]
        assert "RDF/XML" not in forms
        for each in re.findall(r'href="([^"]+)"', forms):
            assert client.get(unescape(each)).status_code == 200, each
