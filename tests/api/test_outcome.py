"""Answers on pages: sorted, turned over, drawn, cited, and asked for again of the same edition."""

import re
from collections.abc import Mapping
from hashlib import sha256
from html import unescape

import httpx
import pytest

QUESTIONS = "/en/queries/engagements-per-kind"


def links(page: str, within: str = "") -> list[str]:
    """The addresses that a page links to."""
    return [unescape(each) for each in re.findall(r'href="([^"]*)"', page) if within in each]


def test_a_heading_sorts_and_sorts_the_other_way(client: httpx.Client) -> None:
    page = client.get(QUESTIONS).text
    first = client.get(next(each for each in links(page, "order=") if each.endswith("order=records#answer"))).text
    assert 'aria-sort="ascending"' in first
    assert (
        first.index("peace mission</a>") < first.index("technical assistance</a>") < first.index("delegation visit</a>")
    )
    second = client.get(next(each for each in links(first, "order=-records"))).text
    assert 'aria-sort="descending"' in second
    assert second.index("delegation visit</a>") < second.index("technical assistance</a>")


def test_rows_are_turned_over_and_each_stands_once(client: httpx.Client) -> None:
    address = "/en/sparql?query=SELECT+%3Fs+%7B+%3Fs+a+skos%3AConcept+%7D+ORDER+BY+%3Fs&rows=10"
    seen: list[str] = []
    pages = 0
    while address:
        page = client.get(address).text
        pages += 1
        seen += re.findall(r"<td[^>]*>(.*?)</td>", page.partition('id="rows"')[2].partition("</table>")[0])
        address = next(iter(re.findall(r'rel="next" href="([^"]*)"', page)), "")
        address = unescape(address)
    assert pages > 2
    assert len(seen) == len(set(seen))
    assert (
        f"{len(seen)} rows" in client.get("/en/sparql?query=SELECT+%3Fs+%7B+%3Fs+a+skos%3AConcept+%7D&rows=1000").text
    )


def test_things_have_their_names_where_the_query_does_not_ask_for_them(client: httpx.Client) -> None:
    query = {"query": "SELECT ?u { ?u a org:OrganizationalUnit }"}
    assert ">Research Branch</a>" in client.get("/en/sparql", params=query).text
    assert ">Direction générale de la recherche</a>" in client.get("/fr/sparql", params=query).text


@pytest.mark.parametrize(
    ("address", "view", "said"),
    [
        ("/en/queries/engagements-per-kind", "bars", "Bar chart"),
        ("/en/queries/engagements", "map", "17 places"),
        ("/en/queries/unit-tree", "tree", "Levels: 4"),
    ],
)
def test_an_answer_is_drawn_with_its_table_below(client: httpx.Client, address: str, view: str, said: str) -> None:
    plain = client.get(address).text
    assert "<figure" not in plain
    drawn = client.get(next(each for each in links(plain, f"view={view}"))).text
    assert said in drawn
    assert drawn.index("<figure") < drawn.index("<table")


def test_words_in_place_of_an_iri_are_looked_for(client: httpx.Client) -> None:
    page = client.get("/en/queries/describe?resource=international+relations")
    assert page.status_code == 400
    found = next(each for each in links(page.text, "resource=unit:international-relations-directorate"))
    assert "International Relations Directorate" in client.get(found).text
    assert client.get(found).status_code == 200
    nothing = client.get("/fr/queries/describe", params={"resource": "qqqq } #<xyzzy>"})
    assert nothing.status_code == 400
    assert "Rien ne porte ce nom." in nothing.text


def test_a_view_that_does_not_suit_leaves_the_table(client: httpx.Client) -> None:
    page = client.get("/en/queries/units-inside?view=map")
    assert page.status_code == 200
    assert "<figure" not in page.text
    assert "<table" in page.text


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"view": "pie"}, "view"),
        ({"order": "nothing"}, "order"),
        ({"order": "x y"}, "order"),
        ({"page": "0"}, "page"),
        ({"rows": "1001"}, "rows"),
        ({"rows": "-1"}, "rows"),
    ],
)
def test_what_a_page_cannot_show_is_named(client: httpx.Client, wrong: Mapping[str, str], named: str) -> None:
    page = client.get(QUESTIONS, params=wrong)
    assert page.status_code == 400
    assert f"“{named}”" in page.text


def cited(page: str) -> tuple[str, str, str]:
    """The address, the file and the digest that a page says."""
    cite = unescape(page.partition('<details class="cite">')[2].partition("</details>")[0])
    digest, file = re.findall(r"<code>([0-9a-f]{64})</code>", cite)[0], re.findall(r"curl -s '([^']*)'", cite)[0]
    return re.findall(r'href="([^"]*)"', cite)[0], file, digest


@pytest.mark.parametrize(
    "address",
    [QUESTIONS, "/fr/queries/units-inside", "/en/queries/organisation-as-schema-org", "/en/sparql?query=ASK%7B%7D"],
)
def test_a_citation_leads_to_the_same_answer(client: httpx.Client, address: str) -> None:
    own, file, digest = cited(client.get(address).text)
    assert "edition=" in own
    assert cited(client.get(own).text) == (own, file, digest)
    lines = client.get(file).content.rstrip(b"\n").split(b"\n")
    assert sha256(b"".join(sorted(line + b"\n" for line in lines))).hexdigest() == digest


@pytest.mark.parametrize(
    "address", [QUESTIONS, "/queries/engagements-per-kind.csv", "/sparql?query=ASK%7B%7D&format=csv"]
)
@pytest.mark.parametrize("edition", ["0123456789ab", "latest", "0" * 64])
def test_an_edition_that_is_not_here_is_not_answered_by_another(
    client: httpx.Client, address: str, edition: str
) -> None:
    found = client.get(f"{address}{'&' if '?' in address else '?'}edition={edition}")
    assert found.status_code == 404
    assert client.get("/healthz").json()["edition"][:12] in found.text


def test_the_edition_that_is_here_is_answered(client: httpx.Client) -> None:
    edition = client.get("/healthz").json()["edition"]
    for said in (edition, edition[:12]):
        assert client.get(f"/queries/engagements-per-kind.csv?edition={said}").status_code == 200
        assert client.get(f"{QUESTIONS}?edition={said}").status_code == 200
    assert client.get(f"/queries/engagements-per-kind.csv?edition={edition[:5]}").status_code == 404
