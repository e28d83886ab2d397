"""A search finds what people call things, in whichever language, however they write it; and nothing they write breaks it."""

import random
import time
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from orgatlas.graph.bundle import Bundle, empty_bundle
from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.index import write_index
from orgatlas.graph.library import library_of
from orgatlas.graph.search import Search, grams, search
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import name
from tests.texts import HOSTILE


@pytest.fixture(scope="module")
def path(closed: MemoryStore, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the built-in graph."""
    path = tmp_path_factory.mktemp("search") / "index.db"
    write_index(closed, bundle, [(each.name, each.title) for each in library_of(bundle).values()], path)
    return path


def found(path: Path, text: str, language: str = "en", **more: Any) -> list[str]:
    """The ends of the IRIs of what is found."""
    return [hit["iri"].rpartition("/")[2] for hit in search(path, Search(text, language, **more))["hits"]]


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("relations internationales", "fr", "international-relations-directorate"),
        ("relations internationales", "en", "international-relations-directorate"),
        ("Internat. RELAT", "en", "international-relations-directorate"),
        ("directorate relations", "en", "international-relations-directorate"),
        ("CSC", "en", "csc"),
        ("scc", "fr", "csc"),
        ("SCC", "en", "csc"),
        ("IRD", "en", "international-relations-directorate"),
        ("dri", "fr", "international-relations-directorate"),
        ("SIU", "en", "structured-intervention-unit"),
        ("suede", "fr", "SE"),
        ("SUEDE", "en", "SE"),
        ("Sweden", "fr", "SE"),
        ("sw", "en", "SE"),
        ("swe", "fr", "SE"),
        ("algeria", "en", "DZ"),
        ("algérie", "en", "DZ"),
        ("etats unis", "fr", "US"),
        ("CORCAN", "en", "corcan"),
        ("branches of a sector", "en", "branches-of-sector"),
        ("directions générales d'un secteur", "en", "branches-of-sector"),
    ],
)
def test_what_is_meant_comes_first(path: Path, text: str, language: str, first: str) -> None:
    answer = search(path, Search(text, language))
    assert answer["hits"][0]["iri"].rpartition("/")[2] == first
    assert answer["near"] is False


def test_terms_of_the_ontology_are_found_with_their_place_on_its_page(path: Path) -> None:
    hits = search(path, Search("is part of", "en"))["hits"]
    assert ("dct:isPartOf", "term") in [(hit["anchor"], hit["kind"]) for hit in hits]
    [engagement] = [
        hit for hit in search(path, Search("engagement", "en", kind="term"))["hits"] if hit["anchor"] == "Engagement"
    ]
    assert engagement["iri"] == name("atlas:Engagement").value


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("RELATIONS internacionales", "fr", "international-relations-directorate"),
        ("internationl relatoins", "en", "international-relations-directorate"),
        ("swedn", "en", "SE"),
        ("the directorate for international relations", "en", "international-relations-directorate"),
        ("direction pour relations internationales", "fr", "international-relations-directorate"),
    ],
)
def test_what_is_written_much_alike_is_found_and_said_to_be_so(
    path: Path, text: str, language: str, first: str
) -> None:
    answer = search(path, Search(text, language, counted=True))
    assert answer["near"] is True
    assert answer["hits"][0]["iri"].rpartition("/")[2] == first
    assert sum(answer["counts"].values()) >= len(answer["hits"])


def test_what_is_like_nothing_is_not_found(path: Path) -> None:
    for text in ("zzzzqqq", "xy", "12345678", "", "?"):
        assert search(path, Search(text, "en", counted=True)) == {"near": False, "hits": [], "counts": {}}, text
    assert found(path, "sweden religion algeria") == []


def test_names_come_in_the_language_of_the_reader_with_class_and_whole(path: Path) -> None:
    [hit, *_] = search(path, Search("international relations directorate", "fr"))["hits"]
    assert hit["name"] == {"text": "Direction des relations internationales", "language": "fr"}
    assert hit["type"] == {"text": "direction", "language": "fr"}
    assert hit["parent"]["language"] == "fr"
    assert hit["matched"] == {"text": "International Relations Directorate", "language": "en"}


@pytest.mark.parametrize(
    ("text", "language", "matched"),
    [
        ("sweden", "en", None),
        ("suede", "en", "Suède"),
        ("united states of", "en", "United States of America"),
        ("IRD", "en", None),  # the initials of the name that is shown
        ("IRD", "fr", "International Relations Directorate"),
        ("SCC", "fr", "SCC"),
        ("correctional service canada", "en", None),  # it is all in the name that is shown
    ],
)
def test_the_name_that_was_found_is_told_where_another_is_shown(
    path: Path, text: str, language: str, matched: str | None
) -> None:
    hit = search(path, Search(text, language))["hits"][0]
    assert (hit["matched"] and hit["matched"]["text"]) == matched


def test_results_are_narrowed_to_a_kind_and_counted_by_kind(path: Path) -> None:
    whole = search(path, Search("s", "en", count=1000, counted=True))
    kinds = [hit["kind"] for hit in whole["hits"]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == whole["counts"]
    for kind, count in whole["counts"].items():
        narrowed = search(path, Search("s", "en", kind=kind, count=1000))["hits"]
        assert {hit["kind"] for hit in narrowed} == {kind}
        assert len(narrowed) == count


def test_pages_follow_each_other(path: Path) -> None:
    def page(start: int, count: int) -> list[str]:
        return [hit["iri"] for hit in search(path, Search("s", "en", start=start, count=count))["hits"]]

    whole = page(0, 1000)
    assert len(whole) > 60
    assert len(set(whole)) == len(whole)
    assert [each for start in range(0, len(whole), 7) for each in page(start, 7)] == whole
    assert page(len(whole), 7) == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_that_is_written_breaks_it(path: Path, text: str) -> None:
    start = time.process_time()
    for kind in (None, "unit"):
        answer = search(path, Search(text, "fr", kind, count=50, counted=True))
        assert isinstance(answer["hits"], list)
    assert time.process_time() - start < 2


def test_signs_around_a_word_do_not_count(path: Path) -> None:
    for text in ('sweden"', "sweden*", "(sweden)", "^sweden", "\ue000sweden", "sweden\0"):
        assert found(path, text)[0] == "SE", text


def test_random_texts_do_not_break_it(path: Path) -> None:
    chance = random.Random(7)
    signs = "ab \"'*^:(){}+-\0\ue000é_NEAROT,.\U0001d518\u202e"
    for _ in range(500):
        search(path, Search("".join(chance.choices(signs, k=chance.randrange(30))), "en", counted=True))


def ranked(tmp_path: Path, *named: tuple[str, str, str, str]) -> Path:
    """The index of things with a class, a name and its language."""
    base, graph = "https://example.org/", ox.DefaultGraph()
    quads = []
    for local, of_class, text, language in named:
        thing = ox.NamedNode(base + local)
        quads.append(ox.Quad(thing, name("rdf:type"), name(of_class), graph))
        quads.append(ox.Quad(thing, name("skos:prefLabel"), ox.Literal(text, language=language), graph))
    path = tmp_path / "ranked.db"
    write_index(MemoryStore(quads), empty_bundle(base), [], path)
    return path


def test_exactly_so_comes_before_begun_so_before_somewhere_so(tmp_path: Path) -> None:
    unit = "org:OrganizationalUnit"
    path = ranked(
        tmp_path,
        ("c", unit, "Of Health", "en"),
        ("b", unit, "Health of All and Everybody", "en"),
        ("a", "skos:Concept", "Health", "en"),
        ("d", unit, "A healthy", "en"),
    )
    assert found(path, "health") == ["a", "b", "d", "c"]


def test_units_come_first_then_topics_then_the_rest(tmp_path: Path) -> None:
    path = ranked(
        tmp_path,
        ("engagement", "atlas:Engagement", "aid x", "en"),
        ("topic", "skos:Concept", "aid xx", "en"),
        ("unit", "org:OrganizationalUnit", "aid of a long name", "en"),
        ("place", "schema:Place", "aid of a name", "en"),
    )
    assert found(path, "aid") == ["place", "unit", "topic", "engagement"]


def test_the_readers_language_comes_first(tmp_path: Path) -> None:
    unit = "org:OrganizationalUnit"
    path = ranked(tmp_path, ("en", unit, "Important", "en"), ("fr", unit, "Important aussi", "fr"))
    assert found(path, "import", "fr") == ["fr", "en"]
    assert found(path, "import", "en") == ["en", "fr"]


def test_an_acronym_that_is_given_comes_before_one_that_is_made(tmp_path: Path) -> None:
    path = ranked(
        tmp_path, ("made", "org:OrganizationalUnit", "An Odd Zoo", "en"), ("given", "skos:Concept", "OZ", "en")
    )
    assert found(path, "oz") == ["given", "made"]


def test_an_index_that_is_gone_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="cannot be read"):
        search(tmp_path / "gone.db", Search("a", "en"))
    assert not (tmp_path / "gone.db").exists()


def test_numbers_and_short_words_are_not_compared() -> None:
    assert grams("12345") == []
    assert grams("ab") == []
    assert "^ab" in grams("abc")
