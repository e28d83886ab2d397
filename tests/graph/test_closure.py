"""A closure that is changed is the closure of what was changed, whatever the changes are and in whatever order they come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse

from orgatlas.graph.closure import Closure
from orgatlas.graph.errors import TooMuchFollows

PREFIXES = """
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
# Each with names for its nodes, so that what is read twice is the same twice.
AXIOMS = [
    ":p a owl:TransitiveProperty .",
    ":q a owl:TransitiveProperty .",
    ":p a owl:SymmetricProperty .",
    ":r a owl:SymmetricProperty .",
    ":p owl:inverseOf :q .",
    ":r owl:inverseOf :p .",
    ":p rdfs:subPropertyOf :q .",
    ":q rdfs:subPropertyOf :r .",
    ":r owl:equivalentProperty :p .",
    ":p rdfs:domain :A .",
    ":r rdfs:range :B .",
    ":A rdfs:subClassOf :B .",
    ":B rdfs:subClassOf :C .",
    ":C rdfs:subClassOf :A .",
    ":r owl:propertyChainAxiom _:c1 . _:c1 rdf:first :p ; rdf:rest _:c2 . _:c2 rdf:first :q ; rdf:rest () .",
    ":p owl:propertyChainAxiom _:d1 . _:d1 rdf:first :p ; rdf:rest _:d2 . _:d2 rdf:first :p ; rdf:rest () .",
    ":q owl:propertyChainAxiom _:e1 . _:e1 rdf:first :r ; rdf:rest _:e2 . _:e2 rdf:first :q ; rdf:rest () .",
    ":D owl:equivalentClass _:v . _:v owl:onProperty :p ; owl:hasValue :i .",
    ":A owl:equivalentClass _:s . _:s owl:onProperty :q ; owl:someValuesFrom :B .",
    ":B rdfs:subClassOf _:w . _:w owl:onProperty :r ; owl:allValuesFrom :D .",
    ":E owl:intersectionOf _:n1 . _:n1 rdf:first :A ; rdf:rest _:n2 . _:n2 rdf:first :B ; rdf:rest () .",
    ":C owl:unionOf _:u1 . _:u1 rdf:first :D ; rdf:rest _:u2 . _:u2 rdf:first :E ; rdf:rest () .",
    ":D owl:disjointWith :E .",
    ":q a owl:FunctionalProperty .",
    ":r a owl:IrreflexiveProperty .",
    ":narrower rdfs:subPropertyOf rdfs:subClassOf .",
]
NAMES = [":i", ":j", ":k", ":l", ":m"]
DATA = [f"{x} {p} {y} ." for p in (":p", ":q", ":r") for x in NAMES for y in NAMES]
DATA += [f"{x} a {c} ." for c in (":A", ":B", ":C", ":D", ":E") for x in NAMES]
DATA += [":i owl:sameAs :j .", ":k owl:sameAs :l .", ":C :narrower :D .", ":D :narrower :A ."]


def turtle(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


def known_clashes(closure: Closure) -> set[tuple[str, Triple | None]]:
    return {(clash.rule, clash.axiom) for clash in closure.clashes}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(AXIOMS), max_size=8, unique=True),
    st.lists(st.sampled_from(DATA), max_size=14, unique=True),
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(DATA), max_size=4),
            st.lists(st.sampled_from(DATA), max_size=6),
        ),
        max_size=5,
    ),
)
def test_a_changed_closure_is_the_closure_of_what_was_changed(
    axioms: list[str], data: list[str], changes: list[tuple[list[str], list[str]]]
) -> None:
    asserted = dict.fromkeys(turtle("\n".join(axioms + data)))
    closure = Closure(asserted)
    for coming, going in changes:
        before = closure.inferred
        # Half of what goes is there: what is not changes nothing.
        added, removed = turtle("\n".join(coming)), turtle("\n".join(going)) + list(asserted)[-2:]
        consequences = closure.change(added, removed)
        asserted = dict.fromkeys([triple for triple in asserted if triple not in removed] + added)
        expected = Closure(asserted)
        assert closure.inferred == expected.inferred
        assert consequences.added == expected.inferred - before
        assert consequences.removed == before - expected.inferred
        assert known_clashes(closure) == known_clashes(expected)
        assert len(closure) == len(expected.inferred)
        for clash in closure.clashes:
            assert set(clash.triples) <= expected.inferred | set(asserted)


def test_what_nobody_states_any_more_but_follows_is_inferred_again() -> None:
    closure = Closure(turtle(":p rdfs:subPropertyOf :q . :i :p :j ; :q :j ."))
    [triple] = turtle(":i :q :j .")
    assert closure.change(removed=[triple]) == (frozenset([triple]), frozenset())
    assert closure.change(added=[triple]) == (frozenset(), frozenset([triple]))


def test_what_only_proves_itself_goes() -> None:
    axioms = ":p owl:inverseOf :q . :q owl:inverseOf :p . :p a owl:TransitiveProperty , owl:SymmetricProperty . "
    closure = Closure(turtle(axioms + ":i :p :j . :j :p :k ."))
    closure.change(removed=turtle(":i :p :j . :j :p :k ."))
    assert not {triple for triple in closure if "example.org/i" in str(triple)}


def test_a_change_of_the_ontology_starts_over() -> None:
    closure = Closure(turtle(":i :p :j ."))
    axiom = turtle(":p rdfs:domain :A .")
    assert closure.change(added=axiom).added == frozenset(turtle(":i a :A ."))
    assert closure.change(removed=axiom).removed == frozenset(turtle(":i a :A ."))


def test_a_large_removal_starts_over() -> None:
    ring = "".join(f":n{i} :p :n{(i + 1) % 90} . " for i in range(90))
    closure = Closure(turtle(":p a owl:TransitiveProperty . " + ring))
    gone = closure.change(removed=turtle(":n5 :p :n6 . :n50 :p :n51 ."))
    assert len(closure) == 2 * (45 * 44 // 2 - 44)
    assert len(gone.removed) == 90 * 90 - 90 - len(closure)


def test_the_clash_of_a_node_is_told_with_what_is_left_of_it() -> None:
    closure = Closure(turtle(":p a owl:FunctionalProperty . :i :p :a , :b , :c ."))
    closure.change(removed=closure.clashes[0].triples[:1])
    [clash] = closure.clashes
    assert len(clash.triples) == 2
    closure.change(removed=clash.triples[:1])
    assert closure.clashes == ()
    closure.change(added=clash.triples[:1])
    assert len(closure.clashes) == 1


@pytest.mark.parametrize(
    ("text", "rule", "axiom"),
    [
        (":p a owl:TransitiveProperty .", "prp-trp", "TransitiveProperty"),
        (":p owl:propertyChainAxiom (:p :p) .", "prp-spo2", "propertyChainAxiom"),
        (":p owl:propertyChainAxiom (:p :q) ; owl:inverseOf :q .", "prp-spo2", "propertyChainAxiom"),
    ],
)
def test_what_would_be_too_much_names_the_axiom(text: str, rule: str, axiom: str) -> None:
    ring = "".join(f":n{i} :p :n{(i + 1) % 300} . " for i in range(300))
    with pytest.raises(TooMuchFollows) as caught:
        Closure(turtle(text + ring), limit=20_000)
    assert caught.value.rule == rule
    assert axiom in caught.value.axiom


def test_too_many_that_are_the_same_are_too_much() -> None:
    same = "".join(f":n{i} owl:sameAs :n{(i + 1) % 300} . " for i in range(300))
    with pytest.raises(TooMuchFollows, match=r"sameAs|eq-"):
        Closure(turtle(same), limit=20_000)


def test_many_small_changes_are_no_large_one() -> None:
    closure = Closure(turtle(":p rdfs:subPropertyOf :q ."), limit=50)
    one = turtle(":i :p :j .")
    for _ in range(200):
        closure.change(added=one)
        closure.change(removed=one)
    assert closure.inferred == frozenset()


@pytest.mark.parametrize(
    ("text", "inferred", "clashes"),
    [
        (":C owl:intersectionOf ({0}) . " + "".join(f":x a :D{i} . " for i in range(1200)), 1201, 0),
        (":c owl:propertyChainAxiom ({0}) . :c rdfs:domain :A .", 0, 0),
        ("[] a owl:AllDisjointClasses ; owl:members ({0}) . :x a :D1 , :D9 .", 0, 1),
        (":C owl:oneOf ({0}) .", 1200, 0),
        ("".join(f":D{i} rdfs:subClassOf :D{i + 1} . " for i in range(1200)) + " :x a :D0 .", 1200 * 1201 // 2, 0),
    ],
    ids=["intersection", "chain", "disjoint classes", "enumeration", "deep hierarchy"],
)
def test_long_axioms_are_no_long_work(text: str, inferred: int, clashes: int) -> None:
    size = 300 if "AllDisjoint" in text else 1200
    closure = Closure(turtle(text.replace("{0}", " ".join(f":D{i}" for i in range(size)))))
    assert (len(closure), len(closure.clashes)) == (inferred, clashes)
