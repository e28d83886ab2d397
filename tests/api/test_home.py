"""The home page shows what there is, and stands whatever the graph looks like."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

Serving = Callable[[Sequence[Path]], AbstractContextManager[httpx.Client]]

ODD = """
@prefix : <https://example.org/atlas/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix cpsv: <http://purl.org/vocab/cpsv#> .
@prefix atlas: <https://w3id.org/orgatlas/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:a org:subOrganizationOf :b ; skos:prefLabel "circle A"@en .
:b org:subOrganizationOf :a ; skos:prefLabel "circle B"@en .
:self org:subOrganizationOf :self ; skos:prefLabel "its own parent"@en .
:lonely a org:OrganizationalUnit ; skos:prefLabel "sans parent"@fr .
:nameless a org:OrganizationalUnit .
:evil a org:OrganizationalUnit ; skos:prefLabel "<script>alert(1)</script>"@en .
:two org:subOrganizationOf :lonely , :nameless ; skos:prefLabel "two parents"@en .
:big a org:Organization ; skos:prefLabel "big"@en .
:deep0 a org:Organization ; skos:prefLabel "deep 0"@en .
:rtl a cpsv:PublicService ; skos:prefLabel "خدمة"@ar .
:visit atlas:partner :Utopia .
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[httpx.Client]:
    """A client of a server for a graph with every oddity."""
    file: Path = tmp_path_factory.mktemp("odd") / "odd.ttl"
    children = "".join(f':c{n} org:subOrganizationOf :big ; skos:prefLabel "part {n:04}"@en .\n' for n in range(250))
    chain = "".join(
        f':deep{n} org:subOrganizationOf :deep{n - 1} ; skos:prefLabel "deep {n}"@en .\n' for n in range(1, 60)
    )
    file.write_text(ODD + children + chain, encoding="utf-8")
    with serving([file]) as client:
        yield client


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            "en",
            ("International Relations Directorate", "chaplaincy services", "Sweden", "Technical assistance".lower()),
        ),
        ("fr", ("Direction des relations internationales", "Suède", "assistance technique")),
    ],
)
def test_units_services_countries_and_questions_are_there(
    client: httpx.Client, language: str, names: tuple[str, ...]
) -> None:
    page = client.get(f"/{language}/")
    assert page.status_code == 200
    assert page.headers["content-language"] == language
    assert f'<html lang="{language}">' in page.text
    for name in names:
        assert f">{name}<" in page.text
    assert f'href="/{language}/unit/international-relations-directorate"' in page.text
    assert f'href="/{language}/queries/branches-of-sector"' in page.text
    for page_of in ("org", "services", "countries", "queries/", "sparql", "dataset", "help"):
        assert f'href="/{language}/{page_of}"' in page.text


def test_the_first_words_say_that_it_is_unofficial(client: httpx.Client) -> None:
    for language, words in (("en", "Unofficial."), ("fr", "Site non officiel")):
        page = client.get(f"/{language}/").text
        assert words in page[: page.index("<nav")]


def test_the_tree_is_nested_as_the_organisation_is(client: httpx.Client) -> None:
    page = client.get("/en/").text
    tree = page[page.index('<ul class="tree"') :]
    before = tree[: tree.index("International Relations Directorate")]
    assert before.count("<ul") - before.count("</ul") == 4


def test_lists_of_examples_say_so(client: httpx.Client) -> None:
    assert "examples" in client.get("/en/").text
    assert "exemples" not in client.get("/en/").text
    assert "exemples" in client.get("/fr/").text


@pytest.mark.parametrize(("accepted", "language"), [("fr-CA", "fr"), ("de", "en"), ("", "en")])
def test_the_entrance_leads_to_the_readers_language(client: httpx.Client, accepted: str, language: str) -> None:
    answer = client.get("/", headers={"accept-language": accepted})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{language}/")
    assert answer.headers["vary"] == "Accept, Accept-Language"


def test_circles_are_shown_once_and_end(odd: httpx.Client) -> None:
    page = odd.get("/en/").text
    assert page.count(">circle A<") == 1
    assert page.count(">its own parent<") == 1


def test_a_unit_without_a_parent_or_a_name_is_shown(odd: httpx.Client) -> None:
    page = odd.get("/en/").text
    assert '<span lang="fr">sans parent</span>' in page
    assert "nameless" in page
    assert '<bdi lang="ar">خدمة</bdi>' in page
    assert "Utopia" in page


def test_long_lists_are_cut_with_a_word_and_a_link(serving: Serving, tmp_path: Path) -> None:
    file = tmp_path / "long.ttl"
    parts = "".join(f':c{n:02} org:subOrganizationOf :big ; skos:prefLabel "part {n:02}" .\n' for n in range(20))
    services = "".join(f':s{n:02} a cpsv:PublicService ; skos:prefLabel "service {n:02}" .\n' for n in range(80))
    prefixes = ODD[: ODD.index(":a org:")]
    file.write_text(prefixes + parts + services, encoding="utf-8")
    with serving([file]) as client:
        page = client.get("/en/").text
        assert "part 11" in page
        assert "part 12" not in page
        assert 'from=12">8 more</a>' in page
        assert "8 de plus" in client.get("/fr/").text
        assert page.count(">service ") == 50
        assert "… and more</a>" in page


def test_labels_are_never_markup(odd: httpx.Client) -> None:
    assert "<script>alert" not in odd.get("/en/").text
    assert "&lt;script&gt;alert" in odd.get("/en/").text


def test_every_bundle_links_what_it_shows_to_what_is_known_of_it(odd: httpx.Client) -> None:
    page = odd.get("/en/").text
    assert 'href="/en/big"' in page
    described = odd.get("/en/big")
    assert described.status_code == 200
    assert ">Big<" in described.text or "big" in described.text


def test_a_question_whose_subject_is_not_said_shows_its_form(odd: httpx.Client) -> None:
    page = odd.get("/en/queries/describe")
    assert page.status_code == 200
    assert 'name="resource"' in page.text
    assert "<table" not in page.text
