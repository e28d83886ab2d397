"""The IRIs below the base: parts of documents, names near an unknown one, and what a change brings and takes."""

import pyoxigraph as ox
import pytest

from orgatlas.graph.build import Edition
from orgatlas.graph.directory import FEW, Directory
from orgatlas.graph.patch import Patch
from orgatlas.graph.store import MemoryStore

BASE = "https://example.org/atlas/"
SAID = ox.NamedNode("https://example.org/said")


def quad(iri: str, graph: str | None = None) -> ox.Quad:
    place = ox.NamedNode(BASE + graph) if graph else ox.DefaultGraph()
    return ox.Quad(ox.NamedNode(BASE + iri), SAID, ox.Literal("x"), place)


@pytest.fixture
def directory(closed: MemoryStore, edition: Edition) -> Directory:
    return Directory(closed, edition.bundle.base)


def test_it_holds_every_subject_and_graph_below_the_base(
    directory: Directory, closed: MemoryStore, edition: Edition
) -> None:
    base = edition.bundle.base
    named = {quad.subject for quad in closed} | set(closed.named_graphs())
    expected = {term.value for term in named if isinstance(term, ox.NamedNode) and term.value.startswith(base)}
    assert list(directory) == sorted(expected)


def test_where_the_default_graph_is_strict_named_graphs_count_too() -> None:
    store = MemoryStore([quad("id/a", "graph/g"), quad("id/b")], strict=True)
    assert list(Directory(store, BASE)) == [BASE + "graph/g", BASE + "id/a", BASE + "id/b"]


def test_parts_of_a_document_are_found(directory: Directory, edition: Edition) -> None:
    document = edition.bundle.base + "id/source/A/s01"
    assert list(directory.fragments(document)) == [f"{document}#position"]
    assert list(directory.fragments(f"{document}#other")) == [f"{document}#position"]
    assert list(directory.fragments(edition.bundle.base + "id/source/A/s0")) == []


@pytest.mark.parametrize(
    ("unknown", "known"),
    [
        ("id/unit/international-relation-directorate", "id/unit/international-relations-directorate"),
        ("id/unit/Research-Branch", "id/unit/research-branch"),
        ("id/units/research-branch", "id/unit/research-branch"),
        ("id/org/", "id/org/csc"),
        ("id/place/SWE", "id/place/SE"),
    ],
)
def test_an_unknown_name_is_near_a_known_one(directory: Directory, edition: Edition, unknown: str, known: str) -> None:
    assert edition.bundle.base + known in directory.nearest(edition.bundle.base + unknown)


def test_a_name_like_no_other_is_near_none(directory: Directory, edition: Edition) -> None:
    assert directory.nearest(edition.bundle.base + "zzzzzz") == []
    assert directory.nearest("http://elsewhere.example/qqqqq") == []


@pytest.mark.parametrize("count", [1, FEW + 1])
def test_what_a_change_brings_is_found_and_what_it_takes_is_not(count: int) -> None:
    store = MemoryStore([quad("id/m")])
    directory = Directory(store, BASE)
    added = tuple(quad(f"id/{number:04}", "graph/g") for number in range(count))
    store.apply(Patch(added=added))
    directory.learn(added)
    directory.learn(added)
    assert len(list(directory)) == count + 2
    store.apply(Patch(removed=added, dropped=(ox.NamedNode(BASE + "graph/g"),)))
    assert list(directory) == [BASE + "id/m"]
