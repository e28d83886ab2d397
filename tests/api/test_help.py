"""The page of help names what there is, and nothing that is not there."""

import re
from html import unescape

import httpx


def test_it_tells_of_keys_of_statuses_and_of_accessibility_in_both_languages(client: httpx.Client) -> None:
    for language, words in (("en", ("derived", "Home and End", "2.2")), ("fr", ("déduit", "Début et Fin", "2.2"))):
        page = client.get(f"/{language}/help").text
        for each in words:
            assert each in page


def test_the_lines_for_the_command_line_answer(client: httpx.Client) -> None:
    page = client.get("/en/help").text
    for path in re.findall(r"curl http://[^/]+(/queries/\S+)", page):
        assert client.get(path).status_code == 200
        break
    else:
        raise AssertionError("no line for a question")


def test_the_example_of_a_search_in_sparql_finds_something_in_both_languages(client: httpx.Client) -> None:
    for language in ("en", "fr"):
        [query] = re.findall(r"<code>(SELECT [^<]*atlas:rank[^<]*)</code>", client.get(f"/{language}/help").text)
        answer = client.get("/sparql", params={"query": unescape(query)}, headers={"accept": "text/csv"})
        assert answer.status_code == 200, answer.text
        assert len(answer.text.splitlines()) > 2
