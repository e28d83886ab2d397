"""The organisation chart: the same units as a picture, a tree and a table, in every state that an address can tell."""

import csv
import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

Serving = Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]]

DIRECTORATE = "unit/international-relations-directorate"
ODD = """
@base <https://example.org/atlas/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/a> org:subOrganizationOf <id/b> ; skos:prefLabel "circle A"@en .
<id/b> org:subOrganizationOf <id/a> ; skos:prefLabel "circle B"@en .
<id/lonely> a org:OrganizationalUnit ; skos:prefLabel "sans parent"@fr .
<id/nameless> a org:OrganizationalUnit .
<id/evil> a org:OrganizationalUnit ; skos:prefLabel "<script>alert(1)</script>"@en .
<id/rtl> a org:OrganizationalUnit ; skos:prefLabel "وحدة"@ar .
<id/long> a org:OrganizationalUnit ; skos:prefLabel "%s"@en .
<id/two> org:subOrganizationOf <id/lonely> , <id/nameless> ; skos:prefLabel "two parents"@en .
<id/big> a org:Organization ; skos:prefLabel "big"@en .
""" % ("very " * 500 + "long")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[httpx.Client]:
    """A client of a server for an organisation with every oddity, and 5,000 units in one."""
    file: Path = tmp_path_factory.mktemp("odd") / "odd.ttl"
    parts = "".join(
        f'<id/part/{each:04}> org:subOrganizationOf <id/big> ; skos:prefLabel "part {each:04}"@en .\n'
        for each in range(5000)
    )
    chain = "".join(f"<id/deep{each}> org:subOrganizationOf <id/deep{each - 1}> .\n" for each in range(1, 120))
    file.write_text(ODD + parts + chain, encoding="utf-8")
    with serving([file]) as client:
        yield client


def links(page: str, within: str = "") -> list[str]:
    found = page[page.index(within) :] if within else page
    return [unescape(each) for each in re.findall(r'href="([^"]*)"', found)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_picture_the_tree_and_the_table_hold_the_same_units(client: httpx.Client, language: str) -> None:
    page = client.get(f"/{language}/org").text
    picture = page[page.index("<svg class") : page.index("</svg>", page.index("<svg class"))]
    tree = page[page.index("data-tree") : page.index("</nav>", page.index("data-tree"))]
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    units = set(links(picture))
    assert len(units) == 8
    assert units == set(links(tree)) == set(links(table))
    assert f"/{language}/{DIRECTORATE}" in units


def test_levels_come_from_the_data(client: httpx.Client) -> None:
    page = client.get("/fr/org").text
    for level in ("Secteur", "Direction générale", "Direction"):
        assert f">{level}</span>" in page


def test_what_is_looked_at_is_in_the_address(client: httpx.Client) -> None:
    page = client.get("/en/org", params={"focus": DIRECTORATE}).text
    assert page.count('aria-current="true"') >= 2
    assert re.search(rf'href="/en/{DIRECTORATE}" class="k3" aria-current="true"', page)
    assert f'href="/en/{DIRECTORATE}" aria-current="true"' in page
    # A whole IRI will do as well, and the address of the other language keeps all of it.
    iri = f"https://w3id.org/orgatlas/csc/id/{DIRECTORATE}"
    assert client.get("/en/org", params={"focus": iri}).status_code == 200
    assert f"/fr/org?focus={DIRECTORATE}" in links(page)


def test_a_picture_of_two_levels_has_two(client: httpx.Client) -> None:
    svg = ElementTree.fromstring(client.get("/en/org.svg", params={"depth": 2}).text)
    assert len(svg.findall("{http://www.w3.org/2000/svg}a")) == 2


def test_the_picture_is_a_file_that_stands_on_its_own(client: httpx.Client) -> None:
    answer = client.get("/fr/org.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    svg = ElementTree.fromstring(answer.text)
    targets = [each.get("href") or "" for each in svg.findall("{http://www.w3.org/2000/svg}a")]
    assert all(target.startswith("https://w3id.org/orgatlas/csc/id/") for target in targets)
    assert "Direction des relations" in "".join(svg.itertext())


def test_the_organisation_is_a_table_in_csv(client: httpx.Client) -> None:
    answer = client.get("/en/org.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert len(rows) == 8
    assert rows[0]["name_fr"] == "Service correctionnel du Canada"
    assert client.get("/en/org.csv", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "query",
    [
        "view=cube",
        "depth=0",
        "depth=-1",
        "depth=1e3",
        "depth=²",
        "from=x",
        "page=0",
        "page=99999999999",
        "view=tree&view=table",
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_name(client: httpx.Client, query: str) -> None:
    answer = client.get(f"/en/org?{query}")
    assert answer.status_code == 400
    assert f"“{query.partition('=')[0]}”" in answer.text


@pytest.mark.parametrize(
    "focus", ["unit/nosuch", "service/corcan", "https://evil.example/", "<script>", "\0", "é" * 500]
)
def test_a_unit_that_is_none_is_not_found(client: httpx.Client, focus: str) -> None:
    answer = client.get("/fr/org", params={"focus": focus})
    assert answer.status_code == 404
    assert '<html lang="fr">' in answer.text
    assert "<script>" not in answer.text


def test_circles_and_units_without_a_whole_stand_in_the_tree_once(odd: httpx.Client) -> None:
    page = odd.get("/en/org?view=table").text
    table = page[page.index("<tbody>") :]
    assert table.count('<th scope="row">') == 100
    for name in (
        "circle A",
        "nameless",
        "&lt;script&gt;",
        '<span lang="fr">sans parent</span>',
        '<bdi lang="ar">وحدة</bdi>',
    ):
        assert name in odd.get("/en/org?view=tree").text
    assert "<script>alert" not in page


def test_of_5000_units_in_one_some_are_shown_with_a_word_and_a_link(odd: httpx.Client) -> None:
    page = odd.get("/en/org?focus=big&view=tree").text
    assert "part 0199" in page
    assert "part 0200" not in page
    following = next(each for each in links(page) if "from=200" in each)
    assert "4,800 more" in page
    assert "part 0200" in odd.get(following).text
    assert "4\u00a0800 de plus" in odd.get("/fr/org?focus=big&view=tree").text
    picture = odd.get("/en/org?focus=big").text
    assert len(re.findall('class="frame"', picture)) <= 151
    assert re.search(r"holds \d+ of 5,\d+ units", picture)


def test_every_state_of_a_large_organisation_is_small(odd: httpx.Client) -> None:
    for query in ("", "?focus=big", "?focus=part/4999", "?focus=deep100", "?view=table&page=50"):
        page = odd.get(f"/en/org{query}")
        assert page.status_code == 200
        assert len(gzip.compress(page.content)) < 20_000


def test_a_branch_opens_and_closes_without_a_script(odd: httpx.Client) -> None:
    page = odd.get("/en/org?view=tree&focus=lonely").text
    opening = next(each for each in links(page) if "open=big" in each)
    opened = odd.get(opening).text
    assert "part 0000" in opened
    closing = next(each for each in re.findall(r'class="turn open" href="([^"]*)"', opened))
    assert "part 0000" not in odd.get(unescape(closing)).text


def test_a_piece_of_the_tree_is_a_list_and_no_page(odd: httpx.Client) -> None:
    piece = odd.get("/en/org?view=tree&focus=big&piece").text
    assert "<html" not in piece
    assert piece.count("<li>") == 201
    page = odd.get("/en/org?view=tree").text
    assert any("piece" in each for each in re.findall(r'data-pieces="([^"]*)"', page))


def test_a_page_of_the_table_leads_to_the_next(odd: httpx.Client) -> None:
    first = odd.get("/en/org?view=table").text
    following = unescape(re.findall(r'rel="next" href="([^"]*)"', first)[0])
    second = odd.get(following).text
    assert 'rel="prev"' in second
    rows = [re.findall(r'<th scope="row"><a href="([^"]+)"', page) for page in (first, second)]
    every = [
        f"/en/{each['unit'].rpartition('/id/')[2]}" for each in csv.DictReader(odd.get("/en/org.csv").text.splitlines())
    ]
    assert [*rows[0], *rows[1]] == every[:200]
    assert odd.get("/en/org?view=table&page=9999").status_code == 200


def test_where_there_is_no_organisation_that_is_said(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "none.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    with serving([tmp_path / "none.ttl"]) as client:
        assert "no organisation" in client.get("/en/org").text
        assert client.get("/en/org.svg").status_code == 200
        assert client.get("/en/org.csv").text.count("\n") == 1


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[httpx.Client]:
    """A client of a server for units 2,000 below each other, one with three wholes, and names of signs that XML cannot hold."""
    file: Path = tmp_path_factory.mktemp("deep") / "deep.ttl"
    chain = "".join(f"<id/n{each}> org:subOrganizationOf <id/n{each - 1}> .\n" for each in range(1, 2000))
    odd = (
        '<id/n1> skos:prefLabel "ctl\\u0001\\u0008x\\uFFFEy"@en . <id/three> org:unitOf <id/n1> , <id/p2> , <id/p3> .\n'
    )
    file.write_text(ODD[: ODD.index("<id/a>")] + odd + chain, encoding="utf-8")
    with serving([file]) as client:
        yield client


@pytest.mark.parametrize("unit", ["n0", "n50", "n300", "n1999"])
@pytest.mark.parametrize("view", ["chart", "tree", "table"])
def test_a_way_without_end_is_shown_from_below(deep: httpx.Client, unit: str, view: str) -> None:
    page = deep.get(f"/en/org?view={view}&focus={unit}")
    assert page.status_code == 200
    if view != "table":
        assert f'href="/en/{unit}"' in page.text
        assert ("levels above</a>" in page.text) == (unit != "n0")
    assert deep.get(f"/en/org.svg?focus={unit}").status_code == 200
    about = deep.get(f"/en/{unit}")
    assert about.status_code == 200
    assert ("levels above" in about.text) == (unit != "n0")


def test_a_picture_is_well_formed_whatever_the_names_are(deep: httpx.Client) -> None:
    assert "ctl\ufffd\ufffdx\ufffdy" in "".join(ElementTree.fromstring(deep.get("/en/org.svg").text).itertext())


def test_a_unit_of_three_says_so(deep: httpx.Client) -> None:
    row = next(
        row for row in csv.DictReader(deep.get("/en/org.csv").text.splitlines()) if row["unit"].endswith("three")
    )
    assert [each.rpartition("/")[2] for each in row["part_of"].split()] == ["n1", "p2", "p3"]
    page = deep.get("/en/three").text
    also = page[page.index("Also part of:") :]
    assert re.findall(r'href="/en/(\w+)"', also[: also.index("</p>")]) == ["n1", "p3"]


@pytest.mark.parametrize("view", ["chart", "tree"])
def test_what_stands_before_is_all_reached(odd: httpx.Client, view: str) -> None:
    page = odd.get(f"/en/org?view={view}&focus=part/0450").text
    part = re.compile(r'href="/en/(part/\d{4})"')

    def listed(page: str) -> list[str]:
        tree = page[page.index("data-tree") :]
        return part.findall(tree[: tree.index("</nav>")])

    middle = listed(page)
    [earlier] = re.findall(r'class="more" href="([^"]*)">Earlier ones', page)
    before = listed(odd.get(unescape(earlier)).text)
    assert int(before[-1][5:]) + 1 == int(middle[0][5:])
