"""The organisation as a tree: it ends whatever the data say, counts what is below, and follows every change."""

import pyoxigraph as ox
import pytest

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.hierarchy import Hierarchy
from orgatlas.graph.labels import local_name
from orgatlas.graph.patch import Patch
from orgatlas.graph.store import MemoryStore

BASE = "https://example.org/atlas/"
PREFIXES = f"""
@base <{BASE}> . @prefix : <{BASE}> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix atlas: <https://w3id.org/orgatlas/ns#> .
"""


def of(turtle: str) -> Hierarchy:
    return Hierarchy(store(turtle))


def store(turtle: str) -> MemoryStore:
    return MemoryStore(ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE))


def tree(hierarchy: Hierarchy) -> dict[str, str | None]:
    return {
        each.removeprefix(BASE): parent.removeprefix(BASE) if parent else None
        for each, parent in hierarchy.parent.items()
    }


@pytest.fixture(scope="module")
def built_in(closed: MemoryStore) -> Hierarchy:
    return Hierarchy(closed)


def test_the_built_in_organisation_has_eight_units_on_four_levels(built_in: Hierarchy, bundle: Bundle) -> None:
    assert len(built_in) == 8
    assert max(built_in.depths.values()) == 4
    csc = f"{bundle.base}id/org/csc"
    assert built_in.tops == (csc,)
    assert built_in.below[csc] == 7
    directorate = f"{bundle.base}id/unit/international-relations-directorate"
    assert [local_name(each) for each in built_in.path(directorate)] == [
        "csc",
        "policy-and-research-sector",
        "strategic-policy-and-intergovernmental-relations-branch",
        "international-relations-directorate",
    ]


def test_levels_stand_in_the_order_of_their_ranks(built_in: Hierarchy) -> None:
    ranked = sorted(built_in.counts, key=lambda level: level.rank)
    assert [(local_name(each.iri or ""), built_in.counts[each]) for each in ranked] == [
        ("PublicOrganisation", 1),
        ("level-sector", 1),
        ("level-branch", 3),
        ("level-directorate", 3),
    ]


@pytest.mark.parametrize(
    ("turtle", "expected"),
    [
        ("<a> org:subOrganizationOf <b> . <b> org:subOrganizationOf <a> .", {"a": None, "b": "a"}),
        ("<a> org:subOrganizationOf <a> .", {"a": None}),
        ("<a> org:unitOf <b> . <c> org:hasUnit <b> .", {"c": None, "b": "c", "a": "b"}),
        ("<a> a org:OrganizationalUnit . <b> a org:Organization .", {"a": None, "b": None}),
        # Below a circle.
        ("<a> org:unitOf <b> . <b> org:unitOf <c> . <c> org:unitOf <b> .", {"b": None, "a": "b", "c": "b"}),
        # A file that states every step: the far whole is no direct one.
        (
            "<a> org:subOrganizationOf <b> , <c> . <b> org:subOrganizationOf <c> .",
            {"c": None, "b": "c", "a": "b"},
        ),
        # Part of a circle and of what is in none.
        ("<a> org:unitOf <b> , <c> . <b> org:unitOf <a> .", {"c": None, "a": "c", "b": "a"}),
        ("_:blank org:unitOf <b> . <b> org:unitOf [] .", {}),
        ("", {}),
    ],
)
def test_every_unit_stands_once_and_nothing_runs_in_a_circle(turtle: str, expected: dict[str, str | None]) -> None:
    assert tree(of(turtle)) == expected


def test_what_is_part_of_itself_has_no_part() -> None:
    assert of("<a> org:subOrganizationOf <a> .").inside(f"{BASE}a") == 0


def test_a_unit_with_two_wholes_is_a_part_of_both_and_counts_once() -> None:
    found = of("<a> org:unitOf <b> , <c> . <top> org:hasUnit <b> , <c> .")
    assert found.inside(f"{BASE}b") == found.inside(f"{BASE}c") == 1
    assert found.below[f"{BASE}top"] == 3
    assert [found.below[BASE + each] for each in "bc"] == [1, 0]
    assert found.rows("en", 0, 10) == [BASE + each for each in ("top", "b", "a", "c")]


def test_parts_stand_by_level_and_then_by_name_as_each_language_writes_it() -> None:
    found = of("""
        <top> org:hasUnit <1> , <2> , <3> , <4> .
        <1> skos:prefLabel "zebra"@en , "Âne"@fr . <2> skos:prefLabel "Apple"@en , "pomme"@fr .
        <3> skos:prefLabel "early"@en , "etat"@fr ; org:classification <low> .
        <4> skos:prefLabel "late"@en , "état"@fr ; org:classification <high> .
        <high> atlas:levelRank 1 . <low> atlas:levelRank 2 .
    """)
    order = {language: [local_name(each) for each in found.parts(f"{BASE}top", language)] for language in ("en", "fr")}
    assert order == {"en": ["2", "1", "4", "3"], "fr": ["1", "2", "4", "3"]}


def test_rows_go_on_where_they_left_off() -> None:
    found = of("".join(f"<u{each:03}> org:unitOf <u{(each - 1) // 3:03}> . " for each in range(1, 60)))
    every = found.rows("en", 0, 1000)
    assert len(every) == 60
    assert [each for start in range(0, 70, 7) for each in found.rows("en", start, 7)] == every


def test_a_unit_without_a_level_has_the_narrowest_of_its_classes() -> None:
    found = of("""
        <a> a org:Organization , <Agency> , <Nameless> .
        <Agency> rdfs:subClassOf org:Organization ; rdfs:label "agency"@en .
        org:Organization rdfs:label "organisation"@en .
        <Nameless> rdfs:subClassOf org:Organization .
    """)
    assert found.level(f"{BASE}a").iri == f"{BASE}Agency"


def test_a_change_of_the_structure_is_seen_and_another_costs_nothing() -> None:
    held = store("<a> org:unitOf <b> . <sub> rdfs:subPropertyOf org:unitOf .")
    found = Hierarchy(held)

    def add(subject: str, predicate: str, object: str) -> None:
        quad = ox.Quad(ox.NamedNode(BASE + subject), ox.NamedNode(predicate), ox.NamedNode(BASE + object))
        held.apply(Patch(added=(quad,)))
        found.learn(Patch(added=(quad,)))

    before = found.parent
    add("a", "https://example.org/likes", "c")
    assert found.parent is before
    add("c", "http://www.w3.org/ns/org#unitOf", "b")
    assert tree(found) == {"b": None, "a": "b", "c": "b"}
    # What may imply the structure is looked at as well.
    before = found.parent
    add("d", f"{BASE}sub", "b")
    assert found.parent is not before


@pytest.mark.parametrize(
    ("iri", "name"), [(f"{BASE}id/a%20b", "a b"), ("urn:x", "urn:x"), ("http://e/#é/", "é"), ("http://e/", "e")]
)
def test_what_has_no_name_is_called_by_the_end_of_its_iri(iri: str, name: str) -> None:
    assert local_name(iri) == name


def test_of_two_ranks_of_a_level_the_lower_counts_and_one_may_be_below_nought() -> None:
    found = of("""
        <top> org:hasUnit <a> , <b> , <c> . <a> org:classification <two> . <b> org:classification <low> .
        <c> org:classification <odd> . <two> atlas:levelRank 7 , 1 . <low> atlas:levelRank -2 .
        <odd> atlas:levelRank "first" , 99999999999 .
    """)
    assert [local_name(each) for each in found.parts(f"{BASE}top", "en")] == ["b", "a", "c"]
