"""What has a name and a page is in the index, once, with its kind, its class, and what it belongs to."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest

from orgatlas.graph import index
from orgatlas.graph.bundle import Bundle, empty_bundle
from orgatlas.graph.errors import EngineFailed
from orgatlas.graph.index import write_index
from orgatlas.graph.search import KINDS, TIERS, Search, search
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import name

BASE = "https://example.org/atlas/"


@pytest.fixture(scope="module")
def rows(closed: MemoryStore, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """By IRI the kind and the names of every thing in the index of the built-in graph."""
    path = tmp_path_factory.mktemp("index") / "index.db"
    count = write_index(closed, bundle, [("some-question", {"en": "Some question", "fr": "Une question"})], path)
    with closing(sqlite3.connect(path)) as file:
        found = file.execute("SELECT iri, kind, names FROM thing").fetchall()
    assert len(found) == count
    assert len({iri for iri, _, _ in found}) == count
    return {iri: (kind, names) for iri, kind, names in found}


@pytest.mark.parametrize(
    ("local", "kind"),
    [
        ("id/org/csc", "unit"),
        ("id/unit/international-relations-directorate", "unit"),
        ("id/service/corcan", "service"),
        ("id/place/GB-ENG", "place"),
        ("id/concept/topic/religion", "topic"),
        ("id/engagement/visit-SE", "engagement"),
        ("id/source/A", "source"),
        ("id/dataset", "other"),
    ],
)
def test_each_thing_has_its_kind(rows: dict[str, tuple[str, str]], bundle: Bundle, local: str, kind: str) -> None:
    assert rows[bundle.base + local][0] == kind


def test_terms_and_questions_are_in_it(rows: dict[str, tuple[str, str]]) -> None:
    assert rows[name("atlas:Engagement").value][0] == "term"
    assert rows[name("org:subOrganizationOf").value][0] == "term"
    assert rows[name("atlas:populations").value][0] == "topic"
    assert rows["some-question"][0] == "question"


def test_every_named_thing_of_the_bundle_is_in_it(
    rows: dict[str, tuple[str, str]], closed: MemoryStore, bundle: Bundle
) -> None:
    labelled = {quad.subject for quad in closed.find(None, name("skos:prefLabel"), None)}
    own = {each.value for each in labelled if isinstance(each, ox.NamedNode) and each.value.startswith(bundle.base)}
    assert len(own) > 150
    assert own <= rows.keys()


def test_names_have_their_ranks(rows: dict[str, tuple[str, str]], bundle: Bundle) -> None:
    ranks = {text: rank for text, _, rank in json.loads(rows[f"{bundle.base}id/org/csc"][1])}
    assert ranks["Correctional Service of Canada"] == 1
    assert ranks["CSC"] == 6


def test_every_kind_is_in_one_tier() -> None:
    assert sorted(kind for kinds in TIERS for kind in kinds) == sorted(KINDS)


def thing(local: str) -> ox.NamedNode:
    return ox.NamedNode(BASE + local)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """The index of a few triples without an ontology."""
    label, parent = name("rdfs:label"), name("org:subOrganizationOf")
    store = MemoryStore(
        [
            ox.Quad(thing("a"), label, ox.Literal("Whole", language="en"), ox.DefaultGraph()),
            ox.Quad(thing("b"), label, ox.Literal("Part", language="en"), ox.DefaultGraph()),
            ox.Quad(thing("b"), parent, thing("a"), ox.DefaultGraph()),
            ox.Quad(thing("c"), name("atlas:provides"), thing("d"), ox.DefaultGraph()),
            ox.Quad(thing("d"), name("schema:name"), ox.Literal("Aid"), ox.DefaultGraph()),
            ox.Quad(thing("e"), name("skos:hiddenLabel"), ox.Literal("Hidden", language="en"), ox.DefaultGraph()),
            ox.Quad(thing("e"), label, ox.Literal("Shown", language="es"), ox.DefaultGraph()),
            ox.Quad(thing("f"), label, ox.Literal(" ", language="en"), ox.DefaultGraph()),
            ox.Quad(thing("g"), label, ox.Literal("Zeal", language="en"), ox.DefaultGraph()),
            ox.Quad(thing("g"), label, ox.Literal("Ardour", language="en"), ox.DefaultGraph()),
            ox.Quad(thing("g"), name("skos:altLabel"), ox.Literal("Ardour", language="en"), ox.DefaultGraph()),
            ox.Quad(ox.BlankNode(), label, ox.Literal("Nameless", language="en"), ox.DefaultGraph()),
        ]
    )
    path = tmp_path / "plain.db"
    assert write_index(store, empty_bundle(BASE), [], path) == 5
    return path


def test_without_classes_the_structure_says_what_things_are(plain: Path) -> None:
    [part] = search(plain, Search("part", "en"))["hits"]
    assert (part["kind"], part["parent"]) == ("unit", {"text": "Whole", "language": "en"})
    [aid] = search(plain, Search("aid", "fr"))["hits"]
    assert (aid["kind"], aid["name"], aid["parent"]) == ("service", {"text": "Aid", "language": None}, None)


def test_an_alternative_name_stays_one_where_it_is_a_label_as_well(plain: Path) -> None:
    [hit] = search(plain, Search("ardour", "en"))["hits"]
    assert (hit["name"]["text"], hit["matched"]["text"]) == ("Zeal", "Ardour")


def test_what_is_hidden_is_found_and_not_shown(plain: Path) -> None:
    [hit] = search(plain, Search("hidden", "en"))["hits"]
    assert (hit["name"], hit["matched"]) == ({"text": "Shown", "language": "es"}, None)


def test_without_fts5_the_message_says_so(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: MemoryStore, bundle: Bundle
) -> None:
    # A module that no SQLite has fails as a missing one does.
    monkeypatch.setattr(index, "SCHEMA", index.SCHEMA.replace("USING fts5", "USING fts5x"))
    with pytest.raises(EngineFailed, match="built without FTS5"):
        write_index(closed, bundle, [], tmp_path / "none.db")
