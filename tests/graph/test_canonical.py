"""Canonical labels are those of RDFC-1.0, and a hash names a data set whatever its blank nodes are called."""

import hashlib
import random
from collections.abc import Iterable, Sequence

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgatlas.graph.build import Edition
from orgatlas.graph.canonical import canonical, canonical_hash, canonical_labels, labels_as_met, labels_for, relabelled
from orgatlas.graph.errors import EngineFailed

P, Q = ox.NamedNode("http://x/p"), ox.NamedNode("http://x/q")
NAMED = [ox.NamedNode("http://x/a"), ox.NamedNode("http://x/b")]
BLANK = [ox.BlankNode(f"n{number}") for number in range(5)]
LITERALS = [ox.Literal("a _:n0 b"), ox.Literal("_:n1", language="en"), ox.Literal('"\\\n\r\t\x00\x7f')]

subjects = st.sampled_from([*BLANK, *NAMED])
predicates = st.sampled_from([P, Q])
objects = st.sampled_from([*BLANK, *NAMED, *LITERALS])
graphs = st.sampled_from([ox.DefaultGraph(), NAMED[0], BLANK[0]])
quads = st.lists(st.builds(ox.Quad, subjects, predicates, objects, graphs), max_size=9)
triples = st.builds(ox.Triple, subjects, predicates, objects)
deeper = st.builds(ox.Triple, subjects, predicates, triples)
nested = st.lists(st.builds(ox.Quad, subjects, predicates, objects | triples | deeper, graphs), max_size=5)


def by_the_engine(found: Iterable[ox.Quad]) -> set[ox.Quad]:
    dataset = ox.Dataset(found)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def renamed(found: Sequence[ox.Quad], chance: random.Random) -> list[ox.Quad]:
    """The same data set in other words: other labels, in another order, and some of it twice."""
    names = [ox.BlankNode(f"z{number}") for number in range(len(BLANK))]
    chance.shuffle(names)
    other = relabelled(found, {node: name.value for node, name in zip(BLANK, names, strict=True)})
    other += chance.sample(other, len(other) // 2)
    chance.shuffle(other)
    return other


def clique(size: int) -> list[ox.Quad]:
    nodes = [ox.BlankNode(f"c{number}") for number in range(size)]
    return [ox.Quad(one, P, other) for one in nodes for other in nodes if one != other]


def chain(length: int) -> list[ox.Quad]:
    nodes = [ox.BlankNode(f"c{number}") for number in range(length)]
    return [ox.Quad(one, P, other) for one, other in zip(nodes, nodes[1:] + nodes[:1], strict=True)]


@settings(max_examples=400, deadline=None)
@given(quads)
def test_labels_are_those_that_come_of_looking_at_everything(found: list[ox.Quad]) -> None:
    assert set(canonical(found)) == by_the_engine(found)


def test_so_are_those_of_the_built_in_graph(edition: Edition) -> None:
    found = [*edition.stated, *edition.inferred()]
    assert set(canonical(found)) == by_the_engine(found)


@pytest.mark.parametrize("found", [clique(5), chain(40), clique(4) + chain(7), chain(3) * 2], ids=len)
def test_so_are_those_of_nodes_that_all_look_alike(found: list[ox.Quad]) -> None:
    assert set(canonical(found)) == by_the_engine(found)


@settings(max_examples=200, deadline=None)
@given(nested, st.randoms(use_true_random=False))
def test_other_labels_and_another_order_are_the_same_data_set(found: list[ox.Quad], chance: random.Random) -> None:
    other = renamed(found, chance)
    assert set(canonical(other)) == set(canonical(found))
    assert canonical_hash(other) == canonical_hash(found)


@settings(max_examples=200, deadline=None)
@given(quads)
def test_a_hash_is_that_of_sorted_canonical_n_quads(found: list[ox.Quad]) -> None:
    lines = sorted(str(quad) + " .\n" for quad in by_the_engine(found))
    assert canonical_hash(found) == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_other_data_have_another_hash() -> None:
    one = ox.Quad(BLANK[0], P, BLANK[1])
    loop = ox.Quad(BLANK[0], P, BLANK[0])
    elsewhere = ox.Quad(BLANK[0], P, BLANK[1], NAMED[0])
    backwards = [one, ox.Quad(BLANK[1], Q, BLANK[0])]
    forwards = [one, ox.Quad(BLANK[0], Q, BLANK[1])]
    assert len({canonical_hash(each) for each in ([], [one], [loop], [elsewhere], backwards, forwards)}) == 6


def test_what_has_no_blank_node_passes_before_the_last_has_come() -> None:
    first = ox.Quad(NAMED[0], P, LITERALS[0])

    def endless() -> Iterable[ox.Quad]:
        yield ox.Quad(BLANK[0], P, NAMED[0])
        yield first
        pytest.fail("more was taken than is needed")

    assert next(canonical(endless())) == first


@pytest.mark.parametrize("found", [clique(12), chain(5000)], ids=["clique", "chain"])
def test_work_without_end_is_given_up(found: list[ox.Quad]) -> None:
    with pytest.raises(EngineFailed, match="look alike"):
        canonical_hash(found)


def test_how_much_work_is_done_can_be_said() -> None:
    with pytest.raises(EngineFailed, match="in 10 steps"):
        canonical_labels(clique(5), steps=10)
    assert len(canonical_labels(clique(5))) == 5


def test_a_thousand_nodes_that_look_alike_in_pairs_are_no_work_without_end() -> None:
    found = [ox.Quad(ox.NamedNode(f"http://x/{number}"), P, ox.BlankNode(f"a{number}")) for number in range(1000)]
    found += [ox.Quad(ox.BlankNode(f"a{number}"), P, ox.BlankNode(f"b{number}")) for number in range(1000)]
    assert set(canonical(found, steps=20_000)) == by_the_engine(found)


def test_labels_can_be_given_as_nodes_are_met() -> None:
    found = [ox.Quad(BLANK[3], P, ox.Triple(BLANK[1], Q, BLANK[3]), BLANK[2]), ox.Quad(BLANK[1], P, BLANK[4])]
    assert labels_as_met(found) == {BLANK[3]: "b0", BLANK[1]: "b1", BLANK[2]: "b2", BLANK[4]: "b3"}


def test_where_canonical_labels_are_too_much_work_there_are_labels_all_the_same() -> None:
    assert labels_for(chain(3)) == canonical_labels(chain(3))
    assert labels_for(clique(12)) == labels_as_met(clique(12))
