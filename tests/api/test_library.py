"""The questions of the library as pages and as files."""

from urllib.parse import quote

import httpx
import pytest

from orgatlas.graph.bundle import BUILT_IN
from orgatlas.graph.library import read_library
from tests.api.scripts import strange_scripts

LIBRARY = read_library(BUILT_IN / "queries")
XSS = "\"'><script>alert(1)</script>"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_list_leads_to_every_question(client: httpx.Client, language: str) -> None:
    page = client.get(f"/{language}/queries/").text
    for name in LIBRARY:
        assert f'href="/{language}/queries/{name}"' in page


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_every_question_has_its_page(client: httpx.Client, name: str) -> None:
    page = client.get(f"/fr/queries/{name}")
    assert page.status_code == 200
    assert page.text.count("<h1>") == 1
    for parameter in LIBRARY[name].parameters:
        assert f'<label for="p-{parameter.name}">' in page.text


def test_a_page_shows_names_and_links_them(client: httpx.Client) -> None:
    page = client.get("/en/queries/directorates-of-branch").text
    link = "/en/unit/international-relations-directorate"
    assert f'<a href="{link}">International Relations Directorate</a>' in page
    assert "3 rows" in page
    assert "order=directorate#answer" in page
    assert ">Directorate<" in page
    assert client.get(link).status_code == 200


def test_a_page_speaks_its_language_unless_told_otherwise(client: httpx.Client) -> None:
    assert "Direction des relations internationales</a>" in client.get("/fr/queries/directorates-of-branch").text
    english = client.get("/fr/queries/directorates-of-branch?lang=en").text
    assert '<td class="long" lang="en"><a' in english
    assert 'href="/queries/directorates-of-branch.csv?lang=en"' in english


def test_the_other_language_shows_the_same_page(client: httpx.Client) -> None:
    page = client.get("/en/queries/describe?resource=unit:research-branch&lang=en").text
    assert 'href="/fr/queries/describe?resource=unit:research-branch&amp;lang=fr"' in page


def test_a_graph_is_shown_as_turtle_with_its_own_files(client: httpx.Client) -> None:
    page = client.get("/en/queries/organisation-as-schema-org").text
    assert "schema:GovernmentService" in page
    assert 'href="/queries/organisation-as-schema-org.ttl"' in page


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("tsv", "text/tab-separated-values; charset=utf-8"),
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
    ],
)
def test_an_answer_is_a_file(client: httpx.Client, suffix: str, media_type: str) -> None:
    answer = client.get(f"/queries/directorates-of-branch.{suffix}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert "Strategic Policy Directorate" in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_graph_is_a_file(client: httpx.Client) -> None:
    answer = client.get("/queries/organisation-as-schema-org.nt")
    assert answer.headers["content-type"] == "application/n-triples"
    assert answer.text.endswith(" .\n")


def test_a_file_takes_parameters(client: httpx.Client) -> None:
    sector = client.get("/queries/units-inside.csv?unit=unit:policy-and-research-sector").text
    directorate = client.get("/queries/units-inside.csv?unit=unit:research-branch").text
    assert len(sector.splitlines()) == 7
    assert len(directorate.splitlines()) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/queries/no-such-question.csv", 404),
        ("/queries/branches.zip", 404),
        ("/queries/branches.ttl", 406),
        ("/queries/organisation-as-schema-org.csv", 406),
        ("/queries/branches.csv?lang=not a language", 400),
        ("/queries/branches.csv?lang=en&lang=fr", 400),
        ("/queries/branches.csv?colour=red", 400),
        ("/queries/units-inside.csv?unit=nonsense", 400),
        ("/queries/..%2f..%2fpyproject.csv", 404),
    ],
)
def test_what_cannot_be_answered_is_a_problem(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_a_misspelt_name_brings_the_nearest(client: httpx.Client) -> None:
    assert "directorates-of-branch" in client.get("/queries/directorate-of-branch.csv").json()["nearest"]
    page = client.get("/fr/queries/directorate-of-branch")
    assert page.status_code == 404
    assert '<html lang="fr">' in page.text
    assert 'href="/fr/queries/directorates-of-branch"' in page.text


def test_a_wrong_parameter_is_named(client: httpx.Client) -> None:
    problem = client.get("/queries/branches.csv?lang=!").json()
    assert (problem["parameter"], problem["expected"][:14]) == ("lang", "a language tag")
    page = client.get("/fr/queries/branches?lang=!")
    assert page.status_code == 400
    assert 'name="lang" aria-invalid="true"' in page.text


@pytest.mark.parametrize("name", ["find", "describe", "directorates-of-branch"])
def test_what_a_visitor_writes_is_never_markup(client: httpx.Client, name: str) -> None:
    for parameter in LIBRARY[name].parameters:
        page = client.get(f"/en/queries/{name}", params={parameter.name: XSS}).text
        assert not strange_scripts(page)
    assert not strange_scripts(client.get(f"/en/queries/{quote(XSS, safe='')}").text)


def test_a_name_without_a_suffix_leads_to_the_page(client: httpx.Client) -> None:
    answer = client.get("/queries/units-inside?unit=unit:research-branch", headers={"accept-language": "fr"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/fr/queries/units-inside?unit=unit:research-branch"


def test_a_file_for_spreadsheets_is_the_same_csv_with_a_mark(client: httpx.Client) -> None:
    plain = client.get("/queries/countries-assisted.csv?lang=fr").content
    for how in ("true", "TRUE"):
        assert (
            client.get(f"/queries/countries-assisted.csv?lang=fr&spreadsheet={how}").content == b"\xef\xbb\xbf" + plain
        )
    assert client.get("/queries/countries-assisted.csv?lang=fr&spreadsheet=false").content == plain


@pytest.mark.parametrize(
    "address",
    [
        "/queries/branches.csv?spreadsheet=1",
        "/queries/branches.csv?spreadsheet=true&spreadsheet=true",
        "/queries/branches.tsv?spreadsheet=true",
        "/queries/branches.json?spreadsheet=true",
    ],
)
def test_only_csv_has_a_form_for_spreadsheets(client: httpx.Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "'spreadsheet'" in answer.json()["detail"]
