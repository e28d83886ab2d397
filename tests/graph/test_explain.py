"""A proof can be checked by machine, is the shortest there is, and never runs in a circle."""

import itertools
from collections.abc import Iterable

import owlrl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from orgatlas.graph.axioms import Rule, Slot
from orgatlas.graph.build import Edition
from orgatlas.graph.closure import Closure
from orgatlas.graph.explain import explain
from orgatlas.graph.proofs import Explanation, Pattern, Proof, Step
from orgatlas.graph.rdflib_terms import to_rdflib

EX = "https://example.org/"
PREFIXES = f"""
@prefix : <{EX}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
AXIOMS = [
    ":p a owl:TransitiveProperty .",
    ":q a owl:TransitiveProperty .",
    ":p a owl:SymmetricProperty .",
    ":p owl:inverseOf :q .",
    ":p rdfs:subPropertyOf :q .",
    ":q rdfs:subPropertyOf :r .",
    ":p rdfs:domain :A .",
    ":r rdfs:range :B .",
    ":A rdfs:subClassOf :B .",
    ":B rdfs:subClassOf :A .",
    ":r owl:propertyChainAxiom (:p :q) .",
    ":q owl:propertyChainAxiom (:r :q) .",
    ":p owl:propertyChainAxiom (:r :q :q) .",
    ":A owl:equivalentClass [ owl:onProperty :p ; owl:hasValue :i ] .",
    ":B owl:equivalentClass [ owl:onProperty [ owl:inverseOf :q ] ; owl:someValuesFrom :A ] .",
    ":C owl:intersectionOf (:A :B) .",
    ":narrower rdfs:subPropertyOf rdfs:subClassOf .",
]
NAMES = [":i", ":j", ":k", ":l"]
DATA = [f"{x} {p} {y} ." for p in (":p", ":q", ":r") for x in NAMES for y in NAMES]
DATA += [f"{x} a {c} ." for c in (":A", ":B", ":C") for x in NAMES] + [":C :narrower :A .", ":i owl:sameAs :j ."]


def turtle(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


def explained(text: str, question: str) -> Explanation:
    [triple] = turtle(question)
    return explain(Closure(turtle(text)), triple)


def replay(proof: Proof, asserted: Iterable[Triple]) -> None:
    """Each step rests on what is asserted or was concluded before, and the last one concludes what is proved."""
    known = set(asserted)
    assert set(proof.asserted) <= known
    for step in proof.steps:
        assert {*step.premises, *step.axioms} <= known, step
        known.add(step.triple)
    assert proof.triple in known
    assert not proof.steps or proof.steps[-1].triple == proof.triple


def check(proof: Proof, asserted: Iterable[Triple]) -> None:
    """Replay a proof, and have each step concluded by another reasoner, too."""
    replay(proof, asserted)
    known = set(asserted)
    for step in proof.steps:
        assert step.triple not in known or step is proof.steps[-1]
        assert concludes(step), step
        known.add(step.triple)


def concludes(step: Step) -> bool:
    """Whether a reasoner that has never heard of ours concludes the same from the same."""
    graph = to_rdflib({*step.premises, *step.axioms})
    owlrl.OWLRL.OWLRL_Semantics(graph, False, False).closure()
    [conclusion] = to_rdflib([step.triple])
    return conclusion in graph


def test_every_conclusion_of_the_built_in_graph_has_a_proof_that_can_be_replayed(edition: Edition) -> None:
    asserted = {quad.triple for quad in edition.stated}
    steps: dict[Step, None] = {}
    for triple in edition.closure:
        explanation = explain(edition.closure, triple)
        assert not explanation.asserted
        assert explanation.ways >= len(explanation.proofs) > 0
        for proof in explanation.proofs:
            replay(proof, asserted)
            assert proof.triple == triple
            assert triple not in asserted
            steps |= dict.fromkeys(proof.steps)
    assert len(steps) > 400
    assert [step for step in list(steps)[::7] if not concludes(step)] == []


def least_costs(closure: Closure, asserted: set[Triple]) -> dict[Triple, int]:
    """The number of inferences of the shortest proof of everything that is known, found the slow way."""
    known = asserted | set(closure)
    for rule in closure.program.rules:  # what is known and not told: of expressions, of everything
        known |= {triple for atom in rule.body for triple in everything(closure, atom.predicate)}
    costs = dict.fromkeys(asserted, 0)
    instances = [each for rule in closure.program.rules if rule.head for each in instantiated(rule, known)]
    for _ in range(40):
        for conclusion, needs in instances:
            if all(each in costs for each in needs):
                cost = 1 + sum(costs[each] for each in needs)
                costs[conclusion] = min(costs.get(conclusion, cost), cost)
    return costs


def everything(closure: Closure, predicate: object) -> list[Triple]:
    number = closure.facts.dictionary.known(predicate)  # type: ignore[arg-type]
    relation = closure.facts.relations.get(number) if number is not None else None
    return (
        list(closure.facts.triples(number, relation.pairs.all)) if relation is not None and number is not None else []
    )


def instantiated(rule: Rule, known: set[Triple]) -> list[tuple[Triple, frozenset[Triple]]]:
    rows: list[tuple[dict[Slot, object], tuple[Triple, ...]]] = [({}, ())]
    for atom in rule.body:
        rows = [
            (more, (*used, triple))
            for bound, used in rows
            for triple in known
            if triple.predicate == atom.predicate
            if (more := matched(bound, ((atom.subject, triple.subject), (atom.object, triple.object)))) is not None
        ]
    assert rule.head
    made = []
    for bound, used in rows:
        ends = [bound.get(slot, slot) for slot in (rule.head.subject, rule.head.object)]
        if isinstance(rule.head.predicate, NamedNode):
            derived = [axiom for axiom in rule.axioms if axiom in known]
            made.append((Triple(ends[0], rule.head.predicate, ends[1]), frozenset((*used, *derived))))  # type: ignore[arg-type]
    return made


def matched(bound: dict[Slot, object], ends: Iterable[tuple[Slot, object]]) -> dict[Slot, object] | None:
    more = dict(bound)
    for slot, term in ends:
        if (more.setdefault(slot, term) if isinstance(slot, str) else slot) != term:
            return None
    return more


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.sampled_from(AXIOMS), min_size=1, max_size=6, unique=True),
    st.lists(st.sampled_from(DATA), min_size=1, max_size=6, unique=True),
)
def test_proofs_are_sound_and_the_first_is_the_shortest(axioms: list[str], data: list[str]) -> None:
    asserted = set(turtle("\n".join(axioms + data)))
    closure = Closure(asserted)
    nameless = "inverseOf :q ]" in "".join(axioms)
    costs = {} if nameless else least_costs(closure, asserted)
    for triple in itertools.islice(sorted(closure, key=str), 40):
        explanation = explain(closure, triple)
        lengths = []
        for proof in explanation.proofs:
            replay(proof, asserted)
            assert all(step.triple not in step.premises for step in proof.steps)
            assert proof.steps[-1].triple == triple
            assert triple not in asserted.union(*(step.premises for step in proof.steps))
            lengths.append(cost(proof))
        assert [len(proof.steps) for proof in explanation.proofs] == sorted(
            len(proof.steps) for proof in explanation.proofs
        )
        assert len({(p.steps[-1].rule, p.steps[-1].axioms, p.steps[-1].premises) for p in explanation.proofs}) == len(
            explanation.proofs
        )
        assert nameless or min(lengths) == costs[triple]


def cost(proof: Proof) -> int:
    """How many inferences a proof has, each counted as often as it is used."""
    costs: dict[Triple, int] = {}
    for step in proof.steps:
        costs[step.triple] = 1 + sum(costs.get(each, 0) for each in {*step.premises, *step.axioms})
    return costs[proof.triple]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(AXIOMS), min_size=1, max_size=5, unique=True),
    st.lists(st.sampled_from(DATA), min_size=1, max_size=5, unique=True),
)
def test_each_step_is_concluded_by_another_reasoner(axioms: list[str], data: list[str]) -> None:
    asserted = set(turtle("\n".join(axioms + data)))
    closure = Closure(asserted)
    for triple in itertools.islice(sorted(closure, key=str), 4):
        for proof in explain(closure, triple).proofs[:2]:
            check(proof, asserted)


def test_an_assertion_is_its_own_proof_and_other_ways_are_told() -> None:
    explanation = explained(":p rdfs:subPropertyOf :q . :i :p :j ; :q :j .", ":i :q :j .")
    assert explanation.asserted
    assert [len(proof.steps) for proof in explanation.proofs] == [0, 1]
    assert explanation.ways == 2
    assert explanation.counted


def test_what_supports_only_itself_is_no_other_way() -> None:
    explanation = explained(":p owl:inverseOf :q . :i :p :j .", ":j :q :i .")
    assert [step.rule for step in explanation.proofs[0].steps] == ["prp-inv1"]
    assert explanation.ways == 1


def test_ways_are_counted_and_the_shortest_comes_first() -> None:
    text = """:p a owl:TransitiveProperty . :i :p :j . :j :p :k . :k :p :l . :j :p :l . """
    explanation = explained(text, ":i :p :l .")
    assert [len(proof.steps) for proof in explanation.proofs] == [1, 2]
    assert explanation.ways == 2
    assert explanation.proofs[0].steps[0].premises == tuple(turtle(":i :p :j . :j :p :l ."))


def test_a_very_long_way_is_told() -> None:
    text = ":p a owl:TransitiveProperty . " + " ".join(f":n{i} :p :n{i + 1} ." for i in range(600))
    asserted = turtle(text)
    [question] = turtle(":n0 :p :n600 .")
    [proof, *_] = explain(Closure(asserted), question).proofs
    assert len(proof.steps) == 599
    replay(proof, asserted)


def test_thousands_of_ways_are_told_without_looking_at_them_all() -> None:
    text = ":p rdfs:range :A . " + " ".join(f":n{i} :p :i ." for i in range(5000))
    explanation = explained(text, ":i a :A .")
    assert explanation.ways == 5000
    assert not explanation.counted
    assert len(explanation.proofs[0].steps) == 1


def test_an_axiom_that_was_concluded_is_proved_as_well() -> None:
    explanation = explained(":narrower rdfs:subPropertyOf rdfs:subClassOf . :C :narrower :A . :i a :C .", ":i a :A .")
    assert [step.rule for step in explanation.proofs[0].steps] == ["prp-spo1", "cax-sco"]


def test_a_property_without_a_name_is_told_by_its_inverse() -> None:
    text = ":C owl:equivalentClass [ owl:onProperty [ owl:inverseOf :p ] ; owl:hasValue :j ] . :j :p :i ."
    asserted = turtle(text)
    [question] = turtle(":i a :C .")
    proof = explain(Closure(asserted), question).proofs[0]
    check(proof, asserted)
    assert turtle(":j :p :i .")[0] in proof.asserted


# What does not hold.


@pytest.mark.parametrize(
    ("text", "question", "rule", "held", "missing"),
    [
        (":p rdfs:domain :A .", ":i a :A .", "prp-dom", "", [":i :p ?y"]),
        (":r owl:propertyChainAxiom (:p :q) . :i :p :j .", ":i :r :k .", "prp-spo2", ":i :p :j .", [":j :q :k"]),
        (":r owl:propertyChainAxiom (:p :q) . :j :q :k .", ":i :r :k .", "prp-spo2", ":j :q :k .", [":i :p :j"]),
        (":r owl:propertyChainAxiom (:p :q) .", ":i :r :k .", "prp-spo2", "", [":i :p ?x1", "?x1 :q :k"]),
        (":C owl:intersectionOf (:A :B) . :i a :B .", ":i a :C .", "cls-int1", ":i a :B .", [":i a :A"]),
        (
            ":C owl:equivalentClass [ owl:intersectionOf (:A [ owl:onProperty :p ; owl:hasValue :j ]) ] . :i a :A .",
            ":i a :C .",
            "cax-eqc2",
            ":i a :A .",
            [":i :p :j"],
        ),
        (
            ":p a owl:TransitiveProperty . :i :p :j .",
            ":i :p :k .",
            "prp-trp",
            ":i :p :j .",
            [":j :p :k"],
        ),
    ],
)
def test_what_is_missing_for_the_nearest_rule_is_told(
    text: str, question: str, rule: str, held: str, missing: list[str]
) -> None:
    explanation = explained(text, question)
    assert not explanation.holds
    gap = explanation.gaps[0]
    assert gap.rule == rule
    assert list(gap.held) == turtle(held)
    assert [written(pattern) for pattern in gap.missing] == missing


def written(pattern: Pattern) -> str:
    def word(slot: Slot) -> str:
        text = f"?{slot}" if isinstance(slot, str) else str(slot).replace(f"<{EX}", ":").removesuffix(">")
        return text.replace("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "a")

    return " ".join(word(slot) for slot in (pattern.subject, pattern.predicate, pattern.object))


def test_where_no_axiom_concludes_it_there_is_no_gap() -> None:
    explanation = explained(":i :p :j .", ":new :unknown 'text' .")
    assert (explanation.holds, explanation.gaps, explanation.ways) == (False, (), 0)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("".join(f":D{i} owl:equivalentClass :D{i + 1} . " for i in range(90)), ":D0 owl:equivalentClass :D89 ."),
        ("".join(f":n{i} owl:sameAs :n{i + 1} . " for i in range(160)) + ":n0 a :C .", ":n160 a :C ."),
    ],
    ids=["equivalent classes", "the same things"],
)
def test_where_every_way_runs_in_circles_there_is_a_proof_all_the_same(text: str, question: str) -> None:
    asserted = turtle(text)
    [triple] = turtle(question)
    explanation = explain(Closure(asserted), triple)
    assert not explanation.counted
    for proof in explanation.proofs:
        replay(proof, asserted)
        assert proof.triple == triple
        assert triple not in asserted


def test_what_is_missing_of_a_long_rule_is_told_at_once() -> None:
    members = " ".join(f":D{i}" for i in range(200))
    explanation = explained(f":C owl:intersectionOf ({members}) . :x a :D1 , :D7 .", ":x a :C .")
    assert (len(explanation.gaps[0].held), len(explanation.gaps[0].missing)) == (2, 198)


def test_what_is_missing_is_something_that_can_be_stated() -> None:
    text = ":h owl:propertyChainAxiom ([ owl:inverseOf :m ] :org) . :a :m :j . :b :org :c ."
    gap = explained(text, ":j :h :k .").gaps[0]
    assert list(gap.held) == turtle(":a :m :j .")
    assert [written(pattern) for pattern in gap.missing] == [":a :org :k"]
    assert explained(":p owl:inverseOf :q .", ":x :p 'text' .").gaps == ()


def test_a_statement_that_would_be_a_contradiction_is_told_so_and_nothing_changes() -> None:
    asserted = turtle(":p rdfs:domain :A . :A owl:disjointWith :B . :x a :B . :p a owl:TransitiveProperty . :y :p :z .")
    closure = Closure(asserted)
    before = closure.inferred
    [question] = turtle(":x :p :y .")
    for _ in range(2):
        [clash] = explain(closure, question).clashes
        assert set(clash.triples) == set(turtle(":x a :A , :B ."))
        assert (closure.inferred, closure.clashes) == (before, ())


def test_what_is_true_of_everything_is_told_so() -> None:
    for question in (
        ":x owl:sameAs :x .",
        ":x a owl:Thing .",
        ":Z rdfs:subClassOf :Z .",
        "owl:Nothing rdfs:subClassOf :C .",
    ):
        explanation = explained(":C a owl:Class .", question)
        assert (explanation.trivial, explanation.holds, explanation.gaps) == (True, False, ())
