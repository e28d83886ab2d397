"""From IRIs to addresses and back: whatever the data name, one address leads there and none leads elsewhere."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from orgatlas.api.addresses import candidates, data_path, document_iri, page_path, things

BASE = "https://example.org/atlas/"


@pytest.mark.parametrize(
    ("iri", "page"),
    [
        ("id/unit/research", "/en/unit/research"),
        ("id/unit/caf\u00e9", "/en/unit/caf%C3%A9"),
        ("id/unit/caf%C3%A9", "/en/unit/caf%C3%A9"),
        ("id/source/A/s01#position", "/en/source/A/s01#position"),
        ("graph/curation", "/en/graph/curation"),
        ("id/dataset", "/en/dataset"),
        ("id/queries/mine", "/en/resource?iri=https%3A%2F%2Fexample.org%2Fatlas%2Fid%2Fqueries%2Fmine"),
        ("id/sparql", "/en/resource?iri=https%3A%2F%2Fexample.org%2Fatlas%2Fid%2Fsparql"),
        ("id/a?b=c", "/en/resource?iri=https%3A%2F%2Fexample.org%2Fatlas%2Fid%2Fa%3Fb%3Dc"),
        ("id/a/../b", "/en/resource?iri=https%3A%2F%2Fexample.org%2Fatlas%2Fid%2Fa%2F..%2Fb"),
        ("/evil.example/", "/en/resource?iri=https%3A%2F%2Fexample.org%2Fatlas%2F%2Fevil.example%2F"),
    ],
)
def test_a_thing_below_the_base_has_a_page_at_its_own_path(iri: str, page: str) -> None:
    assert page_path(BASE, "en", BASE + iri) == page


def test_a_thing_elsewhere_has_a_page_by_its_iri() -> None:
    path = page_path(BASE, "fr", "http://elsewhere.example/x#y")
    assert urlsplit(path).path == "/fr/resource"
    assert parse_qs(urlsplit(path).query) == {"iri": ["http://elsewhere.example/x#y"]}


def test_a_part_is_told_of_in_the_document_of_the_whole() -> None:
    assert data_path(BASE, BASE + "id/source/A/s01#position", "ttl") == "/data/source/A/s01.ttl"
    assert document_iri(BASE, BASE + "id/source/A/s01#position") == BASE + "data/source/A/s01"
    assert (
        data_path(BASE, "http://elsewhere.example/x", "nt") == "/data?iri=http%3A%2F%2Felsewhere.example%2Fx&format=nt"
    )


@pytest.mark.parametrize("sent", ["caf%C3%A9", "caf%c3%a9", "%63af%C3%A9"])
def test_an_address_may_be_encoded_more_than_the_data(sent: str) -> None:
    assert BASE + "id/caf\u00e9" in candidates(BASE, f"id/{sent}")


def test_what_is_encoded_in_the_data_is_found_as_well() -> None:
    assert candidates(BASE, "id/a%2Fb%20c")[0] == BASE + "id/a%2Fb%20c"
    assert BASE + "id/a/b c" not in candidates(BASE, "id/a%2Fb%20c")


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    assert candidates(BASE, "id/%FF%FE") == [BASE + "id/%FF%FE"]


LETTERS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn", "Zs", "Zl", "Zp")), min_size=1, max_size=12)


@given(LETTERS, LETTERS)
def test_every_page_leads_back_to_its_iri(first: str, second: str) -> None:
    iri = f"{BASE}id/{first}/{second}"
    try:
        NamedNode(iri)
    except ValueError:
        return
    path = page_path(BASE, "en", iri)
    assert path.startswith("/en/")
    assert path.isascii()
    parts = urlsplit(path)
    assert not parts.netloc
    if parts.path == "/en/resource" and parts.query:
        assert parse_qs(parts.query) == {"iri": [iri]}
    else:
        sent = parts.path.removeprefix("/en/") + ("" if not parts.fragment else "#" + parts.fragment)
        assert iri in things(BASE, sent)
